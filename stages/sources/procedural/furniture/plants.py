"""Plants in pots: broad-leaved, palm-like, sword-leaved, cactus and bonsai tree."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import Finish, choose, matt, paint, shaded, srgb
from stages.sources.procedural.furniture.parts import Part, join
from stages.sources.procedural.furniture.shapes import ellipsoid, frustum, lathe
from stages.sources.procedural.furniture.sweeps import Points3, leaf, tube

SOIL = matt("3a2a1e")
_GREENS = ("4f7f3f", "3f6f3a", "5d8f48", "47784e")


def _green(rng: np.random.Generator) -> Material:
    color = srgb(choose(rng, _GREENS))
    return Material(color, "leaves", shaded(color, 0.8), scale_m=0.03)


def _pot(rng: np.random.Generator, radius: float, height: float) -> tuple[Finish, list[Piece]]:
    """Make a flower pot with a rolled rim and soil; the soil lies a little below the top."""
    clay = Finish("terracotta", matt("b5673f"))
    finish = clay if rng.random() < 0.35 else paint(rng, ("white", "grey", "blue", "yellow", "teal", "black", "red"))
    if rng.random() < 0.5:
        low = radius * 0.68
        outside = [(low, 0.0), (radius * 0.95, height * 0.8), (radius * 1.04, height * 0.8), (radius * 1.06, height)]
    else:
        outside = [(radius * 0.75, 0.0), (radius * 0.98, height * 0.3), (radius, height * 0.6), (radius * 0.94, height)]
    wall = outside[-1][0] - 0.014
    pot = lathe([*outside, (wall, height), (wall, height * 0.8), (0.0, height * 0.8)], 28)
    soil = frustum(wall + 0.002, wall + 0.002, 0.02, 28).moved(z=height * 0.86 - 0.02)
    return finish, [(pot, finish.material), (soil, SOIL)]


def plant(rng: np.random.Generator) -> Model:
    """Build a house plant for the floor: broad leaves, palm fronds or sword leaves, or a tall cactus."""
    style = choose(rng, ("broad", "broad", "palm", "sword", "cactus"))
    pot_r, pot_h = rng.uniform(0.13, 0.18), rng.uniform(0.22, 0.32)
    finish, pieces = _pot(rng, pot_r, pot_h)
    z = pot_h * 0.84
    if style == "broad":
        grown, word = _broad(rng, rng.uniform(0.6, 1.0)), "broad-leaved plant"
    elif style == "palm":
        grown, word = _palm(rng, rng.uniform(0.7, 1.1)), "palm plant"
    elif style == "sword":
        grown, word = _sword(rng, rng.uniform(0.5, 0.8), pot_r), "sword-leaved plant"
    else:
        grown, word = _cactus(rng, rng.uniform(0.5, 0.8)), "cactus plant"
    pieces += [(part.moved(z=z), material) for part, material in grown]
    return assemble(Design("plant", f"{word} in {finish.word} pot"), pieces)


def _broad(rng: np.random.Generator, height: float) -> list[Piece]:
    """Grow some bent stems with big pointed leaves spread along them."""
    stems: list[Part] = []
    leaves: list[Part] = []
    bright: list[Part] = []
    for k in range(3):
        lean, turn = rng.uniform(0.04, 0.12), 120 * k + rng.uniform(-30, 30)
        tall = height * rng.uniform(0.75, 1.0)
        path = np.array([(lean * t**1.5, 0.0, tall * t) for t in np.linspace(0, 1, 6)])
        stems.append(tube(path, [0.011, 0.005], 6).turned("z", turn))
        for j in range(6):
            t = 0.3 + 0.7 * j / 5
            blade = leaf(rng.uniform(0.2, 0.28) * (1.1 - 0.35 * t), rng.uniform(0.1, 0.13), 0.06).turned("y", -35 * t)
            blade = blade.turned("z", 137.5 * j + rng.uniform(-20, 20)).moved(lean * t**1.5, 0, tall * t)
            (leaves if rng.random() < 0.65 else bright).append(blade.turned("z", turn))
    green = _green(rng)
    young = Material(shaded(green.color, 1.45), "leaves", green.color, scale_m=0.03)
    return [(join(stems), matt("5c6b3a")), (join(leaves), green), *([(join(bright), young)] if bright else [])]


def _palm(rng: np.random.Generator, height: float) -> list[Piece]:
    """Grow a ringed trunk with arching fronds of many leaflets."""
    trunk_h = height * 0.45
    profile = [(0.03, 0.0)]
    for k in range(6):
        profile += [(0.028 - 0.0015 * k, trunk_h * (k + 0.5) / 6), (0.031 - 0.0015 * k, trunk_h * (k + 1) / 6)]
    fronds, ribs = [], []
    count = int(rng.integers(6, 8))
    for k in range(count):
        reach, rise = rng.uniform(0.3, 0.42), rng.uniform(0.2, 0.5) * height
        t = np.linspace(0, 1, 7)
        rib = np.column_stack([reach * t, np.zeros(7), rise * np.sin(t * 2.3) / 0.95])
        turn = 360 * k / count + rng.uniform(-12, 12)
        ribs.append(tube(rib, [0.006, 0.002], 3).turned("z", turn).moved(z=trunk_h - 0.01))
        for j in range(2, 6):
            for side in (-1, 1):
                blade = leaf(0.24 * (1.15 - 0.5 * t[j]), 0.055, 0.07, 0.002, 2).turned("z", side * (65 - 40 * t[j]))
                fronds.append(blade.moved(*rib[j]).turned("z", turn).moved(z=trunk_h - 0.01))
    return [(lathe(profile, 8), matt("7a5b3c")), (join(ribs), matt("6f8a45")), (join(fronds), _green(rng))]


def _sword(rng: np.random.Generator, height: float, pot_r: float) -> list[Piece]:
    """Grow upright strap leaves with pale edges."""
    inner, outer = [], []
    for k in range(12):
        tall, lean = height * rng.uniform(0.55, 1.0), rng.uniform(2, 20)
        width, turn = rng.uniform(0.045, 0.065), rng.uniform(0, 360)
        reach = pot_r * 0.55 * np.sqrt((k + 0.3) / 12)

        def place(part: Part, reach: float = reach, lean: float = lean, turn: float = turn, k: int = k) -> Part:
            return part.turned("z", turn).turned("y", lean).moved(reach).turned("z", 137.5 * k)

        def blade(half: float, thick: float, tall: float = tall) -> Part:
            rings = [(0.6, 0.0), (1.0, 0.35), (0.95, 0.7), (0.5, 0.92), (0.0, 1.0)]
            return lathe([(half * r, tall * z) for r, z in rings], 8).scaled(1, thick / half, 1)

        outer.append(place(blade(width / 2, 0.003)))
        inner.append(place(blade(width / 2 * 0.72, 0.0055, tall * 0.99)))
    return [(join(outer), matt("c9c46a")), (join(inner), _green(rng))]


def _cactus(rng: np.random.Generator, height: float) -> list[Piece]:
    """Grow a ribbed column with two upturned arms and a flower."""

    def ribbed(path: Points3, radius: float) -> Part:
        points = np.array(path)
        ends = np.linspace(0, 1, len(points))
        radii = radius * np.sqrt(np.clip(1 - np.clip((ends - 0.8) / 0.205, 0, 1) ** 2, 0.0, 1))
        return tube(points, np.maximum(radii, 0.004).tolist(), 14)

    trunk = ribbed([(0, 0, height * t) for t in (0, 0.3, 0.6, 0.8, 0.86, 0.92, 0.97, 1.0)], 0.065)
    low, high = height * rng.uniform(0.3, 0.4), height * rng.uniform(0.45, 0.55)
    arms = []
    for side, z, tall in ((1, low, 0.32), (-1, high, 0.24)):
        bow = [(0.05, 0, z), (0.11, 0, z), (0.14, 0, z + 0.03), (0.14, 0, z + 0.1)]
        up = [(0.14, 0, z + 0.1 + tall * height * t) for t in (0.4, 0.7, 0.85, 0.95, 1.0)]
        arm = ribbed(bow + up, 0.036)
        arms.append(arm if side > 0 else arm.mirrored())
    spines = []
    for level in np.linspace(0.08, 0.8, 9) * height:
        for k in range(7):
            spine = frustum(0.003, 0.0005, 0.022, 4).turned("y", 80).moved(0.062, 0, float(level))
            spines.append(spine.turned("z", 360 * k / 7 + 25 * (int(level * 100) % 2)))
    petals = join(
        [ellipsoid(0.022, 0.009, 0.004, 8, 4).turned("y", -40).moved(0.018).turned("z", 60 * k) for k in range(6)]
    )
    turn = rng.uniform(-40, 40)
    grown: list[Piece] = [
        (join([trunk, *arms]), _green(rng)),
        (join(spines), matt("e3d9b4")),
        (petals.moved(z=height - 0.004), matt("cf5f86")),
    ]
    return [(part.turned("z", turn), material) for part, material in grown]
