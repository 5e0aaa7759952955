"""Left/right, above/below, nearer/farther, judged in view space where every reasonable reading must agree.

Readings along an axis: the centres, and both ends of the boxes (a lamp over the left half of a sofa is not left of it,
a wardrobe on the same floor is not above a chair). Across it: bearing and the middle of what is seen for left/right,
distance to the camera for nearer/farther. Boxes that overlap in plan (a cup on a table, a chair under it) are neither
left or right nor nearer or farther.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from stages.geometry.boxes import plan_separation
from stages.geometry.frames import signed_degrees
from stages.relations.base import Judged, Limits, Seen, hypot_sigma, short, towards

Doubts = dict[str, Bool[np.ndarray, " n"]]


def left_of(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a is left of b: by view-space x *and* by bearing from the camera.

    Paper:
        InternSpatial section on view-space alignment; the agreement rule and the thresholds are ours.
    """
    gap = b.center_v[:, 0] - a.center_v[:, 0]
    turn_deg = signed_degrees(b.bearing_deg() - a.bearing_deg())
    unclear = {
        **_too_close(a, b, gap, 0, limits),
        **_overlap_in_plan(a, b, limits),
        "readings_disagree": short(towards(gap, turn_deg), limits.min_bearing_deg),
        "picture_disagrees": short(towards(gap, b.middle_px - a.middle_px), 0.0),
    }
    return Judged(gap, _sigma(a, b, 0), unclear, "m", "view")


def above(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a is higher than b: by view-space z of the centres, and of the undersides and tops."""
    gap = a.center_v[:, 2] - b.center_v[:, 2]
    return Judged(gap, _sigma(a, b, 2), _too_close(a, b, gap, 2, limits), "m", "view")


def in_front_of(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a is nearer than b: by view-space y *and* by distance to the camera."""
    gap = b.center_v[:, 1] - a.center_v[:, 1]
    unclear = {
        **_too_close(a, b, gap, 1, limits),
        **_overlap_in_plan(a, b, limits),
        "readings_disagree": short(towards(gap, b.range_m() - a.range_m()), limits.min_gap_m),
    }
    return Judged(gap, _sigma(a, b, 1), unclear, "m", "view")


def _sigma(a: Seen, b: Seen, axis: int) -> Float[np.ndarray, " n"]:
    """1-sigma of the gap along an axis; a tilt of gravity shears it by what lies between the two across the axis.

    An error of scale changes all gaps alike and no sign, so it does not count.
    """
    x, y, z = (a.center_v - b.center_v).T
    lever = np.sqrt(x * x + y * y) if axis == 2 else np.abs(z)
    return hypot_sigma(a.sigma_center_m[:, axis], b.sigma_center_m[:, axis], a.tilt_sigma * lever)


def _too_close(a: Seen, b: Seen, gap: Float[np.ndarray, " n"], axis: int, limits: Limits) -> Doubts:
    half_a, half_b = a.half_extent(axis), b.half_extent(axis)
    return {
        "gap_too_small": short(np.abs(gap), limits.min_gap_m),
        "extents_overlap": short(np.abs(gap), limits.min_gap_share * (half_a + half_b)),
        "ends_disagree": short(np.abs(gap), np.abs(half_a - half_b) + limits.contact_m),
    }


def _overlap_in_plan(a: Seen, b: Seen, limits: Limits) -> Doubts:
    apart = plan_separation(a.center_v, a.size_v, a.yaw_v, b.center_v, b.size_v, b.yaw_v)
    return {"overlap_in_plan": short(apart, -limits.contact_m)}
