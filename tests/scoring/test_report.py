from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from stages.scoring.report import ReportParams, angle_errors, report
from tests.handmade import table

PARAMS = ReportParams(resamples=400, confidence=0.95)


def reply(name: str, task: str, score: float, **values: Any) -> dict[str, Any]:
    row = {
        "sample_id": name, "task": task, "text_format": "caption", "image_format": "original", "scene_id": name[:2],
        "answer_kind": "yes_no", "reply": "yes", "parsed": "yes", "score": score, "chance": 0.5,
    }  # fmt: skip
    return row | values


REPLIES = [
    reply("s1a", "position", 1.0), reply("s1b", "position", 1.0), reply("s2a", "position", 1.0),
    reply("s2b", "position", 0.0, image_format="boxes", reply="", parsed=None),
    reply("s3a", "size", 0.0, chance=0.25),
]  # fmt: skip


def test_overall_is_the_unweighted_mean_of_tasks() -> None:
    found = report(table("reply", REPLIES), PARAMS, seed=1)
    assert found["by_task"]["position"]["value"] == 0.75
    assert found["by_task"]["size"]["value"] == 0.0
    assert found["overall"]["value"] == 0.375  # not 3 / 5
    assert found["overall"]["chance"] == 0.375
    assert found["overall"]["n"] == 5


def test_formats_and_failures() -> None:
    found = report(table("reply", REPLIES), PARAMS, seed=1)
    assert {name: (entry["value"], entry["n"]) for name, entry in found["by_format"].items()} == {
        "caption/original": (0.5, 4),
        "caption/boxes": (0.0, 1),
    }
    assert found["parse_failures"] == {"n": 1, "rate": 0.2, "empty_replies": 1}


def test_interval_is_over_scenes_and_repeatable() -> None:
    many = [reply(f"{scene:02d}{i}", "position", float(scene % 2)) for scene in range(20) for i in range(10)]
    found = report(table("reply", many), PARAMS, seed=1)["overall"]
    assert found == report(table("reply", many), PARAMS, seed=1)["overall"]
    assert found["value"] == 0.5
    # 20 scenes, not 200 answers: the standard error is 0.5 / sqrt(20) = 0.11, so the interval is about 0.44 wide.
    assert 0.35 < found["high"] - found["low"] < 0.55
    assert found["low"] < 0.5 < found["high"]


def test_a_single_scene_has_no_interval() -> None:
    found = report(table("reply", REPLIES), PARAMS, seed=1)["by_task"]
    assert (found["size"]["low"], found["size"]["high"]) == (None, None)
    assert found["position"]["low"] is not None


def test_same_scores_everywhere_have_no_spread() -> None:
    found = report(table("reply", [reply(f"{i:02d}a", "size", 0.4) for i in range(9)]), PARAMS, seed=1)["overall"]
    assert (found["low"], found["value"], found["high"]) == (0.4, 0.4, 0.4)


def test_no_replies() -> None:
    found = report(table("reply", []), PARAMS, seed=1)
    assert found["overall"] == {"value": None, "low": None, "high": None, "n": 0, "chance": None}
    assert found["parse_failures"]["n"] == 0


def test_angle_errors_skip_what_was_not_parsed() -> None:
    kinds = pa.chunked_array([["angle", "angle", "angle", "yes_no"]])
    parsed = pa.chunked_array([["-170", "45", None, "yes"]])
    answers = pa.chunked_array([["170", "45", "10", "no"]])
    assert angle_errors(parsed, answers, kinds) == {"n": 2, "mean": 10.0, "median": 10.0}
    assert angle_errors(parsed.slice(3), answers.slice(3), kinds.slice(3)) == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_seed_moves_the_interval_only(seed: int) -> None:
    assert report(table("reply", REPLIES), PARAMS, seed)["overall"]["value"] == 0.375
