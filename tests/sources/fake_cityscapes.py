"""Drawn streets in Cityscapes' tree: one picture with all files, one without camera, one of the test split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.sources.cases import Damage, SourceCase
from tests.sources.drawn import cut, draw, edit, fill, remove, remove_all, save

SIZE_WH = (64, 32)
FULL, BARE, TEST = (
    "train/aachen/aachen_000000_000019", "train/bochum/bochum_000000_000313", "test/berlin/berlin_000000_000019",
)  # fmt: skip
IMAGE, INSTANCES, CAMERA, DISPARITY = (
    f"leftImg8bit/{FULL}_leftImg8bit.png", f"gtFine/{FULL}_gtFine_instanceIds.png", f"camera/{FULL}_camera.json",
    f"disparity/{FULL}_disparity.png",
)  # fmt: skip
EXTRINSIC = {"baseline": 0.2, "pitch": 0.04, "roll": 0.01, "yaw": -0.02, "x": 1.7, "y": 0.1, "z": 1.2}
INTRINSIC = {"fx": 100.0, "fy": 110.0, "u0": 31.5, "v0": 15.5}


def instances() -> np.ndarray:
    """Road and sky, two cars (one behind the other), a group of persons, a rider and an instance of no thing."""
    values = np.full(SIZE_WH[::-1], 7, np.uint16)
    values[:8] = 23
    values[10:20, 5:25] = 26000
    values[12:20, 10:15] = 26001
    values[10:14, 40:50] = 24
    values[10:20, 52:56] = 25000
    values[30:, 60:] = 4000
    return values


def write(root: Path) -> Mapping[str, Any]:
    """Write the three pictures and what belongs to them."""
    for stem in (FULL, BARE, TEST):
        draw(root / f"leftImg8bit/{stem}_leftImg8bit.png", SIZE_WH)
        save_png(root / f"gtFine/{stem}_gtFine_instanceIds.png", instances())
    save(root / CAMERA, {"extrinsic": EXTRINSIC, "intrinsic": INTRINSIC})
    steps = np.full(SIZE_WH[::-1], 513, np.uint16)  # 2 px: 0.2 m * 100 px / 2 px = 10 m
    steps[0, :3] = (0, 1, 257)
    save_png(root / DISPARITY, steps)
    return {"root": str(root), "splits": ["train", "test"], "max_images": None}


def save_png(path: Path, values: np.ndarray) -> None:
    """Write a map as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), values)


def camera(part: str, **changes: Any) -> Callable[[Path], None]:
    """Return a function that changes values of the camera file."""
    return edit(CAMERA, lambda data: data[part].update(changes))


SMALL = cv2.imencode(".png", instances()[::2, ::2])[1].tobytes()
BYTES = cv2.imencode(".png", instances().astype(np.uint8))[1].tobytes()
CASE = SourceCase(
    "cityscapes",
    "cityscapes",
    write,
    scenes=3,
    damages=(
        Damage("no_split", lambda r: (r / "leftImg8bit/train").rename(r / "train"), None, "leftImg8bit/train"),
        Damage("empty_split", remove_all("berlin_*_leftImg8bit.png"), None, "leftImg8bit/test"),
        Damage("empty_picture", fill(IMAGE, b""), "scene.image_damaged", IMAGE),
        Damage("picture_is_text", fill(IMAGE, b"<html>"), "scene.image_damaged", IMAGE),
        Damage("no_instances", remove(INSTANCES), "annotation.instances_missing", INSTANCES),
        Damage("empty_instances", fill(INSTANCES, b""), "annotation.instances_damaged", INSTANCES),
        Damage("instances_are_text", fill(INSTANCES, b"<html>"), "annotation.instances_damaged", INSTANCES),
        Damage("instances_have_8_bit", fill(INSTANCES, BYTES), "annotation.instances_damaged", INSTANCES),
        Damage("instances_are_small", fill(INSTANCES, SMALL), "annotation.instances_size", INSTANCES),
        Damage("cut_camera", cut(CAMERA), "camera.damaged", CAMERA),
        Damage("camera_is_list", fill(CAMERA, b"[]"), "camera.damaged", CAMERA),
        Damage("camera_without_part", edit(CAMERA, lambda d: d.pop("extrinsic")), "camera.damaged", CAMERA),
        Damage("focal_length_is_0", camera("intrinsic", fx=0), "camera.damaged", CAMERA),
        Damage("pitch_is_nan", camera("extrinsic", pitch=float("nan")), "camera.damaged", CAMERA),
        Damage("baseline_is_text", camera("extrinsic", baseline="0.2"), "camera.damaged", CAMERA),
    ),
)
