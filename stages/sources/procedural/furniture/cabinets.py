"""Building blocks of case furniture: carcasses, drawer and door fronts, handles, rows of books."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Piece
from stages.sources.procedural.furniture.palette import choose, matt
from stages.sources.procedural.furniture.parts import Part, four_corners, join
from stages.sources.procedural.furniture.shapes import box, cylinder, ellipsoid, frustum, slab_box, soft_box
from stages.sources.procedural.furniture.sweeps import bend, tube

BOOK_COLORS = tuple(
    matt(code)
    for code in ("9c3a32", "2f5478", "4d6b44", "c79a3d", "5d4a72", "ddd2bb", "3b3b40", "b8663c", "3b7a7a", "7d2f45")
)


def panel(width: float, height: float, thickness: float = 0.018) -> Part:
    """Make a drawer or door front with bevelled edges: its back is at y = 0, it looks to -y and stands on z = 0."""
    return soft_box(width, height, thickness, 0.005, 1).turned("x", 90).moved(z=height / 2)


def reveal(width: float, height: float) -> Part:
    """Make the dark ground that shows in the seams between fronts: lies on the plane y = 0 and stands on z = 0."""
    return slab_box((width, 0.006, height), (0, 0, height / 2))


def framed_panel(width: float, height: float) -> Part:
    """Make a door front with a raised frame round a recessed field."""
    stile = 0.06
    field = panel(width - 2 * stile + 0.01, height - 2 * stile + 0.01, 0.008).moved(z=stile - 0.005)
    upright = panel(stile, height).moved(x=(width - stile) / 2)
    rail = panel(width - 2 * stile, stile)
    return join([field, upright, upright.mirrored(), rail, rail.moved(z=height - stile)])


def bar_handle(length: float, upright: bool = False) -> Part:
    """Make a bow handle fixed at y = 0, lying along x or standing along z, centred at the origin."""
    half = length / 2
    path = bend([(-half, 0.004, 0), (-half, -0.026, 0), (half, -0.026, 0), (half, 0.004, 0)], 0.012, 3)
    handle = tube(path, 0.005, 6)
    return handle.turned("y", 90) if upright else handle


def knob() -> Part:
    """Make a round knob on a short neck fixed at y = 0, centred at the origin."""
    return (cylinder(0.006, 0.016, 8) + ellipsoid(0.015, 0.015, 0.011, 10, 6).moved(z=0.01)).turned("x", 90)


def shell(width: float, depth: float, height: float, board: float = 0.02) -> Part:
    """Make a case open to the front: two sides, top, bottom and a thin back."""
    side = slab_box((board, depth, height), (width / 2 - board / 2, 0, height / 2))
    across = slab_box((width - 2 * board, depth, board), (0, 0, board / 2))
    back = slab_box((width - 2 * board, 0.008, height - 2 * board), (0, depth / 2 - 0.004, height / 2))
    return join([side, side.mirrored(), across, across.moved(z=height - board), back])


def plinth_or_legs(rng: np.random.Generator, width: float, depth: float, height: float) -> Part:
    """Make what a case stands on: a set-back plinth, tapered legs or bun feet, all `height` tall."""
    style = choose(rng, ("plinth", "tapered", "block"))
    if style == "plinth":
        return slab_box((width - 0.05, depth - 0.05, height), (0, 0.01, height / 2))
    if style == "tapered":
        return four_corners(frustum(0.012, 0.022, height + 0.004, 10).moved(width / 2 - 0.045, depth / 2 - 0.045))
    return four_corners(box(0.05, 0.05, height + 0.004, 0.006).moved(width / 2 - 0.035, depth / 2 - 0.035))


def book_row(rng: np.random.Generator, width: float, depth: float, height: float, fill: float = 0.9) -> list[Piece]:
    """Stand books side by side from x = -width / 2, backs to -y, on z = 0; the last one leans if there is room."""
    by_color: dict[Material, list[Part]] = {}
    x, end = -width / 2 + 0.004, -width / 2 + width * fill
    while True:
        thick = rng.uniform(0.022, 0.05)
        if x + thick > end:
            break
        tall, deep = height * rng.uniform(0.68, 0.93), depth * rng.uniform(0.75, 0.95)
        book = slab_box((thick - 0.002, deep, tall), (x + thick / 2, -depth / 2 + deep / 2 + 0.004, tall / 2))
        by_color.setdefault(choose(rng, BOOK_COLORS), []).append(book)
        x += thick
    tall = 0.72 * height
    if width / 2 - x > 0.26 * tall + 0.04:
        leaning = box(0.028, depth * 0.85, tall).moved(x=0.014).turned("y", -14)
        by_color.setdefault(choose(rng, BOOK_COLORS), []).append(leaning.moved(x + 0.245 * tall))
    return [(join(books), color) for color, books in by_color.items()]
