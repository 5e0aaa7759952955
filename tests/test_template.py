"""The stage `template`: golden case, invariance, counted drops, and the way back from every prompt to its objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stages.audits.round_trip import lost_samples
from stages.formats import FORMATS, TEXT_FORMATS
from stages.formats.coordinates import COORDINATES, TOKENS, Pointing
from stages.formats.parse import INTERNVL, named_objects, parse_prompt, read_pictures
from stages.runner import Context, Result
from stages.schema.store import write_table
from stages.tasks.wordings import read, reserved
from stages.template import STAGE
from tests.tasks.shard import Shard, formats, params, tour
from tests.tasks.template_case import REFERENCE, SUBJECT, pair, rooms, rows, run

SCENE_ROWS = ("question", "sample")


def test_golden_case() -> None:
    """The sofa is left of the lamp: all formats of one question, worked out by hand (boxes in 640 x 480 pixels)."""
    shard = Shard()
    fact = shard.fact("left_of", [pair(shard, second=("lamp", "tall lamp"))], 1.2, SUBJECT, REFERENCE)
    result = run(shard, formats={"per_question": 19, "bare_answer_share": 0.0})
    question, claim = rows(result, "question")[2], read("position_comparison")["left_of"]["claim"]
    asked = question["question"]
    assert question == {
        "question_id": f"{fact}:yes_no", "scene_id": "rooms/0001", "source": "rooms", "view_ids": ["rooms/0001/000"],
        "task": "position_comparison", "fact_ids": [fact], "wording_id": question["wording_id"],
        "slot_ids": ["rooms/0001:two", "rooms/0001:one"], "slot_views": [-1, -1], "question": asked,
        "answer_kind": "yes_no", "answer": "no", "answer_wording": question["answer_wording"], "answer_value": None,
        "unit": None, "options": [], "margin": 5.0, "geometry": "exact", "side": "train",
    }  # fmt: skip
    assert question["wording_id"] == f"position_comparison.yes_no.left_of.claim.{claim['ask'].index(asked):02d}"
    assert question["answer_wording"] in claim["no"]
    sofa, lamp = "<box>[[16, 208, 172, 417]]</box>", "<box>[[469, 208, 625, 417]]</box>"
    names = {
        "natural": ("the sofa", "the lamp"),
        "caption": ("<ref>sofa</ref>", "<ref>tall lamp</ref>"),
        "region_box": (f"<ref>region</ref>{sofa}", f"<ref>region</ref>{lamp}"),
        "caption_box": (f"<ref>sofa</ref>{sofa}", f"<ref>tall lamp</ref>{lamp}"),
        "boxes": ("the object in the blue box", "the object in the orange box"),
        "masks": ("the object with the blue mask", "the object with the orange mask"),
        "numbers": ("region 1", "region 2"),
    }
    samples = [row for row in rows(result, "sample") if row["question_id"] == question["question_id"]]
    assert len(samples) == 19
    for sample in samples:
        b, a = names[sample["image_format" if sample["text_format"] == "image_based" else "text_format"]]
        told, how = sample["prompt"].split("\n")
        assert told.lower() == asked.lower().replace("{a}", a.lower()).replace("{b}", b.lower())
        assert how in read("instructions")["yes_no"]["sentence"]
        assert sample["response"].lower() == question["answer_wording"].lower().format(a=a, b=b).lower()
        assert sample["mark_ids"] == ([] if sample["image_format"] == "original" else [*SUBJECT, *REFERENCE])


def test_outputs_are_valid_tables(tmp_path: Path) -> None:
    result = run(rooms("0001", "0002"), benchmark_share=0.5)
    for name in STAGE.writes:
        write_table(tmp_path / f"{name}.parquet", result.tables[name], name)  # sorts and validates
    rows_kept = {name: n for name, n in result.counts.kept.items() if not name.startswith("slots.")}
    assert rows_kept == {f"{name}s": len(result.tables[name]) for name in SCENE_ROWS}
    slots = sum(len(question["slot_ids"]) for question in rows(result, "question"))
    assert sum(n for name, n in result.counts.kept.items() if name.startswith("slots.")) == slots
    assert result.counts.read == {"facts": 950}


@pytest.mark.parametrize("seed", [0, 1])
def test_every_prompt_leads_back_to_its_objects(seed: int) -> None:
    """Round trip of all samples, all formats; masks and marks included."""
    shard = rooms("0001", "0002")
    tables = shard.tables()
    result = run(tables, Context(seed, "rooms", 0))
    assert check_round_trip(tables, result) == len(result.tables["sample"]) > 30_000
    assert len({(row["text_format"], row["image_format"]) for row in rows(result, "sample")}) == 19


@pytest.mark.parametrize("tokens", TOKENS)
@pytest.mark.parametrize("coordinates", COORDINATES)
def test_other_coordinates_and_tokens_lead_back_too(coordinates: str, tokens: str) -> None:
    """Single views, pairs and clips, in every way to write a place."""
    shard = rooms("0001")
    tour(shard)
    tables = shard.tables()
    caps = dict.fromkeys(params()["questions_per_view"], 3)
    result = run(tables, questions_per_view=caps, formats=formats(coordinates=coordinates, tokens=tokens))
    pointing = Pointing(COORDINATES[coordinates], TOKENS[tokens])
    assert check_round_trip(tables, result, pointing) == len(result.tables["sample"]) > 700
    texts = {(row["text_format"], len(row["view_ids"]) > 2) for row in rows(result, "sample")}
    assert len(texts) == 2 * len(TEXT_FORMATS)


def check_round_trip(tables: Mapping[str, pa.Table], result: Result, pointing: Pointing = INTERNVL) -> int:
    """Read every sample back as a whole, and apart from that the objects it points at."""
    made, facts = result.tables, tables["fact"]
    assert lost_samples(made["sample"], made["question"], facts, tables, pointing).to_pylist() == []
    pictures, said = read_pictures(tables, pointing), reserved().phrases
    wanted = {q["question_id"]: named_objects(q["question"], q["slot_ids"]) for q in made["question"].to_pylist()}
    samples = made["sample"].to_pylist()
    for sample in samples:
        shown = [pictures[view] for view in sample["view_ids"]]
        found = parse_prompt(
            sample["prompt"], sample["text_format"], sample["image_format"], shown, sample["mark_ids"], said,
            pointing=pointing,
        )  # fmt: skip
        assert found == wanted[sample["question_id"]], sample["prompt"]
    return len(samples)


NAMES = st.sampled_from(
    ["chair", "dining chair", "tv", "tv stand", "image", "left", "camera", "red box", "box", "object", "region",
     "Chair", "lamp and table", "the sofa", "bad <b>", "bad {a}", "", "table", "side table", "scissors"]
)  # fmt: skip
THING = st.tuples(NAMES, st.none() | NAMES, st.integers(0, 3), st.booleans(), st.booleans())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(things=st.lists(THING, min_size=2, max_size=7), seed=st.integers(0, 99))
def test_round_trip_with_confusing_names(things: list[tuple[str, str | None, int, bool, bool]], seed: int) -> None:
    shard = Shard()
    first, second = shard.scene("rooms/0001", views=2)
    ids = []
    for k, (category, caption, place, mask, crowd) in enumerate(things):
        ids.append(shard.object("rooms/0001", f"thing_{k}", category, caption))
        box = (100.0 * place, 50.0, 100.0 * place + 60 + 10 * (k % 2), 150.0)
        shard.sight(first, ids[-1], box, mask=mask, crowd=crowd and k > 1)
        if k % 2 == 0:
            shard.sight(second, ids[-1], box, mask=mask)
    for k in range(1, len(ids)):
        for kind in ("left_of", "above", "in_front_of", "bigger", "distance_center"):
            shard.fact(kind, [first], 1.3, [ids[k]], [ids[k - 1]])
        shard.fact("exists_left_of", [first], k % 2, ids[k : k + 1], [ids[k - 1]], category=things[k][0])
    shard.fact("rotation", [first, second], 50, [ids[0]])
    shard.fact("count", [first], 1, ids[:1], category="sheep")
    tables = shard.tables()
    result = run(tables, Context(seed, "rooms", 0))
    assert check_round_trip(tables, result) == len(result.tables["sample"]) > 0


@given(order=st.randoms(use_true_random=False))
@settings(max_examples=5, deadline=None)
def test_row_order_changes_nothing(order: Any) -> None:
    tables = rooms("0001").tables()
    shuffled = {}
    for name, table in tables.items():
        index = list(range(len(table)))
        order.shuffle(index)
        shuffled[name] = table.take(pa.array(index))
    few: dict[str, Any] = {"formats": formats(per_question=2, bare_answer_share=0.5)}
    for name in STAGE.writes:
        assert rows(run(tables, **few), name) == rows(run(shuffled, **few), name)


def test_another_scene_changes_no_row() -> None:
    few: dict[str, Any] = {
        "questions_per_view": dict.fromkeys(params()["questions_per_view"], 9),
        "benchmark_share": 0.5,
    }
    alone, both = run(rooms("0002"), **few), run(rooms("0001", "0002", "0003"), **few)
    for name in SCENE_ROWS:
        assert rows(alone, name) == [row for row in rows(both, name) if row["scene_id"] == "rooms/0002"]


def test_same_bytes_twice_and_other_bytes_for_another_seed(tmp_path: Path) -> None:
    def written(seed: int, name: str) -> bytes:
        result = run(rooms("0001"), Context(seed, "rooms", 0))
        write_table(tmp_path / "table.parquet", result.tables[name], name)
        return (tmp_path / "table.parquet").read_bytes()

    for name in SCENE_ROWS:
        assert written(1, name) == written(1, name)
        assert written(1, name) != written(2, name)


def test_cap_per_view_and_task() -> None:
    caps = dict.fromkeys(params()["questions_per_view"], 0) | {
        "position_comparison": 5, "existence": 3, "counting": 1, "absolute_distance": 4, "rotation_estimation": 2,
    }  # fmt: skip
    shard = rooms("0001")
    result = run(shard, questions_per_view=caps)
    found: dict[tuple[str, str], int] = {}
    for row in rows(result, "question"):
        place = (row["task"], row["view_ids"][0])
        found[place] = found.get(place, 0) + 1
    assert set(found.values()) == {5, 3, 1, 4, 2}
    assert all(caps[task] == n for (task, _), n in found.items())
    everything = run(shard).counts.kept["questions"]
    sampled_out = sum(n for reason, n in result.counts.dropped.items() if reason.endswith(".sampled_out"))
    assert sampled_out + result.counts.kept["questions"] == everything


def test_formats_of_a_question_stay_together_when_sorted() -> None:
    result = run(rooms("0001"), formats=formats(per_question=3, bare_answer_share=0.5))
    order = [row["question_id"] for row in rows(result, "sample")]
    assert order == sorted(order)
    assert {order.count(question) for question in order[:300]} == {3}


def test_no_two_samples_of_a_question_look_alike() -> None:
    seen = [(r["question_id"], r["prompt"], r["image_format"]) for r in rows(run(rooms("0001")), "sample")]
    assert len(seen) == len(set(seen))


def test_a_view_has_at_most_three_marked_pictures() -> None:
    pictures: dict[tuple[str, str], set[tuple[str, ...]]] = {}
    for row in rows(run(rooms("0001")), "sample"):
        assert bool(row["mark_ids"]) == (row["image_format"] != "original")
        for view in row["view_ids"]:
            pictures.setdefault((view, row["image_format"]), set()).add(tuple(row["mark_ids"]))
    assert all(len(sets) == 1 for sets in pictures.values())


def test_benchmark_wants_bare_answers_and_training_both() -> None:
    def bare(benchmark_share: float, share: float) -> set[bool]:
        drawn = formats(per_question=1, bare_answer_share=share)
        result = run(rooms("0001"), benchmark_share=benchmark_share, formats=drawn)
        assert {row["side"] for row in rows(result, "sample")} == {"benchmark" if benchmark_share else "train"}
        return {row["response"] == row["answer"] for row in rows(result, "sample")}

    assert bare(1.0, 0.0) == {True}
    assert bare(0.0, 1.0) == {True}
    assert bare(0.0, 0.0) == {False}
    assert bare(0.0, 0.5) == {True, False}


def test_views_of_one_place_are_on_one_side() -> None:
    shard = Shard()
    for k in range(40):
        (view,) = shard.scene(f"rooms/{k:04d}", place_id=f"flat {k // 4}")
        for name in ("sofa", "lamp"):
            shard.sight(view, shard.object(f"rooms/{k:04d}", name, name), (10, 10, 90, 90))
        shard.fact("count", [view], 1, [f"rooms/{k:04d}:sofa"], category="sofa")
    sides: dict[int, set[str]] = {}
    for row in rows(run(shard, benchmark_share=0.5), "question"):
        sides.setdefault(int(row["scene_id"][-4:]) // 4, set()).add(row["side"])
    assert all(len(found) == 1 for found in sides.values())
    assert {side for found in sides.values() for side in found} == {"train", "benchmark"}


def test_every_question_counts_once_in_every_format() -> None:
    """What is drawn is what samples there are; the other outcomes make up the rest."""
    result = run(rooms("0001"), formats={"per_question": 3})
    asked = Counter(row["task"] for row in rows(result, "question"))
    drawn = Counter((row["task"], row["text_format"], row["image_format"]) for row in rows(result, "sample"))
    total: Counter[tuple[str, str, str]] = Counter()
    for row in rows(result, "format_count"):
        cell = (row["task"], row["text_format"], row["image_format"])
        total[cell] += row["questions"]
        assert row["outcome"] != "drawn" or row["questions"] == drawn[cell]
    assert len(total) == len(FORMATS) * len(asked)
    assert all(count == asked[task] for (task, _, _), count in total.items())


def test_wordings_are_used_evenly_and_with_either_answer() -> None:
    """Within a scene no text of a group is used more often than another, and none more often for yes than for no."""
    questions = rows(run(rooms("0001", "0002")), "question")
    for scene in ("rooms/0001", "rooms/0002"):
        used: dict[str, Counter[tuple[str, str]]] = {}
        for row in (row for row in questions if row["scene_id"] == scene and row["answer_kind"] == "yes_no"):
            group, index = row["wording_id"].rsplit(".", 1)
            used.setdefault(group, Counter())[index, row["answer"]] += 1
        for group, counts in used.items():
            per_answer = {answer: [n for (_, a), n in counts.items() if a == answer] for answer in ("yes", "no")}
            for found in per_answer.values():
                assert max(found) - min(found) <= 1, group
            assert all(abs(counts[i, "yes"] - counts[i, "no"]) <= 1 for i, _ in counts), group


def test_the_same_two_categories_get_both_answers() -> None:
    """Facts both ways round between two categories: their questions read alike, half are yes."""
    shard = Shard()
    for number in range(6):
        first, *others = shard.scene(f"rooms/{number:04d}", views=4)
        chair, table = (shard.object(f"rooms/{number:04d}", name, name) for name in ("chair", "table"))
        for place, view in enumerate((first, *others)):
            for k, thing in enumerate((chair, table)):
                shard.sight(view, thing, (100 * k + 10, 100, 100 * k + 90, 200))
            pair = [chair], [table]
            shard.fact("left_of", [view], 1.0, *(pair if place % 2 else pair[::-1]))
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows(run(shard), "question"):
        if row["answer_kind"] == "yes_no":
            found[row["scene_id"], row["slot_ids"][0], row["answer"]] += 1
    assert sum(found.values()) == 24
    assert all(
        count == found[scene, a, "no" if answer == "yes" else "yes"] for (scene, a, answer), count in found.items()
    )
