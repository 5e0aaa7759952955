"""The MultiScan reader: figures of the real annotation, axes of real camera lines, both revisions alike."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.geometry.boxes import corners
from stages.geometry.frames import gravity_of_pose, is_rigid
from stages.sources.base import Drop, SceneData
from stages.sources.multiscan import MultiScan, MultiScanParams
from stages.sources.multiscan.capture import _camera
from stages.sources.scans.shots import quarter_turns
from tests.sources import fake_multiscan, fake_rooms
from tests.sources.fake_multiscan import SCENE
from tests.sources.fake_scannet import PARTS, save

SAMPLE = Path(__file__).parents[2] / "../shared/data/multiscan"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no MultiScan sample at ../shared/data/multiscan")


def read(section: Mapping[str, Any], name: str = SCENE) -> SceneData:
    scene = MultiScan("toy", MultiScanParams(reader="multiscan", **section), 0).read(f"toy/{name}")
    assert isinstance(scene, SceneData), scene
    return scene


@pytest.mark.parametrize("current", [True, False], ids=["current", "early"])
def test_boxes_and_labels(tmp_path: Path, current: bool) -> None:
    scene = read(fake_multiscan.write(tmp_path, current, frames=False))
    assert [(o.object_id.rpartition(":")[2], o.category, o.category_raw) for o in scene.objects] == [
        ("table.1", "table", "table"),
        ("trashcan.1", "trash can", "trashcan"),
        ("Couch.1", "sofa", "Couch"),
    ]
    for row, part in zip(scene.objects, PARTS[1:4], strict=True):
        x, y, z = part.size_m
        assert row.center_w == pytest.approx(part.center_w)
        assert row.size_m == pytest.approx((max(x, y), min(x, y), z))
    assert Counter(d.reason for d in scene.drops) == {
        "object.structure": 1,
        "object.group": 1,
        "object.junk_label": 2,
    }
    assert (scene.scene.place_id, scene.scene.upstream_split) == ("scene_00042", "val")
    assert scene.mesh is not None
    area = np.bincount(scene.mesh.face_object[scene.mesh.face_object >= 0], minlength=3)
    assert (area > 100).all(), "faces of parts belong to their object"


def test_sideways_frames_become_upright_views(tmp_path: Path) -> None:
    scene = read(fake_multiscan.write(tmp_path, current=True, frames=True))
    assert [(v.frame, v.orientation, v.width_px, v.height_px) for v in scene.views] == [
        (0, 6, 72, 96),
        (2, 6, 72, 96),
    ]
    assert scene.views[0].intrinsics_px == pytest.approx(fake_rooms.UPRIGHT_PX)
    assert [d.item for d in scene.drops if d.reason == "view.pose_missing"] == [f"toy/{SCENE}/3"]


def test_frames_without_mesh_still_have_boxes(tmp_path: Path) -> None:
    section = fake_multiscan.write(tmp_path, current=True, frames=True)
    (tmp_path / fake_multiscan.MESH).unlink()
    scene = read(section)
    assert (len(scene.views), len(scene.objects), scene.mesh) == (2, 3, None)


@needs_sample
def test_real_annotation_gives_its_known_figures() -> None:
    section = {**fake_rooms.SECTION, "root": str(SAMPLE), "splits_csv": "benchmark/scans_split.csv"}
    source = MultiScan("toy", MultiScanParams(reader="multiscan", **section), 0)
    assert source.scene_ids() == ["toy/scene_00000_00"]
    scene = source.read("toy/scene_00000_00")
    assert isinstance(scene, SceneData)
    assert scene.counts["objects"] == 28
    assert scene.scene.upstream_split == "train"
    assert (len(scene.views), scene.mesh) == (0, None)
    reasons = Counter(d.reason for d in scene.drops)
    assert reasons["annotation.mesh_missing"] == reasons["annotation.no_picture"] == 1
    assert len(scene.objects) + sum(n for r, n in reasons.items() if r.startswith("object.")) == 28
    records = {
        r["label"]: r["obb"]
        for r in json.loads((SAMPLE / "scene_00000_00/scene_00000_00.annotations.json").read_text())["objects"]
    }
    for row in scene.objects:
        record = records[row.object_id.rpartition(":")[2]]
        box = corners(np.array([row.center_w]), np.array([row.size_m]), np.array(row.world_from_box).reshape(1, 3, 3))[
            0
        ]
        np.testing.assert_allclose(box.min(axis=0), record["min"], atol=1e-4)
        np.testing.assert_allclose(box.max(axis=0), record["max"], atol=1e-4)


@needs_sample
def test_real_camera_lines_are_rigid_and_looked_at_sideways() -> None:
    lines = (SAMPLE / "sample-files/camera-info-example.jsonl").read_text().splitlines()
    cameras = [_camera(line) for line in lines]
    assert len(cameras) == 354
    poses = np.array([camera[1] for camera in cameras if camera])
    assert len(poses) == 354
    assert is_rigid(poses).all()
    world_from_capture = np.array([[1.0, 0, 0, 0], [0, 0, -1, 0], [0, 1, 0, 0], [0, 0, 0, 1]])  # y up to z up
    quarters = quarter_turns(world_from_capture @ poses)
    assert quarters in (1, 3), "the tablet was held upright, so the sensor lay on its side"
    along_x = gravity_of_pose(world_from_capture @ poses)[:, 0]
    assert (np.abs(along_x) > 0.5).mean() > 0.9


def test_scan_without_anything_is_a_drop(tmp_path: Path) -> None:
    section = fake_multiscan.write(tmp_path, current=True, frames=False)
    (tmp_path / fake_multiscan.MESH).unlink()
    save(tmp_path / fake_multiscan.ANNOTATION, {"objects": []})
    source = MultiScan("toy", MultiScanParams(reader="multiscan", **section), 0)
    assert source.read(f"toy/{SCENE}") == Drop("scene.empty", f"toy/{SCENE}")
