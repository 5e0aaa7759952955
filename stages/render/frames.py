"""Render the views of one scene: pictures and depth where none exist, and who is seen where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Int32
from pycocotools import mask as coco_mask

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
        seen = np.unique(frame.object_index[frame.object_index >= 0])
        areas = renderer.silhouettes(pose, view.intrinsics_px, size_wh, seen.tolist())
        sightings.extend(_sightings(view, mesh.object_ids, frame.object_index, seen, areas))
    return Rendered(pixels, sightings)


def _encode(view: ViewRow, frame: Frame, jpeg_quality: int) -> PixelsRow:
    done, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(frame.rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]
    )
    assert done, "JPEG encoding of an in-memory picture cannot fail"
    units = np.clip(np.round(frame.depth_m / DEPTH_UNIT_M), 0, _MAX_DEPTH_UNITS).astype("<u2")
    return PixelsRow(view.view_id, view.scene_id, jpeg.tobytes(), units.tobytes())


def _sightings(
    view: ViewRow,
    object_ids: Sequence[str],
    object_index: Int32[np.ndarray, "h w"],
    seen: Int32[np.ndarray, " n"],
    areas: Float[np.ndarray, "n 2"],
) -> list[SightingRow]:
    rows = []
    for index, (silhouette_px, outside_px) in zip(seen.tolist(), areas.tolist(), strict=True):
        mask = object_index == index
        ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        area = float(mask.sum())
        whole = max(silhouette_px, area)  # the silhouette is sampled on a coarser grid
        rows.append(
            SightingRow(
                view_id=view.view_id,
                object_id=object_ids[index],
                scene_id=view.scene_id,
                box_px=(float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1)),
                area_px=area,
                detected_by="rendered",
                mask_rle=coco_mask.encode(np.asfortranarray(mask.view(np.uint8)))["counts"],
                visible_fraction=min(area / whole, 1.0),
                truncated_fraction=min(outside_px / whole, 1.0),
            )
        )
    return rows
