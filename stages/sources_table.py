"""All readers side by side, and what was read with them: `python -m stages.sources_table` (`make sources`).

Which question tasks a dataset can feed follows from what it gives (`ReaderInfo.gives`) by the table `NEEDS`, without
models that would complete it; what it does feed depends on the thresholds in params.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stages import params as params_file
from stages.registry import MissingPackage, resolve
from stages.runner import DATA, guard, source_names
from stages.schema.errors import UserError
from stages.sources import SOURCES
from stages.sources.base import ReaderInfo

Needs = tuple[frozenset[str], ...]
Report = Mapping[str, Any]


def _any_of(*alternatives: str) -> Needs:
    return tuple(frozenset(names.split()) for names in alternatives)


IN_SPACE = _any_of("boxes_2d boxes_3d poses", "boxes_2d masks depth intrinsics gravity")
"""Objects in view space: given boxes seen by posed cameras, or boxes lifted from masks with metric depth."""
IN_VIDEO = _any_of("scan boxes_2d boxes_3d poses", "scan boxes_2d masks depth intrinsics poses")
ON_FLOOR = _any_of("scan boxes_2d boxes_3d poses floor")

NEEDS: dict[str, Needs] = {
    "position_comparison": IN_SPACE,
    "size_comparison": IN_SPACE,
    "existence": _any_of("boxes_2d vocabulary") + IN_SPACE,
    "counting": _any_of("boxes_2d"),
    "absolute_distance": IN_SPACE,
    "relative_distance": IN_SPACE,
    "video_relative_distance": IN_VIDEO,
    "closest_to_camera": IN_SPACE,
    "depth_ordering": IN_SPACE,
    "appearance_order": IN_VIDEO,
    "object_size": IN_SPACE,
    "video_object_size": IN_VIDEO,
    "video_distance": IN_VIDEO,
    "video_counting": IN_VIDEO,
    "room_size": ON_FLOOR,
    "relative_direction": IN_VIDEO,
    "route_planning": ON_FLOOR,
    "camera_turn": IN_VIDEO,
    "camera_shift": IN_VIDEO,
    "correspondence": IN_VIDEO,
    "rotation_estimation": _any_of("object boxes_2d boxes_3d poses"),
}
"""By task: modalities and kind of scene, of which one set must be given."""


def tasks_fed(info: ReaderInfo) -> list[str]:
    """Tasks that a reader's datasets can feed."""
    there = {*info.gives, *info.kinds}
    return [task for task, needs in NEEDS.items() if any(names <= there for names in needs)]


def readers() -> dict[str, ReaderInfo | str]:
    """Every reader's info by name; where a package is missing, what to install."""
    found: dict[str, ReaderInfo | str] = {}
    for name in SOURCES:
        try:
            found[name] = resolve(SOURCES, name, "reader").info
        except MissingPackage as error:
            found[name] = str(error)
    return found


def readers_table(infos: Mapping[str, ReaderInfo | str]) -> Table:
    """Lay out one row per reader."""
    table = Table(title="Readers: what each reads, and what questions it can feed without models", show_lines=True)
    for title in ("reader", "dataset", "kind", "gives", "checked on", "tasks", "licence, where to get it"):
        table.add_column(title, overflow="fold")
    for name, info in infos.items():
        if isinstance(info, str):
            table.add_row(name, info)
            continue
        fed = tasks_fed(info)
        table.add_row(
            name, info.title, " ".join(info.kinds), " ".join(info.gives), info.checked_on or "made-up files only",
            f"all {len(fed)}" if len(fed) == len(NEEDS) else f"{len(fed)}: " + " ".join(fed) if fed else "none",
            f"{info.license}\n{info.obtain}",
        )  # fmt: skip
    return table


def read_reports(folder: Path, sources: Mapping[str, str]) -> dict[str, Report]:
    """Read the ingest reports of the sources in params.yaml; those not built yet have none.

    Raises:
        UserError: A report cannot be read.
    """
    reports: dict[str, Report] = {}
    for source in sources:
        path = folder / f"ingest@{source}.json"
        if not path.is_file():
            continue
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UserError(f"{path}: not valid JSON: {error}; remove it and run `dvc repro`") from error
        if not isinstance(report, dict) or not {"read", "kept", "dropped"} <= report.keys():
            raise UserError(f"{path}: not a report of `ingest`; remove it and run `dvc repro`")
        reports[source] = report
    return reports


def built_table(sources: Mapping[str, str], reports: Mapping[str, Report]) -> Table:
    """Lay out one row per source of params.yaml: kept of read, and what was left out why."""
    table = Table(title="Sources of params.yaml: kept (of read), and drops by reason")
    for title in ("source", "reader", *KEPT):
        table.add_column(title, justify="left" if title in ("source", "reader") else "right")
    table.add_column("drops", overflow="fold")
    for source, reader in sources.items():
        report = reports.get(source)
        if report is None:
            table.add_row(source, reader, *("-" for _ in KEPT), "not built: run `dvc repro`")
            continue
        drops = sorted(report["dropped"].items(), key=lambda item: (-item[1], item[0]))
        table.add_row(source, reader, *(_of(report, what) for what in KEPT),
                      ", ".join(f"{reason} {count:,}" for reason, count in drops) or "none")  # fmt: skip
    return table


KEPT = ("scenes", "views", "objects", "sightings")


def _of(report: Report, what: str) -> str:
    kept, read = report["kept"].get(what, 0), report["read"].get(what, 0)
    return f"{kept:,}" if kept == read else f"{kept:,} of {read:,}"


def _readers_of(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in source_names(data):
        yield name, str(params_file.section(data, f"sources.{name}").get("reader"))


def _run() -> None:
    console = Console()
    console.print(readers_table(readers()))
    sources = dict(_readers_of(params_file.read_params()))
    console.print(built_table(sources, read_reports(DATA / "reports", sources)))


if __name__ == "__main__":
    guard(_run)
