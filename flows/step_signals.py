"""How a step process lives and dies: a session of its own, the end of its parent, and signals DVC never sees."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from types import FrameType

import psutil

PARENT_VARIABLE = "FLOW_PID"
"""Names the pid of the build a process belongs to; a step without it is run by hand and outlives its parent."""
GRACE_S = 5.0
"""How long a stage's command may take to end after SIGTERM; then it is killed."""
TICK_S = 0.25
_PR_SET_PDEATHSIG = 1


class Cancelled(Exception):
    """A stop was asked for before the stage's command began."""


class Stop:
    """A request to stop: ends the stage's command and never raises into DVC, which would tear `dvc.lock`.

    DVC then sees a failed command, releases its locks and leaves `dvc.lock` as it was. While DVC records a finished
    stage there is no command, so it finishes that.
    """

    def __init__(self) -> None:
        self.asked = False
        self._since_s = 0.0
        self._told: set[psutil.Process] = set()

    def listen(self) -> None:
        """Take over SIGTERM, SIGINT and SIGHUP; call it from the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask)
        signal.signal(signal.SIGALRM, self._tick)

    def rest(self) -> None:
        """Ignore signals from now on: the work is done, and Python takes its handlers down before it ends.

        What was told to stop and has not is ended first: where the shell that DVC starts does not give way to the
        command (dash), the command outlives the shell, and with it DVC's wait.
        """
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        if self.asked:
            patience_s = max(0.0, self._since_s + GRACE_S - time.monotonic())
            _, alive = psutil.wait_procs(self._told, timeout=patience_s)
            for process in alive:
                with contextlib.suppress(psutil.Error):  # gone meanwhile
                    process.kill()
            psutil.wait_procs(alive, timeout=GRACE_S)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if not self.asked:
            self.asked = True
            self._since_s = time.monotonic()
            # Again and again: the signal can fall between DVC's decision to start a command and its start.
            signal.setitimer(signal.ITIMER_REAL, TICK_S, TICK_S)
        self._tick()

    def _tick(self, _number: int = 0, _frame: FrameType | None = None) -> None:
        patience_over = time.monotonic() - self._since_s > GRACE_S
        for child in {*self._told, *psutil.Process().children(recursive=True)}:
            try:
                if child not in self._told:
                    self._told.add(child)
                    child.terminate()
                elif patience_over:
                    child.kill()
            except psutil.Error:
                continue  # gone meanwhile


def own_session() -> None:
    """Leave the session of the parent, so that Ctrl-C and a dying terminal do not reach DVC half-way."""
    if os.getpid() != os.getpgrp():  # the leader of a group (started from a shell) may not leave it
        os.setsid()


def die_with_parent(parent_pid: int) -> bool:
    """Ask for SIGTERM when the parent ends, kill -9 included; tell whether it is still there. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return os.getppid() == parent_pid
