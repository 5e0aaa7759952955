"""Light that leaves surfaces towards the eye: patterns and pictures, main lights, highlights, glow."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float32

from stages.compiled import compiled
from stages.render.hits import Hits
from stages.render.lights import NEAREST_M, Lights
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
    tables: tuple[np.ndarray, ...],
) -> Float32[np.ndarray, "n 3"]:
    """Add up stored light, main lights with highlights, a soft reflection of the surroundings, and glow."""
    gloss, emission, is_sun, place, color = tables
    one, zero = np.float32(1.0), np.float32(0.0)
    out = np.empty((len(material), 3), np.float32)
    for i in range(len(material)):
        g, glow = gloss[material[i]], emission[material[i]]
        facing = _dot(normal[i], view[i, 0], view[i, 1], view[i, 2])
        mirror, mirrored = zero, zero
        if g > zero:
            grazing = (one - max(facing, zero)) ** 2
            mirror = g * (np.float32(0.04) + np.float32(0.42) * g * g + np.float32(0.5) * grazing * grazing)
            upward = np.float32(2.0) * facing * normal[i, 2] - view[i, 2]  # mirrored ceilings are brighter than floors
            mirrored = mirror * (np.float32(0.75) + np.float32(0.45) * upward)
        kept = one - np.float32(0.6) * mirror
        for c in range(3):
            out[i, c] = albedo[i, c] * (kept * around[i, c] + glow) + mirrored * around[i, c]
        for k in range(share.shape[1]):
            if share[i, k] <= zero:
                continue
            lx, ly, lz, strength = place[k, 0], place[k, 1], place[k, 2], share[i, k]
            if not is_sun[k]:
                lx, ly, lz = lx - position[i, 0], ly - position[i, 1], lz - position[i, 2]
                square = lx * lx + ly * ly + lz * lz
                scale = one / np.sqrt(max(square, np.float32(1e-12)))
                lx, ly, lz = lx * scale, ly * scale, lz * scale
                strength /= max(square, np.float32(NEAREST_M**2))
            cosine = _dot(normal[i], lx, ly, lz)
            if cosine <= zero:
                continue
            shine = _shine(normal[i], view[i], g, lx, ly, lz) if g > zero else zero
            for c in range(3):
                out[i, c] += color[k, c] * strength * (albedo[i, c] * cosine * kept + shine)
    return out


@compiled
def _dot(normal: np.ndarray, x: Any, y: Any, z: Any) -> Any:
    return normal[0] * x + normal[1] * y + normal[2] * z


@compiled
def _shine(normal: np.ndarray, view: np.ndarray, gloss: Any, x: Any, y: Any, z: Any) -> Any:
    """Return the highlight of a light from direction x, y, z (Blinn)."""
    hx, hy, hz = x + view[0], y + view[1], z + view[2]
    half = _dot(normal, hx, hy, hz) / np.sqrt(hx * hx + hy * hy + hz * hz + np.float32(1e-12))
    if half <= np.float32(0.5):
        return np.float32(0.0)
    square = gloss * gloss
    strength = gloss * (np.float32(0.25) + np.float32(2.5) * square)
    return strength * half ** (np.float32(12.0) + np.float32(240.0) * square)
