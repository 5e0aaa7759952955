"""DVC stage `dedup`: questions in, questions without duplicates and contradictions out.

Two questions are the same when views, task, answer kind, unit and the text after filling the slots are the same.
Slots that are offered as options ("Which is nearer, {a} or {b}?") and all slots of the `symmetric_tasks` ("How far
apart are {a} and {b}?") carry no order, so swapping them gives the same question. The same question with the same
answer is a duplicate: the first by id stays. The same question with different answers is a contradiction: none stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Int
from pydantic import Field

from stages.params import Params
from stages.runner import Context, Counts, Result, Stage, dropped, main
from stages.schema.columns import codes, to_numpy, whole

_JOIN = "\x1f"
DUPLICATE, CONTRADICTION = "dedup.duplicate", "dedup.contradiction"


class DedupParams(Params):
    """Section `dedup` of params.yaml."""

    symmetric_tasks: tuple[str, ...] = Field(description="Tasks whose questions mean the same with slots swapped.")


def dedup(tables: Mapping[str, pa.Table], params: DedupParams, context: Context) -> Result:
    """Keep the first of equal questions; drop all questions that contradict each other."""
    questions = tables["question"].sort_by("question_id").combine_chunks()
    keep, contradicts = _judge(questions, params)
    unique = questions.filter(pa.array(keep))
    ids = questions.column("question_id")
    counts = Counts(read={"questions": len(questions)}, kept={"questions": len(unique)})
    for reason, lost in ((DUPLICATE, ~keep & ~contradicts), (CONTRADICTION, contradicts)):
        counts += dropped(reason, ids.filter(pa.array(lost)).to_pylist())
    return Result({"question": unique}, counts)


def _judge(questions: pa.Table, params: DedupParams) -> tuple[Bool[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
    """Return per row whether it stays and whether it contradicts another row; rows are sorted by id."""
    rows = len(questions)
    slots = _Slots.of(questions)
    symmetric = to_numpy(pc.is_in(questions.column("task"), pa.array(params.symmetric_tasks, pa.string())))
    question_slots = slots.sorted_where(_offered(questions, slots) | symmetric[slots.row])
    key = [
        codes(column)
        for column in (
            pc.binary_join(whole(questions, "view_ids"), _JOIN),
            whole(questions, "task"),
            whole(questions, "answer_kind"),
            pc.fill_null(whole(questions, "unit"), ""),
            question_slots.fill(whole(questions, "question")),
        )
    ]
    answer = codes(_answers(questions, slots))
    order = np.lexsort([answer, *key])  # stable: rows of one question and answer stay sorted by id
    new_question = np.ones(rows, bool)
    new_question[1:] = np.any([k[order][1:] != k[order][:-1] for k in key], axis=0)
    new_answer = new_question.copy()
    new_answer[1:] |= answer[order][1:] != answer[order][:-1]
    group = np.cumsum(new_question) - 1
    answers_per_group = np.bincount(group, weights=new_answer, minlength=1)
    keep, contradicts = np.empty(rows, bool), np.empty(rows, bool)
    contradicts[order] = answers_per_group[group] > 1
    # Sorting by answer may put a later id first, but only within a contradicting question, where none stays.
    keep[order] = new_question & ~contradicts[order]
    return keep, contradicts


@dataclass(frozen=True)
class _Slots:
    """Objects in the slots of all questions, flat: `ids[i]` fills slot number `position[i]` of row `row[i]`."""

    ids: pa.Array
    row: Int[np.ndarray, " s"]
    position: Int[np.ndarray, " s"]
    rows: int

    @classmethod
    def of(cls, questions: pa.Table) -> _Slots:
        lists = whole(questions, "slot_ids")
        row = to_numpy(pc.list_parent_indices(lists))
        starts = np.concatenate([[0], np.cumsum(to_numpy(pc.list_value_length(lists)))])
        return cls(pc.list_flatten(lists), row, np.arange(len(row)) - starts[row], len(questions))

    def letters(self) -> Sequence[tuple[int, str]]:
        """Position and placeholder of every slot that occurs, e.g. (0, "{a}")."""
        most = int(self.position.max()) + 1 if len(self.position) else 0
        return [(p, f"{{{letter}}}") for p, letter in enumerate(ascii_lowercase[:most])]

    def sorted_where(self, free: Bool[np.ndarray, " s"]) -> _Slots:
        """Sort the ids among the free slots of each row; the other slots keep their object."""
        rank = codes(self.ids)
        places = np.lexsort([self.position, ~free, self.row])
        objects = np.lexsort([np.where(free, rank, self.position), ~free, self.row])
        source = np.empty(len(self.row), np.int64)
        source[places] = objects
        return _Slots(self.ids.take(pa.array(source)), self.row, self.position, self.rows)

    def fill(self, texts: pa.Array) -> pa.Array:
        """Replace the placeholders of each row's text by its objects."""
        for position, placeholder in self.letters():
            here = self.position == position
            index = np.full(self.rows, -1)
            index[self.row[here]] = np.flatnonzero(here)
            ids = pc.fill_null(self.ids.take(pa.array(index, mask=index < 0)), "")
            texts = pc.binary_join(pc.split_pattern(texts, placeholder), ids)
        return texts


def _offered(questions: pa.Table, slots: _Slots) -> Bool[np.ndarray, " s"]:
    """Say per slot whether an option names it."""
    options = pc.binary_join(whole(questions, "options"), _JOIN)
    offered = np.zeros(len(slots.row), bool)
    for position, placeholder in slots.letters():
        here = slots.position == position
        offered[here] = to_numpy(pc.match_substring(options, placeholder))[slots.row[here]]
    return offered


def _answers(questions: pa.Table, slots: _Slots) -> pa.Array:
    """Answer of each row as text that does not depend on the order of options or slots."""
    answer, options = whole(questions, "answer"), whole(questions, "options")
    is_choice = to_numpy(pc.equal(whole(questions, "answer_kind"), "choice"))
    letters = pc.index_in(answer, pa.array(list(ascii_lowercase.upper())))
    number = to_numpy(pc.fill_null(letters, len(ascii_lowercase)))
    length = to_numpy(pc.list_value_length(options))
    index = np.cumsum(length) - length + number
    texts = pc.list_flatten(options).take(pa.array(index, mask=~is_choice | (number >= length)))
    return slots.fill(pc.coalesce(texts, answer))


STAGE = Stage(
    name="dedup",
    params=DedupParams,
    work=dedup,
    reads={"question": "questions"},
    writes=("question",),
    out="unique",
    per_source=False,
)

if __name__ == "__main__":
    main(STAGE)
