"""The same scenes on three paths: exact boxes, boxes lifted from sensor-like depth, boxes lifted from guessed depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float, Float32, UInt8

from stages.audits.degrade import (
    Mask,
    MonocularNoise,
    SensorNoise,
    decode,
    detected_mask,
    encode,
    monocular_depth,
    sensor_depth,
    sensor_mask,
    tilted,
)
from stages.geometry.frames import gravity_of_pose
from stages.rng import generator
from stages.schema.columns import replace_columns, rows_of, vector_column, vectors, whole

SourcePath = Literal["exact", "sensor", "lifted"]
Tables = Mapping[str, pa.Table]
Depths = Callable[[Sequence[str]], Iterator[tuple[str, Float32[np.ndarray, "h w"]]]]
DEPTH_BY = {"sensor": "sensor", "lifted": "simulated-monocular"}


@dataclass(frozen=True)
class Eyes:
    """How scenes are seen on the two degraded paths."""

    sensor: SensorNoise
    lifted: MonocularNoise


def degraded(
    tables: Tables, depths: Depths, path: SourcePath, eyes: Eyes, seed: int
) -> tuple[dict[str, pa.Table], Depths]:
    """Take the boxes away from exact scenes and worsen what is left to lift them from.

    Args:
        tables: `scene`, `view`, `object`, `sighting` with exact boxes, poses and masks.
        depths: Exact depth of views.
        path: `sensor` or `lifted`; the latter also loses poses and what only a full reconstruction can know (visible
            and truncated fractions), and knows intrinsics and gravity inexactly (or has gravity yet to be found).
        eyes: The noise models.
        seed: Every view draws from a generator of its own.

    Returns:
        The tables as a reader without boxes would give them, and degraded depth for the views asked for.
    """
    view = tables["view"]
    focal_px = dict(
        zip(whole(view, "view_id").to_pylist(), vectors(view.column("intrinsics_px"), 4)[:, 0], strict=True)
    )

    def worse(view_ids: Sequence[str]) -> Iterator[tuple[str, Float32[np.ndarray, "h w"]]]:
        for view_id, depth_m in depths(view_ids):
            rng = generator(seed, "degrade", path, view_id)
            if path == "sensor":
                yield view_id, sensor_depth(depth_m, float(focal_px[view_id]), eyes.sensor, rng)
            else:
                yield view_id, monocular_depth(depth_m, eyes.lifted, rng)

    out = {
        "scene": tables["scene"],
        "view": _views(view, path, eyes, seed),
        "object": _nulled(tables["object"], ("center_w", "size_m", "world_from_box", "geometry", "box_by",
                                             "sigma_center_m", "sigma_size_m")),
        "sighting": _sightings(tables, path, eyes, seed),
    }  # fmt: skip
    return out, worse


def _nulled(table: pa.Table, names: Sequence[str]) -> pa.Table:
    return replace_columns(table, {n: pa.nulls(len(table), table.schema.field(n).type) for n in names})


def _views(view: pa.Table, path: SourcePath, eyes: Eyes, seed: int) -> pa.Table:
    by = pa.repeat(pa.scalar(DEPTH_BY[path]), len(view))
    if path == "sensor":
        return replace_columns(view, {"depth_by": by})
    gravity_c = gravity_of_pose(vectors(view.column("world_from_cam"), 16).reshape(-1, 4, 4))
    sigma_deg = eyes.lifted.gravity_deg
    intrinsics_px = vectors(view.column("intrinsics_px"), 4)
    for row, view_id in enumerate(whole(view, "view_id").to_pylist()):
        rng = generator(seed, "degrade-camera", view_id)
        gravity_c[row] = np.nan if sigma_deg is None else tilted(gravity_c[row], sigma_deg, rng)
        intrinsics_px[row, :2] *= np.exp(eyes.lifted.focal * rng.standard_normal())
    table = _nulled(view, ("world_from_cam",))
    return replace_columns(
        table,
        {
            "depth_by": by,
            "intrinsics_by": by,
            "pose_by": by,
            "gravity_c": vector_column(gravity_c),
            "intrinsics_px": vector_column(intrinsics_px),
        },
    )


def _sightings(tables: Tables, path: SourcePath, eyes: Eyes, seed: int) -> pa.Table:
    sighting, view = tables["sighting"], tables["view"]
    at_view = rows_of(sighting.column("view_id"), view.column("view_id"))
    sizes = np.stack([view.column(n).to_numpy() for n in ("height_px", "width_px")], axis=1)[at_view]
    names = zip(whole(sighting, "view_id").to_pylist(), whole(sighting, "object_id").to_pylist(), strict=True)
    found = []
    for (view_id, object_id), rle, (height, width) in zip(
        names, whole(sighting, "mask_rle").to_pylist(), sizes.tolist(), strict=True
    ):
        rng = generator(seed, "degrade-mask", view_id, object_id)
        found.append(encode(_worse_mask(decode(rle, height, width), path, eyes, rng)))
    boxes = np.array([box for _, box, _ in found], dtype=np.float64).reshape(-1, 4)
    table = _nulled(sighting, ("center_v", "size_v", "yaw_v", "sigma_center_m", "sigma_size_m", "extent_observed"))
    if path == "lifted":
        table = _nulled(table, ("visible_fraction", "truncated_fraction"))
    columns = {
        "mask_rle": pa.array([rle for rle, _, _ in found], pa.binary()),
        "box_px": vector_column(boxes),
        "area_px": pa.array([area for _, _, area in found], pa.float64()),
    }
    return replace_columns(table, columns)


def _worse_mask(mask: Mask, path: SourcePath, eyes: Eyes, rng: np.random.Generator) -> Mask:
    return sensor_mask(mask, eyes.sensor) if path == "sensor" else detected_mask(mask, eyes.lifted, rng)


def exact_depths(pixels: pa.Table, view: pa.Table) -> Depths:
    """Depth of rendered views out of table `pixels`, metres; 0 (nothing hit) becomes NaN."""
    scale = dict(zip(whole(view, "view_id").to_pylist(), view.column("depth_scale_m").to_pylist(), strict=True))
    size = {
        v: (h, w)
        for v, h, w in zip(*(whole(view, n).to_pylist() for n in ("view_id", "height_px", "width_px")), strict=True)
    }

    def depths(view_ids: Sequence[str]) -> Iterator[tuple[str, Float[np.ndarray, "h w"]]]:
        rows = pixels.filter(pc.is_in(pixels.column("view_id"), pa.array(sorted(view_ids), pa.string())))
        for batch in rows.select(["view_id", "depth"]).to_batches(max_chunksize=16):
            for view_id, raw in zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True):
                units = np.frombuffer(raw, "<u2").reshape(size[view_id])
                yield view_id, np.where(units > 0, units * np.float32(scale[view_id]), np.nan).astype(np.float32)

    return depths


def no_pictures(view_ids: Sequence[str]) -> Iterator[tuple[str, UInt8[np.ndarray, "h w 3"]]]:
    """Show nothing: on no path does anyone look at pictures."""
    return iter(())
