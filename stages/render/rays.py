"""Rays through pixels, and the Open3D scenes they are cast into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Int32

from stages.compiled import compiled
from stages.open3d_import import import_open3d

Intrinsics = tuple[float, float, float, float]
Cast = tuple[Float32[np.ndarray, " n"], Int32[np.ndarray, " n"], Float32[np.ndarray, "n 2"]]


class RayScene:
    """Triangles that rays can be cast into, on one thread (two gain nothing at picture size).

    Args:
        vertices: Any frame, metres; stored as float32, so keep them near the origin.
        faces: Vertex indices.
    """

    def __init__(self, vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"]) -> None:
        """Build the acceleration structure."""
        self._o3d = import_open3d()
        self._scene = self._o3d.t.geometry.RaycastingScene(nthreads=1)
        self.empty = len(faces) == 0
        if not self.empty:
            self._scene.add_triangles(self._tensor(vertices, np.float32), self._tensor(faces, np.uint32))

    def cast(self, rays: Float[np.ndarray, "n 6"]) -> Cast:
        """Return per ray the distance in lengths of its direction (inf: no hit), the face (-1), and u, v on it."""
        if self.empty or len(rays) == 0:
            return (
                np.full(len(rays), np.inf, np.float32),
                np.full(len(rays), -1, np.int32),
                np.zeros((len(rays), 2), np.float32),
            )
        hits = self._scene.cast_rays(self._tensor(rays, np.float32), nthreads=1)
        face = hits["primitive_ids"].numpy().view(np.int32)  # the invalid id 2**32 - 1 reads as -1
        return hits["t_hit"].numpy(), face, hits["primitive_uvs"].numpy()

    def blocked(self, rays: Float[np.ndarray, "n 6"], near: float, far: float) -> Bool[np.ndarray, " n"]:
        """Return per ray whether anything lies between `near` and `far`, in lengths of its direction."""
        if self.empty or len(rays) == 0:
            return np.zeros(len(rays), bool)
        found: np.ndarray = self._scene.test_occlusions(self._tensor(rays, np.float32), near, far, nthreads=1).numpy()
        return found

    def _tensor(self, array: np.ndarray, dtype: Any) -> Any:
        return self._o3d.core.Tensor(np.ascontiguousarray(array, dtype=dtype))


@dataclass(frozen=True)
class Camera:
    """One view, in the frame that the vertices of the ray scene are in."""

    pose: Float[np.ndarray, "4 4"]
    intrinsics_px: Intrinsics
    size_wh: tuple[int, int]

    @property
    def pixel_angle(self) -> float:
        """Width of a pixel at 1 m."""
        return 1.0 / self.intrinsics_px[0]

    def rays(self, pixels_px: Float[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 6"]:
        """Return origin and direction of the ray through each pixel position; one length is 1 m of z-depth."""
        return _rays_through(self.pose, self.intrinsics_px, pixels_px)

    def pixels(self) -> Float32[np.ndarray, "n 2"]:
        """Return the centres of all pixels, row by row."""
        width, height = self.size_wh
        u, v = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        return np.stack([u.ravel(), v.ravel()], axis=1)


@compiled
def _rays_through(
    pose: np.ndarray, intrinsics_px: tuple[float, float, float, float], pixels_px: np.ndarray
) -> Float32[np.ndarray, "n 6"]:
    fx, fy, cx, cy = intrinsics_px
    rays = np.empty((len(pixels_px), 6), np.float32)
    for i in range(len(pixels_px)):
        x, y = (pixels_px[i, 0] - cx) / fx, (pixels_px[i, 1] - cy) / fy
        for c in range(3):
            rays[i, c] = pose[c, 3]
            rays[i, 3 + c] = x * pose[c, 0] + y * pose[c, 1] + pose[c, 2]
    return rays
