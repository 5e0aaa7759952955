"""What belongs to walls: door, window, curtain, radiator, fireplace."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_METAL,
    BLACK_PLASTIC,
    CHROME,
    FABRICS,
    Finish,
    choose,
    darker,
    fabric,
    matt,
    metal,
    paint,
    plastic,
    srgb,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, both_sides, join, row
from stages.sources.procedural.furniture.shapes import (
    at_height,
    box,
    cylinder,
    disc,
    ellipsoid,
    lathe,
    loft,
    rounded_rectangle,
    slab_box,
    soft_box,
)
from stages.sources.procedural.furniture.sweeps import Grid, bend, sheet, tube

_JOINERY = ("white", "white", "grey", "light blue", "green", "red")


def _case(width: float, height: float, bar: float, depth: float) -> Part:
    """Make two jambs and a lintel in front of the plane y = 0."""
    jamb = box(bar, depth, height, 0.004).moved((width - bar) / 2, -depth / 2)
    lintel = box(width - 2 * bar, depth, bar, 0.004).moved(0, -depth / 2, height - bar)
    return both_sides(jamb) + lintel


Panel = tuple[float, float, float, float]


def door(rng: np.random.Generator) -> Model:
    """Build a closed door in its case: panelled or glazed, with handle and hinges."""
    width, height = rng.uniform(0.86, 0.96), rng.uniform(2.02, 2.12)
    leaf_finish = wood(rng) if rng.random() < 0.55 else paint(rng, _JOINERY)
    case = leaf_finish if rng.random() < 0.4 else Finish("white", plastic("e8e6df"))
    bar, y = 0.08, -0.045
    w, h = width - 2 * bar, height - bar
    style = choose(rng, ("panelled", "glazed", "two panels"))
    leaves, glass = [slab_box((w - 0.006, 0.035, h - 0.01), (0, -0.0275, h / 2 + 0.002))], []
    for x, z, panel_w, panel_h in _door_panels(style, w, h):
        glazed = style == "glazed" and z > 0.8
        leaves.append(_moulding(panel_w, panel_h).moved(x, y, z))
        if glazed:
            glass.append(slab_box((panel_w, 0.008, panel_h), (x, y, z)))
        else:
            field = box(panel_w - 0.1, panel_h - 0.1, 0.008, 0.004).turned("x", 90)
            leaves.append(field.moved(x, y + 0.001, z))
    fittings, keyhole = _door_fittings(w, h, y)
    if rng.random() < 0.5:
        fittings, keyhole = fittings.mirrored(), keyhole.mirrored()
    pieces: list[Piece] = [
        (join(leaves), leaf_finish.material),
        (_case(width, height, bar, 0.06), case.material),
        (fittings, metal(rng).material),
        (keyhole, BLACK_PLASTIC),
    ]
    if glass:
        pieces.append((join(glass), plastic("b9cdd6", 0.9)))
    caption = f"{leaf_finish.word} door" + (" with glass panes" if glass else "")
    return assemble(Design("door", caption, placement="wall"), pieces)


def _door_panels(style: str, w: float, h: float) -> list[Panel]:
    """Lay out the panels of a door leaf: centre x and z, width, height."""
    if style == "two panels":
        spots = [(0.0, 0.5, w - 0.24, 0.72), (0.0, 1.42, w - 0.24, 0.88)]
    elif style == "glazed":
        panes = [(s * w * 0.245, z, w / 3 - 0.1, 0.5) for s in (-1, 1) for z in (1.1, 1.65)]
        spots = [(0.0, 0.42, w - 0.22, 0.6), *panes]
    else:
        rows = ((0.42, 0.6), (1.05, 0.5), (1.62, 0.5))
        spots = [(s * w / 4, z, w / 2 - 0.12, panel_h) for s in (-1, 1) for z, panel_h in rows]
    return [(x, z * h / 2, panel_w, panel_h) for x, z, panel_w, panel_h in spots]


def _moulding(width: float, height: float) -> Part:
    """Make a raised rim that looks to -y, centred at the origin."""
    insets = ((0.0, 0.0), (0.015, 0.01), (0.05, 0.001), (0.05, -0.004), (0.0, -0.004))
    rings = [at_height(rounded_rectangle(width - d, height - d, 0.001, 1), lift) for d, lift in insets]
    return loft(rings, closed=True).turned("x", 90)


def _door_fittings(w: float, h: float, y: float) -> tuple[Part, Part]:
    """Make handle, plate and hinges for a door that opens at its right edge; and the keyhole."""
    handle = tube(bend([(0, 0.004, 0), (0, -0.05, 0), (-0.12, -0.05, 0)], 0.02, 3), 0.009, 8).moved(0, y, 1.02)
    plate = box(0.04, 0.006, 0.2, 0.002).moved(0, y - 0.002, 0.93)
    hinges = row(cylinder(0.008, 0.08, 8), [0.2, h - 0.3], "z").moved(-w / 2, y - 0.004)
    keyhole = cylinder(0.006, 0.003, 10).turned("x", 90).moved(w / 2 - 0.06, y - 0.004, 0.96)
    return (handle + plate).moved(w / 2 - 0.06) + hinges, keyhole


def window(rng: np.random.Generator) -> Model:
    """Build a window: two casements with glazing bars, sill and handle; the panes show the sky."""
    width, height = rng.uniform(0.95, 1.5), rng.uniform(1.05, 1.35)
    finish = paint(rng, ("white", "white", "grey", "green", "light blue")) if rng.random() < 0.65 else wood(rng)
    bar, depth, z = 0.055, 0.05, 0.05
    sky, cloud = Material(srgb("a9cfe6"), gloss=0.9, emission=0.5), Material(srgb("dcebf3"), gloss=0.9, emission=0.5)
    h = height - z
    frame = [_case(width, height, bar, depth), slab_box((width - 2 * bar, depth, bar), (0, -depth / 2, z + bar / 2))]
    sill = box(width + 0.1, 0.16, 0.035, 0.008).moved(0, -0.08, z - 0.035)
    apron = slab_box((width - 0.04, 0.02, z - 0.02), (0, -0.01, (z - 0.02) / 2))
    half = (width - 2 * bar) / 2
    casement = [slab_box((0.045, 0.03, h - 2 * bar), (x, -0.045, z + h / 2)) for x in (0.0225, half - 0.0225)]
    casement += [
        slab_box((half - 0.09, 0.03, 0.045), (half / 2, -0.045, zz)) for zz in (z + bar + 0.0225, height - bar - 0.0225)
    ]
    if rng.random() < 0.6:
        casement.append(slab_box((half - 0.09, 0.02, 0.02), (half / 2, -0.045, z + h * 0.64)))
    pane = slab_box((width - 2 * bar, 0.006, h - 2 * bar), (0, -0.03, z + h / 2))
    clouds = []
    for _ in range(3):
        cx, cz = rng.uniform(-0.36, 0.36) * width, z + h * rng.uniform(0.55, 0.85)
        for dx, r in ((-0.06, 0.04), (0.0, 0.06), (0.07, 0.045)):
            clouds.append(cylinder(r, 0.002, 18).scaled(1.3, 0.8, 1).turned("x", 90).moved(cx + dx, -0.0328, cz))
    hills = slab_box((width - 2 * bar, 0.002, h * 0.2), (0, -0.0345, z + bar + h * 0.1))
    handle = tube(bend([(0.0, 0.0, 0), (0.0, -0.035, 0), (0.0, -0.035, -0.09)], 0.015, 3), 0.008, 6).moved(
        0.0, -0.058, z + h / 2
    )
    knob_plate = box(0.03, 0.008, 0.06, 0.003).moved(0, -0.063, z + h / 2 - 0.03)
    pieces = [
        (join([*frame, sill, apron, both_sides(join(casement))]), finish.material),
        (pane, sky),
        (join(_separate(clouds)), cloud),
        (hills, Material(srgb("7ea06a"), gloss=0.5, emission=0.4)),
        (handle + knob_plate, CHROME),
    ]
    return assemble(Design("window", f"{finish.word} window with two casements", placement="wall"), pieces)


def _separate(layers: list[Part]) -> list[Part]:
    """Lift overlapping flat parts apart by a hair so that no two faces share a plane."""
    return [part.moved(y=-0.0001 * k) for k, part in enumerate(layers)]


def _drape(width: float, height: float, folds: int, gather: float) -> Part:
    """Hang a folded cloth from z = height to the floor; `gather` narrows it at tie-back height (0 for none)."""
    x = np.linspace(-1, 1, folds * 4 + 1)
    z = np.linspace(0, 1, 7)
    wave = np.sin(np.pi * folds * x)[:, None] * (0.032 - 0.012 * z[None, :])
    pinch = 1 - gather * np.exp(-(((z - 0.38) / 0.22) ** 2))
    across = (x[:, None] * pinch[None, :]) * width / 2 - (1 - pinch[None, :]) * width * 0.42
    grid: Grid = np.stack([across, wave, np.broadcast_to(height * z[None, :], across.shape)], axis=-1)
    back = grid + np.array([0.0, 0.007, 0.0])
    return sheet(grid, back)


def curtain(rng: np.random.Generator) -> Model:
    """Build a pair of folded curtains on a rod with rings and finials, straight or tied back."""
    cloth, rod = fabric(rng, (*FABRICS, "white")), metal(rng)
    width, height = rng.uniform(1.5, 2.0), rng.uniform(1.9, 2.3)
    tied = rng.random() < 0.5
    each = width * (0.44 if tied else 0.36)
    drape = _drape(each, height - 0.05, 6, 0.45 if tied else 0.0).moved(-width / 2 + each / 2, 0, 0)
    rail_z = height - 0.015
    bar = cylinder(0.013, width + 0.16, 12).turned("y", 90).moved(-width / 2 - 0.08, 0, rail_z)
    finial = ellipsoid(0.028, 0.028, 0.028, 14, 8).moved(width / 2 + 0.09, 0, rail_z - 0.028)
    holder = slab_box((0.02, 0.1, 0.02), (width / 2 + 0.03, 0.05, rail_z)) + disc(0.03, 0.01, 0.003, 16).turned(
        "x", 90
    ).moved(width / 2 + 0.03, 0.1, rail_z)
    rings = row(
        lathe([(0.018, 0.0), (0.024, 0.0), (0.024, 0.008), (0.018, 0.008)], 8, closed=True).turned("y", 90),
        np.linspace(-each * 0.46, each * 0.46, 5),
    )
    rings = rings.moved(-width / 2 + each / 2, 0, rail_z - 0.008)
    pieces: list[Piece] = [
        (both_sides(drape), cloth.material),
        (join([bar, both_sides(finial + holder + rings)]), rod.material),
    ]
    if tied:
        band = lathe([(0.0, 0.0), (each * 0.3, 0.0), (each * 0.3, 0.06), (0.0, 0.06)], 18).scaled(1.0, 0.42, 1)
        place = -width / 2 + each / 2 - 0.45 * each * 0.42
        pieces.append((both_sides(band.moved(place, 0, (height - 0.05) * 0.38 - 0.03)), darker(cloth.material, 0.6)))
    return assemble(Design("curtain", f"{cloth.word} {'tied-back ' if tied else ''}curtain", placement="wall"), pieces)


def radiator(rng: np.random.Generator) -> Model:
    """Build a ribbed radiator on feet with valve and pipes."""
    count = int(rng.integers(8, 15))
    pitch, height = 0.06, rng.uniform(0.55, 0.68)
    finish = paint(rng, ("white", "white", "white", "grey", "black"))
    rib = soft_box(0.045, 0.11, height - 0.1, 0.02, 2).moved(z=0.1)
    xs = (np.arange(count) - (count - 1) / 2) * pitch
    ribs = row(rib, xs)
    ties = [
        cylinder(0.02, pitch * (count - 1), 10).turned("y", 90).moved(float(xs[0]), 0, z) for z in (0.15, height - 0.05)
    ]
    feet = both_sides(slab_box((0.025, 0.1, 0.12), (float(xs[-1]), 0, 0.06)))
    x = float(xs[-1]) + 0.02
    pipe = tube(bend([(x, 0, 0.15), (x + 0.06, 0, 0.15), (x + 0.06, 0, 0.0)], 0.03, 3), 0.011, 8)
    valve = (
        lathe([(0.022, 0.0), (0.024, 0.05), (0.018, 0.06), (0.0, 0.06)], 16).turned("y", 90).moved(x + 0.06, 0, 0.15)
    )
    return_pipe = tube([(-x + 0.02, 0.03, 0.11), (-x + 0.02, 0.03, 0.0)], 0.011, 8)
    pieces = [
        (join([ribs, *ties, feet]), finish.material),
        (pipe + return_pipe, CHROME),
        (valve, plastic("e9e7e0") if finish.word != "white" else plastic("6d7175")),
    ]
    return assemble(Design("radiator", f"{finish.word} ribbed radiator"), pieces)


def fireplace(rng: np.random.Generator) -> Model:
    """Build a fireplace: mantel on pilasters, brick hearth, logs and flames."""
    width, height, depth = rng.uniform(1.25, 1.5), rng.uniform(1.05, 1.2), 0.34
    veined = Material(srgb("dcd8d0"), "marble", srgb("a9a49c"), scale_m=0.3, gloss=0.4)
    timber = wood(rng, ("dark wooden", "wooden"))
    stone = choose(rng, (Finish("white", matt("e6e2d8")), Finish("marble", veined), timber))
    open_w, open_h = width - 0.54, height - 0.36
    niche = [
        slab_box((open_w, 0.03, open_h), (0, depth / 2 - 0.017, open_h / 2 + 0.002)),
        both_sides(slab_box((0.05, depth - 0.05, open_h), (open_w / 2 - 0.02, 0, open_h / 2 + 0.002))),
        slab_box((open_w, depth - 0.03, 0.03), (0, 0, 0.017)),
    ]
    brick = Material(srgb("8a4a38"), "bricks", srgb("b5a594"), scale_m=0.2)
    mantel = _mantel(width, depth, height, open_h)
    pieces = [(mantel, stone.material), (join(niche), brick), *_wood_fire()]
    half = width / 2 - 0.02
    support = (-half, -depth / 2, half, depth / 2 - 0.03, height)
    return assemble(Design("fireplace", f"{stone.word} fireplace with burning fire", support_m=support), pieces)


def _mantel(width: float, depth: float, height: float, open_h: float) -> Part:
    """Make two pilasters with plinths and fields, the frieze and the shelf."""
    front, x = -depth / 2, width / 2 - 0.16
    pilaster = [
        box(0.24, depth, height - 0.08, 0.008).moved(x),
        box(0.28, depth + 0.03, 0.12, 0.01).moved(x, -0.012),
        box(0.16, 0.02, open_h - 0.2, 0.006).moved(x, front - 0.004, 0.2),
    ]
    return join(
        [
            both_sides(join(pilaster)),
            box(width - 0.54, depth - 0.02, 0.28, 0.006).moved(0, 0.005, open_h),
            box(width * 0.42, 0.02, 0.12, 0.006).moved(0, front + 0.002, open_h + 0.08),
            box(width + 0.1, depth + 0.08, 0.05, 0.012).moved(0, -0.03, height - 0.05),
            box(width + 0.02, depth + 0.03, 0.04, 0.012).moved(0, -0.015, height - 0.088),
        ]
    )


def _wood_fire() -> list[Piece]:
    """Make logs on a grate with flames that are brighter inside."""
    log = cylinder(0.045, 0.4, 12).turned("y", 90).moved(-0.2)
    top = log.turned("z", -24).turned("y", 8).moved(0, 0, 0.15)
    logs = join([log.moved(0, -0.06, 0.075), log.turned("z", 10).moved(0.01, 0.05, 0.075), top])
    flame = lathe([(0.0, 0.0), (0.05, 0.05), (0.055, 0.1), (0.03, 0.19), (0.0, 0.28)], 10)
    spots = [(-0.1, 0.02, 0.8), (-0.02, -0.02, 1.15), (0.08, 0.02, 0.95), (0.14, -0.01, 0.6)]
    fire = join([flame.scaled(s, 0.7 * s, s).moved(x, y, 0.1) for x, y, s in spots])
    core = join([flame.scaled(0.5 * s, 0.8 * s, 0.6 * s).moved(x, y - 0.016, 0.1) for x, y, s in spots])
    bars = row(slab_box((0.012, 0.22, 0.012), (0, 0, 0.05)), np.linspace(-0.2, 0.2, 7))
    posts = both_sides(cylinder(0.01, 0.16, 8).moved(0.23, -0.1, 0.03))
    return [
        (logs, matt("5a3d28")),
        (fire, Material(srgb("e2702a"), emission=0.9)),
        (core, Material(srgb("f6c64a"), emission=1.0)),
        (bars + posts, BLACK_METAL),
    ]
