"""The step processes of one build, and what a build that died left running."""

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

from flows.errors import BuildError
from flows.step_signals import PARENT_VARIABLE

EVENTS_VARIABLE = "STAGE_EVENTS"
"""Names the file a stage appends its progress to; it also marks every process that belongs to a build."""

_EPHEMERAL_SERVER = "PREFECT__SERVER_EPHEMERAL"
"""Set by Prefect for the server that it starts where none is configured."""


class LiveSteps:
    """The step processes that run now; after `stop` no further one starts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    @property
    def stopping(self) -> bool:
        """Tell whether `stop` was called."""
        return self._closed

    def start(
        self, argv: Sequence[str], root: Path, environment: Mapping[str, str], log: IO[bytes]
    ) -> subprocess.Popen[bytes] | None:
        """Start one process that writes to `log`; None if the build is being stopped."""
        with self._lock:
            if self._closed:
                return None
            # A file, not a pipe: when the flow dies, a pipe would break at the next line DVC prints.
            process = subprocess.Popen(  # noqa: S603
                argv, cwd=root, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
            self._live.add(process)
            return process

    def ended(self, process: subprocess.Popen[bytes]) -> None:
        """Forget a process that has ended."""
        with self._lock:
            self._live.discard(process)

    def stop(self, patience_s: float) -> None:
        """Ask every step to stop and wait for it; each ends its stage's command and leaves `dvc.lock` whole."""
        with self._lock:
            self._closed = True
            live = list(self._live)
        for process in live:
            process.terminate()
        deadline_s = time.monotonic() + patience_s
        for process in live:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline_s - time.monotonic()))


def processes_of(events: Path) -> list[psutil.Process]:
    """Find the processes that report to `events`, a file or a folder of such files, other than this one."""
    found = []
    for process in psutil.process_iter():
        try:
            target = process.environ().get(EVENTS_VARIABLE)
        except (psutil.Error, OSError):
            continue  # another user's, or gone
        if target and process.pid != os.getpid() and Path(target).is_relative_to(events):
            found.append(process)
    return found


def end_leftovers(events: Path, patience_s: float = 60.0) -> int:
    """End what still reports to `events`; return how many processes there were.

    Steps are asked, never killed: one that is recording a finished stage must write `dvc.lock` to its end.

    Raises:
        BuildError: A process is still there when patience is over.
    """
    left = processes_of(events)
    for process in left:
        _quietly(process.terminate)
    _, alive = psutil.wait_procs(left, timeout=patience_s / 4)
    for process in alive:
        if not _is_step(process):
            _quietly(process.kill)
    _, alive = psutil.wait_procs(alive, timeout=patience_s * 3 / 4)
    if alive:
        pids = ", ".join(str(process.pid) for process in alive)
        raise BuildError(f"A step of an earlier build is still recording its stage (pid {pids}). Try again later.")
    return len(left)


def end_orphan_servers() -> None:
    """End Prefect's private servers whose builds were killed: nobody can reach them, and each holds 200 MB."""
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            owner = environment.get(PARENT_VARIABLE, "")
            if _EPHEMERAL_SERVER in environment and owner.isdigit() and not psutil.pid_exists(int(owner)):
                process.terminate()
        except (psutil.Error, OSError):
            continue  # another user's, or gone


def _is_step(process: psutil.Process) -> bool:
    try:
        return "flows.dvc_step" in process.cmdline()
    except psutil.Error:
        return False


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except psutil.Error:
        return
