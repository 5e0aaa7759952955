"""The audit reads samples back from disk, and its table of formats explains every empty cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from stages.audit import fail_if_lost
from stages.audits.format_table import format_table, printed
from stages.audits.round_trip import ReadBack
from stages.formats import FORMATS, IMAGE_FORMATS, TEXT_FORMATS
from stages.formats.outcomes import summed
from stages.runner import Context
from stages.schema.errors import UserError
from stages.schema.store import shard_path, write_table
from stages.schema.tables import FORMAT_COUNT, SAMPLE
from stages.tasks import TASKS
from tests.tasks.shard import Shard, tour
from tests.tasks.template_case import CONTEXT, run
from tests.tasks.test_two_views import pair_of_views

Row = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build of two scenes on disk."""
    shard = Shard()
    tour(shard, "rooms/0001")
    pair_of_views(shard, "rooms/0002", 1)
    tables = shard.tables()
    made = run(tables, formats={"per_question": 4}).tables
    for place, found in (("annotated", tables), ("facts", tables), ("questions", made)):
        folder = tmp_path / "data" / place / "rooms"
        folder.mkdir(parents=True)
        for name, table in found.items():
            if (name == "fact") == (place == "facts"):
                write_table(shard_path(folder, name, 0), table, name)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data" / "questions" / "rooms"


def test_a_build_reads_back(folder: Path) -> None:
    found = ReadBack(1.0)(CONTEXT)
    assert found.read == len(pq.read_table(shard_path(folder, "sample", 0))) > 80
    assert found.lost.to_pylist() == []


def test_a_share_is_drawn_by_key(folder: Path) -> None:
    every, some = ReadBack(1.0)(CONTEXT).read, ReadBack(0.5)(CONTEXT).read
    assert 0.25 * every < some < 0.75 * every
    assert some == ReadBack(0.5)(CONTEXT).read
    assert some != ReadBack(0.5)(Context(CONTEXT.seed + 1, "rooms", 0)).read


def test_lost_samples_are_named_with_what_differs(folder: Path) -> None:
    path = shard_path(folder, "sample", 0)
    rows = pq.read_table(path).to_pylist()
    spoilt = next(row for row in rows if row["task"] == "camera_turn" and row["answer_kind"] == "choice")
    lines = spoilt["prompt"].split("\n")
    spoilt["prompt"] = "\n".join([lines[0], f"A. {lines[2][3:]}", f"B. {lines[1][3:]}", lines[3]])
    write_table(path, pa.Table.from_pylist(rows, schema=SAMPLE.schema), "sample")
    (lost, *others) = ReadBack(1.0)(CONTEXT).lost.to_pylist()
    assert (lost["sample_id"], lost["what"]) == (spoilt["sample_id"], "options")
    assert {row["sample_id"] for row in others} <= {spoilt["sample_id"]}


def test_one_lost_sample_fails_the_build() -> None:
    fail_if_lost({"n": 150_000, "failures": 0})
    with pytest.raises(UserError, match=r"1 of 150000 samples .*round_trip\.csv"):
        fail_if_lost({"n": 150_000, "failures": 1})


def counts(*rows: tuple[str, str, str, str, int]) -> pa.Table:
    columns = dict(zip(FORMAT_COUNT.schema.names, zip(*rows, strict=True), strict=True))
    return pa.table({name: list(values) for name, values in columns.items()}, schema=FORMAT_COUNT.schema)


def test_every_cell_has_samples_or_a_reason() -> None:
    shard = Shard()
    for number in range(8):
        tour(shard, f"rooms/{number:04d}")
        pair_of_views(shard, f"rooms/{10 + number:04d}", number)
    made = run(shard, formats={"per_question": 4}).tables
    table = format_table(made["format_count"])
    assert len(table) == len(TASKS) * len(TEXT_FORMATS) * len(IMAGE_FORMATS)
    assert sum(table["samples"].to_pylist()) == len(made["sample"])
    for row in table.to_pylist():
        assert bool(row["why_empty"]) == (row["samples"] == 0), row
        assert row["samples"] <= row["possible"] <= row["questions"]
    lines = list(printed(table))
    assert sum(line.startswith(task) for task in TASKS for line in lines[3 : 3 + len(TASKS)]) >= len(TASKS)


@pytest.mark.parametrize(
    ("task", "outcome", "why"),
    [
        pytest.param("correspondence", "not_asked", "shown in both pictures tells the answer (7 questions)", id="task"),
        pytest.param("counting", "names_no_object", "`natural` stands for them (7 questions)", id="no object"),
        pytest.param("counting", "weight_0", "weight 0", id="weight"),
        pytest.param("counting", "no_masks", "a marked object has no mask", id="mask"),
        pytest.param("counting", "a_new_reason", "a_new_reason (7 questions)", id="another one"),
    ],
)
def test_reasons_are_told_in_words(task: str, outcome: str, why: str) -> None:
    rows = format_table(counts((task, "caption", "masks", outcome, 7))).to_pylist()
    found = {(row["task"], row["text_format"], row["image_format"]): row["why_empty"] for row in rows}
    assert why in found[task, "caption", "masks"]
    assert "no questions" in found[task, "caption", "boxes"]
    assert "nothing is drawn" in found[task, "image_based", "original"]


def test_shards_are_added_up() -> None:
    one, other = (counts(("counting", "caption", "masks", "drawn", n)) for n in (2, 3))
    assert summed(pa.concat_tables([one, other]))["questions"].to_pylist() == [5]
    assert len(FORMATS) == 19
