"""One object's views joined into one upright box in the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from stages.lifting.fit import Fit
from stages.lifting.footprint import corner_yaw
from stages.lifting.params import LiftParams

_TURNED = 2048  # points that the joint turn is searched in


@dataclass(frozen=True)
class Glance:
    """Points and box of an object in one view, and where that view's space lies in the world."""

    points_v: Float64[np.ndarray, "n 3"]
    box: Fit
    world_from_view: Float64[np.ndarray, "4 4"]


@dataclass(frozen=True)
class Fused:
    """Upright box in the world; the sigmas are those of each coordinate and each extent."""

    center_w: Float64[np.ndarray, " 3"]
    size_m: Float64[np.ndarray, " 3"]
    world_from_box: Float64[np.ndarray, "3 3"]
    sigma_center_m: float
    sigma_size_m: float


def fuse(glances: Sequence[Glance], params: LiftParams) -> Fused | None:
    """Join the points of all views that saw the object whole; None if none saw its extents.

    Views whose box lies too far from the median of all are left out: a mask that leaked, or another object. Ends are
    medians over views; sigmas are those of one view, because views of one object share their faults (shape, mask).
    The turn is the one at which most points lie on a side: the smallest rectangle round two sides of a tall object lies
    along their diagonal.
    """
    good = [g for g in glances if g.box.observed]
    if not good:
        return None
    good = _agreeing(good, params.fuse.max_apart)
    points = np.concatenate([_to_world(g.points_v, g.world_from_view) for g in good])
    middle = points.mean(axis=0)
    some = np.ascontiguousarray((points - middle)[:: -(-len(points) // _TURNED), :2])
    yaw = corner_yaw(some, int(params.trim_fraction * len(some)), params.observed.side_m)
    rotation = np.array([[np.cos(yaw), -np.sin(yaw), 0.0], [np.sin(yaw), np.cos(yaw), 0.0], [0.0, 0.0, 1.0]])
    ends_box = np.array([_ends(g, rotation, middle) for g in good])
    low, high = np.median(ends_box[:, 0], axis=0), np.median(ends_box[:, 1], axis=0)
    center, size = (float(np.median([np.sqrt((getattr(g.box, n) ** 2).mean()) for g in good]))
                    for n in ("sigma_center_m", "sigma_size_m"))  # fmt: skip
    return Fused(middle + rotation @ ((low + high) / 2), high - low, rotation, center, size)


def _ends(
    glance: Glance, rotation: Float64[np.ndarray, "3 3"], middle_w: Float64[np.ndarray, " 3"]
) -> Float64[np.ndarray, "2 3"]:
    """Where one view's box begins and ends along the joint axes, from the middle of all points."""
    box = glance.box
    cos, sin = np.cos(box.yaw_v), np.sin(box.yaw_v)
    axes_w = glance.world_from_view[:3, :3] @ np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    center = rotation.T @ (_to_world(box.center_v[None], glance.world_from_view)[0] - middle_w)
    half = np.abs(rotation.T @ axes_w) @ box.size_v / 2
    return np.stack([center - half, center + half])


def _agreeing(glances: Sequence[Glance], max_apart: float) -> list[Glance]:
    centers = np.array([_to_world(g.box.center_v[None], g.world_from_view)[0] for g in glances])
    sigma = np.array([np.sqrt((g.box.sigma_center_m**2).mean()) for g in glances])
    apart = np.linalg.norm(centers - np.median(centers, axis=0), axis=1)
    kept = [g for g, a, s in zip(glances, apart, sigma, strict=True) if a <= max_apart * np.sqrt(3) * s]
    return kept or [glances[int(apart.argmin())]]


def _to_world(points_v: Float64[np.ndarray, "n 3"], world_from_view: Float64[np.ndarray, "4 4"]) -> np.ndarray:
    world: np.ndarray = points_v @ world_from_view[:3, :3].T + world_from_view[:3, 3]
    return world
