"""Marked pictures per core-second: the engine's drawing against a loop of PIL's alpha_composite.

A picture goes from JPEG to three JPEGs (boxes, masks, numbers) with eight marks, decoded once, by `pictures.draw_one`
as the export does. The PIL loop decodes for each of the three, lays whole-picture layers over it as tutorials do, and
writes its labels in the corners of the boxes; its masks come decoded by pycocotools. Pictures are synthetic: smooth
noise with eight blobs that cover a third of it, some overlapping.

    pip install pillow && python -m benchmarks.marks
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pycocotools import mask as coco_mask

from stages.images import Picture, decode, encode_jpeg
from stages.marks.draw import MASK_OPACITY, Canvas, Mark, draw
from stages.marks.palette import COLORS_RGB
from stages.pictures import Variant, draw_one

SIZES_WH = ((640, 480), (1920, 1080))
STYLES = ("boxes", "masks", "numbers")
PICTURES, MARKS, QUALITY, REPEATS = 12, 8, 90, 5
Made = tuple[bytes, list[Mark]]


def make(size_wh: tuple[int, int], number: int) -> Made:
    """One JPEG and its marks."""
    width, height = size_wh
    rng = np.random.default_rng(number)
    coarse = rng.integers(0, 256, (height // 16, width // 16, 3), dtype=np.uint8)
    fine = rng.normal(0, 4, (height, width, 3))
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC) + fine
    ys, xs = np.mgrid[:height, :width]
    marks = []
    for _ in range(MARKS):
        x, y = rng.uniform(0.1, 0.9, 2) * (width, height)
        radius = np.exp(rng.uniform(np.log(0.03), np.log(0.25))) * height
        angle = np.arctan2(ys - y, xs - x)
        shape = np.hypot((xs - x) / 1.3, ys - y) < radius * (1 + 0.15 * np.sin(5 * angle + x))
        rle = coco_mask.encode(np.asfortranarray(shape.astype(np.uint8)))
        left, top, wide, high = coco_mask.toBbox(rle)
        marks.append(Mark((left, top, left + wide, top + high), rle["counts"]))
    return encode_jpeg(np.clip(picture, 0, 255).astype(np.uint8), QUALITY), marks


def by_engine(made: Sequence[Made]) -> list[bytes]:
    found, canvas = [], None
    for encoded, marks in made:
        rgb = decode(encoded)
        assert rgb is not None
        seen = {("v", str(k)): mark for k, mark in enumerate(marks)}
        picture, canvas = Picture("v", encoded, rgb), canvas or Canvas(*rgb.shape[:2])
        names = tuple(str(k) for k in range(len(marks)))
        found += [draw_one(picture, Variant("v", style, names), seen, QUALITY, canvas).encoded for style in STYLES]
    return found


def codec_only(made: Sequence[Made]) -> None:
    """The part of `by_engine` that is decoding and encoding."""
    for encoded, _ in made:
        rgb = decode(encoded)
        assert rgb is not None
        for _ in STYLES:
            encode_jpeg(rgb, QUALITY)


def by_pil(made: Sequence[Made]) -> list[bytes]:
    return [_pil(encoded, marks, style) for encoded, marks in made for style in STYLES]


def _pil(encoded: bytes, marks: Sequence[Mark], style: str) -> bytes:
    image = Image.open(io.BytesIO(encoded)).convert("RGBA")
    font = ImageFont.load_default(size=image.height / 24)
    for k, (mark, color) in enumerate(zip(marks, COLORS_RGB, strict=True)):
        if style != "boxes":
            counts = {"size": [image.height, image.width], "counts": mark.mask_rle}
            alpha = Image.fromarray(coco_mask.decode(counts) * round(255 * MASK_OPACITY))
            layer = Image.new("RGBA", image.size, (*color, 0))
            layer.putalpha(alpha)
            image = Image.alpha_composite(image, layer)
        canvas = ImageDraw.Draw(image)
        if style == "boxes":
            canvas.rectangle(tuple(mark.box_px), outline=color, width=max(2, image.height // 180))  # type: ignore[arg-type]
        if style == "numbers":
            canvas.text(tuple(mark.box_px[:2]), str(k + 1), fill=color, font=font)  # type: ignore[arg-type]
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def core_seconds(works: Sequence[Callable[[], object]]) -> list[float]:
    """Median CPU time of each; they take turns, so that other load on the machine meets all of them."""
    spent: list[list[float]] = [[] for _ in works]
    for turn in range(REPEATS + 1):
        for work, times in zip(works, spent, strict=True):
            started = time.process_time()
            work()
            if turn:  # the first one compiles and fills caches
                times.append(time.process_time() - started)
    return [median(times) for times in spent]


def measure(size_wh: tuple[int, int]) -> dict[str, Any]:
    made = [make(size_wh, number) for number in range(PICTURES)]
    decoded = [(rgb, marks) for encoded, marks in made if (rgb := decode(encoded)) is not None]
    canvas = Canvas(size_wh[1], size_wh[0])

    def drawing(style: str) -> Callable[[], object]:
        return lambda: [draw(rgb, style, marks, canvas) for rgb, marks in decoded]

    works = [lambda: by_engine(made), lambda: by_pil(made), lambda: codec_only(made), *(drawing(s) for s in STYLES)]
    engine, pil, codec, *styles = core_seconds(works)
    count = PICTURES * len(STYLES)
    return {
        "images_per_core_s": round(count / engine, 1),
        "ratio_vs_pil": round(pil / engine, 2),
        "decode_encode_fraction": round(codec / engine, 3),
        "ms": {style: round(spent / PICTURES * 1e3, 3) for style, spent in zip(STYLES, styles, strict=True)},
    }


def main() -> None:
    cv2.setNumThreads(1)
    found = {f"{width}x{height}": measure((width, height)) for width, height in SIZES_WH}
    print(
        f"{'size':>10} {'images/core-s':>14} {'times PIL':>10} {'codec share':>12}   ms of drawing: boxes masks numbers"
    )
    for size, row in found.items():
        drawing = " ".join(f"{ms:.2f}" for ms in row["ms"].values())
        print(
            f"{size:>10} {row['images_per_core_s']:>14.0f} {row['ratio_vs_pil']:>10.1f}"
            f" {row['decode_encode_fraction']:>12.0%}   {drawing}"
        )
    print(json.dumps({**found["640x480"], "1920x1080": found["1920x1080"]}))


if __name__ == "__main__":
    main()
