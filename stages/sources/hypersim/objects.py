"""Instances of a Hypersim scene: classes by their parts, boxes by their number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from stages.geometry.oriented_box import OrientedBox
from stages.hdf5 import Hdf5Error, read_hdf5
from stages.schema.records import ObjectRow
from stages.sources.base import Drop
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.objects import box_of_axes, object_row

NYU40 = (
    "wall", "floor", "cabinet", "bed", "chair", "sofa", "table", "door", "window", "bookshelf", "picture", "counter",
    "blinds", "desk", "shelves", "curtain", "dresser", "pillow", "mirror", "floor mat", "clothes", "ceiling", "books",
    "refrigerator", "television", "paper", "towel", "shower curtain", "box", "whiteboard", "person", "night stand",
    "toilet", "sink", "lamp", "bathtub", "bag", "otherstructure", "otherfurniture", "otherprop",
)  # fmt: skip
_BOX = "metadata_semantic_instance_bounding_box_object_aligned_2d"


@dataclass(frozen=True)
class Instances:
    """Rows by instance number, and what was left out."""

    rows: Mapping[int, ObjectRow] = field(default_factory=dict)
    drops: tuple[Drop, ...] = ()
    read: int = 0


def read_instances(scene_id: str, folder: Path, metres_per_unit: float, drop_groups: bool) -> Instances:
    """Read class and box of every instance.

    Args:
        scene_id: Id of the scene.
        folder: Its `_detail/mesh`.
        metres_per_unit: Asset units to metres.
        drop_groups: Drop labels of several things, e.g. `books`.

    Raises:
        DamagedScanError: A file is missing or damaged, or they do not fit together.
    """
    classes = class_of_instance(folder)
    boxes = [_array(folder / f"{_BOX}_{what}.hdf5") for what in ("positions", "extents", "orientations")]
    positions, extents, turns = boxes
    n = len(positions)
    if positions.shape != (n, 3) or extents.shape != (n, 3) or turns.shape != (n, 3, 3):
        raise DamagedScanError("boxes_damaged", folder / f"{_BOX}_positions.hdf5")
    rows: dict[int, ObjectRow] = {}
    drops = []
    for number, nyu40 in sorted(classes.items()):
        raw = NYU40[nyu40 - 1] if 1 <= nyu40 <= len(NYU40) else "unknown"
        box: OrientedBox | None = None
        if number < n and np.isfinite([*positions[number], *extents[number], *turns[number].ravel()]).all():
            box = box_of_axes(positions[number] * metres_per_unit, extents[number] * metres_per_unit, turns[number].T)
        row = object_row(scene_id, f"{number}", raw, box, drop_groups)
        if isinstance(row, Drop):
            drops.append(row)
        else:
            rows[number] = row
    return Instances(rows, tuple(drops), len(classes))


def class_of_instance(folder: Path) -> dict[int, int]:
    """NYU40 class of every instance: that of most of its parts, the lowest of equals; -1 where none has one.

    Raises:
        DamagedScanError: A file is missing or damaged, or they do not fit together.
    """
    classes, instances = (_array(folder / f"mesh_objects_{what}.hdf5").ravel() for what in ("si", "sii"))
    if len(classes) != len(instances) or classes.dtype.kind not in "iu" or instances.dtype.kind not in "iu":
        raise DamagedScanError("instances_damaged", folder / "mesh_objects_sii.hdf5")
    found = {}
    for number in np.unique(instances[instances >= 0]).tolist():
        known = classes[(instances == number) & (classes > 0)]
        values, counts = np.unique(known, return_counts=True)
        found[int(number)] = int(values[counts.argmax()]) if len(values) else -1
    return found


def _array(path: Path) -> np.ndarray:
    try:
        return read_hdf5(path)
    except FileNotFoundError as error:
        raise DamagedScanError("instances_missing", path) from error
    except Hdf5Error as error:
        raise DamagedScanError("instances_damaged", path) from error
