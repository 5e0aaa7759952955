"""What measuring boxes costs: `python -m benchmarks.surface_gap [FACTS] [ROOMS]`.

Distances are defined as the gap of boxes (docs/definitions.md). Here the pairs of all distance facts of the source
`rooms` in FACTS (default `data/facts/rooms`, of the first ROOMS rooms, default 20) are measured again between the
surfaces of their meshes: the smallest distance of any vertex or surface sample of one object to the triangles of the
other. A surface lies inside its box, so it is never nearer. A pair counts for both of its categories; the share above
10 % is how often someone who measures surfaces would call the answer wrong.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import trimesh

from stages import params as params_file
from stages.audits.truth import SceneTruth, scene_truth
from stages.audits.truth.statements import gap_m
from stages.open3d_import import import_open3d
from stages.runner import seed_of
from stages.schema.store import read_table, shard_path, shards_in

SOURCE = "rooms"
KINDS = ("distance_closest", "video_distance")
SAMPLES = 3000  # a surface; a few centimetres apart on the largest furniture
LEAST_PAIRS = 30  # of a category that is shown
TOLERANCE = 0.1

o3d = import_open3d()


class Surfaces:
    """Points on the surface of each object of a room, and distances to its triangles."""

    def __init__(self, truth: SceneTruth) -> None:
        mesh = truth.mesh
        self.points: dict[str, np.ndarray] = {}
        self._scenes: dict[str, Any] = {}
        for label, name in enumerate(mesh.object_ids):
            faces = mesh.faces[mesh.face_object == label]
            one = trimesh.Trimesh(mesh.vertices_w, faces, process=False)
            sampled, _ = trimesh.sample.sample_surface(one, SAMPLES, seed=label)
            self.points[name] = np.concatenate([truth.vertices_w[name], sampled])
            self._scenes[name] = o3d.t.geometry.RaycastingScene(nthreads=1)
            self._scenes[name].add_triangles(mesh.vertices_w.astype(np.float32), faces.astype(np.uint32))

    def gap_m(self, a: str, b: str) -> float:
        return min(self._to(a, b), self._to(b, a))

    def _to(self, a: str, b: str) -> float:
        query = o3d.core.Tensor(self.points[a].astype(np.float32))
        return float(self._scenes[b].compute_distance(query, nthreads=1).numpy().min())


def pairs_by_scene(folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Distinct pairs of objects that a distance fact is about."""
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for shard in shards_in(folder, "fact"):
        columns = ["kind", "scene_id", "subject_ids", "reference_ids"]
        for row in read_table(shard_path(folder, "fact", shard), "fact", columns).to_pylist():
            if row["kind"] in KINDS:
                a, b = sorted((row["subject_ids"][0], row["reference_ids"][0]))
                found[row["scene_id"]].add((a, b))
    return {scene_id: sorted(pairs) for scene_id, pairs in sorted(found.items())}


def measured(folder: Path, rooms: int) -> Iterator[tuple[str, str, float, float]]:
    """Yield both categories, the gap of the boxes and that of the surfaces."""
    data = params_file.read_params()
    source = params_file.section(data, f"sources.{SOURCE}")
    for scene_id, pairs in list(pairs_by_scene(folder).items())[:rooms]:
        truth = scene_truth(source, SOURCE, seed_of(data), scene_id)
        surfaces = Surfaces(truth)
        for a, b in pairs:
            boxes_m = gap_m(truth.solids[a], truth.solids[b])
            yield truth.category[a], truth.category[b], boxes_m, surfaces.gap_m(a, b)


def row_of(errors: np.ndarray, apart_m: np.ndarray) -> dict[str, float]:
    return {
        "pairs": len(errors), "median": round(float(np.median(errors)), 4),
        "p90": round(float(np.quantile(errors, 0.9)), 4), "above_10": round(float((errors > TOLERANCE).mean()), 4),
        "median_m": round(float(np.median(apart_m)), 4),
    }  # fmt: skip


def main(folder: Path, rooms: int) -> None:
    rows = list(measured(folder, rooms))
    boxes_m, surfaces_m = np.array([r[2] for r in rows]), np.array([r[3] for r in rows])
    apart_m = surfaces_m - boxes_m
    errors = apart_m / surfaces_m
    of: dict[str, list[int]] = defaultdict(list)
    for k, (a, b, _, _) in enumerate(rows):
        for category in {a, b}:
            of[category].append(k)
    table = {c: row_of(errors[k], apart_m[k]) for c, k in of.items() if len(k) >= LEAST_PAIRS}
    table = dict(sorted(table.items(), key=lambda item: -item[1]["above_10"]))
    everything = row_of(errors, apart_m)
    columns = ("pairs", "median", "p90", "above_10", "median_m")
    print(f"{'category':20}", *(f"{c:>9}" for c in columns))
    for name, row in {**table, "all": everything}.items():
        print(f"{name:20} {row['pairs']:9}", *(f"{row[c]:9.1%}" for c in columns[1:4]), f"{row['median_m']:9.3f}")
    beyond = float(apart_m.min())
    print(f"smallest difference of surface and box gap: {beyond:.6f} m (never below 0 but for rounding)")
    print(json.dumps({"all": everything, "smallest_difference_m": round(beyond, 6), "by_category": table}))


if __name__ == "__main__":
    main(
        Path(sys.argv[1] if len(sys.argv) > 1 else f"data/facts/{SOURCE}"),
        int(sys.argv[2]) if len(sys.argv) > 2 else 20,
    )
