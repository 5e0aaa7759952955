"""Camera poses, gravity and view space. All functions work on stacks of views."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

MAX_PITCH_DEG = 75.0


def is_rigid(a_from_b: Float[np.ndarray, "n 4 4"], tolerance: float = 1e-3) -> Bool[np.ndarray, " n"]:
    """Tell which matrices are finite proper rigid transforms (rotation orthonormal, determinant 1)."""
    finite = np.isfinite(a_from_b).all(axis=(1, 2))
    safe = np.where(finite[:, None, None], a_from_b, 0.0)
    rotation = safe[:, :3, :3]
    product = np.einsum("nij,nkj->nik", rotation, rotation)
    orthonormal = np.abs(product - np.eye(3)).max(axis=(1, 2)) < tolerance
    bottom = np.abs(safe[:, 3] - np.array([0.0, 0.0, 0.0, 1.0])).max(axis=1) < tolerance
    result: Bool[np.ndarray, " n"] = finite & orthonormal & bottom & (np.linalg.det(rotation) > 0)
    return result


def gravity_of_pose(world_from_cam: Float[np.ndarray, "n 4 4"]) -> Float[np.ndarray, "n 3"]:
    """Unit vector of gravity in each camera's frame; the world's z axis points up."""
    return -world_from_cam[:, 2, :3]


def view_from_cam(gravity_c: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "n 3 3"]:
    """Rotation from the OpenCV camera to view space (pitch and roll removed, yaw kept).

    View space: x right, y the viewing direction projected on the horizontal plane, z against gravity.

    Args:
        gravity_c: Gravity (down) in the camera frame; need not be of unit length.

    Returns:
        One rotation per view; NaN where the camera looks more than 75 degrees up or down, or gravity is not finite.

    Paper:
        InternSpatial (arXiv 2506.18385), section on view-space alignment.

    Example:
        >>> view_from_cam(np.array([[0.0, 1.0, 0.0]]))[0].tolist()  # level camera: x stays, z_c becomes y_v
        [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        up = -gravity_c / np.linalg.norm(gravity_c, axis=1, keepdims=True)
        ahead = np.array([0.0, 0.0, 1.0]) - up[:, 2:3] * up
        length = np.linalg.norm(ahead, axis=1, keepdims=True)
        ahead = ahead / length
        right = np.cross(ahead, up)
        rotation: Float[np.ndarray, "n 3 3"] = np.stack([right, ahead, up], axis=1) + 0.0
    steep = ~(length[:, 0] >= np.cos(np.radians(MAX_PITCH_DEG)))
    rotation[steep] = np.nan
    return rotation


def points_to_view(
    points_w: Float[np.ndarray, "n 3"],
    world_from_cam: Float[np.ndarray, "n 4 4"],
    rotation_view_from_cam: Float[np.ndarray, "n 3 3"],
) -> Float[np.ndarray, "n 3"]:
    """Express one world point per view in that view's view space, metres."""
    relative = points_w - world_from_cam[:, :3, 3]
    points_c = np.einsum("nji,nj->ni", world_from_cam[:, :3, :3], relative)
    result: Float[np.ndarray, "n 3"] = np.einsum("nij,nj->ni", rotation_view_from_cam, points_c)
    return result


def signed_degrees(angle_deg: Float[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """Wrap angles into (-180, 180].

    Example:
        >>> signed_degrees(np.array([190.0, -180.0, 360.0])).tolist()
        [-170.0, 180.0, 0.0]
    """
    return 180.0 - np.mod(180.0 - angle_deg, 360.0)
