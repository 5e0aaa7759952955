"""The reader of 3D models: each is loaded, stood on a turntable, and described for `ingest` to render."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import ClassVar

from stages.registry import UnknownName, suggest
from stages.render.symmetry import symmetry_deg
from stages.rng import generator
from stages.schema.records import ObjectRow, SceneRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceParams
from stages.sources.licenses import UNKNOWN_LICENSE
from stages.sources.models.listing import Listed, list_models
from stages.sources.models.names import category_of
from stages.sources.models.params import ModelsParams
from stages.sources.models.solid import ModelError, Solid
from stages.sources.rendered import views_to_render
from stages.sources.turntable import poses, studio

UNKNOWN_SCALE = 1.0  # as relative sigma: no measure in metres is asked


class Models:
    """Reader of Objaverse, folders of models, and Sweet Home 3D libraries."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Objaverse, any folder of GLB, glTF, OBJ, PLY, STL, or a Sweet Home 3D library",
        kinds=("object",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth"),
        license="per model: Creative Commons (Objaverse), as stated or set elsewhere",
        obtain="https://objaverse.allenai.org",
        paper="arXiv:2212.08051",
        checked_on="15 models of Kenney's platformer kit, 5 of trimesh's tests",
    )
    params_type: ClassVar[type[SourceParams]] = ModelsParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: ModelsParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed draws cameras, backdrops and lights."""
        self._name, self._params, self._seed = name, params, seed

    def scene_ids(self) -> list[str]:
        """`<source>/<path with its suffix>`, of Objaverse `<source>/<uid>`; sorted.

        Raises:
            SourceError: The root or an index file is missing or damaged.
        """
        return list(self._listed)

    def root(self) -> Path | None:
        """Return None: all pictures are rendered."""
        return None

    def read(self, scene_id: str) -> SceneData | Drop:
        """Load one model and stand it on a turntable; a model that cannot be used is a Drop.

        Raises:
            UnknownName: The scene id is not one of `scene_ids`.
        """
        if scene_id not in self._listed:
            raise UnknownName(f"unknown scene {scene_id!r}.{suggest(scene_id, self.scene_ids())}")
        listed = self._listed[scene_id]
        try:
            return listed.drop or self._scene(scene_id, listed)
        except ModelError as error:
            return Drop(f"scene.{error.reason}", " ".join(x for x in (listed.item, error.detail) if x))

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        found = list_models(self._params)[: self._params.max_models]
        return {f"{self._name}/{listed.key}": listed for listed in found}

    def _scene(self, scene_id: str, listed: Listed) -> SceneData:
        p = self._params
        if listed.license is not None:
            self._check_license(listed.license)
        category, raw = category_of(listed.names)
        assert listed.load is not None
        solid = listed.load().standing(None if listed.metric else p.size_m)
        license_id = listed.license or solid.license or p.license or UNKNOWN_LICENSE
        self._check_license(license_id)
        row = self._object(scene_id, category, raw, solid)
        cameras = poses(
            solid.size, p.frames, p.fov_deg, (p.width_px, p.height_px), generator(self._seed, scene_id, "walk")
        )
        scale_sigma = None if listed.metric else UNKNOWN_SCALE
        views = views_to_render(scene_id, cameras, (p.width_px, p.height_px), p.fov_deg, scale_sigma)
        scene = SceneRow(
            scene_id, self._name, "object", place_id=f"model/{solid.geometry_hash()}", license=license_id,
            attribution=listed.attribution or solid.attribution, vocabulary=[],
        )  # fmt: skip
        mesh = studio(solid.mesh(row.object_id), cameras, generator(self._seed, scene_id, "light"))
        return SceneData(scene, views, [row], mesh=mesh, counts={"views": len(views), "objects": 1})

    def _check_license(self, license_id: str) -> None:
        allowed = self._params.licenses
        if allowed is not None and license_id not in allowed:
            raise ModelError("license_not_listed", license_id)

    def _object(self, scene_id: str, category: str, raw: str, solid: Solid) -> ObjectRow:
        object_id = f"{scene_id}:{category.replace(' ', '_')}_0"
        turn = symmetry_deg(solid.mesh(object_id), self._params.symmetry)
        if turn is None:
            raise ModelError("no_surface")
        width, depth, height = (float(s) for s in solid.size)
        return ObjectRow(
            object_id=object_id, scene_id=scene_id, category=category, category_raw=raw,
            center_w=(0.0, 0.0, height / 2), size_m=(width, depth, height),
            world_from_box=(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0), symmetry_deg=turn,
            geometry="exact", box_by="exact",
        )  # fmt: skip
