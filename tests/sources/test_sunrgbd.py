"""The SUN RGB-D reader: the real sample against its own 2D boxes, yaw of both revisions, depth bits, pickles."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages.depths import decoder_of
from stages.geometry.oriented_box import OrientedBox
from stages.sources.base import SceneData
from stages.sources.plain_pickle import PickleError, load_plain
from stages.sources.projected_boxes import overlap, rectangle_of
from stages.sources.sunrgbd import SunRgbd, SunRgbdParams
from tests.sources import fake_sunrgbd
from tests.sources.fake_sunrgbd import BASE

SAMPLE = Path(__file__).parents[2] / "../shared/data/sunrgbd/mmdet3d_demo"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no SUN RGB-D sample at ../shared/data/sunrgbd")


def read(section: Mapping[str, Any]) -> SceneData:
    source = SunRgbd("toy", SunRgbdParams(reader="sunrgbd", **section), 0)
    scene = source.read(source.scene_ids()[0])
    assert isinstance(scene, SceneData), scene
    return scene


def boxes(scene: SceneData) -> dict[str, OrientedBox]:
    return {
        o.object_id: OrientedBox(np.array(o.center_w), np.array(o.size_m), np.array(o.world_from_box).reshape(3, 3))
        for o in scene.objects
        if o.center_w is not None
    }


def fits(scene: SceneData) -> dict[str, float]:
    """Overlap of each projected box with the 2D box given."""
    view = scene.views[0]
    cam_from_world = np.linalg.inv(np.array(view.world_from_cam).reshape(4, 4))
    found = {}
    for seen in scene.sightings:
        assert view.intrinsics_px is not None
        drawn = rectangle_of(
            boxes(scene)[seen.object_id], cam_from_world, view.intrinsics_px, (view.width_px, view.height_px)
        )
        assert drawn is not None
        found[seen.object_id.rpartition(":")[2]] = overlap(drawn.box_px, seen.box_px)
    return found


@needs_sample
@pytest.mark.parametrize("infos", ["sunrgbd_000017_infos.pkl", "sunrgbd_000017_infos.v0.pkl"])
def test_boxes_of_the_sample_fit_its_2d_boxes(infos: str) -> None:
    scene = read({"root": str(SAMPLE), "images": ".", "infos": infos, **BASE})
    assert [(o.category, o.category_raw) for o in scene.objects] == [("nightstand", "night_stand"), ("bed", "bed")]
    assert (scene.views[0].width_px, scene.views[0].height_px, list(scene.drops)) == (730, 530, [])
    assert scene.views[0].intrinsics_px == pytest.approx((529.5, 529.5, 365, 265), abs=0.01)
    assert min(fits(scene).values()) > 0.8, "Rt turned the wrong way gives 0.19 at most"


@needs_sample
def test_both_revisions_of_the_sample_hold_the_same_boxes() -> None:
    new, old = (
        boxes(read({"root": str(SAMPLE), "images": ".", "infos": f"sunrgbd_000017_infos{v}.pkl", **BASE}))
        for v in ("", ".v0")
    )
    assert list(new) == list(old)
    for name, box in new.items():
        np.testing.assert_allclose(box.world_from_box, old[name].world_from_box, atol=1e-6)
        np.testing.assert_allclose(box.center_w, old[name].center_w, atol=1e-6)


@pytest.mark.parametrize("revision", [0, 1])
def test_yaw_is_counter_clockwise(tmp_path: Path, revision: int) -> None:
    bed = boxes(read(fake_sunrgbd.write(tmp_path, revision)))["toy/000017:0"]
    assert bed.size_m.tolist() == pytest.approx([2.0, 1.2, 0.8])
    assert np.degrees(np.arctan2(bed.world_from_box[1, 0], bed.world_from_box[0, 0])) == pytest.approx(np.degrees(0.3))


def test_gravity_follows_the_tilt(tmp_path: Path) -> None:
    view = read(fake_sunrgbd.write(tmp_path, 1)).views[0]
    pose = np.array(view.world_from_cam).reshape(4, 4)
    down_c = -pose[2, :3]
    angle = np.radians(fake_sunrgbd.TILT_DEG)
    np.testing.assert_allclose(down_c, [0, np.cos(angle), np.sin(angle)], atol=1e-9)


def test_outlines_and_boxes_of_one_thing_are_one_object(tmp_path: Path) -> None:
    scene = read(fake_sunrgbd.write_folder(tmp_path))
    view = scene.views[0]
    rows = {o.object_id.rpartition(":")[2]: (o.category, o.center_w is not None) for o in scene.objects}
    assert rows == {"0": ("bed", True), "1": ("table", True), "outline1": ("picture", False)}
    assert [s.object_id.rpartition(":")[2] for s in scene.sightings] == ["0", "outline1"]
    assert all(s.mask_rle for s in scene.sightings)
    assert fits(SceneData(scene.scene, scene.views, scene.objects, scene.sightings[:1]))["0"] > 0.9
    assert (view.depth_encoding, view.depth_scale_m) == ("sunrgbd_png", 0.001)


def test_an_outline_elsewhere_is_another_object(tmp_path: Path) -> None:
    scene = read({**fake_sunrgbd.write_folder(tmp_path), "min_overlap": 1.0})
    assert sorted(o.object_id.rpartition(":")[2] for o in scene.objects) == ["0", "1", "outline0", "outline1"]


def test_depth_bits_are_turned_back_and_far_values_are_none(tmp_path: Path) -> None:
    scene = read(fake_sunrgbd.write_folder(tmp_path))
    view = scene.views[0]
    depth_m = decoder_of(view.depth_encoding)(tmp_path / str(view.depth_path), {"depth_scale_m": view.depth_scale_m})
    assert depth_m is not None
    np.testing.assert_allclose(depth_m[1:], 2.0, atol=1e-6)
    assert (depth_m[0] == 0).all(), "nine metres is beyond the range"


@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"a": [1, 2.5, None, True, "text", b"bytes"], "b": (1, {2})}, id="containers"),
        pytest.param({"f4": np.zeros((2, 3), np.float32), "text": np.array(["bed"]), "one": np.int64(3)}, id="numpy"),
        pytest.param(np.array([{"a": 1}, None], dtype=object), id="objects"),
    ],
)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_pickles_are_read(tmp_path: Path, value: Any, protocol: int) -> None:
    (tmp_path / "a.pkl").write_bytes(pickle.dumps(value, protocol))
    np.testing.assert_equal(load_plain(tmp_path / "a.pkl"), value)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(b"cos\nsystem\n(S'true'\ntR.", id="system"),
        pytest.param(b"cbuiltins\neval\n(S'1'\ntR.", id="eval"),
        pytest.param(b"\x80\x04\x8c\x05numpy\x8c\x0bcore.__doc__\x93.", id="dotted"),
        pytest.param(b"cnumpy\nload\n(S'x'\ntR.", id="numpy_load"),
        pytest.param(b"\x80\x04]", id="cut"),
        pytest.param(b"", id="empty"),
        pytest.param(b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f", id="huge_length"),
        pytest.param(b"garbage", id="garbage"),
    ],
)
def test_programs_and_damaged_pickles_are_refused(tmp_path: Path, program: bytes) -> None:
    (tmp_path / "a.pkl").write_bytes(program)
    with pytest.raises(PickleError):
        load_plain(tmp_path / "a.pkl")


@pytest.mark.parametrize(
    ("center_c", "box_px", "truncated"),
    [
        pytest.param((0, 0, 2.5), (40, 40, 60, 60), 0.0, id="wholly_seen"),  # its front is 2 m away, 20 px wide
        pytest.param((2.0, 0, 2.5), (80 * 2 / 3 + 20 * 2 / 3, 40, 100, 60), None, id="cut_by_the_border"),
        pytest.param((0, 0, -2.5), None, None, id="behind"),
        pytest.param((40, 0, 2.5), None, None, id="beside"),
    ],
)
def test_projected_boxes(center_c: tuple[float, float, float], box_px: Any, truncated: float | None) -> None:
    box = OrientedBox(np.array(center_c), np.array([0.4, 0.4, 1.0]), np.eye(3))
    found = rectangle_of(box, np.eye(4), (100.0, 100.0, 49.5, 49.5), (100, 100))
    if box_px is None or truncated is None:
        assert found is None or found.truncated_fraction > 0.3
        return
    assert found is not None
    np.testing.assert_allclose(found.box_px, box_px, atol=1e-4)
    assert found.truncated_fraction == pytest.approx(truncated, abs=1e-6)


def test_a_box_round_the_camera_fills_the_picture() -> None:
    found = rectangle_of(
        OrientedBox(np.zeros(3), np.full(3, 4.0), np.eye(3)), np.eye(4), (100.0, 100.0, 49.5, 49.5), (100, 100)
    )
    assert found is not None
    np.testing.assert_allclose(found.box_px, [0, 0, 100, 100], atol=1e-3)
    assert found.truncated_fraction > 0.99
