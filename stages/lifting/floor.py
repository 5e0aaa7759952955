"""The floor of a view: the lowest large horizontal plane in its depth."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Float64

from stages.lifting.params import FloorParams
from stages.lifting.points import Camera

_STRIDE_PX = 4
_THICK_M = 0.03  # points within this of a plane lie on it; depth noise of a few metres stays inside


def floor_height(depth_m: Float32[np.ndarray, "h w"], camera: Camera, params: FloorParams) -> float:
    """Height of the floor in view space, metres; NaN where no plane is large and low enough.

    Args:
        depth_m: Depth along the optical axis; NaN: none.
        camera: Intrinsics and levelling of the view.
        params: Which plane is a floor.
    """
    fx, fy, cx, cy = camera.intrinsics_px
    z = depth_m[::_STRIDE_PX, ::_STRIDE_PX].astype(np.float64)
    y, x = np.mgrid[: depth_m.shape[0] : _STRIDE_PX, : depth_m.shape[1] : _STRIDE_PX]
    up = camera.view_from_cam[2]
    heights = (up[0] * (x - cx) / fx + up[1] * (y - cy) / fy + up[2]) * z
    return lowest_plane(np.sort(heights[np.isfinite(heights)]), params)


def lowest_plane(heights: Float64[np.ndarray, " n"], params: FloorParams) -> float:
    """Middle of the lowest dense layer of sorted heights, NaN where none is dense enough or too much lies below."""
    if len(heights) == 0:
        return np.nan
    last = np.searchsorted(heights, heights + 2 * _THICK_M, side="right")
    share = (last - np.arange(len(heights))) / len(heights)
    below = np.arange(len(heights)) / len(heights)
    dense = np.flatnonzero((share >= params.min_share) & (below <= params.max_below))
    if len(dense) == 0:
        return np.nan
    first = heights[dense[0]]  # climb to the densest layer that begins inside the first dense one
    near = dense[heights[dense] <= first + 2 * _THICK_M]
    best = int(near[np.argmax(share[near])])
    return float(np.median(heights[best : last[best]]))
