"""Building fact tables from arrays: ids, lists of objects, and counted drops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int

from stages.runner import EXAMPLES, Counts
from stages.schema.tables import GEOMETRY, TABLES

FACT_SCHEMA = TABLES["fact"].schema


def short_names(object_ids: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Object ids without their scene: `rooms/0001:chair_2` gives `chair_2`."""
    parts = pc.split_pattern(object_ids, ":", max_splits=1, reverse=True)
    parts = parts.combine_chunks() if isinstance(parts, pa.ChunkedArray) else parts
    return pc.list_element(parts, -1) if len(parts) == 0 else pc.list_element(parts, 1)


def joined(*parts: pa.Array | pa.ChunkedArray | str, separator: str = ":") -> pa.Array:
    """Join string columns row by row."""
    result = pc.binary_join_element_wise(*parts, separator)
    return result.combine_chunks() if isinstance(result, pa.ChunkedArray) else result


def lists_of(values: pa.Array | pa.ChunkedArray, counts: Int[np.ndarray, " n"] | int, rows: int) -> pa.Array:
    """Cut consecutive values into one list per row; `counts` is the length of each list."""
    flat = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    lengths = np.full(rows, counts) if isinstance(counts, int) else counts
    offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32))
    return pa.ListArray.from_arrays(offsets, flat)


def worst_geometry(a: pa.Array, b: pa.Array) -> pa.Array:
    """The less exact of two geometry columns; null where either is null."""
    order = pa.array(GEOMETRY)
    rank = pc.max_element_wise(pc.index_in(a, order), pc.index_in(b, order), skip_nulls=False)
    return order.take(rank)


def fact_table(
    rows: int,
    *,
    fact_id: pa.Array,
    scene_id: pa.Array,
    view_ids: pa.Array,
    kind: str | pa.Array,
    subject_ids: pa.Array,
    reference_ids: pa.Array | None = None,
    category: pa.Array | None = None,
    detail: pa.Array | None = None,
    value: Float[np.ndarray, " n"],
    unit: str,
    margin: Float[np.ndarray, " n"] | None = None,
    frame: str,
    geometry: pa.Array | None = None,
) -> pa.Table:
    """Assemble facts of one unit and frame; absent columns become null or empty lists."""
    columns = {
        "fact_id": fact_id,
        "scene_id": scene_id,
        "view_ids": view_ids,
        "kind": pa.repeat(kind, rows) if isinstance(kind, str) else kind,
        "subject_ids": subject_ids,
        "reference_ids": lists_of(pa.array([], pa.string()), 0, rows) if reference_ids is None else reference_ids,
        "category": pa.nulls(rows, pa.string()) if category is None else category,
        "detail": pa.nulls(rows, pa.list_(pa.string())) if detail is None else detail,
        "value": pa.array(value, pa.float64()),
        "unit": pa.repeat(unit, rows),
        "margin": pa.nulls(rows, pa.float64()) if margin is None else pa.array(margin, pa.float64()),
        "frame": pa.repeat(frame, rows),
        "geometry": pa.nulls(rows, pa.string()) if geometry is None else geometry,
    }
    return pa.table({n: columns[n] for n in FACT_SCHEMA.names}).cast(FACT_SCHEMA)


def drop_rows(reason: str, bad: Bool[np.ndarray, " n"], names: pa.Array | pa.ChunkedArray) -> Counts:
    """Count the rows where `bad` holds, with the first few names as examples."""
    rows = np.flatnonzero(bad)
    if len(rows) == 0:
        return Counts()
    shown: Sequence[str] = names.take(pa.array(rows[:EXAMPLES])).to_pylist()
    return Counts(dropped={reason: len(rows)}, examples={reason: tuple(shown)})
