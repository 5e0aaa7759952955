from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from stages.images import (
    DAMAGED,
    MISSING,
    OUTSIDE,
    WRONG_SIZE,
    Picture,
    decode,
    encode_jpeg,
    load_pictures,
    read_pictures,
    source_root,
    suffix_of,
)
from stages.schema.errors import ParamsError
from tests.handmade import table, view, write

RED = np.zeros((48, 64, 3), np.uint8) + np.array([200, 30, 10], np.uint8)
JPEG = encode_jpeg(RED, 95)


def png(rgb: np.ndarray) -> bytes:
    import cv2

    return bytes(cv2.imencode(".png", rgb[:, :, ::-1])[1])


def read(views: pa.Table, wanted: list[str], root: Path | None) -> dict[str, Picture]:
    return {p.view_id: p for p in read_pictures(Path("data/scenes/rooms"), root, 0, views, wanted)}


def pixels(view_id: str, image: bytes) -> dict[str, object]:
    return {"view_id": view_id, "scene_id": view_id.rsplit("/", 1)[0], "image": image, "depth": None}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pixels_and_files_come_side_by_side(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in/a.png").write_bytes(png(RED))
    views = table("view", [view("rooms/1/000"), view("rooms/1/001", image_path="in/a.png"), view("rooms/1/002")])
    write("scenes/rooms", "pixels", [pixels("rooms/1/000", JPEG), pixels("rooms/1/002", JPEG)])
    found = read(views, ["rooms/1/001", "rooms/1/000"], folder)
    assert sorted(found) == ["rooms/1/000", "rooms/1/001"]
    assert found["rooms/1/000"].encoded == JPEG
    rgb = found["rooms/1/001"].rgb
    assert rgb is not None
    assert (rgb == RED).all()


BAD = [
    pytest.param("gone.jpg", b"", MISSING, id="no such file"),
    pytest.param("../secret.jpg", JPEG, OUTSIDE, id="path out of the root"),
    pytest.param("in", None, MISSING, id="a folder"),
    pytest.param("a.jpg", b"not a picture", DAMAGED, id="no picture"),
    pytest.param("a.jpg", b"", DAMAGED, id="empty file"),
    pytest.param("a.jpg", JPEG[: len(JPEG) // 2], DAMAGED, id="cut off"),
    pytest.param("a.jpg", encode_jpeg(RED[:, :32], 90), WRONG_SIZE, id="other size than the table says"),
    pytest.param(None, None, MISSING, id="neither file nor pixels"),
]


@pytest.mark.parametrize(("path", "content", "reason"), BAD)
def test_bad_pictures_have_a_reason(folder: Path, path: str | None, content: bytes | None, reason: str) -> None:
    root = folder / "root"
    (root / "in").mkdir(parents=True)
    if path and content is not None and reason != MISSING:
        (root / path).write_bytes(content)
    found = read(table("view", [view("rooms/1/000", image_path=path)]), ["rooms/1/000"], root)
    assert (found["rooms/1/000"].reason, found["rooms/1/000"].rgb) == (reason, None)


def test_every_wanted_view_is_answered(folder: Path) -> None:
    views = table("view", [view("rooms/1/000"), view("rooms/1/001", image_path="a.jpg")])
    write("scenes/rooms", "pixels", [])
    found = read(views, ["rooms/1/000", "rooms/1/001", "rooms/9/000"], None)
    assert {name: p.reason for name, p in found.items()} == dict.fromkeys(
        ["rooms/1/000", "rooms/1/001", "rooms/9/000"], MISSING
    )


def test_load_pictures_takes_the_root_from_params_and_skips_bad_ones(folder: Path) -> None:
    (folder / "root").mkdir()
    (folder / "root/a.jpg").write_bytes(JPEG)
    (folder / "params.yaml").write_text("sources: {rooms: {root: root}}\n")
    views = table("view", [view("rooms/1/000", image_path="a.jpg"), view("rooms/1/001", image_path="b.jpg")])
    found = list(load_pictures("rooms", 0, views, ["rooms/1/000", "rooms/1/001"]))
    assert [name for name, _ in found] == ["rooms/1/000"]
    assert np.abs(found[0][1].astype(int) - RED).max() <= 4


def test_source_root() -> None:
    data = {"sources": {"rooms": {"reader": "procedural"}, "coco": {"root": "in/coco"}}}
    assert source_root(data, "rooms") is None
    assert source_root(data, "coco") == Path("in/coco")
    with pytest.raises(ParamsError, match="Did you mean 'coco'"):
        source_root(data, "cocoo")


def test_decode_keeps_channels_in_order() -> None:
    rgb = decode(png(RED))
    assert rgb is not None
    assert rgb[0, 0].tolist() == [200, 30, 10]
    assert decode(b"") is None


def test_suffix_fits_the_bytes() -> None:
    assert (suffix_of(JPEG), suffix_of(png(RED))) == (".jpg", ".png")
