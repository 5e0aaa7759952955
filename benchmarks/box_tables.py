"""Measures of annotated boxes, each found in two ways: `python -m benchmarks.box_tables [FOLDER]`.

FOLDER (default: environment variable ENGINE_SAMPLES, else `../shared/data`) holds `multiscan` and `vsi_bench`. What
`benchmarks/vsi_bench_truth.py` does for corners, counts and longest edges of VSI-Bench, this does for:

- MultiScan's scan: corners of each box against its own `min` and `max`, the longest edge of the engine's upright box
  against `axesLengths`, `up` and `front` against the axes; room size: `floor_outline` of points on the boxes of floor
  and walls against the floor's own box;
- both: the distance of closest points of two boxes by the engine's closed form (`upright_gap`, on upright boxes)
  against bounded least squares on the boxes as given, and against the gap of the `min`-`max` boxes, which cannot be
  larger;
- VSI-Bench: `room_size` against the hull of the boxes' centres, which stand in the room.

Every mismatch is printed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.optimize import lsq_linear

from benchmarks.vsi_bench_truth import samples_folder
from stages.geometry.boxes import corners, upright, upright_gap
from stages.geometry.floor import floor_height_m, floor_outline
from stages.geometry.outlines import polygon_area

SAME_M = 0.001  # rounding of the tables
TILT_DEG = 0.1  # an axis this near to the vertical is vertical
PAIRS = 25  # per scene of VSI-Bench; least squares are slow
POINT_M = 0.02  # spacing of points on a box
ROOM_PARTS = ("floor", "wall", "sliding_door", "door", "wall_cabinet", "gate")


@dataclass(frozen=True)
class Boxes:
    """Boxes of one scene as their table gives them.

    Attributes:
        names: Labels.
        center: Centres, metres (n, 3).
        size_m: Extents along the axes (n, 3).
        world_from_box: Axes as columns (n, 3, 3).
        low: Least coordinates, as stated (n, 3).
        high: Largest coordinates, as stated (n, 3).
    """

    names: list[str]
    center: np.ndarray
    size_m: np.ndarray
    world_from_box: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def lean_deg(self) -> np.ndarray:
        """Angle of each box's most upright axis to the vertical."""
        level = np.sqrt(1 - np.minimum(np.abs(self.world_from_box[:, 2]).max(axis=1), 1.0) ** 2)
        result: np.ndarray = np.degrees(np.arcsin(level))
        return result


def main(folder: Path) -> dict[str, dict[str, float]]:
    """Print mismatches, a table per data set, and the figures as JSON."""
    found = {}
    for path in sorted((folder / "multiscan").glob("scene_*/*.annotations.json")):
        found[f"multiscan {path.parent.name}"] = of_multiscan(json.loads(path.read_text())["objects"])
    for path in sorted((folder / "vsi_bench/meta_info").glob("*_meta_info_val.json")):
        found[f"vsi_bench {path.name.split('_meta')[0]}"] = of_vsi_bench(json.loads(path.read_text()))
    for name, row in found.items():
        print(name, *(f"{k} {v:.4g}" for k, v in row.items()), sep="\n  ")
    print(json.dumps(found).replace("NaN", "null"))
    return found


def boxes_of(listed: Sequence[tuple[str, dict[str, Any]]]) -> Boxes:
    """Read boxes; `normalizedAxes` holds one axis after the other."""
    center, size, low, high = (np.array([obb[k] for _, obb in listed], dtype=np.float64).reshape(-1, 3)
                               for k in ("centroid", "axesLengths", "min", "max"))  # fmt: skip
    axes = np.array([obb["normalizedAxes"] for _, obb in listed], dtype=np.float64).reshape(-1, 3, 3)
    return Boxes([name for name, _ in listed], center, size, np.swapaxes(axes, 1, 2), low, high)


def of_multiscan(objects: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Figures of one scan."""
    boxes = boxes_of([(o["label"], o["obb"]) for o in objects])
    points = corners(boxes.center, boxes.size_m, boxes.world_from_box)
    off = np.maximum(np.abs(points.min(axis=1) - boxes.low), np.abs(points.max(axis=1) - boxes.high)).max(axis=1)
    extents, _ = upright(boxes.size_m, boxes.world_from_box)
    longer = extents.max(axis=1) - boxes.size_m.max(axis=1)
    stated = [(o["label"], o["obb"]) for o in objects if "up" in o["obb"]]
    directions = {
        name: np.array([_axis_of(obb[name], boxes.world_from_box[boxes.names.index(label)]) for label, obb in stated])
        for name in ("up", "front")
    }
    _tell("corners and min, max", boxes.names, off)
    _tell("longest edge", boxes.names, np.abs(longer))
    return {
        "boxes": len(boxes.names),
        "corners_agree": float((off <= SAME_M).mean()),
        "centroid_in_the_middle": float(
            (np.abs((boxes.low + boxes.high) / 2 - boxes.center).max(axis=1) <= SAME_M).mean()
        ),
        "longest_edge_agrees": float((np.abs(longer) <= SAME_M).mean()),
        "leaning": float((boxes.lean_deg() > TILT_DEG).mean()),
        "with_up_and_front": len(stated),
        **{f"{name}_is_an_axis": float(values.mean()) for name, values in directions.items()},
        **_distances([boxes], None),
        **room_of(boxes),
    }


def of_vsi_bench(scenes: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Figures of one data set."""
    scene_boxes = [
        boxes_of([(f"{scene}: {c}", box) for c, listed in told["object_bbox"].items() for box in listed])
        for scene, told in scenes.items()
    ]
    lean_deg = np.concatenate([b.lean_deg() for b in scene_boxes])
    hulls = np.array([_hull_m2(b.center[:, :2]) for b in scene_boxes])
    rooms = np.array([told["room_size"] for told in scenes.values()])
    for scene, hull, room in zip(scenes, hulls, rooms, strict=True):
        if hull > room:
            print(f"{scene}: centres of the boxes span {hull:.1f} m2, the room is said to have {room:.1f} m2")
    return {
        "scenes": len(scenes),
        "lean_deg, median": float(np.median(lean_deg)),
        "lean_deg, p90": float(np.quantile(lean_deg, 0.9)),
        "centres_span_no_more_than_the_room": float((hulls <= rooms).mean()),
        "centres_over_room, median": float(np.median(hulls / rooms)),
        **_distances(scene_boxes, PAIRS),
    }


def _distances(scenes: Sequence[Boxes], most: int | None) -> dict[str, float]:
    """Closed form against least squares and against the gap of `min` and `max`, for pairs of boxes of a scene."""
    closed, exact, bound, leans, names = [], [], [], [], []
    for boxes in scenes:
        pairs = list(combinations(range(len(boxes.names)), 2))
        pairs = pairs if most is None else pairs[:: max(1, len(pairs) // most)]
        if not pairs:
            continue
        a, b = np.array(pairs).T
        extents, yaw = upright(boxes.size_m, boxes.world_from_box)
        closed.append(upright_gap(boxes.center[a], extents[a], yaw[a], boxes.center[b], extents[b], yaw[b]))
        between = np.maximum(boxes.low[a] - boxes.high[b], boxes.low[b] - boxes.high[a])
        bound.append(np.linalg.norm(between.clip(0), axis=1))
        exact.append(np.array([least_squares_gap(boxes, i, j) for i, j in pairs]))
        leans.append(np.maximum(boxes.lean_deg()[a], boxes.lean_deg()[b]) > TILT_DEG)
        names += [f"{boxes.names[i]} - {boxes.names[j]}" for i, j in pairs]
    gap, lsq, low, leaning = (np.concatenate(v) for v in (closed, exact, bound, leans))
    off = np.abs(gap - lsq)
    _tell("distance of upright boxes", names, np.where(leaning, 0.0, off))
    _tell("distance below that of min and max", names, low - lsq)
    return {
        "pairs": len(gap),
        "distance_agrees_upright": _share(off[~leaning] <= SAME_M),
        "pairs_with_a_leaning_box": int(leaning.sum()),
        "leaning, off_m, median": float(np.median(off[leaning])) if leaning.any() else np.nan,
        "leaning, off_m, p90": float(np.quantile(off[leaning], 0.9)) if leaning.any() else np.nan,
        "min_max_gap_is_no_larger": float((low <= lsq + SAME_M).mean()),
    }


def least_squares_gap(boxes: Boxes, a: int, b: int) -> float:
    """Distance of the closest points of two boxes at any turn: least squares over both boxes' own coordinates."""
    axes = np.hstack([boxes.world_from_box[a] * boxes.size_m[a], -boxes.world_from_box[b] * boxes.size_m[b]])
    found = lsq_linear(axes, boxes.center[b] - boxes.center[a], bounds=(-0.5, 0.5), method="bvls", tol=1e-12)
    return float(np.sqrt(2 * found.cost))


def room_of(boxes: Boxes) -> dict[str, float]:
    """Floor's area from points on the boxes of floor and walls, and from the floor's own box."""
    kind = np.array([name.split(".")[0] for name in boxes.names])
    points_w = np.concatenate([sheet_points(boxes, int(k)) for k in np.flatnonzero(np.isin(kind, ROOM_PARTS))])
    outline = floor_outline(points_w)
    (floor,) = np.flatnonzero(kind == "floor")
    extents, _ = upright(boxes.size_m[floor : floor + 1], boxes.world_from_box[floor : floor + 1])
    stated_m2 = float(extents[0, 0] * extents[0, 1])
    area_m2 = np.nan if outline is None else polygon_area(outline.outline_w)
    print(f"room: {area_m2:.2f} m2 by outline, {stated_m2:.2f} m2 by the floor's own box")
    return {
        "floor_box_m2": stated_m2,
        "floor_outline_m2": area_m2,
        "floor_wall_share": np.nan if outline is None else outline.wall_share,
        "floor_height_m": floor_height_m(points_w),
        "floor_box_top_m": float(boxes.high[floor, 2]),
    }


def sheet_points(boxes: Boxes, row: int) -> np.ndarray:
    """Points of the middle sheet of a flat box, evenly spaced: scans see one side of a wall; metres (n, 3)."""
    size = boxes.size_m[row]
    steps = [np.linspace(-s / 2, s / 2, max(2, int(s / POINT_M) + 1)) for s in size]
    steps[int(size.argmin())] = np.zeros(1)
    local = np.stack(np.meshgrid(*steps, indexing="ij"), axis=-1).reshape(-1, 3)
    points: np.ndarray = local @ boxes.world_from_box[row].T + boxes.center[row]
    return points


def _axis_of(direction: Sequence[float], world_from_box: np.ndarray) -> bool:
    return bool(np.abs(np.array(direction) @ world_from_box).max() > np.cos(np.radians(TILT_DEG)))


def _hull_m2(points_xy: np.ndarray) -> float:
    return float(cv2.contourArea(cv2.convexHull(points_xy.astype(np.float32)))) if len(points_xy) > 2 else 0.0


def _tell(what: str, names: Sequence[str], off_m: np.ndarray) -> None:
    for k in np.flatnonzero(off_m > SAME_M).tolist():
        print(f"{what}: {names[k]}: off by {off_m[k]:.3f} m")


def _share(agrees: np.ndarray) -> float:
    return float(agrees.mean()) if len(agrees) else np.nan


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else samples_folder())
