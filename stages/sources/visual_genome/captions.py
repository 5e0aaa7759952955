"""Attributes in annotators' words to a noun phrase that names one thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from stages.sources.categories import tidy

# what holds from every side and at any time; "parked", "tall" or "clean" do not tell a thing from its neighbour
_COLOURS = frozenset(
    "beige black blonde blue bronze brown cream gold green grey maroon navy orange pink purple red silver tan teal "
    "turquoise white yellow".split()
)
_PATTERNS = frozenset("checkered floral patterned plaid polka-dot spotted striped".split())
_MATERIALS = frozenset(
    "brass brick bamboo cardboard cement ceramic concrete denim glass granite leather marble metal paper plastic "
    "porcelain rubber steel stone straw tile tiled wicker wood wooden wool".split()
)
_SPELT = {
    "gray": "grey", "wood": "wooden", "golden": "gold", "blond": "blonde", "metallic": "metal", "stripped": "striped",
    "tile": "tiled",
}  # fmt: skip
_PEOPLE = frozenset("baby boy child girl guy kid lady man people person player woman".split())


def caption(category: str, attributes: Iterable[str]) -> str | None:
    """Put colour, pattern and material before the category; None where no attribute can be used.

    Two colours contradict each other or mean a mixture that the words do not tell: then there is none. People are not
    named by colour.

    Example:
        >>> caption("building", ["tall", "Brick", "red"])
        'red brick building'
        >>> caption("shirt", ["red", "orange"]) is None
        True
    """
    if category.split()[-1:] and category.split()[-1] in _PEOPLE:
        return None
    words = {_SPELT.get(word, word) for word in map(tidy, attributes)}
    told = [found[0] for kind in (_COLOURS, _PATTERNS, _MATERIALS) if len(found := sorted(words & kind)) == 1]
    new = [word for word in told if word not in category.split()]
    return " ".join([*new, category]) if new else None


def largest_phrases(regions: Sequence[tuple[float, str]], most: int) -> list[str]:
    """Phrases of the largest regions, each once; ties in the order of the file.

    Args:
        regions: Area and phrase per region.
        most: Phrases wanted.
    """
    order = sorted(range(len(regions)), key=lambda k: (-regions[k][0], k))
    return list(dict.fromkeys(regions[k][1] for k in order))[:most]
