"""Bigger (volume), taller (vertical extent), wider (larger horizontal extent) of upright boxes."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from stages.relations.base import Judged, Limits, Seen, extent_unknown, hypot_sigma


def bigger(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger volume, m3."""
    volume_a, volume_b = a.size_v.prod(axis=1), b.size_v.prod(axis=1)
    return _compare(a, b, (volume_a, volume_b), (_volume_sigma(a, volume_a), _volume_sigma(b, volume_b)), limits, "m3")


def taller(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger vertical extent."""
    return _compare(a, b, (a.size_v[:, 2], b.size_v[:, 2]), (a.sigma_size_m[:, 2], b.sigma_size_m[:, 2]), limits, "m")


def wider(a: Seen, b: Seen, limits: Limits) -> Judged:
    """Judge whether a has the larger horizontal extent, taken along the longer side of each box."""
    (width_a, sigma_a), (width_b, sigma_b) = _width(a), _width(b)
    return _compare(a, b, (width_a, width_b), (sigma_a, sigma_b), limits, "m")


def _width(seen: Seen) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Larger horizontal extent and its sigma."""
    rows, longer = np.arange(len(seen.yaw_v)), seen.size_v[:, :2].argmax(axis=1)
    return seen.size_v[rows, longer], seen.sigma_size_m[rows, longer]


def _volume_sigma(seen: Seen, volume: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    safe = np.maximum(seen.size_v, 1e-6)
    result = volume * np.sqrt(((seen.sigma_size_m / safe) ** 2).sum(axis=1))
    smallest: Float[np.ndarray, " n"] = np.maximum(result, seen.sigma_size_m.prod(axis=1))
    return smallest


def _compare(
    a: Seen,
    b: Seen,
    measures: tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]],
    sigmas: tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]],
    limits: Limits,
    unit: str,
) -> Judged:
    of_a, of_b = measures
    unclear = {
        **extent_unknown(a, b),
        "ratio_too_small": np.maximum(of_a, of_b) < limits.min_size_ratio * np.minimum(of_a, of_b),
    }
    return Judged(of_a - of_b, hypot_sigma(*sigmas), unclear, unit, "none")
