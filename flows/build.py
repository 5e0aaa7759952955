"""The flow `build`: bring the graph of `dvc.yaml` up to date, one task run per stage.

From a shell: `python -m flows.build [stage ...]`. Scheduled: the deployment `build` of `prefect.yaml`.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect import State, flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.exceptions import TerminationSignal
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL
from prefect.states import Cancelled, Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import quote

from flows.apart import run_apart
from flows.artifacts import publish_summary, publish_versions, short_versions
from flows.errors import BuildError
from flows.graph import Node, stale_stages
from flows.preflight import RECORDS, Logger, git_revision, mend_lock_file, one_build, read_plan, read_status
from flows.processes import end_leftovers, end_orphan_servers
from flows.schedule import run_in_order
from flows.stage_run import BuildRun, StageFiles, failure_message, run_step, success_message
from flows.step_result import SUCCESS, Outcome, StepResult
from flows.step_signals import PARENT_VARIABLE
from flows.summary import GOOD, Row, as_text, count_line, read_rows, write_rows

STATE_NAMES = {Outcome.RAN: "Completed", Outcome.RESTORED: "Restored", Outcome.UNCHANGED: "Cached"}
STOP_PATIENCE_S = 20.0
"""How long a build that is being stopped waits for its steps; a Prefect worker gives the whole flow 30 s."""


@flow(name="build", task_runner=ThreadPoolTaskRunner(), persist_result=False)  # type: ignore[arg-type]
def build(targets: list[str] | None = None, at_once: int = 2) -> State[Any]:
    """Bring stages and all they need up to date; the working directory must be the project's root.

    Args:
        targets: Stage names as `dvc repro` takes them; none means every stage.
        at_once: How many stages may run together.
    """
    log = get_run_logger()
    try:
        with one_build(Path.cwd(), str(flow_run.id)):
            return _build(Path.cwd(), targets, at_once, log)
    except BuildError as error:
        return Failed(message=str(error))


# No result and no cache of Prefect's own: it would believe a remembered value without looking at the files.
@task(name="stage", task_run_name="{stage}", cache_policy=NO_CACHE, persist_result=False)
def run_stage(stage: str, run: BuildRun) -> State[Any]:
    """Bring one stage up to date, or only show its versions where the pre-check found nothing to do."""
    log = get_run_logger()
    if stage in run.clean:
        result, report = StepResult(stage, Outcome.UNCHANGED, 0.0, tuple(run.clean[stage])), None
    else:
        result, report = run_step(stage, run, log)
    if result.outcome in SUCCESS:
        publish_versions(run.root, stage, result.outs, run.revision, log)
        state: State[Any] = Completed(name=STATE_NAMES[result.outcome], message=success_message(result))
    elif result.outcome is Outcome.CANCELLED:
        state = Cancelled(message=f"Stopped before it ended; rerun by hand: dvc repro {stage}")
    else:
        state = Failed(message=failure_message(result, StageFiles.of(run.folder, stage), run.root))
    run.rows[stage] = _row(result, state, report)
    return state


def main(argv: Sequence[str] | None = None) -> int:
    """Run the flow from a shell, show what became of each stage, return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m flows.build", description="Bring stages and all they need up to date."
    )
    parser.add_argument("stage", nargs="*", help="stage as `dvc repro` takes it; none: every stage")
    parser.add_argument("--at-once", type=int, default=2, help="how many stages may run together (default: 2)")
    args = parser.parse_args(argv)
    if trouble := _server_trouble():
        sys.stderr.write(f"{trouble}\n")
        return 1
    try:
        state = build(args.stage or None, args.at_once, return_state=True)
    except (KeyboardInterrupt, TerminationSignal):
        sys.stderr.write("Stopped. Finished stages are kept; the same command goes on from there.\n")
        return 130
    rows = read_rows(_records(Path.cwd(), str(state.state_details.flow_run_id)))
    sys.stdout.write("\n".join(["", as_text(rows) if rows else "", str(state.message), ""]))
    return 0 if state.is_completed() else 1


def _server_trouble() -> str | None:
    """Say what is wrong with the configured Prefect server; None if it answers, or if none is configured."""
    url = PREFECT_API_URL.value()
    if not url:
        return None
    with get_client(sync_client=True) as client:
        error = client.api_healthcheck()
    if error is None:
        return None
    return (
        f"No Prefect server answers at {url} ({error}). Start it with `prefect server start`, or unset PREFECT_API_URL "
        "to build without one."
    )


def _build(root: Path, targets: list[str] | None, at_once: int, log: Logger) -> State[Any]:
    if left := end_leftovers(root / RECORDS):
        log.warning("Ended %d processes that a build which died had left running", left)
    mend_lock_file(root, log)
    nodes, status = read_plan(root, targets)
    stale = stale_stages(nodes, status)
    log.info("%d stages, %d of them to look at", len(nodes), len(stale))
    clean = {node.stage: node.outs for node in nodes if node.stage not in stale}
    run = BuildRun(root, _records(root, str(flow_run.id)), git_revision(root), clean)
    run.folder.mkdir(parents=True, exist_ok=True)
    states = _run_stages(nodes, run, max(1, at_once))
    rows = [
        run.rows.get(name) or Row(name, state.name or "", message=state.message or "") for name, state in states.items()
    ]
    write_rows(run.folder, rows)
    final = _final_state(root, nodes, rows)
    publish_summary(rows, str(final.message), log)
    mend_lock_file(root, log)  # keeps a copy of what this build recorded
    return final


def _run_stages(nodes: Sequence[Node], run: BuildRun, at_once: int) -> dict[str, State[Any]]:
    def submit(node: Node, upstream: Sequence[PrefectFuture[Any]]) -> PrefectFuture[Any]:
        return run_stage.submit(node.stage, quote(run), return_state=False, wait_for=upstream)

    try:
        return run_in_order(nodes, submit, at_once)
    except BaseException:  # a cancellation arrives here as TerminationSignal, Ctrl-C as KeyboardInterrupt
        run.live.stop(STOP_PATIENCE_S)
        raise


def _final_state(root: Path, nodes: Sequence[Node], rows: Sequence[Row]) -> State[Any]:
    failed = [row.stage for row in rows if row.state not in GOOD]
    if failed:
        return Failed(message=f"{count_line(rows)}. Not up to date: {', '.join(failed)}.")
    if changed := read_status(root, nodes):
        return Failed(
            message=f"{count_line(rows)}, but inputs or outputs changed while the build ran: {', '.join(changed)} "
            "(see `dvc status`). Run the build again."
        )
    return Completed(message=f"{count_line(rows)}. Everything is up to date.")


def _row(result: StepResult, state: State[Any], report: dict[str, Any] | None) -> Row:
    seconds = result.seconds if result.outcome is not Outcome.UNCHANGED else None
    return Row(result.stage, str(state.name), seconds, short_versions(result.outs), str(state.message), report)


def _records(root: Path, run_id: str) -> Path:
    return root / RECORDS / "runs" / run_id


def _run_from_shell() -> int:
    """Make sure that a private server, which Prefect starts where none is configured, ends with its build."""
    end_orphan_servers()
    os.environ[PARENT_VARIABLE] = str(os.getpid())
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # by default Python dies without a word to the server
    return main()


if __name__ == "__main__":
    sys.exit(run_apart(_run_from_shell))
