"""Objects whose symmetry is known because they were made that way: bodies that repeat, and what breaks them.

A kind is a recipe: `SYMMETRIC` kinds look the same after their turn (a speck, a shake of the vertices and a hidden core
change nothing that is seen), `DISTINCT` kinds do not, by their shape, their colours or both. `DETAILS` are recipes with
the size of what breaks the symmetry as a share of the object's size: the smallest are below notice, the largest plain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from stages.geometry.mesh import LabelledMesh, Material
from stages.rng import generator
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import matt
from stages.sources.procedural.furniture.parts import Part, around, join
from stages.sources.procedural.furniture.shapes import box, cylinder, lathe, slab_box
from stages.sources.procedural.furniture.sweeps import prism, tube

ORDERS = (2, 3, 4, 5, 6, 8)
NOTICED = 0.08  # details from this share of the object's size count as plain to see
UNNOTICED = 0.015  # and up to this share as below notice
APART = ("b3372f", "35608f", "d9ad3c", "26272a", "e9e7e1", "55784a")  # colours that nobody confuses


@dataclass(frozen=True)
class Shape:
    """One object and the turn after which it looks the same (0 any, 360 none)."""

    mesh: LabelledMesh
    symmetry_deg: float


Recipe = Callable[[np.random.Generator], Shape]
DetailRecipe = Callable[[np.random.Generator, float], LabelledMesh]


def made(recipe: Recipe, kind: str, index: int) -> Shape:
    """One object of a kind."""
    return recipe(generator("symmetry shape", kind, index))


def mesh_of_model(model: Model, face_uv: np.ndarray | None = None) -> LabelledMesh:
    """An object alone in its own frame."""
    return LabelledMesh(
        model.vertices_m, model.faces, np.zeros(len(model.faces), int), ["x"],
        face_material=model.face_material, materials=model.materials, face_uv=face_uv,
    )  # fmt: skip


def of_pieces(pieces: Sequence[Piece]) -> LabelledMesh:
    """Pieces put together."""
    return mesh_of_model(assemble(Design("thing", "thing"), pieces))


def colors(rng: np.random.Generator, count: int) -> list[Material]:
    """Different colours, plainly apart."""
    return [matt(APART[k]) for k in rng.permutation(len(APART))[:count]]


def star(order: int, depth: float) -> Part:
    """Prism over a star with `order` points."""
    angle = np.pi * np.arange(2 * order) / order
    radius = np.where(np.arange(2 * order) % 2 == 0, 1.0, 1.0 - depth)
    return prism(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), 1.0)


def wedge(order: int, k: int, share: float = 1.0) -> Part:
    """One sector of a round block."""
    first, last = 2 * np.pi * k / order, 2 * np.pi * (k + share) / order
    angle = np.linspace(first, last, max(3, 48 // order))
    return prism([(0.0, 0.0), *zip(np.cos(angle).tolist(), np.sin(angle).tolist(), strict=True)], 1.0)


def order_of(rng: np.random.Generator) -> int:
    """Draw how often an object repeats."""
    return int(rng.choice(ORDERS))


def tall(rng: np.random.Generator) -> float:
    """Draw a height for a body of radius 1."""
    return float(rng.uniform(0.6, 2.5))


def blades(rng: np.random.Generator, order: int) -> list[Piece]:
    """A post with arms: a body that repeats `order` times in one colour."""
    arm = box(0.9, 0.16, float(rng.uniform(0.15, 0.8))).moved(x=0.45, z=float(rng.uniform(0, 0.6)))
    return [(around(arm, order) + cylinder(0.12, tall(rng)), colors(rng, 1)[0])]


def table(rng: np.random.Generator, order: int, skip: int = 0) -> list[Piece]:
    """A round top on legs; `skip` of them are missing."""
    top, leg = colors(rng, 2)
    height, thick = float(rng.uniform(0.8, 1.6)), float(rng.uniform(0.05, 0.11))
    legs = [cylinder(thick, height, 10).moved(x=0.75).turned("z", 360.0 * k / order) for k in range(order - skip)]
    return [(cylinder(1.0, 0.08, 48).moved(z=height), top), (join(legs), leg)]


def post(rng: np.random.Generator) -> list[Piece]:
    """A turned body: it looks the same from all sides."""
    z = np.linspace(0, tall(rng), 6)
    profile = list(zip(rng.uniform(0.35, 1.0, 6).tolist(), z.tolist(), strict=True))
    return [(lathe(profile, 64), colors(rng, 1)[0])]


def sectors(rng: np.random.Generator, order: int, odd: int | None = None) -> list[Piece]:
    """A round block whose colours repeat; the sector `odd` has another colour."""
    one, two, three = colors(rng, 3)
    pieces: list[Piece] = []
    for k in range(order):
        pieces.append((wedge(2 * order, 2 * k).scaled(1, 1, 1.3), three if k == odd else one))
        pieces.append((wedge(2 * order, 2 * k + 1).scaled(1, 1, 1.3), two))
    return pieces


def can(rng: np.random.Generator, repeats: int) -> LabelledMesh:
    """A can with a painted label that goes round `repeats` times."""
    picture = np.full((128, 256, 3), 200, np.uint8)
    for _ in range(9):
        x, y, r = (int(v) for v in rng.integers([20, 20, 8], [236, 108, 26]))
        cv2.circle(picture, (x, y), r, [int(v) for v in rng.integers(0, 255, 3)], -1)
    n, height = 48, tall(rng)
    angle = 2 * np.pi * np.arange(n + 1) / n
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    vertices = np.concatenate([np.c_[ring, np.zeros(n + 1)], np.c_[ring, np.full(n + 1, height)]])
    k = np.arange(n)
    faces = np.concatenate([np.c_[k, k + 1, n + 2 + k], np.c_[k, n + 2 + k, n + 1 + k]])
    uv = np.concatenate([np.c_[angle, np.zeros(n + 1)], np.c_[angle, np.ones(n + 1)]]) * [repeats / (2 * np.pi), 1]
    return LabelledMesh(
        vertices, faces, np.zeros(2 * n, int), ["x"], face_material=np.zeros(2 * n, int),
        materials=(Material((0.5, 0.5, 0.5), image=picture),), face_uv=uv[faces],
    )  # fmt: skip


def shaken(rng: np.random.Generator, mesh: LabelledMesh) -> LabelledMesh:
    """Move every vertex by up to 0.3 % of the size, as a scanned or simplified model has them."""
    size = float(np.ptp(mesh.vertices_w, axis=0).max())
    return replace(mesh, vertices_w=mesh.vertices_w + rng.uniform(-0.003, 0.003, mesh.vertices_w.shape) * size)


def stuck_on(rng: np.random.Generator, share: float) -> LabelledMesh:
    """A turned drum with a flat square of another colour on its side."""
    body, mark = colors(rng, 2)
    height = tall(rng)
    side = share * max(2.0, height)
    z = float(rng.uniform(side / 2 + 0.02, height - side / 2 - 0.02))
    return of_pieces([(cylinder(1.0, height, 64), body), (_patch(1.004, side, z), mark)])


def bump(rng: np.random.Generator, share: float) -> LabelledMesh:
    """A drum with a cube of its own colour standing out of its side."""
    height = tall(rng)
    side = share * max(2.0, height)
    z = float(rng.uniform(side / 2, height - side / 2))
    cube = slab_box((2 * side, side, side), (1.0, 0.0, z)).turned("z", float(rng.uniform(0, 360)))
    return of_pieces([(cylinder(1.0, height, 64) + cube, colors(rng, 1)[0])])


def handle(rng: np.random.Generator, share: float) -> LabelledMesh:
    """A cup with a handle that reaches out by a share of its size."""
    height = float(rng.uniform(1.6, 2.5))
    out = share * max(2.0, height)
    path = [(0.95, 0.0, 0.5 * height - out), (1.0 + out, 0.0, 0.5 * height - 0.8 * out),
            (1.0 + out, 0.0, 0.5 * height + 0.8 * out), (0.95, 0.0, 0.5 * height + out)]  # fmt: skip
    grip = tube(path, max(0.2 * out, 0.012 * height)).turned("z", float(rng.uniform(0, 360)))
    return of_pieces([(lathe([(1.0, 0), (1.0, height), (0.9, height), (0.9, 0.1)], 64) + grip, colors(rng, 1)[0])])


def _patch(radius: float, side: float, z: float) -> Part:
    """A thin curved plate, `side` wide and high, on a drum's side."""
    half = min(side / 2 / radius, math.pi)
    angle = np.linspace(-half, half, 9)
    outer = np.column_stack([np.cos(angle), np.sin(angle)])
    outline = np.concatenate([radius * outer, (radius - 0.03) * outer[::-1]])
    return prism(outline, side).moved(z=z - side / 2)


def _repeating(pieces: Callable[[np.random.Generator, int], list[Piece]]) -> Recipe:
    def recipe(rng: np.random.Generator) -> Shape:
        order = order_of(rng)
        return Shape(of_pieces(pieces(rng, order)), 360.0 / order)

    return recipe


def _block(rng: np.random.Generator) -> Shape:
    a, b = (1.0, float(rng.uniform(0.3, 0.8))) if rng.random() < 0.5 else (1.0, 1.0)
    return Shape(of_pieces([(box(a, b, tall(rng)), colors(rng, 1)[0])]), 90.0 if a == b else 180.0)


def _star(rng: np.random.Generator, order: int) -> list[Piece]:
    return [(star(max(order, 3), 0.45).scaled(1, 1, tall(rng)), colors(rng, 1)[0])]


def _stars(rng: np.random.Generator) -> Shape:
    order = int(rng.choice([3, 4, 5, 6, 8]))
    return Shape(of_pieces(_star(rng, order)), 360.0 / order)


def _label(rng: np.random.Generator) -> Shape:
    order = int(rng.choice([2, 3, 4, 5]))
    return Shape(can(rng, order), 360.0 / order)


def _noisy(rng: np.random.Generator) -> Shape:
    order = order_of(rng)
    return Shape(shaken(rng, of_pieces(blades(rng, order))), 360.0 / order)


def _hidden(rng: np.random.Generator) -> Shape:
    body, core = colors(rng, 2)
    inside = box(0.5, 0.2, 0.3).moved(x=0.1, y=0.1, z=0.2)
    return Shape(of_pieces([(box(1.6, 1.6, 1.0), body), (inside, core)]), 90.0)


def _odd_sector(rng: np.random.Generator) -> Shape:
    order = order_of(rng)
    return Shape(of_pieces(sectors(rng, order, odd=0)), 360.0)


def _missing_leg(rng: np.random.Generator) -> Shape:
    return Shape(of_pieces(table(rng, int(rng.choice([3, 4, 5, 6])), skip=1)), 360.0)


def _turned_blade(rng: np.random.Generator) -> Shape:
    order = int(rng.choice([3, 4, 5]))
    arms = [box(0.9, 0.16, 0.5).moved(x=0.45).turned("z", 360.0 * k / order + 25.0 * (k == 0)) for k in range(order)]
    return Shape(of_pieces([(join(arms) + cylinder(0.12, tall(rng)), colors(rng, 1)[0])]), 360.0)


def _corner(rng: np.random.Generator) -> Shape:
    """An L-shaped block: it has a mirror but no turn."""
    arm = float(rng.uniform(0.3, 0.5))
    outline = [(0.0, 0.0), (1.0, 0.0), (1.0, arm), (arm, arm), (arm, 1.0), (0.0, 1.0)]
    return Shape(of_pieces([(prism(outline, tall(rng)), colors(rng, 1)[0])]), 360.0)


def _colored_corner(rng: np.random.Generator) -> Shape:
    """A body without symmetry in colours that repeat."""
    one, two = colors(rng, 2)
    return Shape(
        of_pieces([*sectors(rng, 4), (box(0.6, 0.6, 1.4).moved(x=0.5, y=0.2), one), (box(0.2, 0.2, 0.2), two)]), 360.0
    )


def _painted_side(rng: np.random.Generator) -> Shape:
    """A square block with one side in another colour."""
    body, other = colors(rng, 2)
    height = tall(rng)
    return Shape(of_pieces([(box(1, 1, height), body), (box(0.01, 0.98, height).moved(x=0.503), other)]), 360.0)


def _sized(recipe: DetailRecipe, low: float, high: float, symmetry_deg: float) -> Recipe:
    return lambda rng: Shape(recipe(rng, float(rng.uniform(low, high))), symmetry_deg)


SYMMETRIC: dict[str, Recipe] = {
    "block": _block,
    "star": _stars,
    "arms": _repeating(blades),
    "legs": _repeating(table),
    "colour sectors": _repeating(sectors),
    "repeated label": _label,
    "turned body": lambda rng: Shape(of_pieces(post(rng)), 0.0),
    "shaken arms": _noisy,
    "hidden core": _hidden,
    "speck of colour": _sized(stuck_on, 0.004, UNNOTICED, 0.0),
    "speck of shape": _sized(bump, 0.004, UNNOTICED, 0.0),
}
DISTINCT: dict[str, tuple[str, Recipe]] = {
    "missing leg": ("shape", _missing_leg),
    "turned arm": ("shape", _turned_blade),
    "corner": ("shape", _corner),
    "bump": ("shape", _sized(bump, NOTICED, 0.25, 360.0)),
    "handle": ("shape", _sized(handle, NOTICED, 0.3, 360.0)),
    "colours repeat, body not": ("shape", _colored_corner),
    "odd sector": ("colour", _odd_sector),
    "label": ("colour", lambda rng: Shape(can(rng, 1), 360.0)),
    "sticker": ("colour", _sized(stuck_on, NOTICED, 0.25, 360.0)),
    "painted side": ("colour", _painted_side),
}
DETAILS: dict[str, DetailRecipe] = {"sticker": stuck_on, "bump": bump, "handle": handle}
