"""The Matterport3D reader: a house with its objects, labelled mesh and undistorted pictures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Int
from pydantic import Field

from stages.geometry.mesh import LabelledMesh
from stages.schema.records import ObjectRow, SceneRow
from stages.sources.base import Drop, ReaderInfo, SourceError, SourceParams
from stages.sources.matterport3d.cameras import read_shots
from stages.sources.matterport3d.house import House, read_house
from stages.sources.scans.files import (
    DamagedScanError,
    PlyMesh,
    index_of,
    read_object,
    read_ply,
    split_names,
    whole_numbers,
)
from stages.sources.scans.objects import object_row, settled_box, split_rows
from stages.sources.scans.reader import ScanReader
from stages.sources.scans.scene import Contents, ScanParams, scan_folders

LICENSE = "LicenseRef-Matterport3D-TOU"
SPLITS = ("train", "val", "test")


class Matterport3DParams(ScanParams):
    """Section `sources.<name>` of a source in Matterport3D's layout; `root` holds the houses."""

    cameras: list[int] = Field(
        min_length=1, description="cameras whose pictures are read: 0 looks up, 1 is level, 2 looks down"
    )
    splits_dir: str | None = Field(description="folder below the root with scenes_train.txt ...; null: no splits")
    box_trim_fraction: float = Field(ge=0, lt=0.1, description="share of vertices cut at either end of each box axis")


class Matterport3D(ScanReader[Matterport3DParams]):
    """Reader of Matterport3D houses, with or without pictures."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Matterport3D",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth"),
        license=LICENSE,
        obtain="https://niessner.github.io/Matterport",
        paper="arXiv:1709.06158",
        checked_on=None,
    )
    params_type: ClassVar[type[SourceParams]] = Matterport3DParams

    def scene_ids(self) -> list[str]:
        """`<source>/<house>`, sorted.

        Raises:
            SourceError: The root, a house named in `scenes`, or the folder of splits is missing.
        """
        wanted = self._params.scenes
        if wanted is None and self.root().is_dir():
            wanted = [p.parent.name for p in self.root().glob("*/house_segmentations")]
            wanted += [p.parent.name for p in self.root().glob("*/undistorted_camera_parameters")]
        ids = scan_folders(self._name, self.root(), wanted, "the folder that holds the houses (v1/scans)")
        _ = self._splits
        return ids

    def scene_row(self, scene_id: str, scan: str) -> SceneRow:
        """Row of a house; it is one place."""
        return SceneRow(
            scene_id, self._name, "scan", place_id=scan, license=LICENSE, upstream_split=self._splits.get(scan)
        )

    def contents(self, scene_id: str, scan: str) -> Contents:
        """Read objects, mesh and pictures; pictures without annotation are still good."""
        folder = self.root() / scan
        shots, drops = read_shots(scene_id, folder, self._params.cameras)
        try:
            house = read_house(folder / "house_segmentations" / f"{scan}.house")
            ply = read_ply(folder / "house_segmentations" / f"{scan}.ply")
            owner = _object_of_face(folder / "house_segmentations" / f"{scan}.fsegs.json", house, ply)
        except DamagedScanError as error:
            if not shots:
                raise
            return Contents(shots=shots, drops=[*drops, self.drop("annotation", error)], one_room=False)
        found = self._objects(scene_id, house, ply, owner)
        rows, keys, lost = split_rows(found)
        mesh = LabelledMesh(
            ply.vertices, ply.faces, index_of(owner, keys), [r.object_id for r in rows],
            vertex_rgb=np.full((len(ply.vertices), 3), 127, np.uint8) if ply.rgb is None else ply.rgb,
        )  # fmt: skip
        return Contents(
            rows, mesh, painted=ply.rgb is not None, one_room=False, shots=shots, drops=[*drops, *lost],
            counts={"objects": len(found)},
        )  # fmt: skip

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        if self._params.splits_dir is None:
            return {}
        folder = self.root() / self._params.splits_dir
        files = {split: folder / f"scenes_{split}.txt" for split in SPLITS}
        there = {split: path for split, path in files.items() if path.is_file()}
        if not there:
            raise SourceError(f"{folder}: no scenes_train.txt or the like; set `splits_dir` in params.yaml, or null")
        return {name: split for split, path in there.items() for name in split_names(path)}

    def _objects(
        self, scene_id: str, house: House, ply: PlyMesh, owner: Int[np.ndarray, " f"]
    ) -> dict[int, ObjectRow | Drop]:
        order = np.argsort(owner, kind="stable")
        ordered = owner[order]
        found: dict[int, ObjectRow | Drop] = {}
        for thing in sorted(house.objects, key=lambda o: o.number):
            low, high = np.searchsorted(ordered, [thing.number, thing.number + 1])
            points_w = ply.vertices[np.unique(ply.faces[order[low:high]])]
            if len(points_w) == 0:
                found[thing.number] = Drop("object.not_in_mesh", f"{scene_id}:{thing.number} {thing.label}")
                continue
            box = settled_box(thing.box, points_w, self._params.box_trim_fraction)
            found[thing.number] = object_row(scene_id, str(thing.number), thing.label, box, self._params.drop_groups)
        return found


def _object_of_face(path: Path, house: House, ply: PlyMesh) -> Int[np.ndarray, " f"]:
    """Object number of each face, -1 for none."""
    if "segment_id" in ply.of_face:
        segment = ply.of_face["segment_id"].astype(np.int64)
    else:
        listed = whole_numbers(read_object(path, "segments").get("segIndices"))
        if listed is None:
            raise DamagedScanError("segments_damaged", path)
        if len(listed) != len(ply.faces):
            raise DamagedScanError("segments_of_another_mesh", path)
        segment = listed
    segments = sorted(house.object_of_segment)
    place = index_of(segment, segments)
    numbers = np.array([house.object_of_segment[s] for s in segments] + [-1], dtype=np.int64)
    owner: Int[np.ndarray, " f"] = numbers[place]
    return owner
