"""Keyed randomness: the same key draws the same numbers, whatever stands around it."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages import rng

MIXED = [13757245211066428519, 4048727598324417001]
parts = st.lists(st.one_of(st.text(max_size=8), st.integers(0, 2**40)), min_size=1, max_size=4)


@given(parts, parts)
def test_different_parts_give_different_keys(a: list[str | int], b: list[str | int]) -> None:
    assert (rng.key(*a) == rng.key(*b)) == (a == b)


def test_draws_are_fixed_for_ever() -> None:
    """These values are in every data set ever built; a change of them is a change of all data."""
    assert rng.key("rooms/0001", 7) == 0x10BB4B8B8BFE3276
    assert rng.generator(1, "x").integers(0, 1 << 30) == 315484972
    assert rng.mix(np.array([1, 2], np.uint64), 3).tolist() == MIXED


@given(st.lists(st.text(max_size=5), min_size=1, max_size=20))
def test_column_keys_do_not_depend_on_order(texts: list[str]) -> None:
    order = np.argsort([rng.key(t) for t in texts], kind="stable")
    keys = rng.column_keys(pa.array(texts), 3)
    shuffled = rng.column_keys(pa.array([texts[k] for k in order]), 3)
    np.testing.assert_array_equal(keys[order], shuffled)


def test_uniform_is_uniform() -> None:
    keys = rng.mix(np.arange(100_000, dtype=np.uint64), 5)
    values = rng.uniform(keys)
    assert 0 <= values.min()
    assert values.max() < 1
    counts = np.histogram(values, 20, (0, 1))[0]
    assert np.abs(counts - 5000).max() < 5 * np.sqrt(5000)


def test_mix_is_not_symmetric_and_has_no_collisions_on_a_grid() -> None:
    a, b = np.meshgrid(np.arange(300, dtype=np.uint64), np.arange(300, dtype=np.uint64))
    keys = rng.mix(a.ravel(), b.ravel())
    assert len(np.unique(keys)) == keys.size
    assert rng.mix(np.array([1], np.uint64), 2)[0] != rng.mix(np.array([2], np.uint64), 1)[0]


@pytest.mark.parametrize("high", [1, 2, 7])
def test_integers_stay_below_high_and_reach_all(high: int) -> None:
    values = rng.integers(rng.mix(np.arange(500, dtype=np.uint64), 9), high)
    assert set(values.tolist()) == set(range(high))
