"""Which colour words fit what a view shows of an exact object, from its materials instead of its pixels."""

from __future__ import annotations

import math

from stages.audits.truth.scene import SceneTruth
from stages.geometry.mesh import Material, Rgb

_SRGB = {
    "black": (20, 20, 22), "white": (245, 245, 243), "grey": (128, 128, 128), "red": (190, 35, 35),
    "orange": (235, 130, 30), "yellow": (238, 208, 60), "green": (55, 135, 65), "blue": (45, 95, 175),
    "purple": (115, 60, 150), "pink": (235, 145, 170), "brown": (115, 72, 40), "beige": (222, 200, 160),
}  # fmt: skip
_ALSO = 15.0  # a word fits if its sample is at most this much farther, in CIE Lab, than that of the best word
_MOSTLY = 0.5


def looks(truth: SceneTruth, view_id: str, thing: str, word: str) -> bool:
    """Tell whether a colour word fits at least half of what a view shows of a thing."""
    sight = truth.sights(view_id)[thing]
    shown = zip(truth.mesh.materials, sight.materials, strict=False)
    return word in _SRGB and sum(n * _fits(word, material) for material, n in shown) >= _MOSTLY * sight.pixels


def _fits(word: str, material: Material) -> float:
    """Share of a material's colours that a word fits; both colours of a pattern count alike."""
    if material.image is not None:
        return 0.0
    colors = [material.color] if material.pattern == "plain" else [material.color, material.color2]
    return sum(_is(word, color) for color in colors) / len(colors)


def _is(word: str, linear: Rgb) -> bool:
    here = _lab(linear)
    apart = {name: math.dist(here, _lab(_linear(sample))) for name, sample in _SRGB.items()}
    return apart[word] <= min(apart.values()) + _ALSO


def _linear(srgb: tuple[int, int, int]) -> Rgb:
    r, g, b = (v / 3294.6 if v <= 10 else ((v / 255 + 0.055) / 1.055) ** 2.4 for v in srgb)
    return r, g, b


def _lab(linear: Rgb) -> tuple[float, float, float]:
    r, g, b = linear
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
