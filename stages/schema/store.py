"""Where tables lie on disk, and the one function that writes them.

`data/<stage out>/<source>/<table>-<shard>.parquet`. A scene's shard is a hash of its id, so adding a scene touches
one shard. Bytes depend on content and library version only: sorted rows, fixed compression, no clock.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from stages.schema.errors import TableError, UserError
from stages.schema.tables import TABLES
from stages.schema.validate import validate

_ROWS_PER_GROUP = {"pixels": 16}
_DEFAULT_ROWS_PER_GROUP = 65_536
_NO_DICTIONARY = {"image", "depth", "mask_rle", "prompt", "response", "question_id", "sample_id", "fact_id"}


def shard_of(scene_id: str, shards: int) -> int:
    """Shard of a scene, 0 to shards - 1; stable across runs, machines and other scenes."""
    return int.from_bytes(hashlib.blake2b(scene_id.encode(), digest_size=8).digest(), "little") % shards


def shard_path(folder: Path, table: str, shard: int) -> Path:
    """File of one shard of one table."""
    return folder / f"{table}-{shard:03d}.parquet"


def shards_in(folder: Path, table: str) -> list[int]:
    """Sorted shard numbers of `table` in a stage's output folder.

    Raises:
        UserError: The folder does not exist; the stage that writes it has not run.
    """
    if not folder.is_dir():
        raise UserError(f"{folder}: no such folder. It is written by an earlier stage; run `dvc repro` to make it.")
    return sorted(int(path.stem.rsplit("-", 1)[1]) for path in folder.glob(f"{table}-*.parquet"))


def write_table(path: Path, table: pa.Table, name: str) -> None:
    """Sort by key, validate, write to a temporary name and rename: a reader never sees half a file."""
    spec = TABLES[name]
    table = validate(table.sort_by([(k, "ascending") for k in spec.key]), name, str(path))
    temporary = path.with_name(f".{path.name}.tmp")
    plain = [f.name for f in spec.schema if f.name not in _NO_DICTIONARY and not pa.types.is_floating(f.type)]
    pq.write_table(
        table,
        temporary,
        compression="zstd",
        compression_level=3,
        row_group_size=_ROWS_PER_GROUP.get(name, _DEFAULT_ROWS_PER_GROUP),
        use_dictionary=[_leaf(spec.schema.field(n)) for n in plain],
        write_statistics=name != "pixels",
        store_schema=True,
    )
    os.replace(temporary, path)


def read_table(path: Path, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read one shard and validate it (only when all columns are read).

    Raises:
        TableError: The file is missing, is not Parquet, or breaks the schema.
    """
    try:
        table = pq.read_table(path, columns=None if columns is None else list(columns))
    except FileNotFoundError as error:
        raise TableError(f"{path}: no such file; run `dvc repro` to make it") from error
    except (pa.ArrowInvalid, OSError, KeyError) as error:
        raise TableError(f"{path}: cannot be read as table `{name}`: {error}; remove it and run `dvc repro`") from error
    return table if columns is not None else validate(table, name, str(path))


def read_all(folder: Path, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Read all shards of a table, one after the other, as one table (for small tables only)."""
    parts = [read_table(shard_path(folder, name, k), name, columns) for k in shards_in(folder, name)]
    schema = TABLES[name].schema
    empty = schema.empty_table() if columns is None else schema.empty_table().select(list(columns))
    return pa.concat_tables(parts) if parts else empty


def iter_pixels(
    folder: Path, shard: int, view_ids: Sequence[str], with_depth: bool = True
) -> Iterator[tuple[str, bytes, bytes | None]]:
    """Yield (view id, encoded image, depth bytes) of the wanted views of one shard, a row group at a time.

    Depth is several times the size of the image; without it the third item is None.
    """
    columns = ["view_id", "image", *(["depth"] if with_depth else [])]
    path = shard_path(folder, "pixels", shard)
    wanted = pa.array(sorted(view_ids), pa.string())
    file = pq.ParquetFile(path)
    for group in range(file.num_row_groups):
        hits = pc.is_in(file.read_row_group(group, columns=["view_id"]).column(0), wanted)
        if pc.any(hits).as_py():
            rows = file.read_row_group(group, columns=columns).filter(hits)
            for row in rows.to_pylist():
                yield row["view_id"], row["image"], row.get("depth")


def _leaf(field: pa.Field) -> str:
    nested = pa.types.is_list(field.type) or pa.types.is_fixed_size_list(field.type)
    return f"{field.name}.list.element" if nested else field.name
