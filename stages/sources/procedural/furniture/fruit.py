"""Fruit: a filled bowl, a pineapple."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    choose,
    darker,
    matt,
    paint,
    plastic,
    wood,
)
from stages.sources.procedural.furniture.parts import around, join
from stages.sources.procedural.furniture.shapes import cylinder, ellipsoid, frustum, lathe
from stages.sources.procedural.furniture.sweeps import leaf, tube


def bowl(rng: np.random.Generator) -> Model:
    """Build a bowl heaped with fruit."""
    glaze = paint(rng, ("white", "blue", "light blue", "teal", "grey", "black")) if rng.random() < 0.65 else wood(rng)
    radius, height = rng.uniform(0.12, 0.16), rng.uniform(0.07, 0.09)
    body = lathe(
        [
            (radius * 0.4, 0.0),
            (radius * 0.42, 0.01),
            (radius * 0.8, height * 0.5),
            (radius, height),
            (radius - 0.008, height + 0.002),
            (radius * 0.75, height * 0.52),
            (radius * 0.3, 0.02),
            (0.0, 0.018),
        ],
        32,
    )
    colors = {
        "apples": ("b8342c", "a32a26", "c94a38"),
        "oranges": ("dd8a2c", "e09636", "d67f22"),
        "limes": ("8fae3c", "7f9c34", "9dba4a"),
    }
    fruit = choose(rng, tuple(colors))
    r = radius * 0.33
    spots = [
        (radius * 0.48 * np.cos(a), radius * 0.48 * np.sin(a), height * 0.36)
        for a in np.radians([10, 82, 155, 226, 300])
    ]
    spots.append((rng.uniform(-0.1, 0.1) * radius, rng.uniform(-0.1, 0.1) * radius, height * 0.36 + r * 1.05))
    pieces: list[Piece] = [(body, glaze.material)]
    stems = []
    for x, y, z in spots:
        ball = ellipsoid(r, r, r * 0.94, 14, 8).turned("z", rng.uniform(0, 90)).moved(x, y, z)
        pieces.append((ball, plastic(choose(rng, colors[fruit]), 0.25)))
        stems.append(cylinder(0.0025, 0.016, 5).turned("x", rng.uniform(-20, 20)).moved(x, y, z + 1.84 * r))
    a = np.radians(np.linspace(200, 340, 9))
    arch = 0.25 * radius * np.sin(a)
    curve = [0.85 * radius * np.cos(a), arch - 0.23 * radius, 2 * arch + 0.95 * height + 0.5 * radius]
    banana = tube(np.column_stack(curve), [0.006, 0.017, 0.021, 0.021, 0.017, 0.007], 8)
    pieces.append((banana, plastic("e3c23f", 0.2)))
    pieces.append((join(stems), matt("4d3a22")))
    return assemble(Design("bowl", f"{glaze.word} bowl of {fruit} and banana", placement="surface"), pieces)


def pineapple(rng: np.random.Generator) -> Model:
    """Build a pineapple: a scaled golden body under a crown of pointed leaves."""
    radius, height = rng.uniform(0.055, 0.065), rng.uniform(0.15, 0.19)
    color = plastic(choose(rng, ("c58f32", "b9822b", "cda13e")), 0.15)
    body = ellipsoid(radius, radius, height / 2, 20, 10)
    scales = []
    for level in range(7):
        angle = -0.95 + level * 0.32
        r, z = radius * np.cos(angle), height / 2 * (1 + np.sin(angle))
        for k in range(9):
            a = 360 * (k + 0.5 * (level % 2)) / 9
            scales.append(
                frustum(0.013, 0.003, 0.012, 4)
                .turned("y", 90 - np.degrees(angle) * 0.8)
                .moved(r - 0.002, 0, z)
                .turned("z", a)
            )
    crown = []
    for lift_deg, length, turn_deg in ((48, 0.085, 0), (66, 0.11, 20), (82, 0.12, 0)):
        blade = leaf(length, 0.024, 0.01, 0.002, 4).turned("y", -lift_deg).moved(0.006, 0, height - 0.006)
        crown.append(around(blade, 9, turn_deg))
    pieces = [(body, darker(color, 0.6)), (join(scales), color), (join(crown), matt("4f7a3e"))]
    return assemble(Design("pineapple", "golden pineapple", 40, "surface"), pieces)
