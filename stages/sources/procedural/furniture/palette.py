"""Colours and surfaces that go together, with the words that captions use for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from stages.geometry.mesh import Material, Rgb
from stages.geometry.mesh import srgb as srgb

T = TypeVar("T")


@dataclass(frozen=True)
class Finish:
    """A surface and the word a person would use for it, such as `red` or `dark wooden`."""

    word: str
    material: Material


def shaded(color: Rgb, factor: float) -> Rgb:
    """Scale a colour's brightness; the result stays within 0 to 1."""
    r, g, b = (min(1.0, max(0.0, c * factor)) for c in color)
    return (r, g, b)


def choose(rng: np.random.Generator, options: Sequence[T]) -> T:
    """Pick one option, all equally likely."""
    return options[int(rng.integers(len(options)))]


COLORS: dict[str, str] = {
    "red": "b3372f",
    "blue": "35608f",
    "green": "55784a",
    "yellow": "d9ad3c",
    "orange": "d1763a",
    "purple": "6f4d80",
    "pink": "d893a0",
    "brown": "7a5138",
    "beige": "cdb795",
    "grey": "8b8d90",
    "dark grey": "4b4e52",
    "black": "26272a",
    "white": "e9e7e1",
    "light blue": "8db3cc",
    "teal": "2f7c80",
}
FABRICS = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "brown", "beige", "grey", "dark grey", "teal")
BRIGHTS = ("red", "blue", "green", "yellow", "orange", "purple", "pink", "light blue", "teal", "white")
PAINTS = ("white", "white", "light blue", "green", "grey", "red", "blue", "yellow")
APPLIANCES = ("white", "white", "grey", "dark grey", "black", "red")

_WOODS = (
    ("light wooden", "d6b58a", "c6a375"),
    ("wooden", "aa7b4c", "976a40"),
    ("wooden", "9c6d43", "8b5f39"),
    ("dark wooden", "61432d", "523825"),
)


def wood(rng: np.random.Generator, kinds: Sequence[str] = ("light wooden", "wooden", "dark wooden")) -> Finish:
    """Pick a wood by the words in `kinds`."""
    word, base, grain = choose(rng, [row for row in _WOODS if row[0] in kinds])
    return Finish(word, Material(srgb(base), "wood", srgb(grain), scale_m=0.045, gloss=0.15))


def fabric(rng: np.random.Generator, names: Sequence[str] = FABRICS) -> Finish:
    """Pick a woven cloth."""
    name = choose(rng, names)
    color = srgb(COLORS[name])
    return Finish(name, Material(color, "fabric", shaded(color, 0.8), scale_m=0.012))


def leather(rng: np.random.Generator, names: Sequence[str] = ("brown", "black", "red", "white", "beige")) -> Finish:
    """Pick a smooth, slightly glossy covering."""
    name = choose(rng, names)
    return Finish(name, Material(srgb(COLORS[name]), gloss=0.25))


def paint(rng: np.random.Generator, names: Sequence[str] = PAINTS) -> Finish:
    """Pick a painted or plastic surface."""
    name = choose(rng, names)
    return Finish(name, plastic(COLORS[name]))


def wood_or_paint(rng: np.random.Generator, names: Sequence[str] = PAINTS) -> Finish:
    """Pick wood more often than paint."""
    return wood(rng) if rng.random() < 0.65 else paint(rng, names)


def plastic(code: str, gloss: float = 0.3) -> Material:
    """Make a plain, half-glossy surface from an sRGB code."""
    return Material(srgb(code), gloss=gloss)


def matt(code: str) -> Material:
    """Make a plain surface without gloss from an sRGB code."""
    return Material(srgb(code))


def darker(material: Material, factor: float = 0.7) -> Material:
    """Make the same surface in a darker tone, for seams and insides."""
    return Material(
        shaded(material.color, factor),
        material.pattern,
        shaded(material.color2, factor),
        material.scale_m,
        material.gloss,
    )


CHROME = Material(srgb("c9ccd0"), gloss=0.8)
STEEL = Material(srgb("9a9da1"), gloss=0.6)
BLACK_METAL = Material(srgb("2a2b2d"), gloss=0.35)
BRASS = Material(srgb("b8923f"), gloss=0.6)
BLACK_PLASTIC = plastic("1d1e20")
RUBBER = matt("202022")
CERAMIC = Material(srgb("f2f1ee"), gloss=0.7)
GLASS = Material(srgb("9fb4bd"), gloss=0.9)
SCREEN = Material(srgb("0a0b0e"), gloss=0.25)
PAPER = Material(srgb("ece5d2"), "paper", srgb("d6ccb2"), scale_m=0.004)
METALS = (("black", BLACK_METAL), ("metal", STEEL), ("brass", BRASS))


def metal(rng: np.random.Generator) -> Finish:
    """Pick black, steel or brass metal."""
    word, material = choose(rng, METALS)
    return Finish(word, material)
