"""View space and poses: invariants over random cameras, and cases worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from stages.geometry import frames

angles = st.floats(-180, 180)
pitches = st.floats(-70, 70)
coordinates = st.floats(-20, 20)


def pose(yaw_deg: float, pitch_deg: float, roll_deg: float, eye_w: tuple[float, float, float]) -> np.ndarray:
    """World-from-camera of an OpenCV camera: yaw 0 looks along +y, positive pitch looks up."""
    level = np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]])  # columns: camera x, y, z in the world
    turn = Rotation.from_euler("z", yaw_deg, degrees=True).as_matrix()
    tilt = Rotation.from_euler("x", pitch_deg, degrees=True).as_matrix()
    roll = Rotation.from_euler("z", roll_deg, degrees=True).as_matrix()
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ level @ tilt @ roll
    matrix[:3, 3] = eye_w
    return matrix[None]


@given(angles, pitches, angles, coordinates, coordinates)
def test_view_space_keeps_yaw_and_removes_pitch_and_roll(
    yaw: float, pitch: float, roll: float, x: float, y: float
) -> None:
    camera = pose(yaw, pitch, roll, (x, y, 1.5))
    ahead_w = np.array([-np.sin(np.radians(yaw)), np.cos(np.radians(yaw)), 0.0])
    point_w = np.array([x, y, 1.5]) + 3 * ahead_w + np.array([0, 0, 0.5])
    rotation = frames.view_from_cam(frames.gravity_of_pose(camera))
    point_v = frames.points_to_view(point_w[None], camera, rotation)[0]
    np.testing.assert_allclose(point_v, [0, 3, 0.5], atol=1e-9)


@given(angles, pitches, angles)
def test_view_space_rotation_is_proper(yaw: float, pitch: float, roll: float) -> None:
    rotation = frames.view_from_cam(frames.gravity_of_pose(pose(yaw, pitch, roll, (0, 0, 0))))[0]
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(rotation) == pytest.approx(1)


@pytest.mark.parametrize(
    ("pitch_deg", "has_view_space"),
    [
        pytest.param(0, True, id="level"),
        pytest.param(-74, True, id="steep but allowed"),
        pytest.param(-76, False, id="too steep down"),
        pytest.param(90, False, id="straight up"),
    ],
)
def test_steep_views_have_no_view_space(pitch_deg: float, has_view_space: bool) -> None:
    rotation = frames.view_from_cam(frames.gravity_of_pose(pose(10, pitch_deg, 5, (0, 0, 0))))
    assert np.isfinite(rotation).all() == has_view_space


def _changed(row: int, column: int, value: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[row, column] = value
    return matrix


@pytest.mark.parametrize(
    ("matrix", "expected"),
    [
        pytest.param(np.eye(4), True, id="identity"),
        pytest.param(np.full((4, 4), -np.inf), False, id="lost ScanNet pose"),
        pytest.param(_changed(0, 3, np.nan), False, id="NaN position"),
        pytest.param(_changed(0, 0, -1.0), False, id="mirror"),
        pytest.param(_changed(0, 0, 2.0), False, id="scaled"),
        pytest.param(_changed(3, 0, 1.0), False, id="projective"),
    ],
)
def test_rigid(matrix: np.ndarray, expected: bool) -> None:
    assert frames.is_rigid(matrix[None])[0] == expected


@given(st.floats(-1e4, 1e4))
def test_signed_degrees_stay_in_range_and_congruent(angle: float) -> None:
    wrapped = float(frames.signed_degrees(np.array([angle]))[0])
    assert -180 < wrapped <= 180
    assert (wrapped - angle) % 360 == pytest.approx(0, abs=1e-6) or (wrapped - angle) % 360 == pytest.approx(
        360, abs=1e-6
    )
