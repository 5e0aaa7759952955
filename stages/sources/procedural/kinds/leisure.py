"""Music room."""

from __future__ import annotations

from stages.sources.procedural.furnishing import Furnishing
from stages.sources.procedural.kinds.common import books, facing_stool, greenery, oddments, reading_corner, wall_decor
from stages.sources.procedural.on_floor import against_wall, beside, loose, rug
from stages.sources.procedural.on_things import scatter


def music_room(f: Furnishing) -> None:
    """Furnish with a piano and other instruments."""
    piano = against_wall(f, "piano", "middle", f.walls(longest_first=True), clear_m=1.0)
    if piano:
        facing_stool(f, piano, "stool", f.uniform(0.08, 0.2))
    stand = against_wall(f, "cabinet" if f.chance(0.5) else "tv stand", clear_m=0.5)
    if stand:
        scatter(f, stand, f.some(("radio", "book", "vase", "table lamp"), 1, 3))
        speaker = f.model("speaker")
        for side in (-1, 1):
            beside(f, stand, speaker, side, 0.12)
    mat = rug(f, f.room.rectangles[0][2] / 2, f.room.rectangles[0][3] / 2, 0.0) if f.chance(0.8) else None
    for item in f.some(("drum", "drum", "guitar", "guitar", "stool", "chair", "chair"), 3, 6):
        loose(f, item, mat, 1.8, 0.1)
    books(f, int(f.rng.integers(1, 3)))
    if f.chance(0.6):
        reading_corner(f)
    greenery(f, int(f.rng.integers(1, 3)))
    wall_decor(f, int(f.rng.integers(2, 4)))
    oddments(f, ("box", "basket", "backpack", "fan", "floor lamp", "suitcase"), 1, 2)
