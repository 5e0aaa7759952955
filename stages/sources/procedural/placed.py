"""A model at its place: pose, oriented box, and whether two boxes touch."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from stages.sources.procedural.furniture.model import Model


@dataclass(frozen=True)
class Block:
    """An upright box in the room: centre of its footprint, half extents along its own axes, turn and height range."""

    x: float
    y: float
    half_x: float
    half_y: float
    yaw: float
    low: float
    high: float

    def corners(self) -> Float[np.ndarray, "4 2"]:
        """Return the corners of the footprint, counter-clockwise."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        local = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [self.half_x, self.half_y]
        corners: Float[np.ndarray, "4 2"] = local @ np.array([[c, s], [-s, c]]) + [self.x, self.y]
        return corners

    def grown(self, margin_m: float) -> Block:
        """Return the block with a margin on all four sides."""
        return Block(self.x, self.y, self.half_x + margin_m, self.half_y + margin_m, self.yaw, self.low, self.high)

    def touches(self, other: Block) -> bool:
        """Tell whether the interiors of two blocks overlap (separating axes; a hair of overlap is allowed)."""
        if self.high <= other.low + 1e-6 or other.high <= self.low + 1e-6:
            return False
        a, b = self.corners(), other.corners()
        for yaw in (self.yaw, other.yaw):
            axes = np.array([[math.cos(yaw), -math.sin(yaw)], [math.sin(yaw), math.cos(yaw)]])
            p, q = a @ axes, b @ axes
            if (p.max(axis=0) <= q.min(axis=0) + 1e-6).any() or (q.max(axis=0) <= p.min(axis=0) + 1e-6).any():
                return False
        return True


@dataclass(frozen=True)
class Placed:
    """A model standing in the room: its origin (middle of its underside) in world metres, and its turn about z."""

    model: Model
    x: float
    y: float
    z: float
    yaw: float

    @property
    def block(self) -> Block:
        """The model's bounding box."""
        width, depth, height = (float(s) for s in self.model.size_m)
        return Block(self.x, self.y, width / 2, depth / 2, self.yaw, self.z, self.z + height)

    @property
    def front(self) -> Float[np.ndarray, " 2"]:
        """The direction that the front faces: local -y."""
        return np.array([math.sin(self.yaw), -math.cos(self.yaw)])

    @property
    def right(self) -> Float[np.ndarray, " 2"]:
        """The direction of local +x."""
        return np.array([math.cos(self.yaw), math.sin(self.yaw)])

    @property
    def world_from_model(self) -> Float[np.ndarray, "3 3"]:
        """The rotation from the model's axes to the world's."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

    def vertices_w(self) -> Float[np.ndarray, "v 3"]:
        """Return the model's vertices in the world."""
        vertices: Float[np.ndarray, "v 3"] = self.model.vertices_m @ self.world_from_model.T + [self.x, self.y, self.z]
        return vertices

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the world position of a point given along the model's right and back axes."""
        place = np.array([self.x, self.y]) + x * self.right - y * self.front
        return float(place[0]), float(place[1])


def facing(direction: Float[np.ndarray, " 2"]) -> float:
    """Return the yaw at which a model's front faces a direction."""
    return math.atan2(float(direction[1]), float(direction[0])) + math.pi / 2
