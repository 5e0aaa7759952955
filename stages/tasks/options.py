"""Options of multiple-choice questions: where the right one stands, and believable wrong numbers.

The right number's rank among its options is drawn by key, and gaps are drawn alike above and below it, so neither
position, size order nor spacing tells which option is right.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int, Shaped

from stages.rng import mix, uniform
from stages.tasks.base import FloatArray, IntArray, KeyArray


def draws(keys: KeyArray, count: int) -> Float[np.ndarray, "n count"]:
    """Draw `count` numbers in [0, 1) per key."""
    return uniform(mix(keys[:, None], np.arange(count, dtype=np.uint64)[None, :]))


def shuffle(
    values: Shaped[np.ndarray, "n options"], keys: KeyArray
) -> tuple[Shaped[np.ndarray, "n options"], IntArray]:
    """Shuffle each row's options and return where the first one went, uniform over the places."""
    order = np.argsort(draws(keys, values.shape[1]), axis=1, kind="stable")
    return np.take_along_axis(values, order, axis=1), np.argmin(order, axis=1)


def ladder(values: FloatArray, gaps: Float[np.ndarray, "n 3"], below: IntArray) -> Float[np.ndarray, "n 4"]:
    """Return each value, then three others: `below` of them smaller, the rest larger, gaps apart.

    Example:
        >>> ladder(np.array([10.0]), np.array([[1.0, 2.0, 4.0]]), np.array([2])).tolist()
        [[10.0, 9.0, 7.0, 14.0]]
    """
    reach = np.cumsum(gaps, axis=1)
    step = np.arange(gaps.shape[1])[None, :]
    fallen = np.where(below[:, None] > 0, np.take_along_axis(reach, np.maximum(below - 1, 0)[:, None], axis=1), 0.0)
    others = np.where(step < below[:, None], values[:, None] - reach, values[:, None] + reach - fallen)
    return np.concatenate([values[:, None], others], axis=1)


def grid_angles(angles_deg: IntArray, steps_deg: IntArray, keys: KeyArray) -> Int[np.ndarray, "n 4"]:
    """Return each angle, then three others a multiple of the step away around the circle, in (-180, 180].

    All four lie on one grid, so each of them could be the right one with the same options.
    """
    most = 360 // int(steps_deg.min(initial=90)) - 1
    rank = np.where(np.arange(1, most + 1)[None, :] < (360 // steps_deg)[:, None], draws(keys, most), 2.0)
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
