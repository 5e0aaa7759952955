"""Which face each pixel sees: triangles are drawn into a depth buffer, several times faster than casting rays.

The place on the face is then found by intersecting the pixel's ray with it, so depth does not depend on how faces were
drawn. The ray caster answers the same question; tests compare the two.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, Int32

from stages.compiled import compiled
from stages.render.rays import Camera, Cast

NEAR_M = 0.02


def seen(
    vertices: Float32[np.ndarray, "v 3"], faces: Int32[np.ndarray, "f 3"], camera: Camera, shift_px: tuple[float, float]
) -> Int32[np.ndarray, "h w"]:
    """Return the face seen through each pixel, -1 for none, at pixel centres moved by `shift_px`."""
    points_c = (vertices - camera.pose[:3, 3]) @ camera.pose[:3, :3]
    fx, fy, cx, cy = camera.intrinsics_px
    width, height = camera.size_wh
    return _drawn(points_c, faces, (fx, fy, cx - shift_px[0], cy - shift_px[1]), width, height)


@compiled
def _drawn(
    points_c: np.ndarray, faces: np.ndarray, intrinsics_px: tuple[float, float, float, float], width: int, height: int
) -> Int32[np.ndarray, "h w"]:
    owner = np.full((height, width), -1, np.int32)
    nearness = np.zeros((height, width), np.float64)  # 1 / depth: linear on the picture
    points = np.empty_like(points_c)
    for v in range(len(points_c)):
        _project(points_c, v, intrinsics_px, points)
    polygon = np.empty((4, 3), np.float64)
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        behind = (points_c[a, 2] < NEAR_M) + (points_c[b, 2] < NEAR_M) + (points_c[c, 2] < NEAR_M)
        if behind == 0:
            _fill(points, a, b, c, f, owner, nearness)
        elif behind < 3:
            n = _clipped(points_c, faces[f], polygon)
            for k in range(n):
                _project(polygon, k, intrinsics_px, polygon)
            for k in range(1, n - 1):
                _fill(polygon, 0, k, k + 1, f, owner, nearness)
    return owner


@compiled
def _clipped(points_c: np.ndarray, face: np.ndarray, polygon: np.ndarray) -> int:
    """Write the part of a face beyond the near plane; return its number of corners."""
    n = 0
    for k in range(3):
        a, b = face[k], face[(k + 1) % 3]
        za, zb = points_c[a, 2], points_c[b, 2]
        if za >= NEAR_M:
            polygon[n] = points_c[a]
            n += 1
        if (za >= NEAR_M) != (zb >= NEAR_M):
            share = (NEAR_M - za) / (zb - za)
            for c in range(3):
                polygon[n, c] = points_c[a, c] + share * (points_c[b, c] - points_c[a, c])
            n += 1
    return n


@compiled
def _project(points_c: np.ndarray, i: int, intrinsics_px: tuple[float, float, float, float], out: np.ndarray) -> None:
    """Write pixel position and nearness of a point before the camera."""
    nearness = 1.0 / max(points_c[i, 2], 0.5 * NEAR_M)
    out[i, 0] = points_c[i, 0] * nearness * intrinsics_px[0] + intrinsics_px[2]
    out[i, 1] = points_c[i, 1] * nearness * intrinsics_px[1] + intrinsics_px[3]
    out[i, 2] = nearness


@compiled
def _fill(points: np.ndarray, i: int, j: int, k: int, f: int, owner: np.ndarray, nearness: np.ndarray) -> None:
    """Draw the triangle of three points (pixel position and nearness) row by row."""
    height, width = owner.shape
    if points[j, 1] < points[i, 1]:
        i, j = j, i
    if points[k, 1] < points[j, 1]:
        j, k = k, j
    if points[j, 1] < points[i, 1]:
        i, j = j, i
    x0, y0, q0 = points[i, 0], points[i, 1], points[i, 2]
    x1, y1, q1 = points[j, 0], points[j, 1], points[j, 2]
    x2, y2, q2 = points[k, 0], points[k, 1], points[k, 2]
    first, last = max(0.0, np.ceil(y0)), min(height - 1.0, np.floor(y2))
    if last < first or max(x0, x1, x2) < 0 or min(x0, x1, x2) > width - 1:
        return
    doubled = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    if abs(doubled) < 1e-12:
        return
    slope_x = ((q1 - q0) * (y2 - y0) - (q2 - q0) * (y1 - y0)) / doubled
    slope_y = ((q2 - q0) * (x1 - x0) - (q1 - q0) * (x2 - x0)) / doubled
    # Edges always run downwards, so that both faces of an edge agree on where it is.
    run_long = (x2 - x0) / (y2 - y0)
    run_upper = (x1 - x0) / (y1 - y0) if y1 > y0 else 0.0
    run_lower = (x2 - x1) / (y2 - y1) if y2 > y1 else 0.0
    for row in range(int(first), int(last) + 1):
        a = x0 + (row - y0) * run_long
        b = x0 + (row - y0) * run_upper if row < y1 else x1 + (row - y1) * run_lower
        left, right = int(np.ceil(max(0.0, min(a, b) - 1e-9))), int(np.floor(min(width - 1.0, max(a, b) + 1e-9)))
        q = q0 + slope_y * (row - y0) + slope_x * (left - x0)
        for x in range(left, right + 1):
            if q > nearness[row, x]:
                nearness[row, x] = q
                owner[row, x] = f
            q += slope_x


@compiled
def met(
    vertices: Float32[np.ndarray, "v 3"],
    faces: Int32[np.ndarray, "f 3"],
    rays: Float32[np.ndarray, "n 6"],
    face: Int32[np.ndarray, " n"],
) -> Cast:
    """Intersect each ray with its face (-1: none): distance in lengths of the direction, face, and u, v on it.

    Paper: Moeller and Trumbore, Fast, Minimum Storage Ray/Triangle Intersection, 1997.
    """
    n = len(face)
    t, uv = np.full(n, np.inf, np.float32), np.zeros((n, 2), np.float32)
    e, g, s, p, q = np.empty(3), np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    for i in range(n):
        if face[i] < 0:
            continue
        a, b, c = faces[face[i], 0], faces[face[i], 1], faces[face[i], 2]
        for k in range(3):
            e[k] = float(vertices[b, k]) - vertices[a, k]
            g[k] = float(vertices[c, k]) - vertices[a, k]
            s[k] = float(rays[i, k]) - vertices[a, k]
        for k in range(3):
            j, m = (k + 1) % 3, (k + 2) % 3
            p[k] = rays[i, 3 + j] * g[m] - rays[i, 3 + m] * g[j]
            q[k] = s[j] * e[m] - s[m] * e[j]
        scale = e[0] * p[0] + e[1] * p[1] + e[2] * p[2]
        if scale == 0.0:
            continue
        u = (s[0] * p[0] + s[1] * p[1] + s[2] * p[2]) / scale
        v = (rays[i, 3] * q[0] + rays[i, 4] * q[1] + rays[i, 5] * q[2]) / scale
        u = min(max(u, 0.0), 1.0)
        uv[i, 0], uv[i, 1] = u, min(max(v, 0.0), 1.0 - u)
        t[i] = (g[0] * q[0] + g[1] * q[1] + g[2] * q[2]) / scale
    return t, face, uv
