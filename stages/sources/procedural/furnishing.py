"""A room while it is being furnished: what stands where, which floor must stay free, and the room's own chance."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from stages.sources.procedural.furniture.model import Model
from stages.sources.procedural.placed import Block, Placed
from stages.sources.procedural.shell import Opening, Room

Item = str | Model
Build = Callable[[str], Model]


class Furnishing:
    """One room being furnished; `on_floor`, `on_walls` and `on_things` put things into it."""

    def __init__(self, room: Room, build: Build, rng: np.random.Generator, clutter: float) -> None:
        """Start with an empty room."""
        self.room, self.rng = room, rng
        self.placed: list[Placed] = []
        self.openings: list[Opening] = []
        self.skirting_gaps: list[Opening] = []
        self._build, self._clutter = build, clutter
        self._zones: list[Block] = []

    def chance(self, share: float) -> bool:
        """Return True in that share of cases."""
        return bool(self.rng.random() < share)

    def optional(self, share: float = 1.0) -> bool:
        """Return True in that share of cases times the clutter of the source."""
        return self.chance(share * self._clutter)

    def uniform(self, low: float, high: float) -> float:
        """Draw a number from a range."""
        return float(self.rng.uniform(low, high))

    def some(self, items: Sequence[str], low: int, high: int) -> list[str]:
        """Return `low` to `high` different items in random order."""
        count = min(len(items), int(self.rng.integers(low, high + 1)))
        return [items[int(i)] for i in self.rng.permutation(len(items))[:count]]

    def model(self, item: Item) -> Model:
        """Build a new model of a category; a model is returned as it is."""
        return self._build(item) if isinstance(item, str) else item

    def walls(self, longest_first: bool = False) -> list[int]:
        """Return the numbers of the walls in random order, or by length."""
        order = [int(k) for k in self.rng.permutation(len(self.room.walls))]
        return sorted(order, key=lambda k: -self.room.walls[k].length_m) if longest_first else order

    def fits(self, block: Block, in_zone: bool = False, touching: Sequence[Placed] = ()) -> bool:
        """Tell whether a block would stand free inside the room; `touching` may be touched, and rugs always."""
        if not self.room.holds(block):
            return False
        if not in_zone and any(block.touches(zone) for zone in self._zones):
            return False
        solid = (p for p in self.placed if p.model.placement != "rug" and not any(p is t for t in touching))
        return not any(block.touches(p.block) for p in solid)

    def keep_free(self, block: Block) -> None:
        """Reserve floor: nothing is placed there unless it says `in_zone`."""
        self._zones.append(block)

    def keep_front_free(self, placed: Placed, depth_m: float) -> None:
        """Reserve the floor in front of something."""
        x, y = placed.at(0.0, -(placed.block.half_y + depth_m / 2))
        self.keep_free(Block(x, y, placed.block.half_x, depth_m / 2, placed.yaw, 0.0, 1.0))

    def add(self, placed: Placed, in_zone: bool = False, touching: Sequence[Placed] = ()) -> Placed | None:
        """Place something if it fits."""
        if not self.fits(placed.block, in_zone, touching):
            return None
        self.placed.append(placed)
        return placed
