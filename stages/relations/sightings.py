"""The sightings of one shard as arrays sorted by view, with the flags that decide what may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
    """Rows sorted by (view, object). `view` and `category` are codes; `clear` uses the limits of instances.

    A `seeming` row says that the object also shows another category (a sofa's cushions): it is never clear nor
    comparable, so that category is neither counted nor denied nor used as the only one of its kind.
    """

    table: pa.Table
    view: Int[np.ndarray, " n"]
    category: Int[np.ndarray, " n"]
    categories: pa.Array
    seen: Seen
    geometry: pa.Array
    area_px: Float[np.ndarray, " n"]
    boxed: Bool[np.ndarray, " n"]
    crowd: Bool[np.ndarray, " n"]
    seeming: Bool[np.ndarray, " n"]
    comparable: Bool[np.ndarray, " n"]
    clear: Bool[np.ndarray, " n"]
    exhaustive: Bool[np.ndarray, " n"]
    key: UInt64[np.ndarray, " n"]

    def column(self, name: str, rows: Int[np.ndarray, " m"]) -> pa.Array:
        """One column of the given rows."""
        return self.table.column(name).take(pa.array(rows)).combine_chunks()


def sightings_of(tables: Mapping[str, pa.Table], seen: SeenLimits, instances: SeenLimits, seed: int) -> Sightings:
    """Sort one shard's sightings by view and object and judge how well each is seen.

    `comparable`: boxed in view space and seen within the limits `seen`. `clear`: recognisable as one instance
    within the limits `instances`, box or not. An unknown visible fraction counts as fully visible. `exhaustive`: every
    instance of the category is annotated, or the scene does not say which categories are (no vocabulary).
    """
    table, categories, seeming = _with_seeming(tables["sighting"], tables["object"])
    at_object = pa.array(rows_of(table.column("object_id"), tables["object"].column("object_id")))
    at_view = rows_of(table.column("view_id"), tables["view"].column("view_id"))
    category = categories.dictionary_encode()
    view = table.column("view_id").combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    arrays = Seen(
        center_v=vectors(table.column("center_v"), 3),
        size_v=vectors(table.column("size_v"), 3),
        yaw_v=floats(table.column("yaw_v")),
        sigma_center_m=vectors(table.column("sigma_center_m"), 3),
        sigma_size_m=vectors(table.column("sigma_size_m"), 3),
        scale_sigma=np.nan_to_num(floats(tables["view"].column("scale_sigma")))[at_view],
        tilt_sigma=np.radians(np.nan_to_num(floats(tables["view"].column("tilt_sigma_deg"))))[at_view],
        extent_observed=pc.fill_null(table.column("extent_observed"), True).to_numpy(),
        middle_px=vectors(table.column("box_px"), 4)[:, [0, 2]].mean(axis=1),
    )
    boxed = np.isfinite(arrays.center_v).all(axis=1) & np.isfinite(arrays.sigma_center_m).all(axis=1)
    crowd = table.column("crowd").to_numpy(zero_copy_only=False)
    return Sightings(
        table=table,
        view=view.astype(np.int64),
        category=category.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        categories=category.dictionary,
        seen=arrays,
        geometry=tables["object"].column("geometry").take(at_object).combine_chunks(),
        area_px=floats(table.column("area_px")),
        boxed=boxed,
        crowd=crowd,
        seeming=seeming,
        comparable=boxed & ~crowd & ~seeming & _within(table, seen),
        clear=~crowd & ~seeming & _within(table, instances),
        exhaustive=_exhaustive(table.column("scene_id"), categories, tables["scene"]),
        key=mix(column_keys(table.column("view_id"), seed), column_keys(table.column("object_id"), seed)),
    )


def _with_seeming(sighting: pa.Table, objects: pa.Table) -> tuple[pa.Table, pa.Array, Bool[np.ndarray, " n"]]:
    """Add one row per category that an object also shows; rows sorted by view and object, real ones first."""
    at_object = pa.array(rows_of(sighting.column("object_id"), objects.column("object_id")))
    real = objects.column("category").take(at_object).combine_chunks()
    shown = objects.column("also_shows").take(at_object).combine_chunks()
    counts = pc.fill_null(pc.list_value_length(shown), 0).to_numpy(zero_copy_only=False)
    source = np.concatenate([np.arange(len(sighting)), np.repeat(np.arange(len(sighting)), counts)])
    category = pa.concat_arrays([real, pc.list_flatten(shown)])
    seeming = np.arange(len(source)) >= len(sighting)
    table = sighting.take(pa.array(source))
    keys = pa.table(
        {"v": table.column("view_id"), "o": table.column("object_id"), "s": pa.array(seeming), "c": category}
    )
    order = pc.sort_indices(keys, [(k, "ascending") for k in "vosc"])
    return table.take(order), category.take(order), seeming[order.to_numpy()]


def _exhaustive(scene_id: pa.ChunkedArray, category: pa.Array, scene: pa.Table) -> Bool[np.ndarray, " n"]:
    """Tell which rows' categories are in their scene's vocabulary; a scene without one leaves it open."""
    vocabulary = scene.column("vocabulary").combine_chunks()
    of_word = scene.column("scene_id").combine_chunks().take(pc.list_parent_indices(vocabulary))
    words = pc.binary_join_element_wise(of_word, pc.list_flatten(vocabulary), "\x1f")
    asked = pc.binary_join_element_wise(scene_id.combine_chunks(), category, "\x1f")
    listed = pc.is_in(asked, value_set=words).to_numpy(zero_copy_only=False)
    unlisted = pc.is_null(vocabulary).to_numpy(zero_copy_only=False)[rows_of(scene_id, scene.column("scene_id"))]
    result: Bool[np.ndarray, " n"] = listed | unlisted
    return result


def _within(table: pa.Table, limits: SeenLimits) -> Bool[np.ndarray, " n"]:
    visible = np.nan_to_num(floats(table.column("visible_fraction")), nan=1.0)
    truncated = np.nan_to_num(floats(table.column("truncated_fraction")), nan=0.0)
    ok: Bool[np.ndarray, " n"] = (
        (floats(table.column("area_px")) >= limits.min_area_px)
        & (visible >= limits.min_visible_fraction)
        & (truncated <= limits.max_truncated_fraction)
    )
    return ok
