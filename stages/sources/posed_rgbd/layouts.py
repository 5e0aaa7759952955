"""Folders of posed pictures as cameras and reconstruction programs leave them: one function per layout."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from jaxtyping import Float

from stages.sources.base import Drop
from stages.sources.posed_rgbd.colmap import colmap
from stages.sources.posed_rgbd.frames import Capture, Frame, natural
from stages.sources.posed_rgbd.nerfstudio import nerfstudio
from stages.sources.posed_rgbd.trajectories import (
    lines_of,
    nearest,
    pose_of,
    read_log,
    read_rows,
    read_timed,
    read_times,
)
from stages.sources.scans.files import DamagedScanError, read_json
from stages.sources.scene_files import as_array, read_numbers

PICTURES, DEPTHS = (".jpg", ".jpeg", ".png"), (".png", ".pgm")
COLOR_FOLDERS = ("color", "images", "image", "rgb")


class Settings(Protocol):
    """What a layout may need to know beyond the folder."""

    @property
    def poses_file(self) -> str | None:
        """Name of the trajectory in the folder."""

    @property
    def names_file(self) -> str | None:
        """Names of the pictures, one per row of the trajectory."""

    @property
    def max_gap_s(self) -> float | None:
        """How far apart in time what belongs together may be."""


def tum(root: Path, folder: Path, settings: Settings) -> Capture:
    """`rgb.txt`, `depth.txt` and a trajectory, all with timestamps; nearest ones belong together."""
    times, names = read_times(folder / "rgb.txt")
    depth_times, depth_names = read_times(folder / "depth.txt")
    pose_times, poses = read_timed(folder / str(settings.poses_file))
    gap_s = settings.max_gap_s or 0.0
    frames = []
    for number, (time, name) in enumerate(zip(times.tolist(), names, strict=True)):
        depth, pose = nearest(depth_times, time, gap_s), nearest(pose_times, time, gap_s)
        frames.append(
            Frame(
                number, folder / name, None if depth is None else folder / depth_names[depth],
                None if pose is None else poses[pose],
            )
        )  # fmt: skip
    return Capture(frames)


def seven_scenes(root: Path, folder: Path, settings: Settings) -> Capture:
    """`frame-000000.color.png`, `.depth.png` and `.pose.txt`."""
    frames, drops = [], []
    for path in sorted(folder.glob("frame-*.color.*")):
        match = re.fullmatch(r"frame-([0-9]{1,9})\.color\.(jpg|jpeg|png)", path.name)
        if match is None:
            drops.append(Drop("view.name_is_no_number", path.relative_to(root).as_posix()))
            continue
        stem = path.name.partition(".")[0]
        frames.append(
            Frame(int(match[1]), path, _first(folder / f"{stem}.depth", DEPTHS), _pose(folder / f"{stem}.pose.txt"))
        )
    return Capture(sorted(frames, key=lambda f: f.number), drops)


def open3d(root: Path, folder: Path, settings: Settings) -> Capture:
    """`color/` and `depth/` with files in the order of the frames, and a `.log` that numbers them from 0."""
    poses = read_log(folder / str(settings.poses_file))
    images = _pictures(folder)
    return _in_order(folder, {i: image for i, image in enumerate(images)}, poses)


def poses_txt(root: Path, folder: Path, settings: Settings) -> Capture:
    """A folder of pictures and one line per picture: 16 or 12 numbers, or translation and quaternion."""
    path = folder / str(settings.poses_file)
    rows = read_rows(path)
    images = _pictures(folder)
    if settings.names_file is None:
        if len(images) != len(rows):
            raise DamagedScanError("poses_of_other_pictures", path)
        return _in_order(folder, dict(enumerate(images)), dict(enumerate(rows)))
    names = [Path(n).stem for n in lines_of(folder / settings.names_file, "names")]
    if len(names) != len(rows):
        raise DamagedScanError("poses_of_other_pictures", path)
    number_of = {name: number for number, name in enumerate(names)}
    known = {number_of[i.stem]: i for i in images if i.stem in number_of}
    drops = [Drop("view.not_in_names", i.relative_to(root).as_posix()) for i in images if i.stem not in number_of]
    capture = _in_order(folder, known, dict(enumerate(rows)))
    return Capture(capture.frames, drops)


_REPLICA_CAMERA = ("fx", "fy", "cx", "cy", "scale")


def replica(root: Path, folder: Path, settings: Settings) -> Capture:
    """NICE-SLAM: `results/frame000000.jpg`, `depth000000.png`, `traj.txt`; `cam_params.json` may lie above."""
    camera_path = next((p for f in _upwards(folder, root) if (p := f / "cam_params.json").is_file()), None)
    path = camera_path or folder / "cam_params.json"
    camera = read_json(path, "camera")
    camera = camera.get("camera") if isinstance(camera, Mapping) else None
    numbers = as_array([camera.get(k) for k in _REPLICA_CAMERA], 5) if isinstance(camera, Mapping) else None
    if numbers is None or not numbers[[0, 1, 4]].min() > 0:
        raise DamagedScanError("camera_damaged", path)
    fx, fy, cx, cy, units_per_m = numbers.tolist()
    rows = read_rows(folder / "traj.txt")
    frames, drops = [], []
    for image in sorted((folder / "results").glob("frame*.jpg")):
        match = re.fullmatch(r"frame([0-9]{1,9})", image.stem)
        if match is None:
            drops.append(Drop("view.name_is_no_number", image.relative_to(root).as_posix()))
            continue
        number = int(match[1])
        depth = _first(image.with_name(f"depth{match[1]}"), DEPTHS)
        frames.append(Frame(number, image, depth, rows[number] if number < len(rows) else None, (fx, fy, cx, cy)))
    return Capture(frames, drops, 1 / units_per_m)


LAYOUTS: dict[str, Callable[[Path, Path, Settings], Capture]] = {
    "tum": tum,
    "7scenes": seven_scenes,
    "open3d": open3d,
    "poses_txt": poses_txt,
    "replica": replica,
    "nerfstudio": nerfstudio,
    "colmap": colmap,
}


def _in_order(folder: Path, images: Mapping[int, Path], poses: Mapping[int, Float[np.ndarray, "4 4"]]) -> Capture:
    return Capture([
        Frame(number, image, _first(folder / "depth" / image.stem, DEPTHS), poses.get(number))
        for number, image in sorted(images.items())
    ])  # fmt: skip


def _pictures(folder: Path) -> list[Path]:
    place = next((folder / name for name in COLOR_FOLDERS if (folder / name).is_dir()), None)
    if place is None:
        raise DamagedScanError("pictures_missing", folder / COLOR_FOLDERS[0])
    return sorted((p for p in place.iterdir() if p.suffix.lower() in PICTURES), key=lambda p: natural(p.name))


def _first(stem: Path, suffixes: Sequence[str]) -> Path | None:
    named = [stem.with_name(stem.name + suffix) for suffix in suffixes]
    return next((path for path in named if path.is_file()), None)


def _pose(path: Path) -> Float[np.ndarray, "4 4"] | None:
    """Pose of one file; NaN where it cannot be read."""
    try:
        return pose_of(read_numbers(path, "pose"))
    except DamagedScanError as error:
        return None if error.reason == "pose_missing" else np.full((4, 4), np.nan)


def _upwards(folder: Path, root: Path) -> list[Path]:
    """The folder and those above it, up to the root."""
    return [folder, *(p for p in folder.parents if p.is_relative_to(root))]
