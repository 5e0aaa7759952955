"""Basic shapes of the mesh kit. Each stands on z = 0, centred in x and y, closed, with outward normals."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from stages.sources.procedural.furniture.parts import Part, welded

Points2 = Sequence[tuple[float, float]]
Ring = Float[np.ndarray, "n 2"]


def loft(rings: Sequence[Float[np.ndarray, "n 3"]], closed: bool = False) -> Part:
    """Skin a sequence of rings with equally many points, each counter-clockwise seen from the last ring's side.

    Open lofts get a fan as cap at both ends; `closed` joins the last ring to the first (a torus).
    """
    count, n = len(rings), len(rings[0])
    vertices = np.concatenate(list(rings))
    faces = []
    j = np.arange(n)
    following = (j + 1) % n
    for i in range(count if closed else count - 1):
        low, high = i * n, ((i + 1) % count) * n
        faces.append(np.stack([low + j, low + following, high + following], axis=1))
        faces.append(np.stack([low + j, high + following, high + j], axis=1))
    if not closed:
        first, last, end = len(vertices), len(vertices) + 1, (count - 1) * n
        vertices = np.concatenate([vertices, rings[0].mean(axis=0)[None], rings[-1].mean(axis=0)[None]])
        faces.append(np.stack([np.full(n, first), following, j], axis=1))
        faces.append(np.stack([np.full(n, last), end + j, end + following], axis=1))
    return welded(vertices, np.concatenate(faces))


def at_height(ring: Ring, z: float) -> Float[np.ndarray, "n 3"]:
    """Lift a plane ring to a height."""
    return np.column_stack([ring, np.full(len(ring), z)])


def circle(radius: float, n: int = 16) -> Ring:
    """Ring of `n` points on a circle."""
    angle = 2.0 * np.pi * np.arange(n) / n
    return radius * np.column_stack([np.cos(angle), np.sin(angle)])


def rounded_rectangle(width: float, depth: float, radius: float, steps: int = 3) -> Ring:
    """Ring round a rectangle whose corners are arcs of `steps` + 1 points."""
    radius = min(radius, width / 2 - 1e-6, depth / 2 - 1e-6)
    arc = np.linspace(0.0, np.pi / 2, steps + 1)
    corner = radius * np.column_stack([np.cos(arc), np.sin(arc)])
    rings = []
    for k, (sx, sy) in enumerate([(1, 1), (-1, 1), (-1, -1), (1, -1)]):
        c, s = round(math.cos(k * math.pi / 2)), round(math.sin(k * math.pi / 2))
        turned = corner @ np.array([[c, s], [-s, c]], dtype=float)
        rings.append(turned + np.array([sx * (width / 2 - radius), sy * (depth / 2 - radius)]))
    return np.concatenate(rings)


def box(width: float, depth: float, height: float, bevel: float = 0.0) -> Part:
    """Make a box, with flat bevels along all edges if `bevel` (metres) is positive."""
    half = np.array([width, depth, height]) / 2
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], dtype=float)
    centre = np.array([0.0, 0.0, height / 2])
    if bevel <= 0.0:
        quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
        return Part(signs * half + centre, np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))]))
    inset = min(bevel, 0.49 * float(2 * half.min()))
    rings = [
        at_height(_chamfered(width - 2 * inset, depth - 2 * inset, 0.0), 0.0),
        at_height(_chamfered(width, depth, inset), inset),
        at_height(_chamfered(width, depth, inset), height - inset),
        at_height(_chamfered(width - 2 * inset, depth - 2 * inset, 0.0), height),
    ]
    return loft(rings)


def _chamfered(width: float, depth: float, inset: float) -> Ring:
    x, y = width / 2, depth / 2
    i = inset
    return np.array(
        [[x, y - i], [x - i, y], [-x + i, y], [-x, y - i], [-x, -y + i], [-x + i, -y], [x - i, -y], [x, -y + i]]
    )


def slab_box(size_m: tuple[float, float, float], centre_m: tuple[float, float, float]) -> Part:
    """Make a plain box by its size and centre."""
    return box(*size_m).moved(centre_m[0], centre_m[1], centre_m[2] - size_m[2] / 2)


def soft_box(width: float, depth: float, height: float, radius: float, steps: int = 2, crown: float = 0.0) -> Part:
    """Make a box with rounded edges and corners; `crown` (metres) makes the top bulge, as cushions do."""
    radius = min(radius, 0.49 * width, 0.49 * depth, 0.5 * height)
    rise = np.linspace(0.0, np.pi / 2, steps + 1)
    insets = radius * (1.0 - np.sin(rise))
    lifts = radius * (1.0 - np.cos(rise))
    inset_z = [*zip(insets, lifts, strict=True), *zip(insets[::-1], (height - lifts)[::-1], strict=True)]
    rings = []
    for inset, z in inset_z:
        corner = max(radius - inset, 1e-4)
        rings.append(at_height(rounded_rectangle(width - 2 * inset, depth - 2 * inset, corner, steps), z))
    if crown > 0.0:
        flat_w, flat_d = width - 2 * radius, depth - 2 * radius
        for share in (0.75, 0.4):
            ring = rounded_rectangle(flat_w * share, flat_d * share, radius * share, steps)
            rings.append(at_height(ring, height + crown * (1.0 - share**2)))
    return loft(rings)


def lathe(profile: Points2, n: int = 24, closed: bool = False) -> Part:
    """Turn a profile of (radius, z) about the vertical axis; list the outside upwards, then any inside downwards.

    `closed` joins the last point to the first, for rings and open shades.
    """
    return loft([at_height(circle(radius, n), z) for radius, z in profile], closed=closed)


def cylinder(radius: float, height: float, n: int = 16) -> Part:
    """Make an upright cylinder."""
    return lathe([(radius, 0.0), (radius, height)], n)


def frustum(radius_low: float, radius_high: float, height: float, n: int = 16) -> Part:
    """Make an upright cone cut off at the top; a radius of 0 gives a point."""
    return lathe([(radius_low, 0.0), (radius_high, height)], n)


def disc(radius: float, height: float, bevel: float, n: int = 28) -> Part:
    """Make a flat cylinder with bevelled rims."""
    profile = [(radius - bevel, 0.0), (radius, bevel), (radius, height - bevel), (radius - bevel, height)]
    return lathe(profile, n)


def ellipsoid(rx: float, ry: float, rz: float, n: int = 16, levels: int = 8) -> Part:
    """Make an ellipsoid with half axes `rx`, `ry`, `rz`; its lowest point is at z = 0."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, levels + 1)
    unit = [at_height(circle(max(math.cos(a), 0.0) if abs(a) < 1.5707 else 0.0, n), math.sin(a)) for a in angle]
    return loft([ring * np.array([rx, ry, rz]) for ring in unit]).moved(z=rz)


def torus(radius: float, tube_radius: float, n: int = 24, around: int = 8) -> Part:
    """Make a flat-lying ring; its lowest point is at z = 0."""
    section = circle(tube_radius, around)
    rings = []
    for angle in 2.0 * np.pi * np.arange(n) / n:
        along = np.array([math.cos(angle), math.sin(angle), 0.0])
        # The section turns from outward to downward: counter-clockwise seen from the ring ahead.
        rings.append((radius + section[:, :1]) * along - section[:, 1:] * np.array([0.0, 0.0, 1.0]))
    return loft(rings, closed=True).moved(z=tube_radius)
