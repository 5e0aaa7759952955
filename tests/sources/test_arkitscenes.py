"""The ARKitScenes reader: poses inverted, times matched, boxes that label a bare mesh, visits kept together."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.sources.arkitscenes import ARKitScenes, ARKitScenesParams
from stages.sources.base import SceneData
from tests.sources import fake_arkitscenes, fake_rooms
from tests.sources.fake_arkitscenes import VIDEO, VISIT
from tests.sources.fake_scannet import PARTS

SAMPLE = Path(__file__).parents[2] / "../shared/data/arkitscenes/threedod"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no ARKitScenes table at ../shared/data/arkitscenes")


def reader(root: Path, frames: bool = True, **changes: Any) -> ARKitScenes:
    section = {**fake_arkitscenes.write(root, frames), **changes}
    return ARKitScenes("toy", ARKitScenesParams(reader="arkitscenes", **section), 0)


def read(root: Path, frames: bool = True) -> SceneData:
    scene = reader(root, frames).read(f"toy/{VIDEO}")
    assert isinstance(scene, SceneData), scene
    return scene


def test_film_is_upright_and_matched_by_time(tmp_path: Path) -> None:
    scene = read(tmp_path)
    assert [(v.frame, v.orientation, v.width_px, v.height_px) for v in scene.views] == [(0, 6, 72, 96), (1, 6, 72, 96)]
    assert scene.views[1].intrinsics_px == pytest.approx(fake_rooms.UPRIGHT_PX)
    lost = {d.item: d.reason for d in scene.drops if d.reason.startswith("view.")}
    assert lost == {f"toy/{VIDEO}/2": "view.pose_missing", f"toy/{VIDEO}/3": "view.pose_lost"}
    assert (scene.scene.place_id, scene.scene.upstream_split) == (VISIT, "val")


def test_boxes_label_the_mesh(tmp_path: Path) -> None:
    scene = read(tmp_path)
    assert [(o.object_id.rpartition(":")[2], o.category) for o in scene.objects] == [
        ("u-1", "table"), ("u-2", "trash can"), ("u-3", "sofa"),
    ]  # fmt: skip
    assert scene.mesh is not None
    for index, (row, part) in enumerate(zip(scene.objects, PARTS[1:4], strict=True)):
        x, y, z = part.size_m
        assert row.size_m == pytest.approx((max(x, y), min(x, y), z))
        surface = scene.mesh.vertices_w[scene.mesh.faces[scene.mesh.face_object == index]].reshape(-1, 3)
        np.testing.assert_allclose(np.ptp(surface, axis=0), part.size_m, atol=0.06)


@needs_sample
def test_real_table_of_films(tmp_path: Path) -> None:
    table = SAMPLE / "3dod_train_val_splits.csv"
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    section = fake_arkitscenes.write(tmp_path, frames=False)
    (tmp_path / fake_arkitscenes.VISITS).write_bytes(table.read_bytes())
    source = ARKitScenes("toy", ARKitScenesParams(reader="arkitscenes", **section), 0)
    assert len(source._films) == len({row["video_id"] for row in rows}) > 5000
    visits = {row["visit_id"] for row in rows}
    assert len(visits) < len(rows), "several films of one visit"
