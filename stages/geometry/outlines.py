"""Closed outlines of sets in the plane: of triangles (alpha shapes) and of grid cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.spatial import Delaunay, QhullError


@dataclass(frozen=True)
class AlphaShape:
    """Union of the kept triangles: its area without holes, and the outer ring of its largest part (no holes)."""

    area_m2: float
    outline: Float[np.ndarray, "k 2"]


def polygon_area(outline: Float[np.ndarray, "k 2"]) -> float:
    """Signed area of a simple polygon, positive where it runs counter-clockwise."""
    x, y = (outline - outline[:1]).T if len(outline) else np.zeros((2, 0))
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)


def alpha_shape(points_xy: Float[np.ndarray, "n 2"], alpha_per_m: float) -> AlphaShape | None:
    """Alpha shape: the Delaunay triangles whose circumradius is below 1 / alpha.

    Args:
        points_xy: Points in the plane, metres.
        alpha_per_m: As in the package `alphashape`; 5 keeps triangles with a circumradius below 0.2 m.

    Returns:
        None where no triangle is kept: fewer than three points, points on one line, or points too far apart.

    Source:
        H. Edelsbrunner, D. Kirkpatrick, R. Seidel, "On the shape of a set of points in the plane", 1983.
    """
    distinct = np.unique(points_xy, axis=0)
    if len(distinct) < 3:
        return None
    try:
        corners = Delaunay(distinct - distinct.mean(axis=0)).simplices
    except QhullError:  # all on one line
        return None
    a, b, c = distinct[corners].transpose(1, 0, 2)
    doubled = _cross(b - a, c - a)
    sides = [np.linalg.norm(q - p, axis=1) for p, q in ((a, b), (b, c), (c, a))]
    with np.errstate(divide="ignore"):
        radius_m = sides[0] * sides[1] * sides[2] / (2 * np.abs(doubled))
    kept = radius_m < 1 / alpha_per_m
    if not kept.any():
        return None
    turned = np.where((doubled < 0)[:, None], corners[:, ::-1], corners)[kept]
    edges = np.concatenate([turned[:, [0, 1]], turned[:, [1, 2]], turned[:, [2, 0]]])
    return AlphaShape(float(np.abs(doubled[kept]).sum() / 2), _largest(distinct, _rim(edges, len(distinct))))


def cells_outline(
    inside: Bool[np.ndarray, "y x"], x_edges: Float[np.ndarray, " i"], y_edges: Float[np.ndarray, " j"]
) -> Float[np.ndarray, "k 2"]:
    """Outer ring of the largest part of a set of grid cells, counter-clockwise, without points on straight edges.

    Args:
        inside: Cells of the set, rows along y.
        x_edges: Ascending borders of the columns, one more than columns.
        y_edges: Ascending borders of the rows.
    """
    rows, columns = np.nonzero(inside)
    width = inside.shape[1] + 1
    corner = rows * width + columns
    ring = np.stack([corner, corner + 1, corner + 1 + width, corner + width], axis=1)
    edges = np.concatenate([ring[:, [0, 1]], ring[:, [1, 2]], ring[:, [2, 3]], ring[:, [3, 0]]])
    nodes = np.stack(np.meshgrid(x_edges, y_edges), axis=-1).reshape(-1, 2)
    return _largest(nodes, _rim(edges, len(nodes)))


def _cross(a: Float[np.ndarray, "n 2"], b: Float[np.ndarray, "n 2"]) -> Float[np.ndarray, " n"]:
    result: Float[np.ndarray, " n"] = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return result


def _rim(edges: Int[np.ndarray, "e 2"], nodes: int) -> Int[np.ndarray, "r 2"]:
    """Directed edges whose opposite is not among the edges: the border of the union."""
    forth, back = edges[:, 0] * nodes + edges[:, 1], edges[:, 1] * nodes + edges[:, 0]
    rim: Int[np.ndarray, "r 2"] = edges[~np.isin(forth, back)]
    return rim


def _largest(nodes: Float[np.ndarray, "n 2"], rim: Int[np.ndarray, "r 2"]) -> Float[np.ndarray, "k 2"]:
    """Ring with the greatest area; rings of holes run the other way round and have negative ones."""
    rings = [nodes[ring] for ring in _rings(nodes, rim)]
    largest = max(rings, key=polygon_area)
    along = np.roll(largest, -1, axis=0) - largest
    turn = _cross(np.roll(along, 1, axis=0), along)
    length = np.linalg.norm(along, axis=1) * np.linalg.norm(np.roll(along, 1, axis=0), axis=1)
    corners: Float[np.ndarray, "k 2"] = largest[np.abs(turn) > 1e-9 * length]
    return corners


def _rings(nodes: Float[np.ndarray, "n 2"], rim: Int[np.ndarray, "r 2"]) -> list[list[int]]:
    """Follow the rim; where rings touch in a point, turn left as sharply as possible, which keeps them apart."""
    leaving: dict[int, list[int]] = {}
    for start, end in rim[np.lexsort((rim[:, 1], rim[:, 0]))].tolist():
        leaving.setdefault(start, []).append(end)
    rings = []
    while leaving:
        start = next(iter(leaving))
        ring, here, came = [start], leaving[start][0], start
        leaving[start].remove(here)
        while here != start:
            ends = leaving[here]
            following = ends[0] if len(ends) == 1 else min(ends, key=lambda end: _left_turn(nodes, came, here, end))
            ends.remove(following)
            if not ends:
                del leaving[here]
            ring.append(here)
            came, here = here, following
        if not leaving[start]:
            del leaving[start]
        rings.append(ring)
    return rings


def _left_turn(nodes: Float[np.ndarray, "n 2"], came: int, here: int, end: int) -> float:
    """Angle clockwise from straight back to the next edge: small means a sharp left turn."""
    back, ahead = nodes[came] - nodes[here], nodes[end] - nodes[here]
    return float(np.mod(np.arctan2(back[1], back[0]) - np.arctan2(ahead[1], ahead[0]), 2 * np.pi))
