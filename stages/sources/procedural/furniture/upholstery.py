"""Soft seats: armchair, sofa, office chair; and the loose cushion."""

from __future__ import annotations

from dataclasses import dataclass

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
    leather,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, around, both_sides, bowed, four_corners, join, row
from stages.sources.procedural.furniture.shapes import box, cylinder, ellipsoid, frustum, lathe, soft_box
from stages.sources.procedural.furniture.sweeps import bend, pillow, tube


@dataclass(frozen=True)
class _Frame:
    """Measures of an upholstered seat, metres."""

    seats: int
    seat_w: float
    depth: float
    arm_w: float
    arm_z: float
    back_z: float
    seat_z: float = 0.44

    @property
    def inner_w(self) -> float:
        return self.seats * self.seat_w

    @property
    def width(self) -> float:
        return self.inner_w + 2 * self.arm_w


def sofa(rng: np.random.Generator) -> Model:
    """Build a sofa for two or three with arms, loose cushions and feet, sometimes with throw pillows."""
    seats = choose(rng, (2, 3))
    cloth = fabric(rng) if rng.random() < 0.75 else leather(rng)
    frame = _Frame(
        seats,
        rng.uniform(0.62, 0.7),
        rng.uniform(0.82, 0.92),
        rng.uniform(0.13, 0.2),
        rng.uniform(0.56, 0.64),
        rng.uniform(0.76, 0.88),
    )
    pieces = _couch(rng, frame, cloth)
    if rng.random() < 0.6:
        accent = fabric(rng, [name for name in FABRICS if name != cloth.word])
        throw = pillow(0.42, 0.42, 0.14).turned("x", 72).moved(0, -0.04, frame.seat_z + 0.22)
        side = throw.turned("z", -14).moved(x=frame.inner_w / 2 - 0.22)
        pieces.append((both_sides(side) if rng.random() < 0.6 else side, accent.material))
    size = "two-seat" if seats == 2 else "three-seat"
    kind = " leather" if cloth.material.pattern == "plain" else ""
    return assemble(Design("sofa", f"{cloth.word} {size}{kind} sofa"), pieces)


def armchair(rng: np.random.Generator) -> Model:
    """Build an armchair: a one-seat sofa, or a lounge chair with open wooden arms."""
    cloth = fabric(rng) if rng.random() < 0.75 else leather(rng)
    if rng.random() < 0.35:
        return _lounge_chair(rng, cloth)
    frame = _Frame(
        1,
        rng.uniform(0.54, 0.6),
        rng.uniform(0.78, 0.86),
        rng.uniform(0.13, 0.17),
        rng.uniform(0.58, 0.64),
        rng.uniform(0.84, 0.98),
    )
    kind = " leather" if cloth.material.pattern == "plain" else ""
    return assemble(Design("armchair", f"{cloth.word}{kind} armchair"), _couch(rng, frame, cloth))


def _couch(rng: np.random.Generator, frame: _Frame, cloth: Finish) -> list[Piece]:
    """Make base, arms, back, cushions and feet; the seat fills from the back to the front edge."""
    feet = wood(rng).material if rng.random() < 0.7 else BLACK_METAL
    depth, low = frame.depth, 0.11
    rolled = rng.random() < 0.4
    back_y, back_t = depth / 2 - 0.1, 0.19
    base = soft_box(frame.inner_w + 0.04, depth - 0.05, frame.seat_z - low - 0.14, 0.02).moved(z=low)
    back_w = frame.width - (0.0 if rolled else 0.01)
    back = soft_box(back_w, back_t, frame.back_z - low, 0.06, 3).moved(0, back_y, low)
    arm = _arm(frame, rolled).moved(frame.inner_w / 2 + frame.arm_w / 2, -0.02, low)
    seat_d = depth - 0.2
    cushion = soft_box(frame.seat_w - 0.008, seat_d, 0.16, 0.045, 2, crown=0.022)
    rest_h = frame.back_z - frame.seat_z + 0.02
    rest = soft_box(frame.seat_w - 0.012, rest_h, 0.14, 0.05, 2, crown=0.035).turned("x", 78)
    offsets = (np.arange(frame.seats) - (frame.seats - 1) / 2) * frame.seat_w
    soft = [
        row(cushion, offsets).moved(0, -0.115, frame.seat_z - 0.15),
        row(rest, offsets).moved(0, back_y - 0.06, frame.seat_z + rest_h / 2 - 0.02),
    ]
    foot = frustum(0.016, 0.026, low + 0.02, 10).moved(frame.width / 2 - 0.08, depth / 2 - 0.09)
    return [
        (join([base, back, both_sides(arm)]), cloth.material),
        (join(soft), _lighter(cloth.material)),
        (four_corners(foot), feet),
    ]


def _lighter(material: Material) -> Material:
    return darker(material, 1.12)


def _arm(frame: _Frame, rolled: bool) -> Part:
    height, depth = frame.arm_z - 0.11, frame.depth - 0.08
    if not rolled:
        return soft_box(frame.arm_w, depth, height, 0.04, 3)
    radius = frame.arm_w * 0.62
    roll = lathe([(radius - 0.015, 0), (radius, 0.015), (radius, depth - 0.015), (radius - 0.015, depth)], 20)
    roll = roll.turned("x", 90).moved(0.012, depth / 2 + 0.004, height - radius)
    return box(frame.arm_w - 0.02, depth, height - radius, 0.01) + roll


def _lounge_chair(rng: np.random.Generator, cloth: Finish) -> Model:
    """Build a wooden-framed chair with flat arms and two slanted cushions."""
    timber = wood(rng)
    x, seat_z = 0.31, 0.36
    side = [
        tube([(x, -0.3, 0), (x, -0.33, 0.56)], [0.014, 0.02], 10),
        tube([(x, 0.36, 0), (x, 0.24, 0.56)], [0.014, 0.02], 10),
        bowed(box(0.065, 0.72, 0.026, 0.008), "y", "z", -0.02).moved(x, -0.03, 0.57),
        tube([(x, -0.31, 0.31), (x, 0.3, 0.25)], 0.016, 8),
    ]
    bars = [
        cylinder(0.014, 2 * x, 8).turned("y", 90).moved(-x, y, z) for y, z in ((-0.29, 0.31), (0.27, 0.26), (0.27, 0.5))
    ]
    posts = both_sides(tube([(0.23, 0.2, 0.26), (0.23, 0.46, 0.88)], 0.016, 8))
    slats = [
        cylinder(0.011, 0.46, 8).turned("y", 90).moved(-0.23, y, z)
        for y, z in ((0.32, 0.55), (0.38, 0.7), (0.455, 0.86))
    ]
    seat = soft_box(0.55, 0.62, 0.13, 0.045, 3, crown=0.02).turned("x", -5).moved(0, -0.05, seat_z - 0.07)
    rest = soft_box(0.54, 0.6, 0.12, 0.045, 3, crown=0.025).turned("x", 67).moved(0, 0.28, seat_z + 0.32)
    wooden = join([both_sides(join(side)), *bars, posts, *slats])
    caption = f"{timber.word} armchair with {cloth.word} cushions"
    return assemble(Design("armchair", caption), [(wooden, timber.material), (seat + rest, cloth.material)])


def office_chair(rng: np.random.Generator) -> Model:
    """Build a swivel chair on a five-star base with castors, with or without arms and headrest."""
    cloth = (
        fabric(rng, ("red", "blue", "green", "grey", "dark grey", "orange", "teal"))
        if rng.random() < 0.7
        else (leather(rng, ("black", "brown", "white", "red")))
    )
    base = choose(rng, (BLACK_PLASTIC, CHROME))
    seat_z, back_h = rng.uniform(0.43, 0.48), rng.uniform(0.5, 0.62)
    spoke = tube([(0.03, 0, 0.115), (0.3, 0, 0.075)], [0.026, 0.017], 8)
    wheel = cylinder(0.027, 0.018, 14).turned("x", 90)
    castor = (
        wheel.moved(0.3, 0.028, 0.027) + wheel.moved(0.3, -0.01, 0.027) + cylinder(0.012, 0.04, 8).moved(0.3, 0, 0.04)
    )
    column = lathe([(0.034, 0.08), (0.034, 0.2), (0.02, 0.2), (0.02, seat_z - 0.07)], 14)
    plate = box(0.26, 0.3, 0.04, 0.01).moved(z=seat_z - 0.075)
    arm = tube(
        bend([(0.1, 0.02, seat_z - 0.055), (0.285, 0.02, seat_z - 0.055), (0.285, 0.02, seat_z + 0.19)], 0.05), 0.014, 8
    )
    pad = soft_box(0.075, 0.27, 0.03, 0.012).moved(0.285, -0.01, seat_z + 0.185)
    stem = bend([(0, 0.1, seat_z - 0.055), (0, 0.29, seat_z - 0.04), (0, 0.31, seat_z + back_h * 0.75)], 0.1)
    dark = [around(castor, 5, 90), plate, tube(stem, 0.022, 8)]
    if rng.random() < 0.75:
        dark.append(both_sides(arm + pad))
    seat = bowed(soft_box(0.5, 0.49, 0.085, 0.035, 3, crown=0.012), "y", "z", -0.012).moved(0, -0.01, seat_z - 0.04)
    rest = bowed(soft_box(0.46, back_h, 0.065, 0.03, 3, crown=0.02), "x", "z", 0.035).turned("x", 80)
    soft = [seat, rest.moved(0, 0.275, seat_z + 0.14 + back_h / 2)]
    caption = f"{cloth.word} office chair"
    if rng.random() < 0.35:
        head = bowed(soft_box(0.28, 0.14, 0.06, 0.03, 3, crown=0.015), "x", "z", 0.02).turned("x", 80)
        soft.append(head.moved(0, 0.36, seat_z + back_h + 0.24))
        dark.append(tube([(0, 0.33, seat_z + back_h), (0, 0.385, seat_z + back_h + 0.25)], 0.014, 8))
        caption += " with headrest"
    hub = around(spoke, 5, 90) + column
    return assemble(
        Design("office chair", caption), [(hub, base), (join(dark), BLACK_PLASTIC), (join(soft), cloth.material)]
    )


def cushion(rng: np.random.Generator) -> Model:
    """Build a loose cushion: square with a border stripe or button, round with pleats, or a bolster."""
    cloth = fabric(rng)
    accent = fabric(rng, [name for name in FABRICS if name != cloth.word])
    style = choose(rng, ("square", "square", "round"))
    if style == "round":
        radius = rng.uniform(0.19, 0.23)
        body = lathe(
            [
                (radius * 0.85, 0.0),
                (radius * 0.98, 0.025),
                (radius, 0.05),
                (radius * 0.96, 0.08),
                (radius * 0.75, 0.105),
                (radius * 0.4, 0.112),
                (0.0, 0.1),
            ],
            32,
        )
        button = ellipsoid(0.018, 0.018, 0.01, 12, 4).moved(z=0.092)
        piping = lathe([(radius * 0.99, 0.044), (radius * 1.03, 0.05), (radius * 0.99, 0.056)], 32, closed=True)
        pieces = [(body, cloth.material), (button + piping, accent.material)]
        design = Design("cushion", f"round {cloth.word} cushion", 0, "surface")
        return assemble(design, pieces)
    side, height = rng.uniform(0.4, 0.5), rng.uniform(0.13, 0.17)
    body = pillow(side, side, height, 12)
    button = ellipsoid(0.016, 0.016, 0.008, 12, 4).moved(z=height - 0.006)
    tassel = ellipsoid(0.014, 0.014, 0.014, 8, 4).moved(side / 2 + 0.004, side / 2 + 0.004, height / 2 - 0.014)
    return assemble(
        Design("cushion", f"square {cloth.word} cushion", 90, "surface"),
        [(body, cloth.material), (button + four_corners(tassel), accent.material)],
    )
