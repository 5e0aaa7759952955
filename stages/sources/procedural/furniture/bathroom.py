"""Bathroom: toilet, bathtub, sink, washing machine, towel rail."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from stages.sources.procedural.furniture.cabinets import bar_handle, panel, reveal
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble, resized
from stages.sources.procedural.furniture.palette import (
    BLACK_PLASTIC,
    CERAMIC,
    CHROME,
    FABRICS,
    GLASS,
    choose,
    darker,
    fabric,
    matt,
    metal,
    plastic,
    wood,
    wood_or_paint,
)
from stages.sources.procedural.furniture.parts import Part, both_sides, four_corners, join, row
from stages.sources.procedural.furniture.shapes import (
    at_height,
    box,
    circle,
    cylinder,
    disc,
    ellipsoid,
    lathe,
    loft,
    rounded_rectangle,
    slab_box,
    soft_box,
    torus,
)
from stages.sources.procedural.furniture.sweeps import bend, sheet, tube

Profile = Sequence[tuple[float, float, float, float]]


def _egg(half_w: float, half_d: float, y: float, n: int = 28) -> Float[np.ndarray, "n 2"]:
    """Ring round an egg that is fuller at the back (+y) than at the front, centred at y."""
    ring = circle(1.0, n)
    width = half_w * (1.0 + 0.12 * ring[:, 1])
    return np.column_stack([ring[:, 0] * width, ring[:, 1] * half_d + y])


def _egg_loft(profile: Profile, closed: bool = False) -> Part:
    """Skin eggs given as (half width, half depth, y, z)."""
    return loft([at_height(_egg(w, d, y), z) for w, d, y, z in profile], closed=closed)


def tap(height: float = 0.16, reach: float = 0.12) -> Part:
    """Make a swan-neck tap that reaches towards -y from the origin, with a lever on each side."""
    spout = tube(bend([(0, 0, 0), (0, 0, height), (0, -reach, height), (0, -reach, height - 0.05)], 0.06, 5), 0.011, 8)
    handle = cylinder(0.013, 0.045, 10) + cylinder(0.006, 0.05, 8).turned("x", 75).moved(z=0.042)
    return join([spout, disc(0.024, 0.012, 0.004, 16), both_sides(handle.moved(0.09))])


def toilet(rng: np.random.Generator) -> Model:
    """Build a toilet with tank, bowl, seat, and the lid up or down."""
    y, rim = -0.1, rng.uniform(0.38, 0.41)
    foot = choose(rng, ("waisted", "straight"))
    waist = 0.095 if foot == "waisted" else 0.135
    bowl = _egg_loft(
        [
            (0.125, 0.22, 0.02, 0.0),
            (0.12, 0.215, 0.02, 0.03),
            (waist, 0.19, 0.03, 0.16),
            (0.15, 0.22, -0.04, 0.27),
            (0.182, 0.25, y, rim - 0.02),
            (0.18, 0.25, y, rim),
            (0.135, 0.195, y - 0.01, rim),
            (0.11, 0.16, y, rim - 0.1),
            (0.05, 0.08, y + 0.03, rim - 0.19),
        ]
    )
    water = _egg_loft([(0.08, 0.11, y, rim - 0.15), (0.08, 0.11, y, rim - 0.14)])
    ring = _egg_loft(
        [
            (0.19, 0.255, y, rim + 0.004),
            (0.187, 0.252, y, rim + 0.026),
            (0.115, 0.17, y - 0.015, rim + 0.026),
            (0.118, 0.173, y - 0.015, rim + 0.004),
        ],
        closed=True,
    )
    tank_h, tank_y = rng.uniform(0.34, 0.4), 0.27
    tank = soft_box(0.4, 0.18, tank_h, 0.03, 3).moved(0, tank_y, rim - 0.01)
    cover = soft_box(0.425, 0.205, 0.035, 0.014, 2).moved(0, tank_y, rim + tank_h - 0.012)
    neck = box(0.24, 0.2, 0.16, 0.02).moved(0, 0.2, rim - 0.17)
    lid_flat = _egg_loft([(0.19, 0.25, 0, 0.0), (0.188, 0.248, 0, 0.016), (0.16, 0.21, 0, 0.022)])
    opened = rng.random() < 0.6
    if opened:
        lid = lid_flat.moved(y=-0.25).turned("x", -80).moved(0, 0.14, rim + 0.03)
    else:
        lid = lid_flat.moved(0, y, rim + 0.029)
    hinge = both_sides(cylinder(0.013, 0.04, 10).turned("y", 90).moved(0.05, 0.145, rim + 0.03))
    button = disc(0.028, 0.012, 0.003, 18).moved(0, tank_y, rim + tank_h + 0.02)
    seat = wood(rng).material if rng.random() < 0.2 else plastic("dcdad3")
    word = "wooden" if seat.pattern == "wood" else "white"
    white = join([bowl, tank, cover, neck])
    caption = f"white toilet with {'raised' if opened else 'closed'} {word + ' ' if word == 'wooden' else ''}lid"
    pieces = [(white, CERAMIC), (join([ring, lid, hinge]), seat), (button, CHROME), (water, GLASS)]
    return assemble(Design("toilet", caption), resized(pieces, rng.uniform(0.93, 1.04)))


def bathtub(rng: np.random.Generator) -> Model:
    """Build a bathtub: boxed in with a rim, or free-standing on claw feet; taps at the left end."""
    length, width, height = rng.uniform(1.5, 1.75), rng.uniform(0.7, 0.8), rng.uniform(0.54, 0.6)
    boxed = rng.random() < 0.5
    if boxed:
        shrink = [(0.02, 0.0), (0.02, height - 0.045), (0.0, height - 0.04), (0.0, height - 0.006), (0.012, height)]
        rings = [at_height(rounded_rectangle(length - d, width - d, 0.05, 6), z) for d, z in shrink]
    else:
        share = [(0.66, 0.55, 0.12), (0.78, 0.74, 0.18), (0.9, 0.92, 0.36), (0.97, 0.95, height - 0.03)]
        share += [(1.0, 1.0, height - 0.022), (1.0, 1.0, height - 0.004)]
        rings = [at_height(rounded_rectangle(length * a, width * b, width * b / 2, 6), z) for a, b, z in share]
    hollow = [(0.14, 0.14, height), (0.2, 0.18, height - 0.1), (0.4, 0.3, 0.2), (0.5, 0.4, 0.17)]
    rings += [at_height(rounded_rectangle(length - a, width - b, (width - b) * 0.48, 6), z) for a, b, z in hollow]
    faucet = tap(0.2, 0.14).turned("z", 90).moved(-length / 2 + 0.035, 0, height - 0.004)
    pieces: list[Piece] = [(loft(rings), CERAMIC), (faucet, CHROME)]
    if rng.random() < 0.4:
        water = loft([at_height(rounded_rectangle(length - 0.3, width - 0.24, 0.2, 6), z) for z in (0.3, 0.31)])
        pieces.append((water, plastic("9cc4cf", 0.9)))
    if not boxed:
        x, y = length * 0.33, width * 0.33
        claw = tube([(length * 0.28, width * 0.27, 0.17), (x, y, 0.09), (x, y, 0.02)], [0.03, 0.024, 0.03], 10)
        paw = ellipsoid(0.034, 0.034, 0.022, 12, 6).moved(x, y)
        pieces.append((four_corners(claw + paw), metal(rng).material))
    return assemble(Design("bathtub", f"white {'built-in' if boxed else 'free-standing'} bathtub"), pieces)


def sink(rng: np.random.Generator) -> Model:
    """Build a bathroom sink: basin on a pedestal, or bowl on a vanity with doors."""
    height = rng.uniform(0.8, 0.86)
    return _pedestal_sink(height) if rng.random() < 0.5 else _vanity(rng, height)


def _pedestal_sink(height: float) -> Model:
    column = lathe([(0.13, 0.0), (0.13, 0.03), (0.085, 0.08), (0.075, 0.4), (0.1, height - 0.16)], 24).moved(y=0.03)
    sizes = [
        (0.2, 0.2, 0.06, -0.19),
        (0.46, 0.38, 0.14, -0.06),
        (0.55, 0.45, 0.16, -0.012),
        (0.55, 0.45, 0.16, 0.0),
        (0.5, 0.4, 0.14, 0.0),
    ]
    rings = [at_height(rounded_rectangle(a, b, r, 5), height + z) for a, b, r, z in sizes]
    hollow = [(0.42, 0.27, -0.004), (0.38, 0.24, -0.06), (0.2, 0.14, -0.12)]
    rings += [at_height(rounded_rectangle(a, b, b / 2, 5) + np.array([0, -0.045]), height + z) for a, b, z in hollow]
    pieces = [(loft(rings) + column, CERAMIC), (tap(0.13, 0.11).moved(0, 0.155, height - 0.004), CHROME)]
    return assemble(Design("sink", "white pedestal sink"), pieces)


def _vanity(rng: np.random.Generator, height: float) -> Model:
    finish, fitting = wood_or_paint(rng, ("white", "grey", "light blue", "green", "black")), metal(rng)
    width, depth, top_z = rng.uniform(0.62, 0.9), rng.uniform(0.46, 0.52), height - 0.1
    low = 0.1
    body = slab_box((width, depth, top_z - low - 0.03), (0, 0, (top_z + low - 0.03) / 2))
    legs = four_corners(box(0.045, 0.045, low + 0.004).moved(width / 2 - 0.03, depth / 2 - 0.03))
    door_h = top_z - low - 0.07
    doors = both_sides(panel(width / 2 - 0.014, door_h).moved(width / 4, -depth / 2, low + 0.018))
    handles = both_sides(bar_handle(0.14, upright=True).moved(0.035, -depth / 2 - 0.016, low + door_h * 0.7))
    counter = box(width + 0.03, depth + 0.025, 0.032, 0.006).moved(z=top_z - 0.032)
    bowl_r = 0.19
    bowl = lathe(
        [
            (0.09, 0.0),
            (0.15, 0.03),
            (bowl_r, 0.1),
            (bowl_r + 0.003, 0.118),
            (bowl_r - 0.012, 0.12),
            (0.14, 0.045),
            (0.05, 0.02),
            (0, 0.016),
        ],
        32,
    )
    faucet = tap(0.24, 0.13).moved(0, depth / 2 - 0.06, top_z - 0.004)
    seams = reveal(width - 0.016, door_h + 0.02).moved(0, -depth / 2, low + 0.01)
    pieces = [
        (join([body, legs, doors]), finish.material),
        (handles, fitting.material),
        (counter, matt(choose(rng, ("e4e1da", "55585c", "c9b28a")))),
        (bowl.moved(0, -0.03, top_z - 0.002), CERAMIC),
        (faucet, CHROME),
        (seams, darker(finish.material, 0.35)),
    ]
    return assemble(Design("sink", f"sink with round bowl on {finish.word} cabinet"), pieces)


def washing_machine(rng: np.random.Generator) -> Model:
    """Build a front loader: round door with glass, drawer, dial and display."""
    width, depth, height = 0.6, rng.uniform(0.52, 0.6), 0.85
    color = choose(
        rng,
        (
            ("white", plastic("ecebe6")),
            ("white", plastic("ecebe6")),
            ("grey", plastic("8f9296")),
            ("black", plastic("2b2c2f")),
        ),
    )
    body = soft_box(width, depth, height - 0.012, 0.012, 1).moved(z=0.012)
    feet = four_corners(cylinder(0.02, 0.016, 10).moved(0.25, depth / 2 - 0.06))
    y, door_z = -depth / 2, 0.43
    ring = torus(0.185, 0.024, 36, 10).turned("x", 90).moved(0, y + 0.012, door_z)
    ring = ring.moved(z=0.0)
    glass = ellipsoid(0.165, 0.165, 0.045, 28, 8).turned("x", 90).moved(0, y + 0.05, door_z)
    rim = disc(0.172, 0.01, 0.003, 36).turned("x", 90).moved(0, y + 0.002, door_z)
    grip = box(0.03, 0.02, 0.09, 0.006).moved(0.19, y - 0.016, door_z - 0.045)
    control = slab_box((width - 0.004, 0.008, 0.11), (0, y - 0.003, height - 0.075))
    drawer = panel(0.17, 0.075, 0.012).moved(-0.19, y - 0.004, height - 0.112)
    dial = disc(0.034, 0.022, 0.005, 20).turned("x", 90).moved(0.02, y - 0.004, height - 0.075)
    screen = slab_box((0.12, 0.006, 0.045), (0.18, y - 0.008, height - 0.075))
    kick = slab_box((width - 0.03, 0.006, 0.004), (0, y - 0.001, 0.12))
    trim = plastic("b9bcc0", 0.6) if color[0] != "grey" else plastic("5c5f63", 0.6)
    pieces = [
        (body + drawer, color[1]),
        (feet, BLACK_PLASTIC),
        (join([ring, dial, grip]), trim),
        (glass, plastic("141a26", 0.35)),
        (rim + kick, BLACK_PLASTIC),
        (control, darker(color[1], 0.85)),
        (screen, plastic("11212b", 0.4)),
    ]
    half = (width / 2 - 0.03, depth / 2 - 0.03)
    design = Design(
        "washing machine", f"{color[0]} washing machine", support_m=(-half[0], -half[1], half[0], half[1], height)
    )
    return assemble(design, pieces)


def towel_rail(rng: np.random.Generator) -> Model:
    """Build a wall rail with one or two hanging towels with a border stripe."""
    width, fitting = rng.uniform(0.6, 0.75), metal(rng)
    z, y = 0.72, 0.0
    bar = cylinder(0.01, width, 12).turned("y", 90).moved(-width / 2, y, z)
    mount = cylinder(0.009, 0.07, 10).turned("x", -90).moved(width / 2 - 0.02, y, z) + disc(
        0.026, 0.012, 0.004, 18
    ).turned("x", -90).moved(width / 2 - 0.02, 0.06, z)
    pieces: list[Piece] = [(bar + both_sides(mount), fitting.material)]
    cloth = fabric(rng)
    accent = fabric(rng, [name for name in (*FABRICS, "white") if name != cloth.word])
    if rng.random() < 0.5:
        places = [(-width * 0.22, width * 0.38, 0.55, cloth), (width * 0.22, width * 0.38, 0.42, accent)]
        caption = f"towel rail with {cloth.word} and {accent.word} towels"
    else:
        places = [(0.0, width * 0.66, rng.uniform(0.5, 0.65), cloth)]
        caption = f"towel rail with {cloth.word} towel"
    for x, towel_w, drop, finish in places:
        towel, stripe = _hanging_towel(towel_w, drop)
        band = accent if finish is cloth else cloth
        pieces += [(towel.moved(x, y, z), finish.material), (stripe.moved(x, y, z), band.material)]
    return assemble(Design("towel rail", caption, placement="wall"), pieces)


def _hanging_towel(width: float, drop: float) -> tuple[Part, Part]:
    """Fold a cloth over a bar along x at the origin; the second part is a stripe near the front hem."""
    r = 0.018
    over = [(-r * np.cos(a), r * np.sin(a)) for a in np.linspace(0, np.pi, 7)]
    section = np.array([(-r - 0.004, -drop), (-r - 0.002, -drop / 2), *over, (r, -drop * 0.4), (r, -drop * 0.85)])
    x = np.linspace(-width / 2, width / 2, 9)
    y = section[None, :, 0] - 0.004 * np.sin(x[:, None] * 25) * (section[None, :, 1] < -0.05) * np.sign(
        section[None, :, 0] * -1
    )
    top = np.stack([np.broadcast_to(x[:, None], y.shape), y, np.broadcast_to(section[None, :, 1], y.shape)], axis=-1)
    inner = section.copy()
    inner[:, 0] *= 0.55
    inner[2:9, 1] *= 0.55
    bottom = top.copy()
    bottom[..., 1], bottom[..., 2] = inner[None, :, 0], inner[None, :, 1]
    stripe = slab_box((width + 0.002, 0.006, 0.035), (0, -r - 0.006, -drop + 0.09))
    return sheet(top, bottom), stripe + row(
        slab_box((width + 0.002, 0.006, 0.012), (0, -r - 0.006, -drop + 0.13)), [0.0]
    )
