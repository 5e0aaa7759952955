"""The flow `build` on a real Prefect server: what it does to the project, and what the server shows of it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.build import build, main
from flows.step_result import Outcome
from flows.summary import Row, read_rows
from tests.flows.server_view import artifacts, messages_of, run_id, state_names, task_runs
from tests.flows.toy import PROJECT, STAGES, Toy, ancestor, gone, wait_until

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


def rows_of(toy: Toy, state: "State[Any]") -> dict[str, Row]:
    return {row.stage: row for row in read_rows(toy.root / ".flow/runs" / str(run_id(state)))}


@pytest.fixture(scope="module")
def first(toy_template: Toy, tmp_path_factory: pytest.TempPathFactory, on_server: str) -> "tuple[Toy, State[Any]]":
    """A build of a project in which nothing had run."""
    toy = Toy(tmp_path_factory.mktemp("first") / "toy")
    shutil.copytree(toy_template.root, toy.root)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(toy.root)
        patch.setenv("PYTHONPATH", str(PROJECT))
        return toy, run()


def test_first_build_runs_every_stage(first: "tuple[Toy, State[Any]]", client: SyncPrefectClient) -> None:
    toy, state = first
    assert state.is_completed(), state.message
    runs = task_runs(client, run_id(state), 5)
    assert state_names(runs) == dict.fromkeys(STAGES, "Completed")
    waited_for = {parent.id for parent in runs["join"].task_inputs["wait_for"] if hasattr(parent, "id")}
    assert waited_for == {runs["part@a"].id, runs["part@b"].id}
    message = str(runs["load"].state and runs["load"].state.message)
    assert re.fullmatch(r"ran in \d+\.\d s: load.txt [0-9a-f]{7}", message)
    assert (toy.root / "join.txt").read_text() == "join(part_a(load(raw))part_b(load(raw)))"
    assert toy.status() == {}


def test_server_shows_versions_and_progress(first: "tuple[Toy, State[Any]]", client: SyncPrefectClient) -> None:
    toy, state = first
    join_id = str(task_runs(client, run_id(state), 5)["join"].id)
    shown = artifacts(client, run_id(state))
    assert {f"outs-{stage.replace('@', '-')}" for stage in STAGES} | {"build", "progress-join"} <= set(shown)

    versions = shown["outs-join"]
    (out,) = json.loads(versions["data"])
    locked = toy.lock_file.read_text()
    assert (out["path"], out["nfiles"], out["rows"]) == ("join.txt", 1, "")
    assert f"md5: {out['md5']}\n" in locked[locked.index("path: join.txt") :]
    assert out["size"] == (toy.root / "join.txt").stat().st_size
    assert re.fullmatch(rf"join.txt {out['md5'][:7]} at [0-9a-f]{{7,}}(\+dirty)?", versions["description"])
    assert versions["task_run_id"] == join_id

    progress = shown["progress-join"]
    assert (progress["data"], progress["description"]) == (100.0, "2 of 2 files")
    assert progress["task_run_id"] == join_id

    assert [row["outcome"] for row in json.loads(shown["build"]["data"])] == ["Completed"] * 5


def test_lines_and_report_of_a_stage_arrive(first: "tuple[Toy, State[Any]]", client: SyncPrefectClient) -> None:
    toy, state = first
    join_id = task_runs(client, run_id(state), 5)["join"].id

    def logged() -> bool:
        messages = messages_of(client, join_id)
        return "toy stage join reads 2 files" in messages and any(m.startswith("Report: read file 2") for m in messages)

    wait_until(logged, "the stage's lines arrive in the log of its task run")
    kept = (toy.root / f".flow/runs/{run_id(state)}/join.log").read_text()
    assert "toy stage join reads 2 files" in kept
    report = rows_of(toy, state)["join"].report
    assert report is not None
    assert report["read"] == {"file": 2}


def test_second_build_finds_everything_cached_and_restores_what_is_lost(
    first: "tuple[Toy, State[Any]]", client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    toy, _ = first
    monkeypatch.chdir(toy.root)
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    again = run()
    assert state_names(task_runs(client, run_id(again), 5)) == dict.fromkeys(STAGES, "Cached")
    assert again.message == "5 cached. Everything is up to date."
    versions = artifacts(client, run_id(again))
    assert json.loads(versions["outs-load"]["data"])[0]["size"] == len("load(raw)")

    (toy.root / "join.txt").unlink()
    (toy.root / "side.txt").unlink()
    third = run(["join", "side"])
    states = {**dict.fromkeys(STAGES, "Cached"), "join": "Restored", "side": "Restored"}
    assert state_names(task_runs(client, run_id(third), 5)) == states
    assert toy.status() == {}


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


def test_unknown_stage_is_one_clear_message(here: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["joim"]) == 1
    printed = capsys.readouterr().out
    assert "Unknown stage 'joim'. Did you mean 'join'?" in printed
    assert not here.lock_file.exists()


def test_killed_build_leaves_no_stage_and_the_next_one_mends_what_is_torn(here: Toy) -> None:
    here.step("side")
    door = here.start("flows.build", TOY_HOLD="load")
    stage = here.held("load")
    step = ancestor(stage, "flows.dvc_step")
    flow = ancestor(step, "flows.build")

    refused = run()
    assert refused.is_failed()
    assert re.match(r"Another build is running in this worktree \(pid \d+, run ", str(refused.message))

    before = here.lock_file.read_bytes()
    flow.kill()
    door.communicate()
    assert door.returncode == 137
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
    ancestor(stage, "flows.dvc_step").kill()
    output, _ = build_process.communicate(timeout=120)
    assert build_process.returncode == 1
    assert gone(stage)
    assert "Stage load failed with exit code -9 (killed: most likely out of memory)" in output
    assert here.step("load").outcome is Outcome.RAN


def test_terminated_build_ends_its_stages_and_the_next_one_goes_on(here: Toy) -> None:
    here.step("side")
    before = here.lock_file.read_bytes()
    process = here.start("flows.build", TOY_HOLD="load")
    stage = here.held("load")
    process.terminate()
    output, _ = process.communicate(timeout=120)
    assert gone(stage)
    assert process.returncode == 130, output
    assert "Stopped. Finished stages are kept" in output
    assert here.lock_file.read_bytes() == before
    assert run(["load"]).is_completed()
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
