"""The one place where a stage meets argv, params, disk, workers, progress and its report.

A stage module holds a pure function from tables to tables and a `Stage`; `main(stage)` does the rest.
Outputs are written below `data/.tmp` and renamed when complete, so a killed stage leaves nothing half-done.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import pyarrow as pa
from pydantic import BaseModel

from stages import params as params_file
from stages.progress import Progress, emit
from stages.schema.errors import UserError
from stages.schema.store import read_table, shard_path, shards_in, write_table
from stages.workers import die_with_parent, peak_mib, spread, workers

DATA = Path("data")
EXAMPLES = 5
_SHOWN_REASONS = 5

P = TypeVar("P", bound=BaseModel)
J = TypeVar("J")
R = TypeVar("R")
log = logging.getLogger("stages")


@dataclass(frozen=True)
class Counts:
    """What a piece of work read, kept and dropped; sums with `+`. Examples are the first few items per reason."""

    read: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __add__(self, other: Counts) -> Counts:
        """Add counts; examples keep the first few in the order added."""
        examples = {k: (*self.examples.get(k, ()), *other.examples.get(k, ()))[:EXAMPLES]
                    for k in sorted({*self.examples, *other.examples})}  # fmt: skip
        return Counts(
            _add(self.read, other.read), _add(self.kept, other.kept), _add(self.dropped, other.dropped), examples
        )


def _add(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    return {k: a.get(k, 0) + b.get(k, 0) for k in sorted({*a, *b})}


def dropped(reason: str, items: Sequence[str]) -> Counts:
    """Count items that were left out for one reason (a stable dotted key)."""
    return Counts(dropped={reason: len(items)}, examples={reason: tuple(items[:EXAMPLES])}) if len(items) else Counts()


@dataclass(frozen=True)
class Result:
    """Output of a stage function on one shard: tables by name, and the counts."""

    tables: Mapping[str, pa.Table]
    counts: Counts


@dataclass(frozen=True)
class Context:
    """What a stage function may know besides its tables and params."""

    seed: int
    source: str
    shard: int


ShardFunction = Callable[[Mapping[str, pa.Table], P, Context], Result]


@dataclass(frozen=True)
class Stage(Generic[P]):
    """A stage that maps shards of one source to shards: names, params model and the pure function.

    `reads` maps table names to the stage output folders they come from; `writes` names the tables made.
    `out` is the folder below `data/`. With `per_source=False` all sources of params.yaml are mapped in one run.
    """

    name: str
    params: type[P]
    work: ShardFunction[P]
    reads: Mapping[str, str]
    writes: Sequence[str]
    out: str
    per_source: bool = True


def main(stage: Stage[Any]) -> None:
    """Run a shard-mapping stage from the command line: `python -m stages.<name> [source]`."""
    guard(lambda: _run_stage(stage, sys.argv[1:]))


def guard(run: Callable[[], None]) -> None:
    """Run a stage's command line: die with DVC, print a user's mistakes as one message, exit 1."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    if "DVC_STAGE" in os.environ:
        die_with_parent()
    try:
        run()
    except UserError as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(1) from None


def _run_stage(stage: Stage[Any], argv: Sequence[str]) -> None:
    data = params_file.read_params()
    sources = [only_argument(argv, f"python -m stages.{stage.name} SOURCE")] if stage.per_source else source_names(data)
    params = params_file.parse(stage.params, params_file.section(data, stage.name), stage.name)
    seed = seed_of(data)
    jobs = [
        _ShardJob(stage, params, Context(seed, source, shard), folder)
        for source in sources
        for folder in [f"{stage.out}/{source}"]
        for shard in shards_in(DATA / next(iter(stage.reads.values())) / source, next(iter(stage.reads)))
    ]
    out = f"{stage.out}/{sources[0]}" if stage.per_source else stage.out
    with Run(f"{stage.name}@{sources[0]}" if stage.per_source else stage.name, out) as run:
        for source in sources:
            (run.folder if stage.per_source else run.folder / source).mkdir(exist_ok=True, parents=True)
        run.map(_Worker(stage.per_source, run.folder), jobs)


@dataclass(frozen=True)
class _ShardJob:
    stage: Stage[Any]
    params: BaseModel
    context: Context
    folder: str


@dataclass(frozen=True)
class _Worker:
    per_source: bool
    out: Path

    def __call__(self, job: _ShardJob) -> Counts:
        context = job.context
        tables = {
            name: read_table(shard_path(DATA / folder / context.source, name, context.shard), name)
            for name, folder in job.stage.reads.items()
        }
        result = job.stage.work(tables, job.params, context)
        folder = self.out if self.per_source else self.out / context.source
        for name in job.stage.writes:
            write_table(shard_path(folder, name, context.shard), result.tables[name], name)
        return result.counts


class Run:
    """One run of a stage: a temporary output folder that is renamed on success, progress, and the report.

    Args:
        name: Name of the stage in dvc.yaml, e.g. `relate@rooms`; also names the report.
        out: Output folder below `data/`.
    """

    def __init__(self, name: str, out: str) -> None:
        self.name = name
        self.out = DATA / out
        self.folder = DATA / ".tmp" / name
        self.counts = Counts()
        self.metrics: dict[str, Any] = {}
        self._started = time.monotonic()

    def __enter__(self) -> Run:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._finish()
        shutil.rmtree(self.folder, ignore_errors=True)

    def map(self, work: Callable[[J], Counts], jobs: Sequence[J], what: str = "shards") -> None:
        """Run `work` on every job over the workers and add the counts, in job order."""
        for counts in self.imap(work, jobs, what):
            self.counts += counts

    def imap(self, work: Callable[[J], R], jobs: Sequence[J], what: str = "shards") -> Iterator[R]:
        """Yield `work(job)` in job order, computed by the worker processes."""
        with Progress(self.name, len(jobs), what) as progress:
            for result in spread(work, jobs):
                progress.step()
                yield result

    def _finish(self) -> None:
        drops = {k: {"count": self.counts.dropped[k], "examples": list(self.counts.examples.get(k, ()))}
                 for k in sorted(self.counts.dropped)}  # fmt: skip
        (self.folder / "_drops.json").write_text(json.dumps(drops, indent=1) + "\n", encoding="utf-8")
        self.out.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.out, ignore_errors=True)
        self.folder.replace(self.out)
        report: dict[str, Any] = {
            "read": dict(self.counts.read), "kept": dict(self.counts.kept), "dropped": dict(self.counts.dropped),
            **self.metrics,
        }  # fmt: skip
        write_json(DATA / "reports" / f"{self.name}.json", report)
        cost = {"seconds": round(time.monotonic() - self._started, 2), "peak_mib": peak_mib(), "workers": workers()}
        write_json(DATA / "timings" / f"{self.name}.json", cost)
        emit({"event": "report", **report, **cost})
        log.info("%s: %s", self.name, _summary(self.counts, cost))


def _summary(counts: Counts, cost: Mapping[str, Any]) -> str:
    lost = sorted(counts.dropped.items(), key=lambda item: -item[1])
    more = f" and {len(lost) - _SHOWN_REASONS} reasons more" if len(lost) > _SHOWN_REASONS else ""
    return (
        f"read {_listed(counts.read)}; kept {_listed(counts.kept)}; "
        f"dropped {_listed(dict(lost[:_SHOWN_REASONS]))}{more}; {cost['seconds']} s, {cost['peak_mib']} MiB"
    )


def _listed(values: Mapping[str, int]) -> str:
    return ", ".join(f"{v:,} {k}" for k, v in values.items() if v) or "nothing"


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON with sorted keys through a temporary name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(temporary, path)


def only_argument(argv: Sequence[str], usage: str) -> str:
    """Return the single command line argument.

    Raises:
        UserError: There is none, or more than one.
    """
    if len(argv) != 1:
        raise UserError(f"usage: {usage}")
    return argv[0]


def source_names(data: Mapping[str, Any]) -> list[str]:
    """Names under `sources` in params.yaml, in file order."""
    return list(params_file.section(data, "sources"))


def seed_of(data: Mapping[str, Any]) -> int:
    """The `seed` of params.yaml.

    Raises:
        UserError: It is not a whole number.
    """
    seed = params_file.section(data, "seed")
    if not isinstance(seed, int) or isinstance(seed, bool):
        raise UserError(f"params.yaml: seed: expected a whole number, found {seed!r}")
    return seed
