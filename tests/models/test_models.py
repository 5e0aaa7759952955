from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from stages.models import MODELS
from stages.models.base import ModelContext, Prompt, load_model
from stages.models.most_frequent import MostFrequent, MostFrequentParams
from stages.models.random import Random, RandomParams
from stages.models.recorded import Recorded, RecordedParams, read_replies
from stages.models.train_answers import counted
from stages.registry import UnknownName, resolve
from stages.schema.errors import ParamsError, UserError
from tests.handmade import sample, write

GUESS = RandomParams(model="random")


def prompt(name: str, kind: str = "yes_no", options: tuple[str, ...] = (), unit: str | None = None) -> Prompt:
    return Prompt(name, name, "task", kind, "?", options, unit, lambda: [])


def context(data: Path = Path("data"), seed: int = 1) -> ModelContext:
    return ModelContext(seed, data)


@pytest.fixture
def trained(tmp_path: Path) -> ModelContext:
    """A training set with counts 1, 1, 1 and 4 over two shards, and one angle."""
    for shard, answers in enumerate((["1", "1"], ["1", "4"])):
        rows = [
            sample(f"q{shard}{i}", task="task", answer_kind="number", unit="count", answer=answer)
            for i, answer in enumerate(answers)
        ]
        write(tmp_path / "split/train", "sample", rows, shard)
    angle = sample("a", task="task", answer_kind="angle", unit="deg", answer="-45")
    write(tmp_path / "split/train", "sample", [angle], 2)
    return context(tmp_path)


def test_guesses_fit_the_answer_kind(trained: ModelContext) -> None:
    model = Random(GUESS, trained)

    def replies(kind: str, options: tuple[str, ...] = (), unit: str | None = None) -> Counter[str]:
        return Counter(model.reply([prompt(f"s{i}", kind, options, unit) for i in range(400)]))

    assert set(replies("yes_no")) == {"Yes", "No"}
    assert set(replies("choice", ("x", "y", "z"))) == {"A", "B", "C"}
    counts = replies("number", unit="count")
    assert set(counts) == {"1", "4"}
    assert 260 < counts["1"] < 340  # three of four training answers
    assert set(replies("angle", unit="deg")) == {"-45"}
    assert set(replies("number", unit="cm")) == {""}  # never asked in training


def test_a_guess_depends_on_the_sample_and_the_seed_only(trained: ModelContext) -> None:
    prompts = [prompt(f"s{i}") for i in range(40)]
    replies = Random(GUESS, trained).reply(prompts)
    assert Random(GUESS, trained).reply(prompts[::-1]) == replies[::-1]
    assert Random(GUESS, ModelContext(2, trained.data)).reply(prompts) != replies
    assert 10 < Counter(replies)["Yes"] < 30


def test_answers_are_counted_by_task_kind_and_unit() -> None:
    rows = [
        ("count", "number", "count", "2", 5), ("count", "number", "count", "3", 4), ("count", "choice", None, "C", 1),
        ("size", "yes_no", None, "yes", 3), ("size", "yes_no", None, "no", 3),
    ]  # fmt: skip
    names = ["task", "answer_kind", "unit", "answer", "count"]
    samples = pa.table({name: [row[k] for row in rows] for k, name in enumerate(names)})
    answers = counted(samples)
    assert answers == {
        ("count", "number", "count"): {"2": 5, "3": 4},
        ("count", "choice", None): {"C": 1},
        ("size", "yes_no", None): {"no": 3, "yes": 3},
    }
    assert next(iter(answers["size", "yes_no", None])) == "no"  # a tie goes to the first in the alphabet


def test_most_frequent_reads_train_over_all_shards(tmp_path: Path) -> None:
    shards = [["no", "no"], ["yes"], ["yes"], ["yes"]]
    for shard, answers in enumerate(shards):
        rows = [sample(f"q{shard}{i}", task="task", answer=answer) for i, answer in enumerate(answers)]
        write(tmp_path / "split/train", "sample", rows, shard)
    model = MostFrequent(MostFrequentParams(model="most_frequent"), context(tmp_path))
    assert model.reply([prompt("a"), prompt("b", "choice", ("x",))]) == ["yes", ""]


def test_most_frequent_without_train_is_a_user_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such folder"):
        MostFrequent(MostFrequentParams(model="most_frequent"), context(tmp_path))


def test_recorded_replies(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_text('{"sample_id": "s1", "reply": "Yes.", "model": "x"}\n\n{"sample_id": "s2", "reply": ""}\n')
    model = Recorded(RecordedParams(model="recorded", path=str(path)), context())
    assert model.reply([prompt("s2"), prompt("s1"), prompt("s3")]) == ["", "Yes.", ""]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{"sample_id": "s1"', r"replies.jsonl:1: not valid JSON", id="no JSON"),
        pytest.param('\n["s1", "yes"]', r"replies.jsonl:2: expected", id="no object"),
        pytest.param('{"sample_id": "s1"}', r":1: expected", id="no reply"),
        pytest.param('{"sample_id": "s1", "reply": 3}', r":1: expected", id="reply is no text"),
        pytest.param('{"sample_id": "s", "reply": "a"}\n{"sample_id": "s", "reply": "b"}', r":2: .*twice", id="twice"),
        pytest.param(None, "no such file", id="no file"),
    ],
)
def test_bad_recordings_name_file_and_line(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "replies.jsonl"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=message):
        read_replies(path)


def test_recording_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not UTF-8"):
        read_replies(path)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_row_is_a_model(name: str) -> None:
    kind: Any = resolve(MODELS, name, "model")
    assert kind.requires == ()
    assert kind.params_type.model_config["extra"] == "forbid"
    assert all(field.is_required() for field in kind.params_type.model_fields.values())


def test_load_model_by_section(trained: ModelContext) -> None:
    assert isinstance(load_model("guess", {"models": {"guess": {"model": "random"}}}, trained), Random)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        pytest.param({}, "models.guess.model: expected the name", id="no model"),
        pytest.param({"model": "randm"}, "Did you mean 'random'", id="unknown model"),
        pytest.param({"model": "recorded"}, "models.guess.path: is missing", id="missing key"),
        pytest.param(
            {"model": "recorded", "path": "x", "pth": "y"}, "models.guess.pth: unknown key. Did you mean 'path'",
            id="misspelt key",
        ),
    ],
)  # fmt: skip
def test_wrong_sections_say_what_to_do(section: dict[str, Any], message: str) -> None:
    with pytest.raises((ParamsError, UnknownName, UserError), match=message):
        load_model("guess", {"models": {"guess": section}}, context())


def test_unknown_model_section() -> None:
    with pytest.raises(ParamsError, match=r"models.gues` is missing\. Did you mean 'guess'"):
        load_model("gues", {"models": {"guess": {}}}, context())
