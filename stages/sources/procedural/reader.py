"""The reader: scenes that are made instead of read."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
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
from stages.sources.procedural.furniture import CATEGORIES, build
from stages.sources.procedural.furniture.model import Model
from stages.sources.procedural.interior import furnished, lit_mesh, walk
from stages.sources.procedural.params import ProceduralParams
from stages.sources.procedural.turntable import posed, studio
from stages.sources.procedural.turntable import poses as turntable_poses

LICENSE = "CC0-1.0"


class Procedural:
    """Made-up scenes: `rooms` are scans of furnished rooms, `turntable` shows one object from all sides."""

    params_type: ClassVar[type[SourceParams]] = ProceduralParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: ProceduralParams, seed: int) -> None:
        """Keep the settings; nothing is made yet."""
        self._name, self._params, self._seed = name, params, seed

    def scene_ids(self) -> list[str]:
        """Return `<name>/<0000>` and on."""
        return [f"{self._name}/{k:04d}" for k in range(self._params.scenes)]

    def root(self) -> Path | None:
        """Return None: there are no files."""
        return None

    def read(self, scene_id: str) -> SceneData | Drop:
        """Make one scene.

        Raises:
            UnknownName: The scene id is not one of `scene_ids`.
        """
        known = self.scene_ids()
        if scene_id not in known:
            raise UnknownName(f"unknown scene {scene_id!r}.{suggest(scene_id, known)}")
        return self._room(scene_id) if self._params.layout == "rooms" else self._turntable(scene_id)

    def _room(self, scene_id: str) -> SceneData:
        interior = furnished(scene_id, self._params, self._seed, self._maker(scene_id))
        objects = object_rows(scene_id, interior.things)
        mesh = lit_mesh(interior, [o.object_id for o in objects], generator(self._seed, scene_id, "light"))
        poses = walk(interior, self._params, generator(self._seed, scene_id, "walk"))
        return self._data(self._scene(scene_id, "scan", interior.room.outline_w), objects, poses, mesh)

    def _turntable(self, scene_id: str) -> SceneData:
        p = self._params
        thing = posed(self._rotating_model(scene_id))
        poses = turntable_poses(
            thing.model, p.frames, p.fov_deg, (p.width_px, p.height_px), generator(self._seed, scene_id, "walk")
        )
        objects = object_rows(scene_id, [thing])
        mesh = studio(thing, objects[0].object_id, poses, generator(self._seed, scene_id, "light"))
        return self._data(self._scene(scene_id, "object", None), objects, poses, mesh)

    def _rotating_model(self, scene_id: str) -> Model:
        """Return the model of a turntable scene; categories take turns, in an order drawn from the seed."""
        categories = _standing_categories()
        order = generator(self._seed, self._name, "categories").permutation(len(categories))
        number = int(scene_id.rsplit("/", 1)[1])
        return self._maker(scene_id)(categories[int(order[number % len(categories)])])

    def _scene(self, scene_id: str, kind: str, outline_w: Sequence[tuple[float, float]] | None) -> SceneRow:
        return SceneRow(
            scene_id=scene_id,
            source=self._name,
            kind=kind,
            place_id=scene_id,
            license=LICENSE,
            vocabulary=CATEGORIES,
            floor_polygon_w=outline_w,
        )

    def _data(
        self,
        scene: SceneRow,
        objects: Sequence[ObjectRow],
        poses: Float[np.ndarray, "n 4 4"],
        mesh: LabelledMesh,
    ) -> SceneData:
        views = self._views(scene.scene_id, poses)
        counts = {"views": len(views), "objects": len(objects)}
        return SceneData(scene, views, objects, mesh=mesh, counts=counts)

    def _maker(self, scene_id: str) -> Callable[[str], Model]:
        made = 0

        def make(category: str) -> Model:
            nonlocal made
            made += 1
            return build(category, generator(self._seed, scene_id, category, made))

        return make

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


@functools.cache
def _standing_categories() -> tuple[str, ...]:
    """Return the categories that stand on something; things on walls or ceilings have no back worth seeing."""
    return tuple(c for c in CATEGORIES if build(c, generator("placement", c)).placement in {"floor", "surface"})
