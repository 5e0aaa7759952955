"""Where the depth of a view comes from: table `pixels`, or a file below the source's root, decoded here.

A source's depth files are used as they are: column `depth_encoding` of table `view` names the row of `DECODERS` that
reads them. Depth of another size than the picture is sampled at the picture's pixels (the nearest depth pixel, so no
values are invented at edges), if both show the same frame, i.e. have the same proportions.

Depth that is missing or damaged is no exception: the view is left out, and the caller counts it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float32

from stages import params as params_file
from stages.hdf5 import read_hdf5
from stages.images import SCENES, source_root, turned
from stages.registry import UnknownName, suggest
from stages.schema.store import iter_pixels, shard_path

Depths = Callable[[Sequence[str]], Iterator[tuple[str, Float32[np.ndarray, "h w"]]]]
"""Yields (view id, depth along the optical axis in metres, NaN where there is none) of the views asked for."""

Decoder = Callable[[Path, Mapping[str, Any]], np.ndarray | None]
"""Reads a depth file given the row of its view (`COLUMNS`): metres along the optical axis (h, w) of any size, not yet
turned by `orientation`, 0 or NaN where there is none. Returns None, or raises OSError or ValueError, where the file is
damaged."""

COLUMNS = (
    "view_id", "frame", "orientation", "width_px", "height_px", "intrinsics_px", "depth_path", "depth_encoding",
    "depth_scale_m",
)  # fmt: skip
_SATURATED = 65535  # no depth in 7-Scenes, at least so far in others
_SUNRGBD_RANGE_M = 8.0
ARKIT_DEPTH_WH = (256, 192)  # of every device so far
_CHUNK = 1 << 20
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
    return _sampled(depth_m, height_px, width_px)


def _sampled(depth_m: np.ndarray, height_px: int, width_px: int) -> np.ndarray:
    rows, columns = depth_m.shape
    row = ((np.arange(height_px) + 0.5) * rows / height_px).astype(np.int64)
    column = ((np.arange(width_px) + 0.5) * columns / width_px).astype(np.int64)
    sampled: np.ndarray = depth_m[row[:, None], column]
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
    shown_m = turned(_cleaned(depth_m.astype(np.float32)), row["orientation"])
    return at_pixels(shown_m, row["height_px"], row["width_px"])


def _cleaned(depth_m: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    depth_m[~(np.isfinite(depth_m) & (depth_m > 0))] = np.nan
    return depth_m


def _sixteen_bits(path: Path) -> np.ndarray | None:
    import cv2  # late: most stages that know about depth never open a file

    try:
        units = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return None if units is None or units.dtype != np.uint16 else np.asarray(units)


def _png_z(path: Path, row: Mapping[str, Any]) -> np.ndarray | None:
    """16-bit picture whose values, times `depth_scale_m`, are metres along the optical axis; 0 and 65535: none."""
    units = _sixteen_bits(path)
    if units is None:
        return None
    metres: np.ndarray = np.where(units == _SATURATED, 0, units) * np.float32(row["depth_scale_m"])
    return metres


def _sunrgbd_png(path: Path, row: Mapping[str, Any]) -> np.ndarray | None:
    """SUN RGB-D's own pictures: bits turned by three, and nothing beyond eight metres was measured."""
    units = _sixteen_bits(path)
    if units is None:
        return None
    metres = ((units >> 3) | (units << 13)) * np.float32(row["depth_scale_m"])
    return np.where(metres > _SUNRGBD_RANGE_M, np.float32(0), metres)


def _pgm_squeezed(path: Path, row: Mapping[str, Any]) -> np.ndarray | None:
    """16-bit PGM of z that shows what the picture shows in other proportions, as 3RScan's 224 x 172 of 960 x 540."""
    depth_m = _png_z(path, row)
    sideways = row["orientation"] in (5, 6, 7, 8)
    height_px, width_px = (row[key] for key in (("width_px", "height_px") if sideways else ("height_px", "width_px")))
    return None if depth_m is None else _sampled(depth_m, height_px, width_px)


def _float16_zlib(path: Path, row: Mapping[str, Any]) -> np.ndarray | None:
    """One frame of a MultiScan stream: half floats in metres, row by row, all frames in one bare deflate stream."""
    width, height = ARKIT_DEPTH_WH
    size = 2 * width * height
    skip, inflate, frame = size * row["frame"], zlib.decompressobj(-zlib.MAX_WBITS), b""
    with path.open("rb") as file:
        while len(frame) < size and (chunk := file.read(_CHUNK)):
            try:
                piece = inflate.decompress(chunk)
            except zlib.error:
                return None
            frame += piece[skip:]
            skip = max(skip - len(piece), 0)
    if len(frame) < size:
        return None
    units = np.frombuffer(frame[:size], "<f2").reshape(height, width)
    return np.asarray(units, np.float32) * np.float32(row["depth_scale_m"])


def _hypersim_h5(path: Path, row: Mapping[str, Any]) -> np.ndarray | None:
    """Hypersim's array of distances to the optical centre: z is the distance over the length of the pixel's ray."""
    distance = read_hdf5(path)
    if distance.ndim != 2 or row["intrinsics_px"] is None:
        return None
    fx, fy, cx, cy = row["intrinsics_px"]
    height, width = distance.shape
    across, down = (np.arange(width) - cx) / fx, (np.arange(height) - cy) / fy
    ray = np.sqrt(1 + np.square(across)[None] + np.square(down)[:, None])
    z = distance.astype(np.float32) * np.float32(row["depth_scale_m"]) / ray
    return np.asarray(z, np.float32)


DECODERS: dict[str, Decoder] = {
    "hypersim_h5": _hypersim_h5,
    "png_z": _png_z,
    "sunrgbd_png": _sunrgbd_png,
    "pgm_squeezed": _pgm_squeezed,
    "float16_zlib": _float16_zlib,
}
