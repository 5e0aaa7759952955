"""Names of files and titles of models as categories."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stages.sources.categories import left_out, named
from stages.sources.models.solid import ModelError

MAX_WORDS = 4
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IN_BRACKETS = re.compile(r"[(\[].*?[)\]]")
_NUMBER = re.compile(r"(\s+v(?=\d))?[\s\d.]+$")


def category_of(names: Sequence[str]) -> tuple[str, str]:
    """Return the category and the name it comes from: the first that names one thing.

    Raises:
        ModelError: None does: `no_name`, `junk_label`, `structure` or `group`.
    """
    reason = "no_name"
    for raw in names:
        words = plain(raw)
        if words is None:
            continue
        found = named(words)
        why = left_out(found.category) or ("group" if found.several else None)
        if why is None:
            return found.category, raw
        reason = why
    raise ModelError(reason, ", ".join(names))


def plain(raw: str) -> str | None:
    """Words of a file name or title in lower case; None where it is no name of a few words.

    Example:
        >>> plain("CesiumMilkTruck"), plain("platform-large_02"), plain("bow_(decorative_ribbons)"), plain("x1y2")
        ('cesium milk truck', 'platform large', 'bow', None)
    """
    words = _CAMEL.sub(" ", _IN_BRACKETS.sub("", raw)).replace("_", " ").replace("-", " ").lower()
    words = " ".join(_NUMBER.sub("", words).split())
    usable = words.replace(" ", "").replace("'", "")
    return words if usable.isalpha() and 1 <= len(words.split()) <= MAX_WORDS and len(usable) > 1 else None
