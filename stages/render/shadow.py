"""Soft shadows of the main lights: one ray for every second pixel and light, spread over the light, then evened out.

Neighbouring rays go to different spots of the light; a blur over pixels on one surface turns them into penumbrae.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from stages.render.compiled import compiled
from stages.render.hits import Hits
from stages.render.lights import SPOT_OF_PIXEL, Lights, unblocked
from stages.render.rays import RayScene

STEP = 2  # pixels between shadow rays
PLANE_M = 0.02  # samples further than this off the tangent plane belong to another surface
NORMAL_COS = 0.85


@dataclass(frozen=True)
class ShadowGrid:
    """Share of each main light that reaches the samples of a coarse grid over one picture; normal 0: no sample."""

    position: Float32[np.ndarray, "y x 3"]
    normal: Float32[np.ndarray, "y x 3"]
    share: Float32[np.ndarray, "y x l"]


def shadow_grid(
    hits: Hits, row_of_pixel: np.ndarray, size_wh: tuple[int, int], lights: Lights, n_sharp: int, scene: RayScene
) -> ShadowGrid:
    """Cast shadow rays for every STEP-th pixel and even them out.

    Args:
        hits: Hits of the picture's pixels.
        row_of_pixel: Row of `hits` for each pixel, -1 where nothing was hit.
        size_wh: Size of the picture.
        lights: All lights; the first `n_sharp` are asked.
        n_sharp: Number of lights with shadows per pixel.
        scene: What blocks light.
    """
    width, height = size_wh
    rows = row_of_pixel.reshape(height, width)[::STEP, ::STEP]
    y, x = np.nonzero(rows >= 0)
    chosen = rows[y, x]
    position, normal = np.zeros((*rows.shape, 3), np.float32), np.zeros((*rows.shape, 3), np.float32)
    position[y, x], normal[y, x] = hits.position[chosen], hits.normal[chosen]
    share = np.zeros((*rows.shape, n_sharp), np.float32)
    for k in range(n_sharp):
        share[y, x, k] = unblocked(lights, k, scene, position[y, x], normal[y, x], SPOT_OF_PIXEL[y % 4, x % 4])
    return ShadowGrid(position, normal, _evened(position, normal, share, PLANE_M, NORMAL_COS))


@compiled
def _same_surface(
    p: np.ndarray, n: np.ndarray, q: np.ndarray, m: np.ndarray, plane_m: float, normal_cos: float
) -> bool:
    """Tell whether two samples lie on one smooth surface."""
    if n[0] * m[0] + n[1] * m[1] + n[2] * m[2] < normal_cos:
        return False
    return abs(n[0] * (q[0] - p[0]) + n[1] * (q[1] - p[1]) + n[2] * (q[2] - p[2])) < plane_m


@compiled
def _evened(
    position: np.ndarray, normal: np.ndarray, share: np.ndarray, plane_m: float, normal_cos: float
) -> Float32[np.ndarray, "y x l"]:
    """Average each sample with its 5 by 5 neighbours on the same surface, where they are not all alike."""
    height, width, count = share.shape
    out = share.copy()
    for y in range(height):
        for x in range(width):
            y1, y2, x1, x2 = max(0, y - 2), min(height, y + 3), max(0, x - 2), min(width, x + 3)
            for k in range(count):
                first, mixed = share[y, x, k], False
                for j in range(y1, y2):
                    for i in range(x1, x2):
                        mixed = mixed or share[j, i, k] != first
                if not mixed:
                    continue
                total, weight = np.float32(0.0), np.float32(0.0)
                for j in range(y1, y2):
                    for i in range(x1, x2):
                        edge = (0.5 if abs(j - y) == 2 else 1.0) * (0.5 if abs(i - x) == 2 else 1.0)
                        if _same_surface(position[y, x], normal[y, x], position[j, i], normal[j, i], plane_m, normal_cos):
                            total += edge * share[j, i, k]
                            weight += edge
                if weight > 0:
                    out[y, x, k] = total / weight
    return out


def shares(
    grid: ShadowGrid, pixels_px: Float32[np.ndarray, "n 2"], hits: Hits, lights: Lights, scene: RayScene
) -> Float32[np.ndarray, "n l"]:
    """Return the share of each main light at hits seen at given pixel positions; rays are cast where no sample fits."""
    out = _looked_up(
        grid.position, grid.normal, grid.share, pixels_px / np.float32(STEP), hits.position, hits.normal, PLANE_M, NORMAL_COS
    )
    lost = np.flatnonzero(out[:, 0] < 0) if out.shape[1] else np.zeros(0, np.int64)
    for k in range(out.shape[1]):
        spot = (lost % 16).astype(np.int32)
        out[lost, k] = unblocked(lights, k, scene, hits.position[lost], hits.normal[lost], spot)
    return out


@compiled
def _looked_up(
    grid_position: np.ndarray,
    grid_normal: np.ndarray,
    share: np.ndarray,
    at: np.ndarray,
    position: np.ndarray,
    normal: np.ndarray,
    plane_m: float,
    normal_cos: float,
) -> Float32[np.ndarray, "n l"]:
    """Interpolate between the samples around a place that lie on its surface; -1 where there is none."""
    height, width, count = share.shape
    out = np.zeros((len(at), count), np.float32)
    for i in range(len(at)):
        x0, y0 = int(np.floor(at[i, 0])), int(np.floor(at[i, 1]))
        total = np.float32(0.0)
        for y in range(y0, y0 + 2):
            for x in range(x0, x0 + 2):
                if y < 0 or x < 0 or y >= height or x >= width:
                    continue
                weight = (1.0 - abs(at[i, 0] - x)) * (1.0 - abs(at[i, 1] - y)) + 1e-3
                if _same_surface(position[i], normal[i], grid_position[y, x], grid_normal[y, x], plane_m, normal_cos):
                    total += weight
                    for k in range(count):
                        out[i, k] += weight * share[y, x, k]
        for k in range(count):
            out[i, k] = out[i, k] / total if total > 0 else -1.0
    return out
