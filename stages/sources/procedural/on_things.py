"""What stands on other things: lamps on nightstands, cups on tables, a television on its stand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stages.sources.procedural.furnishing import Furnishing, Item
from stages.sources.procedural.placed import Placed

TRIES = 10
EDGE_M = 0.015
FACING = frozenset({"television", "monitor", "laptop", "keyboard", "microwave", "toaster", "coffee maker", "radio"})


def put(
    f: Furnishing,
    support: Placed,
    item: Item,
    x_m: float | None = None,
    y_m: float | None = None,
    turn: float | None = None,
) -> Placed | None:
    """Put something on the free top of something.

    Args:
        f: The room.
        support: What it stands on; None is returned if it has no flat top.
        item: Category or model.
        x_m: Place along the top's own x axis; None: any. It is cut to the top.
        y_m: Place along its y axis, towards the back; None: any.
        turn: Turn against the support; None: devices face the front, other things any way within 60 degrees.
    """
    if support.model.support_m is None:
        return None
    model = f.model(item)
    x1, y1, x2, y2, z = support.model.support_m
    steady = model.category in FACING
    for _ in range(TRIES if x_m is None or y_m is None else 1):
        yaw = turn if turn is not None else f.uniform(-0.12, 0.12) if steady else f.uniform(-1.0, 1.0)
        c, s = abs(math.cos(yaw)), abs(math.sin(yaw))
        half_x = (c * float(model.size_m[0]) + s * float(model.size_m[1])) / 2 + EDGE_M
        half_y = (s * float(model.size_m[0]) + c * float(model.size_m[1])) / 2 + EDGE_M
        if model.category == "television":  # its feet are much narrower than its screen is deep and wide
            half_y = min(half_y, (y2 - y1) / 2)
        if 2 * half_x > x2 - x1 or 2 * half_y > y2 - y1:
            continue
        x = f.uniform(x1 + half_x, x2 - half_x) if x_m is None else float(np.clip(x_m, x1 + half_x, x2 - half_x))
        y = f.uniform(y1 + half_y, y2 - half_y) if y_m is None else float(np.clip(y_m, y1 + half_y, y2 - half_y))
        placed = Placed(model, *support.at(x, y), support.z + z, support.yaw + yaw)
        if f.fits(placed.block.grown(0.01), in_zone=True):
            f.placed.append(placed)
            return placed
    return None


def scatter(f: Furnishing, support: Placed | None, items: Sequence[str]) -> list[Placed]:
    """Put several things on one top where they fit."""
    if support is None:
        return []
    return [p for item in items if (p := put(f, support, item))]


def workplace(f: Furnishing, desk: Placed) -> None:
    """Equip a desk: laptop or monitor with keyboard, lamp in a corner, small things."""
    half_x = desk.block.half_x
    side = 1.0 if f.chance(0.5) else -1.0
    if f.chance(0.5):
        put(f, desk, "laptop", x_m=f.uniform(-0.1, 0.1), y_m=-0.03, turn=f.uniform(-0.15, 0.15))
    else:
        if f.chance(0.3) and half_x > 0.65:
            put(f, desk, "monitor", x_m=-0.3, y_m=0.1, turn=-0.12)
            put(f, desk, "monitor", x_m=0.3, y_m=0.1, turn=0.12)
        else:
            put(f, desk, "monitor", x_m=f.uniform(-0.1, 0.1), y_m=0.1, turn=f.uniform(-0.1, 0.1))
        put(f, desk, "keyboard", x_m=f.uniform(-0.05, 0.05), y_m=-0.2, turn=f.uniform(-0.06, 0.06))
    if f.chance(0.75):
        put(f, desk, "table lamp", x_m=side * half_x, y_m=0.2)
    scatter(f, desk, f.some(("cup", "book", "book", "bottle", "radio", "vase"), 1, 4) if f.optional(1.2) else [])
