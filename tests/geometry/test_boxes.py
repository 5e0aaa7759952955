"""Distances and extents of boxes against slow, independent computations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear
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
