"""All pairs inside groups of consecutive rows, and choosing a few per group by key. Vectorised over groups."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int, UInt64


def starts_of(groups: Int[np.ndarray, " n"]) -> Int[np.ndarray, " g"]:
    """First row of each run of equal values."""
    if len(groups) == 0:
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(np.diff(groups)) + 1]).astype(np.int64)


def pairs_within(groups: Int[np.ndarray, " n"]) -> tuple[Int[np.ndarray, " p"], Int[np.ndarray, " p"]]:
    """Rows (i, j), i < j, of all unordered pairs that share a group; `groups` is sorted.

    Example:
        >>> [rows.tolist() for rows in pairs_within(np.array([0, 0, 0, 1]))]
        [[0, 0, 1], [1, 2, 2]]
    """
    starts = starts_of(groups)
    sizes = np.diff(np.append(starts, len(groups)))
    first: list[Int[np.ndarray, " p"]] = []
    second: list[Int[np.ndarray, " p"]] = []
    for size in np.flatnonzero(np.bincount(sizes))[np.flatnonzero(np.bincount(sizes)) > 1] if len(sizes) else ():
        i, j = np.triu_indices(int(size), 1)
        base = starts[sizes == size][:, None]
        first.append((base + i[None]).ravel())
        second.append((base + j[None]).ravel())
    if not first:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    i_all, j_all = np.concatenate(first), np.concatenate(second)
    order = np.lexsort((j_all, i_all))
    return i_all[order], j_all[order]


def choose(groups: Int[np.ndarray, " n"], keys: UInt64[np.ndarray, " n"], most: int) -> Bool[np.ndarray, " n"]:
    """Keep at most `most` rows per group: those with the smallest keys. Order of rows does not matter."""
    order = np.lexsort((keys, groups))
    starts = starts_of(groups[order])
    sizes = np.diff(np.append(starts, len(groups)))
    rank = np.arange(len(groups)) - np.repeat(starts, sizes)
    kept = np.zeros(len(groups), dtype=np.bool_)
    kept[order] = rank < most
    return kept
