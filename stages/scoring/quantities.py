"""Numbers with units as people and models write them, converted to the unit that was asked for."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
).split()
METRES_PER = {"m": 1.0, "cm": 0.01, "mm": 0.001, "km": 1000.0, "ft": 0.3048, "in": 0.0254, "yd": 0.9144}
SQUARE_METRES_PER = {"m2": 1.0, "cm2": 1e-4, "ft2": 0.3048**2}
DEGREES_PER = {"deg": 1.0, "rad": 180.0 / math.pi}

_SPELLINGS = {
    "m2": r"m\s?(?:\^2|\u00b2|2(?!\d))|sq(?:uare|\.)?\s*-?(?:met(?:er|re)s?|m)|sqm",
    "cm2": r"cm\s?(?:\^2|\u00b2|2(?!\d))|sq(?:uare|\.)?\s*-?(?:centi(?:meter|metre)s?|cm)",
    "ft2": r"ft\s?(?:\^2|\u00b2|2(?!\d))|sq(?:uare|\.)?\s*-?(?:feet|foot|ft)|sqft",
    "mm": r"mm|milli(?:meter|metre)s?",
    "cm": r"cms?|centi(?:meter|metre)s?",
    "km": r"km|kilo(?:meter|metre)s?",
    "m": r"m|met(?:er|re)s?",
    "ft": r"ft|feet|foot|'(?!\w*')",
    "in": r"inch(?:es)?|\"|in(?!\s+(?:the|this|that|a|an|total|all|each|both|my|view|front|image|picture)\b)",
    "yd": r"yds?|yards?",
    "deg": r"degrees?|degs?|°|º",
    "rad": r"rad(?:ian)?s?",
}
_UNIT = "|".join(f"(?P<{name}>(?:{spelling})(?![a-z]))" for name, spelling in _SPELLINGS.items())
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_QUANTITY = re.compile(
    rf"(?<![\w.,/]) (?P<number>(?<!\d)[-+]?{_DIGITS}|(?<![\w-])(?:{'|'.join(WORDS)})(?![\w-]))"
    rf"(?:[\s-]?\s*(?:{_UNIT})|(?![\w/%]|\.\d|,\d))",
    re.IGNORECASE | re.VERBOSE,
)
_LABELLED = re.compile(
    r"(?:regions?|objects?|images?|views?|pictures?|photos?|frames?|marks?|steps?|figures?|box|options?|labels?|#)\s*$",
    re.IGNORECASE,
)
_BOXES = re.compile(r"<box>.*?</box>|<\|box_start\|>.*?<\|box_end\|>|\[\[?[-\d.,\s]+\]\]?", re.DOTALL)
_QUOTED = re.compile(rf"(['\"])([-+]?{_DIGITS})\1")
_TYPOGRAPHY = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u2032": "'", "\u201c": '"', "\u201d": '"', "\u2033": '"',
     "\u2212": "-", "\u2013": "-", "\u2014": "-", "\u00a0": " ", "\u202f": " "}
)  # fmt: skip
_RANGE_LINK = re.compile(r"^\s*(?:-|to|or|and)\s*$", re.IGNORECASE)
_COMPOUND_LINK = re.compile(r"^\s*(?:,|and)?\s*$")
_COMPOUNDS = {("ft", "in"), ("m", "cm"), ("m", "mm"), ("cm", "mm"), ("km", "m"), ("yd", "ft")}
_TURN = r"(?P<against>counter[-\s]?clockwise|anti[-\s]?clockwise|ccw)|(?P<along>clockwise|cw)"
_TURN_AFTER = re.compile(rf"^\s*(?:in\s+(?:the|a)\s+)?\(?(?:{_TURN})\b", re.IGNORECASE)
_TURN_BEFORE = re.compile(
    rf"(?:{_TURN})\s*(?:direction)?\s*(?:by|of|through|,|:)?\s*(?:an\s+angle\s+of)?\s*(?:about|approximately|roughly|around)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quantity:
    """One number in a text, its unit where it has one, and where it stands."""

    value: float
    unit: str | None
    is_word: bool
    start: int
    end: int


def parse_number(text: str, unit: str | None) -> float | None:
    """Read the last number stated, in `unit`; a bare number is taken to be in `unit`.

    Args:
        text: Free text; boxes and numbers that only name something ("region 2") are passed over.
        unit: `m`, `cm`, `ft`, `in`, `m2`, `ft2`, `deg`, `count` or None (no unit).

    Returns:
        The number, or None when there is none or a range stands in its place. Angles are in (-180, 180],
        clockwise negative.

    Example:
        >>> parse_number("The distance is about 5 ft 6 in.", "m")
        1.6764
    """
    text = plain_signs(text)
    found = quantities(text)
    if unit == "deg":
        angles = [q for q in found if q.unit in DEGREES_PER] or _bare(found)
        return None if not angles or _in_range(angles, text) else _angle_deg(angles[-1], text)
    if unit in SQUARE_METRES_PER:
        return _area(found, text, str(unit))
    if unit in METRES_PER:
        lengths = _compounds([q for q in found if q.unit in METRES_PER], text) or _bare(found)
        if not lengths or _in_range([q for q in found if q.unit in METRES_PER or q.unit is None], text):
            return None
        last = lengths[-1]
        metres = last.value * METRES_PER[last.unit or str(unit)]
        return round(metres / METRES_PER[str(unit)], 9)
    counts = _counts(found)
    return None if not counts or _in_range(counts, text) else counts[-1].value


def _area(found: Sequence[Quantity], text: str, unit: str) -> float | None:
    areas = [q for q in found if q.unit in SQUARE_METRES_PER] or _bare(found)
    if not areas or _in_range([q for q in found if q.unit in SQUARE_METRES_PER or q.unit is None], text):
        return None
    square_metres = areas[-1].value * SQUARE_METRES_PER[areas[-1].unit or unit]
    return round(square_metres / SQUARE_METRES_PER[unit], 9)


def plain_signs(text: str) -> str:
    """Replace typographic quotes, dashes and spaces by plain ones, character by character."""
    return text.translate(_TYPOGRAPHY)


def quantities(text: str) -> list[Quantity]:
    """List the numbers of a text in order, with their units."""
    text = _blank(text)
    return [_quantity(match) for match in _QUANTITY.finditer(text) if not _LABELLED.search(text[: match.start()])]


def _blank(text: str) -> str:
    """Blank out boxes and quotes, keeping every position."""
    text = _BOXES.sub(lambda m: " " * len(m.group()), plain_signs(text))
    return _QUOTED.sub(lambda m: f" {m.group(2)} ", text)


def _quantity(match: re.Match[str]) -> Quantity:
    number = match["number"].lower().replace(",", "")
    is_word = number in WORDS
    unit = next((name for name in _SPELLINGS if match[name] is not None), None)
    return Quantity(WORDS.index(number) if is_word else float(number), unit, is_word, match.start(), match.end())


def _bare(found: Sequence[Quantity]) -> list[Quantity]:
    """Numbers without unit; digits if there are any, since number words also stand for things ("the two chairs")."""
    bare = [q for q in found if q.unit is None]
    return [q for q in bare if not q.is_word] or bare


def _counts(found: Sequence[Quantity]) -> list[Quantity]:
    """Numbers without unit; "one" only if there is nothing else ("three chairs, one near the window")."""
    bare = [q for q in found if q.unit is None]
    return [q for q in bare if not (q.is_word and q.value == 1)] or bare


def _in_range(found: Sequence[Quantity], text: str) -> bool:
    """Say whether the last number is the end of a range or alternative: "2-3 m", "between 2 and 3", "2 or 3"."""
    if len(found) < 2:
        return False
    first, last = found[-2], found[-1]
    link = text[first.end : last.start]
    if re.fullmatch(r"\s*and\s*", link, re.IGNORECASE):
        return bool(re.search(r"between\s*$", text[: first.start], re.IGNORECASE))
    return bool(_RANGE_LINK.match(link) or (not link.strip() and last.value < 0 < first.value))


def _compounds(found: Sequence[Quantity], text: str) -> list[Quantity]:
    """Add up "5 ft 6 in" and "1 m 20 cm"."""
    merged: list[Quantity] = []
    for q in found:
        before = merged[-1] if merged else None
        if before and (before.unit, q.unit) in _COMPOUNDS and _COMPOUND_LINK.match(text[before.end : q.start]):
            part = q.value * METRES_PER[str(q.unit)] / METRES_PER[str(before.unit)]
            merged[-1] = replace(before, value=before.value + part, end=q.end)
        else:
            merged.append(q)
    return merged


def _angle_deg(q: Quantity, text: str) -> float:
    """Signed angle: "45 degrees clockwise" and "clockwise by 45 degrees" are -45."""
    degrees = q.value * DEGREES_PER[q.unit or "deg"]
    turn = _TURN_AFTER.match(text[q.end :]) or _TURN_BEFORE.search(text[: q.start])
    if turn:
        degrees = abs(degrees) if turn["against"] else -abs(degrees)
    return round(180.0 - (180.0 - degrees) % 360.0, 9)
