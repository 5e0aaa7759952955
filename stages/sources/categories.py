"""What any dataset calls a thing to the shared vocabulary; junk, structure and names of several things told apart.

The lists stand in `vocabulary/categories.yaml`. A reader keeps the dataset's own spelling in `category_raw`, passes
every name of a scene (its `vocabulary` too) through the same function, and counts what it leaves out as
`object.junk_label` or `object.structure`.

A name of several things (`books`, `stack of chairs`) has the category of one of them, but its box is no instance: a
reader marks such a sighting as `crowd`, or drops it as `object.group`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_LISTS = Path(__file__).parent / "vocabulary" / "categories.yaml"
_ARTICLE = re.compile(r"^(a|an|the) (?=.)")
_GROUP = re.compile(
    r"^(((stacks?|boxes|piles?|rows?|sets?|bunch(es)?|groups?|pairs?|couple|lots?) of"
    r"|the|two|three|four|five|six|several|many|some|multiple) )+(?=.)"
)


@dataclass(frozen=True)
class Name:
    """A normalised name: `category` is singular and in lower case, `several`: the name was one of many things."""

    category: str
    several: bool


def normalise(raw: str) -> str | None:
    """Category of one thing in the shared vocabulary; None for junk and for what a room is built of.

    Example:
        >>> [normalise(raw) for raw in ("Couches", "tv_monitor", "trashcan", "bottle of water", "otherprop", "wall")]
        ['sofa', 'tv', 'trash can', 'bottle of water', None, None]
    """
    category = named(raw).category
    return None if left_out(category) else category


@lru_cache(maxsize=65536)
def named(raw: str) -> Name:
    """Normalise a name, junk included.

    Example:
        >>> named("stack of folded_chairs")
        Name(category='folded chair', several=True)
    """
    name = _ARTICLE.sub("", tidy(raw))
    bare = _GROUP.sub("", name)
    known = _synonyms().get(_compact(bare))
    if known is not None:  # also `stairs`, which no rule for plurals may touch
        return Name(known, bare != name and not _is_pair(bare))
    one = _singular_phrase(bare)
    several = one != bare or (bare != name and not _is_pair(bare))
    return Name(_synonyms().get(_compact(one), one), several)


def left_out(category: str) -> str | None:
    """Name the drop reason, without its first part, of a normalised category that is no thing; None: it is one."""
    words = category.split()
    lists = _lists()
    if not words or words[0] == "other" or category in lists.junk:
        return "junk_label"
    return "structure" if category in lists.structure or words[-1] in lists.structure_heads else None


def tidy(raw: str) -> str:
    """Lower case, underscores as blanks, single blanks."""
    return " ".join(raw.lower().replace("_", " ").split())


@dataclass(frozen=True)
class _Lists:
    synonyms: Mapping[str, str]
    no_singular: frozenset[str]
    junk: frozenset[str]
    structure: frozenset[str]
    structure_heads: frozenset[str]


@cache
def _lists() -> _Lists:
    data = yaml.safe_load(_LISTS.read_text(encoding="utf-8"))
    spellings = {_compact(spelt): name for name, others in data["synonyms"].items() for spelt in (name, *others)}
    return _Lists(
        spellings,
        frozenset(data["no_singular"].split()),
        frozenset([*data["junk"].split(), *data["junk_phrases"]]),
        frozenset(data["structure"]),
        frozenset(data["structure_heads"]),
    )


def _synonyms() -> Mapping[str, str]:
    return _lists().synonyms


def _compact(name: str) -> str:
    return name.replace(" ", "").replace("-", "")


def _is_pair(name: str) -> bool:
    """Tell whether `pair of NAME` is one thing, as with scissors."""
    return name.split()[-1] in _lists().no_singular


def _singular_phrase(name: str) -> str:
    """Put the noun of a phrase in the singular: its last word, or the one before `of`."""
    head, of, rest = name.partition(" of ")
    words = head.split()
    return name if not words else " ".join([*words[:-1], _singular(words[-1])]) + of + rest


@lru_cache(maxsize=16384)
def _singular(word: str) -> str:
    if word in _lists().no_singular or word.endswith(("ss", "us", "is")) or not word.isalpha():
        return word
    return str(_engine().singular_noun(word) or word)


@cache
def _engine() -> Any:
    import inflect  # late: importing it takes longer than reading many a dataset

    return inflect.engine()
