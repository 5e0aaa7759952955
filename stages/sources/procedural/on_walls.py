"""What hangs on walls and ceilings: windows and doors first, then pictures, clocks, mirrors, curtains, lamps."""

from __future__ import annotations

import math

import numpy as np

from stages.sources.procedural.furnishing import Furnishing, Item
from stages.sources.procedural.on_floor import TRIES, backed, keep_door_free
from stages.sources.procedural.placed import Block, Placed
from stages.sources.procedural.shell import Opening

RECESS_M = 0.105  # window frames sit this deep in the wall
HANG_M = 0.001


def door(f: Furnishing, wall: int) -> Placed | None:
    """Hang a door in a wall, usually near one of its ends."""
    model = f.model("door")
    length, half = f.room.walls[wall].length_m, float(model.size_m[0]) / 2
    for _ in range(TRIES):
        s = (
            f.uniform(half + 0.12, half + 0.6)
            if f.chance(0.7)
            else f.uniform(half + 0.1, max(half + 0.1, length - half))
        )
        s = s if f.chance(0.5) else length - s
        if not half + 0.08 <= s <= length - half - 0.08:
            continue
        placed = f.add(backed(model, f.room.walls[wall], s, 0.0, HANG_M))
        if placed:
            f.skirting_gaps.append(Opening(wall, s - half, s + half, 0.0, 2.0))
            keep_door_free(f, placed)
            return placed
    return None


def windows(f: Furnishing, wall: int, count: int) -> list[Placed]:
    """Set windows of one kind into a wall, evenly spaced, each in an opening of its own."""
    model = f.model("window")
    length, (width, _, height) = f.room.walls[wall].length_m, (float(s) for s in model.size_m)
    count = min(count, int((length - 0.3) / (width + 0.25)))
    low = f.uniform(0.86, 0.98)
    done = []
    for k in range(count):
        s = length * (k + 0.5) / count + (f.uniform(-0.15, 0.15) if count == 1 else 0.0)
        placed = backed(model, f.room.walls[wall], s, low, -RECESS_M)
        cut = Opening(wall, s - width / 2 + 0.05, s + width / 2 - 0.05, low + 0.05, low + height)
        if (
            any(placed.block.grown(0.15).touches(p.block) for p in f.placed)
            or cut.s1_m < 0.1
            or cut.s2_m > length - 0.1
        ):
            continue
        f.placed.append(placed)
        f.openings.append(cut)
        done.append(placed)
    return done


def curtain(f: Furnishing, window: Placed, item: Item) -> Placed | None:
    """Hang curtains before a window."""
    model = f.model(item)
    height, width = float(model.size_m[2]), float(model.size_m[0])
    low = max(0.02, window.block.high + 0.14 - height)
    if low + height > f.room.height_m - 0.02 or width < float(window.model.size_m[0]) + 0.1:
        return None
    depth = float(model.size_m[1])
    x, y = window.at(0.0, window.block.half_y - RECESS_M - depth / 2 - HANG_M)
    return f.add(Placed(model, x, y, low, window.yaw), in_zone=True, touching=[window])


def under(f: Furnishing, window: Placed, item: Item) -> Placed | None:
    """Stand something under a window, such as a radiator."""
    model = f.model(item)
    x, y = window.at(0.0, window.block.half_y - RECESS_M - float(model.size_m[1]) / 2 - 0.04)
    return f.add(Placed(model, x, y, 0.0, window.yaw))


def on_wall(
    f: Furnishing, item: Item, low_m: float, above: Placed | None = None, aside_m: float = 0.0
) -> Placed | None:
    """Hang something so that its lower edge is at `low_m`: above something that stands at a wall, or anywhere free."""
    model = f.model(item)
    half = float(model.size_m[0]) / 2
    for k in f.walls():
        wall = f.room.walls[k]
        if above is not None and float(wall.inward @ above.front) < 0.99:
            continue
        for _ in range(TRIES if above is None else 1):
            if above is None:
                s = f.uniform(half + 0.15, max(half + 0.15, wall.length_m - half - 0.15))
            else:
                offset = np.array([above.x, above.y]) - wall.start
                s = float(offset @ wall.along) + aside_m
                if float(offset @ wall.inward) > 1.2:  # another wall that faces the same way
                    break
            placed = backed(model, wall, s, low_m, HANG_M)
            in_room = half < s < wall.length_m - half and placed.block.high < f.room.height_m - 0.05
            if in_room and _hangs_free(f, placed):
                f.placed.append(placed)
                return placed
    return None


def _hangs_free(f: Furnishing, placed: Placed) -> bool:
    """Tell whether something on a wall is free of other things and not hidden right behind one."""
    block = placed.block.grown(0.08)
    x, y = placed.at(0.0, -0.25)
    before = Block(x, y, block.half_x, block.half_y + 0.25, block.yaw, block.low, block.high)
    return not any(before.touches(p.block) for p in f.placed)


def picture_group(f: Furnishing, above: Placed | None, count: int, low_m: float) -> list[Placed]:
    """Hang pictures side by side over something, or one by one where there is room."""
    if above is None:
        return [p for _ in range(count) if (p := on_wall(f, "picture", low_m + f.uniform(-0.1, 0.15)))]
    models = [f.model("picture") for _ in range(count)]
    total = sum(float(m.size_m[0]) for m in models) + 0.12 * (count - 1)
    s, done = -total / 2, []
    tallest = max(float(m.size_m[2]) for m in models)
    for model in models:
        width, _, height = (float(v) for v in model.size_m)
        placed = on_wall(f, model, low_m + (tallest - height) / 2, above, s + width / 2)
        s += width + 0.12
        if placed:
            done.append(placed)
    return done


def from_ceiling(f: Furnishing, item: Item, x: float, y: float) -> Placed | None:
    """Hang something from the ceiling; at least 1.85 m stay free below it unless it hangs over a table."""
    model = f.model(item)
    low = f.room.height_m - float(model.size_m[2]) - HANG_M
    placed = Placed(model, x, y, low, f.uniform(-math.pi, math.pi))
    if low < 1.75 or any(placed.block.touches(p.block) for p in f.placed):
        return None
    f.placed.append(placed)
    return placed
