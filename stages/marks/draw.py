"""Draws marks on a picture from a recipe: coloured boxes, translucent masks, or numbers.

The k-th mark has the k-th colour of the palette and the number k + 1. Everything is drawn inside the marks' own
rectangles, so that a picture costs about two milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from pycocotools import mask as coco_mask

from stages.marks.palette import COLORS_RGB

Image = UInt8[np.ndarray, "height width 3"]
Mask = UInt8[np.ndarray, "h w"]
Color = tuple[int, int, int]
STYLES = ("original", "boxes", "masks", "numbers")
MASK_OPACITY = 0.45
NUMBER_OPACITY = 0.25
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SEARCH_PX = 48  # masks are shrunk to this size when looking for the middle of a shape


@dataclass(frozen=True)
class Mark:
    """One object to mark: its box (edges, pixels) and, where known, its mask (COCO compressed RLE of the picture)."""

    box_px: Sequence[float] | Float[np.ndarray, " 4"]
    mask_rle: bytes | None = None


@dataclass(frozen=True)
class _Shape:
    """A mark brought to whole pixels inside the picture; `mask` covers the rectangle x1..x2, y1..y2 only."""

    number: int
    color: Color
    x1: int
    y1: int
    x2: int
    y2: int
    mask: Mask | None


def draw(image_rgb: Image, style: str, marks: Sequence[Mark | None]) -> Image:
    """Return a copy of the picture with all marks drawn in one style.

    Args:
        image_rgb: The picture, 8 bit.
        style: `original` (nothing drawn), `boxes`, `masks` or `numbers`.
        marks: Objects in drawing order; at most as many as the palette has colours. None keeps the place of an object
            that this picture does not show.

    Raises:
        ValueError: Unknown style, more marks than colours, or style `masks` for a mark without a mask.
    """
    if style not in STYLES:
        raise ValueError(f"unknown image format {style!r}, expected one of {', '.join(STYLES)}")
    if len(marks) > len(COLORS_RGB):
        raise ValueError(f"{len(marks)} marks, but the palette has {len(COLORS_RGB)} colours")
    if style == "masks" and any(mark.mask_rle is None for mark in marks if mark):
        raise ValueError("image format `masks` needs a mask for every mark")
    picture: Image = np.ascontiguousarray(image_rgb).copy()
    if style == "original":
        return picture
    with_masks = style != "boxes"
    shapes = [_shape(mark, place, picture.shape[:2], with_masks) for place, mark in enumerate(marks) if mark]
    shapes.sort(key=lambda s: (-(s.x2 - s.x1) * (s.y2 - s.y1), s.number))  # small ones on top
    line_px = max(2, round(min(picture.shape[:2]) / 180))
    for shape in shapes:
        if style == "boxes" or shape.mask is None:
            _outline_box(picture, shape, line_px)
        else:
            _fill(picture, shape, shape.mask, MASK_OPACITY if style == "masks" else NUMBER_OPACITY, max(1, line_px - 1))
    for shape in shapes if style == "numbers" else ():
        _label(picture, shape)
    return picture


def _shape(mark: Mark, place: int, size_hw: tuple[int, ...], with_mask: bool) -> _Shape:
    height, width = size_hw
    x1, y1, x2, y2 = (round(float(edge)) for edge in mark.box_px)
    x1, y1 = min(max(x1, 0), width - 1), min(max(y1, 0), height - 1)
    x2, y2 = min(max(x2, x1 + 1), width), min(max(y2, y1 + 1), height)
    mask = None
    if with_mask and mark.mask_rle is not None:
        decoded: Any = coco_mask.decode({"size": [height, width], "counts": mark.mask_rle})
        mask = np.ascontiguousarray(decoded[y1:y2, x1:x2])
        mask = mask if mask.any() else None
    return _Shape(place + 1, COLORS_RGB[place], x1, y1, x2, y2, mask)


def _contrast(color: Color) -> Color:
    """Black on light colours, white on dark ones."""
    light = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] > 110
    return (0, 0, 0) if light else (255, 255, 255)


def _outline_box(picture: Image, shape: _Shape, line_px: int) -> None:
    first, last = (shape.x1, shape.y1), (shape.x2 - 1, shape.y2 - 1)
    cv2.rectangle(picture, first, last, _contrast(shape.color), line_px + 2)
    cv2.rectangle(picture, first, last, shape.color, line_px)


def _fill(picture: Image, shape: _Shape, mask: Mask, opacity: float, line_px: int) -> None:
    region = picture[shape.y1 : shape.y2, shape.x1 : shape.x2]
    levels = np.arange(256)[:, None] * (1 - opacity) + np.array(shape.color)[None, :] * opacity
    tinted = cv2.LUT(region, np.rint(levels).astype(np.uint8).reshape(256, 1, 3))
    cv2.copyTo(tinted, mask, region)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(picture, contours, -1, shape.color, line_px, offset=(shape.x1, shape.y1))


def _label(picture: Image, shape: _Shape) -> None:
    """Write the number on a filled disc, in the middle of the mask or in the box's corner."""
    radius = max(9, round(min(picture.shape[:2]) / 40))
    x, y = _middle(shape, shape.mask) if shape.mask is not None else (shape.x1 + radius, shape.y1 + radius)
    x = min(max(x, radius), picture.shape[1] - 1 - radius)
    y = min(max(y, radius), picture.shape[0] - 1 - radius)
    ink = _contrast(shape.color)
    cv2.circle(picture, (x, y), radius, shape.color, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, (x, y), radius, ink, 1, cv2.LINE_AA)
    text, scale = str(shape.number), radius / 15
    (wide, high), _ = cv2.getTextSize(text, _FONT, scale, 2)
    cv2.putText(picture, text, (x - wide // 2, y + high // 2), _FONT, scale, ink, 2, cv2.LINE_AA)


def _middle(shape: _Shape, mask: Mask) -> tuple[int, int]:
    """Return the mask's pixel farthest from its edge, found on a shrunken copy."""
    height, width = shape.y2 - shape.y1, shape.x2 - shape.x1
    small_w, small_h = min(width, _SEARCH_PX), min(height, _SEARCH_PX)
    small = cv2.resize(mask, (small_w, small_h), interpolation=cv2.INTER_NEAREST)
    if not small.any():  # thinner than a cell: any pixel of the mask will do
        ys, xs = np.nonzero(mask)
        return shape.x1 + int(xs[len(xs) // 2]), shape.y1 + int(ys[len(ys) // 2])
    depth = cv2.distanceTransform(cv2.copyMakeBorder(small, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
    y, x = np.unravel_index(int(np.argmax(depth[1:-1, 1:-1])), (small_h, small_w))
    return shape.x1 + int((x + 0.5) * width / small_w), shape.y1 + int((y + 0.5) * height / small_h)
