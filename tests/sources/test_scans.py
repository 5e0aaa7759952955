"""What readers of scans share: box rows, upright cameras, faces by number or by box."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.geometry.boxes import corners
from stages.images import decode, turned
from stages.schema.records import ObjectRow
from stages.sources.base import Drop
from stages.sources.scans.files import DamagedScanError, index_of, read_json, read_ply
from stages.sources.scans.objects import box_of_rows, faces_in_boxes, object_row
from stages.sources.scans.shots import Shot, quarter_turns, resized, turned_camera, upright_views
from tests.sources import fake_rooms

UPRIGHT = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
QUARTER = fake_rooms.UPRIGHT_FROM_SIDEWAYS
turns = st.integers(0, 3)


def obb(
    center: Any = (1, 2, 3), size: Any = (1, 2, 4), axes: Any = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
) -> dict[str, Any]:
    flat = [float(v) for axis in axes for v in axis]
    return {"centroid": list(map(float, center)), "axesLengths": list(map(float, size)), "normalizedAxes": flat}


COS, SIN = math.cos(0.3), math.sin(0.3)


@pytest.mark.parametrize(
    ("record", "size_m"),
    [
        pytest.param(obb(), (2, 1, 4), id="longer_side_first"),
        pytest.param(obb(axes=((1, 0, 0), (0, 0, 1), (0, 1, 0))), (4, 1, 2), id="vertical_second"),
        pytest.param(obb(axes=((0, 0, -1), (0, 1, 0), (1, 0, 0))), (4, 2, 1), id="vertical_first_and_down"),
        pytest.param(obb(axes=((COS, SIN, 0), (SIN, -COS, 0), (0, 0, 1))), (2, 1, 4), id="turned_and_left_handed"),
    ],
)
def test_box_rows_keep_their_corners(record: dict[str, Any], size_m: tuple[float, ...]) -> None:
    box = box_of_rows(record)
    assert box is not None
    assert box.size_m == pytest.approx(size_m)
    assert np.linalg.det(box.world_from_box) == pytest.approx(1)
    assert box.world_from_box[2, 2] == pytest.approx(1), "the third axis points up"
    axes = np.array(record["normalizedAxes"]).reshape(3, 3)
    halves = np.array(record["axesLengths"]) / 2
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)])
    expected = np.array(record["centroid"]) + (signs * halves) @ axes
    found = corners(box.center_w[None], box.size_m[None], box.world_from_box[None])[0]
    assert all(np.abs(found - corner).max(axis=1).min() < 1e-9 for corner in expected)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(None, id="none"),
        pytest.param([], id="list"),
        pytest.param({}, id="empty"),
        pytest.param(obb(center=(1, 2)), id="two_numbers"),
        pytest.param(obb(center=(1, 2, math.inf)), id="infinite"),
        pytest.param(obb(size=(1, 0, 1)), id="flat"),
        pytest.param(obb(size=(1, -1, 1)), id="negative"),
        pytest.param(obb(axes=((1, 0, 0), (1, 0, 0), (0, 0, 1))), id="axes_coincide"),
        pytest.param(obb(axes=((2, 0, 0), (0, 2, 0), (0, 0, 2))), id="axes_too_long"),
        pytest.param({**obb(), "normalizedAxes": ["a"] * 9}, id="words"),
    ],
)
def test_what_is_no_box(record: Any) -> None:
    assert box_of_rows(record) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("Office Chairs", "object.group", id="group"),
        pytest.param("remove", "object.junk_label", id="junk"),
        pytest.param("floor", "object.structure", id="structure"),
        pytest.param("tv_stand", "tv stand", id="thing"),
    ],
)
def test_labels(raw: str, expected: str) -> None:
    row = object_row("s/1", "7", raw, box_of_rows(obb()), drop_groups=True)
    assert expected == (row.reason if isinstance(row, Drop) else row.category)
    without_box = object_row("s/1", "7", "chair", None, drop_groups=True)
    assert without_box == Drop("object.bad_box", "s/1:7 chair")


@given(turns, st.floats(-1, 1), st.floats(-1, 1), st.floats(0.5, 5))
def test_a_turned_camera_sees_every_point_where_the_turned_picture_shows_it(
    quarters: int, x: float, y: float, z: float
) -> None:
    intrinsics_px, size_wh = (60.0, 62.0, 41.0, 33.0), (96, 72)
    pose = UPRIGHT.copy()
    pose[:3, 3] = 1, 2, 3
    point_w = pose @ np.array([x, y, z, 1.0])

    def pixel(k: Any, world_from_cam: np.ndarray) -> np.ndarray:
        p = np.linalg.inv(world_from_cam) @ point_w
        return np.array([k[0] * p[0] / p[2] + k[2], k[1] * p[1] / p[2] + k[3]])

    u, v = pixel(intrinsics_px, pose)
    for _ in range(quarters):  # a clockwise turn takes the left column to the top row
        u, v = (size_wh[1] - 1 - v if _ % 2 == 0 else size_wh[0] - 1 - v), u
    turned_px, turned_pose, turned_wh = turned_camera(intrinsics_px, pose, size_wh, quarters)
    np.testing.assert_allclose(pixel(turned_px, turned_pose), (u, v), atol=1e-9)
    assert turned_wh == (size_wh if quarters % 2 == 0 else size_wh[::-1])


@given(turns, st.floats(-30, 30), st.floats(-50, 50))
def test_captures_are_turned_upright(quarters: int, roll_deg: float, pitch_deg: float) -> None:
    roll, pitch = np.radians([roll_deg, pitch_deg])
    about_z = np.array(
        [[np.cos(roll), -np.sin(roll), 0, 0], [np.sin(roll), np.cos(roll), 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    )
    about_x = np.array(
        [[1, 0, 0, 0], [0, np.cos(pitch), -np.sin(pitch), 0], [0, np.sin(pitch), np.cos(pitch), 0], [0, 0, 0, 1]]
    )
    stored = UPRIGHT @ about_x @ about_z @ np.linalg.matrix_power(QUARTER, quarters)
    assert quarter_turns(stored[None]) == quarters


def test_pixels_turn_as_cameras_do() -> None:
    stored = np.zeros((3, 4), np.uint8)
    stored[2, 1] = 1
    (v,), (u,) = np.nonzero(turned(stored, 6))
    intrinsics_px, _, size_wh = turned_camera((1.0, 1.0, 1.0, 2.0), np.eye(4), (4, 3), 1)
    assert (float(u), float(v)) == intrinsics_px[2:], "the principal point was put on the marked pixel"
    assert turned(stored, 6).shape == size_wh[::-1]
    assert turned(stored, None) is stored


def test_upright_views_count_what_is_lost(tmp_path: Path) -> None:
    fake_rooms.write_picture(tmp_path / "a.jpg", (96, 72))
    (tmp_path / "b.jpg").write_bytes(b"")
    lost = np.full((4, 4), -np.inf)
    shots = [
        Shot(0, tmp_path / "a.jpg", (60, 60, 40, 30), UPRIGHT),
        Shot(1, tmp_path / "a.jpg", (60, 60, 40, 30), lost),
        Shot(2, tmp_path / "b.jpg", (60, 60, 40, 30), UPRIGHT),
        Shot(3, tmp_path / "c.jpg", (60, 60, 40, 30), UPRIGHT),
        Shot(4, tmp_path / "../d.jpg", (60, 60, 40, 30), UPRIGHT),
    ]
    views, drops = upright_views("s/1", tmp_path, shots)
    assert [(v.frame, v.orientation, v.depth_path) for v in views] == [(0, None, None)]
    assert {d.item: d.reason for d in drops} == {
        "s/1/1": "view.pose_lost",
        "s/1/2": "view.image_damaged",
        "s/1/3": "view.image_missing",
        "s/1/4": "view.outside_root",
    }


def test_turned_pictures_are_decoded_as_they_were_taken(tmp_path: Path) -> None:
    rgb = np.zeros((72, 96, 3), np.uint8)
    rgb[:, :40] = 255
    assert cv2.imwrite(str(tmp_path / "a.png"), rgb)
    read = decode((tmp_path / "a.png").read_bytes())
    assert read is not None
    assert turned(read, 6)[:30].min() == 255, "left has become top"


def test_resized_intrinsics_keep_the_centre() -> None:
    assert resized((100, 100, 49.5, 49.5), (100, 100), (300, 300)) == pytest.approx((300, 300, 149.5, 149.5))


@given(st.lists(st.integers(0, 50), unique=True), st.lists(st.integers(0, 60), min_size=1))
def test_index_of_finds_numbers(known: list[int], wanted: list[int]) -> None:
    expected = [known.index(n) if n in known else -1 for n in wanted]
    assert index_of(np.array(wanted), known).tolist() == expected


def test_faces_go_to_the_smallest_box_round_them() -> None:
    def row(name: str, size_m: tuple[float, float, float]) -> ObjectRow:
        eye = np.eye(3).ravel().tolist()
        return ObjectRow(name, "s", "box", "box", center_w=(0, 0, 0.5), size_m=size_m, world_from_box=eye)

    triangle = np.array([[0, 0, 0], [0.03, 0, 0], [0, 0, 0.03]])  # upright
    level = triangle[:, [0, 2, 1]]
    at = [(0, 0, 0.6), (0.8, 0, 0.6), (0, 0, 0.01), (0, 0, 0.01), (0, 0, 1.01), (3, 0, 0.5)]
    vertices = np.concatenate([(level if k in (3, 4) else triangle) + place for k, place in enumerate(at)])
    rows = [row("large", (2, 2, 1)), row("small", (0.5, 0.5, 1))]
    found = faces_in_boxes(vertices, np.arange(18).reshape(6, 3), rows, 0.02)
    assert found.tolist() == [1, 0, 1, -1, 1, -1], "small, large, low side, support, top within the margin, elsewhere"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(None, "x_missing", id="missing"),
        pytest.param(b"{", "x_damaged", id="cut"),
        pytest.param(b"\xff\xfe\x00", "x_damaged", id="bytes"),
        pytest.param(b"[" * 100_000, "x_damaged", id="nested_without_end"),
    ],
)
def test_damaged_json(tmp_path: Path, content: bytes | None, reason: str) -> None:
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(DamagedScanError, match=reason):
        read_json(tmp_path / "a.json", "x")


@pytest.mark.parametrize("keep", [0, 3, 40, 200, 400, 2000, -1])
def test_cut_meshes_are_damaged(tmp_path: Path, keep: int) -> None:
    fake_rooms.write_room(tmp_path / "a.ply", of_face={"objectId": [1, 2, 3, 4, 5, 6]}, of_vertex={"globalId": [1] * 6})
    whole = read_ply(tmp_path / "a.ply")
    assert set(whole.of_face["objectId"]) == {1, 2, 3, 4, 5, 6}
    assert set(whole.of_vertex["globalId"]) == {1}
    (tmp_path / "a.ply").write_bytes((tmp_path / "a.ply").read_bytes()[:keep])
    with pytest.raises(DamagedScanError, match="mesh_damaged"):
        read_ply(tmp_path / "a.ply")
