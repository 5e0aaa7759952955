"""Camera walks stay in free space, look where they should, and depend on their generator alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from stages.geometry.walk import FLATTEST_DEG, MARGIN_M, STEEPEST_DEG, camera_walk
from stages.rng import generator

CELL_M = 0.1
ORIGIN = (-1.0, 2.0)


def walk(free: np.ndarray, focus_w: np.ndarray, key: int = 0, n_frames: int = 12) -> np.ndarray:
    return camera_walk(free, ORIGIN, CELL_M, 1.5, n_frames, focus_w, generator(key, "walk"))


def cells(poses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = poses[:, 0, 3], poses[:, 1, 3]
    return np.round((y - ORIGIN[1]) / CELL_M).astype(int), np.round((x - ORIGIN[0]) / CELL_M).astype(int)


def furnished() -> np.ndarray:
    """Return a 5 m by 4 m room with a table in the middle and a sofa along one wall."""
    free = np.zeros((40, 50), dtype=bool)
    free[1:-1, 1:-1] = True
    free[15:25, 20:32] = False
    free[1:10, 10:30] = False
    return free


@settings(max_examples=60, deadline=None)
@given(
    free=arrays(
        bool, st.tuples(st.integers(1, 25), st.integers(1, 25)), elements=st.sampled_from([True, True, True, False])
    ),
    n_frames=st.integers(1, 9),
    key=st.integers(0, 5),
)
def test_any_plan_gives_rigid_poses_in_free_cells(free: np.ndarray, n_frames: int, key: int) -> None:
    if not free.any():
        free[0, 0] = True
    poses = walk(free, np.array([[0.0, 3.0], [0.5, 2.5]]), key, n_frames)
    rotation = poses[:, :3, :3]
    assert poses.shape == (n_frames, 4, 4)
    np.testing.assert_allclose(rotation @ rotation.transpose(0, 2, 1), np.tile(np.eye(3), (n_frames, 1, 1)), atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(rotation), 1.0)
    np.testing.assert_array_equal(poses[:, 3], np.tile([0, 0, 0, 1.0], (n_frames, 1)))
    assert free[cells(poses)].all()


def test_pitch_and_roll_are_those_of_a_phone() -> None:
    poses = walk(furnished(), np.array([[1.5, 4.0]]), n_frames=30)
    pitch_deg = np.rad2deg(np.arcsin(poses[:, 2, 2]))
    assert (pitch_deg >= STEEPEST_DEG - 1e-9).all()
    assert (pitch_deg <= FLATTEST_DEG + 1e-9).all()
    assert (np.abs(np.rad2deg(np.arcsin(poses[:, 2, 0]))) <= 2.0).all()  # the picture's x axis is nearly level
    assert (poses[:, 2, 1] < -0.8).all()  # and its y axis points down
    assert np.abs(poses[:, 2, 3] - 1.5).max() < 0.05


def test_keeps_its_distance_from_furniture() -> None:
    free = furnished()
    poses = walk(free, np.array([[1.5, 4.0], [0.5, 2.5]]), n_frames=40)
    blocked = np.argwhere(~free)[:, ::-1] * CELL_M + ORIGIN
    gap_m = np.linalg.norm(poses[:, None, :2, 3] - blocked, axis=2).min(axis=1)
    assert gap_m.min() >= 0.8 * MARGIN_M - CELL_M


def test_visits_the_room_and_turns_gently() -> None:
    focus_w = np.array([[1.5, 4.0], [0.5, 2.5], [3.5, 5.5], [-0.7, 5.5]])
    poses = walk(furnished(), focus_w, n_frames=40)
    yaw = np.unwrap(np.arctan2(poses[:, 1, 2], poses[:, 0, 2]))
    assert np.ptp(poses[:, :2, 3], axis=0).min() > 1.5
    assert np.rad2deg(np.abs(np.diff(yaw)).max()) < 60
    assert np.linalg.norm(np.diff(poses[:, :2, 3], axis=0), axis=1).max() < 0.6


def test_every_focus_is_looked_at() -> None:
    focus_w = np.array([[1.5, 4.0], [0.5, 2.4], [3.7, 5.6], [-0.8, 5.6], [3.7, 2.3]])
    poses = walk(furnished(), focus_w, n_frames=40)
    offset = focus_w - poses[:, None, :2, 3]
    bearing = np.arctan2(offset[..., 1], offset[..., 0])
    aside = np.angle(np.exp(1j * (bearing - np.arctan2(poses[:, 1, 2], poses[:, 0, 2])[:, None])))
    seen = (np.abs(aside) < np.deg2rad(32)) & (np.linalg.norm(offset, axis=2) > 0.8)
    assert seen.any(axis=0).all()


def test_same_generator_same_walk() -> None:
    focus_w = np.array([[1.5, 4.0]])
    np.testing.assert_array_equal(walk(furnished(), focus_w, 3), walk(furnished(), focus_w, 3))
    assert not np.array_equal(walk(furnished(), focus_w, 3), walk(furnished(), focus_w, 4))


def test_no_focus_looks_into_the_room() -> None:
    poses = walk(furnished(), np.zeros((0, 2)))
    assert np.isfinite(poses).all()


@pytest.mark.parametrize(
    ("free", "n_frames"),
    [
        pytest.param(np.zeros((4, 4), bool), 3, id="nothing_free"),
        pytest.param(np.zeros((0, 0), bool), 3, id="empty_plan"),
        pytest.param(np.ones((4, 4), bool), 0, id="no_frames"),
    ],
)
def test_impossible_walks_are_refused(free: np.ndarray, n_frames: int) -> None:
    with pytest.raises(ValueError, match="a walk needs a frame and a free cell"):
        walk(free, np.zeros((0, 2)), n_frames=n_frames)
