"""Floors of rooms that are known: height, outline, and what cannot be known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jaxtyping import Float

from stages.geometry.floor import alpha_outline, floor_height_m, floor_outline, grid_outline, wall_outline
from stages.geometry.outlines import alpha_shape, cells_outline, polygon_area

RECTANGLE = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))
L_SHAPE = ((0.0, 0.0), (5.0, 0.0), (5.0, 2.0), (2.0, 2.0), (2.0, 4.0), (0.0, 4.0))
HEXAGON = tuple((2.5 * float(np.cos(a)), 2.5 * float(np.sin(a))) for a in np.arange(6) * np.pi / 3)
STEP_M = 0.04


def within(points: np.ndarray, outline: np.ndarray) -> np.ndarray:
    odd = np.zeros(len(points), bool)
    for (x1, y1), (x2, y2) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        crosses = (y1 > points[:, 1]) != (y2 > points[:, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            odd ^= crosses & (points[:, 0] < (x2 - x1) * (points[:, 1] - y1) / (y2 - y1) + x1)
    return odd


def scan(corners: tuple[tuple[float, float], ...], without: tuple[int, ...] = (), floor_m: float = 0.0) -> np.ndarray:
    """Points on floor and walls every 4 cm; the walls that leave the corners in `without` were not scanned."""
    outline = np.array(corners)
    low, high = outline.min(axis=0), outline.max(axis=0)
    x, y = np.meshgrid(np.arange(low[0] + 0.01, high[0], STEP_M), np.arange(low[1] + 0.01, high[1], STEP_M))
    floor = np.stack([x.ravel(), y.ravel()], axis=1)
    parts = [np.c_[floor[within(floor, outline)], np.full(within(floor, outline).sum(), floor_m)]]
    for k, (a, b) in enumerate(zip(outline, np.roll(outline, -1, axis=0), strict=True)):
        if k not in without:
            along = np.arange(0, np.linalg.norm(b - a), STEP_M)[:, None] * (b - a) / np.linalg.norm(b - a) + a
            heights = np.arange(0, 2.4, STEP_M) + floor_m
            parts.append(np.c_[np.repeat(along, len(heights), axis=0), np.tile(heights, len(along))])
    return np.concatenate(parts)


def table(x: float, y: float, floor_m: float) -> np.ndarray:
    """A table 1.2 m square, 0.75 m high, that hides the floor below."""
    u, v = np.meshgrid(np.arange(0, 1.2, STEP_M), np.arange(0, 1.2, STEP_M))
    return np.stack([u.ravel() + x, v.ravel() + y, np.full(u.size, 0.75 + floor_m)], axis=1)


def turned(points: Float[np.ndarray, "n 3"], yaw_deg: float) -> Float[np.ndarray, "n 3"]:
    c, s = np.cos(np.deg2rad(yaw_deg)), np.sin(np.deg2rad(yaw_deg))
    result: Float[np.ndarray, "n 3"] = points @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    return result


@pytest.mark.parametrize(
    ("corners", "area_m2", "vertices"),
    [pytest.param(RECTANGLE, 12.0, 4, id="rectangle"), pytest.param(L_SHAPE, 14.0, 6, id="l_shape")],
)
@pytest.mark.parametrize("yaw_deg", [0, 31, 88])
def test_rooms_with_all_walls(
    corners: tuple[tuple[float, float], ...], area_m2: float, vertices: int, yaw_deg: float
) -> None:
    found = floor_outline(turned(scan(corners, floor_m=-0.7), yaw_deg))
    assert found is not None
    assert len(found.outline_w) == vertices
    assert polygon_area(found.outline_w) == pytest.approx(area_m2, rel=0.015)
    assert found.wall_share == pytest.approx(1.0)


def test_floor_below_a_table_belongs_to_the_room_but_not_to_the_alpha_shape() -> None:
    points = scan(RECTANGLE)
    hidden = (np.abs(points[:, 0] - 2.0) < 0.6) & (np.abs(points[:, 1] - 0.6) < 0.6) & (points[:, 2] == 0)
    points = np.concatenate([points[~hidden], table(1.4, 0.0, 0.0)])
    for outline in (wall_outline(points, 0.0), grid_outline(points)):
        assert outline is not None
        assert polygon_area(outline) == pytest.approx(12.0, rel=0.03)
    alpha = alpha_outline(points, 0.0)
    assert alpha is not None
    assert polygon_area(alpha) == pytest.approx(12.0 - 1.44, rel=0.03)


def test_a_wall_that_was_not_scanned_shows_in_the_wall_share() -> None:
    found = floor_outline(scan(RECTANGLE, without=(1,)))
    assert found is not None
    assert polygon_area(found.outline_w) == pytest.approx(12.0, rel=0.03), "the floor ends there"
    assert found.wall_share == pytest.approx(1 - 3 / 14, abs=0.03)


def test_walls_that_meet_at_no_right_angle_leave_the_covered_ground() -> None:
    found = floor_outline(scan(HEXAGON))
    assert found is not None
    assert polygon_area(found.outline_w) == pytest.approx(1.5 * np.sqrt(3) * 2.5**2, rel=0.05)
    assert found.wall_share > 0.95


@pytest.mark.parametrize("floor_m", [-1.3, 0.0, 0.01, 2.5])
def test_floor_is_below_tables_and_above_strays(floor_m: float) -> None:
    strays = np.array([[1.0, 1.0, floor_m - 0.8], [2.0, 2.0, floor_m - 0.5], [0.1, 0.1, np.nan]])
    points = np.concatenate([scan(RECTANGLE, floor_m=floor_m), table(0.1, 0.1, floor_m), strays])
    assert floor_height_m(points) == pytest.approx(floor_m, abs=0.01)


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(np.zeros((0, 3)), id="none"),
        pytest.param(np.full((4, 3), np.nan), id="not_finite"),
        pytest.param(np.array([[0.0, 0, 0]]), id="one"),
        pytest.param(np.array([[0.0, 0, 0], [1, 1, 0], [2, 2, 0]]), id="three_on_a_line"),
        pytest.param(np.c_[np.arange(0, 3, 0.01), np.zeros((300, 2))], id="a_line"),
        pytest.param(np.tile([[1.0, 2.0, 3.0]], (50, 1)), id="one_spot"),
    ],
)
def test_too_little_gives_no_floor(points: np.ndarray) -> None:
    assert floor_outline(points) is None
    assert np.isnan(floor_height_m(points))
    assert alpha_shape(points[np.isfinite(points).all(axis=1), :2], 5.0) is None


def test_alpha_shape_by_hand() -> None:
    """Unit square and its middle: four triangles of circumradius 0.5; a far point is left out."""
    points = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.5], [9.0, 0.5]])
    shape = alpha_shape(points, 1.9)
    assert shape is not None
    assert shape.area_m2 == pytest.approx(1.0)
    assert polygon_area(shape.outline) == pytest.approx(1.0)
    assert sorted(map(tuple, shape.outline.tolist())) == [(0, 0), (0, 1), (1, 0), (1, 1)]
    assert alpha_shape(points, 2.1) is None, "no triangle has a circumradius below 0.476"


def test_alpha_shape_leaves_holes_out_of_its_area_alone() -> None:
    x, y = np.meshgrid(np.arange(11) * 0.1, np.arange(11) * 0.1)
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    ring = points[np.abs(points - 0.5).max(axis=1) > 0.25]
    shape = alpha_shape(ring, 10.0)
    assert shape is not None
    assert polygon_area(shape.outline) == pytest.approx(1.0)
    assert shape.area_m2 == pytest.approx(1.0 - 0.36 + 4 * 0.005), "a triangle fits into each corner"


def test_cells_that_touch_at_a_corner_are_two_parts() -> None:
    inside = np.array([[True, True, False], [False, False, True]])
    ring = cells_outline(inside, np.array([0.0, 1, 2, 3]), np.array([0.0, 1, 5]))
    assert polygon_area(ring) == pytest.approx(4.0), "the larger one"
    assert len(ring) == 4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=5, max_size=5))
def test_outline_of_cells_holds_a_whole_part(rows: list[list[bool]]) -> None:
    inside = np.array(rows)
    if not inside.any():
        return
    ring = cells_outline(inside, np.arange(6.0), np.arange(6.0))
    middles = np.stack(np.meshgrid(np.arange(5) + 0.5, np.arange(5) + 0.5), axis=-1).reshape(-1, 2)
    held = within(middles, ring).reshape(5, 5)
    assert held.sum() == pytest.approx(polygon_area(ring))
    assert held[inside].any()


@settings(max_examples=10, deadline=None)
@given(st.floats(2, 6), st.floats(2, 6), st.floats(0, 90), st.integers(0, 99))
def test_area_turns_and_shuffles_with_the_room(width: float, depth: float, yaw_deg: float, key: int) -> None:
    points = turned(scan(((0.0, 0.0), (width, 0.0), (width, depth), (0.0, depth))), yaw_deg)
    found = floor_outline(points)
    shuffled = floor_outline(np.random.default_rng(key).permutation(points))
    assert found is not None
    assert shuffled is not None
    assert polygon_area(found.outline_w) == pytest.approx(width * depth, rel=0.025)
    np.testing.assert_allclose(shuffled.outline_w, found.outline_w, atol=1e-9)
