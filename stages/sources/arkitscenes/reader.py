"""The ARKitScenes reader: boxes, the bare mesh labelled by them, and frames turned upright."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from stages.geometry.mesh import LabelledMesh
from stages.schema.records import ObjectRow, SceneRow
from stages.sources.arkitscenes.frames import read_shots
from stages.sources.base import Drop, ReaderInfo, SourceError, SourceParams
from stages.sources.scans.files import DamagedScanError, read_object, read_ply
from stages.sources.scans.objects import box_of_rows, faces_in_boxes, object_row, split_rows
from stages.sources.scans.reader import ScanReader
from stages.sources.scans.scene import Contents, ScanParams, scene_ids_of

LICENSE = "LicenseRef-ARKitScenes"
FOLDS = {"Training": "train", "Validation": "val"}
_COLUMNS = ("video_id", "visit_id", "fold")
_WORD = re.compile(r"[^\w.-]")


class ARKitScenesParams(ScanParams):
    """Section `sources.<name>` of a source in ARKitScenes' layout; `root` holds `Training` and `Validation`."""

    visits_csv: str = Field(description="table of films and visits below the root")
    box_margin_m: float = Field(ge=0, le=0.2, description="how far a surface may lie outside its box, metres")


@dataclass(frozen=True)
class _Film:
    visit: str
    fold: str


class ARKitScenes(ScanReader[ARKitScenesParams]):
    """Reader of ARKitScenes films with boxes (3DOD)."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="ARKitScenes, films with boxes (3DOD)",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth", "floor"),
        license=LICENSE,
        obtain="https://github.com/apple/ARKitScenes",
        paper="arXiv:2111.08897",
        checked_on="tables of films and visits",
    )
    params_type: ClassVar[type[SourceParams]] = ARKitScenesParams

    def scene_ids(self) -> list[str]:
        """`<source>/<film>`, sorted.

        Raises:
            SourceError: The root, the table of films, or a film named in `scenes` is missing or damaged.
        """
        films = self._films
        there = {fold: self.root() / fold for fold in FOLDS if (self.root() / fold).is_dir()}
        if not there:
            raise SourceError(f"{self.root()}: no folder Training or Validation; set `root` in params.yaml to theirs")
        found = {p.name for folder in there.values() for p in folder.iterdir() if p.name in films and p.is_dir()}
        return scene_ids_of(self._name, self.root(), found, self._params.scenes)

    def scene_row(self, scene_id: str, scan: str) -> SceneRow:
        """Row of a film; its place is the visit."""
        film = self._films[scan]
        return SceneRow(
            scene_id, self._name, "scan", place_id=film.visit, license=LICENSE, upstream_split=FOLDS[film.fold]
        )

    def contents(self, scene_id: str, scan: str) -> Contents:
        """Read boxes, mesh and frames; frames without annotation are still good."""
        folder = self.root() / self._films[scan].fold / scan
        shots, drops = read_shots(scene_id, folder / f"{scan}_frames", scan)
        found: dict[str, ObjectRow | Drop] = {}
        mesh = None
        try:
            found = self._objects(scene_id, folder / f"{scan}_3dod_annotation.json")
            rows = split_rows(found)[0]
            mesh = _mesh(folder / f"{scan}_3dod_mesh.ply", rows, self._params.box_margin_m)
        except DamagedScanError as error:
            if not shots and not found:
                raise
            drops.append(self.drop("annotation", error))
        rows, _, lost = split_rows(found)
        if mesh is not None:
            rows, mesh, unseen = _with_surface(rows, mesh)
            lost += unseen
        return Contents(rows, mesh, shots=shots, drops=[*drops, *lost], counts={"objects": len(found)})

    @cached_property
    def _films(self) -> Mapping[str, _Film]:
        path = self.root() / self._params.visits_csv
        try:
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            films = {row["video_id"]: _Film(row["visit_id"], row["fold"]) for row in rows}
        except FileNotFoundError as error:
            raise SourceError(f"{path}: no such file; it comes with ARKitScenes, set `visits_csv`") from error
        except (KeyError, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: expected a table with the columns {', '.join(_COLUMNS)}") from error
        bad = sorted({f.fold for f in films.values()} - set(FOLDS)) or [v for v in films if not v.isdecimal()]
        if bad:
            raise SourceError(f"{path}: expected folds {', '.join(FOLDS)} and numbers as video_id, found {bad[0]!r}")
        return films

    def _objects(self, scene_id: str, path: Path) -> dict[str, ObjectRow | Drop]:
        data = read_object(path, "annotation")
        records = data.get("data")
        if data.get("skipped"):
            raise DamagedScanError("annotation_skipped", path)
        if not isinstance(records, list) or not all(_is_object(r) for r in records):
            raise DamagedScanError("annotation_damaged", path)
        named = {_WORD.sub("-", r["uid"]): r for r in records}
        if len(named) != len(records):
            raise DamagedScanError("annotation_damaged", path)
        return {
            name: object_row(scene_id, name, record["label"], _box(record), self._params.drop_groups)
            for name, record in sorted(named.items())
        }


def _is_object(record: Any) -> bool:
    return isinstance(record, dict) and all(
        isinstance(record.get(key), str) and record[key] for key in ("uid", "label")
    )


def _box(record: Mapping[str, Any]) -> Any:
    segments = record.get("segments")
    return box_of_rows(segments.get("obbAligned") if isinstance(segments, dict) else None)


def _mesh(path: Path, rows: list[ObjectRow], margin_m: float) -> LabelledMesh:
    ply = read_ply(path)
    if ply.rgb is None:
        raise DamagedScanError("mesh_without_colors", path)
    owner = faces_in_boxes(ply.vertices, ply.faces, rows, margin_m)
    return LabelledMesh(ply.vertices, ply.faces, owner, [row.object_id for row in rows], vertex_rgb=ply.rgb)


def _with_surface(rows: list[ObjectRow], mesh: LabelledMesh) -> tuple[list[ObjectRow], LabelledMesh, list[Drop]]:
    """Leave out objects of which the mesh shows nothing: nobody could tell whether a picture does."""
    faces = np.bincount(mesh.face_object[mesh.face_object >= 0], minlength=len(rows))
    kept = np.flatnonzero(faces)
    place = np.full(len(rows) + 1, -1, dtype=np.int64)  # the last one serves faces of no object
    place[kept] = np.arange(len(kept))
    rows_kept = [rows[k] for k in kept]
    smaller = LabelledMesh(
        mesh.vertices_w, mesh.faces, place[mesh.face_object], [row.object_id for row in rows_kept],
        vertex_rgb=mesh.vertex_rgb,
    )  # fmt: skip
    gone = [
        Drop("object.not_in_mesh", f"{rows[k].object_id} {rows[k].category_raw}") for k in np.flatnonzero(faces == 0)
    ]
    return rows_kept, smaller, gone
