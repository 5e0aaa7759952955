"""Files of one scan: JSON, matrices and meshes; what cannot be used names its reason and its file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from trimesh.exchange.ply import load_ply

from stages.sources.base import MOST_M, SourceError


class DamagedScanError(Exception):
    """A file of one scene that cannot be used; `reason` is a drop reason without its first part."""

    def __init__(self, reason: str, path: Path) -> None:
        """Keep reason and file."""
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path


@dataclass(frozen=True)
class PlyMesh:
    """Triangles as stored, colours where the file has them, and any further numbers per vertex and per face."""

    vertices: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    rgb: UInt8[np.ndarray, "v 3"] | None
    of_vertex: Mapping[str, np.ndarray]
    of_face: Mapping[str, np.ndarray]


def read_json(path: Path, what: str) -> Any:
    """Read a JSON file of a scan; `what` names it in the drop reason.

    Raises:
        DamagedScanError: The file is missing or no JSON.
    """
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise DamagedScanError(f"{what}_missing", path) from error
    except (ValueError, RecursionError) as error:
        raise DamagedScanError(f"{what}_damaged", path) from error


def read_object(path: Path, what: str) -> dict[str, Any]:
    """Read a JSON file whose top is a mapping.

    Raises:
        DamagedScanError: The file is missing, no JSON, or holds something else.
    """
    data = read_json(path, what)
    if not isinstance(data, dict):
        raise DamagedScanError(f"{what}_damaged", path)
    return data


def read_matrix(path: Path) -> Float[np.ndarray, "4 4"] | None:
    """Read 16 numbers as a 4x4 matrix, row by row (`-inf` is a number); None where the file holds something else."""
    try:
        values = np.array(path.read_text(encoding="utf-8").split(), dtype=np.float64)
    except (OSError, ValueError):  # also undecodable bytes
        return None
    return values.reshape(4, 4) if values.size == 16 else None


def whole_numbers(values: Any) -> Int[np.ndarray, " n"] | None:
    """Turn a list of whole numbers into an array; None for anything else, and for numbers beyond 64 bits."""
    if not isinstance(values, list) or any(type(v) is not int for v in values):
        return None
    try:
        return np.array(values, dtype=np.int64)
    except OverflowError:
        return None


def split_names(path: Path) -> list[str]:
    """Read the scan names of a split list.

    Raises:
        SourceError: It cannot be read as text.
    """
    try:
        return path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{path}: expected a text file with one scan name a line ({error}); fetch it again"
        ) from error


def numbers(values: Any, count: int) -> Float[np.ndarray, " n"] | None:
    """Turn a list of `count` finite numbers into an array; None for anything else."""
    if not isinstance(values, list) or len(values) != count or any(type(v) not in (int, float) for v in values):
        return None
    array = np.array(values, dtype=np.float64)
    return array if np.isfinite(array).all() else None


def read_ply(path: Path) -> PlyMesh:
    """Read a triangle mesh in PLY, vertices and faces in file order.

    Raises:
        DamagedScanError: The file is missing, cut, or has no triangles.
    """
    try:
        with path.open("rb") as file:
            data = load_ply(file, fix_texture=False, prefer_color="vertex")
        vertices = np.asarray(data["vertices"], dtype=np.float64).reshape(-1, 3)
        faces = np.asarray(data["faces"], dtype=np.int64).reshape(-1, 3)
        raw = data["metadata"]["_ply_raw"]
        of_vertex, of_face = (_numbers_of(raw[name]) for name in ("vertex", "face"))
        rgb = None
        if data.get("vertex_colors") is not None:
            rgb = np.asarray(data["vertex_colors"], dtype=np.uint8)[:, :3]
    except OSError as error:
        raise DamagedScanError("mesh_missing", path) from error
    except (ValueError, IndexError, KeyError, TypeError) as error:  # what the parser raises on damaged files
        raise DamagedScanError("mesh_damaged", path) from error
    in_range = len(faces) > 0 and faces.min() >= 0 and faces.max() < len(vertices)
    whole = all(len(v) == len(vertices) for v in of_vertex.values()) and all(
        len(v) == len(faces) for v in of_face.values()
    )
    colored = rgb is None or len(rgb) == len(vertices)
    if not (in_range and whole and colored and (np.abs(vertices) < MOST_M).all()):
        raise DamagedScanError("mesh_damaged", path)
    return PlyMesh(vertices, faces, rgb, of_vertex, of_face)


def _numbers_of(element: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Properties of one element that are a single number each; lists (the corners of a face) are left out."""
    single = [name for name, kind in element["properties"].items() if "LIST" not in kind and "," not in kind]
    return {name: np.asarray(element["data"][name]).reshape(-1) for name in single}


def vertex_instances(vertices: Sequence[Bool[np.ndarray, " v"]], n_vertices: int) -> Int[np.ndarray, " v"]:
    """Index of the instance of each vertex, -1 for none; where two claim a vertex, the first has it."""
    instance = np.full(n_vertices, -1, dtype=np.int64)
    for index in range(len(vertices) - 1, -1, -1):
        instance[vertices[index]] = index
    return instance


def face_instances(faces: Int[np.ndarray, "f 3"], instance: Int[np.ndarray, " v"]) -> Int[np.ndarray, " f"]:
    """Index of the instance that at least two corners of a face belong to; -1 where there is none."""
    a, b, c = instance[faces].T
    return np.where((a == b) | (a == c), a, np.where(b == c, b, -1))


def index_of(numbers_: np.ndarray, known: Sequence[int]) -> Int[np.ndarray, " n"]:
    """Place of each number in `known`, -1 for those that are not there.

    Example:
        >>> index_of(np.array([7, 0, 5]), [5, 7]).tolist()
        [1, -1, 0]
    """
    order = np.argsort(np.asarray(known, dtype=np.int64), kind="stable")
    ordered = np.asarray(known, dtype=np.int64)[order]
    place = np.searchsorted(ordered, numbers_)
    place = np.minimum(place, max(len(known) - 1, 0))
    if not len(known):
        return np.full(len(numbers_), -1, dtype=np.int64)
    return np.where(ordered[place] == numbers_, order[place], -1)
