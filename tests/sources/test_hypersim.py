"""The Hypersim reader: real lenses as turned pinholes, Euclidean depth, instances, and depth that fits its gravity."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from stages.depths import decoder_of
from stages.lifting.gravity import gravity_of_depth
from stages.lifting.params import GravityParams
from stages.sources.base import SceneData
from stages.sources.hypersim.cameras import pinhole, read_lenses, read_poses
from stages.sources.hypersim.objects import NYU40, class_of_instance
from stages.sources.hypersim.reader import Hypersim, HypersimParams
from tests.sources import fake_hypersim
from tests.sources.fake_hypersim import CAM_FROM_UV, CENTER_M, HEIGHT_PX, SCENE, TURN, WIDTH_PX

pytest.importorskip("h5py", reason="Hypersim needs h5py")
ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "../shared/data/hypersim"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no Hypersim sample at ../shared/data/hypersim")


@pytest.fixture
def scene(tmp_path: Path) -> SceneData:
    section = fake_hypersim.write(tmp_path)
    found = Hypersim("toy", HypersimParams(reader="hypersim", **section), 0).read(f"toy/{SCENE}")
    assert isinstance(found, SceneData), found
    return found


@needs_sample
def test_lenses_of_all_scenes_are_pinholes_of_a_turned_camera() -> None:
    lenses = read_lenses(SAMPLE / "metadata_camera_parameters.csv")
    assert len(lenses) == 482
    skews = np.array([lens.skew_px for lens in lenses.values()])
    focal = np.array([lens.intrinsics_px[:2] for lens in lenses.values()])
    assert (skews > 1).sum() == 14
    assert skews.max() < 7.4
    assert np.abs(focal[:, 0] / focal[:, 1] - 1).max() < 2e-4, "pixels are square"


@needs_sample
def test_depth_of_the_sample_is_level_where_its_camera_says() -> None:
    lens = read_lenses(SAMPLE / "metadata_camera_parameters.csv")["ai_037_002"]
    pose = read_poses(SAMPLE / "ai_037_002/_detail/cam_00", lens)[0]
    path = SAMPLE / "ai_037_002/images/scene_cam_00_geometry_hdf5/frame.0000.depth_meters.hdf5"
    row = {"intrinsics_px": lens.intrinsics_px, "depth_scale_m": 1.0}
    depth_m = decoder_of("hypersim_h5")(path, row)
    assert depth_m is not None
    params = GravityParams(**yaml.safe_load((ROOT / "params.yaml").read_text())["annotate"]["lift"]["gravity"])
    found = gravity_of_depth(depth_m, lens.intrinsics_px, params)
    assert found.reason is None
    assert np.degrees(np.arccos(found.gravity_c @ -pose[2, :3])) < 0.3, "2.1 degrees if distances are taken for z"


@needs_sample
@pytest.mark.parametrize(("name", "instances"), [("ai_037_002", 525), ("ai_001_001", 55)])
def test_instances_of_the_sample(name: str, instances: int) -> None:
    classes = class_of_instance(SAMPLE / name / "_detail/mesh")
    assert len(classes) == instances
    assert max(classes.values()) <= len(NYU40)


@given(
    shift=st.tuples(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3)),
    tilt=st.tuples(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4)),
    uv=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)
def test_a_parted_lens_sends_pixels_where_the_lens_does(
    shift: tuple[float, float], tilt: tuple[float, float], uv: tuple[float, float]
) -> None:
    lens = np.array([[0.6, 0, shift[0]], [0, 0.45, shift[1]], [tilt[0], tilt[1], -1]])
    (fx, fy, cx, cy), turn, skew_px = pinhole(lens, (WIDTH_PX, HEIGHT_PX))
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1)
    x, y, z = turn @ lens @ [*uv, 1]
    assert z > 0
    u_px, v_px = (uv[0] + 1) / 2 * WIDTH_PX - 0.5, (1 - uv[1]) / 2 * HEIGHT_PX - 0.5
    assert fy * y / z + cy == pytest.approx(v_px, abs=1e-6)
    reach = abs(v_px - cy) / (HEIGHT_PX / 2)
    assert abs(fx * x / z + cx - u_px) <= skew_px * reach + 1e-6, "off by no more than the skew says"


def test_a_wall_across_is_flat_in_the_world(scene: SceneData, tmp_path: Path) -> None:
    view = scene.views[0]
    assert view.intrinsics_px is not None
    row = {"intrinsics_px": list(view.intrinsics_px), "depth_scale_m": view.depth_scale_m}
    depth_m = decoder_of(view.depth_encoding)(tmp_path / str(view.depth_path), row)
    assert depth_m is not None
    assert np.isnan(depth_m[0, 0])
    fx, fy, cx, cy = view.intrinsics_px
    x, y = np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX))
    points_c = np.stack([(x - cx) / fx * depth_m, (y - cy) / fy * depth_m, depth_m], axis=-1).reshape(-1, 3)[1:]
    pose = np.array(view.world_from_cam).reshape(4, 4)
    points_w = points_c @ pose[:3, :3].T + pose[:3, 3]
    np.testing.assert_allclose(points_w[:, 1], 2.0, atol=0.004, err_msg="half floats hold 4 m to 2 mm")
    np.testing.assert_allclose(pose[:3, 3], CENTER_M, atol=1e-9)


def test_lens_without_tilt_keeps_the_camera() -> None:
    intrinsics_px, turn, skew_px = pinhole(np.diag([0.5, 0.25, -1.0]), (WIDTH_PX, HEIGHT_PX))
    assert intrinsics_px == pytest.approx((64, 96, 31.5, 23.5))
    np.testing.assert_allclose(turn, np.diag([1, -1, -1]), atol=1e-12)
    assert skew_px == pytest.approx(0, abs=1e-9)
    assert pinhole(CAM_FROM_UV, (WIDTH_PX, HEIGHT_PX))[2] < 1e-9


def test_objects_have_the_class_of_most_parts_and_the_box_of_their_number(scene: SceneData) -> None:
    rows = {o.object_id.rpartition(":")[2]: o for o in scene.objects}
    assert {k: (r.category, r.category_raw) for k, r in rows.items()} == {
        "0": ("table", "table"), "3": ("cabinet", "cabinet"),
    }  # fmt: skip
    assert rows["0"].size_m == pytest.approx((1.2, 0.6, 0.7))
    assert rows["0"].center_w == pytest.approx(fake_hypersim.POINT_M)
    axes = np.array(rows["0"].world_from_box).reshape(3, 3)
    np.testing.assert_allclose(np.abs(axes[:, 0]), [0.6, 0.8, 0], atol=1e-9)
    reasons = {d.item.rpartition(":")[2]: d.reason for d in scene.drops if d.reason.startswith("object.")}
    assert reasons == {"1 wall": "object.structure", "2 otherprop": "object.junk_label"}


def test_pixels_are_masks(scene: SceneData) -> None:
    assert [v.frame for v in scene.views] == [3, 10003]
    seen = [s for s in scene.sightings if s.view_id.endswith("/3")]
    assert [s.object_id[-1] for s in seen] == ["0"]
    u, v = (round(c) for c in fake_hypersim.pixel_of(fake_hypersim.POINT_M))
    assert seen[0].box_px == pytest.approx((u - 6, v - 4, u + 7, v + 5))
    assert seen[0].area_px == 9 * 13
    assert seen[0].mask_rle is not None
    mask = coco_mask.decode({"size": [HEIGHT_PX, WIDTH_PX], "counts": seen[0].mask_rle})
    assert mask.sum() == 9 * 13
    assert {d.item for d in scene.drops if d.reason == "sighting.too_small"} == {
        f"toy/{SCENE}/3:3", f"toy/{SCENE}/10003:3",
    }  # fmt: skip


def test_pictures_that_were_not_released_are_dropped(scene: SceneData) -> None:
    assert [d.item for d in scene.drops if d.reason == "view.not_released"] == [f"toy/{SCENE}/7"]
    assert (scene.scene.license, scene.scene.upstream_split, scene.scene.place_id) == ("CC-BY-SA-3.0", "val", SCENE)


def test_gravity_is_that_of_the_tilted_camera(scene: SceneData) -> None:
    pose = np.array(scene.views[0].world_from_cam).reshape(4, 4)
    _, turn, _ = pinhole(CAM_FROM_UV, (WIDTH_PX, HEIGHT_PX))
    np.testing.assert_allclose(-pose[2, :3], turn @ TURN.T @ [0, 0, -1], atol=1e-9)
