"""Size of one object as a measure: its height, and its longest edge."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from pydantic import Field

from stages.params import Params
from stages.ranks import choose
from stages.relations.base import Limits, short
from stages.relations.facts import drop_rows, fact_table, joined, lists_of, short_names
from stages.relations.sightings import Sightings
from stages.rng import key, mix
from stages.runner import Counts
from stages.schema.columns import floats

KINDS = ("height", "longest_edge")


class ExtentParams(Params):
    """Section `relate.extent` of params.yaml."""

    max_truncated_fraction: float = Field(ge=0, le=1, description="share of the silhouette outside the picture")
    min_extent_m: float = Field(ge=0, description="smaller extents are not asked")
    facts_per_view: int = Field(ge=0, description="per view and kind, chosen by key")


def extents(sightings: Sightings, limits: Limits, params: ExtentParams) -> tuple[pa.Table, Counts]:
    """State `height` and `longest_edge` facts of objects whose extents are known and that are seen whole."""
    rows = np.flatnonzero(sightings.comparable)
    seen, names = sightings.seen.take(rows), sightings.column("object_id", rows)
    truncated = np.nan_to_num(floats(sightings.table.column("truncated_fraction"))[rows])
    longest = seen.size_v.argmax(axis=1)
    counts, parts = Counts(), []
    for kind, axis in zip(KINDS, (np.full(len(rows), 2), longest), strict=True):
        value, own = (a[np.arange(len(rows)), axis] for a in (seen.size_v, seen.sigma_size_m))
        margin = value / np.hypot(own, seen.scale_sigma * value)
        doubts = {
            "extent_unobserved": ~seen.extent_observed,
            "truncated": truncated > params.max_truncated_fraction,
            "too_small": short(value, params.min_extent_m),
            "margin_too_small": short(margin, limits.min_margin[kind]),
        }
        left = np.ones(len(rows), dtype=bool)
        for reason, holds in doubts.items():
            counts += drop_rows(f"{kind}.{reason}", left & holds, names)
            left &= ~holds
        chosen = left.copy()
        chosen[left] = choose(
            sightings.view[rows[left]], mix(sightings.key[rows[left]], key(kind)), params.facts_per_view
        )
        counts += drop_rows(f"{kind}.sampled_out", left & ~chosen, names)
        parts.append(_table(sightings, kind, rows[chosen], value[chosen], margin[chosen]))
    return pa.concat_tables(parts), counts


def _table(sightings: Sightings, kind: str, rows: np.ndarray, value: np.ndarray, margin: np.ndarray) -> pa.Table:
    view_id, object_id = sightings.column("view_id", rows), sightings.column("object_id", rows)
    return fact_table(
        len(rows),
        fact_id=joined(view_id, kind, short_names(object_id)),
        scene_id=sightings.column("scene_id", rows),
        view_ids=lists_of(view_id, 1, len(rows)),
        kind=kind,
        subject_ids=lists_of(object_id, 1, len(rows)),
        value=value,
        unit="m",
        margin=margin,
        frame="none",
        geometry=sightings.geometry.take(pa.array(rows)),
    )
