"""What a question claims, read from its words: which slot is compared, in which direction, and measures in options.

The oracle's own small reader. It shares nothing with the code that writes questions, so a wording that says the
opposite of its answer shows up as a score below 1.
"""

from __future__ import annotations

import re

_MORE_WORDS = r"bigger|larger|greater|taller|wider|longer|higher|more|exceeds?"
_LESS_WORDS = r"smaller|lesser|less|shorter|narrower|lower"
_DIRECTIONS: dict[str, tuple[str, str]] = {
    "left_of": (r"left", r"right"),
    "above": (
        r"(?:farther|further) from the ground|higher|greater height|upper",
        r"(?:closer|nearer) to the ground|lower|smaller height",
    ),
    "in_front_of": (
        r"less far|closer|nearer|in front|(?:shorter|smaller|lesser) distance|comes? before",
        r"farther|further|behind|(?:greater|larger|longer) distance|more distant|comes? after",
    ),
    "bigger": (_MORE_WORDS, _LESS_WORDS),
    "taller": (_MORE_WORDS, _LESS_WORDS),
    "wider": (_MORE_WORDS, _LESS_WORDS),
}
_COMPARED_WITH = (
    r"(?:than|relative to|compared with|compared to|with respect to|(?:left|right|side) of|that of|taking|look at)"
    r"(?: the center of| that of| the level of)? \{%s\}"
)
_HAS_BESIDE_IT = r"\{%s\} (?:has|have) \{"  # "does {b} have {a} on its left": about {a}
_STILL_CAMERA = re.compile(
    r"camera (?:did not|does not|didn't) move|camera (?:that )?(?:stands|stood) still|camera at rest|"
    r"camera (?:is|was) fixed|fixed camera|camera stayed|without moving the camera|only \{a\} (?:moved|turned)",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*([a-z]+)?", re.IGNORECASE)
_METRES = {
    **dict.fromkeys(("m", "meter", "meters"), 1.0), **dict.fromkeys(("cm", "centimeter", "centimeters"), 0.01),
    **dict.fromkeys(("ft", "foot", "feet"), 0.3048), **dict.fromkeys(("in", "inch", "inches"), 0.0254),
}  # fmt: skip


def direction(text: str, kind: str) -> int:
    """Return +1 if the text speaks of more of the relation (left, nearer, bigger), -1 of less, 0 if of neither.

    The first such word counts.

    Example:
        >>> direction("Which is less wide, {a} or {b}?", "wider")
        -1
    """
    more, less = (re.search(rf"\b(?:{words})\b", text, re.IGNORECASE) for words in _DIRECTIONS[kind])
    if more and less:
        return 1 if more.start() < less.start() else -1
    return int(bool(more)) - int(bool(less))


def compared_slot(text: str) -> str:
    """Return `a` or `b`: the slot the text makes its statement about; the other one is the yardstick.

    Example:
        >>> compared_slot("Taking {b} as the reference, which side is {a} on?")
        'a'
    """
    yardsticks = [
        slot
        for slot in "ab"
        if any(re.search(said % slot, text, re.IGNORECASE) for said in (_COMPARED_WITH, _HAS_BESIDE_IT))
    ]
    if len(yardsticks) == 1:
        return "b" if yardsticks == ["a"] else "a"
    return "a" if text.find("{a}") < text.find("{b}") else "b"


def object_turns(text: str) -> bool:
    """Say whether a question about rotation holds the camera still and turns the object."""
    return bool(_STILL_CAMERA.search(text))


def metres(text: str) -> float | None:
    """Read the measure of an option such as `1.4 meters`, metres."""
    match = _MEASURE.search(text)
    return float(match[1]) * _METRES[match[2].lower()] if match and match[2] and match[2].lower() in _METRES else None


def whole_number(text: str) -> float | None:
    """Read the number of an option such as `3`."""
    match = _MEASURE.search(text)
    return float(match[1]) if match else None


def turn_deg(text: str) -> float | None:
    """Read an option such as `45 degrees clockwise` (-45) or `180 degrees`, degrees."""
    match = _MEASURE.search(text)
    if not match:
        return None
    clockwise = re.search(r"(?<!counter-)(?<!counter)(?<!anti-)(?<!anti)clockwise", text)
    return -float(match[1]) if clockwise else float(match[1])
