"""Turntables: one object on a neutral floor before a round backdrop, seen from exactly known directions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from jaxtyping import Float

from stages.geometry.mesh import LabelledMesh, Light, Material, srgb

PITCH_DEG = (15.0, 30.0)  # down
FILL = 0.82  # share of the picture that the object may fill
JITTER = 0.35  # of the mean turn between two views
BACKDROPS = ("efece6", "e8ecee", "efe6d8", "e3eae0", "ece3e3", "e2e6ea", "f3f1ed")
SEGMENTS = 48
AMBIENT = (1.9, 1.9, 1.92)


def poses(
    size_m: Float[np.ndarray, 3], frames: int, fov_deg: float, size_wh: tuple[int, int], rng: np.random.Generator
) -> Float[np.ndarray, "n 4 4"]:
    """Go round an object once, in uneven steps, and look at its middle from above.

    Args:
        size_m: Extents of the object, whose box stands on z = 0 with its middle at x = y = 0. The upright cylinder
            round it fills at most FILL of the picture's width and height.
        frames: Number of poses.
        fov_deg: Horizontal field of view.
        size_wh: Size of the pictures.
        rng: Draws the height of the camera and the steps.
    """
    pitch = math.radians(float(rng.uniform(*PITCH_DEG)))
    radius, height = float(np.linalg.norm(size_m[:2])) / 2, float(size_m[2])
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


def studio(thing: LabelledMesh, cameras: Float[np.ndarray, "n 4 4"], rng: np.random.Generator) -> LabelledMesh:
    """Set an object into a round studio that holds all cameras: floor, curved backdrop, key and fill light.

    Args:
        thing: The object with materials, standing on z = 0; its own lights are left out.
        cameras: Poses round it.
        rng: Draws the colour of the backdrop and the side of the light.
    """
    reach = float(np.linalg.norm(cameras[:, :2, 3], axis=1).max())
    color = srgb(BACKDROPS[int(rng.integers(len(BACKDROPS)))])
    used_w = thing.vertices_w[np.unique(thing.faces)]
    around = _backdrop(1.5 * reach + float(np.linalg.norm(np.ptp(used_w, axis=0))))
    return replace(_joined(thing, around, Material(color)), lights=_lights(reach, rng), ambient=AMBIENT)


def _joined(thing: LabelledMesh, around_w: Float[np.ndarray, "v 3"], material: Material) -> LabelledMesh:
    """Add quads (four vertices each) of one material that belong to no object."""
    assert thing.face_material is not None
    first = np.arange(0, len(around_w), 4)[:, None, None]
    faces = (first + np.array([[0, 1, 2], [0, 2, 3]])).reshape(-1, 3)
    pattern_m = thing.vertices_w if thing.vertex_pattern_m is None else thing.vertex_pattern_m
    uv, tint = thing.face_uv, thing.vertex_tint
    return replace(
        thing,
        vertices_w=np.concatenate([thing.vertices_w, around_w]),
        faces=np.concatenate([thing.faces, faces + len(thing.vertices_w)]),
        face_object=np.concatenate([thing.face_object, np.full(len(faces), -1)]),
        face_material=np.concatenate([thing.face_material, np.full(len(faces), len(thing.materials))]),
        materials=[*thing.materials, material],
        face_uv=None if uv is None else np.concatenate([uv, np.zeros((len(faces), 3, 2))]),
        vertex_pattern_m=np.concatenate([pattern_m, around_w]),
        vertex_tint=None if tint is None else np.concatenate([tint, np.ones_like(around_w)]),
    )


def _backdrop(radius: float) -> Float[np.ndarray, "v 3"]:
    """Make quads of a disc that curves up into an upright wall all round, seen from inside."""
    turn = np.linspace(0, math.pi / 2, 9)
    r = np.concatenate([[0.0, 0.1, 0.2, 0.35, 0.5], 0.65 + 0.35 * np.sin(turn), [1.0]]) * radius
    z = np.concatenate([np.zeros(5), 0.35 * (1 - np.cos(turn)), [1.6]]) * radius
    angle = np.linspace(0, 2 * math.pi, SEGMENTS + 1)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    quads = []
    for a, b in pairwise(range(len(r))):
        for p, q in pairwise(ring):
            quads.append([[*(r[a] * p), z[a]], [*(r[b] * p), z[b]], [*(r[b] * q), z[b]], [*(r[a] * q), z[a]]])
    return np.array(quads).reshape(-1, 3)


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
