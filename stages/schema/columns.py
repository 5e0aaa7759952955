"""Columns as numpy: small conversions that stages share. No Python loop over rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int


def whole(table: pa.Table, name: str) -> pa.Array:
    """Return one column as a single array, without a copy where it has one chunk."""
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def to_numpy(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return the values of a column without nulls."""
    return np.asarray(
        column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(zero_copy_only=False)
    )


def codes(texts: pa.Array) -> Int[np.ndarray, " n"]:
    """One number per row, 0 to distinct texts - 1, equal for equal texts and sorting as the texts do.

    Example:
        >>> codes(pa.array(["b", "a", "b"])).tolist()
        [1, 0, 1]
    """
    encoded = texts.dictionary_encode()
    order = to_numpy(pc.array_sort_indices(encoded.dictionary)).astype(np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[to_numpy(encoded.indices)])
