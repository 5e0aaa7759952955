"""Rates with Wilson intervals, error against margin, and the margin from which a kind is as good as asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float
from scipy import stats

EDGES = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0, 26.0, 32.0, 48.0, 64.0)
_FEWEST = 100  # above a margin: fewer facts than this say nothing about 1 %


class Rate(NamedTuple):
    """Wrong ones among n, and the 95 % Wilson interval of their share."""

    n: int
    errors: int
    rate: float
    low: float
    high: float


def rate_of(wrong: Bool[np.ndarray, " n"]) -> Rate:
    """Count and bound the share of wrong ones; with none at all the interval is everything.

    Example:
        >>> rate = rate_of(np.zeros(1000, dtype=bool))
        >>> rate.errors, round(rate.high, 4)
        (0, 0.0038)
    """
    n, errors = len(wrong), int(wrong.sum())
    if n == 0:
        return Rate(0, 0, 0.0, 0.0, 1.0)
    interval = stats.binomtest(errors, n).proportion_ci(0.95, method="wilson")
    return Rate(n, errors, errors / n, float(interval.low), float(interval.high))


class Bin(NamedTuple):
    """Facts whose margin lies in [low, high), and all facts whose margin is at least low."""

    low: float
    high: float
    inside: Rate
    above: Rate


def curve(margin: Float[np.ndarray, " n"], wrong: Bool[np.ndarray, " n"], edges: Sequence[float] = EDGES) -> list[Bin]:
    """Error against margin: one bin per pair of neighbouring edges, the last one open."""
    bins = []
    for low, high in zip(edges, (*edges[1:], float("inf")), strict=True):
        bins.append(Bin(low, high, rate_of(wrong[(margin >= low) & (margin < high)]), rate_of(wrong[margin >= low])))
    return bins


def margin_for(bins: Sequence[Bin], target: float) -> float | None:
    """Smallest edge from which on every bin, and everything above it together, errs by at most `target`.

    Bins with few facts are judged by everything above them alone. None: no edge is good enough.
    """
    best = None
    for b in reversed(bins):
        if b.above.n < _FEWEST:
            continue
        if b.above.rate > target or (b.inside.n >= _FEWEST and b.inside.rate > target):
            break
        best = b.low
    return best
