"""Bedroom and children's room."""

from __future__ import annotations

from stages.sources.procedural.furnishing import Furnishing
from stages.sources.procedural.kinds.common import books, desk_group, greenery, oddments, reading_corner, wall_decor
from stages.sources.procedural.on_floor import against_wall, beside, in_front, loose, rug
from stages.sources.procedural.on_things import put, scatter
from stages.sources.procedural.on_walls import on_wall, picture_group
from stages.sources.procedural.placed import Placed


def bedroom(f: Furnishing) -> None:
    """Furnish round a bed with nightstands."""
    bed = against_wall(f, "bed", "middle", f.walls(longest_first=True), clear_m=0.7)
    if bed:
        _nightstands(f, bed)
        if f.chance(0.5):
            rug(f, *bed.at(0.0, -0.5), bed.yaw)
        if f.chance(0.45):
            in_front(f, bed, "bench", 0.08)
        if f.chance(0.8):
            picture_group(f, bed, int(f.rng.integers(1, 3)), f.uniform(1.4, 1.55))
    against_wall(f, "wardrobe", "corner" if f.chance(0.6) else "any", clear_m=0.7)
    dresser = against_wall(f, "dresser", clear_m=0.6)
    if dresser:
        scatter(f, dresser, f.some(("vase", "book", "candle", "table lamp", "bottle", "radio"), 2, 4))
        on_wall(f, "mirror", dresser.block.high + f.uniform(0.12, 0.25), dresser)
    if f.chance(0.55):
        reading_corner(f)
    if f.chance(0.4):
        desk = against_wall(f, "desk", clear_m=0.8)
        if desk:
            desk_group(f, desk)
    if f.chance(0.4):
        books(f, 1)
    greenery(f, int(f.rng.integers(1, 3)))
    wall_decor(f, int(f.rng.integers(1, 4)))
    oddments(f, ("suitcase", "backpack", "basket", "box", "stool", "fan", "teddy bear", "guitar"), 1, 3)


def _nightstands(f: Furnishing, bed: Placed) -> None:
    """Stand the same nightstand on both sides of a bed, or on one, with a lamp each and something small."""
    stand, lamp = f.model("nightstand"), f.model("table lamp")
    for side in (-1, 1):
        placed = beside(f, bed, stand, side, f.uniform(0.05, 0.12)) if f.chance(0.9) else None
        if placed:
            put(f, placed, lamp, x_m=0.0, y_m=0.1)
            scatter(f, placed, f.some(("book", "cup", "bottle", "candle"), 0, 1))


def childrens_room(f: Furnishing) -> None:
    """Furnish with a bed, a desk, shelves and toys on the floor."""
    kind = f.some(("bunk bed", "bed", "crib", "bunk bed"), 1, 1)[0]
    bed = against_wall(f, kind, "corner" if kind != "bed" else "any", clear_m=0.6)
    desk = against_wall(f, "desk", clear_m=0.9)
    if desk:
        desk_group(f, desk)
    books(f, 1)
    chest = against_wall(f, "dresser", clear_m=0.6)
    if chest:
        scatter(f, chest, f.some(("teddy bear", "table lamp", "radio", "toy car", "book", "ball"), 2, 4))
    mat = rug(f, *((f.room.rectangles[0][2] / 2, f.room.rectangles[0][3] / 2)), 0.0) if f.chance(0.8) else None
    near = mat or bed
    if f.chance(0.4):
        loose(f, "rocking horse", near, 1.6)
    toys = ("teddy bear", "teddy bear", "ball", "ball", "toy car", "toy car", "drum", "cushion", "book", "box")
    for item in f.some(toys, 3, 7):
        loose(f, item, near if f.chance(0.7) else None, 1.4)
    greenery(f, int(f.rng.integers(0, 2)))
    wall_decor(f, int(f.rng.integers(2, 4)))
    oddments(f, ("basket", "backpack", "guitar", "box", "stool", "trash can", "suitcase"), 1, 2)
