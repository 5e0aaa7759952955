"""Light that arrives by way of other surfaces: found once per scene at points on the surfaces, then interpolated.

Method: gather light over the hemisphere of each point with cosine-distributed rays; let it bounce BOUNCES times
between the points (radiosity on samples). Room light (`ambient`) reaches a point along rays that run free for a
while, which darkens corners and the ground below furniture.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int64

from stages.compiled import compiled
from stages.render.lights import SPOTS, Lights, towards, unblocked
from stages.render.noise import clamped, hashed
from stages.render.rays import RayScene
from stages.render.surface import Surface, mean_colors, mean_tints, welded

EDGE_M = 0.3  # longest edge of the triangles that light is stored on, in a room
CELL_M = 0.07  # corners within such a cell that face the same way share one point, in a room
LAYER_M = 0.02  # corners on planes further apart than this have points of their own
RAYS = 32  # per point
BOUNCES = 3
OPEN_M = 1.6  # a ray that runs this far without a hit receives the whole room light
INSET_M = 0.02
SOFT_SPOTS = 4  # rays to each light from each point
SOFT_NEAR_M = 0.55  # things nearer to a lamp are lit as if they were this far, or the coarse corners would show
SMOOTHINGS = 4


@dataclass(frozen=True)
class _Points:
    """Places where light is gathered, and the one that each corner of each face uses."""

    of_corner: Int64[np.ndarray, "f 3"]
    position: Float32[np.ndarray, "p 3"]
    normal: Float32[np.ndarray, "p 3"]


def indirect_light(
    surface: Surface,
    scene: RayScene,
    scene_faces: np.ndarray,
    lights: Lights,
    n_sharp: int,
    ambient: np.ndarray,
    unit: float,
) -> Float32[np.ndarray, "f 3 3"]:
    """Return per corner of each face the light that is not added per pixel: bounced, room and minor lamps' light.

    Args:
        surface: Prepared mesh.
        scene: What blocks light.
        scene_faces: Face of `surface` for each face of `scene`.
        lights: All lights; the first `n_sharp` light pixels directly, so only their bounced light counts here.
        n_sharp: Number of lights that are added per pixel.
        ambient: Room light, linear RGB.
        unit: 1 for rooms, less for small scenes; scales all lengths here.
    """
    points = _points(surface, unit)
    n = len(points.position)
    direct = np.zeros((2, n, 3), np.float32)
    for k in range(len(lights)):
        direct[int(k >= n_sharp)] += _direct(points, lights, k, scene)
    t, hit, uv = scene.cast(_hemisphere_rays(points.position, points.normal, RAYS))
    face = np.where(hit >= 0, scene_faces[hit], -1) if len(scene_faces) else hit
    colors, glow = mean_colors(surface) * mean_tints(surface), surface.emission[:, None] * surface.color
    arrays = (surface.face_material, colors.astype(np.float32), glow.astype(np.float32), points.of_corner)
    light = np.zeros((n, 3), np.float32)
    for _ in range(BOUNCES):
        light = _gathered(
            t, face, uv, arrays, direct.sum(axis=0) + light, ambient.astype(np.float32), (unit * OPEN_M, RAYS)
        )
    stored: np.ndarray = (_smoothed(light, points.of_corner, n) + direct[1])[points.of_corner]
    return stored


def _direct(points: _Points, lights: Lights, k: int, scene: RayScene) -> Float32[np.ndarray, "p 3"]:
    """Return the light of one lamp or sun at the points, its shadows softened over several of its spots."""
    way, strength = towards(lights, k, points.position)
    facing = np.maximum((way * points.normal).sum(axis=1), 0) * np.minimum(strength, 1 / SOFT_NEAR_M**2)
    free = np.zeros(len(points.position), np.float32)
    first = np.arange(len(free), dtype=np.int32)
    for step in range(SOFT_SPOTS):
        spot = (first + step * (SPOTS // SOFT_SPOTS)) % SPOTS
        free += unblocked(lights, k, scene, points.position, points.normal, spot.astype(np.int32))
    light: np.ndarray = (facing * free / SOFT_SPOTS)[:, None] * lights.color[k]
    return light.astype(np.float32)


def _points(surface: Surface, unit: float) -> _Points:
    """Choose the places: corners drawn a little towards the middle of their face, one per cell, object and facing."""
    corners = surface.vertices[surface.faces]
    inward = corners.mean(axis=1, keepdims=True) - corners
    length = np.linalg.norm(inward, axis=2, keepdims=True)
    inset = corners + inward * np.minimum(0.3, unit * INSET_M / np.maximum(length, 1e-6))
    cell = welded(corners.reshape(-1, 3), unit * CELL_M)
    facing = welded(surface.corner_normal.reshape(-1, 3), 0.6)
    # Materials and layers are kept apart: a sheet hidden below a blanket must not lend it its darkness.
    kind = (surface.face_object.astype(np.int64) + 1) * len(surface.materials) + surface.face_material
    depth_m = (corners.reshape(-1, 3) * surface.corner_normal.reshape(-1, 3)).sum(axis=1)
    layer = np.round(depth_m / (unit * LAYER_M)).astype(np.int64)
    owner = np.repeat(kind, 3) * (int(np.ptp(layer)) + 1 if len(layer) else 1) + layer - layer.min(initial=0)
    key = (cell * (int(facing.max(initial=0)) + 1) + facing) * (int(owner.max(initial=0)) + 1) + owner
    _, first, number = np.unique(key, return_index=True, return_inverse=True)
    return _Points(
        number.reshape(-1, 3).astype(np.int64),
        inset.reshape(-1, 3)[first].astype(np.float32),
        surface.corner_normal.reshape(-1, 3)[first],
    )


@compiled
def _hemisphere_rays(position: np.ndarray, normal: np.ndarray, count: int) -> Float32[np.ndarray, "r 6"]:
    """Return `count` cosine-distributed rays per point, turned about its normal by a hashed angle."""
    rays = np.empty((len(position) * count, 6), np.float32)
    for p in range(len(position)):
        x, y, z = normal[p, 0], normal[p, 1], normal[p, 2]
        sign = 1.0 if z >= 0 else -1.0  # an orthonormal frame without branches (Duff et al. 2017)
        a = -1.0 / (sign + z)
        b = x * y * a
        spin, shift = 6.2832 * hashed(p, 1, 7), hashed(p, 2, 7)
        for k in range(count):
            radius = np.sqrt((k + shift) / count)
            turn = spin + 2.399963 * k
            u, v, w = radius * np.cos(turn), radius * np.sin(turn), np.sqrt(max(0.0, 1.0 - radius * radius))
            r = p * count + k
            for c in range(3):
                rays[r, c] = position[p, c] + 0.004 * normal[p, c]
            rays[r, 3] = u * (1.0 + sign * x * x * a) + v * b + w * x
            rays[r, 4] = u * sign * b + v * (sign + y * y * a) + w * y
            rays[r, 5] = -u * sign * x - v * y + w * z
    return rays


@compiled
def _gathered(
    t: np.ndarray,
    face: np.ndarray,
    uv: np.ndarray,
    arrays: tuple[np.ndarray, ...],
    total: np.ndarray,
    ambient: np.ndarray,
    sampling: tuple[float, int],
) -> Float32[np.ndarray, "p 3"]:
    """Return the mean light that arrives along the rays of each point, given the light on the surfaces they hit."""
    face_material, colors, glow, of_corner = arrays
    open_m, count = sampling
    out = np.zeros((len(t) // count, 3), np.float32)
    for r in range(len(t)):
        f = face[r]
        reach = 1.0 if f < 0 else clamped(t[r] / open_m)
        share = reach * reach * (3.0 - 2.0 * reach)
        for c in range(3):
            value = ambient[c] * share
            if f >= 0:
                m, u, v = face_material[f], uv[r, 0], uv[r, 1]
                there = (
                    (1.0 - u - v) * total[of_corner[f, 0], c]
                    + u * total[of_corner[f, 1], c]
                    + v * total[of_corner[f, 2], c]
                )
                value += colors[m, c] * there + glow[m, c]
            out[r // count, c] += value / count
    return out


def _smoothed(light: Float32[np.ndarray, "p 3"], of_corner: np.ndarray, n: int) -> Float32[np.ndarray, "p 3"]:
    """Even out the noise of the rays over neighbouring points: move towards the mean of the faces around."""
    weight = np.bincount(of_corner.ravel(), minlength=n).astype(np.float32)
    for _ in range(SMOOTHINGS):
        mean = light[of_corner].mean(axis=1)
        around = np.stack([np.bincount(of_corner.ravel(), np.repeat(mean[:, c], 3), n) for c in range(3)], axis=1)
        light = (0.4 * light + 0.6 * around / np.maximum(weight, 1)[:, None]).astype(np.float32)
    return light
