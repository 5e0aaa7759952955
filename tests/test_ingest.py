"""Ingest looks at every picture once: the damaged are dropped and counted, the others can be recognised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stages.fingerprint import content_hash
from stages.ingest import IngestParams, Rows, ingest_scene
from stages.runner import Counts
from stages.schema.records import to_table
from stages.schema.validate import validate
from stages.sources.base import Drop, SceneData, Source
from tests.made_pictures import bomb_png
from tests.sources import fake_coco, fake_scannet
from tests.sources.cases import SourceCase, fake

PARAMS = IngestParams(shards=1, jpeg_quality=90)
PICTURE = Path("val2017") / fake_coco.PICTURE


def ingest(source: Source) -> tuple[Rows, Counts]:
    rows, counts = Rows(), Counts()
    for scene_id in source.scene_ids():
        counts += ingest_scene(source, scene_id, PARAMS, rows)
    return rows, counts


@pytest.mark.parametrize("case", [fake_coco.CASE, fake_scannet.POSED, fake_scannet.RENDERED], ids=lambda c: c.id)
def test_every_view_has_hashes(case: SourceCase, tmp_path: Path) -> None:
    rows, counts = ingest(fake(case, tmp_path).source())
    stored = {p.view_id: p.image for p in rows.pixels}
    for view in rows.view:
        encoded = stored[view.view_id] if view.image_path is None else (tmp_path / view.image_path).read_bytes()
        assert view.content_hash == content_hash(encoded)
        assert view.perceptual_hash is not None
    assert len(validate(to_table("view", rows.view), "view", "ingest")) == counts.kept["views"] > 0


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


SPOILT = [
    pytest.param(cut, "view.picture_damaged", id="cut after its header"),
    pytest.param(lambda p: p.unlink(), "view.picture_missing", id="gone"),
    pytest.param(lambda p: p.write_bytes(bomb_png()), "view.picture_too_large", id="bomb"),
    pytest.param(lambda p: p.write_bytes((p.parent / fake_coco.file_name(7)).read_bytes()), "view.picture_wrong_size",
                 id="another picture"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "reason"), SPOILT)
def test_a_picture_that_cannot_be_shown_is_a_counted_drop(
    spoil: Callable[[Path], object], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = fake(fake_coco.CASE, tmp_path).source()
    scene_id = "toy/000000000139"
    data = source.read(scene_id)
    assert not isinstance(data, Drop)
    monkeypatch.setattr(source, "read", lambda _: data)  # the file breaks after the reader has seen its header
    spoil(tmp_path / PICTURE)
    rows = Rows()
    counts = ingest_scene(source, scene_id, PARAMS, rows)
    assert not rows.view
    assert not rows.sighting
    assert counts.dropped == {reason: 1, "sighting.view_dropped": len(data.sightings)}
    assert counts.examples[reason] == (f"{scene_id}/0 {PICTURE.as_posix()}",)


def test_a_path_out_of_the_root_is_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = fake(fake_coco.CASE, tmp_path / "in").source()
    data = source.read("toy/000000000139")
    assert isinstance(data, SceneData)
    (tmp_path / "secret.jpg").write_bytes((tmp_path / "in" / PICTURE).read_bytes())
    views = [replace(view, image_path="../secret.jpg") for view in data.views]
    monkeypatch.setattr(source, "read", lambda _: replace(data, views=views))
    counts = ingest_scene(source, "toy/000000000139", PARAMS, Rows())
    assert counts.dropped["view.picture_outside_root"] == 1
