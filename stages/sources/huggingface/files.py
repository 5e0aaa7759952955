"""Rows of Parquet and Arrow files, one at a time, and the label names in their metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from stages.sources.base import SourceError


class RowFile:
    """One file of rows; of a Parquet file one row group is in memory at a time, an Arrow file is mapped.

    Args:
        path: `.parquet` or `.arrow` file.
        columns: Columns wanted.

    Raises:
        SourceError: The file is damaged, of another format, or lacks a column.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self._columns = list(columns)
        self._held: tuple[int, pa.Table] | None = None
        missing = [c for c in columns if c not in self.schema.names]
        if missing:
            raise SourceError(f"{path}: no column {', '.join(missing)}; it has {', '.join(self.schema.names)}")

    @property
    def schema(self) -> pa.Schema:
        """Schema of the whole file."""
        return self._parquet.schema_arrow if self._parquet else self._mapped.schema

    def __len__(self) -> int:
        return int(self._parquet.metadata.num_rows if self._parquet else len(self._mapped))

    def column(self, name: str) -> list[Any]:
        """All values of one column.

        Raises:
            SourceError: The column is damaged.
        """
        try:
            table = self._parquet.read(columns=[name]) if self._parquet else self._mapped
            return list(table.column(name).to_pylist())
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _unreadable(self.path, error) from error

    def row(self, number: int) -> dict[str, Any]:
        """One row.

        Raises:
            SourceError: Its part of the file is damaged.
        """
        try:
            return self._row(number)
        except (OSError, ValueError, pa.ArrowException) as error:  # ValueError: text that is no UTF-8
            raise SourceError(f"{self.path}: row {number} is damaged ({error}); fetch it again") from error

    def _row(self, number: int) -> dict[str, Any]:
        if self._parquet is None:
            return dict(self._mapped.slice(number, 1).to_pylist()[0])
        group = int(np.searchsorted(self._ends, number, side="right"))
        if self._held is None or self._held[0] != group:
            self._held = group, self._parquet.read_row_group(group, columns=self._columns)
        start = int(self._ends[group - 1]) if group else 0
        return dict(self._held[1].slice(number - start, 1).to_pylist()[0])

    @cached_property
    def _parquet(self) -> pq.ParquetFile | None:
        if self.path.suffix != ".parquet":
            return None
        try:
            return pq.ParquetFile(self.path)
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _unreadable(self.path, error) from error

    @cached_property
    def _mapped(self) -> pa.Table:
        try:
            table = pa.ipc.open_stream(pa.memory_map(str(self.path))).read_all()
            table = table.select([c for c in self._columns if c in table.schema.names])
            table.validate(full=True)  # Arrow trusts what it maps: a wrong offset would read foreign memory
            return table
        except (OSError, ValueError, pa.ArrowException) as error:
            raise _unreadable(self.path, error) from error

    @cached_property
    def _ends(self) -> np.ndarray:
        assert self._parquet is not None
        meta = self._parquet.metadata
        return np.cumsum([meta.row_group(k).num_rows for k in range(meta.num_row_groups)])


def label_names(schema: pa.Schema, column: str, label: str) -> list[str]:
    """Names of a ClassLabel below `column`, from the metadata that `datasets` writes; empty if there are none."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
        found = _feature(features[column], label)
    except (KeyError, TypeError, ValueError):
        return []
    names = found.get("names", []) if isinstance(found, Mapping) else []
    return [str(name) for name in names] if isinstance(names, list) else []


def _feature(feature: Any, name: str) -> Any:
    """Find a field in a feature: lists and `Sequence` wrap what they hold."""
    while isinstance(feature, list) or (isinstance(feature, Mapping) and "feature" in feature):
        feature = feature[0] if isinstance(feature, list) else feature["feature"]
    field = feature[name]
    while isinstance(field, list) or (isinstance(field, Mapping) and "feature" in field):
        field = field[0] if isinstance(field, list) else field["feature"]
    return field


def _unreadable(path: Path, error: Exception) -> SourceError:
    return SourceError(
        f"{path}: cannot be read ({error}); expected Parquet (.parquet) or an Arrow stream (.arrow), fetch it again"
    )
