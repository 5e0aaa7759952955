"""Distances of boxes found two ways, tables that disagree, and the samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from benchmarks.box_tables import boxes_of, least_squares_gap, main, of_multiscan, of_vsi_bench
from benchmarks.vsi_bench_truth import samples_folder
from stages.geometry.boxes import upright_gap

Numbers = tuple[float, float, float]


def obb(center: Numbers, size: Numbers, yaw_deg: float = 0.0, lean_deg: float = 0.0) -> dict[str, Any]:
    turn = Rotation.from_euler("ZX", [yaw_deg, lean_deg], degrees=True).as_matrix()
    reach = np.abs(turn) @ np.array(size) / 2
    return {"centroid": list(center), "axesLengths": list(size), "normalizedAxes": turn.T.ravel().tolist(),
            "min": (np.array(center) - reach).tolist(), "max": (np.array(center) + reach).tolist()}  # fmt: skip


@pytest.mark.parametrize(
    ("second", "gap_m"),
    [
        pytest.param(obb((3, 0, 0), (1, 1, 1)), 2.0, id="side by side"),
        pytest.param(obb((3, 4, 0), (1, 1, 1)), np.hypot(2, 3), id="across a corner"),
        pytest.param(obb((3, 0, 0), (1, 1, 1), 45), 2.5 - np.sqrt(0.5), id="corner towards a side"),
        pytest.param(obb((3, 0, 0), (1, 1, 1), 90, 45), 2.5 - np.sqrt(0.5), id="leaning"),
        pytest.param(obb((0.2, 0, 0), (1, 1, 1), 30), 0.0, id="overlap"),
    ],
)
def test_distance_of_two_boxes(second: dict[str, Any], gap_m: float) -> None:
    boxes = boxes_of([("a", obb((0, 0, 0), (1, 1, 1))), ("b", second)])
    assert least_squares_gap(boxes, 0, 1) == pytest.approx(gap_m, abs=1e-6)


@settings(max_examples=60)
@given(*[st.floats(-3, 3)] * 3, *[st.floats(0.05, 2)] * 3, st.floats(-180, 180), st.floats(-180, 180))
def test_the_closed_form_equals_least_squares(
    x: float, y: float, z: float, a: float, b: float, c: float, yaw_a: float, yaw_b: float
) -> None:
    boxes = boxes_of([("a", obb((0, 0, 0), (0.7, 0.4, 1.1), yaw_a)), ("b", obb((x, y, z), (a, b, c), yaw_b))])
    one, two = (
        (boxes.center[k : k + 1], boxes.size_m[k : k + 1], np.radians([yaw])) for k, yaw in ((0, yaw_a), (1, yaw_b))
    )
    assert upright_gap(*one, *two)[0] == pytest.approx(least_squares_gap(boxes, 0, 1), abs=1e-5)


def room(**changes: Any) -> list[dict[str, Any]]:
    """Floor, two walls and a chest; some columns changed of the chest."""
    parts = {"floor.1": obb((0, 0, 0), (4, 3, 0.1)), "wall.1": obb((-2, 0, 1.2), (0.1, 3, 2.4)),
             "wall.2": obb((0, 1.5, 1.2), (4, 0.1, 2.4)), "wall.3": obb((2, 0, 1.2), (0.1, 3, 2.4)),
             "wall.4": obb((0, -1.5, 1.2), (4, 0.1, 2.4)),
             "chest.1": obb((1, 0, 0.4), (1.0, 0.5, 0.8), 20) | changes}  # fmt: skip
    return [{"label": n, "obb": {**box, "up": [0, 0, 1], "front": [1, 0, 0]}} for n, box in parts.items()]


def test_a_consistent_scan_agrees_and_its_room_is_its_floor() -> None:
    found = of_multiscan(room())
    assert (found["corners_agree"], found["longest_edge_agrees"], found["distance_agrees_upright"]) == (1, 1, 1)
    assert found["floor_outline_m2"] == pytest.approx(found["floor_box_m2"], rel=0.05)
    assert found["floor_wall_share"] > 0.9


@pytest.mark.parametrize(
    ("changes", "told", "key"),
    [
        pytest.param({"min": [0, 0, 0]}, "corners and min, max: chest.1", "corners_agree", id="corner"),
        pytest.param(
            {"centroid": [1, 0.4, 0.4]}, "corners and min, max: chest.1", "centroid_in_the_middle", id="centre"
        ),
        pytest.param(
            {"normalizedAxes": obb((0, 0, 0), (1, 1, 1), 0, 30)["normalizedAxes"]},
            "corners",
            "corners_agree",
            id="axes",
        ),
    ],
)
def test_a_table_that_disagrees_is_told(
    changes: dict[str, Any], told: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = of_multiscan(room(**changes))
    assert told in capsys.readouterr().out
    assert found[key] == pytest.approx(5 / 6)


def test_a_room_smaller_than_what_stands_in_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    listed = {"chair": [obb((x, y, 0.5), (0.5, 0.5, 1.0)) for x in (0, 4) for y in (0, 3)]}
    scenes = {"small": {"object_bbox": listed, "room_size": 10.0}, "large": {"object_bbox": listed, "room_size": 20.0}}
    found = of_vsi_bench(scenes)
    assert "small: centres of the boxes span 12.0 m2" in capsys.readouterr().out
    assert found["centres_span_no_more_than_the_room"] == 0.5


def test_sample_tables_agree_where_they_did_when_measured() -> None:
    folder = samples_folder()
    if not ((folder / "multiscan").is_dir() and (folder / "vsi_bench").is_dir()):
        pytest.skip(f"no tables in {folder}; ENGINE_SAMPLES names a folder with samples of the data sets")
    found = main(folder)
    scan = found["multiscan scene_00000_00"]
    assert scan["boxes"] == 28
    assert {k: scan[k] for k in ("corners_agree", "centroid_in_the_middle", "longest_edge_agrees", "up_is_an_axis",
                                 "front_is_an_axis", "distance_agrees_upright")} == pytest.approx(
        dict.fromkeys(("corners_agree", "centroid_in_the_middle", "longest_edge_agrees", "up_is_an_axis",
                       "front_is_an_axis", "distance_agrees_upright"), 1.0))  # fmt: skip
    assert scan["floor_outline_m2"] == pytest.approx(scan["floor_box_m2"], rel=0.15)
    for name in ("arkitscenes", "scannetpp"):
        assert found[f"vsi_bench {name}"]["distance_agrees_upright"] == 1.0
    assert all(row["min_max_gap_is_no_larger"] == 1.0 for row in found.values())
