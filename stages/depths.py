"""Where the depth of a view comes from: table `pixels`, or a 16-bit file below the source's root.

Depth that is missing or damaged is no exception: the view is left out, and the caller counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float32

from stages import params as params_file
from stages.images import SCENES, source_root
from stages.schema.store import iter_pixels, shard_path

Depths = Callable[[Sequence[str]], Iterator[tuple[str, Float32[np.ndarray, "h w"]]]]
"""Yields (view id, depth along the optical axis in metres, NaN where there is none) of the views asked for."""


def disk_depths(source: str, shard: int, views: pa.Table) -> Depths:
    """Depth of one shard's views as its source stores it; views without depth, or with damaged depth, are left out.

    Args:
        source: Key under `sources` in params.yaml.
        shard: Shard of the views.
        views: Table `view` of the shard.
    """

    def depths(view_ids: Sequence[str]) -> Iterator[tuple[str, Float32[np.ndarray, "h w"]]]:
        wanted = views.filter(pc.is_in(views.column("view_id"), pa.array(sorted(set(view_ids)), pa.string())))
        columns = ["view_id", "depth_path", "depth_scale_m", "height_px", "width_px"]
        rows = {r["view_id"]: r for r in wanted.select(columns).to_pylist() if r["depth_scale_m"] is not None}
        inside = [view_id for view_id, row in rows.items() if row["depth_path"] is None]
        if inside and shard_path(SCENES / source, "pixels", shard).exists():
            for view_id, _, raw in iter_pixels(SCENES / source, shard, inside):
                found = None if raw is None else of_units(np.frombuffer(raw, "<u2"), rows[view_id])
                if found is not None:
                    yield view_id, found
        root = source_root(params_file.read_params(), source)
        for view_id, row in rows.items():
            found = None if row["depth_path"] is None or root is None else _read_file(root, row)
            if found is not None:
                yield view_id, found

    return depths


def of_units(units: np.ndarray, row: Mapping[str, Any]) -> Float32[np.ndarray, "h w"] | None:
    """Turn depth units of a view into metres, 0 into NaN; None if their number does not fit the view's size."""
    size = (row["height_px"], row["width_px"])
    if units.size != size[0] * size[1]:
        return None
    metres = units.reshape(size).astype(np.float32) * np.float32(row["depth_scale_m"])
    metres[metres <= 0] = np.nan
    return metres


def _read_file(root: Path, row: Mapping[str, Any]) -> Float32[np.ndarray, "h w"] | None:
    import cv2  # late: most stages that know about depth never open a file

    path = root / row["depth_path"]
    if not path.resolve().is_relative_to(root.resolve()):
        return None
    try:
        units = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    except (OSError, cv2.error):
        return None
    return None if units is None or units.ndim != 2 else of_units(units, row)
