"""The audit's own geometry against slow twins: linear least squares, winding numbers, sampled points, plain slabs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from stages.audits.truth.plane import Point, angle_deg, area_of, inside, polygon_distance, segment_distance, wrap_deg
from stages.audits.truth.scene import Camera, Solid
from stages.audits.truth.statements import gap_m
from stages.geometry.frames import gravity_of_pose, points_to_view, view_from_cam

coordinate = st.one_of(st.integers(-3, 3).map(float), st.floats(-3, 3))
points = st.tuples(coordinate, coordinate)
solids = st.builds(
    lambda center, size, yaw: Solid(np.array(center), np.array(size), yaw),
    st.tuples(*[st.floats(-3, 3)] * 3), st.tuples(*[st.floats(0.05, 2)] * 3), st.floats(-3.2, 3.2),
)  # fmt: skip


def closest(matrix: np.ndarray, target: np.ndarray, low: np.ndarray, high: np.ndarray) -> float:
    return float(np.sqrt(2 * lsq_linear(matrix, target, (low, high), tol=1e-14).cost))


@settings(max_examples=100)
@given(points, points, points, points)
def test_distance_of_segments(a: Point, b: Point, c: Point, d: Point) -> None:
    """The closest two points as a bounded least-squares problem in the shares of the segments."""
    matrix = np.column_stack([np.subtract(b, a), -np.subtract(d, c)])
    assume(np.abs(matrix).max(axis=0).min() > 1e-3)
    assert segment_distance(a, b, c, d) == pytest.approx(
        closest(matrix, np.subtract(c, a), np.zeros(2), np.ones(2)), abs=1e-5
    )


@settings(max_examples=100)
@given(solids, solids)
def test_gap_of_boxes(a: Solid, b: Solid) -> None:
    """The closest two points as a bounded least-squares problem in the boxes' own coordinates."""
    axes = [Rotation.from_euler("z", solid.yaw).as_matrix() for solid in (a, b)]
    half = np.concatenate([a.size_m, b.size_m]) / 2
    assert gap_m(a, b) == pytest.approx(
        closest(np.hstack([axes[0], -axes[1]]), b.center_w - a.center_w, -half, half), abs=2e-5
    )


@given(st.lists(points, min_size=3, max_size=9), points)
def test_inside_is_where_the_outline_winds_round(outline: list[Point], point: Point) -> None:
    """Any outline, even one that crosses itself: an odd number of turns round the point."""
    corners = np.array(outline) - point
    ends = np.roll(corners, -1, axis=0)
    assume(
        min(segment_distance(point, point, a, b) for a, b in zip(outline, outline[1:] + outline[:1], strict=True))
        > 1e-6
    )
    turns = np.arctan2(corners[:, 0] * ends[:, 1] - corners[:, 1] * ends[:, 0], (corners * ends).sum(axis=1))
    assert inside(point, outline) == (round(turns.sum() / (2 * np.pi)) % 2 == 1)


@given(st.lists(st.tuples(st.floats(-3, 3), st.floats(-3, 3)), min_size=3, max_size=12), points)
def test_area_of_a_convex_outline_wherever_it_lies(cloud: list[Point], shift: Point) -> None:
    corners = np.array(cloud)
    assume(np.linalg.svd(corners - corners.mean(axis=0))[1].min() > 0.1)
    hull = ConvexHull(corners)
    outline = [(float(x), float(y)) for x, y in corners[hull.vertices] + shift]
    assert area_of(outline) == pytest.approx(hull.volume, abs=1e-9)
    assert area_of(outline[::-1]) == pytest.approx(hull.volume, abs=1e-9)


def test_area_of_an_l() -> None:
    assert area_of([(0, 0), (4, 0), (4, 1), (1, 1), (1, 3), (0, 3)]) == 6.0


@given(points, points, points)
def test_angles_are_those_of_complex_numbers(o: Point, a: Point, b: Point) -> None:
    one, two = (complex(*p) - complex(*o) for p in (a, b))
    assume(min(abs(one), abs(two)) > 1e-3)
    assert abs(wrap_deg(angle_deg(o, a, b) - math.degrees(np.angle(two / one)))) < 1e-6


@given(st.tuples(*[st.floats(-180, 180)] * 3), st.tuples(*[st.floats(-5, 5)] * 3), st.tuples(*[st.floats(-5, 5)] * 3))
def test_view_space_of_the_audit_is_that_of_the_engine(
    turn_deg: tuple[float, float, float], eye: tuple[float, float, float], point: tuple[float, float, float]
) -> None:
    """Two ways to level a camera: by its gravity, and by its viewing direction on the floor plan."""
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = Rotation.from_euler("zyx", turn_deg, degrees=True).as_matrix(), eye
    levelled = view_from_cam(gravity_of_pose(pose[None]))
    assume(np.isfinite(levelled).all())
    ours = points_to_view(np.array([point]), pose[None], levelled)[0]
    assert Camera(pose, (1, 1, 0, 0), 1, 1).to_view(np.array(point)) == pytest.approx(tuple(ours), abs=1e-9)


@settings(max_examples=60)
@given(solids, points, points)
def test_a_way_meets_a_footprint_where_one_of_its_points_lies_in_it(solid: Solid, a: Point, b: Point) -> None:
    way = np.linspace(a, b, 3001)
    cos, sin = math.cos(solid.yaw), math.sin(solid.yaw)
    local = (way - solid.center_w[:2]) @ np.array([[cos, -sin], [sin, cos]])
    out = np.maximum(np.abs(local) - solid.size_m[:2] / 2, 0)
    found = polygon_distance([a, b], solid.footprint())
    assert found == pytest.approx(float(np.hypot(*out.T).min()), abs=math.dist(a, b) / 3000 + 1e-9)
