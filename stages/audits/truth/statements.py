"""Every fact kind of docs/definitions.md, said again from vertices, exact cameras and cast rays.

No thresholds and no ambiguity rules: what is stated about the same objects is put right, nothing is left out.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from stages.audits.truth.plane import (
    Point,
    angle_deg,
    area_of,
    inside,
    polygon_distance,
    segment_distance,
    wrap_deg,
)
from stages.audits.truth.scene import Camera, SceneTruth, Solid

OBSTACLE_LOW_M, OBSTACLE_TOP_M = 1.2, 0.05  # what blocks a walk stands lower and reaches higher
TURNS = {"back": "turn back", "left": "turn left", "right": "turn right", "straight": "go straight"}


class TrueFact(NamedTuple):
    """A fact put right; `reason` says why that is not possible (then the rest is as stated)."""

    subject_ids: Sequence[str]
    reference_ids: Sequence[str]
    value: float
    detail: Sequence[str] | None
    reason: str | None = None


Fact = Mapping[str, Any]


def true_fact(truth: SceneTruth, fact: Fact) -> TrueFact:
    """Say what a fact says, as it truly is.

    Args:
        truth: Its scene.
        fact: Row of table `fact`.
    """
    named = [*fact["subject_ids"], *fact["reference_ids"]]
    unknown = [name for name in named if name not in truth.solids]
    if unknown or any(view not in truth.cameras for view in fact["view_ids"]):
        return _as_stated(fact, f"unknown object or view: {', '.join(unknown) or fact['view_ids'][0]}")
    if fact["kind"] not in STATEMENTS:
        return _as_stated(fact, f"no truth for kind {fact['kind']}")
    return STATEMENTS[fact["kind"]](truth, fact)


def _as_stated(fact: Fact, reason: str) -> TrueFact:
    return TrueFact(fact["subject_ids"], fact["reference_ids"], fact["value"], fact["detail"], reason)


def gap_m(a: Solid, b: Solid) -> float:
    """Distance of the closest points of two boxes."""
    flat = polygon_distance(a.footprint(), b.footprint())
    above = abs(a.center_w[2] - b.center_w[2]) - (a.size_m[2] + b.size_m[2]) / 2
    return math.hypot(flat, max(0.0, above))


def _camera(truth: SceneTruth, fact: Fact) -> Camera:
    return truth.cameras[fact["view_ids"][0]]


def _put(fact: Fact, value: float, detail: Sequence[str] | None = None) -> TrueFact:
    """Same objects, another value."""
    return TrueFact(fact["subject_ids"], fact["reference_ids"], value, detail or fact["detail"])


def _pair(measure: Callable[[Camera, Solid, Solid], float]) -> Callable[[SceneTruth, Fact], TrueFact]:
    def state(truth: SceneTruth, fact: Fact) -> TrueFact:
        a, b = truth.solids[fact["subject_ids"][0]], truth.solids[fact["reference_ids"][0]]
        return _put(fact, measure(_camera(truth, fact), a, b))

    return state


def _own(measure: Callable[[Solid], float]) -> Callable[[SceneTruth, Fact], TrueFact]:
    return lambda truth, fact: _put(fact, measure(truth.solids[fact["subject_ids"][0]]))


def _nearest(truth: SceneTruth, fact: Fact) -> TrueFact:
    anchor, *others = fact["reference_ids"]
    candidates = sorted([fact["subject_ids"][0], *others])
    gaps = {name: gap_m(truth.solids[anchor], truth.solids[name]) for name in candidates}
    order = sorted(candidates, key=lambda name: (gaps[name], name != fact["subject_ids"][0]))
    left = [name for name in [fact["subject_ids"][0], *others] if name != order[0]]
    return TrueFact(order[:1], [anchor, *left], gaps[order[1]] - gaps[order[0]], fact["detail"])


def _nearest_to_camera(truth: SceneTruth, fact: Fact) -> TrueFact:
    names = [*fact["subject_ids"], *fact["reference_ids"]]
    ahead = {name: _camera(truth, fact).to_view(truth.solids[name].center_w)[1] for name in names}
    order = sorted(names, key=lambda name: (ahead[name], name != names[0]))
    left = [name for name in names if name != order[0]]
    return TrueFact(order[:1], left, ahead[order[1]] - ahead[order[0]], fact["detail"])


def _depth_order(truth: SceneTruth, fact: Fact) -> TrueFact:
    ahead = {name: _camera(truth, fact).to_view(truth.solids[name].center_w)[1] for name in fact["subject_ids"]}
    order = sorted(fact["subject_ids"], key=lambda name: ahead[name])
    gap = min(ahead[b] - ahead[a] for a, b in itertools.pairwise(order))
    return TrueFact(order, fact["reference_ids"], gap, fact["detail"])


def _shown(truth: SceneTruth, fact: Fact) -> list[str]:
    """Instances of the fact's category of which any of its views shows a pixel."""
    return sorted(
        name
        for name, category in truth.category.items()
        if category == fact["category"] and any(truth.pixels(view).get(name, 0) for view in fact["view_ids"])
    )


def _count(truth: SceneTruth, fact: Fact) -> TrueFact:
    shown = _shown(truth, fact)
    return TrueFact(shown, fact["reference_ids"], float(len(shown)), fact["detail"])


def _exists(truth: SceneTruth, fact: Fact) -> TrueFact:
    shown = _shown(truth, fact)
    return TrueFact(shown, fact["reference_ids"], float(len(shown) > 0), fact["detail"])


def _on_side(side: str, counting: bool) -> Callable[[SceneTruth, Fact], TrueFact]:
    axis, sign = {"left_of": (0, -1), "right_of": (0, 1), "in_front_of": (1, -1), "behind": (1, 1)}[side]

    def state(truth: SceneTruth, fact: Fact) -> TrueFact:
        camera, anchor = _camera(truth, fact), fact["reference_ids"][0]
        there = camera.to_view(truth.solids[anchor].center_w)[axis]
        found = [
            name
            for name in _shown(truth, fact)
            if name != anchor and sign * (camera.to_view(truth.solids[name].center_w)[axis] - there) > 0
        ]
        return TrueFact(found, [anchor], float(len(found) if counting else len(found) > 0), fact["detail"])

    return state


def _rotation(truth: SceneTruth, fact: Fact) -> TrueFact:
    x, y, _ = truth.solids[fact["subject_ids"][0]].center_w.tolist()
    one, two = (truth.cameras[view].eye_w for view in fact["view_ids"])
    return _put(fact, angle_deg((x, y), (one[0], one[1]), (two[0], two[1])))


def _camera_turn(truth: SceneTruth, fact: Fact) -> TrueFact:
    one, two = (truth.cameras[view] for view in fact["view_ids"])
    return _put(fact, wrap_deg(math.degrees(two.heading - one.heading)))


def _camera_shift(truth: SceneTruth, fact: Fact) -> TrueFact:
    one, two = (truth.cameras[view] for view in fact["view_ids"])
    x, y, _ = one.to_view(two.eye_w)
    along = ("forward" if y > 0 else "backward") if abs(y) >= abs(x) else ("right" if x > 0 else "left")
    return _put(fact, float(np.linalg.norm(two.eye_w - one.eye_w)), [along])


def _same_object(truth: SceneTruth, fact: Fact) -> TrueFact:
    name = fact["subject_ids"][0]
    shown = all(truth.pixels(view).get(name, 0) for view in fact["view_ids"])
    apart = name not in fact["reference_ids"] and len(set(fact["reference_ids"])) == len(fact["reference_ids"])
    return _put(fact, float(shown and apart))


def _room_area(truth: SceneTruth, fact: Fact) -> TrueFact:
    if truth.scene.floor_polygon_w is None:
        return _as_stated(fact, "the scene has no floor outline")
    return _put(fact, area_of([(x, y) for x, y in truth.scene.floor_polygon_w]))


def _direction(truth: SceneTruth, fact: Fact) -> TrueFact:
    target, standing, facing = (_at(truth, name) for name in (*fact["subject_ids"], *fact["reference_ids"]))
    return _put(fact, angle_deg(standing, facing, target))


def _at(truth: SceneTruth, name: str) -> Point:
    x, y, _ = truth.solids[name].center_w.tolist()
    return x, y


def _first_seen(truth: SceneTruth, fact: Fact) -> TrueFact:
    first = {
        name: next(
            (k for k, view in enumerate(fact["view_ids"]) if truth.pixels(view).get(name, 0)), len(fact["view_ids"])
        )
        for name in fact["subject_ids"]
    }
    order = sorted(fact["subject_ids"], key=lambda name: (first[name], fact["subject_ids"].index(name)))
    gap = min(first[b] - first[a] for a, b in itertools.pairwise(order))
    return TrueFact(order, fact["reference_ids"], float(gap), fact["detail"])


def _route(truth: SceneTruth, fact: Fact) -> TrueFact:
    start, facing, *waypoints = (_at(truth, name) for name in fact["subject_ids"])
    here, ahead, turns, length = start, facing, [], 0.0
    back = start
    for point in waypoints:
        heading = (2 * here[0] - back[0], 2 * here[1] - back[1]) if back != here else ahead
        turns.append(TURNS[turn_class(angle_deg(here, heading, point))])
        length += math.dist(here, point)
        back, here = here, point
    if not _walkable(truth, fact["subject_ids"]):
        turns = ["blocked"]
    return _put(fact, length, turns)


def turn_class(angle: float) -> str:
    """Left, right, back (135 degrees and more) or straight on (45 degrees and less)."""
    if abs(angle) >= 135:
        return "back"
    if abs(angle) <= 45:
        return "straight"
    return "left" if angle > 0 else "right"


def _walkable(truth: SceneTruth, names: Sequence[str]) -> bool:
    """Tell whether the straight legs of a route stay on the floor and meet no other object."""
    stops = [names[0], *names[2:]]
    outline = truth.scene.floor_polygon_w
    for one, two in itertools.pairwise(stops):
        a, b = _at(truth, one), _at(truth, two)
        if outline is not None and not (inside(a, outline) and inside(b, outline) and _clear_of(a, b, outline)):
            return False
        for name, solid in truth.solids.items():
            low = solid.center_w[2] - solid.size_m[2] / 2
            blocks = low < OBSTACLE_LOW_M and low + solid.size_m[2] > OBSTACLE_TOP_M
            if blocks and name not in (one, two) and polygon_distance([a, b], solid.footprint()) == 0:
                return False
    return True


def _clear_of(a: Point, b: Point, outline: Sequence[Point]) -> bool:
    corners = [(x, y) for x, y in outline]
    return all(segment_distance(a, b, c, d) > 0 for c, d in zip(corners, [*corners[1:], corners[0]], strict=True))


def _distance(truth: SceneTruth, fact: Fact) -> TrueFact:
    return _put(fact, gap_m(truth.solids[fact["subject_ids"][0]], truth.solids[fact["reference_ids"][0]]))


def _width(solid: Solid) -> float:
    return max(float(solid.size_m[0]), float(solid.size_m[1]))


STATEMENTS: dict[str, Callable[[SceneTruth, Fact], TrueFact]] = {
    "left_of": _pair(lambda camera, a, b: camera.to_view(b.center_w)[0] - camera.to_view(a.center_w)[0]),
    "above": _pair(lambda camera, a, b: float(a.center_w[2] - b.center_w[2])),
    "in_front_of": _pair(lambda camera, a, b: camera.to_view(b.center_w)[1] - camera.to_view(a.center_w)[1]),
    "bigger": _pair(lambda _, a, b: float(np.prod(a.size_m) - np.prod(b.size_m))),
    "taller": _pair(lambda _, a, b: float(a.size_m[2] - b.size_m[2])),
    "wider": _pair(lambda _, a, b: _width(a) - _width(b)),
    "distance_center": _pair(lambda _, a, b: math.dist(a.center_w.tolist(), b.center_w.tolist())),
    "distance_closest": _distance,
    "nearest_to": _nearest,
    "nearest_to_camera": _nearest_to_camera,
    "depth_order": _depth_order,
    "height": _own(lambda solid: float(solid.size_m[2])),
    "longest_edge": _own(lambda solid: float(solid.size_m.max())),
    "count": _count,
    "exists": _exists,
    **{f"count_{side}": _on_side(side, True) for side in ("left_of", "right_of", "in_front_of", "behind")},
    **{f"exists_{side}": _on_side(side, False) for side in ("left_of", "right_of", "in_front_of", "behind")},
    "rotation": _rotation,
    "camera_turn": _camera_turn,
    "camera_shift": _camera_shift,
    "same_object": _same_object,
    "video_count": _count,
    "video_distance": _distance,
    "video_longest_edge": _own(lambda solid: float(solid.size_m.max())),
    "video_nearest_to": _nearest,
    "room_area": _room_area,
    **dict.fromkeys(("direction_easy", "direction_medium", "direction_hard"), _direction),
    "first_seen_order": _first_seen,
    **dict.fromkeys(("route_1", "route_2", "route_3"), _route),
}
