"""Gravity found in depth of hand-made rooms seen from any side: planes whose tilt is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.audits.degrade import MonocularNoise, SensorNoise, sensor_depth
from stages.audits.paths import Eyes, degraded
from stages.lifting.gravity import Gravity, gravity_of_depth
from stages.lifting.level import level
from stages.lifting.params import GravityParams
from stages.rng import generator
from tests import handmade

WIDTH, HEIGHT, FOCAL = 320, 240, 210.0
LENS = (FOCAL, FOCAL, 159.5, 119.5)
EYE_W = np.array([2.0, 0.7, 1.5])
ROOM_M = np.array([4.0, 5.0, 2.6])
NOTHING = np.full((HEIGHT, WIDTH), np.nan, np.float32)
LEVEL_CAMERA = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # looks along y, z up
CHEST = (np.array([1.0, 2.6, 0.0]), np.array([2.2, 3.4, 0.9]))


@cache
def settings_of(*section: str) -> Any:
    data = yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text())
    for name in section:
        data = data[name]
    return data


PARAMS = GravityParams.model_validate(settings_of("annotate", "lift", "gravity"))
SENSOR = SensorNoise.model_validate(settings_of("audit", "sensor"))


def turn(axis: int, angle_deg: float) -> np.ndarray:
    about = np.zeros(3)
    about[axis] = np.radians(angle_deg)
    return np.asarray(cv2.Rodrigues(about)[0])


def camera(yaw_deg: float, pitch_deg: float, roll_deg: float) -> np.ndarray:
    """Rotation world from camera; positive pitch looks up."""
    return np.asarray(turn(2, yaw_deg) @ LEVEL_CAMERA @ turn(0, pitch_deg) @ turn(2, roll_deg))


@cache
def rays_c() -> np.ndarray:
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    return np.stack([(x - LENS[2]) / FOCAL, (y - LENS[3]) / FOCAL, np.ones(x.shape)], axis=-1)


def room(world_from_cam: np.ndarray) -> np.ndarray:
    """Depth of a box-shaped room with a chest in it."""
    rays = rays_c() @ world_from_cam.T
    with np.errstate(divide="ignore", invalid="ignore"):
        depth = np.maximum(-EYE_W / rays, (ROOM_M - EYE_W) / rays).min(axis=-1)
        one, two = (CHEST[0] - EYE_W) / rays, (CHEST[1] - EYE_W) / rays
    enter, leave = np.minimum(one, two).max(axis=-1), np.maximum(one, two).min(axis=-1)
    return np.asarray(np.where((enter < leave) & (enter > 0), enter, depth), np.float32)


def plane(normal_c: Sequence[float] | np.ndarray, off_m: float) -> np.ndarray:
    """Depth of one plane at a distance from the camera, where rays meet it."""
    unit = np.array(normal_c) / np.linalg.norm(normal_c)
    with np.errstate(divide="ignore"):
        depth = -off_m / (rays_c() @ unit)
    return np.where(depth > 0, depth, np.nan).astype(np.float32)


def nearest(*planes: np.ndarray) -> np.ndarray:
    return np.asarray(np.fmin.reduce(planes))


def error_deg(found: Gravity, world_from_cam: np.ndarray) -> float:
    return float(np.degrees(np.arccos(min(1.0, found.gravity_c @ -world_from_cam[2]))))


@pytest.mark.parametrize("roll_deg", [-15.0, 0.0, 10.0])
@pytest.mark.parametrize("pitch_deg", [-45.0, -30.0, -15.0, 0.0, 20.0])
@pytest.mark.parametrize("yaw_deg", [0.0, 35.0, -20.0])
def test_the_tilt_of_a_room_is_found(yaw_deg: float, pitch_deg: float, roll_deg: float) -> None:
    pose = camera(yaw_deg, pitch_deg, roll_deg)
    exact = gravity_of_depth(room(pose), LENS, PARAMS)
    assert exact.reason is None
    assert error_deg(exact, pose) < 0.3
    noisy = sensor_depth(room(pose), FOCAL, SENSOR, generator("gravity", round(yaw_deg), round(pitch_deg)))
    sensed = gravity_of_depth(noisy, LENS, PARAMS)
    assert sensed.reason is None
    assert error_deg(sensed, pose) < 1
    assert error_deg(sensed, pose) < 3 * sensed.tilt_sigma_deg


@given(st.floats(-60, 60), st.floats(-35, 20), st.floats(-20, 20), st.floats(-10, 10))
@settings(max_examples=40, deadline=None)
def test_gravity_turns_with_the_camera(yaw_deg: float, pitch_deg: float, roll_deg: float, more_deg: float) -> None:
    poses = camera(yaw_deg, pitch_deg, roll_deg), camera(yaw_deg + more_deg, pitch_deg + more_deg, roll_deg - more_deg)
    one, two = (gravity_of_depth(room(pose), LENS, PARAMS) for pose in poses)
    if one.reason is None and two.reason is None:
        apart = np.degrees(np.arccos(min(1.0, (poses[0] @ one.gravity_c) @ (poses[1] @ two.gravity_c))))
        assert apart < 0.6
    else:
        assert {one.reason, two.reason} <= {None, "ambiguous"}


@given(st.floats(0.3, 2.0))
@settings(max_examples=15, deadline=None)
def test_the_scale_of_depth_does_not_matter(scale: float) -> None:
    pose = camera(25.0, -20.0, 3.0)
    found = gravity_of_depth((room(pose) * np.float32(scale)), LENS, PARAMS)
    assert found.gravity_c == pytest.approx(gravity_of_depth(room(pose), LENS, PARAMS).gravity_c, abs=1e-4)


def test_a_mirrored_picture_has_mirrored_gravity() -> None:
    pose = camera(25.0, -20.0, 8.0)
    depth = room(pose)
    found = gravity_of_depth(depth, LENS, PARAMS).gravity_c
    mirrored = gravity_of_depth(np.ascontiguousarray(depth[:, ::-1]), LENS, PARAMS).gravity_c
    assert mirrored == pytest.approx(found * [-1, 1, 1], abs=1e-3)


def test_two_walls_meet_in_a_vertical_line() -> None:
    tilt = turn(2, 12.0)
    walls = nearest(plane(tilt @ [0.7, 0.0, -0.7], 2.0), plane(tilt @ [-0.6, 0.0, -0.8], 2.5))
    found = gravity_of_depth(walls, LENS, PARAMS)
    assert found.gravity_c == pytest.approx(tilt @ [0.0, 1.0, 0.0], abs=0.01)


def test_sky_does_not_pull_gravity_to_the_picture() -> None:
    pose = camera(0.0, 4.0, 0.0)
    ground = plane(pose.T @ [0.0, 0.0, 1.0], 1.5)
    found = gravity_of_depth(np.where(ground < 8, ground, 80.0).astype(np.float32), LENS, PARAMS)
    assert error_deg(found, pose) < 0.3


FLOOR_45 = plane([0.0, -1.0, -1.0], 2.0)
DEGENERATE = [
    pytest.param(NOTHING, "no_surfaces", id="no depth at all"),
    pytest.param(np.zeros_like(NOTHING), "no_surfaces", id="zeros"),
    pytest.param(np.full_like(NOTHING, np.inf), "no_surfaces", id="infinite"),
    pytest.param(np.full_like(NOTHING, 100.0), "no_surfaces", id="all sky"),
    pytest.param(np.full((2, 3), 1.0, np.float32), "no_surfaces", id="smaller than a cell"),
    pytest.param(
        generator("rough").uniform(1, 4, NOTHING.shape).astype(np.float32), "no_surfaces", id="nothing is smooth"
    ),
    pytest.param(plane([0.0, 0.0, -1.0], 2.0), "no_level_surface", id="one wall straight ahead"),
    pytest.param(plane([0.6, 0.0, -0.8], 2.0), "no_level_surface", id="one wall aslant"),
    pytest.param(nearest(FLOOR_45, plane([0.0, 1.0, -1.0], 2.0)), "ambiguous", id="a corner seen from its middle"),
]


@pytest.mark.parametrize(("depth", "reason"), DEGENERATE)
def test_what_tells_nothing_says_why(depth: np.ndarray, reason: str) -> None:
    found = gravity_of_depth(depth, LENS, PARAMS)
    assert found.reason == reason
    assert np.isnan(found.gravity_c).all()
    assert np.isnan(found.tilt_sigma_deg)


def levelled(depth: np.ndarray | None, **values: Any) -> tuple[dict[str, Any], dict[str, int]]:
    row: dict[str, Any] = {
        "width_px": WIDTH,
        "height_px": HEIGHT,
        "intrinsics_px": list(LENS),
        "depth_scale_m": 0.001,
    } | values
    view = handmade.table("view", [handmade.view(**row)])

    def depths(view_ids: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        yield from ((view_id, depth) for view_id in view_ids if depth is not None)

    result = level({"view": view}, depths, PARAMS)
    return result.tables["view"].to_pylist()[0], dict(result.counts.dropped)


def test_a_view_gets_gravity_its_sigma_and_maker() -> None:
    pose = camera(25.0, -20.0, 3.0)
    view, lost = levelled(room(pose))
    assert view["gravity_c"] == pytest.approx(-pose[2], abs=0.005)
    assert 0 < view["tilt_sigma_deg"] < 1
    assert view["pose_by"] == "depth"
    assert not lost


def test_the_audit_can_leave_gravity_to_be_found() -> None:
    rotation = camera(25.0, -20.0, 3.0)
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, EYE_W
    row: dict[str, Any] = {"width_px": WIDTH, "height_px": HEIGHT, "intrinsics_px": list(LENS), "depth_scale_m": 0.001}
    views = [handmade.view(world_from_cam=pose.ravel().tolist(), gravity_c=(-rotation[2]).tolist(), **row)]
    tables = {name: handmade.table(name, []) for name in ("scene", "object", "sighting")}
    eyes = Eyes(SENSOR, MonocularNoise.model_validate(settings_of("audit", "lifted") | {"gravity_deg": None}))
    worse, depths = degraded(
        tables | {"view": handmade.table("view", views)}, lambda ids: iter((i, room(rotation)) for i in ids), "lifted",
        eyes, 1,
    )  # fmt: skip
    assert worse["view"].to_pylist()[0]["gravity_c"] is None
    view = level(worse, depths, PARAMS).tables["view"].to_pylist()[0]
    off = np.degrees(np.arccos(view["gravity_c"] @ -rotation[2]))
    assert 0.01 < off < 3 * view["tilt_sigma_deg"]


GIVEN = [0.0, 0.8, 0.6]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"gravity_c": GIVEN, "pose_by": "given"}, id="gravity"),
        pytest.param({"gravity_c": GIVEN, "pose_by": "given", "tilt_sigma_deg": 2.0}, id="gravity and its sigma"),
        pytest.param({"world_from_cam": np.eye(4).ravel().tolist(), "pose_by": "given"}, id="a pose"),
    ],
)
def test_what_a_source_gives_stays(values: dict[str, Any]) -> None:
    view, lost = levelled(room(camera(25.0, -20.0, 3.0)), **values)
    assert {name: view[name] for name in values} == values
    assert not lost


@pytest.mark.parametrize(
    ("depth", "values", "reason"),
    [
        pytest.param(room(camera(0, -20, 0)), {"intrinsics_px": None}, "no_intrinsics", id="no lens"),
        pytest.param(None, {"depth_scale_m": None}, "no_depth", id="no depth"),
        pytest.param(None, {}, "depth_missing_or_damaged", id="depth that does not come"),
        pytest.param(NOTHING, {}, "no_surfaces", id="empty depth"),
        pytest.param(plane([0.0, 0.0, -1.0], 2.0), {}, "no_level_surface", id="a wall"),
    ],
)
def test_views_without_gravity_are_counted(depth: np.ndarray | None, values: dict[str, Any], reason: str) -> None:
    view, lost = levelled(depth, **values)
    assert {k: n for k, n in lost.items() if n} == {f"gravity.{reason}": 1}
    assert view["gravity_c"] is None
    assert view["pose_by"] is None
