"""The Flickr30k Entities reader: one scene per picture, boxes of phrases as sightings, no 3D."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from stages.schema.records import ObjectRow, SceneRow, SightingRow, Vec4, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.flickr30k.boxes import Annotation, BoxesError, Marked, read_boxes
from stages.sources.flickr30k.sentences import Called, by_chain, plain
from stages.sources.photographs import area_of_px, clipped_box_px, picture_size_wh

LICENSE = "LicenseRef-Flickr30k"


class Flickr30kParams(SourceParams):
    """Section `sources.<name>` of a source in Flickr30k's layout."""

    root: str = Field(description="folder of the dataset")
    images: str = Field(description="folder of pictures below the root")
    sentences: str = Field(description="folder of sentences below the root")
    boxes: str | None = Field(description="folder of Annotations XML below the root; null: sentences alone")
    ids: str | None = Field(description="file of picture ids below the root, one a line; null: every picture")
    upstream_split: str | None = Field(description="split these ids are: train, val or test")
    max_images: int | None = Field(ge=1, description="read only this many pictures, lowest ids first; null: all")


class Flickr30k:
    """Reader of pictures, sentences and boxes of phrases."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Flickr30k Entities",
        kinds=("image",),
        gives=("boxes_2d", "captions"),
        license=LICENSE,
        obtain="https://github.com/BryanPlummer/flickr30k_entities",
        paper="arXiv:1505.04870",
        checked_on="5 images, sentences of one of them",
    )
    params_type: ClassVar[type[SourceParams]] = Flickr30kParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: Flickr30kParams, seed: int) -> None:
        """Keep the settings. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<picture id>`, sorted.

        Raises:
            SourceError: A folder or the id list is missing, or the list holds something else.
        """
        for folder in (self._params.images, self._params.sentences, self._params.boxes):
            if folder is not None and not (self.root() / folder).is_dir():
                raise SourceError(f"{self.root() / folder}: no such folder; set it below `root` in params.yaml")
        return [f"{self._name}/{picture}" for picture in self._pictures][: self._params.max_images]

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one picture, its sentences and its boxes."""
        picture = scene_id.rpartition("/")[2]
        image_path = f"{self._params.images}/{picture}.jpg"
        size_wh = picture_size_wh(self.root(), image_path)
        if isinstance(size_wh, Drop):
            return size_wh
        drops: list[Drop] = []
        lines = self._lines(picture, drops)
        marked = self._marked(picture, size_wh, drops) if lines else ()
        objects, sightings = _things(scene_id, by_chain(lines), marked, size_wh, drops)
        scene = SceneRow(
            scene_id, self._name, "image", place_id=scene_id, license=LICENSE,
            upstream_split=self._params.upstream_split, vocabulary=[],
        )  # fmt: skip
        captions = [plain(line) for line in lines] or None
        view = ViewRow(f"{scene_id}/0", scene_id, 0, *size_wh, image_path=image_path, captions=captions)
        counts = {"views": 1, "objects": len(marked), "sightings": len(sightings)}
        return SceneData(scene, [view], objects, sightings, drops=drops, counts=counts)

    @cached_property
    def _pictures(self) -> list[str]:
        if self._params.ids is None:
            return sorted(path.stem for path in (self.root() / self._params.images).glob("*.jpg"))
        path = self.root() / self._params.ids
        try:
            ids = path.read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise SourceError(f"{path}: cannot be read ({error}); check `ids` in params.yaml") from error
        odd = [i for i in ids if not (i.isascii() and i.isdigit())]
        if odd or not ids:
            raise SourceError(f"{path}: expected picture ids, digits, one a line; found {(odd or ['nothing'])[0]!r}")
        return sorted(set(ids))

    def _lines(self, picture: str, drops: list[Drop]) -> list[str]:
        path = f"{self._params.sentences}/{picture}.txt"
        try:
            text = (self.root() / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            drops.append(Drop("annotation.sentences_missing", path))
            return []
        except (OSError, UnicodeDecodeError):
            drops.append(Drop("annotation.sentences_damaged", path))
            return []
        return [line for line in text.splitlines() if line.strip()]

    def _marked(self, picture: str, size_wh: tuple[int, int], drops: list[Drop]) -> Sequence[Marked]:
        if self._params.boxes is None:
            return ()
        path = f"{self._params.boxes}/{picture}.xml"
        found = _read(self.root() / path)
        if isinstance(found, Annotation) and found.size_wh == size_wh:
            return found.marked
        drops.append(Drop(f"annotation.boxes_{found if isinstance(found, str) else 'size'}", path))
        return ()


def _read(path: Path) -> Annotation | str:
    try:
        return read_boxes(path)
    except FileNotFoundError:
        return "missing"
    except (OSError, BoxesError):
        return "damaged"


def _things(
    scene_id: str,
    chains: Mapping[int, Called | str],
    marked: Sequence[Marked],
    size_wh: tuple[int, int],
    drops: list[Drop],
) -> tuple[list[ObjectRow], list[SightingRow]]:
    """One object and sighting per usable box; the others go to `drops`."""
    boxes_of = Counter(chain for item in marked if item.box is not None for chain in item.chains)
    objects: list[ObjectRow] = []
    sightings: list[SightingRow] = []
    for position, item in enumerate(marked):
        object_id = f"{scene_id}:{position}"
        names = [chains.get(chain, "unknown_chain") for chain in item.chains] or ["unknown_chain"]
        name = next((n for n in names if isinstance(n, Called)), names[0])
        box_px = _box_px(item, size_wh)
        problem = name if isinstance(name, str) else box_px if isinstance(box_px, str) else None
        if problem is not None or isinstance(name, str) or isinstance(box_px, str):
            drops.append(Drop(f"object.{item.reason or problem}", object_id))
            continue
        alone = all(boxes_of[chain] == 1 for chain in item.chains)
        others = {n.category for n in names if isinstance(n, Called)} | set(name.also)
        objects.append(
            ObjectRow(
                object_id, scene_id, name.category, name.raw, caption=name.caption if alone else None,
                also_shows=sorted(others - {name.category}) or None,
            )
        )  # fmt: skip
        sightings.append(
            SightingRow(
                f"{scene_id}/0", object_id, scene_id, box_px, area_of_px(box_px), "given",
                crowd=name.several and alone,
            )
        )  # fmt: skip
    return objects, sightings


def _box_px(item: Marked, size_wh: tuple[int, int]) -> Vec4 | str:
    """Edges of a box: the files name the first and the last pixel, counted from 1."""
    if item.box is None:
        return item.reason
    x1, y1, x2, y2 = item.box
    return clipped_box_px([_less_one(x1), _less_one(y1), x2, y2], size_wh, "xyxy")


def _less_one(value: int | None) -> int | None:
    return None if value is None else value - 1
