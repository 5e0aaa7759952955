"""SUN RGB-D's own folders: one per picture, with depth, tilt, drawn outlines and 3D boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from stages.sources.scans.files import DamagedScanError, read_json
from stages.sources.scene_files import as_array, read_numbers
from stages.sources.sunrgbd.infos import CAM_FROM_UPRIGHT, Camera, Thing

PICTURES = (".jpg", ".png")


@dataclass(frozen=True)
class Outline:
    """A thing drawn in the picture: its name and the corners of its outline, pixels."""

    raw: str
    polygon_px: Float[np.ndarray, "n 2"]


def find_folders(root: Path) -> list[Path]:
    """Folders of pictures below the root, sorted."""
    return sorted(p.parent for p in root.rglob("intrinsics.txt") if (p.parent / "image").is_dir())


def picture_of(folder: Path) -> Path | None:
    """The picture of a folder."""
    return next((p for p in sorted((folder / "image").iterdir()) if p.suffix in PICTURES), None)


def depth_of(folder: Path) -> Path | None:
    """The depth map, holes closed where the dataset did so."""
    for name in ("depth_bfx", "depth"):
        found = sorted((folder / name).glob("*.png"))
        if found:
            return found[0]
    return None


def camera_of(folder: Path) -> Camera:
    """Intrinsics, and the tilt: the newest file below `extrinsics`, a turn of OpenCV's axes.

    Raises:
        DamagedScanError: A file is missing or damaged.
    """
    path = folder / "intrinsics.txt"
    values = read_numbers(path, "intrinsics")
    matrix = as_array(values.reshape(3, 3).tolist(), 3, 3) if values.size == 9 else None
    if matrix is None or not matrix[0, 0] > 0 < matrix[1, 1]:
        raise DamagedScanError("intrinsics_damaged", path)
    files = sorted((folder / "extrinsics").glob("*.txt"))
    tilt_path = files[-1] if files else folder / "extrinsics"
    tilt_values = read_numbers(tilt_path, "extrinsics")
    tilt = as_array(tilt_values.reshape(3, 4)[:, :3].tolist(), 3, 3) if tilt_values.size == 12 else None
    if tilt is None or np.abs(tilt @ tilt.T - np.eye(3)).max() > 1e-2 or np.linalg.det(tilt) < 0:
        raise DamagedScanError("extrinsics_damaged", tilt_path)
    u, _, v = np.linalg.svd(CAM_FROM_UPRIGHT.T @ tilt)
    return Camera((float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2])), u @ v)


def boxes_of(folder: Path) -> list[Thing]:
    """3D boxes: corners over the floor (`X`, `Z`) and heights that grow downwards (`Ymin`, `Ymax`).

    Raises:
        DamagedScanError: The file is damaged; a missing one has no boxes.
    """
    things = []
    for raw, polygon in _named(folder / "annotation3Dfinal/index.json", "boxes"):
        plan = as_array([polygon.get("X"), polygon.get("Z")], 2, 4)
        heights = as_array([polygon.get("Ymin"), polygon.get("Ymax")], 2)
        things.append(Thing(raw, None if plan is None or heights is None else _box(plan.T, -heights), None))
    return things


def outlines_of(folder: Path) -> list[Outline]:
    """Outlines drawn in the picture; one with fewer than three corners, or damaged ones, are empty.

    Raises:
        DamagedScanError: The file is damaged; a missing one has no outlines.
    """
    found = []
    for raw, polygon in _named(folder / "annotation2Dfinal/index.json", "outlines"):
        points = as_array([polygon.get("x"), polygon.get("y")], 2, -1)
        found.append(Outline(raw, np.zeros((0, 2)) if points is None or points.shape[1] < 3 else points.T))
    return found


def _box(plan: Float[np.ndarray, "4 2"], heights: Float[np.ndarray, " 2"]) -> Float[np.ndarray, " 7"]:
    first, second = plan[1] - plan[0], plan[2] - plan[1]
    x, y = (plan[0] + plan[2]) / 2
    size = (np.linalg.norm(first), np.linalg.norm(second), abs(heights[0] - heights[1]))
    return np.array([x, y, heights.mean(), *size, np.arctan2(first[1], first[0])])


def _named(path: Path, what: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield name and polygon of each object, in either of two forms.

    3D files hold the polygons in the objects; 2D files hold them in the frame, with the object's number. Names carry
    notes after a colon (`chair:truncated`).
    """
    if not path.is_file():
        return
    data = read_json(path, what)
    objects = data.get("objects") if isinstance(data, Mapping) else None
    if not isinstance(objects, list):
        raise DamagedScanError(f"{what}_damaged", path)
    names = [str(o.get("name", "unknown")).partition(":")[0] if isinstance(o, Mapping) else None for o in objects]
    for name, entry in zip(names, objects, strict=True):
        for polygon in _mappings(entry.get("polygon") if isinstance(entry, Mapping) else None):
            yield name or "unknown", polygon
    frames = _mappings(data.get("frames"))
    for polygon in _mappings(frames[0].get("polygon") if frames else None):
        number = polygon.get("object")
        known = isinstance(number, int) and 0 <= number < len(names)
        yield (names[int(number)] if known and number is not None else None) or "unknown", polygon


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []
