"""Devices that stand about: speaker, fan, radio."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_PLASTIC,
    BRASS,
    CHROME,
    RUBBER,
    STEEL,
    choose,
    paint,
    plastic,
    wood,
)
from stages.sources.procedural.furniture.parts import around, both_sides, four_corners, join, row
from stages.sources.procedural.furniture.shapes import box, cylinder, disc, frustum, lathe, slab_box, soft_box, torus
from stages.sources.procedural.furniture.sweeps import bend, prism, tube


def speaker(rng: np.random.Generator) -> Model:
    """Build a floor-standing loudspeaker with two or three round drivers."""
    finish = wood(rng) if rng.random() < 0.6 else paint(rng, ("black", "white", "red"))
    width, depth, height = rng.uniform(0.19, 0.24), rng.uniform(0.24, 0.3), rng.uniform(0.75, 1.05)
    body = box(width, depth, height - 0.03, 0.008).moved(z=0.03)
    feet = box(width + 0.04, depth + 0.03, 0.024, 0.006) + four_corners(
        cylinder(0.012, 0.012, 8).moved(width / 2 - 0.03, depth / 2 - 0.03, 0.021)
    )
    y, r = -depth / 2, width * 0.4
    cones, rims = [], []
    for z, size in ((height - 0.1, r * 0.42), (height - 0.28, r), (height - 0.28 - 2.2 * r, r)):
        cone = lathe(
            [(size, 0.0), (size, 0.006), (size * 0.86, 0.01), (size * 0.35, 0.003), (size * 0.2, 0.012), (0.0, 0.015)],
            28,
        )
        cones.append(cone.turned("x", 90).moved(0, y, z))
        rims.append(torus(size * 1.02, 0.005, 28, 6).turned("x", 90).moved(0, y - 0.0 + 0.002, z))
    word = finish.word
    pieces = [
        (body, finish.material),
        (feet, BLACK_PLASTIC),
        (join(cones), plastic("2c2d30", 0.2) if word != "black" else plastic("c9a24a")),
        (join(rims), CHROME),
    ]
    return assemble(Design("speaker", f"tall {word} speaker"), pieces)


def fan(rng: np.random.Generator) -> Model:
    """Build a standing fan: round base, pole, caged blades that face the front."""
    color = paint(rng, ("white", "white", "black", "light blue", "red", "teal"))
    height, radius = rng.uniform(1.05, 1.35), rng.uniform(0.19, 0.23)
    z = height - radius - 0.01
    stand = [
        disc(0.19, 0.03, 0.01, 32),
        cylinder(0.014, z - 0.05, 12).moved(z=0.02),
        frustum(0.045, 0.018, 0.07, 16).moved(z=0.025),
    ]
    motor = lathe([(0.03, 0.0), (0.06, 0.02), (0.065, 0.09), (0.05, 0.12)], 20).turned("x", -90).moved(0, 0.005, z)
    path = [(0.045, 0, 0.058), (0.75 * radius, 0, 0.05), (radius, 0, 0), (0.7 * radius, 0, -0.05), (0.04, 0, -0.055)]
    wires = around(tube(path, 0.0022, 4), 24)
    hoops = join([torus(radius, 0.006, 36, 6).moved(z=-0.006), torus(radius * 0.6, 0.003, 30, 4).moved(z=0.05)])
    cap = disc(0.05, 0.012, 0.003, 24).moved(z=0.053)
    cage = join([wires, hoops]).turned("x", 90).moved(0, -0.055, z)
    r = radius
    blade_outline = [
        (0.03, -0.02),
        (0.6 * r, -0.06),
        (0.9 * r, -0.05),
        (0.92 * r, 0.02),
        (0.6 * r, 0.055),
        (0.03, 0.02),
    ]
    blade = prism(blade_outline, 0.004).turned("x", 20)
    blades = around(blade, choose(rng, (3, 4, 5))).moved(z=-0.002) + cylinder(0.035, 0.05, 16).moved(z=-0.025)
    blade_color = paint(rng, [name for name in ("light blue", "grey", "white", "teal") if name != color.word])
    knobs = row(disc(0.012, 0.01, 0.002, 12), [-0.05, 0.0, 0.05]).moved(0, -0.13, 0.018)
    pieces = [
        (join([*stand, motor]), color.material),
        (cage, CHROME if color.word != "black" else STEEL),
        (cap.turned("x", 90).moved(0, -0.055, z), color.material),
        (blades.turned("x", 90).moved(0, -0.055, z), blade_color.material),
        (knobs, RUBBER),
    ]
    return assemble(Design("fan", f"{color.word} standing fan"), pieces)


def radio(rng: np.random.Generator) -> Model:
    """Build an old-style radio: wooden or coloured case, cloth grille, dial, two knobs, handle and aerial."""
    case = wood(rng) if rng.random() < 0.5 else paint(rng, ("red", "teal", "light blue", "yellow", "white", "green"))
    width, depth, height = rng.uniform(0.27, 0.33), 0.12, rng.uniform(0.17, 0.2)
    body = soft_box(width, height, depth, 0.025, 3).turned("x", 90).moved(0, depth / 2, height / 2 + 0.008)
    y = -depth / 2
    feet = four_corners(cylinder(0.01, 0.016, 8).moved(width / 2 - 0.04, depth / 2 - 0.03))
    grille = slab_box((width * 0.48, 0.008, height * 0.62), (-width * 0.19, y - 0.002, height * 0.54))
    bars = join(
        [
            slab_box((width * 0.48, 0.006, 0.005), (-width * 0.19, y - 0.007, height * (0.3 + 0.12 * k)))
            for k in range(5)
        ]
    )
    face = disc(height * 0.2, 0.008, 0.002, 28).turned("x", 90).moved(width * 0.26, y + 0.002, height * 0.66)
    needle = slab_box((0.003, 0.004, height * 0.17), (width * 0.26, y - 0.007, height * 0.72))
    knobs = both_sides(disc(0.015, 0.016, 0.003, 18).turned("x", 90).moved(width * 0.08)).moved(
        width * 0.26, y + 0.002, height * 0.26
    )
    handle = tube(
        bend(
            [
                (-width * 0.36, 0, height - 0.02),
                (-width * 0.36, 0, height + 0.055),
                (width * 0.36, 0, height + 0.055),
                (width * 0.36, 0, height - 0.02),
            ],
            0.03,
            4,
        ),
        0.007,
        8,
    )
    aerial = tube(
        [(width * 0.4, depth * 0.3, height * 0.9), (width * 0.62, depth * 0.3, height + 0.24)], [0.004, 0.002], 6
    )
    pieces = [
        (body, case.material),
        (feet, RUBBER),
        (grille, plastic("cbb88f", 0.0)),
        (join([bars, handle]), BRASS),
        (face, plastic("f1e8cf")),
        (needle, plastic("b3372f")),
        (knobs, BLACK_PLASTIC),
        (aerial, CHROME),
    ]
    return assemble(Design("radio", f"{case.word} retro radio", placement="surface"), pieces)
