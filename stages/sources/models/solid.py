"""One model, whatever file it came from: triangles, looks, and where it says it is from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from stages.geometry.mesh import LabelledMesh, Material

_FLAT = 1e-6  # share of the longest side below which a side is none
_ALIKE = 1e4  # places per unit of size at which copies of a model agree


class ModelError(Exception):
    """A model that cannot be used; `reason` is the last part of the drop reason, `detail` says what is wrong."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Keep both."""
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class Solid:
    """Triangles with materials, z up; `license` (SPDX) and `attribution` as the file states them."""

    vertices: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    face_material: Int[np.ndarray, " f"]
    materials: tuple[Material, ...]
    face_uv: Float[np.ndarray, "f 3 2"] | None = None
    vertex_tint: Float[np.ndarray, "v 3"] | None = None
    license: str | None = None
    attribution: str | None = None

    @property
    def size(self) -> Float[np.ndarray, 3]:
        """Extents of the bounding box."""
        extents: Float[np.ndarray, 3] = np.ptp(self.vertices, axis=0)
        return extents

    def standing(self, longest_m: float | None) -> Solid:
        """Leave out what has no surface, scale the longest side (None: keep the size), stand on z = 0 in the middle.

        Raises:
            ModelError: Numbers are not finite, or there is no surface.
        """
        solid = self._with_surface()
        low, high = solid.vertices.min(axis=0), solid.vertices.max(axis=0)
        longest = float((high - low).max())
        if ((high - low) > _FLAT * longest).sum() < 2:
            raise ModelError("no_surface")
        scale = 1.0 if longest_m is None else longest_m / longest
        foot = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
        return replace(solid, vertices=(solid.vertices - foot) * scale)

    def mesh(self, object_id: str) -> LabelledMesh:
        """Return the model as a scene of its own."""
        return LabelledMesh(
            vertices_w=self.vertices,
            faces=self.faces,
            face_object=np.zeros(len(self.faces), np.int64),
            object_ids=[object_id],
            face_material=self.face_material,
            materials=self.materials,
            face_uv=self.face_uv,
            vertex_tint=self.vertex_tint,
        )

    def geometry_hash(self) -> str:
        """Name the shape, whatever the order of its vertices, its place, its size and its colours."""
        low = self.vertices.min(axis=0)
        places = np.round((self.vertices - low) / self.size.max() * _ALIKE).astype(np.int32)
        return hashlib.sha256(np.unique(places, axis=0).tobytes()).hexdigest()[:24]

    def _with_surface(self) -> Solid:
        if len(self.faces) == 0:
            raise ModelError("no_surface")
        if self.faces.min() < 0 or self.faces.max() >= len(self.vertices):
            raise ModelError("damaged", "a face names a vertex that does not exist")
        a, b, c = self.vertices[self.faces].transpose(1, 0, 2)
        with np.errstate(invalid="ignore", over="ignore"):
            area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        if not np.isfinite(area).all():
            raise ModelError("not_finite")
        kept = np.flatnonzero(_once(self.vertices[self.faces]) & (area > 0))
        if len(kept) == 0:
            raise ModelError("no_surface")
        used, faces = np.unique(self.faces[kept], return_inverse=True)
        return replace(
            self,
            vertices=self.vertices[used],
            faces=faces.reshape(-1, 3).astype(np.int64),
            face_material=self.face_material[kept],
            face_uv=None if self.face_uv is None else self.face_uv[kept],
            vertex_tint=None if self.vertex_tint is None else self.vertex_tint[used],
        )


def _once(corners: Float[np.ndarray, "f 3 3"]) -> Bool[np.ndarray, " f"]:
    """Mark the first of triangles at the same place: sheets modelled once per side would shade each other."""
    _, place = np.unique(corners.reshape(-1, 3), axis=0, return_inverse=True)
    _, first = np.unique(np.sort(place.reshape(-1, 3), axis=1), axis=0, return_index=True)
    once = np.zeros(len(corners), np.bool_)
    once[first] = True
    return once
