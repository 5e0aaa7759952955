"""The empty room: outline, walls with openings, skirting, floor and ceiling."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from stages.geometry.mesh import Material
from stages.sources.procedural.placed import Block

THICK_M = 0.22  # walls, seen in the reveals of openings
SKIRTING_M = (0.014, 0.075)  # depth, height


@dataclass(frozen=True)
class Wall:
    """One straight piece of wall: it runs from `start` along `along`; the room lies towards `inward`."""

    start: Float[np.ndarray, " 2"]
    along: Float[np.ndarray, " 2"]
    length_m: float

    @property
    def inward(self) -> Float[np.ndarray, " 2"]:
        """The direction into the room; outlines run counter-clockwise, so it is on the left."""
        return np.array([-self.along[1], self.along[0]])

    def at(self, s_m: float, out_m: float = 0.0) -> Float[np.ndarray, " 2"]:
        """Return the point `s_m` along the wall and `out_m` into the room."""
        point: Float[np.ndarray, " 2"] = self.start + s_m * self.along + out_m * self.inward
        return point


@dataclass(frozen=True)
class Opening:
    """A hole in a wall: range along the wall and in height."""

    wall: int
    s1_m: float
    s2_m: float
    low_m: float
    high_m: float


@dataclass(frozen=True)
class Room:
    """The outline of the floor (counter-clockwise, axis-aligned edges), its height, and its rectangles."""

    outline_w: tuple[tuple[float, float], ...]
    rectangles: tuple[tuple[float, float, float, float], ...]  # x1, y1, x2, y2; together they are the floor
    height_m: float

    @property
    def walls(self) -> tuple[Wall, ...]:
        """Walls in the order of the outline."""
        points = np.array(self.outline_w)
        steps = np.roll(points, -1, axis=0) - points
        lengths = np.linalg.norm(steps, axis=1)
        return tuple(Wall(p, s / n, float(n)) for p, s, n in zip(points, steps, lengths, strict=True))

    @property
    def area_m2(self) -> float:
        """Area of the floor."""
        return sum((x2 - x1) * (y2 - y1) for x1, y1, x2, y2 in self.rectangles)

    def contains(self, points_w: Float[np.ndarray, "n 2"]) -> np.ndarray:
        """Tell for each point whether it lies on the floor."""
        x, y = points_w[:, 0], points_w[:, 1]
        inside = [(x >= a) & (x <= c) & (y >= b) & (y <= d) for a, b, c, d in self.rectangles]
        found: np.ndarray = np.any(inside, axis=0)
        return found

    def holds(self, block: Block) -> bool:
        """Tell whether a block stands inside the walls."""
        corners = block.corners()
        share = np.linspace(0, 1, 5)[:, None, None]
        edges = corners * (1 - share) + np.roll(corners, -1, axis=0) * share
        return bool(self.contains(edges.reshape(-1, 2)).all())


def rectangle(width_m: float, depth_m: float, height_m: float) -> Room:
    """Make a rectangular room with its corner at the origin."""
    return Room(
        ((0.0, 0.0), (width_m, 0.0), (width_m, depth_m), (0.0, depth_m)), ((0.0, 0.0, width_m, depth_m),), height_m
    )


def l_shape(width_m: float, depth_m: float, cut_x_m: float, cut_y_m: float, height_m: float) -> Room:
    """Make an L-shaped room: a rectangle without its far right corner."""
    x, y = width_m - cut_x_m, depth_m - cut_y_m
    return Room(
        ((0.0, 0.0), (width_m, 0.0), (width_m, y), (x, y), (x, depth_m), (0.0, depth_m)),
        ((0.0, 0.0, width_m, y), (0.0, y, x, depth_m)),
        height_m,
    )


@dataclass(frozen=True)
class Finishes:
    """Materials of the shell; `wall` per wall. The floor's pattern is turned by `floor_yaw`."""

    floor: Material
    floor_yaw: float
    wall: Sequence[Material]
    ceiling: Material
    trim: Material


@dataclass(frozen=True)
class Sheet:
    """Quads of one material, with the coordinates its pattern is read at."""

    vertices_w: Float[np.ndarray, "v 3"]
    pattern_m: Float[np.ndarray, "v 3"]
    material: Material

    @property
    def faces(self) -> np.ndarray:
        """Two triangles per quad of four vertices."""
        first = np.arange(0, len(self.vertices_w), 4)[:, None, None]
        faces: np.ndarray = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
        return faces


def shell_sheets(room: Room, openings: Sequence[Opening], gaps: Sequence[Opening], finishes: Finishes) -> list[Sheet]:
    """Build floor, ceiling, walls with their openings, and skirting; `gaps` interrupt the skirting alone."""
    level = [_quad((a, b), (c, b), (c, d), (a, d), 0.0) for a, b, c, d in room.rectangles]
    floor = np.concatenate(level)
    c, s = math.cos(finishes.floor_yaw), math.sin(finishes.floor_yaw)
    sheets = [Sheet(floor, floor @ np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]), finishes.floor)]
    ceiling = np.concatenate([q[::-1] for q in level]) + np.array([0.0, 0.0, room.height_m])
    sheets.append(Sheet(ceiling, ceiling, finishes.ceiling))
    trim: list[np.ndarray] = []
    for k, wall in enumerate(room.walls):
        here = [o for o in openings if o.wall == k]
        vertices = np.concatenate(_pierced(wall, room.height_m, here))
        sheets.append(Sheet(vertices, vertices, finishes.wall[k]))
        trim += [q for o in here for q in _reveal(wall, o)]
        trim += _skirting(wall, [o for o in [*here, *gaps] if o.wall == k and o.low_m < SKIRTING_M[1]])
    flat = np.concatenate(trim)
    return [*sheets, Sheet(flat, flat, finishes.trim)]


def _quad(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float], z: float
) -> Float[np.ndarray, "4 3"]:
    return np.array([[*a, z], [*b, z], [*c, z], [*d, z]])


def _upright(wall: Wall, s1: float, s2: float, z1: float, z2: float, out_m: float = 0.0) -> Float[np.ndarray, "4 3"]:
    """Return a quad parallel to a wall that faces the room."""
    a, b = wall.at(s1, out_m), wall.at(s2, out_m)
    return np.array([[*b, z1], [*a, z1], [*a, z2], [*b, z2]])


def _pierced(wall: Wall, height_m: float, openings: Sequence[Opening]) -> list[np.ndarray]:
    """Cut a wall into quads around its openings."""
    quads, s = [], 0.0
    for o in sorted(openings, key=lambda o: o.s1_m):
        quads.append(_upright(wall, s, o.s1_m, 0.0, height_m))
        if o.low_m > 0:
            quads.append(_upright(wall, o.s1_m, o.s2_m, 0.0, o.low_m))
        quads.append(_upright(wall, o.s1_m, o.s2_m, o.high_m, height_m))
        s = o.s2_m
    quads.append(_upright(wall, s, wall.length_m, 0.0, height_m))
    return quads


def _reveal(wall: Wall, o: Opening) -> list[np.ndarray]:
    """Return the four sides of an opening, through the thickness of the wall."""
    a, b = wall.at(o.s1_m), wall.at(o.s2_m)
    c, d = wall.at(o.s1_m, -THICK_M), wall.at(o.s2_m, -THICK_M)
    low, high = o.low_m, o.high_m
    return [
        np.array([[*a, low], [*c, low], [*c, high], [*a, high]]),
        np.array([[*d, low], [*b, low], [*b, high], [*d, high]]),
        np.array([[*a, low], [*b, low], [*d, low], [*c, low]]),
        np.array([[*c, high], [*d, high], [*b, high], [*a, high]]),
    ]


def _skirting(wall: Wall, gaps: Sequence[Opening]) -> list[np.ndarray]:
    """Return front and top of the skirting board between gaps."""
    out, high = SKIRTING_M
    quads, s = [], 0.0
    for start, end in [*sorted((o.s1_m, o.s2_m) for o in gaps), (wall.length_m, wall.length_m)]:
        if start > s:
            quads.append(_upright(wall, s, start, 0.0, high, out))
            a, b, c, d = wall.at(s, out), wall.at(start, out), wall.at(start), wall.at(s)
            quads.append(np.array([[*a, high], [*b, high], [*c, high], [*d, high]]))
        s = end
    return quads
