"""The side of a place depends on the place alone."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from stages.sides import side_of


@given(st.lists(st.text(min_size=1), min_size=1, unique=True), st.integers(0, 99))
def test_other_places_change_nothing(places: list[str], seed: int) -> None:
    together = side_of(pa.array(places), seed, 0.3).to_pylist()
    assert together == [side_of(pa.array([place]), seed, 0.3)[0].as_py() for place in places]


def test_share_is_met() -> None:
    sides = side_of(pa.array([f"place {k}" for k in range(5000)]), 1, 0.2).to_pylist()
    assert abs(sides.count("benchmark") / 5000 - 0.2) < 0.025  # 4 sigma


def test_a_larger_share_only_adds_places() -> None:
    places = pa.array([f"place {k}" for k in range(500)])
    small, large = (side_of(places, 1, share).to_pylist() for share in (0.1, 0.4))
    assert all(b == "benchmark" for a, b in zip(small, large, strict=True) if a == "benchmark")
    assert small != large


def test_no_places() -> None:
    assert side_of(pa.array([], pa.string()), 1, 0.5).to_pylist() == []
