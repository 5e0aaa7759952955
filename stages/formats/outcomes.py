"""How often each format was drawn for a task, and for how many questions it was not, by reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int

from stages.formats import FORMATS
from stages.schema.tables import FORMAT_COUNT

DRAWN, NOT_DRAWN, NO_WEIGHT, NOT_ASKED, NO_OBJECT = "drawn", "not_drawn", "weight_0", "not_asked", "names_no_object"
OUTCOMES = (DRAWN, NOT_DRAWN, NO_WEIGHT, NOT_ASKED, NO_OBJECT)


@dataclass(frozen=True)
class Tried:
    """Questions of one batch and the formats they can take.

    Args:
        fine: Which formats each question can take.
        asked: Formats in which the task may be asked.
        missed: `format.<text or picture>.<reason>` and the questions it holds for (`formats.choose.impossible`).
        drawn: Question and format of each sample.
        weights: Weight per format.
    """

    fine: Bool[np.ndarray, "n 19"]
    asked: Bool[np.ndarray, " 19"]
    missed: Sequence[tuple[str, Int[np.ndarray, " m"]]]
    drawn: tuple[Int[np.ndarray, " s"], Int[np.ndarray, " s"]]
    weights: Float[np.ndarray, " 19"]


def format_counts(task: str, tried: Tried) -> pa.Table:
    """Count the questions of a batch by format and outcome; each question counts once per format."""
    reasons = (*OUTCOMES, *dict.fromkeys(why.split(".")[2] for why, _ in tried.missed))
    outcome = np.where(tried.fine, OUTCOMES.index(NOT_DRAWN), -1)
    outcome[tried.fine & (tried.weights == 0)] = OUTCOMES.index(NO_WEIGHT)
    outcome[tried.drawn] = OUTCOMES.index(DRAWN)
    outcome[:, ~tried.asked] = OUTCOMES.index(NOT_ASKED)
    for why, rows in tried.missed:
        _, axis, reason = why.split(".")
        cells = np.ix_(rows, np.flatnonzero([axis in (form.text, form.image) for form in FORMATS]))
        outcome[cells] = np.where(outcome[cells] < 0, reasons.index(reason), outcome[cells])
    outcome[outcome < 0] = OUTCOMES.index(NO_OBJECT)
    counts = np.stack([np.bincount(column, minlength=len(reasons)) for column in outcome.T])
    forms, found = np.nonzero(counts)
    columns = [
        [task] * len(forms), [FORMATS[k].text for k in forms], [FORMATS[k].image for k in forms],
        [reasons[k] for k in found], counts[forms, found],
    ]  # fmt: skip
    return pa.table(columns, schema=FORMAT_COUNT.schema)


def summed(counts: pa.Table) -> pa.Table:
    """Add up counts of batches or shards, sorted by key."""
    key = list(FORMAT_COUNT.key)
    added = counts.group_by(key).aggregate([("questions", "sum")]).rename_columns([*key, "questions"])
    return added.sort_by([(name, "ascending") for name in key]).combine_chunks().cast(FORMAT_COUNT.schema)
