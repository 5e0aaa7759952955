"""References of samples judged by the truth: right, ambiguous, unreadable, and passed over."""

from __future__ import annotations

import pyarrow as pa
import pytest

from stages.audit import fail_if_ambiguous
from stages.audits.named import judge_references, uniqueness
from stages.schema.errors import UserError
from tests.audits.test_truth import hand_made

QUESTION = {"question_id": "q", "question": "Is {a} left of {b}?", "slot_ids": ["s/1:chair_0", "s/1:table_0"]}


def judged(prompt: str, text_format: str = "natural", question_id: str = "q") -> tuple[int, list[str]]:
    row = {
        "sample_id": "x", "question_id": question_id, "scene_id": "s/1", "view_ids": ["s/1/000"], "prompt": prompt,
        "text_format": text_format,
    }  # fmt: skip
    truth = hand_made()
    found = judge_references(pa.Table.from_pylist([row]), pa.Table.from_pylist([QUESTION]), lambda _: truth)
    assert uniqueness([found])["errors"] == min(1, len(found.wrong))
    return found.samples, found.wrong.column("phrase").to_pylist()


@pytest.mark.parametrize(
    ("prompt", "wrong"),
    [
        pytest.param("Is the leftmost chair left of the table?\nAnswer yes or no.", [], id="right"),
        pytest.param("Is the second chair from the right left of the table?", [], id="counted"),
        pytest.param("Is the chair left of the table?\nAnswer yes or no.", ["chair"], id="two chairs"),
        pytest.param("Is the rightmost chair left of the table?", ["rightmost chair"], id="another one"),
        pytest.param("Is the leftmost chair left of the sofa?", ["sofa"], id="no such thing"),
        pytest.param("Are they?", ["", ""], id="not the question"),
    ],
)
def test_references_are_judged(prompt: str, wrong: list[str]) -> None:
    assert judged(prompt) == (1, wrong)


def test_only_natural_samples_of_known_questions_count() -> None:
    assert judged("Is the chair left of the table?", text_format="caption") == (0, [])
    assert judged("Is the chair left of the table?", question_id="other") == (0, [])
    assert uniqueness([])["n"] == 0


def test_too_many_wrong_references_fail_the_build() -> None:
    fail_if_ambiguous({"n": 1000, "errors": 1, "rate": 0.001}, 0.001)
    with pytest.raises(UserError, match="2 of 1000 natural-language samples"):
        fail_if_ambiguous({"n": 1000, "errors": 2, "rate": 0.002}, 0.001)
