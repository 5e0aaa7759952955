"""Error of gravity and floor found in depth: `python -m benchmarks.gravity [FOLDER] [SCENES] [REAL]`.

FOLDER (default `data/scenes/rooms`) holds ingested rooms with exact poses; all views of the first SCENES (default 20)
are seen through exact depth, sensor-like depth and monocular-like depth (the audit's models at the levels of
params.yaml, the lens misjudged on the last). `upright` is what one gets who takes the picture's down axis for gravity.
Floors: height in view space, once by the gravity found and once by the true one. `beyond 95 %` is the share of errors
that a sigma of the stated size exceeds in one of twenty.

REAL is a folder with samples of 7-Scenes, HoloLens (DeepVideoMVS), Replica (NICE-SLAM) and SUN RGB-D (mmdetection3d):
gravity of each frame, turned into the world by its pose, against that of the next frame and against the world's own.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from stages import params as params_file
from stages.annotate import AnnotateParams
from stages.audit import AuditParams
from stages.audits.paths import Eyes, degraded, exact_depths
from stages.geometry.frames import gravity_of_pose, view_from_cam
from stages.lifting.floor import floor_height
from stages.lifting.gravity import Gravity, Intrinsics, gravity_of_depth
from stages.lifting.points import Camera
from stages.runner import seed_of
from stages.schema.columns import vectors, whole
from stages.schema.store import read_table, shard_path, shards_in

PATHS = ("exact", "sensor", "lifted")
Z_95 = 2.4477  # of the length of two independent errors of 1 sigma


@dataclass
class Frame:
    """Depth, lens and pose of one picture; gravity of the camera frame where it is known."""

    depth_m: np.ndarray
    intrinsics_px: Intrinsics
    world_from_cam: np.ndarray
    truth_c: np.ndarray


@dataclass
class Errors:
    """What is found on one kind of depth."""

    views: int = 0
    seconds: float = 0.0
    tilt_deg: list[float] = field(default_factory=list)
    upright_deg: list[float] = field(default_factory=list)
    sigmas: list[float] = field(default_factory=list)
    floor_m: list[float] = field(default_factory=list)
    floor_true_m: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        tilt, sigmas = np.array(self.tilt_deg), np.array(self.sigmas)
        return {
            "views": self.views,
            "answered": len(tilt) / max(self.views, 1),
            "median_deg": _quantile(tilt, 0.5),
            "p90_deg": _quantile(tilt, 0.9),
            "over_3_deg": float((tilt > 3).mean()) if len(tilt) else np.nan,
            "upright_deg": _quantile(self.upright_deg, 0.5),
            "sigma_deg": float(np.median(sigmas)) if len(sigmas) else np.nan,
            "beyond_95": float((tilt > Z_95 * sigmas).mean()) if len(tilt) else np.nan,
            "floors": len(self.floor_m) / max(self.views, 1),
            "floor_m": _quantile(self.floor_m, 0.5),
            "floor_p90_m": _quantile(self.floor_m, 0.9),
            "floor_true_gravity_m": _quantile(self.floor_true_m, 0.5),
            "floor_true_gravity_p90_m": _quantile(self.floor_true_m, 0.9),
            "ms": self.seconds / max(self.views, 1) * 1e3,
        }


def main(folder: Path, most: int, real: Path | None) -> dict[str, dict[str, float]]:
    """Print tables and the same figures as JSON."""
    data = params_file.read_params()
    params = params_file.parse(AnnotateParams, params_file.section(data, "annotate"), "annotate").lift
    audit = params_file.parse(AuditParams, params_file.section(data, "audit"), "audit")
    found = {}
    for path in PATHS:
        errors = Errors()
        for frame in room_frames(folder, most, path, Eyes(audit.sensor, audit.lifted), seed_of(data)):
            add(errors, frame, params)
        found[f"rooms, {path}"] = errors.figures()
    print_table("rooms", found)
    if real is not None:
        there = {name: agreement(frames, params) for name, frames in real_frames(real)}
        print_table("real depth", there)
        found |= there
    print(json.dumps({k: {n: v for n, v in row.items() if np.isfinite(v)} for k, row in found.items()}))
    return found


def add(errors: Errors, frame: Frame, params: Any) -> None:
    """Find gravity and the floor of one room's frame; its floor lies at height 0 of the world."""
    start = time.process_time()
    one = gravity_of_depth(frame.depth_m, frame.intrinsics_px, params.gravity)
    if errors.views:  # the first call compiles
        errors.seconds += time.process_time() - start
    errors.views += 1
    errors.upright_deg.append(angle_deg(np.array([0.0, 1.0, 0.0]), frame.truth_c))
    truth_m = -frame.world_from_cam[2, 3]
    errors.floor_true_m += _off(floor(frame, frame.truth_c, params), truth_m)
    if one.reason is None:
        errors.tilt_deg.append(angle_deg(one.gravity_c, frame.truth_c))
        errors.sigmas.append(one.tilt_sigma_deg)
        errors.floor_m += _off(floor(frame, one.gravity_c, params), truth_m)


def floor(frame: Frame, gravity_c: np.ndarray, params: Any) -> float:
    """Height of the floor in view space, NaN where there is none."""
    camera = Camera(frame.intrinsics_px, view_from_cam(gravity_c[None])[0])
    return floor_height(frame.depth_m, camera, params.floor)


def agreement(frames: list[Frame], params: Any) -> dict[str, float]:
    """Compare gravity of frames with that of the next frame, and with the world's own where that is known."""
    ones: list[Gravity] = [gravity_of_depth(f.depth_m, f.intrinsics_px, params.gravity) for f in frames]
    known = [(f, g) for f, g in zip(frames, ones, strict=True) if g.reason is None]
    down_w = [f.world_from_cam[:3, :3] @ g.gravity_c for f, g in known]
    between = [angle_deg(a, b) for a, b in pairwise(down_w)]
    off = [angle_deg(g.gravity_c, f.truth_c) for f, g in known if np.isfinite(f.truth_c).all()]
    # Height of the floor in the world, along the mean of what was found: the same for all frames if all is well.
    mean_w = np.mean(down_w, axis=0) / np.linalg.norm(np.mean(down_w, axis=0))
    floors = np.array([floor(f, g.gravity_c, params) - f.world_from_cam[:3, 3] @ mean_w for f, g in known])
    floors = floors[np.isfinite(floors)]
    return {
        "views": len(frames),
        "answered": len(known) / len(frames),
        "median_deg": _quantile(off, 0.5),
        "p90_deg": _quantile(off, 0.9),
        "next_frame_median_deg": _quantile(between, 0.5),
        "next_frame_p90_deg": _quantile(between, 0.9),
        "sigma_deg": float(np.median([g.tilt_sigma_deg for _, g in known])),
        "floors": len(floors) / len(frames),
        "floor_spread_m": float(np.median(np.abs(floors - np.median(floors)))) if len(floors) else np.nan,
    }


def room_frames(folder: Path, most: int, path: Any, eyes: Eyes, seed: int) -> Iterator[Frame]:
    """Views of the first rooms as one path of the audit sees them."""
    left = most
    for shard in shards_in(folder, "scene"):
        tables = {name: read_table(shard_path(folder, name, shard), name) for name in ("scene", "object", "view")}
        tables["sighting"] = read_table(shard_path(folder, "sighting", shard), "sighting").slice(0, 0)
        scenes = sorted(tables["scene"].column("scene_id").to_pylist())[:left]
        left -= len(scenes)
        depths = exact_depths(read_table(shard_path(folder, "pixels", shard), "pixels"), tables["view"])
        pose = vectors(tables["view"].column("world_from_cam"), 16).reshape(-1, 4, 4)
        if path != "exact":
            worse, depths = degraded(tables, depths, path, eyes, seed)
            tables = {**tables, "view": worse["view"]}
        ids = whole(tables["view"], "view_id").to_pylist()
        lenses = dict(zip(ids, vectors(tables["view"].column("intrinsics_px"), 4).tolist(), strict=True))
        poses = dict(zip(ids, pose, strict=True))
        for view_id, depth_m in depths([i for i in ids if i.rsplit("/", 1)[0] in scenes]):
            fx, fy, cx, cy = lenses[view_id]
            yield Frame(depth_m, (fx, fy, cx, cy), poses[view_id], gravity_of_pose(poses[view_id][None])[0])


def real_frames(root: Path) -> Iterator[tuple[str, list[Frame]]]:
    """Samples of posed RGB-D, and one picture with the tilt of its camera."""
    depth = sorted((root / "7scenes/data").glob("*.depth.png"))
    lens = np.loadtxt(root / "7scenes/data/camera-intrinsics.txt")
    stated = np.loadtxt(root / "7scenes/data/gravity-direction.txt")  # nothing says how it was found
    poses = [np.loadtxt(str(path).replace("depth.png", "pose.txt")) for path in depth]
    yield "7scenes (stated)", _frames(depth, 0.001, lens, poses, stated)
    depth = sorted((root / "hololens/000/depth").glob("*.png"))
    names = [Path(name).stem for name in (root / "hololens/000/all_image_names.txt").read_text().split()]
    every = np.loadtxt(root / "hololens/000/poses.txt").reshape(-1, 4, 4)
    poses = [every[names.index(path.stem)] for path in depth]
    yield "hololens (y up)", _frames(depth, 0.001, np.loadtxt(root / "hololens/000/K.txt"), poses, np.array([0, -1, 0]))
    camera = json.loads((root / "replica/cam_params.json").read_text())["camera"]
    lens = np.array([[camera["fx"], 0, camera["cx"]], [0, camera["fy"], camera["cy"]], [0, 0, 1]])
    depth = sorted((root / "replica/room0_test/results").glob("depth*.png"))
    every = np.loadtxt(root / "replica/room0_test/traj.txt").reshape(-1, 4, 4)
    poses = [every[int(path.stem.removeprefix("depth"))] for path in depth]
    yield "replica (z up)", _frames(depth, 1 / camera["scale"], lens, poses, np.array([0, 0, -1]))
    yield "sunrgbd (tilt)", [sunrgbd_frame(root / "sunrgbd/mmdet3d_demo")]


def _frames(depth: list[Path], scale_m: float, lens: np.ndarray, poses: list[Any], down_w: np.ndarray) -> list[Frame]:
    out = []
    for path, pose in zip(depth, poses, strict=True):
        units = cv2.imread(str(path), cv2.IMREAD_UNCHANGED).astype(np.float32) * np.float32(scale_m)
        units[units <= 0] = np.nan
        out.append(Frame(units, _lens(lens), pose, pose[:3, :3].T @ (down_w / np.linalg.norm(down_w))))
    return out


def sunrgbd_frame(folder: Path, coarser: int = 6) -> Frame:
    """Draw the levelled points of SUN RGB-D 000017 into its camera, a sixth of the picture's size: they are few."""
    points = np.fromfile(folder / "000017.bin", np.float32).reshape(-1, 6)[:, :3].astype(np.float64)
    calib = pickle.loads((folder / "sunrgbd_000017_infos.v0.pkl").read_bytes())[0]["calib"]
    tilt, lens = calib["Rt"], calib["K"]
    to_camera = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]) @ tilt.T
    points_c = points @ to_camera.T
    lens = np.vstack([lens[:2] / coarser, lens[2:]])
    u, v = (np.rint(points_c[:, i] / points_c[:, 2] * lens[i, i] + lens[i, 2]).astype(int) for i in range(2))
    depth = np.full((530 // coarser, 730 // coarser), np.nan, np.float32)
    inside = (u >= 0) & (v >= 0) & (u < depth.shape[1]) & (v < depth.shape[0])
    far_first = np.argsort(-points_c[inside, 2], kind="stable")
    depth[v[inside][far_first], u[inside][far_first]] = points_c[inside, 2][far_first]
    pose = np.eye(4)
    pose[:3, :3] = to_camera.T
    return Frame(depth, _lens(lens), pose, -to_camera[:, 2])


def _lens(matrix: np.ndarray) -> Intrinsics:
    return float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2])


def angle_deg(a: np.ndarray, b: np.ndarray) -> float:
    """Angle between two unit vectors."""
    return float(np.degrees(2 * np.arcsin(min(np.linalg.norm(a - b) / 2, 1.0))))


def _off(height_m: float, truth_m: float) -> list[float]:
    return [abs(height_m - truth_m)] if np.isfinite(height_m) else []


def _quantile(values: Any, at: float) -> float:
    return float(np.quantile(values, at)) if len(values) else np.nan


def print_table(title: str, rows: dict[str, dict[str, float]]) -> None:
    names = list(next(iter(rows.values())))
    wide = max(map(len, rows))
    print(f"{title}\n{'':{wide}}", *names)
    for name, row in rows.items():
        print(f"{name:{wide}}", *(f"{row[n]:{len(n)}.{0 if n == 'views' else 3}f}" for n in names))


if __name__ == "__main__":
    main(
        Path(sys.argv[1] if len(sys.argv) > 1 else "data/scenes/rooms"),
        int(sys.argv[2]) if len(sys.argv) > 2 else 20,
        Path(sys.argv[3]) if len(sys.argv) > 3 else None,
    )
