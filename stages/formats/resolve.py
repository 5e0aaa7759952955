"""Finds the object that a phrase such as "second chair from the left" singles out among those of its name.

The reader's side of `formats.referring`: plain, one phrase at a time, and without any of its margins. A phrase that the
writer kept must come out here as the same object.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from stages.formats.colors import TERMS

_PLACES = ("leftmost", "second", "third", "fourth", "fifth", "sixth")
_SLACK_M = 0.05


@dataclass(frozen=True)
class Located:
    """Where an object is seen: middle of its box from the left, its colour, and its box in view space if known."""

    across: float
    color: str | None = None
    center_m: tuple[float, ...] | None = None
    size_m: tuple[float, ...] | None = None
    yaw: float = 0.0


@lru_cache(maxsize=4096)
def phrase_pattern(names: frozenset[str]) -> re.Pattern[str]:
    """Compile what phrases look like: `word` before the `name`, or `side`, or `relation` and `landmark` after it.

    A longer name goes first, and a name before a word and a name ("red chair" may be either).
    """
    name = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
    color, place = "|".join(TERMS), "|".join(_PLACES[1:])
    return re.compile(
        rf"\bthe (?:(?P<name>{name})(?![\w'-])(?: (?P<relation>nearest to|on) the (?P<landmark>{name})(?![\w'-]))?"
        rf"|(?P<word>leftmost|rightmost|middle|{color}) (?P<worded>{name})(?![\w'-])"
        rf"|(?P<place>{place}) (?P<counted>{name}) from the (?P<side>left|right)\b)",
        re.IGNORECASE,
    )


def by_word(word: str, side: str | None, things: Sequence[Located]) -> int | None:
    """Return the place of the thing with a colour, or at an ordinal counted from one side; None: none or several.

    Args:
        word: Colour or ordinal, lower case.
        side: `left` or `right`; None: the word says it, or is a colour.
        things: All things of the name.
    """
    if word in TERMS:
        found = [place for place, thing in enumerate(things) if thing.color == word]
        return found[0] if len(found) == 1 else None
    backwards = word == "rightmost" or side == "right"
    order = sorted(range(len(things)), key=lambda place: things[place].across, reverse=backwards)
    if word == "middle":
        return order[len(order) // 2] if len(order) % 2 else None
    nth = 0 if word == "rightmost" else _PLACES.index(word)
    return order[nth] if nth < len(order) else None


def by_landmark(relation: str, things: Sequence[Located], landmark: Located) -> int | None:
    """Return the place of the thing on the landmark, or of the one whose centre is nearest to it; None: not known."""
    if relation == "on":
        found = [place for place, thing in enumerate(things) if _stands_on(thing, landmark)]
        return found[0] if len(found) == 1 else None
    apart = [_apart_m(thing, landmark) for thing in things]
    return apart.index(min(apart)) if apart and all(math.isfinite(gap) for gap in apart) else None


def _apart_m(thing: Located, other: Located) -> float:
    if thing.center_m is None or other.center_m is None:
        return math.inf
    return math.dist(thing.center_m, other.center_m)


def _stands_on(thing: Located, landmark: Located) -> bool:
    if thing.center_m is None or thing.size_m is None or landmark.center_m is None or landmark.size_m is None:
        return False
    dx, dy, dz = (a - b for a, b in zip(thing.center_m, landmark.center_m, strict=True))
    cos, sin = math.cos(landmark.yaw), math.sin(landmark.yaw)
    over = abs(dx * cos + dy * sin) <= landmark.size_m[0] / 2 and abs(dy * cos - dx * sin) <= landmark.size_m[1] / 2
    return over and abs(dz - (thing.size_m[2] + landmark.size_m[2]) / 2) <= _SLACK_M
