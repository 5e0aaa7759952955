from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stages.models.base import ModelContext, Prompt
from stages.models.oracle import Asked, Oracle, OracleParams, answer
from stages.models.reading import compared_slot, direction, metres, object_turns, turn_deg
from stages.tasks.wordings import read
from tests.handmade import fact, question, write

CHAIR, TABLE = "rooms/0001:chair", "rooms/0001:table"
SLOTS = {"a": CHAIR, "b": TABLE}
SWAPPED = {"a": TABLE, "b": CHAIR}


def asked(kind: str, text: str, answer_kind: str = "yes_no", **values: Any) -> Asked:
    """Ask about a fact that says: the chair has more than the table."""
    given: dict[str, Any] = {
        "unit": None, "options": (), "slots": SLOTS, "subjects": (CHAIR,), "references": (TABLE,), "value": 1.0,
    }  # fmt: skip
    return Asked(text=text, answer_kind=answer_kind, kind=kind, **(given | values))


def choice(kind: str, text: str, *options: str, **values: Any) -> Asked:
    return asked(kind, text, "choice", options=options, **values)


CASES = [
    pytest.param(asked("left_of", "Is {a} to the left of {b}?"), "Yes", id="left"),
    pytest.param(asked("left_of", "Is {a} to the left of {b}?", slots=SWAPPED), "No", id="left, swapped"),
    pytest.param(asked("left_of", "Is {b} to the right of {a}?"), "Yes", id="right, turned round"),
    pytest.param(asked("left_of", "Is {a} to the left of {b}?", value=-1.0), "No", id="fact turned round"),
    pytest.param(asked("bigger", "Is it true that {b} occupies less space than {a}?"), "Yes", id="less space"),
    pytest.param(choice("taller", "Which is shorter, {a} or {b}?", "{a}", "{b}"), "B", id="shorter"),
    pytest.param(choice("taller", "Which is taller, {a} or {b}?", "{b}", "{a}"), "B", id="taller, shuffled options"),
    pytest.param(choice("above", "Is {a} higher or lower than {b}?", "lower", "higher"), "B", id="word"),
    pytest.param(choice("above", "Relative to {b}, is {a} lower or higher?", "lower", "higher", slots=SWAPPED), "A",
                 id="word, swapped"),
    pytest.param(asked("in_front_of", "Is {a} nearer or farther than {b}?", "text"), "nearer", id="short answer"),
    pytest.param(asked("in_front_of", "Is {a} nearer or farther than {b}?", "text", slots=SWAPPED), "farther",
                 id="short answer, swapped"),
    pytest.param(asked("direction_medium", "Where is {a}?", "text", value=-140.0), "back", id="short answer, back"),
    pytest.param(asked("camera_turn", "Left or right?", "text", value=-20.0), "right", id="short answer, turn"),
    pytest.param(asked("exists", "Is there a lamp?", value=0.0, slots={}), "No", id="nothing there"),
    pytest.param(asked("exists_behind", "Is there a lamp behind {a}?", value=1.0), "Yes", id="something behind"),
    pytest.param(asked("count", "How many chairs?", "number", value=3.0, unit="count"), "3", id="count"),
    pytest.param(choice("count", "How many chairs?", "1", "13", "3", "4", value=3.0), "C", id="count option"),
    pytest.param(asked("distance_center", "How far?", "number", value=1.234, unit="m"), "1.23 m", id="metres"),
    pytest.param(asked("distance_center", "How far?", "number", value=1.234, unit="cm"), "123 cm", id="centimetres"),
    pytest.param(asked("distance_closest", "How far?", "number", value=1.234, unit="ft"), "4.05 ft", id="feet"),
    pytest.param(asked("distance_closest", "How far?", "number", value=1.234, unit="in"), "48.6 in", id="inches"),
    pytest.param(choice("distance_closest", "How far?", "2.1 feet", "4 feet", "6.3 feet", value=1.234), "B",
                 id="feet option"),
    pytest.param(asked("rotation", "By how many degrees did the camera move around {a}?", "angle", value=44.6), "45",
                 id="camera moves"),
    pytest.param(asked("rotation", "With a fixed camera, how far did {a} turn?", "angle", value=44.6), "-45",
                 id="object turns"),
    pytest.param(choice("rotation", "How did the camera move around {a}?", "80 degrees clockwise",
                        "100 degrees counter-clockwise", "170 degrees clockwise", value=-169.8), "C", id="turn option"),
    pytest.param(choice("rotation", "How did the camera move around {a}?", "90 degrees clockwise", "180 degrees",
                        value=-179.7), "B", id="half turn from the other side"),
    pytest.param(asked("left_of", "Is {a} near {b}?"), "", id="words of another relation"),
    pytest.param(asked("left_of", "Is {a} left of {b}?", slots={"a": CHAIR, "b": "rooms/0001:lamp"}), "",
                 id="objects of another fact"),
    pytest.param(asked("colour", "What colour is {a}?", "text"), "", id="unknown kind"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), CASES)
def test_answer(given: Asked, expected: str) -> None:
    assert answer(given) == expected


def wordings(task: str, way: str) -> list[tuple[str, str]]:
    return [(kind, text) for kind, ways in read(task).items() for text in ways.get(way, {"ask": ()})["ask"]]


TASKS = ("position_comparison", "size_comparison")


@pytest.mark.parametrize("task", TASKS)
def test_every_claim_is_read_as_a_has_more(task: str) -> None:
    texts = wordings(task, "claim")
    assert texts
    wrong = [t for kind, t in texts if (1 if compared_slot(t) == "a" else -1) * direction(t, kind) != 1]
    assert wrong == []


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(("way", "sign"), [("which", 1), ("which_opposite", -1)])
def test_every_which_is_read_in_its_direction(task: str, way: str, sign: int) -> None:
    texts = wordings(task, way)
    assert texts
    assert [t for kind, t in texts if direction(t, kind) != sign] == []


def test_every_word_question_is_about_a() -> None:
    texts = wordings("position_comparison", "word")
    assert texts
    assert [t for _, t in texts if compared_slot(t) != "a"] == []


@pytest.mark.parametrize("way", ["camera_angle", "camera_turn", "object_angle", "object_turn"])
def test_every_rotation_wording_says_who_moves(way: str) -> None:
    texts = wordings("rotation_estimation", way)
    assert texts
    assert [t for _, t in texts if object_turns(t) != way.startswith("object")] == []


def test_options_are_read() -> None:
    assert metres("1.4 meters") == pytest.approx(1.4)
    assert metres("35 centimeters") == pytest.approx(0.35)
    assert metres("lots") is None
    assert [turn_deg(t) for t in ("45 degrees clockwise", "45 degrees counter-clockwise", "180 degrees", "none")] == [
        -45.0, 45.0, 180.0, None,
    ]  # fmt: skip


def test_oracle_reads_facts_and_not_answers(tmp_path: Path) -> None:
    first = fact("left_of", ["chair"], ["table"])
    wrong = question("q1", fact_ids=[first["fact_id"]], answer="no", side="benchmark")
    lost = question("q2", fact_ids=["nothing"], side="benchmark")
    for folder, name, rows in (("split/benchmark", "question", [wrong, lost]), ("facts/rooms", "fact", [first])):
        write(tmp_path / folder, name, rows)
    oracle = Oracle(OracleParams(model="oracle"), ModelContext(seed=1, data=tmp_path))
    assert oracle.reply([prompt("q1"), prompt("q2"), prompt("q3")]) == ["Yes", "", ""]


def prompt(question_id: str) -> Prompt:
    return Prompt(f"{question_id}:x", question_id, "position_comparison", "yes_no", "?", (), None, lambda: [])
