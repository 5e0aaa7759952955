"""Surfaces of rooms: floors, walls, ceilings, in colours that go together."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.palette import choose, shaded, srgb
from stages.sources.procedural.shell import Finishes

FLOORS: dict[str, Material] = {
    "oak planks": Material(srgb("c39a6b"), "planks", srgb("9b7346"), 0.13, 0.22),
    "walnut planks": Material(srgb("8a6145"), "planks", srgb("63422c"), 0.14, 0.25),
    "pale planks": Material(srgb("d8c4a5"), "planks", srgb("b59c79"), 0.16, 0.18),
    "herringbone": Material(srgb("b98d5f"), "herringbone", srgb("8b6440"), 0.085, 0.22),
    "beige carpet": Material(srgb("c9b99f"), "carpet", srgb("b3a286"), 0.012),
    "grey carpet": Material(srgb("a3a5a6"), "carpet", srgb("8a8d90"), 0.012),
    "white tiles": Material(srgb("e2dfd8"), "tiles", srgb("b3afa6"), 0.3, 0.4),
    "grey tiles": Material(srgb("a9aaa8"), "tiles", srgb("85868a"), 0.45, 0.35),
    "terracotta tiles": Material(srgb("b9724f"), "tiles", srgb("cbb7a0"), 0.25, 0.2),
    "slate tiles": Material(srgb("6d7276"), "tiles", srgb("54585c"), 0.4, 0.3),
    "checker tiles": Material(srgb("dedbd3"), "checker", srgb("5f666c"), 0.3, 0.4),
    "terrazzo": Material(srgb("d6d1c6"), "speckle", srgb("9a8577"), 0.02, 0.35),
}

_CALM = ("efe8db", "e9e4d8", "e6e3dd", "e4ddcf", "dfe0da", "ece3d3")
_TINTED = ("c9d2c3", "c5d0d6", "dccbb6", "d9c3b6", "d8d2bd", "c8c5d0", "e0cfa6")
_STRONG = ("7d9182", "6f8797", "b9846a", "8c7a86", "a88f5d", "5f7380", "94765f")
_TRIM = Material(srgb("eeebe4"), gloss=0.15)


def finishes(rng: np.random.Generator, floors: Sequence[str], walls: Sequence[str], n_walls: int) -> Finishes:
    """Choose the surfaces of a room from the kinds it may have."""
    base = srgb(choose(rng, _CALM if rng.random() < 0.6 else _TINTED))
    plain = Material(base, "plaster", scale_m=0.08)
    surfaces = [plain] * n_walls
    kind = choose(rng, walls)
    if kind == "tiled":
        surfaces = [_special(rng, kind, base)] * n_walls
    elif kind != "plain":
        surfaces[int(rng.integers(n_walls))] = _special(rng, kind, base)
    floor = FLOORS[choose(rng, floors)]
    return Finishes(
        floor=Material(
            shaded(floor.color, rng.uniform(0.9, 1.08)), floor.pattern, floor.color2, floor.scale_m, floor.gloss
        ),
        floor_yaw=float(rng.integers(2)) * math.pi / 2,
        wall=surfaces,
        ceiling=Material(srgb("f1efe9"), "plaster", scale_m=0.1),
        trim=_TRIM,
    )


def _special(rng: np.random.Generator, kind: str, base: tuple[float, float, float]) -> Material:
    """Make the surface that sets one wall, or a whole wet room, apart."""
    strong = srgb(choose(rng, _STRONG))
    soft = srgb(choose(rng, _TINTED))
    return {
        "accent": Material(strong, "plaster", scale_m=0.08),
        "wallpaper": Material(soft, "wallpaper", shaded(soft, 0.62), 0.24),
        "stripes": Material(base, "stripes", soft, 0.12),
        "dots": Material(base, "dots", strong, 0.16),
        "bricks": Material(srgb("a5654e"), "bricks", srgb("c9b9a6"), 0.24),
        "tiled": Material(
            srgb(choose(rng, ("e9e8e3", "dbe4e4", "e5dfd2", "c9d6d3"))), "tiles", srgb("b9b7b0"), 0.15, 0.35
        ),
    }[kind]
