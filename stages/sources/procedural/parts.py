"""Things that show up as parts of others: books in a bookshelf, cushions on a sofa.

Where such a host stands in a scene, loose things of that category are left without label and outside the vocabulary:
"how many books are there" would have no true answer.
"""

from __future__ import annotations

from collections.abc import Iterable

PARTS: dict[str, tuple[str, ...]] = {
    "armchair": ("cushion",),
    "basket": ("ball",),
    "bed": ("cushion",),
    "bench": ("cushion",),
    "bookshelf": ("book", "box", "vase"),
    "bunk bed": ("cushion", "ladder"),
    "coffee maker": ("pot",),
    "crib": ("cushion",),
    "laptop": ("keyboard",),
    "nightstand": ("book",),
    "piano": ("book", "keyboard"),
    "plant": ("pot",),
    "shelf": ("book", "bottle", "cup", "pot"),
    "sink": ("bowl", "cabinet"),
    "sofa": ("cushion",),
    "stove": ("clock",),
}


def ambiguous(categories: Iterable[str]) -> frozenset[str]:
    """Return the categories that also show up as parts of the given ones."""
    return frozenset(part for category in categories for part in PARTS.get(category, ()))
