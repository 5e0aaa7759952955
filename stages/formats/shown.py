"""What is shown to a model: views, pairs of views and clips, with their marks and the references of their objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Int

from stages.formats.clips import ClipRows, clip_rows
from stages.formats.coordinates import Pointing
from stages.formats.names import Names, Reserved, clean_column, view_names
from stages.formats.references import Boxes, Places, References, boxes_of, pair_marks, references
from stages.formats.referring import Phrases, ReferringParams, phrases
from stages.schema.columns import codes, one_chunk
from stages.schema.errors import TableError

JOIN_VIEWS = " "  # between the views of one question
_JOIN = "\x1e"  # between views and object


@dataclass(frozen=True)
class Shown:
    """References of every object in every shown view or pair of views, and the marks drawn there.

    `keys` name the rows of `references`. `mark_ids` holds one list per entry of `views` (joined view ids) and an empty
    one at the end; `has_masks` says whether all marked objects of those views have masks.
    """

    keys: pa.StringArray
    references: References
    views: pa.StringArray
    mark_ids: pa.ListArray
    has_masks: Bool[np.ndarray, " v"]

    def rows(self, views: pa.StringArray, objects: pa.StringArray) -> Int[np.ndarray, " n"]:
        """Return the row of an object in joined views, -1 where it is not seen (of two views: not in both)."""
        return _find(self.keys, pc.binary_join_element_wise(views, objects, _JOIN))

    def marks(self, views: pa.StringArray) -> Int[np.ndarray, " n"]:
        """Return the row of `mark_ids` of joined views; the last, empty row where nothing is marked."""
        found = _find(self.views, views)
        return np.where(found < 0, len(self.views), found)


def shown(
    tables: Mapping[str, pa.Table],
    marks: Int[np.ndarray, " n"],
    together: pa.ListArray,
    reserved: Reserved,
    most_marks: int,
    referring: ReferringParams,
    pointing: Pointing,
) -> Shown:
    """Prepare everything that formats need to know of a shard.

    Args:
        tables: `view`, `object` and `sighting`.
        marks: Place among the marks of its view per sighting, -1 if unmarked.
        together: Distinct lists of view ids that are shown together. Of two views, objects seen in both can be
            pointed at; of more (a clip), objects seen in any.
        reserved: What wordings say themselves.
        most_marks: Marks drawn in a clip at most.
        referring: When an object is named by more than its category or caption.
        pointing: Coordinates and tokens of boxes and names.

    Raises:
        TableError: A sighting names a view or an object that is in no table.
    """
    sighting = tables["sighting"]
    view_row = _row(tables, "view", sighting)
    object_row = _row(tables, "object", sighting)
    lengths = pc.list_value_length(together).to_numpy(zero_copy_only=False)
    pairs, longer = (together.take(pa.array(np.flatnonzero(which))) for which in (lengths == 2, lengths > 2))
    clips = clip_rows(sighting, marks, longer, most_marks)
    rows = np.concatenate([np.arange(len(sighting)), clips.best])
    views = codes(sighting.column("view_id"))
    groups = np.concatenate([views, clips.clip + views.max(initial=-1) + 1])
    at_object = pa.array(object_row[rows])
    names = view_names(
        groups,
        clean_column(_one(tables["object"], "category")).take(at_object),
        clean_column(_one(tables["object"], "caption")).take(at_object),
        _one(tables["object"], "also_shows").take(at_object),
        sighting.column("crowd").to_numpy()[rows],
        reserved,
    )
    boxes = _boxes(tables["view"], view_row, sighting, pointing, rows)
    frames = np.concatenate([np.full(len(sighting), -1, dtype=np.int64), clips.frame])
    named = (names, phrases(sighting, groups, names, len(sighting), referring))
    return _assemble(sighting, marks, pairs, (clips, longer), named, _Drawn(boxes, frames))


@dataclass(frozen=True)
class _Drawn:
    """Boxes of all rows, and the frame of its clip per row, -1 in a view."""

    boxes: Boxes
    frames: Int[np.ndarray, " n"]


def _assemble(
    sighting: pa.Table,
    marks: Int[np.ndarray, " n"],
    pairs: pa.ListArray,
    clips: tuple[ClipRows, pa.ListArray],
    named: tuple[Names, Phrases],
    drawn_at: _Drawn,
) -> Shown:
    view_ids, object_ids = _one(sighting, "view_id"), _one(sighting, "object_id")
    count, (names, further) = len(sighting), named
    single = Places(np.arange(count), np.full(count, -1, dtype=np.int64), marks)
    double, double_views = _pair_places(view_ids, object_ids, marks, pairs)
    rows, longer = clips
    many = Places(count + np.arange(len(rows.clip)), np.full(len(rows.clip), -1, dtype=np.int64), rows.mark)
    joined = pc.binary_join(longer, JOIN_VIEWS).take(pa.array(rows.clip))
    parts = (single, double, many)
    places = Places(*(np.concatenate([getattr(p, f) for p in parts]) for f in ("first", "second", "mark")))
    labels = pa.concat_arrays([view_ids, double_views, joined])
    source = np.concatenate([np.arange(count), rows.best])[places.first]
    objects = object_ids.take(pa.array(source))
    with_mask = one_chunk(sighting.column("mask_rle")).is_valid().to_numpy(zero_copy_only=False)
    with_masks = np.concatenate([with_mask, rows.masked])
    masked = with_masks[places.first] & np.where(places.second < 0, True, with_masks[places.second])
    drawn = np.flatnonzero(places.mark >= 0)
    drawn = drawn[np.lexsort((places.mark[drawn], codes(labels.take(pa.array(drawn)))))]
    label_codes = codes(labels.take(pa.array(drawn)))
    shown_views = labels.take(pa.array(drawn)).dictionary_encode().dictionary
    lengths = np.bincount(label_codes, minlength=len(shown_views))
    offsets = np.concatenate([[0], np.cumsum(lengths), [lengths.sum()]])
    return Shown(
        keys=pc.binary_join_element_wise(labels, objects, _JOIN),
        references=references(places, names, drawn_at.boxes, drawn_at.frames, further),
        views=shown_views,
        mark_ids=pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), objects.take(pa.array(drawn))),
        has_masks=np.append(np.bincount(label_codes, ~masked[drawn], len(shown_views)) == 0, False),
    )


def _pair_places(
    view_ids: pa.StringArray, object_ids: pa.StringArray, marks: Int[np.ndarray, " n"], pairs: pa.ListArray
) -> tuple[Places, pa.StringArray]:
    """List the objects seen in both views of each pair."""
    flat = pc.list_flatten(pairs)
    encoded = view_ids.dictionary_encode()
    codes_of_rows = encoded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(codes_of_rows, kind="stable")
    counts = np.append(np.bincount(codes_of_rows, minlength=len(encoded.dictionary)), 0)  # the last one: no such view
    starts = np.cumsum(counts) - counts
    first_view = _find(encoded.dictionary, flat.take(pa.array(np.arange(0, len(flat), 2))))
    repeats = counts[first_view]
    pair = np.repeat(np.arange(len(pairs)), repeats)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    first = order[np.repeat(starts[first_view], repeats) + within] if len(order) else within
    second_view = flat.take(pa.array(2 * pair + 1))
    keys = pc.binary_join_element_wise(view_ids, object_ids, _JOIN)
    second = _find(keys, pc.binary_join_element_wise(second_view, object_ids.take(pa.array(first)), _JOIN))
    seen = np.flatnonzero(second >= 0)
    first, second, pair = first[seen], second[seen], pair[seen]
    labels = pc.binary_join(pairs, JOIN_VIEWS).take(pa.array(pair))
    return Places(first, second, pair_marks(pair, marks[first], marks[second])), labels


def _find(keys: pa.StringArray, wanted: pa.StringArray) -> Int[np.ndarray, " n"]:
    found: Int[np.ndarray, " n"] = pc.fill_null(pc.index_in(wanted, keys), -1).to_numpy(zero_copy_only=False)
    return found.astype(np.int64)


def _one(table: pa.Table, name: str) -> pa.Array:
    return one_chunk(table.column(name))


def _row(tables: Mapping[str, pa.Table], name: str, sighting: pa.Table) -> Int[np.ndarray, " n"]:
    key = f"{name}_id"
    rows = _find(_one(tables[name], key), _one(sighting, key))
    if len(rows) and rows.min() < 0:
        lost = _one(sighting, key)[int(np.argmin(rows))].as_py()
        raise TableError(
            f"table `sighting`: {key} {lost!r} has no row in table `{name}`; run `dvc repro` to make both anew"
        )
    return rows


def _boxes(
    view: pa.Table,
    view_rows: Int[np.ndarray, " n"],
    sighting: pa.Table,
    pointing: Pointing,
    rows: Int[np.ndarray, " m"],
) -> Boxes:
    """Write the boxes of some sightings, possibly repeated; whether one is unique is a matter of its whole view."""
    boxes_px = pc.list_flatten(_one(sighting, "box_px")).to_numpy().reshape(-1, 4)
    sizes_px = np.stack([view.column(name).to_numpy()[view_rows] for name in ("width_px", "height_px")], axis=1)
    every = boxes_of(pointing, boxes_px, sizes_px, view_rows)
    return Boxes(pointing, every.texts.take(pa.array(rows)), every.why[rows])
