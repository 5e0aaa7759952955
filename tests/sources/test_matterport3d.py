"""The Matterport3D reader: cameras, depth unit, boxes and instances of a house."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.sources.base import SceneData
from stages.sources.matterport3d import Matterport3D, Matterport3DParams
from tests.sources import fake_matterport3d, fake_rooms
from tests.sources.fake_matterport3d import HOUSE
from tests.sources.fake_scannet import PARTS


def read(root: Path, pictures: bool, **changes: Any) -> SceneData:
    section = {**fake_matterport3d.write(root, pictures), **changes}
    scene = Matterport3D("toy", Matterport3DParams(reader="matterport3d", **section), 0).read(f"toy/{HOUSE}")
    assert isinstance(scene, SceneData), scene
    return scene


@pytest.mark.parametrize("pictures", [True, False], ids=["segment_id", "fsegs"])
def test_objects_and_boxes(tmp_path: Path, pictures: bool) -> None:
    scene = read(tmp_path, pictures)
    assert [(o.object_id, o.category, o.category_raw) for o in scene.objects] == [
        (f"toy/{HOUSE}:1", "table", "table"),
        (f"toy/{HOUSE}:2", "trash can", "trash can"),
        (f"toy/{HOUSE}:3", "sofa", "Couch"),
    ]
    for row, part in zip(scene.objects, PARTS[1:4], strict=True):
        x, y, z = part.size_m
        assert row.center_w == pytest.approx(part.center_w, abs=1e-3)
        assert row.size_m == pytest.approx((max(x, y), min(x, y), z), abs=1e-3), "the leaning couch is fitted again"
    assert (scene.scene.place_id, scene.scene.upstream_split, scene.scene.floor_polygon_w) == (HOUSE, "val", None)
    assert scene.mesh is not None
    assert np.bincount(scene.mesh.face_object + 1, minlength=4).min() > 100


def test_cameras_are_chosen_and_converted(tmp_path: Path) -> None:
    scene = read(tmp_path, pictures=True)
    assert [v.frame for v in scene.views] == [1, 2], "camera 0 looks up"
    assert scene.views[0].intrinsics_px == pytest.approx(fake_rooms.UPRIGHT_PX)
    assert (scene.views[0].depth_scale_m, scene.views[0].orientation) == (0.00025, None)
    assert [v.frame for v in read(tmp_path / "b", pictures=True, cameras=[0, 1]).views] == [0, 1, 2]
