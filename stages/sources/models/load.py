"""Read a model file with trimesh: parts at their places, materials, pictures and colours of vertices."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from jaxtyping import Float

from stages.sources.models.files import Beside, read_file
from stages.sources.models.gltf import Header, Primitive, read_header
from stages.sources.models.looks import Looks, colors_of
from stages.sources.models.params import ModelsParams
from stages.sources.models.solid import ModelError, Solid

GLTF = frozenset({".glb", ".gltf"})
FORMATS = GLTF | {".obj", ".ply", ".stl"}
_Z_UP = {"z": np.eye(3), "y": np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])}
_LARGEST_UV = 1e4  # texture coordinates beyond this have no fraction left in float32


@dataclass(frozen=True)
class _Part:
    vertices: np.ndarray
    faces: np.ndarray
    material: int
    uv: np.ndarray | None
    tint: np.ndarray | None


def load(path: Path, root: Path, params: ModelsParams) -> Solid:
    """Read one model file.

    Raises:
        ModelError: It cannot be used.
    """
    suffix = path.suffix.lower()
    max_bytes = params.limits.file_mib * 2**20
    data = read_file(path, root, max_bytes)
    header = read_header(data, suffix, params.limits.faces) if suffix in GLTF else None
    beside = Beside(path, root, max_bytes)
    scene = _scene(data, suffix, beside)
    if beside.failed is not None:
        raise beside.failed
    looks = Looks(params.texture_px, linear=suffix in GLTF)
    up = "y" if suffix in GLTF else str(getattr(params.up, suffix[1:]))
    solid = _joined(list(_parts(scene, header, looks, params.limits.faces)), looks, _Z_UP[up])
    if looks.transparent_share(solid) > params.limits.holes:
        raise ModelError("transparent")
    return solid if header is None else replace(solid, license=header.license, attribution=header.attribution)


def _scene(data: bytes, suffix: str, beside: Beside) -> Any:
    try:
        return trimesh.load_scene(
            io.BytesIO(data), file_type=suffix[1:], resolver=beside, process=False, allow_remote=False
        )
    except ModelError:
        raise
    except Exception as error:  # damaged files make trimesh raise anything
        raise beside.failed or ModelError("damaged", f"{type(error).__name__}: {error}") from error


def _parts(scene: Any, header: Header | None, looks: Looks, max_faces: int) -> Iterator[_Part]:
    solids = {name: g for name, g in scene.geometry.items() if isinstance(g, trimesh.Trimesh)}
    described: dict[str, Primitive] = {}
    if header is not None:
        if len(solids) != len(header.primitives):
            raise ModelError("damaged", f"{len(header.primitives)} parts, {len(solids)} of them could be read")
        described = dict(zip(solids, header.primitives, strict=True))
    nodes = [(scene.graph[node], node) for node in scene.graph.nodes_geometry]
    if sum(len(solids[name].faces) for (_, name), _ in nodes if name in solids) > max_faces:
        raise ModelError("too_many_faces")
    for (placed, name), _ in nodes:
        if name in solids:
            yield _part(solids[name], np.asarray(placed, np.float64), described.get(name), looks)


def _part(mesh: Any, placed: Float[np.ndarray, "4 4"], described: Primitive | None, looks: Looks) -> _Part:
    vertices, faces = np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int64).reshape(-1, 3)
    material, has_picture = looks.row(mesh.visual)
    if described is not None and described.pictured != has_picture:
        raise ModelError("picture_missing")
    uv = _uv(mesh, described) if has_picture else None
    tint, per_face = colors_of(mesh.visual, looks.linear, has_picture)
    if per_face:  # each face gets corners of its own
        vertices, tint = vertices[faces].reshape(-1, 3), None if tint is None else np.repeat(tint, 3, axis=0)
        faces = np.arange(len(vertices)).reshape(-1, 3)
    if tint is not None and len(tint) != len(vertices):
        raise ModelError("damaged", "another number of colours than of vertices")
    with np.errstate(invalid="ignore", over="ignore"):
        moved = vertices @ placed[:3, :3].T + placed[:3, 3]
    if np.linalg.det(placed[:3, :3]) < 0:  # mirrored: keep the outside outside
        faces, uv = faces[:, ::-1], None if uv is None else uv[:, ::-1]
    return _Part(moved, faces, material, uv, tint)


def _uv(mesh: Any, described: Primitive | None) -> Float[np.ndarray, "f 3 2"]:
    """Texture coordinates of the corners, v up."""
    found = mesh.visual.uv
    if found is None or len(found) != len(mesh.vertices):
        raise ModelError("damaged", "a picture without texture coordinates")
    uv = np.asarray(found, np.float64)[:, :2]
    if described is not None and described.uv_from_uv is not None:
        move = described.uv_from_uv
        down = np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1) @ move[:, :2].T + move[:, 2]
        uv = np.stack([down[:, 0], 1 - down[:, 1]], axis=1)
    if not (np.abs(uv) < _LARGEST_UV).all():
        raise ModelError("not_finite", "texture coordinates")
    corners: Float[np.ndarray, "f 3 2"] = uv[np.asarray(mesh.faces)]
    return corners


def _joined(parts: list[_Part], looks: Looks, z_up: Float[np.ndarray, "3 3"]) -> Solid:
    if not parts:
        raise ModelError("no_surface")
    first = np.cumsum([0, *(len(p.vertices) for p in parts)])
    tinted, pictured = any(p.tint is not None for p in parts), any(p.uv is not None for p in parts)
    return Solid(
        vertices=np.concatenate([p.vertices for p in parts]) @ z_up.T,
        faces=np.concatenate([p.faces + start for p, start in zip(parts, first, strict=False)]),
        face_material=np.concatenate([np.full(len(p.faces), p.material, np.int64) for p in parts]),
        materials=looks.materials,
        face_uv=np.concatenate([_or(p.uv, 0.0, (len(p.faces), 3, 2)) for p in parts]) if pictured else None,
        vertex_tint=np.concatenate([_or(p.tint, 1.0, (len(p.vertices), 3)) for p in parts]) if tinted else None,
    )


def _or(values: np.ndarray | None, otherwise: float, shape: tuple[int, ...]) -> np.ndarray:
    return np.full(shape, otherwise) if values is None else values
