"""Models of a library as furniture: turned to our axes, scaled to size, with free top, symmetry and caption."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from stages.geometry.mesh import LabelledMesh, Material
from stages.render.rays import RayScene
from stages.render.symmetry import SymmetryLimits, symmetry_deg
from stages.sources.base import Drop
from stages.sources.procedural.furniture.model import Model, Support
from stages.sources.procedural.furniture.palette import COLORS, srgb
from stages.sources.procedural.library.catalogue import Catalogue, Entry, read_catalogue
from stages.sources.procedural.library.obj import ObjError, ObjMesh, TooManyFaces, Transparent, read_obj

# Sweet Home 3D: x right, y up, z towards the viewer (the front). Ours: x right, z up, front towards -y.
_OURS_FROM_THEIRS = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
_TOPPED = frozenset(
    {"cabinet", "coffee table", "desk", "dining table", "dresser", "nightstand", "tv stand", "washing machine"}
)
_TOP_SHARE = 0.8  # of the footprint that the free top may take
_FLAT_M = 0.012
_MAIN = 0.6  # share of the surface that a colour must have to be in the caption


@dataclass(frozen=True)
class LibraryModel(Model):
    """A model from a library: with texture coordinates, its name and file there, and its licence."""

    face_uv: Float[np.ndarray, "f 3 2"]
    raw_name: str
    source: str
    license: str


class Library:
    """One library; models are loaded at their first use and kept."""

    def __init__(self, path: Path, symmetry: SymmetryLimits) -> None:
        """Read the catalogue; `symmetry` says what tells two sides of a model apart.

        Raises:
            SourceError: The file is missing or is no library.
        """
        self.catalogue: Catalogue = read_catalogue(path)
        self._symmetry = symmetry
        self._loaded: dict[str, LibraryModel | Drop] = {}

    def entries(self, category: str) -> list[Entry]:
        """Return the library's models of a category."""
        return [e for e in self.catalogue.entries if e.category == category]

    def model(self, entry: Entry, like: Model) -> LibraryModel | Drop:
        """Return a model of the library; `like` is an own model of the category, whose placement it takes over."""
        if entry.model not in self._loaded:
            self._loaded[entry.model] = self._load(entry, like)
        return self._loaded[entry.model]

    def _load(self, entry: Entry, like: Model) -> LibraryModel | Drop:
        item = f"{self.catalogue.path.name}:{entry.model}"
        try:
            with zipfile.ZipFile(self.catalogue.path) as archive:
                mesh = read_obj(archive, entry.model)
        except TooManyFaces:
            return Drop("library.too_many_faces", item)
        except Transparent:
            return Drop("library.transparent_model", item)
        except (ObjError, KeyError, ValueError, OSError, zipfile.BadZipFile):
            return Drop("library.unreadable_model", item)
        fitted = _fitted(mesh.vertices, entry)
        if fitted is None:
            return Drop("library.flat_model", item)
        symmetry = symmetry_deg(_alone(fitted, mesh), self._symmetry)
        if symmetry is None:
            return Drop("library.unreadable_model", item)
        top_m = entry.top_m if entry.top_m is not None else entry.size_m[2]
        return LibraryModel(
            category=entry.category,
            caption=_caption(entry, mesh),
            vertices_m=fitted,
            faces=mesh.faces,
            face_material=mesh.face_material,
            materials=mesh.materials,
            symmetry_deg=symmetry,
            placement=like.placement,
            support_m=_support(fitted, mesh.faces, top_m) if entry.category in _TOPPED else None,
            face_uv=mesh.face_uv,
            raw_name=entry.name,
            source=item,
            license=entry.license,
        )


def _fitted(vertices: Float[np.ndarray, "v 3"], entry: Entry) -> Float[np.ndarray, "v 3"] | None:
    """Turn and scale vertices to the entry's size, centred, on z = 0; None where a model has no extent."""
    turned = vertices @ entry.rotation.T @ _OURS_FROM_THEIRS.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    if (high - low).min() <= 1e-9:
        return None
    scaled = (turned - (low + high) / 2) / (high - low) * np.array(entry.size_m)
    fitted: Float[np.ndarray, "v 3"] = scaled + np.array([0.0, 0.0, entry.size_m[2] / 2])
    return fitted


def _alone(fitted: Float[np.ndarray, "v 3"], mesh: ObjMesh) -> LabelledMesh:
    """Return a model as a scene of its own."""
    return LabelledMesh(
        vertices_w=fitted,
        faces=mesh.faces,
        face_object=np.zeros(len(mesh.faces), np.int64),
        object_ids=["model"],
        face_material=mesh.face_material,
        materials=mesh.materials,
        face_uv=mesh.face_uv,
    )


def _support(vertices: np.ndarray, faces: np.ndarray, top_m: float) -> Support | None:
    """Return the free top at a height if rays from above find it flat over nearly all of it."""
    half_x, half_y = (_TOP_SHARE / 2 * np.ptp(vertices[:, :2], axis=0)).tolist()
    x, y = np.meshgrid(np.linspace(-half_x, half_x, 15), np.linspace(-half_y, half_y, 15))
    rays = np.zeros((x.size, 6), np.float32)
    rays[:, 0], rays[:, 1], rays[:, 2], rays[:, 5] = x.ravel(), y.ravel(), vertices[:, 2].max() + 1, -1
    t, _, _ = RayScene(vertices, faces).cast(rays)
    height_m = vertices[:, 2].max() + 1 - t
    if (np.abs(height_m - top_m) <= _FLAT_M).mean() < 0.95:
        return None
    return (-half_x, -half_y, half_x, half_y, top_m)


def _caption(entry: Entry, mesh: ObjMesh) -> str:
    """Name a model, with its colour if one colour covers most of it."""
    name = entry.category if entry.category in entry.name.lower() or " " in entry.category else entry.name.lower()
    a, b, c = mesh.vertices[mesh.faces].transpose(1, 0, 2)
    area = np.bincount(mesh.face_material, np.linalg.norm(np.cross(b - a, c - a), axis=1), len(mesh.materials))
    main: Material = mesh.materials[int(area.argmax())]
    if area.max() < _MAIN * area.sum() or main.image is not None:
        return name
    words = list(COLORS)
    gaps = [np.abs(np.sqrt(main.color) - np.sqrt(srgb(COLORS[w]))).sum() for w in words]
    return f"{words[int(np.argmin(gaps))]} {name}" if min(gaps) < 0.35 else name
