"""Luggage: suitcase, backpack."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_PLASTIC,
    CHROME,
    FABRICS,
    RUBBER,
    choose,
    fabric,
    matt,
    paint,
    plastic,
)
from stages.sources.procedural.furniture.parts import both_sides, four_corners, join, row
from stages.sources.procedural.furniture.shapes import (
    at_height,
    cylinder,
    disc,
    ellipsoid,
    lathe,
    loft,
    rounded_rectangle,
    slab_box,
    soft_box,
)
from stages.sources.procedural.furniture.sweeps import bend, bow, tube


def suitcase(rng: np.random.Generator) -> Model:
    """Build a trolley case with ribs, wheels and a pulled-out handle, or an old case with straps."""
    return _trolley(rng) if rng.random() < 0.6 else _old_case(rng)


def _trolley(rng: np.random.Generator) -> Model:
    color = paint(rng, ("red", "blue", "yellow", "teal", "black", "pink", "orange", "light blue", "grey"))
    width, depth, height = rng.uniform(0.38, 0.46), rng.uniform(0.22, 0.27), rng.uniform(0.52, 0.66)
    low, top = 0.06, 0.06 + height
    half = soft_box(width, height, depth / 2 - 0.004, 0.05, 3).turned("x", 90).moved(0, -0.004, low + height / 2)
    seam = soft_box(width - 0.014, height - 0.014, 0.02, 0.04, 3).turned("x", 90).moved(0, 0.01, low + height / 2)
    rib = soft_box(0.022, height * 0.78, 0.012, 0.005, 1).turned("x", 90)
    ribs = row(rib.moved(0, -depth / 2 + 0.004, low + height / 2), np.linspace(-0.32, 0.32, 5) * width)
    wheel = disc(0.028, 0.022, 0.005, 16).turned("y", 90).moved(-0.011, 0, 0.028)
    bracket = slab_box((0.05, 0.04, 0.05), (0, 0, 0.05))
    corner = {"x": width / 2 - 0.05, "y": depth / 2 - 0.05}
    handle = bow(0.18, 0.35, 0.007, 0.02, 6).moved(0, depth / 2 - 0.03, top - 0.05)
    grip = cylinder(0.014, 0.13, 10).turned("y", 90).moved(-0.065, depth / 2 - 0.03, top + 0.3)
    ear = bow(0.12, 0.04, 0.009, 0.02, 6).moved(z=top - 0.01)
    pieces = [
        (both_sides(half + ribs, "y"), color.material),
        (join([seam, four_corners(bracket.moved(**corner)), ear, grip]), BLACK_PLASTIC),
        (four_corners(wheel.moved(**corner)), RUBBER),
        (handle, CHROME),
    ]
    return assemble(Design("suitcase", f"{color.word} trolley suitcase"), pieces)


_HIDES = {"brown": "7a4b2c", "red": "96382e", "green": "4f6b4a", "blue": "3d5a7d", "beige": "c6ad85"}


def _old_case(rng: np.random.Generator) -> Model:
    name = choose(rng, tuple(_HIDES))
    hide, straps = plastic(_HIDES[name], 0.15), matt("4a2d1a" if name != "brown" else "2f1d12")
    width, depth, height = rng.uniform(0.52, 0.64), rng.uniform(0.16, 0.2), rng.uniform(0.36, 0.42)
    body = soft_box(width, height, depth, 0.018, 2).turned("x", 90).moved(0, depth / 2, height / 2)
    seam = slab_box((width + 0.004, 0.008, height + 0.004), (0, depth * 0.1, height / 2))
    belts = both_sides(slab_box((0.035, depth + 0.008, height + 0.008), (width * 0.28, 0, height / 2)))
    caps = four_corners(ellipsoid(0.045, 0.045, 0.045, 10, 6).moved(width / 2 - 0.035, depth / 2 - 0.036))
    buckles = both_sides(slab_box((0.05, 0.006, 0.035), (width * 0.28, -depth / 2 - 0.006, height * 0.72)))
    locks = both_sides(slab_box((0.04, 0.03, 0.006), (width * 0.13, 0, height + 0.004)))
    ear = bow(0.16, 0.05, 0.011, 0.03).moved(z=height - 0.004)
    dark = join([seam, belts, caps, caps.moved(z=height - 0.09), ear])
    pieces = [(body, hide), (dark, straps), (buckles + locks, plastic("c2a04e", 0.6))]
    return assemble(Design("suitcase", f"old {name} suitcase with straps"), pieces)


def backpack(rng: np.random.Generator) -> Model:
    """Build a backpack with front pocket, side bottle, haul loop and shoulder straps at the back."""
    cloth = fabric(rng, [name for name in FABRICS if name != "beige"])
    trim = fabric(rng, [name for name in FABRICS if name != cloth.word])
    width, depth, height = rng.uniform(0.29, 0.33), rng.uniform(0.15, 0.18), rng.uniform(0.42, 0.48)
    shares = [
        (0.86, 0.8, 0.0),
        (0.98, 0.98, 0.1),
        (1.0, 1.0, 0.45),
        (0.97, 0.95, 0.7),
        (0.86, 0.8, 0.9),
        (0.6, 0.5, 1.0),
    ]
    body = loft([at_height(rounded_rectangle(width * a, depth * b, 0.06, 4), height * c) for a, b, c in shares])
    pocket = soft_box(width * 0.74, height * 0.4, 0.06, 0.028, 3).turned("x", 90)
    pocket = pocket.moved(0, -depth / 2 + 0.018, height * 0.27)
    zip_front = bow(width * 0.6, height * 0.1, 0.004, 0.03, 5).moved(0, -depth / 2 - 0.043, height * 0.3)
    arch = np.radians(np.linspace(0, 180, 13))
    over = [width * 0.44 * np.cos(arch), -depth * 0.5 + 0.024 * np.sin(arch), height * (0.6 + 0.28 * np.sin(arch))]
    zip_top = tube(np.column_stack(over), 0.005, 5)
    loop = bow(0.06, 0.06, 0.007, 0.02, 6).moved(0, 0.02, height - 0.01)
    ahead, behind = depth * 0.38, depth / 2 + 0.07
    path = [(0.07, ahead, 0.9), (0.09, behind, 0.8), (0.1, behind, 0.35), (0.11, ahead, 0.1)]
    strap = tube(bend([(x, y, height * z) for x, y, z in path], 0.1, 4), 0.022, 8)
    side = soft_box(0.05, depth * 0.6, height * 0.3, 0.02, 2).moved(width / 2, 0, 0.03)
    flask = lathe([(0.026, 0.0), (0.026, 0.16), (0.012, 0.19), (0.012, 0.215), (0.0, 0.215)], 16)
    patch = slab_box((0.07, 0.004, 0.035), (0, -depth / 2 - 0.044, height * 0.22))
    pieces = [
        (body + pocket, cloth.material),
        (join([zip_front, zip_top, loop, both_sides(strap + side)]), trim.material),
        (flask.moved(width / 2 + 0.004, 0, 0.1), plastic("9fb9c4", 0.7)),
        (patch, matt("5a3a22")),
    ]
    return assemble(Design("backpack", f"{cloth.word} backpack with {trim.word} straps"), pieces)
