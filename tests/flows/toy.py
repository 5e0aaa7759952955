"""A small DVC project for the tests of the flows: two branches, a `foreach`, a join."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from flows.step_result import StepResult

PROJECT = Path(__file__).parents[2]
STAGES = {"load", "part@a", "part@b", "join", "side"}

DVC_YAML = """\
stages:
  load:
    cmd: python toy_stage.py load.txt raw.txt
    deps: [raw.txt]
    outs: [load.txt]
  part:
    foreach: [a, b]
    do:
      cmd: python toy_stage.py part_${item}.txt load.txt
      deps: [load.txt]
      params: [size]
      outs:
      - part_${item}.txt
  join:
    cmd: python toy_stage.py join.txt part_a.txt part_b.txt
    deps: [part_a.txt, part_b.txt]
    outs: [join.txt]
  side:
    cmd: python toy_stage.py side.txt raw.txt
    deps: [raw.txt]
    outs: [side.txt]
"""


@dataclass(frozen=True)
class Toy:
    """The toy project in a folder of its own."""

    root: Path

    @property
    def lock_file(self) -> Path:
        return self.root / "dvc.lock"

    def environment(self, **extra: str) -> dict[str, str]:
        """Environment of a process of the toy: finds the flows, but no `python` beyond the system's."""
        return {**os.environ, "PYTHONPATH": str(PROJECT), "PATH": os.defpath, **extra}

    def start(self, *args: str, **extra: str) -> subprocess.Popen[str]:
        """Start `python -m ARGS` in the project."""
        return subprocess.Popen(
            [sys.executable, "-m", *args],
            cwd=self.root,
            env=self.environment(**extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def step(self, stage: str, **extra: str) -> StepResult:
        """Run one step to its end."""
        result = self.root / "result.json"
        result.unlink(missing_ok=True)
        output, _ = self.start("flows.dvc_step", stage, str(result), **extra).communicate(timeout=60)
        assert result.exists(), output
        return StepResult.read(result)

    def dvc(self, *args: str) -> str:
        """Run a dvc command by hand."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        command = [sys.executable, "-m", "dvc", *args]
        environment = self.environment(PATH=path)
        return subprocess.run(
            command, cwd=self.root, env=environment, check=True, capture_output=True, text=True
        ).stdout

    def status(self) -> object:
        return json.loads(self.dvc("status", "--json"))

    def held(self, stage: str) -> psutil.Process:
        """Wait until a stage holds (TOY_HOLD) and return its process."""
        pid_file = self.root / f"{stage}.pid"
        wait_until(lambda: pid_file.exists() and pid_file.read_text().strip().isdigit(), f"{stage} started")
        return psutil.Process(int(pid_file.read_text()))

    def release(self) -> None:
        """Let every stage that holds go on."""
        (self.root / "go").touch()


def wait_until(condition: Callable[[], bool], what: str, timeout_s: float = 60.0) -> None:
    """Wait for something another process does."""
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, f"waited {timeout_s:.0f} s in vain: {what}"
        time.sleep(0.05)


def gone(process: psutil.Process) -> bool:
    """Tell whether a process has ended (a zombie has)."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def ancestor(process: psutil.Process, module: str) -> psutil.Process:
    """Find the closest process above this one that runs `python -m MODULE`; a shell may stand between."""
    return next(parent for parent in process.parents() if module in parent.cmdline())


def make_toy(root: Path) -> Toy:
    """Write the project and put it under git and DVC."""
    root.mkdir()
    (root / "dvc.yaml").write_text(DVC_YAML)
    (root / "params.yaml").write_text("size: 1\n")
    (root / "raw.txt").write_text("raw")
    shutil.copy(Path(__file__).with_name("toy_stage.py"), root)
    toy = Toy(root)
    author = ["-c", "user.name=Toy", "-c", "user.email=toy@example.org"]
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    toy.dvc("init", "-q")
    (root / ".git" / "info" / "exclude").write_text(".flow/\n*.pid\ngo\nresult.json\n")
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    subprocess.run(["git", *author, "commit", "-q", "-m", "Toy"], cwd=root, check=True)
    return toy
