"""Tasks about two views: answers follow from facts by rules written out again here, and letters tell nothing."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from stages.formats.parse import parse_prompt, read_pictures
from stages.models.oracle import answer, asked_of
from stages.models.oracle_two_views import sign_of_left
from stages.runner import Context
from stages.tasks.camera_turn import turn_text
from stages.tasks.wordings import read, reserved
from stages.template import TemplateParams, template
from tests.tasks.shard import Shard, params

Row = dict[str, Any]
SCENES = 60
TURNS = (33.4, -33.4, 90.5, -150.2)
SHIFTS = ((0.4, "forward"), (1.234, "backward"), (2.5, "left"), (0.75, "right"))
NAMES = ("sofa", "chair", "lamp", "bed", "door")


def pair_of_views(shard: Shard, scene_id: str, number: int) -> None:
    """Add a scene of two views with five objects, and one fact of each kind."""
    views = shard.scene(scene_id, views=2)
    ids = [shard.object(scene_id, f"{name}_0", name) for name in NAMES]
    for place, view in enumerate(views):
        for k, object_id in enumerate(ids):
            shard.sight(view, object_id, (100 * k + 20 * place, 50, 100 * k + 80, 150 + k))
    shard.fact("camera_turn", views, TURNS[number % 4])
    shard.facts[-1]["unit"] = "deg"
    distance, word = SHIFTS[number % 4]
    shard.fact("camera_shift", views, distance, detail=[word])
    at = number % len(ids)
    others = [ids[(at + k) % len(ids)] for k in (1, 2, 3)]
    shard.fact("same_object", views, 1, [ids[at]], others)
    shard.facts[-1]["unit"] = "bool"


@cache
def made() -> tuple[list[tuple[Row, Row]], list[Row], dict[str, pa.Table]]:
    """All questions with their facts, all samples, and the tables they are made of."""
    shard = Shard()
    for number in range(SCENES):
        pair_of_views(shard, f"rooms/{number:04d}", number)
    tables = dict(shard.tables())
    result = template(tables, TemplateParams.model_validate(params()), Context(3, "rooms", 0))
    facts = {row["fact_id"]: row for row in tables["fact"].to_pylist()}
    questions = [(row, facts[row["fact_ids"][0]]) for row in result.tables["question"].to_pylist()]
    return questions, result.tables["sample"].to_pylist(), tables


def built() -> list[tuple[Row, Row]]:
    return made()[0]


def of(kind: str, answer_kind: str) -> list[tuple[Row, Row]]:
    found = [(q, f) for q, f in built() if f["kind"] == kind and q["answer_kind"] == answer_kind]
    assert len(found) == SCENES
    return found


def chosen(question: Row) -> str:
    text: str = question["options"]["ABCD".index(question["answer"])]
    return text


def test_a_positive_turn_goes_left() -> None:
    side = {33.4: "left", -33.4: "right", 90.5: "left", -150.2: "right"}
    for question, fact in of("camera_turn", "choice"):
        assert sorted(question["options"]) == ["left", "right"]
        assert chosen(question) == side[fact["value"]]
        assert side[fact["value"]] in question["answer_wording"]
        assert question["slot_ids"] == []


def test_a_turn_in_whole_degrees_with_left_positive() -> None:
    whole = {33.4: "33", -33.4: "-33", 90.5: "90", -150.2: "-150"}  # rounding is to even
    said = {33.4: "33 degrees to the left", -33.4: "33 degrees to the right"}
    for question, fact in of("camera_turn", "angle"):
        assert question["answer"] == whole[fact["value"]]
        assert (question["answer_value"], question["unit"]) == (float(question["answer"]), "deg")
        if fact["value"] in said:
            stated = (said[fact["value"]], f"{question['answer']} degrees")
            assert any(text in question["answer_wording"] for text in stated)


def test_the_side_of_a_turn_may_be_asked_without_options() -> None:
    for question, fact in of("camera_turn", "text"):
        assert question["answer"] == ("left" if fact["value"] > 0 else "right")
        assert question["options"] == []


@pytest.mark.parametrize(
    ("angle", "text"),
    [
        pytest.param(1, "1 degree to the left", id="one"),
        pytest.param(-90, "90 degrees to the right", id="right"),
        pytest.param(180, "180 degrees", id="half turn has no side"),
        pytest.param(0, "0 degrees", id="none"),
    ],
)
def test_turn_text(angle: int, text: str) -> None:
    assert turn_text(pa.array([angle]).to_numpy()).to_pylist() == [text]


def test_a_shift_has_one_of_four_directions() -> None:
    for question, fact in of("camera_shift", "choice"):
        assert sorted(question["options"]) == ["backward", "forward", "left", "right"]
        assert [chosen(question)] == fact["detail"]
        assert fact["detail"][0] in question["answer_wording"].lower()
        assert "first" in question["question"] or "image one" in question["question"], "which view is the reference"


def test_a_shift_is_a_length_in_the_named_unit() -> None:
    per_metre = {
        "m": ("meters", 1.0, 0.0051), "cm": ("centimeters", 100.0, 0.51), "ft": ("feet", 3.28084, 0.0051),
        "in": ("inches", 39.37008, 0.051),
    }  # fmt: skip
    for question, fact in of("camera_shift", "number"):
        name, factor, tolerance = per_metre[question["unit"]]
        assert name in question["question"]
        assert abs(float(question["answer"]) - fact["value"] * factor) <= tolerance


def test_the_same_object_is_the_subject_in_the_second_view() -> None:
    for question, fact in of("same_object", "choice"):
        named = [question["slot_ids"]["abcde".index(option.strip("{}"))] for option in question["options"]]
        assert sorted(named) == sorted([*fact["subject_ids"], *fact["reference_ids"]])
        assert named["ABCD".index(question["answer"])] == fact["subject_ids"][0] == question["slot_ids"][0]
        assert question["slot_views"] == [0, 1, 1, 1, 1]
        assert re.findall(r"\{([a-z])\}", question["question"]) == ["a"]
        assert chosen(question) in question["answer_wording"]


BOX = re.compile(r"<ref>region</ref><box>\[\[(\d+), (\d+), (\d+), (\d+)\]\]</box>")


def test_a_correspondence_shows_one_box_of_the_first_view_and_four_of_the_second() -> None:
    """Were a box of the second view given in the question, the answer could be copied."""
    questions, samples, tables = made()
    fact_of = {question["question_id"]: fact for question, fact in questions}
    pictures = read_pictures(tables)
    found = [sample for sample in samples if sample["task"] == "correspondence"]
    assert len(found) == SCENES
    for sample in found:
        fact, (first, second) = fact_of[sample["question_id"]], sample["view_ids"]
        boxes = [{thing.object_id: thing.box for thing in pictures[view]} for view in (first, second)]
        (subject,) = fact["subject_ids"]
        shown = [tuple(int(n) for n in match) for match in BOX.findall(sample["prompt"])]
        asked, offered = shown[0], shown[1:]
        assert asked == boxes[0][subject]
        assert sorted(offered) == sorted(boxes[1][i] for i in (subject, *fact["reference_ids"]))
        assert offered["ABCD".index(sample["answer"])] == boxes[1][subject]
        assert asked not in offered
        assert (sample["text_format"], sample["image_format"]) == ("region_box", "original")
        parsed = parse_prompt(sample["prompt"], "region_box", "original", [pictures[first], pictures[second]], [],
                              reserved().phrases, (0, 1, 1, 1, 1))  # fmt: skip
        assert set(parsed) == {subject, *fact["reference_ids"]}
        assert parsed[0] == subject


@pytest.mark.parametrize("kind", ["camera_turn", "camera_shift", "same_object"])
def test_letters_are_balanced(kind: str) -> None:
    letters = Counter(question["answer"] for question, _ in of(kind, "choice"))
    places = len(of(kind, "choice")[0][0]["options"])
    assert len(letters) == places
    spread = 4 * (SCENES * (places - 1)) ** 0.5 / places  # 4 sigma
    assert all(abs(n - SCENES / places) < spread for n in letters.values())


def test_the_oracle_answers_all_from_facts_and_words() -> None:
    for question, fact in built():
        said = answer(asked_of(question, fact))
        if question["answer_kind"] == "number":
            assert float(said.split()[0]) == float(question["answer"]), question["question_id"]
        else:
            assert said == question["answer"], question["question_id"]


def test_the_oracle_follows_a_corrected_fact() -> None:
    """The audit hands it the truth: what was stated wrongly must not be confirmed."""
    for question, fact in built():
        asked = asked_of(question, fact)
        if fact["kind"] == "camera_turn":
            assert answer(replace(asked, value=-asked.value)) not in ("", question["answer"])
        elif fact["kind"] == "camera_shift" and question["answer_kind"] == "choice":
            other = "left" if asked.detail != ("left",) else "forward"
            assert answer(replace(asked, detail=(other,))) not in ("", question["answer"])
        elif fact["kind"] == "same_object":
            assert answer(replace(asked, value=0.0)) == ""
            assert answer(replace(asked, slot_views=(1, 1, 1, 1, 1))) == "", "it points at {a} in the first view"


@pytest.mark.parametrize("text", read("camera_turn")["camera_turn"]["angle"]["ask"])
def test_every_question_for_degrees_says_that_left_is_positive(text: str) -> None:
    assert sign_of_left(text) == 1


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        pytest.param("How far? Right is positive, left is negative.", -1, id="right first"),
        pytest.param("How many degrees? A left turn is negative.", -1, id="only the negative side"),
        pytest.param("How many degrees to the left or right?", 0, id="no sign named"),
        pytest.param("How many degrees? Clockwise is positive.", 0, id="no side named"),
    ],
)
def test_other_signs_are_read(text: str, sign: int) -> None:
    assert sign_of_left(text) == sign


@pytest.mark.parametrize(
    ("task", "kind"),
    [("camera_turn", "camera_turn"), ("camera_shift", "camera_shift"), ("correspondence", "same_object")],
)
def test_there_are_at_least_twenty_questions(task: str, kind: str) -> None:
    for way, texts in read(task)[kind].items():
        assert len(texts["ask"]) >= 20, way
        assert all("image" in text or "view" in text for text in texts["ask"])
