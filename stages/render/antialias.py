"""Smooth edges: pixels at borders between objects, materials or surfaces are seen through more than one ray."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float32, Int32

from stages.compiled import compiled

# Further rays of an edge pixel, in pixels from its centre; with the centre they cover the pixel evenly.
OFFSETS_PX: Float32[np.ndarray, "3 2"] = np.array([[0.32, 0.18], [-0.30, 0.26], [-0.04, -0.36]], np.float32)
VISIBLE = 0.04  # smaller relative differences between neighbours need no smoothing
BRIGHT = 1.6  # light above this is cut before averaging, or the edges of lamps would stay jagged


@compiled
def edges(
    label: Int32[np.ndarray, "h w"],
    depth_m: Float32[np.ndarray, "h w"],
    normal: Float32[np.ndarray, "h w 3"],
    light: Float32[np.ndarray, "h w 3"],
) -> Bool[np.ndarray, "h w"]:
    """Mark pixels that meet a neighbour at a border which can be seen: another label, a jump in depth, a crease."""
    height, width = label.shape
    out = np.zeros((height, width), np.bool_)
    for y in range(height):
        for x in range(width):
            for step in range(2):
                j, i = min(y + step, height - 1), min(x + 1 - step, width - 1)
                if not _contrast(light[y, x], light[j, i]):
                    continue
                differs = label[y, x] != label[j, i]
                if not differs and label[y, x] >= 0:
                    jump = abs(depth_m[y, x] - depth_m[j, i]) > 0.06 * min(depth_m[y, x], depth_m[j, i])
                    differs = jump or _cosine(normal[y, x], normal[j, i]) < 0.85
                if differs:
                    out[y, x] = True
                    out[j, i] = True
    return out


@compiled
def _contrast(a: np.ndarray, b: np.ndarray) -> bool:
    gap = abs(a[0] - b[0]) + abs(a[1] - b[1]) + abs(a[2] - b[2])
    return bool(gap > VISIBLE * (a[0] + a[1] + a[2] + b[0] + b[1] + b[2]))


@compiled
def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


def averaged(center: Float32[np.ndarray, "n 3"], others: Float32[np.ndarray, "k n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Return the mean of an edge pixel's rays, with very bright ones cut."""
    total = np.minimum(center, BRIGHT) + np.minimum(others, BRIGHT).sum(axis=0)
    mean: np.ndarray = total / np.float32(1 + len(others))
    return mean
