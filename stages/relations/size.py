"""Bigger (volume), taller (vertical extent), wider (larger horizontal extent) of upright boxes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from stages.relations.base import Judged, Limits, Seen, extent_unknown, hypot_sigma, short, towards

Measure = tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]


def bigger(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger volume, m3; its longest edge must not be the shorter one (a mat, a column)."""
    difference, sigma, unclear = _compare(a, b, a.volume(), b.volume(), limits.min_volume_ratio)
    longer = a.size_v.max(axis=1) - b.size_v.max(axis=1)
    unclear["readings_disagree"] = short(towards(difference, longer), 0.0)
    return Judged(difference, sigma, unclear, "m3", "none")


def taller(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger vertical extent."""
    of_a, of_b = (a.size_v[:, 2], a.sigma_size_m[:, 2]), (b.size_v[:, 2], b.sigma_size_m[:, 2])
    return Judged(*_compare(a, b, of_a, of_b, limits.min_size_ratio), "m", "none")


def wider(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger horizontal extent, taken along the longer side of each box."""
    return Judged(*_compare(a, b, a.width(), b.width(), limits.min_size_ratio), "m", "none")


def _compare(
    a: Seen, b: Seen, of_a: Measure, of_b: Measure, min_ratio: float
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"], dict[str, Bool[np.ndarray, " n"]]]:
    """Difference, its sigma, and the pairs too equal to call."""
    (value_a, sigma_a), (value_b, sigma_b) = of_a, of_b
    ratio_too_small = short(np.maximum(value_a, value_b), min_ratio * np.minimum(value_a, value_b))
    unclear = {**extent_unknown(a, b), "ratio_too_small": ratio_too_small}
    return value_a - value_b, hypot_sigma(sigma_a, sigma_b), unclear
