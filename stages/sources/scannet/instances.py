"""Annotated instances of a scan to object rows with boxes; what is left out is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from stages.geometry.oriented_box import fit_upright_box
from stages.schema.records import ObjectRow
from stages.sources.base import Drop
from stages.sources.scannet.labels import Label, LabelTable, left_out
from stages.sources.scannet.scan import Group, Scan
from stages.sources.scans.objects import THINNEST_M


@dataclass(frozen=True)
class Instances:
    """Objects of a scan with the vertices of each, drops, counts, and the height of the labelled floor."""

    rows: Sequence[ObjectRow]
    vertices: Sequence[Bool[np.ndarray, " v"]]
    drops: Sequence[Drop]
    counts: Mapping[str, int]
    floor_z_m: float


def find_instances(
    scene_id: str, scan: Scan, labels: LabelTable, trim_fraction: float, min_vertices: int, drop_groups: bool
) -> Instances:
    """Turn every instance into an object row or a counted drop.

    Args:
        scene_id: Id of the scene.
        scan: Aligned scan.
        labels: What raw labels mean.
        trim_fraction: See `fit_upright_box`.
        min_vertices: Instances with fewer vertices are dropped.
        drop_groups: Drop labels that name several things at once.
    """
    rows: list[ObjectRow] = []
    vertices: list[Bool[np.ndarray, " v"]] = []
    drops: list[Drop] = []
    known = {group.number: labels.label(group.raw_label) for group in scan.groups}
    for group in scan.groups:
        label = known[group.number]
        reason = left_out(label, drop_groups) or _unusable(group, min_vertices)
        row = None if reason else _row(scene_id, group, label, scan, trim_fraction)
        if row is None:
            drops.append(Drop(f"object.{reason or 'flat_box'}", f"{scene_id}:{group.number} {group.raw_label}"))
        else:
            rows.append(row)
            vertices.append(_mask(group))
    counts = {"objects": len(scan.groups), "labels_not_in_table": sum(not label.listed for label in known.values())}
    floors = [_mask(g) for g in scan.groups if known[g.number].category == "floor" and g.vertices is not None]
    heights_m = [float(np.median(scan.vertices_w[mask, 2])) for mask in floors if mask.any()]
    return Instances(rows, vertices, drops, counts, min(heights_m, default=0.0))


def _unusable(group: Group, min_vertices: int) -> str | None:
    if group.vertices is None:
        return "segments_missing"
    return "too_few_vertices" if group.vertices.sum() < min_vertices else None


def _row(scene_id: str, group: Group, label: Label, scan: Scan, trim_fraction: float) -> ObjectRow | None:
    box = fit_upright_box(scan.vertices_w[_mask(group)], trim_fraction)
    if box.size_m.min() < THINNEST_M:
        return None
    return ObjectRow(
        object_id=f"{scene_id}:{group.number}",
        scene_id=scene_id,
        category=label.category,
        category_raw=group.raw_label,
        caption=label.category,
        center_w=(float(box.center_w[0]), float(box.center_w[1]), float(box.center_w[2])),
        size_m=(float(box.size_m[0]), float(box.size_m[1]), float(box.size_m[2])),
        world_from_box=box.world_from_box.ravel().tolist(),
        geometry="sensor",
        box_by="given",
    )


def _mask(group: Group) -> Bool[np.ndarray, " v"]:
    assert group.vertices is not None
    return group.vertices
