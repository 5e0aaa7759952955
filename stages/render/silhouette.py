"""How much of the picture an object would cover if nothing stood in front of it and the picture had no border."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from stages.render.rays import Camera, RayScene

NEAR_M = 0.02  # vertices nearer than this have no stable projection
REACH = 1.0  # the silhouette is followed this many image sizes beyond each border
MAX_RAYS = 4096


class Silhouettes:
    """Amodal silhouettes of the objects of one mesh; the scene of an object is built at its first use and kept."""

    def __init__(
        self, vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"], face_object: Int[np.ndarray, " f"]
    ) -> None:
        """Sort the faces by object."""
        order = np.argsort(face_object, kind="stable")
        self._vertices, self._faces, self._objects = vertices, faces[order], face_object[order]
        self._scenes: dict[int, tuple[np.ndarray, RayScene]] = {}

    def area(self, index: int, camera: Camera) -> tuple[float, float]:
        """Return the area of one object's silhouette in pixels, and the part of it outside the image.

        Sampled at pixel centres on a grid whose step grows with the object, so that an object that fits in
        MAX_RAYS pixels gets the same pixels as in a full picture. Follows the object up to REACH image sizes
        beyond the border; (0, 0) where the object is empty or behind the camera.
        """
        points, scene = self._scene(index)
        bounds = projected_bounds(points, camera)
        if bounds is None:
            return 0.0, 0.0
        x1, y1, x2, y2 = bounds
        step = max(1, int(np.ceil(np.sqrt((x2 - x1 + 1) * (y2 - y1 + 1) / MAX_RAYS))))
        # multiples of the step, half a step in: every cell of the grid is sampled at a pixel near its middle
        u, v = np.meshgrid(np.arange(x1 + (step - 1) // 2, x2 + 1, step), np.arange(y1 + (step - 1) // 2, y2 + 1, step))
        pixels_px = np.stack([u.ravel(), v.ravel()], axis=1).astype(np.float32)
        hit = np.isfinite(scene.cast(camera.rays(pixels_px))[0])
        inside = ((pixels_px >= 0) & (pixels_px < np.array(camera.size_wh))).all(axis=1)
        return float(hit.sum()) * step * step, float((hit & ~inside).sum()) * step * step

    def _scene(self, index: int) -> tuple[np.ndarray, RayScene]:
        if index not in self._scenes:
            low, high = np.searchsorted(self._objects, [index, index + 1])
            used, faces = np.unique(self._faces[low:high], return_inverse=True)
            points = self._vertices[used]
            self._scenes[index] = (points, RayScene(points, faces.reshape(-1, 3)))
        return self._scenes[index]


def projected_bounds(points: Float[np.ndarray, "n 3"], camera: Camera) -> tuple[int, int, int, int] | None:
    """Return first and last pixel column and row that points can project to, inclusive, or None if all are behind.

    Where some points are behind the camera the bounds are the whole reach, because edges may run anywhere.
    """
    points_c = (points - camera.pose[:3, 3]) @ camera.pose[:3, :3]
    z = points_c[:, 2]
    if not (z > NEAR_M).any():
        return None
    fx, fy, cx, cy = camera.intrinsics_px
    size = np.array(camera.size_wh, dtype=np.float64)
    low, high = -REACH * size, (1 + REACH) * size - 1
    if (z > NEAR_M).all():
        uv = np.stack([points_c[:, 0] / z * fx + cx, points_c[:, 1] / z * fy + cy], axis=1)
        low, high = np.maximum(low, np.floor(uv.min(axis=0))), np.minimum(high, np.ceil(uv.max(axis=0)))
    if (high < low).any():
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])
