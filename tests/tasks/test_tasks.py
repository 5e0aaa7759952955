"""Answers follow from facts in every task, by rules written out again here, and positions tell nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from stages.runner import Context
from stages.tasks.lengths import ONE_NAMES, UNIT_NAMES
from stages.tasks.usage import groups, unbalanced
from stages.template import TemplateParams, template
from tests.tasks.shard import Shard, formats, living_room, params

Row = dict[str, Any]
SCENES = 12


@cache
def built() -> list[tuple[Row, Row]]:
    """All questions of some rooms, each with its fact."""
    shard = Shard()
    for number in range(SCENES):
        living_room(shard, f"rooms/{number:04d}")
    tables = shard.tables()
    changes = params(formats=formats(per_question=1, bare_answer_share=0.5))
    result = template(tables, TemplateParams.model_validate(changes), Context(3, "rooms", 0))
    facts = {row["fact_id"]: row for row in tables["fact"].to_pylist()}
    return [(row, facts[row["fact_ids"][0]]) for row in result.tables["question"].to_pylist()]


def of(kinds: str, answer_kind: str) -> list[tuple[Row, Row]]:
    found = [(q, f) for q, f in built() if re.fullmatch(kinds, f["kind"]) and q["answer_kind"] == answer_kind]
    assert len(found) >= SCENES
    return found


def chosen(question: Row) -> str:
    text: str = question["options"]["ABCD".index(question["answer"])]
    return text


def test_claims_hold_when_the_subject_stands_first() -> None:
    for question, fact in of("left_of|above|in_front_of|bigger|taller|wider", "yes_no"):
        subject, reference = fact["subject_ids"][0], fact["reference_ids"][0]
        assert question["slot_ids"] == ([subject, reference] if question["answer"] == "yes" else [reference, subject])
        assert question["answer_wording"].split()[0].strip(",.").lower() not in {"yes", "no"} - {question["answer"]}


def test_the_chosen_object_is_the_subject_or_its_opposite() -> None:
    for question, fact in of("left_of|above|in_front_of|bigger|taller|wider", "choice"):
        way = question["wording_id"].split(".")[3]
        if way == "word":
            continue
        winner = fact["subject_ids"][0] if way == "which" else fact["reference_ids"][0]
        assert question["slot_ids"]["{a}{b}".index(chosen(question)) // 3] == winner
        named = re.findall(r"\{[ab]\}", question["answer_wording"])
        assert named[0] == chosen(question), "every answer names the winner first"


@pytest.mark.parametrize(
    ("kind", "word", "opposite"),
    [
        pytest.param("left_of", "left", "right", id="left"),
        pytest.param("above", "higher", "lower", id="higher"),
        pytest.param("in_front_of", "nearer", "farther", id="nearer"),
    ],
)
def test_the_word_says_where_a_is(kind: str, word: str, opposite: str) -> None:
    found = [(q, f) for q, f in of(kind, "choice") if q["wording_id"].split(".")[3] == "word"]
    assert len(found) > SCENES
    for question, fact in found:
        assert sorted(question["options"]) == sorted((word, opposite))
        assert chosen(question) == (word if question["slot_ids"][0] == fact["subject_ids"][0] else opposite)
        assert chosen(question) in question["answer_wording"]


def test_existence_answers_repeat_the_fact_and_balance_in_every_scene() -> None:
    counts: Counter[tuple[str, str, str]] = Counter()
    for question, fact in of("exists.*", "yes_no"):
        assert question["answer"] == ("yes" if fact["value"] else "no")
        assert question["slot_ids"] == fact["reference_ids"]
        assert fact["category"] in question["question"]
        counts[question["scene_id"], fact["kind"], question["answer"]] += 1
    assert all(counts[scene, kind, "yes"] == counts[scene, kind, "no"] for scene, kind, _ in counts)


def test_counts() -> None:
    for question, fact in of("count", "number"):
        assert (question["answer"], question["unit"]) == (str(int(fact["value"])), "count")
        assert question["answer_value"] == fact["value"]
    for question, fact in of("count", "choice"):
        assert chosen(question) == str(int(fact["value"]))
        numbers = [int(text) for text in question["options"]]
        assert len(set(numbers)) == 4
        assert min(numbers) >= 1


SHORT = {"m": 1.0, "cm": 0.01, "ft": 0.3048, "in": 0.0254}
METRES = SHORT | dict(zip(UNIT_NAMES, SHORT.values(), strict=True))


def test_distances_in_the_named_unit() -> None:
    units: Counter[str] = Counter()
    for question, fact in of("distance_.*", "number"):
        unit = question["unit"]
        units[unit] += 1
        assert question["answer_value"] == float(question["answer"])
        assert abs(question["answer_value"] * METRES[unit] - fact["value"]) <= 0.00501  # half of a centimetre
        assert dict(zip(SHORT, UNIT_NAMES, strict=True))[unit] in question["question"]
        assert set(question["slot_ids"]) == {*fact["subject_ids"], *fact["reference_ids"]}
    total = sum(units.values())
    assert abs(units["m"] / total - 0.4) < 0.08
    assert abs(units["ft"] / total - 0.2) < 0.08
    assert abs(units["in"] / total - 0.2) < 0.08


def in_metres(option: str) -> float:
    number, unit = option.split()
    return float(number) * (METRES | dict(zip(ONE_NAMES, SHORT.values(), strict=True)))[unit]


def test_distance_options_are_apart_and_of_no_fixed_ratio() -> None:
    ratios: set[float] = set()
    for question, fact in of("distance_.*", "choice"):
        right = in_metres(chosen(question))
        values = sorted(in_metres(option) for option in question["options"])
        assert abs(right - fact["value"]) <= 0.0153
        assert min(b / a for a, b in pairwise(values)) > 1.15
        assert 0.18 < values[0] < values[-1] < 30.2
        ratios |= {round(value / right, 2) for value in values}
    assert len(ratios) > 100


def signed(option: str) -> int:
    number, _, *side = option.split()
    return -int(number) if side == ["clockwise"] else int(number)


def test_turns_of_camera_and_object_are_opposite() -> None:
    ways: Counter[str] = Counter()
    for question, fact in of("rotation", "angle") + of("rotation", "choice"):
        way = question["wording_id"].split(".")[3]
        ways[way] += 1
        expected = round(fact["value"]) * (1 if way.startswith("camera") else -1)
        expected = 180 if expected == -180 else expected
        assert ("camera" in way) or any(word in question["question"].lower() for word in ("turn", "rotat", "spun"))
        assert "above" in question["question"]
        if question["answer_kind"] == "angle":
            assert question["answer_value"] == float(question["answer"]) == expected
            assert (question["unit"], len(question["view_ids"])) == ("deg", 2)
            continue
        assert signed(chosen(question)) == expected
        angles = [signed(option) for option in question["options"]]
        apart = [abs((a - b + 180) % 360 - 180) for k, a in enumerate(angles) for b in angles[:k]]
        assert min(apart) >= 30
    assert len(ways) == 4


BALANCED: list[tuple[str, str, Callable[[Row], str], int]] = [
    ("left_of|above|in_front_of|bigger|taller|wider", "yes_no", lambda q: str(q["answer"]), 2),
    ("left_of|above|in_front_of|bigger|taller|wider", "choice", lambda q: str(q["answer"]), 2),
    ("left_of|above|in_front_of|bigger|taller|wider", "choice", chosen, 2),
    ("distance_.*", "choice", lambda q: str(q["answer"]), 4),
]


@pytest.mark.parametrize(
    ("kinds", "answer_kind", "value", "places"), BALANCED, ids=["yes", "letter", "object", "place"]
)
def test_answers_are_balanced(kinds: str, answer_kind: str, value: Callable[[Row], str], places: int) -> None:
    found = Counter(value(q) for q, _ in of(kinds, answer_kind) if q["wording_id"].split(".")[3] != "word")
    total = sum(found.values())
    assert len(found) == places
    assert all(abs(n / total - 1 / places) < 4 * np.sqrt(0.25 / total) for n in found.values())


def test_every_wording_is_used() -> None:
    used = Counter(q["wording_id"].rsplit(".", 1)[0] for q in {q["wording_id"]: q for q, _ in built()}.values())
    assert min(used[group] for group in used if "comparison" in group) >= 12


def test_a_short_answer_is_the_word_that_the_choice_would_offer() -> None:
    words = {"left_of": ("left", "right"), "above": ("higher", "lower"), "in_front_of": ("nearer", "farther")}
    said: Counter[str] = Counter()
    for question, fact in of("left_of|above|in_front_of", "text"):
        subject_is_a = question["slot_ids"][0] == fact["subject_ids"][0]
        assert question["answer"] == words[fact["kind"]][0 if subject_is_a else 1]
        assert (question["options"], question["unit"], question["answer_value"]) == ([], None, None)
        assert all(word in question["question"].lower() for word in words[fact["kind"]]), (
            "without options they are named"
        )
        assert question["answer"] in question["answer_wording"].lower()
        said[question["answer"]] += 1
    for one, other in words.values():
        assert abs(said[one] - said[other]) < 4 * np.sqrt(said[one] + said[other])


def test_wordings_are_used_evenly_and_tell_no_answer() -> None:
    questions = pa.Table.from_pylist(
        [{name: q[name] for name in ("wording_id", "answer_kind", "answer")} for q, _ in built()]
    )
    found = dict(groups(questions))
    assert found["position_comparison.yes_no.left_of.claim"].shape[1] == 2
    assert unbalanced(questions) == []
