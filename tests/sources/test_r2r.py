"""The R2R reader: views of the real sample, and where their cameras look."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.geometry.frames import is_rigid
from stages.sources.base import SceneData
from stages.sources.r2r import R2R, R2RParams
from stages.sources.r2r.reader import pose_of
from tests.sources import fake_r2r
from tests.sources.fake_r2r import HOUSE

SAMPLE = Path(__file__).parents[2] / "../shared/data/matterport3d_r2r"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no R2R sample at ../shared/data/matterport3d_r2r")


def source(section: Any) -> R2R:
    return R2R("toy", R2RParams(reader="r2r", **section), 0)


@given(st.floats(-7, 7), st.floats(-1.5, 1.5))
def test_cameras_are_level_and_look_along_heading_and_elevation(heading: float, elevation: float) -> None:
    pose = pose_of(np.array([1.0, 2, 3]), heading, elevation)
    assert is_rigid(pose[None])[0]
    assert pose[2, 0] == pytest.approx(0, abs=1e-12), "no roll"
    assert pose[2, 1] <= 0, "down in the picture is down"
    assert math.asin(max(-1, min(1, pose[2, 2]))) == pytest.approx(elevation, abs=1e-6)
    assert math.sin(math.atan2(pose[0, 2], pose[1, 2]) - heading) == pytest.approx(0, abs=1e-6)


def test_views_of_a_house(tmp_path: Path) -> None:
    scene = source(fake_r2r.write(tmp_path)).read(f"toy/{HOUSE}")
    assert isinstance(scene, SceneData)
    assert [v.frame for v in scene.views] == [3, 15, 27, 136]
    assert all(v.image_path and "_rgb" in v.image_path for v in scene.views[:3]), "not the semantic colours"
    heights = [np.array(v.world_from_cam).reshape(4, 4)[2, 2] for v in scene.views]
    assert heights == pytest.approx([-0.5, 0, 0.5, math.sin(-0.02)]), "30 degrees down, level, 30 up"
    assert (scene.scene.upstream_split, scene.scene.place_id) == ("val_unseen", HOUSE)


@needs_sample
def test_real_views() -> None:
    section = {
        "root": str(SAMPLE), "scenes": None, "views": "semantic_views", "named_views": "webgl_imgs", "frame_stride": 1,
        "max_frames": 100,
    }  # fmt: skip
    reader = source(section)
    ids = reader.scene_ids()
    assert len(ids) == 10
    scenes = [reader.read(scene_id) for scene_id in ids]
    assert all(isinstance(s, SceneData) and not s.drops for s in scenes)
    views = [v for s in scenes if isinstance(s, SceneData) for v in s.views]
    assert len(views) == 34, "24 by index, 10 by name"
    assert {(v.width_px, v.height_px) for v in views} == {(640, 480)}
    assert views[0].intrinsics_px is not None
    assert views[0].intrinsics_px[0] == pytest.approx(415.69, abs=0.01)
    splits = {s.scene.place_id: s.scene.upstream_split for s in scenes if isinstance(s, SceneData)}
    assert splits["17DRP5sb8fy"] == "train", "routes of val_seen lead through houses of train"
