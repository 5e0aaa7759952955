"""Render a labelled mesh by ray casting: the same bytes for the same mesh and camera on every run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int32, UInt8

from stages.geometry.mesh import LabelledMesh
from stages.render.rays import Intrinsics, RayScene, pixel_grid, pixel_rays
from stages.render.silhouette import Silhouettes


@dataclass(frozen=True)
class Frame:
    """One picture: sRGB colour, z-depth in metres (0: nothing hit), index into `mesh.object_ids` (-1: none)."""

    rgb: UInt8[np.ndarray, "h w 3"]
    depth_m: Float32[np.ndarray, "h w"]
    object_index: Int32[np.ndarray, "h w"]


class Renderer:
    """Pictures and silhouettes of one mesh."""

    def __init__(self, mesh: LabelledMesh) -> None:
        """Build the ray caster; the mesh is moved near the origin, where float32 is exact to micrometres."""
        self._mesh = mesh
        self._origin_w = np.round(mesh.vertices_w.mean(axis=0)) if len(mesh.vertices_w) else np.zeros(3)
        vertices = mesh.vertices_w - self._origin_w
        self._scene = RayScene(vertices, mesh.faces)
        self._silhouettes = Silhouettes(vertices, mesh.faces, mesh.face_object)

    def frame(
        self, world_from_cam: Float[np.ndarray, "4 4"], intrinsics_px: Intrinsics, size_wh: tuple[int, int]
    ) -> Frame:
        """Render one view.

        Args:
            world_from_cam: Rigid pose of an OpenCV camera.
            intrinsics_px: fx, fy, cx, cy; (0, 0) is the centre of the top-left pixel.
            size_wh: Width and height of the picture.
        """
        pose = self._local(world_from_cam)
        t, face, uv = self._scene.cast(pixel_rays(pose, intrinsics_px, pixel_grid(size_wh)))
        width, height = size_wh
        index = np.where(face >= 0, self._mesh.face_object[face], -1) if len(self._mesh.faces) else face
        rgb = np.full((len(t), 3), 190.0)
        hit = face >= 0
        corners = self._mesh.faces[face[hit]]
        u, v = uv[hit, 0:1], uv[hit, 1:2]
        if self._mesh.vertex_rgb is not None:
            c = self._mesh.vertex_rgb.astype(np.float32)[corners]
            rgb[hit] = c[:, 0] * (1 - u - v) + c[:, 1] * u + c[:, 2] * v
        else:
            assert self._mesh.face_material is not None
            colors = np.array([m.color for m in self._mesh.materials])
            rgb[hit] = 255 * np.clip(colors, 0, 1)[self._mesh.face_material[face[hit]]] ** (1 / 2.2)
        return Frame(
            rgb=np.clip(np.round(rgb), 0, 255).astype(np.uint8).reshape(height, width, 3),
            depth_m=np.where(hit, t, 0).astype(np.float32).reshape(height, width),
            object_index=index.astype(np.int32).reshape(height, width),
        )

    def silhouettes(
        self,
        world_from_cam: Float[np.ndarray, "4 4"],
        intrinsics_px: Intrinsics,
        size_wh: tuple[int, int],
        object_indices: Sequence[int],
    ) -> Float[np.ndarray, "n 2"]:
        """Return per object the area of its silhouette alone, not cut by the border, and the part outside, in pixels."""
        pose = self._local(world_from_cam)
        areas = [self._silhouettes.area(int(i), pose, intrinsics_px, size_wh) for i in object_indices]
        return np.array(areas, dtype=np.float64).reshape(-1, 2)

    def _local(self, world_from_cam: Float[np.ndarray, "4 4"]) -> Float[np.ndarray, "4 4"]:
        pose = np.array(world_from_cam, dtype=np.float64)
        pose[:3, 3] -= self._origin_w
        return pose
