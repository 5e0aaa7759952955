"""The model that always gives the commonest training answer: what a benchmark pays for knowing its priors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import pyarrow as pa

from stages.models.base import ModelContext, ModelParams, Prompt
from stages.schema.store import read_table, shard_path, shards_in

_GROUP = ("task", "answer_kind", "unit")


class MostFrequentParams(ModelParams):
    """Section `models.<name>` of the most frequent answer; it has no settings."""


class MostFrequent:
    """Answer with the commonest answer of the train samples of the same task, answer kind and unit.

    Ties go to the first in alphabetical order. A prompt whose group the training set lacks gets no reply.
    """

    params_type: ClassVar[type[ModelParams]] = MostFrequentParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: MostFrequentParams, context: ModelContext) -> None:
        self._answers = commonest(_train(context))

    def reply(self, prompts: Sequence[Prompt]) -> list[str]:
        """Look each prompt's group up."""
        return [self._answers.get((p.task, p.answer_kind, p.unit), "") for p in prompts]


def commonest(samples: pa.Table) -> dict[tuple[str, str, str | None], str]:
    """Return the commonest answer by task, answer kind and unit.

    Args:
        samples: Columns task, answer_kind, unit, answer and count (how often the row occurs).
    """
    counts = samples.group_by([*_GROUP, "answer"]).aggregate([("count", "sum")])
    counts = counts.sort_by([("count_sum", "descending"), ("answer", "ascending")])
    answers: dict[tuple[str, str, str | None], str] = {}
    for row in counts.to_pylist():
        answers.setdefault((row["task"], row["answer_kind"], row["unit"]), row["answer"])
    return answers


def _train(context: ModelContext) -> pa.Table:
    """Count the train answers, one shard at a time: the training set need not fit into memory."""
    folder = context.data / "split" / "train"
    parts = []
    for shard in shards_in(folder, "sample"):
        samples = read_table(shard_path(folder, "sample", shard), "sample", [*_GROUP, "answer"])
        parts.append(samples.group_by([*_GROUP, "answer"]).aggregate([([], "count_all")]))
    names = [*_GROUP, "answer", "count"]
    empty = pa.table({name: pa.array([], pa.int64() if name == "count" else pa.string()) for name in names})
    return pa.concat_tables([empty, *(p.rename_columns(names).cast(empty.schema) for p in parts)])
