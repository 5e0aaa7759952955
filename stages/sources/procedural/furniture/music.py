"""Musical instruments: piano, guitar, drum."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble, resized
from stages.sources.procedural.furniture.palette import (
    BLACK_METAL,
    BLACK_PLASTIC,
    BRASS,
    CHROME,
    PAPER,
    Finish,
    choose,
    matt,
    paint,
    plastic,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, around, both_sides, join, row
from stages.sources.procedural.furniture.shapes import box, cylinder, disc, lathe, slab_box, torus
from stages.sources.procedural.furniture.sweeps import prism, tube

KEY_Z = 0.72  # height of the keys, metres


def piano(rng: np.random.Generator) -> Model:
    """Build an upright piano: keys, fall board, music desk with sheets, legs and pedals."""
    finish = choose(
        rng,
        (
            Finish("black", plastic("1b1b1d", 0.8)),
            Finish("white", plastic("ecebe6", 0.7)),
            wood(rng, ("wooden", "dark wooden")),
        ),
    )
    width, height, depth = rng.uniform(1.42, 1.5), rng.uniform(1.1, 1.28), 0.6
    count, span = 42, width - 0.16
    pitch = span / count
    white = slab_box((pitch * 0.92, 0.15, 0.02), (0, -0.2, KEY_Z - 0.012))
    black = slab_box((pitch * 0.55, 0.09, 0.016), (0, -0.172, KEY_Z + 0.005))
    black_at = [(k + 0.5 - (count - 1) / 2) * pitch for k in range(count - 1) if k % 7 in (0, 1, 3, 4, 5)]
    pedals = row(box(0.035, 0.1, 0.012, 0.004), [-0.08, 0, 0.08]).moved(0, -0.06, 0.05)
    desk, sheets, notes = _music_desk()
    pieces = [
        (_piano_case(width, height, depth / 2) + desk, finish.material),
        (row(white, (np.arange(count) - (count - 1) / 2) * pitch), plastic("f3f1ea", 0.5)),
        (row(black, black_at), plastic("101012", 0.4)),
        (slab_box((span, 0.01, 0.012), (0, -0.118, KEY_Z)), matt("8a2f2a")),
        (sheets, PAPER),
        (notes, matt("2a2a2a")),
        (pedals, BRASS),
    ]
    return assemble(Design("piano", f"{finish.word} upright piano"), pieces)


def _piano_case(width: float, height: float, back: float) -> Part:
    """Make body, cheeks, lid, key bed, fall board and front legs; the back lies on y = `back`."""
    x = width / 2 - 0.025
    leg = lathe([(0.03, 0.0), (0.045, 0.04), (0.025, 0.1), (0.045, 0.45), (0.05, KEY_Z - 0.08)], 12)
    cheeks = [
        slab_box((0.05, 0.34, height - 0.03), (x, back - 0.17, (height - 0.03) / 2)),
        slab_box((0.05, 0.3, 0.16), (x, -0.15, KEY_Z)),
        leg.moved(x - 0.02, -0.25),
    ]
    return join(
        [
            both_sides(join(cheeks)),
            slab_box((width - 0.04, 0.3, height - 0.06), (0, back - 0.15, height / 2)),
            box(width + 0.04, 0.36, 0.035, 0.008).moved(0, back - 0.17, height - 0.035),
            slab_box((width - 0.08, 0.28, 0.05), (0, -0.15, KEY_Z - 0.055)),
            slab_box((width - 0.08, 0.02, 0.09), (0, -0.285, KEY_Z - 0.03)),
            slab_box((width - 0.12, 0.018, 0.1), (0, -0.02, KEY_Z + 0.06)),
            slab_box((width - 0.1, 0.02, KEY_Z - 0.3), (0, -0.012, 0.34)),
            slab_box((width - 0.02, 0.36, 0.06), (0, back - 0.17, 0.03)),
        ]
    )


def _music_desk() -> tuple[Part, Part, Part]:
    """Make a leaning desk on a ledge, two sheets on it, and their staves."""
    desk = slab_box((0.6, 0.016, 0.22), (0, 0.0, 0.11))
    sheets = both_sides(slab_box((0.2, 0.006, 0.26), (0.105, -0.012, 0.14)))
    staves = both_sides(row(slab_box((0.15, 0.003, 0.006), (0.105, -0.0165, 0)), np.linspace(0.06, 0.23, 5), "z"))
    desk, sheets, staves = (part.turned("x", -14).moved(0, -0.04, KEY_Z + 0.17) for part in (desk, sheets, staves))
    return desk + slab_box((0.66, 0.05, 0.016), (0, -0.05, KEY_Z + 0.165)), sheets, staves


def _body_outline(length: float, waist: float) -> list[tuple[float, float]]:
    """Trace a guitar body from the tail (z = 0) upwards; symmetric in x."""
    t = np.linspace(0, 1, 15)
    lower, upper = 0.19, 0.145
    half = np.interp(
        t,
        [0, 0.06, 0.16, 0.32, 0.45, 0.6, 0.7, 0.83, 0.93, 0.98, 1.0],
        [0.06, 0.125, 0.172, lower, 0.165, waist, 0.122, upper, 0.125, 0.08, 0.04],
    )
    right = [(float(h), float(length * s)) for h, s in zip(half, t, strict=True)]
    return right + [(-x, z) for x, z in reversed(right)]


def guitar(rng: np.random.Generator) -> Model:
    """Build an acoustic guitar leaning back on a small stand."""
    colors = paint(rng, ("red", "blue", "black", "white"))
    top = choose(rng, (wood(rng, ("light wooden",)), wood(rng, ("wooden",)), colors))
    length, y = 0.5, -0.05
    outline = _body_outline(length, 0.118)
    body = prism(outline, 0.1).turned("x", 90).moved(y=0.05)
    face = prism([(0.985 * x, 0.985 * z + 0.004) for x, z in outline], 0.006).turned("x", 90).moved(y=y + 0.002)
    hole = disc(0.05, 0.003, 0.001, 24).turned("x", 90).moved(0, y - 0.0035, 0.32)
    rosette = torus(0.056, 0.004, 28, 5).turned("x", 90).moved(0, y - 0.002, 0.32)
    guard = prism([(0.055, 0.25), (0.12, 0.2), (0.1, 0.32), (0.058, 0.35)], 0.002).turned("x", 90).moved(y=y - 0.0045)
    bridge = box(0.15, 0.012, 0.022, 0.004).moved(0, y - 0.008, 0.14)
    board = slab_box((0.054, 0.008, 0.6), (0, y - 0.017, length + 0.14))
    neck, metalwork = _guitar_neck(length, y)
    upright = [
        (body, wood(rng, ("dark wooden",)).material),
        (face, top.material),
        (hole + guard, BLACK_PLASTIC),
        (rosette, matt("c9a24a")),
        (bridge + board, matt("33231a")),
        (neck, wood(rng, ("wooden",)).material),
        (metalwork, CHROME),
    ]
    leaning = [(part.moved(z=0.14).turned("x", -10), material) for part, material in upright]
    legs = around(tube([(0.0, 0.0, 0.34), (0.2, 0.0, 0.008)], 0.009, 6), 3, 90).moved(0, 0.16)
    cradle = tube([(0, 0.13, 0.12), (0.13, 0.06, 0.12), (0.13, -0.06, 0.115), (0.13, -0.075, 0.16)], 0.009, 6)
    stand = join([legs, both_sides(cradle), tube([(0, 0.16, 0.33), (0, 0.13, 0.12)], 0.009, 6)])
    pieces = [*leaning, (stand, BLACK_METAL)]
    design = Design("guitar", f"{top.word} acoustic guitar on stand")
    return assemble(design, resized(pieces, rng.uniform(0.9, 1.05)))


def _guitar_neck(length: float, y: float) -> tuple[Part, Part]:
    """Make neck and head; and frets, pegs and strings. The body ends at z = `length`, its front is y."""
    neck = slab_box((0.05, 0.024, 0.5), (0, y - 0.002, length + 0.2))
    plate = [(-0.026, 0), (0.026, 0), (0.042, 0.05), (0.036, 0.17), (-0.036, 0.17), (-0.042, 0.05)]
    head = prism(plate, 0.018).turned("x", 84).moved(0, y + 0.012, length + 0.44)
    fret_z = length - 0.14 + 0.58 * (1 - 0.92 ** np.arange(1, 14)) / 0.68
    frets = row(slab_box((0.054, 0.003, 0.003), (0, y - 0.0215, 0)), list(fret_z), "z")
    peg = cylinder(0.005, 0.02, 8).turned("y", 90) + cylinder(0.009, 0.012, 8).turned("y", 90).moved(0.018)
    pegs = both_sides(row(peg, [0.06, 0.1, 0.14], "z").moved(0.038, y + 0.005, length + 0.44))
    ends = ((1.0, -0.016, 0.14), (0.8, -0.0245, length - 0.1), (0.7, -0.024, length + 0.44))
    strings = [tube([(x * k, y + dy, z) for k, dy, z in ends], 0.0012, 4) for x in np.linspace(-0.022, 0.022, 6)]
    return neck + head, join([frets, pegs, *strings])


def drum(rng: np.random.Generator) -> Model:
    """Build a drum on three legs with rims, lugs and a pair of sticks on its skin."""
    shell_color = paint(rng, ("red", "blue", "green", "yellow", "white", "teal", "orange"))
    radius, tall, low = rng.uniform(0.2, 0.26), rng.uniform(0.26, 0.36), 0.22
    shell = cylinder(radius, tall, 36).moved(z=low)
    hoop = lathe(
        [(radius - 0.01, 0.0), (radius + 0.016, 0.0), (radius + 0.016, 0.03), (radius - 0.01, 0.03)], 36, closed=True
    )
    hoops = hoop.moved(z=low - 0.006) + hoop.moved(z=low + tall - 0.02)
    skin = disc(radius - 0.012, 0.01, 0.003, 36).moved(z=low + tall - 0.006)
    lug = box(0.022, 0.022, tall * 0.3, 0.004).moved(radius + 0.006, 0, low + tall * 0.35) + cylinder(
        0.004, tall - 0.03, 6
    ).moved(radius + 0.012, 0, low + 0.01)
    leg = tube(
        [(radius + 0.018, 0, low + tall * 0.6), (radius + 0.02, 0, low - 0.02), (radius + 0.1, 0, 0.005)], 0.009, 8
    )
    stick = tube([(-0.2, 0, 0), (0.15, 0, 0), (0.19, 0, 0), (0.2, 0, 0)], [0.008, 0.006, 0.009, 0.004], 8).moved(
        z=low + tall + 0.014
    )
    sticks = stick.turned("z", 20).moved(0, 0.04) + stick.turned("z", 35).moved(0.02, -0.03, 0.004)
    pieces: list[Piece] = [
        (shell, shell_color.material),
        (hoops + around(lug, 8), CHROME),
        (skin, matt("efe9da")),
        (around(leg, 3, 30), BLACK_METAL),
        (sticks, wood(rng, ("light wooden",)).material),
    ]
    return assemble(Design("drum", f"{shell_color.word} drum on legs with sticks"), pieces)
