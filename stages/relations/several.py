"""Comparisons of three and more objects of a view: nearest to another one, nearest to the camera, order in depth.

Sets of objects are drawn by key (all sets of a crowded view would be thousands), then judged all at once.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int, UInt64
from pydantic import Field

from stages.params import Params
from stages.ranks import choose, rank_within
from stages.relations.base import TIE, Judged, Limits, short
from stages.relations.count import fact_table_empty
from stages.relations.distance import distance_closest
from stages.relations.facts import drop_rows, fact_table, joined, lists_of, short_names
from stages.relations.position import in_front_of
from stages.relations.sightings import Sightings
from stages.rng import key, mix
from stages.runner import Counts

Rows = Int[np.ndarray, "n _"]
Facts = tuple[pa.Table, Counts]
Doubts = dict[str, Any]


class SeveralParams(Params):
    """Section `relate.several` of params.yaml."""

    sets_per_object: int = Field(ge=0, description="sets of other objects drawn for each object of a view")
    facts_per_view: int = Field(ge=0, description="per view and kind, chosen by key")


def several(sightings: Sightings, limits: Limits, params: SeveralParams) -> Facts:
    """State `nearest_to`, `nearest_to_camera` and `depth_order` facts (docs/definitions.md)."""
    rows = np.flatnonzero(sightings.comparable)
    four = _sets(sightings, rows, 3, params.sets_per_object)
    three = np.unique(np.sort(_sets(sightings, rows, 2, params.sets_per_object), axis=1), axis=0)
    parts, counts = [fact_table_empty()], Counts()
    for table, drops in (
        _nearest_to(sightings, four, limits, params.facts_per_view),
        _in_depth(sightings, three, limits, params.facts_per_view, "nearest_to_camera"),
        _in_depth(sightings, three, limits, params.facts_per_view, "depth_order"),
    ):
        parts.append(table)
        counts += drops
    return pa.concat_tables(parts), counts


def _sets(sightings: Sightings, rows: Int[np.ndarray, " m"], others: int, draws: int) -> Rows:
    """Rows (object, others...) of one view: for each object, `draws` sets of others drawn by key."""
    view = sightings.view[rows]
    start = np.searchsorted(view, view, side="left")
    size = np.searchsorted(view, view, side="right") - start
    first = np.repeat(np.arange(len(rows)), size)
    other = np.repeat(start, size) + np.arange(len(first)) - np.repeat(np.cumsum(size) - size, size)
    first, other = first[first != other], other[first != other]
    found = [np.zeros((0, others + 1), dtype=np.int64)]
    for draw in range(draws):
        keys = mix(mix(sightings.key[rows[first]], sightings.key[rows[other]]), key("set", others, draw))
        rank = rank_within(first, keys)
        full = (size[first] > others) & (rank < others)
        order = np.lexsort((rank[full], first[full]))
        sets = other[full][order].reshape(-1, others)
        found.append(np.column_stack([rows[first[full][order].reshape(-1, others)[:, 0]], rows[sets]]))
    return np.concatenate(found)


def _nearest_to(sightings: Sightings, sets: Rows, limits: Limits, most: int) -> Facts:
    if len(sets) == 0:
        return fact_table_empty(), Counts()
    anchor, candidates = sets[:, 0], sets[:, 1:]
    judged = [distance_closest(sightings.seen.take(anchor), sightings.seen.take(c), limits) for c in candidates.T]
    center = sightings.seen.center_v
    apart = np.linalg.norm(center[candidates] - center[anchor][:, None], axis=2)
    gap, sigma = (np.stack([getattr(j, name) for j in judged], axis=1) for name in ("value", "sigma"))
    order = np.argsort(gap, axis=1, kind="stable")
    n = np.arange(len(sets))
    best, second = order[:, 0], order[:, 1]
    lead = gap[n, second] - gap[n, best]
    apart_other = np.where(np.arange(3)[None] == best[:, None], np.inf, apart).min(axis=1)
    margin = lead / np.hypot(sigma[n, best], sigma[n, second])
    doubts = {
        "extent_unobserved": np.stack([j.unclear["extent_unobserved"] for j in judged]).any(axis=0),
        "touching": gap[n, best] <= TIE,
        "lead_too_small": short(lead, limits.min_gap_m),
        "readings_disagree": short(apart_other - apart[n, best], limits.min_gap_m),
        "margin_too_small": short(margin, limits.min_margin["nearest_to"]),
    }
    ordered = np.take_along_axis(candidates, order, axis=1)
    return _stated(
        sightings, "nearest_to", ordered[:, :1], np.column_stack([anchor, _by_row(ordered[:, 1:])]), lead, margin,
        doubts, most,
    )  # fmt: skip


def _by_row(rows: Rows) -> Rows:
    """Others in no order that tells anything."""
    return np.sort(rows, axis=1)


def _in_depth(sightings: Sightings, sets: Rows, limits: Limits, most: int, kind: str) -> Facts:
    if len(sets) == 0:
        return fact_table_empty(), Counts()
    ahead = sightings.seen.center_v[:, 1][sets]
    ordered = np.take_along_axis(sets, np.argsort(ahead, axis=1, kind="stable"), axis=1)
    compared = ((0, 1), (0, 2)) if kind == "nearest_to_camera" else ((0, 1), (1, 2), (0, 2))
    judged = [
        in_front_of(sightings.seen.take(ordered[:, a]), sightings.seen.take(ordered[:, b]), limits) for a, b in compared
    ]
    margin = np.stack([j.margin for j in judged]).min(axis=0)
    doubts: Doubts = {
        "pair_unclear": np.stack([_unclear(j) for j in judged]).any(axis=0),
        "margin_too_small": short(margin, limits.min_margin["in_front_of"]),
    }
    subjects, references = (
        (ordered[:, :1], _by_row(ordered[:, 1:])) if kind == "nearest_to_camera" else (ordered, ordered[:, :0])
    )
    value = np.stack([j.value for j in judged]).min(axis=0)
    return _stated(sightings, kind, subjects, references, value, margin, doubts, most)


def _unclear(judged: Judged) -> Bool[np.ndarray, " n"]:
    unclear = np.zeros(len(judged.value), dtype=np.bool_)
    for holds in judged.unclear.values():
        unclear |= holds
    return unclear


def _stated(
    sightings: Sightings,
    kind: str,
    subjects: Rows,
    references: Rows,
    value: Float[np.ndarray, " n"],
    margin: Float[np.ndarray, " n"],
    doubts: Doubts,
    most: int,
) -> Facts:
    """Keep sets beyond doubt, once each and at most so many per view; count the others under their first reason."""
    names = sightings.column("object_id", subjects[:, 0])
    left, counts = np.ones(len(value), dtype=bool), Counts()
    for reason, holds in doubts.items():
        counts += drop_rows(f"{kind}.{reason}", left & holds, names)
        left &= ~holds
    kept = np.flatnonzero(left)
    both = np.column_stack([subjects, references])[kept]
    kept = kept[np.unique(both, axis=0, return_index=True)[1]]
    keys = _keys(sightings, subjects[kept], references[kept], kind)
    chosen = choose(sightings.view[subjects[kept, 0]], keys, most)
    counts += drop_rows(f"{kind}.sampled_out", ~chosen, names.take(pa.array(kept)))
    kept = kept[chosen]
    return _table(sightings, kind, subjects[kept], references[kept], value[kept], margin[kept]), counts


def _keys(sightings: Sightings, subjects: Rows, references: Rows, kind: str) -> UInt64[np.ndarray, " n"]:
    keys = np.full(len(subjects), key(kind), dtype=np.uint64)
    for column in (*subjects.T, *references.T):
        keys = mix(keys, sightings.key[column])
    return keys


def _table(
    sightings: Sightings,
    kind: str,
    subjects: Rows,
    references: Rows,
    value: Float[np.ndarray, " n"],
    margin: Float[np.ndarray, " n"],
) -> pa.Table:
    rows = len(value)
    view_id = sightings.column("view_id", subjects[:, 0])
    named = [short_names(sightings.column("object_id", c)) for c in (*subjects.T, *references.T)]
    geometry = sightings.geometry.take(pa.array(np.column_stack([subjects, references]).max(axis=1)))
    return fact_table(
        rows,
        fact_id=joined(view_id, kind, joined(*named, separator=".")),
        scene_id=sightings.column("scene_id", subjects[:, 0]),
        view_ids=lists_of(view_id, 1, rows),
        kind=kind,
        subject_ids=lists_of(sightings.column("object_id", subjects.ravel()), subjects.shape[1], rows),
        reference_ids=lists_of(sightings.column("object_id", references.ravel()), references.shape[1], rows),
        value=value,
        unit="m",
        margin=margin,
        frame="none" if kind == "nearest_to" else "view",
        geometry=geometry,
    )
