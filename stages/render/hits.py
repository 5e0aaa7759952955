"""What rays hit, as flat arrays: place, shading normal, where its pattern is read, and the light stored there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32

from stages.compiled import compiled
from stages.render.surface import Surface


@dataclass(frozen=True)
class Hits:
    """One row per ray that hit something."""

    position: Float32[np.ndarray, "n 3"]
    normal: Float32[np.ndarray, "n 3"]
    view: Float32[np.ndarray, "n 3"]  # unit vector from the surface to the eye
    pattern_at: Float32[np.ndarray, "n 3"]  # in units of the material's scale
    footprint: Float32[np.ndarray, " n"]  # size of a pixel on the surface, same units
    footprint_m: Float32[np.ndarray, " n"]
    light: Float32[np.ndarray, "n 3"]
    texture_uv: Float32[np.ndarray, "n 2"]
    material: Int32[np.ndarray, " n"]
    axis: Int32[np.ndarray, " n"]
    tint: Float32[np.ndarray, "t 3"]  # no rows: nothing is tinted


def found(
    surface: Surface,
    corner_light: Float32[np.ndarray, "f 3 3"],
    rays: Float32[np.ndarray, "n 6"],
    cast: tuple[Float32[np.ndarray, " n"], Int32[np.ndarray, " n"], Float32[np.ndarray, "n 2"]],
    pixel_angle: float,
) -> Hits:
    """Interpolate the surface where rays hit it; every ray must have a hit. `pixel_angle` is a pixel's width at 1 m."""
    t, face, uv = cast
    geometry = (surface.faces, surface.face_normal, surface.corner_normal, surface.pattern_at)
    tables = (surface.face_material, surface.face_axis, surface.scale_m, surface.corner_uv, corner_light, surface.tint)
    return Hits(*_interpolated(geometry, tables, rays, t, face, uv, pixel_angle))


@compiled
def _interpolated(
    geometry: tuple[np.ndarray, ...],
    tables: tuple[np.ndarray, ...],
    rays: np.ndarray,
    t: np.ndarray,
    face: np.ndarray,
    uv: np.ndarray,
    pixel_angle: float,
) -> tuple[np.ndarray, ...]:
    faces, face_normal, corner_normal, pattern_at = geometry
    face_material, face_axis, scale_m, corner_uv, corner_light, vertex_tint = tables
    n = len(t)
    position, normal, view = np.empty((n, 3), np.float32), np.empty((n, 3), np.float32), np.empty((n, 3), np.float32)
    pattern, light, texture = np.empty((n, 3), np.float32), np.empty((n, 3), np.float32), np.empty((n, 2), np.float32)
    footprint, footprint_m = np.empty(n, np.float32), np.empty(n, np.float32)
    material, axis = np.empty(n, np.int32), np.empty(n, np.int32)
    tint = np.empty((n if len(vertex_tint) else 0, 3), np.float32)
    for i in range(n):
        f, v, w = face[i], uv[i, 0], uv[i, 1]
        u = np.float32(1.0) - v - w
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        m = face_material[f]
        material[i], axis[i] = m, face_axis[f]
        long = np.sqrt(rays[i, 3] ** 2 + rays[i, 4] ** 2 + rays[i, 5] ** 2)
        facing, square = np.float32(0.0), np.float32(0.0)
        for k in range(3):
            position[i, k] = rays[i, k] + t[i] * rays[i, 3 + k]
            view[i, k] = -rays[i, 3 + k] / long
            pattern[i, k] = (u * pattern_at[a, k] + v * pattern_at[b, k] + w * pattern_at[c, k]) / scale_m[m]
            light[i, k] = u * corner_light[f, 0, k] + v * corner_light[f, 1, k] + w * corner_light[f, 2, k]
            normal[i, k] = u * corner_normal[f, 0, k] + v * corner_normal[f, 1, k] + w * corner_normal[f, 2, k]
            facing += face_normal[f, k] * view[i, k]
            square += normal[i, k] * normal[i, k]
        turn = (np.float32(1.0) if facing >= 0 else np.float32(-1.0)) / np.sqrt(max(square, np.float32(1e-12)))
        for k in range(3):
            normal[i, k] *= turn  # thin sheets are seen from both sides
        if len(vertex_tint):
            for k in range(3):
                tint[i, k] = u * vertex_tint[a, k] + v * vertex_tint[b, k] + w * vertex_tint[c, k]
        for k in range(2):
            texture[i, k] = u * corner_uv[f, 0, k] + v * corner_uv[f, 1, k] + w * corner_uv[f, 2, k]
        footprint_m[i] = t[i] * pixel_angle / max(abs(facing), np.float32(0.15))
        footprint[i] = footprint_m[i] / scale_m[m]
    return position, normal, view, pattern, footprint, footprint_m, light, texture, material, axis, tint
