"""Musical instruments: piano, guitar, drum."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
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
from stages.sources.procedural.furniture.parts import around, both_sides, join, row
from stages.sources.procedural.furniture.shapes import box, cylinder, disc, lathe, slab_box, torus
from stages.sources.procedural.furniture.sweeps import prism, tube


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
    y_back, key_z = depth / 2, 0.72
    case = [
        slab_box((width - 0.04, 0.3, height - 0.06), (0, y_back - 0.15, (height - 0.06) / 2 + 0.03)),
        both_sides(slab_box((0.05, 0.34, height - 0.03), (width / 2 - 0.025, y_back - 0.17, (height - 0.03) / 2))),
        box(width + 0.04, 0.36, 0.035, 0.008).moved(0, y_back - 0.17, height - 0.035),
        both_sides(slab_box((0.05, 0.3, 0.16), (width / 2 - 0.025, -0.15, key_z))),
        slab_box((width - 0.08, 0.28, 0.05), (0, -0.15, key_z - 0.055)),
        slab_box((width - 0.08, 0.02, 0.09), (0, -0.285, key_z - 0.03)),
        slab_box((width - 0.12, 0.018, 0.1), (0, -0.02, key_z + 0.06)),
        both_sides(
            lathe([(0.03, 0.0), (0.045, 0.04), (0.025, 0.1), (0.045, 0.45), (0.05, key_z - 0.08)], 12).moved(
                width / 2 - 0.045, -0.25
            )
        ),
        slab_box((width - 0.1, 0.02, key_z - 0.3), (0, -0.012, 0.34)),
        slab_box((width - 0.02, 0.36, 0.06), (0, y_back - 0.17, 0.03)),
    ]
    desk = slab_box((0.6, 0.016, 0.22), (0, 0.0, 0.11)).turned("x", -14).moved(0, -0.04, key_z + 0.17)
    ledge = slab_box((0.66, 0.05, 0.016), (0, -0.05, key_z + 0.165))
    sheets = (
        both_sides(slab_box((0.2, 0.006, 0.26), (0.105, -0.012, 0.14))).turned("x", -14).moved(0, -0.04, key_z + 0.17)
    )
    staves = [
        slab_box((0.15, 0.003, 0.006), (x, -0.0165, z)) for x in (-0.105, 0.105) for z in np.linspace(0.06, 0.23, 5)
    ]
    notes = join(staves).turned("x", -14).moved(0, -0.04, key_z + 0.17)
    count, span = 42, width - 0.16
    pitch = span / count
    white = row(
        slab_box((pitch * 0.92, 0.15, 0.02), (0, -0.2, key_z - 0.012)), (np.arange(count) - (count - 1) / 2) * pitch
    )
    black_at = [k for k in range(count - 1) if k % 7 in (0, 1, 3, 4, 5)]
    black = row(
        slab_box((pitch * 0.55, 0.09, 0.016), (0, -0.172, key_z + 0.005)),
        [(k + 0.5 - (count - 1) / 2) * pitch for k in black_at],
    )
    felt = slab_box((span, 0.01, 0.012), (0, -0.118, key_z))
    pedals = row(box(0.035, 0.1, 0.012, 0.004), [-0.08, 0, 0.08]).moved(0, -0.06, 0.05)
    trims = BLACK_PLASTIC if finish.word != "black" else plastic("101012", 0.4)
    pieces = [
        (join([*case, desk, ledge]), finish.material),
        (white, plastic("f3f1ea", 0.5)),
        (black, trims),
        (felt, matt("8a2f2a")),
        (sheets, PAPER),
        (notes, matt("2a2a2a")),
        (pedals, BRASS),
    ]
    return assemble(Design("piano", f"{finish.word} upright piano"), pieces)


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
    top = choose(
        rng, (wood(rng, ("light wooden",)), wood(rng, ("wooden",)), paint(rng, ("red", "blue", "black", "white")))
    )
    side = wood(rng, ("dark wooden",))
    length, thick = 0.5, 0.1
    outline = _body_outline(length, 0.118)
    body = prism(outline, thick).turned("x", 90).moved(y=thick / 2)
    face = (
        prism([(0.985 * x, 0.985 * z + 0.004) for x, z in outline], 0.006).turned("x", 90).moved(y=-thick / 2 + 0.002)
    )
    y = -thick / 2
    hole = disc(0.05, 0.003, 0.001, 24).turned("x", 90).moved(0, y - 0.0035, 0.32)
    rosette = torus(0.056, 0.004, 28, 5).turned("x", 90).moved(0, y - 0.002, 0.32)
    bridge = box(0.15, 0.012, 0.022, 0.004).moved(0, y - 0.008, 0.14)
    neck = slab_box((0.05, 0.024, 0.5), (0, y - 0.002, length + 0.2))
    board = slab_box((0.054, 0.008, 0.6), (0, y - 0.017, length + 0.14))
    frets = row(
        slab_box((0.054, 0.003, 0.003), (0, y - 0.0215, 0)),
        list(length - 0.14 + 0.58 * (1 - 0.92 ** np.arange(1, 14)) / 0.68),
        "z",
    )
    head = (
        prism([(-0.026, 0), (0.026, 0), (0.042, 0.05), (0.036, 0.17), (-0.036, 0.17), (-0.042, 0.05)], 0.018)
        .turned("x", 84)
        .moved(0, y + 0.012, length + 0.44)
    )
    pegs = both_sides(
        row(
            cylinder(0.005, 0.02, 8).turned("y", 90) + cylinder(0.009, 0.012, 8).turned("y", 90).moved(0.018),
            [0.06, 0.1, 0.14],
            "z",
        ).moved(0.038, y + 0.005, length + 0.44)
    )
    strings = join(
        [
            tube(
                [(x * 1.0, y - 0.016, 0.14), (x * 0.8, y - 0.0245, length - 0.1), (x * 0.7, y - 0.024, length + 0.44)],
                0.0012,
                4,
            )
            for x in np.linspace(-0.022, 0.022, 6)
        ]
    )
    guard = prism([(0.055, 0.25), (0.12, 0.2), (0.1, 0.32), (0.058, 0.35)], 0.002).turned("x", 90).moved(y=y - 0.0045)
    tilt = [
        (part.moved(z=0.14).turned("x", -10), material)
        for part, material in [
            (body, side.material),
            (face, top.material),
            (join([hole, guard]), BLACK_PLASTIC),
            (rosette, matt("c9a24a")),
            (bridge + board, matt("33231a")),
            (neck + head, wood(rng, ("wooden",)).material),
            (join([frets, pegs, strings]), CHROME),
        ]
    ]
    legs = around(tube([(0.0, 0.0, 0.34), (0.2, 0.0, 0.008)], 0.009, 6), 3, 90).moved(0, 0.16)
    cradle = [tube([(0, 0.13, 0.12), (0.13, 0.06, 0.12), (0.13, -0.06, 0.115), (0.13, -0.075, 0.16)], 0.009, 6)]
    stand = join([legs, both_sides(join(cradle)), tube([(0, 0.16, 0.33), (0, 0.13, 0.12)], 0.009, 6)])
    return assemble(Design("guitar", f"{top.word} acoustic guitar on stand"), [*tilt, (stand, BLACK_METAL)])


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
