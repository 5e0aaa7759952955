"""Options of multiple-choice questions: where the right one stands, and believable wrong numbers.

Wrong numbers come from the same distribution as right ones, in such a way that each of the options could as well be
the right one: neither position, size order, spacing nor what is typical tells it from the others.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Shaped

from stages.rng import mix, uniform
from stages.tasks.base import AskParams, Batch, FloatArray, IntArray, KeyArray

MOST = 4  # options of a question
RESOLUTION_M = 0.01  # the coarsest last digit
_APART = 0.8  # of an even spacing: the least distance of neighbouring options in quantiles


def draws(keys: KeyArray, count: int) -> Float[np.ndarray, "n count"]:
    """Draw `count` numbers in [0, 1) per key."""
    return uniform(mix(keys[:, None], np.arange(count, dtype=np.uint64)[None, :]))


def shuffle(values: Shaped[np.ndarray, "n options"], batch: Batch) -> tuple[Shaped[np.ndarray, "n options"], IntArray]:
    """Shuffle each row's options and return where the first one went: to each place equally often in a scene."""
    count = values.shape[1]
    order = permutations_with_first_at(batch.deal("place", count), batch.draw("order"), count)
    return np.take_along_axis(values, order, axis=1), np.argmin(order, axis=1)


def permutations_with_first_at(places: IntArray, keys: KeyArray, count: int) -> Int[np.ndarray, "n count"]:
    """Return the numbers 0 to count - 1 in an order drawn by key, 0 at its place.

    Example:
        >>> permutations_with_first_at(np.array([2]), np.array([5], dtype=np.uint64), 3)[0, 2]
        np.int64(0)
    """
    others = np.argsort(draws(keys, count)[:, 1:], axis=1, kind="stable") + 1
    slot = np.arange(count)[None, :]
    before = np.minimum(slot - (slot > places[:, None]), max(count - 2, 0))
    return np.where(slot == places[:, None], 0, np.take_along_axis(others, before, axis=1))


def measures_around(values: FloatArray, batch: Batch) -> Float[np.ndarray, "n options"]:
    """Return each value, then others drawn from the distribution of the kind's answers.

    The options lie round the circle of quantiles at spacings drawn alike, none shorter than 0.8 of an even spacing.
    Right answers are spread evenly over that circle, so each option of a set is the right one equally often.
    """
    levels = np.log(np.array(batch.params.option_levels[batch.kind]))
    at = np.linspace(0, 1, len(levels))
    count = options_at(batch.kind, batch.params)
    cuts = np.sort(draws(batch.draw("gaps"), count - 1), axis=1)
    gaps = (_APART + (1 - _APART) * count * np.diff(cuts, axis=1, prepend=0.0)) / count
    right = np.interp(np.log(values), levels, at)
    others = (right[:, None] + np.cumsum(gaps, axis=1)) % 1
    return np.concatenate([values[:, None], np.exp(np.interp(others, at, levels))], axis=1)


def options_at(kind: str, params: AskParams) -> int:
    """Return how many options a measure gets: as many, from 4 down, as stand far enough apart; 0 if not even two."""
    levels = np.log(np.array(params.option_levels[kind]))
    at = np.linspace(0, 1, len(levels))
    for count in range(MOST, 1, -1):
        apart = _APART / count
        low = np.sort(np.concatenate([at, at - apart]))
        low = low[(low >= 0) & (low <= 1 - apart)]
        near, far = np.interp(low, at, levels), np.interp(low + apart, at, levels)
        if (far - near).min() >= np.log(params.option_ratio) and (np.exp(far) - np.exp(near)).min() > RESOLUTION_M:
            return count
    return 0


def counts_around(numbers: IntArray, batch: Batch) -> Int[np.ndarray, "n options"]:
    """Return each count, then others out of those that are asked for; each of these is as often the right one."""
    known = len(batch.params.option_counts[batch.kind])
    rank = draws(batch.draw("counts"), known)
    rank[np.arange(len(numbers)), numbers - 1] = -1.0
    return np.argsort(rank, axis=1, kind="stable")[:, :MOST] + 1


def grid_angles(angles_deg: IntArray, steps_deg: IntArray, keys: KeyArray, least_deg: int) -> Int[np.ndarray, "n 4"]:
    """Return each angle, then three others a multiple of the step away around the circle, in (-180, 180].

    All four lie on one grid and none is below the least angle that is asked for, so each of them could be the right one
    with the same options.
    """
    most = 360 // int(steps_deg.min(initial=90)) - 1
    turn = np.arange(1, most + 1)[None, :]
    able = turn < (360 // steps_deg)[:, None]
    able &= np.abs(wrap_deg(angles_deg[:, None] + turn * steps_deg[:, None])) >= least_deg
    rank = np.where(able, draws(keys, most), 2.0)
    turns = np.argsort(rank, axis=1, kind="stable")[:, :3] + 1
    offsets = np.concatenate([np.zeros((len(keys), 1), dtype=np.int64), turns * steps_deg[:, None]], axis=1)
    return wrap_deg(angles_deg[:, None] + offsets)


def wrap_deg(angles_deg: Int[np.ndarray, "*n"]) -> Int[np.ndarray, "*n"]:
    """Bring whole degrees into (-180, 180].

    Example:
        >>> wrap_deg(np.array([-180, 190, 540])).tolist()
        [180, -170, 180]
    """
    wrapped: Int[np.ndarray, "*n"] = 180 - (180 - angles_deg) % 360
    return wrapped
