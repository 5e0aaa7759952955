"""Frames of a MultiScan capture: pictures taken out of the film, one line of camera data each, one depth stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from stages.geometry.frames import is_rigid
from stages.schema.records import Vec4
from stages.sources.base import Drop
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.scans.files import DamagedScanError, numbers, read_object
from stages.sources.scans.shots import OPENCV_FROM_OPENGL, Shot, resized


def read_shots(scene_id: str, folder: Path) -> tuple[list[Shot], list[Drop]]:
    """Read the frames that were taken out of the film; none is no error.

    Raises:
        DamagedScanError: There are pictures, but alignment, streams or camera lines are missing or damaged.
    """
    pictures = {int(p.stem): p for p in sorted((folder / "color").glob("*")) if p.stem.isascii() and p.stem.isdigit()}
    if not pictures:
        return [], []
    stem = folder / folder.name
    world_from_capture = _alignment(stem.with_suffix(".align.json"))
    stream_wh = _color_size_wh(stem.with_suffix(".json"))
    lines = _lines(stem.with_suffix(".jsonl"))
    depth = stem.with_suffix(".depth.zlib")
    shots, drops = [], []
    for number, path in sorted(pictures.items()):
        view_id = f"{scene_id}/{number}"
        if number >= len(lines):
            drops.append(Drop("view.pose_missing", view_id))
            continue
        camera = _camera(lines[number])
        if camera is None:
            drops.append(Drop("view.pose_damaged", view_id))
            continue
        try:
            size_wh = image_size_wh(path)
        except FileNotFoundError:  # a link that leads nowhere
            drops.append(Drop("view.image_missing", view_id))
            continue
        except ImageHeaderError as error:
            drops.append(Drop(f"view.{error.reason}", view_id))
            continue
        intrinsics_px, capture_from_cam = camera
        shots.append(
            Shot(number, path, resized(intrinsics_px, stream_wh, size_wh), world_from_capture @ capture_from_cam,
                 depth, 1.0, "float16_zlib")
        )  # fmt: skip
    return shots, drops


def _camera(line: str) -> tuple[Vec4, Float[np.ndarray, "4 4"]] | None:
    """Intrinsics and OpenCV pose in the capture's frame of one line, None where it is damaged."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    if not isinstance(row, dict):
        return None
    k, transform = numbers(row.get("intrinsics"), 9), numbers(row.get("transform"), 16)
    if k is None or transform is None:
        return None
    pose = transform.reshape(4, 4, order="F") @ OPENCV_FROM_OPENGL
    return (float(k[0]), float(k[4]), float(k[6]), float(k[7])), pose


def _alignment(path: Path) -> Float[np.ndarray, "4 4"]:
    values = numbers(read_object(path, "alignment").get("coordinate_transform"), 16)
    if values is None or not is_rigid(values.reshape(1, 4, 4).transpose(0, 2, 1))[0]:
        raise DamagedScanError("alignment_damaged", path)
    inverse: Float[np.ndarray, "4 4"] = np.linalg.inv(values.reshape(4, 4, order="F"))
    return inverse


def _color_size_wh(path: Path) -> tuple[int, int]:
    """Width and height of the film, of which the intrinsics are; `resolution` gives height before width."""
    streams = read_object(path, "streams").get("streams")
    for stream in streams if isinstance(streams, list) else []:
        if isinstance(stream, dict) and stream.get("type") == "color_camera":
            size: Any = stream.get("resolution")
            if isinstance(size, list) and len(size) == 2 and all(type(n) is int and n > 0 for n in size):
                return size[1], size[0]
    raise DamagedScanError("streams_damaged", path)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DamagedScanError("cameras_missing", path) from error
    except UnicodeDecodeError as error:
        raise DamagedScanError("cameras_damaged", path) from error
