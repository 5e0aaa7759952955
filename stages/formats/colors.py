"""Words for colours that people agree on; between two words lies a range of colours that gets none.

After Berlin and Kay's basic colour terms, with beige; ranges in CIE L*C*h (D65) chosen so that two objects with
different words look different under the same light.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, UInt8


class Range(NamedTuple):
    """Colours of one word: lightness 0 to 100, chroma, and hue in degrees (from red over yellow, green and blue)."""

    term: str
    lightness: tuple[float, float]
    chroma: tuple[float, float]
    hue_deg: tuple[float, float]


_ANY = (-180.0, 180.0)
RANGES = (
    Range("black", (0, 16), (0, 8), _ANY),
    Range("grey", (35, 66), (0, 7), _ANY),
    Range("white", (84, 101), (0, 9), _ANY),
    Range("red", (22, 62), (42, 200), (15, 42)),
    Range("pink", (62, 92), (18, 60), (-25, 25)),
    Range("orange", (55, 85), (52, 200), (54, 74)),
    Range("brown", (16, 50), (16, 48), (42, 78)),
    Range("beige", (72, 93), (12, 30), (65, 100)),
    Range("yellow", (65, 101), (50, 200), (84, 108)),
    Range("green", (15, 95), (22, 200), (118, 172)),
    Range("blue", (15, 80), (20, 200), (-125, -68)),
    Range("purple", (12, 70), (22, 200), (-58, -28)),
)
TERMS = tuple(each.term for each in RANGES)
_STEP = 8  # 8-bit values are looked up in a table this much coarser


def lch(rgb: Float[np.ndarray, "*n 3"]) -> Float[np.ndarray, "*n 3"]:
    """Return lightness, chroma and hue (degrees, -180 to 180) of sRGB colours in 0 to 1."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = linear @ to_xyz.T / to_xyz.sum(axis=1)
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    a, b = 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])
    result: Float[np.ndarray, "*n 3"] = np.stack(
        [116 * f[..., 1] - 16, np.hypot(a, b), np.degrees(np.arctan2(b, a))], axis=-1
    )
    return result


@cache
def _table() -> Int[np.ndarray, "r g b"]:
    """Number of the term per coarse colour, `len(TERMS)` where none fits."""
    steps = (np.arange(0, 256, _STEP) + _STEP / 2) / 255
    colors = lch(np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1))
    table = np.full(colors.shape[:-1], len(RANGES), dtype=np.int64)
    for number, each in enumerate(RANGES):
        limits = (each.lightness, each.chroma, each.hue_deg)
        inside = [(low <= colors[..., k]) & (colors[..., k] <= high) for k, (low, high) in enumerate(limits)]
        table[np.logical_and.reduce(inside)] = number
    return table


def term_counts(rgb: UInt8[np.ndarray, "n 3"]) -> Int[np.ndarray, " terms"]:
    """Count pixels per term; the last entry counts those without a term."""
    r, g, b = (rgb // _STEP).T
    return np.bincount(_table()[r, g, b], minlength=len(TERMS) + 1)
