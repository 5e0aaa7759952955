"""VSI-Bench's own tables, recomputed: `python -m benchmarks.vsi_bench_truth [FOLDER]`.

FOLDER (default: environment variable ENGINE_SAMPLES, else `../shared/data`) holds `vsi_bench/meta_info/*_val.json`. Per
dataset: boxes per category against `object_counts`; the corners of each box against its own `min` and `max`, with the
rows and with the columns of `normalizedAxes` as box axes; the longest edge (VSI-Bench's object size) of the upright box
that the engine works with against that of the oriented box; and rooms whose boxes do not fit into `room_size`. Room
sizes come from point clouds that the tables do not hold, so they can be bounded but not recomputed.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

from stages.geometry.boxes import corners, upright

TOLERANCE_M = 0.01
DEFAULT = Path(__file__).parents[1] / "../shared/data"


def samples_folder() -> Path:
    """Folder of dataset samples."""
    return Path(os.environ.get("ENGINE_SAMPLES", DEFAULT))


def main(folder: Path) -> dict[str, dict[str, float]]:
    """Print a table per dataset and the figures as JSON."""
    found = {}
    for path in sorted((folder / "vsi_bench/meta_info").glob("*_meta_info_val.json")):
        name = path.name.split("_meta")[0]
        found[name] = of_scenes(name, json.loads(path.read_text()))
        print(name, *(f"{k} {v:g}" for k, v in found[name].items()), sep="\n  ")
    print(json.dumps(found))
    return found


def of_scenes(dataset: str, scenes: dict[str, dict[str, Any]]) -> dict[str, float]:
    """Figures of one dataset; every mismatch of counts is printed."""
    counted = [(s, c, len(scene["object_bbox"].get(c, ())), n) for s, scene in scenes.items()
               for c, n in scene["object_counts"].items()]  # fmt: skip
    for scene, category, listed, count in counted:
        if listed != count:
            print(f"{dataset} {scene}: {category}: {listed} boxes, but the table counts {count}")
    boxes = [box for scene in scenes.values() for listed in scene["object_bbox"].values() for box in listed]
    center, size, axes, low, high = (
        np.array([box[k] for box in boxes], dtype=np.float64)
        for k in ("centroid", "axesLengths", "normalizedAxes", "min", "max")
    )
    rows = np.swapaxes(axes.reshape(-1, 3, 3), 1, 2)  # a row is an axis, so it becomes a column of the rotation
    columns = axes.reshape(-1, 3, 3)
    extents, _ = upright(size, rows)
    longest, tilted = size.max(axis=1), np.abs(rows[:, 2, :]).max(axis=1) < np.cos(np.radians(5))
    same = np.abs(extents.max(axis=1) - longest) <= TOLERANCE_M
    return {
        "scenes": len(scenes),
        "counts": len(counted),
        "counts_agree": float(np.mean([listed == count for _, _, listed, count in counted])),
        "boxes": len(boxes),
        "corners_agree_rows": float(_agree(corners(center, size, rows), low, high).mean()),
        "corners_agree_columns": float(_agree(corners(center, size, columns), low, high).mean()),
        "tilted_boxes": float(tilted.mean()),
        "longest_edge_agrees": float(same.mean()),
        "longest_edge_agrees_untilted": float(same[~tilted].mean()) if (~tilted).any() else float("nan"),
        "rooms_smaller_than_their_boxes": float(sum(_too_small(scene) for scene in scenes.values())),
    }


def _agree(points: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Tell whose corners span the stated range."""
    off = np.maximum(np.abs(points.min(axis=1) - low), np.abs(points.max(axis=1) - high)).max(axis=1)
    agree: np.ndarray = off <= TOLERANCE_M
    return agree


def _too_small(scene: dict[str, Any]) -> bool:
    """Tell whether the largest footprint of a box exceeds the room."""
    sizes = [sorted(box["axesLengths"])[1:] for listed in scene["object_bbox"].values() for box in listed]
    return bool(max((a * b for a, b in sizes), default=0.0) > scene["room_size"])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else samples_folder())
