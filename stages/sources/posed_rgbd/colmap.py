"""COLMAP's sparse model, text or binary: cameras and poses, no depth and no scale.

Formats: https://colmap.github.io/format.html. Poses there are world to camera, quaternions start with w, and principal
points count from the picture's corner.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from stages.schema.records import Vec4
from stages.sources.posed_rgbd.frames import Capture, Frame
from stages.sources.posed_rgbd.trajectories import pose_of
from stages.sources.scans.files import DamagedScanError
from stages.sources.scene_files import read_text

MODELS = ("sparse/0", "sparse", "colmap/sparse/0", ".")
_POINT_BYTES = 24  # x, y and the id of a point
# Name, number of parameters, and the places of fx, fy, cx, cy, k1, k2, p1, p2 among them (-1: zero).
CAMERAS: dict[int, tuple[str, int, tuple[int, ...]]] = {
    0: ("SIMPLE_PINHOLE", 3, (0, 0, 1, 2, -1, -1, -1, -1)),
    1: ("PINHOLE", 4, (0, 1, 2, 3, -1, -1, -1, -1)),
    2: ("SIMPLE_RADIAL", 4, (0, 0, 1, 2, 3, -1, -1, -1)),
    3: ("RADIAL", 5, (0, 0, 1, 2, 3, 4, -1, -1)),
    4: ("OPENCV", 8, (0, 1, 2, 3, 4, 5, 6, 7)),
    5: ("OPENCV_FISHEYE", 8, ()),
    6: ("FULL_OPENCV", 12, ()),
    7: ("FOV", 5, ()),
    8: ("SIMPLE_RADIAL_FISHEYE", 4, ()),
    9: ("RADIAL_FISHEYE", 5, ()),
    10: ("THIN_PRISM_FISHEYE", 12, ()),
}
_BY_NAME = {name: number for number, (name, _, _) in CAMERAS.items()}


@dataclass(frozen=True)
class Image:
    """One registered picture: quaternion (w first) and translation, world to camera."""

    number: int
    world_to_cam: Float[np.ndarray, " 7"]
    camera: int
    name: str


@dataclass(frozen=True)
class Camera:
    """One camera: its model's number and parameters."""

    model: int
    values: Sequence[float]


def colmap(root: Path, folder: Path, settings: object) -> Capture:
    """Read the model below `sparse/0` (or where else it lies) and name its pictures below `images/`."""
    place = next((folder / m for m in MODELS if _has_model(folder / m)), None)
    if place is None:
        raise DamagedScanError("model_missing", folder / MODELS[0])
    binary = (place / "cameras.bin").is_file()
    try:
        cameras = _cameras_bin(place / "cameras.bin") if binary else _cameras_txt(place / "cameras.txt")
        images = _images_bin(place / "images.bin") if binary else _images_txt(place / "images.txt")
    except (struct.error, ValueError, IndexError, KeyError, OverflowError) as error:
        raise DamagedScanError("model_damaged", place) from error
    if any(image.camera not in cameras for image in images):
        raise DamagedScanError("model_damaged", place)
    return Capture([_frame(folder, i, cameras[i.camera]) for i in sorted(images, key=lambda i: i.number)])


def _has_model(place: Path) -> bool:
    return (place / "cameras.bin").is_file() or (place / "cameras.txt").is_file()


def _frame(folder: Path, image: Image, camera: Camera) -> Frame:
    w, x, y, z, *shift = image.world_to_cam.tolist()
    cam_from_world = pose_of(np.array([*shift, x, y, z, w]))
    lost = cam_from_world is None or np.isnan(cam_from_world).any()
    pose = np.full((4, 4), np.nan) if lost or cam_from_world is None else np.linalg.inv(cam_from_world)
    places = CAMERAS[camera.model][2]
    fx, fy, cx, cy, k1, k2, p1, p2 = (0.0 if p < 0 else camera.values[p] for p in places) if places else [1.0] * 8
    intrinsics_px: Vec4 = (fx, fy, cx - 0.5, cy - 0.5)
    return Frame(
        image.number, folder / "images" / image.name, None, pose, intrinsics_px, (k1, k2, p1, p2), bool(places)
    )


def _cameras_txt(path: Path) -> dict[int, Camera]:
    rows = [line.split() for line in _lines(path) if line.strip()]
    cameras = {int(row[0]): Camera(_BY_NAME[row[1]], [float(v) for v in row[4:]]) for row in rows}
    if any(len(c.values) != CAMERAS[c.model][1] for c in cameras.values()):
        raise ValueError(path)
    return cameras


def _images_txt(path: Path) -> list[Image]:
    """Two lines per picture: the picture, then its points, which may be none."""
    images = []
    for line in _lines(path)[::2]:
        if line.strip():
            number, *numbers = line.split(maxsplit=9)
            pose = np.array(numbers[:7], dtype=np.float64)
            images.append(Image(int(number), pose, int(numbers[7]), numbers[8].strip()))
    return images


def _lines(path: Path) -> list[str]:
    return [line for line in read_text(path, "model").splitlines() if not line.startswith("#")]


def _cameras_bin(path: Path) -> dict[int, Camera]:
    take = _reader(path)
    (count,) = take("<Q")
    cameras = {}
    for _ in range(count):  # a wrong count runs into the end of the file
        number, model, _, _ = take("<iiQQ")
        cameras[number] = Camera(model, take(f"<{CAMERAS[model][1]}d"))
    return cameras


def _images_bin(path: Path) -> list[Image]:
    take = _reader(path)
    (count,) = take("<Q")
    images = []
    for _ in range(count):
        number, *pose, camera = take("<i7di")
        name = bytearray()
        while (byte := take("<B")[0]) != 0:
            name.append(byte)
        (points,) = take("<Q")
        take(f"<{points * _POINT_BYTES}x")
        images.append(Image(number, np.array(pose), camera, name.decode()))
    return images


def _reader(path: Path) -> Callable[[str], tuple[Any, ...]]:
    """Return a function that reads the next values of a format; it fails at the end of the file."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedScanError("model_missing", path) from error
    at = 0

    def take(layout: str) -> tuple[Any, ...]:
        nonlocal at
        found = struct.unpack_from(layout, data, at)
        at += struct.calcsize(layout)
        return found

    return take
