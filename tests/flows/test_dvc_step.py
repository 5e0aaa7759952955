"""One stage in a process of its own: its outcomes, and that no signal leaves a writer or a torn lock file behind."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from flows.dvc_step import DvcLog
from flows.inputs import InputGuard
from flows.step_result import Outcome, StepResult
from flows.step_signals import Cancelled, Stop
from tests.flows.toy import Toy, gone, wait_until

pytestmark = pytest.mark.timeout(120)


def test_ran_then_unchanged_then_restored(toy: Toy) -> None:
    ran = toy.step("load")
    unchanged = toy.step("load")
    (toy.root / "load.txt").unlink()
    restored = toy.step("load")
    assert [ran.outcome, unchanged.outcome, restored.outcome] == [Outcome.RAN, Outcome.UNCHANGED, Outcome.RESTORED]
    assert ran.outs == unchanged.outs == restored.outs
    assert [dep.path for dep in ran.deps] == ["raw.txt"]
    assert (toy.root / "load.txt").read_text() == "load(raw)"
    assert toy.dvc("status", "load").strip() == "Data and pipelines are up to date."


def test_data_file_that_changed_counts_as_ran(toy: Toy) -> None:
    (toy.root / "extra.bin").write_text("one")
    toy.dvc("add", "-q", "extra.bin")
    assert toy.step("extra.bin.dvc").outcome is Outcome.UNCHANGED
    (toy.root / "extra.bin").write_text("two")
    assert toy.step("extra.bin.dvc").outcome is Outcome.RAN


def test_failure_brings_the_chain_of_errors_and_the_exit_code(toy: Toy) -> None:
    result = toy.step("load", TOY_FAIL="load")
    assert (result.outcome, result.exit_code) == (Outcome.FAILED, 3)
    assert result.errors[0] == "ReproductionError: failed to reproduce 'load'"
    assert result.errors[-1].startswith("StageCmdFailedError: failed to run: python toy_stage.py load.txt")
    assert not toy.lock_file.exists()


@pytest.mark.parametrize(
    ("stage", "changed"),
    [
        pytest.param("load", "raw.txt", id="file"),
        pytest.param("part@a", "params.yaml", id="params"),
    ],
)
def test_stage_whose_inputs_change_while_it_runs_is_not_recorded(toy: Toy, stage: str, changed: str) -> None:
    toy.step("side")
    if stage != "load":
        toy.step("load")
    before = toy.lock_file.read_bytes()
    name = stage.replace("@", "_")
    step = toy.start("flows.dvc_step", stage, "result.json", TOY_HOLD=name)
    toy.held(name)
    (toy.root / changed).write_text("size: 2\n")
    toy.release()
    output, _ = step.communicate(timeout=60)
    result = StepResult.read(toy.root / "result.json")
    assert result.outcome is Outcome.FAILED, output
    assert f"InputsChanged: {changed} changed while the stage ran" in result.errors[-1]
    assert toy.lock_file.read_bytes() == before
    assert toy.step(stage).outcome is Outcome.RAN  # and not restored from a run cache that holds the wrong outputs


def test_touching_an_input_is_no_change(toy: Toy) -> None:
    step = toy.start("flows.dvc_step", "load", "result.json", TOY_HOLD="load")
    toy.held("load")
    (toy.root / "raw.txt").write_text("raw")
    toy.release()
    step.communicate(timeout=60)
    assert StepResult.read(toy.root / "result.json").outcome is Outcome.RAN


def test_unknown_stage_is_a_failure_with_a_reason(toy: Toy) -> None:
    result = toy.step("lod")
    assert result.outcome is Outcome.FAILED
    assert "Stage 'lod' not found inside 'dvc.yaml' file" in result.errors[0]


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])  # dash stays between DVC and the command, bash does not
@pytest.mark.parametrize("stubborn", [pytest.param("", id="obedient"), pytest.param("load", id="ignores-SIGTERM")])
def test_sigterm_ends_the_command_and_leaves_the_lock_file_alone(toy: Toy, stubborn: str, shell: str) -> None:
    if not Path(shell).exists():
        pytest.skip(f"{shell} is not installed")
    toy.step("side")
    before = toy.lock_file.read_bytes()
    step = toy.start("flows.dvc_step", "load", "result.json", TOY_HOLD="load", TOY_STUBBORN=stubborn, SHELL=shell)
    stage = toy.held("load")
    step.terminate()
    output, _ = step.communicate(timeout=60)
    assert gone(stage), output
    assert step.returncode == 130
    assert StepResult.read(toy.root / "result.json").outcome is Outcome.CANCELLED
    assert toy.lock_file.read_bytes() == before
    assert toy.step("load").outcome is Outcome.RAN
    assert (toy.root / "load.txt").read_text() == "load(raw)"


def test_step_is_out_of_reach_of_its_parents_terminal(toy: Toy) -> None:
    step = toy.start("flows.dvc_step", "load", "result.json", TOY_HOLD="load")
    stage = toy.held("load")
    assert os.getsid(step.pid) == os.getsid(stage.pid) == step.pid != os.getsid(0)
    toy.release()
    step.communicate(timeout=60)
    assert step.returncode == 0


def test_finished_stage_waits_for_dvcs_lock_and_is_recorded_even_if_told_to_stop(toy: Toy) -> None:
    from dvc.lock import Lock

    step = toy.start("flows.dvc_step", "load", "result.json", TOY_HOLD="load")
    stage = toy.held("load")
    with Lock(str(toy.root / ".dvc/tmp/lock")):
        toy.release()
        wait_until(lambda: gone(stage), "the command ends")
        with pytest.raises(subprocess.TimeoutExpired):
            step.wait(5)  # DVC alone gives up after 3 s and throws the finished stage away
        step.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            step.wait(1)
    output, _ = step.communicate(timeout=60)
    assert step.returncode == 0, output
    assert StepResult.read(toy.root / "result.json").outcome is Outcome.RAN
    assert toy.step("load").outcome is Outcome.UNCHANGED


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
def test_step_and_command_end_with_a_killed_parent(toy: Toy) -> None:
    starter = (
        "import os, subprocess, sys; "
        "os.environ['FLOW_PID'] = str(os.getpid()); "
        "subprocess.Popen([sys.executable, '-m', 'flows.dvc_step', 'load', 'result.json']).wait()"
    )
    environment = toy.environment(TOY_HOLD="load")
    parent = subprocess.Popen([sys.executable, "-c", starter], cwd=toy.root, env=environment)
    stage = toy.held("load")
    (step,) = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    wait_until(lambda: gone(stage) and gone(step), "step and command end with their parent")
    assert not toy.lock_file.exists()


def test_step_whose_parent_is_gone_already_does_not_start(toy: Toy) -> None:
    step = toy.start("flows.dvc_step", "load", "result.json", FLOW_PID="1")
    step.communicate(timeout=60)
    assert step.returncode == 130
    assert not (toy.root / "load.txt").exists()


def test_stop_between_dvcs_decision_and_the_command_prevents_the_command() -> None:
    stop = Stop()
    log = DvcLog(stop, InputGuard(SimpleNamespace(deps=[])))
    starting = logging.LogRecord("dvc.stage.run", logging.INFO, "", 0, "Running stage 'x':", None, None)
    other = logging.LogRecord("dvc.output", logging.INFO, "", 0, "Computing hash", None, None)
    stop.asked = True
    log.emit(other)
    with pytest.raises(Cancelled):
        log.emit(starting)
    assert not log.command_started


def test_sighup_leaves_no_orphan(toy: Toy) -> None:
    step = toy.start("flows.dvc_step", "load", "result.json", TOY_HOLD="load")
    stage = toy.held("load")
    step.send_signal(signal.SIGHUP)
    step.communicate(timeout=60)
    assert gone(stage)


def test_result_survives_its_file(tmp_path: Path) -> None:
    from flows.graph import Version

    result = StepResult(
        "part@a",
        Outcome.RESTORED,
        1.5,
        (Version("out", "ab.dir", 3, 2),),
        (Version("in", None, None, None),),
        ("e",),
        4,
    )
    result.write(tmp_path / "r.json")
    assert StepResult.read(tmp_path / "r.json") == result
    assert [path.name for path in tmp_path.iterdir()] == ["r.json"]
