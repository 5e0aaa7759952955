"""The ScanNet++ reader: instances and boxes, pictures of the two cameras, real annotated boxes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stages.geometry.boxes import corners
from stages.sources.base import SceneData
from stages.sources.scannetpp import ScanNetPP, ScanNetPPParams
from stages.sources.scans.objects import box_of_rows
from tests.sources import fake_rooms, fake_scannetpp
from tests.sources.fake_scannet import PARTS
from tests.sources.fake_scannetpp import SCENE

SAMPLE = Path(__file__).parents[2] / "../shared/data/vsi_bench/meta_info"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no VSI-Bench tables at ../shared/data/vsi_bench")


def read(root: Path, pictures: str | None) -> SceneData:
    section = fake_scannetpp.write(root, pictures)
    scene = ScanNetPP("toy", ScanNetPPParams(reader="scannetpp", **section), 0).read(f"toy/{SCENE}")
    assert isinstance(scene, SceneData), scene
    return scene


@pytest.mark.parametrize("pictures", ["dslr", "iphone", None])
def test_objects_have_upright_boxes(tmp_path: Path, pictures: str | None) -> None:
    scene = read(tmp_path, pictures)
    assert [(o.object_id.rpartition(":")[2], o.category) for o in scene.objects] == [
        ("2", "table"),
        ("3", "trash can"),
        ("4", "sofa"),
    ]
    for row, part in zip(scene.objects, PARTS[1:4], strict=True):
        x, y, z = part.size_m
        assert row.center_w == pytest.approx(part.center_w, abs=1e-3)
        assert row.size_m == pytest.approx((max(x, y), min(x, y), z), abs=1e-3), "the leaning table is fitted again"
    assert (scene.scene.place_id, scene.scene.upstream_split) == (SCENE, "nvs_sem_val")


def test_pictures_of_the_still_camera(tmp_path: Path) -> None:
    scene = read(tmp_path, "dslr")
    assert [(v.frame, v.orientation) for v in scene.views] == [(5, None), (6, None)]
    assert scene.views[0].intrinsics_px == pytest.approx(fake_rooms.UPRIGHT_PX)
    assert scene.views[0].depth_path is None


def test_frames_of_the_phone_are_upright(tmp_path: Path) -> None:
    scene = read(tmp_path, "iphone")
    assert [(v.frame, v.orientation, v.width_px, v.height_px) for v in scene.views] == [(0, 6, 72, 96), (10, 6, 72, 96)]
    assert scene.views[0].intrinsics_px == pytest.approx(fake_rooms.UPRIGHT_PX)
    assert scene.views[0].depth_path == f"data/{SCENE}/iphone/depth/frame_000000.png"


@needs_sample
@pytest.mark.parametrize(("dataset", "boxes"), [("scannet", 813), ("scannetpp", 736), ("arkitscenes", 565)])
def test_real_boxes_are_read_as_stored(dataset: str, boxes: int) -> None:
    scenes = json.loads((SAMPLE / f"{dataset}_meta_info_val.json").read_text())
    records = [r for s in scenes.values() for found in s["object_bbox"].values() for r in found]
    assert len(records) == boxes
    for record in records:
        box = box_of_rows(record)
        assert box is not None
        found = corners(box.center_w[None], box.size_m[None], box.world_from_box[None])[0]
        np.testing.assert_allclose(found.min(axis=0), record["min"], atol=1e-4)
        np.testing.assert_allclose(found.max(axis=0), record["max"], atol=1e-4)
