"""All pairs inside groups of consecutive rows, in order, without a loop."""

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
    partners = np.repeat(starts + sizes, sizes) - np.arange(len(groups)) - 1  # later rows of the same group
    i = np.repeat(np.arange(len(groups)), partners)
    j = np.arange(len(i)) + np.repeat(np.arange(len(groups)) + 1 - (np.cumsum(partners) - partners), partners)
    return i, j
