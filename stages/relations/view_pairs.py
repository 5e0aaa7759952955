"""Pairs of views of a posed scan that show some of the same objects: what facts about two views are judged on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int, UInt64
from pydantic import Field

from stages.geometry.frames import gravity_of_pose, view_from_cam
from stages.params import Params
from stages.ranks import choose
from stages.relations.facts import drop_rows, fact_table, joined, lists_of
from stages.relations.sightings import Sightings
from stages.rng import column_keys, key, mix, uniform
from stages.runner import Counts
from stages.schema.columns import codes, rows_of, vectors, whole


class TwoViewParams(Params):
    """Section `relate.two_views` of params.yaml."""

    max_frame_gap: int = Field(ge=1, description="the views are at most so many places apart in the scan's order")
    min_shared: int = Field(ge=1, description="objects that are comparable in both views")
    min_turn_deg: float = Field(gt=0, lt=90, description="camera_turn: least angle from 0 and from 180")
    min_shift_m: float = Field(ge=0.1, description="camera_shift: least horizontal distance")
    max_off_axis_deg: float = Field(ge=0, lt=45, description="camera_shift: largest angle to the stated direction")
    max_iou: float = Field(gt=0, le=1, description="same_object: boxes that are pointed at overlap less than this")
    tries_per_scene: int = Field(ge=0, description="same_object: objects of pairs that others are sought for, by key")
    facts_per_scene: int = Field(
        ge=0, description="per scene and kind, chosen by key; of shifts, a quarter per direction"
    )


@dataclass(frozen=True)
class RowsByView:
    """Some rows of the sightings, grouped by view: those of view v are `rows[starts[v] : starts[v + 1]]`."""

    rows: Int[np.ndarray, " m"]
    starts: Int[np.ndarray, " v1"]

    @classmethod
    def of(cls, view: Int[np.ndarray, " n"], views: int, which: Bool[np.ndarray, " n"]) -> RowsByView:
        """Group the rows for which `which` holds; `view` is -1 where a row belongs to no view."""
        rows = np.flatnonzero(which & (view >= 0))
        rows = rows[np.argsort(view[rows], kind="stable")]
        return cls(rows, np.searchsorted(view[rows], np.arange(views + 1)))

    def expand(self, views: Int[np.ndarray, " k"]) -> tuple[Int[np.ndarray, " p"], Int[np.ndarray, " p"]]:
        """Return every row of each given view, and which of the given views it is for."""
        counts = self.starts[views + 1] - self.starts[views]
        owner = np.repeat(np.arange(len(views)), counts)
        within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
        return owner, self.rows[self.starts[views][owner] + within]


@dataclass(frozen=True)
class ViewPairs:
    """Pairs of views, which one comes first drawn by key, so that no direction of motion is the usual one.

    `views` are the posed views of scans in their order and `world_from_cam` their poses; `first` and `second` are rows
    of them. `scene` is a number per pair. `at` is the view of each sighting, -1 where it is not posed. The `shared_*`
    columns list comparable objects of both views: pair, and sighting in the first and in the second view.
    """

    views: pa.Table
    world_from_cam: Float[np.ndarray, "v 4 4"]
    first: Int[np.ndarray, " p"]
    second: Int[np.ndarray, " p"]
    scene: Int[np.ndarray, " p"]
    key: UInt64[np.ndarray, " p"]
    at: Int[np.ndarray, " n"]
    shared_pair: Int[np.ndarray, " s"]
    shared_first: Int[np.ndarray, " s"]
    shared_second: Int[np.ndarray, " s"]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.first)

    def view_id(self, rows: Int[np.ndarray, " m"]) -> pa.Array:
        """Ids of some views."""
        return whole(self.views, "view_id").take(pa.array(rows))

    def frame(self, rows: Int[np.ndarray, " m"]) -> pa.Array:
        """Last parts of the ids of some views."""
        return pc.replace_substring_regex(self.view_id(rows), "^.*/", "")

    def clear(
        self,
        kind: str,
        doubts: Mapping[str, Bool[np.ndarray, " p"]],
        groups: Int[np.ndarray, " p"],
        most: int,
    ) -> tuple[Int[np.ndarray, " m"], Counts]:
        """Return the pairs for which no doubt holds, at most so many per group, and the drops by first reason."""
        left, counts, names = np.ones(len(self), dtype=np.bool_), Counts(), self.view_id(self.first)
        for reason, holds in doubts.items():
            counts += drop_rows(f"{kind}.{reason}", left & holds, names)
            left &= ~holds
        chosen = left.copy()
        chosen[left] = choose(groups[left], mix(self.key[left], key(kind)), most)
        return np.flatnonzero(chosen), counts + drop_rows(f"{kind}.sampled_out", left & ~chosen, names)

    def facts(
        self,
        kind: str,
        pairs: Int[np.ndarray, " m"],
        value: Float[np.ndarray, " m"],
        unit: str,
        frame: str,
        objects: tuple[pa.Array, pa.Array, pa.Array] | None = None,
        detail: pa.Array | None = None,
    ) -> pa.Table:
        """Write facts about some of the pairs.

        Args:
            kind: Kind of the facts.
            pairs: Pairs, repeats allowed.
            value: Value in `unit`.
            unit: Unit of the values.
            frame: Frame that they are judged in.
            objects: Subjects and references (lists), and the part of the id that names them; None: no objects.
            detail: One word per fact.
        """
        rows, one, two = len(pairs), self.first[pairs], self.second[pairs]
        both = self.view_id(np.stack([one, two], axis=1).ravel())
        none = lists_of(pa.array([], pa.string()), 0, rows)
        subjects, references, named = objects or (none, none, None)
        tail = self.frame(two) if named is None else joined(named, self.frame(two), separator=".")
        return fact_table(
            rows,
            fact_id=joined(self.view_id(one), kind, tail),
            scene_id=whole(self.views, "scene_id").take(pa.array(one)),
            view_ids=lists_of(both, 2, rows),
            kind=kind,
            subject_ids=subjects,
            reference_ids=references,
            detail=None if detail is None else lists_of(detail, 1, rows),
            value=value,
            unit=unit,
            frame=frame,
        )


def view_pairs(
    sightings: Sightings, tables: Mapping[str, pa.Table], params: TwoViewParams, seed: int
) -> tuple[ViewPairs, Counts]:
    """Find the pairs of views of scans that are near in time and share enough comparable objects.

    Args:
        sightings: Sightings of one shard.
        tables: `scene` and `view` of the shard, any row order.
        params: Section `relate.two_views`.
        seed: Seed of the run.

    Returns:
        The pairs; drops count views without a pose or view space and pairs that share too little.
    """
    views, pose, drops = _posed(tables)
    scene = codes(views.column("scene_id"))
    first, second = _neighbours(scene, params.max_frame_gap)
    at = rows_of(sightings.table.column("view_id"), views.column("view_id"))
    pair, one, two = _shared(sightings, at, first, second, len(views))
    enough = np.bincount(pair, minlength=len(first)) >= params.min_shared
    names = whole(views, "view_id").take(pa.array(first))
    drops += drop_rows("two_views.too_little_shared", ~enough, names)
    keys = column_keys(views.column("view_id"), "two_views", seed)
    keys = mix(keys[first], keys[second])
    swap = uniform(mix(keys, key("swap"))) < 0.5
    kept, here = np.cumsum(enough) - 1, enough[pair]
    one, two = np.where(swap[pair], two, one), np.where(swap[pair], one, two)
    return ViewPairs(
        views=views,
        world_from_cam=pose,
        first=np.where(swap, second, first)[enough],
        second=np.where(swap, first, second)[enough],
        scene=scene[first][enough],
        key=keys[enough],
        at=at,
        shared_pair=kept[pair[here]],
        shared_first=one[here],
        shared_second=two[here],
    ), drops


def _posed(tables: Mapping[str, pa.Table]) -> tuple[pa.Table, Float[np.ndarray, "v 4 4"], Counts]:
    """Views of scans that have a pose and a view space, in the order of the scan."""
    scene = tables["scene"]
    view = tables["view"].sort_by([(name, "ascending") for name in ("scene_id", "frame", "view_id")])
    kind = scene.column("kind").take(pa.array(rows_of(view.column("scene_id"), scene.column("scene_id"))))
    view = view.filter(pc.equal(kind, "scan"))
    pose = vectors(view.column("world_from_cam"), 16).reshape(-1, 4, 4)
    posed = np.isfinite(pose).all(axis=(1, 2))
    level = np.isfinite(view_from_cam(gravity_of_pose(pose))).all(axis=(1, 2))
    names = view.column("view_id")
    drops = drop_rows("two_views.no_pose", ~posed, names)
    drops += drop_rows("two_views.no_view_space", posed & ~level, names)
    return view.filter(pa.array(posed & level)), pose[posed & level], drops


def _neighbours(scene: Int[np.ndarray, " v"], most: int) -> tuple[Int[np.ndarray, " p"], Int[np.ndarray, " p"]]:
    """All pairs of views of one scene at most so many places apart, the earlier one first."""
    gaps = range(1, min(most, len(scene) - 1) + 1)
    near = [np.flatnonzero(scene[gap:] == scene[:-gap]) for gap in gaps]
    none = np.zeros(0, dtype=np.int64)
    return np.concatenate([none, *near]), np.concatenate([none, *(n + g for n, g in zip(near, gaps, strict=True))])


def _shared(
    sightings: Sightings,
    at: Int[np.ndarray, " n"],
    first: Int[np.ndarray, " p"],
    second: Int[np.ndarray, " p"],
    views: int,
) -> tuple[Int[np.ndarray, " s"], Int[np.ndarray, " s"], Int[np.ndarray, " s"]]:
    """Comparable objects of both views of each pair: pair, sighting in the first, sighting in the second view."""
    seen = RowsByView.of(at, views, sightings.comparable)
    named = codes(sightings.table.column("object_id"))
    pair, one = seen.expand(first)
    width = int(named.max(initial=0)) + 1
    cell = at[seen.rows] * width + named[seen.rows]
    order = np.argsort(cell, kind="stable")
    wanted = second[pair] * width + named[one]
    place = np.minimum(np.searchsorted(cell[order], wanted), max(len(cell) - 1, 0))
    found = np.flatnonzero(cell[order][place] == wanted) if len(cell) else np.zeros(0, dtype=np.int64)
    return pair[found], one[found], seen.rows[order[place[found]]]
