"""What every layout of posed pictures hands over, and the lens that a pinhole view can do without."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from jaxtyping import Float

from stages.schema.records import Vec4
from stages.sources.base import Drop


@dataclass(frozen=True)
class Frame:
    """One picture of a capture.

    Attributes:
        number: In the layout's own counting.
        image: The picture.
        depth: Its depth map; None where the layout names none.
        pose: OpenCV camera to the capture's own world and units; None where there is none.
        intrinsics_px: fx, fy, cx, cy, pixel (0, 0) a centre; None: one camera for the whole source, from its params.
        distortion: Coefficients k1, k2, p1, p2 of the lens.
        pinhole: False where the lens follows another model (fisheye).
    """

    number: int
    image: Path
    depth: Path | None
    pose: Float[np.ndarray, "4 4"] | None
    intrinsics_px: Vec4 | None = None
    distortion: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    pinhole: bool = True


@dataclass(frozen=True)
class Capture:
    """The frames of one folder by number, and what of it is left out.

    Attributes:
        frames: Sorted by number.
        drops: Views that could not even be named by files.
        depth_scale_m: Metres per unit of depth, where the layout states it.
    """

    frames: Sequence[Frame]
    drops: Sequence[Drop] = field(default=())
    depth_scale_m: float | None = None


def distortion_px(frame: Frame, intrinsics_px: Vec4, size_wh: tuple[int, int]) -> float:
    """How far the lens moves the pixel it moves most, along the border of the picture, against a pinhole."""
    width, height = size_wh
    fx, fy, cx, cy = intrinsics_px
    along = np.linspace(0, 1, 9)
    u = np.concatenate([along * (width - 1), along * (width - 1), np.zeros(9), np.full(9, width - 1)])
    v = np.concatenate([np.zeros(9), np.full(9, height - 1), along * (height - 1), along * (height - 1)])
    x, y = (u - cx) / fx, (v - cy) / fy
    k1, k2, p1, p2 = frame.distortion
    r2 = x * x + y * y
    radial = k1 * r2 + k2 * r2 * r2
    dx = x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x)
    dy = y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y
    return float(np.hypot(fx * dx, fy * dy).max())


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key that puts `9.png` before `10.png`.

    Example:
        >>> sorted(["10.png", "9.png", "a2.png"], key=natural)
        ['9.png', '10.png', 'a2.png']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((int(p), "") if p[0] in "0123456789" else (2**62, p) for p in parts)
