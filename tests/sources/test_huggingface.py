"""The Hugging Face reader: both layouts, pictures handed over to ingest, labels, and turned pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.ingest import IngestParams, Rows, ingest_scene
from stages.sources.base import SceneData, SourceError
from stages.sources.huggingface import HuggingFace, HuggingFaceParams
from stages.sources.huggingface.files import label_names
from tests.made_pictures import exif, gradient, jpeg
from tests.sources import fake_huggingface
from tests.sources.drawn import encoded_picture
from tests.sources.fake_huggingface import IN_PLACE, LABELS, SECTION, change, rows, table_of


def source(section: Mapping[str, Any]) -> HuggingFace:
    return HuggingFace("toy", HuggingFaceParams(reader="huggingface", **section), 0)


def read(section: Mapping[str, Any]) -> list[SceneData]:
    reader = source(section)
    return [s for i in reader.scene_ids() if isinstance(s := reader.read(i), SceneData)]


@pytest.fixture(params=["parquet", "arrow"])
def section(request: pytest.FixtureRequest, tmp_path: Path) -> Mapping[str, Any]:
    return fake_huggingface.write(tmp_path, request.param)


def test_both_layouts_give_the_same_rows(section: Mapping[str, Any]) -> None:
    first, second, third = read(section)
    found = [(o.category, s.crowd, s.box_px) for o, s in zip(first.objects, first.sightings, strict=True)]
    assert found == [("sofa", False, (1, 2, 11, 22)), ("chair", True, (30, 5, 40, 10))]
    assert [d.reason for d in first.drops] == ["object.junk_label"]
    assert [s.views[0].captions for s in (first, second, third)] == [["one", "two"], None, None]
    assert (second.scene.vocabulary, second.scene.license) == (["chair", "sofa"], "CC-BY-4.0")
    assert first.scene.vocabulary == [], "something marked was left out"


def test_pictures_with_bytes_are_handed_over_and_others_stay(section: Mapping[str, Any]) -> None:
    scenes = read(section)
    assert [s.views[0].image_path for s in scenes] == [None, None, IN_PLACE]
    encoded = rows()[0]["image"]["bytes"]
    assert [dict(s.pictures) for s in scenes] == [{s.views[0].view_id: encoded} for s in scenes[:2]] + [{}]


def test_ingest_puts_them_into_table_pixels(section: Mapping[str, Any]) -> None:
    reader, gathered = source(section), Rows()
    for scene_id in reader.scene_ids():
        ingest_scene(reader, scene_id, IngestParams(shards=1, jpeg_quality=90), gathered)
    assert [p.view_id for p in gathered.pixels] == [v.view_id for v in gathered.view if v.image_path is None]
    assert {(p.image, p.depth) for p in gathered.pixels} == {(rows()[0]["image"]["bytes"], None)}


def test_ids_come_from_a_column_or_from_the_row(tmp_path: Path) -> None:
    section = fake_huggingface.write(tmp_path, "parquet")
    assert source(section).scene_ids()[1] == "toy/val-00000-of-00002-0000001"
    named = source({**section, "id": "name"}).scene_ids()
    assert named[1:] == ["toy/b", "toy/c"]
    change(1, name="c")(tmp_path)
    with pytest.raises(SourceError, match="id 'c' occurs more than once"):
        source({**section, "id": "name"}).scene_ids()


def test_rows_may_list_mappings_with_names(tmp_path: Path) -> None:
    things = [{"xyxy": [1.0, 2.0, 11.0, 22.0], "label": "Stool"}, {"xyxy": [1.0, 2.0, 1.0, 22.0], "label": "x"}, None]
    table = pa.table({"image": [encoded_picture((40, 30))], "things": [things]})
    pq.write_table(table, tmp_path / "a.parquet")
    columns = {"column": "things", "box": "xyxy", "label": "label", "box_order": "xyxy", "exhaustive": False}
    (scene,) = read({**SECTION, "root": str(tmp_path), "files": "a.parquet", "captions": [], "objects": columns})
    assert [(o.category, s.box_px) for o, s in zip(scene.objects, scene.sightings, strict=True)] == [
        ("stool", (1, 2, 11, 22))
    ]
    assert [d.reason for d in scene.drops] == ["object.box_empty", "object.no_name"]
    assert scene.scene.vocabulary == []


@pytest.mark.parametrize(
    ("objects", "size_wh", "orientation"),
    [pytest.param(None, (30, 40), 6, id="seen"), pytest.param(SECTION["objects"], (40, 30), None, id="stored")],
)
def test_turned_pictures(objects: Any, size_wh: tuple[int, int], orientation: int | None, tmp_path: Path) -> None:
    section = fake_huggingface.write(tmp_path, "parquet")
    encoded = exif(jpeg(gradient(30, 40)), 6)
    change(0, image={"bytes": encoded, "path": None})(tmp_path)
    view = read({**section, "objects": objects})[0].views[0]
    assert ((view.width_px, view.height_px), view.orientation) == (size_wh, orientation)


@pytest.mark.parametrize(
    "features",
    [
        pytest.param({"feature": {"category": {"names": LABELS}}, "_type": "Sequence"}, id="sequence of mappings"),
        pytest.param({"category": {"feature": {"names": LABELS}, "_type": "List"}}, id="mapping of lists"),
        pytest.param([{"category": {"names": LABELS}}], id="list of mappings"),
        pytest.param({"category": [{"names": LABELS}]}, id="mapping of plain lists"),
    ],
)
def test_label_names_are_found_in_every_spelling(features: Any) -> None:
    metadata = {b"huggingface": json.dumps({"info": {"features": {"objects": features}}}).encode()}
    assert label_names(pa.schema([("objects", pa.string())], metadata=metadata), "objects", "category") == LABELS


@pytest.mark.parametrize("metadata", [None, {b"huggingface": b"{"}, {b"huggingface": b"[]"}, {b"x": b""}])
def test_without_metadata_numbers_have_no_name(metadata: Any) -> None:
    assert label_names(table_of([]).schema.with_metadata(metadata), "objects", "category") == []
