"""Pictures of a ScanNet++ scene: undistorted ones of the still camera, or frames of the phone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from stages.schema.records import Vec4
from stages.sources.base import Drop
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.scans.files import DamagedScanError, numbers, read_object
from stages.sources.scans.shots import Shot, resized

_NUMBER = re.compile(r"(?:DSC|frame_)(\d+)")
_PER_PICTURE = 10  # words of a line that describes a picture: id, quaternion, translation, camera, name
_SENSOR_WH = (1920, 1440)  # of the phone's film, which its intrinsics are of


def dslr_shots(scene_id: str, folder: Path) -> tuple[list[Shot], list[Drop]]:
    """Undistorted pictures by number; none is no error.

    Raises:
        DamagedScanError: There are pictures, but intrinsics or poses are missing or damaged.
    """
    pictures = _pictures(folder / "undistorted_images")
    if not pictures:
        return [], []
    intrinsics_px, size_wh = _pinhole(folder / "nerfstudio" / "transforms_undistorted.json")
    poses = read_poses(folder / "colmap" / "images.txt")
    shots: list[Shot] = []
    drops: list[Drop] = []
    for number, path in pictures.items():
        found = poses.get(path.name)
        view_id = f"{scene_id}/{number}"
        if found is None:
            drops.append(Drop("view.pose_missing", view_id))  # COLMAP could not register it
            continue
        picture_wh = _size_wh(path)
        if isinstance(picture_wh, str):
            drops.append(Drop(picture_wh, view_id))
        else:
            shots.append(Shot(number, path, resized(intrinsics_px, size_wh, picture_wh), found))
    return shots, drops


def iphone_shots(scene_id: str, folder: Path) -> tuple[list[Shot], list[Drop]]:
    """Frames of the phone by number; none is no error.

    Raises:
        DamagedScanError: There are frames, but the file of poses is missing or damaged.
    """
    pictures = _pictures(folder / "rgb")
    if not pictures:
        return [], []
    frames = read_object(folder / "pose_intrinsic_imu.json", "poses")
    shots: list[Shot] = []
    drops: list[Drop] = []
    for number, path in pictures.items():
        view_id = f"{scene_id}/{number}"
        camera = _camera(frames.get(path.stem))
        picture_wh = _size_wh(path)
        if isinstance(camera, str) or isinstance(picture_wh, str):
            drops.append(Drop(camera if isinstance(camera, str) else str(picture_wh), view_id))
            continue
        intrinsics_px, pose = camera
        depth = folder / "depth" / f"{path.stem}.png"
        shots.append(Shot(number, path, resized(intrinsics_px, _SENSOR_WH, picture_wh), pose, depth))
    return shots, drops


def read_poses(path: Path) -> dict[str, Float[np.ndarray, "4 4"]]:
    """Camera-to-world pose of each picture of COLMAP's `images.txt`, by file name.

    Every picture has a line `id qw qx qy qz tx ty tz camera name` (world to camera) and one of points, maybe empty.

    Raises:
        DamagedScanError: The file is missing or a line is cut.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        rows = [line.split() for line in lines[::2]]
        values = np.array([row[1:8] for row in rows], dtype=np.float64).reshape(len(rows), 7)
        names = [Path(row[_PER_PICTURE - 1]).name for row in rows]
        rotation = Rotation.from_quat(values[:, :4], scalar_first=True).as_matrix().transpose(0, 2, 1)
    except FileNotFoundError as error:
        raise DamagedScanError("poses_missing", path) from error
    except (ValueError, IndexError) as error:
        raise DamagedScanError("poses_damaged", path) from error
    poses = np.tile(np.eye(4), (len(rows), 1, 1))
    poses[:, :3, :3] = rotation
    poses[:, :3, 3] = -np.einsum("nij,nj->ni", rotation, values[:, 4:])
    return dict(zip(names, poses, strict=True))


def _pictures(folder: Path) -> dict[int, Path]:
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    found = ((_NUMBER.fullmatch(p.stem), p) for p in paths if p.suffix.lower() in (".jpg", ".png"))
    return {int(match[1]): path for match, path in found if match}


def _pinhole(path: Path) -> tuple[Vec4, tuple[int, int]]:
    data = read_object(path, "intrinsics")
    values = numbers([data.get(key) for key in ("fl_x", "fl_y", "cx", "cy", "w", "h")], 6)
    if values is None or values.min() <= 0 or data.get("camera_model", "PINHOLE") != "PINHOLE":
        raise DamagedScanError("intrinsics_damaged", path)
    fx, fy, cx, cy, width, height = values.tolist()
    return (fx, fy, cx, cy), (int(width), int(height))


def _camera(frame: Any) -> tuple[Vec4, Float[np.ndarray, "4 4"]] | str:
    """Intrinsics and pose of one frame, or why it has none."""
    if frame is None:
        return "view.pose_missing"
    flat: Mapping[str, Any] = {} if not isinstance(frame, dict) else {key: _flat(frame.get(key)) for key in _KEYS}
    k, pose = numbers(flat.get("intrinsic"), 9), numbers(flat.get("aligned_pose"), 16)
    if k is None or pose is None:
        return "view.pose_damaged"
    return (float(k[0]), float(k[4]), float(k[2]), float(k[5])), pose.reshape(4, 4)


_KEYS = ("intrinsic", "aligned_pose")


def _flat(rows: Any) -> Any:
    """Numbers of a matrix row by row; what is no matrix stays as it is."""
    nested = isinstance(rows, list) and all(isinstance(row, list) for row in rows)
    return [value for row in rows for value in row] if nested else rows


def _size_wh(path: Path) -> tuple[int, int] | str:
    try:
        return image_size_wh(path)
    except ImageHeaderError as error:
        return f"view.{error.reason}"
