"""Plain plane geometry, written out: angles, areas, distances of rectangles and of segments."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]


def wrap_deg(angle_deg: float) -> float:
    """Bring an angle into (-180, 180].

    Example:
        >>> wrap_deg(-180.0), wrap_deg(270.0)
        (180.0, -90.0)
    """
    turned = math.fmod(angle_deg, 360.0)
    if turned <= -180.0:
        return turned + 360.0
    return turned - 360.0 if turned > 180.0 else turned


def angle_deg(origin: Point, first: Point, second: Point) -> float:
    """Turn from the direction origin-first to origin-second, counter-clockwise positive, in (-180, 180]."""
    one = math.atan2(first[1] - origin[1], first[0] - origin[0])
    two = math.atan2(second[1] - origin[1], second[0] - origin[0])
    return wrap_deg(math.degrees(two - one))


def area_of(outline: Sequence[Point]) -> float:
    """Area inside a closed outline (trapezoids below its edges)."""
    closed = [*outline, outline[0]]
    return abs(sum((b[0] - a[0]) * (a[1] + b[1]) / 2 for a, b in pairwise(closed)))


def polygon_distance(one: Sequence[Point], two: Sequence[Point]) -> float:
    """Smallest distance of two convex outlines; 0 where they touch or one lies in the other."""
    if inside(one[0], two) or inside(two[0], one):
        return 0.0
    return min(segment_distance(a, b, c, d) for a, b in _edges(one) for c, d in _edges(two))


def segment_distance(a: Point, b: Point, c: Point, d: Point) -> float:
    """Smallest distance of segment a-b and segment c-d."""
    if _crosses(a, b, c, d):
        return 0.0
    return min(_to_segment(a, c, d), _to_segment(b, c, d), _to_segment(c, a, b), _to_segment(d, a, b))


def inside(point: Point, outline: Sequence[Point]) -> bool:
    """Tell whether a point lies inside an outline (a ray to the right crosses it an odd number of times)."""
    odd = False
    for (x1, y1), (x2, y2) in _edges(outline):
        if (y1 > point[1]) != (y2 > point[1]) and point[0] < x1 + (point[1] - y1) / (y2 - y1) * (x2 - x1):
            odd = not odd
    return odd


def _edges(outline: Sequence[Point]) -> list[tuple[Point, Point]]:
    return list(pairwise([*outline, outline[0]]))


def _crosses(a: Point, b: Point, c: Point, d: Point) -> bool:
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _to_segment(p: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    share = 0.0 if length == 0 else max(0.0, min(1.0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length))
    return math.hypot(p[0] - a[0] - share * dx, p[1] - a[1] - share * dy)
