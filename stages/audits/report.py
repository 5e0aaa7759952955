"""Judged cases as the tables of the audit: label error by task, error by margin, kept shares, proposed margins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.audits.paths import SourcePath
from stages.audits.rates import Rate, curve, margin_for, rate_of
from stages.runner import Counts

LEVELS: dict[SourcePath, str] = {
    "exact": "question",
    "sensor": "fact",
    "lifted": "fact",
}  # what the label error of a path is taken over
SAMPLED_OUT = ("sampled_out",)  # drops that say nothing about a fact's quality
ALL = "all"


def label_error(cases: pa.Table) -> dict[str, dict[str, dict[str, dict[str, float]]]]:
    """Rates by engine (`ours`, `no_margin`), path and task; task `all` is all of them.

    On the exact path ours are the questions of the build, on the others the facts that `relate` keeps.
    """
    out: dict[str, dict[str, dict[str, dict[str, float]]]] = {"ours": {}, "no_margin": {}}
    for path, level in LEVELS.items():
        for engine, wanted in (("ours", level), ("no_margin", "no_margin")):
            rows = _rows(cases, path, wanted)
            out[engine][path] = _by(rows, "task")
    return out


def _by(rows: pa.Table, column: str) -> dict[str, dict[str, float]]:
    wrong = rows.column("wrong").to_numpy(zero_copy_only=False).astype(bool)
    names = np.asarray(rows.column(column).to_pylist(), dtype=str)
    found = {name: _described(rate_of(wrong[names == name])) for name in sorted(set(names.tolist()))}
    return found | ({ALL: _described(rate_of(wrong))} if len(wrong) else {})


def _described(rate: Rate) -> dict[str, float]:
    return {
        "n": rate.n, "errors": rate.errors, "rate": round(rate.rate, 6), "lower95": round(rate.low, 6),
        "upper95": round(rate.high, 6),
    }  # fmt: skip


def margin_tables(cases: pa.Table, path: str) -> pa.Table:
    """One row per margin bin, one column of error rates per kind (null: fewer than 30 facts), for plotting."""
    rows = _rows(cases, path, "open")
    columns: dict[str, list[float | None]] = {}
    for kind, margin, wrong in _margins(rows):
        bins = curve(margin, wrong)
        columns["margin"] = [b.low for b in bins]
        columns[kind] = [round(b.inside.rate, 5) if b.inside.n >= 30 else None for b in bins]
    columns.setdefault("margin", [b.low for b in curve(np.zeros(0), np.zeros(0, dtype=bool))])
    kinds = {name: pa.array(values, pa.float64()) for name, values in columns.items()}
    return pa.table({"margin": kinds.pop("margin"), **kinds})


def margins_for_target(cases: pa.Table, path: str, target: float) -> dict[str, dict[str, Any]]:
    """Per kind: the margin from which on at most `target` of the facts are wrong, what it costs and what it gives."""
    out: dict[str, dict[str, Any]] = {}
    for kind, margin, wrong in _margins(_rows(cases, path, "open")):
        least = margin_for(curve(margin, wrong), target)
        above = margin >= (np.inf if least is None else least)
        out[kind] = {
            "margin": least, "kept_share": round(float(above.mean()), 4), **_described(rate_of(wrong[above])),
            "error_without": round(float(wrong.mean()), 5),
        }  # fmt: skip
    return out


def _margins(rows: pa.Table) -> list[tuple[str, np.ndarray, np.ndarray]]:
    rows = rows.filter(pc.is_valid(rows.column("margin")))
    kinds = np.asarray(rows.column("kind").to_pylist(), dtype=str)
    margin = rows.column("margin").to_numpy()
    wrong = rows.column("wrong").to_numpy(zero_copy_only=False).astype(bool)
    return [(k, margin[kinds == k], wrong[kinds == k]) for k in sorted(set(kinds.tolist()))]


def _rows(cases: pa.Table, path: str, level: str) -> pa.Table:
    return cases.filter(pc.and_(pc.equal(cases.column("path"), path), pc.equal(cases.column("level"), level)))


def kept_shares(related: Mapping[SourcePath, Counts]) -> dict[str, dict[str, float]]:
    """Per path and kind: facts stated (also those sampled out by caps) over all candidates `relate` looked at."""
    return {path: _shares(counts) for path, counts in related.items()}


def _shares(counts: Counts) -> dict[str, float]:
    stated = {name.removeprefix("facts."): n for name, n in counts.kept.items() if name.startswith("facts.")}
    shares = {}
    for kind in stated | {reason.split(".")[0]: 0 for reason in counts.dropped}:
        drops = {r.split(".", 1)[1]: n for r, n in counts.dropped.items() if r.startswith(f"{kind}.")}
        good = stated.get(kind, 0) + sum(n for r, n in drops.items() if r in SAMPLED_OUT)
        total = stated.get(kind, 0) + sum(drops.values())
        if total and kind != "sighting":
            shares[kind] = round(good / total, 4)
    return dict(sorted(shares.items()))


def over_limit(errors: Mapping[Any, Mapping[str, Mapping[str, float]]], limits: Mapping[Any, float]) -> list[str]:
    """Name every task whose label error is surely (lower end of the 95 % interval) above its path's limit."""
    return [
        f"{path}, {task}: {rate['errors']} of {rate['n']} wrong ({100 * rate['rate']:.2f} %, at most "
        f"{100 * limits[path]:.2f} % allowed)"
        for path, by_task in errors.items() for task, rate in by_task.items()
        if rate["lower95"] > limits[path]
    ]  # fmt: skip
