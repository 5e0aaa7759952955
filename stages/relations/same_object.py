"""The same object in two views, among three others of the second view."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int, UInt64

from stages.ranks import choose, starts_of
from stages.relations.facts import drop_rows, joined, lists_of, short_names
from stages.relations.sightings import Sightings
from stages.relations.view_pairs import RowsByView, TwoViewParams, ViewPairs
from stages.rng import key, mix
from stages.runner import Counts
from stages.schema.columns import vectors

_OTHERS = 3


def same_objects(sightings: Sightings, pairs: ViewPairs, params: TwoViewParams) -> tuple[pa.Table, Counts]:
    """State `same_object`: an object comparable in both views, and three others comparable in the second.

    The others are drawn by key, those of the object's own category first. No two of the four boxes of the second view
    overlap by `max_iou` or more, nor does the object's box in the first view with any other box there: a box that
    fits two objects points at neither.
    """
    boxes_px = vectors(sightings.table.column("box_px"), 4)
    names = sightings.table.column("object_id")
    keys = mix(mix(sightings.key[pairs.shared_first], sightings.key[pairs.shared_second]), key("same_object"))
    scene = pairs.scene[pairs.shared_pair]
    tried = choose(scene, keys, params.tries_per_scene)
    drops = drop_rows("same_object.not_tried", ~tried, names.take(pa.array(pairs.shared_first)))
    single = np.zeros(len(tried), dtype=np.bool_)
    single[tried] = _points_at_one(sightings, pairs, pairs.shared_first[tried], boxes_px, params.max_iou)
    drops += drop_rows("same_object.box_ambiguous", tried & ~single, names.take(pa.array(pairs.shared_first)))
    rows = np.flatnonzero(single)
    others = _others(sightings, pairs, pairs.shared_second[rows], keys[rows], boxes_px, params.max_iou)
    full: Bool[np.ndarray, " t"] = np.asarray((others >= 0).all(axis=1))
    here = names.take(pa.array(pairs.shared_first[rows]))
    drops += drop_rows("same_object.too_few_others", ~full, here)
    chosen = full.copy()
    chosen[full] = choose(scene[rows][full], mix(keys[rows][full], key("cap")), params.facts_per_scene)
    drops += drop_rows("same_object.sampled_out", full & ~chosen, here)
    return _table(sightings, pairs, rows[chosen], np.sort(others[chosen], axis=1)), drops


def _points_at_one(
    sightings: Sightings, pairs: ViewPairs, rows: Int[np.ndarray, " t"], boxes_px: Float[np.ndarray, "n 4"], most: float
) -> Bool[np.ndarray, " t"]:
    """Tell which sightings have a box that no other object's box in the view overlaps much."""
    there = RowsByView.of(pairs.at, len(pairs.views), ~sightings.seeming)
    owner, other = there.expand(pairs.at[rows])
    clash = (other != rows[owner]) & (iou(boxes_px[rows[owner]], boxes_px[other]) >= most)
    single: Bool[np.ndarray, " t"] = np.bincount(owner[clash], minlength=len(rows)) == 0
    return single


def _others(
    sightings: Sightings,
    pairs: ViewPairs,
    rows: Int[np.ndarray, " t"],
    keys: UInt64[np.ndarray, " t"],
    boxes_px: Float[np.ndarray, "n 4"],
    most: float,
) -> Int[np.ndarray, "t 3"]:
    """Three other sightings of each one's view, boxes apart from it and from each other; -1 where there are fewer."""
    there = RowsByView.of(pairs.at, len(pairs.views), sightings.comparable)
    owner, other = there.expand(pairs.at[rows])
    differs = sightings.category[other] != sightings.category[rows[owner]]
    order = np.lexsort((mix(sightings.key[other], keys[owner]), differs, owner))
    owner, other = owner[order], other[order]
    left = iou(boxes_px[rows[owner]], boxes_px[other]) < most
    picked = np.full((len(rows), _OTHERS), -1, dtype=np.int64)
    for place in range(_OTHERS):
        alive = np.flatnonzero(left)
        best = alive[starts_of(owner[alive])]
        picked[owner[best], place] = other[best]
        left[alive] &= iou(boxes_px[picked[owner[alive], place]], boxes_px[other[alive]]) < most
        left[best] = False
    return picked


def iou(a_px: Float[np.ndarray, "n 4"], b_px: Float[np.ndarray, "n 4"]) -> Float[np.ndarray, " n"]:
    """Intersection over union of boxes (x1, y1, x2, y2), row by row; 0 where both are empty.

    Example:
        >>> iou(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 3.0, 2.0]])).round(3).tolist()
        [0.333]
    """
    low, high = np.maximum(a_px[:, :2], b_px[:, :2]), np.minimum(a_px[:, 2:], b_px[:, 2:])
    common = np.maximum(high - low, 0.0).prod(axis=1)
    union = (a_px[:, 2:] - a_px[:, :2]).prod(axis=1) + (b_px[:, 2:] - b_px[:, :2]).prod(axis=1) - common
    result: Float[np.ndarray, " n"] = np.divide(common, union, out=np.zeros(len(common)), where=union > 0)
    return result


def _table(
    sightings: Sightings, pairs: ViewPairs, shared: Int[np.ndarray, " m"], others: Int[np.ndarray, "m 3"]
) -> pa.Table:
    subject = sightings.column("object_id", pairs.shared_first[shared])
    references = sightings.column("object_id", others.ravel())
    listed = [short_names(sightings.column("object_id", column)) for column in others.T]
    rows = len(shared)
    objects = (
        lists_of(subject, 1, rows),
        lists_of(references, _OTHERS, rows),
        joined(short_names(subject), *listed, separator="."),
    )
    return pairs.facts("same_object", pairs.shared_pair[shared], np.ones(rows), "bool", "image", objects)
