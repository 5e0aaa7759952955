"""Facts and questions held against the truth of their scenes: one row of `CASES` each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa

from stages.audits.paths import Depths
from stages.audits.truth import SceneTruth, TrueFact, is_wrong, naive_facts, true_fact
from stages.audits.visible_points import visible_points
from stages.models.oracle import Asked, answer, asked_of
from stages.registry import resolve
from stages.tasks import TASKS
from stages.tasks.base import Task

Truths = Callable[[str], SceneTruth]
TOLERANCE_SHARE = 0.1
TOLERANCE_DEG = 5.0
LAST_DIGIT = {"m": 0.01, "cm": 1.0, "ft": 0.01, "in": 0.1, "m2": 0.1, "ft2": 1.0}

CASES = pa.schema(
    [
        ("scene_id", pa.string()),
        ("item", pa.string()),
        ("task", pa.string()),
        ("kind", pa.string()),
        ("margin", pa.float64()),
        ("wrong", pa.bool_()),
        ("said", pa.string()),
        ("truth", pa.string()),
    ]
)
"""What was judged: `wrong` is null where no truth can be given (`truth` then says why)."""


def task_of_kind() -> dict[str, str]:
    """Name of the task that asks about each fact kind."""
    tasks: list[Task] = [resolve(TASKS, name, "task") for name in TASKS]
    return {kind: task.name for task in tasks for kind in task.needs}


def judge_facts(facts: pa.Table, truths: Truths) -> pa.Table:
    """Judge every fact by the definition of its kind (docs/definitions.md)."""
    task = task_of_kind()
    return _table(_fact_case(row, truths, task.get(row["kind"], "")) for row in facts.to_pylist())


def judge_questions(questions: pa.Table, facts: pa.Table, truths: Truths) -> pa.Table:
    """Answer every question from the corrected fact and its own words, and compare with its answer.

    Args:
        questions: Questions of one shard.
        facts: The facts they follow from.
        truths: Truth of a scene.
    """
    known = {row["fact_id"]: row for row in facts.to_pylist()}
    return _table(_question_case(row, known[row["fact_ids"][0]], truths) for row in questions.to_pylist())


def judge_naive(tables: Mapping[str, pa.Table], depths: Depths, truths: Truths, seed: int) -> pa.Table:
    """Judge what an engine without margins states about the same views."""
    task = task_of_kind()
    scene_of = dict(zip(*(tables["view"].column(n).to_pylist() for n in ("view_id", "scene_id")), strict=True))
    category = dict(zip(*(tables["object"].column(n).to_pylist() for n in ("object_id", "category")), strict=True))
    stated = (
        fact
        for view_id, points_v in visible_points(tables, depths)
        for fact in naive_facts(scene_of[view_id], view_id, category, points_v, seed)
    )
    ordered = sorted(stated, key=lambda fact: (fact["scene_id"], fact["fact_id"]))
    return _table(_fact_case(fact, truths, task.get(fact["kind"], "")) for fact in ordered)


def _table(cases: Iterator[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(cases), schema=CASES)


def _fact_case(fact: Mapping[str, Any], truths: Truths, task: str) -> dict[str, Any]:
    true = true_fact(truths(fact["scene_id"]), fact)
    wrong = None if true.reason else is_wrong(fact["kind"], fact, true)
    return _case(fact, fact["fact_id"], task, wrong, _said(fact), true.reason or _said(vars_of(true)))


def _question_case(question: Mapping[str, Any], fact: Mapping[str, Any], truths: Truths) -> dict[str, Any]:
    true = true_fact(truths(fact["scene_id"]), fact)
    said = question["answer"]
    if true.reason:
        return _case(fact, question["question_id"], question["task"], None, said, true.reason)
    asked = replace(
        asked_of(question, fact),
        subjects=tuple(true.subject_ids),
        references=tuple(true.reference_ids),
        value=true.value,
        detail=tuple(true.detail or ()),
    )
    right = answer(asked)
    wrong = not right or not _agree(question, asked, right)
    return _case(fact, question["question_id"], question["task"], wrong, said, right)


def _agree(question: Mapping[str, Any], asked: Asked, right: str) -> bool:
    """Tell whether an answer is right within the tolerance of its kind."""
    kind, said = question["answer_kind"], question["answer"]
    if kind not in ("number", "angle"):
        return bool(said.lower() == right.lower())
    truth = float(right.split()[0])
    off = abs(float(said) - truth)
    if kind == "angle":
        return bool(min(off % 360.0, -off % 360.0) <= TOLERANCE_DEG)
    if question["unit"] == "count":
        return off == 0
    return bool(off <= max(TOLERANCE_SHARE * abs(truth), LAST_DIGIT[question["unit"]]))


def vars_of(true: TrueFact) -> dict[str, Any]:
    """Columns of a corrected fact."""
    return {
        "subject_ids": true.subject_ids, "reference_ids": true.reference_ids, "value": true.value,
        "detail": true.detail,
    }  # fmt: skip


def _said(fact: Mapping[str, Any]) -> str:
    names = [",".join(i.rsplit(":", 1)[-1] for i in fact[column]) for column in ("subject_ids", "reference_ids")]
    detail = " ".join(fact["detail"] or ())
    return f"{names[0]} | {names[1]} | {fact['value']:.4g} {detail}".strip()


def _case(fact: Mapping[str, Any], item: str, task: str, wrong: bool | None, said: str, truth: str) -> dict[str, Any]:
    return {
        "scene_id": fact["scene_id"], "item": item, "task": task, "kind": fact["kind"], "margin": fact["margin"],
        "wrong": wrong, "said": said, "truth": truth,
    }  # fmt: skip
