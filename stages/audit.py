"""DVC stage `audit`: samples, questions and exact scenes in, label error and lost samples out.

Labels are audited in scenes with exact truth only (procedural sources). Path *exact*: every question of the build is
answered anew from meshes and exact poses. Paths *sensor* and *lifted*: the same scenes lose their boxes and exact depth
(`stages.audits.degrade`), get boxes back from `annotate`, facts from `relate`, and each fact is judged.
The build fails where a task's label error is surely above `audit.max_error`.
Samples of all sources are read back from prompt, pictures and response to their question; a lost one fails the build.

Natural-language references of the build's samples are resolved anew in the exact scenes; the build fails where more
than `audit.max_reference_error` do not mean exactly the object meant.

Out: `label_error.csv` and, per path, `error_by_margin_<path>.csv` (DVC plots), `wrong.csv` (every wrong label),
`round_trip.csv` (every lost sample), `formats.csv` (samples per task and format, and why a cell is empty),
`misnamed.csv` (every wrong reference).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from pydantic import Field

from stages import params as params_file
from stages.annotate import AnnotateParams, complete
from stages.audits.degrade import MonocularNoise, SensorNoise
from stages.audits.format_table import format_table
from stages.audits.judge import CASES, judge_facts, judge_naive, judge_questions
from stages.audits.named import MISNAMED, Named, judge_references, uniqueness
from stages.audits.paths import Depths, Eyes, SourcePath, degraded, exact_depths, no_pictures
from stages.audits.report import kept_shares, label_error, margin_tables, margins_for_target, over_limit
from stages.audits.round_trip import LOST, ReadBack
from stages.audits.truth import SceneTruth, scene_truth
from stages.formats.coordinates import Pointing
from stages.formats.outcomes import summed
from stages.params import Params
from stages.relate import RelateParams, relate
from stages.rng import column_keys, uniform
from stages.runner import DATA, Context, Counts, Run, dropped, guard, seed_of, source_names
from stages.schema.errors import UserError
from stages.schema.store import read_all, read_table, shard_path, shards_in
from stages.tasks.samples import FormatParams

DEGRADED: tuple[SourcePath, ...] = ("sensor", "lifted")
TABLES_READ = ("scene", "view", "object", "sighting")
NO_TRUTH, NOT_JUDGED = "audit.no_exact_truth", "audit.not_judged"


class AuditParams(Params):
    """Section `audit` of params.yaml."""

    degraded_share: float = Field(ge=0, le=1, description="share of exact scenes also seen through worse eyes")
    facts_per_view: int = Field(ge=1, description="facts per view and pair relation that are judged")
    target_error: float = Field(gt=0, lt=1, description="label error for which margins are proposed")
    max_reference_error: float = Field(
        ge=0,
        le=1,
        description="natural-language samples whose reference is not unique or wrong, share that fails the build",
    )
    max_error: Mapping[SourcePath, float] = Field(description="label error of a task that fails the build, by path")
    read_back_share: float = Field(
        gt=0, le=1, description="share of all samples that are read back; one lost one fails"
    )
    sensor: SensorNoise
    lifted: MonocularNoise


class Found(NamedTuple):
    """What one shard of one source gave: cases and references judged, what `relate` kept and dropped by path."""

    cases: pa.Table
    named: Named
    related: dict[SourcePath, Counts]
    counts: Counts
    scenes: tuple[int, int]


@dataclass(frozen=True)
class _Settings:
    audit: AuditParams
    annotate: AnnotateParams
    relate: RelateParams
    pointing: Pointing
    sources: Mapping[str, Mapping[str, Any]]
    seed: int


@dataclass(frozen=True)
class _Job:
    settings: _Settings
    source: str
    shard: int


class Truths:
    """Truth of the scenes of one shard, each made once."""

    def __init__(self, settings: _Settings, source: str) -> None:
        params = settings.sources[source]
        self._of = cache(lambda scene_id: scene_truth(params, source, settings.seed, scene_id))

    def __call__(self, scene_id: str) -> SceneTruth:
        """Return the truth of a scene."""
        return self._of(scene_id)


def audit_shard(job: _Job) -> Found:
    """Audit one shard of one exact source on all paths."""
    settings, truths = job.settings, Truths(job.settings, job.source)
    context = Context(settings.seed, job.source, job.shard)
    tables = {name: _read(f"annotated/{job.source}", name, job.shard) for name in TABLES_READ}
    facts = _read(f"facts/{job.source}", "fact", job.shard).sort_by("scene_id")
    questions = _read(f"unique/{job.source}", "question", job.shard).sort_by("scene_id")
    parts = [_labelled("exact", "question", judge_questions(questions, facts, truths))]
    named = judge_references(_read(f"questions/{job.source}", "sample", job.shard), questions, truths)
    related: dict[SourcePath, Counts] = {}
    share = uniform(column_keys(tables["scene"].column("scene_id"), "audit", settings.seed))
    chosen = tables["scene"].column("scene_id").filter(pa.array(share < settings.audit.degraded_share))
    seen = {
        name: table.filter(pc.is_in(table.column("scene_id"), chosen.combine_chunks()))
        for name, table in tables.items()
    }
    depths = exact_depths(_read(f"scenes/{job.source}", "pixels", job.shard), seen["view"])
    for path in ("exact", *DEGRADED):
        found, kept = _audit_path(path, seen, depths, settings, context, truths)
        parts += found
        related[path] = kept
    cases = pa.concat_tables(parts)
    unjudged = cases.filter(pc.is_null(cases.column("wrong")))
    counts = Counts(read={"cases": len(cases)}, kept={"cases": len(cases) - len(unjudged)})
    return Found(cases.filter(pc.is_valid(cases.column("wrong"))), named, related,
                 counts + dropped(NOT_JUDGED, unjudged.column("item").to_pylist()),
                 (len(tables["scene"]), len(chosen)))  # fmt: skip


def _audit_path(
    path: SourcePath,
    tables: Mapping[str, pa.Table],
    depths: Depths,
    settings: _Settings,
    context: Context,
    truths: Truths,
) -> tuple[list[pa.Table], Counts]:
    """Judge one path's facts at the margins of params.yaml, all facts without margins, and a no-margin engine."""
    seen, seen_depths = tables, depths
    if path != "exact":
        eyes = Eyes(settings.audit.sensor, settings.audit.lifted)
        worse, seen_depths = degraded(tables, depths, path, eyes, settings.seed)
        seen = complete(worse, settings.annotate, no_pictures, seen_depths).tables
    many = settings.relate.model_copy(update={"pairs_per_view": settings.audit.facts_per_view})
    kept = relate(seen, many, context)
    parts = [_labelled(path, "fact", judge_facts(kept.tables["fact"].sort_by("scene_id"), truths))]
    if path != "exact":
        every = relate(seen, without_margins(many), context).tables["fact"].sort_by("scene_id")
        parts.append(_labelled(path, "open", judge_facts(every, truths)))
    parts.append(_labelled(path, "no_margin", judge_naive(seen, seen_depths, truths, settings.seed)))
    return parts, kept.counts


def without_margins(params: RelateParams) -> RelateParams:
    """Return the params with every margin at 0; all other rules stay."""
    limits = params.limits.model_copy(update={"min_margin": dict.fromkeys(params.limits.min_margin, 0.0)})
    return params.model_copy(update={"limits": limits})


def _labelled(path: str, level: str, cases: pa.Table) -> pa.Table:
    """Say where cases come from; right ones keep no texts."""
    right = pc.equal(cases.column("wrong"), False)
    for name in ("said", "truth"):
        at = cases.schema.get_field_index(name)
        cases = cases.set_column(at, CASES.field(at), pc.if_else(right, None, cases.column(name)))
    for name, text in (("level", level), ("path", path)):
        cases = cases.add_column(0, name, pa.repeat(pa.scalar(text), len(cases)))
    return cases


def _read(folder: str, name: str, shard: int) -> pa.Table:
    return read_table(shard_path(DATA / folder, name, shard), name)


def _run() -> None:
    data = params_file.read_params()
    sources: dict[str, Any] = {name: params_file.section(data, f"sources.{name}") for name in source_names(data)}
    settings = _Settings(
        params_file.parse(AuditParams, params_file.section(data, "audit"), "audit"),
        params_file.parse(AnnotateParams, params_file.section(data, "annotate"), "annotate"),
        params_file.parse(RelateParams, params_file.section(data, "relate"), "relate"),
        params_file.parse(FormatParams, params_file.section(data, "template.formats"), "template.formats").pointing,
        sources,
        seed_of(data),
    )
    exact = [name for name, params in sources.items() if params["reader"] == "procedural"]
    jobs = [_Job(settings, name, k) for name in exact for k in shards_in(DATA / "annotated" / name, "scene")]
    with Run("audit", "audit") as run:
        found = list(run.imap(audit_shard, jobs))
        run.counts = sum((f.counts for f in found), dropped(NO_TRUTH, [n for n in sources if n not in exact]))
        cases = pa.concat_tables([f.cases for f in found]) if found else _no_cases()
        related: dict[SourcePath, Counts] = {
            path: sum((f.related[path] for f in found), Counts()) for path in ("exact", *DEGRADED)
        }
        run.metrics |= _write(run, cases, related, settings.audit)
        run.metrics["reference_uniqueness"] = _write_references(run, [f.named for f in found])
        run.metrics["round_trip"] = _read_back(run, list(sources), settings)
        pa_csv.write_csv(format_table(_format_counts(list(sources))), run.folder / "formats.csv")
        run.metrics["scenes"] = {"exact": sum(f.scenes[0] for f in found), "degraded": sum(f.scenes[1] for f in found)}
    _fail_if(over_limit(run.metrics["label_error"], settings.audit.max_error))
    fail_if_ambiguous(run.metrics["reference_uniqueness"], settings.audit.max_reference_error)
    fail_if_lost(run.metrics["round_trip"])


def _read_back(run: Run, sources: Sequence[str], settings: _Settings) -> dict[str, int]:
    """Read samples back; those that do not are listed in `round_trip.csv`."""
    shards = [
        Context(settings.seed, name, k) for name in sources for k in shards_in(DATA / "questions" / name, "sample")
    ]
    found = list(run.imap(ReadBack(settings.audit.read_back_share, settings.pointing), shards, "shards read back"))
    lost = pa.concat_tables([f.lost for f in found]) if found else LOST.empty_table()
    pa_csv.write_csv(lost.sort_by("sample_id"), run.folder / "round_trip.csv")
    return {"n": sum(f.read for f in found), "failures": len(lost.column("sample_id").unique())}


def fail_if_lost(round_trip: Mapping[str, int]) -> None:
    """Fail the build on a single sample that does not read back.

    Raises:
        UserError: There is one.
    """
    if round_trip["failures"]:
        raise UserError(
            f"{round_trip['failures']} of {round_trip['n']} samples do not read back to their question; "
            "data/audit/round_trip.csv lists them. Mend the wording or the reference that it names."
        )


def _format_counts(sources: Sequence[str]) -> pa.Table:
    return summed(pa.concat_tables([read_all(DATA / "questions" / name, "format_count") for name in sources]))


def _no_cases() -> pa.Table:
    return _labelled("exact", "question", CASES.empty_table())


def _write(run: Run, cases: pa.Table, related: Mapping[SourcePath, Counts], params: AuditParams) -> dict[str, Any]:
    wrong = cases.filter(cases.column("wrong")).sort_by([(n, "ascending") for n in ("path", "level", "kind", "item")])
    judged = wrong.filter(pc.is_in(wrong.column("level"), pa.array(["question", "fact"])))
    pa_csv.write_csv(judged, run.folder / "wrong.csv")
    errors = label_error(cases)
    rows = [
        {"path": path, "engine": engine, "task": task, **rate}
        for engine, by_path in errors.items() for path, by_task in by_path.items() for task, rate in by_task.items()
    ]  # fmt: skip
    pa_csv.write_csv(pa.Table.from_pylist(rows), run.folder / "label_error.csv")
    for path in DEGRADED:
        pa_csv.write_csv(margin_tables(cases, path), run.folder / f"error_by_margin_{path}.csv")
    return {
        "label_error": errors["ours"],
        "label_error_no_margin": errors["no_margin"],
        "kept_share": kept_shares(related),
        "margin_for_target": {path: margins_for_target(cases, path, params.target_error) for path in DEGRADED},
    }


def _write_references(run: Run, judged: Sequence[Named]) -> dict[str, float]:
    wrong = pa.concat_tables([MISNAMED.empty_table(), *(part.wrong for part in judged)])
    pa_csv.write_csv(wrong.sort_by([("sample_id", "ascending"), ("phrase", "ascending")]), run.folder / "misnamed.csv")
    return uniqueness(judged)


def fail_if_ambiguous(found: Mapping[str, float], limit: float) -> None:
    """Refuse a build with too many natural-language references that do not mean exactly the object meant."""
    if found["rate"] > limit:
        raise UserError(
            f"the audit found {found['errors']} of {found['n']} natural-language samples whose reference does not mean"
            f" exactly the object meant; `audit.max_reference_error` allows {limit:.2%}. Every one stands in"
            " data/audit/misnamed.csv. Raise the margins of `template.referring` in params.yaml, or report the case."
        )


def _fail_if(problems: Sequence[str]) -> None:
    if problems:
        raise UserError(
            "the audit found label errors above `audit.max_error`:\n  " + "\n  ".join(problems)
            + "\nEvery wrong label stands in data/audit/wrong.csv. Raise the margins in `relate.limits.min_margin`"
            " to those in data/reports/audit.json `margin_for_target`, or report the case."
        )  # fmt: skip


if __name__ == "__main__":
    guard(_run)
