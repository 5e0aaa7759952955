"""Sentences with marked phrases: the plain captions, and what each chain is called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from stages.sources.categories import left_out, named, tidy

_PHRASE = re.compile(r"\[/EN#(\d+)((?:/\w+)+) ([^\]\[]*)\]")
_BEFORE_SIGN = re.compile(r" +([.,;:!?])")
_DETERMINERS = frozenset("a an the his her its their this that these those some another one each both".split())
_POINTERS = frozenset(  # words that name nothing without the sentence
    "he she it they him her them his hers their theirs himself herself themselves another other others one ones "
    "behind each both all two three four many several who which that this these those someone something what".split()
)
_COLOURS = frozenset(  # "a woman in black": a colour alone names no thing
    "black white red blue green yellow brown grey gray orange pink purple tan beige gold silver denim plaid".split()
)
_PARTS = frozenset(  # "the edge of a lake" is known by what follows `of`
    "back bit body bottom bunch edge end front kind line middle part piece row side sort stretch top type view".split()
)
_NOT_VISUAL = 0  # chain of phrases that nothing in the picture answers to


@dataclass(frozen=True)
class Called:
    """What the phrases of one chain say of it.

    `several`: the words name a group. `also`: other nouns of the phrases. `caption`: a noun phrase without article.
    """

    category: str
    raw: str
    several: bool
    also: tuple[str, ...]
    caption: str | None


def plain(line: str) -> str:
    """Sentence without marks.

    Example:
        >>> plain("[/EN#1/people A girl] sits by [/EN#2/scene the water] .")
        'A girl sits by the water.'
    """
    return _BEFORE_SIGN.sub(r"\1", " ".join(_PHRASE.sub(r"\3", line).split()))


def chains(lines: Iterable[str]) -> dict[int, list[str]]:
    """Phrases by chain, in the order of the sentences; those that are not visual are left out."""
    found: dict[int, list[str]] = {}
    for line in lines:
        for number, _, words in _PHRASE.findall(line):
            if int(number) != _NOT_VISUAL:
                found.setdefault(int(number), []).append(words)
    return found


def called(phrases: Sequence[str]) -> Called | str:
    """Find category and caption of a chain.

    Returns:
        Why it has no name: `no_noun` (only pronouns), or the reason of `categories.left_out`.

    Example:
        >>> called(["A girl", "she", "A small girl", "the child"])
        Called(category='girl', raw='A small girl', several=False, also=('child',), caption='small girl')
    """
    nouns = [(phrase, *noun(phrase)) for phrase in phrases]
    votes = Counter((head, several) for _, head, several in nouns if head)
    if not votes:
        return "no_noun"
    (category, several), _ = votes.most_common(1)[0]
    reason = left_out(category)
    if reason:
        return reason
    raw = max((p for p, head, many in nouns if (head, many) == (category, several)), key=lambda p: len(p.split()))
    words = _bare(raw)
    also = tuple(sorted({head for _, head, _ in nouns if head} - {category}))
    return Called(category, raw, several, also, " ".join(words) if not several and len(words) > 1 else None)


def noun(phrase: str) -> tuple[str, bool]:
    """Category of the noun a phrase ends in, and whether it names a group; empty for pronouns.

    Example:
        >>> [noun(p) for p in ("two young men", "a bottle of water", "the edge of a lake", "them", "black")]
        [('man', True), ('bottle', False), ('lake', False), ('', False), ('', False)]
    """
    name = named(" ".join(_bare(phrase)))
    front, _, rest = name.category.partition(" of ")
    head = front.split()
    if head and head[-1] in _PARTS and rest:
        return noun(rest)
    if not head or head[-1] in _POINTERS | _COLOURS or not head[-1].replace("-", "").isalpha():
        return "", False
    last = named(head[-1])
    return last.category, name.several or last.several


def _bare(phrase: str) -> list[str]:
    """Words of a phrase without articles and the like at its front."""
    return list(dropwhile(_DETERMINERS.__contains__, tidy(phrase).split()))


def by_chain(lines: Iterable[str]) -> Mapping[int, Called | str]:
    """What every chain of a picture is called, or why it has no name."""
    return {chain: called(phrases) for chain, phrases in chains(lines).items()}
