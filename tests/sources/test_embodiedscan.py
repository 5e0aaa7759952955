"""The EmbodiedScan reader: box angles on a real picture, alignment, sideways pictures, depth units, places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from stages.sources.base import Drop, SceneData
from stages.sources.embodiedscan import EmbodiedScan, EmbodiedScanParams
from stages.sources.embodiedscan.reader import box_of_numbers
from stages.sources.projected_boxes import rectangle_of
from tests.sources import fake_embodiedscan
from tests.sources.fake_embodiedscan import HEIGHT_PX, WIDTH_PX

SAMPLE = Path(__file__).parents[2] / "../shared/data/robospatial_example/example_data"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no sample at ../shared/data/robospatial_example")
HUES = {"Yellow": (20, 33), "Green": (35, 80)}  # half degrees; nothing else on the table has these colours


def read(section: Mapping[str, Any], scene: str) -> SceneData:
    found = EmbodiedScan("toy", EmbodiedScanParams(reader="embodiedscan", **section), 0).read(f"toy/{scene}")
    assert isinstance(found, SceneData), found
    return found


@needs_sample
def test_boxes_lie_on_the_things_of_their_colour() -> None:
    """Boxes of the same convention, drawn on a real picture: the colour in a thing's name fills its rectangle."""
    data = json.loads((SAMPLE / "annotations/example_input.json").read_text())
    bgr = cv2.imread(str(next(SAMPLE.rglob("*.jpg"))))
    assert bgr is not None
    hue, saturation, _ = np.moveaxis(cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV).astype(int), -1, 0)
    camera = data["camera_annotations"]
    cam_from_world = np.linalg.inv(np.array(camera["axis_align_matrix"]) @ np.array(camera["extrinsic"]))
    k = np.array(camera["intrinsic"])
    checked = 0
    for thing in data["objects"]:
        box = box_of_numbers(np.array(thing["bbox_3d"]).ravel().tolist())
        assert box is not None
        seen = rectangle_of(box, cam_from_world, (k[0, 0], k[1, 1], k[0, 2], k[1, 2]), (1280, 800))
        assert seen is not None
        assert seen.truncated_fraction < 0.01
        for name, (low, high) in HUES.items():
            if name in thing["Name"]:
                fits = (hue >= low) & (hue <= high) & (saturation > 64)
                x1, y1, x2, y2 = (round(v) for v in seen.box_px)
                assert fits[y1:y2, x1:x2].mean() > 5 * fits.mean(), thing["Name"]
                checked += 1
    assert checked == 2


def test_boxes_and_cameras_meet_in_the_aligned_world(tmp_path: Path) -> None:
    scene = read(fake_embodiedscan.write(tmp_path), "scannet_scene0191_00")
    np.testing.assert_allclose(
        np.array(scene.views[0].world_from_cam).reshape(4, 4), fake_embodiedscan.WORLD_FROM_CAM, atol=1e-12
    )
    rows = {o.object_id.rpartition(":")[2]: o for o in scene.objects}
    assert {k: r.category for k, r in rows.items()} == {"0": "table", "1": "stool"}
    assert [d.reason for d in scene.drops] == ["view.pose_lost", "object.junk_label"]
    axes = np.array(rows["0"].world_from_box).reshape(3, 3)
    assert np.arctan2(axes[1, 0], axes[0, 0]) == pytest.approx(0.4)


def test_sightings_are_projected_boxes(tmp_path: Path) -> None:
    scene = read(fake_embodiedscan.write(tmp_path), "scannet_scene0191_00")
    stool = next(s for s in scene.sightings if s.object_id.endswith(":1"))
    # Its nearest face is 1.8 m ahead, 0.8 to 0.4 m to the left, 1.2 to 0.7 m below the camera; the far one, 2.2 m.
    left, right = 48 - 60 * 0.8 / 1.8, 48 - 60 * 0.4 / 2.2
    top, bottom = 36 + 62 * 0.7 / 2.2, min(36 + 62 * 1.2 / 1.8, 72)
    assert stool.box_px == pytest.approx((left, top, right, bottom), abs=1e-3)
    assert (stool.detected_by, stool.visible_fraction, stool.mask_rle) == ("projected", None, None)
    assert stool.truncated_fraction is not None
    assert 0 < stool.truncated_fraction < 0.3, "its foot is below the picture"


def test_sideways_pictures_are_shown_upright(tmp_path: Path) -> None:
    section = fake_embodiedscan.write(tmp_path)
    turned, level = read(section, "3rscan_b"), read(section, "scannet_scene0191_00")
    view = turned.views[0]
    assert (view.width_px, view.height_px, view.orientation) == (HEIGHT_PX, WIDTH_PX, 6)
    np.testing.assert_allclose(np.array(view.world_from_cam), np.array(level.views[0].world_from_cam), atol=1e-12)
    assert view.intrinsics_px == (62.0, 60.0, 72 - 1 - 35.5, 47.5)


@pytest.mark.parametrize(
    ("scene", "scale_m", "encoding", "license_", "place"),
    [
        ("scannet_scene0191_00", 0.001, "png_z", "LicenseRef-ScanNet-TOU", "scene0191"),
        ("3rscan_b", 0.001, "pgm_squeezed", "LicenseRef-3RScan-TOU", "a"),
        ("matterport3d_17D_region3", 0.00025, "png_z", "LicenseRef-Matterport3D-TOU", "17D"),
    ],
)
def test_each_dataset_keeps_its_units_terms_and_places(
    tmp_path: Path, scene: str, scale_m: float, encoding: str, license_: str, place: str
) -> None:
    found = read(fake_embodiedscan.write(tmp_path), scene)
    view = found.views[0]
    assert (view.depth_scale_m, view.depth_encoding) == (scale_m, encoding)
    assert (found.scene.license, found.scene.place_id, found.scene.upstream_split) == (license_, place, "val")


def test_datasets_without_a_folder_are_left_out(tmp_path: Path) -> None:
    section = {**fake_embodiedscan.write(tmp_path), "folders": {"scannet": "scannet"}}
    source = EmbodiedScan("toy", EmbodiedScanParams(reader="embodiedscan", **section), 0)
    assert source.scene_ids() == ["toy/scannet_scene0191_00"]


def test_a_wall_behind_the_picture_is_no_sighting(tmp_path: Path) -> None:
    section = fake_embodiedscan.write(tmp_path)
    fake_embodiedscan.edit(lambda d: d["data_list"][-1]["instances"][0]["bbox_3d"].__setitem__(1, -4.0))(tmp_path)
    scene = read(section, "scannet_scene0191_00")
    assert [s.object_id[-1] for s in scene.sightings] == ["1"]
    assert Drop("sighting.outside_picture", "toy/scannet_scene0191_00/0:0") in scene.drops
