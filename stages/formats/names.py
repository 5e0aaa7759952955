"""Which names single out an object in a view: "the chair" only where nothing else could be called a chair.

A name can mean every object whose category or caption ends in it: "chair" also means a dining chair and a "red
chair", so with those around it is not unique. All sightings of the view count, also unreliable ones; a crowd counts
as several.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Int

from stages.marks.palette import NAMES

_UNSAFE = re.compile(r"[<>{}\[\]\"|\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ARTICLE = re.compile(r"^(an?|the)\s+", re.IGNORECASE)
_TAIL = re.compile(
    r"(,|\s(with|without|near|on|in|of|at|by|under|over|behind|beside|next to|between|from|that|which)\s).*"
)
_SHOWN = re.compile(r"\s(?:with|in|of)\s(.*)")
_OWN = frozenset({"object", "first image", "second image", *(f"{c} {w}" for c in NAMES for w in ("box", "mask"))})


@dataclass(frozen=True)
class Reserved:
    """What wordings say themselves.

    `phrases` follow "the" somewhere ("image", "camera", "left"), so an object of that name cannot be called so.
    `following` are the words that follow a slot ("stand" in "does {a} stand"): with a TV stand in view, no "the tv".
    """

    phrases: frozenset[str]
    following: frozenset[str]


@dataclass(frozen=True)
class Alike:
    """Sightings of one view that share a category's name, one group per view and name that means several.

    Rows are sorted by group. `named` marks those whose own category is the name (the others are also called so: a
    dining chair among chairs); `single` those that are one instance of it by their own name: no crowd, and no sofa
    that only shows cushions.
    """

    group: Int[np.ndarray, " m"]
    row: Int[np.ndarray, " m"]
    named: Bool[np.ndarray, " m"]
    single: Bool[np.ndarray, " m"]


@dataclass(frozen=True)
class Names:
    """Names of sightings, in their row order.

    `category` and `caption` are null where there is none that is safe to print. The masks say where a name means one
    object of the view only, and (`*_speakable`) where "the {name}" cannot be mistaken for the wording's own words.
    `alike` groups what a category does not tell apart; `taken` says where a phrase means some object of the view.
    """

    category: pa.StringArray
    caption: pa.StringArray
    category_unique: Bool[np.ndarray, " n"]
    caption_unique: Bool[np.ndarray, " n"]
    category_speakable: Bool[np.ndarray, " n"]
    caption_speakable: Bool[np.ndarray, " n"]
    alike: Alike
    taken: Callable[[pa.StringArray, Int[np.ndarray, " m"]], Bool[np.ndarray, " m"]]


def clean(name: str | None) -> str | None:
    """Return a name fit for a prompt, or None: no markup or control characters, no article, single spaces.

    Example:
        >>> clean("a  dining_chair"), clean("</ref> chair")
        ('dining chair', None)
    """
    if name is None or _UNSAFE.search(name):
        return None
    words = _ARTICLE.sub("", " ".join(name.replace("_", " ").split())).rstrip(" .")
    return words or None


def clean_column(names: pa.Array) -> pa.StringArray:
    """Apply `clean` once per distinct text."""
    encoded = names.dictionary_encode()
    values = pa.array([clean(text) for text in encoded.dictionary.to_pylist()], pa.string())
    return values.take(encoded.indices)


@cache
def meanings(category: str | None, caption: str | None, also_shows: tuple[str, ...] = ()) -> frozenset[str]:
    """Return every phrase that could mean an object of this category and caption, or something it shows, lower case.

    Example:
        >>> sorted(meanings("dining chair", "red chair with arms"))
        ['chair', 'chair with arms', 'dining chair', 'red chair', 'red chair with arms']
    """
    found = {name.lower() for name in also_shows}
    for name in (category, caption):
        if name:
            head, words = _TAIL.sub("", name.lower()).split(), name.lower().split()
            for k in range(max(len(head), 1)):
                found |= {" ".join(head[k:]), " ".join(words[k:])}
    return frozenset(found)


@cache
def mentions(caption: str | None) -> frozenset[str]:
    """Return names of what else a viewer sees in an object, by its caption.

    Example:
        >>> sorted(mentions("green plant in white pot")), sorted(mentions("bowl of limes and banana"))
        (['pot', 'white pot'], ['banana', 'limes'])
    """
    shown = _SHOWN.search(caption.lower()) if caption else None
    parts = [part.split() for part in re.split(r",|\sand\s|\s(?:with|in|of)\s", shown[1])] if shown else []
    return frozenset(" ".join(words[k:]) for words in parts for k in range(len(words)))


@cache
def shadows(category: str | None, caption: str | None, following: frozenset[str]) -> frozenset[str]:
    """Return the shorter names a reader could take for this object's because the wording goes on with its next word.

    Example:
        >>> shadows("tv stand", None, frozenset({"stand"}))
        frozenset({'tv'})
    """
    names = [name.lower().split() for name in (category, caption) if name]
    return frozenset(" ".join(n[:k]) for n in names for k in range(1, len(n)) if n[k] in following)


def view_names(
    views: Int[np.ndarray, " n"], categories: pa.StringArray, captions: pa.StringArray, also_shows: pa.ListArray,
    crowd: Bool[np.ndarray, " n"], reserved: Reserved,
) -> Names:  # fmt: skip
    """Find the unique names of all sightings.

    Args:
        views: Number of the view per sighting.
        categories: Cleaned category per sighting.
        captions: Cleaned caption per sighting.
        also_shows: Other categories a viewer may see in each, or null.
        crowd: Sightings of several instances at once.
        reserved: What wordings say themselves.
    """
    also = pc.fill_null(pc.binary_join(also_shows, "\x1e"), "")
    joined = pc.binary_join_element_wise(pc.fill_null(categories, ""), pc.fill_null(captions, ""), also, "\x1f")
    encoded = joined.dictionary_encode()
    pair = encoded.indices.to_numpy(zero_copy_only=False)
    parts = [[name or None for name in text.split("\x1f")] for text in encoded.dictionary.to_pylist()]
    also_named = [(*(c.split("\x1e") if c else ()), *sorted(mentions(b))) for _, b, c in parts]
    meant = [sorted(meanings(a, b, c)) for (a, b, _), c in zip(parts, also_named, strict=True)]
    hidden = [sorted(shadows(a, b, reserved.following)) for a, b, _ in parts]
    phrases = sorted({phrase for found in (*meant, *hidden) for phrase in found})
    number = {phrase: k for k, phrase in enumerate(phrases)}
    means = _Cells(views, pair, [[number[p] for p in found] for found in meant], np.where(crowd, 2, 1))
    hides = _Cells(views, pair, [[number[p] for p in found] for found in hidden], np.ones(len(views)))
    own = np.array([p not in reserved.phrases and p not in _OWN for p in phrases] or [True])

    def numbers(names: pa.StringArray) -> tuple[Int[np.ndarray, " m"], Bool[np.ndarray, " m"]]:
        index = pc.index_in(pc.utf8_lower(names), pa.array(phrases, pa.string()))
        rows = pc.fill_null(index, 0).to_numpy(zero_copy_only=False).astype(np.int64)
        return rows, index.is_valid().to_numpy(zero_copy_only=False)

    def judge(names: pa.StringArray) -> tuple[Bool[np.ndarray, " n"], Bool[np.ndarray, " n"]]:
        rows, there = numbers(names)
        return there & (means.count(views, rows) == 1), there & own[rows] & (hides.count(views, rows) == 0)

    def taken(names: pa.StringArray, rows: Int[np.ndarray, " m"]) -> Bool[np.ndarray, " m"]:
        number, there = numbers(names)
        return there & (means.count(views[rows], number) > 0)

    (category_unique, category_speakable), (caption_unique, caption_speakable) = judge(categories), judge(captions)
    surely = [[p in meanings(a, b) for p in found] for (a, b, _), found in zip(parts, meant, strict=True)]
    category, there = numbers(categories)
    alike = _alike(means, pair, surely, ~crowd, np.where(there & ~category_unique, category, -1))
    return Names(
        categories, captions, category_unique, caption_unique, category_speakable, caption_speakable, alike, taken
    )


def _alike(
    means: _Cells,
    pair: Int[np.ndarray, " n"],
    surely: list[list[bool]],
    whole: Bool[np.ndarray, " n"],
    category: Int[np.ndarray, " n"],
) -> Alike:
    """Group the sightings that a category means, for every (view, category) given (-1: none)."""
    wanted = np.unique(means.cell(category)[category >= 0])
    at = np.searchsorted(wanted, means.cells)
    kept = np.flatnonzero(np.append(wanted, -1)[at] == means.cells)
    kept = kept[np.lexsort((means.rows[kept], at[kept]))]
    row = means.rows[kept]
    sure = np.array([flag for flags in surely for flag in flags], dtype=bool)[means.flat[kept]]
    return Alike(at[kept], row, means.cell(category)[row] == means.cells[kept], sure & whole[row])


class _Cells:
    """Sums of weights per (view, phrase): row i adds its weight to every phrase of `lists[pair[i]]`.

    `rows`, `cells` and `flat` tell row, cell and place in the flattened lists of every addend.
    """

    def __init__(
        self, views: Int[np.ndarray, " n"], pair: Int[np.ndarray, " n"], lists: list[list[int]], weight: np.ndarray
    ) -> None:
        lengths = np.array([len(found) for found in lists], dtype=np.int64)
        phrases = np.array([k for found in lists for k in found], dtype=np.int64)
        repeats = lengths[pair]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        self._views, self._width = views, int(phrases.max(initial=0)) + 1
        self.rows = np.repeat(np.arange(len(views)), repeats)
        self.flat = np.repeat((np.cumsum(lengths) - lengths)[pair], repeats) + within
        self.cells = views[self.rows] * self._width + phrases[self.flat]
        self._distinct, where = np.unique(self.cells, return_inverse=True)
        self._sums = np.bincount(where, weights=weight[self.rows], minlength=len(self._distinct))

    def cell(self, phrases: Int[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
        """Return the cell (view of row i, phrase i); -1 where no row could have it."""
        fits = (phrases >= 0) & (phrases < self._width)
        return np.where(fits, self._views * self._width + phrases, -1)

    def count(self, views: Int[np.ndarray, " m"], phrases: Int[np.ndarray, " m"]) -> np.ndarray:
        """Return the sum at (view i, phrase i)."""
        if not len(self._distinct):
            return np.zeros(len(phrases))
        cells = np.where(phrases < self._width, views * self._width + phrases, -1)
        at = np.minimum(np.searchsorted(self._distinct, cells), len(self._distinct) - 1)
        return np.where(self._distinct[at] == cells, self._sums[at], 0)
