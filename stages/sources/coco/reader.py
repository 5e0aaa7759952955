"""The COCO reader: one scene per image, boxes and masks as sightings, no 3D."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, TypeGuard

from pydantic import Field

from stages.schema.records import ObjectRow, SceneRow, SightingRow, Vec4, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.categories import left_out, named, normalise
from stages.sources.coco.index import CocoIndex, load_index
from stages.sources.coco.masks import SegmentationError, encode
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.licenses import UNKNOWN_LICENSE


class CocoParams(SourceParams):
    """Section `sources.<name>` of a source in COCO's layout."""

    root: str = Field(description="folder of the dataset")
    instances: str = Field(description="instance file below the root")
    captions: str | None = Field(description="caption file below the root; null: no captions")
    images: str = Field(description="image folder below the root")
    upstream_split: str | None = Field(description="split these files are, as COCO names it, e.g. val2017")
    max_images: int | None = Field(ge=1, description="read only this many images, lowest ids first; null: all")


@dataclass(frozen=True)
class _Found:
    """One usable annotation: the object and where it is seen."""

    object: ObjectRow
    sighting: SightingRow


class Coco:
    """Reader of COCO's `instances` and `captions` files."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="COCO 2017, or any dataset in its JSON layout",
        kinds=("image",),
        gives=("boxes_2d", "masks", "captions", "vocabulary"),
        license="annotations CC-BY-4.0; each photograph has its own Creative Commons licence",
        obtain="https://cocodataset.org/#download",
        paper="arXiv:1405.0312",
        checked_on="79 images of val2017",
    )
    params_type: ClassVar[type[SourceParams]] = CocoParams
    requires: ClassVar[tuple[str, ...]] = ("pycocotools",)

    def __init__(self, name: str, params: CocoParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<image id as 12 digits>`, sorted.

        Raises:
            SourceError: The root, the image folder or an annotation file is missing or damaged.
        """
        images = self.root() / self._params.images
        if not images.is_dir():
            raise SourceError(f"{images}: no such folder; set `root` and `images` in params.yaml")
        return sorted(self._images)[: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one image and its annotations.

        Returns:
            A Drop where the file is missing, damaged, or of another size than the JSON says: boxes would not fit.
        """
        record = self._images[scene_id]
        image_path = f"{self._params.images}/{record['file_name']}"
        try:
            size_wh = image_size_wh(self.root() / image_path)
        except FileNotFoundError:
            return Drop("scene.image_missing", image_path)
        except ImageHeaderError:
            return Drop("scene.image_damaged", image_path)
        if size_wh != (record["width"], record["height"]):
            return Drop("scene.image_size", image_path)
        return self._scene(scene_id, record, image_path, size_wh)

    @cached_property
    def _index(self) -> CocoIndex:
        captions = self._params.captions
        return load_index(self.root() / self._params.instances, self.root() / captions if captions else None)

    @cached_property
    def _images(self) -> dict[str, Mapping[str, Any]]:
        return {f"{self._name}/{image_id:012d}": image for image_id, image in self._index.images.items()}

    def _scene(self, scene_id: str, record: Mapping[str, Any], image_path: str, size_wh: tuple[int, int]) -> SceneData:
        index = self._index
        annotations = index.annotations.get(record["id"], ())
        drops: list[Drop] = []
        found: dict[str, _Found] = {}
        spoilt: set[str] = set()
        for annotation in annotations:
            item = f"{scene_id}:{annotation['id']}"
            result = self._annotation(scene_id, annotation, size_wh, drops) if item not in found else "repeated_id"
            if isinstance(result, str):
                drops.append(Drop(f"sighting.{result}", item))
                spoilt.add(named(_look_up(index.categories, annotation.get("category_id")) or "").category)
            else:
                found[item] = result
        scene = SceneRow(
            scene_id, self._name, "image", place_id=scene_id, upstream_split=self._params.upstream_split,
            license=_look_up(index.licenses, record.get("license")) or UNKNOWN_LICENSE,
            vocabulary=sorted({n for raw in index.categories.values() if (n := normalise(raw))} - spoilt),
        )  # fmt: skip
        view = ViewRow(
            f"{scene_id}/0", scene_id, 0, *size_wh, image_path=image_path, captions=index.captions.get(record["id"])
        )
        counts = {"views": 1, "objects": len(found), "sightings": len(annotations)}
        objects, sightings = [f.object for f in found.values()], [f.sighting for f in found.values()]
        return SceneData(scene, [view], objects, sightings, drops=drops, counts=counts)

    def _annotation(
        self, scene_id: str, annotation: Mapping[str, Any], size_wh: tuple[int, int], drops: list[Drop]
    ) -> _Found | str:
        """Return the rows of one annotation, or why it has none; a bad mask alone is dropped into `drops`."""
        raw = _look_up(self._index.categories, annotation.get("category_id"))
        if raw is None:
            return "unknown_category"
        name = named(raw)
        reason = left_out(name.category)
        if reason:
            return reason
        box_px = clipped_box_px(annotation.get("bbox"), size_wh)
        if isinstance(box_px, str):
            return box_px
        object_id = f"{scene_id}:{annotation['id']}"
        try:
            mask = encode(annotation.get("segmentation"), size_wh[1], size_wh[0])
        except SegmentationError as error:
            drops.append(Drop(f"mask.{error.reason}", object_id))
            mask = None
        sighting = SightingRow(
            f"{scene_id}/0", object_id, scene_id, box_px, mask[1] if mask else _area_px(annotation, box_px), "given",
            mask_rle=mask[0] if mask else None, crowd=bool(annotation.get("iscrowd", 0)) or name.several,
        )  # fmt: skip
        return _Found(ObjectRow(object_id, scene_id, name.category, raw), sighting)


def clipped_box_px(bbox: Any, size_wh: tuple[int, int]) -> Vec4 | str:
    """Turn COCO's [x, y, width, height] into edges x1, y1, x2, y2 inside the image.

    Returns:
        Why there is no box: `box_malformed`, `box_empty` (no area) or `box_outside` (no overlap with the image).
    """
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(_is_finite(v) for v in bbox):
        return "box_malformed"
    x, y, width, height = (float(v) for v in bbox)
    if width <= 0 or height <= 0:
        return "box_empty"
    box_px = (max(x, 0.0), max(y, 0.0), min(x + width, float(size_wh[0])), min(y + height, float(size_wh[1])))
    return box_px if box_px[2] > box_px[0] and box_px[3] > box_px[1] else "box_outside"


def _area_px(annotation: Mapping[str, Any], box_px: Vec4) -> float:
    box_area_px = (box_px[2] - box_px[0]) * (box_px[3] - box_px[1])
    given = annotation.get("area")
    return min(float(given), box_area_px) if _is_finite(given) and given > 0 else box_area_px


def _look_up(table: Mapping[int, str], number: Any) -> str | None:
    return table.get(number) if isinstance(number, int) else None


def _is_finite(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
