"""The runner: outputs appear whole or not at all, in the same bytes for any number of workers, and all is counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from stages import runner
from stages.params import Params
from stages.schema.errors import UserError
from stages.schema.records import SceneRow, to_table
from stages.schema.store import shard_of, shard_path, write_table
from stages.workers import workers

PARAMS = "seed: 1\nsources: {demo: {}}\nkeep: {marker: %s}\n"


class KeepParams(Params):
    marker: str


def keep(tables: Mapping[str, pa.Table], params: KeepParams, context: runner.Context) -> runner.Result:
    """Keep the scenes whose id holds the marker."""
    scene = tables["scene"]
    held = pc.match_substring(scene.column("scene_id"), params.marker)
    lost = scene.filter(pc.invert(held)).column("scene_id").to_pylist()
    counts = runner.Counts(read={"scenes": len(scene)}, kept={"scenes": pc.sum(held).as_py() or 0})
    return runner.Result({"scene": scene.filter(held)}, counts + runner.dropped("scene.unmarked", lost))


def explode(tables: Mapping[str, pa.Table], params: KeepParams, context: runner.Context) -> runner.Result:
    """Fail as a user's data would."""
    raise UserError("file x: expected y")


STAGE = runner.Stage("keep", KeepParams, keep, {"scene": "in"}, ("scene",), "out")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with params.yaml and one source of 40 scenes in 4 shards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    Path("params.yaml").write_text(PARAMS % "'1'")
    folder = Path("data/in/demo")
    folder.mkdir(parents=True)
    ids = [f"demo/{k:04d}" for k in range(40)]
    for shard in range(4):
        rows = [SceneRow(i, "demo", "scan", i, "CC0-1.0") for i in ids if shard_of(i, 4) == shard]
        write_table(shard_path(folder, "scene", shard), to_table("scene", rows), "scene")
    return tmp_path


def run(stage: runner.Stage[KeepParams], monkeypatch: pytest.MonkeyPatch, *argv: str) -> None:
    monkeypatch.setattr("sys.argv", ["stage", *argv])
    runner.main(stage)


def outputs() -> dict[str, bytes]:
    return {p.as_posix(): p.read_bytes() for p in Path("data").rglob("*") if p.is_file() and "timings" not in p.parts}


def test_report_counts_everything(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(STAGE, monkeypatch, "demo")
    report = json.loads(Path("data/reports/keep@demo.json").read_text())
    assert report["read"] == {"scenes": 40}
    assert report["kept"]["scenes"] + report["dropped"]["scene.unmarked"] == 40
    drops = json.loads(Path("data/out/demo/_drops.json").read_text())["scene.unmarked"]
    assert drops["count"] == report["dropped"]["scene.unmarked"]
    assert len(drops["examples"]) == runner.EXAMPLES
    assert json.loads(Path("data/timings/keep@demo.json").read_text())["workers"] == 1


def test_two_workers_write_the_same_bytes(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(STAGE, monkeypatch, "demo")
    one = outputs()
    monkeypatch.setenv("WORKERS", "2")
    run(STAGE, monkeypatch, "demo")
    assert outputs() == one


def test_failure_keeps_the_old_output_and_leaves_no_rest(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(STAGE, monkeypatch, "demo")
    before = outputs()
    broken = runner.Stage("keep", KeepParams, explode, {"scene": "in"}, ("scene",), "out")
    with pytest.raises(SystemExit) as caught:
        run(broken, monkeypatch, "demo")
    assert caught.value.code == 1
    assert capsys.readouterr().err == "error: file x: expected y\n"
    assert outputs() == before
    assert not list(Path("data/.tmp").iterdir())


def test_rest_of_a_killed_run_is_removed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = Path("data/.tmp/keep@demo/scene-099.parquet")
    rest.parent.mkdir(parents=True)
    rest.write_bytes(b"half")
    run(STAGE, monkeypatch, "demo")
    assert not Path("data/out/demo/scene-099.parquet").exists()


@pytest.mark.parametrize(
    ("argv", "params", "message"),
    [
        pytest.param([], PARAMS % "'1'", "usage: python -m stages.keep SOURCE", id="no source"),
        pytest.param(["none"], PARAMS % "'1'", "data/in/none: no such folder", id="unknown source"),
        pytest.param(["demo"], PARAMS.replace("marker", "makrer") % 1, "Did you mean 'marker'", id="misspelt key"),
        pytest.param(["demo"], (PARAMS % "'1'").replace("seed: 1", "seed: one"), "seed: expected a whole", id="seed"),
    ],
)
def test_mistakes_are_one_message(
    argv: list[str],
    params: str,
    message: str,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("params.yaml").write_text(params)
    with pytest.raises(SystemExit):
        run(STAGE, monkeypatch, *argv)
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert message in error
    assert "Traceback" not in error


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5"])
def test_bad_worker_counts(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKERS", value)
    with pytest.raises(UserError, match="WORKERS"):
        workers()


def test_events_go_to_the_named_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAGE_EVENTS", str(project / "events.jsonl"))
    run(STAGE, monkeypatch, "demo")
    events = [json.loads(line) for line in (project / "events.jsonl").read_text().splitlines()]
    assert [e["done"] for e in events if e["event"] == "progress"] == [1, 2, 3, 4]
    assert events[-1]["event"] == "report"
    assert events[-1]["read"] == {"scenes": 40}


def test_counts_add_and_keep_the_first_examples() -> None:
    total = runner.dropped("x", list("abcd")) + runner.dropped("x", list("efgh")) + runner.dropped("y", [])
    assert total.dropped == {"x": 8}
    assert total.examples["x"] == tuple("abcde")
