"""Bigger (volume), taller (vertical extent), wider (larger horizontal extent) of upright boxes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from stages.relations.base import Judged, Limits, Seen, hypot_sigma


def bigger(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger volume, m3."""
    volume_a, volume_b = a.size_v.prod(axis=1), b.size_v.prod(axis=1)
    return _compare(volume_a, volume_b, _volume_sigma(a, volume_a), _volume_sigma(b, volume_b), limits, "m3")


def taller(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger vertical extent."""
    return _compare(a.size_v[:, 2], b.size_v[:, 2], a.sigma_size_m, b.sigma_size_m, limits, "m")


def wider(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger horizontal extent, taken along the longer side of each box."""
    width_a, width_b = a.size_v[:, :2].max(axis=1), b.size_v[:, :2].max(axis=1)
    return _compare(width_a, width_b, a.sigma_size_m, b.sigma_size_m, limits, "m")


def _volume_sigma(seen: Seen, volume: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    safe = np.maximum(seen.size_v, 1e-6)
    result: Float[np.ndarray, " n"] = volume * np.sqrt((1.0 / safe**2).sum(axis=1)) * seen.sigma_size_m
    smallest: Float[np.ndarray, " n"] = np.maximum(result, seen.sigma_size_m**3)
    return smallest


def _compare(
    a: Float[np.ndarray, " n"],
    b: Float[np.ndarray, " n"],
    sigma_a: Float[np.ndarray, " n"],
    sigma_b: Float[np.ndarray, " n"],
    limits: Limits,
    unit: str,
) -> Judged:
    too_similar = np.maximum(a, b) < limits.min_size_ratio * np.minimum(a, b)
    return Judged(a - b, hypot_sigma(sigma_a, sigma_b), {"ratio_too_small": too_similar}, unit, "none")
