"""Where the depth of a view comes from: table `pixels`, or a file below the source's root, decoded here.

A source's depth files are used as they are: column `depth_encoding` of table `view` names the row of `DECODERS` that
reads them. Depth of another size than the picture is sampled at the picture's pixels (the nearest depth pixel, so no
values are invented at edges), if both show the same frame, i.e. have the same proportions.

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
from stages.registry import UnknownName, suggest
from stages.schema.store import iter_pixels, shard_path

Depths = Callable[[Sequence[str]], Iterator[tuple[str, Float32[np.ndarray, "h w"]]]]
"""Yields (view id, depth along the optical axis in metres, NaN where there is none) of the views asked for."""

Decoder = Callable[[Path, Mapping[str, Any]], np.ndarray | None]
"""Reads a depth file given the row of its view (`COLUMNS`): metres along the optical axis (h, w) of any size, 0 or NaN
where there is none. Returns None, or raises OSError or ValueError, where the file is damaged."""

COLUMNS = (
    "view_id", "frame", "width_px", "height_px", "intrinsics_px", "depth_path", "depth_encoding", "depth_scale_m",
)  # fmt: skip
_SAME_PROPORTIONS = 0.02  # ScanNet's 640 x 480 depth goes with 1296 x 968 pictures, a difference of 0.4 %


def disk_depths(source: str, shard: int, views: pa.Table) -> Depths:
    """Depth of one shard's views as its source stores it; views without depth, or with damaged depth, are left out.

    Args:
        source: Key under `sources` in params.yaml.
        shard: Shard of the views.
        views: Table `view` of the shard.
    """

    def depths(view_ids: Sequence[str]) -> Iterator[tuple[str, Float32[np.ndarray, "h w"]]]:
        wanted = views.filter(pc.is_in(views.column("view_id"), pa.array(sorted(set(view_ids)), pa.string())))
        rows = {r["view_id"]: r for r in wanted.select(COLUMNS).to_pylist() if r["depth_scale_m"] is not None}
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
    return _cleaned(units.reshape(size).astype(np.float32) * np.float32(row["depth_scale_m"]))


def at_pixels(depth_m: Float32[np.ndarray, "a b"], height_px: int, width_px: int) -> Float32[np.ndarray, "h w"] | None:
    """Sample depth at the pixels of a picture of another size; None if the proportions differ.

    Example:
        >>> at_pixels(np.array([[1, 2]], np.float32), 2, 4).tolist()
        [[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]
    """
    rows, columns = depth_m.shape
    if (rows, columns) == (height_px, width_px):
        return depth_m
    if not rows or not columns or abs(columns * height_px / (rows * width_px) - 1) > _SAME_PROPORTIONS:
        return None
    row = ((np.arange(height_px) + 0.5) * rows / height_px).astype(np.int64)
    column = ((np.arange(width_px) + 0.5) * columns / width_px).astype(np.int64)
    sampled: Float32[np.ndarray, "h w"] = depth_m[row[:, None], column]
    return sampled


def decoder_of(encoding: str | None) -> Decoder:
    """Look up the decoder of a view.

    Raises:
        UnknownName: There is none of this name.
    """
    name = encoding or "png_z"
    if name not in DECODERS:
        raise UnknownName(f"unknown depth encoding {name!r}.{suggest(name, DECODERS)} Known: {', '.join(DECODERS)}")
    return DECODERS[name]


def _read_file(root: Path, row: Mapping[str, Any]) -> Float32[np.ndarray, "h w"] | None:
    path = root / row["depth_path"]
    if not path.resolve().is_relative_to(root.resolve()):
        return None
    try:
        depth_m = decoder_of(row["depth_encoding"])(path, row)
    except (OSError, ValueError):
        return None
    if depth_m is None or depth_m.ndim != 2:
        return None
    return at_pixels(_cleaned(depth_m.astype(np.float32)), row["height_px"], row["width_px"])


def _cleaned(depth_m: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    depth_m[~(np.isfinite(depth_m) & (depth_m > 0))] = np.nan
    return depth_m


def _png_z(path: Path, row: Mapping[str, Any]) -> np.ndarray | None:
    """16-bit picture whose values, times `depth_scale_m`, are metres along the optical axis; 0: none."""
    import cv2  # late: most stages that know about depth never open a file

    try:
        units = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if units is None or units.dtype != np.uint16:
        return None
    return np.asarray(units, np.float32) * np.float32(row["depth_scale_m"])


DECODERS: dict[str, Decoder] = {
    "png_z": _png_z,
}
