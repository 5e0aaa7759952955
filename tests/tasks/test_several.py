"""Tasks about several objects, clips and rooms: answers follow from facts by rules written out again here."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest

from stages.formats.parse import named_objects, parse_prompt, read_pictures
from stages.models.oracle import answer, asked_of
from stages.runner import Context
from stages.tasks.wordings import reserved
from stages.template import TemplateParams, template
from tests.tasks.shard import Shard, formats, params, tour

Row = dict[str, Any]
SCENES = 40


@cache
def built() -> tuple[list[tuple[Row, Row]], list[Row], dict[str, Any]]:
    """Questions with their facts, samples, and tables of some tours."""
    shard = Shard()
    for number in range(SCENES):
        tour(shard, f"rooms/{number:04d}")
    tables = dict(shard.tables())
    changes = params(formats=formats(per_question=19, bare_answer_share=0.5))
    result = template(tables, TemplateParams.model_validate(changes), Context(3, "rooms", 0))
    facts = {row["fact_id"]: row for row in tables["fact"].to_pylist()}
    questions = [(row, facts[row["fact_ids"][0]]) for row in result.tables["question"].to_pylist()]
    return questions, result.tables["sample"].to_pylist(), tables


def of(kind: str, answer_kind: str = "choice") -> list[tuple[Row, Row]]:
    found = [(q, f) for q, f in built()[0] if f["kind"] == kind and q["answer_kind"] == answer_kind]
    assert len(found) >= SCENES * 0.9
    return found


def chosen(question: Row) -> str:
    text: str = question["options"]["ABCD".index(question["answer"])]
    return text


def named(question: Row, text: str) -> list[str]:
    return [question["slot_ids"]["abcdef".index(slot)] for slot in re.findall(r"\{([a-f])\}", text)]


@pytest.mark.parametrize("kind", ["nearest_to", "nearest_to_camera", "video_nearest_to"])
def test_the_right_option_is_the_subject(kind: str) -> None:
    letters: Counter[str] = Counter()
    for question, fact in of(kind):
        assert named(question, chosen(question)) == fact["subject_ids"]
        offered = {i for option in question["options"] for i in named(question, option)}
        anchor = set() if kind == "nearest_to_camera" else {fact["reference_ids"][0]}
        assert offered == {*fact["subject_ids"], *fact["reference_ids"]} - anchor
        assert named(question, question["question"]).count(next(iter(anchor), "")) == len(anchor)
        letters[question["answer"]] += 1
    assert len(letters) == len(of(kind)[0][0]["options"])


@pytest.mark.parametrize("kind", ["depth_order", "first_seen_order"])
def test_the_right_option_is_the_order_of_the_subjects(kind: str) -> None:
    slots: Counter[str] = Counter()
    for question, fact in of(kind):
        assert named(question, chosen(question)) == fact["subject_ids"]
        assert len(set(question["options"])) == 4
        assert all(sorted(named(question, o)) == sorted(fact["subject_ids"]) for o in question["options"])
        slots[chosen(question)] += 1
    assert max(slots.values()) < len(of(kind)) * 0.6, "slots come in no order that tells the answer"


METRES = {"m": 1.0, "cm": 0.01, "ft": 0.3048, "in": 0.0254, "m2": 1.0, "ft2": 0.3048**2}
LAST = {"m": 0.0051, "cm": 0.0051, "ft": 0.0016, "in": 0.0013, "m2": 0.0501, "ft2": 0.0501}


@pytest.mark.parametrize("kind", ["height", "longest_edge", "video_distance", "video_longest_edge", "room_area"])
def test_measures(kind: str) -> None:
    for question, fact in of(kind, "number"):
        assert abs(float(question["answer"]) * METRES[question["unit"]] - fact["value"]) <= LAST[question["unit"]]
    for question, _ in of(kind):
        numbers = [float(option.split()[0]) for option in question["options"]]
        assert len(set(numbers)) == 4
        ordered = sorted(numbers)
        assert all(b / a > 1.2 for a, b in itertools.pairwise(ordered))


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        pytest.param("direction_easy", "left", id="60 degrees is left"),
        pytest.param("direction_medium", "back", id="-160 degrees is back"),
        pytest.param("direction_hard", "back-right", id="-120 degrees is back-right"),
    ],
)
def test_directions(kind: str, word: str) -> None:
    for question, fact in of(kind):
        assert chosen(question) == word
        assert question["slot_ids"] == [*fact["subject_ids"], *fact["reference_ids"]]
        assert word in question["answer_wording"]


@pytest.mark.parametrize("kind", ["route_1", "route_2", "route_3"])
def test_routes(kind: str) -> None:
    for question, fact in of(kind):
        assert chosen(question) == ", ".join(fact["detail"])
        assert question["slot_ids"] == fact["subject_ids"]
        assert len(set(question["options"])) == (3 if kind == "route_1" else 4)


@pytest.mark.parametrize("kind", ["count_left_of", "video_count"])
def test_numbers(kind: str) -> None:
    for question, fact in of(kind, "number"):
        assert (question["answer"], question["unit"]) == (str(int(fact["value"])), "count")
        assert "chairs" in question["question"].lower()
        assert question["slot_ids"] == fact["reference_ids"]


def test_the_oracle_answers_all_from_facts_and_words() -> None:
    for question, fact in built()[0]:
        said = answer(asked_of(question, fact))
        if question["answer_kind"] == "number":
            assert float(said.split()[0]) == float(question["answer"]), question["question_id"]
        else:
            assert said == question["answer"], question["question_id"]


def test_every_sample_of_a_clip_parses_back_to_its_objects() -> None:
    questions, samples, tables = built()
    pictures = read_pictures(tables)
    asked = {question["question_id"]: question for question, _ in questions}
    formats: Counter[tuple[str, str]] = Counter()
    for sample in samples:
        question = asked[sample["question_id"]]
        shown = [pictures[view] for view in sample["view_ids"]]
        found = parse_prompt(
            sample["prompt"],
            sample["text_format"],
            sample["image_format"],
            shown,
            sample["mark_ids"],
            reserved().phrases,
        )
        assert found == named_objects(question["question"], question["slot_ids"]), sample["sample_id"]
        formats[sample["text_format"], sample["image_format"]] += len(sample["view_ids"]) > 2
    assert len(formats) == 19
    assert min(formats.values()) > 0


def test_no_frame_is_named_where_frames_tell_the_answer() -> None:
    _, samples, _ = built()
    told = [s["text_format"] for s in samples if s["task"] == "appearance_order"]
    assert told
    assert not {"region_box", "caption_box"} & set(told)


@pytest.mark.parametrize("kind", ["direction_easy", "direction_medium", "direction_hard"])
def test_a_direction_may_be_asked_without_options(kind: str) -> None:
    choices = {q["fact_ids"][0]: chosen(q) for q, _ in of(kind)}
    for question, fact in of(kind, "text"):
        assert question["options"] == []
        assert question["answer"] == choices[fact["fact_id"]]
        assert question["answer"] in question["question"], "without options the question names the words"
