"""The 3RScan reader: instances of the annotated mesh, frames turned upright, rescans of one place kept together."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Int, UInt8
from pydantic import Field
from scipy.spatial import cKDTree
from trimesh.exchange.obj import load_obj

from stages.geometry.mesh import LabelledMesh
from stages.images import decode
from stages.schema.records import ObjectRow, SceneRow, Vec4
from stages.sources.base import Drop, ReaderInfo, SourceError, SourceParams
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.scans.files import (
    DamagedScanError,
    PlyMesh,
    face_instances,
    index_of,
    read_matrix,
    read_object,
    read_ply,
)
from stages.sources.scans.objects import box_of_rows, object_row, settled_box, split_rows
from stages.sources.scans.reader import ScanReader
from stages.sources.scans.scene import Contents, ScanParams, scan_folders
from stages.sources.scans.shots import Shot, resized

LICENSE = "LicenseRef-3RScan-TOU"
_SCAN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PICTURE = re.compile(r"frame-(\d+)\.color\.jpg")


class ThreeRScanParams(ScanParams):
    """Section `sources.<name>` of a source in 3RScan's layout; `root` holds `3RScan.json` and the scans."""

    box_trim_fraction: float = Field(ge=0, lt=0.1, description="share of vertices cut at either end of each box axis")


@dataclass(frozen=True)
class _Place:
    """Reference scan and split of a scan."""

    reference: str
    split: str | None


class ThreeRScan(ScanReader[ThreeRScanParams]):
    """Reader of 3RScan's scans and rescans, with or without frames."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="3RScan, version 2 of the annotation",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth", "floor"),
        license=LICENSE,
        obtain="https://waldjohannau.github.io/RIO",
        paper="arXiv:1908.06109",
        checked_on=None,
    )
    params_type: ClassVar[type[SourceParams]] = ThreeRScanParams

    def scene_ids(self) -> list[str]:
        """`<source>/<scan id>`, sorted.

        Raises:
            SourceError: The root, `3RScan.json`, or a scan named in `scenes` is missing or damaged.
        """
        wanted = self._params.scenes
        if wanted is None and self.root().is_dir():
            wanted = [p.name for p in self.root().iterdir() if _SCAN.fullmatch(p.name) and p.is_dir()]
        ids = scan_folders(self._name, self.root(), wanted, "the folder that holds 3RScan.json and the scans")
        _ = self._places  # a damaged table stops the run before the first scan is read
        return ids

    def scene_row(self, scene_id: str, scan: str) -> SceneRow:
        """Row of a scan; its place is its reference scan."""
        place = self._places.get(scan)
        if place is None:
            raise DamagedScanError("place_unknown", self.root() / scan)
        return SceneRow(
            scene_id, self._name, "scan", place_id=place.reference, license=LICENSE, upstream_split=place.split
        )

    def contents(self, scene_id: str, scan: str) -> Contents:
        """Read instances, mesh and frames; frames without annotation are still good."""
        folder = self.root() / scan
        shots, drops = _shots(scene_id, folder / "sequence")
        try:
            ply = read_ply(folder / "labels.instances.annotated.v2.ply")
            found, owner = self._objects(scene_id, folder / "semseg.v2.json", ply)
            rgb = _colors(folder, ply) if not shots else ply.rgb
        except DamagedScanError as error:
            if not shots:
                raise
            return Contents(shots=shots, drops=[*drops, self.drop("annotation", error)])
        rows, keys, lost = split_rows(found)
        face_object = face_instances(ply.faces, index_of(owner, keys))
        mesh = LabelledMesh(ply.vertices, ply.faces, face_object, [r.object_id for r in rows], vertex_rgb=rgb)
        return Contents(rows, mesh, shots=shots, drops=[*drops, *lost], counts={"objects": len(found)})

    @cached_property
    def _places(self) -> Mapping[str, _Place]:
        path = self.root() / "3RScan.json"
        try:
            return _read_places(json.loads(path.read_bytes()))
        except OSError as error:
            raise SourceError(f"{path}: no such file; it comes with 3RScan's download script") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise SourceError(
                f"{path}: expected a list of places with `reference` and `scans` ({error}); fetch it again"
            ) from error

    def _objects(
        self, scene_id: str, path: Path, ply: PlyMesh
    ) -> tuple[dict[int, ObjectRow | Drop], Int[np.ndarray, " v"]]:
        """Objects by number, and the number of each vertex."""
        groups = read_object(path, "annotation").get("segGroups")
        if not isinstance(groups, list) or not all(_is_group(g) for g in groups):
            raise DamagedScanError("annotation_damaged", path)
        numbers = [g["objectId"] for g in groups]
        if len(set(numbers)) != len(numbers):
            raise DamagedScanError("annotation_damaged", path)
        if "objectId" not in ply.of_vertex:
            raise DamagedScanError("mesh_without_instances", path.with_name("labels.instances.annotated.v2.ply"))
        owner = ply.of_vertex["objectId"].astype(np.int64)
        found: dict[int, ObjectRow | Drop] = {}
        for number, group in sorted(zip(numbers, groups, strict=True), key=lambda pair: int(pair[0])):
            points_w = ply.vertices[owner == number]
            if len(points_w) == 0:
                found[number] = Drop("object.not_in_mesh", f"{scene_id}:{number} {group['label']}")
                continue
            box = settled_box(box_of_rows(group.get("obb")), points_w, self._params.box_trim_fraction)
            found[number] = object_row(scene_id, str(number), group["label"], box, self._params.drop_groups)
        return found, owner


def _read_places(data: Any) -> dict[str, _Place]:
    places = {}
    for place in data:
        split = place.get("type")
        known = _Place(str(place["reference"]), split if isinstance(split, str) else None)
        for scan in (known.reference, *(str(s["reference"]) for s in place.get("scans", ()))):
            if scan in places:
                raise ValueError(f"scan {scan} belongs to two places")
            places[scan] = known
    return places


def _is_group(group: Any) -> bool:
    return (
        isinstance(group, dict)
        and type(group.get("objectId")) is int
        and isinstance(group.get("label"), str)
    )  # fmt: skip


def _shots(scene_id: str, folder: Path) -> tuple[list[Shot], list[Drop]]:
    """Frames of a sequence; none is no error."""
    names = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    pictures = {int(m[1]): folder / m[0] for m in map(_PICTURE.fullmatch, names) if m}
    if not pictures:
        return [], []
    info_px, info_wh = _info(folder / "_info.txt")
    shots, drops = [], []
    for number, path in sorted(pictures.items()):
        view_id, stem = f"{scene_id}/{number}", path.name.removesuffix(".color.jpg")
        pose_path = folder / f"{stem}.pose.txt"
        pose = read_matrix(pose_path) if pose_path.is_file() else None
        try:
            size_wh = image_size_wh(path)
        except FileNotFoundError:  # a link that leads nowhere
            drops.append(Drop("view.image_missing", view_id))
            continue
        except ImageHeaderError as error:
            drops.append(Drop(f"view.{error.reason}", view_id))
            continue
        if pose is None:
            drops.append(Drop("view.pose_damaged" if pose_path.is_file() else "view.pose_missing", view_id))
            continue
        intrinsics_px = resized(info_px, info_wh, size_wh)
        depth = folder / f"{stem}.depth.pgm"
        shots.append(Shot(number, path, intrinsics_px, pose, depth, depth_encoding="pgm_squeezed"))
    return shots, drops


def _info(path: Path) -> tuple[Vec4, tuple[int, int]]:
    """Intrinsics of the colour camera and the size they belong to."""
    try:
        pairs = (line.partition("=") for line in path.read_text(encoding="utf-8").splitlines())
        info = {key.strip(): value.split() for key, sign, value in pairs if sign}
        k = np.array(info["m_calibrationColorIntrinsic"], dtype=np.float64).reshape(4, 4)
        size_wh = int(info["m_colorWidth"][0]), int(info["m_colorHeight"][0])
    except OSError as error:
        raise DamagedScanError("intrinsics_missing", path) from error
    except (KeyError, IndexError, ValueError) as error:
        raise DamagedScanError("intrinsics_damaged", path) from error
    if not np.isfinite(k).all() or min(size_wh) < 1:
        raise DamagedScanError("intrinsics_damaged", path)
    return (float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2])), size_wh


def _colors(folder: Path, ply: PlyMesh) -> UInt8[np.ndarray, "v 3"]:
    """Colours of the annotated mesh's vertices, from the nearest vertex of the textured mesh.

    Materials are not followed: the texture's name is fixed, and what an .mtl names may lie anywhere.
    """
    obj, texture = folder / "mesh.refined.v2.obj", folder / "mesh.refined_0.png"
    for path in (obj, texture):
        if not path.is_file():
            raise DamagedScanError("texture_missing", path)
    rgb = decode(texture.read_bytes())
    if rgb is None:
        raise DamagedScanError("texture_damaged", texture)
    try:
        with obj.open(encoding="utf-8") as file:
            meshes = load_obj(file, skip_materials=True, maintain_order=True)["geometry"].values()
        vertices = np.concatenate([np.asarray(m["vertices"], dtype=np.float64) for m in meshes])
        uv = np.concatenate([np.asarray(m["visual"].uv, dtype=np.float64) for m in meshes])
        nearest = cKDTree(vertices).query(ply.vertices)[1]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:  # what the parser raises
        raise DamagedScanError("texture_damaged", obj) from error
    size_wh = np.array(rgb.shape[1::-1])
    column, row = np.clip(np.floor(np.stack([uv[:, 0], 1 - uv[:, 1]]) * size_wh[:, None]), 0, size_wh[:, None] - 1)
    painted: UInt8[np.ndarray, "v 3"] = rgb[row.astype(np.int64), column.astype(np.int64)][nearest]
    return painted
