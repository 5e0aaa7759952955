"""Procedural furniture and household objects: `build` makes a model of one of the `CATEGORIES`."""

from __future__ import annotations

import numpy as np

from stages.registry import resolve
from stages.sources.procedural.furniture.likeness import ALSO_SEEN
from stages.sources.procedural.furniture.model import Model

__all__ = ["ALSO_SEEN", "BUILDERS", "CATEGORIES", "Model", "build"]

_PACKAGE = "stages.sources.procedural.furniture"
_BUILDERS: dict[str, tuple[str, ...]] = {
    "seating": ("chair", "stool", "bench"),
    "upholstery": ("armchair", "sofa", "office chair", "cushion"),
    "tables": ("dining table", "coffee table", "desk"),
    "storage": ("nightstand", "dresser", "wardrobe", "bookshelf", "tv stand", "cabinet", "shelf"),
    "beds": ("bed", "bunk bed", "crib"),
    "lighting": ("floor lamp", "table lamp", "ceiling lamp", "candle"),
    "bathroom": ("toilet", "bathtub", "sink", "washing machine", "towel rail"),
    "appliances": ("refrigerator", "stove", "microwave", "toaster", "coffee maker", "kettle"),
    "cookware": ("cup", "bottle", "pot"),
    "fruit": ("bowl", "pineapple"),
    "screens": ("television", "laptop", "monitor", "keyboard"),
    "sound": ("speaker", "fan", "radio"),
    "decor": ("rug", "vase", "clock", "book"),
    "pictures": ("picture", "mirror"),
    "plants": ("plant",),
    "toys": ("teddy bear", "ball", "toy car", "rocking horse"),
    "containers": ("box", "basket", "trash can"),
    "luggage": ("suitcase", "backpack"),
    "music": ("piano", "guitar", "drum"),
    "openings": ("door", "window", "curtain", "radiator", "fireplace"),
    "hallway": ("coat rack", "ladder", "bicycle", "umbrella stand"),
}
BUILDERS: dict[str, str] = {
    name: f"{_PACKAGE}.{module}:{name.replace(' ', '_')}" for module, names in _BUILDERS.items() for name in names
}
CATEGORIES: tuple[str, ...] = tuple(sorted(BUILDERS))


def build(category: str, rng: np.random.Generator) -> Model:
    """Build one object of a category; all variation comes from `rng`.

    Raises:
        UnknownName: `category` is not one of `CATEGORIES`; the message suggests the nearest.
    """
    model: Model = resolve(BUILDERS, category, "furniture category")(rng)
    return model
