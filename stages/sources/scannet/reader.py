"""The ScanNet reader: instances as oriented boxes, frames as views, the labelled mesh for ingest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from pydantic import Field

from stages import rng
from stages.geometry.floor import floor_outline
from stages.geometry.mesh import LabelledMesh
from stages.geometry.walk import camera_walk
from stages.schema.records import SceneRow, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.scannet.frames import Capture, find_frames, posed_views, thin
from stages.sources.scannet.instances import Instances, find_instances
from stages.sources.scannet.labels import LabelTable, read_labels
from stages.sources.scannet.rendered import CANDIDATES, best_poses, free_cells, views_without_pictures
from stages.sources.scannet.scan import (
    DamagedScanError,
    Scan,
    alignment,
    face_instances,
    read_alignments,
    read_meta,
    read_scan,
    vertex_instances,
)

LICENSE = "LicenseRef-ScanNet-TOU"
SPLITS = ("train", "val", "test")


class ScanNetParams(SourceParams):
    """Section `sources.<name>` of a source in ScanNet's layout."""

    root: str = Field(description="folder that holds `scans`")
    scenes: list[str] | None = Field(description="names of the scans to read; null: all found")
    labels_tsv: str = Field(description="label table below the root; split lists are looked for beside it")
    axis_alignment: str | None = Field(description="table of alignments below the root; null: only the scans' own")
    frame_stride: int = Field(ge=1, description="take every n-th exported frame")
    max_frames: int = Field(ge=1, description="at most so many frames a scan, evenly spread")
    rendered_frames: int = Field(ge=1, description="views to render of a scan without frames")
    width_px: int = Field(ge=16, description="width of rendered views")
    height_px: int = Field(ge=16, description="height of rendered views")
    fov_deg: float = Field(gt=10, lt=150, description="horizontal field of view of rendered views, degrees")
    eye_height_m: float = Field(gt=0, description="camera above the floor in rendered views, metres")
    cell_m: float = Field(gt=0, le=0.5, description="grid on which free floor is found, metres")
    box_trim_fraction: float = Field(ge=0, lt=0.1, description="share of vertices cut at either end of each box axis")
    min_object_vertices: int = Field(ge=4, description="instances with fewer mesh vertices are dropped")
    min_wall_share: float = Field(
        ge=0,
        le=1,
        description="share of the floor's outline along which something upright was scanned, else no outline",
    )
    drop_groups: bool = Field(description="drop labels of several things under one box, e.g. books, stack of chairs")


class ScanNet:
    """Reader of ScanNet scans, with or without exported frames."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="ScanNet v2",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth", "floor"),
        license=LICENSE,
        obtain="http://www.scan-net.org",
        paper="arXiv:1702.04405",
        checked_on="mesh and instances of scene0000_00; 4 posed frames",
    )
    params_type: ClassVar[type[SourceParams]] = ScanNetParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: ScanNetParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed draws the walks of rendered views."""
        self._name = name
        self._params = params
        self._seed = seed

    def root(self) -> Path:
        """Folder that image and depth paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<scan>`, sorted.

        Raises:
            SourceError: The root, a scan named in `scenes`, or one of the two tables is missing or damaged.
        """
        scans = self.root() / "scans"
        if not scans.is_dir():
            raise SourceError(f"{scans}: no such folder; set `root` in params.yaml to the folder that holds `scans`")
        found = {p.name for p in scans.iterdir() if p.is_dir() and not p.name.startswith(".")}
        wanted = found if self._params.scenes is None else set(self._params.scenes)
        if wanted - found:
            raise SourceError(f"{scans}: no folder for {', '.join(sorted(wanted - found))}, named in `scenes`")
        _ = self._labels, self._alignments  # a damaged table stops the run before the first scan is read
        return [f"{self._name}/{name}" for name in sorted(wanted)]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one scan.

        Returns:
            A Drop where there is neither a usable mesh nor a usable frame.
        """
        folder = self.root() / "scans" / scene_id.removeprefix(f"{self._name}/")
        meta_path = folder / f"{folder.name}.txt"
        meta = read_meta(meta_path)
        try:
            own = alignment(meta, meta_path)
            world_from_scan = self._alignments.get(folder.name, np.eye(4)) if own is None else own
            return self._scene(Capture(scene_id, self.root(), folder, meta, world_from_scan))
        except DamagedScanError as error:
            return self._drop("scene", error)

    @cached_property
    def _labels(self) -> LabelTable:
        return read_labels(self.root() / self._params.labels_tsv)

    @cached_property
    def _alignments(self) -> dict[str, Float[np.ndarray, "4 4"]]:
        table = self._params.axis_alignment
        return read_alignments(self.root() / table) if table else {}

    @cached_property
    def _splits(self) -> dict[str, str]:
        lists = (self.root() / self._params.labels_tsv).parent
        files = {split: lists / f"scannetv2_{split}.txt" for split in SPLITS}
        return {
            name: split
            for split, file in files.items()
            if file.is_file()
            for name in file.read_text(encoding="utf-8").split()
        }

    def _scene(self, capture: Capture) -> SceneData | Drop:
        frames, strange = find_frames(capture.folder)
        chosen = thin(frames, self._params.frame_stride, self._params.max_frames)
        drops = [Drop("view.name_is_no_number", self._below_root(path)) for path in strange]
        try:
            scan: Scan | None = read_scan(capture.folder, capture.world_from_scan)
        except DamagedScanError as error:
            if not frames:
                raise
            scan = None
            drops.append(self._drop("annotation", error))  # the frames are still good pictures with poses
        instances = self._instances(capture.scene_id, scan)
        views, lost = posed_views(capture, chosen)
        if scan is not None and not frames:
            views = self._walk(capture.scene_id, scan, instances)
        if not views:
            return Drop("scene.no_usable_frame" if frames else "scene.no_free_floor", capture.scene_id)
        outline_w = self._outline(capture.scene_id, scan, drops)
        counts = {"views": len(views) + len(lost) + len(strange), **instances.counts}
        return SceneData(
            scene=self._scene_row(capture, outline_w), views=views, objects=instances.rows,
            mesh=_labelled(scan, instances) if scan else None,
            drops=[*drops, *lost, *instances.drops], counts=counts,
        )  # fmt: skip

    def _instances(self, scene_id: str, scan: Scan | None) -> Instances:
        if scan is None:
            return Instances([], [], [], {}, 0.0)
        p = self._params
        return find_instances(scene_id, scan, self._labels, p.box_trim_fraction, p.min_object_vertices, p.drop_groups)

    def _walk(self, scene_id: str, scan: Scan, instances: Instances) -> list[ViewRow]:
        p = self._params
        free, origin_w = free_cells(scan.vertices_w, instances.floor_z_m, p.cell_m)
        if not free.any():
            return []
        focus_w = np.array([r.center_w for r in instances.rows], dtype=np.float64).reshape(-1, 3)[:, :2]
        poses = camera_walk(
            free, origin_w, p.cell_m, p.eye_height_m + instances.floor_z_m, CANDIDATES * p.rendered_frames, focus_w,
            rng.generator(self._seed, scene_id, "walk"),
        )  # fmt: skip
        poses = best_poses(_labelled(scan, instances), poses, p.fov_deg, p.rendered_frames)
        return views_without_pictures(scene_id, poses, (p.width_px, p.height_px), p.fov_deg)

    def _outline(self, scene_id: str, scan: Scan | None, drops: list[Drop]) -> list[tuple[float, float]] | None:
        """Outline of the floor, where walls were scanned along most of it."""
        if scan is None:
            return None
        found = floor_outline(scan.vertices_w)
        if found is None or found.wall_share < self._params.min_wall_share:
            drops.append(Drop("floor.not_found" if found is None else "floor.walls_missing", scene_id))
            return None
        return [(x, y) for x, y in found.outline_w.tolist()]

    def _scene_row(self, capture: Capture, outline_w: list[tuple[float, float]] | None) -> SceneRow:
        name = capture.folder.name
        return SceneRow(
            capture.scene_id, self._name, "scan", place_id=name.split("_")[0], license=LICENSE,
            upstream_split=self._splits.get(name), floor_polygon_w=outline_w,
            floor_by=None if outline_w is None else "points",
        )  # fmt: skip

    def _drop(self, kind: str, error: DamagedScanError) -> Drop:
        return Drop(f"{kind}.{error.reason}", self._below_root(error.path))

    def _below_root(self, path: Path) -> str:
        return path.relative_to(self.root()).as_posix()


def _labelled(scan: Scan, instances: Instances) -> LabelledMesh:
    owner = vertex_instances(instances.vertices, len(scan.vertices_w))
    ids: Sequence[str] = [row.object_id for row in instances.rows]
    return LabelledMesh(scan.vertices_w, scan.faces, face_instances(scan.faces, owner), ids, vertex_rgb=scan.vertex_rgb)
