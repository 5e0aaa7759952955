"""The small room in ScanNet++'s layout: with pictures of either camera, and without."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from tests.sources import fake_rooms
from tests.sources.cases import Damage, SourceCase
from tests.sources.fake_rooms import LABELS, SIDEWAYS_PX, SIDEWAYS_WH, UPRIGHT_PX, UPRIGHT_WH, WORLD_FROM_SIDEWAYS
from tests.sources.fake_scannet import WORLD_FROM_CAM, edit, room, save, segments

SCENE = "02455b3d20"
FOLDER = f"data/{SCENE}"
MESH, SEGMENTS = f"{FOLDER}/scans/mesh_aligned_0.05.ply", f"{FOLDER}/scans/segments.json"
BOXES = f"{FOLDER}/scans/segments_anno.json"
CAMERA, POSES = f"{FOLDER}/dslr/nerfstudio/transforms_undistorted.json", f"{FOLDER}/dslr/colmap/images.txt"
FRAMES = f"{FOLDER}/iphone/pose_intrinsic_imu.json"
LEANING = 1
SCALE = 20  # the film is so many times larger than the frames written here


def write(root: Path, pictures: str | None) -> Mapping[str, Any]:
    """Write one scene with the pictures of `dslr`, `iphone` or neither."""
    (root / FOLDER / "scans").mkdir(parents=True)
    vertices_w, _, part = room()
    fake_rooms.write_room(root / MESH)
    save(root / SEGMENTS, {"segIndices": segments(vertices_w, part).tolist()})
    boxes = fake_rooms.boxes()
    boxes[LEANING]["normalizedAxes"] = [0.8, 0.0, 0.6, 0.0, 1.0, 0.0, -0.6, 0.0, 0.8]
    groups = [
        {"id": k, "objectId": k + 1, "label": label, "obb": box, "segments": [100 + 7 * k, 101 + 7 * k]}
        for k, (label, box) in enumerate(zip(LABELS, boxes, strict=True))
    ]
    save(root / BOXES, {"sceneId": SCENE, "segGroups": groups[::-1]})
    (root / "splits").mkdir()
    (root / "splits/nvs_sem_val.txt").write_text(f"{SCENE}\n")
    if pictures == "dslr":
        write_dslr(root)
    elif pictures == "iphone":
        write_iphone(root)
    return {"root": str(root), "camera": pictures or "dslr", "box_trim_fraction": 0.0, **fake_rooms.SECTION}


def write_dslr(root: Path) -> None:
    """Write undistorted pictures 5, 6 and 9, of which COLMAP registered two."""
    for number in (5, 6, 9):
        fake_rooms.write_picture(root / FOLDER / f"dslr/undistorted_images/DSC{number:05d}.JPG", UPRIGHT_WH)
    fx, fy, cx, cy = UPRIGHT_PX
    camera = {"fl_x": fx, "fl_y": fy, "cx": cx, "cy": cy, "w": UPRIGHT_WH[0], "h": UPRIGHT_WH[1]}
    (root / CAMERA).parent.mkdir()
    save(root / CAMERA, {**camera, "camera_model": "PINHOLE", "frames": []})
    cam_from_world = np.linalg.inv(WORLD_FROM_CAM)
    quaternion = Rotation.from_matrix(cam_from_world[:3, :3]).as_quat(scalar_first=True)
    row = " ".join(map(str, [*quaternion, *cam_from_world[:3, 3]]))
    (root / POSES).parent.mkdir()
    lines = ["# IMAGE_ID, QW, ...", f"1 {row} 1 DSC00005.JPG", "1.0 2.0 -1", f"2 {row} 1 DSC00006.JPG", ""]
    (root / POSES).write_text("\n".join(lines) + "\n")


def write_iphone(root: Path) -> None:
    """Write frames 0, 10 and 20 of a phone held upright; the last has no pose."""
    for number in (0, 10, 20):
        fake_rooms.write_picture(root / FOLDER / f"iphone/rgb/frame_{number:06d}.jpg", SIDEWAYS_WH)
        fake_rooms.write_depth(root / FOLDER / f"iphone/depth/frame_{number:06d}.png", (32, 24), 1500)
    fx, fy, cx, cy = SIDEWAYS_PX
    k = [[SCALE * fx, 0, SCALE * (cx + 0.5) - 0.5], [0, SCALE * fy, SCALE * (cy + 0.5) - 0.5], [0, 0, 1]]
    frame = {"timestamp": 1.0, "intrinsic": k, "aligned_pose": WORLD_FROM_SIDEWAYS.tolist(), "pose": np.eye(4).tolist()}
    save(root / FRAMES, {"frame_000000": frame, "frame_000010": frame})


MESH_BROKEN = (
    ("no_mesh", lambda r: (r / MESH).unlink(), "mesh_missing", MESH),
    ("cut_mesh", lambda r: fake_rooms.cut(r / MESH), "mesh_damaged", MESH),
    ("no_segments", lambda r: (r / SEGMENTS).unlink(), "segments_missing", SEGMENTS),
    ("other_segments", edit(SEGMENTS, lambda d: d["segIndices"].pop()), "segments_of_another_mesh", SEGMENTS),
    ("segments_are_words", edit(SEGMENTS, lambda d: d.update(segIndices=["a"])), "segments_damaged", SEGMENTS),
    ("no_boxes", lambda r: (r / BOXES).unlink(), "annotation_missing", BOXES),
    ("object_twice", edit(BOXES, lambda d: d["segGroups"].append(d["segGroups"][0])), "annotation_damaged", BOXES),
)  # fmt: skip


def _frame(change: Any) -> Any:
    return edit(FRAMES, lambda d: change(d["frame_000010"]))


DSLR = SourceCase(
    "scannetpp_dslr", "scannetpp", partial(write, pictures="dslr"), scenes=1,
    landmark=fake_rooms.landmark(f"toy/{SCENE}/6"),
    damages=(
        Damage("no_data", lambda r: (r / "data").rename(r / "other"), None, "data"),
        *(Damage(name, spoil, f"annotation.{reason}", file) for name, spoil, reason, file in MESH_BROKEN),
        Damage("object_without_vertices", edit(BOXES, lambda d: d["segGroups"][4].update(segments=[9])),
               "object.not_in_mesh", ":2 table"),
        Damage("no_intrinsics", lambda r: (r / CAMERA).unlink(), "scene.intrinsics_missing", CAMERA),
        Damage("fisheye", edit(CAMERA, lambda d: d.update(camera_model="OPENCV_FISHEYE")), "scene.intrinsics_damaged",
               CAMERA),
        Damage("focal_length_not_a_number", edit(CAMERA, lambda d: d.update(fl_x=float("nan"))),
               "scene.intrinsics_damaged", CAMERA),
        Damage("no_poses", lambda r: (r / POSES).unlink(), "scene.poses_missing", POSES),
        Damage("cut_poses", lambda r: (r / POSES).write_text("1 1 0 0"), "scene.poses_damaged", POSES),
        Damage("turn_of_no_length", lambda r: (r / POSES).write_text("1 0 0 0 0 0 0 0 1 DSC00005.JPG\n\n"),
               "scene.poses_damaged", POSES),
        Damage("not_registered", lambda r: None, "view.pose_missing", f"{SCENE}/9"),
        Damage("cut_picture", lambda r: (r / FOLDER / "dslr/undistorted_images/DSC00006.JPG").write_bytes(b""),
               "view.image_damaged", f"{SCENE}/6"),
    ),
)  # fmt: skip
IPHONE = SourceCase(
    "scannetpp_iphone", "scannetpp", partial(write, pictures="iphone"), scenes=1,
    landmark=fake_rooms.landmark(f"toy/{SCENE}/10"),
    damages=(
        Damage("no_poses", lambda r: (r / FRAMES).unlink(), "scene.poses_missing", FRAMES),
        Damage("frame_without_pose", lambda r: None, "view.pose_missing", f"{SCENE}/20"),
        Damage("pose_cut", _frame(lambda f: f.update(aligned_pose=[[1, 0]])), "view.pose_damaged", f"{SCENE}/10"),
        Damage("pose_not_a_number", _frame(lambda f: f["aligned_pose"][0].__setitem__(0, float("nan"))),
               "view.pose_damaged", f"{SCENE}/10"),
        Damage("frame_is_a_word", edit(FRAMES, lambda d: d.update(frame_000010="x")), "view.pose_damaged",
               f"{SCENE}/10"),
    ),
)  # fmt: skip
RENDERED = SourceCase(
    "scannetpp_mesh", "scannetpp", partial(write, pictures=None), scenes=1,
    damages=tuple(Damage(name, spoil, f"scene.{reason}", file) for name, spoil, reason, file in MESH_BROKEN),
)  # fmt: skip
