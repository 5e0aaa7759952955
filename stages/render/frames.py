"""Render the views of one scene: pictures and depth where none exist, and who is seen where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Int32, Int64
from pycocotools import mask as coco_mask

from stages.compiled import compiled
from stages.geometry.mesh import LabelledMesh
from stages.render.renderer import Frame, Renderer
from stages.schema.records import PixelsRow, SightingRow, ViewRow

DEPTH_UNIT_M = 0.001
_MAX_DEPTH_UNITS = 65_535


@dataclass(frozen=True)
class Rendered:
    """Pixels of the views that had none, and sightings of all posed views."""

    pixels: Sequence[PixelsRow]
    sightings: Sequence[SightingRow]


def render_views(mesh: LabelledMesh, views: Sequence[ViewRow], jpeg_quality: int) -> Rendered:
    """Render all posed views of one scene.

    Args:
        mesh: Geometry whose faces know their object.
        views: Views of the scene; those without pose or intrinsics are passed over (they keep their own sightings).
        jpeg_quality: 1 to 100.

    Returns:
        Pictures (JPEG) and depth (uint16 millimetres) of views without `image_path`; sightings with exact masks.
    """
    renderer = Renderer(mesh)
    pixels: list[PixelsRow] = []
    sightings: list[SightingRow] = []
    for view in views:
        if view.world_from_cam is None or view.intrinsics_px is None:
            continue
        pose = np.array(view.world_from_cam, dtype=np.float64).reshape(4, 4)
        size_wh = (view.width_px, view.height_px)
        frame = renderer.frame(pose, view.intrinsics_px, size_wh)
        if view.image_path is None:
            pixels.append(_encode(view, frame, jpeg_quality))
        extents = _extents(frame.object_index, len(mesh.object_ids))
        seen = np.flatnonzero(extents[:, 0])
        areas = renderer.silhouettes(pose, view.intrinsics_px, size_wh, seen.tolist())
        sightings.extend(_sightings(view, mesh.object_ids, frame.object_index, extents, areas))
    return Rendered(pixels, sightings)


def _encode(view: ViewRow, frame: Frame, jpeg_quality: int) -> PixelsRow:
    done, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]
    )
    assert done, "JPEG encoding of an in-memory picture cannot fail"
    units = np.clip(np.round(frame.depth_m / DEPTH_UNIT_M), 0, _MAX_DEPTH_UNITS).astype("<u2")
    return PixelsRow(view.view_id, view.scene_id, jpeg.tobytes(), units.tobytes())


@compiled
def _extents(object_index: Int32[np.ndarray, "h w"], count: int) -> Int64[np.ndarray, "n 5"]:
    """Return per object the number of its pixels, and first column, first row, last column and last row."""
    height, width = object_index.shape
    out = np.zeros((count, 5), np.int64)
    out[:, 1], out[:, 2] = width, height
    for y in range(height):
        for x in range(width):
            k = object_index[y, x]
            if k >= 0:
                out[k, 0] += 1
                out[k, 1], out[k, 2] = min(out[k, 1], x), min(out[k, 2], y)
                out[k, 3], out[k, 4] = max(out[k, 3], x), max(out[k, 4], y)
    return out


def _sightings(
    view: ViewRow,
    object_ids: Sequence[str],
    object_index: Int32[np.ndarray, "h w"],
    extents: Int64[np.ndarray, "n 5"],
    areas: Float[np.ndarray, "k 2"],
) -> list[SightingRow]:
    """Describe the objects with pixels; `areas` holds silhouettes of those alone, in order."""
    rows = []
    columns_first = np.asfortranarray(object_index)  # the order that run-length encoding reads
    seen = np.flatnonzero(extents[:, 0])
    for index, (silhouette_px, outside_px) in zip(seen.tolist(), areas.tolist(), strict=True):
        area, x1, y1, x2, y2 = extents[index].tolist()
        whole = max(silhouette_px, area)  # the silhouette is sampled on a coarser grid
        rows.append(
            SightingRow(
                view_id=view.view_id,
                object_id=object_ids[index],
                scene_id=view.scene_id,
                box_px=(float(x1), float(y1), float(x2 + 1), float(y2 + 1)),
                area_px=float(area),
                detected_by="rendered",
                mask_rle=coco_mask.encode((columns_first == index).view(np.uint8))["counts"],
                visible_fraction=min(area / whole, 1.0),
                truncated_fraction=min(outside_px / whole, 1.0),
            )
        )
    return rows
