"""Distance of centres and of closest points: separate kinds, both in metres."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from stages.geometry.boxes import upright_gap
from stages.relations.base import Judged, Limits, Seen, extent_unknown, hypot_sigma


def distance_center(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Measure the distance between the box centres."""
    value = np.linalg.norm(a.center_v - b.center_v, axis=1)
    sigma = hypot_sigma(_along(a, b, a.sigma_center_m), _along(a, b, b.sigma_center_m), a.scale_sigma * value)
    unclear = {**extent_unknown(a, b), "too_near": value < limits.min_distance_m}
    return Judged(value, sigma, unclear, "m", "none")


def distance_closest(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Measure the distance between the closest points of the upright boxes."""
    value = upright_gap(a.center_v, a.size_v, a.yaw_v, b.center_v, b.size_v, b.yaw_v)
    sigma = hypot_sigma(
        _along(a, b, a.sigma_center_m),
        _along(a, b, b.sigma_center_m),
        a.sigma_size_m.max(axis=1) / 2,
        b.sigma_size_m.max(axis=1) / 2,
        a.scale_sigma * value,
    )
    unclear = {**extent_unknown(a, b), "too_near": value < limits.min_distance_m}
    return Judged(value, sigma, unclear, "m", "none")


def _along(a: Seen, b: Seen, sigma_m: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
    """1-sigma of a position along the line between the centres."""
    apart = b.center_v - a.center_v
    unit = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
    return hypot_sigma(*(unit * sigma_m).T)
