"""Facts over clips of a square room: worked out by hand, and the same after turning and moving the world."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.relate import relate
from stages.relations.video.clips import evenly
from stages.relations.video.routes import turn_of
from stages.runner import Context, Result
from stages.schema.columns import replace_columns
from stages.schema.validate import validate
from tests import handmade
from tests.relations.scenes import params

CONTEXT = Context(seed=1, source="s", shard=0)
VIDEO = {
    "frames": [4], "facts_per_clip": 999, "min_leg_m": 0.7, "min_turn_deg": 20, "buffer_deg": 10, "clearance_m": 0.2,
    "min_floor_shown": 0.0, "outline_sigma": 0.05,
}  # fmt: skip
FLOOR = [(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (-4.0, 4.0)]
# name: place, size; all stand on the floor
THINGS: dict[str, tuple[tuple[float, float], tuple[float, float, float]]] = {
    "bed_0": ((-3.0, 0.0), (0.6, 0.6, 0.6)),
    "desk_0": ((0.0, 0.0), (0.6, 0.6, 0.8)),
    "lamp_0": ((0.0, 3.0), (0.4, 0.4, 1.6)),
    "sofa_0": ((3.0, 0.0), (0.8, 0.8, 0.9)),
    "shelf_0": ((3.0, 3.0), (0.5, 0.3, 2.0)),
    "chair_0": ((-3.0, 3.0), (0.4, 0.4, 0.9)),
    "chair_1": ((-2.0, -3.0), (0.4, 0.4, 0.9)),
}
SEEN = [["bed_0", "chair_0"], ["bed_0", "desk_0", "chair_1"], ["lamp_0", "sofa_0"], ["shelf_0", "sofa_0"]]


def build(
    things: Mapping[str, Any] = THINGS,
    seen: Sequence[Sequence[str]] = SEEN,
    unclear: Sequence[tuple[int, str]] = (),
    turn_deg: float = 0.0,
    shift: Sequence[float] = (0.0, 0.0),
    floor: Sequence[tuple[float, float]] | None = FLOOR,
) -> dict[str, pa.Table]:
    c, s = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    rotation = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

    def moved(x: float, y: float, z: float) -> list[float]:
        return [float(v) for v in rotation @ [x, y, z] + [*shift, 0.0]]

    outline = None if floor is None else [moved(x, y, 0.0)[:2] for x, y in floor]
    objects, sightings, views = [], [], []
    for name, ((x, y), size) in things.items():
        objects.append(handmade.empty_row("object") | {
            "object_id": f"s/1:{name}", "scene_id": "s/1", "category": name.rsplit("_", 1)[0], "category_raw": name,
            "center_w": moved(x, y, size[2] / 2), "size_m": list(size), "world_from_box": rotation.ravel().tolist(),
            "geometry": "exact", "sigma_center_m": 0.005, "sigma_size_m": 0.005,
        })  # fmt: skip
    for k, names in enumerate(seen):
        pose = np.eye(4)
        pose[:3, :3] = rotation @ np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
        pose[:3, 3] = moved(0.0, -3.5, 1.5)
        camera = {"intrinsics_px": [300.0, 300.0, 319.5, 239.5], "world_from_cam": pose.ravel().tolist()}
        views.append(handmade.view(f"s/1/{k:03d}", width_px=640, height_px=480, **camera))
        for name in names:
            area = 20.0 if (k, name) in unclear else 5000.0
            sightings.append(handmade.sighting(name, [0, 0, 50, 50], f"s/1/{k:03d}", area_px=area, visible_fraction=1.0,
                                               center_v=[0.0, 2.0, 0.0], size_v=[0.5] * 3, yaw_v=0.0,
                                               sigma_center_m=[0.005] * 3, sigma_size_m=[0.005] * 3))  # fmt: skip
    scene = handmade.scene("s/1", floor_polygon_w=outline, floor_by=None if floor is None else "exact")
    return {
        "scene": handmade.table("scene", [scene]), "view": handmade.table("view", views),
        "object": handmade.table("object", objects), "sighting": handmade.table("sighting", sightings),
    }  # fmt: skip


def run(tables: Mapping[str, pa.Table], **video: object) -> Result:
    result = relate(tables, params(video={**VIDEO, **video}), CONTEXT)
    validate(result.tables["fact"].sort_by("fact_id"), "fact", "relate")
    return result


def facts(result: Result) -> dict[str, tuple[float, tuple[str, ...]]]:
    found = {}
    for row in result.tables["fact"].to_pylist():
        if row["fact_id"].startswith("s/1/clip"):
            found[row["fact_id"].split(":", 1)[1]] = (row["value"], tuple(row["detail"] or ()))
    return found


FOUND = facts(run(build()))
COUNTED = [name for name in FOUND if name.startswith("video_count")]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("video_count:chair", 2.0, id="two chairs in different frames"),
        pytest.param("video_count:bed", 1.0, id="one bed in two frames"),
        pytest.param("video_distance:bed_0.desk_0", 3.0 - 0.3 - 0.3, id="distance"),
        pytest.param("video_longest_edge:lamp_0", 1.6, id="longest edge"),
        pytest.param("room_area", 64.0, id="room"),
        pytest.param("direction_easy:lamp_0.desk_0.sofa_0", 90.0, id="left"),
        pytest.param("direction_easy:lamp_0.desk_0.bed_0", -90.0, id="right"),
        pytest.param("direction_hard:shelf_0.desk_0.sofa_0", 45.0, id="front-left"),
        pytest.param("first_seen_order:bed_0.desk_0.lamp_0.shelf_0", 1.0, id="order of appearance"),
    ],
)
def test_values_worked_out_by_hand(name: str, value: float) -> None:
    assert FOUND[name][0] == pytest.approx(value)


def test_routes_say_their_turns() -> None:
    """Every route says the turns between its legs, and its length."""
    found = {k: v for k, v in FOUND.items() if k.startswith("route_")}
    assert found
    for name, (length, turns) in found.items():
        stops = name.split(":")[1].split(".")
        places = {n: np.array(THINGS[n][0]) for n in THINGS}
        here, heading, said, far = stops[0], places[stops[1]] - places[stops[0]], [], 0.0
        for stop in stops[2:]:
            leg = places[stop] - places[here]
            said.append(turn_of(heading, leg, 0.0))
            here, heading, far = stop, leg, far + float(np.linalg.norm(leg))
        assert tuple(said) == turns, name
        assert length == pytest.approx(far)


@pytest.mark.parametrize(
    ("leg", "word"),
    [
        pytest.param((0, 1), "turn left", id="90 to the left"),
        pytest.param((0, -1), "turn right", id="90 to the right"),
        pytest.param((-1, 0.05), "turn back", id="back"),
        pytest.param((1, 0), None, id="straight on is no turn"),
        pytest.param((1, 1.05), None, id="46 degrees: too near the border"),
        pytest.param((-1, 1.05), None, id="134 degrees: too near the border"),
    ],
)
def test_turns(leg: tuple[float, float], word: str | None) -> None:
    assert turn_of(np.array([1.0, 0.0]), np.array(leg, dtype=float), 10.0) == word


STOPS = {"bed_0": THINGS["bed_0"], "sofa_0": THINGS["sofa_0"], "plant_0": ((-3.0, 3.0), (0.4, 0.4, 1.0))}
BETWEEN = [
    pytest.param({}, True, id="nothing"),
    pytest.param({"desk_0": ((0.0, 0.0), (0.6, 0.6, 0.8))}, False, id="a desk, though no frame shows it"),
    pytest.param({"desk_0": ((0.0, 0.45), (0.6, 0.6, 0.8))}, False, id="a desk within the clearance"),
    pytest.param({"desk_0": ((0.0, 0.55), (0.6, 0.6, 0.8))}, True, id="a desk beyond the clearance"),
    pytest.param({"rug_0": ((0.0, 0.0), (2.0, 2.0, 0.01))}, True, id="a rug does not block"),
]


@pytest.mark.parametrize(("between", "free"), BETWEEN)
def test_legs_are_free(between: dict[str, Any], free: bool) -> None:
    found = facts(run(build({**STOPS, **between}, seen=[list(STOPS)] * 4)))
    assert ("route_1:bed_0.plant_0.sofa_0" in found) == free
    if free:
        length, turns = found["route_1:bed_0.plant_0.sofa_0"]
        assert (length, turns) == (6.0, ("turn right",))


def test_what_is_only_glimpsed_is_not_counted_and_blocks_its_category() -> None:
    result = run(build(unclear=[(0, "chair_0")]))
    assert "video_count:chair" not in facts(result)
    assert result.counts.dropped["video_count.instance_glimpsed"] == 1


def test_only_exhaustive_categories_are_counted() -> None:
    tables = build()
    scene = tables["scene"]
    words = pa.array([["bed"]] * len(scene), scene.schema.field("vocabulary").type)
    result = run({**tables, "scene": replace_columns(scene, {"vocabulary": words})})
    assert [name for name in facts(result) if name.startswith("video_count")] == ["video_count:bed"]
    assert result.counts.dropped["video_count.category_not_exhaustive"] == len(COUNTED) - 1


def test_an_object_that_comes_into_view_unclearly_has_no_moment() -> None:
    found = facts(run(build(unclear=[(0, "bed_0")])))
    assert not [name for name in found if name.startswith("first_seen_order") and "bed_0" in name]
    assert "video_count:bed" in found, "it is clear in the second frame"


def test_two_of_a_kind_are_not_named() -> None:
    assert not [name for name in FOUND if "chair_0" in name or "chair_1" in name]


def test_short_scenes_have_no_long_clips() -> None:
    result = run(build(), frames=[4, 8])
    assert result.counts.dropped["clip.too_few_frames"] == 1


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        pytest.param(build(floor=None), "route_1.no_outline", id="no floor: no route"),
        pytest.param(build(floor=None), "room_area.no_outline", id="no floor: no area"),
    ],
)
def test_what_is_missing_is_counted(tables: dict[str, pa.Table], reason: str) -> None:
    assert run(tables).counts.dropped[reason] == 1


def test_little_floor_shown_gives_no_area() -> None:
    assert "room_area" not in facts(run(build(), min_floor_shown=0.99))


def test_an_l_shaped_floor() -> None:
    ell = [(-4.0, -4.0), (4.0, -4.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.5), (-4.0, 0.5)]
    assert facts(run(build(floor=ell)))["room_area"][0] == pytest.approx(8 * 4.5 + 4 * 3.5)


def test_a_clip_without_sightings() -> None:
    found = facts(run(build(seen=[[], [], [], []])))
    assert set(found) <= {"room_area"}


@given(st.floats(-180, 180), st.floats(-20, 20), st.floats(-20, 20))
@settings(max_examples=12, deadline=None)
def test_turning_and_moving_the_world_changes_nothing(turn: float, x: float, y: float) -> None:
    moved = facts(run(build(turn_deg=turn, shift=(x, y))))
    assert set(moved) == set(FOUND)
    for name, (value, detail) in moved.items():
        assert detail == FOUND[name][1]
        if not (name.startswith("direction") and abs(value) > 179.9):
            assert value == pytest.approx(FOUND[name][0], abs=1e-6)


def test_mirror_swaps_left_and_right_and_nothing_else() -> None:
    flipped = {name: ((-x, y), size) for name, ((x, y), size) in THINGS.items()}
    mirrored = facts(run(build(flipped)))
    swap = {"turn left": "turn right", "turn right": "turn left"}
    assert set(mirrored) == set(FOUND)
    for name, (value, detail) in mirrored.items():
        before = FOUND[name]
        assert detail == tuple(swap.get(word, word) for word in before[1])
        assert value == pytest.approx(-before[0] if name.startswith("direction") and abs(value) < 179.9 else before[0])


@given(st.integers(2, 200), st.integers(2, 64))
def test_frames_are_spread_from_the_first_to_the_last(frames: int, budget: int) -> None:
    if budget > frames:
        return
    places = evenly(frames, budget)
    assert places[0] == 0
    assert places[-1] == frames - 1
    assert (np.diff(places) >= 1).all()
    assert np.ptp(np.diff(places)) <= 1
