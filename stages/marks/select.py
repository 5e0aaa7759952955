"""Chooses the objects of a view that are marked.

One ordered set per view, so that a view has at most three marked pictures however many questions are asked.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int
from pydantic import Field

from stages.marks.palette import PALETTE
from stages.params import Params
from stages.ranks import rank_within
from stages.rng import column_keys
from stages.schema.columns import codes, one_chunk


class MarkParams(Params):
    """Section `template.marks` of params.yaml: which objects get a mark."""

    most: int = Field(ge=1, le=len(PALETTE), description="marks per view; the largest objects win")
    min_side_px: float = Field(gt=0, description="objects with a shorter box side are left unmarked, pixels")


def mark_places(sightings: pa.Table, seed: int, params: MarkParams) -> Int[np.ndarray, " n"]:
    """Return each sighting's place in the drawing order of its view, -1 where it is not marked.

    The largest `most` objects are marked. Their order is drawn by key, because an order by size or by position would
    tell answers ("region 1 is left of region 2"); it depends on the object alone, so views of one scene agree.

    Args:
        sightings: Table `sighting`, any row order.
        seed: The project's seed.
        params: Limits.
    """
    box_px = pc.list_flatten(one_chunk(sightings.column("box_px"))).to_numpy().reshape(-1, 4)
    side_px = np.minimum(box_px[:, 2] - box_px[:, 0], box_px[:, 3] - box_px[:, 1])
    rows = np.flatnonzero((side_px >= params.min_side_px) & ~sightings.column("crowd").to_numpy())
    views = codes(sightings.column("view_id"))
    order = column_keys(sightings.column("object_id"), "mark", seed)
    area_px = sightings.column("area_px").to_numpy()
    by_size = np.empty(len(rows), dtype=np.int64)
    by_size[np.lexsort((order[rows], -area_px[rows]))] = np.arange(len(rows))
    rows = rows[rank_within(views[rows], by_size) < params.most]
    place = np.full(len(sightings), -1, dtype=np.int64)
    place[rows] = rank_within(views[rows], order[rows])
    return place


def mark_set(sightings: pa.Table, seed: int, params: MarkParams) -> dict[str, list[str]]:
    """Return the marked objects of every view in drawing order (views without marks are absent).

    Args:
        sightings: Table `sighting`, any row order.
        seed: The project's seed.
        params: Limits.
    """
    places = mark_places(sightings, seed, params)
    marked = np.flatnonzero(places >= 0)
    rows = sightings.select(["view_id", "object_id"]).take(pa.array(marked[np.argsort(places[marked], kind="stable")]))
    sets: dict[str, list[str]] = {}
    for view_id, object_id in zip(rows["view_id"].to_pylist(), rows["object_id"].to_pylist(), strict=True):
        sets.setdefault(view_id, []).append(object_id)
    return dict(sorted(sets.items()))
