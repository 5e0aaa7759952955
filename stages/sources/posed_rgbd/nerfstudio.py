"""nerfstudio's `transforms.json`, also written by instant-ngp, Record3D, Polycam and KIRI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stages.schema.records import Vec4
from stages.sources.base import Drop
from stages.sources.posed_rgbd.frames import Capture, Frame
from stages.sources.scans.files import DamagedScanError, read_json
from stages.sources.scans.shots import OPENCV_FROM_OPENGL
from stages.sources.scene_files import as_array

PINHOLES = ("PINHOLE", "SIMPLE_PINHOLE", "OPENCV", "SIMPLE_RADIAL", "RADIAL")


def nerfstudio(root: Path, folder: Path, settings: object) -> Capture:
    """Read `transforms.json`: OpenGL cameras; intrinsics of the file, or of a frame where it has its own."""
    path = folder / "transforms.json"
    data = read_json(path, "transforms")
    if not isinstance(data, Mapping) or not isinstance(data.get("frames"), list):
        raise DamagedScanError("transforms_damaged", path)
    frames, drops = [], []
    for number, entry in enumerate(data["frames"]):
        frame = _frame(folder, number, {**data, **entry}) if isinstance(entry, Mapping) else None
        if frame is None:
            drops.append(Drop("view.frame_damaged", f"{path.relative_to(root).as_posix()}: frames[{number}]"))
        else:
            frames.append(frame)
    return Capture(frames, drops)


def _frame(folder: Path, number: int, entry: Mapping[str, Any]) -> Frame | None:
    name, depth = entry.get("file_path"), entry.get("depth_file_path")
    lens = as_array([entry.get(k, 0.0) for k in ("k1", "k2", "p1", "p2")], 4)
    intrinsics_px = _intrinsics_px(entry)
    if not isinstance(name, str) or lens is None or intrinsics_px is None:
        return None
    k1, k2, p1, p2 = lens.tolist()
    more = as_array([entry.get(k, 0.0) for k in ("k3", "k4")], 2)
    matrix = as_array(entry.get("transform_matrix"), 4, 4)
    return Frame(
        number, folder / name, folder / depth if isinstance(depth, str) else None,
        np.full((4, 4), np.nan) if matrix is None else matrix @ OPENCV_FROM_OPENGL,
        intrinsics_px, (k1, k2, p1, p2),
        entry.get("camera_model", "OPENCV") in PINHOLES and more is not None and not more.any(),
    )  # fmt: skip


def _intrinsics_px(entry: Mapping[str, Any]) -> Vec4 | None:
    """Principal points count from the picture's corner there, pixels from their centres here."""
    numbers = as_array([entry.get(k) for k in ("fl_x", "fl_y", "cx", "cy")], 4)
    if numbers is None:
        return None
    fx, fy, cx, cy = numbers.tolist()
    return fx, fy, cx - 0.5, cy - 0.5
