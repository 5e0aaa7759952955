"""The Visual Genome reader: one scene per picture, named boxes as sightings, no 3D."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from pydantic import Field

from stages.schema.records import ObjectRow, SceneRow, SightingRow, Vec4, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceParams
from stages.sources.categories import left_out, named
from stages.sources.json_records import JsonRecords
from stages.sources.photographs import area_of_px, clipped_box_px, is_finite, picture_size_wh, text_of
from stages.sources.visual_genome.captions import caption, largest_phrases

LICENSE = "CC-BY-4.0"
_PICTURE = ("image_id", "id")
_THING = ("object_id", "id")


class VisualGenomeParams(SourceParams):
    """Section `sources.<name>` of a source in Visual Genome's layout."""

    root: str = Field(description="folder of the dataset")
    image_data: str = Field(description="file of sizes and addresses below the root")
    objects: str = Field(description="file of boxes and names below the root")
    attributes: str | None = Field(description="file of attributes below the root; null: no captions of objects")
    regions: str | None = Field(description="file of region phrases below the root; null: no captions of views")
    phrases_per_view: int = Field(ge=0, description="captions of a view: phrases of its largest regions")
    same_iou: float = Field(gt=0, le=1, description="boxes that overlap by this share of their union mark one thing")
    max_images: int | None = Field(ge=1, description="read only this many pictures, lowest ids first; null: all")


@dataclass
class _Thing:
    """One marked thing; what later marks of it add is gathered here."""

    object_id: str
    raw: str
    category: str
    several: bool
    box_px: Vec4
    also_shows: set[str] = field(default_factory=set)
    attributes: list[str] = field(default_factory=list)


class VisualGenome:
    """Reader of Visual Genome's object, attribute and region files."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Visual Genome, release 1.0 to 1.4",
        kinds=("image",),
        gives=("boxes_2d", "captions"),
        license=LICENSE,
        obtain="https://homes.cs.washington.edu/~ranjay/visualgenome/api.html",
        paper="arXiv:1602.07332",
        checked_on="2 images with 67 marks, releases 1.0 and 1.2",
    )
    params_type: ClassVar[type[SourceParams]] = VisualGenomeParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: VisualGenomeParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<image id>`, seven digits, sorted.

        Raises:
            SourceError: A file is missing or damaged.
        """
        _ = self._objects, self._attributes, self._regions  # a damaged file shows before any picture is read
        return [f"{self._name}/{picture:07d}" for picture in self._pictures.ids()][: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one picture and what is marked in it."""
        picture = int(scene_id.rpartition("/")[2])
        record = self._pictures.get(picture)
        image_path = "/".join(PurePosixPath(str(record.get("url", ""))).parts[-2:])
        size_wh = picture_size_wh(self.root(), image_path, (record.get("width"), record.get("height")))
        if isinstance(size_wh, Drop):
            return size_wh
        drops: list[Drop] = []
        marked = _listed(self._objects.get(picture), "objects")
        things = self._things(scene_id, marked, self._attributes_of(picture), size_wh, drops)
        scene = SceneRow(scene_id, self._name, "image", place_id=scene_id, license=LICENSE, vocabulary=[])
        view = ViewRow(f"{scene_id}/0", scene_id, 0, *size_wh, image_path=image_path, captions=self._phrases(picture))
        objects = [
            ObjectRow(
                t.object_id, scene_id, t.category, t.raw,
                caption=None if t.several else caption(t.category, t.attributes),
                also_shows=sorted(t.also_shows - {t.category}) or None,
            )
            for t in things
        ]  # fmt: skip
        sightings = [
            SightingRow(
                view.view_id, t.object_id, scene_id, t.box_px, area_of_px(t.box_px), "given", crowd=t.several
            )
            for t in things
        ]  # fmt: skip
        counts = {"views": 1, "objects": len(marked), "sightings": len(sightings)}
        return SceneData(scene, [view], objects, sightings, drops=drops, counts=counts)

    @cached_property
    def _pictures(self) -> JsonRecords:
        return JsonRecords(self.root() / self._params.image_data, _PICTURE)

    @cached_property
    def _objects(self) -> JsonRecords:
        return JsonRecords(self.root() / self._params.objects, _PICTURE)

    @cached_property
    def _attributes(self) -> JsonRecords | None:
        return JsonRecords(self.root() / self._params.attributes, _PICTURE) if self._params.attributes else None

    @cached_property
    def _regions(self) -> JsonRecords | None:
        return JsonRecords(self.root() / self._params.regions, _PICTURE) if self._params.regions else None

    def _attributes_of(self, picture: int) -> dict[int, list[str]]:
        """Attributes by object id."""
        record = self._attributes.get(picture) if self._attributes else {}
        found: dict[int, list[str]] = {}
        for item in _listed(record, "attributes"):
            key = _either(item, _THING)
            if type(key) is int and isinstance(item.get("attributes"), list):
                found.setdefault(key, []).extend(a for a in item["attributes"] if isinstance(a, str))
        return found

    def _phrases(self, picture: int) -> list[str] | None:
        record = self._regions.get(picture) if self._regions else {}
        regions = [
            (float(r["width"]) * float(r["height"]), phrase)
            for r in _listed(record, "regions")
            if (phrase := text_of(r.get("phrase"))) and is_finite(r.get("width")) and is_finite(r.get("height"))
        ]
        return largest_phrases(regions, self._params.phrases_per_view) or None

    def _things(
        self,
        scene_id: str,
        marked: Sequence[Mapping[str, Any]],
        attributes: Mapping[int, Sequence[str]],
        size_wh: tuple[int, int],
        drops: list[Drop],
    ) -> list[_Thing]:
        """Things in the order of the file; marks that are no thing, or a thing again, go to `drops`."""
        things: list[_Thing] = []
        seen: set[int] = set()
        for position, mark in enumerate(marked):
            key = _either(mark, _THING)
            repeated = type(key) is int and key in seen
            thing = "repeated_id" if repeated else _thing(scene_id, mark, size_wh)
            reason = thing if isinstance(thing, str) else None
            if isinstance(thing, _Thing):
                seen.add(key)
                thing.attributes.extend(attributes.get(key, ()))
                reason = _join(things, thing, self._params.same_iou)
            if reason:
                drops.append(Drop(f"object.{reason}", f"{scene_id}:{position if key is None else key}"))
        return things


def _thing(scene_id: str, mark: Mapping[str, Any], size_wh: tuple[int, int]) -> _Thing | str:
    """One mark, or why it is no thing."""
    key, names = _either(mark, _THING), mark.get("names")
    if type(key) is not int:
        return "malformed"
    raw = [name for name in names if text_of(name)] if isinstance(names, list) else []
    if not raw:
        return "no_name"
    name = named(raw[0])
    reason = left_out(name.category)
    if reason:
        return reason
    box_px = clipped_box_px([mark.get(k) for k in "xywh"], size_wh)
    if isinstance(box_px, str):
        return box_px
    others = {named(n).category for n in raw[1:]}
    return _Thing(f"{scene_id}:{key}", raw[0], name.category, name.several, box_px, others)


def _join(things: list[_Thing], thing: _Thing, same_iou: float) -> str | None:
    """Add a thing, or give its names to the one it marks again and return the drop reason."""
    same = next((t for t in things if t.several == thing.several and _iou(t.box_px, thing.box_px) >= same_iou), None)
    if same is None:
        things.append(thing)
        return None
    same.also_shows |= {thing.category, *thing.also_shows}
    if thing.category == same.category:
        same.attributes.extend(thing.attributes)
    return "marked_again"


def _iou(a: Vec4, b: Vec4) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / (area_of_px(a) + area_of_px(b) - shared)


def _either(record: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((record[k] for k in keys if k in record), None)


def _listed(record: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The mappings in a record's list; what is no mapping becomes an empty one, so that it is counted."""
    items = record.get(key)
    return [item if isinstance(item, dict) else {} for item in items] if isinstance(items, list) else []
