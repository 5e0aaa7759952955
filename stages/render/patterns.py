"""Surface patterns: for places on surfaces, how far the colour moves to the second colour, and its brightness.

A pattern is a compiled function `(chosen, points, axis, footprint, out)`: for every index in `chosen` it reads
`points` (pattern space in units of the material's `scale_m`), `axis` (0, 1, 2: the axis the surface faces most) and
`footprint` (size of a pixel there, same units; details smaller than it must fade to their mean), and writes
`out[i, 0]`, the mix in 0 to 1, and `out[i, 1]`, the gain about 1. To add one, write it and give it a row in PATTERNS.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float32, Int

from stages.compiled import compiled
from stages.render.noise import clamped, eased, groove, hashed, kept, noise2, noise3

Chosen = Int[np.ndarray, " k"]
Points = Float32[np.ndarray, "n 3"]
Axis = Int[np.ndarray, " n"]
Footprint = Float32[np.ndarray, " n"]
Out = Float32[np.ndarray, "n 2"]
Pattern = Callable[[Chosen, Points, Axis, Footprint, Out], None]


@compiled
def _on_face(points: Points, axis: Axis, i: int) -> tuple[float, float]:
    """Return coordinates on the surface: (x, y) on level ones; along the wall and z on upright ones."""
    if axis[i] == 2:
        return points[i, 0], points[i, 1]
    if axis[i] == 0:
        return points[i, 1], points[i, 2]
    return points[i, 0], points[i, 2]


@compiled
def _grain(across: float, along: float, footprint: float, seed: int) -> float:
    """Return the darkness of wood in 0 to 1: wavy year rings and fine fibres along one direction."""
    bend = 1.6 * noise2(across * 0.35, along * 0.06, seed) + 0.25 * noise2(across * 1.5, along * 0.3, seed + 1)
    ring = 0.5 + 0.5 * np.sin(6.2832 * (across + bend))
    fibre = noise2(across * 9.0, along * 0.5, seed + 2) - 0.5
    return clamped(0.45 + 0.8 * (ring * ring - 0.4) * kept(footprint, 0.5) * 0.7 + 0.5 * fibre * kept(footprint, 0.12))


@compiled
def plain(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """One colour."""
    for i in chosen:
        out[i, 0], out[i, 1] = 0.0, 1.0


@compiled
def wood(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Year rings one unit apart; the grain runs along x on level surfaces and up on upright ones."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        across, along = (b, a) if axis[i] == 2 else (a, b)
        out[i, 0] = _grain(across, along, footprint[i], 5)
        out[i, 1] = 0.97 + 0.06 * noise2(across * 0.4, along * 0.1, 7)


@compiled
def planks(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Floor boards one unit wide and eight long, staggered, each with its own tone and grain."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        row = int(np.floor(b))
        shifted = a / 8.0 + hashed(row, 0, 11)
        board = int(np.floor(shifted))
        tone = hashed(row, board, 12)
        dark = _grain(b * 3.0 + 17.0 * tone, a * 3.0, footprint[i] * 3.0, 13 + int(tone * 50.0))
        seam = max(groove(b, 0.025, footprint[i]), groove(shifted, 0.004, footprint[i] / 8.0))
        out[i, 0] = clamped(0.65 * dark + 0.35 * tone)
        out[i, 1] = (0.88 + 0.2 * tone) * (1.0 - 0.55 * seam)


@compiled
def herringbone(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Parquet of blocks one unit wide and four long, laid at right angles to each other."""
    for i in chosen:
        p, q = _on_face(points, axis, i)
        a, b = 0.7071 * (p + q), 0.7071 * (q - p)
        column, row = int(np.floor(a)), int(np.floor(b))
        phase = (column - row) % 8
        if phase < 4:  # this cell belongs to a block along a
            first, across, along, seed = column - phase, b, a, 0
            tone = hashed(first, row, 21)
            ends = abs(a - first - 2.0) - 2.0
        else:
            first, across, along, seed = row - (7 - phase), a, b, 9
            tone = hashed(column, first, 22)
            ends = abs(b - first - 2.0) - 2.0
        seam = max(groove(across, 0.03, footprint[i]), clamped((ends + 0.015) / max(footprint[i], 1e-6) + 0.5))
        dark = _grain(across * 3.0 + 9.0 * tone, along * 3.0, footprint[i] * 3.0, 23 + seed)
        out[i, 0] = clamped(0.6 * dark + 0.4 * tone)
        out[i, 1] = (0.9 + 0.16 * tone) * (1.0 - 0.45 * seam * kept(footprint[i], 0.4))


@compiled
def tiles(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Square tiles of one unit; the joints have the second colour."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        joint = max(groove(a, 0.02, footprint[i]), groove(b, 0.02, footprint[i]))
        tone = hashed(int(np.floor(a)), int(np.floor(b)), 31)
        out[i, 0] = joint
        out[i, 1] = 0.96 + 0.06 * tone + 0.04 * (noise2(a * 3.0, b * 3.0, 32) - 0.5)


@compiled
def bricks(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Bricks one unit long and a third high in running bond; the mortar has the second colour."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        row = int(np.floor(b * 3.0))
        shifted = a + 0.5 * (row % 2)
        joint = max(groove(shifted, 0.045, footprint[i]), groove(b * 3.0, 0.13, footprint[i] * 3.0))
        tone = hashed(int(np.floor(shifted)), row, 41)
        out[i, 0] = joint
        out[i, 1] = 0.8 + 0.3 * tone + 0.2 * (noise2(a * 14.0, b * 14.0, 42) - 0.5) * kept(footprint[i], 0.1)


@compiled
def carpet(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Tufts of one unit between the two colours, with soft trodden patches."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        tuft = noise2(a, b, 51) * 0.6 + noise2(a * 2.3, b * 2.3, 52) * 0.4 - 0.5
        patch = noise2(a * 0.06, b * 0.06, 53) - 0.5
        out[i, 0] = clamped(0.4 + 1.1 * tuft * kept(footprint[i], 0.9) + 0.25 * patch)
        out[i, 1] = 1.0 + 0.25 * tuft * kept(footprint[i], 0.9)


@compiled
def fabric(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Plain weave with threads of half a unit, slightly uneven."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        weave = np.sin(6.2832 * a) * np.sin(6.2832 * b) * kept(footprint[i], 0.4)
        uneven = noise2(a * 0.7, b * 0.7, 61) - 0.5
        soft = noise2(a * 0.08, b * 0.08, 62) - 0.5
        out[i, 0] = clamped(0.35 + 0.3 * weave + 0.35 * uneven * kept(footprint[i], 1.0) + 0.35 * soft)
        out[i, 1] = 1.0


@compiled
def checker(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Squares of one unit in turn."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        sharp = 1.0 / max(footprint[i], 1e-3)
        wave_a = clamped(0.5 + (0.25 - abs(a * 0.5 - np.floor(a * 0.5) - 0.5)) * 2.0 * sharp)
        wave_b = clamped(0.5 + (0.25 - abs(b * 0.5 - np.floor(b * 0.5) - 0.5)) * 2.0 * sharp)
        mix = wave_a + wave_b - 2.0 * wave_a * wave_b
        out[i, 0] = 0.5 + (mix - 0.5) * kept(footprint[i], 0.9)
        out[i, 1] = 1.0


@compiled
def stripes(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Upright stripes, one unit of each colour."""
    for i in chosen:
        a, _ = _on_face(points, axis, i)
        sharp = 1.0 / max(footprint[i], 1e-3)
        mix = clamped(0.5 + (0.25 - abs(a * 0.5 - np.floor(a * 0.5) - 0.5)) * 2.0 * sharp)
        out[i, 0] = 0.5 + (mix - 0.5) * kept(footprint[i], 0.9)
        out[i, 1] = 1.0


@compiled
def plaid(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Crossing bands of the second colour, one set per unit."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        wide = 0.5 * (groove(a, 0.4, footprint[i]) + groove(b, 0.4, footprint[i]))
        thin = max(groove(a + 0.5, 0.06, footprint[i]), groove(b + 0.5, 0.06, footprint[i]))
        out[i, 0] = clamped(wide + 0.5 * thin)
        out[i, 1] = 1.0


@compiled
def dots(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Round dots of the second colour, one per unit square, in offset rows."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        a = a + 0.5 * (int(np.floor(b)) % 2)
        gap = np.sqrt((a - np.floor(a) - 0.5) ** 2 + (b - np.floor(b) - 0.5) ** 2)
        mix = clamped((0.22 - gap) / max(footprint[i], 1e-6) + 0.5)
        out[i, 0] = 0.15 + (mix - 0.15) * kept(footprint[i], 0.6)
        out[i, 1] = 1.0


@compiled
def marble(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Veins of the second colour, about one per unit, running through the solid."""
    for i in chosen:
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        turbulence = (
            noise3(x, y, z, 71)
            + 0.5 * noise3(x * 2.1, y * 2.1, z * 2.1, 72)
            + 0.25 * noise3(x * 4.3, y * 4.3, z * 4.3, 73)
        )
        vein = abs(np.sin(3.1416 * (x * 0.6 + y * 0.4 + z * 0.5 + 1.8 * turbulence)))
        out[i, 0] = clamped((1.0 - vein) ** 4 * 1.1 + 0.12 * turbulence)
        out[i, 1] = 1.0


@compiled
def speckle(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Terrazzo or granite: chips of one unit in the second colour."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        chip = noise2(a * 1.4, b * 1.4, 81) * 0.6 + noise2(a * 3.1, b * 3.1, 82) * 0.4
        mix = clamped((chip - 0.62) * 9.0)
        out[i, 0] = 0.15 + (mix - 0.15) * kept(footprint[i], 0.8)
        out[i, 1] = 1.0 + 0.12 * (noise2(a * 5.0, b * 5.0, 83) - 0.5) * kept(footprint[i], 0.25)


@compiled
def leaves(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Uneven greens: lighter and darker patches of about one unit through the solid."""
    for i in chosen:
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        patch = noise3(x, y, z, 91) * 0.65 + noise3(x * 2.7, y * 2.7, z * 2.7, 92) * 0.35
        out[i, 0] = eased(clamped(1.8 * patch - 0.4))
        out[i, 1] = 0.8 + 0.4 * patch


@compiled
def paper(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Edges of stacked sheets: fine level lines, one per unit."""
    for i in chosen:
        line = 0.5 + 0.5 * np.sin(6.2832 * points[i, 2])
        out[i, 0] = 0.4 + (0.6 * line - 0.2) * kept(footprint[i], 0.5) if axis[i] != 2 else 0.0
        out[i, 1] = 1.0


@compiled
def wallpaper(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """A repeating ornament of rounded diamonds in the second colour, one per unit."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        a = a + 0.5 * (int(np.floor(b)) % 2)
        u, v = abs(a - np.floor(a) - 0.5), abs(b - np.floor(b) - 0.5)
        ring = abs(u * 1.6 + v + 0.25 * np.cos(12.566 * v) - 0.42)
        core = np.sqrt(u * u * 2.2 + v * v)
        soft = max(footprint[i], 1e-6)
        mix = max(clamped((0.05 - ring) / soft + 0.5), clamped((0.11 - core) / soft + 0.5))
        out[i, 0] = 0.2 + (mix - 0.2) * kept(footprint[i], 0.35)
        out[i, 1] = 1.0


@compiled
def plaster(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Painted wall: hardly visible unevenness."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        rough = noise2(a * 6.0, b * 6.0, 101) - 0.5
        out[i, 0] = 0.0
        out[i, 1] = 1.0 + 0.03 * (noise2(a, b, 102) - 0.5) + 0.05 * rough * kept(footprint[i], 0.3)


@compiled
def bordered(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Frames one unit wide round the middle in turn, as on woven rugs, with a fine pile."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        out_from_middle = max(abs(a), abs(b))
        ring = int(np.floor(out_from_middle))
        edge = groove(out_from_middle, 0.12, footprint[i])
        motif = 0.5 + 0.5 * np.sin(6.2832 * a) * np.sin(6.2832 * b)
        band = 0.8 if ring % 2 else 0.15
        pile = noise2(a * 30.0, b * 30.0, 111) - 0.5
        out[i, 0] = clamped(band + 0.35 * (motif - 0.5) * kept(footprint[i], 0.5) + edge * (0.5 - band))
        out[i, 1] = 1.0 + 0.2 * pile * kept(footprint[i], 0.03)


@compiled
def quilt(chosen: Chosen, points: Points, axis: Axis, footprint: Footprint, out: Out) -> None:
    """Stitched diamonds of one unit that swell a little between the seams."""
    for i in chosen:
        a, b = _on_face(points, axis, i)
        p, q = a + b, a - b
        u, v = p - np.floor(p) - 0.5, q - np.floor(q) - 0.5
        swell = 1.0 - 2.0 * (u * u + v * v)
        seam = max(groove(p, 0.03, footprint[i]), groove(q, 0.03, footprint[i]))
        out[i, 0] = 0.7 * seam
        out[i, 1] = 0.9 + 0.12 * swell * kept(footprint[i], 0.7)


PATTERNS: dict[str, Pattern] = {
    "plain": plain, "wood": wood, "planks": planks, "herringbone": herringbone, "tiles": tiles, "bricks": bricks,
    "carpet": carpet, "fabric": fabric, "weave": fabric, "checker": checker, "stripes": stripes, "plaid": plaid,
    "dots": dots, "marble": marble, "speckle": speckle, "leaves": leaves, "paper": paper, "wallpaper": wallpaper,
    "plaster": plaster, "bordered": bordered, "quilt": quilt,
}  # fmt: skip
