"""What the usual pipeline works with: every mask's depth as points in view space, nothing cleaned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
from jaxtyping import Float

from stages.audits.degrade import box_of, decode
from stages.audits.paths import Depths
from stages.geometry.frames import gravity_of_pose, view_from_cam
from stages.schema.columns import vectors, whole

Points = Float[np.ndarray, "n 3"]
_MOST = 2000  # points per object; an even stride through the mask


def visible_points(tables: Mapping[str, pa.Table], depths: Depths) -> Iterator[tuple[str, dict[str, Points]]]:
    """Yield (view id, points in view space per object id, metres) for every view that can be levelled.

    Args:
        tables: `view` with intrinsics and pose or gravity, `sighting` with masks.
        depths: Depth of views.
    """
    view = tables["view"]
    view_ids = whole(view, "view_id").to_pylist()
    gravity_c = vectors(view.column("gravity_c"), 3)
    posed = gravity_of_pose(vectors(view.column("world_from_cam"), 16).reshape(-1, 4, 4))
    levelled = view_from_cam(np.where(np.isnan(gravity_c), posed, gravity_c))
    intrinsics_px = vectors(view.column("intrinsics_px"), 4)
    row_of = {view_id: row for row, view_id in enumerate(view_ids)}
    masks = _masks(tables["sighting"])
    for view_id, depth_m in depths(view_ids):
        row = row_of[view_id]
        if np.isfinite(levelled[row]).all() and np.isfinite(intrinsics_px[row]).all():
            seen = {o: _points(depth_m, rle, intrinsics_px[row]) @ levelled[row].T for o, rle in masks.get(view_id, ())}
            yield view_id, {name: points for name, points in seen.items() if len(points)}


def _masks(sighting: pa.Table) -> dict[str, list[tuple[str, bytes]]]:
    masks: dict[str, list[tuple[str, bytes]]] = {}
    names = ("view_id", "object_id", "mask_rle")
    for view_id, object_id, rle in zip(*(whole(sighting, n).to_pylist() for n in names), strict=True):
        if rle is not None:
            masks.setdefault(view_id, []).append((object_id, rle))
    return masks


def _points(depth_m: Float[np.ndarray, "h w"], rle: bytes, intrinsics_px: Float[np.ndarray, " 4"]) -> Points:
    """Back-project the masked pixels that have depth, in the camera frame."""
    mask, (x1, y1, x2, y2) = decode(rle, *depth_m.shape), box_of(rle, *depth_m.shape)
    y, x = np.nonzero(mask[y1:y2, x1:x2])
    y, x = y + y1, x + x1
    stride = len(x) // _MOST + 1
    y, x = y[::stride], x[::stride]
    z = depth_m[y, x].astype(np.float64)
    fx, fy, cx, cy = intrinsics_px
    points: Points = np.stack([(x - cx) / fx * z, (y - cy) / fy * z, z], axis=1)
    return points[np.isfinite(z)]
