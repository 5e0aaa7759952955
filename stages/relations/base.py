"""What pair relations take and give: arrays over pairs, no Python objects per pair.

Ties: a value reaches a threshold if it lies no more than `TIE` below it. The last bits of cos, sin and arctan2 differ
between CPU types (numpy picks the variant), and of differences of round numbers between ways to write them; both are
a million times smaller than `TIE`, so neither decides whether a gap of exactly 0.15 m is a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float, Int
from pydantic import Field

from stages.params import Params

TIE = 5e-10  # metres, degrees, ratios, sigmas: half of the ninth decimal


class Limits(Params):
    """Thresholds of pair relations, section `relate.limits`; below them a comparison is too close to call."""

    min_gap_m: float = Field(ge=0, description="position: smallest difference of centres")
    min_gap_share: float = Field(
        ge=0, description="position: smallest difference over the sum of half extents on that axis"
    )
    min_bearing_deg: float = Field(ge=0, description="left/right: smallest difference of bearing")
    min_size_ratio: float = Field(ge=1, description="size: smallest ratio of larger to smaller")
    min_volume_ratio: float = Field(ge=1, description="bigger: smallest ratio of the larger volume to the smaller")
    contact_m: float = Field(
        ge=0,
        description="boxes no farther apart touch; edges no farther apart are level; boxes overlap if deeper than this",
    )
    min_distance_m: float = Field(ge=0, description="distance: nearer pairs are left out")
    min_margin: Mapping[str, float] = Field(description="smallest |value| / sigma, by kind")


@dataclass(frozen=True)
class Seen:
    """Objects in view space, one row each (frame `v`, metres, radians).

    `sigma_*` are 1-sigma per view-space coordinate and per extent, independent from object to object. `scale_sigma`
    (relative) and `tilt_sigma` (radians) are errors that all objects of a view share; 0 where there are none.
    `extent_observed` is false where the extents are a guess. `middle_px` is the column of the middle of what is seen.
    """

    center_v: Float[np.ndarray, "n 3"]
    size_v: Float[np.ndarray, "n 3"]
    yaw_v: Float[np.ndarray, " n"]
    sigma_center_m: Float[np.ndarray, "n 3"]
    sigma_size_m: Float[np.ndarray, "n 3"]
    scale_sigma: Float[np.ndarray, " n"]
    tilt_sigma: Float[np.ndarray, " n"]
    extent_observed: Bool[np.ndarray, " n"]
    middle_px: Float[np.ndarray, " n"]

    def take(self, rows: Int[np.ndarray, " m"]) -> Seen:
        """Return the given rows."""
        return Seen(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def half_extent(self, axis: int) -> Float[np.ndarray, " n"]:
        """Half of each upright box's extent along a view-space axis (0 right, 1 ahead, 2 up)."""
        if axis == 2:
            height: Float[np.ndarray, " n"] = self.size_v[:, 2] / 2
            return height
        cos, sin = np.abs(np.cos(self.yaw_v)), np.abs(np.sin(self.yaw_v))
        first, second = (cos, sin) if axis == 0 else (sin, cos)
        half: Float[np.ndarray, " n"] = (first * self.size_v[:, 0] + second * self.size_v[:, 1]) / 2
        return half

    def bearing_deg(self) -> Float[np.ndarray, " n"]:
        """Horizontal angle from the viewing direction to the centre, degrees, growing to the right."""
        result: Float[np.ndarray, " n"] = np.degrees(np.arctan2(self.center_v[:, 0], self.center_v[:, 1]))
        return result

    def range_m(self) -> Float[np.ndarray, " n"]:
        """Distance of the centre from the camera."""
        x, y, z = self.center_v.T
        result: Float[np.ndarray, " n"] = np.sqrt(x * x + y * y + z * z)
        return result

    def width(self) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
        """Longer horizontal side and its sigma."""
        second = self.size_v[:, 1] > self.size_v[:, 0]
        return np.where(second, self.size_v[:, 1], self.size_v[:, 0]), np.where(
            second, self.sigma_size_m[:, 1], self.sigma_size_m[:, 0]
        )

    def volume(self) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
        """Volume and its sigma, m3; at least the volume of a box whose sides are the sigmas."""
        first, second, up = self.size_v.T
        of_first, of_second, of_up = self.sigma_size_m.T
        sigma = hypot_sigma(of_first * second * up, first * of_second * up, first * second * of_up)
        return first * second * up, np.maximum(sigma, of_first * of_second * of_up)

    def known_extent(self) -> Bool[np.ndarray, " n"]:
        """Tell whose extents are there and were observed."""
        first, second, up = self.size_v.T
        known: Bool[np.ndarray, " n"] = self.extent_observed & np.isfinite(first + second + up + self.yaw_v)
        return known


@dataclass(frozen=True)
class Judged:
    """One relation judged on n pairs (a, b).

    `value` is signed: positive says "a <kind> b", negative says "b <kind> a"; measures are never negative.
    `unclear` maps a drop reason to the pairs it holds for; a pair is kept if no reason holds.
    """

    value: Float[np.ndarray, " n"]
    sigma: Float[np.ndarray, " n"]
    unclear: Mapping[str, Bool[np.ndarray, " n"]]
    unit: str
    frame: str

    @property
    def margin(self) -> Float[np.ndarray, " n"]:
        """|value| over sigma."""
        with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0 has no margin: NaN reaches no threshold
            result: Float[np.ndarray, " n"] = np.abs(self.value) / self.sigma
        return result


PairRelation = Callable[[Seen, Seen, Limits], Judged]


def hypot_sigma(*sigmas: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """1-sigma of a sum or difference of independent values."""
    result: Float[np.ndarray, " n"] = np.sqrt(sum(np.square(sigma) for sigma in sigmas))
    return result


def short(value: Float[np.ndarray, " n"], least: Float[np.ndarray, " n"] | float) -> Bool[np.ndarray, " n"]:
    """Tell which values do not reach a threshold (see `TIE`); what is not a number reaches none."""
    result: Bool[np.ndarray, " n"] = ~(value >= least - TIE)
    return result


def towards(gap: Float[np.ndarray, " n"], other: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """Another difference of the same pairs, positive where it points the way of the gap."""
    return np.where(gap > 0, other, -other)


def extent_unknown(a: Seen, b: Seen) -> dict[str, Bool[np.ndarray, " n"]]:
    """Drop reason for relations that need the extents of both boxes."""
    return {"extent_unobserved": ~(a.known_extent() & b.known_extent())}
