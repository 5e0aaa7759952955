"""Framed things on walls: picture, mirror."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    COLORS,
    choose,
    matt,
    metal,
    plastic,
    srgb,
    wood_or_paint,
)
from stages.sources.procedural.furniture.parts import Part, join
from stages.sources.procedural.furniture.shapes import (
    at_height,
    cylinder,
    lathe,
    loft,
    rounded_rectangle,
    slab_box,
)
from stages.sources.procedural.furniture.sweeps import prism

Outline = list[tuple[float, float]]
_WHOLE: Outline = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
MIRROR_GLASS = Material(srgb("b9cad2"), gloss=0.95)


def _frame(width: float, height: float, bar: float, depth: float) -> Part:
    """Make a mitred, slightly sloping frame round a hole; its back is at y = 0 and it stands on z = 0."""
    sizes = [
        (width, height, 0.0),
        (width, height, depth * 0.6),
        (width - bar * 0.8, height - bar * 0.8, depth),
        (width - 2 * bar, height - 2 * bar, depth * 0.7),
        (width - 2 * bar, height - 2 * bar, 0.0),
    ]
    rings = [at_height(rounded_rectangle(a, b, 0.006, 1), z) for a, b, z in sizes]
    return loft(rings, closed=True).turned("x", 90).moved(z=height / 2)


def _plate(width: float, height: float, y: float, z: float, thick: float = 0.004) -> Part:
    return slab_box((width, thick, height), (0, y + thick / 2, z))


def picture(rng: np.random.Generator) -> Model:
    """Build a framed picture: landscape, abstract circles, a flower or mountains, with or without mat."""
    wide = rng.random() < 0.6
    width, height = (
        (rng.uniform(0.55, 0.9), rng.uniform(0.4, 0.6)) if wide else (rng.uniform(0.38, 0.5), rng.uniform(0.55, 0.75))
    )
    finish = wood_or_paint(rng, ("black", "white")) if rng.random() < 0.8 else metal(rng)
    bar, depth = 0.03, 0.025
    pieces: list[Piece] = [(_frame(width, height, bar, depth), finish.material)]
    inner_w, inner_h = width - 2 * bar, height - 2 * bar
    back = _plate(inner_w + 0.004, inner_h + 0.004, -0.009, height / 2, 0.006)
    pieces.append((back, matt("efebe0")))
    mat = 0.05 if rng.random() < 0.5 else -0.001
    w, h = inner_w - 2 * mat, inner_h - 2 * mat
    motif = choose(rng, tuple(_PAINTERS))
    painted = _PAINTERS[motif](rng, w / 2, h / 2)
    pieces += [(part.moved(0, -0.0092, height / 2), material) for part, material in painted]
    caption = f"{'wide' if wide else 'tall'} {finish.word} framed picture of {motif}"
    return assemble(Design("picture", caption, placement="wall"), pieces)


def _layer(outline: Outline, k: int) -> Part:
    """Cut a flat shape (x, z); larger `k` lies further in front."""
    return prism(outline, 0.001).turned("x", 90).moved(y=-0.0008 * k)


def _dot(x: float, z: float, radius: float, k: int) -> Part:
    return cylinder(radius, 0.001, 20).turned("x", 90).moved(x, -0.0008 * k, z)


def _stretched(outline: Outline, x: float, z: float) -> Outline:
    return [(x * a, z * b) for a, b in outline]


def _boat(rng: np.random.Generator, x: float, z: float) -> list[Piece]:
    sky, sun = choose(rng, (("a9cbd8", "eec65a"), ("e9c6a0", "d8663f"), ("c7d9c9", "f2d98a")))
    hull = [(-0.3, -0.2), (-0.2, -0.42), (0.3, -0.42), (0.42, -0.2)]
    sails = [[(0.03, -0.15), (0.4, -0.15), (0.03, 0.7)], [(-0.03, -0.15), (-0.3, -0.15), (-0.03, 0.55)]]
    return [
        (_layer(_stretched(_WHOLE, x, z), 0), matt(sky)),
        (_layer(_stretched([(-1, -1), (1, -1), (1, -0.15), (-1, -0.15)], x, z), 1), matt("33688a")),
        (_layer(_stretched(hull, x, z), 2), matt("8a3b2a")),
        (join([_layer(_stretched(sail, x, z), 2) for sail in sails]), matt("f2ede0")),
        (_dot(-0.6 * x, 0.55 * z, 0.16 * min(x, z), 1), matt(sun)),
    ]


def _mountains(rng: np.random.Generator, x: float, z: float) -> list[Piece]:
    sky, rock, meadow = choose(
        rng, (("e7c9a4", "6b7f9a", "4a6b4c"), ("bcd6e0", "7a7f88", "6f8f4e"), ("d9b3b3", "5d5878", "3f5a4f"))
    )
    far = [(-1, -0.4), (1, -0.4), (1, 0.1), (0.5, 0.6), (0.1, 0.05), (-0.4, 0.75), (-1, 0.0)]
    snow = [(-0.4, 0.75), (-0.55, 0.56), (-0.42, 0.62), (-0.28, 0.58)]
    near = [(-1, -1), (1, -1), (1, -0.3), (0.2, -0.55), (-0.5, -0.25), (-1, -0.5)]
    layers = ((_WHOLE, sky), (far, rock), (snow, "f6f3ec"), (near, meadow))
    painted = [(_layer(_stretched(outline, x, z), k), matt(color)) for k, (outline, color) in enumerate(layers)]
    return [*painted, (_dot(0.62 * x, 0.72 * z, 0.13 * min(x, z), 1), matt("d9663f"))]


def _circles(rng: np.random.Generator, x: float, z: float) -> list[Piece]:
    names = rng.permutation(np.array(("red", "blue", "yellow", "teal", "orange", "black")))
    spots = [(-0.3, 0.3, 0.56), (0.35, -0.1, 0.44), (-0.2, -0.5, 0.3), (0.45, 0.6, 0.2), (-0.3, 0.3, 0.28)]
    dots = [_dot(a * x, b * z, r * min(x, z), k + 1) for k, (a, b, r) in enumerate(spots)]
    painted = [(dot, matt(COLORS[str(name)])) for dot, name in zip(dots, names, strict=False)]
    return [(_layer(_stretched(_WHOLE, x, z), 0), matt("efe6d2")), *painted]


def _flower(rng: np.random.Generator, x: float, z: float) -> list[Piece]:
    s = 2 * min(x, z)
    turns = np.radians(np.arange(0, 360, 60))
    petals = [
        _dot(0.17 * s * np.cos(a), 0.17 * s * np.sin(a) + 0.25 * z, 0.12 * s, 2 + k % 2) for k, a in enumerate(turns)
    ]
    stem = _layer([(-0.012 * s, -z), (0.012 * s, -z), (0.012 * s, 0.2 * z), (-0.012 * s, 0.2 * z)], 1)
    blade = _layer([(0.0, -0.6 * z), (0.14 * s, -0.42 * z), (0.28 * s, -0.25 * z), (0.1 * s, -0.3 * z)], 1)
    return [
        (_layer(_stretched(_WHOLE, x, z), 0), matt(choose(rng, ("d8e2dc", "f0e1c6", "2f3e55")))),
        (stem + blade, matt("4f7a3e")),
        (join(petals), matt(choose(rng, ("c8485a", "d9862f", "8a5aa0")))),
        (_dot(0, 0.25 * z, 0.1 * s, 5), matt("e8c04a")),
    ]


_PAINTERS = {"sailing boat": _boat, "mountains": _mountains, "colourful circles": _circles, "flower": _flower}


def mirror(rng: np.random.Generator) -> Model:
    """Build a wall mirror: rectangular, arched or round, in a frame, with a light streak on the glass."""
    finish = wood_or_paint(rng, ("white", "black")) if rng.random() < 0.6 else metal(rng)
    style = choose(rng, ("rectangular", "round", "oval"))
    if style == "rectangular":
        width, height = rng.uniform(0.5, 0.7), rng.uniform(0.8, 1.3)
        frame, glass = (
            _frame(width, height, 0.05, 0.03),
            _plate(width - 0.096, height - 0.096, -0.013, height / 2, 0.01),
        )
        pieces = [(frame, finish.material), (glass, MIRROR_GLASS)]
        reach = width
    else:
        radius = rng.uniform(0.3, 0.4)
        tall = 1.0 if style == "round" else 1.45
        rim = lathe(
            [(radius, 0.0), (radius, 0.02), (radius - 0.02, 0.03), (radius - 0.04, 0.018), (radius - 0.04, 0.0)],
            48,
            closed=True,
        )
        plate = cylinder(radius - 0.036, 0.01, 48).moved(z=0.002)
        pieces = [
            (part.scaled(1, tall, 1).turned("x", 90), m) for part, m in ((rim, finish.material), (plate, MIRROR_GLASS))
        ]
        reach, height = 2 * radius, 0.0
    streak = prism([(-0.02, -0.14), (0.015, -0.14), (0.115, 0.1), (0.08, 0.1)], 0.001).turned("x", 90)
    thin = prism([(0.04, -0.14), (0.05, -0.14), (0.15, 0.1), (0.14, 0.1)], 0.001).turned("x", 90)
    shine = (streak + thin).scaled(reach / 0.6, 1, reach / 0.6).moved(-0.06 * reach, -0.0125, height / 2 + 0.1 * reach)
    pieces.append((shine, plastic("e2ebee", 0.9)))
    return assemble(Design("mirror", f"{style} mirror with {finish.word} frame", placement="wall"), pieces)
