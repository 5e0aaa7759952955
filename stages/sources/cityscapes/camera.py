"""The camera file of Cityscapes: intrinsics, gravity, and the factor from disparity to depth."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from stages.schema.records import Vec3, Vec4
from stages.sources.photographs import is_finite

_STEPS_PER_PX = 256  # a stored disparity p means (p - 1) / 256 pixels


class CameraError(Exception):
    """The camera file lacks a value or is no JSON."""


@dataclass(frozen=True)
class Camera:
    """What one camera file says, in our frames."""

    intrinsics_px: Vec4
    gravity_c: Vec3
    depth_scale_m: float
    """Depth in metres is this over (p - 1), with p the stored 16-bit disparity."""


def read_camera(path: Path) -> Camera:
    """Read a camera file.

    Raises:
        OSError: There is none.
        CameraError: It is damaged, or a focal length or the baseline is not positive.
    """
    try:
        data = json.loads(path.read_bytes())
        given = {**data["extrinsic"], **data["intrinsic"]}
        fx, fy, u0, v0, baseline_m, pitch, roll = (
            given[k] for k in ("fx", "fy", "u0", "v0", "baseline", "pitch", "roll")
        )
    except (ValueError, KeyError, TypeError) as error:
        raise CameraError(str(error)) from error
    if not all(is_finite(v) for v in (fx, fy, u0, v0, baseline_m, pitch, roll)) or min(fx, fy, baseline_m) <= 0:
        raise CameraError("not finite")
    return Camera(
        (float(fx), float(fy), float(u0), float(v0)), gravity_c(pitch, roll), float(baseline_m * fx * _STEPS_PER_PX)
    )


def gravity_c(pitch: float, roll: float) -> Vec3:
    """Unit vector down in the OpenCV camera frame.

    Args:
        pitch: Radians about the axis to the left; positive looks down.
        roll: Radians about the viewing direction.

    Example:
        >>> [round(v, 3) for v in gravity_c(0.1, 0.0)]
        [0.0, 0.995, 0.1]
    """
    vehicle_from_sensor = Rotation.from_euler("ZYX", [0.0, pitch, roll])  # axes forward, left, up (ISO 8855)
    forward, left, up = vehicle_from_sensor.inv().apply(np.array([0.0, 0.0, -1.0])).tolist()
    return (0.0 - left, 0.0 - up, forward)  # not -0.0
