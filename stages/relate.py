"""DVC stage `relate@SOURCE`: annotated tables in, spatial facts with value and margin out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int
from pydantic import Field

from stages.params import Params
from stages.ranks import choose
from stages.relations import PAIR_RELATIONS
from stages.relations.base import Limits
from stages.relations.count import absence, counts_and_presence
from stages.relations.existence import SIDES, existence
from stages.relations.extent import ExtentParams, extents
from stages.relations.facts import drop_rows, fact_table, joined, lists_of, short_names, worst_geometry
from stages.relations.fused import judge
from stages.relations.pairs import pairs_within
from stages.relations.rotation import RotationLimits, rotations
from stages.relations.several import SeveralParams, several
from stages.relations.sightings import SeenLimits, Sightings, sightings_of
from stages.relations.two_views import two_views
from stages.relations.verdicts import Verdict
from stages.relations.video import over_clips
from stages.relations.video.clips import VideoParams
from stages.relations.view_pairs import TwoViewParams
from stages.rng import key, mix
from stages.runner import Context, Counts, Result, Stage, main


class RelateParams(Params):
    """Section `relate` of params.yaml."""

    seen: SeenLimits = Field(description="objects of comparisons and distances")
    instances: SeenLimits = Field(description="instances that are counted or exist")
    limits: Limits
    rotation: RotationLimits
    several: SeveralParams
    extent: ExtentParams
    video: VideoParams
    two_views: TwoViewParams
    pairs_per_view: int = Field(ge=0, description="facts per view and pair relation, chosen by key")
    counts_per_view: int = Field(ge=0, description="counted categories per view")
    existence_per_view: int = Field(
        ge=0, description="facts per view and existence kind, for each answer of plain ones"
    )


def relate(tables: Mapping[str, pa.Table], params: RelateParams, context: Context) -> Result:
    """State every fact that is clear enough; what is not is a counted drop `<kind>.<reason>`."""
    sightings = sightings_of(tables, params.seen, params.instances, context.seed)
    names = sightings.table.column("object_id")
    counts = Counts(read={"sightings": len(tables["sighting"])})
    counts += drop_rows("sighting.no_box_in_view_space", ~sightings.boxed & ~sightings.seeming, names)
    counts += drop_rows("sighting.seen_too_little", sightings.boxed & ~sightings.comparable & ~sightings.seeming, names)
    rows = np.flatnonzero(sightings.comparable)
    i, j = (rows[k] for k in pairs_within(sightings.view[rows]))
    counts += Counts(read={"pairs": len(i)})
    parts: list[pa.Table] = []
    signs: dict[str, Int[np.ndarray, " p"]] = {}
    verdicts, subjects = judge(sightings.seen, i, j, params.limits), sightings.column("object_id", i)
    pair_keys = mix(sightings.key[i], sightings.key[j])
    for kind in PAIR_RELATIONS:
        verdict = verdicts.of(kind)
        for reason, holds in verdict.doubts().items():
            counts += drop_rows(f"{kind}.{reason}", holds, subjects)
        if kind in SIDES:
            signs[kind] = verdict.sign.astype(np.int64)
        clear = np.flatnonzero(verdict.clear)
        kept = choose(sightings.view[i[clear]], mix(pair_keys[clear], key(kind)), params.pairs_per_view)
        parts.append(_pair_facts(sightings, verdict, i, j, clear[kept]))
        counts += drop_rows(f"{kind}.sampled_out", ~kept, subjects.take(pa.array(clear)))
    for table, drops in (
        counts_and_presence(sightings, tables, params.counts_per_view, params.existence_per_view),
        absence(sightings, tables, params.existence_per_view, context.seed),
        existence(sightings, (i, j), signs, params.existence_per_view),
        several(sightings, params.limits, params.several),
        extents(sightings, params.limits, params.extent),
        rotations(sightings, tables, params.rotation),
        over_clips(sightings, tables, params.limits, params.video),
        two_views(sightings, tables, params.two_views, context.seed),
    ):
        parts.append(table)
        counts += drops
    facts = pa.concat_tables(parts)
    return Result({"fact": facts}, counts + Counts(kept={"facts": len(facts), **_by_kind(facts)}))


def _by_kind(facts: pa.Table) -> dict[str, int]:
    pairs = pc.value_counts(facts.column("kind").combine_chunks())
    return {f"facts.{p['values'].as_py()}": p["counts"].as_py() for p in pairs}


def _pair_facts(
    sightings: Sightings,
    verdict: Verdict,
    i: Int[np.ndarray, " p"],
    j: Int[np.ndarray, " p"],
    chosen: Int[np.ndarray, " c"],
) -> pa.Table:
    """Facts of the chosen pairs, turned round where the converse holds."""
    kind, value = verdict.kind, verdict.value[chosen]
    subject = np.where(value >= 0, i[chosen], j[chosen])
    reference = np.where(value >= 0, j[chosen], i[chosen])
    view_id = sightings.column("view_id", subject)
    subject_id, reference_id = sightings.column("object_id", subject), sightings.column("object_id", reference)
    rows = len(value)
    return fact_table(
        rows,
        fact_id=joined(view_id, kind, joined(short_names(subject_id), short_names(reference_id), separator=".")),
        scene_id=sightings.column("scene_id", subject),
        view_ids=lists_of(view_id, 1, rows),
        kind=kind,
        subject_ids=lists_of(subject_id, 1, rows),
        reference_ids=lists_of(reference_id, 1, rows),
        value=np.abs(value),
        unit=verdict.unit,
        margin=verdict.margin[chosen],
        frame=verdict.frame,
        geometry=worst_geometry(
            sightings.geometry.take(pa.array(subject)), sightings.geometry.take(pa.array(reference))
        ),
    )


STAGE = Stage(
    name="relate",
    params=RelateParams,
    work=relate,
    reads={t: "annotated" for t in ("sighting", "scene", "view", "object")},
    writes=("fact",),
    out="facts",
)

if __name__ == "__main__":
    main(STAGE)
