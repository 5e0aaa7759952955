"""The `.conf` file: one line per undistorted picture, after the intrinsics of its camera."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stages.schema.records import Vec4
from stages.sources.base import Drop
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.shots import OPENCV_FROM_OPENGL, Shot

DEPTH_UNIT_M = 0.00025
_NAME = re.compile(r"[0-9a-f]+_i(\d)_(\d)\.jpg")


def read_shots(scene_id: str, folder: Path, cameras: Sequence[int]) -> tuple[list[Shot], list[Drop]]:
    """Read the pictures of the cameras asked for, numbered by their line; no `.conf` and no pictures are no error.

    Raises:
        DamagedScanError: There are pictures, but the `.conf` is missing or damaged.
    """
    path = folder / "undistorted_camera_parameters" / f"{folder.name}.conf"
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        if (folder / "undistorted_color_images").is_dir():
            raise DamagedScanError("cameras_missing", path) from error
        return [], []
    except UnicodeDecodeError as error:
        raise DamagedScanError("cameras_damaged", path) from error
    shots: list[Shot] = []
    drops: list[Drop] = []
    intrinsics: Vec4 | None = None
    number = 0
    for line in lines:
        if line[:1] == ["intrinsics_matrix"]:
            intrinsics = _intrinsics(path, line[1:])
        elif line[:1] == ["scan"]:
            shot = _shot(scene_id, folder, line, number, intrinsics, cameras)
            number += 1
            if isinstance(shot, Shot):
                shots.append(shot)
            elif shot is not None:
                drops.append(shot)
    return shots, drops


def _intrinsics(path: Path, words: Sequence[str]) -> Vec4:
    try:
        k = np.array(words, dtype=np.float64).reshape(3, 3)
    except ValueError as error:
        raise DamagedScanError("cameras_damaged", path) from error
    return float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2])


def _shot(
    scene_id: str, folder: Path, line: Sequence[str], number: int, intrinsics: Vec4 | None, cameras: Sequence[int]
) -> Shot | Drop | None:
    """Read `scan <depth> <picture> <16 numbers>`; None: another camera's."""
    view_id = f"{scene_id}/{number}"
    name = _NAME.fullmatch(line[2]) if len(line) > 2 else None
    if name is None:
        return Drop("view.bad_name", view_id)
    if int(name[1]) not in cameras:
        return None
    try:
        world_from_gl = np.array(line[3:], dtype=np.float64).reshape(4, 4)
    except ValueError:
        return Drop("view.pose_damaged", view_id)
    if intrinsics is None:
        return Drop("view.intrinsics_missing", view_id)
    picture = folder / "undistorted_color_images" / name[0]
    try:
        height_px = image_size_wh(picture)[1]
    except OSError:
        return Drop("view.image_missing", view_id)
    except ImageHeaderError as error:
        return Drop(f"view.{error.reason}", view_id)
    fx, fy, cx, from_bottom = intrinsics
    depth = folder / "undistorted_depth_images" / name[0].replace("_i", "_d").replace(".jpg", ".png")
    return Shot(
        number,
        picture,
        (fx, fy, cx, height_px - 1 - from_bottom),
        world_from_gl @ OPENCV_FROM_OPENGL,
        depth,
        DEPTH_UNIT_M,
    )
