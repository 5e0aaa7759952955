"""Whether an object looks the same after a turn about its vertical axis, measured on its surface and colours."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy.spatial import cKDTree

from stages.geometry.mesh import Material
from stages.rng import generator

SAMPLES = 6000
NEAR = 0.03  # of the footprint's radius: two samples this far apart, or as far as samples lie, are the same spot
COLOR = 0.12  # how much their colours may differ, linear
AGREE = 0.95  # share of samples that must find their like; in doubt an object counts as symmetric
_FINE_DEG = (37.0, 71.0, 113.0)  # only what is round looks the same at all of these


def symmetry_deg(
    vertices_m: Float[np.ndarray, "v 3"], faces: np.ndarray, face_material: np.ndarray, materials: tuple[Material, ...]
) -> float:
    """Return the turn after which shape and mean colours repeat: 0 any, 90, 120, 180, or 360 none."""
    points, colors, spacing = _samples(vertices_m, faces, face_material, materials)
    reach = max(NEAR * float(np.linalg.norm(points[:, :2], axis=1).max()), 1.5 * spacing)
    tree = cKDTree(points)

    def same(angle_deg: float) -> bool:
        c, s = np.cos(np.deg2rad(angle_deg)), np.sin(np.deg2rad(angle_deg))
        turned = points @ np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
        gap, like = tree.query(turned, k=4)
        fits = (gap <= reach) & (np.abs(colors[like] - colors[:, None]).max(axis=2) <= COLOR)
        return bool(fits.any(axis=1).mean() >= AGREE)

    if all(same(a) for a in _FINE_DEG):
        return 0.0
    return next((a for a in (90.0, 120.0, 180.0) if same(a)), 360.0)


def _samples(
    vertices_m: np.ndarray, faces: np.ndarray, face_material: np.ndarray, materials: tuple[Material, ...]
) -> tuple[Float[np.ndarray, "n 3"], Float[np.ndarray, "n 3"], float]:
    """Draw points evenly over the surface, with the mean colour of their material; and how far apart they lie."""
    rng = generator("symmetry")
    a, b, c = vertices_m[faces].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    chosen = rng.choice(len(faces), SAMPLES, p=area / area.sum())
    u, v = rng.random((2, SAMPLES, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    points = a[chosen] + u * (b - a)[chosen] + v * (c - a)[chosen]
    mean = np.array([_mean_color(m) for m in materials])
    return points, mean[face_material[chosen]], float(np.sqrt(area.sum() / 2 / SAMPLES))


def _mean_color(material: Material) -> np.ndarray:
    if material.image is None:
        return np.array(material.color)
    mean: np.ndarray = ((material.image.reshape(-1, 3) / 255.0) ** 2.2).mean(axis=0)
    return mean
