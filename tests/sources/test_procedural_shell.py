"""Blocks that touch, models that face somewhere, rooms that close."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.rng import generator
from stages.sources.procedural.finishes import finishes
from stages.sources.procedural.furniture import build
from stages.sources.procedural.placed import Block, Placed
from stages.sources.procedural.shell import Opening, l_shape, rectangle, shell_sheets


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10_000))
def test_touching_is_symmetric_and_agrees_with_samples(key: int) -> None:
    rng = generator("blocks", key)
    a, b = (
        Block(x, y, half_x, half_y, yaw, 0.0, 1.0)
        for x, y, half_x, half_y, yaw in rng.uniform([-1, -1, 0.1, 0.1, -4], [1, 1, 1, 1, 4], (2, 5)).tolist()
    )
    assert a.touches(b) == b.touches(a)
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 25), np.linspace(-1, 1, 25)), axis=-1).reshape(-1, 2)
    c, s = math.cos(a.yaw), math.sin(a.yaw)
    points_w = (grid * [a.half_x, a.half_y]) @ np.array([[c, s], [-s, c]]) + [a.x, a.y]
    c, s = math.cos(b.yaw), math.sin(b.yaw)
    local = (points_w - [b.x, b.y]) @ np.array([[c, -s], [s, c]])
    if (np.abs(local) < [b.half_x, b.half_y]).all(axis=1).any():
        assert a.touches(b)


@pytest.mark.parametrize(
    ("other", "touches"),
    [
        pytest.param(Block(0, 0, 1, 1, 0, 1.0, 2.0), False, id="stands_on_top"),
        pytest.param(Block(2, 0, 1, 1, 0, 0.0, 1.0), False, id="side_by_side"),
        pytest.param(Block(1.9, 0, 1, 1, 0, 0.0, 1.0), True, id="a_little_in"),
        pytest.param(Block(2.2, 0, 1, 1, math.pi / 4, 0.0, 1.0), True, id="corner_in"),
        pytest.param(Block(2.5, 0, 1, 1, math.pi / 4, 0.0, 1.0), False, id="corner_out"),
        pytest.param(Block(0, 0, 0, 0, 0, 0.5, 0.5), True, id="point_inside"),
        pytest.param(Block(3, 0, 0, 0, 0, 0.5, 0.5), False, id="point_outside"),
    ],
)
def test_blocks_touch(other: Block, touches: bool) -> None:
    assert Block(0, 0, 1, 1, 0, 0.0, 1.0).touches(other) is touches


def test_front_and_right_of_a_placed_model() -> None:
    placed = Placed(build("chair", generator(0)), 1.0, 2.0, 0.0, math.pi / 2)
    np.testing.assert_allclose(placed.front, [1, 0], atol=1e-12)
    np.testing.assert_allclose(placed.right, [0, 1], atol=1e-12)
    np.testing.assert_allclose(placed.at(0.5, 0.25), [0.75, 2.5], atol=1e-12)


def test_shell_closes_round_its_openings() -> None:
    for room in (rectangle(4, 3, 2.5), l_shape(5, 4, 2, 1.5, 2.6)):
        openings = [Opening(0, 1.0, 2.0, 0.9, 2.1)]
        surfaces = finishes(generator(1), ["oak planks"], ["accent"], len(room.walls))
        sheets = shell_sheets(room, openings, [], surfaces)
        floor, ceiling, *walls = (s.vertices_w.reshape(-1, 4, 3) for s in sheets)

        def area(quads: np.ndarray) -> float:
            a, b, c, d = quads.transpose(1, 0, 2)
            return float(np.linalg.norm(np.cross(c - a, d - b), axis=1).sum() / 2)

        assert area(floor) == pytest.approx(room.area_m2)
        assert area(ceiling) == pytest.approx(room.area_m2)
        wall_area = sum(w.length_m for w in room.walls) * room.height_m - 1.0 * 1.2
        assert sum(area(w) for w in walls[: len(room.walls)]) == pytest.approx(wall_area)
        normal_z = np.cross(floor[:, 1] - floor[:, 0], floor[:, 2] - floor[:, 0])[:, 2]
        assert (normal_z > 0).all()
