"""Compiled parts of lifting against plain numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.lifting import fit, points
from stages.lifting.footprint import ends

seeds = st.integers(0, 2**32 - 1)
LOW, HIGH = np.array([-0.4, -0.9, 0.0]), np.array([1.1, 0.7, 1.0])


def normals_of(rng: np.random.Generator, n: int) -> np.ndarray:
    """Unit vectors, many of them level or upright, a tenth unknown."""
    normals: np.ndarray = rng.normal(size=(n, 3)) * rng.choice(np.array([[1, 1, 0.1], [0.1, 0.1, 1], [1, 1, 1]]), n)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    normals[rng.random(n) < 0.1] = np.nan
    return normals


@settings(max_examples=40)
@given(seeds, st.integers(1, 300), st.floats(-4, 4), st.integers(0, 9))
def test_ends_are_order_statistics(seed: int, n: int, yaw: float, trim: int) -> None:
    cloud = np.random.default_rng(seed).normal(size=(n, 2))
    along = np.sort(cloud[:, 0] * np.cos(yaw) + cloud[:, 1] * np.sin(yaw))
    if trim < n:
        assert ends(cloud, np.cos(yaw), np.sin(yaw), trim) == (along[trim], along[-1 - trim])


@settings(max_examples=40)
@given(seeds, st.integers(0, 300), st.floats(-4, 4))
def test_shares_of_normals(seed: int, n: int, yaw: float) -> None:
    normals = normals_of(np.random.default_rng(seed), n)
    known = normals[~np.isnan(normals[:, 2])]
    assert fit._top(normals) == pytest.approx((known[:, 2] > 0.75).mean() if len(known) else 0.0)
    axes = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    level = np.hypot(known[:, 0], known[:, 1])
    cosines = known[:, :2] @ axes.T / np.maximum(level, 1e-9)[:, None]
    side = (level > np.sqrt(1 - 0.75**2))[:, None]
    expected = [(side & (sign * cosines > 0.8)).sum(axis=0) / max(len(known), 1) for sign in (-1, 1)]
    np.testing.assert_allclose(fit._faces(normals, yaw), np.column_stack(expected).ravel())


@settings(max_examples=40)
@given(seeds, st.integers(0, 300), st.floats(-4, 4))
def test_spread_of_a_top_and_points_on_sides(seed: int, n: int, yaw: float) -> None:
    rng = np.random.default_rng(seed)
    cloud, normals = rng.uniform(-1, 1, (n, 3)), normals_of(rng, n)
    spans, on_sides = fit._spread(cloud, normals, yaw, LOW, HIGH, 0.05, 0.03)
    axes = np.array([[np.cos(yaw), np.sin(yaw)], [-np.sin(yaw), np.cos(yaw)]])
    local, width, up = cloud[:, :2] @ axes.T, (HIGH - LOW)[:2], normals[:, 2] > 0.75
    expected = np.ptp(local[up], axis=0) / width if up.sum() >= 20 else np.zeros(2)
    np.testing.assert_allclose(spans, expected)
    gap = np.minimum(np.abs(local - LOW[:2]), np.abs(HIGH[:2] - local))[~up]
    near = (gap <= np.maximum(0.03, 0.05 * width)).any(axis=1)
    assert on_sides == pytest.approx(near.mean() if len(near) >= 20 else 0.0)


@settings(max_examples=30)
@given(seeds)
def test_outline_is_where_a_pixel_has_no_neighbour_of_its_own(seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = (rng.random((24, 30)) < 0.95).astype(np.uint8)
    depth = (1.5 + 0.001 * np.arange(30) * np.where(whole > 0, 1, rng.choice([-20, 20], (24, 30)))).astype(np.float32)
    depth[rng.random((24, 30)) < 0.03] = np.nan
    x1, y1, x2, y2 = 0, 3, 21, 24  # at the left and the lower border
    mask = whole[y1:y2, x1:x2]
    levelled = points.Camera((20.0, 20.0, 15.0, 12.0), np.eye(3))
    found = points.surface_of(depth, mask, (x1, y1, x2, y2), levelled, 1, 0.04, 3, 2, 9.0, 64)
    padded, expected = np.pad(mask, 1), np.zeros((4, 3))
    for side, (dx, dy) in enumerate(points.SIDES_DXDY):
        rim = (mask > 0) & (padded[1 + dy : 22 + dy, 1 + dx : 22 + dx] == 0)
        expected[side, 0] = rim.sum()
        for y, x in np.argwhere(rim) + np.array([y1, x1]):
            beyond = (y + 2 * dy, x + 2 * dx)
            if not (0 <= y + dy < 24 and 0 <= x + dx < 30):
                expected[side, 2] += 1
            elif 0 <= beyond[0] < 24 and 0 <= beyond[1] < 30:
                expected[side, 1] += depth[beyond] < depth[y, x] * (1 - 0.04)
    np.testing.assert_array_equal(found.side, expected)
    assert found.area_px == mask.sum()
    assert len(found.points_v)
    assert found.known == pytest.approx(np.isfinite(depth[y1:y2, x1:x2][mask > 0]).mean())
    x, y = (found.points_v[:, k] / found.points_v[:, 2] * 20 + c for k, c in ((0, 15.0), (1, 12.0)))
    reach = np.maximum([x.min() - x1, x2 - 1 - x.max(), y.min() - y1, y2 - 1 - y.max()], 0)
    np.testing.assert_allclose(found.beyond_px, reach, atol=1e-9)
    assert found.range_m == pytest.approx(float(np.median(found.points_v[:, 2])))
