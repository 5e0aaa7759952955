"""The table of readers: tasks follow from what a dataset gives, counts from the reports of ingest."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from stages.registry import resolve
from stages.schema.errors import UserError
from stages.schema.tables import KINDS
from stages.sources import SOURCES
from stages.sources.base import MODALITIES, ReaderInfo
from stages.sources_table import NEEDS, built_table, read_reports, readers, readers_table, tasks_fed
from stages.tasks import TASKS

INFO = ReaderInfo("a dataset", ("image",), (), "CC0-1.0", "https://example.org", None, None)
SPATIAL = {
    "position_comparison", "size_comparison", "existence", "absolute_distance", "relative_distance",
    "closest_to_camera", "depth_ordering", "object_size",
}  # fmt: skip


def printed(table: Table) -> str:
    out = io.StringIO()
    Console(file=out, width=240).print(table)
    return out.getvalue()


def test_every_task_says_what_it_needs() -> None:
    assert list(NEEDS) == list(TASKS)
    assert {name for needs in NEEDS.values() for names in needs for name in names} <= {*MODALITIES, *KINDS}


@pytest.mark.parametrize(
    ("kind", "gives", "tasks"),
    [
        pytest.param("image", "", set(), id="nothing"),
        pytest.param("image", "captions", set(), id="captions alone"),
        pytest.param("image", "boxes_2d", {"counting"}, id="boxes without vocabulary"),
        pytest.param("image", "boxes_2d masks vocabulary", {"counting", "existence"}, id="coco"),
        pytest.param("image", "boxes_2d masks depth intrinsics", {"counting"}, id="nobody knows what is up"),
        pytest.param("image", "boxes_2d masks depth intrinsics gravity", {"counting"} | SPATIAL, id="lifted"),
        pytest.param("object", "boxes_2d boxes_3d poses gravity", {"counting", "rotation_estimation"} | SPATIAL,
                     id="turntable"),
        pytest.param("scan", "poses depth intrinsics gravity", set(), id="frames without objects"),
        pytest.param("scan", "boxes_2d boxes_3d poses gravity intrinsics",
                     set(TASKS) - {"room_size", "route_planning", "rotation_estimation"}, id="scan without floor"),
        pytest.param("scan", "boxes_2d boxes_3d poses gravity intrinsics floor",
                     set(TASKS) - {"rotation_estimation"}, id="scan"),
    ],
)  # fmt: skip
def test_tasks_follow_from_what_is_given(kind: str, gives: str, tasks: set[str]) -> None:
    assert set(tasks_fed(replace(INFO, kinds=(kind,), gives=tuple(gives.split())))) == tasks


def test_made_scenes_feed_every_task() -> None:
    assert set(tasks_fed(resolve(SOURCES, "procedural", "reader").info)) == set(TASKS)


def test_every_reader_has_a_row() -> None:
    text = printed(readers_table(readers()))
    assert all(name in text for name in SOURCES)
    assert "2: existence counting" in text  # coco


def test_a_reader_whose_package_is_missing_says_what_to_install() -> None:
    assert "pip install h5py" in printed(readers_table({"hypersim": "needs h5py; run `pip install h5py`", "a": INFO}))


def test_counts_come_from_the_reports(tmp_path: Path) -> None:
    report = {"read": {"scenes": 5, "views": 90}, "kept": {"scenes": 4, "views": 90}, "dropped": {"scene.cut": 1}}
    (tmp_path / "ingest@one.json").write_text(json.dumps(report))
    sources = {"one": "coco", "two": "scannet"}
    reports = read_reports(tmp_path, sources)
    assert reports == {"one": report}
    one, two = [line for line in printed(built_table(sources, reports)).splitlines() if "coco" in line or "two" in line]
    assert "4 of 5" in one
    assert " 90 " in one
    assert "scene.cut 1" in one
    assert "not built: run `dvc repro`" in two


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_damaged_report_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "ingest@one.json").write_text(content)
    with pytest.raises(UserError, match=r"ingest@one\.json.*dvc repro"):
        read_reports(tmp_path, {"one": "coco"})
