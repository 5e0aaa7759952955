"""What the made-up datasets of single pictures share: drawn pictures and JSON files that can be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np


def draw(path: Path, size_wh: tuple[int, int]) -> None:
    """Write a picture of this size; the suffix tells the format."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), encoded_picture(size_wh, decode=True))


def encoded_picture(size_wh: tuple[int, int], decode: bool = False) -> Any:
    """Return a JPEG of a slope of grey, or its pixels."""
    width, height = size_wh
    pixels = np.broadcast_to(np.linspace(0, 255, width, dtype=np.uint8)[None, :, None], (height, width, 3)).copy()
    return pixels if decode else cv2.imencode(".jpg", pixels)[1].tobytes()


def save(path: Path, data: Any) -> None:
    """Write JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data))


def edit(file: str, change: Callable[[Any], object]) -> Callable[[Path], None]:
    """Return a function that applies `change` to the JSON of one file below a root."""

    def apply(root: Path) -> None:
        data = json.loads((root / file).read_text())
        change(data)
        save(root / file, data)

    return apply


def cut(file: str, share: float = 0.6) -> Callable[[Path], None]:
    """Return a function that cuts a file off."""

    def apply(root: Path) -> None:
        data = (root / file).read_bytes()
        (root / file).write_bytes(data[: int(len(data) * share)])

    return apply


def remove(file: str) -> Callable[[Path], None]:
    """Return a function that deletes a file."""
    return lambda root: (root / file).unlink()


def fill(file: str, content: bytes) -> Callable[[Path], object]:
    """Return a function that writes other bytes into a file."""
    return lambda root: (root / file).write_bytes(content)


def remove_all(pattern: str) -> Callable[[Path], None]:
    """Return a function that deletes the files of a pattern."""

    def apply(root: Path) -> None:
        for path in [p for p in root.rglob(pattern) if p.is_file()]:
            path.unlink()

    return apply
