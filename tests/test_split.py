from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages import split
from stages.schema.errors import UserError
from stages.schema.store import read_all, shard_of
from stages.sides import side_of
from tests.handmade import question, sample, scene, table, write

SHARDS, SEED = 3, 7
FORMATS = [("caption", "original"), ("box", "original"), ("image_based", "boxes")]
TASKS = ["position_comparison", "counting"]

HAMILTON = [
    pytest.param([50, 30, 20], 7, 1.0, [4, 2, 1], id="largest remainder takes the last seat"),
    pytest.param([50, 30, 20], 10, 1.0, [5, 3, 2], id="no remainder"),
    pytest.param([10, 10, 10], 4, 1.0, [2, 1, 1], id="tie goes to the first stratum"),
    pytest.param([100, 2, 50], 30, 0.0, [14, 2, 14], id="equal shares, a small stratum gives all it has"),
    pytest.param([100, 1, 0], 2, 0.0, [1, 1, 0], id="empty stratum gets none"),
    pytest.param([3, 2], 9, 1.0, [3, 2], id="more seats than rows"),
    pytest.param([3, 2], 0, 1.0, [0, 0], id="no seats"),
    pytest.param([], 5, 1.0, [], id="no strata"),
    pytest.param([100, 4], 6, 0.5, [5, 1], id="square root: weights 10 and 2"),
]


@pytest.mark.parametrize(("counts", "size", "power", "quotas"), HAMILTON)
def test_hamilton(counts: list[int], size: int, power: float, quotas: list[int]) -> None:
    assert split.hamilton(np.array(counts, np.int64), size, power).tolist() == quotas


@given(st.lists(st.integers(0, 500), max_size=30), st.integers(0, 4000), st.floats(0, 1))
def test_quotas_are_exact_and_affordable(counts: list[int], size: int, power: float) -> None:
    available = np.array(counts, np.int64)
    quotas = split.hamilton(available, size, power)
    assert quotas.sum() == min(size, available.sum())
    assert (quotas >= 0).all()
    assert (quotas <= available).all()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=30), st.data())
def test_proportional_quotas_are_within_one_of_the_share(counts: list[int], data: st.DataObject) -> None:
    size = data.draw(st.integers(0, sum(counts)))
    quotas = split.hamilton(np.array(counts, np.int64), size, 1.0)
    assert (np.abs(quotas - size * np.array(counts) / sum(counts)) < 1 + 1e-9).all()


def candidates(questions: int, formats: int = 2) -> split.Candidates:
    rows = [
        sample(f"q{i}", *FORMATS[f], task=TASKS[i % 2], side="benchmark")
        for i in range(questions)
        for f in range(formats)
    ]
    return split.candidates_of(table("sample", rows), SEED)


def test_one_sample_per_question_comes_first() -> None:
    shard = candidates(10)
    for size in (4, 10):
        (rows,) = split.choose([shard], size, 1.0)
        assert len(rows) == size
        assert len(set(shard.question[rows])) == size
    (rows,) = split.choose([shard], 13, 1.0)
    assert len(rows) == 13
    assert set(shard.question[rows]) == set(range(10))


def test_smallest_hashes_of_a_stratum_are_taken() -> None:
    shard = candidates(40, formats=1)
    (rows,) = split.choose([shard], 9, 1.0)
    names = np.array(shard.stratum.to_pylist())
    assert [(names[rows] == stratum).sum() for stratum in sorted(set(names))] == [5, 4]
    for stratum in set(names):
        of_stratum = np.flatnonzero(names == stratum)
        taken = np.isin(of_stratum, rows)
        assert shard.row_hash[of_stratum[taken]].max() < shard.row_hash[of_stratum[~taken]].min()


def test_choice_does_not_depend_on_the_number_of_shards() -> None:
    rows = [sample(f"q{i:02d}", task=TASKS[i % 2], side="benchmark") for i in range(30)]
    whole = split.candidates_of(table("sample", rows), SEED)
    parts = [split.candidates_of(table("sample", rows[k : k + 10]), SEED) for k in (0, 10, 20)]
    (expected,) = split.choose([whole], 11, 1.0)
    found = np.concatenate([rows + 10 * k for k, rows in enumerate(split.choose(parts, 11, 1.0))])
    assert found.tolist() == expected.tolist()


def write_inputs(scenes: list[str], duplicates: tuple[str, ...] = ()) -> None:
    """Write questions of all scenes, two scenes to a place; `duplicates` are left out of data/unique."""
    for source in sorted({scene_id.split("/")[0] for scene_id in scenes}):
        for shard in range(SHARDS):
            here = [s for s in scenes if s.split("/")[0] == source and shard_of(s, SHARDS) == shard]
            rows: dict[str, list[dict[str, Any]]] = {"scene": [], "question": [], "sample": []}
            for scene_id in here:
                side = side_of(pa.array([place_of(scene_id)]), SEED, 0.5)[0].as_py()
                rows["scene"].append(scene(scene_id, place_of(scene_id)))
                for i, task in enumerate(TASKS):
                    name = f"{scene_id}/000:fact{i}:yes_no"
                    rows["question"].append(question(name, scene_id=scene_id, task=task, side=side))
                    rows["sample"] += [sample(name, *f, scene_id=scene_id, task=task, side=side) for f in FORMATS]
            kept = [q for q in rows["question"] if q["question_id"] not in duplicates]
            write(f"annotated/{source}", "scene", rows["scene"], shard)
            write(f"questions/{source}", "sample", rows["sample"], shard)
            write(f"unique/{source}", "question", kept, shard)


def place_of(scene_id: str) -> str:
    return f"{scene_id.split('/')[0]}/flat{int(scene_id[-2:]) // 2}"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKERS", "1")
    set_params(size=12)
    return tmp_path


def set_params(size: int) -> None:
    text = (
        f"seed: {SEED}\nsources: {{coco: {{}}, rooms: {{}}}}\nsplit: {{benchmark_size: {size}, stratum_power: 1.0}}\n"
    )
    Path("params.yaml").write_text(text)


def scenes(count: int) -> list[str]:
    return [f"{source}/{i:02d}" for source in ("coco", "rooms") for i in range(count)]


def ids(side: str) -> list[str]:
    return [str(i) for i in read_all(Path("data/split") / side, "sample").column("sample_id").to_pylist()]


def test_split_writes_disjoint_sides_and_a_ledger(project: Path) -> None:
    write_inputs(scenes(20))
    split._run()
    with open("data/split/ledger.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["scene_id"] for row in rows] == scenes(20)
    side = {row["scene_id"]: row["side"] for row in rows}
    for name in ("train", "benchmark"):
        samples = read_all(Path("data/split") / name, "sample")
        questions = read_all(Path("data/split") / name, "question")
        assert {side[s] for s in samples.column("scene_id").to_pylist()} == {name}
        assert set(samples.column("question_id").to_pylist()) == set(questions.column("question_id").to_pylist())
    places = {name: {row["place_id"] for row in rows if row["side"] == name} for name in ("train", "benchmark")}
    assert places["train"]
    assert places["benchmark"]
    assert not places["train"] & places["benchmark"]
    assert {row["why"] for row in rows} == {"hash of the place"}
    assert sorted(p.name for p in Path("data/split").iterdir()) == ["_drops.json", "benchmark", "ledger.csv", "train"]


def test_nothing_is_lost_without_a_reason(project: Path) -> None:
    write_inputs(scenes(20), duplicates=("rooms/03/000:fact1:yes_no",))
    split._run()
    report = json.loads(Path("data/reports/split.json").read_text())
    kept = report["kept"]
    assert kept["benchmark_samples"] == 12 == len(ids("benchmark"))
    assert kept["train_samples"] == len(ids("train"))
    assert report["dropped"][split.DUPLICATE] == 3
    assert report["read"]["samples"] == 40 * 2 * 3
    assert report["read"]["samples"] == kept["train_samples"] + 12 + sum(report["dropped"].values())
    assert report["benchmark"] == {"asked": 12, "taken": 12, "short": {}}
    drawn = read_all(Path("data/split/benchmark"), "sample")
    assert len(set(drawn.column("question_id").to_pylist())) == 12
    assert not [i for i in ids("train") + ids("benchmark") if i.startswith("rooms/03/000:fact1")]


def test_too_small_a_source_is_reported(project: Path) -> None:
    set_params(size=10_000)
    write_inputs(scenes(6))
    split._run()
    taken = len(ids("benchmark"))
    report = json.loads(Path("data/reports/split.json").read_text())
    assert 0 < taken < 10_000
    assert report["benchmark"] == {"asked": 10_000, "taken": taken, "short": {split.TOO_FEW: 10_000 - taken}}


def test_new_scenes_change_no_old_training_sample(project: Path) -> None:
    write_inputs(scenes(16))
    split._run()
    before = {side: set(ids(side)) for side in ("train", "benchmark")}
    write_inputs(scenes(24))
    split._run()
    after = {side: set(ids(side)) for side in ("train", "benchmark")}
    assert {i for i in after["train"] if i.rsplit("/", 1)[0] in scenes(16)} == before["train"]
    assert not before["train"] & after["benchmark"]
    assert not before["benchmark"] & after["train"]


def test_workers_change_no_byte(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_inputs(scenes(8))
    split._run()
    one = {p: p.read_bytes() for p in Path("data/split").rglob("*.*")}
    monkeypatch.setenv("WORKERS", "2")
    split._run()
    assert one == {p: p.read_bytes() for p in Path("data/split").rglob("*.*")}


def test_place_on_both_sides_is_named() -> None:
    known = table("scene", [scene("rooms/01", "flat"), scene("rooms/02", "flat"), scene("rooms/03", "x")])
    sides = pa.table({"scene_id": ["rooms/01", "rooms/02"], "side": ["benchmark", "train"]})
    with pytest.raises(UserError, match=r"place flat .*rooms/01 is benchmark, scene rooms/02 is train"):
        split.ledger(known, sides)


def test_scene_without_questions_stands_in_the_ledger() -> None:
    known = table("scene", [scene("rooms/01", "flat"), scene("rooms/02", "flat")])
    found = split.ledger(known, pa.table({"scene_id": ["rooms/01"], "side": ["train"]}))
    assert found.select(["scene_id", "side", "why"]).to_pylist() == [
        {"scene_id": "rooms/01", "side": "train", "why": "hash of the place"},
        {"scene_id": "rooms/02", "side": "none", "why": "no questions"},
    ]


def test_unknown_scene_is_an_error() -> None:
    with pytest.raises(UserError, match="rooms/09 has questions but no row"):
        split.ledger(table("scene", []), pa.table({"scene_id": ["rooms/09"], "side": ["train"]}))
