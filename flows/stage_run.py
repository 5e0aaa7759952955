"""Run one stage from the flow: start its step process, follow it, make sure nothing of it stays."""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.artifacts import ProgressBar, short_versions
from flows.follow import EventReader, GrowingFile, LogForwarder, report_line
from flows.graph import Version
from flows.preflight import Logger
from flows.processes import EVENTS_VARIABLE, LiveSteps, end_leftovers
from flows.step_result import Outcome, StepResult
from flows.step_signals import PARENT_VARIABLE
from flows.summary import Row

TAIL_LINES = 20
_POLL_S = 0.2


@dataclass(frozen=True)
class BuildRun:
    """What every stage of one build shares.

    `folder` holds the run's records, `revision` names the commit, `clean` the stages that the pre-check found up to
    date with the versions of their outputs; `rows` gathers the outcomes.
    """

    root: Path
    folder: Path
    revision: str
    clean: Mapping[str, Sequence[Version]]
    live: LiveSteps = field(default_factory=LiveSteps)
    rows: dict[str, Row] = field(default_factory=dict)


@dataclass(frozen=True)
class StageFiles:
    """The records of one stage in one run."""

    log: Path
    events: Path
    result: Path

    @classmethod
    def of(cls, folder: Path, stage: str) -> "StageFiles":
        """Name the files of a stage; a stage of a sub-folder's dvc.yaml is called `folder/dvc.yaml:name`."""
        name = stage.replace("/", "-").replace(":", "-")
        return cls(folder / f"{name}.log", folder / f"{name}.events.jsonl", folder / f"{name}.json")


def run_step(stage: str, run: BuildRun, log: Logger) -> tuple[StepResult, dict[str, Any] | None]:
    """Bring one stage up to date in a process of its own; return what came of it and the stage's report."""
    files = StageFiles.of(run.folder, stage)
    events = EventReader(ProgressBar(stage, log).move)
    start = time.monotonic()
    for old in (files.log, files.events, files.result):  # a flow run that is retried keeps its folder
        old.unlink(missing_ok=True)
    with files.log.open("ab") as output:
        process = run.live.start(_command(stage, files), run.root, _environment(files), output)
    if process is None:
        return StepResult(stage, Outcome.CANCELLED, 0.0), None
    try:
        _follow(process, files, events, log)
    finally:
        if process.poll() is None:  # following it failed: a stage nobody follows must not go on
            process.terminate()
            process.wait()
        run.live.ended(process)
        if process.returncode != 0:
            end_leftovers(files.events)
    return _result(stage, files, process, run, time.monotonic() - start), events.report


def failure_message(result: StepResult, files: StageFiles, root: Path) -> str:
    """Say why a stage failed, with its last lines, where the whole log is, and how to run it again by hand."""
    code = "" if result.exit_code is None else f" with exit code {result.exit_code}{_signal_hint(result.exit_code)}"
    lines = GrowingFile(files.log).new_lines(ended=True)[-TAIL_LINES:]
    log = files.log.relative_to(root)
    return "\n".join(
        [
            f"Stage {result.stage} failed{code}.",
            *(f"  | {line[:400]}" for line in lines),
            *(error for error in result.errors if error not in lines),
            f"whole log: {log}",
            f"rerun by hand: dvc repro {result.stage}",
        ]
    )


def success_message(result: StepResult) -> str:
    """Say how a stage came to its outputs, and their versions."""
    how = {
        Outcome.RAN: f"ran in {result.seconds:.1f} s",
        Outcome.RESTORED: f"restored from DVC's run cache in {result.seconds:.1f} s",
        Outcome.UNCHANGED: "unchanged",
    }[result.outcome]
    return f"{how}: {short_versions(result.outs)}" if result.outs else how


def _command(stage: str, files: StageFiles) -> list[str]:
    return [sys.executable, "-m", "flows.dvc_step", stage, str(files.result)]


def _environment(files: StageFiles) -> dict[str, str]:
    return {
        **os.environ,
        EVENTS_VARIABLE: str(files.events),
        PARENT_VARIABLE: str(os.getpid()),
        "PYTHONUNBUFFERED": "1",  # a line of a stage shows when it is printed, not 8 KB later
    }


def _follow(process: subprocess.Popen[bytes], files: StageFiles, events: EventReader, log: Logger) -> None:
    output, event_lines = GrowingFile(files.log), GrowingFile(files.events)
    forward = LogForwarder(log.info, files.log)
    ended = False
    while not ended:
        ended = _has_ended(process)  # asked before the last look, so that look misses nothing
        forward.take(output.new_lines(ended))
        events.take(event_lines.new_lines(ended), ended)
    if events.report:
        log.info("Report: %s", report_line(events.report))


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_POLL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _result(
    stage: str, files: StageFiles, process: subprocess.Popen[bytes], run: BuildRun, seconds: float
) -> StepResult:
    if files.result.exists():
        return StepResult.read(files.result)
    outcome = Outcome.CANCELLED if run.live.stopping else Outcome.FAILED
    error = f"the step process ended with {process.returncode} and left no result"
    return StepResult(stage, outcome, seconds, errors=(error,), exit_code=process.returncode)


def _signal_hint(exit_code: int) -> str:
    killed: Iterable[int] = (-9, 137)  # by the kernel; 137 is what a shell makes of it
    return " (killed: most likely out of memory)" if exit_code in killed else ""
