"""How each format points at each object of each view: one column of texts per kind of reference.

Paper: arXiv:2506.18385, instruction formats. The strings are `<ref>{caption}</ref>`,
`<ref>region</ref><box>[[x1, y1, x2, y2]]</box>` and both joined; other tokens and coordinates: `formats.coordinates`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int

from stages.formats.coordinates import Pointing
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
    the landmark phrase names, -1 without. `tag` makes a phrase a caption.
    """

    texts: Mapping[str, pa.StringArray]
    reasons: Mapping[str, Int[np.ndarray, " n"]]
    by_caption: Bool[np.ndarray, " n"]
    further: Mapping[str, pa.StringArray]
    tag: Callable[[pa.StringArray], pa.StringArray]
    landmark: Int[np.ndarray, " n"]

    @cached_property
    def bank(self) -> pa.StringArray:
        """All texts, one column after the other: `texts`, then `further` as natural texts and as captions."""
        further = [self.further[kind] for kind in FURTHER]
        natural = [pc.binary_join_element_wise("the ", phrase, "") for phrase in further]
        return pa.concat_arrays([*self.texts.values(), *natural, *(self.tag(phrase) for phrase in further)])


@dataclass(frozen=True)
class Boxes:
    """Boxes of sightings as they are written, how names are tagged, and why a box must not be used (0 if it may)."""

    pointing: Pointing
    texts: pa.StringArray
    why: Int[np.ndarray, " n"]


def boxes_of(
    pointing: Pointing,
    boxes_px: Float[np.ndarray, "n 4"],
    sizes_px: Int[np.ndarray, "n 2"],
    views: Int[np.ndarray, " n"],
) -> Boxes:
    """Write the box of every sighting.

    Args:
        pointing: Coordinates and tokens.
        boxes_px: Box per sighting, pixels.
        sizes_px: Width and height of its picture.
        views: Number of its view.
    """
    cells = pointing.cells(boxes_px, sizes_px[:, 0], sizes_px[:, 1])
    if pointing.coordinates.centre:
        flat, shared = (boxes_px[:, 2:] <= boxes_px[:, :2]).any(axis=1), _inside_another(boxes_px, views)
    else:
        flat, shared = (cells[:, 2:] <= cells[:, :2]).any(axis=1), np.zeros(len(cells), dtype=bool)
    _, where, counts = np.unique(np.column_stack([views, cells]), axis=0, return_inverse=True, return_counts=True)
    repeated = counts[where.reshape(-1)] > 1 if len(cells) else shared
    return Boxes(
        pointing, pointing.write(cells), np.select([flat, repeated | shared], [_DEGENERATE, _NOT_UNIQUE], default=_OK)
    )


def _inside_another(boxes_px: Float[np.ndarray, "n 4"], views: Int[np.ndarray, " n"]) -> Bool[np.ndarray, " n"]:
    """Return whose middle lies in the box of another object of the view that is no larger: a point may mean that."""
    found = np.zeros(len(boxes_px), dtype=bool)
    order = np.argsort(views, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(views[order])) + 1):
        low, high = boxes_px[rows, :2], boxes_px[rows, 2:]
        middle, area = (low + high) / 2, np.prod(high - low, axis=1)
        holds = (low <= middle[:, None]).all(axis=2) & (middle[:, None] <= high).all(axis=2)
        found[rows] = (holds & (area <= area[:, None]) & ~np.eye(len(rows), dtype=bool)).any(axis=1)
    return found


def references(
    places: Places,
    names: Names,
    boxes: Boxes,
    frames: Int[np.ndarray, " n"],
    phrases: Phrases,
) -> References:
    """Write every reference of every shown sighting.

    Args:
        places: Sightings as they are shown.
        names: Names per sighting.
        boxes: Boxes per sighting.
        frames: Place of the box's frame in the clip, from 0; -1 in a view. Prompts count frames from 1.
        phrases: What else singles out a sighting; rows may be fewer (clips come last and have none).
    """
    natural, natural_why = _natural(names)
    tag = boxes.pointing.tag
    caption, caption_why = _tagged(names, tag)
    label = tag(pc.coalesce(names.caption, names.category))
    nameless = np.where(label.is_null().to_numpy(zero_copy_only=False), _NO_NAME, boxes.why)
    natural, natural_why = _same(natural, natural_why, places)
    caption, caption_why = _same(caption, caption_why, places)
    label, label_why = _same(label, nameless, places)
    _, box_why = _same(None, boxes.why, places)
    marked_why = np.where(places.mark >= 0, _OK, _NOT_MARKED)
    box = _box_text(boxes.texts, places, frames)
    join = boxes.pointing.tokens.join
    region = tag(pa.array(["region"]))[0]
    texts = {
        "natural": natural,
        "caption": caption,
        "region_box": pc.binary_join_element_wise(region, box, join),
        "caption_box": pc.binary_join_element_wise(label, box, join),
        **_marked(places),
    }
    reasons = {"natural": natural_why, "caption": caption_why, "region_box": box_why, "caption_box": label_why}
    reasons |= {name: marked_why for name in texts if name not in reasons}
    by_caption = ~(names.category_unique & names.category_speakable)[places.first]
    further, landmark = _further(phrases, places)
    return References(texts, reasons, by_caption, further, tag, landmark)


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


def _tagged(
    names: Names, tag: Callable[[pa.StringArray], pa.StringArray]
) -> tuple[pa.StringArray, Int[np.ndarray, " n"]]:
    text = pc.if_else(pa.array(names.caption_unique), names.caption, names.category)
    fine = names.caption_unique | names.category_unique
    return tag(text), np.select([fine, _nameless(names)], [_OK, _NO_NAME], default=_NOT_UNIQUE)


def _nameless(names: Names) -> Bool[np.ndarray, " n"]:
    missing: Bool[np.ndarray, " n"] = pc.and_(names.category.is_null(), names.caption.is_null()).to_numpy(
        zero_copy_only=False
    )
    return missing


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


def _box_text(box: pa.StringArray, places: Places, frames: Int[np.ndarray, " n"]) -> pa.StringArray:
    """Write one box, a box in each of two images, or a box in a frame."""
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
