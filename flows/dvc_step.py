"""Run one DVC stage in a process of its own: `python -m flows.dvc_step STAGE RESULT.json`.

Why not `dvc repro -s STAGE` or DVC inside the flow's process: a signal to `dvc` leaves the stage's command running
or tears `dvc.lock`, a finished stage is lost when another one holds DVC's lock, and DVC's check for conflicting
stages does not work between threads of one process. This process sits in its own session, ends with the flow that
started it, and on a signal stops the stage's command and lets DVC unwind by itself.
"""

import argparse
import logging
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.graph import versions
from flows.inputs import InputGuard
from flows.step_result import Outcome, StepResult
from flows.step_signals import PARENT_VARIABLE, Cancelled, Stop, die_with_parent, own_session

EXIT_CODES = {Outcome.FAILED: 1, Outcome.CANCELLED: 130}

_EXIT_CODE = re.compile(r"exited with (-?\d+)$")


class DvcLog(logging.Handler):
    """Sees the moment a stage's command is about to start.

    DVC's API does not say whether it ran a command or restored its outputs; its message does. Tests hold it to that.
    """

    def __init__(self, stop: Stop, inputs: InputGuard) -> None:
        super().__init__(logging.INFO)
        self.command_started = False
        self._stop = stop
        self._inputs = inputs

    def emit(self, record: logging.LogRecord) -> None:
        """Note that a command starts; raise `Cancelled` instead if a stop was asked for."""
        if record.name == "dvc.stage.run":  # "Running stage ..." once, then "> command" before each command
            if self._stop.asked:
                raise Cancelled
            if not self.command_started:
                self._inputs.remember()
            self.command_started = True


def main(argv: Sequence[str] | None = None) -> int:
    """Run the stage named on the command line and write its result; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m flows.dvc_step", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("stage", help="stage name as `dvc repro` takes it")
    parser.add_argument("result", type=Path, help="JSON file to write")
    args = parser.parse_args(argv)
    stop = Stop()
    own_session()
    stop.listen()
    if PARENT_VARIABLE in os.environ and not die_with_parent(int(os.environ[PARENT_VARIABLE])):
        return EXIT_CODES[Outcome.CANCELLED]
    _put_interpreter_first_on_path()
    result = run_stage(args.stage, stop)
    stop.rest()
    result.write(args.result)
    return EXIT_CODES.get(result.outcome, 0)


def run_stage(stage: str, stop: Stop) -> StepResult:
    """Bring one stage of the DVC repository in the working directory up to date, whatever its upstream."""
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    start = time.monotonic()
    try:
        # Waiting for DVC's lock matters most when the command ends: without it a finished stage is thrown away
        # because another one is hashing its outputs.
        with Repo(".", _wait_for_lock=True) as repo:
            outcome = _reproduce(repo, stage, stop)
            (done,) = repo.stage.collect(stage)
            outs, deps = versions(done.outs), versions(done.deps)
    except (DvcException, Cancelled, OSError) as error:
        return _failure(stage, error, stop, time.monotonic() - start)
    return StepResult(stage, outcome, time.monotonic() - start, outs, deps)


def _reproduce(repo: Any, stage: str, stop: Stop) -> Outcome:
    (planned,) = repo.stage.collect(stage)
    inputs = InputGuard(planned)
    inputs.check_at(repo.lock)
    log = DvcLog(stop, inputs)
    dvc_logger = logging.getLogger("dvc")
    dvc_logger.addHandler(log)
    dvc_logger.setLevel(logging.INFO)
    try:
        if stop.asked:
            raise Cancelled
        changed = repo.reproduce(stage, single_item=True)
    finally:
        dvc_logger.removeHandler(log)
    if not changed:
        return Outcome.UNCHANGED
    # A `.dvc` file has no command: DVC read the changed data anew.
    ran = log.command_started or any(stage.cmd is None for stage in changed)
    return Outcome.RAN if ran else Outcome.RESTORED


def _failure(stage: str, error: BaseException, stop: Stop, seconds: float) -> StepResult:
    outcome = Outcome.CANCELLED if stop.asked else Outcome.FAILED
    errors = [f"{type(link).__name__}: {link}".rstrip(": ") for link in _chain(error)]
    codes = [int(match[1]) for match in map(_EXIT_CODE.search, errors) if match]
    for line in errors:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
    return StepResult(stage, outcome, seconds, errors=tuple(errors), exit_code=codes[0] if codes else None)


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return links


def _put_interpreter_first_on_path() -> None:
    """Let `python -m stages.x` find this environment, which a worker started by cron or systemd has not on its PATH."""
    folder = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([folder, *os.environ.get("PATH", os.defpath).split(os.pathsep)])


if __name__ == "__main__":
    sys.exit(main())
