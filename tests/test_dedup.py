from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.dedup import CONTRADICTION, DUPLICATE, DedupParams, dedup
from stages.runner import Context
from tests.handmade import choice, question, table

PARAMS = DedupParams(symmetric_tasks=("absolute_distance",))
CONTEXT = Context(seed=1, source="rooms", shard=0)
CHAIR, TABLE = "rooms/0001:chair", "rooms/0001:table"
SWAPPED = [TABLE, CHAIR]


def distance(question_id: str, **values: Any) -> dict[str, Any]:
    asked = {
        "task": "absolute_distance", "question": "How far apart are {a} and {b}, in metres?", "answer_kind": "number",
        "answer": "1.2", "answer_value": 1.2, "unit": "m",
    }  # fmt: skip
    return question(question_id, **(asked | values))


CASES = [
    pytest.param([question("q1")], ["q1"], {}, id="alone"),
    pytest.param([question("q2"), question("q1")], ["q1"], {DUPLICATE: 1}, id="equal questions keep the first id"),
    pytest.param([question("q1"), question("q2", answer="no")], [], {CONTRADICTION: 2}, id="contradiction keeps none"),
    pytest.param(
        [question("q1"), question("q2"), question("q3", answer="no")], [], {CONTRADICTION: 3}, id="two against one"
    ),
    pytest.param(
        [question("q1"), question("q2", slot_ids=SWAPPED, answer="no")], ["q1", "q2"], {}, id="a statement has roles"
    ),
    pytest.param(
        [choice("q1", ["{a}", "{b}"], "A"), choice("q2", ["{b}", "{a}"], "B")],
        ["q1"], {DUPLICATE: 1}, id="shuffled options",
    ),
    pytest.param(
        [choice("q1", ["{a}", "{b}"], "A"), choice("q2", ["{a}", "{b}"], "B", slot_ids=SWAPPED)],
        ["q1"], {DUPLICATE: 1}, id="swapped slots that are options",
    ),
    pytest.param(
        [choice("q1", ["{a}", "{b}"], "A"), choice("q2", ["{a}", "{b}"], "A", slot_ids=SWAPPED)],
        [], {CONTRADICTION: 2}, id="swapped slots, other answer",
    ),
    pytest.param(
        [choice("q1", ["left", "right"], "A", question="Is {a} left or right of {b}?"),
         choice("q2", ["left", "right"], "B", question="Is {a} left or right of {b}?", slot_ids=SWAPPED)],
        ["q1", "q2"], {}, id="slots that are no options have roles",
    ),
    pytest.param(
        [choice("q1", ["30 degrees", "75 degrees"], "A"), choice("q2", ["90 degrees", "30 degrees"], "B")],
        ["q1"], {DUPLICATE: 1}, id="same answer among other distractors",
    ),
    pytest.param([distance("q1"), distance("q2", slot_ids=SWAPPED)], ["q1"], {DUPLICATE: 1}, id="symmetric task"),
    pytest.param(
        [distance("q1"), distance("q2", slot_ids=SWAPPED, answer="1.5")], [], {CONTRADICTION: 2},
        id="symmetric task, other answer",
    ),
    pytest.param(
        [question("q1"), question("q2", view_ids=["rooms/0001/001"])], ["q1", "q2"], {}, id="other view"
    ),
    pytest.param(
        [question("q1", view_ids=["v1", "v2"]), question("q2", view_ids=["v2", "v1"])], ["q1", "q2"], {},
        id="views in the other order",
    ),
    pytest.param(
        [question("q1"), question("q2", question="Is {a} left of {b}?")], ["q1", "q2"], {}, id="other wording"
    ),
    pytest.param(
        [question("q1", slot_ids=[CHAIR], question="Is there {a}?"), question("q2")], ["q1", "q2"], {},
        id="different numbers of slots",
    ),
    pytest.param(
        [question(i, slot_ids=[], question="Is there a lamp?") for i in ("q1", "q2")],
        ["q1"], {DUPLICATE: 1}, id="no slots",
    ),
    pytest.param(
        [choice("q1", ["{a}"], "C"), choice("q2", ["{a}"], "C")], ["q1"], {DUPLICATE: 1}, id="letter without option"
    ),
    pytest.param([], [], {}, id="empty"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "kept", "lost"), CASES)
def test_dedup(rows: list[dict[str, Any]], kept: list[str], lost: dict[str, int]) -> None:
    result = dedup({"question": table("question", rows)}, PARAMS, CONTEXT)
    assert ids(result.tables["question"]) == kept
    assert result.counts.dropped == lost
    assert result.counts.read == {"questions": len(rows)}
    assert len(rows) == result.counts.kept["questions"] + sum(lost.values())


def ids(questions: pa.Table) -> list[str]:
    return [str(i) for i in questions.column("question_id").to_pylist()]


@st.composite
def questions(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for i in range(draw(st.integers(0, 12))):
        slots = draw(st.permutations([CHAIR, TABLE, "rooms/0001:lamp"]))[:2]
        if draw(st.booleans()):
            options = draw(st.permutations(["{a}", "{b}"]))
            rows.append(choice(f"q{i:02d}", options, draw(st.sampled_from("AB")), slot_ids=slots))
        else:
            rows.append(question(f"q{i:02d}", answer=draw(st.sampled_from(["yes", "no"])), slot_ids=slots))
    return rows


def meaning(row: dict[str, Any]) -> tuple[object, object]:
    """Key and answer of a question as a reader understands it, row by row: the slow twin of the stage."""
    names = dict(zip("ab", row["slot_ids"], strict=True))
    if row["answer_kind"] == "choice":
        return frozenset(row["slot_ids"]), names[row["options"]["AB".index(row["answer"])][1]]
    return tuple(row["slot_ids"]), row["answer"]


@given(questions())
def test_dedup_equals_plain_reading(rows: list[dict[str, Any]]) -> None:
    answers: dict[object, set[object]] = {}
    first: dict[object, str] = {}
    for row in rows:
        key, answer = meaning(row)
        answers.setdefault(key, set()).add(answer)
        first.setdefault(key, row["question_id"])
    expected = sorted(first[key] for key, found in answers.items() if len(found) == 1)
    assert ids(dedup({"question": table("question", rows)}, PARAMS, CONTEXT).tables["question"]) == expected


@given(questions(), st.randoms(use_true_random=False))
def test_dedup_is_idempotent_and_order_free(rows: list[dict[str, Any]], random: Any) -> None:
    once = dedup({"question": table("question", rows)}, PARAMS, CONTEXT).tables["question"]
    assert dedup({"question": once}, PARAMS, CONTEXT).tables["question"].equals(once)
    random.shuffle(rows)
    shuffled = pa.Table.from_pylist(rows, schema=table("question", []).schema)
    assert dedup({"question": shuffled}, PARAMS, CONTEXT).tables["question"].equals(once)
