"""The truth of hand-made scenes of cuboids, worked out by hand, and of procedural scenes against their tables."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.audits.truth import SceneTruth, TrueFact, denoted, is_wrong, naive_facts, scene_truth, true_fact, truth_of
from stages.audits.truth.plane import angle_deg, area_of, inside, polygon_distance, wrap_deg
from stages.audits.truth.statements import gap_m, turn_class
from stages.geometry.mesh import LabelledMesh
from stages.params import read_params
from stages.schema.records import ObjectRow, SceneRow, ViewRow
from stages.sources.base import SceneData

ROOM = [(-5.0, -5.0), (5.0, -5.0), (5.0, 5.0), (-5.0, 5.0)]
# name: centre, size, yaw in degrees
THINGS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], float]] = {
    "chair_0": ((-1.0, 2.0, 0.5), (0.4, 0.4, 1.0), 0),
    "chair_1": ((1.5, 2.0, 0.5), (0.4, 0.4, 1.0), 0),
    "table_0": ((0.0, 3.0, 0.4), (1.2, 0.6, 0.8), 90),
    "lamp_0": ((2.5, 4.0, 0.9), (0.2, 0.2, 1.8), 45),
    "rug_0": ((0.0, -3.0, 0.01), (2.0, 2.0, 0.02), 0),
}
CUBE = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
QUADS = [(0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5)]


def turned(yaw_deg: float) -> np.ndarray:
    c, s = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def looking(x: float, y: float, heading_deg: float, height: float = 1.0) -> list[float]:
    """Level camera at a place, looking in a direction on the plan."""
    ahead = turned(heading_deg) @ [1.0, 0.0, 0.0]
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2] = np.cross(ahead, [0, 0, 1]), [0.0, 0.0, -1.0], ahead
    pose[:3, 3] = x, y, height
    return [float(v) for v in pose.ravel()]


VIEWS = {"s/1/000": looking(0, 0, 90), "s/1/001": looking(0, 0, -90), "s/1/002": looking(1, 0, 60)}


def hand_made() -> SceneTruth:
    vertices, faces, labels = [], [], []
    for label, (center, size, yaw) in enumerate(THINGS.values()):
        at = 8 * label
        vertices.append((CUBE * size) @ turned(yaw).T + center)
        for a, b, c, d in QUADS:
            faces += [[at + a, at + b, at + c], [at + a, at + c, at + d]]
            labels += [label, label]
    ids = [f"s/1:{name}" for name in THINGS]
    mesh = LabelledMesh(np.concatenate(vertices), np.array(faces), np.array(labels), ids)
    objects = [
        ObjectRow(f"s/1:{n}", "s/1", n.rsplit("_", 1)[0], n, world_from_box=turned(yaw).ravel().tolist())
        for n, (_, _, yaw) in THINGS.items()
    ]
    views = [
        ViewRow(v, "s/1", k, 320, 240, intrinsics_px=(160.0, 160.0, 159.5, 119.5), world_from_cam=pose)
        for k, (v, pose) in enumerate(VIEWS.items())
    ]
    scene = SceneRow("s/1", "s", "scan", "s/1", "CC0-1.0", floor_polygon_w=ROOM)
    return truth_of(SceneData(scene, views, objects, mesh=mesh))


TRUTH = hand_made()


def fact(
    kind: str, subjects: str = "", references: str = "", value: float = 1.0, views: int = 1, **more: Any
) -> dict[str, Any]:
    row = {
        "kind": kind, "scene_id": "s/1", "view_ids": list(VIEWS)[:views], "value": value, "category": None,
        "detail": None, "subject_ids": [f"s/1:{n}" for n in subjects.split()],
        "reference_ids": [f"s/1:{n}" for n in references.split()],
    }  # fmt: skip
    return row | more


VALUES = [
    pytest.param(fact("left_of", "chair_0", "chair_1"), 2.5, id="left"),
    pytest.param(fact("left_of", "chair_1", "chair_0"), -2.5, id="not left"),
    pytest.param(fact("above", "lamp_0", "table_0"), 0.5, id="above"),
    pytest.param(fact("in_front_of", "chair_0", "table_0"), 1.0, id="in front"),
    pytest.param(fact("bigger", "table_0", "chair_0"), 0.576 - 0.16, id="bigger"),
    pytest.param(fact("taller", "lamp_0", "table_0"), 1.0, id="taller"),
    pytest.param(fact("wider", "table_0", "chair_0"), 0.8, id="wider"),
    pytest.param(fact("distance_center", "chair_0", "chair_1"), 2.5, id="centres"),
    pytest.param(fact("distance_closest", "chair_0", "chair_1"), 2.1, id="closest points"),
    pytest.param(fact("height", "lamp_0"), 1.8, id="height"),
    pytest.param(fact("longest_edge", "table_0"), 1.2, id="longest edge"),
    pytest.param(fact("count", "chair_0", category="chair"), 2.0, id="count"),
    pytest.param(fact("count", "rug_0", category="rug"), 0.0, id="behind the camera"),
    pytest.param(fact("video_count", "rug_0", category="rug", views=2), 1.0, id="in the second frame"),
    pytest.param(fact("exists", category="sofa"), 0.0, id="absent"),
    pytest.param(fact("exists_left_of", "", "table_0", category="chair"), 1.0, id="a chair left of the table"),
    pytest.param(fact("exists_behind", "", "lamp_0", category="chair"), 0.0, id="no chair behind the lamp"),
    pytest.param(fact("count_in_front_of", "", "table_0", category="chair"), 2.0, id="chairs before the table"),
    pytest.param(fact("camera_turn", views=2), 180.0, id="turned round"),
    pytest.param(fact("room_area"), 100.0, id="room"),
    pytest.param(fact("direction_easy", "chair_0", "table_0 lamp_0"), -156.8, id="direction"),
]


@pytest.mark.parametrize(("stated", "value"), VALUES)
def test_values_worked_out_by_hand(stated: dict[str, Any], value: float) -> None:
    true = true_fact(TRUTH, stated)
    assert true.reason is None
    assert true.value == pytest.approx(value, abs=0.05)


def names(ids: Any) -> str:
    return " ".join(i.removeprefix("s/1:") for i in ids)


def test_the_nearest_is_found_whatever_is_stated() -> None:
    for said in ("chair_0", "chair_1", "lamp_0"):
        others = [n for n in ("chair_0", "chair_1", "lamp_0") if n != said]
        true = true_fact(TRUTH, fact("nearest_to", said, " ".join(["table_0", *others])))
        assert names(true.subject_ids) == "chair_0"
        assert is_wrong("nearest_to", fact("nearest_to", said), true) == (said != "chair_0")


def test_order_in_depth_and_in_time() -> None:
    assert (
        names(true_fact(TRUTH, fact("depth_order", "lamp_0 table_0 chair_0")).subject_ids) == "chair_0 table_0 lamp_0"
    )
    stated = fact("first_seen_order", "rug_0 lamp_0", views=2)
    assert names(true_fact(TRUTH, stated).subject_ids) == "lamp_0 rug_0"
    assert is_wrong("first_seen_order", stated, true_fact(TRUTH, stated))


def test_routes_turn_where_they_turn_and_stop_where_something_stands() -> None:
    stated = fact("route_1", "chair_0 table_0 rug_0", detail=["turn back"])
    true = true_fact(TRUTH, stated)
    assert list(true.detail or ()) == ["turn right"]  # from north-east to south-south-east: 116 degrees to the right
    assert is_wrong("route_1", stated, true)
    blocked = true_fact(TRUTH, fact("route_1", "chair_0 rug_0 lamp_0", detail=["turn left"]))
    assert list(blocked.detail or ()) == ["blocked"]  # the table stands between


def test_unknown_objects_and_kinds_have_a_reason() -> None:
    assert "unknown object" in str(true_fact(TRUTH, fact("left_of", "ghost_0", "chair_0")).reason)
    assert "no truth" in str(true_fact(TRUTH, fact("smells_of", "chair_1", "chair_0")).reason)


WRONG = [
    pytest.param("left_of", 0.1, -0.1, True, id="other side"),
    pytest.param("left_of", 0.1, 3.0, False, id="same side"),
    pytest.param("distance_center", 1.09, 1.0, False, id="9 percent"),
    pytest.param("distance_center", 1.11, 1.0, True, id="11 percent"),
    pytest.param("distance_center", 0.058, 0.05, False, id="a centimetre at least"),
    pytest.param("rotation", 178.0, -179.0, False, id="across the seam"),
    pytest.param("rotation", 20.0, 26.0, True, id="6 degrees"),
    pytest.param("count", 3.0, 4.0, True, id="one more"),
    pytest.param("direction_medium", 134.0, 136.0, True, id="left is not back"),
    pytest.param("direction_hard", 89.0, 91.0, True, id="front is not back"),
    pytest.param("direction_easy", 30.0, 150.0, False, id="both left"),
]


@pytest.mark.parametrize(("kind", "said", "true", "wrong"), WRONG)
def test_what_counts_as_wrong(kind: str, said: float, true: float, wrong: bool) -> None:
    assert is_wrong(kind, fact(kind, value=said), TrueFact([], [], true, None)) == wrong


points = st.tuples(st.floats(-9, 9), st.floats(-9, 9))


@given(points, points, points, st.floats(-180, 180), points)
def test_angles_do_not_change_when_the_plan_turns_and_moves(
    o: tuple[float, float], a: tuple[float, float], b: tuple[float, float], turn: float, shift: tuple[float, float]
) -> None:
    if min(math.dist(o, a), math.dist(o, b)) < 0.1:
        return
    moved = [tuple((turned(turn) @ [*p, 0.0])[:2] + shift) for p in (o, a, b)]
    assert abs(wrap_deg(angle_deg(o, a, b) - angle_deg(*moved))) < 1e-6


def test_plane_geometry() -> None:
    square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]
    assert area_of(square) == 4.0
    assert inside((1.0, 1.0), square)
    assert not inside((3.0, 1.0), square)
    assert polygon_distance(square, [(3.0, 0.0), (4.0, 0.0), (4.0, 1.0)]) == 1.0
    assert polygon_distance(square, [(0.5, 0.5), (1.0, 0.5), (1.0, 1.0)]) == 0.0
    assert polygon_distance(square, [(-1.0, 0.5), (3.0, 0.5), (3.0, 1.0), (-1.0, 1.0)]) == 0.0, "a cross"


@pytest.mark.parametrize("view_id", VIEWS)
def test_pixels_are_those_of_a_plain_slab_test(view_id: str) -> None:
    """One ray per pixel against every box by its six planes; only pixels at an edge may differ."""
    camera = TRUTH.cameras[view_id]
    x, y = np.meshgrid(np.arange(camera.width_px), np.arange(camera.height_px))
    fx, fy, cx, cy = camera.intrinsics_px
    rays_w = np.stack([(x - cx) / fx, (y - cy) / fy, np.ones(x.shape)], axis=-1) @ camera.world_from_cam[:3, :3].T
    enter = []
    for center, size, yaw_deg in THINGS.values():
        ray, eye = rays_w @ turned(yaw_deg), (camera.eye_w - center) @ turned(yaw_deg)
        with np.errstate(divide="ignore", invalid="ignore"):
            planes = (np.multiply.outer((-0.5, 0.5), size)[:, None, None] - eye) / ray
        near, far = planes.min(axis=0).max(axis=-1), planes.max(axis=0).min(axis=-1)
        enter.append(np.where((near < far) & (near > 0), near, np.inf))
    first = np.where(np.isfinite(np.min(enter, axis=0)), np.argmin(enter, axis=0), -1)
    seen = TRUTH.pixels(view_id)
    for label, name in enumerate(THINGS):
        assert seen.get(f"s/1:{name}", 0) == pytest.approx(int((first == label).sum()), abs=4, rel=0.002), name


@pytest.mark.parametrize(
    ("angle", "word"), [(0, "straight"), (46, "left"), (-90, "right"), (135, "back"), (180, "back")]
)
def test_turns(angle: float, word: str) -> None:
    assert turn_class(angle) == word


def test_boxes_turn_with_their_objects() -> None:
    table = TRUTH.solids["s/1:table_0"]
    assert table.size_m == pytest.approx([1.2, 0.6, 0.8])
    assert gap_m(table, TRUTH.solids["s/1:chair_0"]) == pytest.approx(math.hypot(1.0 - 0.3 - 0.2, 1.0 - 0.6 - 0.2))


PARAMS = {
    "reader": "procedural", "layout": "rooms", "scenes": 2, "frames": 2, "width_px": 160, "height_px": 120,
    "fov_deg": 75, "eye_height_m": 1.5, "clutter": 0.7, "library": None,
    "symmetry": read_params()["sources"]["rooms"]["symmetry"],
}  # fmt: skip


def test_a_procedural_room_is_what_its_tables_say() -> None:
    from stages.sources.procedural.params import ProceduralParams
    from stages.sources.procedural.reader import Procedural

    truth = scene_truth(PARAMS, "rooms", 5, "rooms/0001")
    data = Procedural("rooms", ProceduralParams.model_validate(PARAMS), 5).read("rooms/0001")
    assert isinstance(data, SceneData)
    for row in data.objects:
        assert row.size_m is not None
        assert truth.solids[row.object_id].size_m == pytest.approx(np.array(row.size_m), abs=2e-3), row.object_id
        assert truth.solids[row.object_id].center_w == pytest.approx(np.array(row.center_w), abs=2e-3)
    seen = truth.pixels(data.views[0].view_id)
    assert seen
    assert sum(seen.values()) < 160 * 120


def test_the_engine_without_margins_states_signs_of_point_clouds() -> None:
    clouds = {
        "s/1:a": np.array([[-1.0, 2.0, 0.0], [-0.8, 2.2, 1.0]]),
        "s/1:b": np.array([[1.0, 3.0, 0.0], [1.2, 3.0, 0.5]]),
    }
    stated = naive_facts("s/1", "s/1/000", {"s/1:a": "cup", "s/1:b": "cup"}, clouds, seed=1)
    found = {f["kind"]: (f["subject_ids"], f["value"]) for f in stated}
    assert found["left_of"] == (["s/1:a"], pytest.approx(2.0))
    assert found["in_front_of"] == (["s/1:a"], pytest.approx(1.0))
    assert found["taller"] == (["s/1:a"], pytest.approx(0.5))
    assert found["count"][1] == 2


@pytest.mark.parametrize(
    ("view", "phrase", "things"),
    [
        pytest.param("s/1/000", "table", ["table_0"], id="category"),
        pytest.param("s/1/000", "chair", ["chair_0", "chair_1"], id="two chairs"),
        pytest.param("s/1/000", "leftmost chair", ["chair_0"], id="leftmost"),
        pytest.param("s/1/000", "second chair from the left", ["chair_1"], id="counted from the left"),
        pytest.param("s/1/000", "second chair from the right", ["chair_0"], id="counted from the right"),
        pytest.param("s/1/000", "third chair from the left", [], id="not so many"),
        pytest.param("s/1/000", "middle chair", ["chair_0", "chair_1"], id="no middle of two"),
        pytest.param("s/1/000", "chair nearest to the lamp", ["chair_1"], id="nearest"),
        pytest.param("s/1/000", "lamp nearest to the chair", ["lamp_0"], id="several landmarks"),
        pytest.param("s/1/000", "chair on the table", [], id="on nothing"),
        pytest.param("s/1/001", "rug", ["rug_0"], id="behind"),
        pytest.param("s/1/000", "rug", [], id="not seen"),
        pytest.param("s/1/000", "red chair", [], id="no materials, no colour"),
    ],
)
def test_what_a_phrase_denotes(view: str, phrase: str, things: list[str]) -> None:
    assert sorted(denoted(hand_made(), [view], phrase)) == [f"s/1:{name}" for name in things]
