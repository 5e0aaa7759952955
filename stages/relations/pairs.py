"""All pairs inside groups of consecutive rows, vectorised over groups of equal size."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int

from stages.ranks import starts_of


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
    for size in set(sizes.tolist()) - {0, 1}:
        i, j = np.triu_indices(size, 1)
        base = starts[sizes == size][:, None]
        first.append((base + i[None]).ravel())
        second.append((base + j[None]).ravel())
    if not first:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    i_all, j_all = np.concatenate(first), np.concatenate(second)
    order = np.lexsort((j_all, i_all))
    return i_all[order], j_all[order]
