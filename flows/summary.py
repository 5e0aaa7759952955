"""The outcome of a build as a table: on the terminal, in the UI and beside the run's records."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

RECORD = "summary.json"
GOOD = frozenset({"Completed", "Restored", "Cached"})
_WORDS = {"Completed": "ran", "Restored": "restored", "Cached": "cached", "NotReady": "not run"}


@dataclass(frozen=True)
class Row:
    """One stage of a build: the name of its state, how long its step took, the versions it left, what it said."""

    stage: str
    state: str
    seconds: float | None = None
    outputs: str = ""
    message: str = ""
    report: dict[str, Any] | None = None


def count_line(rows: Sequence[Row]) -> str:
    """Count the outcomes.

    Example:
        >>> count_line([Row("a", "Cached"), Row("b", "Completed"), Row("c", "Cached")])
        '2 cached, 1 ran'
    """
    counts = Counter(_WORDS.get(row.state, row.state.lower()) for row in rows)
    return ", ".join(f"{count} {word}" for word, count in sorted(counts.items())) or "no stages"


def as_text(rows: Sequence[Row]) -> str:
    """Lay the rows out in columns, then the messages of the stages that failed."""
    cells = [("stage", "outcome", "seconds", "outputs")]
    for row in rows:
        seconds = "" if row.seconds is None else f"{row.seconds:.1f}"
        cells.append((row.stage, _WORDS.get(row.state, row.state.lower()), seconds, row.outputs))
    widths = [max(len(line[column]) for line in cells) for column in range(3)]
    table = [
        f"{stage:<{widths[0]}}  {outcome:<{widths[1]}}  {seconds:>{widths[2]}}  {outputs}".rstrip()
        for stage, outcome, seconds, outputs in cells
    ]
    failures = [f"\n{row.message}" for row in rows if row.state not in GOOD | {"NotReady"}]
    return "\n".join([*table, *failures])


def write_rows(folder: Path, rows: Sequence[Row]) -> None:
    """Keep the rows beside the logs of the run."""
    text = json.dumps([asdict(row) for row in rows], indent=1)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


def read_rows(folder: Path) -> list[Row]:
    """Read the rows of a run; none if it did not get as far as its stages."""
    path = folder / RECORD
    return [Row(**raw) for raw in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []
