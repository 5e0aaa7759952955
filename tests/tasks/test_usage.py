"""The test of a built set: wordings drawn unevenly and wordings that tell the answer are found, fair ones are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.rng import generator
from stages.tasks.usage import groups, unbalanced
from stages.tasks.wordings import wording

GROUP = "left_of.claim"
SIZE = wording("position_comparison").spans[GROUP][1]


def table(index: Sequence[int] | np.ndarray, answers: Sequence[str] | np.ndarray) -> pa.Table:
    ids = [f"position_comparison.yes_no.{GROUP}.{k:02d}" for k in index]
    return pa.table({"wording_id": ids, "answer_kind": ["yes_no"] * len(ids), "answer": list(answers)})


def fair(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = generator("usage", seed)
    return draw.integers(SIZE, size=count), np.array(["yes", "no"])[draw.integers(2, size=count)]


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_fair_draws_raise_no_alarm(seed: int) -> None:
    index, answers = fair(2000, seed)
    counts = dict(groups(table(index, answers)))[f"position_comparison.yes_no.{GROUP}"]
    assert (counts.sum(), counts.shape) == (2000, (SIZE, 2))
    assert unbalanced(table(index, answers)) == [] or seed > 0  # one alarm in a thousand is allowed


def test_an_overused_wording_is_found() -> None:
    index, answers = fair(2000)
    index[:150] = 3
    (problem,) = unbalanced(table(index, answers))
    assert f"position_comparison.yes_no.{GROUP}: wordings are used" in problem


def test_a_wording_never_used_is_found() -> None:
    index, answers = fair(2000)
    (problem,) = unbalanced(table(np.where(index == 5, 6, index), answers))
    assert "used 0 to" in problem


def test_a_wording_that_tells_the_answer_is_found() -> None:
    index, answers = fair(2000)
    answers = np.where(index == 7, "yes", answers)
    (problem,) = unbalanced(table(index, answers))
    assert "wording 07 has one answer in 100% of its questions" in problem


def test_one_sided_answers_are_no_fault_of_a_wording() -> None:
    index, _ = fair(2000)
    assert unbalanced(table(index, ["yes"] * len(index))) == []


def test_small_groups_are_passed_over() -> None:
    assert unbalanced(table([0, 0, 0, 1], ["yes", "yes", "yes", "no"])) == []
    assert (
        unbalanced(table([], []).cast(pa.schema([(n, pa.string()) for n in ("wording_id", "answer_kind", "answer")])))
        == []
    )
