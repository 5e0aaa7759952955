"""One object on a neutral floor before a round backdrop, seen from known directions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from stages.geometry.mesh import LabelledMesh, Light, Material
from stages.sources.procedural.assembly import Lighting, mesh_of
from stages.sources.procedural.furniture.model import Model
from stages.sources.procedural.furniture.palette import choose, srgb
from stages.sources.procedural.placed import Placed
from stages.sources.procedural.shell import Sheet

PITCH_DEG = (15.0, 30.0)  # down
FILL = 0.82  # share of the picture that the object may fill
JITTER = 0.35  # of the mean turn between two views
BACKDROPS = ("efece6", "e8ecee", "efe6d8", "e3eae0", "ece3e3", "e2e6ea", "f3f1ed")
SEGMENTS = 48


def posed(model: Model) -> Placed:
    """Stand a model on the middle of the table, front towards -y."""
    return Placed(model, 0.0, 0.0, 0.0, 0.0)


def poses(
    model: Model, frames: int, fov_deg: float, size_wh: tuple[int, int], rng: np.random.Generator
) -> Float[np.ndarray, "n 4 4"]:
    """Go round an object once, in uneven steps, and look at its middle from above.

    The upright cylinder round the object fills at most FILL of the picture's width and height.
    """
    pitch = math.radians(float(rng.uniform(*PITCH_DEG)))
    radius, height = float(np.linalg.norm(model.size_m[:2])) / 2, float(model.size_m[2])
    tangent_x = math.tan(math.radians(fov_deg) / 2)
    tangent_y = tangent_x * size_wh[1] / size_wh[0]
    tall = height / 2 * math.cos(pitch) + radius * math.sin(pitch)
    distance = radius + max(tall / tangent_y, radius / tangent_x) / FILL
    middle = np.array([0.0, 0.0, height / 2])
    step = 2 * math.pi / frames
    azimuth = rng.uniform(0, 2 * math.pi) + step * (np.arange(frames) + rng.uniform(-JITTER, JITTER, frames))
    out = np.tile(np.eye(4), (frames, 1, 1))
    away = np.stack([np.cos(azimuth), np.sin(azimuth), np.full(frames, math.tan(pitch))], axis=1) * math.cos(pitch)
    out[:, :3, 2] = -away
    out[:, :3, 0] = np.stack([-np.sin(azimuth), np.cos(azimuth), np.zeros(frames)], axis=1)
    out[:, :3, 1] = np.cross(out[:, :3, 2], out[:, :3, 0])
    out[:, :3, 3] = middle + distance * away
    return out


def studio(
    thing: Placed, object_id: str, cameras: Float[np.ndarray, "n 4 4"], rng: np.random.Generator
) -> LabelledMesh:
    """Set an object into a round studio that holds all cameras: floor, curved backdrop, key and fill light."""
    reach = float(np.linalg.norm(cameras[:, :2, 3], axis=1).max())
    color = srgb(choose(rng, BACKDROPS))
    backdrop = _backdrop(1.5 * reach + 2.0 * _radius(thing.model), Material(color))
    lighting = Lighting(_lights(reach, rng), (1.9, 1.9, 1.92), (1.0, 1.0, 1.0), 1.0)
    return mesh_of([thing], [object_id], [backdrop], lighting)


def _radius(model: Model) -> float:
    return float(np.linalg.norm(model.size_m)) / 2


def _backdrop(radius: float, material: Material) -> Sheet:
    """Make a disc that curves up into an upright wall all round, seen from inside."""
    turn = np.linspace(0, math.pi / 2, 9)
    r = np.concatenate([[0.0, 0.1, 0.2, 0.35, 0.5], 0.65 + 0.35 * np.sin(turn), [1.0]]) * radius
    z = np.concatenate([np.zeros(5), 0.35 * (1 - np.cos(turn)), [1.6]]) * radius
    angle = np.linspace(0, 2 * math.pi, SEGMENTS + 1)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    quads = []
    for a, b in pairwise(range(len(r))):
        for p, q in pairwise(ring):
            quads.append([[*(r[a] * p), z[a]], [*(r[b] * p), z[b]], [*(r[b] * q), z[b]], [*(r[a] * q), z[a]]])
    vertices = np.array(quads).reshape(-1, 3)
    return Sheet(vertices, vertices, material)


def _lights(reach: float, rng: np.random.Generator) -> Sequence[Light]:
    """Put a warm key light up on one side and a weaker cool one on the other; strengths hold at the object."""
    side = float(rng.uniform(0, 2 * math.pi))
    lights = []
    for turn, strength, color in ((0.0, 2.7, (1.0, 0.96, 0.9)), (2.3, 0.8, (0.9, 0.95, 1.0))):
        x, y = reach * math.cos(side + turn), reach * math.sin(side + turn)
        power = strength * (x * x + y * y + (1.3 * reach) ** 2)
        r, g, b = (c * power for c in color)
        lights.append(Light("point", (r, g, b), position_w=(x, y, 1.3 * reach)))
    return lights
