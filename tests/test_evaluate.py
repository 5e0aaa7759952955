from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from stages import evaluate, scoreboard
from stages.images import decode, encode_jpeg
from stages.models.base import Prompt
from stages.pictures import Pictures
from stages.schema.errors import ParamsError, UserError
from stages.schema.store import read_all
from tests.handmade import choice, fact, question, sample, scene, sighting, table, view, write

SCORE = {"count_score": "relative", "angle_tolerance_deg": 10}
PARAMS: dict[str, Any] = {
    "seed": 3,
    "sources": {"rooms": {"reader": "procedural"}},
    "evaluate": {
        "batch_size": 2, "jpeg_quality": 90, "score": SCORE, "report": {"resamples": 50, "confidence": 0.95},
    },
    "models": {
        "oracle": {"model": "oracle"}, "most_frequent": {"model": "most_frequent"},
        "random": {"model": "random"},
        "wrong": {"model": "recorded", "path": "wrong.jsonl"},
    },
}  # fmt: skip
LEFT = fact("left_of", ["chair"], ["table"])
COUNT = fact("count", ["chair", "stool"], category="seat", value=2.0, unit="count")
QUESTIONS = [
    question("q1", fact_ids=[LEFT["fact_id"]], side="benchmark"),
    choice("q2", ["{a}", "{b}"], "A", fact_ids=[LEFT["fact_id"]], side="benchmark"),
    question("q3", task="counting", question="How many seats?", slot_ids=[], fact_ids=[COUNT["fact_id"]], answer="2",
             answer_kind="number", unit="count", answer_value=2.0, side="benchmark"),
]  # fmt: skip
BENCHMARK = [
    sample("q1", side="benchmark"),
    sample("q2", "natural", side="benchmark", answer_kind="choice", answer="A", options=["the chair", "the table"]),
    sample("q3", "caption", "boxes", side="benchmark", task="counting", answer_kind="number", answer="2",
           answer_value=2.0, unit="count", mark_ids=["rooms/0001:chair"]),
]  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(PARAMS))
    write("split/benchmark", "sample", BENCHMARK)
    write("split/benchmark", "question", QUESTIONS)
    write("split/train", "sample", [sample(f"t{i}", answer="no" if i else "yes") for i in range(3)])
    write("facts/rooms", "fact", [LEFT, COUNT])
    wrong = [{"sample_id": "q1:caption:original", "reply": "No."}, {"sample_id": "q2:natural:original", "reply": "(B)"}]
    Path("wrong.jsonl").write_text("".join(json.dumps(line) + "\n" for line in wrong))
    return tmp_path


def run(model: str) -> dict[str, Any]:
    evaluate._run([model])
    report: dict[str, Any] = json.loads(Path(f"data/reports/evaluate@{model}.json").read_text())
    return report


def test_the_oracle_is_always_right(project: Path) -> None:
    report = run("oracle")
    assert report["overall"]["value"] == 1.0
    assert report["parse_failures"] == {"n": 0, "rate": 0.0, "empty_replies": 0}
    replies = read_all(Path("data/replies/oracle"), "reply")
    assert replies.column("reply").to_pylist() == ["Yes", "A", "2"]
    assert replies.column("chance").to_pylist() == [0.5, 0.5, 1.0]


def test_a_model_that_is_wrong_or_silent_scores_nothing(project: Path) -> None:
    report = run("wrong")
    assert report["overall"]["value"] == 0.0
    assert report["read"] == {"samples": 3}
    assert report["parse_failures"] == {"n": 1, "rate": 0.3333, "empty_replies": 1}
    assert read_all(Path("data/replies/wrong"), "reply").column("parsed").to_pylist() == ["no", "B", None]


def test_most_frequent_knows_train_only(project: Path) -> None:
    run("most_frequent")
    replies = read_all(Path("data/replies/most_frequent"), "reply")
    assert replies.column("reply").to_pylist() == ["no", "", ""]


def test_reports_repeat_byte_for_byte(project: Path) -> None:
    def outputs() -> Iterator[bytes]:
        yield Path("data/reports/evaluate@random.json").read_bytes()
        yield Path("data/replies/random/reply-000.parquet").read_bytes()

    run("random")
    first = list(outputs())
    run("random")
    assert list(outputs()) == first


def test_scores_by_task_and_format(project: Path) -> None:
    report = run("oracle")
    assert sorted(report["by_task"]) == ["counting", "position_comparison"]
    assert sorted(report["by_format"]) == ["caption/boxes", "caption/original", "natural/original"]
    assert report["by_task"]["position_comparison"]["n"] == 2


def test_scoreboard_shows_all_models(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("oracle")
    run("wrong")
    capsys.readouterr()
    scoreboard._run()
    shown = capsys.readouterr().out
    assert "oracle" in shown
    assert "wrong" in shown
    assert "counting" in shown
    assert "100.0" in shown


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "no report named", id="none"),
        pytest.param("{", "not valid JSON", id="damaged"),
        pytest.param("{}", "not a report", id="another report"),
    ],
)
def test_scoreboard_says_what_is_wrong(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "evaluate@x.json").write_text(content)
    with pytest.raises(UserError, match=message):
        scoreboard.read_reports(tmp_path)


def test_empty_benchmark_is_a_user_error(project: Path) -> None:
    write("split/benchmark", "sample", [])
    with pytest.raises(UserError, match=r"split\.benchmark_size"):
        evaluate._run(["oracle"])


def test_unknown_model_is_a_user_error(project: Path) -> None:
    with pytest.raises(ParamsError, match="Did you mean 'oracle'"):
        evaluate._run(["oracel"])


def test_a_model_must_answer_every_prompt() -> None:
    class Lazy:
        def reply(self, prompts: Sequence[Prompt]) -> list[str]:
            return []

    prompts = [Prompt("s", "q", "t", "yes_no", "?", (), None, lambda: [])]
    with pytest.raises(UserError, match="0 replies to 1 prompts"):
        list(evaluate._ask(Lazy(), prompts, 4, "evaluate@lazy"))  # type: ignore[arg-type]


def test_pictures_are_drawn_when_asked_for(project: Path) -> None:
    grey = encode_jpeg(np.full((48, 64, 3), 128, np.uint8), 90)
    write("annotated/rooms", "scene", [scene()])
    write("annotated/rooms", "view", [view()])
    write("annotated/rooms", "sighting", [sighting("chair", (10, 10, 40, 30))])
    row = {"view_id": "rooms/0001/000", "scene_id": "rooms/0001", "image": grey, "depth": None}
    write("scenes/rooms", "pixels", [row])
    prompts = evaluate.prompts_of(table("sample", BENCHMARK), Pictures(Path("data"), {"rooms": None}, 90))
    assert prompts[0].images() == [grey]
    marked = decode(prompts[2].images()[0])
    assert marked is not None
    assert np.ptp(marked[8:32, 8:42].astype(int)) > 60  # the box stands out
    assert np.ptp(marked[40:, 50:].astype(int)) < 20


def test_a_missing_picture_is_a_user_error(project: Path) -> None:
    write("annotated/rooms", "scene", [scene()])
    write("annotated/rooms", "view", [view(image_path="gone.jpg")])
    write("annotated/rooms", "sighting", [])
    pictures = Pictures(Path("data"), {"rooms": project}, 90)
    with pytest.raises(UserError, match=r"view rooms/0001/000: picture\.missing"):
        pictures.encoded("rooms", "rooms/0001", ["rooms/0001/000"], "original", [])
    with pytest.raises(UserError, match="no scene rooms/9999"):
        pictures.encoded("rooms", "rooms/9999", ["rooms/9999/000"], "original", [])
