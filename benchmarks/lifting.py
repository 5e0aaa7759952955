"""Boxes lifted from masks and sensor-like depth: `python -m benchmarks.lifting [FOLDER] [ROOMS]`.

Cuboids of known size stand in an empty room, and furniture in the rooms of FOLDER (default `data/scenes/rooms`,
ingested with exact boxes; the first of each of ROOMS shards, default 4). Depth is that of `audit.sensor` in params;
masks bleed 2 px over the silhouette. Sets of cuboids: *low* (top seen), *tall* (two sides, no top), *one side* (no top
either: nothing tells how deep they are, so every one of them must be flagged).

*Ours* is what `annotate` does for one sighting of one view (mask decoded, points, normals, fit); boxes whose extents
it flags as not observed are left out of the errors. Open3D's oriented box is fitted to every point of the mask (*raw*),
and to at most 2048 points of the mask eroded by 3 px; where ours flags a box, theirs is left out too.
Errors: of the three extents (horizontal ones by length), relative; of the centre, metres. `n.a.`: nothing kept.
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from stages.annotate import place_in_view_space
from stages.audits.degrade import MonocularNoise, SensorNoise, encode, sensor_depth, sensor_mask
from stages.audits.paths import Eyes, degraded, exact_depths
from stages.geometry.frames import view_from_cam
from stages.geometry.rle import decode_box
from stages.lifting.fit import Scene
from stages.lifting.floor import floor_height
from stages.lifting.lift import lift_one
from stages.lifting.params import LiftParams
from stages.lifting.points import Camera
from stages.open3d_import import import_open3d
from stages.render.rays import Camera as Eye
from stages.render.rays import RayScene
from stages.rng import generator
from stages.schema.columns import vectors
from stages.schema.store import read_table, shard_path, shards_in

BLEED_PX = 2
BOXES = 150  # a set
BATCH = 50
SIZE_WH, FOCAL_PX, EYE_M, ROOM_M = (640, 480), 420.0, 1.5, 6.0
ERODE_PX, MOST_POINTS = 3, 2048
AXES = ("right", "ahead", "up")
SIDES = ("long", "short", "up")

o3d = import_open3d()


@dataclass(frozen=True)
class Case:
    """One object in one view, and its true box in view space (horizontal extents by length, then the vertical)."""

    group: str
    seen: Mapping[str, Any]
    depth_m: np.ndarray
    camera: Camera
    floor_v: float
    center_v: np.ndarray
    extents_m: np.ndarray


@dataclass
class Found:
    """What one method gave for one group of cases."""

    seconds: float = 0.0
    cases: int = 0
    kept: int = 0
    extent: list[np.ndarray] = field(default_factory=list)
    center_m: list[float] = field(default_factory=list)
    over_sigma: list[np.ndarray] = field(default_factory=list)  # centre (right, ahead, up), extents (long, short, up)


def cuboids(kind: str, noise: SensorNoise, params: LiftParams) -> Iterator[Case]:
    """Cuboids of one set, each alone in an empty room."""
    rng = generator("lifting", kind)
    while True:
        center, size, yaw, pitch = _drawn(kind, rng)
        depth_m, mask, camera = _picture(center, size, yaw, pitch)
        if _touches_border(mask) or mask.sum() < 1500:
            continue
        worse = sensor_depth(depth_m, FOCAL_PX, noise, rng)
        rle, box_px, _ = encode(sensor_mask(mask, noise))
        seen = {"mask_rle": rle, "box_px": box_px, "visible_fraction": None, "truncated_fraction": None}
        floor_v = floor_height(worse, camera, params.floor)
        yield Case(kind, seen, worse, camera, floor_v, center, _sorted(size))


def _drawn(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, float, float]:
    """Centre in view space, size, yaw and the camera's pitch (radians)."""
    low = kind == "low"
    height = rng.uniform(0.25, 1.3) if low else rng.uniform(1.6, 2.2)
    size = np.array([*rng.uniform(0.35, 1.2, 2), height])
    ahead = rng.uniform(1.8, 3.2) if low else rng.uniform(3.2, 4.5)
    center = np.array([rng.uniform(-0.15, 0.15) if kind == "one side" else rng.uniform(-0.7, 0.7) * (ahead / 3), ahead,
                       height / 2 - EYE_M])  # fmt: skip
    bearing = np.arctan2(-center[0], center[1])
    turn = 0.0 if kind == "one side" else rng.uniform(0, 90) if low else rng.uniform(25, 65)
    yaw = bearing + np.radians(turn)
    return center, size, yaw, np.radians(-25.0 if low else -5.0)


def _picture(center_v: np.ndarray, size: np.ndarray, yaw: float, pitch: float) -> tuple[np.ndarray, np.ndarray, Camera]:
    """Exact depth and mask of a cuboid in a room, seen from the origin."""
    unit = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = np.array([[a, b, c] for p, q, r, s in quads for a, b, c in ((p, q, r), (p, r, s))])
    cos, sin = np.cos(yaw), np.sin(yaw)
    thing = (unit * size) @ np.array([[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]]) + center_v
    room = unit * [2 * ROOM_M, 2 * ROOM_M, 2 * EYE_M]
    scene = RayScene(np.concatenate([thing, room]), np.concatenate([faces, faces + 8]))
    up_c = np.array([0.0, -np.cos(pitch), np.sin(pitch)])
    levelled = view_from_cam(-up_c[None])[0]
    pose = np.eye(4)
    pose[:3, :3] = levelled
    intrinsics_px = (FOCAL_PX, FOCAL_PX, (SIZE_WH[0] - 1) / 2, (SIZE_WH[1] - 1) / 2)
    eye = Eye(pose, intrinsics_px, SIZE_WH)
    depth_m, face, _ = scene.cast(eye.rays(eye.pixels()))
    shape = SIZE_WH[::-1]
    return depth_m.reshape(shape), (face < len(faces)).reshape(shape).astype(np.uint8), Camera(intrinsics_px, levelled)


def _touches_border(mask: np.ndarray) -> bool:
    return bool(mask[[0, -1]].any() or mask[:, [0, -1]].any())


def _sorted(size: np.ndarray) -> np.ndarray:
    return np.array([size[:2].max(), size[:2].min(), size[2]])


def furniture(folder: Path, rooms: int, noise: SensorNoise, params: LiftParams) -> Iterator[Case]:
    """All sightings of objects in some rooms; `one side` by their true boxes, the rest `rooms`."""
    eyes = Eyes(noise, MonocularNoise(scale=0, bend=0, smear_px=0, focal=0, gravity_deg=0, mask_px=0))
    for shard in shards_in(folder, "scene")[:rooms]:
        tables = _first(folder, shard)
        exact = _truth(tables)
        pixels = read_table(shard_path(folder, "pixels", shard), "pixels")
        worse, depths = degraded(tables, exact_depths(pixels, tables["view"]), "sensor", eyes, 1)
        cameras = _cameras(tables["view"])
        by_view = defaultdict(list)
        for row in worse["sighting"].to_pylist():
            by_view[row["view_id"]].append(row)
        for view_id, depth_m in depths(sorted(by_view)):
            floor_v = floor_height(depth_m, cameras[view_id], params.floor)
            for seen in by_view[view_id]:
                center_v, size_v, yaw_v = exact[view_id, seen["object_id"]]
                group = "rooms, one side" if _one_side(center_v, size_v, yaw_v) else "rooms"
                yield Case(group, seen, depth_m, cameras[view_id], floor_v, center_v, _sorted(size_v))


def _first(folder: Path, shard: int) -> dict[str, pa.Table]:
    tables = {n: read_table(shard_path(folder, n, shard), n) for n in ("scene", "view", "object", "sighting")}
    chosen = tables["scene"].column("scene_id").combine_chunks()[:1]
    return {n: t.filter(pc.is_in(t.column("scene_id"), chosen)) for n, t in tables.items()}


def _truth(tables: Mapping[str, pa.Table]) -> dict[tuple[str, str], tuple[np.ndarray, np.ndarray, float]]:
    placed, _ = place_in_view_space(tables)
    rows = placed.select(["view_id", "object_id", "center_v", "size_v", "yaw_v"]).to_pylist()
    return {(r["view_id"], r["object_id"]): (np.array(r["center_v"]), np.array(r["size_v"]), r["yaw_v"]) for r in rows}


def _cameras(view: pa.Table) -> dict[str, Camera]:
    levelled = view_from_cam(vectors(view.column("gravity_c"), 3))
    intrinsics_px = vectors(view.column("intrinsics_px"), 4).tolist()
    ids = view.column("view_id").to_pylist()
    return {v: Camera(tuple(i), rotation) for v, i, rotation in zip(ids, intrinsics_px, levelled, strict=True)}


def _one_side(center_v: np.ndarray, size_v: np.ndarray, yaw_v: float) -> bool:
    """Tell whether the eye is below the top and beside exactly one pair of the box's sides."""
    x, y, z = -center_v
    along, across = x * np.cos(yaw_v) + y * np.sin(yaw_v), y * np.cos(yaw_v) - x * np.sin(yaw_v)
    beyond = (abs(along) > size_v[0] / 2) + (abs(across) > size_v[1] / 2)
    return bool(z < size_v[2] / 2 and beyond == 1)


Box = tuple[np.ndarray, np.ndarray]  # centre in view space, extents


def open3d_box(case: Case, eroded: bool) -> Box | None:
    """Open3D's oriented box of the points under the mask; its most upright axis is taken as the vertical."""
    x1, y1, x2, y2 = (int(v) for v in case.seen["box_px"])
    mask = decode_box(case.seen["mask_rle"], case.depth_m.shape, (x1, y1, x2, y2))
    if mask is not None and eroded:
        mask = cv2.erode(mask, np.ones((2 * ERODE_PX + 1,) * 2, np.uint8), borderValue=0)
    y, x = np.nonzero(mask)
    step = max(-(-len(x) // MOST_POINTS), 1) if eroded else 1
    y, x = y[::step] + y1, x[::step] + x1
    z = case.depth_m[y, x].astype(np.float64)
    fx, fy, cx, cy = case.camera.intrinsics_px
    points_c = np.stack([(x - cx) / fx * z, (y - cy) / fy * z, z], axis=1)[np.isfinite(z)]
    if len(points_c) < 10:
        return None
    try:
        box = o3d.geometry.OrientedBoundingBox.create_from_points(o3d.utility.Vector3dVector(points_c))
    except RuntimeError:  # points in one plane have no hull
        return None
    axes_v = case.camera.view_from_cam @ np.asarray(box.R)
    vertical = int(np.abs(axes_v[2]).argmax())
    size = np.roll(np.asarray(box.extent), 2 - vertical)
    return case.camera.view_from_cam @ np.asarray(box.center), _sorted(size)


def measure(cases: Iterator[Case], params: LiftParams, into: dict[str, dict[str, Found]]) -> None:
    """Add the cases to `into`: group, then method; one method after the other over `BATCH` cases, as stages work."""
    while batch := list(islice(cases, BATCH)):
        kept = []
        for case in batch:
            found = into.setdefault(case.group, {n: Found() for n in ("ours", "open3d eroded", "open3d raw")})["ours"]
            scene = Scene(1 / min(case.camera.intrinsics_px[:2]), params.noise["sensor"], case.floor_v)
            with _timed(found):
                lifted = lift_one(case.seen, case.depth_m, case.camera, scene, params)
            kept.append(not isinstance(lifted, str) and lifted[1].observed)
            if kept[-1]:
                fit = lifted[1]
                _add(found, case, (fit.center_v, fit.size_v))
                off = np.concatenate([fit.center_v - case.center_v, fit.size_v - case.extents_m])
                found.over_sigma.append(off / np.concatenate([fit.sigma_center_m, fit.sigma_size_m]))
        for name, eroded in (("open3d eroded", True), ("open3d raw", False)):
            for case, observed in zip(batch, kept, strict=True):
                with _timed(into[case.group][name]):
                    box = open3d_box(case, eroded)
                if observed and box is not None:
                    _add(into[case.group][name], case, box)


@contextmanager
def _timed(found: Found) -> Iterator[None]:
    started = time.process_time()
    yield
    found.seconds += time.process_time() - started
    found.cases += 1


def _add(found: Found, case: Case, box: Box) -> None:
    found.kept += 1
    found.extent.append(np.abs(box[1] / case.extents_m - 1))
    found.center_m.append(float(np.linalg.norm(box[0] - case.center_v)))


def figures(found: Found) -> dict[str, float | None]:
    """Figures of one method on one group."""
    extent, center = np.array(found.extent).ravel(), np.array(found.center_m)
    return {
        "objects": found.cases, "objects_per_core_s": round(found.cases / found.seconds),
        "flagged_share": round(1 - found.kept / found.cases, 4),
        "median_extent_error": _quantile(extent, 0.5), "p90_extent_error": _quantile(extent, 0.9),
        "median_center_m": _quantile(center, 0.5), "p90_center_m": _quantile(center, 0.9),
    }  # fmt: skip


def _quantile(values: np.ndarray, q: float) -> float | None:
    return round(float(np.quantile(values, q)), 4) if len(values) else None


def calibration(found: Found) -> dict[str, dict[str, float]]:
    """Share of errors within one and three sigmas, by axis of the centre and by extent."""
    if not found.over_sigma:
        return {}
    ratio = np.abs(np.array(found.over_sigma))
    names = [f"center {a}" for a in AXES] + [f"extent {s}" for s in SIDES]
    return {
        name: {f"within_{k}": round(float((ratio[:, column] < k).mean()), 3) for k in (1, 3)}
        for column, name in enumerate(names)
    }


def main(folder: Path, rooms: int) -> None:
    data = yaml.safe_load(Path("params.yaml").read_text())
    params = LiftParams.model_validate(data["annotate"]["lift"])
    noise = SensorNoise.model_validate({**data["audit"]["sensor"], "mask_px": BLEED_PX})
    measure(islice(cuboids("low", noise, params), 3), params, {})  # compilation is not counted
    found: dict[str, dict[str, Found]] = {}
    for kind in ("low", "tall", "one side"):
        measure(islice(cuboids(kind, noise, params), BOXES), params, found)
    if folder.is_dir():
        measure(furniture(folder, rooms, noise, params), params, found)
    else:
        print(f"{folder}: no such folder, so no rooms (made by `dvc repro`)")
    rows = {group: {name: figures(f) for name, f in by.items()} for group, by in found.items()}
    columns = ("objects", "objects_per_core_s", "flagged_share", "median_extent_error", "p90_extent_error",
               "median_center_m", "p90_center_m")  # fmt: skip
    print(f"{'':30}", *(f"{c:>20}" for c in columns))
    for group, by in rows.items():
        for name, row in by.items():
            print(f"{group + ': ' + name:30}", *(f"{'n.a.' if row[c] is None else row[c]:>20}" for c in columns))
    sigmas = {group: calibration(by["ours"]) for group, by in found.items()}
    print("share of errors within 1 and 3 sigmas (normal: 0.683, 0.997)")
    for group, by_axis in sigmas.items():
        print(f"  {group:18}", *(f"{a}: {r['within_1']:.2f} {r['within_3']:.3f};" for a, r in by_axis.items()))
    print(json.dumps(summary(found, rows) | {"groups": rows, "sigmas": sigmas}))


def summary(found: Mapping[str, Mapping[str, Found]], rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Headline figures over the cuboids whose extents can be seen, and how many one-sided boxes were not flagged.

    In rooms, a box is one-sided by its box alone: an open shelf shows its depth all the same, so those not flagged
    are held against their truth.
    """
    visible = [found[g] for g in ("low", "tall")]
    ours, theirs = (_joined([by[name] for by in visible]) for name in ("ours", "open3d eroded"))
    speed = figures(ours)["objects_per_core_s"] or 0
    result = {
        **{k: v for k, v in figures(ours).items() if k != "objects"},
        "ratio_vs_open3d": round(speed / (figures(theirs)["objects_per_core_s"] or 1), 2),
        "open3d_median_extent_error": figures(theirs)["median_extent_error"],
        "open3d_median_center_m": figures(theirs)["median_center_m"],
        "one_side": found["one side"]["ours"].cases, "one_side_not_flagged": found["one side"]["ours"].kept,
    }  # fmt: skip
    if "rooms" in found:
        kept = found["rooms, one side"]["ours"]
        result |= {
            "rooms": rows["rooms"]["ours"], "rooms_one_side": kept.cases, "rooms_one_side_not_flagged": kept.kept,
            "rooms_one_side_beyond_3_sigma": sum(bool((np.abs(over) > 3).any()) for over in kept.over_sigma),
        }  # fmt: skip
    return result


def _joined(parts: list[Found]) -> Found:
    total = Found()
    for part in parts:
        total.seconds, total.cases, total.kept = (
            total.seconds + part.seconds, total.cases + part.cases, total.kept + part.kept
        )  # fmt: skip
        total.extent += part.extent
        total.center_m += part.center_m
    return total


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/scenes/rooms"), int(sys.argv[2]) if len(sys.argv) > 2 else 4)
