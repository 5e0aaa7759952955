"""Every sample read back (`stages.tasks.read_back`) and held against the question and the fact it was made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pyarrow as pa

from stages.formats.coordinates import Pointing
from stages.formats.names import clean
from stages.formats.parse import INTERNVL, Picture, read_pictures
from stages.rng import column_keys, uniform
from stages.runner import DATA, Context
from stages.schema.store import read_table, shard_path
from stages.tasks.base import SLOTS
from stages.tasks.read_answer import read_answer
from stages.tasks.read_back import Option, Recipe, Unreadable, Vocabulary, read_back

_ROWS = 10_000  # samples held as Python objects at a time
LOST = pa.schema([("sample_id", pa.string()), ("what", pa.string()), ("expected", pa.string()), ("read", pa.string())])
"""Samples that do not read back: what differs, what it should say, and what it says."""

Row = Mapping[str, Any]


class RoundTrip(NamedTuple):
    """What one shard gave: samples read, and a row of `LOST` per failure."""

    read: int
    lost: pa.Table


@dataclass(frozen=True)
class ReadBack:
    """Read back a share of one shard's samples, drawn by key."""

    share: float
    pointing: Pointing = INTERNVL

    def __call__(self, context: Context) -> RoundTrip:
        """Read the samples of a source's shard."""

        def table(folder: str, name: str, columns: Sequence[str] | None = None) -> pa.Table:
            return read_table(shard_path(DATA / folder / context.source, name, context.shard), name, columns)

        annotated = {name: table("annotated", name) for name in ("view", "object", "sighting")}
        facts = table("facts", "fact", ["fact_id", "kind", "category"])
        samples = table("questions", "sample")
        chosen = uniform(column_keys(samples.column("sample_id"), "round trip", context.seed)) < self.share
        samples = samples.filter(pa.array(chosen))
        return RoundTrip(
            len(samples), lost_samples(samples, table("questions", "question"), facts, annotated, self.pointing)
        )


def lost_samples(
    samples: pa.Table,
    questions: pa.Table,
    facts: pa.Table,
    annotated: Mapping[str, pa.Table],
    pointing: Pointing = INTERNVL,
) -> pa.Table:
    """Return the samples that do not read back to their question and fact, with what differs.

    Args:
        samples: Samples to read.
        questions: Their questions.
        facts: Columns fact_id, kind and category of the facts.
        annotated: Tables `view`, `object` and `sighting`.
        pointing: Coordinates and tokens of the prompts.
    """
    asked = {row["question_id"]: row for row in questions.to_pylist()}
    known = {row["fact_id"]: row for row in facts.to_pylist()}
    pictures = read_pictures(annotated, pointing)
    words = Vocabulary({name for row in known.values() if (name := clean(row["category"]))})
    lost = [
        {"sample_id": sample["sample_id"], "what": what, "expected": str(expected), "read": str(found)}
        for batch in samples.to_batches(_ROWS) for sample in batch.to_pylist()
        for question in (asked[sample["question_id"]],)
        for what, expected, found in _differences(
            sample, question, known[question["fact_ids"][0]], pictures, words, pointing
        )
    ]  # fmt: skip
    return pa.Table.from_pylist(lost, schema=LOST)


def _differences(
    sample: Row,
    question: Row,
    fact: Row,
    pictures: Mapping[str, Picture],
    words: Vocabulary,
    pointing: Pointing,
) -> Iterator[tuple[str, object, object]]:
    """Yield what of a sample does not read back, what is expected and what was read."""
    shown = [pictures[view] for view in sample["view_ids"]]
    recipe = Recipe(sample["text_format"], sample["image_format"], shown, sample["mark_ids"], pointing)
    try:
        reading = read_back(sample["prompt"], recipe, words)
    except Unreadable as error:
        yield "prompt", "one reading", error
        return
    expected = _expected(sample, question, fact)
    yield from ((name, value, getattr(reading, name)) for name, value in expected.items()
                if getattr(reading, name) != value)  # fmt: skip
    try:
        answer = read_answer(sample["response"], reading, recipe, words)
    except Unreadable as error:
        yield "response", "one reading", error
        return
    if not answer == sample["answer"] == question["answer"]:
        yield "answer", question["answer"], answer


def _expected(sample: Row, question: Row, fact: Row) -> dict[str, object]:
    """What the prompt should say, by field of `Reading`."""
    named = [slot for slot in SLOTS[: len(question["slot_ids"])] if f"{{{slot}}}" in question["question"]]
    unit = question["unit"] if question["unit"] in ("m", "cm", "ft", "in", "m2", "ft2") else ""
    way = question["wording_id"].split(".")[3]
    return {
        "task": question["task"],
        "group": f"{fact['kind']}.{way}",
        "answer_kind": question["answer_kind"],
        "bare": sample["response"] == sample["answer"],
        "slots": tuple(question["slot_ids"][: len(named)]),
        "options": tuple(_option(text, question["slot_ids"]) for text in question["options"]),
        "unit": unit,
        "category": (clean(fact["category"]) or "").casefold(),
    }


def _option(text: str, slot_ids: Sequence[str]) -> Option:
    """Objects of an option such as `{b}, {a}`, or its text."""
    if not text.startswith("{"):
        return text
    return tuple(slot_ids[SLOTS.index(slot.strip("{}"))] for slot in text.split(", "))
