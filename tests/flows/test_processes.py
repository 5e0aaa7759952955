"""The step processes of one build, and what a dead build left."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from flows.processes import EVENTS_VARIABLE, LiveSteps, end_leftovers, end_orphan_servers, processes_of

SLEEP = [sys.executable, "-c", "import time; time.sleep(300)"]


def sleeper(events: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(SLEEP, env={**os.environ, EVENTS_VARIABLE: str(events)})


def test_leftovers_of_this_project_end_and_no_others(tmp_path: Path) -> None:
    ours = sleeper(tmp_path / "a/.flow/runs/1/load.events.jsonl")
    others = sleeper(tmp_path / "b/.flow/runs/1/load.events.jsonl")
    try:
        assert [process.pid for process in processes_of(tmp_path / "a/.flow")] == [ours.pid]
        assert end_leftovers(tmp_path / "a/.flow", patience_s=20) == 1
        assert not psutil.pid_exists(ours.pid)
        assert others.poll() is None
        assert end_leftovers(tmp_path / "a/.flow") == 0
    finally:
        ours.kill()
        others.kill()
        ours.wait()
        others.wait()


def test_leftover_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(300)"
    environment = {**os.environ, EVENTS_VARIABLE: str(tmp_path / "x")}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert end_leftovers(tmp_path, patience_s=4) == 1
        assert not psutil.pid_exists(process.pid)


def test_stop_ends_the_live_and_starts_no_more(tmp_path: Path) -> None:
    live = LiveSteps()
    with (tmp_path / "log").open("ab") as log:
        first = live.start(SLEEP, tmp_path, os.environ, log)
        assert first is not None
        live.stop(patience_s=20)
        assert first.poll() is not None
        assert live.stopping
        assert live.start(SLEEP, tmp_path, os.environ, log) is None


def test_private_servers_of_killed_builds_end_and_no_others() -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    owners = {"dead": dead.pid, "alive": os.getpid()}
    servers = {
        name: subprocess.Popen(SLEEP, env={**os.environ, "PREFECT__SERVER_EPHEMERAL": "1", "FLOW_PID": str(pid)})
        for name, pid in owners.items()
    }
    try:
        end_orphan_servers()
        assert servers["dead"].wait(20) != 0
        assert servers["alive"].poll() is None
    finally:
        for server in servers.values():
            server.kill()
            server.wait()


@pytest.mark.skipif(not hasattr(psutil.Process, "environ"), reason="needs the environment of other processes")
def test_this_process_is_no_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(EVENTS_VARIABLE, str(tmp_path / "x"))
    assert processes_of(tmp_path) == []
