"""Points of one object: back-projected, levelled by gravity, freed of what leaks over its outline.

Planes are linear in inverse depth over pixels, so all tests compare inverse depths: a slanted table is no depth edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8

from stages.compiled import compiled
from stages.geometry.rle import Box

LEFT, RIGHT, ABOVE, BELOW = range(4)  # sides of an outline in the picture
SIDES_DXDY = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])
_AROUND = np.array([[-1, 0], [1, 0], [0, -1], [0, 1], [-1, -1], [1, -1], [-1, 1], [1, 1]])
_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
_GOLDEN = 0.6180339887498949  # every n-th pixel by its multiples: even in rows and in columns, at any number


@dataclass(frozen=True)
class Camera:
    """Intrinsics and the rotation that levels the camera."""

    intrinsics_px: tuple[float, float, float, float]
    view_from_cam: Float64[np.ndarray, "3 3"]


@dataclass(frozen=True)
class Surface:
    """What is seen of one object, in view space.

    Attributes:
        points_v: Points, metres.
        normals_v: Unit normals towards the camera; NaN where the neighbourhood is not smooth.
        range_m: Median depth along the optical axis.
        side: Per side of the outline (left, right, above, below): its pixels, those with something nearer beyond,
            and those at the picture's border.
        area_px: Pixels of the mask.
        known: Share of them that have depth.
        joined: Share of the points that lie in one piece along the ray; the rest, seen through the object, is left out.
        beyond_px: How far the mask reaches beyond the points kept (left, right, above, below): thin parts, antennas.
    """

    points_v: Float64[np.ndarray, "n 3"]
    normals_v: Float64[np.ndarray, "n 3"]
    range_m: float
    side: Float64[np.ndarray, "4 3"]
    area_px: int
    known: float
    joined: float
    beyond_px: Float64[np.ndarray, " 4"]

    def share(self, side: int, column: int) -> float:
        """Share of a side's outline that is occluded (1) or at the border (2)."""
        return float(self.side[side, column] / max(self.side[side, 0], 1.0))


def surface_of(
    depth_m: Float32[np.ndarray, "h w"],
    mask: UInt8[np.ndarray, "bh bw"],
    box: Box,
    camera: Camera,
    erode_px: int,
    edge_rel: float,
    reach_px: int,
    beyond_px: int,
    split_m: float,
    most: int,
) -> Surface:
    """Back-project a mask.

    Pixels within `erode_px` of the outline count only if they continue the surface inside; pixels at depth edges
    never do.

    Args:
        depth_m: Depth along the optical axis of the whole picture; NaN: none.
        mask: Pixels of the object inside the box.
        box: The mask's place in the picture.
        camera: Intrinsics and levelling of the view.
        erode_px: Width of the outline that is not trusted.
        edge_rel: Jump of depth, relative, that is an edge.
        reach_px: Distance of the pixels that a normal is taken from.
        beyond_px: Distance beyond the outline at which something nearer is looked for.
        split_m: Pieces of the object's depth further apart than this do not belong together.
        most: Points to keep at most.
    """
    core = _eroded(mask, erode_px)
    points, normals = np.empty((most, 3)), np.empty((most, 3))
    side = np.zeros((4, 3))
    at = (box[0], box[1])
    patch = depth_m[box[1] : box[3], box[0] : box[2]]
    area, with_depth = int(np.count_nonzero(mask)), int(np.count_nonzero((mask != 0) & ~np.isnan(patch)))
    rim = np.flatnonzero(mask != cv2.erode(mask, _CROSS, borderValue=0))
    _outline(depth_m, mask, rim, at, beyond_px, edge_rel, side)
    share = min(1.0, most / max(area, 1))
    found = _sample(
        depth_m, mask, core, at, camera.intrinsics_px, max(erode_px, 1), edge_rel, reach_px, share, points, normals
    )
    points, normals = points[:found], normals[:found]
    ordered_m = np.sort(points[:, 2])
    if (np.diff(ordered_m) > split_m).any():
        one = _largest_piece(points[:, 2], split_m)
        points, normals, ordered_m = points[one], normals[one], np.sort(points[one, 2])
    middle = len(ordered_m) // 2
    range_m = float(ordered_m[-1 - middle] + ordered_m[middle]) / 2 if len(points) else np.nan
    return Surface(
        points @ camera.view_from_cam.T,
        normals @ camera.view_from_cam.T,
        range_m,
        side,
        area,
        with_depth / max(area, 1),
        len(points) / max(found, 1),
        _beyond_px(points, box, camera.intrinsics_px),
    )


def _largest_piece(depth_m: Float64[np.ndarray, " n"], split_m: float) -> Bool[np.ndarray, " n"]:
    """Tell which points belong to the largest run of depths without a gap."""
    order = np.argsort(depth_m, kind="stable")
    piece = np.concatenate([[0], np.cumsum(np.diff(depth_m[order]) > split_m)])
    kept = np.zeros(len(depth_m), dtype=bool)
    kept[order] = piece == np.bincount(piece).argmax()
    return kept


@compiled
def _beyond_px(
    points_c: Float64[np.ndarray, "n 3"], box: Box, intrinsics_px: tuple[float, float, float, float]
) -> Float64[np.ndarray, " 4"]:
    result = np.zeros(4)
    if len(points_c) == 0:
        return result
    fx, fy, cx, cy = intrinsics_px
    left, right, above, below = np.inf, -np.inf, np.inf, -np.inf
    for k in range(len(points_c)):
        x = points_c[k, 0] / points_c[k, 2] * fx + cx
        y = points_c[k, 1] / points_c[k, 2] * fy + cy
        left, right, above, below = min(left, x), max(right, x), min(above, y), max(below, y)
    result[0], result[1] = max(left - box[0], 0.0), max(box[2] - 1 - right, 0.0)
    result[2], result[3] = max(above - box[1], 0.0), max(box[3] - 1 - below, 0.0)
    return result


def _eroded(mask: UInt8[np.ndarray, "h w"], erode_px: int) -> UInt8[np.ndarray, "h w"]:
    """Shrink a mask; beyond its box there is none of it, or the picture ends, where nothing leaks."""
    if erode_px == 0:
        return mask
    kernel = np.ones((2 * erode_px + 1, 2 * erode_px + 1), np.uint8)
    return cv2.erode(mask, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0).astype(np.uint8, copy=False)


@compiled
def _outline(
    depth_m: Float32[np.ndarray, "h w"],
    mask: UInt8[np.ndarray, "bh bw"],
    rim: Int64[np.ndarray, " n"],
    at: tuple[int, int],
    step: int,
    edge_rel: float,
    side: Float64[np.ndarray, "4 3"],
) -> None:
    """Count per side the outline, what is nearer beyond it, and the border.

    `rim` are the outline's pixels, counted row by row.
    """
    height, width = depth_m.shape
    rows, columns = mask.shape
    for pixel in rim:
        y, x = pixel // columns, pixel % columns
        here = depth_m[at[1] + y, at[0] + x]
        for k in range(4):
            nx, ny = x + SIDES_DXDY[k, 0], y + SIDES_DXDY[k, 1]
            if 0 <= nx < columns and 0 <= ny < rows and mask[ny, nx] != 0:
                continue
            side[k, 0] += 1
            px, py = at[0] + x + step * SIDES_DXDY[k, 0], at[1] + y + step * SIDES_DXDY[k, 1]
            if not (0 <= at[0] + nx < width and 0 <= at[1] + ny < height):
                side[k, 2] += 1
            elif 0 <= px < width and 0 <= py < height and depth_m[py, px] < here * (1 - edge_rel):
                side[k, 1] += 1


@compiled
def _inverse(depth_m: Float32[np.ndarray, "h w"], x: int, y: int) -> float:
    """One over depth; NaN outside the picture and where there is none."""
    if x < 0 or y < 0 or x >= depth_m.shape[1] or y >= depth_m.shape[0]:
        return np.nan
    return 1.0 / np.float64(depth_m[y, x])


@compiled
def _edge(depth_m: Float32[np.ndarray, "h w"], x: int, y: int, here: float, edge_rel: float) -> bool:
    """Tell whether inverse depth bends by more than `edge_rel` of itself; unknown neighbours tell nothing."""
    for dx, dy in ((1, 0), (0, 1)):
        bend = _inverse(depth_m, x + dx, y + dy) + _inverse(depth_m, x - dx, y - dy) - 2 * here
        if abs(bend) > edge_rel * here:
            return True
    return False


@compiled
def _continues(
    depth_m: Float32[np.ndarray, "h w"],
    core: UInt8[np.ndarray, "bh bw"],
    at: tuple[int, int],
    x: int,
    y: int,
    reach: int,
    edge_rel: float,
) -> bool:
    """Tell whether a pixel of the outline lies on the plane through two pixels further inside, in some direction."""
    rows, columns = core.shape
    here = _inverse(depth_m, at[0] + x, at[1] + y)
    for k in range(8):
        dx, dy = reach * _AROUND[k, 0], reach * _AROUND[k, 1]
        if not (0 <= x + dx < columns and 0 <= y + dy < rows) or core[y + dy, x + dx] == 0:
            continue
        near = _inverse(depth_m, at[0] + x + dx, at[1] + y + dy)
        far = near
        if 0 <= x + 2 * dx < columns and 0 <= y + 2 * dy < rows and core[y + 2 * dy, x + 2 * dx] != 0:
            far = _inverse(depth_m, at[0] + x + 2 * dx, at[1] + y + 2 * dy)
        if abs(2 * near - far - here) < edge_rel * here:
            return True
    return False


@compiled
def _normal(
    depth_m: Float32[np.ndarray, "h w"],
    mask: UInt8[np.ndarray, "bh bw"],
    at: tuple[int, int],
    x: int,
    y: int,
    intrinsics_px: tuple[float, float, float, float],
    reach: int,
    edge_rel: float,
    out: Float64[np.ndarray, " 3"],
) -> None:
    """Normal in the camera frame from pixels `reach` away; NaN if those leave the mask or lie beyond an edge."""
    rows, columns = mask.shape
    out[:] = np.nan
    if x < reach or y < reach or x + reach >= columns or y + reach >= rows:
        return
    if mask[y, x - reach] == 0 or mask[y, x + reach] == 0 or mask[y - reach, x] == 0 or mask[y + reach, x] == 0:
        return
    px, py = at[0] + x, at[1] + y
    here = _inverse(depth_m, px, py)
    left, right = _inverse(depth_m, px - reach, py), _inverse(depth_m, px + reach, py)
    above, below = _inverse(depth_m, px, py - reach), _inverse(depth_m, px, py + reach)
    if not (abs(left + right - 2 * here) < edge_rel * here and abs(above + below - 2 * here) < edge_rel * here):
        return
    fx, fy, cx, cy = intrinsics_px
    a, b = (right - left) / (2 * reach), (below - above) / (2 * reach)
    nx, ny, nz = -a * fx, -b * fy, -(here - a * (px - cx) - b * (py - cy))
    length = np.sqrt(nx * nx + ny * ny + nz * nz)
    out[0], out[1], out[2] = nx / length, ny / length, nz / length


@compiled
def _sample(
    depth_m: Float32[np.ndarray, "h w"],
    mask: UInt8[np.ndarray, "bh bw"],
    core: UInt8[np.ndarray, "bh bw"],
    at: tuple[int, int],
    intrinsics_px: tuple[float, float, float, float],
    band: int,
    edge_rel: float,
    reach: int,
    share: float,
    points_c: Float64[np.ndarray, "n 3"],
    normals_c: Float64[np.ndarray, "n 3"],
) -> int:
    """Fill points and normals in the camera frame; returns how many."""
    fx, fy, cx, cy = intrinsics_px
    found, seen = 0, 0
    for y in range(mask.shape[0]):
        for x in range(mask.shape[1]):
            if mask[y, x] == 0:
                continue
            seen += 1
            turns = seen * _GOLDEN
            if found == len(points_c) or turns - np.floor(turns) >= share:
                continue
            px, py = at[0] + x, at[1] + y
            here = _inverse(depth_m, px, py)
            if np.isnan(here) or _edge(depth_m, px, py, here, edge_rel):
                continue
            if core[y, x] == 0 and not _continues(depth_m, core, at, x, y, band, edge_rel):
                continue
            points_c[found, 0] = (px - cx) / fx / here
            points_c[found, 1] = (py - cy) / fy / here
            points_c[found, 2] = 1 / here
            _normal(depth_m, mask, at, x, y, intrinsics_px, reach, edge_rel, normals_c[found])
            found += 1
    return found


def pixel_footprint_m(range_m: float, intrinsics_px: tuple[float, float, float, float]) -> float:
    """Side of the patch that a pixel covers at a depth, metres."""
    return range_m / min(intrinsics_px[0], intrinsics_px[1])
