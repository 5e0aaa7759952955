"""Posed RGB-D samples as frames in a world whose z axis points up: 7-Scenes, HoloLens, Replica.

Upward of each set is found in its depth, not taken from its files: the normals of all frames in world axes, those
within 45 degrees of the cameras' mean upward axis, and of these the densest cone (floors, tables). What the files say
of it (Replica's z axis, 7-Scenes' `gravity-direction.txt`) is compared with that.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.regions import Intrinsics, normals_of, points_of
from stages.lifting.params import DepthKind

_CONES_DEG = (25.0, 12.0, 6.0, 3.0)  # the cone of upward normals is narrowed to its densest part
_TRIED_DEG = 5.0  # spacing of the directions that are tried first
_EVERY_PX = 6


@dataclass(frozen=True)
class Frame:
    """Depth and pose of one picture.

    Attributes:
        name: As the data set numbers it.
        depth_m: Depth along the optical axis; NaN: none.
        intrinsics_px: Focal lengths and principal point.
        world_from_cam: Pose, OpenCV camera.
    """

    name: str
    depth_m: np.ndarray
    intrinsics_px: Intrinsics
    world_from_cam: np.ndarray


@dataclass(frozen=True)
class PosedSet:
    """Frames of one set.

    Attributes:
        frames: In the order of capture; z points up.
        depth_by: Kind of depth noise.
        stated_up_off_deg: Angle of the found upward axis to the one that the set states; NaN: it states none.
    """

    frames: list[Frame]
    depth_by: DepthKind
    stated_up_off_deg: float


def seven_scenes(folder: Path) -> PosedSet:
    """7-Scenes: millimetres, 0 and 65535 are no depth."""
    fx, _, cx, _, fy, cy, *_ = np.loadtxt(folder / "data/camera-intrinsics.txt").ravel()
    frames = [
        Frame(path.name[6:12], _depth_m(path, 0.001), (fx, fy, cx, cy),
              np.loadtxt(path.with_name(path.name.replace("depth.png", "pose.txt"))))
        for path in sorted((folder / "data").glob("frame-*.depth.png"))
    ]  # fmt: skip
    return _levelled(frames, "sensor", -np.loadtxt(folder / "data/gravity-direction.txt"))


def hololens(folder: Path) -> PosedSet:
    """HoloLens: millimetres; row i of the poses belongs to the i-th name."""
    root = folder / "000"
    fx, _, cx, _, fy, cy, *_ = np.loadtxt(root / "K.txt").ravel()
    names = [Path(n).stem for n in (root / "all_image_names.txt").read_text().split()]
    poses = dict(zip(names, np.loadtxt(root / "poses.txt").reshape(-1, 4, 4), strict=True))
    frames = [Frame(path.stem, _depth_m(path, 0.001), (fx, fy, cx, cy), poses[path.stem])
              for path in sorted((root / "depth").glob("*.png"))]  # fmt: skip
    return _levelled(frames, "sensor", None)


def replica(folder: Path) -> PosedSet:
    """Replica as NICE-SLAM renders it: exact depth, z up."""
    camera = json.loads((folder / "cam_params.json").read_text())["camera"]
    poses = np.loadtxt(folder / "room0_test/traj.txt").reshape(-1, 4, 4)
    fx, fy, cx, cy = (float(camera[k]) for k in ("fx", "fy", "cx", "cy"))
    frames = [Frame(path.stem[5:], _depth_m(path, 1 / camera["scale"]), (fx, fy, cx, cy), poses[int(path.stem[5:])])
              for path in sorted((folder / "room0_test/results").glob("depth*.png"))]  # fmt: skip
    return _levelled(frames, "exact", np.array([0.0, 0.0, 1.0]))


SETS: dict[str, Callable[[Path], PosedSet]] = {"7scenes": seven_scenes, "hololens": hololens, "replica": replica}


def _depth_m(path: Path, scale_m: float) -> np.ndarray:
    units = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if units is None:
        raise OSError(f"{path}: cannot be read as a picture")
    return np.where((units == 0) | (units == 65535), np.nan, units * scale_m).astype(np.float32)


def _levelled(frames: Sequence[Frame], depth_by: DepthKind, stated_up_w: np.ndarray | None) -> PosedSet:
    """Turn the world so that z points up."""
    normals_w = np.concatenate([_sparse_normals(f) @ f.world_from_cam[:3, :3].T for f in frames])
    up_w = up_of_normals(normals_w, -np.mean([f.world_from_cam[:3, 1] for f in frames], axis=0))
    off = (
        np.nan
        if stated_up_w is None
        else float(np.degrees(np.arccos(up_w @ stated_up_w / np.linalg.norm(stated_up_w))))
    )
    turn = np.eye(4)
    turn[:3, :3] = rotation_to_up(up_w)
    return PosedSet([replace(f, world_from_cam=turn @ f.world_from_cam) for f in frames], depth_by, off)


def _sparse_normals(frame: Frame) -> np.ndarray:
    normals = normals_of(points_of(frame.depth_m, frame.intrinsics_px), frame.intrinsics_px)
    sparse = normals[::_EVERY_PX, ::_EVERY_PX].reshape(-1, 3)
    kept: np.ndarray = sparse[np.isfinite(sparse).all(axis=1)]
    return kept


def up_of_normals(normals_w: np.ndarray, about_w: np.ndarray) -> np.ndarray:
    """Middle of the densest cone of normals within 45 degrees of a direction, unit length."""
    about = about_w / np.linalg.norm(about_w)
    near = normals_w[normals_w @ about > np.cos(np.radians(45))]
    turn = rotation_to_up(about)
    angles = np.radians(np.arange(-45, 46, _TRIED_DEG))
    tilts = np.array([(np.sin(a), np.sin(b), np.cos(a) * np.cos(b)) for a in angles for b in angles])
    tried = (tilts / np.linalg.norm(tilts, axis=1, keepdims=True)) @ turn  # rows of turn.T times tilts
    up: np.ndarray = tried[((near @ tried.T) > np.cos(np.radians(_CONES_DEG[2]))).sum(axis=0).argmax()]
    for cone in _CONES_DEG[1:]:
        up = near[near @ up > np.cos(np.radians(cone))].mean(axis=0)
        up = up / np.linalg.norm(up)
    return up


def rotation_to_up(up_w: np.ndarray) -> np.ndarray:
    """Rotation that brings a direction to z."""
    side = np.cross(up_w, [1.0, 0.0, 0.0] if abs(up_w[0]) < 0.9 else [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    return np.stack([side, np.cross(up_w, side), up_w])
