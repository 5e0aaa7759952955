"""From placed models and sheets to the tables' rows and one labelled mesh."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from stages.geometry.mesh import LabelledMesh, Light, Material, Rgb
from stages.render.surface import OUTDOORS
from stages.schema.records import ObjectRow
from stages.sources.procedural.furniture.likeness import ALSO_SEEN
from stages.sources.procedural.library import LibraryModel
from stages.sources.procedural.placed import Placed
from stages.sources.procedural.shell import Sheet


@dataclass(frozen=True)
class Lighting:
    """Lights and room light, and how windows and lamps glow."""

    lights: Sequence[Light]
    ambient: Rgb
    outside: Rgb
    lamps: float


def object_rows(scene_id: str, things: Sequence[Placed]) -> list[ObjectRow]:
    """Describe things in the order of `things`; ids count within a category."""
    counts: Counter[str] = Counter()
    rows = []
    for thing in things:
        name = thing.model.category.replace(" ", "_")
        width, depth, height = (float(s) for s in thing.model.size_m)
        rows.append(
            ObjectRow(
                object_id=f"{scene_id}:{name}_{counts[name]}",
                scene_id=scene_id,
                category=thing.model.category,
                category_raw=thing.model.raw_name if isinstance(thing.model, LibraryModel) else thing.model.category,
                caption=thing.model.caption,
                center_w=(thing.x, thing.y, thing.z + height / 2),
                size_m=(width, depth, height),
                world_from_box=thing.world_from_model.ravel().tolist(),
                symmetry_deg=float(thing.model.symmetry_deg),
                also_shows=ALSO_SEEN.get(thing.model.category),
                geometry="exact",
                box_by="exact",
            )
        )
        counts[name] += 1
    return rows


def mesh_of(
    things: Sequence[Placed],
    object_ids: Sequence[str],
    sheets: Sequence[Sheet],
    lighting: Lighting,
) -> LabelledMesh:
    """Join things (labelled) and sheets (structure) into one mesh; patterns turn with the things they are on."""
    parts = [_of_thing(k, thing, lighting) for k, thing in enumerate(things)]
    parts += [
        _Part(s.vertices_w, s.pattern_m, s.faces, np.zeros(len(s.faces), np.int64), (s.material,), -1) for s in sheets
    ]
    first_vertex = np.cumsum([0, *(len(p.vertices_w) for p in parts)])
    first_material = np.cumsum([0, *(len(p.materials) for p in parts)])
    return LabelledMesh(
        vertices_w=np.concatenate([p.vertices_w for p in parts]),
        faces=np.concatenate([p.faces + v for p, v in zip(parts, first_vertex, strict=False)]),
        face_object=np.concatenate([np.full(len(p.faces), p.label) for p in parts]),
        object_ids=list(object_ids),
        face_material=np.concatenate([p.face_material + m for p, m in zip(parts, first_material, strict=False)]),
        materials=[m for p in parts for m in p.materials],
        face_uv=_joined_uv(parts),
        vertex_pattern_m=np.concatenate([p.pattern_m for p in parts]),
        lights=lighting.lights,
        ambient=lighting.ambient,
    )


@dataclass(frozen=True)
class _Part:
    vertices_w: np.ndarray
    pattern_m: np.ndarray
    faces: np.ndarray
    face_material: np.ndarray
    materials: tuple[Material, ...]
    label: int
    face_uv: np.ndarray | None = None


def _of_thing(label: int, thing: Placed, lighting: Lighting) -> _Part:
    model = thing.model
    materials = tuple(_at_hour(m, model.category, lighting) if m.emission > 0 else m for m in model.materials)
    return _Part(
        thing.vertices_w(), model.vertices_m, model.faces, model.face_material, materials, label,
        model.face_uv if isinstance(model, LibraryModel) else None,
    )  # fmt: skip


def _at_hour(material: Material, category: str, lighting: Lighting) -> Material:
    """Let panes show the outdoors, and lamps glow as bright as they light."""
    if category == "window":
        return replace(material, pattern=OUTDOORS, color=lighting.outside, gloss=0.0, emission=1.0)
    if category.endswith("lamp"):
        return replace(material, emission=material.emission * lighting.lamps)
    return material


def _joined_uv(parts: Sequence[_Part]) -> np.ndarray | None:
    if all(p.face_uv is None for p in parts):
        return None
    return np.concatenate([np.zeros((len(p.faces), 3, 2)) if p.face_uv is None else p.face_uv for p in parts])
