from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from stages import export
from stages.images import decode, encode_jpeg
from stages.pictures import Variant
from stages.registry import UnknownName
from tests.handmade import sample, scene, sighting, view, write

TRAIN, BENCHMARK, FILES = "rooms/0001", "rooms/0002", "files/0003"
SHARDS = {TRAIN: 0, BENCHMARK: 1, FILES: 2}  # one scene a shard
MARKS = ["chair", "table"]
GREY = np.full((48, 64, 3), 128, np.uint8)
JPEG = encode_jpeg(GREY, 80)


def params(**values: Any) -> None:
    section = {"formats": ["internvl"], "jpeg_quality": 90, "train_scene_share": 1.0} | values
    data = {"seed": 3, "sources": {"rooms": {"reader": "x"}, "files": {"reader": "x", "root": "in"}}, "export": section}
    Path("params.yaml").write_text(yaml.safe_dump(data))


def samples_of(scene_id: str, side: str) -> list[dict[str, Any]]:
    marks = [f"{scene_id}:{name}" for name in MARKS]
    pair = [f"{scene_id}/000", f"{scene_id}/001"]
    given: dict[str, Any] = {"scene_id": scene_id, "side": side}
    return [
        sample(f"{scene_id}:q1", **given),
        sample(f"{scene_id}:q1", image="boxes", mark_ids=marks, **given),
        sample(f"{scene_id}:q2", image="boxes", mark_ids=marks, **given),
        sample(f"{scene_id}:q3", view_ids=pair, **given),
    ]


def write_scene(scene_id: str, side: str, source: str = "rooms") -> None:
    shard = SHARDS[scene_id]
    views = [f"{scene_id}/000", f"{scene_id}/001"]
    paths = [f"{v.replace('/', '-')}.jpg" if source == "files" else None for v in views]
    rows = {
        "scene": [scene(scene_id)],
        "view": [view(v, image_path=p) for v, p in zip(views, paths, strict=True)],
        "sighting": [sighting(m, (5 + 30 * k, 5, 25 + 30 * k, 40), v) for v in views for k, m in enumerate(MARKS)],
    }
    for name, table_rows in rows.items():
        write(f"annotated/{source}", name, table_rows, shard)
    pixels = [{"view_id": v, "scene_id": scene_id, "image": JPEG, "depth": None} for v in views]
    if source == "rooms":
        write(f"scenes/{source}", "pixels", pixels, shard)
    write(f"split/{side}", "sample", samples_of(scene_id, side), shard)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    params()
    write_scene(TRAIN, "train")
    write_scene(BENCHMARK, "benchmark")
    return tmp_path


def lines(side: str) -> list[dict[str, Any]]:
    text = Path(f"data/export/internvl/{side}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def report() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("data/reports/export.json").read_text())
    return found


def test_conversation_of_one_picture(project: Path) -> None:
    export._run()
    first = next(line for line in lines("train") if line["id"].endswith("q1:caption:original"))
    assert first == {
        "id": "rooms/0001:q1:caption:original",
        "image": "images/rooms/0001/000.jpg",
        "width": 64,
        "height": 48,
        "conversations": [
            {"from": "human", "value": "<image>\nIs the chair to the left of the table? Answer yes or no."},
            {"from": "gpt", "value": "Yes."},
        ],
    }


def test_conversation_of_two_pictures(project: Path) -> None:
    export._run()
    both = next(line for line in lines("train") if ":q3:" in line["id"])
    assert both["image"] == ["images/rooms/0001/000.jpg", "images/rooms/0001/001.jpg"]
    assert (both["width_list"], both["height_list"]) == ([64, 64], [48, 48])
    assert both["conversations"][0]["value"].startswith("Image-1: <image>\nImage-2: <image>\nIs the chair")


def test_benchmark_lines_carry_the_typed_answer(project: Path) -> None:
    export._run()
    assert {line["answer"] for line in lines("benchmark")} == {"yes"}
    assert not any("answer" in line for line in lines("train"))


def test_meta_lists_train_with_its_length(project: Path) -> None:
    export._run()
    meta = json.loads(Path("data/export/internvl/meta.json").read_text())
    assert meta == {
        "open_internspatial": {
            "root": "data/export", "annotation": "data/export/internvl/train.jsonl", "data_augment": False,
            "repeat_time": 1, "length": 4,
        }
    }  # fmt: skip
    assert Path(meta["open_internspatial"]["annotation"]).exists()


def test_pictures_are_written_once_and_originals_byte_for_byte(project: Path) -> None:
    export._run()
    images = sorted(p.relative_to("data/export").as_posix() for p in Path("data/export/images").rglob("*.jpg"))
    shown = {image for side in ("train", "benchmark") for line in lines(side) for image in as_list(line["image"])}
    assert images == sorted(shown)
    assert len(images) == 2 * 3  # two views and one marked view a scene
    assert Path("data/export/images/rooms/0001/001.jpg").read_bytes() == JPEG
    marked = next(p for p in images if ".boxes-" in p)
    rgb = decode(Path("data/export", marked).read_bytes())
    assert rgb is not None
    assert np.ptp(rgb.astype(int)) > 60


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_everything_read_is_written_or_counted(project: Path) -> None:
    export._run()
    assert report()["read"] == {"benchmark_samples": 4, "train_samples": 4}
    assert report()["kept"] == {"benchmark_samples": 4, "pictures": 6, "train_samples": 4}
    assert report()["dropped"] == {}
    assert sorted(p.name for p in Path("data/export/internvl").iterdir()) == [
        "benchmark.jsonl",
        "meta.json",
        "train.jsonl",
    ]


def test_bad_pictures_are_counted_by_reason(project: Path) -> None:
    Path("in").mkdir()
    write_scene(FILES, "train", source="files")
    Path("in/files-0003-000.jpg").write_bytes(JPEG[:200])
    export._run()
    dropped = report()["dropped"]
    assert dropped == {"export.picture.damaged": 4}
    assert {line["id"].split("/")[0] for line in lines("train")} == {"rooms"}


def test_marks_without_sighting_are_counted(project: Path) -> None:
    shard = SHARDS[TRAIN]
    write("annotated/rooms", "sighting", [sighting("chair", (5, 5, 25, 40))], shard)
    export._run()
    assert report()["dropped"] == {"export.picture.marked_object_not_seen": 2}


def test_train_share_is_by_scene(project: Path) -> None:
    params(train_scene_share=0.0)
    export._run()
    assert lines("train") == []
    assert len(lines("benchmark")) == 4
    assert report()["dropped"] == {export.NOT_EXPORTED: 4}


def test_workers_change_no_byte(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export._run()
    one = {p: p.read_bytes() for p in Path("data/export").rglob("*.*")}
    monkeypatch.setenv("WORKERS", "2")
    export._run()
    assert one == {p: p.read_bytes() for p in Path("data/export").rglob("*.*")}
    assert len(one) > 6


def test_unknown_format(project: Path) -> None:
    params(formats=["internvll"])
    with pytest.raises(UnknownName, match="Did you mean 'internvl'"):
        export._run()


PATHS = [
    pytest.param(Variant("rooms/1/000", "original", ()), "images/rooms/1/000.jpg", id="plain"),
    pytest.param(Variant("rooms/1/000", "boxes", ("a",)), r"images/rooms/1/000\.boxes-[0-9a-f]{8}\.jpg", id="marked"),
    pytest.param(Variant("rooms/a b/0", "original", ()), r"images/rooms/a_b/0-[0-9a-f]{8}\.jpg", id="space"),
    pytest.param(Variant("rooms/../0", "original", ()), r"images/rooms/_/0-[0-9a-f]{8}\.jpg", id="dots"),
    pytest.param(Variant("rooms/1.5/0", "original", ()), "images/rooms/1.5/0.jpg", id="a dot inside a name"),
]


@pytest.mark.parametrize(("variant", "pattern"), PATHS)
def test_picture_paths_stay_below_the_folder(variant: Variant, pattern: str) -> None:
    import re

    assert re.fullmatch(pattern, export.picture_path(variant, b""))


def test_other_marks_are_another_picture() -> None:
    paths = {
        export.picture_path(Variant("v", "boxes", marks), b"") for marks in [("a", "b"), ("b", "a"), ("a",), ("ab",)]
    }
    assert len(paths) == 4
