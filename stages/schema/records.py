"""Typed rows that source readers return; `to_table` turns them into Arrow.

Only ingest handles rows one by one (datasets come that way); every later stage works on columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import pyarrow as pa

from stages.schema.tables import TABLES

Vec3 = tuple[float, float, float]
Vec4 = tuple[float, float, float, float]


@dataclass(frozen=True)
class SceneRow:
    """Row of table `scene`; meanings stand in `stages.schema.tables`."""

    scene_id: str
    source: str
    kind: str
    place_id: str
    license: str
    attribution: str | None = None
    upstream_split: str | None = None
    vocabulary: Sequence[str] | None = None
    floor_polygon_w: Sequence[tuple[float, float]] | None = None
    floor_by: str | None = None


@dataclass(frozen=True)
class ViewRow:
    """Row of table `view`."""

    view_id: str
    scene_id: str
    frame: int
    width_px: int
    height_px: int
    image_path: str | None = None
    intrinsics_px: Vec4 | None = None
    world_from_cam: Sequence[float] | None = None
    gravity_c: Vec3 | None = None
    depth_path: str | None = None
    depth_encoding: str | None = None
    depth_scale_m: float | None = None
    captions: Sequence[str] | None = None
    intrinsics_by: str | None = None
    pose_by: str | None = None
    depth_by: str | None = None
    scale_sigma: float | None = None
    tilt_sigma_deg: float | None = None


@dataclass(frozen=True)
class ObjectRow:
    """Row of table `object`."""

    object_id: str
    scene_id: str
    category: str
    category_raw: str
    caption: str | None = None
    center_w: Vec3 | None = None
    size_m: Vec3 | None = None
    world_from_box: Sequence[float] | None = None
    symmetry_deg: float | None = None
    also_shows: Sequence[str] | None = None
    geometry: str | None = None
    box_by: str | None = None
    sigma_center_m: float | None = None
    sigma_size_m: float | None = None


@dataclass(frozen=True)
class SightingRow:
    """Row of table `sighting`; the view-space columns are filled by `annotate`."""

    view_id: str
    object_id: str
    scene_id: str
    box_px: Vec4
    area_px: float
    detected_by: str
    mask_rle: bytes | None = None
    visible_fraction: float | None = None
    truncated_fraction: float | None = None
    crowd: bool = False
    confidence: float = 1.0
    color: str | None = None
    center_v: Vec3 | None = None
    yaw_v: float | None = None
    size_v: Vec3 | None = None
    sigma_center_m: Vec3 | None = None
    sigma_size_m: Vec3 | None = None
    extent_observed: bool | None = None


@dataclass(frozen=True)
class PixelsRow:
    """Row of table `pixels`."""

    view_id: str
    scene_id: str
    image: bytes
    depth: bytes | None = None


ROW_TYPES: dict[str, type] = {
    "scene": SceneRow, "view": ViewRow, "object": ObjectRow, "sighting": SightingRow, "pixels": PixelsRow,
}  # fmt: skip


def to_table(name: str, rows: Sequence[Any]) -> pa.Table:
    """Build table `name` from its row objects, sorted by key.

    Raises:
        pa.ArrowInvalid: A value does not fit its column's type.
    """
    spec = TABLES[name]
    names = [f.name for f in fields(ROW_TYPES[name])]
    columns = {n: [getattr(row, n) for row in rows] for n in names}
    table = pa.table(
        {n: pa.array(columns[n], type=spec.schema.field(n).type) for n in spec.schema.names}, schema=spec.schema
    )
    return table.sort_by([(k, "ascending") for k in spec.key])
