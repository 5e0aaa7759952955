"""Rows of later tables made by hand: every column has a plain value, a test names only what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from stages.schema.store import shard_path, write_table
from stages.schema.tables import TABLES
from stages.schema.validate import validate

Row = dict[str, Any]


def table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Build a valid table, sorted by key."""
    spec = TABLES[name]
    made = pa.Table.from_pylist([dict(row) for row in rows], schema=spec.schema)
    return validate(made.sort_by([(k, "ascending") for k in spec.key]), name, "handmade")


def write(folder: str | Path, name: str, rows: Sequence[Mapping[str, Any]], shard: int = 0) -> None:
    """Write one shard below `data/` of the working folder, or below an absolute folder."""
    path = Path("data") / folder
    path.mkdir(parents=True, exist_ok=True)
    write_table(shard_path(path, name, shard), table(name, rows), name)


def empty_row(name: str) -> Row:
    """Row of a table with null in every column that may hold it."""
    return {column.name: None for column in TABLES[name].columns if column.nullable}


def scene(scene_id: str = "rooms/0001", place_id: str = "rooms/flat", **values: Any) -> Row:
    """Scan of a place."""
    row = {"scene_id": scene_id, "source": scene_id.split("/")[0], "kind": "scan", "place_id": place_id,
           "license": "CC0-1.0"}  # fmt: skip
    return empty_row("scene") | row | values


def view(view_id: str = "rooms/0001/000", width_px: int = 64, height_px: int = 48, **values: Any) -> Row:
    """View whose picture is in table `pixels`."""
    scene_id, frame = view_id.rsplit("/", 1)
    row = {"view_id": view_id, "scene_id": scene_id, "frame": int(frame), "width_px": width_px, "height_px": height_px}
    return empty_row("view") | row | values


def sighting(name: str, box_px: Sequence[float], view_id: str = "rooms/0001/000", **values: Any) -> Row:
    """Sighting of object `<scene>:<name>` with a box and no mask."""
    scene_id = view_id.rsplit("/", 1)[0]
    row = {"view_id": view_id, "object_id": f"{scene_id}:{name}", "scene_id": scene_id, "box_px": list(box_px),
           "area_px": 100.0, "crowd": False, "confidence": 1.0, "detected_by": "given"}  # fmt: skip
    return empty_row("sighting") | row | values


def fact(kind: str, subjects: Sequence[str], references: Sequence[str] = (), **values: Any) -> Row:
    """Fact about objects named `<scene>:<name>`; the id is made from its parts."""
    scene = values.pop("scene_id", "rooms/0001")
    views = values.pop("view_ids", [f"{scene}/000"])
    row: Row = {
        "fact_id": f"{views[0]}:{kind}:{'+'.join(subjects)}.{'+'.join(references)}:{values.get('category')}",
        "scene_id": scene, "view_ids": views, "kind": kind,
        "subject_ids": [f"{scene}:{s}" for s in subjects], "reference_ids": [f"{scene}:{r}" for r in references],
        "category": None, "detail": None, "value": 1.0, "unit": "m", "margin": 9.0, "frame": "view",
        "geometry": "exact",
    }  # fmt: skip
    return row | values


def question(question_id: str = "q", **values: Any) -> Row:
    """Yes/no question about chair and table in the first view of a room."""
    scene = values.get("scene_id", "rooms/0001")
    row: Row = {
        "question_id": question_id, "scene_id": scene, "source": scene.split("/")[0], "view_ids": [f"{scene}/000"],
        "task": "position_comparison", "fact_ids": [f"{scene}/000:left_of:chair.table:None"],
        "wording_id": "position_comparison.yes_no.0", "slot_ids": [f"{scene}:chair", f"{scene}:table"],
        "slot_views": [-1, -1],
        "question": "Is {a} to the left of {b}?", "answer_kind": "yes_no", "answer": "yes",
        "answer_wording": "Yes, {a} is to the left of {b}.", "answer_value": None, "unit": None, "options": [],
        "margin": 9.0, "geometry": "exact", "side": "train",
    }  # fmt: skip
    return row | values


def choice(question_id: str, options: Sequence[str], answer: str, **values: Any) -> Row:
    """Choice between options, of which the letter `answer` is right."""
    asked = {"question": "Which is further left, {a} or {b}?", "answer_wording": "{a}.", "answer_kind": "choice"}
    return question(question_id, options=list(options), answer=answer, **(asked | values))


def sample(question_id: str = "q", text: str = "caption", image: str = "original", **values: Any) -> Row:
    """Sample of a yes/no question in one format."""
    scene = values.get("scene_id", "rooms/0001")
    row: Row = {
        "sample_id": f"{question_id}:{text}:{image}", "question_id": question_id, "scene_id": scene,
        "source": scene.split("/")[0], "license": "CC0-1.0", "view_ids": [f"{scene}/000"],
        "task": "position_comparison", "text_format": text, "image_format": image,
        "prompt": "Is the chair to the left of the table? Answer yes or no.", "response": "Yes.",
        "answer_kind": "yes_no", "answer": "yes", "answer_value": None, "unit": None, "options": [], "mark_ids": [],
        "side": "train",
    }  # fmt: skip
    return row | values
