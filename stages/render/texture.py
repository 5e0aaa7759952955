"""Pictures on surfaces: looked up with repetition at the level of detail that fits the size of a pixel."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from stages.compiled import compiled
from stages.render.hits import Hits
from stages.render.surface import Surface

SMALLEST_PX = 4


class Textures:
    """All pictures of one mesh with their halved levels, in one flat array."""

    def __init__(self, surface: Surface) -> None:
        """Build the levels of each picture."""
        self._of_material = np.full(len(surface.materials), -1, np.int32)
        levels: list[np.ndarray] = []
        spans: list[tuple[int, int]] = []
        for k, material in enumerate(surface.materials):
            if material.image is not None:
                self._of_material[k] = len(spans)
                pyramid = _pyramid(material.image)
                spans.append((len(levels), len(pyramid)))
                levels += pyramid
        sizes = [level.shape[:2] for level in levels]
        starts = np.cumsum([0] + [h * w for h, w in sizes])[:-1]
        self._levels = np.array([(s, h, w) for s, (h, w) in zip(starts, sizes, strict=True)], np.int64).reshape(-1, 3)
        self._spans = np.array(spans, np.int64).reshape(-1, 2)
        self._texels = np.concatenate([x.reshape(-1, 3) for x in levels]) if levels else np.zeros((0, 3), np.uint8)
        self._uv_per_m = _uv_per_m(surface)

    def paint(self, albedo: Float32[np.ndarray, "n 3"], hits: Hits) -> None:
        """Replace the colour of hits whose material has a picture, then tint."""
        if len(self._spans):
            self._paint(albedo, hits)
        if len(hits.tint):
            albedo *= hits.tint

    def _paint(self, albedo: Float32[np.ndarray, "n 3"], hits: Hits) -> None:
        chosen = np.flatnonzero(self._of_material[hits.material] >= 0)
        image = self._of_material[hits.material[chosen]]
        scale = self._uv_per_m[hits.material[chosen]] * hits.footprint_m[chosen]
        albedo[chosen] = _sampled(self._texels, self._levels, self._spans, image, hits.texture_uv[chosen], scale)


def _pyramid(image: UInt8[np.ndarray, "h w 3"]) -> list[np.ndarray]:
    levels = [np.ascontiguousarray(image)]
    while min(levels[-1].shape[:2]) >= 2 * SMALLEST_PX:
        height, width = levels[-1].shape[:2]
        levels.append(cv2.resize(levels[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA))
    return levels


def _uv_per_m(surface: Surface) -> Float32[np.ndarray, " m"]:
    """Return how far texture coordinates run per metre on each material, over all its faces."""
    a, b, c = surface.vertices[surface.faces].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    p, q = surface.corner_uv[:, 1] - surface.corner_uv[:, 0], surface.corner_uv[:, 2] - surface.corner_uv[:, 0]
    area_uv = np.abs(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])
    n = len(surface.materials)
    total = np.bincount(surface.face_material, area, n)
    return np.sqrt(np.bincount(surface.face_material, area_uv, n) / np.maximum(total, 1e-12)).astype(np.float32)


@compiled
def _sampled(
    texels: np.ndarray, levels: np.ndarray, spans: np.ndarray, image: np.ndarray, uv: np.ndarray, scale: np.ndarray
) -> Float32[np.ndarray, "n 3"]:
    """Interpolate between the four nearest texels of the fitting level; v runs up, and pictures repeat."""
    out = np.empty((len(image), 3), np.float32)
    for i in range(len(image)):
        first, count = spans[image[i], 0], spans[image[i], 1]
        texels_per_pixel = max(scale[i] * max(levels[first, 1], levels[first, 2]), 1.0)
        level = first + min(count - 1, int(np.log2(texels_per_pixel) + 0.5))
        start, height, width = levels[level, 0], levels[level, 1], levels[level, 2]
        x = (uv[i, 0] - np.floor(uv[i, 0])) * width - 0.5
        y = (1.0 - (uv[i, 1] - np.floor(uv[i, 1]))) * height - 0.5
        x0, y0 = int(np.floor(x)), int(np.floor(y))
        fx, fy = x - x0, y - y0
        xa, xb, ya, yb = x0 % width, (x0 + 1) % width, y0 % height, (y0 + 1) % height
        for c in range(3):
            top = texels[start + ya * width + xa, c] * (1 - fx) + texels[start + ya * width + xb, c] * fx
            low = texels[start + yb * width + xa, c] * (1 - fx) + texels[start + yb * width + xb, c] * fx
            value = (top * (1 - fy) + low * fy) / 255.0
            out[i, c] = value**2.2
    return out
