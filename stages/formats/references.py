"""How each format points at each object of each view: one column of texts per kind of reference.

Paper: arXiv:2506.18385, instruction formats. The strings are `<ref>{caption}</ref>`,
`<ref>region</ref><box>[[x1, y1, x2, y2]]</box>` and both joined; coordinates are whole numbers, 0 to 1000, of width
and height.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int

from stages.formats.names import Names
from stages.formats.referring import FURTHER, Phrases
from stages.marks.palette import NAMES
from stages.ranks import rank_within

BY_NAME = ("natural", "caption")  # references that are names
REASONS = ("", "not_unique", "no_name", "mistakable", "degenerate_box", "not_marked")
_OK, _NOT_UNIQUE, _NO_NAME, _MISTAKABLE, _DEGENERATE, _NOT_MARKED = range(len(REASONS))


@dataclass(frozen=True)
class Places:
    """Sightings as they are shown, alone or in a pair of views.

    `first` is a row of the sightings, `second` the same object's row in a second view or -1; `mark` is its place among
    the marks that are drawn, -1 if unmarked.
    """

    first: Int[np.ndarray, " n"]
    second: Int[np.ndarray, " n"]
    mark: Int[np.ndarray, " n"]


@dataclass(frozen=True)
class References:
    """Texts per kind of reference, rows as in `Places`.

    `reasons` says why a text must not be used: an index into `REASONS`, 0 if it may. `by_caption` marks natural texts
    that are captions. `further` holds what names the object where `natural` and `caption` do not, per kind of
    `referring.FURTHER`: a phrase without article, null where there is none; `landmark` is the row of the object that
    the landmark phrase names, -1 without.
    """

    texts: Mapping[str, pa.StringArray]
    reasons: Mapping[str, Int[np.ndarray, " n"]]
    by_caption: Bool[np.ndarray, " n"]
    further: Mapping[str, pa.StringArray]
    landmark: Int[np.ndarray, " n"]

    @cached_property
    def bank(self) -> pa.StringArray:
        """All texts, one column after the other: `texts`, then `further` as natural texts and as captions."""
        further = [self.further[kind] for kind in FURTHER]
        natural = [pc.binary_join_element_wise("the ", phrase, "") for phrase in further]
        return pa.concat_arrays([*self.texts.values(), *natural, *(_tag(phrase) for phrase in further)])


def thousandths(
    boxes_px: Float[np.ndarray, "n 4"], width_px: Int[np.ndarray, " n"], height_px: Int[np.ndarray, " n"]
) -> Int[np.ndarray, "n 4"]:
    """Return boxes in whole thousandths of width and height, 0 to 1000.

    Example:
        >>> thousandths(np.array([[0.0, 120.0, 640.0, 479.9]]), np.array([640]), np.array([480])).tolist()
        [[0, 250, 1000, 1000]]
    """
    sides = np.stack([width_px, height_px, width_px, height_px], axis=1)
    numbers: Int[np.ndarray, "n 4"] = np.clip(np.rint(boxes_px * 1000 / sides), 0, 1000).astype(np.int64)
    return numbers


def references(
    places: Places,
    names: Names,
    boxes: Int[np.ndarray, "n 4"],
    views: Int[np.ndarray, " n"],
    frames: Int[np.ndarray, " n"],
    phrases: Phrases,
) -> References:
    """Write every reference of every shown sighting.

    Args:
        places: Sightings as they are shown.
        names: Names per sighting.
        boxes: Boxes per sighting, thousandths.
        views: Number of the view (or clip) per sighting.
        frames: Place of the box's frame in the clip, from 0; -1 in a view. Prompts count frames from 1.
        phrases: What else singles out a sighting; rows may be fewer (clips come last and have none).
    """
    natural, natural_why = _natural(names)
    caption, caption_why = _tagged(names)
    label = _tag(pc.coalesce(names.caption, names.category))
    box_why = _box_reasons(boxes, views, frames)
    nameless = np.where(label.is_null().to_numpy(zero_copy_only=False), _NO_NAME, box_why)
    natural, natural_why = _same(natural, natural_why, places)
    caption, caption_why = _same(caption, caption_why, places)
    label, label_why = _same(label, nameless, places)
    _, box_why = _same(None, box_why, places)
    marked_why = np.where(places.mark >= 0, _OK, _NOT_MARKED)
    box = _box_text(boxes, places, frames)
    texts = {
        "natural": natural,
        "caption": caption,
        "region_box": pc.binary_join_element_wise("<ref>region</ref>", box, ""),
        "caption_box": pc.binary_join_element_wise(label, box, ""),
        **_marked(places),
    }
    reasons = {"natural": natural_why, "caption": caption_why, "region_box": box_why, "caption_box": label_why}
    reasons |= {name: marked_why for name in texts if name not in reasons}
    by_caption = ~(names.category_unique & names.category_speakable)[places.first]
    return References(texts, reasons, by_caption, *_further(phrases, places))


def _further(phrases: Phrases, places: Places) -> tuple[dict[str, pa.StringArray], Int[np.ndarray, " n"]]:
    """Carry phrases over to places: the same phrase in both views of a pair, and no landmarks there."""
    alone = places.second < 0
    seen = places.first < len(phrases.landmark)
    first = pa.array(places.first, mask=~seen)
    other = pa.array(np.where(alone, places.first, places.second), mask=~seen)
    texts = {}
    for kind, column in phrases.texts.items():
        one, two = column.take(first), column.take(other)
        texts[kind] = pc.if_else(pc.equal(one, two), one, None)
    texts["landmark"] = pc.if_else(pa.array(alone), texts["landmark"], None)
    landmark = np.append(phrases.landmark, -1)[np.minimum(places.first, len(phrases.landmark))]
    return texts, np.where(alone, landmark, -1)


def _natural(names: Names) -> tuple[pa.StringArray, Int[np.ndarray, " n"]]:
    by_category = names.category_unique & names.category_speakable
    by_caption = names.caption_unique & names.caption_speakable
    text = pc.if_else(pa.array(by_category), names.category, names.caption)
    unique = names.category_unique | names.caption_unique
    why = np.select(
        [by_category | by_caption, unique, _nameless(names)], [_OK, _MISTAKABLE, _NO_NAME], default=_NOT_UNIQUE
    )
    return pc.binary_join_element_wise("the ", text, ""), why


def _tagged(names: Names) -> tuple[pa.StringArray, Int[np.ndarray, " n"]]:
    text = pc.if_else(pa.array(names.caption_unique), names.caption, names.category)
    fine = names.caption_unique | names.category_unique
    return _tag(text), np.select([fine, _nameless(names)], [_OK, _NO_NAME], default=_NOT_UNIQUE)


def _nameless(names: Names) -> Bool[np.ndarray, " n"]:
    missing: Bool[np.ndarray, " n"] = pc.and_(names.category.is_null(), names.caption.is_null()).to_numpy(
        zero_copy_only=False
    )
    return missing


def _tag(name: pa.StringArray) -> pa.StringArray:
    return pc.binary_join_element_wise("<ref>", name, "</ref>", "")


def _box_reasons(
    boxes: Int[np.ndarray, "n 4"], views: Int[np.ndarray, " n"], frames: Int[np.ndarray, " n"]
) -> Int[np.ndarray, " n"]:
    flat = (boxes[:, 2] <= boxes[:, 0]) | (boxes[:, 3] <= boxes[:, 1])
    cells = np.ascontiguousarray(np.column_stack([views, frames, boxes]))
    _, where, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    repeated = counts[where.reshape(-1)] > 1 if len(boxes) else np.zeros(0, dtype=bool)
    return np.select([flat, repeated], [_DEGENERATE, _NOT_UNIQUE], default=_OK)


def _same(
    text: pa.StringArray | None, why: Int[np.ndarray, " n"], places: Places
) -> tuple[pa.StringArray, Int[np.ndarray, " n"]]:
    """Carry texts and reasons of sightings over to places; a name must be the same and fine in both views."""
    both = places.second >= 0
    second_why = np.where(both, why[places.second], _OK) if len(why) else why[places.first]
    joint = np.where(why[places.first] != _OK, why[places.first], second_why)
    if text is None:
        return None, joint
    first = text.take(pa.array(places.first))
    second = text.take(pa.array(np.where(both, places.second, places.first)))
    differs = pc.fill_null(pc.not_equal(first, second), False).to_numpy(zero_copy_only=False)
    return first, np.where((joint == _OK) & differs, _NOT_UNIQUE, joint)


def _box_text(boxes: Int[np.ndarray, "n 4"], places: Places, frames: Int[np.ndarray, " n"]) -> pa.StringArray:
    """Write one box, a box in each of two images, or a box in a frame."""
    numbers = pa.array([str(k) for k in range(1001)], pa.string())
    sides = [numbers.take(pa.array(boxes[:, k])) for k in range(4)]
    inside = pc.binary_join_element_wise(*sides, ", ")
    box = pc.binary_join_element_wise("<box>[[", inside, "]]</box>", "")
    first = box.take(pa.array(places.first))
    pair = pc.binary_join_element_wise(
        first, " in the first image (", box.take(pa.array(places.second, mask=places.second < 0)),
        " in the second image)", "",
    )  # fmt: skip
    number = pa.array(frames[places.first] + 1).cast(pa.string())
    framed = pc.binary_join_element_wise(first, " in frame ", number, "")
    return pc.if_else(pa.array(frames[places.first] >= 0), framed, pc.coalesce(pair, first))


def _marked(places: Places) -> dict[str, pa.StringArray]:
    color = pa.array(NAMES, pa.string()).take(pa.array(np.maximum(places.mark, 0)))
    number = pa.array(np.maximum(places.mark, 0) + 1).cast(pa.string())
    return {
        "marked_box": pc.binary_join_element_wise("the object in the ", color, " box", ""),
        "marked_mask": pc.binary_join_element_wise("the object with the ", color, " mask", ""),
        "marked_number": pc.binary_join_element_wise("region ", number, ""),
    }


def pair_marks(pairs: Int[np.ndarray, " n"], first: Int[np.ndarray, " n"], second: Int[np.ndarray, " n"]) -> np.ndarray:
    """Return marks of objects shown in two views: those marked in both, in the order of the first view.

    Args:
        pairs: Number of the pair of views per row.
        first: Place among the marks of the first view, -1 if unmarked.
        second: The same of the second view.
    """
    mark = np.full(len(pairs), -1, dtype=np.int64)
    rows = np.flatnonzero((first >= 0) & (second >= 0))
    mark[rows] = rank_within(pairs[rows], first[rows])
    return mark
