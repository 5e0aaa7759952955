"""Hard seats: chair, stool, bench."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_METAL,
    BRIGHTS,
    Finish,
    choose,
    fabric,
    leather,
    metal,
    paint,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, around, both_sides, four_corners, join, row
from stages.sources.procedural.furniture.shapes import box, cylinder, disc, frustum, lathe, slab_box, soft_box, torus
from stages.sources.procedural.furniture.sweeps import sheet, surface, tube


def chair(rng: np.random.Generator) -> Model:
    """Build a side chair with a slatted, laddered, solid or moulded back."""
    style = choose(rng, ("slats", "ladder", "solid", "shell"))
    if style == "shell":
        return _shell_chair(rng)
    frame = wood(rng) if rng.random() < 0.55 else paint(rng, BRIGHTS)
    width, depth, seat_z = rng.uniform(0.42, 0.48), rng.uniform(0.42, 0.47), rng.uniform(0.44, 0.47)
    top_z = rng.uniform(0.86, 1.0)
    x, y, _post = width / 2 - 0.022, depth / 2 - 0.022, 0.036
    front = frustum(0.014, 0.021, seat_z - 0.03, 10).moved(x, -y)
    lean = 0.07
    back_post = tube([(x, y, 0), (x, y, seat_z), (x, y + lean, top_z)], [0.016, 0.02, 0.016], 10)
    wooden = [
        both_sides(front + back_post),
        soft_box(width, depth, 0.035, 0.012).moved(z=seat_z - 0.03),
        slab_box((width - 0.06, 0.02, 0.05), (0, -y, seat_z - 0.058)),
        both_sides(slab_box((0.02, depth - 0.06, 0.05), (x, 0, seat_z - 0.058))),
        both_sides(cylinder(0.01, depth - 0.05, 8).turned("x", 90).moved(x, depth / 2 - 0.025, 0.16)),
        cylinder(0.01, 2 * x, 8).turned("y", 90).moved(-x, 0, 0.16),
    ]
    wooden.append(_back(style, 2 * x, (seat_z, top_z)).moved(y=y))
    pieces: list[Piece] = [(join(wooden), frame.material)]
    caption = f"{frame.word} chair"
    if rng.random() < 0.45:
        pad = fabric(rng)
        pieces.append(
            (soft_box(width - 0.05, depth - 0.06, 0.035, 0.016, crown=0.006).moved(z=seat_z + 0.004), pad.material)
        )
        caption = f"{frame.word} chair with {pad.word} seat"
    return assemble(Design("chair", caption), pieces)


def _back(style: str, width: float, z_range: tuple[float, float]) -> Part:
    """Make the filling between two leaning posts at x = +-width / 2; y = 0 at seat height."""
    seat_z, top_z = z_range
    rise, lean = top_z - seat_z, 0.07

    def at(share: float) -> tuple[float, float]:
        return lean * share, seat_z + rise * share

    def rail(share: float, height: float) -> Part:
        y, z = at(share)
        bow = surface(lambda u, v: 0.018 * (1 - (2 * u / width) ** 2), (width, height), 0.018, (8, 1))
        return bow.turned("x", 90).mirrored("y").moved(0, y + 0.008, z)

    if style == "ladder":
        return join([rail(share, 0.055) for share in (0.33, 0.6, 0.9)])
    if style == "solid":
        return rail(0.68, rise * 0.55)
    spindles = [tube([(u, *at(0.26)), (u, *at(0.92))], 0.0085, 8) for u in np.linspace(-0.34, 0.34, 5) * width]
    return join([rail(0.92, 0.07), rail(0.24, 0.04), *spindles])


def _shell_chair(rng: np.random.Generator) -> Model:
    """Build a chair whose seat and back are one bent shell on four splayed legs."""
    shell = paint(rng, BRIGHTS)
    legs: Finish = wood(rng) if rng.random() < 0.6 else metal(rng)
    width, seat_z, _depth = rng.uniform(0.44, 0.48), rng.uniform(0.44, 0.46), 0.42
    profile = [
        (-0.23, 0.0),
        (-0.21, 0.012),
        (-0.1, 0.004),
        (0.06, 0.0),
        (0.15, 0.016),
        (0.2, 0.075),
        (0.225, 0.2),
        (0.25, 0.32),
        (0.27, 0.4),
    ]
    part = _bent_shell(profile, width).moved(z=seat_z)
    leg = tube([(0.12, 0.1, seat_z + 0.006), (0.21, 0.2, 0.0)], [0.017, 0.012], 10)
    braces = both_sides(tube([(0.15, 0.13, 0.32), (0.15, -0.13, 0.32)], 0.006, 6))
    cross = four_corners(tube([(0.155, 0.14, 0.29), (0.0, 0.0, seat_z - 0.02)], 0.006, 6))
    pieces = [(part, shell.material), (four_corners(leg), legs.material), (braces + cross, BLACK_METAL)]
    return assemble(Design("chair", f"{shell.word} shell chair"), pieces)


def _bent_shell(profile: list[tuple[float, float]], width: float) -> Part:
    """Stretch a side profile (y, z) to a shell whose sides curl up and whose upper corners are round."""
    line = np.array(profile)
    along = np.gradient(line, axis=0)
    normal = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1, keepdims=True)
    across = np.linspace(-1, 1, 11)
    share = np.linspace(0, 1, len(line))
    half = width / 2 * (1 - 0.1 * share - 0.22 * np.clip((share - 0.75) / 0.25, 0, 1) ** 2)
    curl = 0.045 * np.abs(across) ** 3
    x = across[:, None] * half[None, :]
    y = line[None, :, 0] + curl[:, None] * normal[None, :, 0]
    z = line[None, :, 1] + curl[:, None] * normal[None, :, 1]
    top = np.stack([x, y, z], axis=-1)
    offset = np.stack([np.zeros_like(x), *(np.broadcast_to(normal[None, :, k], x.shape) for k in (0, 1))], axis=-1)
    return sheet(top, top - 0.012 * offset)


def stool(rng: np.random.Generator) -> Model:
    """Build a stool: low and wooden, round on three or four legs, or a high bar stool with a foot ring."""
    high = rng.random() < 0.45
    height = rng.uniform(0.66, 0.78) if high else rng.uniform(0.43, 0.5)
    radius = rng.uniform(0.16, 0.19)
    legs = wood(rng) if rng.random() < 0.6 else metal(rng)
    seat = legs if rng.random() < 0.35 else choose(rng, (fabric, leather, paint))(rng)
    foot = radius * (1.15 if high else 1.05)
    leg = tube([(radius * 0.72, 0, height - 0.04), (foot, 0, 0.0)], [0.016, 0.012], 10)
    ring_z = 0.28 if high else 0.18
    ring = torus(foot - (foot - radius * 0.72) * ring_z / height, 0.008, 32, 6).moved(z=ring_z)
    top = disc(radius, 0.035, 0.008) if seat is legs else _padded_seat(radius)
    pieces = [(around(leg, 4, 45), legs.material), (ring, legs.material), (top.moved(z=height - 0.042), seat.material)]
    word = "bar stool" if high else "stool"
    support = (-0.09, -0.09, 0.09, 0.09, height - 0.007) if seat is legs else None
    caption = f"round {seat.word} {word}" if seat is legs else f"{word} with round {seat.word} seat"
    return assemble(Design("stool", caption, symmetry_deg=90, support_m=support), pieces)


def _padded_seat(radius: float) -> Part:
    profile = [(radius - 0.012, 0.0), (radius, 0.012), (radius, 0.035), (radius - 0.012, 0.05), (radius * 0.6, 0.058)]
    return lathe([*profile, (0.0, 0.061)], 28)


def bench(rng: np.random.Generator) -> Model:
    """Build a backless bench of planks on trestle, block or four straight legs."""
    length, depth, height = rng.uniform(1.0, 1.5), rng.uniform(0.32, 0.4), rng.uniform(0.43, 0.47)
    timber = wood(rng)
    style = choose(rng, ("planks", "padded"))
    leg_x = length / 2 - 0.12
    leg = tube([(leg_x, depth / 2 - 0.05, height - 0.03), (leg_x + 0.05, depth / 2 - 0.01, 0)], [0.022, 0.016], 10)
    frame = [four_corners(leg), slab_box((2 * leg_x, 0.03, 0.05), (0, 0, height - 0.08))]
    frame.append(both_sides(slab_box((0.03, depth - 0.1, 0.05), (leg_x, 0, height - 0.08))))
    if style == "planks":
        plank = soft_box(length, depth / 3 - 0.01, 0.035, 0.008).moved(z=height - 0.035)
        pieces = [(join(frame), timber.material), (row(plank, [-depth / 3, 0, depth / 3], "y"), timber.material)]
        support = (-length / 2 + 0.05, -depth / 2 + 0.02, length / 2 - 0.05, depth / 2 - 0.02, height)
        return assemble(Design("bench", f"long {timber.word} bench", 180, support_m=support), pieces)
    pad = fabric(rng)
    board = box(length, depth, 0.03, 0.006).moved(z=height - 0.055)
    cushion = soft_box(length - 0.02, depth - 0.02, 0.07, 0.03, 3, crown=0.01).moved(z=height - 0.024)
    pieces = [(join([*frame, board]), timber.material), (cushion, pad.material)]
    return assemble(Design("bench", f"{pad.word} upholstered bench", 180), pieces)
