"""Tableware and pots: cup, bottle, pot."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, assemble
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
from stages.sources.procedural.furniture.sweeps import bend, bow, tube


def cup(rng: np.random.Generator) -> Model:
    """Build a mug or a tea cup on a saucer, filled, with its handle to the right."""
    glaze = paint(rng, BRIGHTS)
    drink = matt(choose(rng, ("3a2114", "6b3f1d", "a06a2c")))
    return _mug(rng, glaze, drink) if rng.random() < 0.55 else _tea_cup(rng, glaze, drink)


def _mug(rng: np.random.Generator, glaze: Finish, drink: Material) -> Model:
    r, h = rng.uniform(0.037, 0.043), rng.uniform(0.085, 0.1)
    wall = [(r - 0.006, 0.0), (r, 0.008), (r, h), (r - 0.004, h), (r - 0.005, h - 0.02), (0.0, h - 0.02)]
    path = [(r - 0.002, 0, 0.82 * h), (r + 0.032, 0, 0.8 * h), (r + 0.03, 0, 0.22 * h), (r - 0.002, 0, 0.2 * h)]
    ear = tube(bend(path, 0.022, 4), 0.0055, 8)
    fill = disc(r - 0.0055, 0.004, 0.001, 28).moved(z=h - 0.022)
    out, inn = r + 0.0012, r - 0.002
    band = lathe([(out, 0.3 * h), (out, 0.42 * h), (inn, 0.42 * h), (inn, 0.3 * h)], 28, closed=True)
    accent = paint(rng, [name for name in BRIGHTS if name != glaze.word])
    pieces = [(lathe(wall, 28) + ear, glaze.material), (band, accent.material), (fill, drink)]
    return assemble(Design("cup", f"{glaze.word} coffee cup", placement="surface"), pieces)


def _tea_cup(rng: np.random.Generator, glaze: Finish, drink: Material) -> Model:
    saucer = lathe([(0.035, 0.0), (0.05, 0.004), (0.075, 0.014), (0.073, 0.017), (0.045, 0.008), (0.0, 0.007)], 32)
    wall = [(0.02, 0.007), (0.024, 0.012), (0.038, 0.03), (0.046, 0.062), (0.043, 0.062), (0.038, 0.05), (0.0, 0.05)]
    ear = tube(bend([(0.04, 0, 0.055), (0.07, 0, 0.055), (0.06, 0, 0.025), (0.034, 0, 0.024)], 0.016, 4), 0.004, 8)
    fill = disc(0.0385, 0.003, 0.001, 28).moved(z=0.049)
    saucer_glaze = glaze if rng.random() < 0.6 else Finish("white", CERAMIC)
    pieces = [(lathe(wall, 28) + ear, glaze.material), (saucer, saucer_glaze.material), (fill, drink)]
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
    enamels = ("red", "blue", "white", "black", "orange", "green", "teal")
    color = Finish("steel", STEEL) if rng.random() < 0.35 else paint(rng, enamels)
    r, h = rng.uniform(0.1, 0.13), rng.uniform(0.11, 0.16)
    wall = [(r - 0.012, 0.0), (r, 0.012), (r, h), (r + 0.004, h + 0.002), (r - 0.006, h + 0.003), (0.0, h - 0.01)]
    cover = [(r + 0.001, 0.0035), (r + 0.001, 0.008), (r * 0.7, 0.026), (0.02, 0.034), (0.0, 0.034)]
    grip = lathe([(0.009, 0.03), (0.009, 0.045), (0.02, 0.052), (0.018, 0.064), (0.0, 0.066)], 20).moved(z=h)
    ear = bow(0.08, 0.044, 0.006, 0.025).turned("x", -90).turned("z", -90).moved(r - 0.004, 0, 0.82 * h)
    trim = BLACK_PLASTIC if color.word != "black" else CHROME
    pieces = [
        (lathe(wall, 32), color.material),
        (lathe(cover, 32).moved(z=h), darker(color.material, 0.86)),
        (both_sides(ear) + grip, trim),
    ]
    return assemble(Design("pot", f"{color.word} cooking pot with lid", 180, "surface"), pieces)
