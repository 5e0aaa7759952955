"""What can be wrong with the English of a wording, whatever its slots are filled with.

Slots {a} ... {f}, {winner}, ... hold a reference with its own article ("the red chair", "region 2"), {unit} a plural
unit name, {measure} a number with its unit, {a_category}, {category}, {categories} and {n_categories} what their
names say ("a chair", "chair", "chairs", "3 chairs").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from stages.formats.phrases import SLOT
from stages.tasks.grammar import article_of

PHRASE_WORDS = 5
_OBJECT = r"\{(?:[a-f]|winner|loser|first|second|third|fourth)\}"
_ARTICLE = r"\b(?:the|an?)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    (rf"{_ARTICLE} {_OBJECT}", "puts an article before an object, which has its own"),
    (rf"{_OBJECT}'", "puts a possessive on an object, which may be a phrase or a box"),
    (rf"(?<!and ){_OBJECT} (?:are|were)\b", "uses a plural verb after one object"),
    (r"\b(?:the|an?|this) \{(?:category|categories|a_category|n_categories)\}",
     "puts an article before a category, which reads as one object or doubles the article"),
    (r"(?<!\b[Nn]o )(?<!\bany )\{category\}", "uses {category} without `no` or `any` before it"),
    (r"\b(?:one|each|every|1|is) \{categories\}", "uses the plural {categories} for one"),
    (r"\bmuch \{(?:unit|categories)\}", "says `much` of what is counted"),
    (r"(?:\d|\b(?:an?|one|the)) \{unit\}", "puts an article or a number before the plural {unit}"),
    (r"\{(?:measure|turn)\} (?:meters?|feet|foot|inch(?:es)?|centimeters?|square|degrees?|\{unit\})\b",
     "names a unit after a slot that has one"),
    (r"\{angle\}(?! degrees\b)", "leaves {angle} without `degrees`"),
    (r"\b(\w+) \1\b", "says a word twice"),
    (r" [,.;:?!]|[,;:][,.;:]|\.\.|[?!][?!]", "has stray punctuation or a space before it"),
    (r"[.?!] [a-z]", "begins a sentence with a small letter"),
    (r"^[a-z]", "begins with a small letter"),
    (r"\bi\b", "writes I with a small letter"),
)  # fmt: skip
_COMPILED = tuple((re.compile(pattern), problem) for pattern, problem in _PATTERNS)
_AN = re.compile(r"\b(an?) ([a-z]+)", re.IGNORECASE)
_LEADING = re.compile(
    r"n't\b|\b(?:surely|obviously|clearly|certainly|of course|never|false|untrue)\b|, (?:right|no|yes|correct)\?$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d")


def faults(text: str) -> Iterator[str]:
    """Yield what is wrong with the grammar of a text.

    Example:
        >>> list(faults("Is the {a} an red one?"))
        ['puts an article before an object, which has its own', "says 'an red'"]
    """
    bare = SLOT.sub("", text)
    if "{" in bare or "}" in bare:
        yield "has a brace that is no slot"
    if text != " ".join(text.split()) or text[-1:] not in ".?!":
        yield "is no clean sentence (one space between words, ends in . ? or !)"
    yield from (problem for pattern, problem in _COMPILED if pattern.search(text))
    for article, word in _AN.findall(text):
        if article.lower() != article_of(word.lower()):
            yield f"says {f'{article} {word}'!r}"


def leads(text: str) -> bool:
    """Tell whether a question suggests its answer: tag questions, negations, `surely`.

    Example:
        >>> leads("{a} is left of {b}, isn't it?"), leads("Is {a} left of {b}?")
        (True, False)
    """
    return bool(_LEADING.search(text))


def names_a_number(text: str) -> bool:
    """Tell whether the words of a question hold a number in digits."""
    return bool(_NUMBER.search(SLOT.sub("", text)))


def worn_phrases(texts: Sequence[str], most: float) -> Iterator[str]:
    """Yield phrases of `PHRASE_WORDS` words that stand in more than a share `most` of the texts.

    Example:
        >>> list(worn_phrases(["In the room shown, how big is {a}?", "In the room shown, how tall is {a}?"], 0.5))
        ["'in the room shown how' in 2 of 2 texts"]
    """
    counts: Counter[str] = Counter()
    for text in texts:
        words = [re.findall(r"[a-z'-]+", part.lower()) for part in SLOT.sub("\0", text).split("\0")]
        counts.update({" ".join(w[k : k + PHRASE_WORDS]) for w in words for k in range(len(w) - PHRASE_WORDS + 1)})
    for phrase, count in sorted(counts.items()):
        if count > most * len(texts):
            yield f"{phrase!r} in {count} of {len(texts)} texts"
