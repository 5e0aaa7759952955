"""The wording files hold what the tasks need, and the lint finds what is wrong in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from stages.registry import resolve
from stages.schema.errors import UserError
from stages.tasks import TASKS
from stages.tasks.lint import EXPECTED, lint
from stages.tasks.wordings import FOLDER, groups_of, read, reserved, wording


@pytest.mark.parametrize("task", TASKS)
def test_every_file_is_clean(task: str) -> None:
    assert lint(task) == []


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
    data = yaml.safe_load((FOLDER / "size_comparison.yaml").read_text(encoding="utf-8"))
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
    data = yaml.safe_load((FOLDER / "size_comparison.yaml").read_text(encoding="utf-8"))
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
