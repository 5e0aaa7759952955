"""Kitchen, bathroom, hallway."""

from __future__ import annotations

from stages.sources.procedural.furnishing import Furnishing
from stages.sources.procedural.kinds.common import dining_group, greenery, oddments, wall_decor
from stages.sources.procedural.on_floor import against_wall, around, beside, middle, row, rug
from stages.sources.procedural.on_things import scatter
from stages.sources.procedural.on_walls import from_ceiling, on_wall, picture_group

APPLIANCES = ("microwave", "toaster", "coffee maker", "kettle", "pot", "bowl", "bottle", "cup", "pineapple", "radio")


def kitchen(f: Furnishing) -> None:
    """Furnish with a row of units along a wall and a table to eat at."""
    units = ["refrigerator", "cabinet", "stove", "cabinet"]
    if f.chance(0.6):
        units.insert(2, "washing machine")
    done = row(f, units if f.chance(0.6) else units[::-1], f.walls(longest_first=True))
    for placed in done:
        if placed.model.category in {"cabinet", "washing machine"}:
            scatter(f, placed, f.some(APPLIANCES, 2, 4))
            if f.chance(0.55):
                on_wall(f, "shelf", f.uniform(1.4, 1.5), placed)
    table = middle(f, "dining table", 0.55, spread=0.3)
    if table:
        around(f, table, "chair" if f.chance(0.8) else "stool", int(f.rng.choice([2, 3, 4, 4])), 0.12)
        dining_group(f, table, 1, 4)
        from_ceiling(f, "ceiling lamp", table.x, table.y)
    if not any(p.model.category == "refrigerator" for p in done):
        against_wall(f, "refrigerator", "corner", clear_m=0.6)
    if f.chance(0.6):
        sideboard = against_wall(f, f.some(("cabinet", "cabinet", "dresser"), 1, 1)[0], clear_m=0.5)
        scatter(f, sideboard, f.some(APPLIANCES, 2, 4))
    against_wall(f, "trash can", clear_m=0.1)
    greenery(f, int(f.rng.integers(0, 2)))
    wall_decor(f, int(f.rng.integers(1, 3)))
    oddments(f, ("basket", "stool", "box", "ladder", "chair", "bench"), 1, 3)


def bathroom(f: Furnishing) -> None:
    """Furnish with tub, toilet, basin and what goes with them."""
    against_wall(f, "bathtub", "corner", f.walls(longest_first=True), clear_m=0.5)
    sink = against_wall(f, "sink", clear_m=0.6)
    if sink:
        on_wall(f, "mirror", max(1.12, sink.block.high + 0.08), sink)
    against_wall(f, "toilet", clear_m=0.5)
    machine = against_wall(f, "washing machine", clear_m=0.6)
    if machine:
        scatter(f, machine, f.some(("bottle", "bottle", "bowl"), 1, 3))
        beside(f, machine, "basket", 1 if f.chance(0.5) else -1, 0.08)
    cabinet = against_wall(f, "cabinet" if f.chance(0.5) else "nightstand", clear_m=0.4)
    scatter(f, cabinet, f.some(("bottle", "bottle", "candle", "vase", "cup"), 1, 3))
    for _ in range(int(f.rng.integers(1, 3))):
        on_wall(f, "towel rail", f.uniform(0.85, 1.05))
    rug(f, f.room.rectangles[0][2] / 2, f.room.rectangles[0][3] / 2, 0.0)
    oddments(f, ("stool", "trash can", "plant", "basket", "stool"), 1, 3)
    wall_decor(f, int(f.rng.integers(0, 2)))


def hallway(f: Furnishing) -> None:
    """Furnish with what is needed for going out."""
    against_wall(f, "coat rack", "corner", clear_m=0.2)
    chest = against_wall(f, "dresser" if f.chance(0.6) else "cabinet", clear_m=0.6)
    if chest:
        scatter(f, chest, f.some(("vase", "table lamp", "book", "bowl", "candle"), 2, 3))
        if not on_wall(f, "mirror", chest.block.high + f.uniform(0.15, 0.3), chest):
            picture_group(f, chest, 2, 1.4)
    if f.chance(0.7):
        bench = against_wall(f, "bench", clear_m=0.5)
        if bench:
            picture_group(f, bench, int(f.rng.integers(1, 3)), 1.35)
    against_wall(f, "umbrella stand", clear_m=0.1)
    if f.chance(0.5):
        against_wall(f, "wardrobe", clear_m=0.6)
    if f.chance(0.6):
        seat = against_wall(f, f.some(("armchair", "chair", "stool"), 1, 1)[0], clear_m=0.4)
        if seat:
            beside(f, seat, "plant", 1 if f.chance(0.5) else -1, 0.08)
    if f.chance(0.6):
        rug(f, f.room.rectangles[0][2] / 2, f.room.rectangles[0][3] / 2, 0.0)
    greenery(f, int(f.rng.integers(0, 2)))
    wall_decor(f, int(f.rng.integers(2, 4)))
    oddments(f, ("suitcase", "suitcase", "backpack", "bicycle", "box", "ball", "ladder", "basket"), 2, 4)
