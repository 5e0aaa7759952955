"""Light that leaves surfaces towards the eye: patterns and pictures, main lights, highlights, glow."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32

from stages.render.compiled import compiled
from stages.render.hits import Hits
from stages.render.lights import Lights
from stages.render.patterns import PATTERNS
from stages.render.surface import Surface
from stages.render.texture import Textures
from stages.render.tone import sky

_KERNELS = tuple(PATTERNS.values())


def outgoing(
    surface: Surface, textures: Textures, hits: Hits, lights: Lights, share: Float32[np.ndarray, "n l"]
) -> Float32[np.ndarray, "n 3"]:
    """Return the light that each hit sends to the eye, linear RGB.

    Args:
        surface: Prepared mesh.
        textures: Its pictures.
        hits: What was hit.
        lights: All lights; column k of `share` is for light k.
        share: Part of each main light that reaches the hit.
    """
    code = surface.pattern[hits.material]
    albedo = _albedo(surface, textures, hits, code)
    tables = (surface.gloss, surface.emission, lights.is_sun, lights.place, lights.color)
    light = _lit(hits.position, hits.normal, hits.view, hits.light, albedo, hits.material, share, tables)
    pane = np.flatnonzero(code < 0)
    if len(pane):
        material = hits.material[pane]
        light[pane] = sky(-hits.view[pane]) * (surface.color[material] * surface.emission[material, None])
    return light


def _albedo(surface: Surface, textures: Textures, hits: Hits, code: np.ndarray) -> Float32[np.ndarray, "n 3"]:
    order = np.argsort(code.astype(np.int16), kind="stable")
    mix = np.zeros((len(code), 2), np.float32)
    bounds = np.searchsorted(code[order], np.arange(len(_KERNELS) + 1))
    for kernel, low, high in zip(_KERNELS, bounds[:-1], bounds[1:], strict=True):
        if high > low:
            kernel(order[low:high], hits.pattern_at, hits.axis, hits.footprint, mix)
    albedo = _mixed(surface.color, surface.color2, hits.material, mix)
    textures.paint(albedo, hits)
    return albedo


@compiled
def _mixed(color: np.ndarray, color2: np.ndarray, material: np.ndarray, mix: np.ndarray) -> Float32[np.ndarray, "n 3"]:
    out = np.empty((len(material), 3), np.float32)
    for i in range(len(material)):
        m = material[i]
        for c in range(3):
            value = (color[m, c] * (np.float32(1.0) - mix[i, 0]) + color2[m, c] * mix[i, 0]) * mix[i, 1]
            out[i, c] = min(value, np.float32(1.0))
    return out


@compiled
def _lit(
    position: np.ndarray,
    normal: np.ndarray,
    view: np.ndarray,
    around: np.ndarray,
    albedo: np.ndarray,
    material: np.ndarray,
    share: np.ndarray,
    tables: tuple,
) -> Float32[np.ndarray, "n 3"]:
    """Add up stored light, main lights with highlights, a soft reflection of the surroundings, and glow."""
    gloss, emission, is_sun, place, color = tables
    out = np.empty((len(material), 3), np.float32)
    for i in range(len(material)):
        m = material[i]
        g = gloss[m]
        nx, ny, nz, vx, vy, vz = normal[i, 0], normal[i, 1], normal[i, 2], view[i, 0], view[i, 1], view[i, 2]
        facing = max(nx * vx + ny * vy + nz * vz, 0.0)
        grazing = (1.0 - facing) ** 5
        mirror = g * (0.04 + 0.42 * g * g + 0.5 * grazing)
        upward = 2.0 * facing * nz - vz  # height of the mirrored direction: ceilings are brighter than floors
        mirrored = mirror * (0.75 + 0.45 * upward)
        for c in range(3):
            glow = emission[m] * albedo[i, c]
            out[i, c] = albedo[i, c] * (1.0 - 0.6 * mirror) * around[i, c] + mirrored * around[i, c] + glow
        for k in range(share.shape[1]):
            if share[i, k] <= 0:
                continue
            lx, ly, lz, strength = place[k, 0], place[k, 1], place[k, 2], 1.0
            if not is_sun[k]:
                lx, ly, lz = lx - position[i, 0], ly - position[i, 1], lz - position[i, 2]
                gap = np.sqrt(lx * lx + ly * ly + lz * lz) + 1e-6
                lx, ly, lz = lx / gap, ly / gap, lz / gap
                strength = 1.0 / max(gap, 0.25) ** 2
            cosine = nx * lx + ny * ly + nz * lz
            if cosine <= 0:
                continue
            strength *= share[i, k]
            hx, hy, hz = lx + vx, ly + vy, lz + vz
            half = max((nx * hx + ny * hy + nz * hz) / (np.sqrt(hx * hx + hy * hy + hz * hz) + 1e-6), 0.0)
            shine = g * (0.25 + 2.5 * g * g) * half ** (12.0 + 240.0 * g * g)
            for c in range(3):
                out[i, c] += color[k, c] * strength * (albedo[i, c] * cosine * (1.0 - 0.6 * mirror) + shine)
    return out
