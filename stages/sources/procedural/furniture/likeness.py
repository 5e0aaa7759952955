"""Which categories a person may also see in, or take for, an object of another: counting must keep off these.

A sofa's throw pillows are cushions to a viewer, a shelf holds books, a bunk bed is a bed. A question that counts or
denies `cushion` is safe only where no object present has `cushion` in its row.
"""

from __future__ import annotations

ALSO_SEEN: dict[str, tuple[str, ...]] = {
    "armchair": ("chair", "cushion", "sofa"),
    "backpack": ("bottle",),
    "basket": ("box",),
    "bed": ("cushion",),
    "bench": ("stool", "coffee table"),
    "bookshelf": ("book", "box", "cabinet", "shelf", "vase"),
    "box": ("basket",),
    "bunk bed": ("bed", "crib", "cushion", "ladder"),
    "cabinet": ("dresser", "tv stand"),
    "coffee table": ("bench",),
    "crib": ("bed", "cushion"),
    "desk": ("dining table",),
    "dining table": ("desk",),
    "dresser": ("cabinet", "nightstand"),
    "laptop": ("keyboard", "monitor"),
    "monitor": ("television",),
    "nightstand": ("book", "cabinet", "dresser"),
    "office chair": ("chair", "armchair"),
    "piano": ("book", "keyboard"),
    "pot": ("bowl",),
    "shelf": ("book", "bookshelf", "bottle", "box", "cup", "plant", "vase"),
    "sink": ("bowl", "cabinet"),
    "sofa": ("armchair", "bench", "cushion"),
    "stool": ("chair",),
    "suitcase": ("box",),
    "television": ("monitor",),
    "tv stand": ("cabinet",),
    "vase": ("plant", "bottle"),
    "wardrobe": ("cabinet", "mirror"),
    "window": ("picture",),
}
