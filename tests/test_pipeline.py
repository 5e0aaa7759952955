"""The whole graph under real `dvc repro`, on a few tiny rooms: twice, changed, killed, with one and two workers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sources import fake_coco

ROOT = Path(__file__).parents[1]
COPIED = ("stages", "dvc.yaml", "params.yaml", ".dvcignore", ".gitignore", ".dvc/config", ".dvc/.gitignore")
SMALL = {"frames": 6, "width_px": 320, "height_px": 240}
pytestmark = pytest.mark.timeout(900)


@dataclass(frozen=True)
class Project:
    """A copy of the engine in a folder of its own, with a git and a DVC repository."""

    folder: Path

    def dvc(self, *argv: str, workers: int = 2) -> subprocess.CompletedProcess[str]:
        """Run a DVC command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "dvc", *argv], cwd=self.folder, env=self.env(workers), capture_output=True, text=True
        )

    def env(self, workers: int) -> dict[str, str]:
        """Environment in which `python` is this interpreter."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "WORKERS": str(workers), "DVC_NO_ANALYTICS": "1"}

    def repro(self, *argv: str, workers: int = 2) -> list[str]:
        """Run `dvc repro` and return the stages whose command ran."""
        done = self.dvc("repro", *argv, workers=workers)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        lines = (done.stdout + done.stderr).splitlines()
        return [line.split("'")[1] for line in lines if line.startswith("Running stage")]

    def hashes(self) -> dict[str, str]:
        """Hash of every output, as dvc.lock has it."""
        lock = yaml.safe_load((self.folder / "dvc.lock").read_text())["stages"]
        return {out["path"]: out["md5"] for stage in lock.values() for out in stage["outs"]}

    def params(self) -> dict[str, Any]:
        """Read params.yaml."""
        data: dict[str, Any] = yaml.safe_load((self.folder / "params.yaml").read_text())
        return data

    def write_params(self, data: Mapping[str, Any]) -> None:
        """Replace params.yaml."""
        (self.folder / "params.yaml").write_text(yaml.safe_dump(data, sort_keys=False))

    def report(self, name: str) -> dict[str, Any]:
        """Read one report."""
        data: dict[str, Any] = json.loads((self.folder / f"data/reports/{name}.json").read_text())
        return data


def make_project(folder: Path) -> Project:
    for name in COPIED:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    project = Project(folder)
    data = project.params()
    for name, entry in data["sources"].items():
        entry.update(SMALL, scenes=5 if name == "rooms" else 2)
    data["split"]["benchmark_size"] = 60
    data["template"]["benchmark_share"] = 0.5
    project.write_params(data)
    return project


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project built once, with two workers."""
    project = make_project(tmp_path_factory.mktemp("built"))
    ran = project.repro()
    assert {"ingest@rooms", "relate@turntable", "template", "split", "evaluate@oracle", "export"} <= set(ran)
    return project


def copy_of(built: Project, folder: Path) -> Project:
    shutil.copytree(built.folder, folder, symlinks=True)
    return Project(folder)


def test_oracle_is_right_and_nothing_is_lost(built: Project) -> None:
    oracle = built.report("evaluate@oracle")
    assert oracle["overall"]["value"] == 1.0
    assert oracle["overall"]["n"] == built.report("split")["kept"]["benchmark_samples"] > 0
    assert built.report("evaluate@random")["overall"]["value"] < 0.8
    dedup, template = built.report("dedup"), built.report("template")
    assert dedup["read"]["questions"] == template["kept"]["questions"]
    assert dedup["read"]["questions"] == dedup["kept"]["questions"] + sum(dedup["dropped"].values())


def test_second_run_does_nothing(built: Project) -> None:
    assert built.repro() == []
    assert json.loads(built.dvc("status", "--json").stdout) == {}


def test_one_worker_gives_the_same_bytes(built: Project, tmp_path: Path) -> None:
    alone = make_project(tmp_path / "alone")
    alone.repro(workers=1)
    assert alone.hashes() == built.hashes()


def test_a_wording_reruns_template_and_later_only(built: Project, tmp_path: Path) -> None:
    project = copy_of(built, tmp_path / "wording")
    path = project.folder / "stages/tasks/wording/counting.yaml"
    text = path.read_text()
    changed = text.replace("How many", "Exactly how many", 1)
    assert changed != text
    path.write_text(changed)
    ran = project.repro()
    assert "template" in ran
    assert not [stage for stage in ran if stage.split("@")[0] in ("ingest", "annotate", "relate")]


def test_a_new_source_reruns_no_other_source(built: Project, tmp_path: Path) -> None:
    project = copy_of(built, tmp_path / "source")
    fake_coco.write(tmp_path / "photos")
    data = project.params()
    data["sources"]["photos"] = {
        "reader": "coco", "root": str(tmp_path / "photos"), "instances": "annotations/instances_val2017.json",
        "captions": "annotations/captions_val2017.json", "images": "val2017", "upstream_split": None,
        "max_images": None,
    }  # fmt: skip
    project.write_params(data)
    ran = project.repro()
    assert {"ingest@photos", "annotate@photos", "relate@photos", "template"} <= set(ran)
    assert not [stage for stage in ran if stage.endswith(("@rooms", "@turntable"))]


def test_kill_in_the_middle_of_relate(built: Project, tmp_path: Path) -> None:
    project = copy_of(built, tmp_path / "killed")
    data = project.params()
    project.write_params({**data, "relate": {**data["relate"], "pairs_per_view": 1}})
    assert project.repro("relate@rooms") == ["relate@rooms"]
    project.write_params(data)  # dvc.lock now holds another run, and the run cache is gone: relate has to run again
    shutil.rmtree(project.folder / ".dvc/cache/runs")
    child = subprocess.Popen(
        [sys.executable, "-m", "dvc", "repro", "relate@rooms"], cwd=project.folder, env=project.env(1),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    half_done = project.folder / "data/.tmp/relate@rooms"
    deadline = time.monotonic() + 120
    while not list(half_done.glob("*.parquet")):
        assert child.poll() is None, "relate ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert not (project.folder / "data/facts/rooms").exists()
    assert "relate@rooms" in project.repro()
    assert project.hashes() == built.hashes()
    assert not list((project.folder / "data/.tmp").iterdir())


def test_mistakes_in_params_stop_the_build_with_one_message(built: Project, tmp_path: Path) -> None:
    project = copy_of(built, tmp_path / "mistake")
    data = project.params()
    data["relate"]["seen"]["min_aera_px"] = data["relate"]["seen"].pop("min_area_px")
    project.write_params(data)
    done = project.dvc("repro")
    assert done.returncode != 0
    assert "Did you mean 'min_area_px'?" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
