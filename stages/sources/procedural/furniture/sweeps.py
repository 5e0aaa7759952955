"""Shapes swept or stretched from curves and outlines: tubes, prisms, sheets with thickness, pillows, leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float, Int

from stages.sources.procedural.furniture.parts import Part, welded
from stages.sources.procedural.furniture.shapes import Points2, at_height, circle, loft

Points3 = Sequence[tuple[float, float, float]]
Grid = Float[np.ndarray, "a b 3"]


def tube(path_m: Points3 | Float[np.ndarray, "k 3"], radius: float | Sequence[float], n: int = 8) -> Part:
    """Sweep a circle along a path; several radii are spread evenly over the path's points."""
    points = np.asarray(path_m, dtype=float)
    given = np.atleast_1d(np.asarray(radius, dtype=float))
    radii = np.interp(np.linspace(0, 1, len(points)), np.linspace(0, 1, len(given)), given)
    steps = np.diff(points, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    tangents = np.concatenate([steps[:1], steps[:-1] + steps[1:], steps[-1:]])
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    side = np.cross(tangents[0], np.eye(3)[int(np.argmin(np.abs(tangents[0])))])
    rings = []
    for point, tangent, r in zip(points, tangents, radii, strict=True):
        # Carrying `side` along and removing what points forward keeps the tube free of twist.
        side = side - np.dot(side, tangent) * tangent
        side /= np.linalg.norm(side)
        section = circle(float(r), n)
        rings.append(point + section[:, :1] * side + section[:, 1:] * np.cross(tangent, side))
    return loft(rings)


def closed_tube(path_m: Points3 | Float[np.ndarray, "k 3"], radius: float, n: int = 6) -> Part:
    """Sweep a circle along a closed, nearly plane path (the last point joins the first)."""
    points = np.asarray(path_m, dtype=float)
    tangents = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    normal = np.cross(points[1] - points[0], points[len(points) // 3] - points[0])
    normal /= np.linalg.norm(normal)
    rings = []
    for point, tangent in zip(points, tangents, strict=True):
        side = np.cross(normal, tangent)
        side /= np.linalg.norm(side)
        section = circle(radius, n)
        rings.append(point + section[:, :1] * side + section[:, 1:] * np.cross(tangent, side))
    return loft(rings, closed=True)


def bend(path_m: Points3, radius_m: float, steps: int = 4) -> Float[np.ndarray, "k 3"]:
    """Round the corners of a polyline with quadratic curves that start `radius_m` before each corner."""
    points = np.asarray(path_m, dtype=float)
    rounded = [points[0]]
    for before, corner, after in zip(points[:-2], points[1:-1], points[2:], strict=True):
        back, ahead = before - corner, after - corner
        start = corner + back * min(0.5, radius_m / float(np.linalg.norm(back)))
        stop = corner + ahead * min(0.5, radius_m / float(np.linalg.norm(ahead)))
        for t in np.linspace(0.0, 1.0, steps + 1):
            rounded.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * stop)
    rounded.append(points[-1])
    path = np.array(rounded)
    distinct = np.concatenate([[True], np.linalg.norm(np.diff(path, axis=0), axis=1) > 1e-9])
    smooth: Float[np.ndarray, "k 3"] = path[distinct]
    return smooth


def bow(width: float, height: float, radius: float, corner_m: float, n: int = 8) -> Part:
    """Make an upside-down U of a round bar in the plane y = 0, its ends on z = 0: handles, loops, arches."""
    x = width / 2
    return tube(bend([(-x, 0, 0), (-x, 0, height), (x, 0, height), (x, 0, 0)], corner_m, 3), radius, n)


def prism(outline_m: Points2 | Float[np.ndarray, "n 2"], height: float) -> Part:
    """Extrude a simple outline (either winding, may be concave) upwards from z = 0."""
    outline = np.asarray(outline_m, dtype=float)
    if _doubled_area(outline) < 0.0:
        outline = outline[::-1]
    n = len(outline)
    cap = _ear_clipped(outline)
    j = np.arange(n)
    following = (j + 1) % n
    sides = [np.stack([j, following, following + n], axis=1), np.stack([j, following + n, j + n], axis=1)]
    vertices = np.concatenate([at_height(outline, 0.0), at_height(outline, height)])
    return welded(vertices, np.concatenate([*sides, cap[:, ::-1], cap + n]))


def _doubled_area(outline: Float[np.ndarray, "n 2"]) -> float:
    x, y = outline.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))


def _cross(o: Float[np.ndarray, 2], a: Float[np.ndarray, 2], b: Float[np.ndarray, 2]) -> float:
    return float((a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]))


def _ear_clipped(outline: Float[np.ndarray, "n 2"]) -> Int[np.ndarray, "t 3"]:
    """Cut a counter-clockwise outline into triangles, ear by ear."""
    left = list(range(len(outline)))
    triangles = []
    while len(left) > 3:
        ear = next((k for k in range(len(left)) if _is_ear(outline, left, k)), 0)
        triangles.append((left[ear - 1], left[ear], left[(ear + 1) % len(left)]))
        del left[ear]
    triangles.append((left[0], left[1], left[2]))
    return np.array(triangles)


def _is_ear(outline: Float[np.ndarray, "n 2"], left: list[int], k: int) -> bool:
    ia, ib, ic = left[k - 1], left[k], left[(k + 1) % len(left)]
    a, b, c = outline[ia], outline[ib], outline[ic]
    if _cross(a, b, c) <= 1e-12:
        return False
    others = (outline[i] for i in left if i not in (ia, ib, ic))
    return not any(min(_cross(a, b, p), _cross(b, c, p), _cross(c, a, p)) >= -1e-12 for p in others)


def sheet(top: Grid, bottom: Grid) -> Part:
    """Close the space between two grids of the same size; axis 0 runs along x and axis 1 along y, seen from the top."""
    a, b = top.shape[:2]
    index = np.arange(a * b).reshape(a, b)
    p, q, r, s = (c.ravel() for c in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    up = np.concatenate([np.stack([p, q, r], axis=1), np.stack([p, r, s], axis=1)])
    rim = np.concatenate([index[:-1, 0], index[-1, :-1], index[:0:-1, -1], index[0, :0:-1]])
    following = np.roll(rim, -1)
    low = a * b
    skirt = [
        np.stack([rim + low, following + low, following], axis=1),
        np.stack([rim + low, following, rim], axis=1),
    ]
    vertices = np.concatenate([top.reshape(-1, 3), bottom.reshape(-1, 3)])
    return welded(vertices, np.concatenate([up, up[:, ::-1] + low, *skirt]))


def surface(
    height: Callable[[Float[np.ndarray, "a b"], Float[np.ndarray, "a b"]], Float[np.ndarray, "a b"]],
    size_m: tuple[float, float],
    thickness_m: float,
    cells: tuple[int, int] = (12, 12),
) -> Part:
    """Make a sheet whose top is z = height(x, y) over a centred rectangle, `thickness_m` thick straight down."""
    x, y = np.meshgrid(
        np.linspace(-size_m[0] / 2, size_m[0] / 2, cells[0] + 1),
        np.linspace(-size_m[1] / 2, size_m[1] / 2, cells[1] + 1),
        indexing="ij",
    )
    z = height(x, y)
    return sheet(np.stack([x, y, z], axis=-1), np.stack([x, y, z - thickness_m], axis=-1))


def pillow(width: float, depth: float, height: float, cells: int = 8) -> Part:
    """Make a stuffed square with drawn-out corners, lying flat."""
    t = np.sin(np.linspace(-np.pi / 2, np.pi / 2, cells + 1))
    u, v = np.meshgrid(t, t, indexing="ij")
    # Edges are drawn in between the corners, as stuffing does to a sewn square.
    x, y = u * (1 - 0.08 * (1 - v**2) * u**2), v * (1 - 0.08 * (1 - u**2) * v**2)
    bulge = 0.003 + ((1 - u**2) * (1 - v**2)) ** 0.38 * (height / 2 - 0.003)
    top = np.stack([x * width / 2, y * depth / 2, height / 2 + bulge], axis=-1)
    bottom = np.stack([x * width / 2, y * depth / 2, height / 2 - bulge], axis=-1)
    return sheet(top, bottom)


def leaf(length: float, width: float, droop: float, thickness_m: float = 0.003, cells: int = 5) -> Part:
    """Make a pointed leaf from the origin along +x, folded at its rib, whose tip hangs `droop` metres low."""
    t = np.linspace(0.0, 1.0, cells + 1)[:, None]
    across = np.array([-1.0, 0.0, 1.0])[None, :]
    half = width / 2 * np.sin(np.pi * t**0.75) + 1e-4
    x = np.broadcast_to(length * t, (cells + 1, 3))
    z = 0.3 * droop * np.sin(np.pi * t) - droop * t**2 + np.abs(across) * half * 0.35
    top = np.stack([x, across * half, z], axis=-1)
    return sheet(top, top - np.array([0.0, 0.0, thickness_m]))
