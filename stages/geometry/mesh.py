"""Triangle meshes whose faces know which object they belong to: what a source hands over to be rendered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int, UInt8

Rgb = tuple[float, float, float]


def srgb(code: str) -> Rgb:
    """Convert a hexadecimal sRGB colour to linear RGB."""
    values = [int(code[k : k + 2], 16) / 255.0 for k in (0, 2, 4)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return (linear[0], linear[1], linear[2])


@dataclass(frozen=True)
class Material:
    """Surface appearance. Colours are linear RGB in 0 to 1; the pattern is evaluated in object-space metres.

    `pattern` is a row of `stages.render.patterns.PATTERNS`; `image` (sRGB pixels, with `face_uv` on the mesh) wins
    over it.
    """

    color: Rgb
    pattern: str = "plain"
    color2: Rgb = (0.5, 0.5, 0.5)
    scale_m: float = 0.1
    gloss: float = 0.0
    emission: float = 0.0
    image: UInt8[np.ndarray, "h w 3"] | None = None


@dataclass(frozen=True)
class Light:
    """Sunlight (`kind="sun"`, `direction_w` points from the light into the scene) or a point lamp (`kind="point"`)."""

    kind: str
    color: Rgb
    direction_w: tuple[float, float, float] | None = None
    position_w: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class LabelledMesh:
    """Geometry of one scene in world metres.

    Exactly one of `vertex_rgb` (scanned colours) and `face_material` + `materials` (synthetic scenes) is given.
    `face_object` holds an index into `object_ids`, or -1 for structure and anything that is not an object.
    `vertex_tint` (linear RGB) multiplies the colours of the materials; None: nothing is tinted.
    `vertex_pattern_m` says where patterns are evaluated (an object's own frame, so that they turn with it); None:
    world.
    """

    vertices_w: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    face_object: Int[np.ndarray, " f"]
    object_ids: Sequence[str]
    vertex_rgb: UInt8[np.ndarray, "v 3"] | None = None
    face_material: Int[np.ndarray, " f"] | None = None
    materials: Sequence[Material] = ()
    face_uv: Float[np.ndarray, "f 3 2"] | None = None
    vertex_pattern_m: Float[np.ndarray, "v 3"] | None = None
    vertex_tint: Float[np.ndarray, "v 3"] | None = None
    lights: Sequence[Light] = field(default=())
    ambient: Rgb = (1.0, 1.0, 1.0)
