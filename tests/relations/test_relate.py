"""Facts worked out by hand, the drops that go with them, and invariants over random scenes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.ranks import choose
from stages.relate import relate
from stages.relations.pairs import pairs_within
from stages.runner import Result
from stages.schema.validate import validate
from tests.relations.scenes import CONTEXT, Thing, params, shard


def facts_of(result: Result) -> dict[str, float]:
    """Fact ids without the view, and their values."""
    table = result.tables["fact"]
    return {
        row["fact_id"].removeprefix("s/1/000:"): pytest.approx(row["value"])  # type: ignore[misc]
        for row in table.to_pylist()
    }


def run(things: Sequence[Thing], vocabulary: Sequence[str] | None = None, **changes: object) -> Result:
    result = relate(shard(things, vocabulary), params(**changes), CONTEXT)
    validate(result.tables["fact"].sort_by("fact_id"), "fact", "relate")
    return result


def test_a_chair_and_a_table() -> None:
    """Chair 2 m ahead and 1 m left, table 4 m ahead and 1 m right, twice as wide and lower."""
    chair = Thing("chair_0", (-1, 2, 0), (0.5, 0.5, 1.0))
    table = Thing("table_0", (1, 4, -0.2), (2.0, 1.0, 0.7))
    found = facts_of(run([chair, table]))
    assert found == {
        "left_of:chair_0.table_0": 2.0,
        "in_front_of:chair_0.table_0": 2.0,
        "bigger:table_0.chair_0": 2.0 * 1.0 * 0.7 - 0.5 * 0.5 * 1.0,
        "taller:chair_0.table_0": 0.3,
        "wider:table_0.chair_0": 1.5,
        "distance_center:chair_0.table_0": np.sqrt(4 + 4 + 0.04),
        "distance_closest:chair_0.table_0": np.hypot(2 - 0.25 - 1.0, 2 - 0.25 - 0.5),
        "count:chair": 1, "count:table": 1, "exists:chair": 1, "exists:table": 1,
        "exists_left_of:chair.table_0": 1, "exists_right_of:chair.table_0": 0,
        "exists_left_of:table.chair_0": 0, "exists_right_of:table.chair_0": 1,
        "exists_in_front_of:chair.table_0": 1, "exists_behind:chair.table_0": 0,
        "exists_in_front_of:table.chair_0": 0, "exists_behind:table.chair_0": 1,
        "count_left_of:chair.table_0": 1, "count_right_of:table.chair_0": 1,
        "count_in_front_of:chair.table_0": 1, "count_behind:table.chair_0": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        pytest.param(Thing("a_0", (0, 2, 0)), Thing("b_0", (0.05, 3, 0)), "left_of.gap_too_small", id="almost in line"),
        pytest.param(
            Thing("a_0", (-0.25, 2, 0)),
            Thing("b_0", (0.25, 2, 0), (2, 0.5, 0.5)),
            "left_of.extents_overlap",
            id="before a wide one",
        ),
        pytest.param(
            Thing("a_0", (1.0, 1.5, 0)),
            Thing("b_0", (2.0, 6, 0)),
            "left_of.readings_disagree",
            id="bearing says otherwise",
        ),
        pytest.param(
            Thing("a_0", (0, 3, 0)),
            Thing("b_0", (2.9, 2.4, 0)),
            "in_front_of.readings_disagree",
            id="range says otherwise",
        ),
        pytest.param(
            Thing("a_0", (-0.6, 2, 0), sigma_m=0.5),
            Thing("b_0", (0.6, 2, 0)),
            "left_of.margin_too_small",
            id="uncertain box",
        ),
        pytest.param(
            Thing("a_0", (0, 2, 0), (1, 1, 1.0)),
            Thing("b_0", (2, 2, 0), (1, 1, 1.05)),
            "taller.ratio_too_small",
            id="same height",
        ),
        pytest.param(Thing("a_0", (0, 2, 0)), Thing("b_0", (0.5, 2, 0)), "distance_closest.touching", id="touching"),
    ],
)
def test_doubtful_pairs_are_counted_drops(a: Thing, b: Thing, reason: str) -> None:
    result = run([a, b])
    assert result.counts.dropped[reason] == 1
    assert result.counts.examples[reason] == ("s/1:a_0",)
    assert not [fact for fact in facts_of(result) if fact.startswith(reason.split(".")[0] + ":")]


def test_hidden_instances_stop_counting_but_not_other_facts() -> None:
    things = [
        Thing("chair_0", (-1, 2, 0)),
        Thing("chair_1", (1, 2, 0), visible_fraction=0.1),
        Thing("cup_0", (0, 4, 0)),
    ]
    result = run(things)
    found = facts_of(result)
    assert "count:chair" not in found
    assert "exists:chair" in found
    assert result.counts.dropped["count.instance_unclear"] == 1
    assert "exists_left_of:chair.cup_0" in found  # chair_0 settles it
    assert "exists_right_of:chair.cup_0" not in found  # the hidden chair may be there


def test_crowds_are_neither_counted_nor_compared() -> None:
    found = facts_of(
        run([Thing("person_0", (0, 3, 0), crowd=True), Thing("dog_0", (2, 3, 0))], ["person", "dog", "cat"])
    )
    assert set(found) == {"count:dog", "exists:dog", "exists:cat"}


def test_objects_without_boxes_give_2d_facts_only() -> None:
    result = run([Thing("dog_0", None), Thing("dog_1", None), Thing("cat_0", None)], ["cat", "cow", "dog"])
    assert facts_of(result) == {"count:cat": 1, "count:dog": 2, "exists:cat": 1, "exists:dog": 1, "exists:cow": 0}
    assert result.counts.dropped["sighting.no_box_in_view_space"] == 3


def test_absence_needs_an_exhaustive_vocabulary() -> None:
    assert not [v for k, v in facts_of(run([Thing("dog_0", None)])).items() if k.startswith("exists:") and v == 0]
    result = run([Thing("dog_0", None)])
    assert result.counts.dropped["exists.vocabulary_not_exhaustive"] == 1


@pytest.mark.parametrize(
    ("vocabulary", "told"),
    [
        pytest.param(None, True, id="the scene does not say"),
        pytest.param(["chair", "lamp"], True, id="listed"),
        pytest.param(["lamp"], False, id="another is listed"),
        pytest.param([], False, id="nothing is exhaustive"),
    ],
)
def test_only_exhaustive_categories_are_counted(vocabulary: list[str] | None, told: bool) -> None:
    things = [Thing("chair_0", (-2, 3, 0)), Thing("chair_1", (-1, 3, 0)), Thing("lamp_0", (0, 3, 0))]
    result = run(things, vocabulary)
    about_chairs = {kind.split(":")[0] for kind in facts_of(result) if ":chair" in kind}
    numbers = {kind for kind in about_chairs if kind.startswith(("count", "exists"))}
    assert numbers >= {"count", "exists", "count_left_of", "exists_left_of"} if told else not numbers
    assert bool(result.counts.dropped.get("count.category_not_exhaustive")) is not told


def test_existence_lists_the_instances_that_satisfy_it() -> None:
    things = [
        Thing("chair_0", (-2, 3, 0)),
        Thing("chair_1", (-1, 3, 0)),
        Thing("chair_2", (2, 3, 0)),
        Thing("lamp_0", (0, 3, 0)),
    ]
    rows = {r["fact_id"]: r for r in run(things).tables["fact"].to_pylist()}
    assert rows["s/1/000:exists_left_of:chair.lamp_0"]["subject_ids"] == ["s/1:chair_0", "s/1:chair_1"]
    assert rows["s/1/000:exists_right_of:chair.lamp_0"]["subject_ids"] == ["s/1:chair_2"]
    assert not [k for k in rows if "exists_left_of:lamp.chair" in k]  # chairs are no unique anchor


def test_what_an_object_also_shows_is_neither_counted_nor_denied() -> None:
    sofa = Thing("sofa_0", (-2, 3, 0), (2, 0.9, 0.8), also_shows=("cushion",))
    cushion = Thing("cushion_0", (2, 3, 0.5))
    lamp = Thing("lamp_0", (0, 5, 0))
    found = facts_of(run([sofa, lamp], ["cushion", "lamp", "sofa"]))
    assert not [fact for fact in found if "cushion" in fact]
    found = facts_of(run([sofa, lamp, cushion], ["cushion", "lamp", "sofa"]))
    assert "count:cushion" not in found
    assert "exists:cushion" in found
    assert "exists_right_of:cushion.lamp_0" in found
    assert "exists_left_of:cushion.lamp_0" not in found  # the sofa's own cushions lie there
    assert not [fact for fact in found if fact.startswith("exists_") and fact.endswith(".cushion_0")]
    assert "left_of:lamp_0.cushion_0" in found


def test_nothing_in_nothing_out() -> None:
    result = relate(shard({"000": []}, ["cat"]), params(), CONTEXT)
    assert facts_of(result) == {"exists:cat": 0}


coordinate = st.floats(-4, 4)
thing = st.builds(
    Thing,
    name=st.sampled_from([f"{c}_{k}" for c in ("chair", "table", "lamp") for k in range(3)]),
    center_v=st.tuples(coordinate, st.floats(0.5, 8), coordinate),
    size_v=st.tuples(*[st.floats(0.1, 2)] * 3),
    yaw_v=st.floats(-3, 3),
)
things = st.lists(thing, max_size=7, unique_by=lambda t: t.name)


@given(things)
def test_facts_are_antisymmetric_and_hold(listed: list[Thing]) -> None:
    at = {t.name: t for t in listed}
    rows = run(listed).tables["fact"].to_pylist()
    stated = {
        (r["kind"], r["subject_ids"][0], r["reference_ids"][0]) for r in rows if r["reference_ids"] and r["subject_ids"]
    }
    for kind, a, b in stated:
        if kind in ("left_of", "above", "in_front_of", "bigger", "taller", "wider"):
            assert (kind, b, a) not in stated
    for row in rows:
        if row["kind"] == "left_of":
            a, b = (at[row[c][0].split(":")[1]] for c in ("subject_ids", "reference_ids"))
            assert a.center_v is not None
            assert b.center_v is not None
            assert a.center_v[0] < b.center_v[0]
            assert np.arctan2(*a.center_v[:2]) < np.arctan2(*b.center_v[:2])


@given(things)
def test_mirror_swaps_left_and_right_and_nothing_else(listed: list[Thing]) -> None:
    def mirrored(t: Thing) -> Thing:
        assert t.center_v is not None
        x, y, z = t.center_v
        return Thing(t.name, (-x, y, z), t.size_v, np.pi - t.yaw_v)

    swap = {
        "left_of": "left_of",
        "exists_left_of": "exists_right_of",
        "exists_right_of": "exists_left_of",
        "count_left_of": "count_right_of",
        "count_right_of": "count_left_of",
    }
    before = facts_of(run(listed))
    after = facts_of(run([mirrored(t) for t in listed]))
    expected = {}
    for name, value in before.items():
        kind, rest = name.split(":", 1)
        if kind == "left_of":
            rest = ".".join(rest.split(".")[::-1])
        expected[f"{swap.get(kind, kind)}:{rest}"] = value
    assert set(after) == set(expected)


@given(things, st.integers(1, 3))
def test_caps_choose_the_same_facts_in_any_order(listed: list[Thing], cap: int) -> None:
    one = run(listed, pairs_per_view=cap)
    two = run(listed[::-1], pairs_per_view=cap)
    assert facts_of(one) == facts_of(two)
    kinds = [k.split(":")[0] for k in facts_of(one)]
    assert kinds.count("left_of") <= cap


def test_another_view_changes_nothing() -> None:
    here = [Thing("chair_0", (-1, 2, 0)), Thing("table_0", (1, 4, 0)), Thing("lamp_0", (0, 3, 1))]
    alone = relate(shard({"000": here}), params(pairs_per_view=1), CONTEXT).tables["fact"].to_pylist()
    both = relate(shard({"000": here, "001": here[:2]}), params(pairs_per_view=1), CONTEXT).tables["fact"].to_pylist()
    assert {r["fact_id"] for r in alone} == {r["fact_id"] for r in both if r["view_ids"] == ["s/1/000"]}


@given(st.lists(st.integers(0, 5), max_size=30))
def test_pairs_within_equal_the_plain_loop(groups: list[int]) -> None:
    array = np.array(sorted(groups), dtype=np.int64)
    expected = [(i, j) for i in range(len(array)) for j in range(i + 1, len(array)) if array[i] == array[j]]
    i, j = pairs_within(array)
    assert list(zip(i.tolist(), j.tolist(), strict=True)) == expected


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(0, 4))
def test_choose_keeps_at_most_so_many_per_group(groups: list[int], most: int) -> None:
    array = np.array(groups, dtype=np.int64)
    keys = np.random.default_rng(len(groups)).permutation(len(groups)).astype(np.uint64)
    kept = choose(array, keys, most)
    for group in set(groups):
        member = array == group
        assert kept[member].sum() == min(most, member.sum())
        if kept[member].any() and not kept[member].all():
            assert keys[member & kept].max() < keys[member & ~kept].min()


def test_rotation_is_counter_clockwise_from_above() -> None:
    """Camera south of the object, then east of it: a quarter turn counter-clockwise."""
    tables = shard({"000": [Thing("mug_0", (0, 2, 0))], "001": [Thing("mug_0", (0, 2, 0))]})
    poses = []
    for eye in ((0.0, -2.0, 0.0), (2.0, 0.0, 0.0)):
        matrix = np.eye(4)
        matrix[:3, 3] = eye
        poses.append(matrix.ravel().tolist())
    rows = tables["view"].to_pylist()
    objects = [{**tables["object"].to_pylist()[0], "center_w": [0.0, 0, 0]}]
    turned = {
        **tables,
        "scene": pa.Table.from_pylist([{**tables["scene"].to_pylist()[0], "kind": "object"}], tables["scene"].schema),
        "view": pa.Table.from_pylist(
            [{**r, "world_from_cam": p} for r, p in zip(rows, poses, strict=True)], tables["view"].schema
        ),
        "object": pa.Table.from_pylist(objects, tables["object"].schema),
    }
    facts = [r for r in relate(turned, params(), CONTEXT).tables["fact"].to_pylist() if r["kind"] == "rotation"]
    assert [(r["view_ids"], r["value"]) for r in facts] == [(["s/1/000", "s/1/001"], pytest.approx(90))]
    symmetric = pa.Table.from_pylist([{**objects[0], "symmetry_deg": 90.0}], tables["object"].schema)
    result = relate({**turned, "object": symmetric}, params(), CONTEXT)
    assert result.counts.dropped["rotation.symmetric"] == 2
