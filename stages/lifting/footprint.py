"""Rectangles round points in the floor plane: the smallest one, the one that fits an L, and where they end."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float64

from stages.compiled import compiled

_COARSE, _FINE = 45, 9  # angles tried over a quarter turn, and between neighbours of the best
_NEAREST_M = 0.01  # points closer to a side than this are on it
_SORTED = 64  # most points cut off at one end


def smallest_yaw(points_xy: Float64[np.ndarray, "n 2"]) -> float:
    """Turn of a side of the smallest rectangle round the points, radians in [0, pi / 2)."""
    origin = points_xy.mean(axis=0)  # float32 below: keep the numbers small
    (_, _, degrees) = cv2.minAreaRect((points_xy - origin).astype(np.float32))
    return float(np.mod(np.radians(degrees), np.pi / 2))


@compiled
def _closeness(points_xy: Float64[np.ndarray, "n 2"], yaw: float, trim: int, nearest_m: float) -> float:
    """Mean over points of one over the distance to the nearest side of the rectangle at that turn."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    low_a, high_a = ends(points_xy, cos, sin, trim)
    low_b, high_b = ends(points_xy, -sin, cos, trim)
    total = 0.0
    for k in range(len(points_xy)):
        a = points_xy[k, 0] * cos + points_xy[k, 1] * sin
        b = points_xy[k, 1] * cos - points_xy[k, 0] * sin
        gap = min(min(abs(a - low_a), abs(high_a - a)), min(abs(b - low_b), abs(high_b - b)))
        total += 1.0 / max(gap, nearest_m)
    return total


@compiled
def ends(points: Float64[np.ndarray, "n 2"], cos: float, sin: float, trim: int) -> tuple[float, float]:
    """Positions along a direction below and above which `trim` points lie."""
    kept = min(trim, 63) + 1
    low, high = np.full(64, np.inf), np.full(64, -np.inf)
    for k in range(len(points)):
        value = points[k, 0] * cos + points[k, 1] * sin
        if value < low[kept - 1]:
            j = kept - 1
            while j > 0 and low[j - 1] > value:
                low[j] = low[j - 1]
                j -= 1
            low[j] = value
        if value > high[kept - 1]:
            j = kept - 1
            while j > 0 and high[j - 1] < value:
                high[j] = high[j - 1]
                j -= 1
            high[j] = value
    return low[kept - 1], high[kept - 1]


@compiled
def _search(points_xy: Float64[np.ndarray, "n 2"], trim: int, nearest_m: float) -> float:
    best, best_yaw = -1.0, 0.0
    step = np.pi / 2 / _COARSE
    for k in range(_COARSE):
        score = _closeness(points_xy, k * step, trim, nearest_m)
        if score > best:
            best, best_yaw = score, k * step
    middle = best_yaw
    for k in range(1, _FINE + 1):
        for sign in (-1, 1):
            yaw = middle + sign * k * step / (_FINE + 1)
            score = _closeness(points_xy, yaw, trim, nearest_m)
            if score > best:
                best, best_yaw = score, yaw
    return best_yaw


def corner_yaw(points_xy: Float64[np.ndarray, "n 2"], trim: int, noise_m: float) -> float:
    """Turn of the rectangle that most points lie close to a side of: right for two visible sides, an L from above.

    Args:
        points_xy: Points of vertical surfaces.
        trim: Points to cut off at each end.
        noise_m: Spread of the points across a side.

    Returns:
        Radians in [0, pi / 2).

    Paper:
        Zhang et al., Efficient L-shape fitting for vehicle detection using laser scanners (IV 2017), closeness.
    """
    return float(np.mod(_search(points_xy, trim, max(noise_m, _NEAREST_M)), np.pi / 2))
