"""Labels stand where they cover least: on their own object's widest place, or beside it, and never on each other."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.marks.places import Area, Place, place_labels

SIZE, RADIUS = (240, 320), 9


def box(x1: int, y1: int, x2: int, y2: int) -> Area:
    return Area(x1, y1, x2, y2, None)


def disc(x: int, y: int, radius: int) -> Area:
    ys, xs = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    mask = (xs**2 + ys**2 <= radius**2).astype(np.uint8)
    return Area(x - radius, y - radius, x + radius + 1, y + radius + 1, mask)


def covered(place: Place, area: Area) -> float:
    """Share of an object that lies under a label."""
    ys, xs = np.mgrid[area.y1 : area.y2, area.x1 : area.x2]
    mask = np.ones(xs.shape, bool) if area.mask is None else area.mask > 0
    under = (xs - place.x) ** 2 + (ys - place.y) ** 2 <= RADIUS**2
    return float((under & mask).sum() / mask.sum())


@pytest.mark.parametrize(
    ("area", "x", "y"),
    [
        pytest.param(box(40, 40, 140, 120), 90, 80, id="box: its middle"),
        pytest.param(disc(200, 100, 50), 200, 100, id="disc: its middle"),
    ],
)
def test_large_objects_carry_their_label(area: Area, x: int, y: int) -> None:
    (found,) = place_labels([area], SIZE, RADIUS)
    assert not found.beside
    assert math.hypot(found.x - x, found.y - y) < RADIUS / 2 + 2


def test_the_widest_place_of_a_bottle_is_its_body() -> None:
    mask = np.zeros((160, 60), np.uint8)
    mask[:90, 26:34] = 1  # neck
    mask[90:, :] = 1
    (found,) = place_labels([Area(100, 40, 160, 200, mask)], SIZE, RADIUS)
    assert not found.beside
    assert found.y > 130 + RADIUS


@pytest.mark.parametrize("area", [disc(150, 100, 5), box(100, 60, 104, 66), disc(5, 5, 4), box(319, 239, 320, 240)])
def test_small_objects_have_theirs_beside_them(area: Area) -> None:
    (found,) = place_labels([area], SIZE, RADIUS)
    assert found.beside
    assert covered(found, area) < 0.5
    assert (area.x1 <= found.at_x < area.x2, area.y1 <= found.at_y < area.y2) == (True, True)
    assert math.hypot(found.x - found.at_x, found.y - found.at_y) < 5 * RADIUS


def test_a_label_keeps_off_a_small_object_on_its_own_large_one() -> None:
    table, cup = box(40, 40, 240, 200), disc(140, 120, 12)
    on_table, on_cup = place_labels([table, cup], SIZE, RADIUS)
    assert not on_table.beside
    assert covered(on_table, cup) == 0
    assert math.hypot(on_table.x - on_cup.x, on_table.y - on_cup.y) > 2 * RADIUS


def test_a_hidden_object_still_has_a_place() -> None:
    found = place_labels([box(50, 50, 90, 90), box(50, 50, 90, 90)], SIZE, RADIUS)
    assert math.hypot(found[0].x - found[1].x, found[0].y - found[1].y) > 2 * RADIUS


def test_no_marks() -> None:
    assert place_labels([], SIZE, RADIUS) == []


EDGE = st.tuples(st.integers(0, 319), st.integers(0, 239), st.integers(1, 150), st.integers(1, 150))


@settings(max_examples=150, deadline=None)
@given(st.lists(EDGE, min_size=1, max_size=8))
def test_labels_stay_in_the_picture_and_off_each_other(edges: list[tuple[int, int, int, int]]) -> None:
    areas = [box(x, y, min(x + w, 320), min(y + h, 240)) for x, y, w, h in edges]
    found = place_labels(areas, SIZE, RADIUS)
    assert len(found) == len(areas)
    for place, area in zip(found, areas, strict=True):
        assert RADIUS <= place.x < 320 - RADIUS
        assert RADIUS <= place.y < 240 - RADIUS
        assert (area.x1 <= place.at_x < area.x2, area.y1 <= place.at_y < area.y2) == (True, True)
    for one, other in itertools.combinations(found, 2):
        assert math.hypot(one.x - other.x, one.y - other.y) > 2 * RADIUS


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30))
def test_tiny_pictures(height: int, width: int, radius: int) -> None:
    (found,) = place_labels([box(0, 0, width, height)], (height, width), radius)
    assert found.at_x < width
    assert found.at_y < height
