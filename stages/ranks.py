"""Columns as arrays and numbers, and ranks within groups: the base of caps and balances."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from jaxtyping import Int, Shaped


def one_chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as one array, without a copy where it already is one."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def codes(column: pa.ChunkedArray | pa.Array) -> Int[np.ndarray, " n"]:
    """Number the distinct values of a column."""
    numbers: Int[np.ndarray, " n"] = (
        one_chunk(column).dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    )
    return numbers


def rank_within(groups: Int[np.ndarray, " n"], order: Shaped[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
    """Rank each row among the rows of its group by `order`, from 0; ties keep row order.

    Example:
        >>> rank_within(np.array([7, 7, 5, 7]), np.array([30, 10, 20, 20], dtype=np.uint64)).tolist()
        [2, 0, 0, 1]
    """
    sorting = np.lexsort((order, groups))
    ordered = groups[sorting]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(groups) else np.zeros(0, dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(groups)])
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[sorting] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return ranks
