"""What pair relations take and give: arrays over pairs, no Python objects per pair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
from jaxtyping import Bool, Float, Int
from pydantic import Field

from stages.params import Params


class Limits(Params):
    """Thresholds of pair relations, section `relate.limits`; below them a comparison is too close to call."""

    min_gap_m: float = Field(ge=0, description="position: smallest difference of centres")
    min_gap_share: float = Field(
        ge=0, description="position: smallest difference over the sum of half extents on that axis"
    )
    min_bearing_deg: float = Field(ge=0, description="left/right: smallest difference of bearing")
    min_size_ratio: float = Field(ge=1, description="size: smallest ratio of larger to smaller")
    min_distance_m: float = Field(ge=0, description="distance: nearer pairs are left out")
    min_margin: Mapping[str, float] = Field(description="smallest |value| / sigma, by kind")


@dataclass(frozen=True)
class Seen:
    """Objects in view space, one row each (frame `v`, metres, radians).

    `sigma_*` are 1-sigma per view-space coordinate and per extent, independent from object to object. `scale_sigma`
    (relative) and `tilt_sigma` (radians) are errors that all objects of a view share; 0 where there are none.
    `extent_observed` is false where the extents are a guess.
    """

    center_v: Float[np.ndarray, "n 3"]
    size_v: Float[np.ndarray, "n 3"]
    yaw_v: Float[np.ndarray, " n"]
    sigma_center_m: Float[np.ndarray, "n 3"]
    sigma_size_m: Float[np.ndarray, "n 3"]
    scale_sigma: Float[np.ndarray, " n"]
    tilt_sigma: Float[np.ndarray, " n"]
    extent_observed: Bool[np.ndarray, " n"]

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
        result: Float[np.ndarray, " n"] = np.abs(self.value) / self.sigma
        return result


PairRelation = Callable[[Seen, Seen, Limits], Judged]


def hypot_sigma(*sigmas: Float[np.ndarray, " n"]) -> Float[np.ndarray, " n"]:
    """1-sigma of a sum or difference of independent values."""
    result: Float[np.ndarray, " n"] = np.sqrt(sum(np.square(sigma) for sigma in sigmas))
    return result


def extent_unknown(a: Seen, b: Seen) -> dict[str, Bool[np.ndarray, " n"]]:
    """Drop reason for relations that need the extents of both boxes."""
    return {"extent_unobserved": ~(a.extent_observed & b.extent_observed)}
