"""Options hold the right answer once, well apart from the others, in a place that tells nothing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.tasks.base import AskParams, Batch
from stages.tasks.counting import options_around
from stages.tasks.options import draws, grid_angles, ladder, shuffle, wrap_deg
from tests.tasks.shard import params

PARAMS = AskParams.model_validate(params()["ask"])
KEYS = np.arange(1, 4001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


def test_shuffle_finds_the_right_one_and_puts_it_anywhere() -> None:
    values = np.tile([7, 1, 2, 3], (len(KEYS), 1))
    shuffled, right = shuffle(values, KEYS)
    assert (shuffled[np.arange(len(KEYS)), right] == 7).all()
    assert (np.sort(shuffled, axis=1) == [1, 2, 3, 7]).all()
    assert abs(np.bincount(right) - 1000).max() < 120  # 4 sigma


@pytest.mark.parametrize("below", [0, 1, 2, 3])
def test_ladder_has_so_many_below(below: int) -> None:
    rungs = ladder(np.array([10.0]), np.array([[1.0, 2.0, 3.0]]), np.array([below]))[0]
    assert rungs[0] == 10
    assert (rungs[1:] < 10).sum() == below
    assert (np.diff(np.sort(rungs)) >= 1).all()


@given(st.integers(-179, 180), st.sampled_from([30, 36, 40, 45, 90]), st.integers(0, 2**64 - 1))
def test_angles_lie_on_one_grid_at_least_thirty_apart(angle: int, step: int, key: int) -> None:
    found = grid_angles(np.array([angle]), np.array([step]), np.array([key], dtype=np.uint64))[0]
    assert found[0] == angle
    assert ((found > -180) & (found <= 180)).all()
    apart = np.abs(wrap_deg(found[:, None] - found[None, :]))[~np.eye(4, dtype=bool)]
    assert apart.min() >= 30
    assert (apart % step == 0).all()


def test_any_of_the_angles_could_be_the_right_one() -> None:
    """The same four options come up as often whichever of them is right."""
    sets = {}
    for angle in (0, 90, 180, -90):
        found = grid_angles(np.full(len(KEYS), angle), np.full(len(KEYS), 90), KEYS)
        sets[angle] = {tuple(sorted(row)) for row in found.tolist()}
    assert all(found == {(-90, 0, 90, 180)} for found in sets.values())


@given(st.integers(-2000, 2000))
def test_wrap_keeps_the_direction(angle: int) -> None:
    wrapped = int(wrap_deg(np.array([angle]))[0])
    assert -180 < wrapped <= 180
    assert (wrapped - angle) % 360 == 0


def test_draws_are_uniform() -> None:
    found = draws(KEYS, 3)
    assert found.shape == (4000, 3)
    assert np.abs(found.mean(axis=0) - 0.5).max() < 0.02
    assert np.abs(np.corrcoef(found.T)[np.triu_indices(3, 1)]).max() < 0.06


@given(st.lists(st.integers(1, 200), min_size=1, max_size=20), st.integers(0, 2**63))
def test_count_options_are_four_positive_numbers(numbers: list[int], seed: int) -> None:
    keys = np.arange(len(numbers), dtype=np.uint64) + np.uint64(seed)
    none, lists = pa.nulls(len(numbers), pa.string()), pa.nulls(len(numbers), pa.list_(pa.string()))
    batch = Batch(
        "count",
        "choice",
        "four",
        keys,
        none,
        none,
        none,
        np.array(numbers, dtype=float),
        lists,
        lists,
        lists,
        PARAMS,
    )
    for number, options in zip(numbers, options_around(np.array(numbers), batch).tolist(), strict=True):
        assert options[0] == number
        assert len(set(options)) == 4
        assert min(options) >= 1


def test_a_count_is_as_often_the_smallest_as_the_largest_option() -> None:
    none, lists = pa.nulls(len(KEYS), pa.string()), pa.nulls(len(KEYS), pa.list_(pa.string()))
    nine = np.full(len(KEYS), 9.0)
    batch = Batch("count", "choice", "four", KEYS, none, none, none, nine, lists, lists, lists, PARAMS)
    ranks = (options_around(np.full(len(KEYS), 9), batch) < 9).sum(axis=1)
    assert abs(np.bincount(ranks, minlength=3)[:3] / len(KEYS) - 1 / 3).max() < 0.12
