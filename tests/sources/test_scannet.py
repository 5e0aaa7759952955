"""The ScanNet reader: figures of the real sample, labels, alignment, frames, and cameras in scans without frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.geometry.outlines import polygon_area
from stages.schema.records import ObjectRow
from stages.sources.base import Drop, SceneData, SourceError
from stages.sources.scannet import ScanNet, ScanNetParams
from stages.sources.scannet.frames import color_intrinsics_px, spread
from stages.sources.scannet.rendered import free_cells, pinhole_px
from stages.sources.scannet.scan import DamagedScanError, face_instances, vertex_instances
from tests.sources import fake_scannet
from tests.sources.fake_scannet import FOLDER, META, PARTS, SCENE, SECTION, WORLD_FROM_SCAN

SAMPLE = Path(__file__).parents[2] / "../shared/data/scannet"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no ScanNet sample at ../shared/data/scannet")


def read(section: Mapping[str, Any], name: str = SCENE, seed: int = 0) -> SceneData:
    scene = ScanNet("toy", ScanNetParams(reader="scannet", **section), seed).read(f"toy/{name}")
    assert isinstance(scene, SceneData), scene
    return scene


def by_name(scene: SceneData) -> dict[str, ObjectRow]:
    return {o.object_id.rpartition(":")[2]: o for o in scene.objects}


@pytest.fixture
def posed(tmp_path: Path) -> Mapping[str, Any]:
    return fake_scannet.write(tmp_path, frames=True)


@pytest.fixture
def bare(tmp_path: Path) -> Mapping[str, Any]:
    return fake_scannet.write(tmp_path, frames=False)


def test_boxes_are_those_of_the_room(posed: Mapping[str, Any]) -> None:
    found = by_name(read(posed))
    assert sorted(found) == ["1", "2", "3"]
    for name, row in found.items():
        (x, y, z), center_w = PARTS[int(name)].size_m, PARTS[int(name)].center_w
        assert row.center_w == pytest.approx(center_w, abs=1e-4)
        assert row.size_m == pytest.approx((max(x, y), min(x, y), z), abs=1e-4)
    assert [o.category for o in found.values()] == ["table", "trash can", "sofa"]
    assert found["3"].category_raw == "Couch"
    assert {(o.geometry, o.box_by, o.symmetry_deg) for o in found.values()} == {("sensor", "given", None)}


def test_what_is_no_object_is_counted(posed: Mapping[str, Any]) -> None:
    scene = read(posed)
    reasons = {d.item: d.reason for d in scene.drops if d.reason.startswith("object.")}
    assert reasons == {
        f"toy/{SCENE}:0 floor": "object.structure",
        f"toy/{SCENE}:4 books": "object.group",
        f"toy/{SCENE}:5 object": "object.junk_label",
    }
    assert (scene.counts["objects"], scene.counts["labels_not_in_table"]) == (6, 1)
    assert "4" in by_name(read({**posed, "drop_groups": False}))


def test_scene_row(posed: Mapping[str, Any]) -> None:
    scene = read(posed).scene
    assert (scene.place_id, scene.upstream_split, scene.kind) == ("scene0707", "val", "scan")
    assert (scene.license, scene.vocabulary) == ("LicenseRef-ScanNet-TOU", None)


def test_a_floor_without_walls_has_no_outline(posed: Mapping[str, Any]) -> None:
    scene = read(posed)
    assert (scene.scene.floor_polygon_w, scene.scene.floor_by) == (None, None)
    assert [d.item for d in scene.drops if d.reason == "floor.walls_missing"] == [f"toy/{SCENE}"]


def test_a_floor_is_outlined_by_the_scans_points(posed: Mapping[str, Any]) -> None:
    scene = read({**posed, "min_wall_share": 0.0}).scene
    assert scene.floor_by == "points"
    assert polygon_area(np.array(scene.floor_polygon_w)) == pytest.approx(16, rel=0.05), "4 m x 4 m"
    np.testing.assert_allclose(np.array(scene.floor_polygon_w).mean(axis=0), 0, atol=0.1)


def test_lost_poses_and_missing_depth(posed: Mapping[str, Any]) -> None:
    scene = read(posed)
    assert [v.frame for v in scene.views] == [1, 3, 10]
    assert [d.item for d in scene.drops if d.reason == "view.pose_lost"] == [f"toy/{SCENE}/2"]
    depth = {v.frame: (v.depth_path, v.depth_scale_m, v.depth_by) for v in scene.views}
    assert depth[3] == (f"{FOLDER}/depth/3.png", 0.001, "given")
    assert depth[10] == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "frames"),
    [
        pytest.param({"frame_stride": 2}, [1, 3], id="every_second_file"),
        pytest.param({"frame_stride": 3}, [1, 10], id="every_third_file"),
        pytest.param({"max_frames": 1}, [1], id="one"),
        pytest.param({"max_frames": 2}, [1, 3], id="two_spread"),
    ],
)
def test_thinning(posed: Mapping[str, Any], changes: dict[str, int], frames: list[int]) -> None:
    assert [v.frame for v in read({**posed, **changes}).views] == frames


def test_padded_names_and_png_pictures_are_frames_too(posed: Mapping[str, Any]) -> None:
    folder = Path(posed["root"]) / FOLDER
    for path in [folder / "color/3.jpg", folder / "pose/3.txt", folder / "depth/3.png"]:
        path.rename(path.with_stem("000003"))
    view = next(v for v in read(posed).views if v.frame == 3)
    assert (view.view_id, view.image_path) == (f"toy/{SCENE}/3", f"{FOLDER}/color/000003.jpg")


def test_frames_without_mesh_give_views_without_objects(posed: Mapping[str, Any]) -> None:
    (Path(posed["root"]) / fake_scannet.MESH).unlink()
    scene = read(posed)
    assert (len(scene.views), scene.objects, scene.mesh) == (3, [], None)
    assert "annotation.mesh_missing" in {d.reason for d in scene.drops}


def test_a_scan_whose_frames_are_all_lost_is_dropped(posed: Mapping[str, Any]) -> None:
    for pose in (Path(posed["root"]) / FOLDER / "pose").iterdir():
        pose.write_text("-inf " * 16)
    source = ScanNet("toy", ScanNetParams(reader="scannet", **posed), 0)
    assert source.read(f"toy/{SCENE}") == Drop("scene.no_usable_frame", f"toy/{SCENE}")


def test_the_scans_own_alignment_wins_over_the_table(posed: Mapping[str, Any]) -> None:
    turned = np.diag([-1.0, -1.0, 1.0, 1.0]) @ WORLD_FROM_SCAN
    meta = Path(posed["root"]) / META
    meta.write_text(meta.read_text() + f"axisAlignment = {' '.join(map(str, turned.ravel()))} \n")
    table = by_name(read(posed))["1"]
    assert table.center_w == pytest.approx((-0.5, -1.0, 0.35), abs=1e-4)


def test_without_any_alignment_the_scan_stays_as_it_is(posed: Mapping[str, Any]) -> None:
    table = by_name(read({**posed, "axis_alignment": None}))["1"]
    expected = np.linalg.inv(WORLD_FROM_SCAN) @ [0.5, 1.0, 0.35, 1.0]
    assert table.center_w == pytest.approx(tuple(expected[:3]), abs=1e-4)


def test_unknown_scan_names_are_refused(posed: Mapping[str, Any]) -> None:
    source = ScanNet("toy", ScanNetParams(reader="scannet", **{**posed, "scenes": ["scene9_00", SCENE]}), 0)
    with pytest.raises(SourceError, match="scene9_00"):
        source.scene_ids()


def test_rendered_cameras_stand_on_free_floor(bare: Mapping[str, Any]) -> None:
    scene = read(bare)
    assert len(scene.views) == SECTION["rendered_frames"]
    for view in scene.views:
        x, y, z = np.array(view.world_from_cam).reshape(4, 4)[:3, 3]
        assert abs(z - SECTION["eye_height_m"]) < 0.1
        assert max(abs(x), abs(y)) < 2
        for part in PARTS[1:]:
            gap = np.abs(np.array([x, y]) - part.center_w[:2]) - np.array(part.size_m[:2]) / 2
            assert gap.max() > 0, f"inside the {part.label}"


def test_rendered_cameras_follow_the_seed_alone(bare: Mapping[str, Any]) -> None:
    assert read(bare, seed=1).views == read(bare, seed=1).views
    assert read(bare, seed=1).views != read(bare, seed=2).views


def test_a_scan_without_visible_floor_is_dropped(bare: Mapping[str, Any]) -> None:
    lifted = np.eye(4)
    lifted[2, 3] = 40.0
    fake_scannet.save(Path(bare["root"]) / fake_scannet.TABLE, {SCENE: lifted.ravel().tolist()})
    (height_m,) = {round((v.world_from_cam or [0] * 16)[11]) for v in read(bare).views}
    assert height_m == round(40 - 0.5 + 1.4), "the label tells where the floor is"
    fake_scannet.edit(fake_scannet.AGGREGATION, lambda d: d["segGroups"].pop())(Path(bare["root"]))
    source = ScanNet("toy", ScanNetParams(reader="scannet", **bare), 0)
    assert source.read(f"toy/{SCENE}") == Drop("scene.no_free_floor", f"toy/{SCENE}")


def test_faces_follow_the_majority_of_their_corners() -> None:
    masks = [np.array([1, 1, 0, 0, 1], dtype=np.bool_), np.array([0, 0, 1, 0, 1], dtype=np.bool_)]
    owner = vertex_instances(masks, 5)
    assert owner.tolist() == [0, 0, 1, -1, 0], "a vertex of two instances goes to the first"
    faces = np.array([[0, 1, 2], [2, 3, 3], [0, 2, 3], [3, 2, 0], [2, 0, 1]])
    assert face_instances(faces, owner).tolist() == [0, -1, -1, -1, 0]


def test_free_cells_need_floor_and_headroom() -> None:
    x, y = np.meshgrid(np.arange(0, 1, 0.02), np.arange(0, 2, 0.02))
    floor = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    end, start = np.array([0, 1.9, 1.9]), np.array([0, 0, 1.0])
    lamp, shelf = floor[:50] + end, floor[:50] + start  # rows along x
    free, origin_w = free_cells(np.concatenate([floor, lamp, shelf]) + np.array([5, 7, 3]), 3.0, 0.1)
    assert free.shape == (20, 10)
    assert origin_w == pytest.approx((5.05, 7.05))
    assert not free[0].any()
    assert free[1:].all(), "what hangs above 1.8 m blocks nothing"


@pytest.mark.parametrize(
    ("files", "meta", "expected"),
    [
        pytest.param({"color": 100}, {}, (100, 100, 47.5, 35.5), id="color_file"),
        pytest.param({"color": 100}, {"colorWidth": "48", "colorHeight": "36"}, None, id="made_for_half_the_size"),
        pytest.param({"depth": 90}, {}, (90, 90, 47.5, 35.5), id="depth_file_fits_resized_color"),
        pytest.param({"color": 100, "depth": 90}, {}, (100, 100, 47.5, 35.5), id="color_before_depth"),
        pytest.param({}, {"fx_color": "200", "fy_color": "220", "mx_color": "95.5", "my_color": "71.5",
                          "colorWidth": "192", "colorHeight": "144"}, (100, 110, 47.5, 35.5), id="text_file_scaled"),
        pytest.param({}, {"fx_color": "200"}, None, id="text_file_cut"),
        pytest.param({}, {}, None, id="none"),
    ],
)  # fmt: skip
def test_color_intrinsics(
    tmp_path: Path, files: dict[str, float], meta: dict[str, str], expected: tuple[float, ...] | None
) -> None:
    (tmp_path / "intrinsic").mkdir()
    for kind, focal in files.items():
        matrix = np.array([[focal, 0, 47.5, 0], [0, focal, 35.5, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
        np.savetxt(tmp_path / f"intrinsic/intrinsic_{kind}.txt", matrix)
    if expected is None:
        with pytest.raises(DamagedScanError, match="intrinsics_"):
            color_intrinsics_px(tmp_path, meta, (96, 72))
    else:
        assert color_intrinsics_px(tmp_path, meta, (96, 72)) == pytest.approx(expected)


@given(st.integers(0, 200), st.integers(1, 50))
def test_spread_keeps_the_first_and_repeats_nothing(n: int, most: int) -> None:
    kept = spread(n, most).tolist()
    assert len(kept) == min(n, most) == len(set(kept))
    assert kept == sorted(kept)
    assert all(0 <= k < n for k in kept)
    assert not kept or kept[0] == 0


def test_field_of_view_spans_the_width() -> None:
    fx, fy, cx, cy = pinhole_px(640, 480, 90)
    assert (fx, fy, cx, cy) == pytest.approx((320, 320, 319.5, 239.5))


def sample_section(**changes: Any) -> dict[str, Any]:
    return {
        **SECTION, "root": str(SAMPLE), "scenes": ["scene0000_00"], "box_trim_fraction": 0.002, "rendered_frames": 4,
        "axis_alignment": "meta_data/scans_axis_alignment_matrices.json", **changes,
    }  # fmt: skip


@needs_sample
def test_real_scan_gives_its_known_figures() -> None:
    scene = read(sample_section(), "scene0000_00")
    assert (scene.counts["objects"], scene.counts["labels_not_in_table"], len(scene.objects)) == (55, 4, 45)
    assert Counter(d.reason for d in scene.drops) == {"object.structure": 10}
    assert scene.scene.upstream_split == "train"
    assert polygon_area(np.array(scene.scene.floor_polygon_w)) == pytest.approx(47.6, abs=1.0)
    found = by_name(scene)
    assert found["37"].size_m == pytest.approx((1.99, 1.56, 0.93), abs=0.06)
    assert found["37"].category == "bed"
    stools = [o for o in scene.objects if o.category == "stool"]
    assert len(stools) == 4
    np.testing.assert_allclose([o.size_m[2] for o in stools if o.size_m], 0.70, atol=0.03)
    assert {o.category for o in scene.objects if o.category_raw in {"trashcan", "dishrack"}} == {
        "trash can",
        "dish rack",
    }
    assert scene.mesh is not None
    vertices_w = scene.mesh.vertices_w
    assert len(vertices_w) == 81_369
    low = vertices_w[np.abs(vertices_w[:, 2]) < 0.15, 2]
    assert abs(np.median(low)) < 0.03, "the floor lies at z = 0"


@needs_sample
def test_real_frames_without_mesh(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/scene9999_00").symlink_to(SAMPLE.resolve() / "unimatch_depth-scannet")
    (tmp_path / "meta_data").symlink_to(SAMPLE.resolve() / "meta_data")
    labels = "meta_data/scannetv2-labels.combined.tsv"
    scene = read({**SECTION, "root": str(tmp_path), "labels_tsv": labels, "axis_alignment": None}, "scene9999_00")
    assert [v.frame for v in scene.views] == [48, 54, 60, 66]
    assert scene.views[0].intrinsics_px == pytest.approx((577.590698, 578.729797, 318.905426, 242.683609))
    assert (scene.objects, scene.mesh, scene.views[0].depth_path) == ([], None, None)
    assert [d.reason for d in scene.drops] == ["annotation.mesh_missing"]
