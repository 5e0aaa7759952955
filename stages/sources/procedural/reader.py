"""The reader: scenes that are made instead of read."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float

from stages.geometry.mesh import LabelledMesh
from stages.registry import UnknownName, suggest
from stages.rng import generator
from stages.schema.records import ObjectRow, SceneRow, Vec4, ViewRow
from stages.sources.base import Drop, SceneData, SourceParams
from stages.sources.procedural.assembly import object_rows
from stages.sources.procedural.furniture import CATEGORIES
from stages.sources.procedural.interior import furnished, lit_mesh, walk
from stages.sources.procedural.library import Library, LibraryModel
from stages.sources.procedural.params import ProceduralParams
from stages.sources.procedural.placed import Placed
from stages.sources.procedural.turntable import posed, studio
from stages.sources.procedural.turntable import poses as turntable_poses
from stages.sources.procedural.workshop import Workshop, standing_categories

LICENSE = "CC0-1.0"


class Procedural:
    """Made-up scenes: `rooms` are scans of furnished rooms, `turntable` shows one object from all sides."""

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
        thing = posed(workshop(self._turning_category(scene_id)))
        rng = generator(self._seed, scene_id, "walk")
        poses = turntable_poses(thing.model, p.frames, p.fov_deg, (p.width_px, p.height_px), rng)
        objects = object_rows(scene_id, [thing])
        mesh = studio(thing, objects[0].object_id, poses, generator(self._seed, scene_id, "light"))
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
        views = self._views(scene.scene_id, poses)
        counts = {"views": len(views), "objects": len(objects)}
        return SceneData(scene, views, objects, mesh=mesh, counts=counts)

    def _views(self, scene_id: str, poses: Float[np.ndarray, "n 4 4"]) -> list[ViewRow]:
        p = self._params
        focal_px = p.width_px / 2 / math.tan(math.radians(p.fov_deg) / 2)
        intrinsics_px: Vec4 = (focal_px, focal_px, (p.width_px - 1) / 2, (p.height_px - 1) / 2)
        return [
            ViewRow(
                view_id=f"{scene_id}/{k:03d}",
                scene_id=scene_id,
                frame=k,
                width_px=p.width_px,
                height_px=p.height_px,
                intrinsics_px=intrinsics_px,
                world_from_cam=pose.ravel().tolist(),
                depth_scale_m=0.001,
                intrinsics_by="exact",
                pose_by="exact",
                depth_by="exact",
            )
            for k, pose in enumerate(poses)
        ]
