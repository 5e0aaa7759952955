"""The flow `build` on a real Prefect server: what it does to the project, and what the server shows of it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import State, TaskRun
from prefect.client.schemas.sorting import TaskRunSort
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.build import build, main
from flows.summary import Row, read_rows
from tests.flows.toy import PROJECT, STAGES, Toy, gone, wait_until

pytestmark = [pytest.mark.timeout(240), pytest.mark.usefixtures("on_server")]


@pytest.fixture
def client() -> SyncPrefectClient:
    return get_client(sync_client=True)


@pytest.fixture
def here(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> Toy:
    """The toy project, as the working directory."""
    monkeypatch.chdir(toy.root)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    return toy


def run(targets: list[str] | None = None) -> "State[Any]":
    return build(targets, return_state=True)


def run_id(state: "State[Any]") -> UUID:
    found = state.state_details.flow_run_id
    assert found is not None
    return found


def task_runs(client: SyncPrefectClient, flow_run_id: UUID, count: int) -> dict[str, TaskRun]:
    """Read a flow run's task runs by name, once all have a state: the server records them a little later."""
    found: dict[str, TaskRun] = {}

    def settled() -> bool:
        runs = client.read_task_runs(
            flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[flow_run_id])),
            sort=TaskRunSort.EXPECTED_START_TIME_ASC,
        )
        found.clear()
        found.update({task_run.name: task_run for task_run in runs})
        states = [task_run.state for task_run in runs]
        return len(runs) == count and all(s and (s.is_final() or s.name == "NotReady") for s in states)

    wait_until(settled, "the server knows all task runs")
    return found


def state_names(runs: dict[str, TaskRun]) -> dict[str, str]:
    return {name: str(task_run.state_name) for name, task_run in runs.items()}


def artifact(client: SyncPrefectClient, key: str) -> dict[str, Any]:
    response = client._client.get(f"/artifacts/{key}/latest")
    response.raise_for_status()
    return dict(response.json())


def rows_of(toy: Toy, state: "State[Any]") -> dict[str, Row]:
    return {row.stage: row for row in read_rows(toy.root / ".flow/runs" / str(run_id(state)))}


def test_build_runs_then_caches_then_restores(here: Toy, client: SyncPrefectClient) -> None:
    first = run()
    assert first.is_completed(), first.message
    assert state_names(task_runs(client, run_id(first), 5)) == dict.fromkeys(STAGES, "Completed")
    assert (here.root / "join.txt").read_text() == "join(part_a(load(raw))part_b(load(raw)))"
    assert here.status() == {}

    again = run()
    runs = task_runs(client, run_id(again), 5)
    assert state_names(runs) == dict.fromkeys(STAGES, "Cached")
    assert again.message == "5 cached. Everything is up to date."

    (here.root / "join.txt").unlink()
    (here.root / "raw.txt").write_text("other")
    assert run(["side"]).is_completed()
    (here.root / "raw.txt").write_text("raw")
    third = run(["join", "side"])
    assert state_names(task_runs(client, run_id(third), 5)) == {
        **dict.fromkeys(STAGES, "Cached"),
        "join": "Restored",
        "side": "Restored",
    }
    assert here.status() == {}


def test_server_shows_versions_progress_logs_and_order(here: Toy, client: SyncPrefectClient) -> None:
    state = run(["join"])
    runs = task_runs(client, run_id(state), 4)

    versions = artifact(client, "outs-join")
    (out,) = _table(versions)
    locked = here.lock_file.read_text()
    assert out["path"] == "join.txt"
    assert f"md5: {out['md5']}\n" in locked[locked.index("join.txt") :]
    assert out["size"] == (here.root / "join.txt").stat().st_size
    assert versions["description"].startswith(f"join.txt {out['md5'][:7]} at ")
    assert versions["task_run_id"] == str(runs["join"].id)

    progress = artifact(client, "progress-join")
    assert (progress["data"], progress["description"]) == (100.0, "2 of 2 files")
    assert progress["task_run_id"] == str(runs["join"].id)

    summary = _table(artifact(client, "build"))
    assert [row["outcome"] for row in summary] == ["Completed"] * 4

    assert "ran in" in str(runs["load"].state and runs["load"].state.message)
    waited_for = {parent.id for parent in runs["join"].task_inputs["wait_for"] if hasattr(parent, "id")}
    assert waited_for == {runs["part@a"].id, runs["part@b"].id}

    def logged() -> bool:
        logs = client._client.post("/logs/filter", json={"logs": _logs_of(run_id(state)), "limit": 200}).json()
        messages = [entry["message"] for entry in logs if entry["task_run_id"] == str(runs["join"].id)]
        return "toy stage join reads 2 files" in messages and any(m.startswith("Report: read file 2") for m in messages)

    wait_until(logged, "the stage's lines arrive in the log of its task run")
    kept = (here.root / f".flow/runs/{run_id(state)}/join.log").read_text()
    assert "toy stage join reads 2 files" in kept
    report = rows_of(here, state)["join"].report
    assert report is not None
    assert report["read"] == {"file": 2}


def test_failure_says_why_and_only_stops_what_follows(
    here: Toy, client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TOY_FAIL", "part_a")
    assert main([]) == 1
    printed = capsys.readouterr().out
    assert "part@a  failed" in printed
    assert "rerun by hand: dvc repro part@a" in printed
    assert "Traceback" not in printed

    (folder,) = (here.root / ".flow/runs").iterdir()
    runs = task_runs(client, UUID(folder.name), 5)
    assert state_names(runs) == {
        "load": "Completed",
        "part@a": "Failed",
        "part@b": "Completed",
        "join": "NotReady",
        "side": "Completed",
    }
    failed = runs["part@a"].state
    assert failed is not None
    message = str(failed.message)
    assert message.startswith("Stage part@a failed with exit code 3.\n")
    assert "  | about to fail\n  | toy: the input makes no sense\n" in message
    assert message.endswith("rerun by hand: dvc repro part@a")
    assert not (here.root / "join.txt").exists()
    flow_run = client.read_flow_run(UUID(folder.name))
    assert flow_run.state is not None
    assert flow_run.state.message == "1 failed, 1 not run, 3 ran. Not up to date: part@a, join."

    monkeypatch.delenv("TOY_FAIL")
    healed = run()
    assert {name: row.state for name, row in rows_of(here, healed).items()} == {
        **dict.fromkeys(STAGES, "Cached"),
        "part@a": "Completed",
        "join": "Completed",
    }


def test_change_during_the_build_is_not_called_up_to_date(here: Toy) -> None:
    process = here.start("flows.build", "side", "part@a", TOY_HOLD="part_a")
    here.held("part_a")
    wait_until(lambda: "side:" in _locked(here), "side is recorded")
    (here.root / "side.txt").unlink()
    here.release()
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "3 ran, but inputs or outputs changed while the build ran: side" in output
    assert run(["side"]).is_completed()


def test_unknown_stage_is_one_clear_message(here: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["joim"]) == 1
    printed = capsys.readouterr().out
    assert "Unknown stage 'joim'. Did you mean 'join'?" in printed
    assert not here.lock_file.exists()


def test_killed_build_leaves_no_stage_and_the_next_one_mends_what_is_torn(here: Toy) -> None:
    assert run(["side"]).is_completed()
    first = here.start("flows.build", TOY_HOLD="load")
    stage = here.held("load")
    step = stage.parent()
    assert step is not None

    refused = run()
    assert refused.is_failed()
    assert re.match(rf"Another build is running in this worktree \(pid {first.pid}, run ", str(refused.message))

    before = here.lock_file.read_bytes()
    first.kill()
    first.communicate()
    wait_until(lambda: gone(stage) and gone(step), "stage and step end with the killed build")
    assert here.lock_file.read_bytes() == before

    here.lock_file.write_bytes(before[: len(before) // 2])
    healed = run()
    assert healed.is_completed(), healed.message
    assert {name: row.state for name, row in rows_of(here, healed).items()} == {
        **dict.fromkeys(STAGES, "Completed"),
        "side": "Cached",
    }
    assert here.status() == {}


def test_stage_of_a_killed_step_does_not_write_on(here: Toy) -> None:
    build_process = here.start("flows.build", "load", TOY_HOLD="load")
    stage = here.held("load")
    step = stage.parent()
    assert step is not None
    step.kill()
    output, _ = build_process.communicate(timeout=120)
    assert build_process.returncode == 1
    assert gone(stage)
    assert "Stage load failed with exit code -9 (killed: most likely out of memory)" in output
    assert run(["load"]).is_completed()


def test_terminated_build_ends_its_stages_and_the_next_one_goes_on(here: Toy) -> None:
    assert run(["side"]).is_completed()
    before = here.lock_file.read_bytes()
    process = here.start("flows.build", TOY_HOLD="load")
    stage = here.held("load")
    process.terminate()
    output, _ = process.communicate(timeout=120)
    assert gone(stage)
    assert process.returncode != 0, output
    assert here.lock_file.read_bytes() == before
    assert run().is_completed()
    assert (here.root / "load.txt").read_text() == "load(raw)"


def test_server_that_does_not_answer_is_named(here: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert main([]) == 1
    assert "No Prefect server answers at http://127.0.0.1:9/api" in capsys.readouterr().err
    assert not here.lock_file.exists()


def test_no_server_is_needed(toy: Toy, tmp_path: Path) -> None:
    environment = toy.environment(PREFECT_HOME=str(tmp_path / "home"))
    del environment["PREFECT_API_URL"]
    command = [sys.executable, "-m", "flows.build", "part@a"]
    done = subprocess.run(command, cwd=toy.root, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.strip().splitlines()]
    assert [line[:2] for line in lines[1:3]] == [["load", "ran"], ["part@a", "ran"]]
    assert done.stdout.endswith("2 ran. Everything is up to date.\n")
    assert toy.dvc("status", "part@a").strip() == "Data and pipelines are up to date."


def _locked(toy: Toy) -> str:
    return toy.lock_file.read_text() if toy.lock_file.exists() else ""


def _table(shown: dict[str, Any]) -> list[dict[str, Any]]:
    return list(json.loads(shown["data"]))


def _logs_of(flow_run_id: UUID) -> dict[str, Any]:
    return LogFilter(flow_run_id=LogFilterFlowRunId(any_=[flow_run_id])).model_dump(mode="json")
