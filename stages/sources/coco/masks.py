"""COCO segmentations of any spelling to compressed RLE."""

from __future__ import annotations

from typing import Any

from pycocotools import mask as coco_mask


class SegmentationError(Exception):
    """A segmentation that cannot be read; `reason` is the last part of the drop reason."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


def encode(segmentation: Any, height_px: int, width_px: int) -> tuple[bytes, float] | None:
    """Return compressed RLE counts and the number of pixels covered.

    Args:
        segmentation: List of polygons [x1, y1, ...], or RLE `{size, counts}` with counts as list or string.
        height_px: Height of the image.
        width_px: Width of the image.

    Returns:
        None where there is no segmentation or it covers no pixel.

    Raises:
        SegmentationError: `malformed` or `size` (of another image size).
    """
    if not segmentation:
        return None
    rle = (
        _from_rle(segmentation, height_px, width_px)
        if isinstance(segmentation, dict)
        else _from_polygons(segmentation, height_px, width_px)
    )
    area_px = float(coco_mask.area(rle))
    return (bytes(rle["counts"]), area_px) if area_px > 0 else None


def _from_polygons(polygons: Any, height_px: int, width_px: int) -> Any:
    try:
        usable = [[float(v) for v in polygon] for polygon in polygons if len(polygon) >= 6 and len(polygon) % 2 == 0]
    except (TypeError, ValueError) as error:
        raise SegmentationError("malformed") from error
    if not usable:
        raise SegmentationError("malformed")
    return coco_mask.merge(coco_mask.frPyObjects(usable, height_px, width_px))


def _from_rle(segmentation: dict[str, Any], height_px: int, width_px: int) -> Any:
    if segmentation.get("size") != [height_px, width_px]:
        raise SegmentationError("size")
    counts = segmentation.get("counts")
    if isinstance(counts, list):
        # pycocotools trusts the counts: a wrong sum would read outside the mask later
        if not all(type(c) is int and c >= 0 for c in counts) or sum(counts) != height_px * width_px:
            raise SegmentationError("malformed")
        return coco_mask.frPyObjects({"size": [height_px, width_px], "counts": counts}, height_px, width_px)
    if not isinstance(counts, str):
        raise SegmentationError("malformed")
    rle = {"size": [height_px, width_px], "counts": counts.encode()}
    try:
        coco_mask.decode(rle)
    except ValueError as error:
        raise SegmentationError("malformed") from error
    return rle
