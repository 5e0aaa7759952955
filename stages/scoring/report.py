"""The report of one model: value, interval, n and chance over all, by task and by format.

Every value is the unweighted mean of the tasks in it, so a task with many questions does not drown the others.
Intervals are percentiles of a bootstrap over scenes (questions of one scene are not independent), drawn by key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float
from pydantic import Field

from stages.params import Params
from stages.rng import generator
from stages.schema.columns import codes, to_numpy, whole
from stages.scoring.score import angle_error_deg

_DIGITS = 4


class ReportParams(Params):
    """Section `evaluate.report` of params.yaml."""

    resamples: int = Field(ge=1, description="Bootstrap samples of the scenes.")
    confidence: float = Field(gt=0, lt=1, description="Share of the bootstrap values inside an interval.")


def report(replies: pa.Table, params: ReportParams, seed: int) -> dict[str, Any]:
    """Summarise a table `reply`.

    Returns:
        `overall`; `by_task`, `by_format` (`<text format>/<image format>`) and `by_answer_kind`, each entry with value,
        low, high (null for fewer than two scenes), n and chance; `parse_failures` with n, rate and empty replies.
    """
    bootstrap = _Bootstrap.of(replies, params, seed)
    formats = pc.binary_join_element_wise(replies.column("text_format"), replies.column("image_format"), "/")
    return {
        "overall": bootstrap.entry(np.ones(len(replies), bool)),
        "by_task": bootstrap.entries(replies.column("task")),
        "by_format": bootstrap.entries(formats),
        "by_answer_kind": bootstrap.entries(replies.column("answer_kind")),
        "parse_failures": _failures(replies),
    }


def angle_errors(parsed: pa.ChunkedArray, answers: pa.ChunkedArray, kinds: pa.ChunkedArray) -> dict[str, Any]:
    """Mean and median error of the parsed angles, degrees; empty when there is none."""
    rows = pa.table({"parsed": parsed, "answer": answers}).filter(
        pc.and_(pc.equal(kinds, "angle"), pc.is_valid(parsed))
    )
    errors = [angle_error_deg(float(a), float(b)) for a, b in zip(*(c.to_pylist() for c in rows.columns), strict=True)]
    if not errors:
        return {}
    return {"n": len(errors), "mean": _round(float(np.mean(errors))), "median": _round(float(np.median(errors)))}


def _failures(replies: pa.Table) -> dict[str, Any]:
    failed = int(pc.sum(pc.is_null(replies.column("parsed"))).as_py() or 0)
    empty = int(pc.sum(pc.equal(replies.column("reply"), "")).as_py() or 0)
    return {"n": failed, "rate": _round(failed / max(len(replies), 1)), "empty_replies": empty}


@dataclass(frozen=True)
class _Bootstrap:
    """Scores by row, and how often each scene is drawn in every resample."""

    scores: Float[np.ndarray, " n"]
    chance: Float[np.ndarray, " n"]
    scene: np.ndarray
    task: np.ndarray
    draws: Float[np.ndarray, "resamples scenes"]
    tail: float

    @classmethod
    def of(cls, replies: pa.Table, params: ReportParams, seed: int) -> _Bootstrap:
        scene = codes(whole(replies, "scene_id"))
        scenes = int(scene.max(initial=-1)) + 1
        draw = generator(seed, "bootstrap").multinomial
        counts = draw(scenes, np.full(scenes, 1 / scenes), params.resamples) if scenes else np.zeros((1, 0))
        return cls(
            scores=to_numpy(replies.column("score")),
            chance=to_numpy(replies.column("chance")),
            scene=scene,
            task=codes(whole(replies, "task")),
            draws=counts.astype(np.float64),
            tail=(1 - params.confidence) / 2,
        )

    def entries(self, names: pa.ChunkedArray) -> Mapping[str, Mapping[str, Any]]:
        """One entry per distinct name, sorted."""
        return {n: self.entry(to_numpy(pc.equal(names, n))) for n in sorted(pc.unique(names).to_pylist())}

    def entry(self, rows: Bool[np.ndarray, " n"]) -> dict[str, Any]:
        """Value, interval, number of replies and chance of some rows."""
        n = int(rows.sum())
        if not n:
            return {"value": None, "low": None, "high": None, "n": 0, "chance": None}
        value = self._means(rows, np.ones((1, self.draws.shape[1])))[0]
        low, high = self._interval(rows)
        tasks = np.unique(self.task[rows])
        chance = np.mean([self.chance[rows & (self.task == t)].mean() for t in tasks])
        return {"value": _round(value), "low": low, "high": high, "n": n, "chance": _round(chance)}

    def _interval(self, rows: Bool[np.ndarray, " n"]) -> tuple[float | None, float | None]:
        """Percentiles of the resampled values; none for a single scene, which says nothing about others."""
        if len(np.unique(self.scene[rows])) < 2:
            return None, None
        low, high = np.nanquantile(self._means(rows, self.draws), [self.tail, 1 - self.tail])
        return _round(low), _round(high)

    def _means(self, rows: Bool[np.ndarray, " n"], draws: Float[np.ndarray, "r scenes"]) -> Float[np.ndarray, " r"]:
        """Unweighted mean over tasks per draw; a task that a draw misses is left out, NaN when it misses all."""
        scenes = draws.shape[1]
        _, task = np.unique(self.task[rows], return_inverse=True)
        tasks = int(task.max()) + 1
        cell = self.scene[rows] * tasks + task
        total = np.bincount(cell, self.scores[rows], scenes * tasks).reshape(scenes, tasks)
        count = np.bincount(cell, minlength=scenes * tasks).reshape(scenes, tasks)
        sums, counts = draws @ total, draws @ count
        with np.errstate(invalid="ignore", divide="ignore"):
            means = sums / counts
        present = counts > 0
        return np.asarray(
            np.where(present, means, 0.0).sum(axis=1) / np.where(present.any(axis=1), present.sum(axis=1), np.nan)
        )


def _round(value: float) -> float:
    return round(float(value), _DIGITS)
