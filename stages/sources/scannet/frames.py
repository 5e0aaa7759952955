"""ScanNet's exported frames: pictures, depth maps, poses and intrinsics of the hand-held camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from stages.schema.records import Vec4, ViewRow
from stages.sources.base import Drop
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.scannet.scan import DamagedScanError

DEPTH_UNIT_M = 0.001
_OFF_CENTER = 0.2  # share of the picture; real cameras stay below 0.05


@dataclass(frozen=True)
class Frame:
    """The files of one frame; the picture exists, the others may not."""

    number: int
    image: Path
    pose: Path | None
    depth: Path | None


@dataclass(frozen=True)
class Capture:
    """What all frames of a scene share: its id, folder, text file and alignment; paths are made relative to `root`."""

    scene_id: str
    root: Path
    folder: Path
    meta: Mapping[str, str]
    world_from_scan: Float[np.ndarray, "4 4"]


def find_frames(folder: Path) -> tuple[list[Frame], list[Path]]:
    """List the frames below `color/` by number, and the files there whose name is no number."""
    images, strange = _numbered(folder / "color", (".jpg", ".png"))
    poses, _ = _numbered(folder / "pose", (".txt",))
    depths, _ = _numbered(folder / "depth", (".png",))
    return [Frame(n, images[n], poses.get(n), depths.get(n)) for n in sorted(images)], strange


def thin(frames: Sequence[Frame], stride: int, most: int) -> list[Frame]:
    """Keep every `stride`-th frame, then at most `most` of them, evenly spread."""
    kept = list(frames[::stride])
    return [kept[i] for i in spread(len(kept), most)]


def spread(n: int, most: int) -> Int[np.ndarray, " k"]:
    """Return at most `most` of the indices 0 to n - 1, evenly spread, the first always among them."""
    return np.arange(min(n, most)) * n // max(min(n, most), 1)


def posed_views(capture: Capture, frames: Sequence[Frame]) -> tuple[list[ViewRow], list[Drop]]:
    """Turn frames into views, poses moved to the aligned world; lost or damaged frames are drops.

    Raises:
        DamagedScanError: No intrinsics are given, or they are damaged.
    """
    views: list[ViewRow] = []
    drops: list[Drop] = []
    for frame in frames:
        view = _view(capture, frame)
        if isinstance(view, Drop):
            drops.append(view)
        else:
            views.append(view)
    return views, drops


def _view(capture: Capture, frame: Frame) -> ViewRow | Drop:
    view_id = f"{capture.scene_id}/{frame.number}"
    if frame.pose is None:
        return Drop("view.pose_missing", view_id)
    scan_from_cam = read_matrix(frame.pose)
    if scan_from_cam is None:
        return Drop("view.pose_damaged", view_id)
    if not np.isfinite(scan_from_cam).all():
        return Drop("view.pose_lost", view_id)  # the tracker's rows of -inf
    try:
        size_wh = image_size_wh(frame.image)
    except ImageHeaderError:
        return Drop("view.image_damaged", view_id)
    return ViewRow(
        view_id=view_id,
        scene_id=capture.scene_id,
        frame=frame.number,
        width_px=size_wh[0],
        height_px=size_wh[1],
        image_path=frame.image.relative_to(capture.root).as_posix(),
        intrinsics_px=color_intrinsics_px(capture.folder, capture.meta, size_wh),
        world_from_cam=(capture.world_from_scan @ scan_from_cam).ravel().tolist(),
        depth_path=frame.depth.relative_to(capture.root).as_posix() if frame.depth else None,
        depth_encoding="png_z" if frame.depth else None,
        depth_scale_m=DEPTH_UNIT_M if frame.depth else None,
        intrinsics_by="given",
        pose_by="given",
        depth_by="given" if frame.depth else None,
    )


def color_intrinsics_px(folder: Path, meta: Mapping[str, str], size_wh: tuple[int, int]) -> Vec4:
    """Intrinsics of the colour picture as stored, which exporters often shrink.

    From `intrinsic/intrinsic_color.txt`, else the scene's text file, both scaled from `colorWidth` x `colorHeight`
    where that is given; else `intrinsic_depth.txt`, which fits colour that was resized to the depth map's size.

    Raises:
        DamagedScanError: There are none, a file cannot be read, or the principal point is far from the picture's
            middle: the picture was resized or cut, and nothing says how.
    """
    color, depth = folder / "intrinsic" / "intrinsic_color.txt", folder / "intrinsic" / "intrinsic_depth.txt"
    if color.is_file():
        path, intrinsics_px = color, _scaled(_matrix_intrinsics(color), meta, size_wh)
    elif "fx_color" in meta:
        path = folder / f"{folder.name}.txt"
        intrinsics_px = _scaled(_meta_intrinsics(path, meta), meta, size_wh)
    elif depth.is_file():
        path, intrinsics_px = depth, _matrix_intrinsics(depth)
    else:
        raise DamagedScanError("intrinsics_missing", color)
    if any(abs((c + 0.5) / size - 0.5) > _OFF_CENTER for c, size in zip(intrinsics_px[2:], size_wh, strict=True)):
        raise DamagedScanError("intrinsics_of_another_size", path)
    return intrinsics_px


def read_matrix(path: Path) -> Float[np.ndarray, "4 4"] | None:
    """Read 16 numbers as a 4x4 matrix, row by row (`-inf` is a number); None where the file holds something else."""
    try:
        values = np.array(path.read_text(encoding="utf-8").split(), dtype=np.float64)
    except ValueError:  # also undecodable bytes
        return None
    return values.reshape(4, 4) if values.size == 16 else None


def _matrix_intrinsics(path: Path) -> Vec4:
    matrix = read_matrix(path)
    if matrix is None or not np.isfinite(matrix).all():
        raise DamagedScanError("intrinsics_damaged", path)
    return float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2])


def _meta_intrinsics(path: Path, meta: Mapping[str, str]) -> Vec4:
    try:
        return (
            float(meta["fx_color"]), float(meta["fy_color"]), float(meta["mx_color"]), float(meta["my_color"]),
        )  # fmt: skip
    except (KeyError, ValueError) as error:
        raise DamagedScanError("intrinsics_damaged", path) from error


def _scaled(intrinsics_px: Vec4, meta: Mapping[str, str], size_wh: tuple[int, int]) -> Vec4:
    """Scale to the picture's size; pixel (0, 0) is a centre, so the principal point moves by half a pixel first."""
    given = [meta.get("colorWidth", ""), meta.get("colorHeight", "")]
    if not all(g.isdigit() and int(g) > 0 for g in given):
        return intrinsics_px
    x, y = size_wh[0] / int(given[0]), size_wh[1] / int(given[1])
    fx, fy, cx, cy = intrinsics_px
    return fx * x, fy * y, (cx + 0.5) * x - 0.5, (cy + 0.5) * y - 0.5


def _numbered(folder: Path, suffixes: Sequence[str]) -> tuple[dict[int, Path], list[Path]]:
    files = sorted(p for p in folder.iterdir() if p.suffix in suffixes) if folder.is_dir() else []
    named = {int(p.stem): p for p in files if p.stem.isascii() and p.stem.isdigit()}
    return named, [p for p in files if not (p.stem.isascii() and p.stem.isdigit())]
