"""Small scenes for tests of rendering: boxes, a floor, and a level camera."""

from __future__ import annotations

import numpy as np

from stages.geometry.mesh import LabelledMesh, Material
from stages.render import Frame, Renderer

Extent = tuple[tuple[float, float, float], tuple[float, float, float]]

K = (120.0, 120.0, 79.5, 59.5)
SIZE_WH = (160, 120)
GREY = Material((0.5, 0.5, 0.5))


def box(low: tuple[float, float, float], high: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return vertices and outward faces of an axis-aligned box."""
    unit = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
    quads = [[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]]
    faces = [[a, b, c] for p, q, r, t in quads for a, b, c in ((p, q, r), (p, r, t))]
    return unit * (np.array(high) - low) + low, np.array(faces)


def boxes(*rows: Extent, floor: bool = False) -> LabelledMesh:
    """Return one object per box, all grey, with an unlabelled floor at z = 0 if wanted."""
    parts = [box(low, high) for low, high in rows]
    labels = list(range(len(rows)))
    if floor:
        parts.append(box((-20, -20, -0.1), (20, 20, 0)))
        labels.append(-1)
    return LabelledMesh(
        vertices_w=np.concatenate([v for v, _ in parts]),
        faces=np.concatenate([f + 8 * k for k, (_, f) in enumerate(parts)]),
        face_object=np.repeat(labels, 12),
        object_ids=[f"s/0:box_{k}" for k in range(len(rows))],
        face_material=np.zeros(12 * len(parts), int),
        materials=[GREY],
        ambient=(0.5, 0.5, 0.5),
    )


def looking_along_y(
    x: float = 0.0, y: float = 0.0, z: float = 0.0, *, yaw_deg: float = 0.0, pitch_deg: float = 0.0
) -> np.ndarray:
    """Return the pose of a level camera looking along +y, turned counter-clockwise and pitched up."""
    yaw, pitch = np.deg2rad(90 + yaw_deg), np.deg2rad(pitch_deg)
    forward = np.array([np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch)])
    right = np.array([np.sin(yaw), -np.cos(yaw), 0.0])
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = right, np.cross(forward, right), forward, (x, y, z)
    return pose


def frame(mesh: LabelledMesh, pose: np.ndarray) -> Frame:
    return Renderer(mesh).frame(pose, K, SIZE_WH)


CUBE = ((-0.5, 2.0, -0.5), (0.5, 3.0, 0.5))
