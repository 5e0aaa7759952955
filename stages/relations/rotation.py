"""Rotation of one object between two views of a turntable.

The angle is the signed yaw of the camera around the object's vertical axis from the first view to the second,
counter-clockwise seen from above positive, in (-180, 180] degrees.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float, Int
from pydantic import Field

from stages.geometry.frames import signed_degrees
from stages.params import Params
from stages.ranks import choose
from stages.relations.base import short
from stages.relations.count import fact_table_empty
from stages.relations.facts import drop_rows, fact_table, joined, lists_of, short_names
from stages.relations.pairs import pairs_within
from stages.relations.sightings import Sightings
from stages.rng import mix
from stages.runner import Counts
from stages.schema.columns import floats, rows_of, vectors


class RotationLimits(Params):
    """Section `relate.rotation` of params.yaml."""

    min_turn_deg: float = Field(ge=0, lt=180, description="smaller turns are too close to call")
    per_object: int = Field(ge=0, description="view pairs per object")


def rotations(sightings: Sightings, tables: Mapping[str, pa.Table], limits: RotationLimits) -> tuple[pa.Table, Counts]:
    """State `rotation` facts for objects of turntable scenes; objects that look alike after a turn are left out."""
    rows, drops = _turning(sightings, tables)
    if len(rows) == 0:
        return fact_table_empty(), drops
    object_id = sightings.column("object_id", rows)
    code = object_id.dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.lexsort((rows, code))
    rows, code = rows[order], code[order]
    azimuth_deg = _azimuth_deg(sightings, tables, rows)
    i, j = pairs_within(code)
    turn_deg = signed_degrees(azimuth_deg[j] - azimuth_deg[i])
    first_name = sightings.column("object_id", rows[i])
    small = short(np.abs(turn_deg), limits.min_turn_deg)
    chosen = ~small
    chosen[~small] = choose(
        code[i][~small], mix(sightings.key[rows[i]], sightings.key[rows[j]])[~small], limits.per_object
    )
    drops += drop_rows("rotation.turn_too_small", small, first_name)
    drops += drop_rows("rotation.sampled_out", ~small & ~chosen, first_name)
    return _table(sightings, rows[i[chosen]], rows[j[chosen]], turn_deg[chosen]), drops


def _turning(sightings: Sightings, tables: Mapping[str, pa.Table]) -> tuple[Int[np.ndarray, " m"], Counts]:
    """Rows of sightings that may take part, and the drops."""
    scene, objects = tables["scene"], tables["object"]
    kind = scene.column("kind").take(pa.array(rows_of(sightings.table.column("scene_id"), scene.column("scene_id"))))
    turning = pc.equal(kind, "object").to_numpy(zero_copy_only=False) & ~sightings.seeming
    symmetry = objects.column("symmetry_deg").take(
        pa.array(rows_of(sightings.table.column("object_id"), objects.column("object_id")))
    )
    symmetry_deg = floats(symmetry)
    names = sightings.table.column("object_id")
    exact = pc.fill_null(pc.equal(sightings.geometry, "exact"), False).to_numpy(zero_copy_only=False)
    counts = drop_rows("rotation.axis_unknown", turning & ~exact, names)  # a lifted centre is too far from the axis
    turning &= exact
    counts += drop_rows("rotation.symmetry_unknown", turning & np.isnan(symmetry_deg), names)
    counts += drop_rows("rotation.symmetric", turning & (symmetry_deg < 360), names)
    unclear = turning & (symmetry_deg == 360) & ~sightings.comparable
    counts += drop_rows("rotation.not_seen", unclear, names)
    return np.flatnonzero(turning & (symmetry_deg == 360) & sightings.comparable), counts


def _azimuth_deg(
    sightings: Sightings, tables: Mapping[str, pa.Table], rows: Int[np.ndarray, " m"]
) -> Float[np.ndarray, " m"]:
    view, objects = tables["view"], tables["object"]
    at_view = rows_of(sightings.table.column("view_id").take(pa.array(rows)), view.column("view_id"))
    at_object = rows_of(sightings.table.column("object_id").take(pa.array(rows)), objects.column("object_id"))
    eye_w = vectors(view.column("world_from_cam"), 16).reshape(-1, 4, 4)[at_view, :3, 3]
    outward = eye_w - vectors(objects.column("center_w"), 3)[at_object]
    result: Float[np.ndarray, " m"] = np.degrees(np.arctan2(outward[:, 1], outward[:, 0]))
    return result


def _table(
    sightings: Sightings, one: Int[np.ndarray, " m"], two: Int[np.ndarray, " m"], turn_deg: Float[np.ndarray, " m"]
) -> pa.Table:
    view_one, view_two = sightings.column("view_id", one), sightings.column("view_id", two)
    object_id = sightings.column("object_id", one)
    both = pa.concat_arrays([view_one, view_two]).take(pa.array(np.arange(2 * len(one)).reshape(2, -1).T.ravel()))
    frame_two = pc.list_element(pc.split_pattern(view_two, "/", max_splits=1, reverse=True), -1 if len(one) == 0 else 1)
    return fact_table(
        len(one),
        fact_id=joined(view_one, "rotation", joined(short_names(object_id), frame_two, separator=".")),
        scene_id=sightings.column("scene_id", one),
        view_ids=lists_of(both, 2, len(one)),
        kind="rotation",
        subject_ids=lists_of(object_id, 1, len(one)),
        value=turn_deg,
        unit="deg",
        frame="world",
        geometry=sightings.geometry.take(pa.array(one)),
    )
