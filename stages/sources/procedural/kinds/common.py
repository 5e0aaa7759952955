"""Steps that several kinds of rooms share."""

from __future__ import annotations

import math

from stages.sources.procedural.furnishing import Furnishing
from stages.sources.procedural.on_floor import against_wall, beside, in_front, loose, opposite, rug, turned_to
from stages.sources.procedural.on_things import put, scatter, workplace
from stages.sources.procedural.on_walls import on_wall, picture_group
from stages.sources.procedural.placed import Placed

ON_TABLES = ("book", "book", "vase", "bowl", "candle", "cup", "cup", "bottle")


def seating_group(f: Furnishing, sofa: Placed) -> None:
    """Complete a sofa: coffee table on a rug, television opposite, armchairs at the sides, pictures above."""
    table = in_front(f, sofa, "coffee table", f.uniform(0.34, 0.48))
    if table and f.chance(0.75):
        rug(f, table.x, table.y, sofa.yaw)
    if table:
        scatter(f, table, f.some(ON_TABLES, 1, 3))
        for side in (-1, 1):
            if f.chance(0.55):
                turned_to(f, "armchair", table, side * f.uniform(1.2, 1.65), 0.5)
    stand = opposite(f, sofa, "tv stand")
    if stand:
        put(f, stand, "television", x_m=0.0, y_m=0.05, turn=0.0)
        if f.chance(0.4):
            speaker = f.model("speaker")
            for side in (-1, 1):
                beside(f, stand, speaker, side, 0.12)
        scatter(f, stand, f.some(("vase", "book", "radio"), 0, 1))
    if f.chance(0.6):
        beside(f, sofa, "floor lamp", 1 if f.chance(0.5) else -1, 0.1)
    if f.chance(0.8):
        picture_group(f, sofa, int(f.rng.integers(1, 4)), f.uniform(1.3, 1.45))


def dining_group(f: Furnishing, table: Placed, low: int, high: int) -> list[Placed]:
    """Lay a dining table and return the things on it."""
    laid = [p for item in f.some(("vase", "bowl", "candle"), 1, 1) if (p := put(f, table, item, 0.0, 0.0))]
    cup = f.model("cup")
    for _ in range(int(f.rng.integers(low, high + 1))):
        placed = put(f, table, cup if f.chance(0.7) else f.some(("bottle", "bowl", "book", "candle"), 1, 1)[0])
        laid += [placed] if placed else []
    return laid


def books(f: Furnishing, count: int) -> list[Placed]:
    """Stand bookshelves against walls."""
    return [
        p
        for _ in range(count)
        if (p := against_wall(f, "bookshelf", "corner" if f.chance(0.4) else "any", clear_m=0.5))
    ]


def greenery(f: Furnishing, count: int) -> None:
    """Stand plants into corners or along walls."""
    for _ in range(count):
        against_wall(f, "plant", "corner" if f.chance(0.75) else "any", clear_m=0.1)


def wall_decor(f: Furnishing, pictures: int) -> None:
    """Hang pictures, perhaps a clock, on what is left of the walls."""
    hung = sum(p.model.category == "picture" for p in f.placed)
    picture_group(f, None, max(0, min(pictures, 4 - hung)), 1.3)
    if f.chance(0.5):
        on_wall(f, "clock", f.uniform(1.7, 1.95))


def oddments(f: Furnishing, items: tuple[str, ...], low: int, high: int) -> None:
    """Leave a few things on the floor: some at walls, some anywhere."""
    for item in f.some(items, low, high):
        if f.chance(0.45):
            against_wall(f, item, "any", clear_m=0.05)
        else:
            loose(f, item)


def reading_corner(f: Furnishing) -> None:
    """Stand an armchair askew into a corner with a lamp or a plant beside it."""
    chair = against_wall(f, "armchair", "corner", clear_m=0.6)
    if chair:
        for side in (-1, 1):
            if beside(f, chair, f.some(("floor lamp", "plant", "stool"), 1, 1)[0], side, 0.08):
                break


def facing_stool(f: Furnishing, of: Placed, item: str, gap_m: float) -> Placed | None:
    """Stand a seat in front of something, turned to it."""
    return in_front(f, of, item, gap_m, math.pi + f.uniform(-0.25, 0.25))


def desk_group(f: Furnishing, desk: Placed) -> None:
    """Equip a desk and stand a chair at it."""
    workplace(f, desk)
    item = "office chair" if f.chance(0.7) else "chair"
    chair = f.model(item)
    gap = f.uniform(-0.1, 0.12)
    y = -(desk.block.half_y + gap + float(chair.size_m[1]) / 2)
    yaw = desk.yaw + math.pi + f.uniform(-0.5, 0.5)
    f.add(Placed(chair, *desk.at(f.uniform(-0.1, 0.1), y), 0.0, yaw), in_zone=True, touching=[desk])
