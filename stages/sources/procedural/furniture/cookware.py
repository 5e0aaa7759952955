"""Tableware and pots: cup, bowl, bottle, pot, pan."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_PLASTIC,
    BRIGHTS,
    CERAMIC,
    CHROME,
    STEEL,
    Finish,
    choose,
    darker,
    matt,
    paint,
    plastic,
    wood,
)
from stages.sources.procedural.furniture.parts import around, both_sides, join
from stages.sources.procedural.furniture.shapes import cylinder, disc, ellipsoid, frustum, lathe
from stages.sources.procedural.furniture.sweeps import bend, leaf, tube


def cup(rng: np.random.Generator) -> Model:
    """Build a mug or a tea cup on a saucer, filled, with its handle to the right."""
    glaze = paint(rng, BRIGHTS)
    drink = matt(choose(rng, ("3a2114", "6b3f1d", "a06a2c")))
    if rng.random() < 0.55:
        radius, height = rng.uniform(0.037, 0.043), rng.uniform(0.085, 0.1)
        body = lathe([(radius - 0.006, 0.0), (radius, 0.008), (radius, height), (radius - 0.004, height), (radius - 0.005, height - 0.02), (0.0, height - 0.02)], 28)  # fmt: skip
        ears = tube(bend([(radius - 0.002, 0, height * 0.82), (radius + 0.032, 0, height * 0.8), (radius + 0.03, 0, height * 0.22), (radius - 0.002, 0, height * 0.2)], 0.022, 4), 0.0055, 8)  # fmt: skip
        fill = disc(radius - 0.0055, 0.004, 0.001, 28).moved(z=height - 0.022)
        bands = lathe([(radius + 0.0012, height * 0.3), (radius + 0.0012, height * 0.42), (radius - 0.002, height * 0.42), (radius - 0.002, height * 0.3)], 28, closed=True)  # fmt: skip
        accent = paint(rng, [name for name in BRIGHTS if name != glaze.word])
        pieces: list[Piece] = [(body + ears, glaze.material), (bands, accent.material), (fill, drink)]
        return assemble(Design("cup", f"{glaze.word} coffee cup", placement="surface"), pieces)
    saucer = lathe([(0.035, 0.0), (0.05, 0.004), (0.075, 0.014), (0.073, 0.017), (0.045, 0.008), (0.0, 0.007)], 32)
    body = lathe([(0.02, 0.007), (0.024, 0.012), (0.038, 0.03), (0.046, 0.062), (0.043, 0.062), (0.038, 0.05), (0.0, 0.05)], 28)
    ear = tube(bend([(0.04, 0, 0.055), (0.07, 0, 0.055), (0.06, 0, 0.025), (0.034, 0, 0.024)], 0.016, 4), 0.004, 8)
    fill = disc(0.0385, 0.003, 0.001, 28).moved(z=0.049)
    saucer_glaze = glaze if rng.random() < 0.6 else Finish("white", CERAMIC)
    pieces = [(body + ear, glaze.material), (saucer, saucer_glaze.material), (fill, drink)]
    return assemble(Design("cup", f"{glaze.word} tea cup on saucer", placement="surface"), pieces)


def bowl(rng: np.random.Generator) -> Model:
    """Build a bowl heaped with fruit."""
    glaze = paint(rng, ("white", "blue", "light blue", "teal", "grey", "black")) if rng.random() < 0.65 else wood(rng)
    radius, height = rng.uniform(0.12, 0.16), rng.uniform(0.07, 0.09)
    body = lathe([(radius * 0.4, 0.0), (radius * 0.42, 0.01), (radius * 0.8, height * 0.5), (radius, height), (radius - 0.008, height + 0.002), (radius * 0.75, height * 0.52), (radius * 0.3, 0.02), (0.0, 0.018)], 32)  # fmt: skip
    colors = {"apples": ("b8342c", "a32a26", "c94a38"), "oranges": ("dd8a2c", "e09636", "d67f22"), "limes": ("8fae3c", "7f9c34", "9dba4a")}
    fruit = choose(rng, tuple(colors))
    r = radius * 0.33
    spots = [(radius * 0.48 * np.cos(a), radius * 0.48 * np.sin(a), height * 0.36) for a in np.radians([10, 82, 155, 226, 300])]
    spots.append((rng.uniform(-0.1, 0.1) * radius, rng.uniform(-0.1, 0.1) * radius, height * 0.36 + r * 1.05))
    pieces: list[Piece] = [(body, glaze.material)]
    stems = []
    for x, y, z in spots:
        ball = ellipsoid(r, r, r * 0.94, 14, 8).turned("z", rng.uniform(0, 90)).moved(x, y, z)
        pieces.append((ball, plastic(choose(rng, colors[fruit]), 0.25)))
        stems.append(cylinder(0.0025, 0.016, 5).turned("x", rng.uniform(-20, 20)).moved(x, y, z + 1.84 * r))
    curve = [(0.85 * radius * np.cos(a), -0.85 * radius + 0.25 * radius * np.sin(a), height * 0.95 + 0.5 * radius * np.sin(a)) for a in np.radians(np.linspace(200, 340, 9))]
    banana = tube(np.array(curve) + [0, 0.62 * radius, 0.5 * radius], [0.006, 0.017, 0.021, 0.021, 0.017, 0.007], 8)
    pieces.append((banana, plastic("e3c23f", 0.2)))
    pieces.append((join(stems), matt("4d3a22")))
    return assemble(Design("bowl", f"{glaze.word} bowl of {fruit} and banana", placement="surface"), pieces)


def bottle(rng: np.random.Generator) -> Model:
    """Build a wine bottle with label and foil, or a plastic bottle with cap and ribs."""
    if rng.random() < 0.6:
        word, glass = choose(rng, (("green", "274a2c"), ("brown", "4a2d18"), ("dark", "1c2420")))
        foil = paint(rng, ("red", "black", "yellow", "purple"))
        body = lathe([(0.032, 0.0), (0.037, 0.006), (0.037, 0.185), (0.032, 0.21), (0.016, 0.24), (0.0145, 0.3), (0.0, 0.3)], 28)
        label = lathe([(0.0378, 0.06), (0.0378, 0.14), (0.034, 0.14), (0.034, 0.06)], 28, closed=True)
        stripe = lathe([(0.0384, 0.082), (0.0384, 0.09), (0.034, 0.09), (0.034, 0.082)], 28, closed=True)
        cap = lathe([(0.0155, 0.255), (0.0155, 0.287), (0.0172, 0.288), (0.0172, 0.3), (0.0155, 0.303), (0.0, 0.303)], 24)
        pieces = [(body, plastic(glass, 0.8)), (label, matt("ece4cf")), (stripe + cap, foil.material)]
        return assemble(Design("bottle", f"{word} wine bottle", 0, "surface"), pieces)
    color = paint(rng, ("blue", "light blue", "white", "green", "pink", "yellow"))
    cap_color = paint(rng, [name for name in ("red", "blue", "white", "green", "yellow") if name != color.word])
    profile = [(0.03, 0.0), (0.036, 0.008)]
    for k in range(4):
        z = 0.02 + 0.028 * k
        profile += [(0.036, z), (0.0335, z + 0.012), (0.036, z + 0.024)]
    profile += [(0.036, 0.15), (0.033, 0.17), (0.014, 0.205), (0.013, 0.212), (0.0, 0.212)]
    body = lathe(profile, 28)
    label = lathe([(0.037, 0.126), (0.037, 0.156), (0.03, 0.156), (0.03, 0.126)], 28, closed=True)
    cap = lathe([(0.0155, 0.208), (0.0155, 0.226), (0.014, 0.229), (0.0, 0.229)], 24)
    pieces = [(body, color.material), (label, darker(color.material, 0.55)), (cap, cap_color.material)]
    return assemble(Design("bottle", f"{color.word} plastic bottle with {cap_color.word} cap", 0, "surface"), pieces)


def pot(rng: np.random.Generator) -> Model:
    """Build a cooking pot with two ears and a lid with knob."""
    color = Finish("steel", STEEL) if rng.random() < 0.35 else paint(rng, ("red", "blue", "white", "black", "orange", "green", "teal"))
    radius, height = rng.uniform(0.1, 0.13), rng.uniform(0.11, 0.16)
    body = lathe([(radius - 0.012, 0.0), (radius, 0.012), (radius, height), (radius + 0.004, height + 0.002), (radius - 0.006, height + 0.003), (0.0, height - 0.01)], 32)  # fmt: skip
    lid = lathe([(radius + 0.001, height + 0.0035), (radius + 0.001, height + 0.008), (radius * 0.7, height + 0.026), (0.02, height + 0.034), (0.0, height + 0.034)], 32)  # fmt: skip
    ear = tube(bend([(radius - 0.004, -0.04, height * 0.82), (radius + 0.04, -0.035, height * 0.82), (radius + 0.04, 0.035, height * 0.82), (radius - 0.004, 0.04, height * 0.82)], 0.025, 4), 0.006, 8)  # fmt: skip
    grip = lathe([(0.009, height + 0.03), (0.009, height + 0.045), (0.02, height + 0.052), (0.018, height + 0.064), (0.0, height + 0.066)], 20)
    trim = BLACK_PLASTIC if color.word != "black" else CHROME
    pieces = [(body, color.material), (lid, darker(color.material, 0.86)), (both_sides(ear) + grip, trim)]
    return assemble(Design("pot", f"{color.word} cooking pot with lid", 180, "surface"), pieces)


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
            scales.append(frustum(0.013, 0.003, 0.012, 4).turned("y", 90 - np.degrees(angle) * 0.8).moved(r - 0.002, 0, z).turned("z", a))
    crown = []
    for lift_deg, length, turn_deg in ((48, 0.085, 0), (66, 0.11, 20), (82, 0.12, 0)):
        blade = leaf(length, 0.024, 0.01, 0.002, 4).turned("y", -lift_deg).moved(0.006, 0, height - 0.006)
        crown.append(around(blade, 9, turn_deg))
    pieces = [(body, darker(color, 0.6)), (join(scales), color), (join(crown), matt("4f7a3e"))]
    return assemble(Design("pineapple", "golden pineapple", 40, "surface"), pieces)
