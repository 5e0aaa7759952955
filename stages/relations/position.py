"""Left/right, above/below, nearer/farther, judged in view space where every reasonable reading must agree."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from stages.geometry.frames import signed_degrees
from stages.relations.base import Judged, Limits, Seen, hypot_sigma


def left_of(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a is left of b: by view-space x *and* by bearing from the camera.

    Paper:
        InternSpatial section on view-space alignment; the agreement rule and the thresholds are ours.
    """
    gap = b.center_v[:, 0] - a.center_v[:, 0]
    turn_deg = signed_degrees(np.degrees(_bearing(b) - _bearing(a)))
    return Judged(
        value=gap,
        sigma=_sigma(a, b, 0),
        unclear={
            **_too_close(a, b, gap, 0, limits),
            "readings_disagree": (np.sign(gap) != np.sign(turn_deg)) | (np.abs(turn_deg) < limits.min_bearing_deg),
        },
        unit="m",
        frame="view",
    )


def above(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a is higher than b: by view-space z of the centres."""
    gap = a.center_v[:, 2] - b.center_v[:, 2]
    return Judged(gap, _sigma(a, b, 2), _too_close(a, b, gap, 2, limits), "m", "view")


def in_front_of(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a is nearer than b: by view-space y *and* by distance to the camera."""
    gap = b.center_v[:, 1] - a.center_v[:, 1]
    range_gap = np.linalg.norm(b.center_v, axis=1) - np.linalg.norm(a.center_v, axis=1)
    return Judged(
        value=gap,
        sigma=_sigma(a, b, 1),
        unclear={
            **_too_close(a, b, gap, 1, limits),
            "readings_disagree": (np.sign(gap) != np.sign(range_gap)) | (np.abs(range_gap) < limits.min_gap_m),
        },
        unit="m",
        frame="view",
    )


def _sigma(a: Seen, b: Seen, axis: int) -> Float[np.ndarray, " n"]:
    """1-sigma of the gap along an axis; a tilt of gravity shears it by what lies between the two across the axis.

    An error of scale changes all gaps alike and no sign, so it does not count.
    """
    apart = a.center_v - b.center_v
    lever = np.linalg.norm(apart[:, :2], axis=1) if axis == 2 else np.abs(apart[:, 2])
    return hypot_sigma(a.sigma_center_m[:, axis], b.sigma_center_m[:, axis], a.tilt_sigma * lever)


def _bearing(seen: Seen) -> Float[np.ndarray, " n"]:
    """Horizontal angle to the centre, radians, growing to the right."""
    result: Float[np.ndarray, " n"] = np.arctan2(seen.center_v[:, 0], seen.center_v[:, 1])
    return result


def _too_close(
    a: Seen, b: Seen, gap: Float[np.ndarray, " n"], axis: int, limits: Limits
) -> dict[str, Bool[np.ndarray, " n"]]:
    reach = a.half_extent(axis) + b.half_extent(axis)
    return {
        "gap_too_small": np.abs(gap) < limits.min_gap_m,
        "extents_overlap": np.abs(gap) < limits.min_gap_share * reach,
    }
