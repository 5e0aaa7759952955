"""Soft shadows of the main lights: one ray for every second pixel and light, spread over the light, then evened out.

Neighbouring rays go to different spots of the light; a blur over pixels on one surface turns them into penumbrae.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from stages.compiled import compiled
from stages.render.hits import Hits
from stages.render.lights import SPOT_OF_PIXEL, SPOTS, Lights, unblocked
from stages.render.rays import RayScene

STEP = 2  # pixels between shadow rays
PLANE_M = 0.02  # samples further than this off the tangent plane belong to another surface
NORMAL_COS = 0.85
BLUR = np.array([1.0, 1.0, 0.5], np.float32)


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
    position, normal, chosen, spot = _sampled(hits.position, hits.normal, row_of_pixel.reshape(height, width))
    samples = position.shape[0] * position.shape[1]
    share = np.zeros((samples, n_sharp), np.float32)
    for k in range(n_sharp):
        p, n = position.reshape(-1, 3)[chosen], normal.reshape(-1, 3)[chosen]
        share[chosen, k] = unblocked(lights, k, scene, p, n, spot)
    return ShadowGrid(position, normal, _evened(position, normal, share.reshape(*position.shape[:2], n_sharp)))


@compiled
def _sampled(
    hit_position: np.ndarray, hit_normal: np.ndarray, row_of_pixel: np.ndarray
) -> tuple[Float32[np.ndarray, "y x 3"], Float32[np.ndarray, "y x 3"], np.ndarray, np.ndarray]:
    """Pick every STEP-th pixel: its place and normal; numbers of the samples that have a hit, and their light spots."""
    height, width = (row_of_pixel.shape[0] + STEP - 1) // STEP, (row_of_pixel.shape[1] + STEP - 1) // STEP
    position, normal = np.zeros((height, width, 3), np.float32), np.zeros((height, width, 3), np.float32)
    chosen, spot = np.empty(height * width, np.int64), np.empty(height * width, np.int32)
    n = 0
    for y in range(height):
        for x in range(width):
            row = row_of_pixel[y * STEP, x * STEP]
            if row >= 0:
                for c in range(3):
                    position[y, x, c], normal[y, x, c] = hit_position[row, c], hit_normal[row, c]
                chosen[n], spot[n] = y * width + x, SPOT_OF_PIXEL[y % 4, x % 4]
                n += 1
    return position, normal, chosen[:n], spot[:n]


@compiled
def _same_surface(position: np.ndarray, normal: np.ndarray, place: np.ndarray, facing: np.ndarray) -> bool:
    """Tell whether a sample at `place` lies on the smooth surface through `position`."""
    if normal[0] * facing[0] + normal[1] * facing[1] + normal[2] * facing[2] < NORMAL_COS:
        return False
    off = np.float32(0.0)
    for c in range(3):
        off += normal[c] * (place[c] - position[c])
    return bool(abs(off) < PLANE_M)


@compiled
def _mixed(share: np.ndarray, y: int, x: int, k: int) -> bool:
    """Tell whether the samples two steps around one differ from it."""
    height, width, _ = share.shape
    for j in range(max(0, y - 2), min(height, y + 3), 2):
        for i in range(max(0, x - 2), min(width, x + 3), 1):
            if share[j, i, k] != share[y, x, k]:
                return True
    return False


@compiled
def _evened(position: np.ndarray, normal: np.ndarray, share: np.ndarray) -> Float32[np.ndarray, "y x l"]:
    """Average each sample with its 5 by 5 neighbours on the same surface, where they are not all alike."""
    height, width, count = share.shape
    out = share.copy()
    for y in range(height):
        for x in range(width):
            for k in range(count):
                if not _mixed(share, y, x, k):
                    continue
                total, weight = np.float32(0.0), np.float32(0.0)
                for j in range(max(0, y - 2), min(height, y + 3)):
                    for i in range(max(0, x - 2), min(width, x + 3)):
                        if _same_surface(position[y, x], normal[y, x], position[j, i], normal[j, i]):
                            edge = BLUR[abs(j - y)] * BLUR[abs(i - x)]
                            total += edge * share[j, i, k]
                            weight += edge
                if weight > 0:
                    out[y, x, k] = total / weight
    return out


def shares(
    grid: ShadowGrid, pixels_px: Float32[np.ndarray, "n 2"], hits: Hits, lights: Lights, scene: RayScene
) -> Float32[np.ndarray, "n l"]:
    """Return the share of each main light for hits seen at pixel positions; rays are cast where no sample fits."""
    out = _looked_up(grid.position, grid.normal, grid.share, pixels_px, hits.position, hits.normal)
    lost = np.flatnonzero(out[:, 0] < 0) if out.shape[1] else np.zeros(0, np.int64)
    for k in range(out.shape[1] if len(lost) else 0):
        spot = (lost % SPOTS).astype(np.int32)
        out[lost, k] = unblocked(lights, k, scene, hits.position[lost], hits.normal[lost], spot)
    return out


@compiled
def _looked_up(
    grid_position: np.ndarray,
    grid_normal: np.ndarray,
    share: np.ndarray,
    pixels_px: np.ndarray,
    position: np.ndarray,
    normal: np.ndarray,
) -> Float32[np.ndarray, "n l"]:
    """Interpolate between the samples around a pixel that lie on its surface; -1 where there is none.

    Where all samples around agree, their value is taken whatever they lie on.
    """
    height, width, count = share.shape
    out = np.zeros((len(pixels_px), count), np.float32)
    for i in range(len(pixels_px)):
        at_x, at_y = pixels_px[i, 0] / np.float32(STEP), pixels_px[i, 1] / np.float32(STEP)
        x0, y0 = max(0, int(np.floor(at_x))), max(0, int(np.floor(at_y)))
        x1, y1 = min(x0 + 1, width - 1), min(y0 + 1, height - 1)
        agree = True
        for k in range(count):
            s = share[y0, x0, k]
            agree = agree and s == share[y0, x1, k] and s == share[y1, x0, k] and s == share[y1, x1, k]
        if agree:
            out[i] = share[y0, x0]
            continue
        total = np.float32(0.0)
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                if _same_surface(position[i], normal[i], grid_position[y, x], grid_normal[y, x]):
                    weight = (np.float32(1.001) - abs(at_x - x)) * (np.float32(1.001) - abs(at_y - y))
                    total += weight
                    for k in range(count):
                        out[i, k] += weight * share[y, x, k]
        for k in range(count):
            out[i, k] = out[i, k] / total if total > 0 else np.float32(-1.0)
    return out
