"""Clips: some frames of a scene in order, and what those frames show of its objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int
from pydantic import Field

from stages.geometry.boxes import upright
from stages.params import Params
from stages.relations.facts import drop_rows
from stages.relations.sightings import Sightings
from stages.rng import key
from stages.runner import Counts
from stages.schema.columns import floats, vectors, whole


class VideoParams(Params):
    """Section `relate.video` of params.yaml."""

    frames: tuple[int, ...] = Field(description="frame budgets; a clip of each is made where a scene has enough frames")
    facts_per_clip: int = Field(ge=0, description="per clip and kind, chosen by key")
    min_leg_m: float = Field(ge=0, description="least horizontal distance from a standpoint to what is looked at")
    min_turn_deg: float = Field(
        ge=0, le=90, description="left or right: least angle from straight ahead and straight back"
    )
    buffer_deg: float = Field(ge=0, le=45, description="least angle from the border between two directions")
    clearance_m: float = Field(ge=0, description="a walk keeps this far from walls and objects")
    min_floor_shown: float = Field(ge=0, le=1, description="share of the floor inside some frame, for room size")
    outline_sigma: float = Field(ge=0, description="relative 1-sigma of the area of a floor outline fitted to points")


@dataclass(frozen=True)
class Boxes:
    """Upright boxes of a scene in the world; NaN where an object has none. Sigmas are per coordinate and per extent."""

    center_w: Float[np.ndarray, "n 3"]
    size_m: Float[np.ndarray, "n 3"]
    yaw: Float[np.ndarray, " n"]
    sigma_center_m: Float[np.ndarray, " n"]
    sigma_size_m: Float[np.ndarray, " n"]

    def take(self, rows: Int[np.ndarray, " m"]) -> Boxes:
        """Return the given rows."""
        return Boxes(
            self.center_w[rows], self.size_m[rows], self.yaw[rows], self.sigma_center_m[rows], self.sigma_size_m[rows]
        )


@dataclass(frozen=True)
class Clip:
    """One clip. Arrays have one row per object of the scene that any of its frames shows, sorted by id.

    `unique`: the only one of its category that the clip shows. `usable`: unique, comparable in a frame, with a box.
    `exhaustive`: all of its category are annotated, as far as the scene says. `first`: first frame that shows it;
    `clear_at_first`: it is clear there. `solids` are the boxes of all objects of the scene, shown or not: what stands
    in the way stands there unseen too.
    """

    clip_id: str
    scene_id: str
    view_ids: Sequence[str]
    names: Sequence[str]
    category: Sequence[str]
    geometry: Sequence[str | None]
    clear: Bool[np.ndarray, " n"]
    counted: Bool[np.ndarray, " n"]
    exhaustive: Bool[np.ndarray, " n"]
    unique: Bool[np.ndarray, " n"]
    usable: Bool[np.ndarray, " n"]
    first: Int[np.ndarray, " n"]
    clear_at_first: Bool[np.ndarray, " n"]
    boxes: Boxes
    solids: Boxes
    outline_w: Float[np.ndarray, "k 2"] | None
    floor_by: str | None
    cameras: Sequence[Mapping[str, Any]]

    def key(self, kind: str, *rows: int) -> int:
        """Key of a statement about objects; the order of rows matters."""
        return key(self.clip_id, kind, *(self.names[row] for row in rows))


def evenly(frames: int, budget: int) -> Int[np.ndarray, " budget"]:
    """Places of `budget` frames spread evenly over `frames`, the first and the last among them.

    Example:
        >>> evenly(24, 4).tolist()
        [0, 8, 15, 23]
    """
    return np.rint(np.linspace(0, frames - 1, budget)).astype(np.int64)


def clips(
    sightings: Sightings, tables: Mapping[str, pa.Table], params: VideoParams, counts: list[Counts]
) -> Iterator[Clip]:
    """Yield the clips of all posed scans; scenes with too few frames are counted in `counts`."""
    scenes = tables["scene"].select(["scene_id", "kind", "floor_polygon_w", "floor_by"]).to_pylist()
    view = tables["view"].sort_by([("scene_id", "ascending"), ("frame", "ascending"), ("view_id", "ascending")])
    names = ["view_id", "scene_id", "intrinsics_px", "world_from_cam", "width_px", "height_px"]
    by_scene: dict[str, list[dict[str, Any]]] = {}
    for row in view.select(names).to_pylist():
        if row["world_from_cam"] is not None:
            by_scene.setdefault(row["scene_id"], []).append(row)
    stage = _Stage.of(sightings, tables)
    for scene in scenes:
        if scene["kind"] != "scan":
            continue
        frames = by_scene.get(scene["scene_id"], [])
        for budget in params.frames:
            if len(frames) < budget:
                counts.append(drop_rows("clip.too_few_frames", np.ones(1, dtype=bool), pa.array([scene["scene_id"]])))
                continue
            yield stage.clip(scene, [frames[k] for k in evenly(len(frames), budget)], budget)


@dataclass(frozen=True)
class _Stage:
    """What clips of one shard have in common."""

    sightings: Sightings
    view_ids: dict[str, int]
    starts: Int[np.ndarray, " v"]
    objects: Sequence[dict[str, Any]]
    row_of: Mapping[str, int]
    of_scene: Mapping[str, list[int]]
    boxes: Boxes

    @classmethod
    def of(cls, sightings: Sightings, tables: Mapping[str, pa.Table]) -> _Stage:
        objects = tables["object"].sort_by("object_id")
        rows = objects.select(["object_id", "scene_id", "category", "geometry"]).to_pylist()
        of_scene: dict[str, list[int]] = {}
        for k, row in enumerate(rows):
            of_scene.setdefault(row["scene_id"], []).append(k)
        views = whole(sightings.table, "view_id").dictionary_encode().dictionary.to_pylist()
        return cls(
            sightings, {v: k for k, v in enumerate(views)}, np.searchsorted(sightings.view, np.arange(len(views) + 1)),
            rows, {r["object_id"]: k for k, r in enumerate(rows)}, of_scene, _boxes(objects),
        )  # fmt: skip

    def clip(self, scene: Mapping[str, Any], frames: Sequence[Mapping[str, Any]], budget: int) -> Clip:
        rows, frame = self._rows(frames)
        s = self.sightings
        ids = s.column("object_id", rows).to_pylist()
        real = ~s.seeming[rows]
        names = sorted({name for name, is_real in zip(ids, real.tolist(), strict=True) if is_real})
        at = {name: k for k, name in enumerate(names)}
        where = np.array([at[name] for name in ids], dtype=np.int64)
        clear, comparable, crowd = (np.zeros(len(names), dtype=bool) for _ in range(3))
        exhaustive = np.zeros(len(names), dtype=bool)
        flagged = ((clear, s.clear), (comparable, s.comparable), (crowd, s.crowd), (exhaustive, s.exhaustive))
        for flags, column in flagged:
            np.logical_or.at(flags, where, column[rows] & real)
        first = np.full(len(names), len(frames))
        np.minimum.at(first, where[real], frame[real])
        clear_at_first = np.zeros(len(names), dtype=bool)
        np.logical_or.at(clear_at_first, where, s.clear[rows] & real & (frame == first[where]))
        category = [self.objects[self.row_of[name]]["category"] for name in names]
        unique = self._unique(rows, ids, category, crowd)
        boxes = self.boxes.take(np.array([self.row_of[name] for name in names], dtype=np.int64))
        boxed = (
            np.isfinite(boxes.size_m).all(axis=1) & np.isfinite(boxes.sigma_center_m) & np.isfinite(boxes.sigma_size_m)
        )
        outline = None if scene["floor_polygon_w"] is None else np.array(scene["floor_polygon_w"]).reshape(-1, 2)
        return Clip(
            clip_id=f"{scene['scene_id']}/clip{budget}",
            scene_id=scene["scene_id"],
            view_ids=[f["view_id"] for f in frames],
            names=names,
            category=category,
            geometry=[self.objects[self.row_of[name]]["geometry"] for name in names],
            clear=clear,
            counted=clear & ~crowd,
            exhaustive=exhaustive,
            unique=unique,
            usable=unique & comparable & boxed,
            first=first,
            clear_at_first=clear_at_first,
            boxes=boxes,
            solids=self.boxes.take(np.array(self.of_scene.get(scene["scene_id"], []), dtype=np.int64)),
            outline_w=outline,
            floor_by=scene["floor_by"],
            cameras=frames,
        )

    def _rows(self, frames: Sequence[Mapping[str, Any]]) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
        """Rows of the sightings in the frames, and the frame of each."""
        parts, places = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
        for place, frame in enumerate(frames):
            view = self.view_ids.get(frame["view_id"])
            if view is not None:
                parts.append(np.arange(self.starts[view], self.starts[view + 1]))
                places.append(np.full(len(parts[-1]), place))
        return np.concatenate(parts), np.concatenate(places)

    def _unique(
        self, rows: Int[np.ndarray, " m"], ids: Sequence[str], category: Sequence[str], crowd: Bool[np.ndarray, " n"]
    ) -> Bool[np.ndarray, " n"]:
        """Tell which objects are the only sign of their category: no other instance, no crowd, no look-alike."""
        signs: dict[str, set[str]] = {}
        shown = self.sightings.categories.take(pa.array(self.sightings.category[rows])).to_pylist()
        for name, what in zip(ids, shown, strict=True):
            signs.setdefault(what, set()).add(name)
        alone = np.array([len(signs[what]) == 1 for what in category], dtype=bool)
        single: Bool[np.ndarray, " n"] = alone & ~crowd
        return single


def _boxes(objects: pa.Table) -> Boxes:
    size, rotation = vectors(objects.column("size_m"), 3), vectors(objects.column("world_from_box"), 9)
    center = vectors(objects.column("center_w"), 3)
    boxed = np.isfinite(size).all(axis=1) & np.isfinite(rotation).all(axis=1) & np.isfinite(center).all(axis=1)
    extents, yaw = np.full((len(size), 3), np.nan), np.full(len(size), np.nan)
    if boxed.any():
        extents[boxed], yaw[boxed] = upright(size[boxed], rotation[boxed].reshape(-1, 3, 3))
    return Boxes(center, extents, yaw, floats(objects.column("sigma_center_m")), floats(objects.column("sigma_size_m")))
