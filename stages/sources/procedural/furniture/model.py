"""What a piece of furniture is: a mesh with materials, a caption, a declared symmetry and a place to stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.parts import Part

Piece = tuple[Part, Material]
Support = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class Model:
    """One object in its own frame: metres, z up, x right, front to -y, box centred at x = y = 0, resting on z = 0.

    `caption` is a noun phrase without article whose attributes are visible. Wall items hang with their back plane at
    y = +depth / 2, ceiling items by their top. `symmetry_deg` is the turn about the vertical after which shape and
    colours repeat (360 none, 0 any turn); the fine grain of a pattern does not count. `placement` is `floor`, `wall`,
    `ceiling`, `surface` or `rug`. `support_m` is a flat, free top (xmin, ymin, xmax, ymax, z) for small things.
    """

    category: str
    caption: str
    vertices_m: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    face_material: Int[np.ndarray, " f"]
    materials: tuple[Material, ...]
    symmetry_deg: float
    placement: str
    support_m: Support | None

    @property
    def size_m(self) -> Float[np.ndarray, 3]:
        """Extents of the bounding box."""
        extents: Float[np.ndarray, 3] = self.vertices_m.max(axis=0) - self.vertices_m.min(axis=0)
        return extents


@dataclass(frozen=True)
class Design:
    """What a builder says about its object besides the geometry; `support_m` in the builder's own coordinates."""

    category: str
    caption: str
    symmetry_deg: float = 360.0
    placement: str = "floor"
    support_m: Support | None = None


def assemble(design: Design, pieces: Sequence[Piece]) -> Model:
    """Join the pieces into one model, centred in x and y and resting on z = 0; equal materials are stored once."""
    materials = tuple(dict.fromkeys(material for _, material in pieces))
    row = {material: k for k, material in enumerate(materials)}
    offsets = np.cumsum([0] + [len(part.vertices_m) for part, _ in pieces])
    vertices = np.concatenate([part.vertices_m for part, _ in pieces])
    faces = np.concatenate([part.faces + start for (part, _), start in zip(pieces, offsets, strict=False)])
    face_material = np.concatenate([np.full(len(part.faces), row[material]) for part, material in pieces])
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    shift = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return Model(
        category=design.category,
        caption=design.caption,
        vertices_m=vertices - shift,
        faces=faces.astype(np.int64),
        face_material=face_material.astype(np.int64),
        materials=materials,
        symmetry_deg=design.symmetry_deg,
        placement=design.placement,
        support_m=_shifted(design.support_m, shift),
    )


def resized(pieces: Sequence[Piece], factor: float) -> list[Piece]:
    """Scale all pieces of an object evenly."""
    return [(part.scaled(factor, factor, factor), material) for part, material in pieces]


def _shifted(support_m: Support | None, shift: Float[np.ndarray, 3]) -> Support | None:
    if support_m is None:
        return None
    x, y, z = (float(s) for s in shift)
    return (support_m[0] - x, support_m[1] - y, support_m[2] - x, support_m[3] - y, support_m[4] - z)
