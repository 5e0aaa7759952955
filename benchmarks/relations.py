"""Pair relations per core-second: the fused kernel, its numpy twins, and a loop over pairs with small numpy arrays.

A relation is one kind judged for one pair: value, margin and first doubt. The fused figure is from objects in view
space to verdicts, with listing the pairs and measuring the objects. The twins work on `CHUNK` views at a time, which
suits the cache best. The loop finds values and margins only, which is less than the other two do, on the first views.

    python -m benchmarks.relations
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import yaml

from stages.relations.base import Limits, Seen
from stages.relations.fused import judge
from stages.relations.pairs import pairs_within
from stages.relations.verdicts import KINDS, Verdicts, judged_by_kind

VIEWS, OBJECTS, REPEATS = 20_000, 12, 7
CHUNK = 250
LOOP_VIEWS = 20


def scenes(views: int) -> Seen:
    """Random rooms: boxes from a hand to a sofa, before the camera."""
    rng = np.random.default_rng(20250623)
    n = views * OBJECTS
    return Seen(
        center_v=rng.uniform((-3, 0.8, -1.4), (3, 6, 1), (n, 3)),
        size_v=np.exp(rng.uniform(np.log(0.1), np.log(2), (n, 3))),
        yaw_v=rng.uniform(-np.pi, np.pi, n),
        sigma_center_m=rng.uniform(0.005, 0.05, (n, 3)),
        sigma_size_m=rng.uniform(0.005, 0.05, (n, 3)),
        scale_sigma=np.full(n, 0.02),
        tilt_sigma=np.full(n, 0.01),
        extent_observed=rng.random(n) < 0.9,
        middle_px=rng.uniform(0, 640, n),
    )


def fused(seen: Seen, limits: Limits) -> Verdicts:
    i, j = pairs_within(np.arange(len(seen.yaw_v)) // OBJECTS)
    return judge(seen, i, j, limits)


def numpy_twins(seen: Seen, limits: Limits) -> list[Verdicts]:
    step = CHUNK * OBJECTS
    parts = (seen.take(np.arange(first, first + step)) for first in range(0, len(seen.yaw_v), step))
    return [judged_by_kind(part, *pairs_within(np.arange(step) // OBJECTS), limits) for part in parts]


def loop(seen: Seen) -> list[np.ndarray]:
    """Value and margin of the eight kinds, pair by pair."""
    found = []
    for first in range(0, len(seen.yaw_v), OBJECTS):
        for i in range(first, first + OBJECTS):
            for j in range(i + 1, first + OBJECTS):
                value, sigma = _value_and_sigma(seen, i, j)
                found.append(np.stack([value, np.abs(value) / sigma]))
    return found


def _value_and_sigma(seen: Seen, i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
    apart = seen.center_v[j] - seen.center_v[i]
    center_m = float(np.linalg.norm(apart))
    gap_m = _gap_m(seen, i, j)
    size_i, size_j = seen.size_v[i], seen.size_v[j]
    wide_i, wide_j = int(np.argmax(size_i[:2])), int(np.argmax(size_j[:2]))
    value = np.array([
        apart[0], -apart[2], apart[1], np.prod(size_i) - np.prod(size_j), size_i[2] - size_j[2],
        size_i[wide_i] - size_j[wide_j], center_m, gap_m,
    ])  # fmt: skip
    sigma_i, sigma_j = seen.sigma_size_m[i], seen.sigma_size_m[j]
    lever = seen.tilt_sigma[i] * np.array([apart[2], apart[2], np.linalg.norm(apart[:2])])
    position = np.sqrt(seen.sigma_center_m[i] ** 2 + seen.sigma_center_m[j] ** 2 + lever**2)
    along = np.linalg.norm(apart / center_m * np.hypot(seen.sigma_center_m[i], seen.sigma_center_m[j]))
    scale = seen.scale_sigma[i] * np.array([center_m, gap_m])
    sigma = np.array([
        position[0], position[2], position[1],
        np.hypot(*(np.prod(s) * np.linalg.norm(e / s) for s, e in ((size_i, sigma_i), (size_j, sigma_j)))),
        np.hypot(sigma_i[2], sigma_j[2]), np.hypot(sigma_i[wide_i], sigma_j[wide_j]), np.hypot(along, scale[0]),
        np.sqrt(along**2 + (sigma_i.max() ** 2 + sigma_j.max() ** 2) / 4 + scale[1] ** 2),
    ])  # fmt: skip
    return value, sigma


def _gap_m(seen: Seen, i: int, j: int) -> float:
    apart_m, corner_m = -np.inf, np.inf
    for one, other in ((i, j), (j, i)):
        turn = np.array([[np.cos(seen.yaw_v[one]), np.sin(seen.yaw_v[one])],
                         [-np.sin(seen.yaw_v[one]), np.cos(seen.yaw_v[one])]])  # fmt: skip
        cos, sin = np.cos(seen.yaw_v[other]), np.sin(seen.yaw_v[other])
        signs = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]]) * seen.size_v[other, :2] / 2
        corners = (seen.center_v[other, :2] + signs @ np.array([[cos, sin], [-sin, cos]])) - seen.center_v[one, :2]
        local, half = corners @ turn.T, seen.size_v[one, :2] / 2
        corner_m = min(corner_m, np.linalg.norm(np.maximum(np.abs(local) - half, 0), axis=1).min())
        apart_m = max(apart_m, (local.min(axis=0) - half).max(), (-half - local.max(axis=0)).max())
    gap_z = abs(seen.center_v[i, 2] - seen.center_v[j, 2]) - (seen.size_v[i, 2] + seen.size_v[j, 2]) / 2
    return float(np.hypot(corner_m if apart_m > 0 else 0, max(gap_z, 0)))


def core_seconds(work: Callable[[], object], repeats: int) -> float:
    """Median CPU time of one call, after a first one that is not counted (compilation, caches)."""
    work()
    spent = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return median(spent)


def differing(seen: Seen, some: Seen, limits: Limits) -> int:
    """Relations on which the three disagree: doubts of the first two, values and margins of all."""
    verdicts, twins, looped = fused(seen, limits), numpy_twins(seen, limits), np.stack(loop(some), axis=-1)
    count = np.count_nonzero(verdicts.reason != np.concatenate([t.reason for t in twins], axis=1))
    for row, name in enumerate(("value", "margin")):
        ours, numpys = getattr(verdicts, name), np.concatenate([getattr(t, name) for t in twins], axis=1)
        count += np.count_nonzero(~np.isclose(ours, numpys, rtol=1e-9, atol=1e-9))
        count += np.count_nonzero(~np.isclose(ours[:, : looped.shape[-1]], looped[row], rtol=1e-9, atol=1e-9))
    return int(count)


def main() -> None:
    limits = Limits.model_validate(yaml.safe_load(Path("params.yaml").read_text())["relate"]["limits"])
    seen = scenes(VIEWS)
    some = seen.take(np.arange(LOOP_VIEWS * OBJECTS))
    each = OBJECTS * (OBJECTS - 1) // 2 * len(KINDS)
    rates = {
        "fused": VIEWS * each / core_seconds(lambda: fused(seen, limits), REPEATS),
        "numpy": VIEWS * each / core_seconds(lambda: numpy_twins(seen, limits), 3),
        "loop": LOOP_VIEWS * each / core_seconds(lambda: loop(some), 3),
    }
    print(f"{VIEWS:,} views of {OBJECTS} objects, {VIEWS * each:,} relations; CPU time of one core, medians")
    for name, rate in rates.items():
        print(f"  {name:6} {rate / 1e6:10.3f} M relations per core-second  {rate / rates['loop']:8.0f} x the loop")
    wrong = differing(seen, some, limits)
    print(f"relations on which they differ: {wrong}")
    figures = {"relations_per_core_s": {k: round(v) for k, v in rates.items()}, "differing": wrong,
               "views": VIEWS, "objects": OBJECTS, "kinds": len(KINDS)}  # fmt: skip
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
