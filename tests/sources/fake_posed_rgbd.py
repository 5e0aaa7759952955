"""Three pictures of a level camera in every layout of posed frames; each layout's world has its own axis up."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from tests.sources.cases import Damage, Landmark, SourceCase

WIDTH_PX, HEIGHT_PX = 64, 48
FX, FY, CX, CY = 50.0, 52.0, 31.5, 23.5
COMMON: dict[str, Any] = {
    "captures": ["room*"], "license": "CC-BY-4.0", "upstream_split": None, "up": "z", "gravity": None,
    "metres_per_unit": 1.0, "intrinsics": None, "depth_scale_m": None, "poses_file": None, "names_file": None,
    "max_gap_s": None, "max_distortion_px": None, "frame_stride": 1, "max_frames": 50,
}  # fmt: skip
K = (FX, FY, CX, CY)
# World z up; camera i stands at (i, 0, 1.5) and looks level along +y.
POSES = [np.array([[1, 0, 0, i], [0, 0, 1, 0], [0, -1, 0, 1.5], [0, 0, 0, 1.0]]) for i in range(3)]
# y up: x to the right, z against the direction that the cameras look in.
Y_UP_FROM_Z_UP = np.array([[1, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1.0]])


def seen(view: str) -> Landmark:
    """A point 2 m ahead of camera 1, 0.4 m to its right and 0.5 m below it."""
    return Landmark(view, (1.4, 2.0, 1.0), (CX + FX * 0.4 / 2, CY + FY * 0.5 / 2))


def section(root: Path, layout: str, **changes: Any) -> Mapping[str, Any]:
    """Params of a layout."""
    return {"root": str(root), **COMMON, "layout": layout, **changes}


def tum(root: Path) -> Mapping[str, Any]:
    """Times that differ by milliseconds; the last picture has no pose near it."""
    folder = _folder(root)
    for i in range(4):
        _picture(folder / f"rgb/{1305.0 + i:.6f}.png", f"depth/{1305.01 + i:.6f}.png")
    _rows(folder / "rgb.txt", [f"{1305.0 + i:.6f} rgb/{1305.0 + i:.6f}.png" for i in range(4)])
    _rows(folder / "depth.txt", [f"{1305.01 + i:.6f} depth/{1305.01 + i:.6f}.png" for i in range(4)])
    _rows(folder / "groundtruth.txt", [f"{1305.004 + i:.4f} {_quaternion(POSES[i])}" for i in range(3)])
    return section(root, "tum", intrinsics=K, depth_scale_m=0.0002, poses_file="groundtruth.txt", max_gap_s=0.02)


def seven_scenes(root: Path) -> Mapping[str, Any]:
    """Frames 0, 50 and 100; the world's y points up."""
    folder = _folder(root)
    for i in range(3):
        stem = f"frame-{50 * i:06d}"
        _picture(folder / f"{stem}.color.jpg", f"{stem}.depth.png")
        np.savetxt(folder / f"{stem}.pose.txt", Y_UP_FROM_Z_UP @ POSES[i])
    np.savetxt(folder / "camera-intrinsics.txt", _matrix())
    return section(root, "7scenes", up="y", intrinsics="camera-intrinsics.txt", depth_scale_m=0.001)


def open3d(root: Path) -> Mapping[str, Any]:
    """Files in order, poses in a log; the world's y points down, as the first camera's."""
    folder = _folder(root)
    turn = np.diag([1.0, -1, -1, 1]) @ Y_UP_FROM_Z_UP
    blocks = []
    for i in range(3):
        _picture(folder / f"color/{i:05d}.jpg", f"depth/{i:05d}.png")
        blocks.append(f"{i} {i} {i + 1}\n" + "\n".join(" ".join(map(repr, row)) for row in (turn @ POSES[i]).tolist()))
    (folder / "trajectory.log").write_text("\n".join(blocks))
    return section(root, "open3d", up="-y", intrinsics=K, depth_scale_m=0.001, poses_file="trajectory.log")


def poses_txt(root: Path) -> Mapping[str, Any]:
    """Poses of five pictures, of which the last three are here."""
    folder = _folder(root)
    for name in ("08", "9", "10"):
        _picture(folder / f"images/{name}.png", f"depth/{name}.png")
    _rows(folder / "names.txt", ["06.png", "07.png", "08.png", "9.png", "10.png"])
    poses = [np.eye(4), np.eye(4), *POSES]
    np.savetxt(folder / "poses.txt", np.array([p.ravel() for p in poses]))
    np.savetxt(folder / "K.txt", _matrix())
    return section(
        root, "poses_txt", intrinsics="K.txt", depth_scale_m=0.001, poses_file="poses.txt", names_file="names.txt"
    )


def replica(root: Path) -> Mapping[str, Any]:
    """Camera file above the captures."""
    folder = _folder(root)
    for i in range(3):
        _picture(folder / f"results/frame{i:06d}.jpg", f"results/depth{i:06d}.png")
    camera = {"w": WIDTH_PX, "h": HEIGHT_PX, "fx": FX, "fy": FY, "cx": CX, "cy": CY, "scale": 6553.5}
    _save(root / "cam_params.json", {"camera": camera})
    np.savetxt(folder / "traj.txt", np.array([p.ravel() for p in POSES]))
    return section(root, "replica")


def nerfstudio(root: Path) -> Mapping[str, Any]:
    """OpenGL cameras; the second frame has its own intrinsics."""
    folder = _folder(root)
    flip = np.diag([1.0, -1, -1, 1])
    frames: list[dict[str, Any]] = []
    for i in range(3):
        _picture(folder / f"images/frame_{i}.png", f"depth/frame_{i}.png")
        frames.append({
            "file_path": f"images/frame_{i}.png", "depth_file_path": f"depth/frame_{i}.png",
            "transform_matrix": (POSES[i] @ flip).tolist(),
        })  # fmt: skip
    frames[1].update(fl_x=FX, fl_y=FY)
    data = {"camera_model": "OPENCV", "fl_x": 2 * FX, "fl_y": 2 * FY, "cx": CX + 0.5, "cy": CY + 0.5, "k1": 1e-4}
    _save(folder / "transforms.json", {**data, "frames": frames})
    return section(root, "nerfstudio", depth_scale_m=0.001, max_distortion_px=1.0)


def colmap(root: Path, binary: bool) -> Mapping[str, Any]:
    """World to camera, one camera, ids from 1; half the metric size."""
    folder = _folder(root)
    (folder / "sparse/0").mkdir(parents=True)
    rows = []
    for i in range(3):
        _picture(folder / f"images/frame_{i}.png", None)
        half = POSES[i].copy()
        half[:3, 3] /= 2
        inverse = np.linalg.inv(half)
        x, y, z, w = Rotation.from_matrix(inverse[:3, :3]).as_quat()
        rows.append((i + 1, [w, x, y, z, *inverse[:3, 3]], f"frame_{i}.png"))
    values = [FX, FY, CX + 0.5, CY + 0.5, 1e-4, 0, 0, 0]
    model = folder / "sparse/0"
    if binary:
        camera = struct.pack("<QiiQQ8d", 1, 7, 4, WIDTH_PX, HEIGHT_PX, *values)
        images = b"".join(
            struct.pack("<i7di", number, *pose, 7) + name.encode() + b"\0" + struct.pack("<Q3d3d", 2, *range(6))
            for number, pose, name in rows
        )
        (model / "cameras.bin").write_bytes(camera)
        (model / "images.bin").write_bytes(struct.pack("<Q", 3) + images)
    else:
        numbers = " ".join(map(str, values))
        (model / "cameras.txt").write_text(f"# cameras\n7 OPENCV {WIDTH_PX} {HEIGHT_PX} {numbers}\n")
        lines = [f"{n} {' '.join(map(repr, map(float, p)))} 7 {name}\n1.0 2.0 -1" for n, p, name in rows]
        (model / "images.txt").write_text("# images\n" + "\n".join(lines) + "\n")
    return section(root, "colmap", metres_per_unit=2.0, max_distortion_px=1.0)


def _folder(root: Path) -> Path:
    folder = root / "room_a"
    folder.mkdir(parents=True)
    return folder


def _picture(path: Path, depth: str | None) -> None:
    path.parent.mkdir(exist_ok=True)
    assert cv2.imwrite(str(path), np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8))
    if depth is not None:
        folder = path.parent if "/" not in depth else path.parents[1]
        (folder / depth).parent.mkdir(exist_ok=True)
        assert cv2.imwrite(str(folder / depth), np.full((HEIGHT_PX, WIDTH_PX), 2000, np.uint16))


def _rows(path: Path, lines: list[str]) -> None:
    path.write_text("# made up\n" + "\n".join(lines) + "\n")


def _quaternion(pose: Float[np.ndarray, "4 4"]) -> str:
    return " ".join(map(str, [*pose[:3, 3], *Rotation.from_matrix(pose[:3, :3]).as_quat()]))


def _matrix() -> Float[np.ndarray, "3 3"]:
    return np.array([[FX, 0, CX], [0, FY, CY], [0, 0, 1]])


def _save(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data))


def _write(file: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / file).write_text(text)


def _replace(file: str, old: str, new: str) -> Callable[[Path], object]:
    def apply(root: Path) -> None:
        text = (root / file).read_text()
        assert old in text
        (root / file).write_text(text.replace(old, new, 1))

    return apply


def _cut(file: str, root: Path) -> None:
    data = (root / file).read_bytes()
    (root / file).write_bytes(data[: len(data) // 2])


def _gone(file: str, root: Path) -> None:
    (root / file).unlink()


def _link_loop(file: str, root: Path) -> None:
    (root / file).unlink()
    (root / file).symlink_to(root / file)


NO_ROOM = Damage("no_capture", lambda r: (r / "room_a").rename(r / "other"), None, "room*")
SPARSE = "room_a/sparse/0"
CASES = (
    SourceCase(
        "posed_7scenes", "posed_rgbd", seven_scenes, 1, landmark=seen("toy/room_a/50"),
        damages=(
            NO_ROOM,
            Damage("no_pose", partial(_gone, "room_a/frame-000050.pose.txt"), "view.pose_missing", "room_a/50"),
            Damage("nan_pose", _write("room_a/frame-000050.pose.txt", "nan " * 16), "view.pose_lost", "room_a/50"),
            Damage("text_pose", _write("room_a/frame-000050.pose.txt", "one two"), "view.pose_lost", "room_a/50"),
            Damage("mirrored_pose", _write("room_a/frame-000050.pose.txt", "-1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1"),
                   "view.bad_pose", "room_a/50"),
            Damage("cut_picture", _write("room_a/frame-000050.color.jpg", ""), "view.image_damaged", "room_a/50"),
            Damage("link_loop", partial(_link_loop, "room_a/frame-000050.color.jpg"), "view.image_damaged",
                   "room_a/50"),
            Damage("strange_name", _write("room_a/frame-x.color.jpg", ""), "view.name_is_no_number", "frame-x"),
            Damage("no_intrinsics", partial(_gone, "room_a/camera-intrinsics.txt"), "scene.intrinsics_missing",
                   "camera-intrinsics.txt"),
            Damage("short_intrinsics", _write("room_a/camera-intrinsics.txt", "1 2 3"), "scene.intrinsics_damaged",
                   "camera-intrinsics.txt"),
            Damage("negative_focal", _write("room_a/camera-intrinsics.txt", "-5 0 3 0 5 3 0 0 1"),
                   "scene.no_usable_frame", "room_a"),
        ),
    ),
    SourceCase("posed_replica", "posed_rgbd", replica, 1, landmark=seen("toy/room_a/1"), damages=(
        Damage("no_camera", partial(_gone, "cam_params.json"), "scene.camera_missing", "cam_params.json"),
        Damage("scale_zero", _replace("cam_params.json", "6553.5", "0"), "scene.camera_damaged", "cam_params.json"),
        Damage("cut_poses", partial(_cut, "room_a/traj.txt"), "scene.poses_damaged", "traj.txt"),
        Damage("too_few_poses", lambda r: np.savetxt(r / "room_a/traj.txt", POSES[0].reshape(1, 16)),
               "view.pose_missing", "room_a/1"),
    )),
    SourceCase("posed_poses_txt", "posed_rgbd", poses_txt, 1, landmark=seen("toy/room_a/3"), damages=(
        Damage("other_names", _write("room_a/names.txt", "06.png 07.png"), "scene.poses_of_other_pictures",
               "poses.txt"),
        Damage("unnamed_picture", _replace("room_a/names.txt", "08.png", "18.png"), "view.not_in_names",
               "images/08.png"),
        Damage("no_names", partial(_gone, "room_a/names.txt"), "scene.names_missing", "names.txt"),
    )),
    SourceCase("posed_open3d", "posed_rgbd", open3d, 1, landmark=seen("toy/room_a/1"), damages=(
        Damage("cut_log", partial(_cut, "room_a/trajectory.log"), "scene.poses_damaged", "trajectory.log"),
        Damage("no_log", partial(_gone, "room_a/trajectory.log"), "scene.poses_missing", "trajectory.log"),
        Damage("no_pictures", lambda r: (r / "room_a/color").rename(r / "room_a/colour"), "scene.pictures_missing",
               "room_a/color"),
    )),
    SourceCase("posed_nerfstudio", "posed_rgbd", nerfstudio, 1, landmark=seen("toy/room_a/1"), damages=(
        Damage("cut_json", partial(_cut, "room_a/transforms.json"), "scene.transforms_damaged", "transforms.json"),
        Damage("no_frames", _write("room_a/transforms.json", "{}"), "scene.transforms_damaged", "transforms.json"),
        Damage("frame_is_text", _replace("room_a/transforms.json", '"frames": [', '"frames": ["x", '),
               "view.frame_damaged", "frames[0]"),
        Damage("outside", _replace("room_a/transforms.json", '"images/frame_1.png"', '"../../../etc/passwd"'),
               "view.outside_root", "room_a/1"),
        Damage("depth_outside", _replace("room_a/transforms.json", '"depth/frame_1.png"', '"/etc/passwd"'),
               "depth.outside_root", "room_a/1"),
        Damage("depth_missing", partial(_gone, "room_a/depth/frame_1.png"), "depth.file_missing", "room_a/1"),
        Damage("deep_json", _write("room_a/transforms.json", "[" * 100000), "scene.transforms_damaged",
               "transforms.json"),
        Damage("bent_lens", _replace("room_a/transforms.json", '"k1": 0.0001', '"k1": 0.3'), "scene.no_usable_frame",
               "room_a"),
        Damage("null_byte", _replace("room_a/transforms.json", '"images/frame_1.png"', '"a\\u0000b"'),
               "view.outside_root", "room_a/1"),
    )),
    SourceCase("posed_tum", "posed_rgbd", tum, 1, landmark=seen("toy/room_a/1"), damages=(
        Damage("no_depth_list", partial(_gone, "room_a/depth.txt"), "scene.times_missing", "depth.txt"),
        Damage("cut_row", _write("room_a/groundtruth.txt", "1305.0 1 2"), "scene.poses_damaged", "groundtruth.txt"),
        Damage("late", _replace("room_a/groundtruth.txt", "1306.004", "1306.5"), "view.pose_missing", "room_a/1"),
        Damage("zero_quaternion", _write("room_a/groundtruth.txt", "1305 1 2 3 0 0 0 0\n1306 1 2 3 0 0 0 1"),
               "view.pose_lost", "room_a/0"),
        Damage("time_is_text", _write("room_a/rgb.txt", "now rgb/1.png"), "scene.times_damaged", "rgb.txt"),
    )),
    SourceCase("posed_colmap_bin", "posed_rgbd", partial(colmap, binary=True), 1, landmark=seen("toy/room_a/2"),
        damages=(
            Damage("cut_images", partial(_cut, f"{SPARSE}/images.bin"), "scene.model_damaged", SPARSE),
            Damage("huge_count", lambda r: (r / SPARSE / "images.bin").write_bytes(struct.pack("<Q", 2**60)),
                   "scene.model_damaged", SPARSE),
            Damage("no_images", partial(_gone, f"{SPARSE}/images.bin"), "scene.model_missing", "images.bin"),
        )),
    SourceCase("posed_colmap_txt", "posed_rgbd", partial(colmap, binary=False), 1, landmark=seen("toy/room_a/2"),
        damages=(
            Damage("no_model", lambda r: (r / SPARSE).rename(r / "room_a/dense"), "scene.model_missing", SPARSE),
            Damage("other_camera", _replace(f"{SPARSE}/cameras.txt", "7 OPENCV", "8 OPENCV"), "scene.model_damaged",
                   SPARSE),
            Damage("fisheye", _replace(f"{SPARSE}/cameras.txt", "7 OPENCV", "7 OPENCV_FISHEYE"),
                   "scene.no_usable_frame", "room_a"),
            Damage("outside", _replace(f"{SPARSE}/images.txt", "frame_1.png", "../../../x.png"), "view.outside_root",
                   "room_a/2"),
        )),
)  # fmt: skip
