"""Distance of centres and of closest points: separate kinds, both in metres.

Boxes that touch or reach into each other have no distance worth asking, not even of their centres.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from stages.geometry.boxes import upright_gap
from stages.relations.base import Judged, Limits, Seen, extent_unknown, hypot_sigma, short


def distance_center(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Measure the distance between the box centres."""
    x, y, z = (b.center_v - a.center_v).T
    value = np.sqrt(x * x + y * y + z * z)
    sigma = hypot_sigma(_along(a, b, a.sigma_center_m), _along(a, b, b.sigma_center_m), a.scale_sigma * value)
    return Judged(value, sigma, _unclear(a, b, gap_between(a, b), value, limits), "m", "none")


def distance_closest(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Measure the distance between the closest points of the upright boxes."""
    value = gap_between(a, b)
    sigma = hypot_sigma(
        _along(a, b, a.sigma_center_m),
        _along(a, b, b.sigma_center_m),
        a.sigma_size_m.max(axis=1) / 2,
        b.sigma_size_m.max(axis=1) / 2,
        a.scale_sigma * value,
    )
    return Judged(value, sigma, _unclear(a, b, value, value, limits), "m", "none")


def gap_between(a: Seen, b: Seen) -> Float[np.ndarray, " n"]:
    """Distance of the closest points, metres; 0 where boxes overlap."""
    return upright_gap(a.center_v, a.size_v, a.yaw_v, b.center_v, b.size_v, b.yaw_v)


def _unclear(
    a: Seen, b: Seen, gap_m: Float[np.ndarray, " n"], value: Float[np.ndarray, " n"], limits: Limits
) -> dict[str, Bool[np.ndarray, " n"]]:
    return {
        **extent_unknown(a, b),
        "touching": short(gap_m, limits.contact_m),
        "too_near": short(value, limits.min_distance_m),
    }


def _along(a: Seen, b: Seen, sigma_m: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, " n"]:
    """1-sigma of a position along the line between the centres."""
    apart = b.center_v - a.center_v
    unit = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
    return hypot_sigma(*(unit * sigma_m).T)
