"""Boxes for objects that have masks and depth but no box: one view at a time, then over all posed views of a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float32, Float64

from stages.depths import Depths
from stages.geometry.frames import view_from_cam
from stages.geometry.rle import decode_box
from stages.lifting.fit import Fit, Scene, fit
from stages.lifting.floor import floor_height
from stages.lifting.fuse import Glance, fuse
from stages.lifting.params import DepthKind, LiftParams
from stages.lifting.points import Camera, Surface, surface_of
from stages.runner import Counts, Result, dropped
from stages.schema.columns import float_column, floats, replace_columns, rows_of, vector_column, vectors, whole

Tables = Mapping[str, pa.Table]
MADE_BY = "lifted"
_NORMAL_REACH_PX = 3


@dataclass
class _Found:
    """Boxes per sighting row as they are found, and what an object's views add to its own box."""

    fits: dict[int, Fit] = field(default_factory=dict)
    glances: dict[str, list[Glance]] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)

    def lose(self, reason: str, object_id: str) -> None:
        self.lost.setdefault(reason, []).append(object_id)


def lift(tables: Tables, depths: Depths, params: LiftParams) -> Result:
    """Give boxes to sightings whose object has none, in views with intrinsics, gravity and depth.

    Fills `center_v`, `size_v`, `yaw_v`, their sigmas and `extent_observed` of the sightings; where views have poses
    and the extents were observed, the object's own box instead (then all its sightings take that). States the errors
    that a view's boxes share (`scale_sigma`, `tilt_sigma_deg`).

    Args:
        tables: `view`, `object`, `sighting` of one shard.
        depths: Depth of views.
        params: Section `annotate.lift`.
    """
    wanted, counts = _wanted(tables)
    if not wanted.any():
        return Result(dict(tables), counts)
    found = _lift_views(tables, depths, np.flatnonzero(wanted), params)
    counts += Counts(read={"lift.sightings": int(wanted.sum())}, kept={"lift.sightings": len(found.fits)})
    for reason, names in sorted(found.lost.items()):
        counts += dropped(f"lift.{reason}", names)
    objects, fused = _objects(tables, found, params)
    counts += Counts(kept={"lift.objects": len(fused)})
    sighting = _sightings(tables["sighting"], found.fits, fused)
    view = _views(tables["view"], tables["sighting"], found.fits, params)
    return Result({**tables, "object": objects, "sighting": sighting, "view": view}, counts)


def depth_kind(depth_by: str | None) -> DepthKind:
    """Kind of noise that a maker of depth has: any name that is no kind is a model's."""
    return depth_by if depth_by in ("exact", "given", "sensor") else "model"  # type: ignore[return-value]


def _wanted(tables: Tables) -> tuple[Bool[np.ndarray, " n"], Counts]:
    """Sightings without any box that can be given one; those that cannot are counted."""
    sighting, view, objects = tables["sighting"], tables["view"], tables["object"]
    at_object = rows_of(sighting.column("object_id"), objects.column("object_id"))
    boxless = (
        objects.column("center_w").is_null().to_numpy()[at_object] & sighting.column("center_v").is_null().to_numpy()
    )
    at_view = rows_of(sighting.column("view_id"), view.column("view_id"))
    usable = np.ones(len(sighting), dtype=bool)
    counts = Counts()
    ids = sighting.column("object_id")
    for reason, column in (
        ("no_intrinsics", "intrinsics_px"),
        ("no_gravity", "gravity_c"),
        ("no_depth", "depth_scale_m"),
    ):
        missing = view.column(column).is_null().to_numpy()[at_view]
        counts += dropped(f"lift.{reason}", ids.filter(pa.array(boxless & usable & missing)).to_pylist())
        usable &= ~missing
    maskless = sighting.column("mask_rle").is_null().to_numpy() | sighting.column("crowd").to_numpy()
    counts += dropped("lift.no_mask", ids.filter(pa.array(boxless & usable & maskless)).to_pylist())
    return boxless & usable & ~maskless, counts


def _lift_views(tables: Tables, depths: Depths, rows: np.ndarray, params: LiftParams) -> _Found:
    view, sighting = tables["view"], tables["sighting"]
    cameras = _cameras(view)
    by_view: dict[str, list[int]] = {}
    ids = sighting.column("view_id").take(pa.array(rows)).to_pylist()
    for row, view_id in zip(rows.tolist(), ids, strict=True):
        by_view.setdefault(view_id, []).append(row)
    columns = ["object_id", "mask_rle", "box_px", "visible_fraction", "truncated_fraction"]
    details = {
        r: d for r, d in zip(rows.tolist(), sighting.select(columns).take(pa.array(rows)).to_pylist(), strict=True)
    }
    found, done = _Found(), set()
    for view_id, depth_m in depths(sorted(by_view)):
        done.add(view_id)
        camera, noise, world_from_view = cameras[view_id]
        if not np.isfinite(camera.view_from_cam).all():
            for row in by_view[view_id]:
                found.lose("camera_too_steep", details[row]["object_id"])
            continue
        floor_v = floor_height(depth_m, camera, params.floor)
        scene = Scene(1 / min(camera.intrinsics_px[:2]), params.noise[noise], floor_v)
        for row in by_view[view_id]:
            _lift_one(found, row, details[row], depth_m, camera, scene, world_from_view, params)
    for view_id in sorted(set(by_view) - done):
        for row in by_view[view_id]:
            found.lose("depth_missing_or_damaged", details[row]["object_id"])
    return found


def _cameras(view: pa.Table) -> dict[str, tuple[Camera, DepthKind, np.ndarray]]:
    """Camera, kind of depth, and the pose of view space in the world (NaN: unknown) per view."""
    levelled = view_from_cam(vectors(view.column("gravity_c"), 3))
    pose = vectors(view.column("world_from_cam"), 16).reshape(-1, 4, 4)
    world_from_view = pose.copy()
    world_from_view[:, :3, :3] = pose[:, :3, :3] @ np.swapaxes(levelled, 1, 2)
    out = {}
    makers = view.column("depth_by").to_pylist()
    for k, (view_id, k4) in enumerate(
        zip(whole(view, "view_id").to_pylist(), vectors(view.column("intrinsics_px"), 4), strict=True)
    ):
        fx, fy, cx, cy = k4.tolist()
        out[view_id] = (Camera((fx, fy, cx, cy), levelled[k]), depth_kind(makers[k]), world_from_view[k])
    return out


def _lift_one(
    found: _Found,
    row: int,
    seen: Mapping[str, Any],
    depth_m: np.ndarray,
    camera: Camera,
    scene: Scene,
    world_from_view: Float64[np.ndarray, "4 4"],
    params: LiftParams,
) -> None:
    lifted = lift_one(seen, depth_m, camera, scene, params)
    if isinstance(lifted, str):
        return found.lose(lifted, seen["object_id"])
    surface, found.fits[row] = lifted
    if np.isfinite(world_from_view).all():
        step = -(-len(surface.points_v) // params.fuse.points_per_view)
        found.glances.setdefault(seen["object_id"], []).append(
            Glance(surface.points_v[::step], found.fits[row], world_from_view)
        )
    return None


def lift_one(
    seen: Mapping[str, Any], depth_m: Float32[np.ndarray, "h w"], camera: Camera, scene: Scene, params: LiftParams
) -> tuple[Surface, Fit] | str:
    """Lift one sighting in its view: what is seen of it and its box, or the reason why it has none.

    Args:
        seen: `mask_rle`, `box_px`, `visible_fraction` and `truncated_fraction` of the sighting.
        depth_m: Depth along the optical axis; NaN: none.
        camera: Intrinsics and levelling of the view.
        scene: Pixel size, noise and floor of the view.
        params: Section `annotate.lift`.
    """
    height, width = depth_m.shape
    x1, y1, x2, y2 = seen["box_px"]
    box = (max(int(x1), 0), max(int(y1), 0), min(int(np.ceil(x2)), width), min(int(np.ceil(y2)), height))
    mask = decode_box(seen["mask_rle"], (height, width), box) if box[2] > box[0] and box[3] > box[1] else None
    if mask is None:
        return "mask_damaged"
    beyond_px = 2 + round(2 * scene.noise.outline_px)  # silhouettes of depth and mask are not the same
    surface = surface_of(
        depth_m,
        mask,
        box,
        camera,
        params.erode_px,
        params.edge_rel,
        _NORMAL_REACH_PX,
        beyond_px,
        params.split_m,
        params.most_points,
    )
    visible, truncated = (np.nan if seen[n] is None else seen[n] for n in ("visible_fraction", "truncated_fraction"))
    fitted = fit(surface, scene, params, visible, truncated)
    return "too_few_points" if fitted is None else (surface, fitted)


def _objects(tables: Tables, found: _Found, params: LiftParams) -> tuple[pa.Table, set[str]]:
    """Objects with their fused boxes, and the geometry of all that were lifted; ids of those fused."""
    objects = tables["object"]
    ids = whole(objects, "object_id").to_pylist()
    center, size = np.full((len(ids), 3), np.nan), np.full((len(ids), 3), np.nan)
    rotation, sigmas = np.full((len(ids), 9), np.nan), np.full((len(ids), 2), np.nan)
    fused: set[str] = set()
    for k, object_id in enumerate(ids):
        box = fuse(found.glances[object_id], params) if object_id in found.glances else None
        if box is not None:
            fused.add(object_id)
            center[k], size[k], rotation[k] = box.center_w, box.size_m, box.world_from_box.ravel()
            sigmas[k] = box.sigma_center_m, box.sigma_size_m
    geometry, by = _made(tables, found, ids)
    columns = {
        "center_w": vector_column(center), "size_m": vector_column(size), "world_from_box": vector_column(rotation),
        "sigma_center_m": float_column(sigmas[:, 0]), "sigma_size_m": float_column(sigmas[:, 1]),
        "geometry": pa.array(geometry, pa.string()), "box_by": pa.array(by, pa.string()),
    }  # fmt: skip
    return replace_columns(
        objects, {n: pc.coalesce(objects.column(n), c.cast(objects.schema.field(n).type)) for n, c in columns.items()}
    ), fused


def _made(tables: Tables, found: _Found, ids: Sequence[str]) -> tuple[list[str | None], list[str | None]]:
    """Geometry and maker per object: `sensor` where a sensor's depth was used, `lifted` where any was a model's."""
    sighting, view = tables["sighting"], tables["view"]
    rows = pa.array(sorted(found.fits), pa.int64())
    maker = dict(zip(whole(view, "view_id").to_pylist(), view.column("depth_by").to_pylist(), strict=True))
    lifted: dict[str, str] = {}
    for object_id, view_id in zip(
        sighting.column("object_id").take(rows).to_pylist(),
        sighting.column("view_id").take(rows).to_pylist(),
        strict=True,
    ):
        if depth_kind(maker[view_id]) == "model" or object_id not in lifted:
            lifted[object_id] = "lifted" if depth_kind(maker[view_id]) == "model" else "sensor"
    return [lifted.get(i) for i in ids], [MADE_BY if i in lifted else None for i in ids]


def _sightings(sighting: pa.Table, fits: Mapping[int, Fit], fused: set[str]) -> pa.Table:
    """Write boxes of single views; sightings of fused objects get theirs from the object later."""
    n = len(sighting)
    wide = {name: np.full((n, 3), np.nan) for name in ("center_v", "size_v", "sigma_center_m", "sigma_size_m")}
    yaw, observed = np.full(n, np.nan), np.zeros(n, dtype=bool)
    known = np.zeros(n, dtype=bool)
    names = sighting.column("object_id").to_pylist()
    for row, box in fits.items():
        if names[row] in fused:
            continue
        known[row], yaw[row], observed[row] = True, box.yaw_v, box.observed
        for name in wide:
            wide[name][row] = getattr(box, name)
    columns: dict[str, pa.Array] = {name: vector_column(values) for name, values in wide.items()}
    columns |= {"yaw_v": float_column(yaw), "extent_observed": pa.array(observed, mask=~known)}
    return replace_columns(
        sighting,
        {k: pc.coalesce(sighting.column(k), c.cast(sighting.schema.field(k).type)) for k, c in columns.items()},
    )


def _views(view: pa.Table, sighting: pa.Table, fits: Mapping[int, Fit], params: LiftParams) -> pa.Table:
    """State what the boxes of a view share: the error of its metric scale, and of gravity."""
    rows = pa.array(sorted(fits), pa.int64())
    used = pc.is_in(view.column("view_id"), sighting.column("view_id").take(rows).combine_chunks()).to_numpy()
    scale = np.array([params.noise[depth_kind(by)].scale_sigma for by in view.column("depth_by").to_pylist()])
    tilt = np.array([params.tilt_sigma_deg[_tilt_kind(by)] for by in view.column("pose_by").to_pylist()])
    columns = {}
    for name, values in (("scale_sigma", scale), ("tilt_sigma_deg", tilt)):
        given = floats(view.column(name))
        columns[name] = float_column(np.where(used & np.isnan(given) & (values > 0), values, given))
    return replace_columns(view, columns)


def _tilt_kind(pose_by: str | None) -> Any:
    return pose_by if pose_by in ("exact", "given") else "model"
