"""Objects of clips: each as one row, shown where it is largest, so that names, boxes and marks work as in one view."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Int

from stages.ranks import rank_within
from stages.rng import column_keys
from stages.schema.columns import codes, one_chunk


@dataclass(frozen=True)
class ClipRows:
    """One row per clip and object that any of its frames shows, sorted by clip and object.

    `best` is the sighting with the largest area, `frame` its place in the clip from 0, `mark` the object's place among
    the marks of the clip, -1 if unmarked; `masked` says whether every frame that shows it has its mask. A crowd in any
    frame is the crowd's row.
    """

    clip: Int[np.ndarray, " n"]
    best: Int[np.ndarray, " n"]
    frame: Int[np.ndarray, " n"]
    mark: Int[np.ndarray, " n"]
    masked: Bool[np.ndarray, " n"]


def clip_rows(sighting: pa.Table, marks: Int[np.ndarray, " n"], clips: pa.ListArray, most: int) -> ClipRows:
    """Gather the objects of every clip.

    The `most` objects with the largest total area that are marked in a view of their own are marked in the clip, in
    an order drawn by the object's name alone: the order of a clip's marks tells nothing.

    Args:
        sighting: Table `sighting`.
        marks: Place among the marks of its view per sighting, -1 if unmarked.
        clips: View ids of each clip, in order.
        most: Marks per clip at most.
    """
    view_ids, object_code = one_chunk(sighting.column("view_id")), codes(sighting.column("object_id"))
    area_px = sighting.column("area_px").to_numpy()
    rows, clip, frame = _rows(view_ids, clips)
    order = np.lexsort((frame, -area_px[rows], object_code[rows], clip))
    rows, clip, frame = rows[order], clip[order], frame[order]
    cell = clip * (object_code.max(initial=0) + 1) + object_code[rows]
    starts = np.flatnonzero(np.r_[True, cell[1:] != cell[:-1]]) if len(cell) else np.zeros(0, dtype=np.int64)
    total_px = np.add.reduceat(area_px[rows], starts) if len(starts) else np.zeros(0)
    marked = np.maximum.reduceat(marks[rows], starts) >= 0 if len(starts) else np.zeros(0, dtype=bool)
    place = _places(clip[starts], total_px, marked, _mark_order(sighting)[object_code[rows[starts]]], most)
    masked = one_chunk(sighting.column("mask_rle")).is_valid().to_numpy(zero_copy_only=False)[rows]
    masked = np.logical_and.reduceat(masked, starts) if len(starts) else masked
    return ClipRows(clip[starts], rows[starts], frame[starts], place, masked)


def _rows(
    view_ids: pa.StringArray, clips: pa.ListArray
) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
    """Sightings of all clips' views: row, clip and frame of each; a view may be in several clips."""
    encoded = view_ids.dictionary_encode()
    view = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.argsort(view, kind="stable")
    counts = np.append(np.bincount(view, minlength=len(encoded.dictionary)), 0)  # the last one: nothing is seen
    starts = np.cumsum(counts) - counts
    wanted = pc.fill_null(pc.index_in(pc.list_flatten(clips), encoded.dictionary), len(counts) - 1)
    at = wanted.to_numpy(zero_copy_only=False).astype(np.int64)
    lengths = pc.list_value_length(clips).to_numpy(zero_copy_only=False)
    clip = np.repeat(np.arange(len(clips)), lengths)
    frame = np.arange(len(clip)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    repeats = counts[at]
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    rows = order[np.repeat(starts[at], repeats) + within] if len(order) else within
    return rows, np.repeat(clip, repeats), np.repeat(frame, repeats)


def _mark_order(sighting: pa.Table) -> Int[np.ndarray, " o"]:
    """A number per object, in an order drawn by name."""
    names = one_chunk(sighting.column("object_id")).unique()
    names = names.take(pc.array_sort_indices(names))
    rank = np.empty(len(names), dtype=np.int64)
    rank[np.argsort(column_keys(names, "clip mark"), kind="stable")] = np.arange(len(names))
    return rank


def _places(
    clip: Int[np.ndarray, " n"], total_px: np.ndarray, marked: np.ndarray, order: Int[np.ndarray, " n"], most: int
) -> Int[np.ndarray, " n"]:
    place = np.full(len(clip), -1, dtype=np.int64)
    rows = np.flatnonzero(marked)
    by_size = np.empty(len(rows), dtype=np.int64)
    by_size[np.lexsort((order[rows], -total_px[rows]))] = np.arange(len(rows))
    rows = rows[rank_within(clip[rows], by_size) < most]
    place[rows] = rank_within(clip[rows], order[rows])
    return place
