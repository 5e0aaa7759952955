"""What a mesh looks like along rays: synthetic scenes are lit, scans show the colours they were captured with."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from jaxtyping import Float32, Int32, UInt8

from stages.geometry.mesh import LabelledMesh
from stages.render.antialias import OFFSETS_PX, averaged, edges
from stages.render.bake import EDGE_M, indirect_light
from stages.render.hits import Hits, found
from stages.render.lights import prepared_lights
from stages.render.raster import met, seen
from stages.render.rays import Camera, Cast, RayScene
from stages.render.shade import outgoing
from stages.render.shadow import ShadowGrid, shadow_grid, shares
from stages.render.surface import prepared
from stages.render.tessellate import tessellated
from stages.render.texture import Textures
from stages.render.tone import displayed, exposure, sky

SHARP_LIGHTS = 2  # lights with shadows per pixel
ROOM_M = 2.5  # things that reach this far make a room
NOTHING = 190  # grey of pixels where a scan has no surface


class Appearance(Protocol):
    """What is seen through pixels, and the colours that it shows."""

    face_object: Int32[np.ndarray, " f"]

    def cast(self, camera: Camera, rays: Float32[np.ndarray, "n 6"]) -> Cast:
        """Return what the rays through all pixel centres hit."""
        ...

    def picture(self, camera: Camera, rays: Float32[np.ndarray, "n 6"], cast: Cast) -> UInt8[np.ndarray, "n 3"]:
        """Return the colour of every pixel, given the rays through their centres and what they hit."""
        ...


class Scanned:
    """A scan: colours of the vertices, interpolated."""

    def __init__(self, mesh: LabelledMesh, origin_w: np.ndarray) -> None:
        """Keep geometry and colours."""
        assert mesh.vertex_rgb is not None
        self._vertices = (mesh.vertices_w - origin_w).astype(np.float32)
        self._faces, self._rgb = mesh.faces.astype(np.int32), mesh.vertex_rgb.astype(np.float32)
        self.face_object = mesh.face_object.astype(np.int32)

    def cast(self, camera: Camera, rays: Float32[np.ndarray, "n 6"]) -> Cast:
        """Return what the rays through all pixel centres hit."""
        return met(self._vertices, self._faces, rays, seen(self._vertices, self._faces, camera, (0.0, 0.0)).ravel())

    def picture(self, camera: Camera, rays: Float32[np.ndarray, "n 6"], cast: Cast) -> UInt8[np.ndarray, "n 3"]:
        """Return the interpolated colours; grey where nothing is hit."""
        _, face, uv = cast
        hit = np.flatnonzero(face >= 0)
        out = np.full((len(face), 3), NOTHING, np.uint8)
        corners, u, v = self._faces[face[hit]], uv[hit, 0:1], uv[hit, 1:2]
        rgb = self._rgb[corners[:, 0]] * (1 - u - v) + self._rgb[corners[:, 1]] * u + self._rgb[corners[:, 2]] * v
        out[hit] = np.clip(np.round(rgb), 0, 255).astype(np.uint8)
        return out


class Synthetic:
    """A modelled scene: materials under lights. Light that bounces is found at the first picture and kept."""

    def __init__(self, mesh: LabelledMesh, origin_w: np.ndarray) -> None:
        """Prepare surfaces and what blocks light: all that does not glow (shades and panes let light through)."""
        self._unit = _unit(mesh)
        self._surface = surface = prepared(tessellated(mesh, self._unit * EDGE_M), origin_w)
        self._lights = prepared_lights(mesh.lights, origin_w)
        self._sharp = min(SHARP_LIGHTS, len(self._lights))
        self._ambient = np.array(mesh.ambient, np.float32)
        self._textures = Textures(surface)
        self._blocking = np.flatnonzero(~surface.is_open[surface.face_material])
        self._blockers = RayScene(surface.vertices, surface.faces[self._blocking])
        self.face_object = surface.face_object
        self._stored_light: Float32[np.ndarray, "f 3 3"] | None = None

    def cast(self, camera: Camera, rays: Float32[np.ndarray, "n 6"]) -> Cast:
        """Return what the rays through all pixel centres hit."""
        vertices, faces = self._surface.vertices, self._surface.faces
        return met(vertices, faces, rays, seen(vertices, faces, camera, (0.0, 0.0)).ravel())

    def picture(self, camera: Camera, rays: Float32[np.ndarray, "n 6"], cast: Cast) -> UInt8[np.ndarray, "n 3"]:
        """Return the lit picture, with the sky where nothing is hit."""
        rows = np.flatnonzero(cast[1] >= 0)
        hits = self._hits(camera, rays, cast, rows)
        row_of_pixel = np.full(len(rays), -1, np.int64)
        row_of_pixel[rows] = np.arange(len(rows))
        grid = shadow_grid(hits, row_of_pixel, camera.size_wh, self._lights, self._sharp, self._blockers)
        pixels_px = camera.pixels()
        light = self._light(rays, rows, hits, grid, pixels_px)
        factor = exposure(light)
        light *= np.float32(factor)
        edge = np.flatnonzero(self._edges(camera, cast, rows, hits, light))
        shown = np.flatnonzero(np.bincount(cast[1][rows], minlength=len(self._surface.faces)))
        others = [self._seen_beside(camera, pixels_px[edge] + o, o, shown, edge, grid) for o in OFFSETS_PX]
        light[edge] = averaged(light[edge], np.stack(others) * np.float32(factor))
        return displayed(light)

    def _hits(self, camera: Camera, rays: np.ndarray, cast: Cast, rows: np.ndarray) -> Hits:
        if self._stored_light is None:
            self._stored_light = indirect_light(
                self._surface, self._blockers, self._blocking, self._lights, self._sharp, self._ambient, self._unit
            )
        if len(rows) < len(rays):
            t, face, uv = cast
            rays, cast = rays[rows], (t[rows], face[rows], uv[rows])
        return found(self._surface, self._stored_light, rays, cast, camera.pixel_angle)

    def _light(
        self, rays: np.ndarray, rows: np.ndarray, hits: Hits, grid: ShadowGrid, pixels_px: np.ndarray
    ) -> Float32[np.ndarray, "n 3"]:
        """Return the light along each ray; `rows` are those with a hit."""
        share = shares(grid, pixels_px[rows], hits, self._lights, self._blockers)
        lit = outgoing(self._surface, self._textures, hits, self._lights, share)
        if len(rows) == len(rays):
            return lit
        light = np.empty((len(rays), 3), np.float32)
        light[rows] = lit
        missed = np.ones(len(rays), bool)
        missed[rows] = False
        away = rays[missed, 3:]
        light[missed] = sky(away / np.linalg.norm(away, axis=1, keepdims=True))
        return light

    def _edges(self, camera: Camera, cast: Cast, rows: np.ndarray, hits: Hits, light: np.ndarray) -> np.ndarray:
        t, face, _ = cast
        width, height = camera.size_wh
        label = np.full(len(t), -1, np.int32)
        label[rows] = (self.face_object[face[rows]] + 1) * len(self._surface.materials) + hits.material
        normal = hits.normal
        if len(rows) < len(t):
            normal = np.zeros((len(t), 3), np.float32)
            normal[rows] = hits.normal
        planes = (label.reshape(height, width), t.reshape(height, width))
        return edges(*planes, normal.reshape(height, width, 3), light.reshape(height, width, 3)).ravel()

    def _seen_beside(
        self,
        camera: Camera,
        places_px: np.ndarray,
        offset_px: np.ndarray,
        shown: np.ndarray,
        chosen: np.ndarray,
        grid: ShadowGrid,
    ) -> Float32[np.ndarray, "n 3"]:
        """Return the light through places beside the centres of chosen pixels, from faces shown at some centre."""
        vertices, faces = self._surface.vertices, self._surface.faces
        local = seen(vertices, faces[shown], camera, (float(offset_px[0]), float(offset_px[1]))).ravel()[chosen]
        face = np.where(local >= 0, shown[local], -1).astype(np.int32) if len(shown) else local
        rays = camera.rays(places_px)
        cast = met(vertices, faces, rays, face)
        rows = np.flatnonzero(face >= 0)
        return self._light(rays, rows, self._hits(camera, rays, cast, rows), grid, places_px)


def _unit(mesh: LabelledMesh) -> float:
    """Return the scale of a scene for the storing of light: 1 for rooms, less where the labelled things are small."""
    used = np.unique(mesh.faces[mesh.face_object >= 0])
    if len(used) == 0:
        return 1.0
    diagonal_m = float(np.linalg.norm(np.ptp(mesh.vertices_w[used], axis=0)))
    return float(np.clip(diagonal_m / ROOM_M, 0.1, 1.0))
