"""Tables: dining table, coffee table, desk."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.cabinets import bar_handle, panel
from stages.sources.procedural.furniture.model import Design, Model, Support, assemble
from stages.sources.procedural.furniture.palette import (
    GLASS,
    choose,
    metal,
    paint,
    wood,
    wood_or_paint,
)
from stages.sources.procedural.furniture.parts import Part, around, both_sides, four_corners, join
from stages.sources.procedural.furniture.shapes import box, cylinder, disc, frustum, lathe, slab_box, soft_box, torus
from stages.sources.procedural.furniture.sweeps import bend, tube


def _flat_top(width: float, depth: float, z: float, inset: float = 0.03) -> Support:
    return (-width / 2 + inset, -depth / 2 + inset, width / 2 - inset, depth / 2 - inset, z)


def _round_top(radius: float, z: float) -> Support:
    """Return the largest square on a round top, a little inside its rim."""
    half = radius * 0.66
    return (-half, -half, half, half, z)


def dining_table(rng: np.random.Generator) -> Model:
    """Build a dining table: rectangular on legs or trestles, or round on a pedestal or three legs."""
    height = rng.uniform(0.73, 0.77)
    finish = wood(rng) if rng.random() < 0.75 else paint(rng, ("white", "black", "grey", "light blue"))
    style = choose(rng, ("legs", "trestle", "pedestal", "round legs"))
    if style in ("pedestal", "round legs"):
        radius = rng.uniform(0.48, 0.62)
        top = disc(radius, 0.03, 0.008, 40).moved(z=height - 0.03)
        if style == "pedestal":
            under, symmetry = _pedestal(radius, height), 90.0
        else:
            leg = tube([(radius * 0.68, 0, height - 0.06), (radius * 0.82, 0, 0)], [0.026, 0.015], 12)
            under, symmetry = around(leg, 4, 45) + lathe(_apron(radius * 0.72, height), 32, closed=True), 90.0
        design = Design(
            "dining table", f"round {finish.word} dining table", symmetry, support_m=_round_top(radius, height)
        )
        return assemble(design, [(top + under, finish.material)])
    length, depth = rng.uniform(1.3, 1.9), rng.uniform(0.78, 0.92)
    top = box(length, depth, 0.034, 0.006).moved(z=height - 0.034)
    if style == "legs":
        leg = frustum(0.026, 0.046, height - 0.03, 4).turned("z", 45).moved(length / 2 - 0.07, depth / 2 - 0.07)
        long = slab_box((length - 0.16, 0.022, 0.09), (0, depth / 2 - 0.07, height - 0.079))
        short = slab_box((0.022, depth - 0.16, 0.09), (length / 2 - 0.07, 0, height - 0.079))
        under = join([four_corners(leg), both_sides(long, "y"), both_sides(short)])
    else:
        under = _trestles(length, depth, height)
    design = Design("dining table", f"{finish.word} dining table", 180, support_m=_flat_top(length, depth, height))
    return assemble(design, [(top + under, finish.material)])


def _apron(radius: float, height: float) -> list[tuple[float, float]]:
    return [
        (radius, height - 0.1),
        (radius, height - 0.028),
        (radius - 0.02, height - 0.028),
        (radius - 0.02, height - 0.1),
    ]


def _pedestal(radius: float, height: float) -> Part:
    """Make a turned column on four curved feet."""
    column = [
        (0.085, 0.12),
        (0.085, 0.17),
        (0.05, 0.22),
        (0.045, 0.4),
        (0.062, 0.52),
        (0.05, 0.6),
        (0.12, height - 0.028),
    ]
    foot = tube(bend([(0.05, 0, 0.17), (radius * 0.4, 0, 0.13), (radius * 0.72, 0, 0.025)], 0.15), 0.025, 8)
    return lathe(column, 20) + around(foot, 4, 45)


def _trestles(length: float, depth: float, height: float) -> Part:
    """Make two A-shaped ends joined by a low beam."""
    x = length / 2 - 0.22
    leg = tube([(x, 0.06, height - 0.06), (x, depth / 2 - 0.08, 0.0)], 0.03, 4)
    rail = slab_box((0.06, depth - 0.24, 0.05), (x, 0, height - 0.058))
    tie = slab_box((0.05, depth * 0.5, 0.06), (x, 0, 0.28))
    return join([four_corners(leg), both_sides(rail + tie), slab_box((2 * x, 0.05, 0.08), (0, 0, 0.29))])


def coffee_table(rng: np.random.Generator) -> Model:
    """Build a low table: with a lower shelf, round on splayed legs, or glass on a metal frame."""
    height = rng.uniform(0.37, 0.45)
    style = choose(rng, ("shelf", "round", "glass", "drum"))
    if style == "glass":
        return _glass_table(rng, height)
    finish = wood_or_paint(rng)
    if style == "round":
        radius = rng.uniform(0.38, 0.48)
        leg = tube([(radius * 0.55, 0, height - 0.02), (radius * 0.85, 0, 0)], [0.02, 0.012], 10)
        legs = wood(rng)
        pieces = [
            (disc(radius, 0.03, 0.01, 40).moved(z=height - 0.03), finish.material),
            (around(leg, 3, 30), legs.material),
        ]
        design = Design("coffee table", f"round {finish.word} coffee table", 120, support_m=_round_top(radius, height))
        return assemble(design, pieces)
    if style == "drum":
        radius, iron = rng.uniform(0.36, 0.45), metal(rng)
        hoop = torus(radius * 0.8, 0.011, 36, 6)
        stave = cylinder(0.009, height - 0.02, 6).moved(radius * 0.8)
        cage = join([hoop, around(stave, 12), hoop.moved(z=height - 0.05)])
        pieces = [(disc(radius, 0.028, 0.008, 40).moved(z=height - 0.028), finish.material), (cage, iron.material)]
        caption = f"round {finish.word} coffee table with {iron.word} base"
        return assemble(Design("coffee table", caption, 30, support_m=_round_top(radius, height)), pieces)
    length, depth = rng.uniform(0.9, 1.2), rng.uniform(0.5, 0.62)
    leg = box(0.05, 0.05, height - 0.03, 0.005).moved(length / 2 - 0.045, depth / 2 - 0.045)
    shelf = slab_box((length - 0.1, depth - 0.1, 0.022), (0, 0, 0.13))
    body = join([box(length, depth, 0.035, 0.006).moved(z=height - 0.035), four_corners(leg), shelf])
    design = Design("coffee table", f"{finish.word} coffee table", 180, support_m=_flat_top(length, depth, height))
    return assemble(design, [(body, finish.material)])


def _glass_table(rng: np.random.Generator, height: float) -> Model:
    length, depth, iron = rng.uniform(0.9, 1.15), rng.uniform(0.5, 0.6), metal(rng)
    x, y = length / 2 - 0.05, depth / 2 - 0.05
    frame = [
        four_corners(cylinder(0.013, height - 0.012, 10).moved(x, y)),
        both_sides(cylinder(0.011, 2 * x, 8).turned("y", 90).moved(-x, y, height - 0.024), "y"),
        both_sides(cylinder(0.011, 2 * y, 8).turned("x", -90).moved(x, -y, height - 0.024)),
        both_sides(cylinder(0.009, 2 * y, 8).turned("x", -90).moved(x, -y, 0.08)),
        cylinder(0.009, 2 * x, 8).turned("y", 90).moved(-x, 0, 0.08),
    ]
    glass = soft_box(length, depth, 0.012, 0.005).moved(z=height - 0.012)
    design = Design(
        "coffee table", f"glass coffee table with {iron.word} frame", 180, support_m=_flat_top(length, depth, height)
    )
    return assemble(design, [(join(frame), iron.material), (glass, GLASS)])


def desk(rng: np.random.Generator) -> Model:
    """Build a desk with a drawer pedestal on one side or both, a slim drawer on tapered legs, or metal A-legs."""
    length, depth, height = rng.uniform(1.1, 1.5), rng.uniform(0.58, 0.7), rng.uniform(0.72, 0.75)
    finish = wood_or_paint(rng, ("white", "white", "grey", "black", "light blue"))
    iron = metal(rng)
    style = choose(rng, ("one pedestal", "two pedestals", "metal", "drawer"))
    board = box(length, depth, 0.03, 0.005).moved(z=height - 0.03)
    support = _flat_top(length, depth, height, 0.05)
    wooden, steel = [board], []
    x = length / 2 - 0.03
    if style == "metal":
        loop = [
            (x - 0.06, -depth / 2 + 0.04, 0.02),
            (x - 0.06, -depth / 2 + 0.1, height - 0.045),
            (x - 0.06, depth / 2 - 0.1, height - 0.045),
            (x - 0.06, depth / 2 - 0.04, 0.02),
        ]
        steel = [
            both_sides(tube(loop, 0.02, 4)),
            slab_box((2 * x - 0.12, 0.016, 0.2), (0, depth / 2 - 0.09, height - 0.18)),
        ]
        foot = slab_box((0.05, depth - 0.02, 0.03), (x - 0.06, 0, 0.015))
        steel.append(both_sides(foot))
        caption = f"{finish.word} desk with {iron.word} legs"
    elif style == "drawer":
        leg = tube([(x - 0.04, depth / 2 - 0.06, height - 0.03), (x, depth / 2 - 0.03, 0)], [0.024, 0.014], 10)
        wooden += [four_corners(leg), slab_box((length - 0.12, depth - 0.08, 0.1), (0, 0, height - 0.079))]
        for side in (-1, 1):
            wooden.append(
                panel(length / 2 - 0.08, 0.082).moved(side * (length / 4 - 0.032), -depth / 2 + 0.04, height - 0.12)
            )
            steel.append(bar_handle(0.12).moved(side * (length / 4 - 0.032), -depth / 2 + 0.022, height - 0.079))
        caption = f"{finish.word} desk with drawers"
    else:
        drawers, handles = _pedestal_drawers(depth, height)
        px = length / 2 - 0.23
        modesty = slab_box((length - 0.1, 0.018, 0.35), (0, depth / 2 - 0.08, height - 0.2))
        wooden += [drawers.moved(px), modesty]
        steel.append(handles.moved(px))
        if style == "two pedestals":
            wooden.append(drawers.moved(-px))
            steel.append(handles.moved(-px))
        else:
            wooden.append(slab_box((0.03, depth - 0.04, height - 0.03), (-x, 0, (height - 0.03) / 2)))
        caption = f"{finish.word} desk with drawers"
    return assemble(
        Design("desk", caption, support_m=support), [(join(wooden), finish.material), (join(steel), iron.material)]
    )


def _pedestal_drawers(depth: float, height: float) -> tuple[Part, Part]:
    """Make a block of three drawers under a desk top, and its handles."""
    body = slab_box((0.4, depth - 0.06, height - 0.07), (0, 0, (height - 0.07) / 2 + 0.04))
    fronts, handles = [], []
    each = (height - 0.07) / 3
    for k in range(3):
        z = 0.04 + k * each
        fronts.append(panel(0.39, each - 0.012).moved(0, -depth / 2 + 0.03, z + 0.006))
        handles.append(bar_handle(0.14).moved(0, -depth / 2 + 0.012, z + each * 0.62))
    plinth = slab_box((0.36, depth - 0.1, 0.05), (0, 0.01, 0.025))
    return join([body, plinth, *fronts]), join(handles)
