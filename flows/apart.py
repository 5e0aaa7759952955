"""Keep a build started from a shell out of reach of the terminal.

Ctrl-C goes to every process of the terminal, so to the private server that Prefect starts where none is configured.
That server would be gone before the build could report to it, and Prefect would ask for it for minutes.
"""

import os
import signal
import sys
from collections.abc import Callable

from flows.step_signals import die_with_parent


def run_apart(work: Callable[[], int]) -> int:
    """Run `work` in a child with a session of its own and return its exit code.

    Ctrl-C, SIGTERM and SIGHUP reach the child as one SIGTERM each; it gets one too when this process is killed. Call
    it before any thread starts. It returns in both processes. Elsewhere than on Linux it just calls `work`.
    """
    if sys.platform != "linux":
        return work()
    parent_pid = os.getpid()
    child_pid = os.fork()
    if child_pid == 0:
        os.setsid()
        return work() if die_with_parent(parent_pid) else 130
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: os.kill(child_pid, signal.SIGTERM))
    code = os.waitstatus_to_exitcode(os.waitpid(child_pid, 0)[1])
    return code if code >= 0 else 128 - code  # as a shell tells of a signal
