"""The SUN RGB-D reader: one scene per picture, with gravity, 3D boxes and 2D boxes or outlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from stages.geometry.oriented_box import OrientedBox
from stages.schema.records import ObjectRow, SceneRow, SightingRow, Vec4, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.categories import left_out, named
from stages.sources.coco.masks import SegmentationError, encode
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.projected_boxes import overlap, rectangle_of
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.objects import box_of_axes, object_row
from stages.sources.scene_files import inside, relative
from stages.sources.sunrgbd import folders, infos
from stages.sources.sunrgbd.folders import Outline
from stages.sources.sunrgbd.infos import Camera, Thing

LICENSE = "LicenseRef-SUN-RGB-D"
ENCODING, UNIT_M = "sunrgbd_png", 0.001


class SunRgbdParams(SourceParams):
    """Section `sources.<name>` of a source in SUN RGB-D's layout."""

    root: str = Field(description="folder of the dataset")
    infos: str | None = Field(description="mmdet3d's info file below the root; null: the dataset's own folders")
    images: str | None = Field(description="with `infos`: folder of the pictures below the root; else null")
    upstream_split: str | None = Field(description="split of these pictures, e.g. train; null: not stated")
    max_images: int | None = Field(ge=1, description="read only this many pictures, lowest ids first; null: all")
    min_overlap: float = Field(
        gt=0,
        le=1,
        description="own folders: an outline and a projected 3D box of one name that overlap so are one thing",
    )
    drop_groups: bool = Field(description="drop labels of several things under one box, e.g. books")


class SunRgbd:
    """Reader of SUN RGB-D, from info files or from its own folders."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="SUN RGB-D",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth"),
        license=f"research, terms of its four parts ({LICENSE})",
        obtain="https://rgbd.cs.princeton.edu",
        paper="doi:10.1109/CVPR.2015.7298655",
        checked_on="info files of picture 000017, both revisions",
    )
    params_type: ClassVar[type[SourceParams]] = SunRgbdParams
    requires: ClassVar[tuple[str, ...]] = ("pycocotools",)

    def __init__(self, name: str, params: SunRgbdParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image and depth paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<picture>`, sorted.

        Raises:
            SourceError: The root, the info file or the image folder is missing or damaged.
        """
        return sorted(self._records if self._params.infos else self._folders)[: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one picture and its annotation.

        Returns:
            A Drop where the picture or its camera is missing or damaged.
        """
        try:
            if self._params.infos:
                return self._of_record(scene_id, self._records[scene_id])
            return self._of_folder(scene_id, self._folders[scene_id])
        except DamagedScanError as error:
            return Drop(f"scene.{error.reason}", relative(self.root(), error.path))

    @cached_property
    def _records(self) -> dict[str, Mapping[str, Any]]:
        images = self.root() / str(self._params.images)
        if self._params.images is None or not images.is_dir():
            raise SourceError(f"{images}: no such folder; set `root` and `images` in params.yaml")
        found = infos.read_infos(self.root() / str(self._params.infos))
        return {f"{self._name}/{stem}": record for stem, record in found.items()}

    @cached_property
    def _folders(self) -> dict[str, Path]:
        found = folders.find_folders(self.root())
        if not found:
            raise SourceError(
                f"{self.root()}: found no folder with intrinsics.txt and image/; set `root` in params.yaml to the "
                "folder that holds kv1, kv2, realsense and xtion, or give `infos`"
            )
        return {f"{self._name}/{'_'.join(f.relative_to(self.root()).parts)}": f for f in found}

    def _of_record(self, scene_id: str, record: Mapping[str, Any]) -> SceneData | Drop:
        camera, things = infos.camera_of(record), infos.things_of(record)
        if camera is None or things is None:
            return Drop("scene.camera_damaged" if camera is None else "scene.annotation_damaged", scene_id)
        image = self.root() / str(self._params.images) / str(infos.image_name(record))
        return self._scene(scene_id, image, None, camera, things, [])

    def _of_folder(self, scene_id: str, folder: Path) -> SceneData | Drop:
        image = folders.picture_of(folder)
        if image is None:
            return Drop("scene.image_missing", relative(self.root(), folder))
        camera = folders.camera_of(folder)
        drops: list[Drop] = []
        things: list[Thing] = []
        outlines: list[Outline] = []
        try:
            things = folders.boxes_of(folder)
            outlines = folders.outlines_of(folder)
        except DamagedScanError as error:  # the picture, its depth and gravity are still good
            drops.append(Drop(f"annotation.{error.reason}", relative(self.root(), error.path)))
        scene = self._scene(scene_id, image, folders.depth_of(folder), camera, things, outlines)
        return scene if isinstance(scene, Drop) else SceneData(**{**vars(scene), "drops": [*drops, *scene.drops]})

    def _scene(
        self, scene_id: str, image: Path, depth: Path | None, camera: Camera, things: Sequence[Thing],
        outlines: Sequence[Outline],
    ) -> SceneData | Drop:  # fmt: skip
        if not inside(self.root(), image):
            return Drop("scene.outside_root", scene_id)
        try:
            size_wh = image_size_wh(image)
        except OSError:
            return Drop("scene.image_missing", relative(self.root(), image))
        except ImageHeaderError as error:
            return Drop(f"scene.{error.reason}", relative(self.root(), image))
        pose = np.eye(4)
        pose[:3, :3] = camera.world_from_cam
        view = ViewRow(
            f"{scene_id}/0", scene_id, 0, *size_wh, image_path=relative(self.root(), image),
            intrinsics_px=camera.intrinsics_px, world_from_cam=pose.ravel().tolist(),
            depth_path=relative(self.root(), depth) if depth else None, depth_encoding=ENCODING if depth else None,
            depth_scale_m=UNIT_M if depth else None, intrinsics_by="given", pose_by="given",
            depth_by="given" if depth else None,
        )  # fmt: skip
        gathered = _Annotation(view, self._params)
        for number, thing in enumerate(things):
            gathered.add_thing(f"{number}", thing)
        for number, outline in enumerate(outlines):
            gathered.add_outline(f"outline{number}", outline)
        scene = SceneRow(
            scene_id, self._name, "scan", place_id=scene_id, license=LICENSE,
            upstream_split=self._params.upstream_split,
        )  # fmt: skip
        return SceneData(
            scene, [view], gathered.objects, gathered.sightings, drops=gathered.drops,
            counts={"views": 1, "objects": gathered.read_objects, "sightings": gathered.read_sightings},
        )  # fmt: skip


class _Annotation:
    """Rows gathered for one picture."""

    def __init__(self, view: ViewRow, params: SunRgbdParams) -> None:
        self._view = view
        self._params = params
        self._boxes: dict[str, OrientedBox] = {}
        self.objects: list[ObjectRow] = []
        self.sightings: list[SightingRow] = []
        self.drops: list[Drop] = []
        self.read_objects = 0
        self.read_sightings = 0

    def add_thing(self, name: str, thing: Thing) -> None:
        """Add a 3D box, and its 2D box where it has one."""
        self.read_objects += 1
        box = None
        if thing.box is not None:
            box = box_of_axes(thing.box[:3], thing.box[3:6], infos.world_from_box(thing.box[6]).T)
        row = object_row(self._view.scene_id, name, thing.raw, box, self._params.drop_groups)
        if isinstance(row, Drop) or box is None:
            self.drops += [row] if isinstance(row, Drop) else []
            return
        self.objects.append(row)
        self._boxes[row.object_id] = box
        if thing.box_px is not None:
            self._see(row.object_id, _clipped(thing.box_px, self._view), None)

    def add_outline(self, name: str, outline: Outline) -> None:
        """Add an outline: it shows the thing whose 3D box it fits, or one without a box."""
        row = self._bare_row(name, outline.raw)
        if isinstance(row, Drop):
            self.drops.append(row)
            self.read_objects += 1
            return
        size = (self._view.height_px, self._view.width_px)
        try:
            mask = encode([outline.polygon_px.ravel().tolist()], *size) if len(outline.polygon_px) else None
        except SegmentationError:
            mask = None
        box_px = None
        if mask is not None:
            low, high = outline.polygon_px.min(axis=0), outline.polygon_px.max(axis=0)
            box_px = _clipped(np.array([*low, *high]), self._view)
        owner = None if box_px is None else self._owner(row.category, box_px)
        if owner is None:
            self.read_objects += 1
            self.objects.append(row)
        self._see(owner or row.object_id, box_px, mask)

    def _bare_row(self, name: str, raw: str) -> ObjectRow | Drop:
        """Row of a thing that has an outline alone."""
        label = named(raw)
        reason = left_out(label.category) or ("group" if label.several and self._params.drop_groups else None)
        if reason is not None:
            return Drop(f"object.{reason}", f"{self._view.scene_id}:{name} {raw}")
        object_id = f"{self._view.scene_id}:{name}"
        return ObjectRow(object_id, self._view.scene_id, label.category, raw, caption=label.category)

    def _owner(self, category: str, box_px: Vec4) -> str | None:
        """The object of this category whose projected box fits best and that no outline shows yet."""
        cam_from_world = np.linalg.inv(np.array(self._view.world_from_cam).reshape(4, 4))
        taken = {s.object_id for s in self.sightings}
        fits: list[tuple[float, str]] = []
        for row in self.objects:
            if row.category != category or row.object_id in taken or row.object_id not in self._boxes:
                continue
            assert self._view.intrinsics_px is not None
            size_wh = (self._view.width_px, self._view.height_px)
            seen = rectangle_of(self._boxes[row.object_id], cam_from_world, self._view.intrinsics_px, size_wh)
            if seen is not None:
                fits.append((overlap(seen.box_px, box_px), row.object_id))
        best = max(fits, default=(0.0, ""))
        return best[1] if best[0] >= self._params.min_overlap else None

    def _see(self, object_id: str, box_px: Vec4 | None, mask: tuple[bytes, float] | None) -> None:
        self.read_sightings += 1
        if box_px is None:
            self.drops.append(Drop("sighting.bad_box", object_id))
            return
        area_px = (box_px[2] - box_px[0]) * (box_px[3] - box_px[1])
        self.sightings.append(
            SightingRow(
                self._view.view_id, object_id, self._view.scene_id, box_px, mask[1] if mask else area_px, "given",
                mask_rle=mask[0] if mask else None,
            )
        )  # fmt: skip


def _clipped(box_px: np.ndarray, view: ViewRow) -> Vec4 | None:
    """Cut a rectangle to the picture; None where nothing is left."""
    x1, y1 = np.maximum(box_px[:2], 0.0).tolist()
    x2, y2 = np.minimum(box_px[2:], [view.width_px, view.height_px]).tolist()
    return (x1, y1, x2, y2) if x2 > x1 and y2 > y1 else None
