"""The reader of posed pictures: up found in real depth, lenses, scales, trajectories, and what params may say."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from stages.lifting.params import GravityParams
from stages.sources.base import Drop, SceneData, SourceError
from stages.sources.posed_rgbd import PosedRgbd, PosedRgbdParams
from stages.sources.posed_rgbd.frames import Frame, distortion_px
from stages.sources.posed_rgbd.trajectories import nearest, pose_of
from stages.sources.posed_rgbd.up import AXES, Look, turned_up, up_of_depth
from tests.sources import fake_posed_rgbd
from tests.sources.fake_posed_rgbd import COMMON, POSES

ROOT = Path(__file__).parents[2]
DATA = ROOT / "../shared/data"
GRAVITY = yaml.safe_load((ROOT / "params.yaml").read_text())["annotate"]["lift"]["gravity"]
needs_samples = pytest.mark.skipif(not (DATA / "7scenes").is_dir(), reason="no samples at ../shared/data")

SAMPLES: dict[str, tuple[dict[str, Any], int, float]] = {
    "7scenes": ({"root": "7scenes", "captures": ["data"], "layout": "7scenes", "depth_scale_m": 0.001,
                 "intrinsics": "camera-intrinsics.txt"}, 20, 640),
    "hololens": ({"root": "hololens", "captures": ["000"], "layout": "poses_txt", "depth_scale_m": 0.001,
                  "intrinsics": "K.txt", "poses_file": "poses.txt", "names_file": "all_image_names.txt"}, 20, 540),
    "replica": ({"root": "replica", "captures": ["room0_*"], "layout": "replica"}, 12, 1200),
    "open3d": ({"root": "rgbd_open3d", "captures": ["RGBD"], "layout": "open3d", "depth_scale_m": 0.001,
                "intrinsics": (525, 525, 319.5, 239.5), "poses_file": "trajectory.log"}, 5, 640),
    "slambook2": ({"root": "rgbd_slambook2/ch5", "captures": ["rgbd"], "layout": "poses_txt", "depth_scale_m": 0.001,
                   "intrinsics": (518, 519, 325.5, 253.5), "poses_file": "pose.txt"}, 5, 640),
}  # fmt: skip


def read(section: Mapping[str, Any], scene: str | None = None) -> SceneData | Drop:
    source = PosedRgbd("toy", PosedRgbdParams(reader="posed_rgbd", **section), 0)
    return source.read(scene or source.scene_ids()[0])


def sample(name: str, **changes: Any) -> SceneData:
    section = {**COMMON, "license": "x", "up": "floor", "gravity": GRAVITY, **SAMPLES[name][0], **changes}
    scene = read({**section, "root": str(DATA / section["root"])})
    assert isinstance(scene, SceneData), scene
    return scene


def poses(scene: SceneData) -> np.ndarray:
    return np.array([v.world_from_cam for v in scene.views], dtype=np.float64).reshape(-1, 4, 4)


@needs_samples
@pytest.mark.parametrize("name", list(SAMPLES))
def test_samples_are_read_whole_and_upright(name: str) -> None:
    scene = sample(name)
    assert (len(scene.views), scene.views[0].width_px, list(scene.drops)) == (*SAMPLES[name][1:], [])
    assert all(v.depth_path and v.pose_by == "given" for v in scene.views)
    sigma_deg = scene.views[0].tilt_sigma_deg
    assert sigma_deg is not None
    assert 0.1 < sigma_deg < 2
    assert poses(scene)[:, 2, 1].mean() < -0.8, "the cameras' y points down"


def _off_deg(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))))


@needs_samples
@pytest.mark.parametrize(("name", "stated"), [("replica", "z"), ("hololens", "y")])
def test_up_found_in_depth_is_the_axis_stated(name: str, stated: str) -> None:
    found, named = poses(sample(name)), poses(sample(name, up=stated, gravity=None))
    up = named[0, :3, :3] @ found[0, :3, :3].T @ [0, 0, 1]
    assert _off_deg(up, np.array([0, 0, 1.0])) < 1.5


@needs_samples
def test_up_found_in_depth_is_the_gravity_of_the_file() -> None:
    stated = -np.loadtxt(DATA / "7scenes/data/gravity-direction.txt")
    own = np.loadtxt(DATA / "7scenes/data/frame-000000.pose.txt")
    up = own[:3, :3] @ poses(sample("7scenes"))[0, :3, :3].T @ [0, 0, 1]
    assert _off_deg(up, stated) < 3


def test_views_that_disagree_give_no_up() -> None:
    params = GravityParams(**GRAVITY)
    v = np.arange(48)[:, None] + np.zeros((1, 64))
    depth_m = np.where(v > 26, 1.5 * 52 / np.maximum(v - 23.5, 1), 4.0).astype(np.float32)  # floor, then a wall
    level = Look(depth_m, (50, 52, 31.5, 23.5), POSES[0])
    tilted = POSES[0].copy()
    tilted[:3, :3] = turned_up(np.array([0.6, 0, 0.8]))[:3, :3] @ tilted[:3, :3]
    other = Look(depth_m, (50, 52, 31.5, 23.5), tilted)
    found = up_of_depth([level, level, other], params)
    assert found is not None
    assert _off_deg(found.direction, np.array([0, 0, 1.0])) < 1
    assert up_of_depth([level, other], params) is None
    assert up_of_depth([], params) is None


def test_poses_of_unknown_scale_give_gravity_alone(tmp_path: Path) -> None:
    section = fake_posed_rgbd.colmap(tmp_path, binary=True)
    scene = read({**section, "metres_per_unit": None})
    assert isinstance(scene, SceneData)
    for view in scene.views:
        assert (view.world_from_cam, view.scale_sigma, view.depth_path) == (None, None, None)
        assert view.gravity_c == pytest.approx((0, 1, 0))
        assert view.intrinsics_px == pytest.approx((50, 52, 31.5, 23.5)), "COLMAP counts from the corner"


def test_a_picture_without_a_pose_in_time_is_counted(tmp_path: Path) -> None:
    scene = read(fake_posed_rgbd.tum(tmp_path))
    assert isinstance(scene, SceneData)
    assert [v.frame for v in scene.views] == [0, 1, 2]
    assert [(d.reason, d.item) for d in scene.drops] == [("view.pose_missing", "toy/room_a/3")]


def test_sequences_of_one_folder_are_one_place(tmp_path: Path) -> None:
    fake_posed_rgbd.replica(tmp_path / "chess")
    (tmp_path / "chess/room_a").rename(tmp_path / "chess/seq-01")
    source = PosedRgbd(
        "toy",
        PosedRgbdParams(reader="posed_rgbd", **fake_posed_rgbd.section(tmp_path, "replica", captures=["*/seq-*"])),
        0,
    )
    assert source.scene_ids() == ["toy/chess_seq-01"]
    scene = source.read("toy/chess_seq-01")
    assert isinstance(scene, SceneData)
    assert scene.scene.place_id == "toy/chess"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"layout": "tum"}, "needs intrinsics, depth_scale_m, poses_file, max_gap_s", id="needs"),
        pytest.param({"layout": "replica", "poses_file": "a"}, "null: poses_file", id="has_no_use_for"),
        pytest.param({"layout": "replica", "up": "floor"}, "`gravity` goes with", id="floor_without_gravity"),
        pytest.param({"layout": "colmap", "up": "floor", "gravity": GRAVITY, "max_distortion_px": 1.0},
                     "needs depth", id="floor_without_depth"),
        pytest.param({"layout": "replica", "captures": ["../x"]}, "below the root", id="outside"),
    ],
)  # fmt: skip
def test_params_that_do_not_fit_the_layout(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PosedRgbdParams(reader="posed_rgbd", **{"root": "x", **COMMON, **changes})


def test_two_folders_of_one_name_are_an_error(tmp_path: Path) -> None:
    for name in ("a_b", "a/b"):
        (tmp_path / name).mkdir(parents=True)
    params = PosedRgbdParams(
        reader="posed_rgbd", **fake_posed_rgbd.section(tmp_path, "replica", captures=["a_b", "a/b"])
    )
    with pytest.raises(SourceError, match="'a_b'"):
        PosedRgbd("toy", params, 0).scene_ids()


@given(
    st.lists(st.floats(-1, 1), min_size=3, max_size=3)
    .map(np.array)
    .filter(lambda v: np.linalg.norm(v) > 0.1)
    .map(lambda v: v / np.linalg.norm(v))
)
def test_a_world_turned_up_points_up(up: np.ndarray) -> None:
    turn = turned_up(up)[:3, :3]
    np.testing.assert_allclose(turn @ up, [0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(turn) > 0


def test_axes_turn_to_axes() -> None:
    for axis in AXES.values():
        assert (turned_up(axis)[:3, :3] @ axis).tolist() == [0, 0, 1]
    np.testing.assert_array_equal(turned_up(AXES["z"]), np.eye(4))


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        pytest.param([1, 2, 3, 0, 0, 0, 2], [[1, 0, 0, 1], [0, 1, 0, 2], [0, 0, 1, 3]], id="quaternion"),
        pytest.param([1, 2, 3, 0, 0, 1, 1], [[0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 3]], id="quarter_turn_about_z"),
        pytest.param(list(range(12)), [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], id="twelve"),
        pytest.param([1, 2, 3, 0, 0, 0, 0], [[np.nan] * 4] * 3, id="lost"),
    ],
)
def test_pose_of_a_row(numbers: list[float], expected: list[list[float]]) -> None:
    pose = pose_of(np.array(numbers, dtype=np.float64))
    assert pose is not None
    np.testing.assert_allclose(pose[:3], expected, atol=1e-12)


def test_rows_of_another_length_are_no_pose() -> None:
    assert pose_of(np.zeros(8)) is None


@pytest.mark.parametrize(("time", "index"), [(0.9, 0), (1.4, 0), (1.6, 1), (2.5, 1), (2.6, None)])
def test_nearest_time(time: float, index: int | None) -> None:
    assert nearest(np.array([1.0, 2.0]), time, 0.5) == index


def test_distortion_of_a_known_lens() -> None:
    frame = Frame(0, Path(), None, None, distortion=(0.1, 0, 0, 0))
    # Corner of 101 x 101 pixels, focal length 50: x = y = 1, r^2 = 2, so it moves by 50 * 0.1 * 2 along both axes.
    assert distortion_px(frame, (50, 50, 50, 50), (101, 101)) == pytest.approx(10 * 2**0.5)
    assert distortion_px(Frame(0, Path(), None, None), (50, 50, 50, 50), (101, 101)) == 0
