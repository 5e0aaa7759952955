"""Static regions of a depth frame, and the same surface in another frame.

A region is a piece of surface that bends outward only: a box on a table shows top and sides as one piece, and ends
where it meets the table (a concave edge) or where depth jumps. No colour, no labels, nothing random.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

Intrinsics = tuple[float, float, float, float]  # fx, fy, cx, cy

_REACH_PX = 5  # between the pixels that a normal, and a bend, are taken from
_JUMP_REL = 0.02  # bend of inverse depth over that reach that is an edge
_CONCAVE = np.sin(np.radians(12))  # normals that turn towards each other by more belong to two regions
_GROW_M, _GROW_REL = 0.01, 0.005  # a pixel near a region, this near to its plane, belongs to it
_SAME_M, _SAME_REL = 0.015, 0.015  # depths that differ by less show the same surface
_HOLE_PX = 5  # gaps in a carried mask that noise makes


@dataclass(frozen=True)
class RegionLimits:
    """Which regions are used.

    Attributes:
        min_area_px: Smaller ones are left out.
        max_share: So are those larger than this share of the picture (walls, the floor).
        min_carried: And those of which the other frame shows less.
    """

    min_area_px: int = 900
    max_share: float = 0.2
    min_carried: float = 0.85


def points_of(depth_m: np.ndarray, intrinsics_px: Intrinsics) -> np.ndarray:
    """Back-project every pixel, camera frame, metres (height, width, 3)."""
    fx, fy, cx, cy = intrinsics_px
    y, x = np.indices(depth_m.shape)
    z = depth_m.astype(np.float64)
    return np.stack([(x - cx) / fx * z, (y - cy) / fy * z, z], axis=-1)


def normals_of(points_c: np.ndarray, intrinsics_px: Intrinsics) -> np.ndarray:
    """Unit normals towards the camera; NaN beside depth edges, holes and the border."""
    inverse = _smooth_inverse(points_c[..., 2])
    right, left, below, above = (_shifted(inverse, dx, dy) for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)))
    slope_x, slope_y = (right - left) / (2 * _REACH_PX), (below - above) / (2 * _REACH_PX)
    fx, fy, cx, cy = intrinsics_px
    y, x = np.indices(inverse.shape)
    normal = np.stack([-slope_x * fx, -slope_y * fy, slope_x * (x - cx) + slope_y * (y - cy) - inverse], axis=-1)
    with np.errstate(invalid="ignore"):
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        bend = np.maximum(np.abs(right + left - 2 * inverse), np.abs(above + below - 2 * inverse))
        normal[~(bend < _JUMP_REL * inverse)] = np.nan
    return normal


def regions_of(depth_m: np.ndarray, intrinsics_px: Intrinsics, limits: RegionLimits) -> np.ndarray:
    """Number the regions of a frame from 1 in reading order of their first pixel; 0: none."""
    points = points_of(depth_m, intrinsics_px)
    normals = normals_of(points, intrinsics_px)
    inside = np.isfinite(normals).all(axis=-1) & ~_concave(points, normals)
    pieces, count = ndimage.label(inside)
    area = np.bincount(pieces.ravel(), minlength=count + 1)
    keep = (area >= limits.min_area_px) & (area <= limits.max_share * depth_m.size)
    keep[0] = False
    numbers = np.where(keep, np.cumsum(keep), 0)
    return _grown(numbers[pieces], points, normals)


def carry(
    numbers_a: np.ndarray, depth_a_m: np.ndarray, depth_b_m: np.ndarray, b_from_a: np.ndarray, intrinsics_px: Intrinsics
) -> tuple[np.ndarray, np.ndarray]:
    """Regions of two frames that show the same surface.

    A pixel keeps its region if the other frame has a surface where its point falls, at the same depth.

    Args:
        numbers_a: Regions of frame A; 0: none.
        depth_a_m: Depth of A.
        depth_b_m: Depth of B.
        b_from_a: Pose of A's camera in B's.
        intrinsics_px: Of both.

    Returns:
        Regions of A that B shows too, and the regions of B.
    """
    at_b = same_surface(depth_a_m, depth_b_m, b_from_a, intrinsics_px)
    at_a = same_surface(depth_b_m, depth_a_m, np.linalg.inv(b_from_a), intrinsics_px)
    seen_a = np.where(at_b >= 0, numbers_a, 0)
    seen_b = np.where(at_a >= 0, numbers_a.ravel()[at_a], 0)
    return np.where(numbers_a > 0, _without_holes(seen_a), 0), _without_holes(seen_b)


def same_surface(
    depth_m: np.ndarray, other_m: np.ndarray, other_from_this: np.ndarray, intrinsics_px: Intrinsics
) -> np.ndarray:
    """Pixel of the other frame (row by row) that shows each pixel's point; -1: none does."""
    height, width = other_m.shape
    fx, fy, cx, cy = intrinsics_px
    points = points_of(depth_m, intrinsics_px) @ other_from_this[:3, :3].T + other_from_this[:3, 3]
    ahead = points[..., 2] > 0.05  # false for NaN
    z = np.where(ahead, points[..., 2], 1.0)
    x = np.where(ahead, np.rint(points[..., 0] / z * fx + cx), -1.0)
    y = np.where(ahead, np.rint(points[..., 1] / z * fy + cy), -1.0)
    inside = ahead & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    at = np.where(inside, y * width + x, 0).astype(np.int64)
    with np.errstate(invalid="ignore"):
        same = inside & (np.abs(other_m.ravel()[at] - z) <= np.maximum(_SAME_M, _SAME_REL * z))
    return np.where(same, at, -1)


def _without_holes(numbers: np.ndarray) -> np.ndarray:
    """Close gaps that noise made: between pixels of one region, never over another's."""
    closed = numbers.copy()
    kernel = np.ones((_HOLE_PX, _HOLE_PX), np.uint8)
    for index, place in enumerate(ndimage.find_objects(numbers)):
        if place is not None:
            mask = (numbers[place] == index + 1).astype(np.uint8)
            full = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, kernel, borderValue=0) > 0
            closed[place] = np.where(full & (closed[place] == 0), index + 1, closed[place])
    return closed


def _smooth_inverse(depth_m: np.ndarray) -> np.ndarray:
    """One over depth, the mean of what is known within two pixels."""
    inverse = np.where(depth_m > 0, 1.0 / np.where(depth_m > 0, depth_m, 1.0), 0.0)
    known = cv2.boxFilter((inverse > 0).astype(np.float64), -1, (5, 5), normalize=False)
    total = cv2.boxFilter(inverse, -1, (5, 5), normalize=False)
    return np.where(known > 12, total / np.maximum(known, 1), np.nan)  # of 25


def _shifted(values: np.ndarray, dx: int, dy: int) -> np.ndarray:
    """Value of the pixel that lies the reach away; NaN outside."""
    out = np.full_like(values, np.nan)
    rows, columns = values.shape[:2]
    x, y = dx * _REACH_PX, dy * _REACH_PX
    out[max(-y, 0) : rows - max(y, 0), max(-x, 0) : columns - max(x, 0)] = values[
        max(y, 0) : rows + min(y, 0), max(x, 0) : columns + min(x, 0)
    ]
    return out


def _concave(points_c: np.ndarray, normals_c: np.ndarray) -> np.ndarray:
    """Tell where the normals left and right, or above and below, turn towards each other."""
    concave = np.zeros(points_c.shape[:2], dtype=bool)
    for dx, dy in ((1, 0), (0, 1)):
        (to, to_normal), (from_, from_normal) = (_beside(points_c, normals_c, sign * dx, sign * dy) for sign in (1, -1))
        with np.errstate(invalid="ignore"):
            turn = ((to_normal - from_normal) * (to - from_)).sum(axis=-1)
            concave |= turn < -_CONCAVE * np.linalg.norm(to - from_, axis=-1)
    return concave


def _beside(points_c: np.ndarray, normals_c: np.ndarray, dx: int, dy: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and normals the reach away; a pixel's own where there are none, else regions join along the border."""
    points, normals = _shifted(points_c, dx, dy), _shifted(normals_c, dx, dy)
    missing = ~np.isfinite(points + normals).all(axis=-1, keepdims=True)
    return np.where(missing, points_c, points), np.where(missing, normals_c, normals)


def _grown(numbers: np.ndarray, points_c: np.ndarray, normals_c: np.ndarray) -> np.ndarray:
    """Give pixels beside a region to it where they lie on its plane: normals end before the surface does."""
    gap, nearest = ndimage.distance_transform_edt(numbers == 0, return_indices=True)
    row, column = nearest
    off = np.abs(((points_c - points_c[row, column]) * normals_c[row, column]).sum(axis=-1))
    with np.errstate(invalid="ignore"):
        on = (gap <= 2 * _REACH_PX) & (off <= np.maximum(_GROW_M, _GROW_REL * points_c[..., 2]))
    grown: np.ndarray = np.where(on | (numbers > 0), numbers[row, column], 0)
    return grown
