"""Answers that are one word about position: what people write for them, and how to read it.

A reply is read as the phrase it states ("closer", "behind"), not yet as an answer, since "behind" may say farther (in
depth) or back (of someone who faces something); `means` tells which answers a phrase stands for.
"""

from __future__ import annotations

import re

_PHRASES: dict[str, str] = {
    "left": "left|leftwards?",
    "right": "right|rightwards?",
    "back": "back|backwards?|behind|rear",
    "front-left": "front[- ]left|left[- ]front|ahead and (?:to the )?left|(?:in )?front and (?:to the )?left",
    "front-right": "front[- ]right|right[- ]front|ahead and (?:to the )?right|(?:in )?front and (?:to the )?right",
    "back-left": "(?:back|rear)[- ]left|left[- ](?:back|rear)|(?:behind|back) and (?:to the )?left",
    "back-right": "(?:back|rear)[- ]right|right[- ](?:back|rear)|(?:behind|back) and (?:to the )?right",
    "higher": "higher|above|upper|over",
    "lower": "lower|below|beneath|under|underneath",
    "nearer": "nearer|closer|in front|before|less far",
    "farther": "farther|further|behind|more distant",
}
_LONGEST_FIRST = ("front-left", "front-right", "back-left", "back-right")
_ANY = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(_PHRASES[name] for name in (*_LONGEST_FIRST, *(n for n in _PHRASES if n not in _LONGEST_FIRST)))
    + r")(?![\w-])",
    re.IGNORECASE,
)
# "further left" is left, "on the left-hand side" too; "that is right" and "the right word" say nothing of sides
_HAND = re.compile(r"(left|right)[- ]?(?:hand|most|ward)\b", re.IGNORECASE)
_DEGREE = re.compile(
    r"\b(?:further|farther|closer|nearer)(?= (?:to the )?(?:left|right|back|up|down)\b)", re.IGNORECASE
)
RIGHT_AS_CORRECT = re.compile(
    r"\bright(?= (?:word|answer|option|choice|letter)\b)|(?<=that is )right|(?<=that's )right", re.IGNORECASE
)
_NOT = re.compile(
    r"\b(?:not|isn't|rather than|than|instead of|unlike|from)\s+(?:to\s+)?(?:the\s+|on\s+the\s+)?$", re.IGNORECASE
)


def position_phrase(text: str) -> str | None:
    """Read the phrase about position that the last sentence with one states first; None if there is none.

    Example:
        >>> position_phrase("The sofa is on the left-hand side, not on the right.")
        'left'
        >>> position_phrase("It stands behind the table.")
        'behind'
    """
    text = RIGHT_AS_CORRECT.sub("-----", _DEGREE.sub("", _HAND.sub(r"\1", text)))
    for sentence in reversed(re.split(r"(?<=[.!?])\s+|\n+", text)):
        said = (match for match in _ANY.finditer(sentence) if not _NOT.search(sentence[: match.start()]))
        first = next(said, None)
        if first:
            return first[0].lower()
    return None


def means(phrase: str, answer: str) -> bool:
    """Tell whether a phrase says what an answer says.

    Example:
        >>> means("behind", "farther"), means("behind", "back"), means("behind", "nearer")
        (True, True, False)
    """
    return phrase.casefold() == answer.casefold() or bool(
        answer in _PHRASES and re.fullmatch(_PHRASES[answer], phrase, re.IGNORECASE)
    )
