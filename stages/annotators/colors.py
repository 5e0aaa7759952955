"""The one colour that an object clearly shows, counted from the pixels of its mask."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int, UInt8
from pydantic import Field

from stages.annotators.base import Pictures
from stages.formats.colors import TERMS, term_counts
from stages.geometry.rle import decode_box
from stages.params import Params
from stages.runner import Counts, dropped
from stages.schema.columns import codes, one_chunk, replace_columns, rows_of, vectors


class ColorParams(Params):
    """Section `annotate.color` of params.yaml."""

    measure: bool = Field(description="false: only colours that the source gives")
    erode_px: int = Field(ge=0, description="of a mask's outline, not looked at")
    min_px: int = Field(ge=1, description="pixels that must be left")
    min_share: float = Field(gt=0.5, le=1, description="of them that must have the colour")


def measure_colors(tables: Mapping[str, pa.Table], pictures: Pictures, params: ColorParams) -> tuple[pa.Table, Counts]:
    """Fill null colours of sightings with masks, where a view shows several things of a kind (else nobody asks).

    Args:
        tables: `view`, `object` and `sighting`.
        pictures: Yields (view id, RGB picture) for the view ids asked for.
        params: When a colour is clear.

    Returns:
        Table `sighting`, and how many colours were asked for and found.
    """
    sighting = tables["sighting"]
    rows = _asked(tables) if params.measure else np.zeros(0, dtype=np.int64)
    views = one_chunk(sighting.column("view_id")).take(pa.array(rows))
    by_view: dict[str, list[int]] = {}
    for row, view_id in zip(rows.tolist(), views.to_pylist(), strict=True):
        by_view.setdefault(view_id, []).append(row)
    masks, boxes = one_chunk(sighting.column("mask_rle")), vectors(sighting.column("box_px"), 4)
    found = np.full(len(sighting), -1, dtype=np.int64)
    for view_id, picture in pictures(sorted(by_view)):
        for row in by_view.pop(view_id):
            found[row] = _color(picture, masks[row].as_py(), boxes[row], params)
    names = pa.array(TERMS, pa.string()).take(pa.array(found, mask=found < 0))
    counts = (
        Counts(read={"colors": len(rows)}, kept={"colors": int((found >= 0).sum())}) if params.measure else Counts()
    )
    color = pc.coalesce(one_chunk(sighting.column("color")), names)
    return replace_columns(sighting, {"color": color}), counts + dropped("color.no_picture", sorted(by_view))


def _asked(tables: Mapping[str, pa.Table]) -> Int[np.ndarray, " n"]:
    """Sightings with a mask and no colour, in views with several things whose category ends in the same word."""
    sighting, objects = tables["sighting"], tables["object"]
    at = pa.array(rows_of(sighting.column("object_id"), objects.column("object_id")))
    kind = pc.replace_substring_regex(one_chunk(objects.column("category")), r"^.*[ _]", "").take(at)
    views = codes(sighting.column("view_id"))
    cells = views * (len(objects) + 1) + codes(kind)
    _, where, counts = np.unique(cells, return_inverse=True, return_counts=True)
    several = counts[where.reshape(-1)] > 1 if len(cells) else np.zeros(0, dtype=bool)
    open_ = pc.and_(sighting.column("mask_rle").is_valid(), sighting.column("color").is_null()).to_numpy()
    return np.flatnonzero(several & open_)


def _color(picture: UInt8[np.ndarray, "h w 3"], rle: bytes, box_px: np.ndarray, params: ColorParams) -> int:
    """Number of the term, -1 where no one is clear."""
    import cv2

    height, width = picture.shape[:2]
    x1, y1 = np.maximum(np.floor(box_px[:2]).astype(int), 0).tolist()
    x2, y2 = np.minimum(np.ceil(box_px[2:]).astype(int), (width, height)).tolist()
    mask = decode_box(rle, (height, width), (x1, y1, x2, y2)) if x2 > x1 and y2 > y1 else None
    if mask is None:
        return -1
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=params.erode_px)[1:-1, 1:-1].astype(bool)
    counts = term_counts(picture[y1:y2, x1:x2][inner])
    best = int(counts[:-1].argmax())
    return best if counts.sum() >= params.min_px and counts[best] >= params.min_share * counts.sum() else -1
