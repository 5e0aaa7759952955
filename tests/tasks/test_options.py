"""Options hold the right answer once, well apart from the others, and nothing but the picture tells which it is."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from stages.rng import mix
from stages.tasks.base import AskParams, Batch, FactRows
from stages.tasks.counting import thin
from stages.tasks.lengths import in_unit, unfit
from stages.tasks.options import counts_around, draws, grid_angles, measures_around, options_at, shuffle, wrap_deg
from tests.import_closure import ROOT
from tests.tasks.shard import COUNTS, MEASURES, params

DEFAULT = yaml.safe_load((ROOT / "params.yaml").read_text())
BUILD = AskParams.model_validate(DEFAULT["template"]["ask"])
Options = np.ndarray[Any, np.dtype[np.float64]]
Guess = np.ndarray[Any, np.dtype[np.int64]]
KEYS = np.arange(1, 4001, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
FOUR_SIGMA = 4 * np.sqrt(0.25 * 0.75 / len(KEYS))


def batch(kind: str, values: np.ndarray, ask: AskParams = BUILD, scenes: int = 40, **changes: Any) -> Batch:
    """Facts of one kind with the first so many keys, spread over scenes."""
    count = len(values)
    none, lists = pa.nulls(count, pa.string()), pa.nulls(count, pa.list_(pa.string()))
    named = np.zeros(count, dtype=np.uint64)
    columns: dict[str, Any] = {
        "kind": kind, "answer_kind": "choice", "way": "four", "keys": KEYS[:count], "subjects": none,
        "references": none, "categories": none, "values": values, "subject_lists": lists, "reference_lists": lists,
        "details": lists, "params": ask, "scenes": mix(np.arange(count, dtype=np.uint64) % np.uint64(scenes), 7),
        "named": (named, named),
    }  # fmt: skip
    return Batch(**(columns | changes))


def drawn_like_the_build(kind: str) -> np.ndarray:
    """Right answers as `option_levels` says they are distributed."""
    levels = np.log(BUILD.option_levels[kind])
    at = (np.arange(len(KEYS)) + 0.5) / len(KEYS)
    answers: np.ndarray = np.exp(np.interp(at, np.linspace(0, 1, len(levels)), levels))
    return answers


@pytest.mark.parametrize("count", [2, 3, 4])
def test_shuffle_finds_the_right_one_and_puts_it_anywhere(count: int) -> None:
    values = np.tile([7, 1, 2, 3][:count], (len(KEYS), 1))
    shuffled, right = shuffle(values, batch("count", np.ones(len(KEYS))))
    assert (shuffled[np.arange(len(KEYS)), right] == 7).all()
    assert (np.sort(shuffled, axis=1) == sorted([7, 1, 2, 3][:count])).all()
    orders = {tuple(row) for row in shuffled.tolist()}
    assert orders == set(permutations([7, 1, 2, 3][:count]))


def test_in_each_scene_every_letter_is_right_equally_often() -> None:
    facts = batch("count", np.ones(len(KEYS)))
    _, right = shuffle(np.tile([7, 1, 2, 3], (len(KEYS), 1)), facts)
    for scene in np.unique(facts.scenes):
        assert np.ptp(np.bincount(right[facts.scenes == scene], minlength=4)) <= 1


def guess_middle(options: Options, kind: str) -> Guess:
    return np.asarray(np.argsort(options, axis=1)[:, options.shape[1] // 2])


def guess_typical(options: Options, kind: str) -> Guess:
    return np.asarray(np.argmin(np.abs(np.log(options / np.median(BUILD.option_levels[kind]))), axis=1))


def guess_densest(options: Options, kind: str) -> Guess:
    """The option at which answers of the kind lie closest together."""
    levels = np.log(BUILD.option_levels[kind])
    width = np.diff(levels)
    return np.asarray(
        np.argmin(width[np.clip(np.searchsorted(levels, np.log(options)) - 1, 0, len(width) - 1)], axis=1)
    )


def guess_crowded(options: Options, kind: str) -> Guess:
    """The option with the closest neighbour."""
    apart = np.abs(np.log(options[:, :, None] / options[:, None, :])) + np.eye(options.shape[1]) * 9
    return np.asarray(np.argmin(apart.min(axis=2), axis=1))


def guess_alone(options: Options, kind: str) -> Guess:
    apart = np.abs(np.log(options[:, :, None] / options[:, None, :])) + np.eye(options.shape[1]) * 9
    return np.asarray(np.argmax(apart.min(axis=2), axis=1))


GUESSES = [np.argmin, np.argmax, guess_middle, guess_typical, guess_densest, guess_crowded, guess_alone]


@pytest.mark.parametrize("kind", MEASURES)
@pytest.mark.parametrize("guess", GUESSES, ids=lambda guess: guess.__name__)
def test_guessing_a_measure_from_its_options_gains_nothing(kind: str, guess: Callable[..., Guess]) -> None:
    facts = batch(kind, drawn_like_the_build(kind))
    shuffled, right = shuffle(measures_around(facts.values, facts), facts)
    second = 1 if guess in (np.argmin, np.argmax) else kind
    hits = float(np.mean(guess(shuffled, second) == right))
    assert abs(hits - 1 / shuffled.shape[1]) < FOUR_SIGMA


def test_options_of_a_fixed_ratio_would_be_found_out() -> None:
    """The check above can fail: the typical one of four rungs of a ladder is the right one more often."""
    values = drawn_like_the_build("distance_center")
    rung = np.arange(4)[None, :] - (np.arange(len(values)) % 4)[:, None]
    ladder = values[:, None] * 1.6**rung
    hits = np.mean(guess_typical(ladder, "distance_center") == np.arange(len(values)) % 4)
    assert hits > 0.25 + 2 * FOUR_SIGMA


@pytest.mark.parametrize("kind", MEASURES)
def test_a_measure_is_as_often_the_smallest_as_the_largest(kind: str) -> None:
    options = measures_around(drawn_like_the_build(kind), batch(kind, drawn_like_the_build(kind)))
    ranks = (options[:, 1:] < options[:, :1]).sum(axis=1)
    shares = np.bincount(ranks, minlength=options.shape[1]) / len(ranks)
    assert np.abs(shares - 1 / options.shape[1]).max() < FOUR_SIGMA


@pytest.mark.parametrize("kind", MEASURES)
@pytest.mark.parametrize("unit", [0, 1, 2])
def test_measures_stay_apart_when_rounded(kind: str, unit: int) -> None:
    values = drawn_like_the_build(kind)
    options = measures_around(values, batch(kind, values))
    assert options.shape[1] == options_at(kind, BUILD)
    ordered = np.sort(options, axis=1)
    assert (ordered[:, 1:] / ordered[:, :-1]).min() > BUILD.option_ratio - 1e-9
    rounded = np.sort(in_unit(options, np.full((len(values), 1), unit)), axis=1)
    assert np.diff(rounded, axis=1).min() > 0


def test_options_are_further_apart_than_labels_may_be_off() -> None:
    """Margins are in sigmas: at 3 sigma a label of the least margin is off by 3 / margin of itself."""
    margins = DEFAULT["relate"]["limits"]["min_margin"]
    for kind in MEASURES:
        assert kind not in margins or BUILD.option_ratio > 1 + 3 / margins[kind]


def test_answers_that_lie_close_get_fewer_options() -> None:
    def ask(levels: tuple[float, float]) -> AskParams:
        return AskParams.model_validate(params()["ask"] | {"option_levels": {"height": levels}})

    assert options_at("height", ask((0.2, 20))) == 4
    assert options_at("height", ask((1, 2.2))) == 3
    assert options_at("height", ask((1, 1.6))) == 2
    assert options_at("height", ask((1, 1.5))) == 0


def rows(kind: str, values: np.ndarray) -> FactRows:
    names = pa.array([kind] * len(values))
    return FactRows(names, names, values, KEYS[: len(values)], KEYS[: len(values)])


def test_what_lies_beyond_the_wrong_answers_is_left_out() -> None:
    low, high = BUILD.option_levels["height"][0], BUILD.option_levels["height"][-1]
    values = np.array([low * 0.99, low, high, high * 1.01])
    assert unfit("choice", rows("height", values), BUILD)[1].tolist() == [True, False, False, True]
    assert unfit("number", rows("height", np.array([0.02, 0.2])), BUILD)[1].tolist() == [True, False]


@pytest.mark.parametrize("kind", COUNTS)
def test_guessing_a_count_from_its_options_gains_nothing(kind: str) -> None:
    """Counts as frequent as in the build: after thinning each set of options has each of its members as often right."""
    shares = np.array(BUILD.option_counts[kind])
    frequent = np.rint((len(KEYS) - 9) * shares / shares.sum()).astype(int)
    few = rows(kind, np.repeat(np.arange(1.0, len(shares) + 1), frequent))
    kept = few.values[~thin("choice", few, BUILD)[1]]
    frequency = np.bincount(kept.astype(int), minlength=len(shares) + 1)[1:]
    assert np.ptp(frequency) <= 4 * np.sqrt(frequency.max())
    even = np.arange(len(KEYS)) % len(shares) + 1
    options = counts_around(even, batch(kind, even.astype(float)))
    assert options.shape[1] == min(len(shares), 4)
    for members in combinations(range(1, len(shares) + 1), options.shape[1]):
        same = (np.sort(options, axis=1) == members).all(axis=1)
        right = np.bincount(options[same, 0], minlength=len(shares) + 1)[list(members)]
        assert np.abs(right / same.sum() - 1 / len(members)).max() < 4 * np.sqrt(0.25 / same.sum())


def test_counts_that_are_never_wrong_are_never_asked_with_options() -> None:
    beyond = rows("count", np.full(50, len(BUILD.option_counts["count"]) + 1.0))
    assert thin("choice", beyond, BUILD)[1].all()
    assert not thin("number", beyond, BUILD)[1].any()


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20), st.integers(0, 2**63))
def test_count_options_are_four_different_numbers(numbers: list[int], seed: int) -> None:
    ask = AskParams.model_validate(params()["ask"])
    keys = np.arange(len(numbers), dtype=np.uint64) + np.uint64(seed)
    found = counts_around(np.array(numbers), batch("count", np.array(numbers, dtype=float), ask, keys=keys))
    for number, options in zip(numbers, found.tolist(), strict=True):
        assert options[0] == number
        assert len(set(options)) == 4
        assert min(options) >= 1


@given(
    st.integers(-179, 180).filter(lambda angle: abs(angle) >= 20),
    st.sampled_from([30, 36, 40, 45, 60, 72]),
    st.integers(0, 2**64 - 1),
)
def test_angles_lie_on_one_grid_at_least_thirty_apart(angle: int, step: int, key: int) -> None:
    found = grid_angles(np.array([angle]), np.array([step]), np.array([key], dtype=np.uint64), 20)[0]
    assert found[0] == angle
    assert np.abs(found).min() >= 20
    assert ((found > -180) & (found <= 180)).all()
    apart = np.abs(wrap_deg(found[:, None] - found[None, :]))[~np.eye(4, dtype=bool)]
    assert apart.min() >= 30
    assert (apart % step == 0).all()


def test_any_of_the_angles_could_be_the_right_one() -> None:
    """The same four options come up as often whichever of them is right."""
    sets = {}
    for angle in (0, 90, 180, -90):
        found = grid_angles(np.full(len(KEYS), angle), np.full(len(KEYS), 90), KEYS, 0)
        sets[angle] = {tuple(sorted(row)) for row in found.tolist()}
    assert all(found == {(-90, 0, 90, 180)} for found in sets.values())


def test_every_angle_of_a_set_is_as_often_the_right_one() -> None:
    """Angles from 20 degrees on, evenly: neither the smallest nor the largest turn of four is right more often."""
    angles = np.array([a for a in range(-179, 181) if abs(a) >= 20] * 12)[: len(KEYS)]
    steps = np.array(BUILD.angle_steps_deg)[np.arange(len(angles)) % len(BUILD.angle_steps_deg)]
    found = np.abs(grid_angles(angles, steps, KEYS[: len(angles)], BUILD.angle_least_deg))
    ties = (found == found[:, :1]).sum(axis=1)
    for extreme in (found.min(axis=1), found.max(axis=1)):
        hits = np.mean((found[:, 0] == extreme) / ties)
        assert abs(hits - 0.25) < FOUR_SIGMA


def test_the_least_angle_is_that_of_the_facts() -> None:
    assert BUILD.angle_least_deg == DEFAULT["relate"]["rotation"]["min_turn_deg"]


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
