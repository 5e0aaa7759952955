"""The wording files hold what the tasks need, and the lint finds what is wrong in a file."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.registry import resolve
from stages.schema.errors import UserError
from stages.tasks import TASKS
from stages.tasks.english import faults, leads, worn_phrases
from stages.tasks.lint import EXPECTED, MIN_ANSWERS, MIN_QUESTIONS, lint, lint_instructions, problems_of
from stages.tasks.wordings import FOLDER, groups_of, read, read_raw, reserved, with_parts, wording


@pytest.mark.parametrize("task", TASKS)
def test_every_file_is_clean(task: str) -> None:
    assert lint(task) == []


def test_the_instructions_are_clean() -> None:
    assert lint_instructions() == []


def test_every_group_has_many_wordings() -> None:
    counts = {f"{task}.{name}": len(texts) for task in TASKS for name, texts in groups_of(read(task), task)}
    answers = {name: count for name, count in counts.items() if name.rsplit(".", 1)[-1] in ("answer", "yes", "no")}
    assert min(answers.values()) >= MIN_ANSWERS == 8
    assert min(count for name, count in counts.items() if name not in answers) >= MIN_QUESTIONS == 20


def test_the_lint_knows_every_way_of_every_task() -> None:
    assert set(EXPECTED) == set(TASKS)
    for name, relations in EXPECTED.items():
        task = resolve(TASKS, name, "task")
        ways = {way for group in task.ways.values() for way in group}
        groups = {group for relation, found in relations.items() for group in (f"{relation}.{way}" for way in found)}
        wanted = {f"{kind}.{way}" for kind in task.needs for way in ways}
        assert {group.replace("which_opposite", "which") for group in groups} == wanted


def test_every_file_belongs_to_a_task() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == {*TASKS, "instructions"}


def test_instructions_exist_for_every_answer_kind() -> None:
    kinds = {kind for name in TASKS for kind in resolve(TASKS, name, "task").ways}
    spans = wording("instructions").spans
    assert set(spans) == {f"{kind}.{style}" for kind in kinds for style in ("bare", "sentence")}
    assert min(count for _, count in spans.values()) >= 8


def test_reserved_words_are_those_of_the_wordings() -> None:
    found = reserved()
    assert {"camera", "image", "left"} <= found.phrases
    assert {"stand", "and", "to"} <= found.following
    assert "chair" not in found.phrases
    assert "picture" not in found.phrases, "a common object: wordings say image or photo"


def broken(tmp_path: Path, change: dict[str, Any]) -> list[str]:
    """Copy size_comparison.yaml, replace lists of `bigger.claim`, and lint the copy."""
    data = deepcopy(read_raw("size_comparison"))
    data["bigger"]["claim"].update(change)
    (tmp_path / "size_comparison.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return lint("size_comparison", tmp_path)


ASK = read("size_comparison")["bigger"]["claim"]["ask"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param(
            {"ask": [*ASK, "Is {a} bigger than {bb}?"]}, "unknown slot {bb}. Did you mean 'b'?", id="unknown slot"
        ),
        pytest.param({"ask": [*ASK, "Is {a} the biggest?"]}, "lacks slot {b}", id="slot missing"),
        pytest.param({"ask": [*ASK, "is {a} bigger than {b} ?"]}, "repeats", id="duplicate but for case and spaces"),
        pytest.param(
            {"ask": [*ASK, "Is {a} bigger than {b}, {winner}?"]}, "unknown slot {winner}", id="answer given away"
        ),
        pytest.param({"ask": [*ASK, "Is {a} bigger than {b}}?"]}, "a brace that is no slot", id="unbalanced brace"),
        pytest.param({"ask": [*ASK, "Is {a}  much bigger than {b}?"]}, "no clean sentence", id="two spaces"),
        pytest.param({"ask": [*ASK, "Is {a} much bigger than {b}"]}, "no clean sentence", id="no end"),
        pytest.param({"ask": [*ASK, "Is the {a} bigger than {b}?"]}, "an article before an object", id="article"),
        pytest.param({"ask": [*ASK, "Is {a} bigger than {b}, isn't it?"]}, "leads to an answer", id="tag question"),
        pytest.param({"ask": [*ASK, "{a} is surely bigger than {b}?"]}, "leads to an answer", id="leading word"),
        pytest.param({"ask": [f"Do you think in all honesty that {t[3:]}" for t in ASK]}, "vary it", id="worn phrase"),
        pytest.param({"ask": [*ASK, "Is {a} taller than {b}?"]}, "stands under", id="text of another relation"),
        pytest.param({"more": "bigger"}, "part `more` is used by no text", id="unused part"),
        pytest.param({"ask": ASK[:5]}, "5 texts, expected at least 20", id="too few"),
        pytest.param({"yes": ["Yes, {a} is."] * 8}, "repeats", id="duplicate answer"),
        pytest.param({"yes": ["Sure, {a} is."]}, "does not say yes clearly", id="yes without yes"),
        pytest.param({"no": ["Not at all."]}, "does not say no clearly", id="no without no"),
        pytest.param({"no": read("size_comparison")["bigger"]["claim"]["no"][1:]}, "expected as many", id="unbalanced"),
        pytest.param({"aks": ASK}, "unknown list `aks`. Did you mean 'ask'?", id="misspelt key"),
        pytest.param({True: ["Yes."]}, 'write "yes" and "no" in quotes', id="unquoted yes"),
        pytest.param({"ask": "Is {a} bigger than {b}?"}, "expected a list of texts", id="text for a list"),
        pytest.param({"ask": [1]}, "expected a list of texts", id="number for a text"),
    ],
)
def test_lint_finds(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    problems = broken(tmp_path, change)
    assert any(problem in found for found in problems), problems
    assert all("size_comparison.yaml" in found for found in problems)


def test_lint_finds_a_missing_way(tmp_path: Path) -> None:
    data = deepcopy(read_raw("size_comparison"))
    data["bigger"]["clam"] = data["bigger"].pop("claim")
    (tmp_path / "size_comparison.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
    problems = lint("size_comparison", tmp_path)
    assert any("way `claim` is missing" in found for found in problems)
    assert any("unknown way `clam`. Did you mean 'claim'?" in found for found in problems)


@pytest.mark.parametrize(
    ("text", "message"),
    [pytest.param("[", "not valid YAML", id="damaged"), pytest.param("- x", "expected relations", id="a list")],
)
def test_unreadable_file_is_one_message(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "counting.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=message):
        read("counting", tmp_path)


def test_missing_file_is_suggested() -> None:
    with pytest.raises(UserError, match="Did you mean 'counting'"):
        read("countin")


def test_groups_of_names_lists_by_their_path() -> None:
    data = {"x": {"y": {"ask": ["Q?"], "answer": ["A."]}}}
    assert list(groups_of(data, "file")) == [("x.y", ["Q?"]), ("x.y.answer", ["A."])]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("Is an {a} here?", "article before an object", id="a before an object"),
        pytest.param("Is {a}'s top higher?", "possessive", id="possessive"),
        pytest.param("Where {a} are?", "plural verb", id="number of the verb"),
        pytest.param("Is the {category} here?", "article before a category", id="article of a category"),
        pytest.param("Is {category} here?", "without `no` or `any`", id="bare category"),
        pytest.param("Is one {categories} here?", "plural {categories} for one", id="one chairs"),
        pytest.param("How much {unit} is it?", "says `much`", id="much metres"),
        pytest.param("Is it a {unit} or more?", "before the plural {unit}", id="a metres"),
        pytest.param("It is {measure} meters.", "after a slot that has one", id="unit twice"),
        pytest.param("It turned {turn} degrees.", "after a slot that has one", id="degrees twice"),
        pytest.param("The angle is {angle}.", "without `degrees`", id="angle without unit"),
        pytest.param("Is the the lamp on?", "says a word twice", id="doubled word"),
        pytest.param("Is it a oven?", "says 'a oven'", id="a before a vowel"),
        pytest.param("Is it an uniform?", "says 'an uniform'", id="an before a consonant"),
        pytest.param("Look here. is it on?", "a sentence with a small letter", id="second sentence"),
        pytest.param("is it on?", "begins with a small letter", id="first letter"),
        pytest.param("Is it , on?", "stray punctuation", id="space before comma"),
        pytest.param("Is it  on?", "no clean sentence", id="two spaces"),
        pytest.param("Is it on", "no clean sentence", id="no end"),
        pytest.param("Is it {a?", "a brace that is no slot", id="open brace"),
        pytest.param("May i ask?", "writes I", id="small I"),
    ],
)
def test_faults_of_english(text: str, problem: str) -> None:
    assert any(problem in fault for fault in faults(text)), list(faults(text))


@pytest.mark.parametrize(
    "text",
    [
        "Are {a} and {b} alike?", "The centers of {a} and {b} are {measure} apart.", "It is an upright box.",
        "No {category} is here, an hour later.", "{a} or {b}: which?", "1. [fill in]; 2. Go forward to {c}.",
        "Does {a} have the larger size?", "The angle is {angle} degrees with left positive.",
    ],
)  # fmt: skip
def test_good_english_has_no_fault(text: str) -> None:
    assert list(faults(text)) == []


def test_left_or_right_does_not_lead() -> None:
    assert not leads("Is {a} left or right?")
    assert leads("{a} is on the left, right?")


def test_worn_phrases_do_not_run_across_slots() -> None:
    texts = ["How far is it from {a} to the lamp?", "How far is it from {b} to the lamp?", "Tell me."]
    assert list(worn_phrases(texts, 0.5)) == ["'how far is it from' in 2 of 3 texts"]
    assert list(worn_phrases(texts, 0.7)) == []


@pytest.mark.parametrize(
    ("task", "group", "text", "problem"),
    [
        pytest.param("position_comparison", "left_of.claim", "Is {a} left of {b}?", "frame of reference", id="left"),
        pytest.param("position_comparison", "in_front_of.claim", "Is {a} in front of {b}?", "frame", id="in front"),
        pytest.param("counting", "count_behind.number", "How many {categories} are behind {a}?", "frame", id="behind"),
        pytest.param("existence", "exists_right_of.claim", "Is {a_category} right of {a}?", "frame", id="right"),
        pytest.param("camera_shift", "camera_shift.which", "Which way did the camera go?", "frame", id="whose forward"),
        pytest.param("camera_turn", "camera_turn.angle", "How far did it turn, in degrees?", "frame", id="no sign"),
        pytest.param("rotation_estimation", "rotation.object_turn", "How did {a} turn?", "frame", id="seen from where"),
        pytest.param("position_comparison", "above.word", "Is {a} higher than {b}?", "name all of higher, lower",
                     id="one word of two"),
        pytest.param("counting", "count.number", "Are there 3 {categories}, or how many?", "holds a number",
                     id="number in the question"),
        pytest.param("object_size", "height.number.answer", "It is tall.", "needs one of {measure}", id="no measure"),
        pytest.param("size_comparison", "bigger.claim.no", "{a} is smaller.", "does not say no", id="no without no"),
    ],
)  # fmt: skip
def test_a_text_is_judged_by_its_group(task: str, group: str, text: str, problem: str) -> None:
    assert any(problem in found for found in problems_of(task, group, text)), problems_of(task, group, text)


def test_heights_need_no_frame() -> None:
    assert problems_of("position_comparison", "above.claim", "Is {a} higher than {b}?") == []


def test_parts_are_put_in_and_inner_ones_win() -> None:
    data = {"side": "left", "x": {"ask": ["{side} {a}"], "answer": "stays"}, "y": {"side": "right", "ask": ["{side}"]}}
    assert with_parts(data) == {"x": {"ask": ["left {a}"], "answer": "stays"}, "y": {"ask": ["right"]}}


@pytest.mark.parametrize(
    ("kind", "opposite"), [("count_left_of", "count_right_of"), ("count_in_front_of", "count_behind")]
)
def test_opposite_sides_have_the_same_number_of_wordings(kind: str, opposite: str) -> None:
    groups = dict(groups_of(read("counting"), "counting"))
    assert len(groups[f"{kind}.number"]) == len(groups[f"{opposite}.number"])
