"""The reader: scenes that are made instead of read."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from stages.geometry.mesh import LabelledMesh
from stages.registry import UnknownName, suggest
from stages.rng import generator
from stages.schema.records import ObjectRow, SceneRow
from stages.sources.base import MODALITIES, Drop, ReaderInfo, SceneData, SourceParams
from stages.sources.procedural.assembly import Lighting, mesh_of, object_rows
from stages.sources.procedural.furniture import CATEGORIES
from stages.sources.procedural.interior import furnished, lit_mesh, walk
from stages.sources.procedural.library import Library, LibraryModel
from stages.sources.procedural.params import ProceduralParams
from stages.sources.procedural.placed import Placed
from stages.sources.procedural.workshop import Workshop, standing_categories
from stages.sources.rendered import views_to_render
from stages.sources.turntable import AMBIENT, studio
from stages.sources.turntable import poses as turntable_poses

LICENSE = "CC0-1.0"


class Procedural:
    """Made-up scenes: `rooms` are scans of furnished rooms, `turntable` shows one object from all sides."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Rooms and turntables made by the engine",
        kinds=("scan", "object"),
        gives=tuple(name for name in MODALITIES if name != "captions"),
        license=LICENSE,
        obtain="https://www.sweethome3d.com/freeModels.jsp (optional furniture)",
        paper=None,
        checked_on="exact by construction",
    )
    params_type: ClassVar[type[SourceParams]] = ProceduralParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: ProceduralParams, seed: int) -> None:
        """Keep the settings; nothing is made yet."""
        self._name, self._params, self._seed = name, params, seed

    def scene_ids(self) -> list[str]:
        """Return `<name>/<0000>` and on.

        Raises:
            SourceError: The furniture library cannot be read.
        """
        _ = self._library  # opened here, so that a bad path is told before any work
        return [f"{self._name}/{k:04d}" for k in range(self._params.scenes)]

    def root(self) -> Path | None:
        """Return None: no picture has a file."""
        return None

    def read(self, scene_id: str) -> SceneData | Drop:
        """Make one scene.

        Raises:
            UnknownName: The scene id is not one of `scene_ids`.
        """
        known = self.scene_ids()
        if scene_id not in known:
            raise UnknownName(f"unknown scene {scene_id!r}.{suggest(scene_id, known)}")
        workshop = Workshop(self._seed, scene_id, self._library)
        data = self._room(scene_id, workshop) if self._params.layout == "rooms" else self._turntable(scene_id, workshop)
        if self._library is not None and scene_id == known[0]:  # what the library as a whole lacks is told once
            workshop.drops += self._library.catalogue.drops
        return replace(data, drops=workshop.drops)

    @functools.cached_property
    def _library(self) -> Library | None:
        return None if self._params.library is None else Library(Path(self._params.library), self._params.symmetry)

    def _room(self, scene_id: str, workshop: Workshop) -> SceneData:
        interior = furnished(scene_id, self._params, self._seed, workshop)
        objects = object_rows(scene_id, interior.things)
        mesh = lit_mesh(interior, [o.object_id for o in objects], generator(self._seed, scene_id, "light"))
        poses = walk(interior, self._params, generator(self._seed, scene_id, "walk"))
        scene = self._scene(scene_id, "scan", interior.things, interior.room.outline_w)
        return self._data(scene, objects, poses, mesh)

    def _turntable(self, scene_id: str, workshop: Workshop) -> SceneData:
        p = self._params
        thing = Placed(workshop(self._turning_category(scene_id)), 0.0, 0.0, 0.0, 0.0)
        rng = generator(self._seed, scene_id, "walk")
        poses = turntable_poses(thing.model.size_m, p.frames, p.fov_deg, (p.width_px, p.height_px), rng)
        objects = object_rows(scene_id, [thing])
        alone = mesh_of([thing], [objects[0].object_id], [], Lighting((), AMBIENT, (1.0, 1.0, 1.0), 1.0))
        mesh = studio(alone, poses, generator(self._seed, scene_id, "light"))
        scene = self._scene(scene_id, "object", [thing], None)
        if isinstance(thing.model, LibraryModel):  # the same model may turn up in another scene
            scene = replace(scene, place_id=f"{self._name}/{thing.model.source}")
        return self._data(scene, objects, poses, mesh)

    def _turning_category(self, scene_id: str) -> str:
        """Return the category of a turntable scene; they take turns, in an order drawn from the seed."""
        categories = standing_categories()
        order = generator(self._seed, self._name, "categories").permutation(len(categories))
        return categories[int(order[int(scene_id.rsplit("/", 1)[1]) % len(categories)])]

    def _scene(
        self,
        scene_id: str,
        kind: str,
        things: Sequence[Placed],
        outline_w: Sequence[tuple[float, float]] | None,
    ) -> SceneRow:
        licenses = {LICENSE, *(t.model.license for t in things if isinstance(t.model, LibraryModel))}
        return SceneRow(
            scene_id=scene_id,
            source=self._name,
            kind=kind,
            place_id=scene_id,
            license=" AND ".join(sorted(licenses)),
            vocabulary=CATEGORIES,
            floor_polygon_w=outline_w,
            floor_by=None if outline_w is None else "exact",
        )

    def _data(
        self, scene: SceneRow, objects: Sequence[ObjectRow], poses: Float[np.ndarray, "n 4 4"], mesh: LabelledMesh
    ) -> SceneData:
        p = self._params
        views = views_to_render(scene.scene_id, poses, (p.width_px, p.height_px), p.fov_deg, digits=3)
        counts = {"views": len(views), "objects": len(objects)}
        return SceneData(scene, views, objects, mesh=mesh, counts=counts)
