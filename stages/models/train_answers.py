"""Answers of the training set, counted: what a model that never looks can know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from stages.models.base import Prompt
from stages.schema.store import read_table, shard_path, shards_in

Group = tuple[str, str, str | None]
GROUP = ("task", "answer_kind", "unit")


def group_of(prompt: Prompt) -> Group:
    """Task, answer kind and unit of a prompt."""
    return prompt.task, prompt.answer_kind, prompt.unit


def train_answers(data: Path) -> Mapping[Group, Mapping[str, int]]:
    """Count the answers of the train samples by task, answer kind and unit; answers come in alphabetical order.

    Shards are read one at a time: the training set need not fit into memory.

    Args:
        data: Folder with the outputs of earlier stages.
    """
    folder = data / "split" / "train"
    parts = []
    for shard in shards_in(folder, "sample"):
        samples = read_table(shard_path(folder, "sample", shard), "sample", [*GROUP, "answer"])
        parts.append(samples.group_by([*GROUP, "answer"]).aggregate([([], "count_all")]))
    if not parts:
        return {}
    return counted(pa.concat_tables(parts).rename_columns([*GROUP, "answer", "count"]))


def counted(samples: pa.Table) -> Mapping[Group, Mapping[str, int]]:
    """Add up a table with the columns task, answer_kind, unit, answer and count."""
    sums = samples.group_by([*GROUP, "answer"]).aggregate([("count", "sum")]).sort_by("answer")
    answers: dict[Group, dict[str, int]] = {}
    for row in sums.to_pylist():
        answers.setdefault((row["task"], row["answer_kind"], row["unit"]), {})[row["answer"]] = row["count_sum"]
    return answers
