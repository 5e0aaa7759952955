"""Annotated boxes and labels of a scan to object rows; what is no single thing is a counted drop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from stages.geometry.oriented_box import OrientedBox, fit_upright_box
from stages.schema.records import ObjectRow
from stages.sources.base import Drop
from stages.sources.categories import left_out, named
from stages.sources.scans.files import numbers

THINNEST_M = 0.001  # a box that is flatter came from points in one plane
MOST_TILT_DEG = 5.0  # the smallest box at any tilt says little about width and height
FEWEST_POINTS = 20
_ORTHONORMAL = 1e-3
_SUPPORT_M, _LEVEL = 0.03, 0.9  # level faces this near the bottom of a box, by the cosine of their slope


def box_of_rows(record: Any) -> OrientedBox | None:
    """Read `centroid`, `axesLengths` and `normalizedAxes` of an annotated box, None where they make no box.

    ScanNet, ScanNet++, MultiScan, 3RScan and ARKitScenes all store three unit axes one after the other: axis i is
    `normalizedAxes[3i:3i + 3]`, and `axesLengths[i]` is the full extent along it.
    """
    if not isinstance(record, Mapping):
        return None
    read = [
        numbers(record.get(key), count) for key, count in (("centroid", 3), ("axesLengths", 3), ("normalizedAxes", 9))
    ]
    center_w, size_m, flat = read
    if center_w is None or size_m is None or flat is None:
        return None
    return box_of_axes(center_w, size_m, flat.reshape(3, 3))


def box_of_axes(
    center_w: Float[np.ndarray, " 3"], size_m: Float[np.ndarray, " 3"], axes: Float[np.ndarray, "3 3"]
) -> OrientedBox | None:
    """Make a box from its axes (rows) with the third one up and the first the longer of the others.

    Returns:
        None where the axes are not at right angles or the box is flat.
    """
    if np.abs(axes @ axes.T - np.eye(3)).max() > _ORTHONORMAL or size_m.min() < THINNEST_M:
        return None
    up = int(np.abs(axes[:, 2]).argmax())
    first, second = sorted((k for k in range(3) if k != up), key=lambda k: (-size_m[k], k))
    order = [first, second, up]
    rotation = axes[order].T * np.where(axes[up, 2] < 0, [1, 1, -1], [1, 1, 1])
    rotation[:, 1] *= np.sign(np.linalg.det(rotation))
    u, _, v = np.linalg.svd(rotation)  # files keep few digits
    return OrientedBox(center_w, size_m[order], u @ v)


def settled_box(
    box: OrientedBox | None, points_w: Float[np.ndarray, "n 3"] | None, trim_fraction: float
) -> OrientedBox | None:
    """Take the annotated box if it stands upright, else fit one to the object's points.

    Args:
        box: As annotated, None where that makes no box.
        points_w: The object's vertices, None where the mesh is missing.
        trim_fraction: See `fit_upright_box`.
    """
    if box is not None and box.world_from_box[2, 2] >= np.cos(np.radians(MOST_TILT_DEG)):
        return box
    if points_w is None or len(points_w) < FEWEST_POINTS:
        return box
    fitted = fit_upright_box(points_w, trim_fraction)
    return fitted if fitted.size_m.min() >= THINNEST_M else box


def object_row(scene_id: str, name: str, raw: str, box: OrientedBox | None, drop_groups: bool) -> ObjectRow | Drop:
    """Make an object row, or say why there is none.

    Args:
        scene_id: Id of the scene.
        name: Name of the object within it.
        raw: Label as the dataset spells it, without any running number.
        box: Its box, None where the file has none that can be used.
        drop_groups: Drop labels of several things, e.g. `books`.
    """
    label = named(raw)
    reason = left_out(label.category)
    if reason is None and label.several and drop_groups:
        reason = "group"
    if reason is None and box is None:
        reason = "bad_box"
    if reason is not None:
        return Drop(f"object.{reason}", f"{scene_id}:{name} {raw}")
    assert box is not None
    return ObjectRow(
        object_id=f"{scene_id}:{name}", scene_id=scene_id, category=label.category, category_raw=raw,
        caption=label.category,
        center_w=(float(box.center_w[0]), float(box.center_w[1]), float(box.center_w[2])),
        size_m=(float(box.size_m[0]), float(box.size_m[1]), float(box.size_m[2])),
        world_from_box=box.world_from_box.ravel().tolist(), geometry="sensor", box_by="given",
    )  # fmt: skip


def split_rows(found: Mapping[Any, ObjectRow | Drop]) -> tuple[list[ObjectRow], list[Any], list[Drop]]:
    """Part object rows from drops; the second list holds the keys of the rows, in their order."""
    kept = {key: row for key, row in found.items() if isinstance(row, ObjectRow)}
    return list(kept.values()), list(kept), [row for row in found.values() if isinstance(row, Drop)]


def faces_in_boxes(
    vertices_w: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"], rows: list[ObjectRow], margin_m: float
) -> Int[np.ndarray, " f"]:
    """Index of the box that each face lies in, for meshes without labels; -1 for none.

    Level faces at the bottom of a box are what the object stands on. Of two boxes round a face, the smaller has it.

    Args:
        vertices_w: World metres.
        faces: Corners.
        rows: Objects with boxes whose third axis is up.
        margin_m: How far a surface may lie outside its box.
    """
    corners_w = vertices_w[faces]
    middle_w = corners_w.mean(axis=1)
    normal = np.cross(corners_w[:, 1] - corners_w[:, 0], corners_w[:, 2] - corners_w[:, 0])
    level = np.abs(normal[:, 2]) >= _LEVEL * np.linalg.norm(normal, axis=1)
    owner = np.full(len(faces), -1, dtype=np.int64)
    for index in sorted(range(len(rows)), key=lambda k: -float(np.prod(rows[k].size_m or 0.0))):
        row = rows[index]
        local = (middle_w - np.array(row.center_w)) @ np.array(row.world_from_box).reshape(3, 3)
        half_m = np.array(row.size_m) / 2
        support = level & (local[:, 2] < _SUPPORT_M - half_m[2])
        owner[(np.abs(local) <= half_m + margin_m).all(axis=1) & ~support] = index
    return owner
