"""Procedural scenes: exact boxes, nothing collides, everything is repeatable; turntables go once round."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from pydantic import ValidationError

from stages.params import read_params
from stages.registry import UnknownName
from stages.render import Renderer
from stages.rng import generator
from stages.schema.records import to_table
from stages.schema.validate import validate
from stages.sources.base import SceneData
from stages.sources.procedural import Procedural, ProceduralParams
from stages.sources.procedural.furniture import CATEGORIES, build
from stages.sources.procedural.interior import CELL_M, Interior, furnished, walkable
from stages.sources.procedural.kinds import KINDS
from stages.sources.procedural.placed import Block

SEED = 7
SECTION = {
    "reader": "procedural", "layout": "rooms", "scenes": 12, "frames": 6, "width_px": 160, "height_px": 120,
    "fov_deg": 66, "eye_height_m": 1.5, "clutter": 0.8, "library": None,
    "symmetry": read_params()["sources"]["rooms"]["symmetry"],
}  # fmt: skip


def source(**changes: object) -> Procedural:
    return Procedural("toy", ProceduralParams.model_validate({**SECTION, **changes}), SEED)


def scene(number: int, **changes: object) -> SceneData:
    made = source(**changes).read(f"toy/{number:04d}")
    assert isinstance(made, SceneData)
    return made


@pytest.fixture(scope="module")
def rooms() -> list[SceneData]:
    return [scene(k) for k in range(12)]


def test_scene_ids_are_sorted_and_stable() -> None:
    ids = source().scene_ids()
    assert ids == sorted(ids)
    assert ids[0] == "toy/0000"
    assert source(scenes=3).scene_ids() == ids[:3]


def test_unknown_scene_is_named() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'toy/0002'"):
        source().read("tow/0002")


def test_rows_fit_the_schema(rooms: list[SceneData]) -> None:
    turning = scene(0, layout="turntable")
    for table, rows in (
        ("scene", [s.scene for s in (*rooms, turning)]),
        ("view", [v for s in (*rooms, turning) for v in s.views]),
        ("object", [o for s in (*rooms, turning) for o in s.objects]),
    ):
        names = {"scene": "scene_id", "view": "view_id", "object": "object_id"}
        unique = {getattr(r, names[table]): r for r in rows}
        assert validate(to_table(table, list(unique.values())), table, "toy").num_rows > 0


def test_the_same_scene_each_time_and_whatever_the_number_of_scenes() -> None:
    first, second = scene(3), scene(3, scenes=4)
    assert first.objects == second.objects
    assert first.views == second.views
    assert first.mesh is not None
    assert second.mesh is not None
    np.testing.assert_array_equal(first.mesh.vertices_w, second.mesh.vertices_w)
    assert first.mesh.lights == second.mesh.lights
    assert scene(3).objects != scene(2).objects


def test_boxes_are_tight_round_their_mesh(rooms: list[SceneData]) -> None:
    for data in (*rooms, scene(1, layout="turntable")):
        assert data.mesh is not None
        assert list(data.mesh.object_ids) == [o.object_id for o in data.objects]
        for k, row in enumerate(data.objects):
            points_w = data.mesh.vertices_w[np.unique(data.mesh.faces[data.mesh.face_object == k])]
            local = (points_w - np.array(row.center_w)) @ np.array(row.world_from_box).reshape(3, 3)
            np.testing.assert_allclose(local.max(axis=0), np.array(row.size_m) / 2, atol=1e-9)
            np.testing.assert_allclose(local.min(axis=0), -np.array(row.size_m) / 2, atol=1e-9)


def made_room(number: int, params: ProceduralParams) -> Interior:
    made = iter(range(10_000))
    return furnished(f"toy/{number:04d}", params, SEED, lambda c: build(c, generator(number, c, next(made))))


def blocks(data: SceneData) -> list[tuple[str, Block]]:
    out = []
    for row in data.objects:
        assert row.center_w is not None
        assert row.size_m is not None
        assert row.world_from_box is not None
        yaw = math.atan2(row.world_from_box[3], row.world_from_box[0])
        (x, y, z), (w, d, h) = row.center_w, row.size_m
        out.append((row.category, Block(x, y, w / 2, d / 2, yaw, z - h / 2, z + h / 2)))
    return out


MAY_TOUCH = {frozenset(pair) for pair in (("window", "curtain"),)} | {
    frozenset((seat, table)) for seat in ("chair", "stool", "office chair") for table in ("dining table", "desk")
}


def test_boxes_do_not_overlap(rooms: list[SceneData]) -> None:
    for data in rooms:
        for (a, p), (b, q) in combinations(blocks(data), 2):
            if "rug" not in (a, b) and frozenset((a, b)) not in MAY_TOUCH:
                assert not p.touches(q), (data.scene.scene_id, a, b)


def test_nothing_floats() -> None:
    params = ProceduralParams.model_validate(SECTION)
    for k in range(8):
        things = made_room(k, params).things
        tops = [(t, t.z + t.model.support_m[4]) for t in things if t.model.support_m]
        for thing in things:
            if thing.model.placement in {"wall", "ceiling"} or thing.z == 0:
                continue
            hosts = [t for t, top in tops if abs(top - thing.z) < 1e-9]
            center = Block(thing.x, thing.y, 0, 0, 0, 0.0, 9.0)
            assert any(t.block.touches(center) for t in hosts), (k, thing.model.category, thing.z)


def test_what_hangs_has_its_back_at_a_wall() -> None:
    params = ProceduralParams.model_validate(SECTION)
    for k in range(8):
        interior = made_room(k, params)
        for thing in interior.things:
            if thing.model.placement == "wall" and thing.model.category != "window":
                back = np.array(thing.at(0.0, thing.block.half_y))
                gaps = [abs(float((back - w.start) @ w.inward)) for w in interior.room.walls]
                assert min(gaps) < 0.01, (k, thing.model.category)


def test_everything_is_in_the_room(rooms: list[SceneData]) -> None:
    for data in rooms:
        outline = np.array(data.scene.floor_polygon_w)
        for category, block in blocks(data):
            if category != "window":  # windows sit in the wall
                corners = block.corners()
                assert (corners >= outline.min(axis=0) - 1e-6).all(), category
                assert (corners <= outline.max(axis=0) + 1e-6).all(), category


def test_outline_is_counter_clockwise(rooms: list[SceneData]) -> None:
    for data in rooms:
        x, y = np.array(data.scene.floor_polygon_w).T
        assert (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0


def test_cameras_stand_on_free_floor_and_see_things(rooms: list[SceneData]) -> None:
    seen = []
    for data in rooms:
        assert data.mesh is not None
        renderer = Renderer(data.mesh)
        for view in data.views[::3]:
            assert view.world_from_cam is not None
            assert view.intrinsics_px is not None
            pose = np.array(view.world_from_cam).reshape(4, 4)
            eye = Block(pose[0, 3], pose[1, 3], 0.02, 0.02, 0.0, pose[2, 3] - 0.02, pose[2, 3] + 0.02)
            assert not any(b.touches(eye) for _, b in blocks(data))
            frame = renderer.frame(pose, view.intrinsics_px, (view.width_px, view.height_px))
            seen.append(len(np.unique(frame.object_index[frame.object_index >= 0])))
            assert (frame.depth_m > 0).mean() > 0.7
            assert 40 < frame.rgb.mean() < 235
    assert np.mean(seen) > 4


def test_every_instance_of_every_category_is_annotated(rooms: list[SceneData]) -> None:
    for data in rooms:
        assert data.scene.vocabulary == CATEGORIES == tuple(sorted(CATEGORIES))
        assert {o.category for o in data.objects} <= set(CATEGORIES)
        assert all(set(o.also_shows or ()) <= set(CATEGORIES) - {o.category} for o in data.objects)
        assert any(o.also_shows for o in data.objects)
        assert data.counts["objects"] == len(data.objects)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_kind_of_room_is_furnished(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.sources.procedural.interior.KINDS", {name: KINDS[name]})
    params = ProceduralParams.model_validate(SECTION)
    for k in range(3):
        interior = made_room(k, params)
        assert len(interior.things) >= 9
        assert walkable(interior, 1.5).sum() * CELL_M**2 >= 2.0
        assert any(t.model.category == "door" for t in interior.things)


class TestTurntable:
    def test_goes_once_round_in_uneven_steps(self) -> None:
        data = scene(2, layout="turntable", frames=12)
        positions = np.array([v.world_from_cam for v in data.views]).reshape(-1, 4, 4)[:, :3, 3]
        azimuth = np.unwrap(np.arctan2(positions[:, 1], positions[:, 0]))
        steps_deg = np.rad2deg(np.diff(azimuth))
        assert (steps_deg > 0).all()
        assert steps_deg.std() > 1
        assert 360 - 3 * 30 < np.rad2deg(azimuth[-1] - azimuth[0]) < 360
        distance = np.linalg.norm(positions[:, :2], axis=1)
        np.testing.assert_allclose(distance, distance[0])

    def test_looks_down_at_the_middle_of_the_object(self) -> None:
        data = scene(4, layout="turntable")
        center_w = np.array(data.objects[0].center_w)
        for view in data.views:
            pose = np.array(view.world_from_cam).reshape(4, 4)
            x, y, z = np.linalg.inv(pose)[:3] @ [*center_w, 1]
            assert (abs(x), abs(y)) == (pytest.approx(0, abs=1e-9), pytest.approx(0, abs=1e-9))
            assert z > 0
            assert 14 <= np.rad2deg(np.arcsin(-pose[2, 2])) <= 31

    def test_object_fits_into_every_picture(self) -> None:
        for number in range(6):
            data = scene(number, layout="turntable", frames=3)
            assert data.mesh is not None
            renderer = Renderer(data.mesh)
            for view in data.views:
                assert view.intrinsics_px is not None
                pose = np.array(view.world_from_cam).reshape(4, 4)
                size_wh = (view.width_px, view.height_px)
                ((whole, outside),) = renderer.silhouettes(pose, view.intrinsics_px, size_wh, [0])
                assert whole > 0.005 * 160 * 120
                assert outside == 0
                assert (renderer.frame(pose, view.intrinsics_px, size_wh).depth_m > 0).all()

    def test_categories_take_turns(self) -> None:
        made = source(layout="turntable", scenes=12)
        scenes = [made.read(i) for i in made.scene_ids()]
        categories = [s.objects[0].category for s in scenes if isinstance(s, SceneData)]
        assert len(set(categories)) == 12
        assert all(s.scene.kind == "object" and len(s.objects) == 1 for s in scenes if isinstance(s, SceneData))
        assert not {"rug", "picture", "ceiling lamp", "window"} & set(categories)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"layout": "street"}, id="unknown_layout"),
        pytest.param({"fov_deg": 170}, id="fisheye"),
        pytest.param({"frames": 0}, id="no_frames"),
        pytest.param({"colour": "red"}, id="unknown_key"),
    ],
)
def test_bad_settings_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ProceduralParams.model_validate({**SECTION, **change})


@pytest.mark.parametrize("key", sorted(SECTION))
def test_no_setting_has_a_default(key: str) -> None:
    with pytest.raises(ValidationError, match=key):
        ProceduralParams.model_validate({k: v for k, v in SECTION.items() if k != key})
