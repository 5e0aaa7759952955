"""Computers and screens: television, laptop, monitor, keyboard."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_METAL,
    BLACK_PLASTIC,
    SCREEN,
    STEEL,
    Finish,
    choose,
    darker,
    paint,
    plastic,
    srgb,
)
from stages.sources.procedural.furniture.parts import Part, both_sides, join, row
from stages.sources.procedural.furniture.shapes import box, cylinder, disc, frustum, slab_box, soft_box
from stages.sources.procedural.furniture.sweeps import prism, tube

_CASES = ("black", "black", "grey", "white")


def _glow(code: str) -> Material:
    return Material(srgb(code), gloss=0.6, emission=0.5)


def _landscape(rng: np.random.Generator, width: float, height: float) -> list[Piece]:
    """Show hills under a sky with a sun, as thin layers in front of the plane y = 0, centred at the origin."""
    sky, sun, far, near = choose(
        rng,
        (
            ("6fa6d6", "f4dd8a", "5d8a5f", "3f6b45"),
            ("e2a06a", "f7e3a8", "8a5f7a", "5b4261"),
            ("9fcbe0", "ffffff", "d9c48f", "3f8fae"),
        ),
    )

    def layer(outline: list[tuple[float, float]], lift: float) -> Part:
        return prism(outline, 0.0012).turned("x", 90).moved(y=-lift)

    w, h = width / 2, height / 2
    back = layer([(-w, -h), (w, -h), (w, h), (-w, h)], 0.0)
    disc_part = (
        disc(height * 0.11, 0.0012, 0.0004, 20).turned("x", 90).moved(rng.uniform(-0.6, 0.6) * w, -0.0014, h * 0.45)
    )
    hill = [
        (-w, -h),
        (w, -h),
        (w, -0.1 * h),
        (0.45 * w, 0.3 * h),
        (0.05 * w, -0.05 * h),
        (-0.4 * w, 0.42 * h),
        (-w, -0.15 * h),
    ]
    front = [(-w, -h), (w, -h), (w, -0.55 * h), (0.3 * w, -0.3 * h), (-0.3 * w, -0.6 * h), (-w, -0.35 * h)]
    return [
        (back, _glow(sky)),
        (disc_part, _glow(sun)),
        (layer(hill, 0.0028), _glow(far)),
        (layer(front, 0.0042), _glow(near)),
    ]


def _panel_display(width: float, height: float, lit: list[Piece] | None) -> list[Piece]:
    """Make a flat display whose lower edge is at z = 0 and whose bezel front is at y = -0.012."""
    case = soft_box(width, height, 0.024, 0.006, 1).turned("x", 90).moved(0, 0.012, height / 2)
    bulge = soft_box(width * 0.6, height * 0.55, 0.035, 0.012, 1).turned("x", 90).moved(0, 0.045, height * 0.45)
    glass = slab_box((width - 0.024, 0.003, height - 0.03), (0, -0.0125, height / 2 + 0.003))
    picture = [(part.moved(0, -0.0142, height / 2 + 0.003), material) for part, material in lit or []]
    return [(case + bulge, BLACK_PLASTIC), (glass, SCREEN), *picture]


def television(rng: np.random.Generator) -> Model:
    """Build a flat television on two splayed feet or a central stand, off or showing a landscape."""
    width = rng.uniform(0.9, 1.3)
    height, low = width * 0.58, 0.07
    lit = _landscape(rng, width - 0.03, height - 0.036) if rng.random() < 0.5 else None
    pieces = [(part.moved(z=low), material) for part, material in _panel_display(width, height, lit)]
    if rng.random() < 0.5:
        leg = both_sides(tube([(0, 0, low + 0.02), (0.02, -0.12, 0.006)], 0.009, 8), "y")
        stand = both_sides(leg.moved(width * 0.36, 0.006))
    else:
        stand = soft_box(width * 0.4, 0.22, 0.014, 0.005, 1) + box(0.12, 0.03, low + 0.05, 0.006).moved(y=0.03, z=0.005)
    light = slab_box((0.03, 0.003, 0.004), (0, -0.0128, low + 0.008))
    pieces += [(stand, choose(rng, (BLACK_METAL, STEEL))), (light, _glow("c9463c"))]
    state = "television showing landscape" if lit else "black flat television"
    return assemble(Design("television", state, placement="surface"), pieces)


def monitor(rng: np.random.Generator) -> Model:
    """Build a computer monitor on a neck and foot, showing windows."""
    width, low = rng.uniform(0.5, 0.62), 0.13
    height = width * 0.6
    case = paint(rng, ("black", "white", "grey"))
    pieces = [
        (part.moved(z=low), case.material if material is BLACK_PLASTIC else material)
        for part, material in _panel_display(width, height, _windows(rng, width - 0.024, height - 0.03))
    ]
    neck = box(0.05, 0.02, low + 0.12, 0.005).turned("x", 6).moved(0, 0.055, 0.005)
    foot = (
        disc(0.11, 0.014, 0.004, 32).scaled(1.15, 0.85, 1)
        if rng.random() < 0.5
        else soft_box(0.24, 0.18, 0.014, 0.005, 1)
    )
    button = slab_box((0.01, 0.003, 0.006), (width * 0.42, -0.0128, low + 0.008))
    pieces += [(neck + foot.moved(y=0.03), case.material), (button, _glow("6fc28a"))]
    return assemble(Design("monitor", f"{case.word} computer monitor", placement="surface"), pieces)


def _windows(rng: np.random.Generator, width: float, height: float) -> list[Piece]:
    """Show a desktop with a task bar, two windows and lines of text, in front of y = 0, centred."""
    base = _glow(choose(rng, ("2f5f8f", "3d7d78", "5c4a86", "8f5a3c")))

    def flat(w: float, h: float, x: float, z: float, lift: float) -> Part:
        return slab_box((w, 0.0012, h), (x, -0.0006 - lift, z))

    back, bar = flat(width, height, 0, 0, 0.0), flat(width, height * 0.06, 0, -height * 0.47, 0.0014)
    left, right = (-width * 0.2, height * 0.05), (width * 0.22, -height * 0.04)
    pages = flat(width * 0.44, height * 0.62, *left, 0.0014) + flat(width * 0.36, height * 0.5, *right, 0.0028)
    heads = flat(width * 0.44, height * 0.06, left[0], left[1] + height * 0.28, 0.0028) + flat(
        width * 0.36, height * 0.06, right[0], right[1] + height * 0.22, 0.0042
    )
    lines = []
    for k in range(7):
        w = width * 0.38 * float(rng.uniform(0.5, 1.0))
        lines.append(
            flat(w, height * 0.018, left[0] - width * 0.19 + w / 2, left[1] + height * (0.2 - 0.065 * k), 0.0028)
        )
    bars = [
        flat(width * 0.04, height * h, right[0] + width * (k - 2) * 0.06, right[1] - height * (0.2 - h / 2), 0.0042)
        for k, h in enumerate(rng.uniform(0.08, 0.34, 5))
    ]
    return [
        (back, base),
        (bar + heads, _glow("20242c")),
        (pages, _glow("eceff2")),
        (join(lines), _glow("8a939c")),
        (join(bars), _glow("d98a3a")),
    ]


def _key_block(columns: int, rows: int, pitch: float, height: float) -> Part:
    """Make a grid of flat key caps centred at the origin; the front row has a space bar."""
    cap = pitch * 0.84
    keys = []
    for r in range(rows):
        y = (r - (rows - 1) / 2) * pitch
        if r == 0:
            side = columns // 2 - 3
            spots = [*range(side), *range(columns - side, columns)]
            keys.append(frustum(0.7072, 0.65, height, 4).turned("z", 45).scaled(pitch * 5.8, cap, 1).moved(0, y))
        else:
            spots = list(range(columns))
        for c in spots:
            keys.append(slab_box((cap, cap, height), ((c - (columns - 1) / 2) * pitch, y, height / 2)))
    return join(keys)


def laptop(rng: np.random.Generator) -> Model:
    """Build an open laptop: key block, touch pad and a lit screen tilted back."""
    case = Finish(
        *choose(
            rng,
            (
                ("silver", plastic("b4b7bb", 0.5)),
                ("dark grey", plastic("4d5055", 0.4)),
                ("black", plastic("232427", 0.4)),
                ("white", plastic("e4e3df", 0.4)),
            ),
        )
    )
    width, depth = rng.uniform(0.31, 0.36), rng.uniform(0.215, 0.24)
    base = soft_box(width, depth, 0.016, 0.006, 2)
    keys = _key_block(13, 5, (width - 0.05) / 13, 0.004).moved(0, depth * 0.14, 0.0145)
    pad = slab_box((width * 0.3, depth * 0.26, 0.002), (0, -depth * 0.31, 0.0165))
    lid = soft_box(width, depth * 0.97, 0.008, 0.003, 1).turned("x", 90).moved(0, 0.004, depth * 0.485)
    screen: list[Piece] = [
        (lid, case.material),
        (slab_box((width - 0.01, 0.002, depth * 0.97 - 0.014), (0, -0.0045, depth * 0.49)), SCREEN),
    ]
    screen += [
        (part.moved(0, -0.0057, depth * 0.495), material)
        for part, material in _windows(rng, width - 0.024, depth * 0.9)
    ]
    tilt = rng.uniform(12, 25)
    raised = [(part.turned("x", -tilt).moved(0, depth / 2 - 0.006, 0.014), material) for part, material in screen]
    hinge = cylinder(0.006, width * 0.7, 10).turned("y", 90).moved(-width * 0.35, depth / 2 - 0.004, 0.014)
    key_color = BLACK_PLASTIC if case.word != "black" else plastic("55585d")
    pieces = [
        (base, case.material),
        (keys, key_color),
        (pad, darker(case.material, 0.75)),
        (hinge, BLACK_PLASTIC),
        *raised,
    ]
    return assemble(Design("laptop", f"open {case.word} laptop", placement="surface"), pieces)


def keyboard(rng: np.random.Generator) -> Model:
    """Build a computer keyboard with main block, arrow block and number pad."""
    case, cap = choose(
        rng,
        (
            ("black", "3a3c40"),
            ("white", "f4f3ef"),
            ("grey", "d9d8d3"),
            ("black", "c9c6bd"),
            ("white", "8fa9b8"),
            ("pink", "f0dde0"),
        ),
    )
    finish = paint(rng, (case,))
    width, depth = 0.44, rng.uniform(0.14, 0.155)
    base = soft_box(width, depth, 0.018, 0.006, 2)
    main = _key_block(14, 5, 0.02, 0.012).moved(-0.066, -0.012, 0.013)
    numbers = _pad_keys(4, 5).moved(0.172, -0.012, 0.013)
    arrows = _pad_keys(2, 2).moved(0.107, -0.042, 0.013)
    top = row(slab_box((0.02, 0.012, 0.012), (0, depth / 2 - 0.018, 0.019)), np.linspace(-0.196, 0.06, 11))
    accent = slab_box((0.036, 0.017, 0.0124), (0.055, -0.012 + 0.02, 0.0195))
    pieces = [
        (base, finish.material),
        (join([main, numbers, arrows, top]), plastic(cap)),
        (accent, plastic(choose(rng, ("c8553d", "d9a441", "3f8f8a")))),
    ]
    return assemble(Design("keyboard", f"{finish.word} keyboard", placement="surface"), pieces)


def _pad_keys(columns: int, rows: int) -> Part:
    return join(
        [
            slab_box((0.017, 0.017, 0.012), ((c - (columns - 1) / 2) * 0.02, (r - (rows - 1) / 2) * 0.02, 0.006))
            for c in range(columns)
            for r in range(rows)
        ]
    )
