"""All facts about two views of a posed scan (docs/definitions.md)."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from stages.relations.camera_motion import camera_shifts, camera_turns
from stages.relations.same_object import same_objects
from stages.relations.sightings import Sightings
from stages.relations.view_pairs import TwoViewParams, view_pairs
from stages.runner import Counts


def two_views(
    sightings: Sightings, tables: Mapping[str, pa.Table], params: TwoViewParams, seed: int
) -> tuple[pa.Table, Counts]:
    """State `camera_turn`, `camera_shift` and `same_object` facts; what is unclear is a counted drop."""
    pairs, drops = view_pairs(sightings, tables, params, seed)
    turns, of_turns = camera_turns(pairs, params)
    shifts, of_shifts = camera_shifts(pairs, params)
    same, of_same = same_objects(sightings, pairs, params)
    return pa.concat_tables([turns, shifts, same]), drops + of_turns + of_shifts + of_same
