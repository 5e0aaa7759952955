"""Oriented boxes: corners, upright extents, and exact distances between upright boxes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

_SIGNS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
_SIGNS_2D = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]])


def corners(
    center: Float[np.ndarray, "n 3"], size_m: Float[np.ndarray, "n 3"], frame_from_box: Float[np.ndarray, "n 3 3"]
) -> Float[np.ndarray, "n 8 3"]:
    """Eight corners of each box in the frame of its centre."""
    local = _SIGNS[None] * size_m[:, None, :]
    result: Float[np.ndarray, "n 8 3"] = center[:, None, :] + np.einsum("nij,nkj->nki", frame_from_box, local)
    return result


def upright(
    size_m: Float[np.ndarray, "n 3"], frame_from_box: Float[np.ndarray, "n 3 3"]
) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, " n"]]:
    """Smallest upright box with one side along the box's first horizontal axis, round each oriented box.

    Exact for boxes turned about the vertical only; tilted boxes are enclosed.

    Args:
        size_m: Full extents along the box axes.
        frame_from_box: Rotation into a frame whose z points up (world or view space).

    Returns:
        Extents (first side, second side, vertical) and the yaw of the first side, radians, counter-clockwise from x.
    """
    vertical = np.abs(frame_from_box[:, 2, :]).argmax(axis=1)
    first = np.where(vertical == 0, 1, 0)
    rows = np.arange(len(size_m))
    axis = frame_from_box[rows, :2, first]
    axis = axis / np.linalg.norm(axis, axis=1, keepdims=True)
    side = np.stack([-axis[:, 1], axis[:, 0]], axis=1)
    extents = np.stack(
        [
            np.einsum("nk,nk->n", np.abs(np.einsum("ni,nik->nk", axis, frame_from_box[:, :2])), size_m),
            np.einsum("nk,nk->n", np.abs(np.einsum("ni,nik->nk", side, frame_from_box[:, :2])), size_m),
            np.einsum("nk,nk->n", np.abs(frame_from_box[:, 2]), size_m),
        ],
        axis=1,
    )
    return extents, np.arctan2(axis[:, 1], axis[:, 0])


def rectangle_corners(
    center_xy: Float[np.ndarray, "n 2"], size_xy: Float[np.ndarray, "n 2"], yaw: Float[np.ndarray, " n"]
) -> Float[np.ndarray, "n 4 2"]:
    """Corners of turned rectangles, counter-clockwise."""
    local = _SIGNS_2D[None] * size_xy[:, None, :]
    cos, sin = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    turned = np.stack([local[..., 0] * cos - local[..., 1] * sin, local[..., 0] * sin + local[..., 1] * cos], axis=-1)
    result: Float[np.ndarray, "n 4 2"] = center_xy[:, None, :] + turned
    return result


def upright_gap(
    center_a: Float[np.ndarray, "n 3"],
    size_a: Float[np.ndarray, "n 3"],
    yaw_a: Float[np.ndarray, " n"],
    center_b: Float[np.ndarray, "n 3"],
    size_b: Float[np.ndarray, "n 3"],
    yaw_b: Float[np.ndarray, " n"],
) -> Float[np.ndarray, " n"]:
    """Distance between the closest points of two upright boxes, metres; 0 where they touch or overlap.

    An upright box is a rectangle times an interval, so the distance is the hypotenuse of the rectangles' distance
    and the vertical gap: closed form, exact.

    Args:
        center_a: Centres, any frame with z up.
        size_a: Extents along first side, second side, vertical.
        yaw_a: Turn of the first side about z, radians.
        center_b: As `center_a`.
        size_b: As `size_a`.
        yaw_b: As `yaw_a`.
    """
    gap_z = np.abs(center_a[:, 2] - center_b[:, 2]) - (size_a[:, 2] + size_b[:, 2]) / 2
    gap_xy, apart = _rectangles(center_a[:, :2], size_a[:, :2], yaw_a, center_b[:, :2], size_b[:, :2], yaw_b)
    gap: Float[np.ndarray, " n"] = np.hypot(np.where(apart > 0, gap_xy, 0.0), np.maximum(gap_z, 0.0))
    return gap


def plan_separation(
    center_a: Float[np.ndarray, "n 3"],
    size_a: Float[np.ndarray, "n 3"],
    yaw_a: Float[np.ndarray, " n"],
    center_b: Float[np.ndarray, "n 3"],
    size_b: Float[np.ndarray, "n 3"],
    yaw_b: Float[np.ndarray, " n"],
) -> Float[np.ndarray, " n"]:
    """How far the footprints of two upright boxes are apart along the side that separates them best, metres.

    Negative where they overlap: minus the shortest push along a side that would part them. Arguments as `upright_gap`.
    """
    return _rectangles(center_a[:, :2], size_a[:, :2], yaw_a, center_b[:, :2], size_b[:, :2], yaw_b)[1]


def _rectangles(
    center_a: Float[np.ndarray, "n 2"],
    size_a: Float[np.ndarray, "n 2"],
    yaw_a: Float[np.ndarray, " n"],
    center_b: Float[np.ndarray, "n 2"],
    size_b: Float[np.ndarray, "n 2"],
    yaw_b: Float[np.ndarray, " n"],
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Smallest distance of a corner to the other rectangle, and the largest separation along any of the four axes."""
    a_to_b, apart_b = _corners_to_rectangle(rectangle_corners(center_a, size_a, yaw_a), center_b, size_b, yaw_b)
    b_to_a, apart_a = _corners_to_rectangle(rectangle_corners(center_b, size_b, yaw_b), center_a, size_a, yaw_a)
    return np.minimum(a_to_b, b_to_a), np.maximum(apart_a, apart_b)


def _corners_to_rectangle(
    points: Float[np.ndarray, "n 4 2"],
    center: Float[np.ndarray, "n 2"],
    size: Float[np.ndarray, "n 2"],
    yaw: Float[np.ndarray, " n"],
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Smallest corner distance to a rectangle, and how far its axes separate the two (negative: overlap)."""
    relative = points - center[:, None, :]
    cos, sin = np.cos(yaw)[:, None], np.sin(yaw)[:, None]
    along = relative[..., 0] * cos + relative[..., 1] * sin
    across = relative[..., 1] * cos - relative[..., 0] * sin
    local = np.stack([along, across], axis=-1)
    half = size[:, None, :] / 2
    outside = np.maximum(np.abs(local) - half, 0.0)
    distance = np.sqrt((outside**2).sum(axis=-1)).min(axis=1)
    apart = np.maximum(local.min(axis=1) - half[:, 0], -half[:, 0] - local.max(axis=1))
    return distance, apart.max(axis=1)
