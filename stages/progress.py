"""Progress of a stage: a bar on a terminal, plain lines elsewhere, and events for whoever started it.

Events are JSON lines appended to the file named by the environment variable `STAGE_EVENTS`; it is not part of
any stage's inputs, so it changes no hash.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

_LINE_EVERY_S = 10.0
log = logging.getLogger("stages")


def emit(event: Mapping[str, Any]) -> None:
    """Append one event to `$STAGE_EVENTS`; without the variable, do nothing."""
    path = os.environ.get("STAGE_EVENTS")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")


class Progress:
    """Counts finished pieces of work; use as a context manager and call `step` once a piece."""

    def __init__(self, name: str, total: int, what: str) -> None:
        self._name, self._total, self._what = name, total, what
        self._done = 0
        self._last_line = time.monotonic()
        self._stack = ExitStack()
        self._bar: Bar | None = None

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = self._stack.enter_context(Bar(*columns, console=Console(stderr=True), transient=True))
            self._bar.add_task(f"{self._name} ({self._what})", total=self._total)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def step(self) -> None:
        """Count one more finished piece."""
        self._done += 1
        emit({"event": "progress", "done": self._done, "total": self._total, "what": self._what})
        if self._bar is not None:
            self._bar.advance(self._bar.task_ids[0])
        elif time.monotonic() - self._last_line > _LINE_EVERY_S:
            self._last_line = time.monotonic()
            log.info("%s: %d of %d %s", self._name, self._done, self._total, self._what)
