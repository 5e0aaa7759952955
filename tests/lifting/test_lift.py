"""Boxes lifted from depth of hand-made scenes: a floor, a wall, and cuboids whose boxes are known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from stages.annotate import AnnotateParams, complete
from stages.audits.paths import no_pictures
from stages.geometry.rle import decode_box
from stages.lifting.floor import lowest_plane
from stages.lifting.footprint import corner_yaw, smallest_yaw
from stages.runner import Result
from tests import handmade

PARAMS = AnnotateParams.model_validate(
    yaml.safe_load((Path(__file__).parents[2] / "params.yaml").read_text())["annotate"]
)
WIDTH, HEIGHT, FOCAL, EYE = 640, 480, 420.0, 1.5


@cache
def rays_c() -> np.ndarray:
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    return np.stack([(x - 319.5) / FOCAL, (y - 239.5) / FOCAL, np.ones(x.shape)], axis=-1)


def turned(yaw_deg: float) -> np.ndarray:
    c, s = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def scene(
    center_v: Sequence[float], size_m: Sequence[float], yaw_deg: float, pitch_deg: float = -20.0
) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Depth and mask of a cuboid on a floor 1.5 m below the eye, before a wall 6 m away; and gravity in the camera."""
    pitch = math.radians(pitch_deg)
    up_c = np.array([0.0, -math.cos(pitch), math.sin(pitch)])
    ahead_c = np.array([0.0, math.sin(pitch), math.cos(pitch)])
    view_from_cam = np.stack([[1.0, 0.0, 0.0], ahead_c, up_c])
    rays = rays_c() @ view_from_cam.T
    with np.errstate(divide="ignore"):
        floor = np.where(rays[..., 2] < 0, -EYE / rays[..., 2], np.inf)
        wall = np.where(rays[..., 1] > 0, 6.0 / rays[..., 1], np.inf)
    local, origin = rays @ turned(yaw_deg), -np.array(center_v) @ turned(yaw_deg)
    half = np.array(size_m) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = (-half - origin) / local, (half - origin) / local
    enter, leave = np.minimum(one, two).max(axis=-1), np.maximum(one, two).min(axis=-1)
    hit = (enter < leave) & (enter > 0) & (enter < np.minimum(floor, wall))
    depth = np.where(hit, enter, np.minimum(floor, wall)).astype(np.float32)
    return depth, hit, [float(v) for v in -up_c]


def run(
    depth: np.ndarray, mask: np.ndarray, gravity_c: list[float] | None, depth_by: str = "exact", **view: Any
) -> Result:
    ys, xs = np.nonzero(mask)
    box = [int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1]
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"]
    views = handmade.view(width_px=WIDTH, height_px=HEIGHT, intrinsics_px=[FOCAL, FOCAL, 319.5, 239.5],
                          gravity_c=gravity_c, depth_scale_m=0.001, depth_by=depth_by, **view)  # fmt: skip
    thing = handmade.empty_row("object") | {
        "object_id": "rooms/0001:box", "scene_id": "rooms/0001", "category": "box", "category_raw": "box",
    }  # fmt: skip
    tables = {
        "scene": handmade.table("scene", [handmade.scene()]),
        "view": handmade.table("view", [views]),
        "object": handmade.table("object", [thing]),
        "sighting": handmade.table(
            "sighting", [handmade.sighting("box", box, mask_rle=rle, area_px=float(mask.sum()))]
        ),
    }

    def depths(view_ids: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        yield from ((view_id, depth) for view_id in view_ids)

    return complete(tables, PARAMS, no_pictures, depths)


def sighting(result: Result) -> dict[str, object]:
    row: dict[str, object] = result.tables["sighting"].to_pylist()[0]
    return row


CASES = [
    pytest.param((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0, id="low: its top is seen"),
    pytest.param((-0.8, 3.0, -1.2), (0.5, 0.5, 0.6), 40.0, id="cube"),
    pytest.param((0.2, 2.4, -0.55), (0.7, 0.5, 1.9), 35.0, id="tall: two sides seen"),
]


@pytest.mark.parametrize(("center_v", "size_m", "yaw_deg"), CASES)
def test_a_box_comes_back(center_v: tuple[float, ...], size_m: tuple[float, ...], yaw_deg: float) -> None:
    pitch = 0.0 if size_m[2] > 1.5 else -25.0
    found = sighting(run(*scene(center_v, size_m, yaw_deg, pitch)))
    assert found["extent_observed"] is True
    assert found["center_v"] == pytest.approx(center_v, abs=0.05)
    assert sorted(found["size_v"][:2]) == pytest.approx(sorted(size_m[:2]), abs=0.06)  # type: ignore[index]
    assert found["size_v"][2] == pytest.approx(size_m[2], abs=0.04)  # type: ignore[index]
    off = (math.degrees(float(found["yaw_v"])) - yaw_deg) % 90  # type: ignore[arg-type]
    assert min(off, 90 - off) < 3
    assert all(s > 0 for s in found["sigma_center_m"])  # type: ignore[attr-defined]


@pytest.mark.parametrize(("center_v", "size_m", "yaw_deg"), CASES)
def test_a_box_comes_back_where_nobody_knows_gravity(
    center_v: tuple[float, ...], size_m: tuple[float, ...], yaw_deg: float
) -> None:
    depth, mask, _ = scene(center_v, size_m, yaw_deg, 0.0 if size_m[2] > 1.5 else -25.0)
    result = run(depth, mask, None)
    found, view = sighting(result), result.tables["view"].to_pylist()[0]
    assert found["center_v"] == pytest.approx(center_v, abs=0.06)
    assert found["size_v"][2] == pytest.approx(size_m[2], abs=0.05)  # type: ignore[index]
    assert found["center_v"][2] - found["size_v"][2] / 2 == pytest.approx(center_v[2] - size_m[2] / 2, abs=0.03)  # type: ignore[index]
    assert view["pose_by"] == "depth"
    assert result.counts.kept["gravity.views"] == 1


def test_one_side_alone_does_not_tell_the_extents() -> None:
    found = sighting(run(*scene((0.0, 2.5, -0.4), (1.0, 0.6, 2.2), 0.0, 0.0)))
    assert found["extent_observed"] is False


def test_what_the_border_cuts_off_is_unknown() -> None:
    found = sighting(run(*scene((1.9, 2.5, -1.1), (1.2, 0.5, 0.8), 10.0, -25.0)))
    assert found["extent_observed"] is False
    assert found["sigma_center_m"][0] > 0.3  # type: ignore[index]


def test_a_hidden_bottom_near_the_floor_reaches_it() -> None:
    depth, mask, gravity = scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0, -25.0)
    rows = np.nonzero(mask.any(axis=1))[0]
    mask[rows[-18] :] = False  # as if a low edge were not part of the mask
    found = sighting(run(depth, mask, gravity))
    assert found["center_v"][2] - found["size_v"][2] / 2 == pytest.approx(-EYE, abs=0.03)  # type: ignore[index]


def test_background_seen_through_an_object_is_left_out() -> None:
    depth, mask, gravity = scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0, -25.0)
    holes = np.zeros_like(mask)
    holes[::4, ::4] = True
    depth = np.where(mask & holes, 5.5, depth).astype(np.float32)
    found = sighting(run(depth, mask, gravity))
    assert found["center_v"] == pytest.approx((0.3, 2.5, -1.1), abs=0.08)


def low_box() -> tuple[np.ndarray, np.ndarray, list[float]]:
    return scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0, -25.0)


def test_shared_errors_are_stated_for_the_view() -> None:
    depth, mask, gravity = low_box()
    guessed = run(depth, mask, gravity, depth_by="some-model", pose_by="some-model")
    view = guessed.tables["view"].to_pylist()[0]
    assert view["scale_sigma"] == PARAMS.lift.noise["model"].scale_sigma
    assert view["tilt_sigma_deg"] == PARAMS.lift.tilt_sigma_deg["model"]
    assert guessed.tables["object"].to_pylist()[0]["geometry"] == "lifted"
    measured = run(*scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0, -25.0), pose_by="exact")
    assert measured.tables["view"].to_pylist()[0]["scale_sigma"] is None
    assert measured.tables["object"].to_pylist()[0]["geometry"] == "sensor"


def test_a_posed_view_gives_the_object_a_box_in_the_world() -> None:
    depth, mask, gravity = scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0, 0.0)
    pose = np.eye(4)
    pose[:3, :3] = turned(90) @ np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    pose[:3, 3] = (4.0, 1.0, EYE)
    thing = run(depth, mask, gravity, world_from_cam=pose.ravel().tolist()).tables["object"].to_pylist()[0]
    assert thing["center_w"] == pytest.approx((4.0 - 2.5, 1.0 + 0.3, 0.4), abs=0.05)
    assert sorted(thing["size_m"]) == pytest.approx([0.5, 0.8, 0.9], abs=0.06)
    assert thing["box_by"] == "lifted"


@pytest.mark.parametrize(
    "size_m", [(0.5, 0.5, 1.6), (0.8, 0.4, 1.9), (0.6, 0.4, 1.7)], ids=["square", "long", "oblong"]
)
def test_two_sides_of_a_tall_object_keep_their_turn_in_the_world(size_m: tuple[float, float, float]) -> None:
    depth, mask, gravity_c = scene((0.2, 3.0, size_m[2] / 2 - EYE), size_m, 40.0, -5.0)
    up_c = -np.array(gravity_c)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([np.array([1.0, 0.0, 0.0]), np.cross(up_c, [1.0, 0.0, 0.0]), up_c])
    (found,) = run(depth, mask, gravity_c, world_from_cam=pose.ravel().tolist()).tables["object"].to_pylist()
    assert sorted(found["size_m"][:2]) == pytest.approx(sorted(size_m[:2]), abs=0.04)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"intrinsics_px": None}, "lift.no_intrinsics", id="no lens"),
        pytest.param({"gravity_c": None, "depth_scale_m": None}, "lift.no_gravity", id="no gravity, nor depth for it"),
        pytest.param({"depth_scale_m": None}, "lift.no_depth", id="no depth"),
    ],
)
def test_views_that_lack_something_are_counted(change: dict[str, object], reason: str) -> None:
    depth, mask, gravity = scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0)
    ys, xs = np.nonzero(mask)
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"]
    view = handmade.view(width_px=WIDTH, height_px=HEIGHT, intrinsics_px=[FOCAL, FOCAL, 319.5, 239.5],
                         gravity_c=gravity, depth_scale_m=0.001) | change  # fmt: skip
    thing = handmade.empty_row("object") | {
        "object_id": "rooms/0001:box", "scene_id": "rooms/0001", "category": "box", "category_raw": "box",
    }  # fmt: skip
    box = [int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1]
    tables = {
        "scene": handmade.table("scene", [handmade.scene()]), "view": handmade.table("view", [view]),
        "object": handmade.table("object", [thing]),
        "sighting": handmade.table("sighting", [handmade.sighting("box", box, mask_rle=rle)]),
    }  # fmt: skip
    result = complete(tables, PARAMS, no_pictures, lambda ids: iter((i, depth) for i in ids))
    assert result.counts.dropped[reason] == 1
    assert result.tables["sighting"].to_pylist()[0]["center_v"] is None


def test_depth_that_does_not_come_is_counted() -> None:
    depth, mask, gravity = scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0)
    nothing = np.full_like(depth, np.nan)
    assert run(nothing, mask, gravity).counts.dropped["lift.too_few_points"] == 1


@given(st.floats(0, 89), st.floats(0.3, 2.0), st.floats(0.3, 2.0))
@settings(max_examples=30)
def test_rectangles_are_found_at_any_turn(yaw_deg: float, length: float, width: float) -> None:
    grid = np.stack(
        np.meshgrid(np.linspace(-length / 2, length / 2, 25), np.linspace(-width / 2, width / 2, 25)), axis=-1
    )
    points = np.ascontiguousarray(grid.reshape(-1, 2) @ turned(yaw_deg)[:2, :2].T)
    off = (math.degrees(smallest_yaw(points)) - yaw_deg) % 90
    assert min(off, 90 - off) < 1
    rim = points[(np.abs(grid.reshape(-1, 2)) >= [length / 2 - 1e-6, width / 2 - 1e-6]).any(axis=1)]
    two_sides = np.ascontiguousarray(rim[(rim @ turned(yaw_deg)[:2, :2])[:, 0] > -length / 2 + 1e-3])
    off = (math.degrees(corner_yaw(two_sides, 0, 0.01)) - yaw_deg) % 90
    assert min(off, 90 - off) < 2


def test_the_floor_is_the_lowest_large_plane() -> None:
    table = np.full(400, -0.7)
    floor = np.full(900, -1.5)
    walls = np.linspace(-1.5, 1.0, 800)
    found = lowest_plane(np.sort(np.concatenate([table, floor, walls, [-3.0] * 5])), PARAMS.lift.floor)
    assert found == pytest.approx(-1.5, abs=0.01)
    assert math.isnan(lowest_plane(np.sort(walls), PARAMS.lift.floor.model_copy(update={"min_share": 0.2})))
    assert math.isnan(lowest_plane(np.zeros(0), PARAMS.lift.floor))


@given(st.integers(0, 2**32))
@settings(max_examples=25)
def test_masks_inside_a_box_equal_those_of_pycocotools(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.asfortranarray(rng.random((37, 53)) < rng.random())
    rle = coco_mask.encode(mask.astype(np.uint8))["counts"]
    x1, y1 = rng.integers(0, 50), rng.integers(0, 34)
    box = (int(x1), int(y1), int(rng.integers(x1 + 1, 54)), int(rng.integers(y1 + 1, 38)))
    found = decode_box(rle, (37, 53), box)
    assert found is not None
    assert (found == mask[box[1] : box[3], box[0] : box[2]]).all()
    assert decode_box(rle, (36, 53), (0, 0, 5, 5)) is None


def test_nothing_to_lift_changes_nothing() -> None:
    depth, mask, gravity = scene((0.3, 2.5, -1.1), (0.9, 0.5, 0.8), 25.0)
    once = run(depth, mask, gravity)
    again = complete(dict(once.tables), PARAMS, no_pictures, lambda ids: iter(()))
    for name in ("object", "sighting"):
        assert again.tables[name].equals(pa.table(once.tables[name]))
