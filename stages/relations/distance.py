"""Distance of centres and of closest points: separate kinds, both in metres."""

from __future__ import annotations

import numpy as np

from stages.geometry.boxes import upright_gap
from stages.relations.base import Judged, Limits, Seen, hypot_sigma


def distance_center(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Measure the distance between the box centres."""
    value = np.linalg.norm(a.center_v - b.center_v, axis=1)
    too_near = {"too_near": value < limits.min_distance_m}
    return Judged(value, hypot_sigma(a.sigma_center_m, b.sigma_center_m), too_near, "m", "none")


def distance_closest(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Measure the distance between the closest points of the upright boxes."""
    value = upright_gap(a.center_v, a.size_v, a.yaw_v, b.center_v, b.size_v, b.yaw_v)
    sigma_a = hypot_sigma(a.sigma_center_m, a.sigma_size_m / 2)
    sigma_b = hypot_sigma(b.sigma_center_m, b.sigma_size_m / 2)
    return Judged(value, hypot_sigma(sigma_a, sigma_b), {"too_near": value < limits.min_distance_m}, "m", "none")
