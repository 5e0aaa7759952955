"""Things to put things in: box, basket, trash can."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_PLASTIC,
    CHROME,
    FABRICS,
    PAPER,
    STEEL,
    Finish,
    choose,
    darker,
    fabric,
    matt,
    paint,
    plastic,
    srgb,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, both_sides, four_corners, join, row
from stages.sources.procedural.furniture.shapes import (
    at_height,
    disc,
    ellipsoid,
    frustum,
    lathe,
    loft,
    rounded_rectangle,
    slab_box,
    soft_box,
    torus,
)
from stages.sources.procedural.furniture.shapes import (
    box as make_box,
)
from stages.sources.procedural.furniture.sweeps import bend, bow, tube


def _tray(width: float, depth: float, height: float, wall: float, flare: float = 1.0, radius: float = 0.002) -> Part:
    """Make an open container with a bottom; `flare` scales the upper edge."""
    steps = 1 if radius < 0.005 else 4
    sizes = [(1.0, 0.0, 0.0), (flare, 0.0, height), (flare, 2 * wall, height), (1.0, 2 * wall, wall)]
    rings = [
        at_height(rounded_rectangle(width * k - inset, depth * k - inset, radius, steps), z) for k, inset, z in sizes
    ]
    return loft(rings)


def box(rng: np.random.Generator) -> Model:
    """Build a box: open or taped cardboard, a wooden crate of fruit, or a gift with a bow."""
    style = choose(rng, ("open", "taped", "crate", "gift"))
    width, depth, height = rng.uniform(0.36, 0.5), rng.uniform(0.28, 0.38), rng.uniform(0.24, 0.36)
    if style == "crate":
        return _crate(rng, width, depth, height)
    if style == "gift":
        return _gift(rng, width * 0.7, height)
    return _open_carton(rng, width, depth, height) if style == "open" else _taped_carton(width, depth, height)


_CARD = Material(srgb("b98f5f"), "paper", srgb("a67f52"), scale_m=0.02)


def _open_carton(rng: np.random.Generator, width: float, depth: float, height: float) -> Model:
    """Make an open box with four flaps that hang outwards, and an address label on the front."""
    flap_x = slab_box((0.1, depth - 0.01, 0.004), (0.05, 0, 0)).turned("y", rng.uniform(25, 50))
    flap_y = slab_box((width - 0.01, 0.12, 0.004), (0, 0.06, 0)).turned("x", -rng.uniform(25, 50))
    flaps = both_sides(flap_x.moved(width / 2 - 0.002)) + both_sides(flap_y.moved(y=depth / 2 - 0.002), "y")
    label = slab_box((width * 0.36, 0.002, height * 0.3), (0, -depth / 2 - 0.0008, height * 0.55))
    line = slab_box((width * 0.26, 0.002, 0.008), (0, -depth / 2 - 0.002, 0))
    lines = row(line, [height * 0.5, height * 0.56, height * 0.62], "z")
    carton = _tray(width, depth, height, 0.005) + flaps.moved(z=height - 0.003)
    return assemble(Design("box", "open cardboard box"), [(carton, _CARD), (label, PAPER), (lines, matt("4a4a4a"))])


def _taped_carton(width: float, depth: float, height: float) -> Model:
    """Make a closed box with tape along the top, two arrows that say `this way up` and a label."""
    body = make_box(width, depth, height, 0.006)
    ends = both_sides(slab_box((0.002, 0.05, 0.09), (width / 2, 0, height - 0.045)))
    tape = slab_box((width + 0.001, 0.05, 0.002), (0, 0, height)) + ends
    seam = both_sides(slab_box((width * 0.495, 0.002, 0.001), (width * 0.2475, 0, height + 0.0006)))
    tip = frustum(0.03, 0.0, 0.002, 3).turned("z", 90).turned("x", 90).moved(0, -depth / 2 + 0.0004, height * 0.62)
    arrow = tip + slab_box((0.014, 0.002, 0.05), (0, -depth / 2 - 0.0004, height * 0.48))
    label = slab_box((width * 0.22, 0.002, height * 0.25), (width * 0.3, -depth / 2 - 0.0004, height * 0.6))
    pieces = [
        (body, _CARD),
        (tape, matt("d9c9a3")),
        (seam, matt("7d5f3c")),
        (row(arrow, [-0.05, 0.05]), matt("2b2b2b")),
        (label, PAPER),
    ]
    half_w, half_d = width / 2 - 0.02, depth / 2 - 0.02
    design = Design("box", "closed cardboard box", support_m=(-half_w, -half_d, half_w, half_d, height + 0.0011))
    return assemble(design, pieces)


def _crate(rng: np.random.Generator, width: float, depth: float, height: float) -> Model:
    timber = wood(rng, ("light wooden", "wooden"))
    slat_h = height / 3 - 0.02
    slats = []
    for k in range(3):
        z = slat_h / 2 + k * (slat_h + 0.028) + 0.006
        slats.append(both_sides(slab_box((width, 0.012, slat_h), (0, depth / 2, z)), "y"))
        slats.append(both_sides(slab_box((0.012, depth - 0.012, slat_h), (width / 2 - 0.006, 0, z))))
    posts = four_corners(make_box(0.03, 0.03, height).moved(width / 2 - 0.027, depth / 2 - 0.021))
    floor = slab_box((width - 0.02, depth - 0.02, 0.012), (0, 0, 0.012))
    fruit = ellipsoid(0.045, 0.045, 0.042, 12, 8)
    spots = [(x * 0.095, y * 0.088) for x in (-1.5, -0.5, 0.5, 1.5) for y in (-1, 0, 1) if abs(x) * 0.19 < width - 0.13]
    lift = height * 0.72 - 0.03
    apples = join([fruit.moved(x + rng.uniform(-0.008, 0.008), y, lift + rng.uniform(0, 0.02)) for x, y in spots])
    plate = slab_box((width * 0.4, 0.004, slat_h * 0.7), (0, -depth / 2 - 0.007, height / 2))
    shade = choose(rng, (("red", "b02f28"), ("green", "8aa63a"), ("orange", "dd8a2c")))
    bed = slab_box((width - 0.05, depth - 0.05, height * 0.66), (0, 0, height * 0.36))
    pieces = [
        (join([*slats, posts, floor]), timber.material),
        (apples, plastic(shade[1], 0.25)),
        (bed, darker(plastic(shade[1], 0.0), 0.5)),
        (plate, PAPER),
    ]
    return assemble(Design("box", f"{timber.word} box of {shade[0]} fruit"), pieces)


def _gift(rng: np.random.Generator, side: float, height: float) -> Model:
    names = [
        str(name) for name in rng.permutation(np.array(("red", "blue", "green", "yellow", "purple", "white", "pink")))
    ]
    wrap, ribbon = paint(rng, (names[0],)), paint(rng, (names[1],))
    body = make_box(side, side, height - 0.05, 0.004)
    lid = make_box(side + 0.02, side + 0.02, 0.06, 0.004).moved(z=height - 0.06)
    bands = [
        slab_box((0.04, side + 0.004, height - 0.05), (0, 0, (height - 0.05) / 2)),
        slab_box((side + 0.004, 0.04, height - 0.05), (0, 0, (height - 0.05) / 2)),
    ]
    bands += [
        slab_box((0.04, side + 0.024, 0.062), (0, 0, height - 0.03)),
        slab_box((side + 0.024, 0.04, 0.062), (0, 0, height - 0.03)),
    ]
    loop = tube(bend([(0.0, 0, 0.0), (0.05, 0, 0.09), (0.1, 0, 0.05), (0.0, 0, 0.005)], 0.06, 5), 0.018, 6).scaled(
        1, 1.0, 1
    )
    bow = both_sides(loop).moved(z=height) + ellipsoid(0.025, 0.025, 0.02, 12, 6).moved(z=height)
    pieces = [(body + lid, wrap.material), (join([*bands, bow]), ribbon.material)]
    return assemble(Design("box", f"{wrap.word} gift box with {ribbon.word} bow", 180), pieces)


def basket(rng: np.random.Generator) -> Model:
    """Build a wicker basket: woven rings round staves, with a bow handle, or a laundry basket with cloth."""
    straw = Finish("wicker", matt(choose(rng, ("b8894f", "a0733f", "c9a268"))))
    laundry = rng.random() < 0.5
    radius, height = (
        (rng.uniform(0.2, 0.24), rng.uniform(0.42, 0.52))
        if laundry
        else (rng.uniform(0.17, 0.22), rng.uniform(0.18, 0.22))
    )
    low = radius * (0.85 if laundry else 0.75)
    count = 9 if laundry else 7
    rings = []
    for k in range(count):
        t = (k + 0.5) / count
        rings.append(
            torus(low + (radius - low) * t, height / count * 0.46, 24, 4).moved(z=height * t - height / count * 0.46)
        )
    wall = lathe([(low, 0.0), (radius, height), (radius - 0.012, height), (low - 0.012, 0.012), (0.0, 0.012)], 26)
    rim = torus(radius, 0.014, 30, 6).moved(z=height - 0.012)
    pieces: list[Piece] = [
        (join(rings), straw.material),
        (wall, darker(straw.material, 0.55)),
        (rim, darker(straw.material, 0.8)),
    ]
    if laundry:
        names = [str(name) for name in rng.permutation(np.array(FABRICS))]
        for k, (x, y) in enumerate(((-0.06, 0.04), (0.07, 0.02), (0.0, -0.08))):
            cloth = fabric(rng, (names[k],))
            heap = ellipsoid(0.11, 0.1, 0.07, 12, 6).turned("x", 14 * (k - 1)).moved(x, y, height - 0.08 + 0.015 * k)
            pieces.append((heap, cloth.material))
        ear = tube(
            bend(
                [
                    (radius, -0.06, height - 0.03),
                    (radius + 0.05, -0.05, height - 0.01),
                    (radius + 0.05, 0.05, height - 0.01),
                    (radius, 0.06, height - 0.03),
                ],
                0.03,
                3,
            ),
            0.01,
            6,
        )
        pieces.append((both_sides(ear), darker(straw.material, 0.8)))
        return assemble(Design("basket", "tall wicker laundry basket"), pieces)
    angle = np.radians(np.linspace(0, 180, 13))
    bow = np.column_stack([radius * 0.98 * np.cos(angle), np.zeros(13), height - 0.01 + 1.15 * radius * np.sin(angle)])
    pieces.append((tube(bow, 0.012, 8), darker(straw.material, 0.8)))
    return assemble(Design("basket", "round wicker basket with handle", 180), pieces)


def trash_can(rng: np.random.Generator) -> Model:
    """Build a pedal bin with lid, or a swing-lid bin."""
    paints = ("white", "black", "red", "grey", "green", "blue", "yellow")
    color = Finish("steel", STEEL) if rng.random() < 0.35 else paint(rng, paints)
    radius, height = rng.uniform(0.13, 0.16), rng.uniform(0.38, 0.6)
    trim = BLACK_PLASTIC if color.word != "black" else CHROME
    return (_pedal_bin if rng.random() < 0.55 else _swing_bin)(color, trim, radius, height)


def _pedal_bin(color: Finish, trim: Material, r: float, height: float) -> Model:
    body = lathe([(r, 0.02), (r, height), (r - 0.01, height + 0.004)], 32)
    base = disc(r + 0.006, 0.024, 0.006, 32)
    lid = lathe([(r + 0.005, -0.005), (r + 0.005, 0.012), (r * 0.75, 0.04), (r * 0.3, 0.052), (0.0, 0.055)], 32)
    pedal = soft_box(0.08, 0.07, 0.014, 0.005, 1).moved(0, -r - 0.025, 0.012)
    hinge = slab_box((0.07, 0.025, 0.04), (0, r + 0.006, height))
    ear = bow(0.1, 0.032, 0.006, 0.02, 6).turned("x", -90).moved(0, r - 0.002, height * 0.7)
    pieces = [
        (body, color.material),
        (lid.moved(z=height), darker(color.material, 0.92)),
        (join([base, pedal, hinge, ear]), trim),
    ]
    return assemble(Design("trash can", f"{color.word} pedal trash can"), pieces)


def _swing_bin(color: Finish, trim: Material, r: float, height: float) -> Model:
    width, depth = 2 * r, 1.6 * r

    def tower(sizes: list[tuple[float, float]]) -> Part:
        return loft([at_height(rounded_rectangle(width * k, depth * k, 0.03, 3), z) for k, z in sizes])

    collar = tower([(1.04, height - 0.012), (1.04, height + 0.02), (0.92, height + 0.12)])
    flap = soft_box(width * 0.72, 0.1, 0.012, 0.004, 1).turned("x", 68).moved(0, -depth * 0.487, height + 0.068)
    slot = slab_box((width * 0.76, 0.004, 0.01), (0, -depth * 0.45, height + 0.116))
    pieces = [
        (tower([(0.8, 0.0), (1.0, height)]), color.material),
        (collar, darker(color.material, 0.8)),
        (flap + slot, trim),
    ]
    return assemble(Design("trash can", f"{color.word} swing-lid trash can"), pieces)
