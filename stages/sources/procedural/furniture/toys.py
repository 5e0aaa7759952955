"""Toys: teddy bear, ball, toy car, rocking horse, building blocks."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, assemble, resized
from stages.sources.procedural.furniture.palette import (
    BLACK_PLASTIC,
    BRIGHTS,
    COLORS,
    GLASS,
    RUBBER,
    choose,
    darker,
    matt,
    paint,
    plastic,
    shaded,
    srgb,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, both_sides, four_corners, join
from stages.sources.procedural.furniture.shapes import box, cylinder, disc, ellipsoid, lathe, loft, soft_box
from stages.sources.procedural.furniture.sweeps import bend, prism, tube

_FUR = {"brown": "8a5a34", "light brown": "b98a5a", "white": "e4ddcf", "grey": "8d8a86", "pink": "d59aa4"}


def teddy_bear(rng: np.random.Generator) -> Model:
    """Build a sitting teddy bear with a bow tie."""
    name = choose(rng, tuple(_FUR))
    fur = Material(srgb(_FUR[name]), "carpet", shaded(srgb(_FUR[name]), 0.8), scale_m=0.01)
    light = shaded(srgb(_FUR[name]), 1.6) if name not in ("white", "pink") else srgb("c9b79c")
    pale = Material(light, "carpet", shaded(light, 0.85), scale_m=0.01)
    body = ellipsoid(0.085, 0.075, 0.1, 18, 9)
    belly = ellipsoid(0.055, 0.02, 0.065, 14, 8).moved(0, -0.062, 0.03)
    head = ellipsoid(0.075, 0.068, 0.068, 18, 10).moved(0, -0.01, 0.175)
    muzzle = ellipsoid(0.035, 0.03, 0.027, 14, 8).moved(0, -0.07, 0.195)
    ear = ellipsoid(0.03, 0.014, 0.03, 14, 8).moved(0.058, 0.0, 0.275)
    ear_in = ellipsoid(0.018, 0.006, 0.018, 12, 6).moved(0.058, -0.013, 0.287)
    arm = ellipsoid(0.03, 0.03, 0.065, 12, 8).turned("x", 42).turned("z", 18).moved(0.083, -0.005, 0.07)
    leg = ellipsoid(0.038, 0.07, 0.037, 12, 8).turned("z", 18).moved(0.07, -0.085, 0.0)
    sole = ellipsoid(0.026, 0.006, 0.026, 12, 6).turned("z", 18).moved(0.0915, -0.151, 0.011)
    eye = ellipsoid(0.0085, 0.006, 0.0085, 10, 6).moved(0.026, -0.071, 0.252)
    nose = ellipsoid(0.012, 0.008, 0.008, 10, 6).moved(0, -0.1, 0.23)
    bow = paint(rng, ("red", "blue", "green", "yellow", "purple"))
    wing = (
        prism([(0.0, -0.006), (0.045, -0.024), (0.045, 0.024), (0.0, 0.006)], 0.012)
        .turned("x", 90)
        .moved(0, -0.068, 0.175)
    )
    knot = ellipsoid(0.01, 0.01, 0.011, 10, 6).moved(0, -0.076, 0.164)
    pieces = [
        (join([body, head, both_sides(join([ear, arm, leg]))]), fur),
        (join([belly, muzzle, both_sides(ear_in + sole)]), pale),
        (both_sides(eye) + nose, BLACK_PLASTIC),
        (both_sides(wing) + knot, bow.material),
    ]
    design = Design("teddy bear", f"{name} teddy bear with {bow.word} bow", placement="surface")
    return assemble(design, resized(pieces, rng.uniform(0.9, 1.5)))


def ball(rng: np.random.Generator) -> Model:
    """Build a beach ball with gores, a football with dark patches or a basketball with seams."""
    style = choose(rng, ("beach", "football", "basketball"))
    radius = rng.uniform(0.105, 0.125) if style != "beach" else rng.uniform(0.14, 0.18)
    if style == "basketball":
        sphere = ellipsoid(radius, radius, radius, 32, 16)
        seam = lathe(
            [(radius * 0.98, -0.004), (radius * 1.01, -0.002), (radius * 1.01, 0.002), (radius * 0.98, 0.004)],
            40,
            closed=True,
        )
        rings = [seam, seam.turned("x", 90), seam.turned("y", 90)]
        pieces = [(sphere, plastic("c8682f", 0.1)), (join(rings).moved(z=radius), BLACK_PLASTIC)]
        return assemble(Design("ball", "orange ball with black seams", 90, "surface"), pieces)
    if style == "football":
        sphere = ellipsoid(radius, radius, radius, 32, 16)
        patches = [
            _patch(radius, tilt, turn)
            for tilt, turn in [
                (0.0, 0.0),
                *((63.43, 72.0 * k) for k in range(5)),
                *((116.57, 72.0 * k + 36) for k in range(5)),
                (180.0, 36.0),
            ]
        ]
        pieces = [(sphere, plastic("eeece6", 0.25)), (join(patches).moved(z=radius), plastic("1d1e20", 0.25))]
        return assemble(Design("ball", "black and white ball", 72, "surface"), pieces)
    names = [
        str(name)
        for name in rng.permutation(np.array(("red", "blue", "yellow", "green", "orange", "teal", "pink")))[:3]
    ]
    gores = []
    for k in range(6):
        color = plastic(COLORS[names[0]] if k % 2 == 0 else COLORS["white"] if k != 3 else COLORS[names[1]], 0.5)
        gores.append((_gore(radius, 60.0).turned("z", 60.0 * k), color))
    caps = disc(radius * 0.16, 0.006, 0.002, 20)
    buttons = caps.moved(z=2 * radius - 0.0045) + caps.moved(z=-0.0015)
    return assemble(
        Design("ball", f"{names[0]}, {names[1]} and white beach ball", 360, "surface"),
        [*gores, (buttons, plastic("f2f0ea"))],
    )


def _patch(radius: float, tilt_deg: float, turn_deg: float) -> Part:
    """Make one pentagon that hugs a ball about the origin."""
    corners = np.column_stack([np.cos(2 * np.pi * np.arange(5) / 5), np.sin(2 * np.pi * np.arange(5) / 5)])
    share = np.arange(4)[None, :, None] / 4
    outline = (corners[:, None] * (1 - share) + np.roll(corners, -1, axis=0)[:, None] * share).reshape(-1, 2)
    rings = []
    for size, lift in ((1.0, 0.98), (1.0, 1.008), (0.66, 1.008), (0.33, 1.008), (0.0, 1.008)):
        flat = np.column_stack([np.tan(np.radians(20.9)) * size * outline, np.ones(20)])
        rings.append(radius * lift * flat / np.linalg.norm(flat, axis=1, keepdims=True))
    return loft(rings).turned("z", 0.0 if tilt_deg < 90 else 36.0).turned("y", tilt_deg).turned("z", turn_deg)


def _gore(radius: float, width_deg: float) -> Part:
    """Make one wedge of a ball from pole to pole, resting on z = 0."""
    angles = np.radians(np.linspace(0, width_deg, 6))
    rings = []
    for polar in np.linspace(-np.pi / 2, np.pi / 2, 15):
        c = radius * max(np.cos(polar), 0.0)
        arc = np.column_stack([c * np.cos(angles), c * np.sin(angles)])
        ring = np.concatenate([arc, np.zeros((1, 2))])
        rings.append(np.column_stack([ring, np.full(len(ring), radius * np.sin(polar))]))
    return loft(rings).moved(z=radius)


def toy_car(rng: np.random.Generator) -> Model:
    """Build a toy car with cabin, windows, lamps and four wheels; the bonnet is the front."""
    color = paint(rng, BRIGHTS)
    length, width = rng.uniform(0.22, 0.3), rng.uniform(0.11, 0.13)
    r = length * 0.1
    low = [(-0.5, 0.12), (0.5, 0.12), (0.5, 0.28), (0.46, 0.34), (0.2, 0.36), (-0.5, 0.38)]
    high = [(0.18, 0.35), (0.08, 0.6), (-0.3, 0.6), (-0.42, 0.36)]
    glass = [(0.135, 0.37), (0.055, 0.565), (-0.275, 0.565), (-0.375, 0.37)]

    def side(outline: list[tuple[float, float]], w: float) -> Part:
        scaled = [(-length * a, length * b) for a, b in outline]
        return prism(scaled, w).turned("x", 90).turned("z", 90).moved(x=-w / 2)

    body, cabin = side(low, width), side(high, width * 0.84)
    panes = side(glass, width * 0.856)
    screens = [
        slope.moved(0, 0, 0)
        for slope in (
            _pane(length, width, (0.175, 0.38), (0.095, 0.57)),
            _pane(length, width, (-0.41, 0.39), (-0.315, 0.57)),
        )
    ]
    wheel = disc(r, width * 0.22, 0.006, 20).turned("y", 90)
    hub = disc(r * 0.55, 0.008, 0.002, 16).turned("y", 90)
    wheels = four_corners(wheel.moved(width * 0.36, length * 0.29, r))
    hubs = four_corners(hub.moved(width * 0.36 + width * 0.2, length * 0.29, r))
    lamps = both_sides(
        disc(0.012, 0.006, 0.002, 14).turned("x", 90).moved(width * 0.33, -length / 2 + 0.002, length * 0.24)
    )
    rear = both_sides(box(0.02, 0.006, 0.012).moved(width * 0.33, length / 2, length * 0.24))
    bumper = soft_box(width * 0.96, 0.016, 0.016, 0.006, 1)
    bumpers = bumper.moved(0, -length / 2, length * 0.13) + bumper.moved(0, length / 2, length * 0.13)
    pieces = [
        (body + cabin, color.material),
        (join([panes, *screens]), GLASS),
        (wheels, RUBBER),
        (hubs + bumpers, plastic("c9ccd0", 0.7)),
        (lamps, plastic("f4e7a8", 0.8)),
        (rear, plastic("a3201c", 0.5) if color.word != "red" else plastic("e08a2a", 0.5)),
    ]
    return assemble(Design("toy car", f"{color.word} toy car", placement="surface"), pieces)


def _pane(length: float, width: float, low: tuple[float, float], high: tuple[float, float]) -> Part:
    """Make a sloping window across the cabin between two points (ahead, up) in units of the length."""
    direction = np.sign(low[0])
    t = 0.01 * direction
    outline = [(-length * a, length * b) for a, b in (low, high, (high[0] - t, high[1] - 0.0), (low[0] - t, low[1]))]
    shifted = [(y - 0.0018 * direction, z + 0.0015) for y, z in outline]
    return prism(shifted, width * 0.7).turned("x", 90).turned("z", 90).moved(x=-width * 0.35)


def rocking_horse(rng: np.random.Generator) -> Model:
    """Build a wooden rocking horse on bowed runners with saddle, mane and tail."""
    timber = (
        wood(rng, ("light wooden", "wooden"))
        if rng.random() < 0.6
        else paint(rng, ("white", "red", "blue", "yellow", "light blue"))
    )
    saddle = paint(rng, [name for name in ("red", "blue", "green", "purple") if name != timber.word])
    angle = np.radians(np.linspace(-38, 38, 11))
    curve = np.column_stack([np.full(11, 0.13), 0.62 * np.sin(angle), 0.66 - 0.64 * np.cos(angle)])
    runners = both_sides(tube(curve, 0.02, 8))
    legs = [
        tube([(0.07, y, 0.36), (0.13, y * 1.5, 0.055 if abs(y) > 0.1 else 0.04)], [0.032, 0.02], 10)
        for y in (-0.17, 0.17)
    ]
    rungs = [cylinder(0.014, 0.26, 8).turned("y", 90).moved(-0.13, y, 0.06) for y in (-0.24, 0.24)]
    body = ellipsoid(0.105, 0.25, 0.105, 18, 10).moved(0, 0, 0.33)
    neck = tube([(0, -0.16, 0.42), (0, -0.24, 0.55), (0, -0.28, 0.66)], [0.085, 0.068, 0.058], 14)
    head = tube([(0, -0.24, 0.7), (0, -0.31, 0.665), (0, -0.4, 0.6), (0, -0.43, 0.58)], [0.05, 0.062, 0.045, 0.03], 14)
    ears = both_sides(lathe([(0.018, 0.0), (0.0, 0.06)], 8).turned("y", 12).moved(0.03, -0.265, 0.715))
    mane = [
        ellipsoid(0.02, 0.04, 0.05, 8, 6).moved(0, -0.205 + 0.045 * k - 0.02, 0.7 - 0.075 * k - 0.03) for k in range(4)
    ]
    tail = tube(bend([(0, 0.24, 0.45), (0, 0.34, 0.47), (0, 0.37, 0.25)], 0.1, 4), [0.02, 0.04, 0.035, 0.008], 10)
    handle = cylinder(0.011, 0.26, 10).turned("y", 90).moved(-0.13, -0.265, 0.6)
    eyes = both_sides(ellipsoid(0.006, 0.009, 0.009, 8, 6).moved(0.055, -0.325, 0.665))
    seat = ellipsoid(0.11, 0.12, 0.09, 16, 8).moved(0, 0.03, 0.36)
    wooden = join([runners, both_sides(join(legs)), *rungs, body, neck, head, ears])
    hair = matt("4a3020") if timber.word != "wooden" else matt("ead9b5")
    pieces = [
        (wooden, timber.material),
        (join([*mane, tail]), hair),
        (seat, saddle.material),
        (handle, darker(timber.material, 0.6)),
        (eyes, BLACK_PLASTIC),
    ]
    design = Design("rocking horse", f"{timber.word} rocking horse with {saddle.word} saddle")
    return assemble(design, resized(pieces, rng.uniform(0.85, 1.1)))
