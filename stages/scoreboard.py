"""All evaluated models side by side: `python -m stages.scoreboard` prints `data/reports/evaluate@*.json` as a table."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from stages.runner import DATA, guard
from stages.schema.errors import UserError

Report = Mapping[str, Any]
_PREFIX = "evaluate@"


def read_reports(folder: Path) -> dict[str, Report]:
    """Read the report of every evaluated model, sorted by name.

    Raises:
        UserError: There is none, or one cannot be read; names the file and what to run.
    """
    reports: dict[str, Report] = {}
    for path in sorted(folder.glob(f"{_PREFIX}*.json")):
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UserError(f"{path}: not valid JSON: {error}; remove it and run `dvc repro`") from error
        if not isinstance(report, dict) or not {"overall", "by_task", "parse_failures"} <= report.keys():
            raise UserError(f"{path}: not a report of `evaluate`; remove it and run `dvc repro`")
        reports[path.stem.removeprefix(_PREFIX)] = report
    if not reports:
        raise UserError(f"{folder}: no report named {_PREFIX}MODEL.json; run `dvc repro` to evaluate the models")
    return reports


def scores_table(reports: Mapping[str, Report]) -> Table:
    """Lay out one column per model and one row per task, in percent with intervals."""
    first = next(iter(reports.values()))
    table = Table(
        title=f"Benchmark scores, percent ({first['overall']['n']:,} samples; brackets: interval over scenes)"
    )
    table.add_column("task")
    for name in (*reports, "chance"):
        table.add_column(name, justify="right")
    rows = {"all tasks": [report["overall"] for report in reports.values()]}
    for task in sorted({task for report in reports.values() for task in report["by_task"]}):
        rows[task] = [report["by_task"].get(task, {}) for report in reports.values()]
    for label, entries in rows.items():
        table.add_row(label, *map(_cell, entries), _percent(next((e["chance"] for e in entries if e), None)))
    table.add_section()
    table.add_row("not parsed", *(_percent(r["parse_failures"]["rate"]) for r in reports.values()), "")
    return table


def _cell(entry: Mapping[str, Any]) -> str:
    if entry.get("value") is None:
        return "-"
    if entry["low"] is None:
        return _percent(entry["value"])
    return f"{_percent(entry['value'])} [dim]({_percent(entry['low'])} to {_percent(entry['high'])})[/dim]"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f}"


def print_scores(reports: Mapping[str, Report]) -> None:
    """Print the table to standard output."""
    Console().print(scores_table(reports))


def _run() -> None:
    print_scores(read_reports(DATA / "reports"))


if __name__ == "__main__":
    guard(_run)
