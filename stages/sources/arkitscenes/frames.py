"""Frames of one ARKitScenes film: pictures and depth by time, poses from the trajectory, intrinsics beside them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from stages.schema.records import Vec4
from stages.sources.base import Drop
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.shots import Shot

NEAREST_S = 0.005  # pictures and rows of the trajectory are rounded to 1 ms; the next row is 100 ms away
_ROUNDING_S = (0.0, -0.001, 0.001)


def read_shots(scene_id: str, folder: Path, video: str) -> tuple[list[Shot], list[Drop]]:
    """Read the frames of a film, numbered in order of time; none is no error.

    Raises:
        DamagedScanError: There are pictures, but the trajectory is missing or damaged.
    """
    pictures = sorted((_time(p), p) for p in (folder / "lowres_wide").glob("*.png"))
    if not pictures:
        return [], []
    times_s, world_from_cam = read_trajectory(folder / "lowres_wide.traj")
    shots, drops = [], []
    for number, (time_s, path) in enumerate(pictures):
        view_id = f"{scene_id}/{number}"
        nearest = int(np.abs(times_s - time_s).argmin()) if np.isfinite(time_s) else None
        if nearest is None:
            drops.append(Drop("view.bad_name", view_id))
        elif abs(times_s[nearest] - time_s) > NEAREST_S:
            drops.append(Drop("view.pose_missing", view_id))
        else:
            intrinsics_px = _intrinsics(folder / "lowres_wide_intrinsics", video, time_s)
            if isinstance(intrinsics_px, str):
                drops.append(Drop(intrinsics_px, view_id))
            else:
                depth = folder / "lowres_depth" / path.name
                shots.append(Shot(number, path, intrinsics_px, world_from_cam[nearest], depth))
    return shots, drops


def read_trajectory(path: Path) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, "n 4 4"]]:
    """Read times in seconds and camera-to-world poses; rows that are not finite keep a pose that is not.

    Raises:
        DamagedScanError: The file is missing, empty, or a row has not seven numbers.
    """
    try:
        rows = np.array([line.split() for line in path.read_text(encoding="utf-8").splitlines()], dtype=np.float64)
    except FileNotFoundError as error:
        raise DamagedScanError("trajectory_missing", path) from error
    except ValueError as error:  # also rows of different length
        raise DamagedScanError("trajectory_damaged", path) from error
    if rows.ndim != 2 or rows.shape[1] != 7 or not np.isfinite(rows[:, 0]).all():
        raise DamagedScanError("trajectory_damaged", path)
    finite = np.isfinite(rows).all(axis=1)
    poses = np.full((len(rows), 4, 4), np.nan)
    world_from_cam = Rotation.from_rotvec(rows[finite, 1:4]).as_matrix().transpose(0, 2, 1)
    poses[finite] = np.eye(4)
    poses[finite, :3, :3] = world_from_cam
    poses[finite, :3, 3] = -np.einsum("nij,nj->ni", world_from_cam, rows[finite, 4:])
    return rows[:, 0], poses


def _time(path: Path) -> float:
    """Time of a picture in seconds, infinite where its name does not tell."""
    word = path.stem.rpartition("_")[2]
    return float(word) if word.replace(".", "", 1).isdecimal() and word.isascii() else np.inf


def _intrinsics(folder: Path, video: str, time_s: float) -> Vec4 | str:
    """Intrinsics of a frame, or why there are none."""
    paths = (folder / f"{video}_{time_s + shift_s:.3f}.pincam" for shift_s in _ROUNDING_S)
    path = next((p for p in paths if p.is_file()), None)
    if path is None:
        return "view.intrinsics_missing"
    try:
        values = np.array(path.read_text(encoding="utf-8").split(), dtype=np.float64)
    except ValueError:
        return "view.intrinsics_damaged"
    if values.shape != (6,):
        return "view.intrinsics_damaged"
    fx, fy, cx, cy = values[2:].tolist()
    return fx, fy, cx, cy
