"""Office."""

from __future__ import annotations

from stages.sources.procedural.furnishing import Furnishing
from stages.sources.procedural.kinds.common import books, desk_group, greenery, oddments, reading_corner, wall_decor
from stages.sources.procedural.on_floor import against_wall, beside, rug
from stages.sources.procedural.on_things import scatter
from stages.sources.procedural.on_walls import on_wall


def office(f: Furnishing) -> None:
    """Furnish with one to three desks and shelves."""
    for _ in range(int(f.rng.integers(1, 4))):
        desk = against_wall(f, "desk", "any", f.walls(longest_first=f.chance(0.5)), clear_m=1.0)
        if not desk:
            continue
        desk_group(f, desk)
        if f.chance(0.5):
            on_wall(f, "shelf", f.uniform(1.35, 1.5), desk)
        if f.chance(0.5):
            beside(f, desk, "trash can", 1 if f.chance(0.5) else -1, 0.08)
    books(f, int(f.rng.integers(1, 4)))
    cabinet = against_wall(f, "cabinet", clear_m=0.6)
    scatter(f, cabinet, f.some(("book", "book", "coffee maker", "radio", "vase", "table lamp"), 2, 4))
    if f.chance(0.4):
        reading_corner(f)
    if f.chance(0.4):
        rug(f, f.room.rectangles[0][2] / 2, f.room.rectangles[0][3] / 2, 0.0)
    greenery(f, int(f.rng.integers(1, 3)))
    wall_decor(f, int(f.rng.integers(1, 3)))
    oddments(f, ("box", "box", "coat rack", "fan", "backpack", "ladder", "basket", "chair", "suitcase"), 1, 3)
