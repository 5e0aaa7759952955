from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.scoring.score import (
    TOLERANCES,
    ScoreParams,
    Truth,
    angle_error_deg,
    chance_levels,
    relative_accuracy,
    score,
)


def params(count_score: Literal["relative", "exact"] = "relative") -> ScoreParams:
    return ScoreParams(count_score=count_score, angle_tolerance_deg=10.0)


def truth(kind: str, answer: str, unit: str | None = None, options: int = 0, task: str = "t") -> Truth:
    return Truth(task, kind, answer, unit, options)


RELATIVE = [
    pytest.param(3.0, 3.0, 1.0, id="exact"),
    pytest.param(2.0, 3.0, 0.4, id="a third off: below 0.50 0.45 0.40 0.35"),
    pytest.param(4.0, 3.0, 0.4, id="a third over"),
    pytest.param(1.5, 3.0, 0.0, id="half off is not below 0.50"),
    pytest.param(4.5, 3.0, 0.0, id="half over"),
    pytest.param(1.6, 3.0, 0.1, id="46.7 percent off"),
    pytest.param(2.85, 3.0, 0.9, id="5 percent off is not below 0.05"),
    pytest.param(2.86, 3.0, 1.0, id="4.67 percent off"),
    pytest.param(110.0, 100.0, 0.8, id="10 percent over is below eight tolerances"),
    pytest.param(9.0, 3.0, 0.0, id="three times"),
    pytest.param(0.0, 0.0, 1.0, id="nothing"),
    pytest.param(0.1, 0.0, 0.0, id="something where there is nothing"),
    pytest.param(0.0, 3.0, 0.0, id="nothing where there is something"),
]


@pytest.mark.parametrize(("value", "true_value", "expected"), RELATIVE)
def test_relative_accuracy(value: float, true_value: float, expected: float) -> None:
    assert relative_accuracy(value, true_value) == pytest.approx(expected, abs=1e-12)


def test_the_ten_tolerances() -> None:
    assert TOLERANCES == pytest.approx([1 - (50 + 5 * i) / 100 for i in range(10)])


@pytest.mark.parametrize(
    ("value", "true_value", "error"),
    [(10, 10, 0), (-170, 170, 20), (180, -180, 0), (0, 180, 180), (350, -20, 10), (90, -90, 180)],
)
def test_angle_error(value: float, true_value: float, error: float) -> None:
    assert angle_error_deg(value, true_value) == pytest.approx(error)


@given(st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_angle_error_is_symmetric_and_at_most_half_a_turn(a: float, b: float) -> None:
    assert 0 <= angle_error_deg(a, b) <= 180
    assert angle_error_deg(a, b) == pytest.approx(angle_error_deg(b, a), abs=1e-6)


SCORES = [
    pytest.param("B", truth("choice", "B", options=2), 1.0, id="right letter"),
    pytest.param("A", truth("choice", "B", options=2), 0.0, id="wrong letter"),
    pytest.param("yes", truth("yes_no", "yes"), 1.0, id="right yes"),
    pytest.param(None, truth("yes_no", "yes"), 0.0, id="unparsed"),
    pytest.param("2", truth("number", "3", "m"), 0.4, id="length is relative"),
    pytest.param("2", truth("number", "3", "count"), 0.4, id="count is relative"),
    pytest.param("-175", truth("angle", "176", "deg"), 1.0, id="angle within tolerance across the half turn"),
    pytest.param("45", truth("angle", "-45", "deg"), 0.0, id="angle of the wrong sign"),
    pytest.param("55", truth("angle", "45", "deg"), 1.0, id="angle at the tolerance"),
    pytest.param("56", truth("angle", "45", "deg"), 0.0, id="angle beyond the tolerance"),
]


@pytest.mark.parametrize(("parsed", "true", "expected"), SCORES)
def test_score(parsed: str | None, true: Truth, expected: float) -> None:
    assert score(parsed, true, params()) == pytest.approx(expected)


def test_counts_can_be_scored_by_equality() -> None:
    assert score("2", truth("number", "3", "count"), params("exact")) == 0.0
    assert score("3", truth("number", "3", "count"), params("exact")) == 1.0
    assert score("2", truth("number", "3", "m"), params("exact")) == pytest.approx(0.4)


def test_chance_of_closed_questions() -> None:
    truths = [truth("yes_no", "yes"), truth("choice", "A", options=4), truth("choice", "B", options=2)]
    assert chance_levels(truths, params()) == [0.5, 0.25, 0.5]


def test_chance_of_numbers_is_the_mean_score_of_the_answers_of_task_and_unit() -> None:
    counts = [truth("number", a, "count") for a in ("2", "3", "3", "30")]
    metres = [truth("number", "100", "m")]
    other_task = [truth("number", "7", "count", task="u")]
    found = chance_levels([*counts, *metres, *other_task], params())
    # 3 for 2 is half off and scores 0; 2 for 3 is a third off and scores 0.4; 30 fits nothing and nothing fits 30.
    assert found == pytest.approx([1 / 4, (0.4 + 1 + 1) / 4, (0.4 + 1 + 1) / 4, 1 / 4, 1.0, 1.0])


def test_chance_of_angles() -> None:
    angles = [truth("angle", a, "deg") for a in ("0", "5", "90", "-178")]
    assert chance_levels(angles, params()) == pytest.approx([0.5, 0.5, 0.25, 0.25])


@pytest.mark.parametrize(
    ("said", "answer", "expected"),
    [
        pytest.param("left", "left", 1.0, id="same"),
        pytest.param("Left", "left", 1.0, id="case"),
        pytest.param("right", "left", 0.0, id="other side"),
        pytest.param("behind", "farther", 1.0, id="behind in depth"),
        pytest.param("behind", "back", 1.0, id="behind someone"),
        pytest.param("behind", "nearer", 0.0, id="behind is not nearer"),
        pytest.param("closer", "nearer", 1.0, id="closer"),
        pytest.param("beneath", "lower", 1.0, id="beneath"),
        pytest.param("front left", "front-left", 1.0, id="without hyphen"),
        pytest.param("left", "front-left", 0.0, id="half a quadrant"),
        pytest.param("front-left", "left", 0.0, id="too much"),
        pytest.param("the kitchen", "the kitchen", 1.0, id="words that are no position"),
        pytest.param(None, "left", 0.0, id="unparsed"),
    ],
)
def test_words_have_accepted_others(said: str | None, answer: str, expected: float) -> None:
    assert score(said, truth("text", answer), params()) == expected


def test_chance_of_a_word_is_its_share() -> None:
    truths = [truth("text", "left")] * 3 + [truth("text", "right")]
    assert chance_levels(truths, params()) == [0.75, 0.75, 0.75, 0.25]
