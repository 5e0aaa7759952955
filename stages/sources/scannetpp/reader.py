"""The ScanNet++ reader: labelled mesh, and pictures of the camera chosen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from jaxtyping import Int
from pydantic import Field

from stages.geometry.mesh import LabelledMesh
from stages.schema.records import ObjectRow, SceneRow
from stages.sources.base import Drop, ReaderInfo, SourceParams
from stages.sources.scannetpp.cameras import dslr_shots, iphone_shots
from stages.sources.scans.files import DamagedScanError, PlyMesh, face_instances, index_of, read_object, read_ply
from stages.sources.scans.objects import box_of_rows, object_row, settled_box, split_rows
from stages.sources.scans.reader import ScanReader
from stages.sources.scans.scene import Contents, ScanParams, scan_folders

LICENSE = "LicenseRef-ScanNetpp-TOU"
SPLITS = ("nvs_sem_train", "nvs_sem_val", "nvs_test", "sem_test")


class ScanNetPPParams(ScanParams):
    """Section `sources.<name>` of a source in ScanNet++'s layout; `root` holds `data`."""

    camera: Literal["dslr", "iphone"] = Field(description="whose pictures are read: `dslr` or `iphone`")
    box_trim_fraction: float = Field(ge=0, lt=0.1, description="share of vertices cut at either end of each box axis")


class ScanNetPP(ScanReader[ScanNetPPParams]):
    """Reader of ScanNet++ scenes, with or without pictures."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="ScanNet++",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth", "floor"),
        license=LICENSE,
        obtain="https://kaldir.vc.in.tum.de/scannetpp",
        paper="arXiv:2308.11417",
        checked_on=None,
    )
    params_type: ClassVar[type[SourceParams]] = ScanNetPPParams

    def scene_ids(self) -> list[str]:
        """`<source>/<scene>`, sorted.

        Raises:
            SourceError: `data` or a scene named in `scenes` is missing.
        """
        hint = "the folder that holds `data`"
        return scan_folders(self._name, self.root() / "data", self._params.scenes, hint)

    def scene_row(self, scene_id: str, scan: str) -> SceneRow:
        """Row of a scene; it is one place."""
        return SceneRow(
            scene_id, self._name, "scan", place_id=scan, license=LICENSE, upstream_split=self._splits.get(scan)
        )

    def contents(self, scene_id: str, scan: str) -> Contents:
        """Read instances, mesh and pictures; pictures without annotation are still good."""
        folder = self.root() / "data" / scan
        read = dslr_shots if self._params.camera == "dslr" else iphone_shots
        shots, drops = read(scene_id, folder / self._params.camera)
        try:
            ply = read_ply(folder / "scans" / "mesh_aligned_0.05.ply")
            if ply.rgb is None:
                raise DamagedScanError("mesh_without_colors", folder / "scans" / "mesh_aligned_0.05.ply")
            found, owner = self._objects(scene_id, folder / "scans", ply)
        except DamagedScanError as error:
            if not shots:
                raise
            return Contents(shots=shots, drops=[*drops, self.drop("annotation", error)])
        rows, keys, lost = split_rows(found)
        face_object = face_instances(ply.faces, index_of(owner, keys))
        mesh = LabelledMesh(ply.vertices, ply.faces, face_object, [r.object_id for r in rows], vertex_rgb=ply.rgb)
        return Contents(rows, mesh, shots=shots, drops=[*drops, *lost], counts={"objects": len(found)})

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        files = {split: self.root() / "splits" / f"{split}.txt" for split in SPLITS}
        return {
            name: split
            for split, path in files.items()
            if path.is_file()
            for name in path.read_text(encoding="utf-8").split()
        }

    def _objects(
        self, scene_id: str, folder: Path, ply: PlyMesh
    ) -> tuple[dict[int, ObjectRow | Drop], Int[np.ndarray, " v"]]:
        """Objects by number, and the number of each vertex, -1 for none; a segment of two objects goes to the first."""
        segment = _segments(folder / "segments.json", len(ply.vertices))
        path = folder / "segments_anno.json"
        groups = read_object(path, "annotation").get("segGroups")
        if not isinstance(groups, list) or not all(_is_group(g) for g in groups):
            raise DamagedScanError("annotation_damaged", path)
        groups = sorted(groups, key=lambda g: int(g["objectId"]))
        if len({g["objectId"] for g in groups}) != len(groups):
            raise DamagedScanError("annotation_damaged", path)
        owner = np.full(len(segment), -1, dtype=np.int64)
        for group in reversed(groups):
            owner[np.isin(segment, group["segments"])] = group["objectId"]
        found: dict[int, ObjectRow | Drop] = {}
        for group in groups:
            number = group["objectId"]
            points_w = ply.vertices[owner == number]
            if len(points_w) == 0:
                found[number] = Drop("object.not_in_mesh", f"{scene_id}:{number} {group['label']}")
                continue
            box = settled_box(box_of_rows(group.get("obb")), points_w, self._params.box_trim_fraction)
            found[number] = object_row(scene_id, str(number), group["label"], box, self._params.drop_groups)
        return found, owner


def _segments(path: Path, n_vertices: int) -> Int[np.ndarray, " v"]:
    listed = read_object(path, "segments").get("segIndices")
    if not isinstance(listed, list) or any(type(s) is not int for s in listed):
        raise DamagedScanError("segments_damaged", path)
    if len(listed) != n_vertices:
        raise DamagedScanError("segments_of_another_mesh", path)
    return np.array(listed, dtype=np.int64)


def _is_group(group: Any) -> bool:
    return (
        isinstance(group, dict)
        and type(group.get("objectId")) is int
        and isinstance(group.get("label"), str)
        and isinstance(group.get("segments"), list)
        and all(type(s) is int for s in group["segments"])
    )
