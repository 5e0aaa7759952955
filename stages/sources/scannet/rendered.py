"""Cameras for scans without frames: someone walks over the visible floor and films the objects."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from stages.render.frames import DEPTH_UNIT_M
from stages.schema.records import Vec4, ViewRow

FLOOR_BAND_M = 0.15  # vertices this near the floor's height are floor
LOW_M, HIGH_M = 0.2, 1.8  # what lies between blocks the way
STRAYS = 2  # so many vertices in a cell may be noise


def free_cells(
    vertices_w: Float[np.ndarray, "v 3"], floor_z_m: float, cell_m: float
) -> tuple[Bool[np.ndarray, "y x"], tuple[float, float]]:
    """Cells where a person can stand: floor was seen, nothing stands between knee and head.

    Returns:
        Grid (rows along y, columns along x) and the world x, y of the centre of cell (0, 0).
    """
    low_xy = vertices_w[:, :2].min(axis=0)
    cells = np.floor((vertices_w[:, :2] - low_xy) / cell_m).astype(np.int64)
    columns, rows = cells.max(axis=0) + 1
    flat = cells[:, 1] * columns + cells[:, 0]
    height_m = vertices_w[:, 2] - floor_z_m
    floor = np.bincount(flat[np.abs(height_m) < FLOOR_BAND_M], minlength=rows * columns) > 0
    blocked = np.bincount(flat[(height_m > LOW_M) & (height_m < HIGH_M)], minlength=rows * columns) > STRAYS
    x, y = low_xy + cell_m / 2
    return (floor & ~blocked).reshape(rows, columns), (float(x), float(y))


def pinhole_px(width_px: int, height_px: int, fov_deg: float) -> Vec4:
    """fx, fy, cx, cy of a camera with square pixels; `fov_deg` spans the width, edge to edge."""
    focal_px = width_px / 2 / float(np.tan(np.radians(fov_deg) / 2))
    return focal_px, focal_px, (width_px - 1) / 2, (height_px - 1) / 2


def views_without_pictures(
    scene_id: str, poses: Float[np.ndarray, "n 4 4"], size_wh: tuple[int, int], fov_deg: float
) -> list[ViewRow]:
    """One view per pose, to be rendered: its camera is exactly known."""
    intrinsics_px = pinhole_px(*size_wh, fov_deg)
    return [
        ViewRow(
            f"{scene_id}/{frame}", scene_id, frame, *size_wh, intrinsics_px=intrinsics_px,
            world_from_cam=pose.ravel().tolist(), depth_scale_m=DEPTH_UNIT_M,
            intrinsics_by="exact", pose_by="exact", depth_by="exact",
        )
        for frame, pose in enumerate(poses)
    ]  # fmt: skip
