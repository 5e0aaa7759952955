"""The `.house` file: categories, objects and the segments they are made of, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from stages.geometry.oriented_box import OrientedBox
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.objects import box_of_axes

_NO_CATEGORY = "unknown"


@dataclass(frozen=True)
class HouseObject:
    """One annotated object: number, raw label, box as annotated (None: the numbers make none)."""

    number: int
    label: str
    box: OrientedBox | None


@dataclass(frozen=True)
class House:
    """Objects of a house, and the object number of each segment."""

    objects: Sequence[HouseObject]
    object_of_segment: Mapping[int, int]


def read_house(path: Path) -> House:
    """Read the lines C (categories), O (objects) and E (segments).

    Raises:
        DamagedScanError: The file is missing, cut, or its lines refer to ones that do not exist.
    """
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    except OSError as error:
        raise DamagedScanError("house_missing", path) from error
    except UnicodeDecodeError as error:
        raise DamagedScanError("house_damaged", path) from error
    if not lines or lines[0][:1] != ["ASCII"]:
        raise DamagedScanError("house_damaged", path)
    by_kind: dict[str, list[list[str]]] = {kind: [] for kind in "HCOE"}
    for line in lines[1:]:
        if line and line[0] in by_kind:
            by_kind[line[0]].append(line)
    try:
        categories = {int(c[1]): c[3].replace("#", " ") for c in by_kind["C"]}
        objects = [_object(line, categories) for line in by_kind["O"]]
        segments = {int(e[3]): int(e[2]) for e in by_kind["E"]}
        promised = [int(by_kind["H"][0][k]) for k in (7, 8, 9)]  # of segments, objects and categories
    except (IndexError, KeyError, ValueError) as error:
        raise DamagedScanError("house_damaged", path) from error
    known = {o.number for o in objects}
    if (
        promised != [len(by_kind[k]) for k in "EOC"]
        or len(known) != len(objects)
        or set(segments.values()) - known - {-1}
    ):
        raise DamagedScanError("house_damaged", path)
    return House(objects, segments)


def _object(line: Sequence[str], categories: Mapping[int, str]) -> HouseObject:
    """Read `O object region category  centre(3)  axis 0(3)  axis 1(3)  half sizes(3) ...`."""
    category = int(line[3])
    label = _NO_CATEGORY if category < 0 else categories[category]
    values = np.array(line[4:16], dtype=np.float64)
    if values.shape != (12,):
        raise ValueError("an object line is cut")
    center_w, axis_0, axis_1, half_m = values.reshape(4, 3)
    usable = np.isfinite(values).all()
    axes = np.stack([axis_0, axis_1, np.cross(axis_0, axis_1)])
    return HouseObject(int(line[1]), label, box_of_axes(center_w, 2 * half_m, axes) if usable else None)
