"""Samples per task and format, with the reason for every empty cell.

`python -m stages.audits.format_table` prints it for the build in `data/`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pyarrow as pa

from stages import params as params_file
from stages.formats import FORMATS, IMAGE_FORMATS, TEXT_FORMATS
from stages.formats.outcomes import DRAWN, NO_OBJECT, NO_WEIGHT, NOT_ASKED, NOT_DRAWN, summed
from stages.registry import resolve
from stages.runner import DATA, guard, source_names
from stages.schema.store import read_all
from stages.tasks import TASKS

_FORMATS = frozenset((form.text, form.image) for form in FORMATS)
_WORDS = {
    NOT_DRAWN: "other formats were drawn",
    NO_WEIGHT: "the format has weight 0",
    NO_OBJECT: "no object is named: all texts read the same, `natural` stands for them",
    "not_unique": "no reference of this kind fits one object only",
    "no_name": "an object has no usable name",
    "mistakable": "the name could be taken for the wording's own words",
    "degenerate_box": "a box has no area on the grid",
    "not_marked": "an object is not among those marked",
    "no_marks": "nothing can be marked",
    "no_masks": "a marked object has no mask",
}
COLUMNS = ("task", "text_format", "image_format", "questions", "possible", "samples", "why_empty")


def format_table(counts: pa.Table) -> pa.Table:
    """One row per task, text and picture: questions, how many could be asked so, samples, and why there are none.

    Args:
        counts: Table `format_count`, summed over shards.
    """
    found: dict[tuple[str, str, str], dict[str, int]] = {}
    for row in counts.to_pylist():
        cell = found.setdefault((row["task"], row["text_format"], row["image_format"]), {})
        cell[row["outcome"]] = row["questions"]
    cells = product(TASKS, TEXT_FORMATS, IMAGE_FORMATS)
    rows = [dict(zip(COLUMNS, (*cell, *_counted(cell, found.get(cell, {}))), strict=True)) for cell in cells]
    return pa.Table.from_pylist(rows)


def _counted(cell: tuple[str, str, str], outcomes: Mapping[str, int]) -> tuple[int, int, int, str]:
    samples = outcomes.get(DRAWN, 0)
    possible = samples + outcomes.get(NOT_DRAWN, 0)
    return sum(outcomes.values()), possible, samples, "" if samples else _why(cell, outcomes)


def _why(cell: tuple[str, str, str], outcomes: Mapping[str, int]) -> str:
    task, text, image = cell
    if (text, image) not in _FORMATS:
        return "nothing is drawn that words could name"
    if not outcomes:
        return "the task has no questions in this build"
    words = _WORDS | {NOT_ASKED: resolve(TASKS, task, "task").why_formats}
    reasons = sorted(outcomes.items(), key=lambda item: (-item[1], item[0]))
    return "; ".join(f"{words.get(name, name)} ({count} questions)" for name, count in reasons)


def printed(table: pa.Table) -> Iterator[str]:
    """Yield the lines of the table: a row per task, then the reasons for empty cells."""
    rows: list[dict[str, Any]] = table.to_pylist()
    width = max(map(len, TASKS))
    yield f"samples: {sum(row['samples'] for row in rows):,}; pictures: " + ", ".join(
        f"{image[0].upper()} {image}" for image in IMAGE_FORMATS
    )
    yield " " * width + "".join(f"  {text:>27}" for text in TEXT_FORMATS)
    yield " " * width + "  ".join(
        ["", *("".join(f"{i[0].upper():>7}" for i in IMAGE_FORMATS)[1:] for _ in TEXT_FORMATS)]
    )
    per_task = len(TEXT_FORMATS) * len(IMAGE_FORMATS)
    for start in range(0, len(rows), per_task):
        cells = rows[start : start + per_task]
        texts = [
            "".join(f"{cell['samples'] or '-':>7}" for cell in cells[k : k + len(IMAGE_FORMATS)])[1:]
            for k in range(0, per_task, len(IMAGE_FORMATS))
        ]
        yield f"{cells[0]['task']:{width}}" + "  ".join(["", *texts])
    yield "\nempty cells (-):"
    yield from _reasons(rows)


def _reasons(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    by_reason: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if not row["samples"] and (row["text_format"], row["image_format"]) in _FORMATS:
            cell = f"{row['text_format']} on {row['image_format']}"
            by_reason.setdefault((row["task"], row["why_empty"]), []).append(cell)
    for (task, why), cells in by_reason.items():
        yield f"  {task}: {why}: {len(cells)} formats" + (f" ({', '.join(cells)})" if len(cells) < 5 else "")


def _run() -> None:
    sources = source_names(params_file.read_params())
    counts = pa.concat_tables([read_all(DATA / "questions" / name, "format_count") for name in sources])
    sys.stdout.write("\n".join(printed(format_table(summed(counts)))) + "\n")


if __name__ == "__main__":
    guard(_run)
