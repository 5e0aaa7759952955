"""The label table of Cityscapes and its instance maps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt16
from pycocotools import mask as coco_mask
from scipy.ndimage import find_objects

from stages.schema.records import Vec4

LABELS = (
    "unlabeled", "ego vehicle", "rectification border", "out of roi", "static", "dynamic", "ground", "road", "sidewalk",
    "parking", "rail track", "building", "wall", "fence", "guard rail", "bridge", "tunnel", "pole", "polegroup",
    "traffic light", "traffic sign", "vegetation", "terrain", "sky", "person", "rider", "car", "truck", "bus",
    "caravan", "trailer", "train", "motorcycle", "bicycle",
)  # fmt: skip
THINGS = range(24, 34)
ALSO_SHOWS = {"rider": ("person",), "caravan": ("trailer",)}  # a viewer may call the one the other
_PER_LABEL = 1000  # an instance's value is its label times this, plus a running number


class InstanceMapError(Exception):
    """The instance map is no 16-bit picture of the size of the photograph; `reason` is the last part of the drop's."""

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Segment:
    """All pixels of one value of an instance map."""

    value: int
    label: int
    box_px: Vec4
    area_px: float
    mask_rle: bytes

    @property
    def group(self) -> bool:
        """Several things that could not be told apart."""
        return self.value in THINGS


def read_map(path: Path, size_wh: tuple[int, int]) -> UInt16[np.ndarray, "h w"]:
    """Read an instance map.

    Raises:
        OSError: There is none.
        InstanceMapError: `damaged` or `size`.
    """
    import cv2  # late: listing scenes opens no picture

    try:
        found = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise InstanceMapError("damaged") from error
    if found is None or found.ndim != 2 or found.dtype != np.uint16:
        raise InstanceMapError("damaged")
    if found.shape != (size_wh[1], size_wh[0]):
        raise InstanceMapError("size")
    return found


def segments(instances: UInt16[np.ndarray, "h w"]) -> Iterator[Segment]:
    """Yield the things and groups of an instance map, lowest value first; other labels come without a mask."""
    values = np.flatnonzero(np.bincount(instances.ravel()))
    codes = np.zeros(int(values[-1]) + 1, np.int32)
    codes[values] = np.arange(1, len(values) + 1)
    for value, (rows, columns) in zip(values.tolist(), find_objects(codes[instances]), strict=True):
        label = value // _PER_LABEL if value >= _PER_LABEL else value
        if label not in THINGS:
            yield Segment(value, label, (0.0, 0.0, 0.0, 0.0), 0.0, b"")
            continue
        mask = np.zeros(instances.shape, np.uint8, order="F")
        mask[rows, columns] = instances[rows, columns] == value
        rle = coco_mask.encode(mask)
        box_px = (float(columns.start), float(rows.start), float(columns.stop), float(rows.stop))
        yield Segment(value, label, box_px, float(coco_mask.area(rle)), bytes(rle["counts"]))
