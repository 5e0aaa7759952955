"""Worse eyes for exact scenes: depth as a sensor or a network gives it, with masks, lens and gravity to match.

Two models. *Sensor*: axial noise that grows with the square of the distance, quantised, torn at silhouettes, blind at
grazing angles and far away (structured light and stereo cameras); poses stay exact. *Monocular*: one wrong scale per
picture, a smooth error that bends surfaces, silhouettes smeared between near and far; focal length and gravity are
estimates, poses are unknown.
"""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Bool, Float, UInt8
from pycocotools import mask as coco_mask
from pydantic import Field

from stages.params import Params

Depth = Float[np.ndarray, "h w"]
Mask = UInt8[np.ndarray, "h w"]
_STRIDE_PX = 16  # the smooth error is drawn on a grid this much coarser, then again four times coarser


class SensorNoise(Params):
    """Section `audit.sensor`: a depth camera, and masks drawn on its pictures."""

    axial_m: float = Field(ge=0, description="1-sigma of depth at 0.4 m, metres")
    axial_per_m: float = Field(ge=0, description="growth of that sigma with the square of the distance beyond, 1/metre")
    step_m: float = Field(gt=0, description="depth comes in multiples of this")
    tear_px: float = Field(ge=0, description="1-sigma of the place in the picture whose depth a pixel gets")
    blind_deg: float = Field(gt=0, le=90, description="surfaces seen at more than this from their normal give no depth")
    range_m: float = Field(gt=0, description="nothing is measured beyond")
    mask_px: float = Field(ge=0, description="masks reach this far over the silhouette")


class MonocularNoise(Params):
    """Section `audit.lifted`: a network's depth, an estimated lens and gravity, detected boxes and masks."""

    scale: float = Field(ge=0, lt=0.5, description="relative 1-sigma of the metric scale of a picture")
    bend: float = Field(ge=0, lt=0.5, description="relative 1-sigma of the smooth error inside a picture")
    smear_px: int = Field(ge=0, description="silhouettes are blurred over this many pixels")
    focal: float = Field(ge=0, lt=0.5, description="relative 1-sigma of the focal length")
    gravity_deg: float | None = Field(
        ge=0, lt=45, description="1-sigma of the tilt of gravity about each horizontal axis; null: found in the depth"
    )
    mask_px: float = Field(ge=0, description="1-sigma of how far masks and boxes end from the silhouette, pixels")


def sensor_depth(depth_m: Depth, focal_px: float, noise: SensorNoise, rng: np.random.Generator) -> Depth:
    """Return what a depth camera gives for an exact depth map.

    Args:
        depth_m: Depth along the optical axis, NaN where there is none.
        focal_px: Focal length, pixels.
        noise: The model.
        rng: Source of randomness.

    Returns:
        Depth in metres, NaN in holes.
    """
    blind = _grazing(depth_m, focal_px, noise.blind_deg) | ~(depth_m <= noise.range_m)
    torn = _torn(np.where(blind, np.nan, depth_m), noise.tear_px, rng)
    sigma = noise.axial_m + noise.axial_per_m * np.square(np.maximum(torn - 0.4, 0.0))
    noisy = torn + sigma * rng.standard_normal(torn.shape, dtype=np.float32)
    result: Depth = np.where(noisy > 0, np.rint(noisy / noise.step_m) * noise.step_m, np.nan).astype(np.float32)
    return result


def monocular_depth(depth_m: Depth, noise: MonocularNoise, rng: np.random.Generator) -> Depth:
    """Return what a monocular network gives for an exact depth map: no holes, wrong scale, bent and smeared."""
    filled = np.where(np.isfinite(depth_m), depth_m, np.nanmax(depth_m, initial=0.0)).astype(np.float32)
    smeared = cv2.blur(filled, (2 * noise.smear_px + 1,) * 2) if noise.smear_px else filled
    scale = np.exp(noise.scale * rng.standard_normal())
    result: Depth = (smeared * scale * np.exp(noise.bend * _smooth(filled.shape, rng))).astype(np.float32)
    return result


def sensor_mask(mask: Mask, noise: SensorNoise) -> Mask:
    """Let a mask bleed over its silhouette."""
    return _grown(mask, noise.mask_px)


def detected_mask(mask: Mask, noise: MonocularNoise, rng: np.random.Generator) -> Mask:
    """Grow or shrink a mask by a drawn distance; a mask that would vanish stays."""
    changed = _grown(mask, noise.mask_px * rng.standard_normal())
    return changed if changed.any() else mask


def tilted(gravity_c: Float[np.ndarray, " 3"], sigma_deg: float, rng: np.random.Generator) -> Float[np.ndarray, " 3"]:
    """Tilt a unit vector by independent angles about two axes at right angles to it."""
    first = np.cross(gravity_c, np.eye(3)[np.abs(gravity_c).argmin()])
    first /= np.linalg.norm(first)
    second = np.cross(gravity_c, first)
    a, b = np.radians(sigma_deg) * rng.standard_normal(2)
    leaning = gravity_c + np.tan(a) * first + np.tan(b) * second
    result: Float[np.ndarray, " 3"] = leaning / np.linalg.norm(leaning)
    return result


def encode(mask: Mask) -> tuple[bytes, list[float], float]:
    """Return the COCO RLE counts of a mask, its box (x1, y1, x2, y2, edges) and its area, pixels."""
    rle = coco_mask.encode(np.asfortranarray(mask))
    x, y, w, h = coco_mask.toBbox(rle).tolist()
    return rle["counts"], [x, y, x + w, y + h], float(coco_mask.area(rle))


def decode(counts: bytes, height_px: int, width_px: int) -> Mask:
    """Return the mask of COCO RLE counts."""
    mask: Mask = coco_mask.decode({"size": [height_px, width_px], "counts": counts})
    return mask


def box_of(counts: bytes, height_px: int, width_px: int) -> tuple[int, int, int, int]:
    """Return the box (x1, y1, x2, y2, edges) of COCO RLE counts."""
    x, y, w, h = coco_mask.toBbox({"size": [height_px, width_px], "counts": counts}).tolist()
    return int(x), int(y), int(x + w), int(y + h)


def _grazing(depth_m: Depth, focal_px: float, limit_deg: float) -> Bool[np.ndarray, "h w"]:
    """Tell which pixels see their surface at more than `limit_deg` from its normal (from depth gradients)."""
    dy, dx = np.gradient(depth_m)
    # A plane z = z0 + a x + b y in metres has pixel gradients a z / f and b z / f.
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.hypot(dx, dy) * focal_px / depth_m
    grazing: Bool[np.ndarray, "h w"] = slope > np.tan(np.radians(min(limit_deg, 89.9)))
    return grazing


def _torn(depth_m: Depth, sigma_px: float, rng: np.random.Generator) -> Depth:
    """Read every pixel's depth a little beside its place, which shreds silhouettes and leaves planes as they are."""
    height, width = depth_m.shape
    y, x = np.mgrid[:height, :width]
    shift = np.rint(sigma_px * rng.standard_normal((2, height, width), dtype=np.float32)).astype(np.int64)
    torn: Depth = depth_m[np.clip(y + shift[0], 0, height - 1), np.clip(x + shift[1], 0, width - 1)]
    return torn


def _smooth(shape: tuple[int, ...], rng: np.random.Generator) -> Float[np.ndarray, "h w"]:
    """Draw a smooth field of unit variance, half of it from waves a quarter of the picture long."""
    height, width = shape
    field = np.zeros(shape, np.float32)
    for stride in (_STRIDE_PX * 4, _STRIDE_PX * 16):
        grid = rng.standard_normal((height // stride + 3, width // stride + 3)).astype(np.float32)
        field += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
    result: Float[np.ndarray, "h w"] = field / max(float(field.std()), 1e-6)
    return result


def _grown(mask: Mask, reach_px: float) -> Mask:
    """Dilate (positive reach) or erode (negative) by a disc."""
    radius = round(abs(reach_px))
    if radius == 0:
        return mask
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1,) * 2)
    change = cv2.dilate if reach_px > 0 else cv2.erode
    return np.asarray(change(mask, disc), np.uint8)
