"""One scan, whatever its layout: frames become views; a painted mesh without frames is walked through and rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float
from pydantic import Field

from stages import rng
from stages.geometry.floor import floor_height_m, floor_outline
from stages.geometry.mesh import LabelledMesh
from stages.geometry.walk import camera_walk
from stages.schema.records import ObjectRow, SceneRow, ViewRow
from stages.sources.base import Drop, SceneData, SourceError, SourceParams
from stages.sources.scans.shots import Shot, thin, upright_views
from stages.sources.scans.walk import CANDIDATES, best_poses, free_cells, views_without_pictures


class ScanParams(SourceParams):
    """What the section of every source of scans holds."""

    root: str = Field(description="folder of the dataset; its reader's docstring draws what is expected below")
    scenes: list[str] | None = Field(description="names of the scans to read; null: all found")
    frame_stride: int = Field(ge=1, description="take every n-th frame")
    max_frames: int = Field(ge=1, description="at most so many frames a scan, evenly spread")
    rendered_frames: int = Field(ge=1, description="views to render of a scan without frames")
    width_px: int = Field(ge=16, description="width of rendered views")
    height_px: int = Field(ge=16, description="height of rendered views")
    fov_deg: float = Field(gt=10, lt=150, description="horizontal field of view of rendered views, degrees")
    eye_height_m: float = Field(gt=0, description="camera above the floor in rendered views, metres")
    cell_m: float = Field(gt=0, le=0.5, description="grid on which free floor is found, metres")
    min_wall_share: float = Field(
        ge=0,
        le=1,
        description="share of the floor's outline along which something upright was scanned, else no outline",
    )
    drop_groups: bool = Field(description="drop labels of several things under one box, e.g. books, stack of chairs")


@dataclass(frozen=True)
class Contents:
    """What a reader found in one scan's files, in world metres; `mesh.object_ids` are those of `objects`.

    `painted`: the mesh has the room's colours, so it can stand in for pictures. `one_room`: it is a single
    room, whose floor has an outline. `counts` are items read besides the
    shots; drops whose reason starts with `view.` are shots that never were.
    """

    objects: Sequence[ObjectRow] = ()
    mesh: LabelledMesh | None = None
    painted: bool = True
    one_room: bool = True
    shots: Sequence[Shot] = ()
    drops: Sequence[Drop] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def scan_scene(row: SceneRow, root: Path, contents: Contents, params: ScanParams, seed: int) -> SceneData | Drop:
    """Make the scene of one scan; one that gives neither views nor objects is a Drop.

    Args:
        row: Scene without its floor's outline, which is added where walls were scanned.
        root: Folder that paths are relative to.
        contents: What the files hold.
        params: The source's section.
        seed: Draws the walk where views are rendered.
    """
    shots = [contents.shots[k] for k in thin(len(contents.shots), params.frame_stride, params.max_frames)]
    views, lost = upright_views(row.scene_id, root, shots)
    drops = [*contents.drops, *lost]
    if not contents.shots and contents.mesh is not None and contents.painted:
        views = _walk(row.scene_id, contents.mesh, params, seed)
        if not views:
            return Drop("scene.no_free_floor", row.scene_id)
    if not views and contents.shots:
        return Drop("scene.no_usable_frame", row.scene_id)
    if not views and not contents.objects:
        return Drop("scene.empty", row.scene_id)
    if not views:
        drops.append(Drop("annotation.no_picture", row.scene_id))
    room_w = contents.mesh.vertices_w if contents.mesh is not None and contents.one_room else None
    outline_w = outline_of(row.scene_id, room_w, params.min_wall_share, drops)
    gone = sum(drop.reason.startswith("view.") for drop in drops)
    return SceneData(
        scene=replace(row, floor_polygon_w=outline_w, floor_by=None if outline_w is None else "points"),
        views=views, objects=contents.objects, mesh=contents.mesh if views else None, drops=drops,
        counts={"views": len(views) + gone, **contents.counts},
    )  # fmt: skip


def scan_folders(name: str, folder: Path, wanted: Sequence[str] | None, hint: str) -> list[str]:
    """Scene ids of the scans below a folder, sorted.

    Raises:
        SourceError: The folder, or a scan named in `wanted`, is missing.
    """
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such folder; set `root` in params.yaml to {hint}")
    found = {p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith(".")}
    return scene_ids_of(name, folder, found, wanted)


def scene_ids_of(name: str, where: Path, found: set[str], wanted: Sequence[str] | None) -> list[str]:
    """Scene ids of the scans found, or of those wanted, sorted.

    Raises:
        SourceError: A wanted scan was not found.
    """
    chosen = found if wanted is None else set(wanted)
    if chosen - found:
        raise SourceError(f"{where}: nothing found for {', '.join(sorted(chosen - found))}, named in `scenes`")
    return [f"{name}/{scan}" for scan in sorted(chosen)]


def outline_of(
    scene_id: str, vertices_w: Float[np.ndarray, "v 3"] | None, min_wall_share: float, drops: list[Drop]
) -> list[tuple[float, float]] | None:
    """Outline of a room's floor, where walls were scanned along most of it; otherwise a drop is added."""
    if vertices_w is None:
        return None
    found = floor_outline(vertices_w)
    if found is None or found.wall_share < min_wall_share:
        drops.append(Drop("floor.not_found" if found is None else "floor.walls_missing", scene_id))
        return None
    return [(x, y) for x, y in found.outline_w.tolist()]


def _walk(scene_id: str, mesh: LabelledMesh, params: ScanParams, seed: int) -> list[ViewRow]:
    floor_m = floor_height_m(mesh.vertices_w)
    if np.isnan(floor_m):
        return []
    free, origin_w = free_cells(mesh.vertices_w, floor_m, params.cell_m)
    if not free.any():
        return []
    middles = [
        mesh.vertices_w[mesh.faces[mesh.face_object == k]].mean(axis=(0, 1))[:2]
        for k in np.unique(mesh.face_object)
        if k >= 0
    ]
    poses = camera_walk(
        free, origin_w, params.cell_m, params.eye_height_m + floor_m, CANDIDATES * params.rendered_frames,
        np.array(middles).reshape(-1, 2), rng.generator(seed, scene_id, "walk"),
    )  # fmt: skip
    poses = best_poses(mesh, poses, params.fov_deg, params.rendered_frames)
    return views_without_pictures(scene_id, poses, (params.width_px, params.height_px), params.fov_deg)
