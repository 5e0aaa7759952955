"""Columns as numpy: small conversions that stages share. No Python loop over rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float, Int


def one_chunk(column: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Return a column as a single array, without a copy where it already is one."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def whole(table: pa.Table, name: str) -> pa.Array:
    """Return the column of that name as a single array."""
    return one_chunk(table.column(name))


def to_numpy(column: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """Return the values of a column without nulls."""
    return np.asarray(
        column.to_numpy() if isinstance(column, pa.ChunkedArray) else column.to_numpy(zero_copy_only=False)
    )


def codes(texts: pa.ChunkedArray | pa.Array) -> Int[np.ndarray, " n"]:
    """One number per row, 0 to distinct texts - 1, equal for equal texts and sorting as the texts do.

    Example:
        >>> codes(pa.array(["b", "a", "b"])).tolist()
        [1, 0, 1]
    """
    encoded = one_chunk(texts).dictionary_encode()
    order = to_numpy(pc.array_sort_indices(encoded.dictionary)).astype(np.int64)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[to_numpy(encoded.indices)])


def vectors(column: pa.ChunkedArray | pa.Array, width: int) -> Float[np.ndarray, "n width"]:
    """Read a fixed-size-list column of floats as rows; null rows become NaN."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    result = np.full((len(array), width), np.nan)
    valid = pc.is_valid(array).to_numpy(zero_copy_only=False)
    result[valid] = pc.list_flatten(array.drop_null()).to_numpy(zero_copy_only=False).reshape(-1, width)
    return result


def vector_column(rows: Float[np.ndarray, "n width"]) -> pa.Array:
    """Write rows as a fixed-size-list column; rows with a NaN become null."""
    bad = np.isnan(rows).any(axis=1)
    flat = pa.array(np.ascontiguousarray(rows, dtype=np.float64).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, rows.shape[1], mask=pa.array(bad))


def floats(column: pa.ChunkedArray | pa.Array) -> Float[np.ndarray, " n"]:
    """Read a numeric column; nulls become NaN."""
    result: Float[np.ndarray, " n"] = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return result


def float_column(values: Float[np.ndarray, " n"]) -> pa.Array:
    """Write floats; NaN becomes null."""
    return pa.array(values, pa.float64(), from_pandas=True)


def rows_of(keys: pa.ChunkedArray, table_keys: pa.ChunkedArray) -> Int[np.ndarray, " n"]:
    """Row of each key in a table's unique key column; -1 where there is none."""
    index = pc.index_in(keys, value_set=table_keys.combine_chunks())
    result: Int[np.ndarray, " n"] = pc.fill_null(index, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return result


def replace_columns(table: pa.Table, columns: dict[str, pa.Array]) -> pa.Table:
    """Return the table with some columns exchanged, order and types kept."""
    for name, values in columns.items():
        position = table.schema.get_field_index(name)
        table = table.set_column(position, table.schema.field(position), values.cast(table.schema.field(position).type))
    return table
