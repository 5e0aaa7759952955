"""Lamps and the sun: what arrives at a point if nothing is in the way, and the rays that find out whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Int64

from stages.compiled import compiled
from stages.geometry.mesh import Light
from stages.render.rays import RayScene

SUN_RADIUS = 0.012  # half the angle of the sun as seen, radians: a little hazy
LAMP_RADIUS_M = 0.09
NEAREST_M = 0.25  # a lamp lights things nearer than this as if they were this far
OFFSET_M = 0.004  # shadow rays start this far off the surface


@dataclass(frozen=True)
class Lights:
    """Lights as arrays; `place` is the direction towards a sun or the position of a lamp."""

    is_sun: np.ndarray
    place: Float32[np.ndarray, "l 3"]
    color: Float32[np.ndarray, "l 3"]

    def __len__(self) -> int:
        """Return the number of lights."""
        return len(self.is_sun)


def prepared_lights(lights: Sequence[Light], origin_w: np.ndarray) -> Lights:
    """Bring lights into the renderer's frame.

    Raises:
        ValueError: A sun without direction, a lamp without position, or another kind.
    """
    place = np.zeros((len(lights), 3), np.float32)
    for k, light in enumerate(lights):
        if light.kind == "sun" and light.direction_w is not None:
            way = np.array(light.direction_w, dtype=np.float64)
            place[k] = -way / np.linalg.norm(way)
        elif light.kind == "point" and light.position_w is not None:
            place[k] = np.array(light.position_w) - origin_w
        else:
            raise ValueError(f"light {k}: expected a sun with direction_w or a point with position_w, got {light}")
    color = np.array([light.color for light in lights], np.float32).reshape(-1, 3)
    return Lights(np.array([light.kind == "sun" for light in lights], bool), place, color)


def towards(
    lights: Lights, k: int, points: Float32[np.ndarray, "n 3"]
) -> tuple[Float32[np.ndarray, "n 3"], Float32[np.ndarray, " n"]]:
    """Return the unit direction from each point to light `k`, and the strength of its light there."""
    if lights.is_sun[k]:
        return np.broadcast_to(lights.place[k], points.shape), np.ones(len(points), np.float32)
    offset = lights.place[k] - points
    gap_m = np.linalg.norm(offset, axis=1)
    return offset / np.maximum(gap_m, 1e-6)[:, None], 1.0 / np.square(np.maximum(gap_m, NEAREST_M))


def unblocked(
    lights: Lights,
    k: int,
    scene: RayScene,
    points: Float32[np.ndarray, "n 3"],
    normals: Float32[np.ndarray, "n 3"],
    spot: Int32[np.ndarray, " n"],
) -> Float32[np.ndarray, " n"]:
    """Return 1 where the ray from a point to a spot of the light is free, 0 where it is blocked or faces away."""
    if lights.is_sun[k]:
        spread, far = SUN_RADIUS * DISC @ _across(lights.place[k]), np.inf
    else:
        spread, far = LAMP_RADIUS_M * BALL, 0.98
    rays, asked = _shadow_rays(lights.is_sun[k], lights.place[k], spread, points, normals, spot)
    free = np.zeros(len(points), np.float32)
    free[asked] = ~scene.blocked(rays, 0.0, far)
    return free


@compiled
def _shadow_rays(
    is_sun: bool, place: np.ndarray, spread: np.ndarray, points: np.ndarray, normals: np.ndarray, spot: np.ndarray
) -> tuple[Float32[np.ndarray, "k 6"], Int64[np.ndarray, " k"]]:
    """Return rays to the light for the points that face it, and the rows of those points."""
    rays, asked = np.empty((len(points), 6), np.float32), np.empty(len(points), np.int64)
    n = 0
    for i in range(len(points)):
        facing = np.float32(0.0)
        for c in range(3):
            facing += normals[i, c] * (place[c] - (np.float32(0.0) if is_sun else points[i, c]))
        if facing <= 0:
            continue
        for c in range(3):
            rays[n, c] = points[i, c] + np.float32(OFFSET_M) * normals[i, c]
            aim = place[c] + spread[spot[i], c]
            rays[n, 3 + c] = aim if is_sun else aim - rays[n, c]
        asked[n] = i
        n += 1
    return rays[:n], asked[:n]


def _across(direction: Float32[np.ndarray, 3]) -> Float32[np.ndarray, "2 3"]:
    """Return two unit vectors across a direction."""
    side = np.array([1.0, 0, 0]) if abs(direction[0]) < 0.7 else np.array([0, 1.0, 0])
    first = np.cross(direction, side)
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(direction, first)]).astype(np.float32)


def _disc(n: int) -> Float32[np.ndarray, "n 2"]:
    """Return points that cover the unit disc evenly: a sunflower."""
    k = np.arange(n)
    radius, turn = np.sqrt((k + 0.5) / n), k * 2.399963
    return np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=1).astype(np.float32)


def _ball(n: int) -> Float32[np.ndarray, "n 3"]:
    """Return points that cover the unit sphere evenly."""
    k = np.arange(n)
    z = 1 - (2 * k + 1) / n
    radius, turn = np.sqrt(1 - z * z), k * 2.399963
    return np.stack([radius * np.cos(turn), radius * np.sin(turn), z], axis=1).astype(np.float32)


SPOTS = 16
# Neighbouring pixels get spots far apart, so that any 4 by 4 pixels see the whole light.
SPOT_OF_PIXEL: Int32[np.ndarray, "4 4"] = np.array(
    [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.int32
)
DISC, BALL = _disc(SPOTS), _ball(SPOTS)
