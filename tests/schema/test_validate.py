"""Tables are checked at the border: every kind of damage is named, with the row it stands in."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from stages.schema import columns
from stages.schema.errors import TableError
from stages.schema.records import ROW_TYPES, ObjectRow, PixelsRow, SightingRow, ViewRow, to_table
from stages.schema.store import iter_pixels, read_table, shard_of, shard_path, shards_in, write_table
from stages.schema.tables import TABLES
from stages.schema.validate import validate


def sighting(object_id: str = "s/1:chair_0", **changes: object) -> SightingRow:
    values: dict[str, object] = {
        "view_id": "s/1/000", "object_id": object_id, "scene_id": "s/1", "box_px": (0.0, 0.0, 9.0, 9.0),
        "area_px": 50.0, "detected_by": "given",
    }  # fmt: skip
    return SightingRow(**{**values, **changes})  # type: ignore[arg-type]


def view(view_id: str = "s/1/000", **changes: object) -> ViewRow:
    values: dict[str, object] = {"view_id": view_id, "scene_id": "s/1", "frame": 0, "width_px": 64, "height_px": 48}
    return ViewRow(**{**values, **changes})  # type: ignore[arg-type]


def test_row_types_have_the_columns_of_their_tables() -> None:
    for name, row_type in ROW_TYPES.items():
        assert {f.name for f in fields(row_type)} == set(TABLES[name].schema.names), name


@pytest.mark.parametrize(
    ("name", "rows", "message"),
    [
        pytest.param("sighting", [sighting(), sighting()], "occur more than once", id="repeated key"),
        pytest.param("sighting", [sighting(area_px=-1.0)], "area_px: below 0.*chair_0", id="negative area"),
        pytest.param("sighting", [sighting(confidence=1.5)], "confidence: above 1", id="confidence above 1"),
        pytest.param("sighting", [sighting(area_px=None)], "area_px: null where a value is required", id="null"),
        pytest.param("sighting", [sighting(box_px=(0.0, np.nan, 9.0, 9.0))], "box_px: NaN", id="NaN in a box"),
        pytest.param("view", [view(width_px=0)], "width_px: below 1", id="no width"),
        pytest.param("view", [view(world_from_cam=(np.inf,) * 16)], "world_from_cam: NaN or infinite", id="lost pose"),
        pytest.param("object", [ObjectRow("s/1:a", "s/1", "a", "a", geometry="guess")], "not one of exact", id="enum"),
    ],
)
def test_damage_is_named(name: str, rows: list[object], message: str) -> None:
    with pytest.raises(TableError, match=message) as caught:
        validate(to_table(name, rows), name, "somewhere.parquet")
    assert "somewhere.parquet" in str(caught.value)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(TableError) as caught:
        validate(to_table("view", [view(width_px=0, height_px=-1)]), "view", "x")
    assert "width_px" in str(caught.value)
    assert "height_px" in str(caught.value)


def test_columns_missing_foreign_and_of_another_type() -> None:
    table = to_table("pixels", [PixelsRow("a", "s", b"")])
    table = table.drop_columns(["scene_id"]).append_column("extra", pa.array([1]))
    table = table.set_column(0, "view_id", pa.array([7]))
    with pytest.raises(TableError) as caught:
        validate(table, "pixels", "x")
    for part in ("scene_id: column is missing", "extra: unknown column", "view_id: type int64, expected string"):
        assert part in str(caught.value)


def test_unsorted_rows_are_refused() -> None:
    table = to_table("view", [view("s/1/000"), view("s/1/001")])
    with pytest.raises(TableError, match="not sorted"):
        validate(table.take([1, 0]), "view", "x")


@pytest.mark.parametrize("name", sorted(TABLES))
def test_empty_tables_survive_the_disk(name: str, tmp_path: Path) -> None:
    path = shard_path(tmp_path, name, 3)
    write_table(path, TABLES[name].schema.empty_table(), name)
    assert read_table(path, name).schema.equals(TABLES[name].schema)
    assert shards_in(tmp_path, name) == [3]


def test_rows_survive_the_disk_in_any_order_with_the_same_bytes(tmp_path: Path) -> None:
    rows = [view(f"s/1/{k:03d}", gravity_c=(0.0, 1.0, 0.0) if k % 2 else None) for k in range(5)]
    for name, order in (("one", rows), ("two", rows[::-1])):
        write_table(tmp_path / name, to_table("view", order), "view")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert read_table(tmp_path / "one", "view").to_pylist() == to_table("view", rows).to_pylist()


@pytest.mark.parametrize("content", [pytest.param(None, id="missing"), pytest.param(b"PAR1 oops", id="damaged")])
def test_unreadable_files_say_what_to_do(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "view-000.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TableError, match="dvc repro") as caught:
        read_table(path, "view")
    assert str(path) in str(caught.value)


def test_pixels_are_found_by_view(tmp_path: Path) -> None:
    rows = [PixelsRow(f"s/1/{k:03d}", "s/1", bytes([k]), None if k % 2 else b"d") for k in range(40)]
    write_table(shard_path(tmp_path, "pixels", 0), to_table("pixels", rows), "pixels")
    found = list(iter_pixels(tmp_path, 0, ["s/1/039", "s/1/000", "s/1/500"]))
    assert found == [("s/1/000", b"\x00", b"d"), ("s/1/039", b"\x27", None)]


def test_shards_do_not_depend_on_other_scenes() -> None:
    """These values are in every data set ever built: a scene's shard depends on its id alone."""
    assert [shard_of(f"rooms/{k:04d}", 8) for k in range(6)] == [1, 2, 0, 2, 5, 1]
    assert {shard_of(f"rooms/{k:04d}", 8) for k in range(200)} == set(range(8))


def test_vectors_keep_nulls() -> None:
    rows = np.array([[1.0, 2, 3], [np.nan, 0, 0], [4, 5, 6]])
    column = columns.vector_column(rows)
    assert column.null_count == 1
    np.testing.assert_array_equal(columns.vectors(column, 3), [[1, 2, 3], [np.nan] * 3, [4, 5, 6]])
    np.testing.assert_array_equal(columns.vectors(column.slice(1, 2), 3), [[np.nan] * 3, [4, 5, 6]])


def test_rows_of_unknown_keys_are_minus_one() -> None:
    found = columns.rows_of(pa.chunked_array([["b", "x", "a"]]), pa.chunked_array([["a"], ["b"]]))
    assert found.tolist() == [1, -1, 0]
