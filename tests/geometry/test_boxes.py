"""Distances and extents of boxes against slow, independent computations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, lsq_linear
from scipy.spatial.transform import Rotation

from stages.geometry import boxes

Box = tuple[tuple[float, float, float], tuple[float, float, float], float]
box = st.tuples(
    st.tuples(*[st.floats(-3, 3)] * 3), st.tuples(*[st.floats(0.05, 2)] * 3), st.floats(-3.2, 3.2)
)  # centre, size, yaw


def gap(a: Box, b: Box) -> float:
    columns = [np.array([value], dtype=np.float64) for value in (*a, *b)]
    return float(boxes.upright_gap(*columns)[0])


def slow_gap(a: Box, b: Box) -> float:
    """Closest points of two boxes as a bounded least-squares problem in box coordinates."""
    rotations = [Rotation.from_euler("z", yaw).as_matrix() for _, _, yaw in (a, b)]
    matrix = np.hstack([rotations[0], -rotations[1]])
    target = np.array(b[0]) - np.array(a[0])
    half = np.concatenate([np.array(a[1]) / 2, np.array(b[1]) / 2])
    return float(np.sqrt(2 * lsq_linear(matrix, target, (-half, half), tol=1e-14).cost))


@settings(max_examples=150, deadline=None)
@given(box, box)
def test_gap_equals_the_optimum(a: Box, b: Box) -> None:
    assert gap(a, b) == pytest.approx(slow_gap(a, b), abs=2e-5)


@given(box, box)
def test_gap_is_symmetric(a: Box, b: Box) -> None:
    assert gap(a, b) == pytest.approx(gap(b, a), abs=1e-9)


def separation(a: Box, b: Box) -> float:
    columns = [np.array([value], dtype=np.float64) for value in (*a, *b)]
    return float(boxes.plan_separation(*columns)[0])


def sides(one: Box) -> np.ndarray:
    """Outward unit normals of the four sides of a footprint."""
    return np.array([[np.cos(one[2] + k), np.sin(one[2] + k)] for k in np.arange(4) * np.pi / 2])


def room_inside_both(a: Box, b: Box) -> float:
    """How far inside all sides of both footprints a point can lie, negative if none lies in both: a linear program."""
    normals = np.concatenate([sides(one) for one in (a, b)])
    half = np.concatenate([np.tile(one[1][:2], 2) / 2 for one in (a, b)])
    offset = half + np.concatenate([sides(one) @ one[0][:2] for one in (a, b)])
    found = linprog([0, 0, -1], np.column_stack([normals, np.ones(8)]), offset, bounds=[(None, None)] * 3)
    return float(found.x[2])


def pushed(b: Box, by: np.ndarray) -> Box:
    return ((b[0][0] + by[0], b[0][1] + by[1], b[0][2]), b[1], b[2])


@settings(max_examples=60)
@given(box, box)
def test_overlap_in_plan_is_the_shortest_push_along_a_side(a: Box, b: Box) -> None:
    """Pushed by that much along the best side the footprints part; along no side does a shorter push part them."""
    apart, near = separation(a, b), 1e-5
    directions = np.concatenate([sides(a), sides(b)])
    if apart > near:
        assert room_inside_both(a, b) < 0
    elif apart < -near:
        parted = [room_inside_both(a, pushed(b, (near - apart) * d)) < 0 for d in directions]
        still = [room_inside_both(a, pushed(b, (-apart - near) * d)) > 0 for d in directions]
        assert any(parted)
        assert all(still)


@given(box, box)
def test_footprints_apart_are_parted_by_a_strip_that_wide(a: Box, b: Box) -> None:
    """The widest strip along a side that no corner reaches into, found by projecting all corners on all sides."""
    corners = [
        boxes.rectangle_corners(*(np.array([v], dtype=float) for v in (c[:2], s[:2], yaw)))[0] for c, s, yaw in (a, b)
    ]
    strips = [np.min(corners[1] @ d) - np.max(corners[0] @ d) for d in np.concatenate([sides(a), sides(b)])]
    apart = separation(a, b)
    assert apart == pytest.approx(max(strips), abs=1e-9)
    flat_gap = gap(((*a[0][:2], 0), a[1], a[2]), ((*b[0][:2], 0), b[1], b[2]))
    assert apart <= flat_gap + 1e-9
    assert (apart > 1e-9) <= (flat_gap > 0)


CUBE: Box = ((0, 0, 0), (1, 1, 1), 0)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        pytest.param(CUBE, 0.0, id="the same box"),
        pytest.param(((2, 0, 0), (1, 1, 1), 0), 1.0, id="side by side"),
        pytest.param(((0, 0, 3), (1, 1, 1), 0), 2.0, id="on top"),
        pytest.param(((4, 5, 0), (1, 1, 1), 0), 5.0, id="corner to corner, 3-4-5"),
        pytest.param(((0, 0, 0), (0.2, 0.2, 0.2), 0.3), 0.0, id="nested"),
        pytest.param(((0, 0, 0), (4, 0.1, 0.1), 0.7), 0.0, id="crossing without a corner inside"),
        pytest.param(((1 + np.sqrt(0.5), 0, 0), (1, 1, 1), np.pi / 4), 0.5, id="corner to face"),
    ],
)
def test_gap_by_hand(other: Box, expected: float) -> None:
    assert gap(CUBE, other) == pytest.approx(expected, abs=1e-12)


@given(st.tuples(*[st.floats(0.1, 3)] * 3), st.floats(-3.1, 3.1))
def test_upright_box_of_a_turned_box_is_itself(size: tuple[float, float, float], yaw: float) -> None:
    rotation = Rotation.from_euler("z", yaw).as_matrix()[None]
    extents, turn = boxes.upright(np.array([size]), rotation)
    np.testing.assert_allclose(extents[0], size)
    assert turn[0] == pytest.approx(yaw)


@given(st.tuples(*[st.floats(0.1, 3)] * 3), st.tuples(*[st.floats(-3, 3)] * 3))
def test_upright_box_holds_all_corners_of_a_tilted_box(
    size: tuple[float, float, float], turn: tuple[float, float, float]
) -> None:
    rotation = Rotation.from_rotvec(turn).as_matrix()[None]
    extents, yaw = boxes.upright(np.array([size]), rotation)
    points = boxes.corners(np.zeros((1, 3)), np.array([size]), rotation)[0]
    local = points @ Rotation.from_euler("z", yaw[0]).as_matrix()
    np.testing.assert_allclose(np.abs(local).max(axis=0), extents[0] / 2, atol=1e-9)
