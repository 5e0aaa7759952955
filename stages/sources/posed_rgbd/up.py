"""Which way is up in a capture's own world: stated in its params, or found in its depth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from stages.lifting.gravity import Intrinsics, gravity_of_depth
from stages.lifting.params import GravityParams

AXES = {name: np.eye(3)[i] * sign for i, axis in enumerate("xyz") for sign, name in ((1, axis), (-1, f"-{axis}"))}
_OPPOSITE = -1 + 1e-9
_AGREE_DEG = 5.0  # views that say so nearly the same up speak of the same floor


@dataclass(frozen=True)
class Up:
    """Up in a capture's world, and 1-sigma of its tilt in degrees (None: stated by the user, not measured)."""

    direction: Float[np.ndarray, " 3"]
    tilt_sigma_deg: float | None


@dataclass(frozen=True)
class Look:
    """Depth of one posed view."""

    depth_m: Float32[np.ndarray, "h w"]
    intrinsics_px: Intrinsics
    world_from_cam: Float[np.ndarray, "4 4"]


def up_of_depth(looks: Sequence[Look], params: GravityParams) -> Up | None:
    """Find up in the depth of several views: the direction most of them agree on; None where most do not.

    A view can take a wall or a slope for the floor; another view of the same world will not make the same error.
    """
    ups, sigmas = [], []
    for look in looks:
        found = gravity_of_depth(look.depth_m, look.intrinsics_px, params)
        if found.reason is None:
            ups.append(-look.world_from_cam[:3, :3] @ found.gravity_c)
            sigmas.append(found.tilt_sigma_deg)
    if not ups:
        return None
    directions, sigma = np.array(ups), np.array(sigmas)
    agree = directions @ directions.T > np.cos(np.radians(_AGREE_DEG))
    chosen = agree[int(agree.sum(axis=1).argmax())]
    if chosen.sum() * 2 <= len(directions):
        return None
    weight = 1 / np.square(sigma[chosen])
    mean = (directions[chosen] * weight[:, None]).sum(axis=0)
    mean /= np.linalg.norm(mean)
    off_deg = np.degrees(np.arccos(np.clip(directions[chosen] @ mean, -1, 1)))
    spread = float(np.sqrt(np.average(np.square(off_deg), weights=weight) / 2))  # of two axes
    return Up(mean, max(spread, float(sigma[chosen].min())))


def turned_up(up: Float[np.ndarray, " 3"]) -> Float[np.ndarray, "4 4"]:
    """Smallest turn of the world that brings a direction to z.

    Example:
        >>> (turned_up(np.array([0.0, 1.0, 0.0])) @ [1, 2, 3, 1]).tolist()
        [1.0, -3.0, 2.0, 1.0]
    """
    x, y, z = up.tolist()
    turn = np.eye(4)
    if z < _OPPOSITE:
        turn[:3, :3] = np.diag([1.0, -1.0, -1.0])
        return turn
    cross = np.array([[0.0, 0.0, -x], [0.0, 0.0, -y], [x, y, 0.0]])
    turn[:3, :3] += cross + cross @ cross / (1 + z)
    return turn
