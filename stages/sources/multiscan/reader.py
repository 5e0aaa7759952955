"""The MultiScan reader: annotated boxes, labelled faces, and frames of the film where they were extracted."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Int
from pydantic import Field

from stages.geometry.mesh import LabelledMesh
from stages.schema.records import ObjectRow, SceneRow
from stages.sources.base import Drop, ReaderInfo, SourceError, SourceParams
from stages.sources.multiscan.capture import read_shots
from stages.sources.scans.files import DamagedScanError, PlyMesh, index_of, read_object, read_ply
from stages.sources.scans.objects import box_of_rows, object_row, split_rows
from stages.sources.scans.reader import ScanReader
from stages.sources.scans.scene import Contents, ScanParams, scan_folders

_WORD = re.compile(r"[^\w.-]")
LICENSE = "LicenseRef-MultiScan-TOU"


class MultiScanParams(ScanParams):
    """Section `sources.<name>` of a source in MultiScan's layout; `root` holds the scans."""

    splits_csv: str | None = Field(description="table of splits below the root; null: no splits")


class MultiScan(ScanReader[MultiScanParams]):
    """Reader of MultiScan scans, of the current and the early revision of its annotation."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="MultiScan, current release and early revision of the annotation",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth", "floor"),
        license=LICENSE,
        obtain="https://3dlg-hcvc.github.io/multiscan",
        paper=None,
        checked_on="annotation of scene_00000_00 and camera lines of another capture",
    )
    params_type: ClassVar[type[SourceParams]] = MultiScanParams

    def scene_ids(self) -> list[str]:
        """`<source>/<scan>`, sorted.

        Raises:
            SourceError: The root, a scan named in `scenes`, or the table of splits is missing or damaged.
        """
        wanted = self._params.scenes
        if wanted is None and self.root().is_dir():
            wanted = [p.name for p in self.root().iterdir() if p.name.startswith("scene_") and p.is_dir()]
        ids = scan_folders(self._name, self.root(), wanted, "the folder that holds the scans")
        _ = self._splits  # a damaged table stops the run before the first scan is read
        return ids

    def scene_row(self, scene_id: str, scan: str) -> SceneRow:
        """Row of a scan; all scans of `scene_00000` show one place."""
        return SceneRow(
            scene_id, self._name, "scan", place_id=scan.rpartition("_")[0] or scan, license=LICENSE,
            upstream_split=self._splits.get(scan),
        )  # fmt: skip

    def contents(self, scene_id: str, scan: str) -> Contents:
        """Read boxes, faces and frames."""
        folder = self.root() / scan
        found = self._objects(scene_id, folder)
        rows, keys, drops = split_rows(found)
        shots, lost = read_shots(scene_id, folder)
        try:
            mesh = _mesh(folder, [row.object_id for row in rows], keys)
        except DamagedScanError as error:
            mesh = None
            drops.append(self.drop("annotation", error))  # boxes and frames are still good
        return Contents(rows, mesh, shots=shots, drops=[*drops, *lost], counts={"objects": len(found)})

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        if self._params.splits_csv is None:
            return {}
        path = self.root() / self._params.splits_csv
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return {row["scanId"]: row["split"] for row in csv.DictReader(file)}
        except OSError as error:
            raise SourceError(f"{path}: no such file; set `splits_csv` in params.yaml, or null") from error
        except (KeyError, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: expected a table with the columns scanId and split") from error

    def _objects(self, scene_id: str, folder: Path) -> dict[tuple[int | None, str], ObjectRow | Drop]:
        """Objects by `objectId` (None in the early revision) and label."""
        path = folder / f"{folder.name}.annotations.json"
        records = read_object(path, "annotation").get("objects")
        if not isinstance(records, list) or not all(_is_object(r) for r in records):
            raise DamagedScanError("annotation_damaged", path)
        keys = [(r.get("objectId"), r["label"]) for r in records]
        if len(set(keys)) != len(keys) or len({label for _, label in keys}) != len(keys):
            raise DamagedScanError("annotation_damaged", path)
        return {
            key: object_row(
                scene_id, _WORD.sub("-", key[1]), key[1].rpartition(".")[0] or key[1], box_of_rows(record.get("obb")),
                self._params.drop_groups,
            )
            for key, record in zip(keys, records, strict=True)
        }  # fmt: skip


def _is_object(record: Any) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("label"), str):
        return False
    return record["label"] != "" and ("objectId" not in record or type(record["objectId"]) is int)


def _mesh(folder: Path, ids: list[str], keys: list[tuple[int | None, str]]) -> LabelledMesh:
    """Mesh whose faces know their object, by `objectId` per face or, in the early revision, by lists of faces."""
    path = folder / f"{folder.name}.ply"
    mesh = read_ply(path)
    if mesh.rgb is None:
        raise DamagedScanError("mesh_without_colors", path)
    if "objectId" in mesh.of_face:
        owner = index_of(mesh.of_face["objectId"].astype(np.int64), [-1 if n is None else n for n, _ in keys])
    else:
        owner = _listed_faces(folder / f"{folder.name}.semseg.json", mesh, [label for _, label in keys])
    return LabelledMesh(mesh.vertices, mesh.faces, owner, ids, vertex_rgb=mesh.rgb)


def _listed_faces(path: Path, mesh: PlyMesh, labels: list[str]) -> Int[np.ndarray, " f"]:
    listed = read_object(path, "faces").get("triIndices")
    if not isinstance(listed, dict):
        raise DamagedScanError("faces_damaged", path)
    owner = np.full(len(mesh.faces), -1, dtype=np.int64)
    for index, label in enumerate(labels):
        for name, faces in listed.items():  # parts are listed as `object:part`
            if name == label or name.startswith(f"{label}:"):
                owner[_indices(path, faces, len(mesh.faces))] = index
    return owner


def _indices(path: Path, faces: Any, n_faces: int) -> list[int]:
    if not isinstance(faces, list) or any(type(f) is not int or not 0 <= f < n_faces for f in faces):
        raise DamagedScanError("faces_of_another_mesh", path)
    return faces
