"""The AS-1B reader: one scene per picture, named regions as sightings, no 3D."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from stages.schema.records import SceneRow, ViewRow
from stages.sources.as1b.rows import FORMS, CocoRows, Form, JsonLines, Keys, check_order, fits
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.photographs import (
    BoxOrder,
    Marked,
    clipped_box_px,
    marked,
    picture_size_wh,
    slug,
    sorted_out,
    text_of,
)

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

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="AS-1B (All-Seeing)",
        kinds=("image",),
        gives=("boxes_2d",),
        license="annotations Apache-2.0; pictures LicenseRef-SA-1B",
        obtain="https://huggingface.co/datasets/OpenGVLab/AS-100M",
        paper="arXiv:2308.01907",
        checked_on=None,
    )
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
        regions = enumerate(picture.regions)
        objects, sightings, drops = sorted_out(self._region(scene_id, k, region, size_wh) for k, region in regions)
        counts = {"views": 1, "objects": len(picture.regions), "sightings": len(sightings)}
        return SceneData(scene, [view], objects, sightings, drops=drops, counts=counts)

    @cached_property
    def _pictures(self) -> dict[str, tuple[JsonLines | CocoRows, str]]:
        """File and picture name by scene id."""
        paths = sorted(self.root().glob(self._params.files))
        if not paths:
            raise SourceError(
                f"{self.root() / self._params.files}: no such file; set `root` and `files` in params.yaml"
            )
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
        self, scene_id: str, position: int, region: Mapping[str, Any], size_wh: tuple[int, int]
    ) -> Marked | Drop:
        given = region.get(self._params.keys.names)
        names = [text for item in (given if isinstance(given, list) else [given]) if (text := text_of(item))]
        box = region.get(self._params.keys.box)
        box_px = clipped_box_px(box, size_wh, self._params.box_order)
        if not isinstance(box_px, str) and not fits(box, size_wh, self._params.box_order):
            box_px = "box_misfit"
        return marked(f"{scene_id}:{position}", scene_id, names, box_px)
