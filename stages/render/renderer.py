"""Render a labelled mesh by ray casting: the same bytes for the same mesh and camera on every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int32, UInt8

from stages.geometry.mesh import LabelledMesh
from stages.render.appearance import Appearance, Scanned, Synthetic
from stages.render.rays import Camera, Intrinsics
from stages.render.silhouette import Silhouettes


@dataclass(frozen=True)
class Frame:
    """One picture: sRGB colour, z-depth in metres (0: nothing hit), index into `mesh.object_ids` (-1: none)."""

    rgb: UInt8[np.ndarray, "h w 3"]
    depth_m: Float32[np.ndarray, "h w"]
    object_index: Int32[np.ndarray, "h w"]


class Renderer:
    """Pictures and silhouettes of one mesh.

    Synthetic meshes (with materials) are lit: their first two lights cast shadows per pixel; all others, and the light
    that bounces off surfaces, are found once, at the first picture. Scans (with vertex colours) already hold the light
    of the room and are shown as they are.
    """

    def __init__(self, mesh: LabelledMesh) -> None:
        """Prepare geometry and looks; the mesh is moved near the origin, where float32 is exact to micrometres.

        Raises:
            ValueError: The mesh has neither colours nor materials, or a material or light is not known.
        """
        self._origin_w = np.round(mesh.vertices_w.mean(axis=0)) if len(mesh.vertices_w) else np.zeros(3)
        self._silhouettes = Silhouettes(mesh.vertices_w - self._origin_w, mesh.faces, mesh.face_object)
        kind = Synthetic if mesh.vertex_rgb is None else Scanned
        self._appearance: Appearance = kind(mesh, self._origin_w)

    def frame(
        self, world_from_cam: Float[np.ndarray, "4 4"], intrinsics_px: Intrinsics, size_wh: tuple[int, int]
    ) -> Frame:
        """Render one view.

        Args:
            world_from_cam: Rigid pose of an OpenCV camera.
            intrinsics_px: fx, fy, cx, cy; (0, 0) is the centre of the top-left pixel.
            size_wh: Width and height of the picture.
        """
        camera = self._camera(world_from_cam, intrinsics_px, size_wh)
        width, height = size_wh
        rays = camera.rays(camera.pixels())
        cast = self._appearance.cast(camera, rays)
        t, face, _ = cast
        hit = face >= 0
        index = np.full(len(t), -1, np.int32)
        index[hit] = self._appearance.face_object[face[hit]]
        return Frame(
            rgb=self._appearance.picture(camera, rays, cast).reshape(height, width, 3),
            depth_m=np.where(hit, t, np.float32(0)).reshape(height, width),
            object_index=index.reshape(height, width),
        )

    def silhouettes(
        self,
        world_from_cam: Float[np.ndarray, "4 4"],
        intrinsics_px: Intrinsics,
        size_wh: tuple[int, int],
        object_indices: Sequence[int],
    ) -> Float[np.ndarray, "n 2"]:
        """Return per object the area of its silhouette in pixels, alone and beyond the border, and its part outside."""
        camera = self._camera(world_from_cam, intrinsics_px, size_wh)
        areas = [self._silhouettes.area(int(i), camera) for i in object_indices]
        return np.array(areas, dtype=np.float64).reshape(-1, 2)

    def _camera(
        self, world_from_cam: Float[np.ndarray, "4 4"], intrinsics_px: Intrinsics, size_wh: tuple[int, int]
    ) -> Camera:
        pose = np.array(world_from_cam, dtype=np.float64)
        pose[:3, 3] -= self._origin_w
        return Camera(pose, intrinsics_px, size_wh)
