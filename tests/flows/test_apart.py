"""A build from a shell is out of reach of the terminal."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.flows.toy import PROJECT, gone, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed"),
    pytest.mark.timeout(120),
]

SCRIPT = """
import os, sys, time
from pathlib import Path
from flows.apart import run_apart

def work():
    Path("pid").write_text(f"{os.getpid()}\\n")
    try:
        time.sleep(60 if len(sys.argv) > 1 else 0)
    finally:
        Path("cleaned").touch()
    return 7

def stop(*_):
    raise SystemExit(9)

import signal
signal.signal(signal.SIGTERM, stop)
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.exit(run_apart(work))
"""


def start(folder: Path, *args: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    return subprocess.Popen([sys.executable, "-c", SCRIPT, *args], cwd=folder, env=environment, start_new_session=True)


def worker(folder: Path) -> psutil.Process:
    pid_file = folder / "pid"
    wait_until(lambda: pid_file.exists() and pid_file.read_text().endswith("\n"), "the work has started")
    return psutil.Process(int(pid_file.read_text()))


def test_exit_code_comes_through(tmp_path: Path) -> None:
    assert start(tmp_path).wait(60) == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_signal_to_the_whole_terminal_reaches_the_work_as_sigterm(tmp_path: Path, number: signal.Signals) -> None:
    door = start(tmp_path, "wait")
    child = worker(tmp_path)
    assert os.getsid(child.pid) == child.pid
    os.killpg(door.pid, number)
    assert door.wait(60) == 9
    assert gone(child)
    assert (tmp_path / "cleaned").exists()


def test_work_is_told_when_the_door_is_killed(tmp_path: Path) -> None:
    door = start(tmp_path, "wait")
    child = worker(tmp_path)
    door.kill()
    door.wait()
    wait_until(lambda: gone(child), "the work ends")
    assert (tmp_path / "cleaned").exists()


def test_killed_work_shows_in_the_exit_code(tmp_path: Path) -> None:
    door = start(tmp_path, "wait")
    worker(tmp_path).kill()
    assert door.wait(60) == 128 + signal.SIGKILL
