"""The small room as a house of Matterport3D: with level and tilted pictures, and with bare mesh and segments."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.sources import fake_rooms
from tests.sources.cases import Damage, SourceCase
from tests.sources.fake_rooms import LABELS, OPENGL, UPRIGHT_PX, UPRIGHT_WH
from tests.sources.fake_scannet import PARTS, WORLD_FROM_CAM, edit, save

HOUSE = "17DRP5sb8fy"
SEGMENTATION = f"{HOUSE}/house_segmentations/{HOUSE}"
LINES, MESH, FACES = f"{SEGMENTATION}.house", f"{SEGMENTATION}.ply", f"{SEGMENTATION}.fsegs.json"
CONF = f"{HOUSE}/undistorted_camera_parameters/{HOUSE}.conf"
PANORAMA = "0b217f59904d4bdf85d35da2cab96347"
SPLITS = "splits"
LEANING = 3


def write(root: Path, pictures: bool) -> Mapping[str, Any]:
    """Write one house; without pictures the mesh has no `segment_id`, and a file lists the segments."""
    (root / LINES).parent.mkdir(parents=True)
    (root / LINES).write_text(house_text())
    segments = [1000 + k for k in range(len(PARTS))]
    fake_rooms.write_room(root / MESH, of_face={"material_id": segments, "segment_id": segments} if pictures else None)
    if not pictures:
        save(root / FACES, {"segIndices": [segments[k] for k in fake_rooms.part_of_faces()]})
    (root / SPLITS).mkdir()
    (root / SPLITS / "scenes_val.txt").write_text(f"{HOUSE}\n")
    if pictures:
        write_pictures(root)
    return {
        "root": str(root), "cameras": [1], "splits_dir": SPLITS, "box_trim_fraction": 0.0, **fake_rooms.SECTION,
    }  # fmt: skip


def house_text() -> str:
    """Lines of the house; blanks in names are `#`, and the couch's box leans."""
    n = len(PARTS)
    lines = ["ASCII 1.0", f"H {HOUSE} ~ 3 1 0 0 {n} {n} {n} 1 0 1  0 0 0 0 0  -2 -2 0 2 2 3  0 0 0 0 0"]
    lines += ["R 0 0 0 0 l  0 0 1  -2 -2 0 2 2 3  3 0 0 0 0"]
    lines += [f"C {k} {k + 1} {label.replace('can', '#can')} 3 misc 0 0 0 0 0" for k, label in enumerate(LABELS)]
    for k, part in enumerate(PARTS):
        x, y, z = np.array(part.size_m) / 2
        axes = "0.8 0 0.6 0 1 0" if k == LEANING else "0 1 0 -1 0 0"
        lines.append(f"O {k} 0 {k} {' '.join(map(str, part.center_w))}  {axes}  {y} {x} {z} 0 0 0 0 0 0 0 0")
    lines += [f"E {k} {k} {1000 + k} 1.0  0 0 0  0 0 0 1 1 1  0 0 0 0 0" for k in range(n)]
    return "\n".join(lines) + "\n"


def write_pictures(root: Path) -> None:
    """Write pictures of cameras 0 and 1; line 2 is the level camera at its second yaw."""
    fx, fy, cx, cy = UPRIGHT_PX
    pose = " ".join(map(str, (WORLD_FROM_CAM @ OPENGL).ravel()))
    lines = [
        "dataset matterport",
        "n_images 3",
        "",
        f"intrinsics_matrix {fx} 0 {cx} 0 {fy} {UPRIGHT_WH[1] - 1 - cy} 0 0 1",
    ]
    for name in ("0_0", "1_0", "1_1"):
        fake_rooms.write_picture(root / HOUSE / f"undistorted_color_images/{PANORAMA}_i{name}.jpg", UPRIGHT_WH)
        fake_rooms.write_depth(root / HOUSE / f"undistorted_depth_images/{PANORAMA}_d{name}.png", UPRIGHT_WH, 10_000)
        lines.append(f"scan {PANORAMA}_d{name}.png {PANORAMA}_i{name}.jpg {pose}")
    (root / CONF).parent.mkdir(parents=True)
    (root / CONF).write_text("\n".join(lines) + "\n")


def _replace(file: str, old: str, new: str) -> Any:
    def apply(root: Path) -> None:
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new))

    return apply


LAST = f"{PANORAMA}_i1_1.jpg"
POSED = SourceCase(
    "matterport3d_pictures", "matterport3d", partial(write, pictures=True), scenes=1,
    landmark=fake_rooms.landmark(f"toy/{HOUSE}/2"),
    damages=(
        Damage("no_splits", lambda r: (r / SPLITS).rename(r / "other"), None, SPLITS),
        Damage("no_house_lines", lambda r: (r / LINES).unlink(), "annotation.house_missing", LINES),
        Damage("wrong_counts", _replace(LINES, "O 5 0 5", "X 5 0 5"), "annotation.house_damaged", LINES),
        Damage("object_of_no_category", _replace(LINES, "O 1 0 1", "O 1 0 77"), "annotation.house_damaged", LINES),
        Damage("segment_of_no_object", _replace(LINES, "E 1 1 1001", "E 1 44 1001"), "annotation.house_damaged", LINES),
        Damage("object_twice", _replace(LINES, "O 1 0 1", "O 2 0 1"), "annotation.house_damaged", LINES),
        Damage("no_category", _replace(LINES, "O 1 0 1", "O 1 0 -1"), "object.junk_label", ":1 unknown"),
        Damage("house_is_binary", lambda r: (r / LINES).write_bytes(b"\xff\x00"), "annotation.house_damaged", LINES),
        Damage("object_without_faces", _replace(LINES, "E 1 1 1001", "E 1 -1 1001"), "object.not_in_mesh", ":1 table"),
        Damage("cut_mesh", lambda r: fake_rooms.cut(r / MESH), "annotation.mesh_damaged", MESH),
        Damage("no_cameras", lambda r: (r / CONF).unlink(), "scene.cameras_missing", CONF),
        Damage("intrinsics_cut", _replace(CONF, "intrinsics_matrix", "intrinsics_matrix 1 2"),
               "scene.cameras_damaged", CONF),
        Damage("no_intrinsics", _replace(CONF, "intrinsics_matrix", "matrix"), "view.intrinsics_missing", f"{HOUSE}/2"),
        Damage("picture_outside", _replace(CONF, LAST, "../../i1_1.jpg"), "view.bad_name", f"{HOUSE}/2"),
        Damage("pose_cut", _replace(CONF, f"{LAST} 1.0", LAST), "view.pose_damaged", f"{HOUSE}/2"),
        Damage("pose_not_a_number", _replace(CONF, f"{LAST} 1.0", f"{LAST} nan"), "view.pose_lost", f"{HOUSE}/2"),
        Damage("no_picture", lambda r: (r / HOUSE / "undistorted_color_images" / LAST).unlink(), "view.image_missing",
               f"{HOUSE}/2"),
        Damage("cut_picture", lambda r: (r / HOUSE / "undistorted_color_images" / LAST).write_bytes(b"\xff"),
               "view.image_damaged", f"{HOUSE}/2"),
    ),
)  # fmt: skip
RENDERED = SourceCase(
    "matterport3d_mesh", "matterport3d", partial(write, pictures=False), scenes=1,
    damages=(
        Damage("no_house_lines", lambda r: (r / LINES).unlink(), "scene.house_missing", LINES),
        Damage("no_segments", lambda r: (r / FACES).unlink(), "scene.segments_missing", FACES),
        Damage("other_segments", edit(FACES, lambda d: d["segIndices"].pop()), "scene.segments_of_another_mesh", FACES),
        Damage("segments_are_words", edit(FACES, lambda d: d.update(segIndices=["a"])), "scene.segments_damaged",
               FACES),
    ),
)  # fmt: skip
