"""Scores per answer kind, and what a guess without looking would score.

- `choice`, `yes_no`: 1 if equal, else 0. `text`: 1 if equal or an accepted other word for it (`stages.scoring.words`).
- `number`: mean relative accuracy of VSI-Bench (arXiv:2412.14171, section 3): the share of the ten tolerances
  0.50, 0.45, ..., 0.05 (that is 1 - theta for theta = 0.50, 0.55, ..., 0.95) that the relative error is *below*.
  A true 0 scores 1 when the reply is 0, else 0. Counts may be scored by equality instead (`count_score: exact`);
  mean relative accuracy gives credit for near misses and is what VSI-Bench does.
- `angle`: 1 if the difference, the short way round, is within a tolerance; the report also gives the mean error.

A reply that cannot be parsed scores 0. Chance is 0.5 for yes/no, one over the options for choices, and for numbers,
angles and words the mean score of answering with the answer of a random question of the same task and unit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from stages.params import Params
from stages.scoring.words import means

TOLERANCES = (0.50, 0.45, 0.40, 0.35, 0.30, 0.25, 0.20, 0.15, 0.10, 0.05)
_DECIMALS = 9  # 2.85 for 3 is 5 % off, not a float's last bit less


class ScoreParams(Params):
    """Section `evaluate.score` of params.yaml."""

    count_score: Literal["relative", "exact"] = Field(description="Counts: mean relative accuracy, or equality.")
    angle_tolerance_deg: float = Field(ge=0, le=180, description="Largest error of an angle that is right, degrees.")


@dataclass(frozen=True)
class Truth:
    """What a sample's reply is compared with; columns of table `sample`."""

    task: str
    answer_kind: str
    answer: str
    unit: str | None
    options: int


def score(parsed: str | None, truth: Truth, params: ScoreParams) -> float:
    """Score one parsed reply, 0 to 1."""
    if parsed is None:
        return 0.0
    if truth.answer_kind == "angle":
        return float(angle_error_deg(float(parsed), float(truth.answer)) <= params.angle_tolerance_deg)
    if truth.answer_kind == "number" and not (truth.unit == "count" and params.count_score == "exact"):
        return relative_accuracy(float(parsed), float(truth.answer))
    if truth.answer_kind == "number":
        return float(float(parsed) == float(truth.answer))
    if truth.answer_kind == "text":
        return float(means(parsed, truth.answer))
    return float(parsed.casefold() == truth.answer.casefold())


def relative_accuracy(value: float, truth: float) -> float:
    """Mean relative accuracy of VSI-Bench: share of the ten tolerances that the relative error is below.

    Example:
        >>> relative_accuracy(2.0, 3.0), relative_accuracy(1.5, 3.0), relative_accuracy(3.0, 3.0)
        (0.4, 0.0, 1.0)
    """
    if truth == 0:
        return float(value == 0)
    error = round(abs(value - truth) / abs(truth), _DECIMALS)
    return sum(error < tolerance for tolerance in TOLERANCES) / len(TOLERANCES)


def angle_error_deg(value_deg: float, truth_deg: float) -> float:
    """Difference of two angles the short way round, 0 to 180 degrees.

    Example:
        >>> angle_error_deg(-170, 170)
        20.0
    """
    return round(180.0 - abs((value_deg - truth_deg) % 360.0 - 180.0), _DECIMALS)


def chance_levels(truths: Sequence[Truth], params: ScoreParams) -> list[float]:
    """Return per sample what a guess without looking is expected to score."""
    answers: dict[tuple[str, str, str | None], Counter[str]] = defaultdict(Counter)
    for truth in truths:
        answers[_group(truth)][truth.answer] += 1
    known: dict[Truth, float] = {}
    for truth in truths:
        if truth not in known:
            known[truth] = _chance(truth, answers[_group(truth)], params)
    return [known[truth] for truth in truths]


def _chance(truth: Truth, answers: Counter[str], params: ScoreParams) -> float:
    if truth.answer_kind == "yes_no":
        return 0.5
    if truth.answer_kind == "choice":
        return 1.0 / max(truth.options, 1)
    total = sum(count * score(answer, truth, params) for answer, count in answers.items())
    return total / answers.total()


def _group(truth: Truth) -> tuple[str, str, str | None]:
    return truth.task, truth.answer_kind, truth.unit
