"""English for category names: articles, plurals, and nouns that have only one number.

Worked out once per category, then spread over columns.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

PAIRS = frozenset(
    "binoculars eyeglasses glasses goggles headphones jeans leggings pajamas pants pliers scissors shorts skis "
    "sunglasses tights tongs trousers tweezers".split()
)
PLURAL_ONLY = PAIRS | frozenset(
    "belongings blinds clothes curtains dishes drapes groceries shoes shelves slippers stairs steps supplies "
    "toiletries utensils".split()
)
MASS = frozenset(
    "bedding carpeting cash cloth clothing cutlery decor equipment fabric firewood flooring foliage food fruit "
    "furniture garbage grass gravel ground hay jewelry laundry luggage mail money mud paper rubble rubbish sand sky "
    "snow soap soil tableware trash water wood".split()
)


@lru_cache(maxsize=1)
def _engine() -> Any:
    import inflect  # late: importing it takes longer than templating a scene

    return inflect.engine()


@cache
def with_article(category: str) -> str:
    """Name one of a category: `a chair`, `an oven`, `a pair of scissors`, `some furniture`.

    Example:
        >>> [with_article(c) for c in ("chair", "oven", "jeans", "stairs", "grass")]
        ['a chair', 'an oven', 'a pair of jeans', 'a set of stairs', 'some grass']
    """
    if _head(category) in MASS:
        return f"some {category}"
    return f"a {singular(category)}" if _head(category) in PLURAL_ONLY else str(_engine().a(category))


@cache
def article_of(word: str) -> str:
    """Return the indefinite article of a word: `a` or `an`.

    Example:
        >>> [article_of(word) for word in ("chair", "oven", "hour", "one", "upright")]
        ['a', 'an', 'an', 'a', 'an']
    """
    return str(_engine().a(word)).split()[0]


@cache
def plural(category: str) -> str:
    """Name several of a category.

    Example:
        >>> [plural(c) for c in ("chair", "shelf", "person", "jeans", "grass")]
        ['chairs', 'shelves', 'people', 'pairs of jeans', 'pieces of grass']
    """
    if _head(category) in PLURAL_ONLY | MASS:
        return singular(category).replace(" of ", "s of ", 1)
    return str(_engine().plural_noun(category))


@cache
def singular(category: str) -> str:
    """Name exactly one of a category after a number: `1 chair`, `1 pair of jeans`, `1 piece of furniture`."""
    head = _head(category)
    portion = "pair" if head in PAIRS else "set" if head in PLURAL_ONLY else "piece" if head in MASS else ""
    return f"{portion} of {category}" if portion else category


def without_article(category: str) -> str:
    """Name a category after `no`: `no chair`, `no pair of jeans`, `no furniture`."""
    return category if _head(category) in MASS else singular(category)


def _head(category: str) -> str:
    return category.rsplit(" ", 1)[-1]


def category_fills(categories: pa.StringArray) -> dict[str, pa.StringArray]:
    """Return the slots {category}, {a_category} and {categories} of a column of categories."""
    return {
        "category": per_unique(categories, without_article),
        "a_category": per_unique(categories, with_article),
        "categories": per_unique(categories, plural),
    }


def per_unique(column: pa.StringArray, function: Callable[[str], str]) -> pa.StringArray:
    """Apply a function once per distinct text of a column."""
    encoded = column.dictionary_encode()
    values = pa.array([function(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return values.take(encoded.indices)


def counted(numbers: np.ndarray, categories: pa.StringArray) -> pa.StringArray:
    """Join numbers and categories: `1 chair`, `3 chairs`."""
    both = pa.concat_arrays([per_unique(categories, singular), per_unique(categories, plural)])
    rows = np.arange(len(numbers))
    names = both.take(pa.array(np.where(numbers == 1, rows, rows + len(rows))))
    return pc.binary_join_element_wise(pa.array(numbers).cast(pa.string()), names, " ")
