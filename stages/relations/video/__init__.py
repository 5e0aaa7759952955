"""Facts over clips: one family per row, each a function that adds to what was judged."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from stages.registry import resolve
from stages.relations.base import Limits
from stages.relations.count import fact_table_empty
from stages.relations.sightings import Sightings
from stages.relations.video.clips import VideoParams, clips
from stages.relations.video.statement import Judged, table_of
from stages.runner import Counts

FAMILIES: dict[str, str] = {
    "counting": "stages.relations.video.measures:counting",
    "distances": "stages.relations.video.measures:distances",
    "sizes": "stages.relations.video.measures:sizes",
    "nearest": "stages.relations.video.measures:nearest",
    "room": "stages.relations.video.measures:room",
    "appearance": "stages.relations.video.order:appearance",
    "directions": "stages.relations.video.directions:directions",
    "routes": "stages.relations.video.routes:routes",
}


def over_clips(
    sightings: Sightings, tables: Mapping[str, pa.Table], limits: Limits, params: VideoParams
) -> tuple[pa.Table, Counts]:
    """State all facts over clips (docs/definitions.md), at most `facts_per_clip` per clip and kind."""
    families = [resolve(FAMILIES, name, "family of facts over clips") for name in FAMILIES]
    parts, short = [fact_table_empty()], [Counts()]
    for clip in clips(sightings, tables, params, short):
        judged = Judged()
        for family in families:
            family(clip, limits, params, judged)
        judged.cap(clip, params.facts_per_clip)
        parts.append(table_of(clip, judged.kept))
        short.append(judged.counts())
    return pa.concat_tables(parts), sum(short, Counts())
