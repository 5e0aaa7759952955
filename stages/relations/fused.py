"""All pair relations of all pairs in one compiled pass, exactly as the functions of `PAIR_RELATIONS` judge them.

What depends on one object alone (bearing, range, half extents, volume, ...) is measured once and laid out as one
record per object, so that a pair is read in few cache lines and needs no trigonometry. Doubts are told from the last
to the first, so that no branch depends on the data. It is float64 throughout and strict (no fused or reordered sums);
values differ from those of the functions in the last bits only, and these decide nothing: `stages.relations.base.TIE`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int

from stages.compiled import COMPILES, compiled, inlined
from stages.relations.base import TIE, Limits, Seen
from stages.relations.verdicts import KINDS, REASONS, Verdicts, judged_by_kind

_FIELDS = (
    "x y z half_x half_y half_z cos sin half_first half_second bearing_deg range_m volume volume_var height"
    " height_var width width_var longest x_var y_var z_var size_var scale_sigma tilt_sigma middle_px"
).split()
_RECORD = np.dtype([(name, np.float64) for name in _FIELDS] + [("known", np.bool_)], align=True)
(CLEAR, EXTENT_UNOBSERVED, TOUCHING, TOO_NEAR, GAP_TOO_SMALL, EXTENTS_OVERLAP, ENDS_DISAGREE, OVERLAP_IN_PLAN,
 RATIO_TOO_SMALL, READINGS_DISAGREE, PICTURE_DISAGREES, MARGIN_TOO_SMALL) = range(len(REASONS))  # fmt: skip
LEFT_OF, ABOVE, IN_FRONT_OF, BIGGER, TALLER, WIDER, DISTANCE_CENTER, DISTANCE_CLOSEST = range(len(KINDS))
Said = tuple[float, float, int]  # value, its variance, first doubt
_BLOCK = 512  # pairs; their results fit in the second cache


class _Least(NamedTuple):
    """Thresholds, each lowered by `TIE`; margins by kind in the order of `KINDS`. Ratios and shares are as given."""

    gap_m: float
    gap_share: float
    bearing_deg: float
    size_ratio: float
    volume_ratio: float
    contact_m: float
    distance_m: float
    margin: tuple[float, float, float, float, float, float, float, float]


def judge(seen: Seen, i: Int[np.ndarray, " p"], j: Int[np.ndarray, " p"], limits: Limits) -> Verdicts:
    """Judge all pair relations of the pairs (i, j).

    Args:
        seen: Objects in view space.
        i: Row of the first object of each pair.
        j: Row of the second object, of the same view.
        limits: The thresholds.

    Returns:
        Values (m, m3), margins and first doubts. Where kernels cannot be compiled (NUMBA_DISABLE_JIT), the functions
        of the kinds are asked one after the other.
    """
    if not COMPILES:
        return judged_by_kind(seen, i, j, limits)
    least = _Least(
        limits.min_gap_m - TIE, limits.min_gap_share, limits.min_bearing_deg - TIE, limits.min_size_ratio,
        limits.min_volume_ratio, limits.contact_m, limits.min_distance_m - TIE,
        tuple(limits.min_margin[kind] - TIE for kind in KINDS),  # type: ignore[arg-type]
    )  # fmt: skip
    shape = (len(KINDS), len(i))
    verdicts = Verdicts(np.empty(shape), np.empty(shape), np.empty(shape, np.uint8))
    _judge(_records(seen), i, j, least, verdicts.value, verdicts.margin, verdicts.reason)
    return verdicts


def _records(seen: Seen) -> np.ndarray:
    """Measure each object once."""
    records = np.empty(len(seen.yaw_v), _RECORD)
    turns = (np.cos(seen.yaw_v), np.sin(seen.yaw_v), seen.bearing_deg())
    own = (seen.scale_sigma, seen.tilt_sigma, seen.middle_px, seen.known_extent())
    _measure(seen.center_v, seen.size_v, seen.sigma_center_m, seen.sigma_size_m, turns, own, records)
    return records


@compiled
def _measure(
    center_v: np.ndarray,
    size_v: np.ndarray,
    sigma_center_m: np.ndarray,
    sigma_size_m: np.ndarray,
    turns: tuple[np.ndarray, np.ndarray, np.ndarray],
    own: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    records: Any,
) -> None:
    for n in range(len(records)):
        a = records[n]
        a.cos, a.sin, a.bearing_deg = turns[0][n], turns[1][n], turns[2][n]
        a.scale_sigma, a.tilt_sigma, a.middle_px, a.known = own[0][n], own[1][n], own[2][n], own[3][n]
        a.x, a.y, a.z = center_v[n, 0], center_v[n, 1], center_v[n, 2]
        a.range_m = np.sqrt(a.x * a.x + a.y * a.y + a.z * a.z)
        a.x_var, a.y_var, a.z_var = sigma_center_m[n, 0] ** 2, sigma_center_m[n, 1] ** 2, sigma_center_m[n, 2] ** 2
        first, second, up = size_v[n, 0], size_v[n, 1], size_v[n, 2]
        a.half_first, a.half_second, a.half_z = first / 2, second / 2, up / 2
        a.half_x = abs(a.cos) * a.half_first + abs(a.sin) * a.half_second
        a.half_y = abs(a.sin) * a.half_first + abs(a.cos) * a.half_second
        first_var, second_var, up_var = sigma_size_m[n, 0] ** 2, sigma_size_m[n, 1] ** 2, sigma_size_m[n, 2] ** 2
        a.height, a.height_var = up, up_var
        a.width, a.width_var = (second, second_var) if second > first else (first, first_var)
        a.longest, a.size_var = max(a.width, up), max(max(first_var, second_var), up_var) / 4
        a.volume = first * second * up
        relative = first_var * (second * up) ** 2 + second_var * (first * up) ** 2 + up_var * (first * second) ** 2
        a.volume_var = max(relative, first_var * second_var * up_var)


@compiled
def _judge(
    records: np.ndarray,
    i: np.ndarray,
    j: np.ndarray,
    least: _Least,
    value: np.ndarray,
    margin: np.ndarray,
    reason: np.ndarray,
) -> None:
    for first in range(0, len(i), _BLOCK):
        last = min(first + _BLOCK, len(i))
        for p in range(first, last):
            _say(records[i[p]], records[j[p]], p, least, value, margin, reason)
        for kind in range(len(value)):
            _weigh(value[kind, first:last], least.margin[kind], margin[kind, first:last], reason[kind, first:last])


@inlined
def _say(a: Any, b: Any, p: int, least: _Least, value: np.ndarray, variance: np.ndarray, reason: np.ndarray) -> None:
    """Write values, their variances and doubts of one pair, all but small margins."""
    apart_m, corner_m2 = _plan_separation(a, b)
    along_m2, center_m, gap_m = _distances(a, b, apart_m, corner_m2)
    known = a.known and b.known
    to = (p, value, variance, reason)
    _write(LEFT_OF, _left_of(a, b, apart_m, least), to)
    _write(ABOVE, _above(a, b, least), to)
    _write(IN_FRONT_OF, _in_front_of(a, b, apart_m, least), to)
    _write(BIGGER, _bigger(a, b, known, least), to)
    _write(TALLER, _differ(a.height, b.height, a.height_var + b.height_var, known, least), to)
    _write(WIDER, _differ(a.width, b.width, a.width_var + b.width_var, known, least), to)
    _write(DISTANCE_CENTER, _distance(a, center_m, gap_m, along_m2, known, least), to)
    _write(DISTANCE_CLOSEST, _distance(a, gap_m, gap_m, along_m2 + a.size_var + b.size_var, known, least), to)


@inlined
def _write(kind: int, said: Said, to: tuple[int, np.ndarray, np.ndarray, np.ndarray]) -> None:
    p, value, variance, reason = to
    value[kind, p], variance[kind, p], reason[kind, p] = said


@inlined
def _weigh(value: np.ndarray, least: float, margin: np.ndarray, reason: np.ndarray) -> None:
    """Turn variances into margins, in place; a small margin is the last doubt."""
    for p in range(len(value)):
        margin[p] = abs(value[p]) / np.sqrt(margin[p])
        too_small = np.uint8(0) if margin[p] >= least else np.uint8(MARGIN_TOO_SMALL)
        reason[p] = too_small if reason[p] == CLEAR else reason[p]


@inlined
def _left_of(a: Any, b: Any, apart_m: float, least: _Least) -> Said:
    gap = b.x - a.x
    turn_deg = b.bearing_deg - a.bearing_deg
    turn_deg = turn_deg - 360.0 if turn_deg > 180.0 else turn_deg
    turn_deg = turn_deg + 360.0 if turn_deg <= -180.0 else turn_deg
    doubt = CLEAR if _towards(gap, b.middle_px - a.middle_px) >= -TIE else PICTURE_DISAGREES
    doubt = doubt if _towards(gap, turn_deg) >= least.bearing_deg else READINGS_DISAGREE
    doubt = doubt if apart_m >= -least.contact_m - TIE else OVERLAP_IN_PLAN
    lever = a.tilt_sigma * (a.z - b.z)
    return gap, a.x_var + b.x_var + lever * lever, _too_close(doubt, gap, a.half_x, b.half_x, least)


@inlined
def _above(a: Any, b: Any, least: _Least) -> Said:
    gap = a.z - b.z
    x, y = a.x - b.x, a.y - b.y
    shear = a.tilt_sigma * a.tilt_sigma * (x * x + y * y)
    return gap, a.z_var + b.z_var + shear, _too_close(CLEAR, gap, a.half_z, b.half_z, least)


@inlined
def _in_front_of(a: Any, b: Any, apart_m: float, least: _Least) -> Said:
    gap = b.y - a.y
    doubt = CLEAR if _towards(gap, b.range_m - a.range_m) >= least.gap_m else READINGS_DISAGREE
    doubt = doubt if apart_m >= -least.contact_m - TIE else OVERLAP_IN_PLAN
    lever = a.tilt_sigma * (a.z - b.z)
    return gap, a.y_var + b.y_var + lever * lever, _too_close(doubt, gap, a.half_y, b.half_y, least)


@inlined
def _towards(gap: float, other: float) -> float:
    return other if gap > 0 else -other


@inlined
def _too_close(doubt: int, gap: float, half_a: float, half_b: float, least: _Least) -> int:
    size = abs(gap)
    doubt = doubt if size >= abs(half_a - half_b) + least.contact_m - TIE else ENDS_DISAGREE
    doubt = doubt if size >= least.gap_share * (half_a + half_b) - TIE else EXTENTS_OVERLAP
    return doubt if size >= least.gap_m else GAP_TOO_SMALL


@inlined
def _unequal(doubt: int, of_a: float, of_b: float, ratio: float, known: bool) -> int:
    doubt = doubt if max(of_a, of_b) >= ratio * min(of_a, of_b) - TIE else RATIO_TOO_SMALL
    return doubt if known else EXTENT_UNOBSERVED


@inlined
def _bigger(a: Any, b: Any, known: bool, least: _Least) -> Said:
    difference = a.volume - b.volume
    doubt = CLEAR if _towards(difference, a.longest - b.longest) >= -TIE else READINGS_DISAGREE
    doubt = _unequal(doubt, a.volume, b.volume, least.volume_ratio, known)
    return difference, a.volume_var + b.volume_var, doubt


@inlined
def _differ(of_a: float, of_b: float, variance: float, known: bool, least: _Least) -> Said:
    return of_a - of_b, variance, _unequal(CLEAR, of_a, of_b, least.size_ratio, known)


@inlined
def _distances(a: Any, b: Any, apart_m: float, corner_m2: float) -> tuple[float, float, float]:
    """Variance of both centres along the line between them, its length, and the distance of closest points."""
    x, y, z = b.x - a.x, b.y - a.y, b.z - a.z
    center_m = np.sqrt(x * x + y * y + z * z)
    gap_z = max(abs(z) - (a.half_z + b.half_z), 0.0)
    gap_m = np.sqrt((corner_m2 if apart_m > 0 else 0.0) + gap_z * gap_z)
    along_m4 = x * x * (a.x_var + b.x_var) + y * y * (a.y_var + b.y_var) + z * z * (a.z_var + b.z_var)
    return along_m4 / max(x * x + y * y + z * z, 1e-18), center_m, gap_m


@inlined
def _distance(a: Any, distance_m: float, gap_m: float, variance_m2: float, known: bool, least: _Least) -> Said:
    scale = a.scale_sigma * distance_m
    doubt = CLEAR if distance_m >= least.distance_m else TOO_NEAR
    doubt = doubt if gap_m >= least.contact_m - TIE else TOUCHING
    return distance_m, variance_m2 + scale * scale, doubt if known else EXTENT_UNOBSERVED


@inlined
def _plan_separation(a: Any, b: Any) -> tuple[float, float]:
    """Separation of the footprints along the best of their four sides, and the squared distance of closest corners.

    The second is the squared distance of the footprints where the first is positive.
    """
    cos, sin = a.cos * b.cos + a.sin * b.sin, a.cos * b.sin - a.sin * b.cos
    x, y = b.x - a.x, b.y - a.y
    of_b = _in_frame(a, b, x * a.cos + y * a.sin, y * a.cos - x * a.sin, cos, sin)
    of_a = _in_frame(b, a, -x * b.cos - y * b.sin, x * b.sin - y * b.cos, cos, -sin)
    return max(of_b[0], of_a[0]), min(of_b[1], of_a[1])


@inlined
def _in_frame(a: Any, b: Any, x: float, y: float, cos: float, sin: float) -> tuple[float, float]:
    """Separation of b from a along the sides of a, and the squared distance of b's closest corner to a.

    b lies at (x, y) in the frame of a, turned by the angle of (cos, sin).
    """
    first_x, first_y = cos * b.half_first, sin * b.half_first
    second_x, second_y = -sin * b.half_second, cos * b.half_second
    nearest = min(
        min(
            _outside(x + first_x + second_x, y + first_y + second_y, a),
            _outside(x + first_x - second_x, y + first_y - second_y, a),
        ),
        min(
            _outside(x - first_x + second_x, y - first_y + second_y, a),
            _outside(x - first_x - second_x, y - first_y - second_y, a),
        ),
    )
    apart_x = abs(x) - a.half_first - abs(first_x) - abs(second_x)
    apart_y = abs(y) - a.half_second - abs(first_y) - abs(second_y)
    return max(apart_x, apart_y), nearest


@inlined
def _outside(x: float, y: float, a: Any) -> Any:
    """Squared distance of a point in the frame of a to its footprint."""
    out_x, out_y = max(abs(x) - a.half_first, 0.0), max(abs(y) - a.half_second, 0.0)
    return out_x * out_x + out_y * out_y
