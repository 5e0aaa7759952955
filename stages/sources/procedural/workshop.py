"""Where the models of one scene come from: own furniture, or a library's where it has the category."""

from __future__ import annotations

import functools

import numpy as np

from stages.rng import generator
from stages.sources.base import Drop
from stages.sources.procedural.furniture import CATEGORIES, build
from stages.sources.procedural.furniture.model import Model
from stages.sources.procedural.library import Library


class Workshop:
    """Makes models for one scene; each call draws from a generator of its own."""

    def __init__(self, seed: int, scene_id: str, library: Library | None) -> None:
        """Start without models; `drops` collects what the library could not give."""
        self.drops: list[Drop] = []
        self._seed, self._scene_id, self._library, self._made = seed, scene_id, library, 0

    def __call__(self, category: str) -> Model:
        """Make a model of a category."""
        self._made += 1
        rng = generator(self._seed, self._scene_id, category, self._made)
        own = build(category, rng)
        return own if self._library is None else self._from_library(self._library, own, rng)

    def _from_library(self, library: Library, own: Model, rng: np.random.Generator) -> Model:
        """Return one of the library's models of the category of `own`, or `own` if none can be used."""
        entries = library.entries(own.category)
        for k in rng.permutation(len(entries)).tolist():
            found = library.model(entries[k], own)
            if not isinstance(found, Drop):
                return found
            if found not in self.drops:
                self.drops.append(found)
        return own


@functools.cache
def standing_categories() -> tuple[str, ...]:
    """Return the categories that stand on something; things on walls or ceilings have no back worth seeing."""
    return tuple(c for c in CATEGORIES if build(c, generator("placement", c)).placement in {"floor", "surface"})
