"""A part: one closed triangle mesh with outward normals that can be moved, turned, scaled and mirrored."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

AXES = {"x": 0, "y": 1, "z": 2}
Vertices = Float[np.ndarray, "v 3"]


@dataclass(frozen=True)
class Part:
    """Vertices in metres and triangles, counter-clockwise seen from outside."""

    vertices_m: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Part:
        """Shift the part by metres."""
        return Part(self.vertices_m + np.array([x, y, z]), self.faces)

    def turned(self, axis: str, angle_deg: float) -> Part:
        """Turn the part about an axis through the origin, right-handed."""
        c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
        i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
        vertices = self.vertices_m.copy()
        vertices[:, i] = c * self.vertices_m[:, i] - s * self.vertices_m[:, j]
        vertices[:, j] = s * self.vertices_m[:, i] + c * self.vertices_m[:, j]
        return Part(vertices, self.faces)

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> Part:
        """Scale along the axes by positive factors."""
        return Part(self.vertices_m * np.array([x, y, z]), self.faces)

    def warped(self, move: Callable[[Vertices], Vertices]) -> Part:
        """Move every vertex by a function of all of them; it must not turn the part inside out."""
        return Part(move(self.vertices_m), self.faces)

    def mirrored(self, axis: str = "x") -> Part:
        """Mirror through the plane across `axis`; the winding is flipped, so normals stay outward."""
        vertices = self.vertices_m.copy()
        vertices[:, AXES[axis]] *= -1.0
        return Part(vertices, self.faces[:, ::-1].copy())

    def __add__(self, other: Part) -> Part:
        """Put two parts into one; they stay separate closed shells."""
        return Part(
            np.concatenate([self.vertices_m, other.vertices_m]),
            np.concatenate([self.faces, other.faces + len(self.vertices_m)]),
        )


def join(parts: Sequence[Part]) -> Part:
    """Put several parts into one; they stay separate closed shells."""
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def both_sides(part: Part, axis: str = "x") -> Part:
    """Put a part together with its mirror image."""
    return part + part.mirrored(axis)


def four_corners(part: Part) -> Part:
    """Put a part together with its mirror images in x, in y and in both."""
    return both_sides(both_sides(part, "x"), "y")


def around(part: Part, count: int, start_deg: float = 0.0) -> Part:
    """Repeat a part `count` times about the vertical axis, evenly spread."""
    return join([part.turned("z", start_deg + 360.0 * k / count) for k in range(count)])


def row(part: Part, offsets_m: Sequence[float] | Float[np.ndarray, " n"], axis: str = "x") -> Part:
    """Repeat a part along an axis at the given offsets."""
    return join([part.moved(**{axis: float(offset)}) for offset in offsets_m])


def welded(vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"]) -> Part:
    """Merge vertices at the same place and drop the triangles that collapse: poles of lofts become single points."""
    rounded = np.round(vertices, 9) + 0.0
    unique, inverse = np.unique(rounded, axis=0, return_inverse=True)
    merged = inverse.reshape(-1)[faces]
    a, b, c = merged.T
    kept = merged[(a != b) & (b != c) & (c != a)]
    return Part(unique, kept.astype(np.int64))


def bowed(part: Part, across: str, towards: str, amount_m: float) -> Part:
    """Bend a part: the ends of its extent along `across` move by `amount_m` along `towards`, the middle stays."""
    i, j = AXES[across], AXES[towards]
    low, high = part.vertices_m[:, i].min(), part.vertices_m[:, i].max()

    def move(vertices: Vertices) -> Vertices:
        moved = vertices.copy()
        moved[:, j] += amount_m * ((vertices[:, i] - (low + high) / 2) / ((high - low) / 2)) ** 2
        return moved

    return part.warped(move)
