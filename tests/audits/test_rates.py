from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.audits.rates import EDGES, curve, margin_for, rate_of

# n, errors, lower and upper end of the 95 % Wilson interval, worked out from its formula
WILSON = [
    pytest.param(100, 0, 0.0, 0.036995, id="none wrong"),
    pytest.param(100, 100, 0.963005, 1.0, id="all wrong"),
    pytest.param(1000, 10, 0.005441, 0.018309, id="one percent"),
    pytest.param(1, 0, 0.0, 0.793450, id="a single one"),
]


@pytest.mark.parametrize(("n", "errors", "low", "high"), WILSON)
def test_wilson(n: int, errors: int, low: float, high: float) -> None:
    rate = rate_of(np.arange(n) < errors)
    assert (rate.n, rate.errors, rate.rate) == (n, errors, errors / n)
    assert rate.low == pytest.approx(low, abs=2e-6)
    assert rate.high == pytest.approx(high, abs=2e-6)


def test_nothing_judged_says_nothing() -> None:
    assert rate_of(np.zeros(0, dtype=bool)) == (0, 0, 0.0, 0.0, 1.0)


@given(st.lists(st.tuples(st.floats(0, 200), st.booleans()), max_size=200))
def test_bins_share_out_every_fact(facts: list[tuple[float, bool]]) -> None:
    margin, wrong = np.array([f[0] for f in facts]), np.array([f[1] for f in facts], dtype=bool)
    bins = curve(margin, wrong)
    assert sum(b.inside.n for b in bins) == bins[0].above.n == len(facts)
    assert sum(b.inside.errors for b in bins) == int(wrong.sum())
    assert [b.low for b in bins] == list(EDGES)


def falling(share_wrong_below: float, edge: float) -> tuple[np.ndarray, np.ndarray]:
    """2,000 facts per bin, wrong ones only below an edge."""
    margin = np.repeat(np.array(EDGES) + 0.1, 2000)
    wrong = (np.tile(np.arange(2000), len(EDGES)) < 2000 * share_wrong_below) & (margin < edge)
    return margin, wrong


def test_margin_is_where_the_errors_end() -> None:
    assert margin_for(curve(*falling(0.05, 4.0)), 0.01) == 4.0


def test_margin_is_zero_when_all_is_well() -> None:
    assert margin_for(curve(*falling(0.005, 4.0)), 0.01) == 0.0


def test_no_margin_helps_where_the_surest_are_wrong() -> None:
    margin, _ = falling(0.0, 0.0)
    assert margin_for(curve(margin, margin > 60), 0.01) is None


def test_few_facts_prove_nothing() -> None:
    assert margin_for(curve(np.full(50, 10.0), np.zeros(50, dtype=bool)), 0.01) is None
