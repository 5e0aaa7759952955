"""The fused kernel says of every pair what the function of each kind says, at ties and without numbers too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.relations import fused
from stages.relations.base import TIE, Limits, Seen
from stages.relations.pairs import pairs_within
from stages.relations.verdicts import KINDS, REASONS, Verdicts, judged_by_kind
from tests.relations.scenes import params

LIMITS = params().limits
COLUMNS = {"center_v": 3, "size_v": 3, "yaw_v": 1, "sigma_center_m": 3, "sigma_size_m": 3, "scale_sigma": 1,
           "tilt_sigma": 1, "extent_observed": 1, "middle_px": 1}  # fmt: skip
ROUND = (-3.0, -0.5, 0.0, 0.02, 0.1, 0.25, 0.5, 1.0, 2.0, 3.5, 8.0)  # ties, coincidence and contact are common
TURNS = (0.0, np.pi / 2, np.pi / 4, -np.pi, 0.3)


def seen_of(rows: Sequence[Sequence[float]]) -> Seen:
    """Objects from rows of plain numbers in the order of `COLUMNS`."""
    flat = np.array(rows, dtype=np.float64).reshape(len(rows), sum(COLUMNS.values()))
    parts = dict(zip(COLUMNS, np.split(flat, np.cumsum(list(COLUMNS.values()))[:-1], axis=1), strict=True))
    values = {name: part if COLUMNS[name] == 3 else part[:, 0] for name, part in parts.items()}
    return Seen(**{**values, "extent_observed": values["extent_observed"] > 0})


def objects(coordinate: st.SearchStrategy[float], extent: st.SearchStrategy[float], yaw: st.SearchStrategy[float],
            sigma: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float, ...]]:  # fmt: skip
    three_sigmas = [sigma] * 6
    shared = [st.sampled_from((0.0, 0.05)), st.sampled_from((0.0, 0.01))]
    return st.tuples(coordinate, coordinate, coordinate, extent, extent, extent, yaw, *three_sigmas, *shared,
                     st.sampled_from((1.0, 1.0, 0.0)), st.integers(0, 640).map(float))  # fmt: skip


random_object = objects(st.floats(-5, 8), st.floats(0.01, 3), st.floats(-3.2, 3.2), st.floats(0.001, 0.3))
round_object = objects(
    st.sampled_from(ROUND), st.sampled_from((0.0, 0.1, 0.5, 1.0, 1.1)), st.sampled_from(TURNS),
    st.sampled_from((0.0, 0.01, 0.1)),
)  # fmt: skip
broken_object = objects(
    st.sampled_from((0.0, 1.0, 2.0)), st.sampled_from((np.nan, 0.5)), st.sampled_from((np.nan, 0.0)),
    st.sampled_from((np.nan, 0.01)),
)  # fmt: skip


def assert_equal(one: Verdicts, two: Verdicts) -> None:
    for kind in KINDS:
        a, b = one.of(kind), two.of(kind)
        said = list(zip((REASONS[r] for r in a.reason), (REASONS[r] for r in b.reason), strict=True))
        assert all(x == y for x, y in said), (kind, said)
        judged = a.reason != fused.EXTENT_UNOBSERVED  # otherwise there may be no number to compare
        np.testing.assert_allclose(a.value[judged], b.value[judged], rtol=0, atol=1e-9, err_msg=kind)
        np.testing.assert_allclose(a.margin[judged], b.margin[judged], rtol=1e-9, atol=1e-9, err_msg=kind)


def check(rows: Sequence[Sequence[float]], limits: Limits = LIMITS) -> None:
    seen = seen_of(rows)
    i, j = pairs_within(np.zeros(len(rows), dtype=np.int64))
    assert_equal(fused.judge(seen, i, j, limits), judged_by_kind(seen, i, j, limits))


@settings(max_examples=150, deadline=None)
@given(st.lists(random_object, max_size=8))
def test_random_objects(rows: list[tuple[float, ...]]) -> None:
    check(rows)


@settings(max_examples=300, deadline=None)
@given(st.lists(round_object, max_size=8))
def test_round_numbers_meet_thresholds_exactly(rows: list[tuple[float, ...]]) -> None:
    check(rows)


@settings(deadline=None)
@given(st.lists(st.one_of(broken_object, round_object), max_size=6))
def test_missing_numbers(rows: list[tuple[float, ...]]) -> None:
    check(rows)


@settings(deadline=None)
@given(st.lists(round_object, min_size=2, max_size=5))
def test_limits_of_nothing(rows: list[tuple[float, ...]]) -> None:
    none = {"min_gap_m": 0, "min_gap_share": 0, "min_bearing_deg": 0, "min_size_ratio": 1, "min_volume_ratio": 1,
            "contact_m": 0, "min_distance_m": 0, "min_margin": dict.fromkeys(KINDS, 0)}  # fmt: skip
    check(rows, Limits.model_validate(none))


def test_many_objects_of_many_views() -> None:
    """Random scenes, longer than a block of pairs; no reason, and no kind kept, is missing from the test."""
    rng = np.random.default_rng(5)
    n = 60 * 12
    rows = np.column_stack([
        rng.uniform((-3, 0.5, -1), (3, 8, 1.5), (n, 3)), rng.uniform(0.1, 2, (n, 3)), rng.uniform(-3.1, 3.1, n),
        rng.uniform(0.01, 0.08, (n, 6)), np.full((n, 2), 0.01), rng.random(n) < 0.95, rng.uniform(0, 640, n),
    ])  # fmt: skip
    seen = seen_of(rows.tolist())
    i, j = pairs_within(np.repeat(np.arange(60), 12))
    verdicts = fused.judge(seen, i, j, LIMITS)
    assert_equal(verdicts, judged_by_kind(seen, i, j, LIMITS))
    assert set(np.unique(verdicts.reason)) == set(range(len(REASONS)))
    assert all(verdicts.of(kind).clear.any() for kind in KINDS)


def test_no_pairs() -> None:
    seen = seen_of([[0.0] * 17])
    none = np.zeros(0, dtype=np.int64)
    verdicts = fused.judge(seen, none, none, LIMITS)
    assert verdicts.value.shape == verdicts.reason.shape == (len(KINDS), 0)
    assert verdicts.of("above").doubts() == {}


PLAIN = [0.3, 0.3, 0.3, 0.0, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        pytest.param(2.15, "clear", id="a tie reaches the threshold"),
        pytest.param(2.15 - 1e-12, "clear", id="whatever its last bits"),
        pytest.param(2.15 - 2 * TIE, "gap_too_small", id="less does not"),
    ],
)
def test_ties_reach_thresholds(x: float, reason: str) -> None:
    """2.15 - 2 is less than 0.15 in floating point."""
    seen = seen_of([[2.0, 2.0, 0.0, *PLAIN, 0.0], [x, 2.0, 1.0, *PLAIN, 100.0]])
    one = np.zeros(1, dtype=np.int64)
    limits = LIMITS.model_copy(update={"min_gap_m": 0.15, "min_gap_share": 0.0, "min_bearing_deg": 0.0})
    for verdicts in (fused.judge(seen, one, one + 1, limits), judged_by_kind(seen, one, one + 1, limits)):
        assert REASONS[verdicts.of("left_of").reason[0]] == ("overlap_in_plan" if reason == "clear" else reason)


def test_without_a_compiler_the_functions_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = seen_of([[0.0, 2.0, 0.0, *PLAIN, 0.0], [1.5, 4.0, 0.0, *PLAIN, 100.0]])
    one = np.zeros(1, dtype=np.int64)
    fast = fused.judge(seen, one, one + 1, LIMITS)
    monkeypatch.setattr(fused, "COMPILES", False)
    monkeypatch.setattr(fused, "_judge", None)
    assert_equal(fast, fused.judge(seen, one, one + 1, LIMITS))
    assert fast.of("left_of").sign.tolist() == fast.of("in_front_of").sign.tolist() == [1]
    assert fast.of("taller").sign.tolist() == [0]


def test_constants_name_their_reasons_and_kinds() -> None:
    for code, reason in enumerate(REASONS):
        assert getattr(fused, reason.upper()) == code
    for row, kind in enumerate(KINDS):
        assert getattr(fused, kind.upper()) == row
