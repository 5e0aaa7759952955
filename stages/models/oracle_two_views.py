"""The oracle's answers to questions about two views of a scan, from fact and words alone.

- camera turn: whole degrees, with the sign that the words give to the left; of options the side of the sign.
- camera shift: the option for the fact's direction. (Its distance is a length like any other.)
- correspondence: the option that names the fact's object, provided that {a} is that object in the first view and all
  options lie in the second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

TWO_VIEWS = ("camera_turn", "camera_shift", "same_object")
_SENTENCE = re.compile(r"[^.?!]+")
_SIDE = re.compile(r"\b(left|right)\b", re.IGNORECASE)


def sign_of_left(text: str) -> int:
    """Return +1 if a question about a signed turn counts turns to the left as positive, -1 if right, 0 if neither.

    The first side named in the sentence that says which sign is meant counts.

    Example:
        >>> sign_of_left("How far? Left is positive, right is negative."), sign_of_left("Left or right?")
        (1, 0)
    """
    for word, sign in (("positive", 1), ("negative", -1)):
        for sentence in _SENTENCE.findall(text):
            side = _SIDE.search(sentence)
            if word in sentence.lower() and side:
                return sign if side[1].lower() == "left" else -sign
    return 0


def turned(angle_deg: float, options: Sequence[str]) -> int | None:
    """Place of the option for the side to which an angle turns."""
    return _only("left" if angle_deg > 0 else "right", options)


def shifted(detail: Sequence[str], options: Sequence[str]) -> int | None:
    """Place of the option for the direction moved."""
    return _only(detail[0], options) if len(detail) == 1 else None


def matched(
    subject: str, true: bool, options: Sequence[str], slots: Mapping[str, str], slot_views: Sequence[int]
) -> int | None:
    """Place of the option that names the subject in the second view; None where the fact is not true."""
    view_of = dict(zip(slots, slot_views, strict=False))
    named = [option.strip("{}") for option in options]
    pointed = slots.get("a") == subject and view_of.get("a") == 0 and all(view_of.get(slot) == 1 for slot in named)
    found = [k for k, slot in enumerate(named) if slots.get(slot) == subject]
    return found[0] if true and pointed and len(found) == 1 else None


def _only(word: str, options: Sequence[str]) -> int | None:
    found = [k for k, option in enumerate(options) if re.search(rf"\b{word}\b", option)]
    return found[0] if len(found) == 1 else None
