"""What every source reader must do, run on a small dataset in each reader's own layout."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stages import params
from stages.depths import disk_depths
from stages.geometry.frames import gravity_of_pose, is_rigid
from stages.registry import resolve
from stages.render.frames import render_views
from stages.schema.records import ViewRow, to_table
from stages.schema.tables import KINDS
from stages.schema.validate import validate
from stages.sources import SOURCES
from stages.sources.base import MODALITIES, Drop, ReaderInfo, SceneData, SourceError
from stages.sources.image_header import image_size_wh
from tests.sources.cases import Damage, Fake, fake
from tests.sources.conftest import CASES

ID = re.compile(r"toy/[A-Za-z0-9._-]+")


def scenes(dataset: Fake) -> list[SceneData]:
    source = dataset.source()
    read = [source.read(scene_id) for scene_id in source.scene_ids()]
    assert all(isinstance(scene, SceneData) for scene in read), [s for s in read if isinstance(s, Drop)]
    return [scene for scene in read if isinstance(scene, SceneData)]


def pose(view: ViewRow) -> np.ndarray:
    assert view.world_from_cam is not None
    return np.array(view.world_from_cam, dtype=np.float64).reshape(4, 4)


def project(points_w: np.ndarray, view: ViewRow) -> np.ndarray:
    """Return u, v of world points, written out apart from the code under test."""
    assert view.intrinsics_px is not None
    x, y, z = np.linalg.inv(pose(view))[:3] @ np.vstack([points_w.T, np.ones(len(points_w))])
    fx, fy, cx, cy = view.intrinsics_px
    assert (z > 0).all()
    return np.stack([cx + fx * x / z, cy + fy * y / z], axis=1)


def given_by(scene: SceneData) -> set[str]:
    """Return the modalities of one scene; what `ingest` finds in a mesh counts, as the mesh is the source's."""
    views = scene.views
    found = {
        "boxes_2d": bool(scene.sightings) or (scene.mesh is not None and bool(scene.objects)),
        "masks": any(x.mask_rle for x in scene.sightings) or (scene.mesh is not None and bool(scene.objects)),
        "boxes_3d": any(o.center_w for o in scene.objects),
        "intrinsics": any(v.intrinsics_px for v in views),
        "poses": any(v.world_from_cam for v in views),
        "gravity": any(v.world_from_cam or v.gravity_c for v in views),
        "depth": any(v.depth_scale_m for v in views),
        "captions": any(v.captions for v in views),
        "vocabulary": bool(scene.scene.vocabulary),
        "floor": bool(scene.scene.floor_polygon_w),
    }
    assert set(found) == set(MODALITIES)
    return {name for name, there in found.items() if there}


def test_gives_what_its_info_says(dataset: Fake) -> None:
    info = dataset.source().info
    found = {name for scene in scenes(dataset) for name in given_by(scene)}
    assert found <= set(info.gives)
    assert {s.scene.kind for s in scenes(dataset)} <= set(info.kinds)


def test_fixtures_give_all_that_the_info_promises(dataset: Fake, tmp_path: Path) -> None:
    found = set[str]()
    for case in CASES:
        if case.reader == dataset.case.reader:
            found |= {name for scene in scenes(fake(case, tmp_path / case.id)) for name in given_by(scene)}
    assert sorted(found) == sorted(dataset.source().info.gives)


@pytest.mark.parametrize("reader", sorted(SOURCES))
def test_info_is_complete(reader: str) -> None:
    info = resolve(SOURCES, reader, "reader").info
    assert isinstance(info, ReaderInfo)
    assert info.kinds
    assert set(info.kinds) <= set(KINDS)
    assert set(info.gives) <= set(MODALITIES)
    assert len(set(info.gives)) == len(info.gives)
    assert "gravity" in info.gives or "poses" not in info.gives
    assert info.title
    assert info.license
    assert re.match(r"https?://", info.obtain)
    assert info.paper is None or re.match(r"(arXiv:\d{4}\.\d{4,5}|doi:10\.)", info.paper)


def test_scene_ids_are_sorted_unique_and_repeatable(dataset: Fake) -> None:
    ids = dataset.source().scene_ids()
    assert len(ids) == dataset.case.scenes
    assert ids == sorted(set(ids)) == dataset.source().scene_ids()
    assert all(ID.fullmatch(i) for i in ids)


def test_rows_fit_the_schema(dataset: Fake) -> None:
    read = scenes(dataset)
    tables: dict[str, list[Any]] = {
        "scene": [s.scene for s in read],
        "view": [v for s in read for v in s.views],
        "object": [o for s in read for o in s.objects],
        "sighting": [x for s in read for x in s.sightings],
    }
    for name, rows in tables.items():
        assert len(validate(to_table(name, rows), name, "contract")) == len(rows)


def test_ids_name_their_scene(dataset: Fake) -> None:
    for scene_id, scene in zip(dataset.source().scene_ids(), scenes(dataset), strict=True):
        assert scene.scene.scene_id == scene_id
        assert scene.scene.source == "toy"
        assert [v.view_id for v in scene.views] == [f"{scene_id}/{v.frame}" for v in scene.views]
        assert all(re.fullmatch(re.escape(scene_id) + r":[\w.-]+", o.object_id) for o in scene.objects)
        rows: list[Any] = [*scene.views, *scene.objects, *scene.sightings]
        assert {row.scene_id for row in rows} <= {scene_id}


def test_sightings_refer_to_rows_that_exist(dataset: Fake) -> None:
    for scene in scenes(dataset):
        assert {x.view_id for x in scene.sightings} <= {v.view_id for v in scene.views}
        assert {x.object_id for x in scene.sightings} <= {o.object_id for o in scene.objects}
        assert scene.mesh is None or list(scene.mesh.object_ids) == [o.object_id for o in scene.objects]


def test_pictures_lie_below_the_root_and_have_the_size_stated(dataset: Fake) -> None:
    root = dataset.source().root()
    for view in (v for s in scenes(dataset) for v in s.views if v.image_path is not None):
        assert root is not None
        assert view.image_path is not None
        assert image_size_wh(root / view.image_path) == (view.width_px, view.height_px)
        assert view.depth_path is None or (root / view.depth_path).is_file()
        assert (view.depth_encoding is not None) == (view.depth_path is not None)


def test_depth_can_be_read_at_the_pictures_pixels(dataset: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    root = dataset.source().root()
    views = [v for s in scenes(dataset) for v in s.views if v.depth_path is not None]
    monkeypatch.setattr(params, "read_params", lambda: {"sources": {"toy": {"root": str(root)}}})
    found = dict(disk_depths("toy", 0, to_table("view", views))([v.view_id for v in views]))
    assert sorted(found) == sorted(v.view_id for v in views)
    for view in views:
        depth_m = found[view.view_id]
        assert depth_m.shape == (view.height_px, view.width_px)
        assert 0.05 < np.nanmedian(depth_m) < 200


def test_views_without_picture_can_be_rendered(dataset: Fake) -> None:
    for scene in scenes(dataset):
        bare = [v for v in scene.views if v.image_path is None]
        assert not bare or scene.mesh is not None
        assert all(v.world_from_cam and v.intrinsics_px and v.depth_scale_m == 0.001 for v in bare)


@pytest.mark.parametrize("kind", ["view", "object", "sighting"])
def test_nothing_is_lost(dataset: Fake, kind: str) -> None:
    for scene in scenes(dataset):
        kept = {"view": scene.views, "object": scene.objects, "sighting": scene.sightings}[kind]
        dropped = [d for d in scene.drops if d.reason.startswith(f"{kind}.")]
        assert scene.counts.get(f"{kind}s", 0) == len(kept) + len(dropped)


def test_poses_are_rigid_and_the_world_is_upright(dataset: Fake) -> None:
    for view in (v for s in scenes(dataset) for v in s.views if v.world_from_cam):
        assert is_rigid(pose(view)[None])[0]
        assert gravity_of_pose(pose(view)[None])[0, 1] > 0.5, "down in the picture is down in the world"


def test_boxes_are_orthonormal_and_hold_their_surface(dataset: Fake) -> None:
    for scene in scenes(dataset):
        for index, row in enumerate(scene.objects):
            if row.center_w is None:
                continue
            axes = np.array(row.world_from_box).reshape(3, 3)
            np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-9)
            assert np.linalg.det(axes) > 0
            if scene.mesh is not None:
                corners = np.unique(scene.mesh.faces[scene.mesh.face_object == index])
                local = (scene.mesh.vertices_w[corners] - np.array(row.center_w)) @ axes
                inside = np.abs(local) <= np.array(row.size_m) / 2 + 1e-6
                assert len(corners) > 0
                assert inside.all(axis=1).mean() > 0.95


def test_boxes_project_to_where_the_mesh_is_seen(dataset: Fake) -> None:
    checked = 0
    for scene in scenes(dataset):
        if scene.mesh is None:
            continue
        centers = {o.object_id: np.array(o.center_w) for o in scene.objects}
        views = {v.view_id: v for v in scene.views}
        for seen in render_views(scene.mesh, scene.views, 90).sightings:
            if (seen.visible_fraction or 0) > 0.95 and not seen.truncated_fraction:
                u, v = project(centers[seen.object_id][None], views[seen.view_id])[0]
                x1, y1, x2, y2 = seen.box_px
                assert x1 - 1 <= u <= x2
                assert y1 - 1 <= v <= y2
                checked += 1
    assert checked or all(s.mesh is None for s in scenes(dataset)), "no object is wholly in view: the check is idle"


def test_landmark_is_where_it_was_worked_out(dataset: Fake) -> None:
    landmark = dataset.case.landmark
    if landmark is None:
        pytest.skip("no camera in this source whose picture is known beforehand")
    view = next(v for s in scenes(dataset) for v in s.views if v.view_id == landmark.view_id)
    np.testing.assert_allclose(project(np.array([landmark.point_w]), view)[0], landmark.pixel, atol=1e-3)


def test_reading_again_gives_equal_rows(dataset: Fake) -> None:
    first, second = scenes(dataset), scenes(dataset)
    for a, b in zip(first, second, strict=True):
        assert (a.scene, a.views, a.objects, a.sightings, a.drops, a.counts) == (
            b.scene, b.views, b.objects, b.sightings, b.drops, b.counts,
        )  # fmt: skip


def test_damage_is_a_counted_drop_or_one_clear_error(broken: Fake, damage: Damage) -> None:
    source = broken.source()
    if damage.reason is None:
        with pytest.raises(SourceError, match=re.escape(damage.file)):
            source.scene_ids()
        return
    read = [source.read(scene_id) for scene_id in source.scene_ids()]
    drops = [d for scene in read for d in ([scene] if isinstance(scene, Drop) else scene.drops)]
    assert [d for d in drops if d.reason == damage.reason and damage.file in d.item], drops
