"""Error of the floor's area by method: `python -m benchmarks.room_size [FOLDER] [SCENES]`.

FOLDER (default `data/scenes/rooms`) holds ingested rooms whose floor is known exactly. Points come from the depth of
8, 16 and 24 frames, evenly spread, every fourth pixel; once more with every seventh of these and 15 mm of noise on each
coordinate, as in a scan. `share` is the part of the rooms a method gives an answer for; `walls 0.8` and so on are
`floor_outline` where upright surface stands along that share of its length; `wrong` is the share off by over 10 %.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from stages.geometry.floor import ALPHA_PER_M, alpha_outline, floor_height_m, floor_outline, grid_outline, wall_outline
from stages.geometry.outlines import alpha_shape, polygon_area
from stages.rng import generator
from stages.schema.store import iter_pixels, read_table, shard_path, shards_in

FRAMES = (8, 16, 24)
STRIDE_PX = 4
NOISE_M = 0.015
THIN = 7
WRONG = 0.1  # relative error from which the audit calls a measure wrong


def main(folder: Path, most: int) -> dict[str, dict[str, float]]:
    """Print a table and the same figures as JSON."""
    errors: dict[str, dict[str, list[float]]] = {}
    for k, (scene_id, truth_m2, frames) in enumerate(rooms(folder)):
        if k == most:
            break
        for count in FRAMES:
            points = np.concatenate([frames[i] for i in np.arange(count) * len(frames) // count])
            rng = generator("room size", scene_id, count)
            noisy = points[rng.random(len(points)) < 1 / THIN]
            noisy = noisy + rng.normal(0, NOISE_M, noisy.shape)
            for name, cloud in ((f"{count} frames", points), (f"{count} frames, noise", noisy)):
                for method, area_m2 in areas(cloud).items():
                    errors.setdefault(name, {}).setdefault(method, []).append(area_m2 / truth_m2 - 1)
    found = {}
    print(f"{'points':18} {'method':14} {'share':>6} {'median':>8} {'p90':>8} {'bias':>8} {'wrong':>8}")
    for name, by_method in errors.items():
        for method, values in by_method.items():
            given = np.array(values)[np.isfinite(values)]
            size = np.abs(given) if len(given) else np.array([np.nan])
            row = {
                "share": len(given) / len(values),
                "median": float(np.median(size)),
                "p90": float(np.quantile(size, 0.9)),
                "bias": float(np.median(given)) if len(given) else np.nan,
                "wrong": float((size > WRONG).mean()),
            }
            found[f"{name}: {method}"] = row
            print(
                f"{name:18} {method:14}",
                f"{row['share']:6.2f}",
                *(f"{row[k]:8.2%}" for k in ("median", "p90", "bias", "wrong")),
            )
    print(json.dumps(found))
    return found


def areas(points_w: np.ndarray) -> dict[str, float]:
    """Area by each method, NaN where it gives none."""
    floor_m = floor_height_m(points_w)
    everything = alpha_shape(np.unique(np.round(points_w[:, :2] / 0.05), axis=0) * 0.05, ALPHA_PER_M)
    best = floor_outline(points_w)
    return {
        "alpha, floor": _area(alpha_outline(points_w, floor_m)),
        "alpha, all": np.nan if everything is None else everything.area_m2,
        "grid": _area(grid_outline(points_w)),
        "walls": _area(wall_outline(points_w, floor_m)),
        **{
            f"walls {share}": _area(best.outline_w) if best is not None and best.wall_share >= share else np.nan
            for share in (0.0, 0.8, 0.9, 0.95)
        },
    }


def _area(outline_w: np.ndarray | None) -> float:
    return np.nan if outline_w is None else polygon_area(outline_w)


def rooms(folder: Path) -> Iterator[tuple[str, float, list[np.ndarray]]]:
    """Yield id, exact area and the points of every frame of each room."""
    for shard in shards_in(folder, "scene"):
        scenes = read_table(shard_path(folder, "scene", shard), "scene", ["scene_id", "floor_polygon_w"]).to_pylist()
        views = {v["view_id"]: v for v in read_table(shard_path(folder, "view", shard), "view").to_pylist()}
        frames: dict[str, dict[int, np.ndarray]] = {}
        for view_id, _, depth in iter_pixels(folder, shard, list(views)):
            view = views[view_id]
            assert depth is not None
            frames.setdefault(view["scene_id"], {})[view["frame"]] = _points_w(depth, view)
        for scene in scenes:
            ordered = [points for _, points in sorted(frames[scene["scene_id"]].items())]
            yield scene["scene_id"], polygon_area(np.array(scene["floor_polygon_w"])), ordered


def _points_w(depth: bytes, view: dict[str, object]) -> np.ndarray:
    height, width = int(str(view["height_px"])), int(str(view["width_px"]))
    fx, fy, cx, cy = np.array(view["intrinsics_px"], dtype=np.float64)
    y, x = np.mgrid[0:height:STRIDE_PX, 0:width:STRIDE_PX]
    z = np.frombuffer(depth, "<u2").reshape(height, width)[::STRIDE_PX, ::STRIDE_PX] * float(str(view["depth_scale_m"]))
    rays = np.stack([(x - cx) / fx, (y - cy) / fy, np.ones(x.shape)], axis=-1)
    pose = np.array(view["world_from_cam"], dtype=np.float64).reshape(4, 4)
    points_w: np.ndarray = (rays * z[..., None])[z > 0] @ pose[:3, :3].T + pose[:3, 3]
    return points_w


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/scenes/rooms"), int(sys.argv[2]) if len(sys.argv) > 2 else -1)
