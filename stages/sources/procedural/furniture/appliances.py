"""Kitchen appliances: refrigerator, stove, microwave, toaster, coffee maker, kettle."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.cabinets import knob, panel
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble, resized
from stages.sources.procedural.furniture.palette import (
    BLACK_METAL,
    BLACK_PLASTIC,
    CHROME,
    STEEL,
    Finish,
    choose,
    darker,
    plastic,
)
from stages.sources.procedural.furniture.parts import Part, around, four_corners, join, row
from stages.sources.procedural.furniture.shapes import (
    box,
    cylinder,
    disc,
    ellipsoid,
    frustum,
    lathe,
    slab_box,
    soft_box,
    torus,
)
from stages.sources.procedural.furniture.sweeps import bend, prism, tube

_ENAMELS = {
    "white": "ecebe6",
    "grey": "9ea1a5",
    "black": "2b2c2f",
    "red": "a8322c",
    "light blue": "93b8cb",
    "yellow": "d7b24a",
    "green": "86a98a",
}
OVEN_GLASS = plastic("131519", 0.3)


def enamel(rng: np.random.Generator, names: tuple[str, ...]) -> Finish:
    """Pick a glossy appliance colour."""
    name = choose(rng, names)
    return Finish(name, plastic(_ENAMELS[name], 0.45))


def _long_handle(length: float, upright: bool) -> Part:
    half = length / 2
    handle = tube(bend([(-half, 0.004, 0), (-half, -0.045, 0), (half, -0.045, 0), (half, 0.004, 0)], 0.02, 3), 0.009, 8)
    return handle.turned("y", 90) if upright else handle


def refrigerator(rng: np.random.Generator) -> Model:
    """Build a refrigerator: freezer above, freezer below, or two tall doors with a dispenser."""
    style = choose(rng, ("freezer above", "freezer below", "side by side"))
    wide = style == "side by side"
    width, depth = (rng.uniform(0.86, 0.92) if wide else rng.uniform(0.58, 0.66)), rng.uniform(0.6, 0.68)
    height = rng.uniform(1.62, 1.85)
    color = enamel(rng, ("white", "white", "grey", "grey", "black", "red", "light blue", "yellow"))
    body = soft_box(width, depth - 0.06, height - 0.03, 0.012, 1).moved(0, 0.03, 0.03)
    kick = slab_box((width - 0.04, depth - 0.1, 0.04), (0, 0.02, 0.02))
    y = -depth / 2 + 0.055
    fronts = _side_by_side(width, height) if wide else _one_above_other(width, height, style == "freezer above")
    doors, handles, extra = fronts
    badge = slab_box((0.09, 0.004, 0.02), (-width * 0.28, y - 0.0565, height - 0.12))
    pieces = [
        (body + doors.moved(y=y), color.material),
        (kick, BLACK_PLASTIC),
        (handles.moved(y=y), CHROME if color.word != "grey" else BLACK_METAL),
        (badge, STEEL if color.word != "grey" else BLACK_METAL),
        *((part.moved(y=y), material) for part, material in extra),
    ]
    name = {"freezer above": "two-door", "freezer below": "two-door", "side by side": "side-by-side"}[style]
    return assemble(Design("refrigerator", f"{color.word} {name} refrigerator"), pieces)


Fronts = tuple[Part, Part, list[Piece]]


def _side_by_side(width: float, height: float, low: float = 0.06, gap: float = 0.008) -> Fronts:
    """Make two tall doors with a dispenser in the left one, their backs on y = 0; doors, handles, extras."""
    left_w = width * 0.42
    right_w, seam, x = width - left_w, left_w - width / 2, left_w * 0.48 - width / 2
    left = panel(left_w - gap, height - low - 0.005, 0.055).moved((left_w - width) / 2, 0, low)
    right = panel(right_w - gap, height - low - 0.005, 0.055).moved((width - right_w) / 2, 0, low)
    handle = _long_handle(0.7, True).moved(seam, -0.053, height * 0.55)
    extra: list[Piece] = [
        (slab_box((left_w * 0.55, 0.008, 0.3), (x, -0.056, height * 0.6)), BLACK_PLASTIC),
        (slab_box((left_w * 0.4, 0.008, 0.05), (x, -0.06, height * 0.66)), plastic("9fc4d8")),
        (slab_box((left_w * 0.5, 0.03, 0.012), (x, -0.07, height * 0.53)), STEEL),
    ]
    return left + right, row(handle, [-0.045, 0.045]), extra


def _one_above_other(width: float, height: float, freezer_above: bool, low: float = 0.06, gap: float = 0.008) -> Fronts:
    """Make two doors on top of each other, their backs on y = 0; doors, handles, no extras."""
    split = height * (0.68 if freezer_above else 0.38)
    spans = ((low, split), (split, height - 0.003))
    doors = [panel(width - 0.002, z1 - z0 - gap, 0.055).moved(0, 0, z0 + gap / 2) for z0, z1 in spans]
    upper, lower = split + min(0.26, (height - split) * 0.5), split - min(0.3, (split - low) * 0.5)
    x = width / 2 - 0.06
    above = _long_handle(min(0.36, 2 * (upper - split) - 0.1), True).moved(x, -0.053, upper)
    return join(doors), above + _long_handle(0.36, True).moved(x, -0.053, lower), []


def stove(rng: np.random.Generator) -> Model:
    """Build a free-standing cooker: four burners, knobs, oven door with window, drawer below."""
    width, depth, height = 0.6, 0.6, 0.88
    color = enamel(rng, ("white", "white", "grey", "black", "red", "yellow", "light blue"))
    y = -depth / 2
    body = box(width, depth, height - 0.05, 0.004).moved(z=0.03)
    kick = slab_box((width - 0.05, depth - 0.05, 0.04), (0, 0.02, 0.02))
    top = soft_box(width + 0.01, depth + 0.02, 0.026, 0.006, 1).moved(0, 0, height - 0.028)
    guard = rng.random() < 0.65
    back = box(width, 0.05, 0.16, 0.01).moved(0, depth / 2 - 0.02, height - 0.004)
    door = panel(width - 0.03, 0.46, 0.03).moved(0, y, 0.24)
    window = slab_box((width - 0.19, 0.006, 0.23), (0, y - 0.031, 0.46))
    handle = _long_handle(width - 0.12, False).moved(0, y - 0.028, 0.655)
    drawer = panel(width - 0.03, 0.16, 0.025).moved(0, y, 0.065)
    pull = slab_box((0.2, 0.012, 0.02), (0, y - 0.03, 0.19))
    knobs = row(knob().scaled(1.3, 1.2, 1.3), np.linspace(-0.22, 0.22, 5)).moved(0, y, 0.785)
    gas = rng.random() < 0.5
    places = [(-0.145, -0.13, 0.085), (0.145, -0.13, 0.07), (-0.145, 0.13, 0.07), (0.145, 0.13, 0.085)]
    burners = [(_gas_burner(r) if gas else _hot_plate(r)).moved(x, yy - 0.005, height - 0.002) for x, yy, r in places]
    dark = darker(color.material, 0.5) if color.word != "black" else plastic("505358")
    pieces = [
        (join([body, top, door, drawer, *([back] if guard else [])]), color.material),
        (kick, BLACK_PLASTIC),
        (window, OVEN_GLASS),
        (handle + pull, CHROME),
        (knobs, dark),
        (join(burners), BLACK_METAL),
    ]
    if guard:
        clock = slab_box((0.14, 0.006, 0.055), (0, depth / 2 - 0.046, height + 0.09))
        pieces.append((clock, OVEN_GLASS))
    return assemble(Design("stove", f"{color.word} stove with four burners"), pieces)


def _hot_plate(radius: float) -> Part:
    return disc(radius, 0.012, 0.003, 24) + torus(radius * 0.6, 0.004, 20, 4).moved(z=0.008)


def _gas_burner(radius: float) -> Part:
    cross = around(slab_box((radius * 1.2, 0.008, 0.01), (radius * 0.62, 0, 0.026)), 4, 45)
    feet = around(slab_box((0.008, 0.008, 0.026), (radius * 1.15, 0, 0.013)), 4, 45)
    return join([disc(radius * 0.5, 0.014, 0.004, 20), cross, feet, torus(radius * 0.85, 0.005, 20, 4).moved(z=0.02)])


def microwave(rng: np.random.Generator) -> Model:
    """Build a microwave oven: window door with handle on the left, keypad and display on the right."""
    width, depth, height = rng.uniform(0.46, 0.54), rng.uniform(0.34, 0.4), rng.uniform(0.27, 0.3)
    color = enamel(rng, ("white", "grey", "black", "red", "light blue"))
    y, control_w = -depth / 2, 0.12
    body = soft_box(width, depth, height - 0.01, 0.012, 1).moved(z=0.01)
    feet = four_corners(cylinder(0.014, 0.012, 8).moved(width / 2 - 0.05, depth / 2 - 0.05))
    door = panel(width - control_w - 0.014, height - 0.03, 0.02).moved(-control_w / 2, y, 0.02)
    window = slab_box(
        (width - control_w - 0.11, 0.006, height - 0.1), (-control_w / 2 - 0.016, y - 0.021, 0.01 + height / 2)
    )
    handle = (
        _long_handle(height - 0.1, True)
        .scaled(1, 0.75, 1)
        .moved(width / 2 - control_w - 0.03, y - 0.018, 0.005 + height / 2)
    )
    x = width / 2 - control_w / 2 - 0.004
    display = slab_box((control_w - 0.035, 0.006, 0.035), (x, y - 0.002, height - 0.05))
    key = slab_box((0.02, 0.006, 0.014), (x, y - 0.002, 0.0))
    keys = join([key.moved((c - 1) * 0.027, 0, 0.06 + r * 0.024) for c in range(3) for r in range(4)])
    trim = plastic("b9bcc0", 0.6) if color.word != "grey" else BLACK_METAL
    pieces = [
        (join([body, door]), color.material),
        (feet, BLACK_PLASTIC),
        (window, OVEN_GLASS),
        (handle, trim),
        (display, Material((0.02, 0.12, 0.09), emission=0.3)),
        (keys, trim),
    ]
    return assemble(Design("microwave", f"{color.word} microwave", placement="surface"), pieces)


def toaster(rng: np.random.Generator) -> Model:
    """Build a two-slot toaster with lever, dial and two slices of bread."""
    width, depth, height = rng.uniform(0.26, 0.3), 0.17, rng.uniform(0.17, 0.19)
    color = enamel(rng, ("red", "white", "grey", "light blue", "yellow", "green", "black"))
    body = soft_box(width, depth, height, 0.035, 3).moved(z=0.012)
    base = soft_box(width - 0.02, depth - 0.02, 0.016, 0.006, 1)
    z = height + 0.0125
    slots = row(slab_box((width - 0.08, 0.03, 0.003), (0, 0, z)), [-0.033, 0.033], "y")
    outline = [
        (-0.05, 0.0),
        (0.05, 0.0),
        (0.05, 0.06),
        (0.058, 0.075),
        (0.05, 0.1),
        (0.02, 0.106),
        (-0.02, 0.106),
        (-0.05, 0.1),
        (-0.058, 0.075),
        (-0.05, 0.06),
    ]
    slice_part = prism(outline, 0.018).turned("x", 90).moved(0, 0.009, z - 0.06)
    crumb = prism([(0.86 * a, 0.86 * b + 0.01) for a, b in outline], 0.022).turned("x", 90).moved(0, 0.011, z - 0.063)
    bread = row(slice_part, [-0.033, 0.033], "y")
    crumbs = row(crumb, [-0.033, 0.033], "y")
    x = width / 2
    lever = box(0.03, 0.05, 0.016, 0.004).moved(x + 0.012, 0, height * 0.68)
    track = slab_box((0.004, 0.01, height * 0.5), (x, 0, height * 0.55))
    dial = disc(0.017, 0.016, 0.004, 16).turned("y", 90).moved(x - 0.002, 0, height * 0.25)
    trim = CHROME if color.word != "grey" else BLACK_METAL
    pieces = [
        (body, color.material),
        (base, BLACK_PLASTIC),
        (slots, plastic("16171a")),
        (lever + dial, trim),
        (track, BLACK_PLASTIC),
        (bread, plastic("9c6a35", 0.0)),
        (crumbs, plastic("dcb878", 0.0)),
    ]
    return assemble(Design("toaster", f"{color.word} toaster with bread", placement="surface"), pieces)


def coffee_maker(rng: np.random.Generator) -> Model:
    """Build a filter coffee maker: column with water tank, head, hot plate and glass jug."""
    color = enamel(rng, ("black", "white", "red", "grey", "light blue"))
    width, depth, height = 0.19, 0.25, rng.uniform(0.32, 0.36)
    base = soft_box(width, depth, 0.035, 0.012, 2)
    column = soft_box(width, 0.085, height - 0.02, 0.015, 2).moved(0, depth / 2 - 0.043, 0.02)
    head = soft_box(width, depth - 0.02, 0.1, 0.025, 2).moved(0, 0.01, height - 0.1)
    funnel = frustum(0.04, 0.062, 0.05, 20).moved(0, -0.035, height - 0.145)
    jug_z, jug_y = 0.04, -0.035
    jug = lathe([(0.055, 0.0), (0.068, 0.02), (0.07, 0.06), (0.05, 0.115), (0.047, 0.125)], 24).moved(0, jug_y, jug_z)
    coffee = lathe([(0.057, 0.004), (0.0695, 0.02), (0.0715, 0.06), (0.0685, 0.068)], 24).moved(0, jug_y, jug_z)
    lid = lathe([(0.051, 0.0), (0.051, 0.012), (0.015, 0.022)], 24).moved(0, jug_y, jug_z + 0.122)
    grip = tube(
        bend([(0, -0.046, 0.11), (0, -0.115, 0.11), (0, -0.1, 0.03), (0, -0.066, 0.03)], 0.03, 3), 0.008, 8
    ).moved(0, jug_y, jug_z)
    plate = disc(0.072, 0.008, 0.002, 24).moved(0, jug_y, 0.033)
    switch = slab_box((0.03, 0.006, 0.018), (0.05, -depth / 2 - 0.002, 0.018))
    window = slab_box((0.006, 0.02, 0.12), (width / 2, depth / 2 - 0.045, height * 0.5))
    light = plastic("d14a3a") if color.word != "red" else plastic("ecebe6")
    pieces = [
        (join([base, column, head]), color.material),
        (join([funnel, lid, grip]), BLACK_PLASTIC),
        (jug, plastic("a9bcc4", 0.9)),
        (coffee, plastic("2b1710", 0.8)),
        (plate, STEEL),
        (switch, light),
        (window, plastic("a9bcc4", 0.9)),
    ]
    design = Design("coffee maker", f"{color.word} coffee maker", placement="surface")
    return assemble(design, resized(pieces, rng.uniform(0.92, 1.1)))


def kettle(rng: np.random.Generator) -> Model:
    """Build a kettle: electric jug on its base, or stove-top with a bow handle and a whistling spout."""
    color = enamel(rng, ("red", "white", "grey", "light blue", "yellow", "green", "black"))
    trim = BLACK_PLASTIC if color.word != "black" else CHROME
    if rng.random() < 0.5:
        base = disc(0.085, 0.022, 0.006, 28)
        body = lathe([(0.078, 0.022), (0.08, 0.04), (0.062, 0.2), (0.055, 0.215), (0.02, 0.228)], 28)
        top = ellipsoid(0.014, 0.014, 0.011, 12, 6).moved(z=0.224)
        grip = tube(bend([(0.05, 0, 0.2), (0.13, 0, 0.205), (0.125, 0, 0.06), (0.068, 0, 0.055)], 0.045, 4), 0.011, 8)
        spout = tube([(-0.035, 0, 0.165), (-0.085, 0, 0.212)], [0.034, 0.015], 12)
        caption = f"{color.word} electric kettle"
        pieces = [(body + spout, color.material), (join([base, top, grip]), trim)]
    else:
        body = lathe([(0.1, 0.0), (0.112, 0.02), (0.108, 0.06), (0.08, 0.115), (0.045, 0.138), (0.04, 0.142)], 28)
        lid = lathe([(0.044, 0.139), (0.04, 0.15), (0.008, 0.156), (0.016, 0.168), (0.0, 0.178)], 20)
        spout = tube(bend([(-0.09, 0, 0.05), (-0.15, 0, 0.08), (-0.165, 0, 0.13)], 0.05, 3), [0.026, 0.013], 10)
        ends = np.radians(np.linspace(-10, 190, 13))
        bow = tube(np.column_stack([0.085 * np.cos(ends), np.zeros(13), 0.125 + 0.1 * np.sin(ends)]), 0.009, 8)
        caption = f"{color.word} kettle with bow handle"
        pieces = [(body + spout, color.material), (lid + bow, trim)]
    return assemble(Design("kettle", caption, placement="surface"), resized(pieces, rng.uniform(0.9, 1.1)))
