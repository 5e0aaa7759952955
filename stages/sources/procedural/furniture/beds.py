"""Beds: bed, bunk bed, crib. The foot end is the front."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BRIGHTS,
    FABRICS,
    Finish,
    choose,
    darker,
    fabric,
    metal,
    paint,
    wood,
    wood_or_paint,
)
from stages.sources.procedural.furniture.parts import Part, both_sides, four_corners, join, row
from stages.sources.procedural.furniture.shapes import box, cylinder, slab_box, soft_box
from stages.sources.procedural.furniture.sweeps import bend, pillow, sheet, tube

LINEN = Material((0.84, 0.83, 0.8), "fabric", (0.72, 0.71, 0.68), scale_m=0.01)


def draped(width: float, length: float, drop: float, thickness: float = 0.025) -> Part:
    """Make a blanket over a mattress edge: top at z = 0, hanging down by `drop` at both sides, hem slightly wavy."""
    half, out = width / 2, 0.012
    side = np.linspace(-drop, -0.05, 4)
    left = [(-half - out, z) for z in side] + [(-half + 0.012, -0.012)]
    middle = [(x, 0.0) for x in np.linspace(-half + 0.05, half - 0.05, 7)]
    section = np.array(left + middle + [(-x, z) for x, z in reversed(left)])
    y = np.linspace(-length / 2, length / 2, 3 + round(4 * length))
    share = np.clip(-section[:, 1] / drop, 0, 1)[:, None]
    sway = 0.016 * share * np.sin(y[None, :] * 11.0)
    x = section[:, :1] + np.sign(section[:, :1]) * sway
    z = section[:, 1:] + 0.006 * (1 - share) * np.sin(y[None, :] * 7 + section[:, :1] * 5)
    top = np.stack([x, np.broadcast_to(y, x.shape), z], axis=-1)
    bottom = top.copy()
    bottom[..., 0] -= np.sign(section[:, :1]) * thickness * (share > 0.02)
    bottom[..., 2] -= thickness * (share < 0.9)
    return sheet(top, bottom)


def _bedding(rng: np.random.Generator, width: float, length: float, z: float) -> tuple[list[Piece], str]:
    """Lay mattress, pillows and a folded-back blanket on z; the head is at +y."""
    cover = fabric(rng)
    fold = darker(cover.material, 1.35) if rng.random() < 0.5 else LINEN
    thick = 0.2
    top = z + thick
    mattress = soft_box(width, length, thick, 0.05, 3).moved(z=z)
    blanket_l = length * rng.uniform(0.6, 0.7)
    blanket_y = -length / 2 + blanket_l / 2 - 0.006
    blanket = draped(width, blanket_l, thick + 0.03).moved(0, blanket_y, top + 0.03)
    turned = draped(width + 0.02, 0.22, thick - 0.02, 0.02).moved(0, blanket_y + blanket_l / 2 - 0.1, top + 0.05)
    count = 2 if width > 1.2 else 1
    plump = pillow(min(0.68, width / count - 0.08), 0.44, 0.17, 7).turned("x", 14)
    places = [0.0] if count == 1 else [-width / 4, width / 4]
    pillows = row(plump, places).moved(0, length / 2 - 0.3, top - 0.012)
    pieces: list[Piece] = [(mattress + pillows, LINEN), (blanket, cover.material), (turned, fold)]
    if rng.random() < 0.4:
        accent = fabric(rng, [name for name in FABRICS if name != cover.word])
        small = pillow(0.4, 0.4, 0.13).turned("x", 50).moved(0, length / 2 - 0.62, top + 0.1)
        pieces.append((small, accent.material))
    return pieces, cover.word


def bed(rng: np.random.Generator) -> Model:
    """Build a single or double bed with a panel, slatted, metal or padded headboard."""
    double = rng.random() < 0.6
    width, length = (rng.uniform(1.4, 1.8), 2.0) if double else (rng.uniform(0.9, 1.05), 2.0)
    style = choose(rng, ("panel", "slats", "padded", "metal"))
    bedding, word = _bedding(rng, width, length, 0.3)
    frame = {"padded": fabric, "metal": metal}.get(style, wood_or_paint)(rng)
    rail = slab_box((0.03, length, 0.14), (width / 2 + 0.016, 0, 0.27))
    foot_rail = slab_box((width + 0.06, 0.03, 0.14), (0, -length / 2 - 0.016, 0.27))
    leg = box(0.06, 0.06, 0.22, 0.006).moved(width / 2 - 0.01, length / 2 - 0.03)
    slats = slab_box((width, length, 0.02), (0, 0, 0.285))
    parts = [both_sides(rail), foot_rail, four_corners(leg), slats]
    parts.append(_headboard(style, width, rng.uniform(0.95, 1.15)).moved(0, length / 2 + 0.005))
    if style in ("metal", "slats"):
        parts.append(_headboard(style, width, 0.62).moved(0, -length / 2 - 0.06))
    size = "double" if double else "single"
    design = Design("bed", f"{frame.word} {size} bed with {word} blanket")
    return assemble(design, [(join(parts), frame.material), *bedding])


def _headboard(style: str, width: float, height: float) -> Part:
    """Make a headboard from the floor up, its front on the plane y = 0."""
    x = width / 2 + 0.01
    if style == "padded":
        tuft = soft_box((width + 0.06) / 4 - 0.012, (height - 0.4) / 2 - 0.012, 0.05, 0.022, 1, crown=0.014)
        pads = [
            tuft.turned("x", 90).moved((k - 1.5) * (width + 0.06) / 4, 0.02, 0.42 + (height - 0.4) * (0.25 + 0.5 * r))
            for k in range(4)
            for r in range(2)
        ]
        return join([box(width + 0.08, 0.08, height, 0.012).moved(y=0.06), *pads])
    if style == "metal":
        arch = tube(bend([(-x, 0.025, 0), (-x, 0.025, height), (x, 0.025, height), (x, 0.025, 0)], 0.14), 0.017, 8)
        cross = cylinder(0.012, 2 * x, 8).turned("y", 90).moved(-x, 0.025, height * 0.55)
        bars = [cylinder(0.009, height * 0.45, 6).moved(u, 0.025, height * 0.55) for u in np.linspace(-0.7, 0.7, 7) * x]
        return join([arch, cross, *bars])
    posts = both_sides(box(0.06, 0.05, height + 0.03, 0.008).moved(x, 0.025))
    if style == "panel":
        return join(
            [
                posts,
                box(width, 0.03, height - 0.35, 0.006).moved(0, 0.025, 0.33),
                box(width, 0.045, 0.05, 0.01).moved(0, 0.025, height - 0.03),
            ]
        )
    rails = [box(width, 0.03, 0.08, 0.006).moved(0, 0.025, z) for z in (0.36, height - 0.08)]
    spindles = [
        slab_box((0.045, 0.016, height - 0.5), (u, 0.025, height / 2 + 0.16)) for u in np.linspace(-0.8, 0.8, 9) * x
    ]
    return join([posts, *rails, *spindles])


def bunk_bed(rng: np.random.Generator) -> Model:
    """Build two beds on top of each other with guard rails and a ladder at the front end of the right side."""
    frame: Finish = wood(rng) if rng.random() < 0.6 else paint(rng, BRIGHTS)
    width, length, height = 0.95, 2.0, rng.uniform(1.6, 1.75)
    parts = [four_corners(box(0.07, 0.07, height, 0.008).moved(width / 2 + 0.03, length / 2 + 0.03))]
    pieces: list[Piece] = []
    for z, guard in ((0.3, False), (1.12, True)):
        parts.append(both_sides(slab_box((0.03, length, 0.14), (width / 2 + 0.03, 0, z))))
        parts.append(both_sides(slab_box((width, 0.03, 0.14), (0, length / 2 + 0.03, z)), "y"))
        parts.append(slab_box((width + 0.02, length, 0.02), (0, 0, z - 0.02)))
        for k in (0.3, 0.46):
            end = slab_box((width, 0.025, 0.09), (0, length / 2 + 0.03, z + k))
            parts.append(both_sides(end, "y"))
            if guard:
                shorter = slab_box((0.022, length - 0.45, 0.09), (width / 2 + 0.03, 0.2, z + k - 0.06))
                parts.append(shorter + slab_box((0.022, length, 0.09), (-width / 2 - 0.03, 0, z + k - 0.06)))
        cover, color = _bunk_bedding(rng, width, length, z)
        pieces += [(cover[0], LINEN), (cover[1], color)]
    x = width / 2 + 0.075
    ladder = [slab_box((0.03, 0.05, 1.5), (x, y, 0.75)) for y in (-0.95, -0.58)]
    ladder += [cylinder(0.016, 0.37, 8).turned("x", -90).moved(x, -0.95, z) for z in np.arange(0.25, 1.4, 0.27)]
    return assemble(Design("bunk bed", f"{frame.word} bunk bed"), [(join(parts + ladder), frame.material), *pieces])


def _bunk_bedding(
    rng: np.random.Generator, width: float, length: float, z: float
) -> tuple[tuple[Part, Part], Material]:
    mattress = soft_box(width - 0.01, length - 0.02, 0.14, 0.035, 2).moved(z=z - 0.005)
    head = pillow(0.6, 0.4, 0.14).turned("x", 10).moved(0, length / 2 - 0.28, z + 0.12)
    blanket = soft_box(width + 0.005, length * 0.66, 0.06, 0.02, 2).moved(0, -length * 0.165, z + 0.095)
    return (mattress + head, blanket), fabric(rng).material


def crib(rng: np.random.Generator) -> Model:
    """Build a baby's cot with bars on all sides, a mattress, a pillow and a small blanket."""
    frame: Finish = wood(rng) if rng.random() < 0.5 else paint(rng, ("white", "light blue", "pink", "grey"))
    width, length, height, floor_z = 0.7, 1.3, rng.uniform(0.88, 0.96), 0.32
    x, y = width / 2, length / 2
    parts = [four_corners(box(0.045, 0.045, height, 0.006).moved(x, y))]
    for z in (floor_z - 0.06, height - 0.07):
        parts.append(both_sides(box(0.032, length, 0.045, 0.006).moved(x, 0, z)))
        parts.append(both_sides(box(width, 0.032, 0.045, 0.006).moved(0, y, z), "y"))
    bar = cylinder(0.009, height - floor_z - 0.05, 6).moved(z=floor_z - 0.03)
    parts.append(both_sides(row(bar, np.linspace(-y, y, 13)[1:-1], "y").moved(x)))
    parts.append(both_sides(row(bar, np.linspace(-x, x, 8)[1:-1]).moved(0, y), "y"))
    base = slab_box((width - 0.03, length - 0.03, 0.02), (0, 0, floor_z - 0.03))
    mattress = soft_box(width - 0.05, length - 0.05, 0.11, 0.03, 2).moved(z=floor_z - 0.015)
    head = pillow(0.4, 0.28, 0.08).moved(0, y - 0.22, floor_z + 0.07)
    cover = fabric(rng, ("light blue", "pink", "yellow", "green", "orange"))
    blanket = soft_box(width - 0.045, length * 0.55, 0.05, 0.02, 2).moved(0, -length * 0.2, floor_z + 0.06)
    pieces = [(join([*parts, base]), frame.material), (mattress + head, LINEN), (blanket, cover.material)]
    return assemble(Design("crib", f"{frame.word} crib with {cover.word} blanket"), pieces)
