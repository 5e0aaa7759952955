"""Facts about two views of a scan, worked out by hand from poses on a floor plan and boxes in pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.relations.same_object import iou
from stages.relations.sightings import Sightings, sightings_of
from stages.relations.two_views import two_views
from stages.relations.view_pairs import TwoViewParams, view_pairs
from stages.runner import Counts
from stages.schema.columns import replace_columns, vector_column
from stages.schema.validate import validate
from tests.relations.scenes import Thing, params, shard

Box = tuple[float, float, float, float]
Pose = tuple[float, float, float]  # x, y in metres, heading in degrees counter-clockwise from x
LIMITS = {
    "max_frame_gap": 3, "min_shared": 1, "min_turn_deg": 10, "min_shift_m": 0.3, "max_off_axis_deg": 25,
    "max_iou": 0.3, "tries_per_scene": 999, "facts_per_scene": 999,
}  # fmt: skip
APART: dict[str, Box] = {
    "chair_0": (0, 0, 50, 50), "chair_1": (100, 0, 150, 50), "lamp_0": (200, 0, 250, 50), "sofa_0": (300, 0, 350, 50),
    "tv_0": (400, 0, 450, 50),
}  # fmt: skip


def pose_of(x: float, y: float, heading_deg: float, pitch_deg: float = 0.0, height_m: float = 1.5) -> np.ndarray:
    """OpenCV pose of a camera without roll; positive pitch looks up."""
    h, p = np.radians(heading_deg), np.radians(pitch_deg)
    ahead = np.array([np.cos(h) * np.cos(p), np.sin(h) * np.cos(p), np.sin(p)])
    right = np.array([np.sin(h), -np.cos(h), 0.0])
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(ahead, right), ahead], axis=1)
    pose[:3, 3] = x, y, height_m
    return pose


def scan(poses: Sequence[np.ndarray | None], frames: Sequence[Mapping[str, Box]]) -> dict[str, pa.Table]:
    """One scan: a pose and the boxes of the objects seen, per frame."""
    things = {f"{k:03d}": [Thing(name, (0, 2, 0)) for name in boxes] for k, boxes in enumerate(frames)}
    tables = shard(things)
    views, sightings = tables["view"].to_pylist(), tables["sighting"].to_pylist()
    flat = np.array([np.full(16, np.nan) if p is None else p.ravel() for p in poses]).reshape(-1, 16)
    boxes = [frames[int(row["view_id"][-3:])][row["object_id"].split(":")[1]] for row in sightings]
    order = [int(row["view_id"][-3:]) for row in views]
    tables["view"] = replace_columns(tables["view"], {"world_from_cam": vector_column(flat[order])})
    tables["sighting"] = replace_columns(
        tables["sighting"], {"box_px": vector_column(np.array(boxes, dtype=float).reshape(-1, 4))}
    )
    return tables


def sightings(tables: Mapping[str, pa.Table]) -> Sightings:
    limits = params()
    return sightings_of(tables, limits.seen, limits.instances, 1)


def run(tables: Mapping[str, pa.Table], **changes: Any) -> tuple[list[dict[str, Any]], Counts]:
    facts, counts = two_views(sightings(tables), tables, TwoViewParams.model_validate(LIMITS | changes), 1)
    return validate(facts.sort_by("fact_id"), "fact", "relate").to_pylist(), counts


def of(facts: Sequence[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [fact for fact in facts if fact["kind"] == kind]


# Camera 0 stands at the origin and looks along y (heading 90). Per second pose: what holds from 0 to 1 and from 1 to 0.
MOVES = [
    pytest.param((0, 1, 90), (None, "forward"), (None, "backward"), id="straight ahead, no turn"),
    pytest.param((0, 1, 110), (20, "forward"), (-20, "backward"), id="ahead, turned left"),
    pytest.param((0, 1, 50), (-40, "forward"), (40, None), id="ahead and right turn: back is between directions"),
    pytest.param((1, 0, 90), (None, "right"), (None, "left"), id="step to the right"),
    pytest.param((-2, 0.4, 90), (None, "left"), (None, "right"), id="step to the left, a little ahead"),
    pytest.param((1, 1, 90), (None, None), (None, None), id="diagonal"),
    pytest.param((0.1, 0.1, -10), (-100, None), (100, None), id="quarter turn in place"),
    pytest.param((0, 0, -85), (None, None), (None, None), id="almost a half turn: left or right"),
    pytest.param((0, 2, -90), (None, "forward"), (None, "forward"), id="face to face"),
    pytest.param((0, 0.3, 100), (10, "forward"), (-10, "backward"), id="exactly at the limits"),
    pytest.param((0, 0.29, 99), (None, None), (None, None), id="just below the limits"),
]


@pytest.mark.parametrize(("second", "there", "back"), MOVES)
def test_camera_motion(second: Pose, there: tuple[float | None, str | None], back: tuple[Any, Any]) -> None:
    facts, _ = run(scan([pose_of(0, 0, 90), pose_of(*second)], [APART, APART]))
    first = next((f["view_ids"][0][-3:] for f in facts), "000")  # the order is drawn by key
    turn_deg, word = there if first == "000" else back
    turns, shifts = of(facts, "camera_turn"), of(facts, "camera_shift")
    assert [f["value"] for f in turns] == ([] if turn_deg is None else [pytest.approx(turn_deg)])
    assert [f["detail"] for f in shifts] == ([] if word is None else [[word]])
    assert [f["value"] for f in shifts] == ([] if word is None else [pytest.approx(np.hypot(*second[:2]))])


def test_height_counts_towards_the_distance_and_the_doubt() -> None:
    ahead = [pose_of(0, 0, 90), pose_of(0, 4, 90, height_m=2.5)]
    (shift,) = of(run(scan(ahead, [APART, APART]))[0], "camera_shift")
    assert shift["value"] == pytest.approx(np.sqrt(17))
    risen = [pose_of(0, 0, 90), pose_of(0, 1, 90, height_m=2.5)]
    facts, counts = run(scan(risen, [APART, APART]))
    assert of(facts, "camera_shift") == []
    assert counts.dropped["camera_shift.between_directions"] == 1


def test_pitch_changes_neither_turn_nor_direction() -> None:
    level = run(scan([pose_of(0, 0, 90), pose_of(0, 1, 110)], [APART, APART]))[0]
    tilted = run(scan([pose_of(0, 0, 90, -30), pose_of(0, 1, 110, 20)], [APART, APART]))[0]
    values = [[(f["fact_id"], round(f["value"], 9), f["detail"]) for f in found] for found in (level, tilted)]
    assert values[0] == values[1]


@given(st.floats(-180, 180), st.floats(-20, 20), st.floats(-20, 20), st.lists(
    st.tuples(st.floats(-3, 3), st.floats(-3, 3), st.floats(-180, 180)), min_size=2, max_size=4))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_world_yaw_and_shift_change_nothing(yaw_deg: float, x: float, y: float, poses: list[Pose]) -> None:
    rounded = [tuple(np.round(p, 2)) for p in poses]
    moved = pose_of(0, 0, 90 + yaw_deg) @ np.linalg.inv(pose_of(0, 0, 90))
    moved[:3, 3] = x, y, 0
    plain = [pose_of(*p) for p in rounded]
    one, two = (run(scan(found, [APART] * len(plain)))[0] for found in (plain, [moved @ p for p in plain]))
    keep = [
        {f["fact_id"]: (f["value"], f["detail"]) for f in found if f["kind"] != "same_object"} for found in (one, two)
    ]
    for fact_id in set(keep[0]) & set(keep[1]):
        assert keep[0][fact_id][0] == pytest.approx(keep[1][fact_id][0], abs=1e-6)
        assert keep[0][fact_id][1] == keep[1][fact_id][1]
    gone = set(keep[0]) ^ set(keep[1])
    assert not gone or any(_at_a_limit(a, b) for a, b in combinations(plain, 2)), gone


def _at_a_limit(a: np.ndarray, b: np.ndarray) -> bool:
    """Rounding may decide only where a value lies on a threshold."""
    turn = abs(np.degrees(np.arctan2(a[1, 2], a[0, 2]) - np.arctan2(b[1, 2], b[0, 2])))
    gap = b[:2, 3] - a[:2, 3]
    off = [np.degrees(np.arctan2(gap[1], gap[0]) - np.arctan2(p[1, 2], p[0, 2])) % 90 for p in (a, b)]
    near = [abs(turn % 180 - 10), abs(turn % 180 - 170), abs(np.hypot(*gap) - 0.3), *(abs(o - 25) for o in off),
            *(abs(o - 65) for o in off)]  # fmt: skip
    return bool(min(near) < 1e-6)


def test_shared_objects_as_a_loop_finds_them() -> None:
    rng = np.random.default_rng(3)
    names = list(APART)
    frames = [{n: APART[n] for n in names if rng.random() < 0.6} for _ in range(9)]
    frames[4] = {}
    tables = scan([pose_of(k, 0, 90) for k in range(9)], frames)
    limits = TwoViewParams.model_validate(LIMITS | {"min_shared": 2, "max_frame_gap": 2})
    pairs, counts = view_pairs(sightings(tables), tables, limits, 1)
    near = [(a, b) for a, b in combinations(range(9), 2) if b - a <= 2]
    expected = {(a, b): set(frames[a]) & set(frames[b]) for a, b in near}
    ids = tables["sighting"].sort_by([("view_id", "ascending"), ("object_id", "ascending")]).column("object_id")
    found: dict[tuple[int, int], set[str]] = {}
    for pair, one, two in zip(pairs.shared_pair, pairs.shared_first, pairs.shared_second, strict=True):
        assert ids[one] == ids[two]
        key = tuple(sorted((int(pairs.first[pair]), int(pairs.second[pair]))))
        found.setdefault(key, set()).add(ids[int(one)].as_py().split(":")[1])  # type: ignore[arg-type]
    assert found == {pair: names for pair, names in expected.items() if len(names) >= 2}
    assert counts.dropped["two_views.too_little_shared"] == sum(len(names) < 2 for names in expected.values())


def test_an_object_among_three_others() -> None:
    second = {name: (x1, 100.0, x2, 150.0) for name, (x1, _, x2, _) in APART.items()}
    facts = of(run(scan([pose_of(0, 0, 90), pose_of(0, 1, 90)], [APART, second]))[0], "same_object")
    assert {f["subject_ids"][0] for f in facts} == {f"s/1:{name}" for name in APART}
    for fact in facts:
        assert len({*fact["subject_ids"], *fact["reference_ids"]}) == 4
        assert (fact["value"], fact["unit"], fact["frame"]) == (1.0, "bool", "image")
    of_chairs = [f for f in facts if "chair" in f["subject_ids"][0]]
    assert all(sum("chair" in i for i in (*f["subject_ids"], *f["reference_ids"])) == 2 for f in of_chairs)


def lost(first: Mapping[str, Box], second: Mapping[str, Box]) -> tuple[set[str], Counts]:
    """Objects that are asked about, and the drops; both views in both orders are alike in these tests."""
    facts, counts = run(scan([pose_of(0, 0, 90), pose_of(0, 1, 90)], [first, second]))
    return {f["subject_ids"][0].split(":")[1] for f in of(facts, "same_object")}, counts


def test_boxes_that_overlap_are_not_offered_together() -> None:
    close = APART | {"sofa_0": (205, 0, 255, 50)}  # iou with the lamp: 45 / 55
    asked, counts = lost(close, close)
    assert asked == {"chair_0", "chair_1", "tv_0"}, "lamp and sofa: their own boxes point at two objects"
    assert counts.dropped["same_object.box_ambiguous"] == 2
    facts = of(run(scan([pose_of(0, 0, 90), pose_of(0, 1, 90)], [close, close]))[0], "same_object")
    assert all(len({"s/1:lamp_0", "s/1:sofa_0"} & set(f["reference_ids"])) == 1 for f in facts)


def test_four_objects_that_differ_are_needed() -> None:
    three = {name: APART[name] for name in ("chair_0", "lamp_0", "sofa_0")}
    asked, counts = lost(three, three)
    assert asked == set()
    assert counts.dropped["same_object.too_few_others"] == 3


def test_others_need_not_be_in_the_first_view() -> None:
    """Which view comes first is drawn, so of the two ways to show little in one of them exactly one gives a fact."""
    only, poses = {"chair_0": APART["chair_0"]}, [pose_of(0, 0, 90), pose_of(0, 1, 90)]
    found = [of(run(scan(poses, frames))[0], "same_object") for frames in ([only, APART], [APART, only])]
    assert sorted(len(facts) for facts in found) == [0, 1]
    (fact,) = found[0] + found[1]
    assert fact["subject_ids"] == ["s/1:chair_0"]


@given(st.lists(st.tuples(*[st.floats(0, 9)] * 8), min_size=1, max_size=5))
def test_iou_is_symmetric_and_at_most_one(rows: list[tuple[float, ...]]) -> None:
    numbers = np.array(rows)
    a, b = (np.concatenate([np.sort(n[:, ::2], axis=1), np.sort(n[:, 1::2], axis=1)], axis=1)[:, [0, 2, 1, 3]]
            for n in (numbers[:, :4], numbers[:, 4:]))  # fmt: skip
    assert iou(a, b) == pytest.approx(iou(b, a))
    assert ((iou(a, b) >= 0) & (iou(a, b) <= 1 + 1e-9)).all()
    area = (a[:, 2:] - a[:, :2]).prod(axis=1)
    assert iou(a, a)[area > 0] == pytest.approx(1.0)


def walk(frames: int = 7) -> dict[str, pa.Table]:
    """A walk that turns left, all objects in sight, their boxes moving."""
    boxes = [{n: (x1 + 7 * k, y1, x2 + 7 * k, y2) for n, (x1, y1, x2, y2) in APART.items()} for k in range(frames)]
    return scan([pose_of(0.4 * k, 0.1 * k * k, 15 * k) for k in range(frames)], boxes)


def test_order_of_rows_does_not_matter() -> None:
    tables = walk()
    rng = np.random.default_rng(0)
    shuffled = {name: table.take(pa.array(rng.permutation(len(table)))) for name, table in tables.items()}
    few = {"tries_per_scene": 9, "facts_per_scene": 3}
    assert run(tables, **few) == run(shuffled, **few)


def test_caps_and_counts_add_up() -> None:
    tables = walk()
    all_facts, _ = run(tables)
    few, counts = run(tables, facts_per_scene=2, tries_per_scene=20)
    assert {k: len(of(few, k)) for k in ("camera_turn", "camera_shift", "same_object")} == dict.fromkeys(
        ("camera_turn", "camera_shift", "same_object"), 2
    )
    assert {f["fact_id"] for f in of(few, "camera_turn")} < {f["fact_id"] for f in of(all_facts, "camera_turn")}
    pairs = 6 + 5 + 4
    judged = [k for k in counts.dropped if k.startswith("camera_turn.")]
    assert sum(counts.dropped[k] for k in judged) + 2 == pairs
    tried = [k for k in counts.dropped if k.startswith("same_object.")]
    assert sum(counts.dropped[k] for k in tried) + 2 == pairs * len(APART)


def test_each_direction_has_its_share_of_the_shifts() -> None:
    """A camera that mostly goes ahead, with one step to the side: the step stays."""
    poses = [pose_of(0, 0.4 * k, 90) for k in range(8)] + [pose_of(1, 2.8, 90)]
    facts, counts = run(scan(poses, [APART] * len(poses)), facts_per_scene=4, max_frame_gap=1)
    words = sorted(f["detail"][0] for f in of(facts, "camera_shift"))
    assert len(words) == len(set(words)) == 3
    assert {"forward", "backward"} < set(words)
    assert counts.dropped["camera_shift.sampled_out"] == len(poses) - 1 - 3


def test_both_orders_of_two_views_come_up() -> None:
    forward = [f["view_ids"][0] < f["view_ids"][1] for f in of(run(walk(16))[0], "camera_turn")]
    assert 0.25 < np.mean(forward) < 0.75


DEGENERATE = [
    pytest.param([], [], {}, id="no views"),
    pytest.param([pose_of(0, 0, 90)], [APART], {}, id="one view"),
    pytest.param([None, pose_of(0, 1, 110)], [APART, APART], {"two_views.no_pose": 1}, id="no pose"),
    pytest.param([pose_of(0, 0, 90, 80), pose_of(0, 1, 110)], [APART, APART], {"two_views.no_view_space": 1},
                 id="looks up"),
    pytest.param([pose_of(0, 0, 90), pose_of(0, 1, 110)], [APART, {}], {"two_views.too_little_shared": 1},
                 id="nothing shared"),
]  # fmt: skip


@pytest.mark.parametrize(("poses", "frames", "dropped"), DEGENERATE)
def test_degenerate(poses: list[np.ndarray | None], frames: list[dict[str, Box]], dropped: dict[str, int]) -> None:
    facts, counts = run(scan(poses, frames))
    assert facts == []
    assert dict(counts.dropped) == dropped


def test_only_scans_have_two_views() -> None:
    tables = walk()
    kind = pa.array(["image"] * len(tables["scene"]))
    tables["scene"] = replace_columns(tables["scene"], {"kind": kind})
    assert run(tables)[0] == []
