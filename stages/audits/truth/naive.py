"""What an engine without margins states: strict signs of differences between clouds of visible points.

The rules of the open ancestor pipelines (SpatialRGPT's data pipeline: centre of each object's points, axis-aligned
extents, no margin; arXiv:2406.01584), so that their label error can stand beside ours on the same scenes.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float

from stages.rng import generator

PAIRS_PER_VIEW = 3
KINDS = ("left_of", "above", "in_front_of", "bigger", "taller", "wider", "distance_center", "distance_closest")


def naive_facts(
    scene_id: str,
    view_id: str,
    category: Mapping[str, str],
    points_v: Mapping[str, Float[np.ndarray, "n 3"]],
    seed: int,
) -> list[dict[str, Any]]:
    """State every pair relation for a few pairs of a view, and the number of instances of their categories.

    Args:
        scene_id: The scene.
        view_id: The view.
        category: Category per object.
        points_v: Points of every detected object, view space, metres; as many as there are masks.
        seed: Pairs are drawn by it.
    """
    names = sorted(points_v)
    pairs = list(combinations(names, 2))
    rng = generator(seed, "no-margin", view_id)
    facts = []
    for k in rng.permutation(len(pairs))[:PAIRS_PER_VIEW].tolist():
        a, b = pairs[k]
        facts += [_fact(scene_id, view_id, kind, *_stated(kind, a, b, points_v)) for kind in KINDS]
        instances = [name for name in names if category[name] == category[a]]
        facts.append({**_fact(scene_id, view_id, "count", instances, [], len(instances)), "category": category[a]})
    return facts


def _stated(kind: str, a: str, b: str, points_v: Mapping[str, np.ndarray]) -> tuple[list[str], list[str], float]:
    value = _value(kind, points_v[a], points_v[b])
    return ([a], [b], value) if value >= 0 else ([b], [a], -value)


def _value(kind: str, a: Float[np.ndarray, "n 3"], b: Float[np.ndarray, "m 3"]) -> float:
    if kind in ("left_of", "above", "in_front_of"):
        axis, sign = {"left_of": (0, -1), "above": (2, 1), "in_front_of": (1, -1)}[kind]
        if kind == "in_front_of":  # by the nearest depth of each
            return float(b[:, 1].min() - a[:, 1].min())
        return float(sign * (a[:, axis].mean() - b[:, axis].mean()))
    if kind == "distance_center":
        return float(np.linalg.norm(a.mean(axis=0) - b.mean(axis=0)))
    if kind == "distance_closest":
        return float(_closest(a, b))
    extent_a, extent_b = np.ptp(a, axis=0), np.ptp(b, axis=0)
    if kind == "bigger":
        return float(extent_a.prod() - extent_b.prod())
    if kind == "taller":
        return float(extent_a[2] - extent_b[2])
    return float(extent_a[:2].max() - extent_b[:2].max())


def _closest(a: Float[np.ndarray, "n 3"], b: Float[np.ndarray, "m 3"]) -> float:
    from scipy.spatial import cKDTree

    return float(cKDTree(a).query(b)[0].min())


def _fact(
    scene_id: str, view_id: str, kind: str, subjects: list[str], references: list[str], value: float
) -> dict[str, Any]:
    return {
        "fact_id": f"{view_id}:{kind}:no-margin:{'.'.join([*subjects, *references])}", "scene_id": scene_id,
        "view_ids": [view_id], "kind": kind, "subject_ids": subjects, "reference_ids": references, "category": None,
        "detail": None, "value": float(value), "margin": None,
    }  # fmt: skip
