"""Mark sets: the largest objects of a view, in an order that tells nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.marks.palette import NAMES, PALETTE
from stages.marks.select import MarkParams, mark_places, mark_set
from stages.schema.records import SightingRow, to_table

PARAMS = MarkParams(most=3, min_side_px=10)


def sightings(sides: list[tuple[float, bool]], view: str = "s/1/000") -> list[SightingRow]:
    return [
        SightingRow(
            view,
            f"{view[:-4]}:thing_{k}",
            view[:-4],
            (5.0, 5.0, 5 + side, 25 + side),
            side * (20 + side),
            "test",
            crowd=crowd,
        )
        for k, (side, crowd) in enumerate(sides)
    ]


@pytest.mark.parametrize(
    ("sides", "marked"),
    [
        pytest.param([(50, False), (40, False)], {0, 1}, id="all fit"),
        pytest.param([(50, False), (9, False)], {0}, id="too small"),
        pytest.param([(50, False), (60, True)], {0}, id="crowd"),
        pytest.param([(20, False), (50, False), (30, False), (40, False)], {1, 2, 3}, id="largest win"),
        pytest.param([(5, False)], set(), id="none fits"),
        pytest.param([], set(), id="no sightings"),
    ],
)
def test_who_is_marked(sides: list[tuple[float, bool]], marked: set[int]) -> None:
    table = to_table("sighting", sightings(sides))
    places = mark_places(table, 1, PARAMS)
    assert set(np.flatnonzero(places >= 0)) == marked
    assert sorted(places[places >= 0]) == list(range(len(marked)))
    wanted = {f"s/1:thing_{k}" for k in marked}
    assert {name for names in mark_set(table, 1, PARAMS).values() for name in names} == wanted


@given(st.permutations(range(6)), st.integers(0, 9))
def test_row_order_changes_nothing(order: list[int], seed: int) -> None:
    table = to_table("sighting", sightings([(20.0 + k // 2, False) for k in range(6)]))
    assert mark_set(table.take(pa.array(order)), seed, PARAMS) == mark_set(table, seed, PARAMS)


def test_views_do_not_disturb_each_other() -> None:
    one, two = sightings([(50, False), (40, False)]), sightings([(30, False)] * 5, "s/1/001")
    alone, both = (mark_set(to_table("sighting", rows), 1, PARAMS) for rows in (one, one + two))
    assert both["s/1/000"] == alone["s/1/000"]
    assert len(both["s/1/001"]) == 3


def test_numbers_do_not_follow_size() -> None:
    """Over many views the largest object is number 1, 2 and 3 about equally often."""
    rows = [row for k in range(900) for row in sightings([(50, False), (40, False), (30, False)], f"s{k:03d}/000")]
    places = mark_places(to_table("sighting", rows), 1, PARAMS).reshape(-1, 3)
    assert abs(np.bincount(places[:, 0], minlength=3) - 300).max() < 60  # 4 sigma


def test_palette_names_are_single_words_for_distinct_colours() -> None:
    assert len(set(NAMES)) == len({color for _, color in PALETTE}) == len(PALETTE)
    assert all(name.isalpha() and name.islower() for name in NAMES)
    colors = np.array([color for _, color in PALETTE], dtype=float)
    gaps = np.linalg.norm(colors[:, None] - colors[None, :], axis=2)[~np.eye(len(colors), dtype=bool)]
    assert gaps.min() > 70
