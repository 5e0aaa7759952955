"""The Hugging Face reader: one scene per row, pictures handed over or in place, boxes where there is a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from stages.image_header import ImageHeader, ImageHeaderError, parse_header
from stages.params import Params
from stages.schema.records import SceneRow, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.categories import normalise
from stages.sources.huggingface.files import RowFile, label_names
from stages.sources.photographs import (
    BoxOrder,
    Marked,
    clipped_box_px,
    marked,
    picture_header,
    slug,
    sorted_out,
    text_of,
)


class ObjectColumn(Params):
    """The column that holds boxes and labels, and what its fields are called."""

    column: str = Field(description="column: a list of mappings, or a mapping of lists")
    box: str = Field(description="field of the box")
    label: str = Field(description="field of the label: a name, or a number that the metadata names")
    box_order: BoxOrder = Field(description="xywh or xyxy, pixels")
    exhaustive: bool = Field(description="every instance of the labels is marked: then their names are the vocabulary")


class HuggingFaceParams(SourceParams):
    """Section `sources.<name>` of a dataset with an image column."""

    root: str = Field(description="folder of the dataset")
    files: str = Field(description="files of one split below the root, a pattern such as data/train-*.parquet")
    image: str = Field(description="column of the pictures")
    id: str | None = Field(description="column that identifies a row; null: file and row number")
    captions: list[str] = Field(description="columns with a sentence, or a list of them, about the picture")
    objects: ObjectColumn | None = Field(description="column of boxes; null: none")
    license: str = Field(min_length=1, description="licence of the pictures, SPDX id where one exists")
    upstream_split: str | None = Field(description="split these files are")
    max_images: int | None = Field(ge=1, description="read only this many rows, by id; null: all")


class HuggingFace:
    """Reader of Parquet or Arrow files with an image column."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Hugging Face dataset with an image column",
        kinds=("image",),
        gives=("boxes_2d", "captions", "vocabulary"),
        license="as params.yaml says",
        obtain="https://huggingface.co/datasets",
        paper=None,
        checked_on=None,
    )
    params_type: ClassVar[type[SourceParams]] = HuggingFaceParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: HuggingFaceParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<id>`, sorted.

        Raises:
            SourceError: There is no file, one is damaged or lacks a column, or an id occurs twice.
        """
        return sorted(self._rows)[: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one row."""
        file, number = self._rows[scene_id]
        row = file.row(number)
        picture = self._picture(row.get(self._params.image), f"{file.path.name}:{number}")
        if isinstance(picture, Drop):
            return picture
        encoded, image_path, header = picture
        orientation = header.orientation if self._params.objects is None else None  # boxes refer to stored pixels
        size_wh = header.turned_size_wh(orientation)
        names = self._label_names(file)
        items = self._items(row)
        objects, sightings, drops = sorted_out(
            self._object(scene_id, k, box, _name_of(label, names), size_wh) for k, (box, label) in enumerate(items)
        )
        scene = SceneRow(
            scene_id, self._name, "image", place_id=scene_id, license=self._params.license,
            upstream_split=self._params.upstream_split, vocabulary=self._vocabulary(names, drops),
        )  # fmt: skip
        view = ViewRow(
            f"{scene_id}/0",
            scene_id,
            0,
            *size_wh,
            image_path=image_path,
            orientation=orientation,
            captions=self._captions(row) or None,
        )
        counts = {"views": 1, "objects": len(items), "sightings": len(sightings)}
        pictures = {view.view_id: encoded} if encoded else {}
        return SceneData(scene, [view], objects, sightings, drops=drops, counts=counts, pictures=pictures)

    @cached_property
    def _rows(self) -> dict[str, tuple[RowFile, int]]:
        """File and row number by scene id."""
        params = self._params
        paths = sorted(self.root().glob(params.files))
        if not paths:
            raise SourceError(f"{self.root() / params.files}: no such file; set `root` and `files` in params.yaml")
        columns = [params.image, *params.captions, *([params.objects.column] if params.objects else [])]
        found: dict[str, tuple[RowFile, int]] = {}
        for path in paths:
            file = RowFile(path, [*columns, *([params.id] if params.id else [])])
            names = file.column(params.id) if params.id else [f"{path.stem}-{k:07d}" for k in range(len(file))]
            for number, name in enumerate(names):
                scene_id = f"{self._name}/{slug(str(name))}"
                if scene_id in found:
                    raise SourceError(f"{path}: id {name!r} occurs more than once; set `id` to null or another column")
                found[scene_id] = (file, number)
        return found

    def _picture(self, value: Any, item: str) -> tuple[bytes, str | None, ImageHeader] | Drop:
        """Encoded bytes, or path below the root, and the header."""
        encoded, path = (value.get("bytes"), value.get("path")) if isinstance(value, dict) else (value, None)
        if isinstance(encoded, bytes) and encoded:
            try:
                return encoded, None, parse_header(BytesIO(encoded), item)
            except ImageHeaderError as error:
                return Drop(f"scene.{error.reason}", item)
        if not isinstance(path, str) or not path:
            return Drop("scene.image_missing", item)
        header = picture_header(self.root(), path)
        return header if isinstance(header, Drop) else (b"", path, header)

    def _captions(self, row: Mapping[str, Any]) -> list[str]:
        values = [row.get(column) for column in self._params.captions]
        listed = [value if isinstance(value, list) else [value] for value in values]
        return [text for value in listed for item in value if (text := text_of(item))]

    def _label_names(self, file: RowFile) -> list[str]:
        objects = self._params.objects
        return label_names(file.schema, objects.column, objects.label) if objects else []

    def _vocabulary(self, names: Sequence[str], drops: Sequence[Drop]) -> list[str]:
        """Names of all labels, unless something marked was left out: then a count might be wrong."""
        objects = self._params.objects
        if objects is None or not objects.exhaustive or drops:
            return []
        return sorted({name for raw in names if (name := normalise(raw))})

    def _items(self, row: Mapping[str, Any]) -> list[tuple[Any, Any]]:
        """Box and label of every marked thing; lists of unequal length are padded with None, so that it is counted."""
        objects = self._params.objects
        value = row.get(objects.column) if objects else None
        if objects is None or value is None:
            return []
        if isinstance(value, dict):
            boxes, labels = value.get(objects.box) or [], value.get(objects.label) or []
            most = max(len(boxes), len(labels))
            return [(_at(boxes, k), _at(labels, k)) for k in range(most)]
        return [
            (item.get(objects.box), item.get(objects.label)) if isinstance(item, dict) else (None, None)
            for item in value
        ]

    def _object(
        self, scene_id: str, position: int, box: Any, name: str | None, size_wh: tuple[int, int]
    ) -> Marked | Drop:
        assert self._params.objects is not None
        box_px = clipped_box_px(box, size_wh, self._params.objects.box_order)
        return marked(f"{scene_id}:{position}", scene_id, [name] if name else [], box_px)


def _name_of(label: Any, names: Sequence[str]) -> str | None:
    if isinstance(label, int) and not isinstance(label, bool):
        return names[label] if 0 <= label < len(names) else None
    return text_of(label)


def _at(values: Sequence[Any], position: int) -> Any:
    return values[position] if position < len(values) else None
