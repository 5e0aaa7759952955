"""The 3RScan reader: places, upright pictures and depth, boxes of leaning annotations, colours from the texture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stages import params
from stages.depths import disk_depths
from stages.schema.records import to_table
from stages.sources.base import Drop, SceneData
from stages.sources.threerscan import ThreeRScan, ThreeRScanParams
from tests.sources import fake_rooms, fake_threerscan
from tests.sources.fake_scannet import COLORS_RGB, PARTS
from tests.sources.fake_threerscan import REFERENCE, RESCAN


def source_at(root: Path, scans: tuple[str, ...]) -> ThreeRScan:
    section = fake_threerscan.write(root, scans)
    return ThreeRScan("toy", ThreeRScanParams(reader="threerscan", **section), 0)


def read(source: ThreeRScan, scan: str) -> SceneData:
    scene = source.read(f"toy/{scan}")
    assert isinstance(scene, SceneData), scene
    return scene


def test_rescans_share_the_place_of_their_reference(tmp_path: Path) -> None:
    source = source_at(tmp_path, (REFERENCE, RESCAN))
    assert source.scene_ids() == [f"toy/{REFERENCE}", f"toy/{RESCAN}"]
    rows = [read(source, scan).scene for scan in (REFERENCE, RESCAN)]
    assert [(r.place_id, r.upstream_split) for r in rows] == [(REFERENCE, "validation")] * 2


def test_objects_have_upright_boxes_even_where_the_annotated_one_leans(tmp_path: Path) -> None:
    scene = read(source_at(tmp_path, (REFERENCE,)), REFERENCE)
    assert [(o.object_id.rpartition(":")[2], o.category) for o in scene.objects] == [
        ("4", "table"),
        ("7", "trash can"),
        ("9", "sofa"),
    ]
    for row, part in zip(scene.objects, PARTS[1:4], strict=True):
        x, y, z = part.size_m
        assert row.center_w == pytest.approx(part.center_w, abs=1e-3)
        assert row.size_m == pytest.approx((max(x, y), min(x, y), z), abs=1e-3)


def test_pictures_and_squeezed_depth_are_upright(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = read(source_at(tmp_path, (REFERENCE,)), REFERENCE)
    assert [(v.frame, v.orientation, v.width_px, v.height_px) for v in scene.views] == [
        (0, 6, 72, 96),
        (6, 6, 72, 96),
    ]
    assert scene.views[0].intrinsics_px == pytest.approx(fake_rooms.UPRIGHT_PX)
    assert [d for d in scene.drops if d.reason == "view.pose_lost"] == [Drop("view.pose_lost", f"toy/{REFERENCE}/5")]
    ramp = np.tile(np.arange(1, 23, dtype=np.uint16) * 100, (17, 1))  # deeper to the right as stored
    import cv2

    assert cv2.imwrite(str(tmp_path / REFERENCE / "sequence/frame-000006.depth.pgm"), ramp)
    monkeypatch.setattr(params, "read_params", lambda: {"sources": {"toy": {"root": str(tmp_path)}}})
    view = scene.views[1]
    ((_, depth_m),) = disk_depths("toy", 0, to_table("view", [view]))([view.view_id])
    assert depth_m.shape == (96, 72)
    assert depth_m[0, 0] == pytest.approx(0.1)
    assert depth_m[-1, 0] == pytest.approx(2.2), "deeper downwards once turned clockwise"


def test_rescans_without_frames_are_painted_from_the_texture(tmp_path: Path) -> None:
    scene = read(source_at(tmp_path, (RESCAN,)), RESCAN)
    assert len(scene.views) == fake_rooms.SECTION["rendered_frames"]
    assert scene.mesh is not None
    assert scene.mesh.vertex_rgb is not None
    table = np.unique(scene.mesh.faces[scene.mesh.face_object == 0])
    assert np.median(scene.mesh.vertex_rgb[table], axis=0).tolist() == list(COLORS_RGB[1])
