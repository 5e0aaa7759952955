"""Typed drafts with chosen wordings, and the question table made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.formats.phrases import render, repeat
from stages.rng import key, mix
from stages.schema.columns import one_chunk
from stages.schema.tables import QUESTION
from stages.tasks.base import SLOTS, AskParams, Draft, IntArray, KeyArray
from stages.tasks.facts import Chosen, Facts, batches
from stages.tasks.wordings import Wording, wording


@dataclass(frozen=True)
class Asked:
    """Questions of one fact kind asked in one way: drafts, and the text chosen for question and answer."""

    task: str
    answer_kind: str
    rows: IntArray
    keys: KeyArray
    scenes: KeyArray
    draft: Draft
    wording: Wording
    ask: IntArray
    reply: IntArray
    formats: tuple[tuple[str, str], ...] = ()
    barred: tuple[str, ...] = ()

    def fills(self, rows: IntArray, slots: Sequence[pa.StringArray]) -> dict[str, pa.StringArray]:
        """Return the value of every slot for some of the questions.

        Args:
            rows: Questions, repeats allowed.
            slots: Text of objects a, b, ... for those questions.
        """
        at = pa.array(rows)
        found = {name: column.take(at) for name, column in self.draft.fills.items()}
        found.update(zip(SLOTS, slots, strict=False))
        for name, place in self.draft.either.items():
            bank = pa.concat_arrays(list(slots[: max(len(self.draft.slots), 1)]))
            found[name] = bank.take(pa.array(place[rows] * len(rows) + np.arange(len(rows))))
        return found


def ask_all(facts: Facts, chosen: Chosen, params: AskParams) -> Iterator[Asked]:
    """Draft all questions of a task and answer kind, and choose their wordings."""
    texts = wording(chosen.task.name)
    for rows, batch in batches(facts, chosen, params):
        draft = chosen.task.ask(batch)
        answers = pc.equal(draft.answer, "yes").to_numpy(zero_copy_only=False).astype(np.int64)
        yield Asked(
            task=chosen.task.name,
            answer_kind=chosen.answer_kind,
            rows=rows,
            keys=batch.keys,
            scenes=batch.scenes,
            draft=draft,
            wording=texts,
            ask=texts.choose(draft.ask, mix(batch.keys, key("ask text")), batch.scenes, answers),
            reply=texts.choose(draft.reply, mix(batch.keys, key("reply text")), batch.scenes, answers),
            formats=chosen.task.formats,
            barred=chosen.task.tells.get(batch.kind, ()),
        )


def question_table(asked: Asked, facts: Facts, scenes: Mapping[str, pa.StringArray]) -> pa.Table:
    """Write questions in plain meaning, with the slots {a} and {b} left open.

    Args:
        asked: Questions of one batch.
        facts: The facts they follow from.
        scenes: `source` and `side` per fact.
    """
    count, at, draft = len(asked.rows), pa.array(asked.rows), asked.draft
    fills = asked.fills(np.arange(count), [repeat(f"{{{slot}}}", count) for slot in SLOTS])
    ids = facts.ids.take(at)
    columns = {
        "question_id": pc.binary_join_element_wise(ids, asked.answer_kind, ":"),
        "source": scenes["source"].take(at),
        "task": repeat(asked.task, count),
        "fact_ids": lists([ids]),
        "wording_id": pc.binary_join_element_wise(
            asked.task, asked.answer_kind, asked.wording.ids.take(pa.array(asked.ask)), "."
        ),
        "slot_ids": lists(draft.slots, count),
        "slot_views": _slot_views(draft, count),
        "question": render(asked.wording.programs, asked.ask, fills),
        "answer_kind": repeat(asked.answer_kind, count),
        "answer": draft.answer,
        "answer_wording": render(asked.wording.programs, asked.reply, fills),
        "answer_value": pa.array(draft.value, pa.float64())
        if draft.value is not None
        else pa.nulls(count, pa.float64()),
        "unit": draft.unit if draft.unit is not None else pa.nulls(count, pa.string()),
        "options": lists(draft.options, count),
        "side": scenes["side"].take(at),
    }
    carried = ("scene_id", "view_ids", "margin", "geometry")
    columns.update({name: one_chunk(facts.table.column(name)).take(at) for name in carried})
    return pa.table([columns[name] for name in QUESTION.schema.names], schema=QUESTION.schema)


def _slot_views(draft: Draft, count: int) -> pa.ListArray:
    width = len(draft.slots)
    places = draft.slot_views or (-1,) * width
    offsets = pa.array(np.arange(count + 1, dtype=np.int32) * width)
    return pa.ListArray.from_arrays(offsets, pa.array(np.tile(np.array(places, dtype=np.int32), count), pa.int32()))


def lists(columns: Sequence[pa.StringArray], count: int = 0) -> pa.ListArray:
    """Zip columns into a column of lists, one item per column; empty lists when there are none."""
    if not columns:
        return pa.ListArray.from_arrays(pa.array(np.zeros(count + 1, dtype=np.int32)), pa.array([], pa.string()))
    width, count = len(columns), len(columns[0])
    order = np.arange(width * count).reshape(width, count).T.reshape(-1)
    flat = pa.concat_arrays(list(columns)).take(pa.array(order))
    return pa.ListArray.from_arrays(pa.array(np.arange(0, width * count + 1, width, dtype=np.int32)), flat)
