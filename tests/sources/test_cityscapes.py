"""The Cityscapes reader: figures of the real sample, instances, camera axes, and depth from disparity."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from stages.depths import decoder_of
from stages.sources.base import SceneData
from stages.sources.cityscapes import Cityscapes, CityscapesParams
from stages.sources.cityscapes.camera import gravity_c
from stages.sources.cityscapes.labels import LABELS, THINGS, read_map, segments
from tests.sources import fake_cityscapes
from tests.sources.fake_cityscapes import BARE, CAMERA, DISPARITY, FULL, INSTANCES, TEST, instances

SAMPLE = Path(__file__).parents[2] / "../shared/data/cityscapes"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no Cityscapes sample at ../shared/data/cityscapes")
THING_NAMES = sorted(LABELS[k] for k in THINGS)


def read(section: Mapping[str, Any], stem: str = FULL) -> SceneData:
    source = Cityscapes("toy", CityscapesParams(reader="cityscapes", **section), 0)
    scene = source.read(f"toy/{stem.rpartition('/')[2]}")
    assert isinstance(scene, SceneData), scene
    return scene


@pytest.fixture
def section(tmp_path: Path) -> Mapping[str, Any]:
    return fake_cityscapes.write(tmp_path)


def test_instances_become_objects_and_groups_a_crowd(section: Mapping[str, Any]) -> None:
    scene = read(section)
    found = {
        s.object_id.rpartition(":")[2]: (o.category, s.crowd, s.area_px, s.box_px)
        for o, s in zip(scene.objects, scene.sightings, strict=True)
    }
    assert found == {
        "24": ("person", True, 40, (40, 10, 50, 14)),
        "25000": ("rider", False, 40, (52, 10, 56, 20)),
        "26000": ("car", False, 160, (5, 10, 25, 20)),
        "26001": ("car", False, 40, (10, 12, 15, 20)),
    }
    assert {o.category: o.also_shows for o in scene.objects}["rider"] == ("person",)
    assert {d.item.rpartition(":")[2] for d in scene.drops} == {"road", "sky", "static"}


def test_masks_are_the_pixels_of_one_value(section: Mapping[str, Any]) -> None:
    for sighting in read(section).sightings:
        mask = coco_mask.decode({"size": [32, 64], "counts": sighting.mask_rle})
        np.testing.assert_array_equal(mask, instances() == int(sighting.object_id.rpartition(":")[2]))


def test_place_split_and_vocabulary(section: Mapping[str, Any]) -> None:
    full, test = read(section).scene, read(section, TEST)
    assert (full.place_id, full.upstream_split, full.vocabulary) == ("toy/aachen", "train", THING_NAMES)
    assert (test.scene.upstream_split, test.scene.vocabulary, test.objects) == ("test", [], [])


def test_without_instance_map_nothing_is_said_to_be_absent(section: Mapping[str, Any]) -> None:
    (Path(section["root"]) / INSTANCES).unlink()
    assert (read(section).scene.vocabulary, read(section).objects) == ([], [])


def test_camera_and_depth_are_null_where_there_are_no_files(section: Mapping[str, Any]) -> None:
    view = read(section, BARE).views[0]
    assert (view.intrinsics_px, view.gravity_c, view.depth_path, view.depth_scale_m) == (None, None, None, None)
    (Path(section["root"]) / CAMERA).unlink()
    assert read(section).views[0].depth_path is None, "disparity without a camera is no depth"


def test_disparity_becomes_metres(section: Mapping[str, Any]) -> None:
    view = read(section).views[0]
    assert (view.depth_path, view.depth_by, view.intrinsics_px) == (DISPARITY, "given", (100, 110, 31.5, 15.5))
    row = {"depth_scale_m": view.depth_scale_m}
    depth_m = decoder_of(view.depth_encoding)(Path(section["root"]) / DISPARITY, row)
    assert depth_m is not None
    assert depth_m[0, :3].tolist() == [0, 0, 20], "0 and 1 are no value, 257 is one pixel"
    np.testing.assert_allclose(depth_m[1:], 10, rtol=1e-6)


def test_gravity_leans_to_the_front_when_the_camera_looks_down() -> None:
    assert gravity_c(0.0, 0.0) == pytest.approx((0, 1, 0))
    assert gravity_c(math.pi / 2, 0.0) == pytest.approx((0, 0, 1)), "straight down"
    assert gravity_c(0.0, 0.1)[0] > 0, "rolled to the right (about the axis to the front): down is to the right"


@given(st.floats(-1.5, 1.5), st.floats(-3, 3))
def test_gravity_is_a_unit_vector_at_the_pitch_told(pitch: float, roll: float) -> None:
    down = np.array(gravity_c(pitch, roll))
    assert np.linalg.norm(down) == pytest.approx(1)
    assert math.asin(min(1, max(-1, down[2]))) == pytest.approx(pitch, abs=1e-6)


@needs_sample
def test_real_sample_gives_its_known_figures() -> None:
    section = {"root": str(SAMPLE), "splits": ["train"], "max_images": None}
    source = Cityscapes("toy", CityscapesParams(reader="cityscapes", **section), 0)
    scenes = [s for i in source.scene_ids() if isinstance(s := source.read(i), SceneData)]
    assert [len([x for x in s.sightings if not x.crowd]) for s in scenes] == [13, 9, 25, 23], "70 instances"
    assert [sum(x.crowd for x in s.sightings) for s in scenes] == [0, 1, 2, 1]
    assert {d.reason for s in scenes for d in s.drops} == {"object.stuff"}
    assert {(s.views[0].width_px, s.views[0].height_px) for s in scenes} == {(2048, 1024)}


@needs_sample
def test_real_maps_without_pictures_give_the_known_instances() -> None:
    maps = sorted((SAMPLE / "gtFine/val").glob("*/*_instanceIds.png"))
    found = [s for path in maps for s in segments(read_map(path, (2048, 1024)))]
    assert len(maps) == 8
    assert sum(not s.group for s in found if s.label in THINGS) == 234
