"""Frames of a moving camera to views whose pictures are upright.

Phones and tablets are held upright while their sensor lies on its side, so whole captures are stored sideways. The
picture is turned where it is decoded (column `orientation`), never copied; size, intrinsics and pose given here belong
to the turned picture. A capture has one turn: the one that brings gravity, summed over its frames, nearest to down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from stages.geometry.frames import gravity_of_pose
from stages.paths import is_below
from stages.schema.records import Vec4, ViewRow
from stages.sources.base import Drop
from stages.sources.image_header import ImageHeaderError, image_size_wh

MILLIMETRE_M = 0.001
# Camera axes after a turn by 90 degrees clockwise, from those before: what pointed right points down.
_TURNED_FROM_STORED = np.array([[0.0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
ORIENTATIONS = (None, 6, 3, 8)  # EXIF codes of 0 to 3 clockwise quarter turns
OPENCV_FROM_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True)
class Shot:
    """One frame as stored: files, intrinsics of the stored picture, OpenCV pose in the world (not finite: lost)."""

    number: int
    image: Path
    intrinsics_px: Vec4
    world_from_cam: Float[np.ndarray, "4 4"]
    depth: Path | None = None
    depth_scale_m: float = MILLIMETRE_M
    depth_encoding: str = "png_z"


def thin(n: int, stride: int, most: int) -> Int[np.ndarray, " k"]:
    """Indices of every `stride`-th of n frames, then at most `most` of them, evenly spread."""
    kept: Int[np.ndarray, " k"] = np.arange(0, n, stride)[spread(len(range(0, n, stride)), most)]
    return kept


def spread(n: int, most: int) -> Int[np.ndarray, " k"]:
    """Return at most `most` of the indices 0 to n - 1, evenly spread, the first always among them."""
    return np.arange(min(n, most)) * n // max(min(n, most), 1)


def upright_views(scene_id: str, root: Path, shots: Sequence[Shot]) -> tuple[list[ViewRow], list[Drop]]:
    """Turn shots into views with upright pictures; lost poses and damaged pictures are drops."""
    drops, posed = [], []
    for shot in shots:
        view_id = f"{scene_id}/{shot.number}"
        if not np.isfinite(shot.world_from_cam).all():
            drops.append(Drop("view.pose_lost", view_id))
        elif not is_below(shot.image, root):
            drops.append(Drop("view.outside_root", view_id))
        else:
            posed.append(shot)
    quarters = quarter_turns(np.array([s.world_from_cam for s in posed]).reshape(-1, 4, 4))
    views = []
    for shot in posed:
        try:
            size_wh = image_size_wh(shot.image)
        except OSError:
            drops.append(Drop("view.image_missing", f"{scene_id}/{shot.number}"))
        except ImageHeaderError as error:
            drops.append(Drop(f"view.{error.reason}", f"{scene_id}/{shot.number}"))
        else:
            views.append(_view(scene_id, root, shot, size_wh, quarters))
    return views, drops


def quarter_turns(world_from_cam: Float[np.ndarray, "n 4 4"]) -> int:
    """Clockwise quarter turns (0 to 3) that bring gravity nearest to down in the pictures of one capture.

    Example:
        >>> sideways = np.array([[0.0, -1, 0, 0], [0, 0, 1, 0], [-1, 0, 0, 0], [0, 0, 0, 1]])  # gravity points right
        >>> quarter_turns(sideways[None])
        1
    """
    right, down = gravity_of_pose(world_from_cam)[:, :2].sum(axis=0)
    return int(np.argmax([down, right, -down, -right]))


def turned_camera(
    intrinsics_px: Vec4, world_from_cam: Float[np.ndarray, "4 4"], size_wh: tuple[int, int], quarters: int
) -> tuple[Vec4, Float[np.ndarray, "4 4"], tuple[int, int]]:
    """Intrinsics, pose and size after turning the picture clockwise by quarter turns."""
    for _ in range(quarters):
        fx, fy, cx, cy = intrinsics_px
        intrinsics_px = (fy, fx, size_wh[1] - 1 - cy, cx)
        world_from_cam = world_from_cam @ _TURNED_FROM_STORED.T
        size_wh = size_wh[::-1]
    return intrinsics_px, world_from_cam, size_wh


def resized(intrinsics_px: Vec4, from_wh: tuple[int, int], to_wh: tuple[int, int]) -> Vec4:
    """Intrinsics of a resized picture; pixel (0, 0) is a centre, so the principal point moves by half a pixel first.

    Example:
        >>> resized((100.0, 100.0, 49.5, 49.5), (100, 100), (50, 50))
        (50.0, 50.0, 24.5, 24.5)
    """
    x, y = to_wh[0] / from_wh[0], to_wh[1] / from_wh[1]
    fx, fy, cx, cy = intrinsics_px
    return fx * x, fy * y, (cx + 0.5) * x - 0.5, (cy + 0.5) * y - 0.5


def _view(scene_id: str, root: Path, shot: Shot, size_wh: tuple[int, int], quarters: int) -> ViewRow:
    intrinsics_px, world_from_cam, upright_wh = turned_camera(
        shot.intrinsics_px, shot.world_from_cam, size_wh, quarters
    )
    depth = shot.depth if shot.depth is not None and shot.depth.is_file() else None
    return ViewRow(
        view_id=f"{scene_id}/{shot.number}", scene_id=scene_id, frame=shot.number,
        width_px=upright_wh[0], height_px=upright_wh[1], image_path=shot.image.relative_to(root).as_posix(),
        intrinsics_px=intrinsics_px, world_from_cam=world_from_cam.ravel().tolist(),
        depth_path=depth.relative_to(root).as_posix() if depth else None,
        depth_encoding=shot.depth_encoding if depth else None,
        depth_scale_m=shot.depth_scale_m if depth else None, orientation=ORIENTATIONS[quarters],
        intrinsics_by="given", pose_by="given", depth_by="given" if depth else None,
    )  # fmt: skip
