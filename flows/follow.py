"""Follow a stage while it runs: its log lines, and the progress and report it appends as JSON lines."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LINE_END = re.compile(r"[\r\n]+")  # progress bars of libraries use \r


class GrowingFile:
    """Reads what a text file has gained since the last look, in whole lines."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def new_lines(self, ended: bool = False) -> list[str]:
        """Return the lines gained, without empty ones; a last line without an end comes once `ended`."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                gained = file.read()
        except FileNotFoundError:
            gained = b""
        self._offset += len(gained)
        text = self._rest + gained
        cut = len(text) if ended else max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        self._rest = text[cut:]
        return [line for line in _LINE_END.split(text[:cut].decode("utf-8", errors="replace")) if line.strip()]


class LogForwarder:
    """Passes a stage's lines on, up to a cap: each line costs the Prefect server about a millisecond."""

    MAX_LINES = 2_000
    MAX_CHARACTERS = 2_000

    def __init__(self, pass_on: Callable[[str], None], whole_log: Path) -> None:
        self._pass_on = pass_on
        self._whole_log = whole_log
        self._passed = 0

    def take(self, lines: list[str]) -> None:
        """Pass on the lines that still fit, then say once where the others are."""
        for line in lines[: max(0, self.MAX_LINES - self._passed)]:
            self._pass_on(line[: self.MAX_CHARACTERS])
        before, self._passed = self._passed, self._passed + len(lines)
        if before <= self.MAX_LINES < self._passed:
            self._pass_on(f"More than {self.MAX_LINES:,} lines; the others are in {self._whole_log}")


class EventReader:
    """Turns the events of a stage into progress, at most once a second, and keeps its report.

    Events: `{"event": "progress", "done": 3, "total": 16, "what": "shards"}` and `{"event": "report", "read": {...},
    "kept": {...}, "dropped": {...}, "seconds": 1.2, "peak_mib": 300}`. Anything else is ignored: a line a stage
    writes must not fail the build.
    """

    INTERVAL_S = 1.0

    def __init__(self, publish: Callable[[float, str], None], clock_s: Callable[[], float] = time.monotonic) -> None:
        self.report: dict[str, Any] | None = None
        self._publish = publish
        self._clock_s = clock_s
        self._published_s = float("-inf")
        self._waiting: tuple[float, str] | None = None

    def take(self, lines: list[str], ended: bool = False) -> None:
        """Read event lines and publish the newest progress if its time has come or the stage has ended."""
        for line in lines:
            self._read(line)
        now_s = self._clock_s()
        if self._waiting and (ended or now_s - self._published_s >= self.INTERVAL_S):
            self._publish(*self._waiting)
            self._waiting, self._published_s = None, now_s

    def _read(self, line: str) -> None:
        try:
            event = json.loads(line)
        except ValueError:
            return
        match event:
            case {"event": "progress", "done": int() | float() as done, "total": int() | float() as total} if total > 0:
                percent = min(100.0, max(0.0, 100.0 * done / total))
                self._waiting = (percent, f"{done:,} of {total:,} {event.get('what', '')}".rstrip())
            case {"event": "report"}:
                self.report = {key: value for key, value in event.items() if key != "event"}


def report_line(report: dict[str, Any]) -> str:
    """Say in one line what a stage read, kept and dropped, and what that cost."""
    parts = [f"{name} {_counts(report[name])}" for name in ("read", "kept", "dropped") if report.get(name)]
    if isinstance(report.get("seconds"), int | float):
        parts.append(f"{report['seconds']:.1f} s")
    if isinstance(report.get("peak_mib"), int | float):
        parts.append(f"peak {report['peak_mib']:,.0f} MiB")
    return "; ".join(parts) or "an empty report"


def _counts(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_counts(count)}" for name, count in value.items())
    return f"{value:,}" if isinstance(value, int | float) else str(value)
