"""From light to picture: the sky behind everything, exposure, and the curve to sRGB."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float32, UInt8

from stages.compiled import compiled
from stages.render.noise import clamped, noise2

KEY = 0.42  # brightness that a usual picture is exposed to, linear
USUAL = 0.50  # its brightness before exposure
ADAPTS = 0.65  # share of a picture's difference from the usual that exposure takes away, as a phone does
CONTRAST = 0.4  # share of an S-curve in the final tones
SAMPLED = 7  # every so many pixels count for exposure
_STEPS = 4096
_WHITE = 3.2  # light that becomes pure white, in units of middle exposure


@compiled
def sky(directions: np.ndarray) -> Float32[np.ndarray, "n 3"]:
    """Return the light from outdoors along unit directions: hazy sky, a soft line of trees, lawn."""
    out = np.empty((len(directions), 3), np.float32)
    for i in range(len(directions)):
        x, y, z = directions[i, 0], directions[i, 1], directions[i, 2]
        turn = np.arctan2(y, x)
        trees = 0.05 + 0.07 * noise2(turn * 4.0 + 40.0, 0.5, 3) + 0.05 * noise2(turn * 13.0 + 90.0, 0.5, 4)
        up = clamped(z * 1.6)
        s = (1.25 - 0.55 * up, 1.32 - 0.35 * up, 1.40 - 0.10 * up)
        patch = 0.75 + 0.5 * noise2(turn * 30.0 + 200.0, z * 30.0 + 50.0, 5)
        g = (0.40 * patch, 0.50 * patch, 0.33 * patch)
        lawn = (0.52, 0.62, 0.40)
        w = clamped((z - trees) * 40.0 + 0.5)
        d = clamped((-0.06 - z) * 25.0 + 0.5)
        for c in range(3):
            ground = g[c] * (1.0 - d) + lawn[c] * d
            out[i, c] = s[c] * w + ground * (1.0 - w)
    return out


def exposure(light: Float32[np.ndarray, "n 3"]) -> float:
    """Return the factor that brings a picture to a good brightness; dark and bright pictures keep their mood."""
    if len(light) == 0:
        return 1.0
    luminance = light[::SAMPLED] @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    mean = float(np.exp(np.log(np.maximum(luminance, 1e-3), dtype=np.float64).mean()))
    return float(KEY / USUAL * (USUAL / mean) ** ADAPTS)


def _curve() -> UInt8[np.ndarray, " n"]:
    """Return the 8-bit value for each step of light from 0 to _WHITE: soft shoulder, then the sRGB curve."""
    x = np.linspace(0, _WHITE, _STEPS)
    bent = x * (1 + x / _WHITE**2) / (1 + x) * 1.22
    bent = np.clip(bent, 0, 1)
    srgb = np.where(bent <= 0.0031308, 12.92 * bent, 1.055 * np.maximum(bent, 1e-9) ** (1 / 2.4) - 0.055)
    srgb = np.clip(srgb, 0, 1)
    contrast = (1 - CONTRAST) * srgb + CONTRAST * srgb * srgb * (3 - 2 * srgb)
    table: np.ndarray = np.round(255 * contrast).astype(np.uint8)
    return table


_TABLE = _curve()


@compiled
def displayed(light: Float32[np.ndarray, "n 3"]) -> UInt8[np.ndarray, "n 3"]:
    """Return the sRGB picture of exposed light."""
    out = np.empty(light.shape, np.uint8)
    for i in range(len(light)):
        for c in range(3):
            step = light[i, c] * np.float32((_STEPS - 1) / _WHITE)
            out[i, c] = _TABLE[int(min(max(step, np.float32(0)), np.float32(_STEPS - 1)))]
    return out
