"""Split large triangles, so that light can be stored at their corners."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int

from stages.geometry.mesh import LabelledMesh

# New triangles of a face by which of its edges (01, 12, 20) are split: corners 0-2, midpoints 3 (01), 4 (12), 5 (20).
_SPLITS: dict[tuple[bool, bool, bool], list[tuple[int, int, int]]] = {
    (False, False, False): [(0, 1, 2)],
    (True, False, False): [(0, 3, 2), (3, 1, 2)],
    (False, True, False): [(0, 1, 4), (0, 4, 2)],
    (False, False, True): [(0, 1, 5), (5, 1, 2)],
    (True, True, False): [(3, 1, 4), (0, 3, 4), (0, 4, 2)],
    (False, True, True): [(5, 4, 2), (0, 1, 4), (0, 4, 5)],
    (True, False, True): [(0, 3, 5), (5, 3, 1), (5, 1, 2)],
    (True, True, True): [(0, 3, 5), (3, 1, 4), (5, 4, 2), (3, 4, 5)],
}
MAX_ROUNDS = 12
SLIVER = 0.12  # faces below this share of a square of the edge length stay whole, however long they are


def tessellated(mesh: LabelledMesh, edge_m: float) -> LabelledMesh:
    """Halve edges longer than `edge_m` of faces that are not slivers; neighbours split alike, so no gap opens.

    Away from the labelled things edges may be longer, in proportion to the distance from their middle.
    """
    if len(mesh.faces) == 0:
        return mesh
    low, high = _extent(mesh)
    middle, reach_m = (low + high) / 2, max(float(np.linalg.norm(high - low)) / 2, 1e-6)
    for _ in range(MAX_ROUNDS):
        ends = mesh.vertices_w[mesh.faces[:, [0, 1, 2, 1, 2, 0]]].reshape(-1, 2, 3, 3)
        sides = ends[:, 1] - ends[:, 0]
        away = np.linalg.norm((ends[:, 0] + ends[:, 1]) / 2 - middle, axis=2) / reach_m
        limit_m = edge_m * np.maximum(away, 1.0)
        area = np.linalg.norm(np.cross(sides[:, 0], sides[:, 1]), axis=1) / 2
        long = np.linalg.norm(sides, axis=2) > limit_m
        wanted = long & (area > SLIVER * edge_m**2)[:, None]
        if not wanted.any():
            break
        mesh = _split(mesh, wanted)
    return mesh


def _extent(mesh: LabelledMesh) -> tuple[np.ndarray, np.ndarray]:
    """Return lower and upper corner of the labelled things, or of everything if there are none."""
    labelled = mesh.faces[mesh.face_object >= 0]
    points = mesh.vertices_w[labelled if len(labelled) else mesh.faces].reshape(-1, 3)
    return points.min(axis=0), points.max(axis=0)


def _split(mesh: LabelledMesh, wanted: np.ndarray) -> LabelledMesh:
    """Split in the middle every edge that one of its faces wants split."""
    edges = np.sort(mesh.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    code = edges[:, 0] * len(mesh.vertices_w) + edges[:, 1]
    codes, first = np.unique(code[wanted.ravel()], return_index=True)
    pairs = edges[wanted.ravel()][first]
    place = np.searchsorted(codes, code).clip(0, len(codes) - 1)
    long = (codes[place] == code).reshape(-1, 3)
    corners = np.concatenate([mesh.faces, place.reshape(-1, 3) + len(mesh.vertices_w)], axis=1)
    faces, source, places = _new_faces(corners, long)
    return replace(
        mesh,
        vertices_w=_with_middles(mesh.vertices_w, pairs),
        faces=faces,
        face_object=mesh.face_object[source],
        face_material=None if mesh.face_material is None else mesh.face_material[source],
        face_uv=None if mesh.face_uv is None else _split_uv(mesh.face_uv, source, places),
        vertex_pattern_m=None if mesh.vertex_pattern_m is None else _with_middles(mesh.vertex_pattern_m, pairs),
        vertex_tint=None if mesh.vertex_tint is None else _with_middles(mesh.vertex_tint, pairs),
    )


def _new_faces(corners: Int[np.ndarray, "f 6"], long: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the faces after splitting, the face each came from, and the places 0 to 5 of their corners in it."""
    pieces = []
    for marks, triangles in _SPLITS.items():
        chosen = np.flatnonzero((long == np.array(marks)).all(axis=1))
        for triangle in triangles:
            places = np.tile(np.array(triangle), (len(chosen), 1))
            pieces.append((corners[chosen[:, None], places], chosen, places))
    source = np.concatenate([p[1] for p in pieces])
    order = np.argsort(source, kind="stable")
    return np.concatenate([p[0] for p in pieces])[order], source[order], np.concatenate([p[2] for p in pieces])[order]


def _with_middles(values: Float[np.ndarray, "v 3"], pairs: Int[np.ndarray, "e 2"]) -> Float[np.ndarray, "u 3"]:
    return np.concatenate([values, values[pairs].mean(axis=1)])


def _split_uv(
    face_uv: Float[np.ndarray, "f 3 2"], source: np.ndarray, places: np.ndarray
) -> Float[np.ndarray, "g 3 2"]:
    middles = (face_uv + np.roll(face_uv, -1, axis=1)) / 2
    corners: np.ndarray = np.concatenate([face_uv, middles], axis=1)[source[:, None], places]
    return corners
