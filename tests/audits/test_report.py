"""Tables of the audit from hand-made cases."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pytest

from stages.audits.judge import CASES, task_of_kind
from stages.audits.report import kept_shares, label_error, margin_tables, margins_for_target, over_limit
from stages.audits.truth.statements import STATEMENTS
from stages.relations import PAIR_RELATIONS
from stages.runner import Counts

SCHEMA = pa.schema([("path", pa.string()), ("level", pa.string()), *CASES])


def cases(rows: Sequence[tuple[str, str, str, float | None, bool, int]]) -> pa.Table:
    """Cases from (path, level, kind, margin, wrong, how many)."""
    listed = [
        {"path": path, "level": level, "scene_id": "s", "item": f"{k}", "task": "position_comparison", "kind": kind,
         "margin": margin, "wrong": wrong, "said": None, "truth": None}
        for path, level, kind, margin, wrong, count in rows for k in range(count)
    ]  # fmt: skip
    return pa.Table.from_pylist(listed, schema=SCHEMA)


FOUND = cases([
    ("exact", "question", "left_of", 9.0, False, 300),
    ("exact", "no_margin", "left_of", None, True, 30),
    ("exact", "no_margin", "left_of", None, False, 70),
    ("sensor", "fact", "left_of", 9.0, False, 990),
    ("sensor", "fact", "left_of", 9.0, True, 10),
    ("sensor", "open", "left_of", 1.2, True, 50),
    ("sensor", "open", "left_of", 1.2, False, 150),
    ("sensor", "open", "left_of", 4.5, False, 400),
    ("sensor", "open", "exists", None, True, 5),
])  # fmt: skip


def test_rates_by_engine_path_and_task() -> None:
    errors = label_error(FOUND)
    assert errors["ours"]["exact"]["all"] == errors["ours"]["exact"]["position_comparison"]
    assert (errors["ours"]["exact"]["all"]["n"], errors["ours"]["exact"]["all"]["errors"]) == (300, 0)
    assert errors["ours"]["sensor"]["all"]["rate"] == 0.01
    assert errors["no_margin"]["exact"]["all"]["rate"] == 0.3
    assert errors["ours"]["lifted"] == {}


def test_curves_hold_one_column_per_kind_with_a_margin() -> None:
    table = margin_tables(FOUND, "sensor")
    assert table.column_names == ["margin", "left_of"]
    rates = dict(zip(table.column("margin").to_pylist(), table.column("left_of").to_pylist(), strict=True))
    assert rates[1.0] == 0.25
    assert rates[4.0] == 0.0
    assert rates[2.0] is None, "too few facts to say"
    assert len(margin_tables(FOUND, "lifted")) == len(table)


def test_the_margin_that_keeps_errors_low() -> None:
    row = margins_for_target(FOUND, "sensor", 0.01)["left_of"]
    assert (row["margin"], row["n"], row["errors"]) == (1.5, 400, 0)
    assert row["kept_share"] == pytest.approx(400 / 600, abs=1e-4)
    assert row["error_without"] == pytest.approx(50 / 600, abs=1e-5)


LIMITS = [
    pytest.param(300, 0, 0.0, False, id="nothing wrong"),
    pytest.param(300, 1, 0.0, True, id="one wrong where none may be"),
    pytest.param(300, 4, 0.01, False, id="not surely above one percent"),
    pytest.param(3000, 60, 0.01, True, id="surely above one percent"),
]


@pytest.mark.parametrize(("n", "errors", "limit", "fails"), LIMITS)
def test_the_build_fails_where_labels_are_surely_worse(n: int, errors: int, limit: float, fails: bool) -> None:
    found = cases(
        [("sensor", "fact", "left_of", 9.0, False, n - errors), ("sensor", "fact", "left_of", 9.0, True, errors)]
    )
    problems = over_limit(label_error(found)["ours"], {"exact": 0.0, "sensor": limit, "lifted": 0.0})
    assert bool(problems) == fails
    if fails:
        assert f"{errors} of {n} wrong" in problems[0]


def test_caps_are_no_loss_but_doubts_are() -> None:
    counts = Counts(
        kept={"facts": 40, "facts.left_of": 40},
        dropped={"left_of.sampled_out": 40, "left_of.gap_too_small": 20, "sighting.seen_too_little": 99},
    )
    assert kept_shares({"exact": counts}) == {"exact": {"left_of": 0.8}}


def test_every_fact_kind_that_is_asked_about_has_a_truth() -> None:
    assert set(task_of_kind()) <= set(STATEMENTS)
    assert set(PAIR_RELATIONS) <= set(STATEMENTS)
