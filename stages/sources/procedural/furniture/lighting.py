"""Lamps and lights: floor lamp, table lamp, ceiling lamp, candle."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_METAL,
    BRASS,
    COLORS,
    PAINTS,
    Finish,
    choose,
    matt,
    metal,
    paint,
    shaded,
    srgb,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, around, join
from stages.sources.procedural.furniture.shapes import cylinder, disc, ellipsoid, frustum, lathe, torus
from stages.sources.procedural.furniture.sweeps import bend, tube

BULB = Material((1.0, 0.93, 0.78), emission=1.0)
_SHADES = ("white", "white", "beige", "yellow", "red", "blue", "green", "grey", "orange")


def _shade_cloth(rng: np.random.Generator) -> Finish:
    name = choose(rng, _SHADES)
    color = srgb(COLORS[name])
    return Finish(name, Material(color, "fabric", shaded(color, 0.9), scale_m=0.01, emission=0.35))


def shade(radius_low: float, radius_high: float, height: float) -> Part:
    """Make an open lampshade with a thin wall."""
    wall = 0.004
    profile = [(radius_low, 0.0), (radius_high, height), (radius_high - wall, height), (radius_low - wall, 0.0)]
    return lathe(profile, 32, closed=True)


def _lit_shade(rng: np.random.Generator, cloth: Finish, radius: float, height: float) -> list[Piece]:
    """Make a shade with its bulb and the plate that holds it; the shade stands on z = 0."""
    taper = rng.uniform(0.55, 0.98)
    top = radius * taper
    plate = lathe(
        [(top * 0.98, height - 0.034), (top * 0.97, height - 0.028), (0.012, height - 0.028), (0.012, height - 0.034)],
        32,
        closed=True,
    )
    return [
        (shade(radius, top, height), cloth.material),
        (plate + cylinder(0.014, 0.05, 10).moved(z=height * 0.25), BLACK_METAL),
        (ellipsoid(0.03, 0.03, 0.04, 12, 8).moved(z=height * 0.25 + 0.045), BULB),
    ]


def floor_lamp(rng: np.random.Generator) -> Model:
    """Build a standing lamp: pole and shade, tripod and shade, or an arc with a hanging dome."""
    style = choose(rng, ("pole", "tripod", "arc"))
    if style == "arc":
        return _arc_lamp(rng)
    height, radius, shade_h = rng.uniform(1.45, 1.7), rng.uniform(0.18, 0.24), rng.uniform(0.24, 0.32)
    cloth = _shade_cloth(rng)
    lit = [(part.moved(z=height - shade_h), material) for part, material in _lit_shade(rng, cloth, radius, shade_h)]
    if style == "pole":
        stand = metal(rng)
        parts = [
            disc(0.14, 0.025, 0.008, 32),
            cylinder(0.012, height - shade_h * 0.75, 12),
            frustum(0.04, 0.014, 0.05, 14).moved(z=0.02),
        ]
        caption = f"{stand.word} floor lamp with {cloth.word} shade"
        return assemble(Design("floor lamp", caption, 0), [(join(parts), stand.material), *lit])
    stand = wood(rng) if rng.random() < 0.7 else metal(rng)
    hub_z = height - shade_h - 0.04
    leg = tube([(0.02, 0, hub_z), (0.27, 0, 0)], [0.016, 0.011], 8)
    parts = [
        around(leg, 3, 90),
        cylinder(0.04, 0.05, 14).moved(z=hub_z - 0.02),
        cylinder(0.01, 0.15, 10).moved(z=hub_z),
    ]
    caption = f"{stand.word} tripod floor lamp with {cloth.word} shade"
    return assemble(Design("floor lamp", caption, 120), [(join(parts), stand.material), *lit])


def _arc_lamp(rng: np.random.Generator) -> Model:
    """Build a lamp whose pole bends over to the right and carries a dome."""
    stand, dome = metal(rng), paint(rng, ("white", "black", "red", "yellow", "teal", "orange"))
    height, reach = rng.uniform(1.6, 1.85), rng.uniform(0.6, 0.85)
    angle = np.linspace(np.pi, 0.12 * np.pi, 14)
    rise = height - 0.95
    curve = [(reach / 2 * (1 + np.cos(a)), 0.0, 0.95 + rise * np.sin(a)) for a in angle]
    path = np.array([(0.0, 0.0, 0.03), (0.0, 0.0, 0.5), *curve])
    x, _, z = path[-1]
    profile = [
        (0.17, 0.0),
        (0.165, 0.05),
        (0.13, 0.11),
        (0.07, 0.15),
        (0.03, 0.165),
        (0.03, 0.19),
        (0.018, 0.19),
        (0.02, 0.158),
        (0.065, 0.14),
        (0.122, 0.104),
        (0.157, 0.048),
        (0.163, 0.0),
    ]
    hood = lathe(profile, 28, closed=True).moved(float(x), 0, float(z) - 0.17)
    bulb = ellipsoid(0.04, 0.04, 0.045, 12, 8).moved(float(x), 0, float(z) - 0.13)
    pieces = [
        (tube(path, 0.013, 10) + disc(0.17, 0.035, 0.01, 32), stand.material),
        (hood, dome.material),
        (bulb, BULB),
    ]
    return assemble(Design("floor lamp", f"{stand.word} arc floor lamp with {dome.word} shade"), pieces)


_BODIES = {
    "vase": [
        (0.06, 0.0),
        (0.065, 0.012),
        (0.05, 0.03),
        (0.085, 0.1),
        (0.09, 0.15),
        (0.06, 0.21),
        (0.025, 0.24),
        (0.02, 0.26),
    ],
    "ball": [
        (0.05, 0.0),
        (0.055, 0.012),
        (0.06, 0.02),
        (0.095, 0.07),
        (0.105, 0.12),
        (0.095, 0.17),
        (0.055, 0.215),
        (0.02, 0.23),
        (0.018, 0.26),
    ],
    "column": [
        (0.08, 0.0),
        (0.082, 0.02),
        (0.04, 0.035),
        (0.022, 0.06),
        (0.034, 0.1),
        (0.02, 0.14),
        (0.028, 0.18),
        (0.016, 0.2),
        (0.016, 0.26),
    ],
    "cone": [(0.09, 0.0), (0.09, 0.015), (0.05, 0.12), (0.028, 0.2), (0.02, 0.22), (0.018, 0.26)],
}


def table_lamp(rng: np.random.Generator) -> Model:
    """Build a table lamp: a turned ceramic, wooden or metal body under a cloth shade."""
    cloth = _shade_cloth(rng)
    profile = _BODIES[choose(rng, tuple(_BODIES))]
    body = paint(rng, ("blue", "green", "white", "teal", "red", "yellow", "black")) if rng.random() < 0.6 else wood(rng)
    scale, tall = rng.uniform(0.85, 1.15), rng.uniform(0.85, 1.15)
    radius, shade_h = rng.uniform(0.13, 0.18), rng.uniform(0.17, 0.22)
    stand = lathe(profile, 28).scaled(scale, scale, tall)
    neck_z = 0.26 * tall
    lit = [(part.moved(z=neck_z - 0.02), material) for part, material in _lit_shade(rng, cloth, radius, shade_h)]
    neck = cylinder(0.008, shade_h * 0.4, 8).moved(z=neck_z - 0.02)
    pieces = [(stand, body.material), (neck, BRASS), *lit]
    return assemble(Design("table lamp", f"{body.word} table lamp with {cloth.word} shade", 0, "surface"), pieces)


def ceiling_lamp(rng: np.random.Generator) -> Model:
    """Build a hanging lamp: dome, globe, cloth drum or a chandelier with candle arms."""
    style = choose(rng, ("dome", "globe", "drum", "chandelier"))
    drop, fitting = rng.uniform(0.3, 0.55), metal(rng)
    if style == "chandelier":
        return _chandelier(drop, fitting)
    if style == "dome":
        finish = paint(rng, ("black", "white", "red", "yellow", "teal", "green", "orange"))
        profile = [
            (0.21, 0.0),
            (0.205, 0.04),
            (0.17, 0.1),
            (0.09, 0.16),
            (0.035, 0.19),
            (0.03, 0.24),
            (0.012, 0.24),
            (0.02, 0.18),
            (0.085, 0.15),
            (0.163, 0.094),
            (0.198, 0.038),
            (0.203, 0.0),
        ]
        body, low, symmetry = (
            [
                (lathe(profile, 32, closed=True), finish.material),
                (ellipsoid(0.045, 0.045, 0.05, 14, 8).moved(z=0.03), BULB),
            ],
            0.23,
            0.0,
        )
    elif style == "globe":
        finish = Finish("white", Material(srgb("f5efdf"), emission=0.7))
        body, low, symmetry = (
            [
                (ellipsoid(0.17, 0.17, 0.17, 28, 14), finish.material),
                (frustum(0.06, 0.03, 0.05).moved(z=0.325), fitting.material),
            ],
            0.36,
            0.0,
        )
    else:
        finish = _shade_cloth(rng)
        body, low, symmetry = _lit_shade(rng, finish, rng.uniform(0.22, 0.3), 0.22), 0.19, 0.0
    rod = cylinder(0.006, drop, 8).moved(z=low)
    rose = frustum(0.06, 0.055, 0.03, 24).moved(z=low + drop - 0.005)
    kind = {"dome": "dome ceiling lamp", "globe": "globe ceiling lamp", "drum": "drum ceiling lamp"}[style]
    return assemble(
        Design("ceiling lamp", f"{finish.word} {kind}", symmetry, "ceiling"), [*body, (rod + rose, fitting.material)]
    )


def _chandelier(drop: float, fitting: Finish) -> Model:
    """Build five curved arms with candle bulbs round a turned stem."""
    stem = lathe(
        [(0.0, 0.0), (0.02, 0.015), (0.045, 0.06), (0.02, 0.11), (0.03, 0.16), (0.012, 0.2), (0.012, 0.2 + drop)], 20
    )
    rose = frustum(0.06, 0.055, 0.03, 24).moved(z=0.195 + drop)
    arm = tube(bend([(0.02, 0, 0.1), (0.14, 0, 0.0), (0.3, 0, 0.02), (0.3, 0, 0.12)], 0.1), 0.009, 8)
    cup = lathe([(0.012, 0.1), (0.042, 0.125), (0.042, 0.132), (0.012, 0.13)], 16).moved(0.3)
    candle_part = cylinder(0.013, 0.09, 12).moved(0.3, 0, 0.128)
    flame = ellipsoid(0.014, 0.014, 0.03, 10, 8).moved(0.3, 0, 0.215)
    pieces = [
        (join([stem, rose, around(arm + cup, 5, 90)]), fitting.material),
        (around(candle_part, 5, 90), matt("efe8d8")),
        (around(flame, 5, 90), BULB),
    ]
    return assemble(Design("ceiling lamp", f"{fitting.word} chandelier ceiling lamp", 72, "ceiling"), pieces)


def candle(rng: np.random.Generator) -> Model:
    """Build a burning candle: thick on a dish, or slim in a holder with a handle."""
    wax = paint(rng, ("white", "red", "yellow", "orange", "green", "purple", *PAINTS[:1]))
    holder = metal(rng)
    flame_part = lathe([(0.0, 0.0), (0.006, 0.006), (0.008, 0.013), (0.005, 0.025), (0.0, 0.038)], 12)
    wick = cylinder(0.0015, 0.014, 6)
    if rng.random() < 0.5:
        radius, tall = rng.uniform(0.032, 0.042), rng.uniform(0.09, 0.15)
        body = lathe(
            [
                (radius, 0.0),
                (radius, tall),
                (radius - 0.006, tall + 0.003),
                (radius * 0.5, tall - 0.004),
                (0, tall - 0.006),
            ],
            28,
        )
        dish = lathe([(0.055, 0.0), (0.075, 0.012), (0.072, 0.014), (0.052, 0.006), (0.0, 0.006)], 32)
        top, design = tall - 0.008, Design("candle", f"thick {wax.word} candle", 0, "surface")
        stand = dish
    else:
        tall = rng.uniform(0.2, 0.28)
        body = lathe([(0.012, 0.0), (0.010, tall), (0.006, tall + 0.004), (0.0, tall + 0.003)], 16).moved(z=0.02)
        cup = lathe(
            [(0.017, 0.006), (0.015, 0.03), (0.02, 0.045), (0.018, 0.045), (0.012, 0.03), (0.012, 0.012), (0.0, 0.012)],
            20,
        )
        plate = lathe([(0.05, 0.0), (0.065, 0.014), (0.062, 0.016), (0.048, 0.006), (0.0, 0.006)], 32)
        ring = torus(0.018, 0.004, 20, 6).turned("x", 90).moved(0.08, 0, 0.02)
        top, design = (
            tall + 0.022,
            Design("candle", f"slim {wax.word} candle in a holder".replace(" a ", " "), 360, "surface"),
        )
        stand = join([cup, plate, ring])
    pieces = [
        (body.moved(z=0.006), wax.material),
        (stand, holder.material),
        (wick.moved(z=top), BLACK_METAL),
        (flame_part.moved(z=top + 0.01), Material((1.0, 0.72, 0.25), emission=1.0)),
    ]
    return assemble(design, pieces)
