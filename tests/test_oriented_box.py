"""Fitted boxes: tight, turned with their points, indifferent to order, robust to strays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from stages.geometry.oriented_box import fit_upright_box, smallest_rectangle_yaw


def surface(size_m: tuple[float, float, float], yaw_deg: float, n: int = 12) -> np.ndarray:
    """Return points on the surface of an upright box round the origin."""
    grid = np.stack(np.meshgrid(*[np.linspace(-0.5, 0.5, n)] * 3), axis=-1).reshape(-1, 3)
    points = grid[(np.abs(grid) == 0.5).any(axis=1)] * size_m
    c, s = np.cos(np.radians(yaw_deg)), np.sin(np.radians(yaw_deg))
    turned: np.ndarray = points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    return turned


@pytest.mark.parametrize(
    ("size_m", "yaw_deg", "axis_deg"),
    [
        pytest.param((2.0, 1.0, 0.5), 0, 0, id="aligned"),
        pytest.param((1.0, 2.0, 0.5), 0, 90, id="longer_side_first"),
        pytest.param((2.0, 1.0, 0.5), 30, 30, id="turned"),
        pytest.param((2.0, 1.0, 0.5), 120, -60, id="points_to_plus_x"),
        pytest.param((1.0, 1.0, 3.0), 50, -40, id="square_takes_the_side_near_x"),
        pytest.param((2.0, 0.001, 1.0), 77, 77, id="thin_panel"),
    ],
)
def test_box_of_known_shape(size_m: tuple[float, float, float], yaw_deg: float, axis_deg: float) -> None:
    box = fit_upright_box(surface(size_m, yaw_deg) + np.array([3, 4, 5]), 0.0)
    np.testing.assert_allclose(box.center_w, (3, 4, 5), atol=1e-9)
    np.testing.assert_allclose(box.size_m, (max(size_m[:2]), min(size_m[:2]), size_m[2]), atol=1e-9)
    found_deg = np.degrees(np.arctan2(box.world_from_box[1, 0], box.world_from_box[0, 0]))
    assert found_deg == pytest.approx(axis_deg, abs=1e-6)


@pytest.mark.parametrize(
    ("points", "size_m"),
    [
        pytest.param([[1, 2, 3]], (0, 0, 0), id="one_point"),
        pytest.param([[0, 0, 0], [3, 4, 1]], (5, 0, 1), id="two_points"),
        pytest.param([[0, 0, 0], [1, 1, 0], [2, 2, 0], [3, 3, 2]], (np.sqrt(18), 0, 2), id="on_a_line"),
        pytest.param([[1, 1, 0], [1, 1, 0], [1, 1, 4]], (0, 0, 4), id="a_pole"),
    ],
)
def test_degenerate_points(points: list[list[float]], size_m: tuple[float, float, float]) -> None:
    box = fit_upright_box(np.array(points, dtype=np.float64), 0.0)
    np.testing.assert_allclose(box.size_m, size_m, atol=1e-9)
    assert np.linalg.det(box.world_from_box) == pytest.approx(1)


def test_no_points_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one point"):
        fit_upright_box(np.zeros((0, 3)), 0.0)


def test_strays_are_cut() -> None:
    points = surface((2.0, 1.0, 0.5), 30, n=20)
    strayed = np.concatenate([points, [[4.0, 0, 0], [0, 0, 3.0]]])
    np.testing.assert_allclose(fit_upright_box(strayed, 0.002).size_m, (2.0, 1.0, 0.5), rtol=0.01)
    assert fit_upright_box(strayed, 0.0).size_m[0] > 3


@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
def test_without_trimming_all_points_are_inside_and_order_does_not_matter(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n, 3)) * [3, 1, 2]
    box = fit_upright_box(points, 0.0)
    local = (points - box.center_w) @ box.world_from_box
    assert (np.abs(local) <= box.size_m / 2 + 1e-9).all()
    again = fit_upright_box(points[rng.permutation(n)], 0.0)
    np.testing.assert_allclose(again.world_from_box, box.world_from_box, atol=1e-7)
    np.testing.assert_allclose(again.size_m, box.size_m, atol=1e-7)


@given(st.integers(0, 2**32 - 1), st.floats(-180, 180))
def test_no_turn_gives_a_smaller_rectangle(seed: int, other_deg: float) -> None:
    points = np.random.default_rng(seed).normal(size=(30, 2))

    def area(yaw: float) -> float:
        c, s = np.cos(yaw), np.sin(yaw)
        return float(np.ptp(points @ [c, s]) * np.ptp(points @ [-s, c]))

    assert area(smallest_rectangle_yaw(points)) <= area(np.radians(other_deg)) + 1e-9


@given(st.floats(0.5, 3), st.floats(0.5, 3), st.floats(-180, 180))
def test_footprint_turns_with_the_points(length: float, width: float, yaw_deg: float) -> None:
    assume(abs(length - width) > 0.05)
    box = fit_upright_box(surface((length, width, 1.0), yaw_deg, n=4), 0.0)
    np.testing.assert_allclose(box.size_m[:2], sorted((length, width), reverse=True), atol=1e-6)
