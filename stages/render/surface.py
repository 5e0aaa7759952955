"""A mesh made ready for shading: arrays per face and per material in the types the kernels read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int32, Int64

from stages.compiled import compiled
from stages.geometry.mesh import LabelledMesh, Material
from stages.render.patterns import PATTERNS

CREASE_COS = 0.76  # faces that meet at less than about 40 degrees are shaded as one curved surface
OUTDOORS = "outdoors"  # pattern name of panes that show the sky and garden behind them


@dataclass(frozen=True)
class Surface:
    """Geometry (frame of the renderer, float32) and appearance of a synthetic mesh."""

    vertices: Float32[np.ndarray, "v 3"]
    faces: Int32[np.ndarray, "f 3"]
    face_normal: Float32[np.ndarray, "f 3"]
    corner_normal: Float32[np.ndarray, "f 3 3"]
    pattern_at: Float32[np.ndarray, "v 3"]
    face_axis: Int32[np.ndarray, " f"]
    face_object: Int32[np.ndarray, " f"]
    face_material: Int32[np.ndarray, " f"]
    corner_uv: Float32[np.ndarray, "f 3 2"]
    color: Float32[np.ndarray, "m 3"]
    color2: Float32[np.ndarray, "m 3"]
    scale_m: Float32[np.ndarray, " m"]
    gloss: Float32[np.ndarray, " m"]
    emission: Float32[np.ndarray, " m"]
    pattern: Int32[np.ndarray, " m"]
    is_open: np.ndarray
    materials: tuple[Material, ...]
    tint: Float32[np.ndarray, "t 3"]  # per vertex; no rows: nothing is tinted


def prepared(mesh: LabelledMesh, origin_w: np.ndarray) -> Surface:
    """Bring a mesh with materials into the types the kernels read, moved so that `origin_w` is at zero.

    Raises:
        ValueError: A material names a pattern that is not in PATTERNS.
    """
    if mesh.face_material is None:
        raise ValueError("mesh has neither vertex_rgb nor face_material; give one of them")
    vertices = (mesh.vertices_w - origin_w).astype(np.float32)
    faces = np.ascontiguousarray(mesh.faces, dtype=np.int32)
    at = (mesh.vertices_w if mesh.vertex_pattern_m is None else mesh.vertex_pattern_m).astype(np.float32)
    normal, doubled_area = _normals(vertices, faces)
    materials = tuple(mesh.materials)
    return Surface(
        vertices=vertices,
        faces=faces,
        face_normal=normal,
        corner_normal=_corner_normals(vertices, faces, normal, doubled_area, mesh.face_object),
        pattern_at=at,
        face_axis=np.abs(_normals(at, faces)[0]).argmax(axis=1).astype(np.int32),
        face_object=np.ascontiguousarray(mesh.face_object, dtype=np.int32),
        face_material=np.ascontiguousarray(mesh.face_material, dtype=np.int32),
        corner_uv=np.zeros((len(faces), 3, 2), np.float32) if mesh.face_uv is None else mesh.face_uv.astype(np.float32),
        color=np.array([m.color for m in materials], np.float32).reshape(-1, 3),
        color2=np.array([m.color2 for m in materials], np.float32).reshape(-1, 3),
        scale_m=np.array([m.scale_m for m in materials], np.float32),
        gloss=np.array([m.gloss for m in materials], np.float32),
        emission=np.array([m.emission for m in materials], np.float32),
        pattern=np.array([_pattern_code(m) for m in materials], np.int32),
        is_open=np.array([m.emission > 0 for m in materials], bool),
        materials=materials,
        tint=np.zeros((0, 3), np.float32) if mesh.vertex_tint is None else mesh.vertex_tint.astype(np.float32),
    )


def _pattern_code(material: Material) -> int:
    """Return the row of the pattern in PATTERNS, or -1 for a view of the outdoors."""
    if material.pattern == OUTDOORS:
        return -1
    if material.pattern not in PATTERNS:
        raise ValueError(f"unknown pattern {material.pattern!r}; known: {', '.join(sorted([*PATTERNS, OUTDOORS]))}")
    return list(PATTERNS).index(material.pattern)


def _normals(vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return unit normals of the faces (counter-clockwise is outside) and twice their areas."""
    a, b, c = vertices[faces].transpose(1, 0, 2)
    cross = np.cross(b - a, c - a)
    length = np.linalg.norm(cross, axis=1)
    return (cross / np.maximum(length, 1e-20)[:, None]).astype(np.float32), length.astype(np.float32)


def _corner_normals(
    vertices: np.ndarray, faces: np.ndarray, normal: np.ndarray, weight: np.ndarray, face_object: np.ndarray
) -> Float32[np.ndarray, "f 3 3"]:
    """Average the normals of the faces that meet at each corner in one object and are not across a crease."""
    place = welded(vertices, 5e-5)
    key = place[faces].ravel() * (int(face_object.max(initial=-1)) + 2) + np.repeat(face_object + 1, 3)
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1, append=-1))
    return _averaged(order, starts, normal, weight)


def welded(points: Float32[np.ndarray, "n 3"], grid_m: float) -> Int64[np.ndarray, " n"]:
    """Number the cells of a grid that hold points: points in one cell get one number."""
    cell = np.round(points / grid_m).astype(np.int64)
    cell -= cell.min(axis=0, initial=0)
    extent = cell.max(axis=0, initial=0) + 1
    code = (cell[:, 0] * extent[1] + cell[:, 1]) * extent[2] + cell[:, 2]
    number: np.ndarray = np.unique(code, return_inverse=True)[1].astype(np.int64).reshape(-1)
    return number


@compiled
def _averaged(
    order: np.ndarray, starts: np.ndarray, normal: np.ndarray, weight: np.ndarray
) -> Float32[np.ndarray, "f 3 3"]:
    out = np.zeros((len(normal), 3, 3), np.float32)
    for group in range(len(starts) - 1):
        for i in range(starts[group], starts[group + 1]):
            face, corner = order[i] // 3, order[i] % 3
            x, y, z = 0.0, 0.0, 0.0
            for j in range(starts[group], starts[group + 1]):
                other = order[j] // 3
                cosine = (
                    normal[face, 0] * normal[other, 0]
                    + normal[face, 1] * normal[other, 1]
                    + normal[face, 2] * normal[other, 2]
                )
                if cosine >= CREASE_COS:
                    x += normal[other, 0] * weight[other]
                    y += normal[other, 1] * weight[other]
                    z += normal[other, 2] * weight[other]
            length = np.sqrt(x * x + y * y + z * z)
            if length > 1e-20:
                out[face, corner, 0], out[face, corner, 1], out[face, corner, 2] = x / length, y / length, z / length
            else:
                out[face, corner] = normal[face]
    return out


def mean_colors(surface: Surface) -> Float32[np.ndarray, "m 3"]:
    """Return the colour of each material seen from afar: what it gives to light that bounces off it."""
    colors = 0.65 * surface.color + 0.35 * surface.color2
    for k, material in enumerate(surface.materials):
        if material.image is not None:
            colors[k] = np.square(material.image.reshape(-1, 3).astype(np.float64) / 255.0).mean(axis=0)
        elif material.pattern == "plain":
            colors[k] = surface.color[k]
    return colors


def mean_tints(surface: Surface) -> Float32[np.ndarray, "m 3"]:
    """Return the mean tint of the corners on each material: what `mean_colors` leaves out; 1 without tints."""
    n = len(surface.materials)
    if not len(surface.tint):
        return np.ones((n, 3), np.float32)
    corners = np.repeat(surface.face_material, 3)
    count = np.maximum(np.bincount(corners, minlength=n), 1)
    tint = surface.tint[surface.faces.ravel()].T
    return (np.stack([np.bincount(corners, c, n) for c in tint], axis=1) / count[:, None]).astype(np.float32)
