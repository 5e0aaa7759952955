"""Annotated boxes against pictures: overlaps by hand, depth from points, and the samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from benchmarks.given_boxes import (
    FINER,
    Given,
    cam_from_upright,
    depth_of_points,
    filled,
    lifted_against,
    project,
    rectangle_iou,
    robospatial,
    sun_box,
    sun_rgbd,
    upright_iou,
)
from benchmarks.vsi_bench_truth import samples_folder

K = np.array([[600.0, 0, 299.5], [0, 600.0, 224.5], [0, 0, 1]])
LEVEL = cam_from_upright(np.eye(3))


@pytest.mark.parametrize(
    ("other", "iou"),
    [
        pytest.param((0, 0, 10, 10), 1.0, id="same"),
        pytest.param((5, 0, 15, 10), 1 / 3, id="half"),
        pytest.param((10, 0, 20, 10), 0.0, id="touching"),
        pytest.param((2, 2, 4, 4), 0.04, id="inside"),
    ],
)
def test_overlap_of_rectangles(other: tuple[float, ...], iou: float) -> None:
    outline = np.array([[0, 0], [10, 0], [10, 10], [0, 10]], dtype=np.float64)
    assert rectangle_iou(outline, np.array(other, dtype=np.float64)) == pytest.approx(iou)


@pytest.mark.parametrize(
    ("numbers", "iou"),
    [
        pytest.param([0, 0, 0, 2, 1, 1, 0], 1.0, id="same"),
        pytest.param([0, 0, 0, 1, 2, 1, np.pi / 2], 1.0, id="same, sides named otherwise"),
        pytest.param([0, 0, 0, 2, 1, 1, np.pi / 2], 1 / 3, id="crossed"),
        pytest.param([0, 0, 0.5, 2, 1, 1, 0], 1 / 3, id="half above"),
        pytest.param([3, 0, 0, 2, 1, 1, 0], 0.0, id="apart"),
    ],
)
def test_overlap_of_turned_boxes(numbers: list[float], iou: float) -> None:
    assert upright_iou(sun_box("a", [0, 0, 0, 2, 1, 1, 0]), sun_box("b", numbers)) == pytest.approx(iou, abs=1e-5)


def test_upright_axes_look_along_y() -> None:
    ahead = Given("thing", np.array([0.5, 4.0, 0.25]), np.array([0.2, 0.2, 0.2]), np.eye(3))
    outline = project(ahead, K, LEVEL)
    assert (outline.min(axis=0) + outline.max(axis=0)) / 2 == pytest.approx([299.5 + 75, 224.5 - 37.5], abs=1)


def test_depth_of_a_pixel_is_that_of_its_middle_point() -> None:
    points = np.array([[0.0, z, 0.0] for z in (2.0, 2.1, 5.0)] + [[0.0, -3.0, 0.0], [90.0, 3.0, 0.0]])
    frame = depth_of_points(points, K, LEVEL, (450, 600))
    assert frame.depth_m.shape == (450 // FINER, 600 // FINER)
    assert frame.depth_m[np.isfinite(frame.depth_m)] == pytest.approx(2.1)


def test_holes_are_filled_inside_a_surface_and_not_across_an_edge() -> None:
    depth = np.full((5, 6), 2.0, np.float32)
    depth[:, 3:] = 4.0
    depth[2, 1], depth[2, 3] = np.nan, np.nan
    found = filled(depth)
    assert found[2, 1] == pytest.approx(2.0)
    assert np.isnan(found[2, 3])
    assert np.isnan(filled(np.full((4, 4), np.nan, np.float32))).all()


def test_a_box_of_points_is_lifted_to_itself() -> None:
    box = Given("chest", np.array([0.1, 2.5, -0.9]), np.array([0.9, 0.6, 0.6]),
                Rotation.from_euler("z", 25, degrees=True).as_matrix())  # fmt: skip
    steps = np.linspace(-0.5, 0.5, 140)
    grids = [[np.array([-0.5, 0.5]) if k == axis else steps for k in range(3)] for axis in range(3)]
    sides = [np.stack(np.meshgrid(*grid), axis=-1).reshape(-1, 3) for grid in grids]
    frame = depth_of_points(
        (np.concatenate(sides) * box.size_m) @ box.world_from_box.T + box.center_w, K, LEVEL, (600, 600)
    )
    larger = Given(box.name, box.center_w, box.size_m * 1.02, box.world_from_box)  # its points lie on its sides
    found = lifted_against(larger, frame)
    assert found["lifted"]
    assert found["center_off_m"] < 0.06
    assert found["iou_3d"] > 0.75
    assert found["yaw_off_deg"] < 3


def test_sun_rgbd_boxes_lie_on_their_objects() -> None:
    folder = samples_folder() / "sunrgbd/mmdet3d_demo"
    if not folder.is_dir():
        pytest.skip(f"no {folder}; ENGINE_SAMPLES names a folder with samples of the data sets")
    night_stand, bed = sun_rgbd(folder)
    assert night_stand["iou_2d"] > 0.8
    assert bed["iou_2d"] > 0.9
    for row in (night_stand, bed):
        assert row["iou_2d_rt_not_transposed"] < 0.5 * row["iou_2d"]
    assert bed["iou_2d_angle_not_negated"] < 0.7
    assert bed["points_in_box"] > 1.5 * bed["points_in_box_angle_not_negated"]
    assert bed["center_off_m"] < 0.08
    assert bed["iou_3d"] > 0.85
    assert max(abs(v) for v in bed["size_rel"]) < 0.06
    assert not night_stand["observed"], "only its front is seen"
    assert max(abs(v) for v in night_stand["size_rel"][1:]) < 0.12


def test_robospatial_boxes_lie_on_their_objects() -> None:
    folder = samples_folder() / "robospatial_example/example_data"
    if not folder.is_dir():
        pytest.skip(f"no {folder}; ENGINE_SAMPLES names a folder with samples of the data sets")
    rows = robospatial(folder)
    assert len(rows) == 8
    assert min(row["share_in_picture"] for row in rows) > 0.98
    assert max(row["share_in_picture_world_to_camera"] for row in rows) < 0.05
    gains = {row["name"].split()[-1]: row["colour_gain"] for row in rows if row["colour_gain"] is not None}
    assert min(gains[n] for n in ("potato.", "banana.", "cup.", "choy.")) > 0.15
    depths = {row["name"].split()[-1]: row["depth_m"] for row in rows}
    assert depths["choy."] < depths["cup."] < depths["potato."] < depths["clock."] < depths["banana."]
