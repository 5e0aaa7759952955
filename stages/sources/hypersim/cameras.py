"""Hypersim's lenses as pinholes of a turned camera, and the poses of its keyframes."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from scipy.linalg import rq

from stages.hdf5 import Hdf5Error, read_hdf5
from stages.schema.records import Vec4
from stages.sources.base import SourceError
from stages.sources.scans.files import DamagedScanError

_OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0])
_COLUMNS = (
    "scene_name", "settings_output_img_width", "settings_output_img_height", "settings_units_info_meters_scale",
    *(f"M_cam_from_uv_{i}{j}" for i in range(3) for j in range(3)),
)  # fmt: skip


@dataclass(frozen=True)
class Lens:
    """One scene's lens and units.

    Attributes:
        size_wh: Of its pictures.
        metres_per_unit: Asset units to metres.
        intrinsics_px: Of the pinhole.
        pinhole_from_camera: Turn from the stated camera (OpenGL axes) to the pinhole (OpenCV axes).
        skew_px: Farthest that the part no pinhole has moves a pixel.
    """

    size_wh: tuple[int, int]
    metres_per_unit: float
    intrinsics_px: Vec4
    pinhole_from_camera: Float[np.ndarray, "3 3"]
    skew_px: float


def read_lenses(path: Path) -> dict[str, Lens]:
    """Read the lens of every scene.

    Raises:
        SourceError: The table is missing, lacks a column, or a row is damaged.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(
            f"{path}: cannot be read; take it from contrib/mikeroberts3000 of https://github.com/apple/ml-hypersim"
        ) from error
    missing = set(_COLUMNS) - set(rows[0] if rows else ())
    if missing:
        raise SourceError(f"{path}: expected the columns {', '.join(sorted(missing))}; is it the right table?")
    lenses = {}
    for row in rows:
        lens = _lens(row)
        if lens is None:
            raise SourceError(f"{path}: row {row['scene_name']}: M_cam_from_uv makes no camera; fetch it again")
        lenses[str(row["scene_name"])] = lens
    return lenses


def pinhole(
    cam_from_uv: Float[np.ndarray, "3 3"], size_wh: tuple[int, int]
) -> tuple[Vec4, Float[np.ndarray, "3 3"], float]:
    """Part a map from picture coordinates (u right, v up, both -1 to 1) to rays into a pinhole and a turn.

    Returns:
        Intrinsics, the turn from the OpenGL camera to the pinhole's OpenCV axes, and the skew in pixels.

    Example:
        >>> intrinsics_px, turn, skew_px = pinhole(np.diag([0.5, 0.5, -1.0]), (100, 100))
        >>> intrinsics_px, np.round(turn).tolist(), skew_px
        ((100.0, 100.0, 49.5, 49.5), [[1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [0.0, 0.0, -1.0]], 0.0)
    """
    width, height = size_wh
    px_from_uv = np.array([[width / 2, 0, width / 2 - 0.5], [0, -height / 2, height / 2 - 0.5], [0, 0, 1]])
    matrix, turn = rq(px_from_uv @ np.linalg.inv(cam_from_uv) @ _OPENGL_FROM_OPENCV)
    signs = np.sign(np.diag(matrix))
    matrix, turn = matrix * signs / abs(matrix[2, 2]), turn * signs[:, None]
    skew_px = float(abs(matrix[0, 1]) * height / 2 / matrix[1, 1])
    intrinsics_px = (float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2]))
    return intrinsics_px, turn @ _OPENGL_FROM_OPENCV, skew_px


def read_poses(folder: Path, lens: Lens) -> dict[int, Float[np.ndarray, "4 4"]]:
    """World from pinhole of every keyframe, metres; not finite where the file says so.

    Raises:
        DamagedScanError: A file is missing or damaged, or they do not fit together.
    """
    positions = _array(folder / "camera_keyframe_positions.hdf5")
    turns = _array(folder / "camera_keyframe_orientations.hdf5")
    if positions.shape != (len(positions), 3) or turns.shape != (len(positions), 3, 3):
        raise DamagedScanError("poses_damaged", folder / "camera_keyframe_positions.hdf5")
    poses = np.tile(np.eye(4), (len(positions), 1, 1))
    poses[:, :3, :3] = turns @ lens.pinhole_from_camera.T
    poses[:, :3, 3] = positions * lens.metres_per_unit
    return dict(zip(_frames(folder, len(positions)).tolist(), poses, strict=True))


def _frames(folder: Path, n: int) -> Int[np.ndarray, " n"]:
    path = folder / "camera_keyframe_frame_indices.hdf5"
    if not path.is_file():
        return np.arange(n)
    frames = _array(path)
    if frames.shape != (n,) or len(np.unique(frames)) < n or frames.dtype.kind not in "iu":
        raise DamagedScanError("poses_damaged", path)
    return frames.astype(np.int64)


def _array(path: Path) -> np.ndarray:
    try:
        return read_hdf5(path)
    except FileNotFoundError as error:
        raise DamagedScanError("poses_missing", path) from error
    except Hdf5Error as error:
        raise DamagedScanError("poses_damaged", path) from error


def _lens(row: Mapping[str, str]) -> Lens | None:
    try:
        numbers = np.array([row[name] for name in _COLUMNS[1:]], dtype=np.float64)
    except (TypeError, ValueError):
        return None
    size_wh = (int(numbers[0]), int(numbers[1])) if np.isfinite(numbers).all() else (0, 0)
    cam_from_uv = numbers[3:].reshape(3, 3)
    if min(size_wh) < 1 or not numbers[2] > 0 or abs(np.linalg.det(cam_from_uv)) < 1e-9:
        return None
    intrinsics_px, turn, skew_px = pinhole(cam_from_uv, size_wh)
    return Lens(size_wh, float(numbers[2]), intrinsics_px, turn, skew_px)
