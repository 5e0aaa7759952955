"""Regions found in depth and carried to another frame: on made frames with known surfaces, and on the samples."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.posed_rgbd import SETS, Frame, PosedSet, rotation_to_up, up_of_normals
from benchmarks.real_depth import (
    Agreement,
    Box,
    agreement,
    compare,
    figures,
    lift_masks,
    lift_params,
    main,
    one_sided_boxes,
    pairs_of,
)
from benchmarks.regions import RegionLimits, carry, points_of, regions_of
from benchmarks.vsi_bench_truth import samples_folder

K = (600.0, 600.0, 319.5, 239.5)
LIMITS = RegionLimits()
Cuboid = tuple[tuple[float, float, float], tuple[float, float, float]]  # centre and size, along the world's axes
ROOM: list[Cuboid] = [((0.0, 2.0, -0.05), (8.0, 8.0, 0.1)), ((0.0, 4.05, 1.5), (8.0, 0.1, 3.0))]  # floor and wall
CHEST: Cuboid = ((0.0, 2.2, 0.3), (0.8, 0.5, 0.6))
CRATE: Cuboid = ((-0.9, 2.6, 0.25), (0.4, 0.4, 0.5))


def pose(x: float, y: float = 0.0, z: float = 1.5, pan_deg: float = 0.0, pitch_deg: float = -30.0) -> np.ndarray:
    """Camera at a place, turned to the left by `pan_deg` from the direction of y."""
    pan, pitch = math.radians(pan_deg), math.radians(pitch_deg)
    ahead = np.array([-math.sin(pan) * math.cos(pitch), math.cos(pan) * math.cos(pitch), math.sin(pitch)])
    right = np.array([math.cos(pan), math.sin(pan), 0.0])
    world_from_cam = np.eye(4)
    world_from_cam[:3, :3] = np.stack([right, np.cross(ahead, right), ahead], axis=1)
    world_from_cam[:3, 3] = (x, y, z)
    return world_from_cam


def seen(cuboids: list[Cuboid], world_from_cam: np.ndarray) -> tuple[Frame, np.ndarray]:
    """Depth of cuboids, and which one each pixel shows."""
    rays = points_of(np.ones((480, 640)), K) @ world_from_cam[:3, :3].T
    hits = []
    for center, size in cuboids:
        origin = world_from_cam[:3, 3] - np.array(center)
        with np.errstate(divide="ignore", invalid="ignore"):
            one, two = ((sign * np.array(size) / 2 - origin) / rays for sign in (-1, 1))
        enter, leave = np.minimum(one, two).max(axis=-1), np.maximum(one, two).min(axis=-1)
        hits.append(np.where((enter < leave) & (enter > 0), enter, np.inf))
    which, depth = np.argmin(hits, axis=0), np.min(hits, axis=0)
    known = np.isfinite(depth)
    return Frame("0", np.where(known, depth, np.nan).astype(np.float32), K, world_from_cam), np.where(known, which, -1)


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_a_region_is_one_thing_with_its_top_and_sides() -> None:
    frame, which = seen([*ROOM, CHEST, CRATE], pose(0.6, pan_deg=15))
    numbers = regions_of(frame.depth_m, K, replace(LIMITS, max_share=0.9))
    for thing in range(4):
        found = [overlap(numbers == n, which == thing) for n in range(1, int(numbers.max()) + 1)]
        assert max(found) > 0.85, f"thing {thing} of {len(found)} regions"


def test_too_small_and_too_large_regions_are_left_out() -> None:
    frame, which = seen([*ROOM, CHEST, ((0.9, 2.2, 0.05), (0.1, 0.1, 0.1))], pose(0.0))
    numbers = regions_of(frame.depth_m, K, LIMITS)
    assert 0 < (which == 3).sum() < LIMITS.min_area_px
    assert (numbers[(which == 0) | (which == 3)] > 0).mean() < 0.01, "all but what touches a region"
    assert overlap(numbers == np.bincount(numbers[which == 2])[1:].argmax() + 1, which == 2) > 0.85


def test_a_frame_without_depth_has_no_region() -> None:
    assert not regions_of(np.full((480, 640), np.nan, np.float32), K, LIMITS).any()


@pytest.mark.parametrize(
    ("x", "pan_deg"),
    [pytest.param(0.0, 0.0, id="nowhere"), pytest.param(0.4, 8.0, id="right"), pytest.param(-0.5, -12.0, id="left")],
)
def test_carried_masks_show_the_same_surface(x: float, pan_deg: float) -> None:
    a, which_a = seen([*ROOM, CHEST, CRATE], pose(0.0))
    b, which_b = seen([*ROOM, CHEST, CRATE], pose(x, pan_deg=pan_deg))
    b_from_a = np.linalg.inv(b.world_from_cam) @ a.world_from_cam
    carried_a, carried_b = carry(which_a + 1, a.depth_m, b.depth_m, b_from_a, K)
    for thing in (2, 3):
        whole = overlap(carried_b == thing + 1, which_b == thing)
        assert whole > (0.98 if x == 0 else 0.75), "only a narrow side is new from there"
        points_a, points_b = (
            points_of(f.depth_m, K)[m == thing + 1] @ f.world_from_cam[:3, :3].T + f.world_from_cam[:3, 3]
            for f, m in ((a, carried_a), (b, carried_b))
        )
        assert points_a.min(axis=0) == pytest.approx(points_b.min(axis=0), abs=0.03)
        assert points_a.max(axis=0) == pytest.approx(points_b.max(axis=0), abs=0.03)


def test_what_stands_before_a_region_is_not_carried() -> None:
    a, which_a = seen([*ROOM, CHEST], pose(0.0))
    b, which_b = seen([*ROOM, CHEST, ((0.1, 1.4, 0.4), (0.3, 0.1, 0.8))], pose(0.05))
    _, carried_b = carry(which_a + 1, a.depth_m, b.depth_m, np.linalg.inv(b.world_from_cam) @ a.world_from_cam, K)
    assert (which_b == 3).sum() > 1000
    assert (carried_b[which_b == 3] > 0).mean() < 0.05


def test_frames_that_share_nothing_carry_nothing() -> None:
    a, which = seen([*ROOM, CHEST], pose(0.0))
    away, _ = seen([*ROOM, CHEST], pose(0.0, pan_deg=180))
    for carried in carry(which + 1, a.depth_m, away.depth_m, np.linalg.inv(away.world_from_cam) @ a.world_from_cam, K):
        assert not carried.any()


def test_pairs_are_frames_that_share_much_from_different_places() -> None:
    frames = [seen([*ROOM, CHEST], p)[0] for p in (pose(0.0), pose(0.001), pose(0.3), pose(0.0, pan_deg=180))]
    assert pairs_of(frames) == [(0, 2), (1, 2)]


def test_boxes_of_made_frames_agree_with_each_other() -> None:
    frames = [seen([*ROOM, CHEST, CRATE], pose(x, pan_deg=-20 * x))[0] for x in (-0.5, -0.2, 0.2)]
    frames = [replace(f, name=str(k)) for k, f in enumerate(frames)]
    for choice, found in compare(PosedSet(frames, "exact", np.nan), lift_params()).items():
        assert len(found.rows) >= 4, choice
        assert max(r.center_m for r in found.rows) < 0.05
        assert np.concatenate([r.sigmas for r in found.rows]).max() < 3
        assert any(all(r.observed) for r in found.rows)


def test_a_lifted_box_stands_where_the_thing_stands_in_the_world() -> None:
    frame, which = seen([*ROOM, CHEST], pose(0.7, 0.1, pan_deg=18))
    (found,) = lift_masks(frame, [which == 2], "exact", lift_params())
    assert found is not None
    assert found.center_w == pytest.approx(CHEST[0], abs=0.04)
    assert sorted(found.size_m) == pytest.approx(sorted(CHEST[1]), abs=0.05)
    assert abs((found.yaw_deg + 45) % 90 - 45) < 2
    assert lift_masks(frame, [], "exact", lift_params()) == []


def test_a_wall_alone_is_one_sided_and_flagged() -> None:
    panel: Cuboid = ((0.0, 2.5, 1.4), (1.2, 0.02, 0.7))
    frame, _ = seen([panel], pose(0.0, pitch_deg=0.0))
    boxes = one_sided_boxes(PosedSet([frame], "exact", np.nan), lift_params())
    assert [box.observed for box in boxes] == [False]
    assert not one_sided_boxes(PosedSet([seen([CHEST], pose(0.6, pan_deg=15))[0]], "exact", np.nan), lift_params())


def box(yaw_deg: float, size: tuple[float, float, float], observed: bool = True) -> Box:
    return Box(np.zeros(3), np.array(size), yaw_deg, np.eye(3) * 0.01, np.full(3, 0.1), observed)


@given(st.floats(-180, 180), st.integers(-3, 3), st.floats(-40, 40))
def test_naming_the_sides_otherwise_changes_nothing(yaw_deg: float, quarters: int, turn_deg: float) -> None:
    size = (1.0, 0.5, 0.7) if quarters % 2 == 0 else (0.5, 1.0, 0.7)
    found = agreement(box(yaw_deg, (1.0, 0.5, 0.7)), box(yaw_deg + 90 * quarters + turn_deg, size))
    assert found.size_rel == pytest.approx([0, 0, 0])
    assert found.yaw_deg == pytest.approx(abs(turn_deg), abs=1e-6)


def test_differences_are_told_in_metres_and_in_sigmas() -> None:
    moved = replace(box(0, (1.2, 0.5, 0.7), False), center_w=np.array([0.3, 0.0, 0.4]))
    found = agreement(box(0, (1.0, 0.5, 0.7)), moved)
    assert found.center_m == pytest.approx(0.5)
    assert found.size_rel == pytest.approx([0.2 / 1.1, 0, 0])
    assert found.sigmas == pytest.approx(np.array([0.3, 0, 0.4, 0.2, 0, 0]) / np.hypot(0.1, 0.1))
    assert (found.observed, found.long) == ((True, False), True)


def test_no_region_gives_no_figure_but_counts() -> None:
    found = figures([])
    assert (found["regions"], found["observed_in_both"]) == (0, 0)
    assert math.isnan(found["center_m, all, median"])
    one = Agreement(0.1, np.array([0.1, 0.3, 0.5]), 4.0, np.full(6, 2.0), (True, True), False)
    assert figures([one])["level_extent_rel, median"] == pytest.approx(0.2)
    assert figures([one])["center < 1 sigma, observed"] == 0


@settings(max_examples=30)
@given(st.floats(-40, 40), st.floats(-40, 40))
def test_upward_is_the_densest_cone_of_normals(a_deg: float, b_deg: float) -> None:
    a, b = math.radians(a_deg), math.radians(b_deg)
    up = np.array([math.sin(a), math.sin(b), math.cos(a) * math.cos(b)])
    up /= np.linalg.norm(up)
    rng = np.random.default_rng(0)
    floor = up + 0.02 * rng.standard_normal((400, 3))
    other = rng.standard_normal((400, 3))
    normals = np.concatenate([v / np.linalg.norm(v, axis=1, keepdims=True) for v in (floor, other)])
    if math.degrees(math.acos(up[2])) < 40:
        found = up_of_normals(normals, np.array([0.0, 0.0, 1.0]))
        assert math.degrees(math.acos(min(1.0, float(found @ up)))) < 1
    assert rotation_to_up(up) @ up == pytest.approx([0, 0, 1])


FLOORS = {  # frames read, centre's median and 90th percentile in metres at most, regions at least
    "7scenes": (6, 0.03, 0.08, 10),
    "hololens": (10, 0.04, 0.15, 4),
    "replica": (3, 0.01, 0.05, 8),
}


@pytest.mark.parametrize("name", SETS)
def test_real_depth_agrees_with_itself(name: str) -> None:
    frames, median_m, p90_m, least = FLOORS[name]
    if not (samples_folder() / name).is_dir():
        pytest.skip(f"no {name} in {samples_folder()}; ENGINE_SAMPLES names a folder with samples of the data sets")
    found = main(samples_folder(), [name], frames)
    row = found[f"{name}, same"]
    assert row["regions"] >= least
    assert row["center_m, all, median"] < median_m
    assert row["center_m, all, p90"] < p90_m
    assert row["center < 3 sigma, all"] > 0.97
    assert row["size < 3 sigma, all"] > 0.95
    assert found[name]["one_sided_not_flagged"] == 0
    assert not found[name]["up_off_deg"] > 2.5
