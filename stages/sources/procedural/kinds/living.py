"""Living room, dining room, studio."""

from __future__ import annotations

from stages.sources.procedural.furnishing import Furnishing
from stages.sources.procedural.kinds.common import (
    ON_TABLES,
    books,
    desk_group,
    dining_group,
    greenery,
    oddments,
    reading_corner,
    seating_group,
    wall_decor,
)
from stages.sources.procedural.on_floor import against_wall, around, middle, rug
from stages.sources.procedural.on_things import scatter
from stages.sources.procedural.on_walls import from_ceiling, picture_group
from stages.sources.procedural.placed import Placed


def living_room(f: Furnishing) -> None:
    """Furnish round a sofa that faces a television or a fireplace."""
    sofa = against_wall(f, "sofa", "middle", f.walls(longest_first=True), clear_m=1.5)
    if sofa:
        seating_group(f, sofa)
    if f.room.area_m2 > 21 and f.chance(0.6):
        table = middle(f, "dining table", 0.6, spread=0.5)
        if table:
            _dine(f, table)
    if f.chance(0.3):
        hearth = against_wall(f, "fireplace", "middle", clear_m=0.8)
        scatter(f, hearth, f.some(("vase", "candle", "candle", "book"), 2, 3))
    books(f, int(f.rng.integers(1, 3)))
    if f.chance(0.5):
        _sideboard(f)
    if f.chance(0.35):
        reading_corner(f)
    greenery(f, int(f.rng.integers(1, 3)))
    wall_decor(f, int(f.rng.integers(1, 4)))
    oddments(f, ("basket", "guitar", "ball", "teddy bear", "box", "trash can", "fan", "backpack", "speaker"), 1, 3)


def _sideboard(f: Furnishing) -> Placed | None:
    board = against_wall(f, f.some(("cabinet", "dresser"), 1, 1)[0], clear_m=0.6)
    if board:
        scatter(f, board, f.some((*ON_TABLES, "table lamp", "radio"), 2, 4))
        if f.chance(0.6):
            picture_group(f, board, int(f.rng.integers(1, 3)), f.uniform(1.35, 1.5))
    return board


def dining_room(f: Furnishing) -> None:
    """Furnish round a dining table with chairs."""
    table = middle(f, "dining table", 0.75)
    if table:
        _dine(f, table)
    for _ in range(int(f.rng.integers(1, 3))):
        _sideboard(f)
    if f.chance(0.4):
        books(f, 1)
    greenery(f, int(f.rng.integers(1, 3)))
    if f.chance(0.4):
        against_wall(f, "floor lamp", "corner", clear_m=0.1)
    wall_decor(f, int(f.rng.integers(1, 4)))
    oddments(f, ("basket", "stool", "box", "trash can", "chair", "bench"), 0, 2)


def _dine(f: Furnishing, table: Placed) -> None:
    if f.chance(0.35):
        rug(f, table.x, table.y, table.yaw)
    around(f, table, "chair", int(f.rng.choice([3, 4, 4, 5, 6, 6])), f.uniform(0.1, 0.16))
    dining_group(f, table, 2, 4)
    from_ceiling(f, "ceiling lamp", table.x, table.y)


def studio(f: Furnishing) -> None:
    """Furnish one room for everything: sofa corner, dining table, desk."""
    sofa = against_wall(f, "sofa", "middle", f.walls(longest_first=True), clear_m=1.5)
    if sofa:
        seating_group(f, sofa)
    table = middle(f, "dining table", 0.6, spread=0.5)
    if table:
        _dine(f, table)
    desk = against_wall(f, "desk", clear_m=0.9)
    if desk:
        desk_group(f, desk)
    books(f, int(f.rng.integers(1, 3)))
    greenery(f, 2)
    wall_decor(f, int(f.rng.integers(2, 4)))
    oddments(f, ("bicycle", "guitar", "backpack", "box", "suitcase", "ladder", "trash can"), 1, 3)
