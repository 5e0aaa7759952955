"""VSI-Bench's tables against themselves; needs the sample folder (see data page of the benchmark script)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks/vsi_bench_truth.py"


def script() -> Any:
    spec = importlib.util.spec_from_file_location("vsi_bench_truth", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_agree_where_they_did_when_measured() -> None:
    folder = script().samples_folder()
    if not (folder / "vsi_bench/meta_info").is_dir():
        pytest.skip(f"{folder}/vsi_bench is not there; ENGINE_SAMPLES names a folder with samples of the datasets")
    found = script().main(folder)
    assert {name: row["corners_agree_rows"] for name, row in found.items()} == dict.fromkeys(found, 1.0)
    assert found["scannet"]["counts_agree"] == pytest.approx(394 / 403)
    assert found["arkitscenes"]["counts_agree"] == found["scannetpp"]["counts_agree"] == 1.0
    assert found["scannet"]["tilted_boxes"] > 0.5, "its boxes are the smallest ones at any tilt"


def test_a_table_that_disagrees_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    box = {"centroid": [0, 0, 1], "axesLengths": [2, 1, 1], "normalizedAxes": [0, 1, 0, -1, 0, 0, 0, 0, 1],
           "min": [-0.5, -1, 0.5], "max": [0.5, 1, 1.5]}  # fmt: skip
    scene = {"room_size": 1.5, "object_counts": {"bed": 2}, "object_bbox": {"bed": [box]}}
    found = script().of_scenes("made", {"s": scene})
    assert "s: bed: 1 boxes, but the table counts 2" in capsys.readouterr().out
    assert (found["counts_agree"], found["corners_agree_rows"], found["longest_edge_agrees"]) == (0, 1, 1)
    assert found["rooms_smaller_than_their_boxes"] == 1
