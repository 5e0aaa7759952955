"""Three rows as `datasets` writes them, in two Parquet files or one Arrow stream."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.sources.cases import Damage, SourceCase
from tests.sources.drawn import cut, draw, encoded_picture, fill, remove_all

SIZE_WH = (40, 30)
FIRST, SECOND, STREAM = (
    "data/val-00000-of-00002.parquet",
    "data/val-00001-of-00002.parquet",
    "data-00000-of-00001.arrow",
)
IN_PLACE = "pictures/c.png"
LABELS = ["chairs", "Couch", "unknown"]
SECTION: dict[str, Any] = {
    "files": "data/val-*.parquet", "image": "image", "id": None, "captions": ["text"], "license": "CC-BY-4.0",
    "upstream_split": "val", "max_images": None,
    "objects": {"column": "objects", "box": "bbox", "label": "category", "box_order": "xywh", "exhaustive": True},
}  # fmt: skip
TYPES: dict[str, pa.DataType] = {
    "image": pa.struct([("bytes", pa.binary()), ("path", pa.string())]),
    "name": pa.string(),
    "text": pa.list_(pa.string()),
    "objects": pa.struct([("bbox", pa.list_(pa.list_(pa.float64()))), ("category", pa.list_(pa.int64()))]),
}


def rows() -> list[dict[str, Any]]:
    """Two pictures with bytes, one in place."""
    encoded = encoded_picture(SIZE_WH)
    objects = {"bbox": [[1, 2, 10, 20], [30, 5, 20, 5], [0, 0, 4, 4]], "category": [1, 0, 2]}
    none: dict[str, Any] = {"bbox": [], "category": []}
    return [
        {"image": {"bytes": encoded, "path": "a.jpg"}, "name": "a b", "text": [" one ", "two"], "objects": objects},
        {"image": {"bytes": encoded, "path": None}, "name": "b", "text": None, "objects": none},
        {"image": {"bytes": None, "path": IN_PLACE}, "name": "c", "text": [""], "objects": None},
    ]


def write(root: Path, layout: str) -> Mapping[str, Any]:
    """Write the layout `parquet` or `arrow`."""
    draw(root / IN_PLACE, SIZE_WH)
    if layout == "arrow":
        table = table_of(rows())
        with pa.OSFile(str(root / STREAM), "wb") as file, pa.ipc.new_stream(file, table.schema) as stream:
            stream.write_table(table, max_chunksize=2)
        return {**SECTION, "root": str(root), "files": "*.arrow", "id": "name"}
    save(root, rows())
    return {**SECTION, "root": str(root)}


def table_of(data: list[dict[str, Any]]) -> pa.Table:
    """Rows with the metadata of `datasets`."""
    category = {"feature": {"names": LABELS, "_type": "ClassLabel"}, "_type": "Sequence"}
    features = {"image": {"_type": "Image"}, "objects": {"bbox": {}, "category": category}}
    metadata = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
    schema = pa.schema(list(TYPES.items()), metadata=metadata)
    return pa.Table.from_pylist(data, schema=schema)


def save(root: Path, data: list[dict[str, Any]]) -> None:
    """Write the rows to two Parquet files, the first with a row group per row."""
    (root / "data").mkdir(exist_ok=True)
    pq.write_table(table_of(data[:2]), root / FIRST, row_group_size=1)
    pq.write_table(table_of(data[2:]), root / SECOND)


def change(number: int, **values: Any) -> Callable[[Path], None]:
    """Return a function that changes one row."""

    def apply(root: Path) -> None:
        data = rows()
        data[number] |= values
        save(root, data)

    return apply


def image(encoded: bytes | None, path: str | None = None) -> Callable[[Path], None]:
    """Return a function that changes the picture of row 0."""
    return change(0, image={"bytes": encoded, "path": path})


def thing(box: Any, label: Any) -> Callable[[Path], None]:
    """Return a function that makes row 1 have one thing."""
    return change(1, objects={"bbox": [box] if box else [], "category": [label] if label is not None else []})


ROW = "val-00000-of-00002.parquet:0"
PARQUET = SourceCase(
    "huggingface_parquet",
    "huggingface",
    partial(write, layout="parquet"),
    scenes=3,
    damages=(
        Damage("no_files", remove_all("*.parquet"), None, "data/val-"),
        Damage("cut_file", cut(FIRST), None, FIRST),
        Damage("text", fill(SECOND, b"PAR1 or not"), None, SECOND),
        Damage("no_column", lambda r: pq.write_table(pa.table({"text": ["a"]}), r / SECOND), None, SECOND),
        Damage("no_bytes", image(b"", ""), "scene.image_missing", ROW),
        Damage("cut_header", image(encoded_picture(SIZE_WH)[:20]), "scene.image_damaged", ROW),
        Damage("other_format", image(b"GIF89a" + bytes(40)), "scene.image_damaged", ROW),
        Damage("bomb", image(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0\1\0\0" * 2 + b"\x08\2" + bytes(40)),
               "scene.image_too_large", ROW),
        Damage("path_leaves_root", image(None, "../x.jpg"), "scene.image_outside_root", "../x.jpg"),
        Damage("absolute_path", image(None, "/etc/hostname"), "scene.image_outside_root", "/etc/hostname"),
        Damage("path_to_nothing", image(None, "x.jpg"), "scene.image_missing", "x.jpg"),
        Damage("no_picture", change(0, image=None), "scene.image_missing", ROW),
        Damage("label_unknown", thing([1, 1, 5, 5], 3), "object.no_name", "0000001:0"),
        Damage("label_negative", thing([1, 1, 5, 5], -1), "object.no_name", "0000001:0"),
        Damage("label_missing", thing([1, 1, 5, 5], None), "object.no_name", "0000001:0"),
        Damage("box_missing", thing(None, 0), "object.box_malformed", "0000001:0"),
        Damage("box_is_nan", thing([1, 1, float("nan"), 5], 0), "object.box_malformed", "0000001:0"),
        Damage("box_is_short", thing([1, 1, 5], 0), "object.box_malformed", "0000001:0"),
        Damage("box_without_area", thing([1, 1, 0, 5], 0), "object.box_empty", "0000001:0"),
        Damage("box_outside", thing([100, 1, 5, 5], 0), "object.box_outside", "0000001:0"),
    ),
)  # fmt: skip
ARROW = SourceCase(
    "huggingface_arrow",
    "huggingface",
    partial(write, layout="arrow"),
    scenes=3,
    damages=(
        Damage("cut_file", cut(STREAM, 0.3), None, STREAM),
        Damage("empty_file", fill(STREAM, b""), None, STREAM),
        Damage("text", fill(STREAM, b"no stream"), None, STREAM),
    ),
)
