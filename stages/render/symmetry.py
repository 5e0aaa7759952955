"""Whether an object looks the same after a turn about its vertical axis: pictures of its sides are compared.

Two pictures taken a turn apart are compared pixel by pixel: each needs its like in the other, close by, of nearly the
same colour and facing. What is hidden never counts, pictures on the surface count as they look from afar, and a patch
too small to be noticed is no difference. Patterns count with their mean colour: the eye finds no hold in fine grain.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Bool, Float, Float32
from pydantic import Field

from stages.compiled import compiled
from stages.geometry.mesh import LabelledMesh, Material
from stages.params import Params
from stages.render.hits import found
from stages.render.raster import met, seen
from stages.render.rays import Camera
from stages.render.surface import mean_colors, prepared
from stages.render.texture import Textures

PRIMES = (2, 3, 5, 7, 11)
MOST = 12  # turns of less than 30 degrees are told by no answer of a question
ODD_TURNS_DEG = (37.0, 71.0, 113.0)  # only what is round looks the same at all of these
AWAY = 8.0  # of the camera, in radii: far enough that perspective is slight
_SEEN, _LAB, _NORMAL = 0, slice(1, 4), slice(4, 7)


class SymmetryLimits(Params):
    """How much two sides of an object must differ to be told apart."""

    picture_px: int = Field(ge=32, le=512, description="side of the pictures that are compared")
    sides: int = Field(ge=2, le=64, multiple_of=2, description="pairs of pictures per turn, evenly round the object")
    pitch_deg: float = Field(ge=0, le=60, description="how far the pictures look down")
    reach: float = Field(ge=0, le=0.1, description="how far like places may lie apart, share of the object's size")
    color: float = Field(gt=0, description="colour difference (CIE 1976) that is seen, shading included")
    detail: float = Field(
        gt=0, lt=1, description="side of the smallest patch that is noticed, share of the object's size"
    )
    seen_from: float = Field(gt=0, le=1, description="share of the sides that must differ for the object to differ")


def symmetry_deg(mesh: LabelledMesh, limits: SymmetryLimits) -> float | None:
    """Return the smallest turn about the vertical after which an object looks the same.

    Args:
        mesh: One object, z up, in any unit of length; the axis runs through the middle of its surface.
        limits: What counts as a visible difference.

    Returns:
        0 for any turn, 360 / n for n = 2 to 12, 360 for none; None if there is nothing to see (no surface, or numbers
        that are not finite).
    """
    used = mesh.vertices_w[mesh.faces]
    area = np.linalg.norm(np.cross(used[:, 1] - used[:, 0], used[:, 2] - used[:, 0]), axis=1)
    if not (area.sum() > 0 and np.isfinite(used).all() and _colors_finite(mesh)):
        return None
    pictures = Pictures(mesh, limits)
    primes = [p for p in PRIMES if pictures.alike(360.0 / p)]
    if not primes:
        return 360.0
    if len(primes) > 1 and all(pictures.alike(turn) for turn in ODD_TURNS_DEG):
        return 0.0
    possible = (
        n for n in range(MOST, 1, -1) if all(p in primes for p in range(2, n + 1) if n % p == 0 and p in PRIMES)
    )
    return next((360.0 / n for n in possible if n in primes or pictures.alike(360.0 / n)), 360.0)


class Pictures:
    """Pictures of one object from all sides, made at first use: what is seen, its colour, and how it faces."""

    def __init__(self, mesh: LabelledMesh, limits: SymmetryLimits) -> None:
        """Scale the object to radius 1 about its axis, through the middle of its surface."""
        self._limits, self._rgb = limits, mesh.vertex_rgb
        axis_w = _middle(mesh)
        reach = mesh.vertices_w[np.unique(mesh.faces)] - axis_w
        radius, half = np.linalg.norm(reach[:, :2], axis=1).max(), np.abs(reach[:, 2]).max()
        size = max(float(radius), float(half))
        scaled = replace(mesh, vertices_w=(mesh.vertices_w - axis_w) / size, vertex_pattern_m=None)
        if mesh.vertex_rgb is not None:
            grey = (Material((0.5, 0.5, 0.5)),)
            scaled = replace(scaled, vertex_rgb=None, face_material=np.zeros(len(mesh.faces), int), materials=grey)
        self._surface = prepared(scaled, np.zeros(3))
        self._unlit = np.zeros((len(mesh.faces), 3, 3), np.float32)
        self._textures, self._mean = Textures(self._surface), mean_colors(self._surface)
        pitch = math.radians(limits.pitch_deg)
        tall = half / size * math.cos(pitch) + radius / size * math.sin(pitch)
        self.size_px = 0.94 * limits.picture_px  # of the larger extent of the upright cylinder round the object
        self._focal_px = self.size_px / 2 / max(tall, radius / size) * (AWAY - 1)
        self.view = lru_cache(maxsize=None)(self._view)

    def alike(self, turn_deg: float) -> bool:
        """Tell whether the object looks the same after a turn, seen from most sides."""
        sides = self._limits.sides
        needed = math.ceil(self._limits.seen_from * sides)
        differing = 0
        for k in range(sides):
            # Pairs lie evenly about directions that a mirror maps onto each other: a mirrored object has equal pairs.
            middle = 360.0 * (k + 0.5) / sides
            differing += self.differs(middle - turn_deg / 2, middle + turn_deg / 2)
            if differing >= needed or differing + sides - k - 1 < needed:  # the other sides change nothing
                break
        return differing < needed

    def differs(self, one_deg: float, two_deg: float) -> bool:
        """Tell whether a difference between the pictures from two azimuths would be noticed."""
        least = (self._limits.detail * self.size_px) ** 2
        return any(int(mask.sum()) >= least for mask in self.differences(one_deg, two_deg))

    def differences(self, one_deg: float, two_deg: float) -> list[Bool[np.ndarray, "h w"]]:
        """Return the pixels of each picture that have no like in the other, without specks."""
        one, two = (self.view(round(a % 360.0, 6) % 360.0) for a in (one_deg, two_deg))
        reach_px = self._limits.reach * self.size_px
        masks = [_unlike(a, b, reach_px, self._limits.color) for a, b in ((one, two), (two, one))]
        return [cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0 for mask in masks]

    def _view(self, azimuth_deg: float) -> Float32[np.ndarray, "h w 7"]:
        """Return per pixel: 1 where the object is seen, its colour in Lab, and its normal in the camera's frame."""
        side = self._limits.picture_px
        camera = self._camera(azimuth_deg)
        rays = camera.rays(camera.pixels())
        t, face, uv = met(
            self._surface.vertices,
            self._surface.faces,
            rays,
            seen(self._surface.vertices, self._surface.faces, camera, (0.0, 0.0)).ravel(),
        )
        rows = np.flatnonzero(face >= 0)
        hits = found(self._surface, self._unlit, rays[rows], (t[rows], face[rows], uv[rows]), camera.pixel_angle)
        albedo = self._mean[hits.material]
        self._textures.paint(albedo, hits)
        if self._rgb is not None:
            u, v = uv[rows, :1], uv[rows, 1:]
            a, b, c = (self._rgb[self._surface.faces[face[rows], k]] / 255.0 for k in range(3))
            albedo = ((a * (1 - u - v) + b * u + c * v) ** 2.2).astype(np.float32)
        out = np.zeros((side * side, 7), np.float32)
        out[rows, _SEEN] = 1
        out[rows, _LAB] = _lab(albedo)
        out[rows, _NORMAL] = hits.normal @ camera.pose[:3, :3].astype(np.float32)
        return out.reshape(side, side, 7)

    def _camera(self, azimuth_deg: float) -> Camera:
        azimuth, pitch = math.radians(azimuth_deg), math.radians(self._limits.pitch_deg)
        outward = np.array([math.cos(azimuth), math.sin(azimuth), math.tan(pitch)]) * math.cos(pitch)
        right = np.array([-math.sin(azimuth), math.cos(azimuth), 0.0])
        pose = np.eye(4)
        pose[:3, :3] = np.stack([right, np.cross(-outward, right), -outward], axis=1)
        pose[:3, 3] = AWAY * outward
        side = self._limits.picture_px
        return Camera(pose, (self._focal_px, self._focal_px, (side - 1) / 2, (side - 1) / 2), (side, side))


def _middle(mesh: LabelledMesh) -> Float[np.ndarray, 3]:
    """Return the middle of the surface (by area) in x and y, of the extent in z."""
    a, b, c = mesh.vertices_w[mesh.faces].transpose(1, 0, 2)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    z = mesh.vertices_w[np.unique(mesh.faces), 2]
    x, y, _ = ((a + b + c) / 3 * area[:, None]).sum(axis=0) / area.sum()
    return np.array([x, y, (z.min() + z.max()) / 2])


def _colors_finite(mesh: LabelledMesh) -> bool:
    colors = np.array([[*m.color, *m.color2] for m in mesh.materials])
    return bool(np.isfinite(colors).all()) and (mesh.vertex_rgb is None or bool(np.isfinite(mesh.vertex_rgb).all()))


def _lab(linear: Float32[np.ndarray, "n 3"]) -> Float32[np.ndarray, "n 3"]:
    """Turn linear RGB into CIE L*a*b*."""
    srgb: np.ndarray = (np.clip(linear, 0, 1) ** (1 / 2.2)).astype(np.float32)
    if len(srgb) == 0:
        return srgb
    lab: np.ndarray = cv2.cvtColor(srgb[None], cv2.COLOR_RGB2Lab)[0]
    return lab


@compiled
def _unlike(one: np.ndarray, two: np.ndarray, reach_px: float, color: float) -> np.ndarray:
    """Mark the pixels of the first picture that show the object and have no like within reach in the second."""
    height, width = one.shape[:2]
    reach = int(reach_px)
    out = np.zeros((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            if one[y, x, 0] == 0 or _has_like(one[y, x], two, x, y, 0, reach_px, color):
                continue
            if not _has_like(one[y, x], two, x, y, reach, reach_px, color):
                out[y, x] = 1
    return out


@compiled
def _has_like(pixel: np.ndarray, two: np.ndarray, x: int, y: int, reach: int, reach_px: float, color: float) -> bool:
    height, width = two.shape[:2]
    for row in range(max(0, y - reach), min(height, y + reach + 1)):
        for column in range(max(0, x - reach), min(width, x + reach + 1)):
            other = two[row, column]
            if other[0] == 0 or (row - y) ** 2 + (column - x) ** 2 > reach_px**2:
                continue
            gap = (pixel[1] - other[1]) ** 2 + (pixel[2] - other[2]) ** 2 + (pixel[3] - other[3]) ** 2
            facing = pixel[4] * other[4] + pixel[5] * other[5] + pixel[6] * other[6]
            # A face that is turned away from the light gets darker, which shows the less the darker its colour is.
            shading = pixel[1] * (1.0 - facing)
            if gap + shading * shading <= color * color:
                return True
    return False
