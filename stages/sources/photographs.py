"""What the readers of single photographs share: files below the root, their sizes, and boxes cut to the picture."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal, TypeGuard

from stages.paths import is_below
from stages.schema.records import ObjectRow, SightingRow, Vec4
from stages.sources.base import Drop
from stages.sources.categories import left_out, named
from stages.sources.image_header import ImageHeader, ImageHeaderError, read_header

Marked = tuple[ObjectRow, SightingRow]
BoxOrder = Literal["xywh", "xyxy"]
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9._-]+")


def picture_size_wh(root: Path, image_path: str, stated_wh: tuple[Any, Any] | None = None) -> tuple[int, int] | Drop:
    """Read width and height of a picture as stored: boxes of annotated datasets refer to it.

    Args:
        root: Folder of the dataset.
        image_path: File below the root, as the dataset names it.
        stated_wh: Size that the dataset states; boxes of a picture of another size would not fit.

    Returns:
        A Drop as of `picture_header`, or where the size is another than stated.
    """
    header = picture_header(root, image_path)
    if isinstance(header, Drop):
        return header
    size_wh = (header.width_px, header.height_px)
    return size_wh if stated_wh is None or size_wh == stated_wh else Drop("scene.image_size", image_path)


def picture_header(root: Path, image_path: str) -> ImageHeader | Drop:
    """Read the header of a picture; a Drop where the file is missing, damaged, too large or outside the root."""
    path = root / image_path
    if not is_below(path, root):
        return Drop("scene.image_outside_root", image_path)
    try:
        return read_header(path)
    except OSError:
        return Drop("scene.image_missing", image_path)
    except ImageHeaderError as error:
        return Drop(f"scene.{error.reason}", image_path)


def clipped_box_px(box: Any, size_wh: tuple[int, int], order: BoxOrder = "xywh") -> Vec4 | str:
    """Turn a dataset's box into edges x1, y1, x2, y2 inside the picture.

    Args:
        box: Four numbers: corner, width and height (`xywh`), or two corners (`xyxy`), pixels.
        size_wh: Size of the picture.
        order: Which of the two.

    Returns:
        Why there is no box: `box_malformed`, `box_empty` (no area) or `box_outside` (no overlap with the picture).
    """
    if not isinstance(box, list | tuple) or len(box) != 4 or not all(is_finite(v) for v in box):
        return "box_malformed"
    x1, y1, c, d = (float(v) for v in box)
    x2, y2 = (x1 + c, y1 + d) if order == "xywh" else (c, d)
    if x2 <= x1 or y2 <= y1:
        return "box_empty"
    box_px = (max(x1, 0.0), max(y1, 0.0), min(x2, float(size_wh[0])), min(y2, float(size_wh[1])))
    return box_px if box_px[2] > box_px[0] and box_px[3] > box_px[1] else "box_outside"


def area_of_px(box_px: Vec4) -> float:
    """Area of a box in pixels."""
    return (box_px[2] - box_px[0]) * (box_px[3] - box_px[1])


def marked(object_id: str, scene_id: str, names: Sequence[str], box_px: Vec4 | str) -> Marked | Drop:
    """Make object and sighting of one named box in the scene's only view.

    Args:
        object_id: Id of the object.
        scene_id: Scene it belongs to.
        names: What the dataset calls it, best name first; the others are what it also shows.
        box_px: Edges, or why there is no box.

    Returns:
        A Drop `object.<reason>` where it has no name, is no thing (see `categories.left_out`) or has no box.
    """
    name = named(names[0]) if names else None
    reason = left_out(name.category) if name else "no_name"
    if name is None or reason or isinstance(box_px, str):
        return Drop(f"object.{reason or box_px}", object_id)
    also = sorted({named(other).category for other in names[1:]} - {name.category})
    return (
        ObjectRow(object_id, scene_id, name.category, names[0], also_shows=also or None),
        SightingRow(
            f"{scene_id}/0", object_id, scene_id, box_px, area_of_px(box_px), "given", crowd=name.several
        ),
    )  # fmt: skip


def sorted_out(found: Iterable[Marked | Drop]) -> tuple[list[ObjectRow], list[SightingRow], list[Drop]]:
    """Objects, sightings and drops apart, each in the order given."""
    kept: list[Marked] = []
    drops: list[Drop] = []
    for item in found:
        if isinstance(item, Drop):
            drops.append(item)
        else:
            kept.append(item)
    return [k[0] for k in kept], [k[1] for k in kept], drops


def is_finite(value: Any) -> TypeGuard[float]:
    """Tell whether a value of a JSON file is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def text_of(value: Any) -> str | None:
    """Text of a JSON file without blanks around it; None if there is none."""
    return value.strip() or None if isinstance(value, str) else None


def slug(path: str) -> str:
    """Part of a scene id made of a path: as it is where that is allowed, else tidied, with a hash against mix-ups.

    Example:
        >>> slug("sa_1.jpg"), slug("my room/1.jpg")
        ('sa_1.jpg', 'my-room-1.jpg-9e1ecb8d')
    """
    tidy = _NOT_IN_IDS.sub("-", path)
    return tidy if tidy == path else f"{tidy}-{blake2b(path.encode(), digest_size=4).hexdigest()}"
