"""The sightings of one shard as arrays sorted by view, with the flags that decide what may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int, UInt64
from pydantic import Field

from stages.params import Params
from stages.relations.base import Seen
from stages.rng import column_keys, mix
from stages.schema.columns import floats, rows_of, vectors


class SeenLimits(Params):
    """When an object is seen well enough, sections `relate.seen` and `relate.instances`."""

    min_area_px: float = Field(ge=0, description="visible pixels")
    min_visible_fraction: float = Field(ge=0, le=1, description="visible share of the silhouette")
    max_truncated_fraction: float = Field(ge=0, le=1, description="share of the silhouette outside the image")


@dataclass(frozen=True)
class Sightings:
    """Rows sorted by (view, object). `view` and `category` are codes; `clear` uses the limits of instances."""

    table: pa.Table
    view: Int[np.ndarray, " n"]
    category: Int[np.ndarray, " n"]
    categories: pa.Array
    seen: Seen
    geometry: pa.Array
    area_px: Float[np.ndarray, " n"]
    boxed: Bool[np.ndarray, " n"]
    crowd: Bool[np.ndarray, " n"]
    comparable: Bool[np.ndarray, " n"]
    clear: Bool[np.ndarray, " n"]
    key: UInt64[np.ndarray, " n"]

    def column(self, name: str, rows: Int[np.ndarray, " m"]) -> pa.Array:
        """One column of the given rows."""
        return self.table.column(name).take(pa.array(rows)).combine_chunks()


def sightings_of(tables: Mapping[str, pa.Table], seen: SeenLimits, instances: SeenLimits, seed: int) -> Sightings:
    """Sort one shard's sightings by view and object and judge how well each is seen.

    `comparable`: boxed in view space and seen within the limits `seen`. `clear`: recognisable as one instance
    within the limits `instances`, box or not. An unknown visible fraction counts as fully visible.
    """
    table = tables["sighting"].sort_by([("view_id", "ascending"), ("object_id", "ascending")])
    objects = tables["object"]
    at_object = pa.array(rows_of(table.column("object_id"), objects.column("object_id")))
    category = objects.column("category").take(at_object).combine_chunks().dictionary_encode()
    view = table.column("view_id").combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    arrays = Seen(
        center_v=vectors(table.column("center_v"), 3),
        size_v=vectors(table.column("size_v"), 3),
        yaw_v=floats(table.column("yaw_v")),
        sigma_center_m=floats(table.column("sigma_center_m")),
        sigma_size_m=floats(table.column("sigma_size_m")),
    )
    boxed = np.isfinite(arrays.center_v).all(axis=1) & np.isfinite(arrays.sigma_center_m)
    crowd = table.column("crowd").to_numpy(zero_copy_only=False)
    keys = mix(column_keys(table.column("view_id"), seed), column_keys(table.column("object_id"), seed))
    return Sightings(
        table=table,
        view=view.astype(np.int64),
        category=category.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        categories=category.dictionary,
        seen=arrays,
        geometry=objects.column("geometry").take(at_object).combine_chunks(),
        area_px=floats(table.column("area_px")),
        boxed=boxed,
        crowd=crowd,
        comparable=boxed & ~crowd & _within(table, seen),
        clear=~crowd & _within(table, instances),
        key=keys,
    )


def _within(table: pa.Table, limits: SeenLimits) -> Bool[np.ndarray, " n"]:
    visible = np.nan_to_num(floats(table.column("visible_fraction")), nan=1.0)
    truncated = np.nan_to_num(floats(table.column("truncated_fraction")), nan=0.0)
    ok: Bool[np.ndarray, " n"] = (
        (floats(table.column("area_px")) >= limits.min_area_px)
        & (visible >= limits.min_visible_fraction)
        & (truncated <= limits.max_truncated_fraction)
    )
    return ok
