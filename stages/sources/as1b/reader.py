"""The AS-1B reader: one scene per picture, named regions as sightings, no 3D."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from stages.schema.records import ObjectRow, SceneRow, SightingRow, ViewRow
from stages.sources.as1b.rows import FORMS, CocoRows, Form, JsonLines, Keys, check_order, fits
from stages.sources.base import Drop, SceneData, SourceError, SourceParams
from stages.sources.categories import left_out, named
from stages.sources.photographs import BoxOrder, area_of_px, clipped_box_px, picture_size_wh, slug, text_of

LICENSE = "LicenseRef-SA-1B"


class AllSeeingParams(SourceParams):
    """Section `sources.<name>` of a source in one of AS-1B's forms."""

    root: str = Field(description="folder of the dataset")
    files: str = Field(description="row files below the root, a pattern such as jsonl_format/*.jsonl")
    form: Form = Field(description="jsonl or coco")
    images: str = Field(description="folder of pictures below the root")
    keys: Keys = Field(description="what the rows call their fields")
    box_order: BoxOrder = Field(description="xywh (published COCO form) or xyxy (published JSONL form, AS-Core)")
    checked_boxes: int = Field(ge=1, description="boxes at the start of each file that the order is checked on")
    min_fit: float = Field(gt=0, le=1, description="share of them that must fit the picture")
    max_images: int | None = Field(ge=1, description="read only this many pictures, by name; null: all")


class AllSeeing:
    """Reader of named regions in JSONL or COCO form."""

    params_type: ClassVar[type[SourceParams]] = AllSeeingParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: AllSeeingParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<picture>`, sorted.

        Raises:
            SourceError: A file is missing or damaged, or its boxes do not fit when read in `box_order`.
        """
        return sorted(self._pictures)[: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one picture and its regions."""
        rows, image = self._pictures[scene_id]
        picture = rows.read(image)
        image_path = f"{self._params.images}/{image}"
        size_wh = picture_size_wh(self.root(), image_path, picture.size_wh)
        if isinstance(size_wh, Drop):
            return size_wh
        scene = SceneRow(scene_id, self._name, "image", place_id=scene_id, license=LICENSE, vocabulary=[])
        view = ViewRow(f"{scene_id}/0", scene_id, 0, *size_wh, image_path=image_path)
        objects: list[ObjectRow] = []
        sightings: list[SightingRow] = []
        drops: list[Drop] = []
        for position, region in enumerate(picture.regions):
            found = self._region(f"{scene_id}:{position}", scene_id, region, size_wh)
            if isinstance(found, Drop):
                drops.append(found)
            else:
                objects.append(found[0])
                sightings.append(found[1])
        counts = {"views": 1, "objects": len(picture.regions), "sightings": len(sightings)}
        return SceneData(scene, [view], objects, sightings, drops=drops, counts=counts)

    @cached_property
    def _pictures(self) -> dict[str, tuple[JsonLines | CocoRows, str]]:
        """File and picture name by scene id."""
        paths = sorted(self.root().glob(self._params.files))
        if not paths:
            raise SourceError(f"{self.root() / self._params.files}: no such file; set `root` and `files` in params.yaml")
        found: dict[str, tuple[JsonLines | CocoRows, str]] = {}
        for path in paths:
            rows = FORMS[self._params.form](path, self._params.keys)
            self._check(rows, path)
            for image in rows.images():
                scene_id = f"{self._name}/{slug(image)}"
                if scene_id in found:
                    raise SourceError(f"{path}: picture {image!r} is in another file too; every picture needs one file")
                found[scene_id] = (rows, image)
        return found

    def _check(self, rows: JsonLines | CocoRows, path: Path) -> None:
        params = self._params
        looked, fit, other = check_order(rows, params.keys, params.box_order, params.checked_boxes)
        if looked and fit < params.min_fit * looked:
            raise SourceError(
                f"{path}: {fit} of the first {looked} boxes (`{params.keys.box}`) fit their picture when read as "
                f"{params.box_order}, {other} in the other order; set `box_order` or `keys` in params.yaml"
            )

    def _region(
        self, object_id: str, scene_id: str, region: Mapping[str, Any], size_wh: tuple[int, int]
    ) -> tuple[ObjectRow, SightingRow] | Drop:
        given = region.get(self._params.keys.names)
        raw = [name for item in (given if isinstance(given, list) else [given]) if (name := text_of(item))]
        if not raw:
            return Drop("object.no_name", object_id)
        name = named(raw[0])
        box = region.get(self._params.keys.box)
        box_px = clipped_box_px(box, size_wh, self._params.box_order)
        reason = left_out(name.category) or (box_px if isinstance(box_px, str) else None)
        if reason is None and not fits(box, size_wh, self._params.box_order):
            reason = "box_misfit"
        if reason is not None or isinstance(box_px, str):
            return Drop(f"object.{reason}", object_id)
        also = sorted({named(other).category for other in raw[1:]} - {name.category})
        sighting = SightingRow(
            f"{scene_id}/0", object_id, scene_id, box_px, area_of_px(box_px), "given", crowd=name.several
        )
        return ObjectRow(object_id, scene_id, name.category, raw[0], also_shows=also or None), sighting
