"""Camera poses in text files: rows of numbers, Open3D's log, TUM's timestamps. All are camera to world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from stages.sources.scans.files import DamagedScanError
from stages.sources.scene_files import read_numbers, read_text


def pose_of(numbers: Float[np.ndarray, " n"]) -> Float[np.ndarray, "4 4"] | None:
    """Pose of one row: 16 numbers, 12 (without the last line), or `tx ty tz qx qy qz qw`; None for anything else.

    A lost pose (NaN, infinity, a zero quaternion) comes back as NaN.
    """
    pose = np.eye(4)
    if len(numbers) == 7:
        length = np.linalg.norm(numbers[3:])
        if not (np.isfinite(numbers).all() and length > 0):
            return np.full((4, 4), np.nan)
        pose[:3, :3] = Rotation.from_quat(numbers[3:] / length).as_matrix()
        pose[:3, 3] = numbers[:3]
        return pose
    if len(numbers) not in (12, 16):
        return None
    pose[: len(numbers) // 4] = numbers.reshape(-1, 4)
    return pose


def read_rows(path: Path) -> list[Float[np.ndarray, "4 4"]]:
    """Read one pose per line; lines that start with # say nothing.

    Raises:
        DamagedScanError: The file is missing, or a line holds no pose.
    """
    poses = []
    for row in _table(path):
        pose = pose_of(row)
        if pose is None:
            raise DamagedScanError("poses_damaged", path)
        poses.append(pose)
    return poses


def read_log(path: Path) -> dict[int, Float[np.ndarray, "4 4"]]:
    """Read Open3D's log: per frame three integers, the first its number, and a 4x4 matrix.

    Raises:
        DamagedScanError: The file is missing or cut short.
    """
    numbers = read_numbers(path, "poses")
    if len(numbers) % 19 or not len(numbers):
        raise DamagedScanError("poses_damaged", path)
    blocks = numbers.reshape(-1, 19)
    if not np.isfinite(blocks[:, 0]).all():
        raise DamagedScanError("poses_damaged", path)
    return {int(block[0]): block[3:].reshape(4, 4) for block in blocks}


def read_timed(path: Path) -> tuple[Float[np.ndarray, " n"], list[Float[np.ndarray, "4 4"]]]:
    """Read TUM's `timestamp tx ty tz qx qy qz qw` rows, sorted by time.

    Raises:
        DamagedScanError: The file is missing or a line does not hold eight numbers.
    """
    rows = _table(path)
    if not rows or any(len(row) != 8 or not np.isfinite(row[0]) for row in rows):
        raise DamagedScanError("poses_damaged", path)
    rows.sort(key=lambda row: float(row[0]))
    poses = [pose for pose in (pose_of(row[1:]) for row in rows) if pose is not None]
    return np.array([row[0] for row in rows]), poses


def read_times(path: Path) -> tuple[Float[np.ndarray, " n"], list[str]]:
    """Read TUM's `timestamp file` rows, sorted by time.

    Raises:
        DamagedScanError: The file is missing or a line is damaged.
    """
    rows = []
    for line in lines_of(path, "times"):
        time, _, name = line.partition(" ")
        try:
            rows.append((float(time), name.strip()))
        except ValueError as error:
            raise DamagedScanError("times_damaged", path) from error
    if not rows or not all(name and np.isfinite(time) for time, name in rows):
        raise DamagedScanError("times_damaged", path)
    rows.sort()
    return np.array([time for time, _ in rows]), [name for _, name in rows]


def nearest(times: Float[np.ndarray, " n"], time: float, max_gap_s: float) -> int | None:
    """Index of the time nearest to another, None if all are farther than `max_gap_s`."""
    after = int(np.searchsorted(times, time))
    near = [i for i in (after - 1, after) if 0 <= i < len(times)]
    best = min(near, key=lambda i: abs(times[i] - time), default=None)
    return None if best is None or abs(times[best] - time) > max_gap_s else best


def _table(path: Path) -> list[Float[np.ndarray, " n"]]:
    try:
        return [np.array(line.replace(",", " ").split(), dtype=np.float64) for line in lines_of(path, "poses")]
    except ValueError as error:
        raise DamagedScanError("poses_damaged", path) from error


def lines_of(path: Path, what: str) -> list[str]:
    """Lines that say something: not empty, not a comment.

    Raises:
        DamagedScanError: `<what>_missing` or `<what>_damaged`.
    """
    lines = [line.strip() for line in read_text(path, what).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
