"""Kinds of rooms: how large they are, what their surfaces are made of, and how they are furnished. One row per kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stages.sources.procedural.furnishing import Furnishing
from stages.sources.procedural.kinds import leisure, living, service, sleeping, working


@dataclass(frozen=True)
class Kind:
    """A kind of room; sizes are ranges in metres, `share` is how often it is made compared with the others."""

    furnish: Callable[[Furnishing], None]
    share: float
    width_m: tuple[float, float]
    depth_m: tuple[float, float]
    l_share: float
    floors: tuple[str, ...]
    walls: tuple[str, ...]


WOODEN = ("oak planks", "walnut planks", "pale planks", "herringbone")
SOFT = (*WOODEN, "oak planks", "beige carpet", "grey carpet")
STONE = ("white tiles", "grey tiles", "terracotta tiles", "slate tiles", "checker tiles", "terrazzo")
PAINTED = ("plain", "plain", "plain", "accent", "wallpaper", "stripes")

KINDS: dict[str, Kind] = {
    "living room": Kind(living.living_room, 1.6, (4.2, 5.8), (4.2, 5.8), 0.3, WOODEN, (*PAINTED, "bricks")),
    "bedroom": Kind(sleeping.bedroom, 1.3, (3.6, 5.0), (3.6, 5.0), 0.2, SOFT, PAINTED),
    "dining room": Kind(living.dining_room, 1.2, (3.8, 5.2), (3.8, 5.4), 0.15, WOODEN, PAINTED),
    "kitchen": Kind(
        service.kitchen, 1.1, (3.8, 5.2), (3.8, 5.2), 0.15, (*STONE, "oak planks"), ("plain", "tiled", "tiled")
    ),
    "office": Kind(working.office, 1.2, (3.6, 5.4), (3.6, 5.2), 0.25, SOFT, ("plain", "accent", "plain")),
    "bathroom": Kind(service.bathroom, 0.7, (2.5, 3.4), (2.7, 3.6), 0.0, STONE, ("tiled", "tiled", "plain")),
    "children's room": Kind(sleeping.childrens_room, 1.1, (3.6, 4.8), (3.6, 4.8), 0.2, SOFT, (*PAINTED, "dots")),
    "hallway": Kind(service.hallway, 0.6, (2.6, 3.4), (4.0, 5.6), 0.3, (*WOODEN, *STONE), PAINTED),
    "music room": Kind(leisure.music_room, 0.7, (4.0, 5.4), (4.0, 5.4), 0.2, WOODEN, PAINTED),
    "studio": Kind(living.studio, 0.7, (5.0, 6.4), (4.6, 6.0), 0.4, WOODEN, (*PAINTED, "bricks")),
}
