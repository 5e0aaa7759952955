"""The rectangle that an oriented box fills in a picture, for annotation that has boxes in space alone."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float

from stages.geometry.boxes import corners
from stages.geometry.oriented_box import OrientedBox
from stages.schema.records import Vec4

_NEAR_M = 0.05  # what is nearer to the camera's plane is cut off before it is projected
_EDGES = [(a, b) for a in range(8) for b in range(a) if bin(a ^ b).count("1") == 1]


@dataclass(frozen=True)
class Rectangle:
    """What a box fills of a picture.

    Attributes:
        box_px: x1, y1, x2, y2 inside the picture.
        area_px: Area of its outline inside the picture.
        truncated_fraction: Share of the outline outside.
    """

    box_px: Vec4
    area_px: float
    truncated_fraction: float


def rectangle_of(
    box: OrientedBox, cam_from_world: Float[np.ndarray, "4 4"], intrinsics_px: Vec4, size_wh: tuple[int, int]
) -> Rectangle | None:
    """Project a box; what lies behind the camera is cut off. None where nothing of it is in the picture."""
    found = corners(box.center_w[None], box.size_m[None], box.world_from_box[None])[0]
    points_c = _in_front(found @ cam_from_world[:3, :3].T + cam_from_world[:3, 3])
    if len(points_c) < 3:
        return None
    fx, fy, cx, cy = intrinsics_px
    edges_px = points_c[:, :2] / points_c[:, 2:] * [fx, fy] + [cx + 0.5, cy + 0.5]  # from the corner, as boxes are
    outline_px = cv2.convexHull(edges_px.astype(np.float32))[:, 0]
    width, height = size_wh
    frame_px = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    area_px, inside_px = cv2.intersectConvexConvex(outline_px, frame_px)
    whole_px = float(cv2.contourArea(outline_px))
    if inside_px is None or not (area_px > 0 and whole_px > 0):
        return None
    x1, y1 = np.maximum(inside_px.reshape(-1, 2).min(axis=0), 0.0).tolist()
    x2, y2 = np.minimum(inside_px.reshape(-1, 2).max(axis=0), [width, height]).tolist()
    truncated = min(max(1 - float(area_px) / whole_px, 0.0), 1.0)
    return (
        Rectangle((x1, y1, x2, y2), min(float(area_px), (x2 - x1) * (y2 - y1)), truncated)
        if x2 > x1 and y2 > y1
        else None
    )


def overlap(a: Vec4, b: Vec4) -> float:
    """Area of the overlap over that of the union of two rectangles.

    Example:
        >>> overlap((0, 0, 2, 1), (1, 0, 3, 1))
        0.3333333333333333
    """
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    both = max(width, 0.0) * max(height, 0.0)
    either = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both
    return both / either if either > 0 else 0.0


def _in_front(corners_c: Float[np.ndarray, "8 3"]) -> Float[np.ndarray, "n 3"]:
    """Corners in front of the camera, and where edges cross the near plane; corners differ by bits of their index."""
    front = corners_c[:, 2] >= _NEAR_M
    crossings = []
    for a, b in _EDGES:
        if front[a] != front[b]:
            share = (_NEAR_M - corners_c[a, 2]) / (corners_c[b, 2] - corners_c[a, 2])
            crossings.append(corners_c[a] + share * (corners_c[b] - corners_c[a]))
    return np.concatenate([corners_c[front], np.array(crossings).reshape(-1, 3)])
