"""DVC stage `ingest@SOURCE`: a dataset in its own layout in; scenes, views, objects, sightings and rendered frames out.

Readers only parse. Here poses and boxes are checked, gravity is derived from poses, views without a picture are
rendered, and sightings of posed views are found by casting rays at the source's mesh. Every picture is decoded once:
damaged ones are dropped with their view, the others get the two hashes by which copies are found.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from stages import params as params_file
from stages.fingerprint import fingerprint
from stages.geometry.frames import gravity_of_pose, is_rigid
from stages.images import read_file
from stages.params import Params
from stages.registry import resolve
from stages.render.frames import render_views
from stages.runner import Counts, Run, dropped, guard, only_argument, seed_of
from stages.schema.errors import ParamsError
from stages.schema.records import ObjectRow, PixelsRow, SceneRow, SightingRow, ViewRow, to_table
from stages.schema.store import shard_of, shard_path, write_table
from stages.sources import SOURCES
from stages.sources.base import MOST_M, Drop, SceneData, Source


class IngestParams(Params):
    """Section `ingest` of params.yaml."""

    shards: int = Field(
        ge=1, le=999, description="Parquet files per table and source; a scene's file is a hash of its id"
    )
    jpeg_quality: int = Field(ge=1, le=100, description="quality of rendered frames")


def build_source(name: str, section: Mapping[str, Any], seed: int) -> Source:
    """Build the reader of one entry of `sources` in params.yaml.

    Raises:
        UnknownName: The entry names a reader that does not exist.
        ParamsError: The entry does not fit the reader's params.
    """
    if not isinstance(section, Mapping) or "reader" not in section:
        raise ParamsError(f"params.yaml: sources.{name}: needs a key `reader`, one of {', '.join(sorted(SOURCES))}")
    reader = resolve(SOURCES, str(section["reader"]), "reader")
    source: Source = reader(name, params_file.parse(reader.params_type, section, f"sources.{name}"), seed)
    return source


def main(argv: Sequence[str]) -> None:
    """Ingest one source: `python -m stages.ingest SOURCE`."""
    name = only_argument(argv, "python -m stages.ingest SOURCE")
    data = params_file.read_params()
    params = params_file.parse(IngestParams, params_file.section(data, "ingest"), "ingest")
    section = params_file.section(data, f"sources.{name}")
    source = build_source(name, section, seed_of(data))
    by_shard: dict[int, list[str]] = {k: [] for k in range(params.shards)}
    for scene_id in source.scene_ids():
        by_shard[shard_of(scene_id, params.shards)].append(scene_id)
    with Run(f"ingest@{name}", f"scenes/{name}") as run:
        work = _Worker(name, section, seed_of(data), params, run.folder)
        run.map(work, [(shard, tuple(ids)) for shard, ids in by_shard.items()])


@lru_cache(maxsize=1)
def _cached_source(name: str, section: str, seed: int) -> Source:
    """One reader per process: index files such as COCO's JSON are parsed once, not once a shard."""
    return build_source(name, json.loads(section), seed)


@dataclass(frozen=True)
class _Worker:
    name: str
    section: Mapping[str, Any]
    seed: int
    params: BaseModel
    folder: Path

    def __call__(self, job: tuple[int, tuple[str, ...]]) -> Counts:
        shard, scene_ids = job
        assert isinstance(self.params, IngestParams)
        source = _cached_source(self.name, json.dumps(self.section, sort_keys=True), self.seed)
        rows = Rows()
        counts = Counts()
        for scene_id in scene_ids:
            counts += ingest_scene(source, scene_id, self.params, rows)
        for table, values in rows.by_table().items():
            write_table(shard_path(self.folder, table, shard), to_table(table, values), table)
        return counts


class Rows:
    """Rows gathered for one shard, by table."""

    def __init__(self) -> None:
        self.scene: list[SceneRow] = []
        self.view: list[ViewRow] = []
        self.object: list[ObjectRow] = []
        self.sighting: list[SightingRow] = []
        self.pixels: list[PixelsRow] = []

    def by_table(self) -> dict[str, Sequence[Any]]:
        """Return the rows under their table names."""
        return {t: getattr(self, t) for t in ("scene", "view", "object", "sighting", "pixels")}


def ingest_scene(source: Source, scene_id: str, params: IngestParams, rows: Rows) -> Counts:
    """Read one scene, render what it lacks and add its rows; returns what was read, kept and dropped."""
    data = source.read(scene_id)
    if isinstance(data, Drop):
        return Counts(read={"scenes": 1}) + dropped(data.reason, [data.item])
    counts = Counts(read={"scenes": 1, **data.counts}) + _count_drops(data.drops)
    views, bad = _check_views(data)
    counts += bad
    views, bad = _fingerprinted(views, source.root(), data.pictures)
    counts += bad
    objects, bad = _check_boxes(data.objects)
    counts += bad
    kept = {view.view_id for view in views}
    sightings = [s for s in data.sightings if s.view_id in kept]
    counts += dropped("sighting.view_dropped", [s.object_id for s in data.sightings if s.view_id not in kept])
    if data.mesh is not None:
        rendered = render_views(data.mesh, views, params.jpeg_quality)
        rows.pixels.extend(rendered.pixels)
        views = _hashed(views, {p.view_id: p.image for p in rendered.pixels})
        sightings.extend(rendered.sightings)
        counts += Counts(read={"sightings": len(rendered.sightings)})
    rows.pixels.extend(PixelsRow(k, data.scene.scene_id, data.pictures[k]) for k in sorted(kept & set(data.pictures)))
    rows.scene.append(data.scene)
    rows.view.extend(views)
    rows.object.extend(objects)
    rows.sighting.extend(sightings)
    return counts + Counts(
        kept={"scenes": 1, "views": len(views), "objects": len(objects), "sightings": len(sightings)}
    )


def _fingerprinted(
    views: Sequence[ViewRow], root: Path | None, pictures: Mapping[str, bytes]
) -> tuple[list[ViewRow], Counts]:
    """Hash the pictures that the source has; views whose picture cannot be shown are dropped."""
    kept: list[ViewRow] = []
    bad: dict[str, list[str]] = {}
    for view in views:
        if view.image_path is None and view.view_id not in pictures:
            kept.append(view)  # to be rendered
            continue
        encoded = pictures.get(view.view_id) or read_file(root, view.image_path)
        found = encoded if isinstance(encoded, str) else _fingerprint(view, encoded)
        if isinstance(found, str):
            bad.setdefault(f"view.{found.replace('.', '_')}", []).append(
                f"{view.view_id} {view.image_path or ''}".strip()
            )
        else:
            kept.append(found)
    return kept, _counted(bad)


def _hashed(views: Sequence[ViewRow], encoded: Mapping[str, bytes]) -> list[ViewRow]:
    """Hash rendered pictures; views that are not among them stay as they are."""
    found = [_fingerprint(v, encoded[v.view_id]) if v.view_id in encoded else v for v in views]
    assert not any(isinstance(f, str) for f in found), "a picture just encoded can be decoded"
    return [f for f in found if isinstance(f, ViewRow)]


def _fingerprint(view: ViewRow, encoded: bytes) -> ViewRow | str:
    found = fingerprint(encoded, (view.width_px, view.height_px), view.orientation)
    if isinstance(found, str):
        return found
    return replace(view, content_hash=found.content, perceptual_hash=found.perceptual)


def _counted(bad: Mapping[str, Sequence[str]]) -> Counts:
    counts = Counts()
    for reason, items in bad.items():
        counts += dropped(reason, items)
    return counts


def _count_drops(drops: Sequence[Drop]) -> Counts:
    items: dict[str, list[str]] = {}
    for drop in drops:
        items.setdefault(drop.reason, []).append(drop.item)
    return _counted(items)


def _check_boxes(objects: Sequence[ObjectRow]) -> tuple[list[ObjectRow], Counts]:
    """Take away boxes that no thing can have; the object stays, as it may still be seen and counted."""
    bad = [row.object_id for row in objects if row.center_w is not None and not _sound_box(row)]
    kept = [_without_box(row) if row.object_id in set(bad) else row for row in objects]
    return kept, dropped("box.bad", bad)


def _without_box(row: ObjectRow) -> ObjectRow:
    return replace(row, center_w=None, size_m=None, world_from_box=None, geometry=None, box_by=None)


def _sound_box(row: ObjectRow) -> bool:
    center_m, size_m = (np.asarray(v, dtype=np.float64) for v in (row.center_w, row.size_m))
    axes = np.asarray(row.world_from_box, dtype=np.float64)
    if center_m.shape != (3,) or size_m.shape != (3,) or axes.shape != (9,):
        return False
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = axes.reshape(3, 3), center_m
    return bool(
        is_rigid(pose[None])[0] and (np.abs(center_m) < MOST_M).all() and ((0 < size_m) & (size_m < MOST_M)).all()
    )


def _check_views(data: SceneData) -> tuple[list[ViewRow], Counts]:
    """Keep views whose pose and intrinsics make sense; fill gravity from the pose."""
    kept: list[ViewRow] = []
    bad: dict[str, list[str]] = {}
    for view in data.views:
        reason = _defect(view, data.mesh is not None, view.view_id in data.pictures)
        if reason:
            bad.setdefault(reason, []).append(view.view_id)
        elif view.world_from_cam is not None and view.gravity_c is None:
            x, y, z = gravity_of_pose(np.array(view.world_from_cam).reshape(1, 4, 4))[0].tolist()
            kept.append(replace(view, gravity_c=(x, y, z)))
        else:
            kept.append(view)
    return kept, _counted(bad)


def _defect(view: ViewRow, has_mesh: bool, handed_over: bool) -> str | None:
    if view.world_from_cam is not None:
        matrix = np.asarray(view.world_from_cam, dtype=np.float64)
        if matrix.shape != (16,) or not is_rigid(matrix.reshape(1, 4, 4))[0] or np.abs(matrix).max() > MOST_M:
            return "view.bad_pose"
    if view.intrinsics_px is not None:
        fx, fy, cx, cy = view.intrinsics_px
        if not (np.isfinite([fx, fy, cx, cy]).all() and fx > 0 and fy > 0):
            return "view.bad_intrinsics"
    can_render = has_mesh and view.world_from_cam is not None and view.intrinsics_px is not None
    return None if view.image_path is not None or handed_over or can_render else "view.no_image"


if __name__ == "__main__":
    guard(lambda: main(sys.argv[1:]))
