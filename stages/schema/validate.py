"""Validation of tables where they enter or leave a stage. Columnar: no Python loop over rows."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from stages.schema.errors import TableError
from stages.schema.tables import TABLES, Column

_SHOWN = 3


def validate(table: pa.Table, name: str, where: str) -> pa.Table:
    """Check `table` against the spec `name` and return it, columns in schema order.

    Args:
        table: Any column order.
        name: Row of `TABLES`.
        where: File or stage named in the error.

    Raises:
        TableError: Lists all problems: missing or foreign columns, types, nulls, NaN, range, values, keys.
    """
    spec = TABLES[name]
    problems = list(_columns(table, spec.schema))
    if not problems:
        table = table.select(spec.schema.names)
        for column in spec.columns:
            problems.extend(_values(table.column(column.name), column, table, spec.key))
        problems.extend(_keys(table, spec.key))
    if problems:
        raise TableError(f"{where}: table `{name}` is not valid:\n  " + "\n  ".join(problems))
    return table.cast(spec.schema)


def _columns(table: pa.Table, schema: pa.Schema) -> Iterator[str]:
    for field in schema:
        if field.name not in table.schema.names:
            yield f"{field.name}: column is missing, expected {field.type}"
        elif table.schema.field(field.name).type != field.type:
            yield f"{field.name}: type {table.schema.field(field.name).type}, expected {field.type}"
    for extra in sorted(set(table.schema.names) - set(schema.names)):
        yield f"{extra}: unknown column"


def _values(data: pa.ChunkedArray, column: Column, table: pa.Table, key: tuple[str, ...]) -> Iterator[str]:
    if not column.nullable and data.null_count:
        yield _report(column.name, "null where a value is required", pc.is_null(data), table, key)
    flat = _flatten(data)
    for what, bad in _out_of_range(flat, column):
        yield _report(column.name, what, bad if len(flat) == len(table) else None, table, key)
    if column.values:
        bad = pc.and_(pc.is_valid(data), pc.invert(pc.is_in(data, pa.array(column.values))))
        if pc.any(bad).as_py():
            yield _report(column.name, f"not one of {', '.join(column.values)}", bad, table, key)


def _out_of_range(flat: pa.ChunkedArray, column: Column) -> Iterator[tuple[str, pa.ChunkedArray]]:
    checks = []
    if pa.types.is_floating(flat.type):
        checks.append(("NaN or infinite value", pc.invert(pc.is_finite(flat))))
    if column.low is not None:
        checks.append((f"below {column.low}", pc.less(flat, column.low)))
    if column.high is not None:
        checks.append((f"above {column.high}", pc.greater(flat, column.high)))
    for what, bad in checks:
        if pc.any(bad).as_py():
            yield what, bad


def _flatten(data: pa.ChunkedArray) -> pa.ChunkedArray:
    while pa.types.is_list(data.type) or pa.types.is_fixed_size_list(data.type):
        data = pc.list_flatten(pc.drop_null(data))
    return data


def _keys(table: pa.Table, key: tuple[str, ...]) -> Iterator[str]:
    if len(table) < 2:
        return
    joined = pc.binary_join_element_wise(*[table.column(k) for k in key], "\x1f")
    before, after = joined.slice(0, len(joined) - 1), joined.slice(1)
    if pc.all(pc.less(before, after)).as_py():
        return
    counts = pc.value_counts(joined)
    repeated = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    if len(repeated):
        shown = ", ".join(v.replace("\x1f", "/") for v in repeated.slice(0, _SHOWN).to_pylist())
        yield f"{'+'.join(key)}: {len(repeated)} keys occur more than once, e.g. {shown}"
    else:
        yield f"{'+'.join(key)}: rows are not sorted by key"


def _report(name: str, what: str, bad: pa.ChunkedArray | None, table: pa.Table, key: tuple[str, ...]) -> str:
    if bad is None:
        return f"{name}: {what}"
    rows = table.filter(bad)
    shown = ", ".join(str(v) for v in rows.column(key[-1]).slice(0, _SHOWN).to_pylist())
    return f"{name}: {what} in {len(rows)} rows, e.g. {shown}"
