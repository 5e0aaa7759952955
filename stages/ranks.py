"""Ranks within groups: the base of caps and balances."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, Shaped, UInt64


def starts_of(groups: Shaped[np.ndarray, " n"]) -> Int[np.ndarray, " g"]:
    """First row of each run of equal values."""
    if len(groups) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1]).astype(np.int64)


def rank_within(groups: Shaped[np.ndarray, " n"], order: Shaped[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Rank each row among the rows of its group by `order`, from 0; ties keep row order.

    Example:
        >>> rank_within(np.array([7, 7, 5, 7]), np.array([30, 10, 20, 20], dtype=np.uint64)).tolist()
        [2, 0, 0, 1]
    """
    sorting = np.lexsort((order, groups))
    ordered = groups[sorting]
    starts = starts_of(ordered)
    lengths = np.diff(np.r_[starts, len(groups)])
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[sorting] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return ranks


def deal(
    groups: UInt64[np.ndarray, " n"],
    order: UInt64[np.ndarray, " n"],
    counts: Int[np.ndarray, " n"],
    first: UInt64[np.ndarray, " n"],
) -> Int[np.ndarray, " n"]:
    """Deal the numbers 0 to counts - 1 over the rows of each group by `order`, as evenly as they go.

    Args:
        groups: A key per group.
        order: A key per row.
        counts: How many numbers there are, the same for all rows of a group.
        first: A key that draws the number which a group begins with, the same for all its rows.

    Example:
        >>> groups, order = np.zeros(3, dtype=np.uint64), np.array([30, 10, 20], dtype=np.uint64)
        >>> deal(groups, order, np.full(3, 2), groups + 6).tolist()
        [0, 0, 1]
    """
    begun = (first % counts.astype(np.uint64)).astype(np.int64)
    dealt: Int[np.ndarray, " n"] = (rank_within(groups, order) + begun) % counts
    return dealt


def choose(groups: Int[np.ndarray, " n"], keys: UInt64[np.ndarray, " n"], most: int) -> Bool[np.ndarray, " n"]:
    """Keep at most `most` rows per group: those with the smallest keys. Order of rows does not matter."""
    kept: Bool[np.ndarray, " n"] = rank_within(groups, keys) < most
    return kept
