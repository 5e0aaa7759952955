"""Smooth edges: pixels at borders between objects, materials or surfaces are seen through more than one ray."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float32, Int32

from stages.render.compiled import compiled

# Further rays of an edge pixel, in pixels from its centre; with the centre they cover the pixel evenly.
OFFSETS_PX: Float32[np.ndarray, "3 2"] = np.array([[0.32, 0.18], [-0.30, 0.26], [-0.04, -0.36]], np.float32)
BRIGHT = 1.6  # light above this is cut before averaging, or the edges of lamps would stay jagged


@compiled
def edges(
    label: Int32[np.ndarray, "h w"], depth_m: Float32[np.ndarray, "h w"], normal: Float32[np.ndarray, "h w 3"]
) -> Bool[np.ndarray, "h w"]:
    """Mark pixels that differ from a neighbour in label, in depth by a jump, or in the direction they face."""
    height, width = label.shape
    out = np.zeros((height, width), np.bool_)
    for y in range(height):
        for x in range(width):
            for step in range(2):
                j, i = y + (step == 0), x + (step == 1)
                if j >= height or i >= width:
                    continue
                differs = label[y, x] != label[j, i]
                if not differs and label[y, x] >= 0:
                    near = min(depth_m[y, x], depth_m[j, i])
                    along = (
                        normal[y, x, 0] * normal[j, i, 0]
                        + normal[y, x, 1] * normal[j, i, 1]
                        + normal[y, x, 2] * normal[j, i, 2]
                    )
                    differs = abs(depth_m[y, x] - depth_m[j, i]) > 0.06 * near or along < 0.85
                if differs:
                    out[y, x] = True
                    out[j, i] = True
    return out


def averaged(center: Float32[np.ndarray, "n 3"], others: Float32[np.ndarray, "k n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Return the mean of an edge pixel's rays, with very bright ones cut."""
    total = np.minimum(center, BRIGHT) + np.minimum(others, BRIGHT).sum(axis=0)
    mean: np.ndarray = total / np.float32(1 + len(others))
    return mean
