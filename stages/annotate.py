"""DVC stage `annotate@SOURCE`: scenes in; the same, completed, and with every object in view space out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float
from pydantic import Field

from stages.annotators import ANNOTATORS
from stages.annotators.base import ROLES, Annotator, Pictures
from stages.annotators.colors import ColorParams, measure_colors
from stages.depths import Depths, disk_depths
from stages.geometry.boxes import upright
from stages.geometry.frames import points_to_view, view_from_cam
from stages.images import load_pictures
from stages.lifting.level import level
from stages.lifting.lift import lift
from stages.lifting.params import LiftParams
from stages.params import Params
from stages.registry import resolve
from stages.runner import Context, Counts, Result, Stage, dropped, main
from stages.schema.columns import float_column, floats, replace_columns, rows_of, vector_column, vectors
from stages.schema.errors import ParamsError
from stages.schema.tables import GEOMETRY


class Sigma(Params):
    """1-sigma of boxes from one kind of geometry, metres."""

    center_m: float = Field(gt=0, description="each coordinate of the centre")
    size_m: float = Field(gt=0, description="each extent")


class AnnotateParams(Params):
    """Section `annotate` of params.yaml: one backend per role, and the uncertainty of given boxes."""

    camera: str
    depth: str
    detector: str
    segmenter: str
    captioner: str
    color: ColorParams
    lift: LiftParams
    sigma: dict[str, Sigma] = Field(description=f"by geometry: {', '.join(GEOMETRY)}")


def annotate(tables: Mapping[str, pa.Table], params: AnnotateParams, context: Context) -> Result:
    """Complete one shard from its pictures and depth on disk."""

    def pictures(view_ids: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        return load_pictures(context.source, context.shard, tables["view"], view_ids)

    return complete(tables, params, pictures, disk_depths(context.source, context.shard, tables["view"]))


def complete(tables: Mapping[str, pa.Table], params: AnnotateParams, pictures: Pictures, depths: Depths) -> Result:
    """Complete one shard role by role, find gravity and lift boxes where there are none, express boxes in view space.

    Sightings keep null view-space columns where the view has no pose or looks more than 75 degrees up or down
    (counted), or where the object has no box.

    Args:
        tables: `scene`, `view`, `object` and `sighting`.
        params: Section `annotate`.
        pictures: Yields (view id, RGB picture) for the view ids asked for.
        depths: Yields (view id, depth) for the view ids asked for.
    """
    counts = Counts()
    for role in ROLES:
        annotator = _annotator(getattr(params, role), role)
        result = annotator.complete(tables, pictures)
        tables, counts = result.tables, counts + result.counts
    colored, coloring = measure_colors(tables, pictures, params.color)
    tables, counts = {**tables, "sighting": colored}, counts + coloring
    levelled = level(tables, depths, params.lift.gravity)
    tables, counts = levelled.tables, counts + levelled.counts
    lifted = lift(tables, depths, params.lift)
    tables, counts = lifted.tables, counts + lifted.counts
    tables = {**tables, "object": with_sigmas(tables["object"], params.sigma)}
    placed, placing = place_in_view_space(tables)
    return Result({**tables, "sighting": placed}, counts + placing)


def _annotator(name: str, role: str) -> Annotator:
    backend = resolve(ANNOTATORS, name, f"{role} backend")
    if role not in backend.roles:
        raise ParamsError(f"params.yaml: annotate.{role}: {name!r} can fill {', '.join(backend.roles)}, not {role}")
    annotator: Annotator = backend(role)
    return annotator


def with_sigmas(objects: pa.Table, sigma: Mapping[str, Sigma]) -> pa.Table:
    """Fill the sigmas of boxes that came without, by their geometry."""
    boxed = objects.column("center_w").is_valid().to_numpy()
    columns = {}
    for name, field in (("sigma_center_m", "center_m"), ("sigma_size_m", "size_m")):
        by_geometry = _by_geometry(objects.column("geometry"), sigma, field)
        columns[name] = _fill(objects, name, float_column(np.where(boxed, by_geometry, np.nan)))
    return replace_columns(objects, columns)


def place_in_view_space(tables: Mapping[str, pa.Table]) -> tuple[pa.Table, Counts]:
    """Fill `center_v`, `yaw_v`, `size_v` and the sigmas of all sightings that can have them."""
    sighting, view, objects = tables["sighting"], tables["view"], tables["object"]
    at_view = rows_of(sighting.column("view_id"), view.column("view_id"))
    at_object = rows_of(sighting.column("object_id"), objects.column("object_id"))
    pose = vectors(view.column("world_from_cam"), 16).reshape(-1, 4, 4)
    levelled = view_from_cam(vectors(view.column("gravity_c"), 3))
    steep = np.isnan(levelled).any(axis=(1, 2)) & ~np.isnan(pose).any(axis=(1, 2))
    rotation = levelled[at_view]
    center_w = vectors(objects.column("center_w"), 3)[at_object]
    center_v = points_to_view(center_w, pose[at_view], rotation)
    world_from_box = vectors(objects.column("world_from_box"), 9).reshape(-1, 3, 3)[at_object]
    cam_from_world = np.swapaxes(pose[at_view, :3, :3], 1, 2)
    view_from_box = rotation @ cam_from_world @ world_from_box
    size_v, yaw_v = _upright(vectors(objects.column("size_m"), 3)[at_object], view_from_box)
    ok = ~np.isnan(center_v).any(axis=1) & ~np.isnan(size_v).any(axis=1)
    sigma_center, sigma_size = (floats(objects.column(f"sigma_{what}_m"))[at_object] for what in ("center", "size"))
    columns = {
        "center_v": _fill(sighting, "center_v", vector_column(np.where(ok[:, None], center_v, np.nan))),
        "size_v": _fill(sighting, "size_v", vector_column(np.where(ok[:, None], size_v, np.nan))),
        "yaw_v": _fill(sighting, "yaw_v", float_column(np.where(ok, yaw_v, np.nan))),
        "sigma_center_m": _fill(sighting, "sigma_center_m", vector_column(_alike(ok, sigma_center))),
        "sigma_size_m": _fill(sighting, "sigma_size_m", vector_column(_alike(ok, sigma_size))),
    }
    placed = replace_columns(sighting, columns)
    too_steep = view.column("view_id").filter(pa.array(steep)).to_pylist()
    in_space = int(len(sighting) - placed.column("center_v").null_count)
    counts = Counts(
        read={"sightings": len(sighting)}, kept={"sightings": len(sighting), "sightings_in_view_space": in_space}
    )
    return placed, counts + dropped("view_space.camera_too_steep", too_steep)


def _alike(ok: Bool[np.ndarray, " n"], sigma_m: Float[np.ndarray, " n"]) -> Float[np.ndarray, "n 3"]:
    """Give all three axes the same sigma; NaN where there is no box."""
    return np.repeat(np.where(ok, sigma_m, np.nan)[:, None], 3, axis=1)


def _fill(table: pa.Table, name: str, values: pa.Array) -> pa.ChunkedArray:
    """Take the table's own values where it has them."""
    given = table.column(name)
    return values if given.null_count == len(given) else pc.coalesce(given, values.cast(given.type))


def _upright(
    size_m: Float[np.ndarray, "n 3"], view_from_box: Float[np.ndarray, "n 3 3"]
) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, " n"]]:
    size_v, yaw_v = np.full_like(size_m, np.nan), np.full(len(size_m), np.nan)
    ok = np.isfinite(size_m).all(axis=1) & np.isfinite(view_from_box).all(axis=(1, 2))
    size_v[ok], yaw_v[ok] = upright(size_m[ok], view_from_box[ok])
    return size_v, yaw_v


def _by_geometry(geometry: pa.ChunkedArray, sigma: Mapping[str, Sigma], field: str) -> Float[np.ndarray, " n"]:
    table = pa.array([getattr(sigma[name], field) if name in sigma else None for name in GEOMETRY], pa.float64())
    return floats(table.take(pc.index_in(geometry, value_set=pa.array(GEOMETRY)).combine_chunks()))


STAGE = Stage(
    name="annotate",
    params=AnnotateParams,
    work=annotate,
    reads={"scene": "scenes", "view": "scenes", "object": "scenes", "sighting": "scenes"},
    writes=("scene", "view", "object", "sighting"),
    out="annotated",
)

if __name__ == "__main__":
    main(STAGE)
