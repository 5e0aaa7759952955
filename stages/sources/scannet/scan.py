"""One annotated ScanNet mesh: geometry in aligned world metres, and which vertices each instance has."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from stages.geometry.frames import is_rigid
from stages.sources.base import MOST_M, SourceError
from stages.sources.scans.files import DamagedScanError, read_object, read_ply, whole_numbers


@dataclass(frozen=True)
class Group:
    """One annotated instance: `objectId`, raw label, and its vertices (None: a segment does not exist)."""

    number: int
    raw_label: str
    vertices: Bool[np.ndarray, " v"] | None


@dataclass(frozen=True)
class Scan:
    """Mesh in world metres (aligned) with scanned colours, and its instances by number."""

    vertices_w: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    vertex_rgb: UInt8[np.ndarray, "v 3"]
    groups: Sequence[Group]


def read_scan(folder: Path, world_from_scan: Float[np.ndarray, "4 4"]) -> Scan:
    """Read mesh, segments and aggregation of `folder` (its name is the scene's name).

    Raises:
        DamagedScanError: A file is missing or damaged, or the files do not belong together.
    """
    stem = folder / folder.name
    mesh_path = stem.with_name(f"{stem.name}_vh_clean_2.ply")
    segments_path = stem.with_name(f"{stem.name}_vh_clean_2.0.010000.segs.json")
    vertices, faces, rgb = read_mesh(mesh_path)
    segments = _segment_of_vertex(segments_path)
    if len(segments) != len(vertices):
        raise DamagedScanError("segments_of_another_mesh", segments_path)
    groups = _groups(stem.with_name(f"{stem.name}.aggregation.json"), segments)
    return Scan(vertices @ world_from_scan[:3, :3].T + world_from_scan[:3, 3], faces, rgb, groups)


def read_mesh(path: Path) -> tuple[Float[np.ndarray, "v 3"], Int[np.ndarray, "f 3"], UInt8[np.ndarray, "v 3"]]:
    """Read a coloured triangle mesh in PLY, vertices in file order.

    Raises:
        DamagedScanError: The file is missing, cut, or has no triangles or no colours.
    """
    mesh = read_ply(path)
    if mesh.rgb is None:
        raise DamagedScanError("mesh_damaged", path)
    return mesh.vertices, mesh.faces, mesh.rgb


def read_meta(path: Path) -> dict[str, str]:
    """Read the `key = value` lines of `<scene>.txt`; a missing file has none."""
    if not path.is_file():
        return {}
    pairs = (line.partition("=") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {key.strip(): value.strip() for key, sign, value in pairs if sign}


def alignment(meta: Mapping[str, str], meta_path: Path) -> Float[np.ndarray, "4 4"] | None:
    """`axisAlignment` of the scene's text file: scan to world (z up, walls along the axes), or None.

    Raises:
        DamagedScanError: The line is there but is no rigid transform.
    """
    if "axisAlignment" not in meta:
        return None
    try:
        values = np.array(meta["axisAlignment"].split(), dtype=np.float64)
    except ValueError as error:
        raise DamagedScanError("axis_alignment_damaged", meta_path) from error
    if values.shape != (16,) or not _is_alignment(values.reshape(4, 4)):
        raise DamagedScanError("axis_alignment_damaged", meta_path)
    return values.reshape(4, 4)


def _is_alignment(matrix: Float[np.ndarray, "4 4"]) -> bool:
    return bool(is_rigid(matrix[None])[0] and np.abs(matrix).max() < MOST_M)


def read_alignments(path: Path) -> dict[str, Float[np.ndarray, "4 4"]]:
    """Read the table of alignments: scene name to 16 numbers, row-major.

    Raises:
        SourceError: The file is missing, or a row is no rigid transform; the message names the first.
    """
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise SourceError(
            f"{path}: no such file; set `axis_alignment` in params.yaml, or null to do without"
        ) from error
    except ValueError as error:
        raise SourceError(f"{path}: not valid JSON ({error}); fetch it again") from error
    if not isinstance(data, dict):
        raise SourceError(f"{path}: expected a mapping of scene names to 16 numbers, found {type(data).__name__}")
    table = {}
    for name, values in data.items():
        numbers = isinstance(values, list) and len(values) == 16 and all(isinstance(v, int | float) for v in values)
        matrix = np.array(values if numbers else [np.nan] * 16, dtype=np.float64).reshape(4, 4)
        if not _is_alignment(matrix):
            raise SourceError(f"{path}: {name}: expected a rigid 4x4 transform as 16 numbers, row by row")
        table[str(name)] = matrix
    return table


def _segment_of_vertex(path: Path) -> Int[np.ndarray, " v"]:
    segments = whole_numbers(read_object(path, "segments").get("segIndices"))
    if segments is None:
        raise DamagedScanError("segments_damaged", path)
    return segments


def _groups(path: Path, segments: Int[np.ndarray, " v"]) -> list[Group]:
    records = read_object(path, "aggregation").get("segGroups")
    if not isinstance(records, list) or not all(_is_group(r) for r in records):
        raise DamagedScanError("aggregation_damaged", path)
    numbers = [r["objectId"] for r in records]
    if len(set(numbers)) != len(numbers):
        raise DamagedScanError("aggregation_damaged", path)
    known = np.unique(segments)
    return [
        Group(r["objectId"], r["label"], np.isin(segments, r["segments"]) if _all_in(r["segments"], known) else None)
        for r in sorted(records, key=lambda r: int(r["objectId"]))
    ]


def _is_group(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and type(record.get("objectId")) is int
        and isinstance(record.get("label"), str)
        and isinstance(record.get("segments"), list)
        and all(type(s) is int for s in record["segments"])
    )


def _all_in(segments: Sequence[int], known: Int[np.ndarray, " k"]) -> bool:
    return bool(np.isin(segments, known).all())
