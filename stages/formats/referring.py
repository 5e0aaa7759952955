"""Names for objects that their category and caption do not tell apart: by colour, by a landmark, by an ordinal.

"the red chair", "the cup on the desk", "the chair nearest to the door", "the second chair from the left". A phrase is
kept only if every reading of it agrees on one object: in the room and in the picture, with all instances considered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Float, Int
from pydantic import Field

from stages.formats.colors import TERMS
from stages.formats.names import Alike, Names
from stages.geometry.boxes import plan_separation, upright_gap
from stages.params import Params
from stages.ranks import rank_within, starts_of
from stages.schema.columns import codes, floats, one_chunk, vectors

FURTHER = ("color", "landmark", "ordinal")  # in the order in which they are tried
_COUNTED = ("", "", "second", "third", "fourth", "fifth", "sixth")


class ReferringParams(Params):
    """Section `template.referring`: when an object may be named by more than its category or caption."""

    min_area_px: float = Field(ge=0, description="landmarks, and instances that ordinals count: visible pixels")
    min_visible_fraction: float = Field(ge=0, le=1, description="of these, visible share of the silhouette")
    max_truncated_fraction: float = Field(ge=0, le=1, description="of these, share of the silhouette off the picture")
    most_instances: int = Field(ge=2, le=11, description="instances that ordinals count at most")
    min_gap_px: float = Field(ge=0, description="between the middles of neighbours that ordinals count")
    min_gap_share: float = Field(ge=0, description="the same, of the narrower neighbour's width")
    landmarks: int = Field(ge=0, description="landmarks tried per view, the largest ones")
    near_ratio: float = Field(gt=1, description="second nearest over nearest, by centres and by closest points")
    near_ratio_px: float = Field(ge=1, description="the same in the picture, by middles of boxes")
    near_gap_m: float = Field(ge=0, description="second nearest farther than the nearest by this, metres")
    near_sigmas: float = Field(ge=0, description="and by this many sigmas of the centres")
    on_m: float = Field(ge=0, description="underside of what stands on a landmark at most so far from its top, metres")
    beside_m: float = Field(ge=0, description="what does not stand on it is lower, or beside it, by this, metres")


@dataclass(frozen=True)
class Placed:
    """Where sightings are: boxes in pixels and in view space (NaN: not known), and colour (null: not known).

    `well` marks those seen so well that nobody overlooks them.
    """

    box_px: Float[np.ndarray, "n 4"]
    area_px: Float[np.ndarray, " n"]
    center_v: Float[np.ndarray, "n 3"]
    size_v: Float[np.ndarray, "n 3"]
    yaw_v: Float[np.ndarray, " n"]
    sigma_m: Float[np.ndarray, " n"]
    well: Bool[np.ndarray, " n"]

    def gap_m(self, a: Int[np.ndarray, " m"], b: Int[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
        """Distance of the closest points of boxes a and b."""
        return upright_gap(*(v[k] for k in (a, b) for v in (self.center_v, self.size_v, self.yaw_v)))

    def beside_m(self, a: Int[np.ndarray, " m"], b: Int[np.ndarray, " m"]) -> Float[np.ndarray, " m"]:
        """How far the middle of box a lies beside the footprint of box b; negative over it."""
        point = np.zeros((len(a), 3))
        return plan_separation(
            self.center_v[a], point, np.zeros(len(a)), self.center_v[b], self.size_v[b], self.yaw_v[b]
        )


@dataclass(frozen=True)
class Phrases:
    """Phrases without article that single out a sighting, per kind of `FURTHER`; null where there is none.

    `landmark` is the row of the object that the landmark phrase names, -1 without.
    """

    texts: dict[str, pa.StringArray]
    landmark: Int[np.ndarray, " n"]


def placed(sighting: pa.Table, params: ReferringParams) -> Placed:
    """Read the columns of table `sighting`; boxes whose extents were not observed count as not known."""
    observed = pc.fill_null(sighting.column("extent_observed"), True).to_numpy()
    center_v = vectors(sighting.column("center_v"), 3)
    area_px = floats(sighting.column("area_px"))
    visible = np.nan_to_num(floats(sighting.column("visible_fraction")), nan=1.0)
    truncated = np.nan_to_num(floats(sighting.column("truncated_fraction")), nan=0.0)
    return Placed(
        box_px=vectors(sighting.column("box_px"), 4),
        area_px=area_px,
        center_v=np.where(observed[:, None], center_v, np.nan),
        size_v=vectors(sighting.column("size_v"), 3),
        yaw_v=floats(sighting.column("yaw_v")),
        sigma_m=vectors(sighting.column("sigma_center_m"), 3).max(axis=1, initial=0.0),
        well=(area_px >= params.min_area_px)
        & (visible >= params.min_visible_fraction)
        & (truncated <= params.max_truncated_fraction),
    )


def phrases(
    sighting: pa.Table, views: Int[np.ndarray, " n"], names: Names, count: int, params: ReferringParams
) -> Phrases:
    """Find further names for the first `count` rows of `names`, which are the rows of `sighting`.

    Args:
        sighting: Table `sighting`.
        views: Number of the view per sighting.
        names: Names per sighting (and of clips, which get none).
        count: Number of sightings.
        params: Limits.
    """
    at = placed(sighting, params)
    shared = _usable(names, count)
    near, landmark = _by_landmark(at, shared, names, views, params)
    texts = {"color": _by_color(sighting, shared, names), "landmark": near}
    return Phrases({**texts, "ordinal": _by_ordinal(at, shared, names, params)}, landmark)


def _usable(names: Names, count: int) -> Alike:
    """Keep groups of views in which every member is one instance, with a name that is safe to say."""
    alike = names.alike
    said = ~alike.named | names.category_speakable[alike.row]
    bad = np.bincount(alike.group, ~(alike.single & said) | (alike.row >= count), minlength=1)
    kept = bad[alike.group] == 0
    return Alike(*(column[kept] for column in (alike.group, alike.row, alike.named, alike.single)))


def _spread(rows: Int[np.ndarray, " m"], texts: pa.StringArray, names: Names, count: int) -> pa.StringArray:
    """Put texts of some rows into a column; phrases that already mean something in the view are left out."""
    free = ~names.taken(texts, rows)
    at = np.full(count, -1, dtype=np.int64)
    at[rows[free]] = np.flatnonzero(free)
    return texts.take(pa.array(at, mask=at < 0))


def _by_color(sighting: pa.Table, shared: Alike, names: Names) -> pa.StringArray:
    """`red chair`: every instance has a clear colour, no caption says otherwise, and no other one has the same.

    What a caption calls red may be meant by "red" too.
    """
    index = pc.index_in(one_chunk(sighting.column("color")), pa.array(TERMS, pa.string()))
    color = pc.fill_null(index, -1).to_numpy(zero_copy_only=False).astype(np.int64)[shared.row]
    told = _told_colors(names.caption.take(pa.array(shared.row)))
    shows = color[:, None] == np.arange(len(TERMS))
    clear = (color >= 0) & ((told & shows).any(axis=1) | ~told.any(axis=1))
    unclear = np.bincount(shared.group, ~clear, minlength=1)[shared.group] > 0
    called = np.zeros((int(shared.group.max(initial=-1)) + 1, len(TERMS)), dtype=np.int64)
    np.add.at(called, shared.group, told | shows)
    kept = np.flatnonzero(~unclear & shared.named)
    kept = kept[called[shared.group[kept], color[kept]] == 1]
    rows = shared.row[kept]
    word = pa.array(TERMS, pa.string()).take(pa.array(color[kept]))
    return _spread(
        rows, pc.binary_join_element_wise(word, names.category.take(pa.array(rows)), " "), names, len(sighting)
    )


def _told_colors(captions: pa.StringArray) -> Bool[np.ndarray, "m terms"]:
    """Tell which colours each caption names."""
    encoded = captions.dictionary_encode()
    words = [set(re.findall("[a-z]+", text.lower())) for text in encoded.dictionary.to_pylist()]
    table = np.array([[term in found for term in TERMS] for found in [*words, set()]], dtype=bool)
    rows: Bool[np.ndarray, "m terms"] = table[
        pc.fill_null(encoded.indices, len(words)).to_numpy(zero_copy_only=False).astype(np.int64)
    ]
    return rows


def _by_ordinal(at: Placed, shared: Alike, names: Names, params: ReferringParams) -> pa.StringArray:
    """`second chair from the left`: all instances well seen, and their order the same by both sides and in the room."""
    x1, x2 = at.box_px[shared.row, 0], at.box_px[shared.row, 2]
    order = np.lexsort((x1 + x2, shared.group))
    group, row, x1, x2 = shared.group[order], shared.row[order], x1[order], x2[order]
    gap_px = np.diff(x1 + x2) / 2
    narrower = np.minimum((x2 - x1)[1:], (x2 - x1)[:-1])
    clear = gap_px >= np.maximum(params.min_gap_px, params.min_gap_share * narrower)
    clear &= (np.diff(x1) > 0) & (np.diff(x2) > 0) & ~(np.diff(at.center_v[row, 0]) <= 0)
    bad = ~at.well[row]
    bad[1:] |= ~clear & (np.diff(group) == 0)
    starts = starts_of(group)
    sizes = np.diff(np.r_[starts, len(group)])
    place = np.arange(len(group)) - np.repeat(starts, sizes)
    number = np.repeat(sizes, sizes)
    kept = np.flatnonzero(
        (np.bincount(group, bad, minlength=1)[group] == 0) & (number <= params.most_instances) & shared.named[order]
    )
    category = names.category.take(pa.array(row[kept]))
    words = [ordinal(n, k) for n in range(params.most_instances + 1) for k in range(params.most_instances)]
    cell = pa.array(number[kept] * params.most_instances + place[kept])
    before, after = (pa.array([pair[k] for pair in words], pa.string()).take(cell) for k in (0, 1))
    return _spread(row[kept], pc.binary_join_element_wise(before, category, after, ""), names, len(at.area_px))


def ordinal(number: int, place: int) -> tuple[str, str]:
    """Return what stands before and after a category's name for the place (from 0, from the left) of so many.

    Example:
        >>> [ordinal(4, k) for k in (0, 1, 2)]
        [('leftmost ', ''), ('second ', ' from the left'), ('second ', ' from the right')]
    """
    from_right = number - 1 - place
    if place == 0 or from_right <= 0:
        return ("leftmost " if place == 0 else "rightmost "), ""
    if number == 3:
        return "middle ", ""
    side, rank = ("left", place) if place <= from_right else ("right", from_right)
    return f"{_COUNTED[rank + 1]} ", f" from the {side}"


@dataclass(frozen=True)
class _Tried:
    """Every instance of a group beside every landmark of its view: rows of both, and the number of the trial.

    Rows are sorted by trial.
    """

    trial: Int[np.ndarray, " t"]
    row: Int[np.ndarray, " t"]
    named: Bool[np.ndarray, " t"]
    landmark: Int[np.ndarray, " t"]

    def __getitem__(self, rows: np.ndarray) -> _Tried:
        return _Tried(self.trial[rows], self.row[rows], self.named[rows], self.landmark[rows])

    def all_of(self, fine: Bool[np.ndarray, " t"]) -> Bool[np.ndarray, " t"]:
        """Tell which rows belong to a trial of which all rows are fine."""
        fine_too: Bool[np.ndarray, " t"] = np.bincount(self.trial, ~fine, minlength=1)[self.trial] == 0
        return fine_too

    def least(self, values: Float[np.ndarray, " t"]) -> Float[np.ndarray, " t"]:
        """Smallest value of each row's trial."""
        starts = starts_of(self.trial)
        return (
            np.repeat(np.minimum.reduceat(values, starts), np.diff(np.r_[starts, len(values)]))
            if len(values)
            else values
        )


def _by_landmark(
    at: Placed, shared: Alike, names: Names, views: Int[np.ndarray, " n"], params: ReferringParams
) -> tuple[pa.StringArray, Int[np.ndarray, " n"]]:
    """`cup on the desk`, else `chair nearest to the door`, by the landmark that tells most clearly."""
    tried = _trials(at, shared, names, views, params)
    on = _standing(at, tried, params)
    near, ratio = _nearest(at, tried, params)
    found = np.flatnonzero((on | near) & tried.named)
    order = np.lexsort(
        (codes(pc.fill_null(names.category, ""))[tried.landmark[found]], -ratio[found], ~on[found], tried.row[found])
    )
    best = found[order]
    best = best[starts_of(tried.row[best])]
    row, landmark = tried.row[best], tried.landmark[best]
    said = pa.array([" nearest to the ", " on the "]).take(pa.array(on[best].astype(np.int64)))
    category, other = (names.category.take(pa.array(k)) for k in (row, landmark))
    text = _spread(row, pc.binary_join_element_wise(category, said, other, ""), names, len(at.area_px))
    rows = np.full(len(at.area_px), -1, dtype=np.int64)
    rows[row] = landmark
    return text, rows


def _trials(at: Placed, shared: Alike, names: Names, views: Int[np.ndarray, " n"], params: ReferringParams) -> _Tried:
    count = len(at.area_px)
    boxed = np.isfinite(at.center_v).all(axis=1) & np.isfinite(at.size_v).all(axis=1)
    fit = (names.category_unique & names.category_speakable)[:count] & boxed & at.well
    marks = np.flatnonzero(fit)
    by_size = np.lexsort((codes(pc.fill_null(names.category, ""))[marks], -at.area_px[marks]))
    rank = np.empty(len(marks), dtype=np.int64)
    rank[by_size] = np.arange(len(marks))
    marks = marks[rank_within(views[marks], rank) < params.landmarks]
    marks = marks[np.argsort(views[marks], kind="stable")]
    per_view = np.bincount(views[marks], minlength=int(views.max(initial=0)) + 1)
    first = np.cumsum(per_view) - per_view
    usable = np.bincount(shared.group, ~boxed[shared.row], minlength=1)[shared.group] == 0
    group, row, named = (column[usable] for column in (shared.group, shared.row, shared.named))
    repeats = per_view[views[row]]
    source = np.repeat(np.arange(len(row)), repeats)
    nth = np.arange(len(source)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    landmark = marks[first[views[row[source]]] + nth]
    _, trial = np.unique(group[source] * max(params.landmarks, 1) + nth, return_inverse=True)
    order = np.argsort(trial.reshape(-1), kind="stable")
    tried = _Tried(trial.reshape(-1), row[source], named[source], landmark)[order]
    return tried[tried.all_of(tried.row != tried.landmark)]


def _standing(at: Placed, tried: _Tried, params: ReferringParams) -> Bool[np.ndarray, " t"]:
    """Tell who stands on the landmark while all others clearly do not."""
    a, b = tried.row, tried.landmark
    rise_m = at.center_v[a, 2] - at.size_v[a, 2] / 2 - at.center_v[b, 2] - at.size_v[b, 2] / 2
    sure = params.near_sigmas * np.maximum(at.sigma_m[a], at.sigma_m[b]) <= params.beside_m
    close = np.flatnonzero(np.abs(rise_m) <= params.on_m)
    on = np.zeros(len(a), dtype=bool)
    on[close] = at.beside_m(a[close], b[close]) < 0
    trials = np.bincount(tried.trial, on, minlength=1)[tried.trial] == 1
    others = np.flatnonzero(trials & ~on)
    off = rise_m < -params.beside_m
    off[others] |= at.beside_m(a[others], b[others]) >= params.beside_m
    standing: Bool[np.ndarray, " t"] = on & trials & tried.all_of(sure & (on | off))
    return standing


def _nearest(
    at: Placed, tried: _Tried, params: ReferringParams
) -> tuple[Bool[np.ndarray, " t"], Float[np.ndarray, " t"]]:
    """Tell who is nearest to the landmark by centres, closest points and in the picture, and how clearly."""
    a, b = tried.row, tried.landmark
    apart_m = np.linalg.norm(at.center_v[a] - at.center_v[b], axis=1)
    middle_px = (at.box_px[:, :2] + at.box_px[:, 2:]) / 2
    apart_px = np.linalg.norm(middle_px[a] - middle_px[b], axis=1)
    near, ratio = _ahead(tried, apart_m, params.near_ratio, params.near_gap_m, at.sigma_m[a] * params.near_sigmas)
    near &= _ahead(tried, apart_px, params.near_ratio_px)[0]
    gap_px = _gaps_px(at.box_px[a], at.box_px[b])
    near &= gap_px <= tried.least(gap_px)
    left = np.flatnonzero(np.bincount(tried.trial, near, minlength=1)[tried.trial] > 0)
    gap_m = np.zeros(len(a))
    gap_m[left] = at.gap_m(a[left], b[left])
    near[left] &= _ahead(tried[left], gap_m[left], params.near_ratio, params.near_gap_m)[0]
    return near, ratio


def _gaps_px(a: Float[np.ndarray, "t 4"], b: Float[np.ndarray, "t 4"]) -> Float[np.ndarray, " t"]:
    """Distance of the closest points of boxes in the picture."""
    gaps: Float[np.ndarray, " t"] = np.linalg.norm(
        np.maximum(0.0, np.maximum(a[:, :2] - b[:, 2:], b[:, :2] - a[:, 2:])), axis=1
    )
    return gaps


def _ahead(
    tried: _Tried, distance: Float[np.ndarray, " t"], ratio: float, gap: float = 0.0,
    slack: Float[np.ndarray, " t"] | None = None,
) -> tuple[Bool[np.ndarray, " t"], Float[np.ndarray, " t"]]:  # fmt: skip
    """Tell which row has the smallest distance of its trial, by a ratio and a gap, and the ratio it is ahead by."""
    ahead, ratios = np.zeros(len(distance), dtype=bool), np.zeros(len(distance))
    if not len(distance):
        return ahead, ratios
    order = np.lexsort((distance, tried.trial))
    starts = starts_of(tried.trial[order])
    first, second = order[starts], order[starts + 1]  # a name that means several has at least two
    slack = np.zeros(len(distance)) if slack is None else slack
    ratios[first] = distance[second] / np.maximum(distance[first], 1e-9)
    beyond = distance[second] - distance[first] >= gap + np.hypot(slack[first], slack[second])
    ahead[first] = (ratios[first] >= ratio) & beyond
    return ahead, ratios
