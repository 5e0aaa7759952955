"""Tableware and pots: cup, bottle, pot."""

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
)
from stages.sources.procedural.furniture.parts import both_sides
from stages.sources.procedural.furniture.shapes import disc, lathe
from stages.sources.procedural.furniture.sweeps import bend, tube


def cup(rng: np.random.Generator) -> Model:
    """Build a mug or a tea cup on a saucer, filled, with its handle to the right."""
    glaze = paint(rng, BRIGHTS)
    drink = matt(choose(rng, ("3a2114", "6b3f1d", "a06a2c")))
    if rng.random() < 0.55:
        radius, height = rng.uniform(0.037, 0.043), rng.uniform(0.085, 0.1)
        body = lathe(
            [
                (radius - 0.006, 0.0),
                (radius, 0.008),
                (radius, height),
                (radius - 0.004, height),
                (radius - 0.005, height - 0.02),
                (0.0, height - 0.02),
            ],
            28,
        )
        ears = tube(
            bend(
                [
                    (radius - 0.002, 0, height * 0.82),
                    (radius + 0.032, 0, height * 0.8),
                    (radius + 0.03, 0, height * 0.22),
                    (radius - 0.002, 0, height * 0.2),
                ],
                0.022,
                4,
            ),
            0.0055,
            8,
        )
        fill = disc(radius - 0.0055, 0.004, 0.001, 28).moved(z=height - 0.022)
        bands = lathe(
            [
                (radius + 0.0012, height * 0.3),
                (radius + 0.0012, height * 0.42),
                (radius - 0.002, height * 0.42),
                (radius - 0.002, height * 0.3),
            ],
            28,
            closed=True,
        )
        accent = paint(rng, [name for name in BRIGHTS if name != glaze.word])
        pieces: list[Piece] = [(body + ears, glaze.material), (bands, accent.material), (fill, drink)]
        return assemble(Design("cup", f"{glaze.word} coffee cup", placement="surface"), pieces)
    saucer = lathe([(0.035, 0.0), (0.05, 0.004), (0.075, 0.014), (0.073, 0.017), (0.045, 0.008), (0.0, 0.007)], 32)
    body = lathe(
        [(0.02, 0.007), (0.024, 0.012), (0.038, 0.03), (0.046, 0.062), (0.043, 0.062), (0.038, 0.05), (0.0, 0.05)], 28
    )
    ear = tube(bend([(0.04, 0, 0.055), (0.07, 0, 0.055), (0.06, 0, 0.025), (0.034, 0, 0.024)], 0.016, 4), 0.004, 8)
    fill = disc(0.0385, 0.003, 0.001, 28).moved(z=0.049)
    saucer_glaze = glaze if rng.random() < 0.6 else Finish("white", CERAMIC)
    pieces = [(body + ear, glaze.material), (saucer, saucer_glaze.material), (fill, drink)]
    return assemble(Design("cup", f"{glaze.word} tea cup on saucer", placement="surface"), pieces)


def bottle(rng: np.random.Generator) -> Model:
    """Build a wine bottle with label and foil, or a plastic bottle with cap and ribs."""
    if rng.random() < 0.6:
        word, glass = choose(rng, (("green", "274a2c"), ("brown", "4a2d18"), ("dark", "1c2420")))
        foil = paint(rng, ("red", "black", "yellow", "purple"))
        body = lathe(
            [(0.032, 0.0), (0.037, 0.006), (0.037, 0.185), (0.032, 0.21), (0.016, 0.24), (0.0145, 0.3), (0.0, 0.3)], 28
        )
        label = lathe([(0.0378, 0.06), (0.0378, 0.14), (0.034, 0.14), (0.034, 0.06)], 28, closed=True)
        stripe = lathe([(0.0384, 0.082), (0.0384, 0.09), (0.034, 0.09), (0.034, 0.082)], 28, closed=True)
        cap = lathe([(0.0165, 0.25), (0.016, 0.287), (0.0172, 0.288), (0.0172, 0.3), (0.0155, 0.303), (0.0, 0.303)], 24)
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
    color = (
        Finish("steel", STEEL)
        if rng.random() < 0.35
        else paint(rng, ("red", "blue", "white", "black", "orange", "green", "teal"))
    )
    radius, height = rng.uniform(0.1, 0.13), rng.uniform(0.11, 0.16)
    body = lathe(
        [
            (radius - 0.012, 0.0),
            (radius, 0.012),
            (radius, height),
            (radius + 0.004, height + 0.002),
            (radius - 0.006, height + 0.003),
            (0.0, height - 0.01),
        ],
        32,
    )
    lid = lathe(
        [
            (radius + 0.001, height + 0.0035),
            (radius + 0.001, height + 0.008),
            (radius * 0.7, height + 0.026),
            (0.02, height + 0.034),
            (0.0, height + 0.034),
        ],
        32,
    )
    ear = tube(
        bend(
            [
                (radius - 0.004, -0.04, height * 0.82),
                (radius + 0.04, -0.035, height * 0.82),
                (radius + 0.04, 0.035, height * 0.82),
                (radius - 0.004, 0.04, height * 0.82),
            ],
            0.025,
            4,
        ),
        0.006,
        8,
    )
    grip = lathe(
        [
            (0.009, height + 0.03),
            (0.009, height + 0.045),
            (0.02, height + 0.052),
            (0.018, height + 0.064),
            (0.0, height + 0.066),
        ],
        20,
    )
    trim = BLACK_PLASTIC if color.word != "black" else CHROME
    pieces = [(body, color.material), (lid, darker(color.material, 0.86)), (both_sides(ear) + grip, trim)]
    return assemble(Design("pot", f"{color.word} cooking pot with lid", 180, "surface"), pieces)
