"""Gravity for the views that came without, from their depth. What a source gives stays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from stages.depths import Depths
from stages.lifting.gravity import Intrinsics, gravity_of_depth
from stages.lifting.params import GravityParams
from stages.runner import Counts, Result, dropped
from stages.schema.columns import float_column, floats, replace_columns, vector_column, vectors, whole

POSE_BY = "depth"


def level(tables: Mapping[str, pa.Table], depths: Depths, params: GravityParams) -> Result:
    """Fill `gravity_c`, `tilt_sigma_deg` and `pose_by` of views with neither pose nor gravity.

    Args:
        tables: `view` of one shard; other tables pass through.
        depths: Depth of views.
        params: Section `annotate.lift.gravity`.
    """
    view = tables["view"]
    bare = view.column("gravity_c").is_null().to_numpy() & view.column("world_from_cam").is_null().to_numpy()
    if not bare.any():
        return Result(dict(tables), Counts())
    ids = whole(view, "view_id").to_pylist()
    lost: dict[str, list[str]] = {}
    wanted = bare.copy()
    for reason, column in (("no_intrinsics", "intrinsics_px"), ("no_depth", "depth_scale_m")):
        lacks = wanted & view.column(column).is_null().to_numpy()
        lost[reason] = [ids[row] for row in np.flatnonzero(lacks)]
        wanted &= ~lacks
    row_of = {ids[row]: row for row in np.flatnonzero(wanted)}
    intrinsics_px = vectors(view.column("intrinsics_px"), 4)
    gravity_c, sigma_deg = vectors(view.column("gravity_c"), 3), floats(view.column("tilt_sigma_deg")).copy()
    makers, found, read = view.column("pose_by").to_pylist(), 0, set()
    for view_id, depth_m in depths(sorted(row_of)):
        row = row_of[view_id]
        read.add(view_id)
        fx, fy, cx, cy = intrinsics_px[row].tolist()
        lens: Intrinsics = (fx, fy, cx, cy)
        one = gravity_of_depth(depth_m, lens, params)
        if one.reason is not None:
            lost.setdefault(one.reason, []).append(view_id)
            continue
        found += 1
        gravity_c[row], sigma_deg[row], makers[row] = one.gravity_c, one.tilt_sigma_deg, POSE_BY
    lost["depth_missing_or_damaged"] = sorted(set(row_of) - read)
    counts = Counts(read={"gravity.views": int(bare.sum())}, kept={"gravity.views": found})
    for reason, names in sorted(lost.items()):
        counts += dropped(f"gravity.{reason}", names)
    columns: dict[str, pa.Array] = {
        "gravity_c": vector_column(gravity_c),
        "tilt_sigma_deg": float_column(sigma_deg),
        "pose_by": pa.array(makers, pa.string()),
    }
    return Result({**tables, "view": replace_columns(view, columns)}, counts)
