"""Where things stand on the floor. Every function returns what it placed, or None where it did not fit."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from stages.sources.procedural.furnishing import Furnishing, Item
from stages.sources.procedural.furniture.model import Model
from stages.sources.procedural.placed import Block, Placed, facing
from stages.sources.procedural.shell import Wall

GAP_M = 0.022  # furniture stands this far off the wall, clear of the skirting
TRIES = 14
REAR = math.pi


def backed(model: Model, wall: Wall, s_m: float, low_m: float = 0.0, gap_m: float = GAP_M) -> Placed:
    """Return a model with its back to a wall, without asking whether it fits."""
    x, y = wall.at(s_m, float(model.size_m[1]) / 2 + gap_m)
    return Placed(model, float(x), float(y), low_m, facing(wall.inward))


def against_wall(
    f: Furnishing, item: Item, where: str = "any", walls: Sequence[int] | None = None, clear_m: float = 0.5
) -> Placed | None:
    """Stand something with its back to a wall.

    Args:
        f: The room.
        item: Category or model.
        where: `any`, `middle` or `corner` of the wall.
        walls: Walls to try in this order; None: all.
        clear_m: Floor in front of it that must be free and stays free.
    """
    model = f.model(item)
    for k in f.walls() if walls is None else walls:
        wall = f.room.walls[k]
        for s in _spots(f, wall.length_m, float(model.size_m[0]) / 2 + GAP_M, where):
            placed = backed(model, wall, s)
            front = Placed(model, *placed.at(0.0, -clear_m), 0.0, placed.yaw)
            if f.fits(placed.block) and f.fits(front.block, in_zone=True) and f.add(placed):
                f.keep_front_free(placed, clear_m)
                return placed
    return None


def _spots(f: Furnishing, length_m: float, half_m: float, where: str) -> list[float]:
    low, high = half_m, length_m - half_m
    if high < low:
        return []
    middle = (low + high) / 2
    if where == "middle":
        reach = min(0.8, (high - low) / 2)
        return [middle, *(middle + reach * f.uniform(-1, 1) for _ in range(TRIES))]
    if where == "corner":
        return [low, high] if f.chance(0.5) else [high, low]
    return [f.uniform(low, high) for _ in range(TRIES)]


def beside(f: Furnishing, of: Placed, item: Item, side: int, gap_m: float = 0.06) -> Placed | None:
    """Stand something next to something else with its back in line; `side` 1 is local +x, -1 local -x."""
    model = f.model(item)
    x = side * (of.block.half_x + gap_m + float(model.size_m[0]) / 2)
    back = of.block.half_y - float(model.size_m[1]) / 2
    return f.add(Placed(model, *of.at(x, back), 0.0, of.yaw), in_zone=True)


def in_front(f: Furnishing, of: Placed, item: Item, gap_m: float, turned: float = 0.0) -> Placed | None:
    """Stand something in front of something else, facing the same way but for `turned` radians."""
    model = f.model(item)
    y = -(of.block.half_y + gap_m + float(model.size_m[1]) / 2)
    return f.add(Placed(model, *of.at(0.0, y), 0.0, of.yaw + turned), in_zone=True)


def opposite(f: Furnishing, of: Placed, item: Item) -> Placed | None:
    """Stand something against the wall that something else faces, as nearly in front of it as it fits."""
    model = f.model(item)
    half = float(model.size_m[0]) / 2 + GAP_M
    for wall in f.room.walls:
        middle = float((np.array([of.x, of.y]) - wall.start) @ wall.along)
        if float(wall.inward @ of.front) > -0.99:
            continue
        for s in (middle + sign * step for step in np.linspace(0, 1.2, 9) for sign in (1, -1)):
            if half <= s <= wall.length_m - half:
                placed = f.add(backed(model, wall, float(s)))
                if placed:
                    f.keep_front_free(placed, 0.4)
                    return placed
    return None


def middle(f: Furnishing, item: Item, clear_m: float, spread: float = 0.15) -> Placed | None:
    """Stand something away from walls with free floor all round: near the middle of the room first, then anywhere.

    A category is built anew for each round of tries, so that a smaller one may fit where the first did not.
    """
    areas = sorted(f.room.rectangles, key=lambda r: -(r[2] - r[0]) * (r[3] - r[1]))
    for k in range(3 * TRIES):
        if k % TRIES == 0:
            model = f.model(item)
        x1, y1, x2, y2 = areas[0] if k < TRIES else areas[int(f.rng.integers(len(areas)))]
        reach = min(0.95, spread + 0.04 * k) / 2
        x = (x1 + x2) / 2 + f.uniform(-reach, reach) * (x2 - x1)
        y = (y1 + y2) / 2 + f.uniform(-reach, reach) * (y2 - y1)
        turned = 0.0 if (x2 - x1 > y2 - y1) != f.chance(0.15 + 0.01 * k) else math.pi / 2
        placed = Placed(model, x, y, 0.0, turned)
        if f.fits(placed.block.grown(clear_m), in_zone=True) and f.add(placed):
            return placed
    return None


def loose(
    f: Furnishing, item: Item, near: Placed | None = None, reach_m: float = 1.2, clear_m: float = 0.06
) -> Placed | None:
    """Leave something on the floor, turned any way; near something else if given."""
    model = f.model(item)
    low, high = np.min(f.room.outline_w, axis=0), np.max(f.room.outline_w, axis=0)
    for _ in range(TRIES):
        if near is None:
            x, y = f.uniform(low[0], high[0]), f.uniform(low[1], high[1])
        else:
            x, y = near.x + f.uniform(-reach_m, reach_m), near.y + f.uniform(-reach_m, reach_m)
        placed = Placed(model, x, y, 0.0, f.uniform(-math.pi, math.pi))
        if f.fits(placed.block.grown(clear_m)) and f.add(placed):
            return placed
    return None


def turned_to(f: Furnishing, item: Item, target: Placed, bearing: float, gap_m: float) -> Placed | None:
    """Stand something that looks at something else, off its origin by a bearing (0: in front of it, left positive)."""
    model = f.model(item)
    way = target.yaw - math.pi / 2 + bearing
    reach = gap_m + float(np.hypot(*target.model.size_m[:2])) / 2 * 0.85 + float(model.size_m[1]) / 2
    x, y = target.x + reach * math.cos(way), target.y + reach * math.sin(way)
    yaw = facing(np.array([target.x - x, target.y - y])) + f.uniform(-0.2, 0.2)
    return f.add(Placed(model, x, y, 0.0, yaw), in_zone=True)


def rug(f: Furnishing, x: float, y: float, yaw: float, item: Item = "rug") -> Placed | None:
    """Lay a rug, drawn towards the middle of the room as far as it takes to lie inside."""
    model = f.model(item)
    x1, y1, x2, y2 = f.room.rectangles[0]
    for share in np.linspace(0, 1, 9):
        placed = Placed(model, x + share * ((x1 + x2) / 2 - x), y + share * ((y1 + y2) / 2 - y), 0.0, yaw)
        overlaps = any(p.model.placement == "rug" and p.block.touches(placed.block) for p in f.placed)
        if f.room.holds(placed.block.grown(0.03)) and not overlaps:
            f.placed.append(placed)
            return placed
    return None


def around(f: Furnishing, table: Placed, item: Item, count: int, tuck_m: float) -> list[Placed]:
    """Stand seats of one kind round a table, pushed under it by `tuck_m`, each turned a little."""
    model = f.model(item)
    width, depth = float(model.size_m[0]), float(model.size_m[1])
    half_x, half_y = table.block.half_x, table.block.half_y
    per_side = 2 if half_x > 1.05 * width + 0.1 else 1
    across = [(k - (per_side - 1) / 2) * 1.1 * half_x for k in range(per_side)]
    reach_y, reach_x = half_y + depth / 2 - tuck_m, half_x + depth / 2 - tuck_m
    slots = [(x, -reach_y, REAR) for x in across] + [(x, reach_y, 0.0) for x in across]
    slots += [(reach_x, 0.0, -math.pi / 2), (-reach_x, 0.0, math.pi / 2)]
    order = range(len(slots)) if count >= len(slots) else _balanced(f, per_side, count)
    seats: list[Placed] = []
    for k in order:
        x, y, yaw = slots[k]
        pulled = f.uniform(0.0, 0.06) + (f.uniform(0.15, 0.35) if f.optional(0.15) else 0.0)
        x, y = x * (1 + pulled / max(abs(x) + abs(y), 0.1)), y * (1 + pulled / max(abs(x) + abs(y), 0.1))
        seat = Placed(model, *table.at(x, y), 0.0, table.yaw + yaw + f.uniform(-0.13, 0.13))
        if f.add(seat, in_zone=True, touching=[table]):
            seats.append(seat)
    return seats


def _balanced(f: Furnishing, per_side: int, count: int) -> list[int]:
    """Choose slots: the long sides first, opposite each other."""
    sides = [k for pair in zip(range(per_side), range(per_side, 2 * per_side), strict=True) for k in pair]
    ends = [2 * per_side, 2 * per_side + 1] if f.chance(0.5) else [2 * per_side + 1, 2 * per_side]
    return (sides + ends)[:count]


def row(f: Furnishing, items: Sequence[Item], walls: Sequence[int], gap_m: float = 0.01) -> list[Placed]:
    """Stand things side by side along one wall, from a corner on; what does not fit is left out."""
    models = [f.model(item) for item in items]
    best: list[Placed] = []
    for k in walls:
        wall = f.room.walls[k]
        from_start = f.chance(0.5)
        s, done = GAP_M, list[Placed]()
        for model in models:
            half = float(model.size_m[0]) / 2
            placed = backed(model, wall, s + half if from_start else wall.length_m - s - half)
            if s + 2 * half < wall.length_m and f.fits(placed.block):
                done.append(placed)
                s += 2 * half + gap_m
            elif done:
                s += 0.25  # a window or radiator is in the way: go on behind it
        if len(done) > len(best):
            best = done
        if len(best) == len(models):
            break
    for placed in best:
        f.placed.append(placed)
        f.keep_front_free(placed, 0.7)
    return best


def keep_door_free(f: Furnishing, door: Placed) -> None:
    """Reserve the floor that the door swings over."""
    x, y = door.at(0.0, -0.5)
    f.keep_free(Block(x, y, door.block.half_x, 0.5, door.yaw, 0.0, 2.0))
