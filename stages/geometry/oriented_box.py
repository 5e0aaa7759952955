"""Oriented boxes fitted to points: upright, tight in the floor plane, robust to a few strays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.spatial import ConvexHull, QhullError

_FITS = 3  # the first fit turns with the strays, later ones without them
_FEWEST = 3  # points from which a turn can be told
_SQUARE = 0.01  # sides that differ by less (relative) do not decide the order of the axes


@dataclass(frozen=True)
class OrientedBox:
    """Centre, full extents along the axes, and the rotation whose columns are the axes."""

    center_w: Float[np.ndarray, " 3"]
    size_m: Float[np.ndarray, " 3"]
    world_from_box: Float[np.ndarray, "3 3"]


def fit_upright_box(points_w: Float[np.ndarray, "n 3"], trim_fraction: float) -> OrientedBox:
    """Fit the upright box with the smallest footprint.

    The third axis is up. The first is the longer horizontal side; of a square, the side nearest to world x. It points
    to +x (to +y where x is 0), so the same points in any order give the same box.

    Args:
        points_w: At least one point, z up, metres.
        trim_fraction: Quantile of the points at which the box ends on either side of each axis, 0 to below 0.5;
            0.002 cuts strays of a scanned surface and takes less than 1 % off a clean one.

    Raises:
        ValueError: There are no points.

    Example:
        >>> box = fit_upright_box(np.array([[0.0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 3]]), 0.0)
        >>> box.center_w.tolist(), box.size_m.tolist()
        ([1.0, 0.5, 1.5], [2.0, 1.0, 3.0])
    """
    if len(points_w) == 0:
        raise ValueError("a box needs at least one point")
    kept = np.ones(len(points_w), dtype=np.bool_)
    for _ in range(_FITS):
        yaw = _ordered_yaw(points_w[kept, :2])
        rotation = _rotation(yaw)
        local = points_w @ rotation
        low, high = np.quantile(local, [trim_fraction, 1 - trim_fraction], axis=0)
        kept = ((local >= low) & (local <= high)).all(axis=1)
        if kept.sum() < _FEWEST:
            break
    return OrientedBox(rotation @ ((low + high) / 2), high - low, rotation)


def smallest_rectangle_yaw(points_xy: Float[np.ndarray, "n 2"]) -> float:
    """Turn of a side of the rectangle of smallest area round the points, radians in [0, pi/2).

    The rectangle shares a side with the convex hull, so only the hull's edges are tried; the first of equals wins.
    """
    edges = _hull_edges(points_xy)
    yaws = np.sort(np.mod(np.arctan2(edges[:, 1], edges[:, 0]), np.pi / 2))
    cos, sin = np.cos(yaws), np.sin(yaws)
    along = points_xy @ np.stack([cos, sin])
    across = points_xy @ np.stack([-sin, cos])
    area = np.ptp(along, axis=0) * np.ptp(across, axis=0)
    return float(yaws[np.flatnonzero(area <= area.min() * (1 + 1e-9) + 1e-12)[0]])


def _hull_edges(points_xy: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, "k 2"]:
    centered = points_xy - points_xy.mean(axis=0)
    spread, axes = np.linalg.svd(centered, full_matrices=False)[1:]
    if len(points_xy) < 3 or spread[1] <= 1e-9 * max(spread[0], 1e-9):  # on one line: there is no hull
        return axes[:1]
    try:
        corners = centered[ConvexHull(centered).vertices]
    except QhullError:  # so near to one line that rounding decides
        return axes[:1]
    edges: Float[np.ndarray, "k 2"] = np.roll(corners, -1, axis=0) - corners
    return edges


def _ordered_yaw(points_xy: Float[np.ndarray, "n 2"]) -> float:
    """Yaw of the longer side of the smallest rectangle, in (-pi/2, pi/2]."""
    yaw = smallest_rectangle_yaw(points_xy)
    long, short = np.ptp(points_xy @ _rotation(yaw)[:2, :2], axis=0)
    near_square = abs(long - short) <= _SQUARE * max(long, short)
    if (near_square and yaw > np.pi / 4) or (not near_square and short > long):
        yaw += np.pi / 2
    return yaw if yaw <= np.pi / 2 else yaw - np.pi


def _rotation(yaw: float) -> Float[np.ndarray, "3 3"]:
    cos, sin = np.cos(yaw), np.sin(yaw)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
