"""Draws marks on a picture from a recipe: coloured boxes, translucent masks, or numbers.

The k-th mark has the k-th colour of the palette and the number k + 1. Lines have a rim of black or white, so that they
show on any background, and grow with the picture. Masks are decoded and tinted inside their own rectangles only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float, Float32, UInt8

from stages.compiled import compiled
from stages.geometry.rle import decode_box
from stages.marks.palette import COLORS_RGB
from stages.marks.places import Area, Place, place_labels

Image = UInt8[np.ndarray, "height width 3"]
Mask = UInt8[np.ndarray, "h w"]
Color = tuple[int, int, int]
STYLES = ("original", "boxes", "masks", "numbers")
MASK_OPACITY = 0.55
NUMBER_OPACITY = 0.25
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_SMOOTH = 4  # labels are drawn this much larger and shrunk


class BadMask(ValueError):
    """A mask is no mask of this picture."""


@dataclass(frozen=True)
class Mark:
    """One object to mark: its box (edges, pixels) and, where known, its mask (COCO compressed RLE of the picture)."""

    box_px: Sequence[float] | Float[np.ndarray, " 4"]
    mask_rle: bytes | None = None


@dataclass(frozen=True)
class _Shape:
    """A mark brought to whole pixels inside the picture."""

    number: int
    color: Color
    area: Area

    @property
    def pixels(self) -> int:
        """Pixels of its rectangle."""
        return (self.area.x2 - self.area.x1) * (self.area.y2 - self.area.y1)


class Canvas:
    """Memory to draw pictures of one size on, one after the other: fresh memory costs as much as the drawing.

    Args:
        height: Rows of the pictures.
        width: Columns.
    """

    def __init__(self, height: int, width: int) -> None:
        self.picture: Image = np.empty((height, width, 3), np.uint8)
        # for whoever encodes it
        self.spare: Image = np.empty_like(self.picture)
        self.taken, self.line, self.inner = np.empty((3, height, width), np.uint8)

    def fits(self, image: Image) -> bool:
        """Tell whether a picture has this size."""
        return image.shape == self.picture.shape


def draw(image_rgb: Image, style: str, marks: Sequence[Mark | None], canvas: Canvas | None = None) -> Image:
    """Return a copy of the picture with all marks drawn in one style.

    Args:
        image_rgb: The picture, 8 bit.
        style: `original` (nothing drawn), `boxes`, `masks` or `numbers`.
        marks: Objects in drawing order; at most as many as the palette has colours. None keeps the place of an object
            that this picture does not show.
        canvas: Memory of the picture's size to draw on; the next picture drawn on it overwrites what is returned.

    Raises:
        ValueError: Unknown style, more marks than colours, or style `masks` for a mark without a mask.
        BadMask: A mask is not of this picture.
    """
    if style not in STYLES:
        raise ValueError(f"unknown image format {style!r}, expected one of {', '.join(STYLES)}")
    if len(marks) > len(COLORS_RGB):
        raise ValueError(f"{len(marks)} marks, but the palette has {len(COLORS_RGB)} colours")
    if style == "masks" and any(mark.mask_rle is None for mark in marks if mark):
        raise ValueError("image format `masks` needs a mask for every mark")
    height, width = image_rgb.shape[:2]
    canvas = canvas or Canvas(height, width)
    picture = canvas.picture
    picture[:] = image_rgb
    if style == "original":
        return picture
    shapes = [_shape(mark, place, (height, width), style != "boxes") for place, mark in enumerate(marks) if mark]
    shapes.sort(key=lambda s: (-s.pixels, s.number))  # small ones on top
    line_px = max(2, round(min(height, width) / 180))
    opacity = {"boxes": None, "masks": MASK_OPACITY, "numbers": NUMBER_OPACITY}[style]
    for shape in shapes if opacity is None else _fill(canvas, shapes, opacity, line_px - 1):
        _outline_box(picture, shape, line_px)
    if style == "numbers":
        _number(picture, shapes, line_px)
    return picture


def _shape(mark: Mark, place: int, size_hw: tuple[int, int], with_mask: bool) -> _Shape:
    height, width = size_hw
    x1, y1, x2, y2 = (round(float(edge)) for edge in mark.box_px)
    x1, y1 = min(max(x1, 0), width - 1), min(max(y1, 0), height - 1)
    x2, y2 = min(max(x2, x1 + 1), width), min(max(y2, y1 + 1), height)
    mask = None
    if with_mask and mark.mask_rle is not None:
        mask = decode_box(mark.mask_rle, size_hw, (x1, y1, x2, y2))
        if mask is None:
            raise BadMask(f"mark {place + 1}: its mask is no mask of {width} x {height} pixels")
        mask = mask if mask.any() else None
    return _Shape(place + 1, COLORS_RGB[place], Area(x1, y1, x2, y2, mask))


def _contrast(color: Color) -> Color:
    """Black on light colours, white on dark ones."""
    light = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2] > 110
    return (0, 0, 0) if light else (255, 255, 255)


def _outline_box(picture: Image, shape: _Shape, line_px: int) -> None:
    first, last = (shape.area.x1, shape.area.y1), (shape.area.x2 - 1, shape.area.y2 - 1)
    cv2.rectangle(picture, first, last, _contrast(shape.color), line_px + 2)
    cv2.rectangle(picture, first, last, shape.color, line_px)


def _fill(canvas: Canvas, shapes: Sequence[_Shape], opacity: float, line_px: int) -> list[_Shape]:
    """Tint masks and draw their outlines on their own pixels; where masks overlap, the upper one alone shows.

    Mixed colours would have other names, and an outline on its own pixels paints over no neighbour. Returns the shapes
    that have no mask or none left to show.
    """
    left = []
    rows = canvas.picture.reshape(len(canvas.picture), -1)
    canvas.taken[:] = 0
    kernels = [np.ones((2 * px + 1, 2 * px + 1), np.uint8) for px in (line_px, max(1, line_px // 2))]
    for shape in reversed(shapes):
        x1, y1, x2, y2, mask = shape.area
        here = np.s_[y1:y2, x1:x2]
        levels = np.empty((y2 - y1, x2 - x1), np.uint8)
        if mask is None or not _claim(mask, canvas.taken[here], levels):
            left.append(shape)
            continue
        line, inner = canvas.line[here], canvas.inner[here]
        for source, kernel, shrunk in ((levels, kernels[0], line), (line, kernels[1], inner)):
            cv2.erode(source, kernel, dst=shrunk, borderType=cv2.BORDER_CONSTANT, borderValue=0)
        for shrunk in (line, inner):
            cv2.add(levels, shrunk, dst=levels)
        _paint(rows, levels, x1, y1, *_patterns(shape.color, opacity, x2 - x1))
    return left[::-1]


@compiled
def _claim(mask: Mask, taken: Mask, free: Mask) -> bool:
    """Write the pixels of a mask that no mark on top of it has taken, and take them; say whether there are any."""
    found = False
    for y in range(mask.shape[0]):
        for x in range(mask.shape[1]):
            free[y, x] = mask[y, x] & (1 - taken[y, x])
            found |= free[y, x] > 0
            taken[y, x] |= mask[y, x]
    return found


@lru_cache(maxsize=512)
def _patterns(
    color: Color, opacity: float, width: int
) -> tuple[np.float32, Float32[np.ndarray, " n"], UInt8[np.ndarray, " n"], UInt8[np.ndarray, " n"]]:
    """What `_paint` needs for a row of pixels: share of the picture, what is added to it, line and rim."""
    tint = np.array(color) * opacity + 0.5
    return (
        np.float32(1 - opacity), np.tile(tint.astype(np.float32), width),
        np.tile(np.array(color, np.uint8), width), np.tile(np.array(_contrast(color), np.uint8), width),
    )  # fmt: skip


@compiled
def _paint(
    rows: UInt8[np.ndarray, "height row"],
    levels: Mask,
    x1: int,
    y1: int,
    keep: np.float32,
    tint: Float32[np.ndarray, " n"],
    line: UInt8[np.ndarray, " n"],
    rim: UInt8[np.ndarray, " n"],
) -> None:
    """Paint level 1 as line, level 2 as rim and level 3 as tint, run by run: whole runs are vector code."""
    width = levels.shape[1]
    for y in range(levels.shape[0]):
        row, x = levels[y], 0
        while x < width:
            first, level = x, row[x]
            while x < width and row[x] == level:
                x += 1
            pixels = rows[y1 + y, 3 * (x1 + first) : 3 * (x1 + x)]
            if level == 3:
                for k in range(len(pixels)):
                    pixels[k] = np.uint8(np.int32(np.float32(pixels[k]) * keep + tint[k]))
            elif level > 0:
                pixels[:] = line[: len(pixels)] if level == 1 else rim[: len(pixels)]


def _number(picture: Image, shapes: Sequence[_Shape], line_px: int) -> None:
    """Write all numbers, after the lines that lead to objects too small to carry theirs."""
    height, width = picture.shape[:2]
    radius_px = max(9, round(min(height, width) / 40))
    places = place_labels([shape.area for shape in shapes], (height, width), radius_px)
    for shape, place in zip(shapes, places, strict=True):
        if place.beside:
            _lead(picture, shape, place, line_px)
    for shape, place in zip(shapes, places, strict=True):
        _stamp(picture, *_label(shape.number, shape.color, radius_px), place.x, place.y)


def _lead(picture: Image, shape: _Shape, place: Place, line_px: int) -> None:
    start, end, thin_px = (place.x, place.y), (place.at_x, place.at_y), max(1, line_px // 2)
    for color, rim_px in ((_contrast(shape.color), 1), (shape.color, 0)):
        cv2.line(picture, start, end, color, thin_px + 2 * rim_px, cv2.LINE_AA)
        cv2.circle(picture, end, thin_px + 1 + rim_px, color, cv2.FILLED, cv2.LINE_AA)


@lru_cache(maxsize=256)
def _label(number: int, color: Color, radius_px: int) -> tuple[Image, Float32[np.ndarray, "side side"]]:
    """Draw a number on a disc with a rim; return colours and opacity."""
    side = 2 * radius_px + 1
    large, middle, ink = _SMOOTH * side, _SMOOTH * side // 2, _contrast(color)
    disc = np.full((large, large, 3), ink, dtype=np.uint8)
    opacity = np.zeros((large, large), dtype=np.float32)
    cv2.circle(opacity, (middle, middle), _SMOOTH * radius_px, 1.0, cv2.FILLED)
    cv2.circle(disc, (middle, middle), round(_SMOOTH * (radius_px - max(1.0, radius_px / 9))), color, cv2.FILLED)
    text, thick = str(number), max(2, round(_SMOOTH * radius_px / 5.5))
    scale = _SMOOTH * radius_px * 1.15 / cv2.getTextSize(text, _FONT, 1.0, 1)[0][1]
    (wide, high), _ = cv2.getTextSize(text, _FONT, scale, thick)
    cv2.putText(disc, text, (middle - wide // 2, middle + high // 2), _FONT, scale, ink, thick, cv2.LINE_AA)
    small = cv2.resize(disc, (side, side), interpolation=cv2.INTER_AREA)
    return small, cv2.resize(opacity, (side, side), interpolation=cv2.INTER_AREA)


@compiled
def _stamp(
    picture: Image, label: Image, opacity: Float32[np.ndarray, "side side"], middle_x: int, middle_y: int
) -> None:
    """Lay a label on the picture around its middle, cut at the border."""
    side, (height, width, _) = len(label), picture.shape
    left, top = middle_x - side // 2, middle_y - side // 2
    for y in range(max(0, -top), min(side, height - top)):
        for x in range(max(0, -left), min(side, width - left)):
            share = opacity[y, x]
            for k in range(3):
                under = np.float32(picture[top + y, left + x, k])
                picture[top + y, left + x, k] = np.uint8(under + (label[y, x, k] - under) * share + np.float32(0.5))
