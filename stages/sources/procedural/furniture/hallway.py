"""Things of the hall and the shed: coat rack, ladder, bicycle, umbrella stand."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble, resized
from stages.sources.procedural.furniture.palette import (
    BLACK_PLASTIC,
    BRIGHTS,
    CHROME,
    RUBBER,
    STEEL,
    choose,
    fabric,
    matt,
    metal,
    paint,
    plastic,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, around, both_sides, join, row
from stages.sources.procedural.furniture.shapes import (
    at_height,
    box,
    cylinder,
    disc,
    ellipsoid,
    frustum,
    lathe,
    loft,
    rounded_rectangle,
    slab_box,
    torus,
)
from stages.sources.procedural.furniture.sweeps import bend, tube


def coat_rack(rng: np.random.Generator) -> Model:
    """Build a coat stand with curved hooks, a hat and a hanging coat."""
    timber = wood(rng) if rng.random() < 0.6 else metal(rng)
    height = rng.uniform(1.65, 1.8)
    pole = lathe([(0.022, 0.05), (0.022, height - 0.05), (0.03, height - 0.04), (0.0, height)], 14)
    foot = tube(bend([(0.015, 0, 0.24), (0.16, 0, 0.12), (0.27, 0, 0.012)], 0.12, 4), 0.015, 8)
    hook = tube(
        bend([(0.012, 0, height - 0.28), (0.12, 0, height - 0.22), (0.15, 0, height - 0.1)], 0.08, 3), [0.012, 0.01], 7
    )
    tip = ellipsoid(0.015, 0.015, 0.015, 8, 5).moved(0.15, 0, height - 0.115)
    low_hook = tube(
        bend([(0.012, 0, height - 0.52), (0.08, 0, height - 0.5), (0.1, 0, height - 0.44)], 0.05, 3), 0.009, 8
    )
    stand = join([pole, around(foot, 4, 45), around(hook + tip, 4, 0), around(low_hook, 4, 45)])
    hat = fabric(rng, ("brown", "grey", "dark grey", "red", "blue", "green"))
    crown = lathe([(0.16, 0.0), (0.165, 0.008), (0.085, 0.02), (0.08, 0.09), (0.05, 0.11), (0.0, 0.1)], 24)
    band = lathe([(0.0865, 0.022), (0.0855, 0.045), (0.07, 0.045), (0.07, 0.022)], 24, closed=True)
    tilt = [
        (part.turned("y", 38).moved(0.12, 0, height - 0.09), m)
        for part, m in ((crown, hat.material), (band, matt("2a2422")))
    ]
    coat = fabric(
        rng, [name for name in ("red", "blue", "green", "grey", "beige", "teal", "purple") if name != hat.word]
    )
    pieces: list[Piece] = [
        (stand, timber.material),
        *tilt,
        (_coat(height), coat.material),
        (_buttons(height), BLACK_PLASTIC),
    ]
    return assemble(Design("coat rack", f"{timber.word} coat rack with {coat.word} coat"), pieces)


def _coat(height: float) -> Part:
    """Hang a coat with sleeves on the hook that points to the front."""
    top = height - 0.2
    rings = [
        (0.46, 0.15, top - 0.95),
        (0.44, 0.16, top - 0.7),
        (0.38, 0.14, top - 0.4),
        (0.4, 0.13, top - 0.14),
        (0.2, 0.1, top - 0.03),
        (0.1, 0.07, top),
    ]
    body = loft([at_height(rounded_rectangle(w, d, d * 0.45, 3), z) for w, d, z in rings]).moved(0, -0.15)
    sleeve = tube(
        [(0.17, -0.15, top - 0.1), (0.24, -0.15, top - 0.35), (0.245, -0.16, top - 0.68)], [0.062, 0.055, 0.05], 10
    )
    collar = torus(0.06, 0.022, 16, 6).turned("x", 12).moved(0, -0.155, top - 0.03)
    return join([body, both_sides(sleeve), collar])


def _buttons(height: float) -> Part:
    return row(disc(0.012, 0.008, 0.002, 12).turned("x", 90), [height - z for z in (0.42, 0.56, 0.7, 0.84)], "z").moved(
        0.03, -0.222
    )


def ladder(rng: np.random.Generator) -> Model:
    """Build a step ladder: treads between two rails, a rear frame and a top platform."""
    finish = choose(rng, (wood(rng), paint(rng, ("red", "yellow", "blue", "white")), metal(rng)))
    steps = choose(rng, (3, 4, 5))
    rise = 0.25
    height, reach = rise * (steps + 0.0), 0.16 * steps
    half_w = 0.2 + 0.02 * steps
    narrow = half_w * 0.72
    rail = tube([(half_w, -reach * 0.62, 0), (narrow, 0.0, height)], 0.02, 4)
    rear = tube([(half_w * 0.94, reach * 0.5, 0), (narrow * 0.95, 0.05, height - 0.02)], 0.015, 4)
    treads = []
    for k in range(1, steps):
        share = k / steps
        w = half_w + (narrow - half_w) * share
        treads.append(box(2 * w, 0.09, 0.022, 0.004).moved(0, -reach * 0.62 * (1 - share), rise * k))
    platform = box(2 * narrow + 0.05, 0.22, 0.028, 0.006).moved(0, 0.02, height)
    ties = [
        cylinder(0.01, 2 * half_w * 0.9, 8).turned("y", 90).moved(-half_w * 0.9, reach * 0.5 * (1 - z / height), z)
        for z in (0.15, height * 0.55)
    ]
    feet = both_sides(
        box(0.05, 0.05, 0.03).moved(half_w, -reach * 0.62) + box(0.045, 0.045, 0.03).moved(half_w * 0.94, reach * 0.5)
    )
    stay = both_sides(
        tube([(half_w * 0.9, -reach * 0.34, height * 0.42), (half_w * 0.88, reach * 0.27, height * 0.42)], 0.005, 6)
    )
    pieces = [
        (join([both_sides(rail + rear), *treads, platform, *ties]), finish.material),
        (feet, RUBBER),
        (stay, STEEL),
    ]
    return assemble(Design("ladder", f"{finish.word} step ladder"), pieces)


def bicycle(rng: np.random.Generator) -> Model:
    """Build a bicycle on its stand, with spoked wheels, mudguards, saddle and lamp; the fork is the front."""
    color = paint(rng, ("red", "blue", "green", "yellow", "black", "white", "teal", "orange", "pink"))
    radius = rng.uniform(0.32, 0.34)
    axles = {"front": -0.515, "rear": 0.515}
    tyre = torus(radius - 0.018, 0.018, 30, 6).moved(z=-0.018).turned("y", 90).moved(z=radius)
    wheels, tyres = row(_wheel(radius), list(axles.values()), "y"), row(tyre, list(axles.values()), "y")
    stay = tube([(0.03, 0.2, 0.3), (0.2, 0.27, 0.004)], 0.008, 6)
    bars, grips = _handlebar()
    pedals = [box(0.09, 0.07, 0.02, 0.004).moved(s * 0.11, 0.1 - s * 0.12, 0.17 if s > 0 else 0.4) for s in (1, -1)]
    lamp = lathe([(0.02, 0.0), (0.035, 0.04), (0.0, 0.045)], 16).turned("x", 90).moved(0, -0.34, 0.86)
    pieces = [
        (_bicycle_frame(radius, axles), color.material),
        (join([wheels, bars, _cranks(), stay, _bar((0.24, 0.76), (0.26, 0.86), 0.012)]), CHROME),
        (join([_saddle().moved(0, 0.26, 0.85), *pedals, grips, tyres]), RUBBER),
        (lamp, plastic("efe5b8", 0.8)),
    ]
    return assemble(Design("bicycle", f"{color.word} bicycle"), pieces)


def _bar(a: tuple[float, float], b: tuple[float, float], radius: float, x: tuple[float, float] = (0.0, 0.0)) -> Part:
    """Make a tube between two points (y, z) of the frame; `x` are the offsets of its ends to the side."""
    return tube([(x[0], *a), (x[1], *b)], radius, 8)


def _wheel(radius: float) -> Part:
    """Make rim, spokes and hub of an upright wheel that rolls along y."""
    rim = torus(radius - 0.04, 0.009, 30, 4).moved(z=-0.009)
    spokes = around(cylinder(0.002, radius - 0.045, 3).turned("y", 90), 14)
    hub = cylinder(0.022, 0.09, 10).moved(z=-0.045)
    return join([rim, spokes, hub]).turned("y", 90).moved(z=radius)


def _bicycle_frame(radius: float, axles: dict[str, float]) -> Part:
    """Make the diamond of tubes, the fork, the stays and the mudguards."""
    crank, rear = (0.1, 0.29), (axles["rear"], radius)
    diamond = [
        _bar(crank, (0.24, 0.76), 0.016),
        _bar((0.215, 0.66), (-0.318, 0.74), 0.016),
        _bar(crank, (-0.328, 0.67), 0.018),
        _bar((-0.33, 0.66), (-0.3, 0.8), 0.021),
        slab_box((0.08, 0.04, 0.03), (0, -0.337, 0.64)),
    ]
    stays = [
        _bar((0.22, 0.69), rear, 0.009, (0.015, 0.05)),
        _bar(crank, rear, 0.01, (0.02, 0.05)),
        _bar((-0.334, 0.64), (axles["front"], radius), 0.012, (0.03, 0.045)),
    ]
    angle, reach = np.radians(np.linspace(20, 150, 9)), radius + 0.02
    arches = [
        np.column_stack([0 * angle, y + reach * np.cos(angle), radius + reach * np.sin(angle)]) for y in axles.values()
    ]
    return join([*diamond, both_sides(join(stays)), *(tube(path, 0.017, 5) for path in arches)])


def _handlebar() -> tuple[Part, Part]:
    """Make stem and swept-back bar, and its two grips."""
    right = [(0.3, -0.12, 0.98), (0.24, -0.24, 0.98), (0.06, -0.3, 0.96)]
    left = [(-x, y, z) for x, y, z in reversed(right)]
    bar = tube(bend(right + left, 0.05, 3), 0.012, 6)
    grips = both_sides(tube([(0.29, -0.14, 0.98), (0.325, -0.07, 0.98)], 0.018, 8))
    return bar + _bar((-0.3, 0.8), (-0.295, 0.97), 0.013), grips


def _cranks() -> Part:
    arms = _bar((0.1, 0.29), (-0.02, 0.17), 0.008, (0.06, 0.06)) + _bar(
        (0.1, 0.29), (0.22, 0.41), 0.008, (-0.06, -0.06)
    )
    return arms + disc(0.095, 0.006, 0.002, 24).moved(z=-0.003).turned("y", 90).moved(0.045, 0.1, 0.29)


def _saddle() -> Part:
    half = np.array(
        [[0.085, 0.12], [0.05, 0.15], [-0.05, 0.15], [-0.085, 0.12], [-0.02, -0.12], [0.0, -0.14], [0.02, -0.12]]
    )
    return loft([at_height(half * k, z) for k, z in ((0.8, 0.0), (1.0, 0.02), (0.96, 0.05), (0.7, 0.062))])


def umbrella_stand(rng: np.random.Generator) -> Model:
    """Build a wire stand that holds two rolled umbrellas with crooked handles."""
    names = [str(name) for name in rng.permutation(np.array(BRIGHTS))]
    first = paint(rng, (names[0],))
    iron, radius, height = metal(rng), 0.12, 0.5
    hoops = join([torus(radius, 0.008, 24, 6).moved(z=z) for z in (0.0, height * 0.5, height - 0.016)])
    staves = around(cylinder(0.005, height - 0.01, 6).moved(radius), 8)
    floor = disc(radius, 0.012, 0.003, 24)
    pieces: list[Piece] = [(join([hoops, staves, floor]), iron.material)]
    for k, (x, y, lean) in enumerate(((-0.04, 0.0, -7.0), (0.05, 0.02, 8.0))):
        cloth = first if k == 0 else paint(rng, (names[1],))
        rolled = lathe([(0.006, 0.03), (0.032, 0.1), (0.04, 0.3), (0.03, 0.52), (0.012, 0.6)], 10)
        flaps = around(frustum(0.03, 0.006, 0.4, 4).scaled(1, 0.35, 1).moved(0.022, 0, 0.14), 4)
        shaft = cylinder(0.005, 0.78, 8)
        crook = tube(bend([(0, 0, 0.72), (0, 0, 0.86), (0.08, 0, 0.86), (0.08, 0, 0.8)], 0.045, 4), 0.011, 8)
        for part, material in (
            (rolled + flaps, cloth.material),
            (shaft, STEEL),
            (crook, wood(rng, ("dark wooden",)).material),
        ):
            pieces.append((part.turned("z", 50.0 + 110 * k).turned("y", lean).moved(x, y, 0.013), material))
    caption = f"{iron.word} umbrella stand with {names[0]} and {names[1]} umbrellas"
    return assemble(Design("umbrella stand", caption), resized(pieces, rng.uniform(0.92, 1.08)))
