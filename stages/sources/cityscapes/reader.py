"""The Cityscapes reader: one scene per picture, instance masks as sightings, depth from disparity."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from stages.schema.records import ObjectRow, SceneRow, SightingRow, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.categories import named
from stages.sources.cityscapes.camera import CameraError, read_camera
from stages.sources.cityscapes.labels import (
    ALSO_SHOWS,
    LABELS,
    THINGS,
    InstanceMapError,
    Segment,
    read_map,
    segments,
)
from stages.sources.photographs import picture_size_wh

LICENSE = "LicenseRef-Cityscapes"
_IMAGE = "_leftImg8bit.png"
_NO_LABELS = ("test",)  # the label files of this split are dummies


class CityscapesParams(SourceParams):
    """Section `sources.<name>` of a source in Cityscapes' layout."""

    root: str = Field(description="folder of the dataset")
    splits: list[str] = Field(min_length=1, description="folders of leftImg8bit to read: train, val, test")
    max_images: int | None = Field(ge=1, description="read only this many pictures, by name; null: all")


class Cityscapes:
    """Reader of pictures, instance maps, camera files and disparity."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Cityscapes, fine annotation",
        kinds=("image",),
        gives=("boxes_2d", "masks", "intrinsics", "gravity", "depth", "vocabulary"),
        license=LICENSE,
        obtain="https://www.cityscapes-dataset.com/downloads",
        paper="arXiv:1604.01685",
        checked_on="4 images with 70 instances, without camera and disparity",
    )
    params_type: ClassVar[type[SourceParams]] = CityscapesParams
    requires: ClassVar[tuple[str, ...]] = ("pycocotools",)

    def __init__(self, name: str, params: CityscapesParams, seed: int) -> None:
        """Keep the settings. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<city>_<sequence>_<frame>`, sorted.

        Raises:
            SourceError: A split's folder is missing or holds no picture.
        """
        return sorted(self._folders)[: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one picture, its instances, and its camera and depth where there are any."""
        folder = self._folders[scene_id]
        frame = scene_id.rpartition("/")[2]
        image_path = f"leftImg8bit/{folder}/{frame}{_IMAGE}"
        size_wh = picture_size_wh(self.root(), image_path)
        if isinstance(size_wh, Drop):
            return size_wh
        drops: list[Drop] = []
        split, _, city = folder.partition("/")
        view = self._view(scene_id, f"{folder}/{frame}", (image_path, size_wh), drops)
        found = self._segments(f"{folder}/{frame}", size_wh, drops) if split not in _NO_LABELS else None
        scene = SceneRow(
            scene_id, self._name, "image", place_id=f"{self._name}/{city}", license=LICENSE, upstream_split=split,
            vocabulary=[] if found is None else sorted(named(LABELS[k]).category for k in THINGS),
        )  # fmt: skip
        things = [s for s in found or () if s.label in THINGS]
        drops.extend(
            Drop("object.stuff", f"{scene_id}:{_label(s)}") for s in found or () if s.label not in THINGS
        )  # fmt: skip
        counts = {"views": 1, "objects": len(found or ()), "sightings": len(things)}
        return SceneData(
            scene, [view], [_object(scene_id, s) for s in things], [_sighting(scene_id, s) for s in things],
            drops=drops, counts=counts,
        )  # fmt: skip

    @cached_property
    def _folders(self) -> dict[str, str]:
        """`<split>/<city>` by scene id."""
        found: dict[str, str] = {}
        for split in self._params.splits:
            folder = self.root() / "leftImg8bit" / split
            names = [p.relative_to(folder) for p in sorted(folder.glob(f"*/*{_IMAGE}"))]
            if not names:
                raise SourceError(
                    f"{folder}: expected <city>/<city>_<sequence>_<frame>{_IMAGE}, found none; "
                    "set `root` and `splits` in params.yaml"
                )
            found.update({f"{self._name}/{n.name.removesuffix(_IMAGE)}": f"{split}/{n.parent}" for n in names})
        return found

    def _view(self, scene_id: str, stem: str, picture: tuple[str, tuple[int, int]], drops: list[Drop]) -> ViewRow:
        """The view with its camera and depth; a damaged camera file is dropped into `drops`."""
        image_path, size_wh = picture
        camera_path, depth_path = f"camera/{stem}_camera.json", f"disparity/{stem}_disparity.png"
        camera: dict[str, Any] = {}
        try:
            read = read_camera(self.root() / camera_path)
            camera = {
                "intrinsics_px": read.intrinsics_px, "intrinsics_by": "given",
                "gravity_c": read.gravity_c, "pose_by": "given",
            }  # fmt: skip
            if (self.root() / depth_path).is_file():
                camera |= {
                    "depth_path": depth_path, "depth_scale_m": read.depth_scale_m, "depth_by": "given",
                    "depth_encoding": "cityscapes_disparity",
                }  # fmt: skip
        except FileNotFoundError:
            pass
        except (OSError, CameraError):
            drops.append(Drop("camera.damaged", camera_path))
        return ViewRow(f"{scene_id}/0", scene_id, 0, *size_wh, image_path=image_path, **camera)

    def _segments(self, stem: str, size_wh: tuple[int, int], drops: list[Drop]) -> Sequence[Segment] | None:
        """Segments of the instance map; None, and a drop, where it cannot be used."""
        path = f"gtFine/{stem}_gtFine_instanceIds.png"
        try:
            return list(segments(read_map(self.root() / path, size_wh)))
        except OSError:
            drops.append(Drop("annotation.instances_missing", path))
        except InstanceMapError as error:
            drops.append(Drop(f"annotation.instances_{error.reason}", path))
        return None


def _label(segment: Segment) -> str:
    return LABELS[segment.label].replace(" ", "_") if segment.label < len(LABELS) else f"label_{segment.label}"


def _object_id(scene_id: str, segment: Segment) -> str:
    return f"{scene_id}:{segment.value}"


def _object(scene_id: str, segment: Segment) -> ObjectRow:
    raw = LABELS[segment.label]
    return ObjectRow(
        _object_id(scene_id, segment), scene_id, named(raw).category, raw, also_shows=ALSO_SHOWS.get(raw)
    )  # fmt: skip


def _sighting(scene_id: str, segment: Segment) -> SightingRow:
    return SightingRow(
        f"{scene_id}/0", _object_id(scene_id, segment), scene_id, segment.box_px, segment.area_px, "given",
        mask_rle=segment.mask_rle, crowd=segment.group,
    )  # fmt: skip
