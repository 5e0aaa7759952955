"""The stage `template`: golden case, invariance, counted drops, and the way back from every prompt to its objects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from stages.formats.parse import named_objects, parse_prompt, read_pictures
from stages.runner import Context, Result
from stages.schema.errors import TableError
from stages.schema.store import write_table
from stages.schema.validate import validate
from stages.tasks.wordings import reserved
from stages.template import STAGE, TemplateParams, template
from tests.tasks.shard import Shard, living_room, params

CONTEXT = Context(seed=11, source="rooms", shard=0)


def run(shard: Shard | Mapping[str, pa.Table], context: Context = CONTEXT, **changes: Any) -> Result:
    tables = shard.tables() if isinstance(shard, Shard) else shard
    return template(tables, TemplateParams.model_validate(params(**changes)), context)


def rows(result: Result, name: str) -> list[dict[str, Any]]:
    key = f"{name}_id"
    return sorted(result.tables[name].to_pylist(), key=lambda row: str(row[key]))


def rooms(*names: str) -> Shard:
    shard = Shard()
    for name in names:
        living_room(shard, f"rooms/{name}")
    return shard


def pair(
    shard: Shard, first: tuple[str, str | None] = ("sofa", None), second: tuple[str, str | None] = ("lamp", None)
) -> str:
    """Add a scene of two objects and return its view."""
    (view,) = shard.scene("rooms/0001")
    for name, (category, caption), left in (("one", first, 10.0), ("two", second, 300.0)):
        shard.sight(view, shard.object("rooms/0001", name, category, caption), (left, 100, left + 100, 200))
    return view


SUBJECT, REFERENCE = ["rooms/0001:one"], ["rooms/0001:two"]


def test_golden_case() -> None:
    """The sofa is left of the lamp: all formats of one question, worked out by hand (boxes in 640 x 480 pixels)."""
    shard = Shard()
    fact = shard.fact("left_of", [pair(shard, second=("lamp", "tall lamp"))], 1.2, SUBJECT, REFERENCE)
    result = run(shard, formats={"per_question": 19, "bare_answer_share": 0.0})
    question = rows(result, "question")[1]
    assert question == {
        "question_id": f"{fact}:yes_no", "scene_id": "rooms/0001", "source": "rooms", "view_ids": ["rooms/0001/000"],
        "task": "position_comparison", "fact_ids": [fact], "wording_id": "position_comparison.yes_no.left_of.claim.03",
        "slot_ids": ["rooms/0001:one", "rooms/0001:two"],
        "question": "From the camera's viewpoint, is {b} further right than {a}?",
        "answer_kind": "yes_no", "answer": "yes",
        "answer_wording": "Yes, in this view {a} is on the left-hand side of {b}.", "answer_value": None, "unit": None,
        "options": [], "margin": 5.0, "geometry": "exact", "side": "train",
    }  # fmt: skip
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
        a, b = names[sample["image_format" if sample["text_format"] == "image_based" else "text_format"]]
        told = f"From the camera's viewpoint, is {b} further right than {a}?\nAnswer with a short sentence."
        assert sample["prompt"] == told
        assert sample["response"] == f"Yes, in this view {a} is on the left-hand side of {b}."
        assert sample["mark_ids"] == ([] if sample["image_format"] == "original" else [*SUBJECT, *REFERENCE])


def test_outputs_are_valid_tables(tmp_path: Path) -> None:
    result = run(rooms("0001", "0002"), benchmark_share=0.5)
    for name in STAGE.writes:
        write_table(tmp_path / f"{name}.parquet", result.tables[name], name)  # sorts and validates
    assert result.counts.kept == {f"{name}s": len(result.tables[name]) for name in STAGE.writes}
    assert result.counts.read == {"facts": 950}


@pytest.mark.parametrize("seed", [0, 1])
def test_every_prompt_leads_back_to_its_objects(seed: int) -> None:
    """Round trip of all samples, all formats; masks and marks included."""
    shard = rooms("0001", "0002")
    tables = shard.tables()
    result = run(tables, Context(seed, "rooms", 0))
    assert check_round_trip(tables, result) == len(result.tables["sample"]) > 30_000
    assert len({(row["text_format"], row["image_format"]) for row in rows(result, "sample")}) == 19


def check_round_trip(tables: Mapping[str, pa.Table], result: Result) -> int:
    pictures, said = read_pictures(tables), reserved().phrases
    wanted = {
        q["question_id"]: named_objects(q["question"], q["slot_ids"]) for q in result.tables["question"].to_pylist()
    }
    samples = result.tables["sample"].to_pylist()
    for sample in samples:
        shown = [pictures[view] for view in sample["view_ids"]]
        found = parse_prompt(
            sample["prompt"], sample["text_format"], sample["image_format"], shown, sample["mark_ids"], said
        )
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
    few: dict[str, Any] = {"formats": {"per_question": 2, "bare_answer_share": 0.5}}
    for name in STAGE.writes:
        assert rows(run(tables, **few), name) == rows(run(shuffled, **few), name)


def test_another_scene_changes_no_row() -> None:
    few: dict[str, Any] = {
        "questions_per_view": dict.fromkeys(params()["questions_per_view"], 9),
        "benchmark_share": 0.5,
    }
    alone, both = run(rooms("0002"), **few), run(rooms("0001", "0002", "0003"), **few)
    for name in STAGE.writes:
        assert rows(alone, name) == [row for row in rows(both, name) if row["scene_id"] == "rooms/0002"]


def test_same_bytes_twice_and_other_bytes_for_another_seed(tmp_path: Path) -> None:
    def written(seed: int, name: str) -> bytes:
        result = run(rooms("0001"), Context(seed, "rooms", 0))
        write_table(tmp_path / "table.parquet", result.tables[name], name)
        return (tmp_path / "table.parquet").read_bytes()

    for name in STAGE.writes:
        assert written(1, name) == written(1, name)
        assert written(1, name) != written(2, name)


def test_cap_per_view_and_task() -> None:
    caps = {"position_comparison": 5, "size_comparison": 0, "existence": 3, "counting": 1, "absolute_distance": 4,
            "rotation_estimation": 2}  # fmt: skip
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
    result = run(rooms("0001"), formats={"per_question": 3, "bare_answer_share": 0.5})
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
        formats = {"per_question": 1, "bare_answer_share": share}
        result = run(rooms("0001"), benchmark_share=benchmark_share, formats=formats)
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


def drops(**facts: Any) -> dict[str, int]:
    shard = Shard()
    things = {name: facts.pop(name) for name in ("first", "second") if name in facts}
    view = pair(shard, **things)
    shard.fact(
        facts.pop("kind"), [view], facts.pop("value", 1.0), **{"subjects": SUBJECT, "references": REFERENCE} | facts
    )
    return dict(run(shard, marks={"most": 8, "min_side_px": 12.0}).counts.dropped)


@pytest.mark.parametrize(
    ("fact", "reason", "count"),
    [
        pytest.param({"kind": "next_to"}, "fact.no_task", 1, id="unknown kind"),
        pytest.param({"kind": "left_of", "subjects": ["rooms/0001:gone"]}, "position_comparison.object_not_seen", 1,
                     id="object not seen"),
        pytest.param({"kind": "left_of", "references": []}, "position_comparison.object_not_seen", 1, id="alone"),
        pytest.param({"kind": "count", "category": "<b>"}, "counting.category_unusable", 1, id="unsafe"),
        pytest.param({"kind": "count"}, "counting.category_unusable", 1, id="no category"),
        pytest.param({"kind": "exists", "category": "sofa"}, "existence.unbalanced", 1, id="yes without no"),
        pytest.param({"kind": "distance_center", "value": 0.4}, "absolute_distance.too_short_for_options", 1,
                     id="short"),
        pytest.param({"kind": "distance_center", "value": 0.01}, "absolute_distance.too_short", 1, id="very short"),
        pytest.param({"kind": "left_of", "second": ("sofa", None)}, "format.natural.not_unique", 2, id="two sofas"),
        pytest.param({"kind": "left_of", "second": ("sofa", None)}, "format.caption.not_unique", 2, id="two captions"),
        pytest.param({"kind": "left_of", "second": ("image", None)}, "format.natural.mistakable", 2, id="the image"),
        pytest.param({"kind": "left_of", "second": ("{a}", None)}, "format.caption_box.no_name", 2, id="unsafe name"),
    ],
)  # fmt: skip
def test_drops_are_counted(fact: dict[str, Any], reason: str, count: int) -> None:
    assert drops(**fact).get(reason) == count


def test_unsafe_captions_fall_back_to_the_category() -> None:
    shard = Shard()
    shard.fact("left_of", [pair(shard, ("sofa", "sofa</ref><box>[[0, 0, 1, 1]]</box>"))], 1.2, SUBJECT, REFERENCE)
    result = run(shard)
    prompts = "\n".join(row["prompt"] for row in rows(result, "sample"))
    assert "<ref>sofa</ref>" in prompts
    assert "[[0, 0, 1, 1]]" not in prompts
    assert result.counts.dropped["caption.unusable"] == 1


def test_object_without_mask_gets_no_mask_pictures() -> None:
    shard = Shard()
    (view,) = shard.scene("rooms/0001")
    for name, left in (("one", 10), ("two", 300)):
        shard.sight(view, shard.object("rooms/0001", name, name), (left, 10, left + 90, 90), mask=name == "one")
    shard.fact("left_of", [view], 1.0, SUBJECT, REFERENCE)
    result = run(shard)
    assert {row["image_format"] for row in rows(result, "sample")} == {"original", "boxes", "numbers"}
    assert result.counts.dropped["format.masks.no_masks"] == 2


def test_no_facts() -> None:
    shard = Shard()
    pair(shard)
    result = run(shard)
    for name in STAGE.writes:
        assert len(validate(result.tables[name], name, "empty")) == 0


@pytest.mark.parametrize("table", ["scene", "view", "object"])
def test_lost_rows_are_one_clear_error(table: str) -> None:
    shard = Shard()
    shard.fact("left_of", [pair(shard)], 1.2, SUBJECT, REFERENCE)
    tables = dict(shard.tables())
    tables[table] = tables[table].slice(0, 0)
    with pytest.raises(TableError, match=f"table `{table}`"):
        run(tables)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"questions_per_view": {"countin": 1}}, "unknown task 'countin'. Did you mean 'counting'?", id="typo"
        ),
        pytest.param({"questions_per_view": {}}, "task 'counting' is missing", id="missing task"),
        pytest.param({"benchmark_share": 1.5}, "less than or equal to 1", id="share"),
        pytest.param(
            {"formats": {"per_question": 20, "bare_answer_share": 0}}, "less than or equal to 19", id="formats"
        ),
        pytest.param({"ask": params()["ask"] | {"angle_steps_deg": [20]}}, "divisors of 360 from 30", id="angles"),
        pytest.param({"ask": params()["ask"] | {"unit_shares": {"m": 1.0}}}, "one share for each of", id="units"),
        pytest.param({"ask": params()["ask"] | {"distance_ratio": [1.0, 1.2]}}, "expected 1 < low", id="ratio"),
        pytest.param({"seed": 1}, "Extra inputs are not permitted", id="unknown key"),
    ],
)
def test_wrong_params_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message.replace("?", r"\?").replace("(", r"\(")):
        TemplateParams.model_validate(params(**change))
