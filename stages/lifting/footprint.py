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
def _closeness(
    along: Float64[np.ndarray, " n"], across: Float64[np.ndarray, " n"], trim: int, nearest_m: float
) -> float:
    """Sum over points of one over the distance to the nearest side of the rectangle round them."""
    low_a, high_a = _ends(along, trim)
    low_b, high_b = _ends(across, trim)
    total = 0.0
    for k in range(len(along)):
        a, b = along[k], across[k]
        gap = min(min(abs(a - low_a), abs(high_a - a)), min(abs(b - low_b), abs(high_b - b)))
        total += 1.0 / max(gap, nearest_m)
    return total


@compiled
def _ends(values: Float64[np.ndarray, " n"], trim: int) -> tuple[float, float]:
    """Values below and above which `trim` others lie."""
    kept = min(trim, _SORTED - 1) + 1
    low, high = np.full(kept, np.inf), np.full(kept, -np.inf)
    lowest, highest = np.inf, -np.inf  # of those kept, the ones that the next value must pass
    for value in values:
        if value < lowest:
            j = kept - 1
            while j > 0 and low[j - 1] > value:
                low[j] = low[j - 1]
                j -= 1
            low[j] = value
            lowest = low[kept - 1]
        if value > highest:
            j = kept - 1
            while j > 0 and high[j - 1] < value:
                high[j] = high[j - 1]
                j -= 1
            high[j] = value
            highest = high[kept - 1]
    return lowest, highest


@compiled
def _turned(
    points: Float64[np.ndarray, "n 2"], cos: float, sin: float, out: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " n"]:
    for k in range(len(points)):
        out[k] = points[k, 0] * cos + points[k, 1] * sin
    return out


@compiled
def ends(points: Float64[np.ndarray, "n 2"], cos: float, sin: float, trim: int) -> tuple[float, float]:
    """Positions along a direction below and above which `trim` points lie."""
    return _ends(_turned(points, cos, sin, np.empty(len(points))), trim)


@compiled
def _search(points_xy: Float64[np.ndarray, "n 2"], trim: int, nearest_m: float) -> float:
    best, best_yaw, middle = -1.0, 0.0, 0.0
    step = np.pi / 2 / _COARSE
    along, across = np.empty(len(points_xy)), np.empty(len(points_xy))
    for k in range(_COARSE + 2 * _FINE):
        if k == _COARSE:
            middle = best_yaw
        fine = (k - _COARSE) // 2 + 1
        yaw = k * step if k < _COARSE else middle + (-1 if (k - _COARSE) % 2 == 0 else 1) * fine * step / (_FINE + 1)
        cos, sin = np.cos(yaw), np.sin(yaw)
        _turned(points_xy, cos, sin, along)
        _turned(points_xy, -sin, cos, across)
        score = _closeness(along, across, trim, nearest_m)
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
