"""Pictures as samples show them: a view in one image format, with the sample's marks drawn.

`drawn` serves the export (all pictures of a shard, each decoded once), `Pictures` a model that asks for one sample's.
Marked pictures are kept in memory by recipe, that is by what is drawn and on which bytes. They are not kept on disk:
drawing one takes two milliseconds, a model's reply far more, and every view would take three files.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.images import Picture, encode_jpeg, read_pictures, source_root
from stages.marks.draw import BadMask, Canvas, Mark, draw
from stages.runner import source_names
from stages.schema.errors import UserError
from stages.schema.store import read_table, shard_path, shards_in

ORIGINAL = "original"
NOT_SEEN, BAD_MASK = "picture.marked_object_not_seen", "picture.bad_mask"
_KEPT = 16  # decoded pictures at hand; samples of one view follow each other
_KEPT_DRAWN = 128  # marked pictures at hand: three a view


class Variant(NamedTuple):
    """One view in one image format; the marks count towards its identity."""

    view_id: str
    style: str
    mark_ids: tuple[str, ...]
    in_clip: bool = False  # one of more than two frames: what it does not show is marked in another


class Drawn(NamedTuple):
    """One encoded picture and its size, or why there is none."""

    variant: Variant
    encoded: bytes
    width_px: int
    height_px: int
    reason: str | None


def variants_of(view_ids: Sequence[str], style: str, mark_ids: Sequence[str]) -> list[Variant]:
    """Pictures a sample shows, in order."""
    marks = () if style == ORIGINAL else tuple(mark_ids)
    return [Variant(view_id, style, marks, bool(marks) and len(view_ids) > 2) for view_id in view_ids]


class Shard:
    """Views, sightings and picture bytes of one shard of one source.

    Args:
        data: Folder `data`.
        root: Folder that the source's `image_path` is relative to; None if it has no files.
        source: Source of the shard.
        number: Shard number.
    """

    def __init__(self, data: Path, root: Path | None, source: str, number: int) -> None:
        self._scenes, self._root, self._number = data / "scenes" / source, root, number
        folder = data / "annotated" / source
        self._views = read_table(shard_path(folder, "view", number), "view")
        self._sightings_file = shard_path(folder, "sighting", number)

    def pictures(self, view_ids: Iterable[str]) -> Iterator[Picture]:
        """Yield the decoded pictures of views, good or bad."""
        return read_pictures(self._scenes, self._root, self._number, self._views, sorted(view_ids))

    def marks(self, view_ids: Iterable[str]) -> dict[tuple[str, str], Mark]:
        """Return the mark of every object seen in the views, by view and object."""
        wanted = pa.array(sorted(set(view_ids)), pa.string())
        rows = self._sightings.filter(pc.is_in(self._sightings.column("view_id"), wanted))
        return {(r["view_id"], r["object_id"]): Mark(r["box_px"], r["mask_rle"]) for r in rows.to_pylist()}

    @cached_property
    def _sightings(self) -> pa.Table:
        return read_table(self._sightings_file, "sighting", ["view_id", "object_id", "box_px", "mask_rle"])


def drawn(shard: Shard, variants: Iterable[Variant], jpeg_quality: int) -> Iterator[Drawn]:
    """Draw variants of one shard, view by view; an original keeps its bytes."""
    by_view: dict[str, list[Variant]] = {}
    for variant in sorted(set(variants)):
        by_view.setdefault(variant.view_id, []).append(variant)
    marks = shard.marks(view for view, wanted in by_view.items() if any(v.mark_ids for v in wanted))
    canvas = None
    for picture in shard.pictures(by_view):
        if picture.rgb is not None and not (canvas and canvas.fits(picture.rgb)):
            canvas = Canvas(*picture.rgb.shape[:2])
        for variant in by_view[picture.view_id]:
            yield draw_one(picture, variant, marks, jpeg_quality, canvas)


def draw_one(
    picture: Picture,
    variant: Variant,
    marks: Mapping[tuple[str, str], Mark],
    jpeg_quality: int,
    canvas: Canvas | None = None,
) -> Drawn:
    """Draw one variant of a decoded picture, on a canvas if one is given."""
    if picture.rgb is None:
        return Drawn(variant, b"", 0, 0, picture.reason)
    height_px, width_px = picture.rgb.shape[:2]
    if variant.style == ORIGINAL:
        return Drawn(variant, picture.encoded, width_px, height_px, None)
    wanted = _wanted(variant, marks)
    if None in wanted and not variant.in_clip:
        return Drawn(variant, b"", 0, 0, NOT_SEEN)
    try:
        rgb = draw(picture.rgb, variant.style, wanted, canvas)
    except BadMask:
        return Drawn(variant, b"", 0, 0, BAD_MASK)
    return Drawn(variant, encode_jpeg(rgb, jpeg_quality, canvas.spare if canvas else None), width_px, height_px, None)


def recipe(encoded: bytes, variant: Variant, marks: Mapping[tuple[str, str], Mark]) -> str:
    """Name a marked picture by all it is made from: the picture's bytes, the style, and every mark in order."""
    found = blake2b(encoded, digest_size=16)
    for mark in _wanted(variant, marks):
        outline = b"" if mark is None else np.asarray(mark.box_px, np.float64).tobytes()
        mask = b"" if mark is None or mark.mask_rle is None else mark.mask_rle
        for part in (outline, mask):
            found.update(len(part).to_bytes(8, "little") + part)
    return f"{variant.style}-{found.hexdigest()}"


def _wanted(variant: Variant, marks: Mapping[tuple[str, str], Mark]) -> list[Mark | None]:
    return [marks.get((variant.view_id, object_id)) for object_id in variant.mark_ids]


class Pictures:
    """Pictures of single samples, drawn when asked for.

    Args:
        data: Folder `data`.
        roots: Root folder by source, None where a source has no files.
        jpeg_quality: 1 to 100, for pictures with marks.
    """

    def __init__(self, data: Path, roots: Mapping[str, Path | None], jpeg_quality: int) -> None:
        self._data, self._roots, self._quality = data, roots, jpeg_quality
        self._shard_numbers = lru_cache(maxsize=None)(self._find_shards)
        self._shard = lru_cache(maxsize=4)(self._open)
        self._decoded = lru_cache(maxsize=_KEPT)(self._decode)
        self._drawn: OrderedDict[str, Drawn] = OrderedDict()

    def encoded(
        self, source: str, scene_id: str, view_ids: Sequence[str], style: str, mark_ids: Sequence[str]
    ) -> list[bytes]:
        """Return the encoded pictures of one sample in the order shown.

        Raises:
            UserError: A picture is missing or damaged; names view and reason.
        """
        number = self._shard_numbers(source).get(scene_id)
        if number is None:
            raise UserError(
                f"data/annotated/{source}: no scene {scene_id}, which the benchmark asks about; run `dvc repro`"
            )
        pictures = []
        for variant in variants_of(view_ids, style, mark_ids):
            one = self._one(*self._decoded(source, number, variant.view_id), variant)
            if one.reason is not None:
                raise UserError(f"view {variant.view_id}: {one.reason}; check the files of source {source}")
            pictures.append(one.encoded)
        return pictures

    def _one(self, picture: Picture, marks: Mapping[tuple[str, str], Mark], variant: Variant) -> Drawn:
        if variant.style == ORIGINAL:
            return draw_one(picture, variant, marks, self._quality)
        name = recipe(picture.encoded, variant, marks)
        if name not in self._drawn:
            self._drawn[name] = draw_one(picture, variant, marks, self._quality)
            if len(self._drawn) > _KEPT_DRAWN:
                self._drawn.popitem(last=False)
        self._drawn.move_to_end(name)
        return self._drawn[name]

    def _find_shards(self, source: str) -> dict[str, int]:
        folder = self._data / "annotated" / source
        found: dict[str, int] = {}
        for number in shards_in(folder, "scene"):
            ids = read_table(shard_path(folder, "scene", number), "scene", ["scene_id"]).column("scene_id")
            found |= dict.fromkeys(ids.to_pylist(), number)
        return found

    def _open(self, source: str, number: int) -> Shard:
        return Shard(self._data, self._roots.get(source), source, number)

    def _decode(self, source: str, number: int, view_id: str) -> tuple[Picture, dict[tuple[str, str], Mark]]:
        shard = self._shard(source, number)
        return next(shard.pictures([view_id])), shard.marks([view_id])


def picture_roots(data: Mapping[str, Any]) -> dict[str, Path | None]:
    """Root folder of every source of params.yaml."""
    return {source: source_root(data, source) for source in source_names(data)}
