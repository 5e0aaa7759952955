"""Make one furnished room: its shape and openings, furniture, light, and the camera's walk through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy import ndimage

from stages.geometry.mesh import LabelledMesh
from stages.geometry.walk import camera_walk
from stages.rng import generator
from stages.sources.procedural.assembly import Lighting, mesh_of
from stages.sources.procedural.finishes import finishes
from stages.sources.procedural.furnishing import Build, Furnishing
from stages.sources.procedural.kinds import KINDS, Kind
from stages.sources.procedural.lighting import hour_of_day, lights
from stages.sources.procedural.on_floor import TRIES
from stages.sources.procedural.on_walls import curtain, door, from_ceiling, under, windows
from stages.sources.procedural.params import ProceduralParams
from stages.sources.procedural.placed import Placed
from stages.sources.procedural.shell import Room, l_shape, rectangle, shell_sheets

CELL_M = 0.1
ATTEMPTS = 8
MIN_THINGS = 12
DULL = frozenset({"clock", "curtain", "picture", "radiator", "window"})  # seen in passing, not looked for
MIN_WALK_M2 = 2.2  # connected floor where the camera can be


@dataclass(frozen=True)
class Interior:
    """A furnished room, empty of light and pictures yet."""

    kind: str
    room: Room
    furnishing: Furnishing

    @property
    def things(self) -> list[Placed]:
        """Everything in the room that is an object."""
        return self.furnishing.placed


def furnished(scene_id: str, params: ProceduralParams, seed: int, build: Build) -> Interior:
    """Furnish the room of a scene; tries again with other draws until it is full enough and can be walked through."""
    names = list(KINDS)
    shares = np.array([KINDS[n].share for n in names])
    kind = names[int(generator(seed, scene_id, "kind").choice(len(names), p=shares / shares.sum()))]
    best: Interior | None = None
    for attempt in range(ATTEMPTS):
        rng = generator(seed, scene_id, "room", attempt)
        interior = _attempt(kind, KINDS[kind], params, rng, build)
        walk_m2 = float(walkable(interior, params.eye_height_m).sum()) * CELL_M**2
        if best is None or len(interior.things) > len(best.things):
            best = interior
        if len(interior.things) >= MIN_THINGS and walk_m2 >= MIN_WALK_M2:
            return interior
    assert best is not None
    return best


def _attempt(name: str, kind: Kind, params: ProceduralParams, rng: np.random.Generator, build: Build) -> Interior:
    width, depth, height = rng.uniform(*kind.width_m), rng.uniform(*kind.depth_m), rng.uniform(2.5, 2.8)
    if rng.random() < kind.l_share:
        room = l_shape(width, depth, width * rng.uniform(0.3, 0.42), depth * rng.uniform(0.3, 0.42), height)
    else:
        room = rectangle(width, depth, height)
    f = Furnishing(room, build, rng, params.clutter)
    _open(f)
    kind.furnish(f)
    _hang_lamp(f)
    return Interior(name, room, f)


def _open(f: Furnishing) -> None:
    """Make windows in one or two walls, hang curtains, stand radiators below, then hang a door elsewhere."""
    order = f.walls(longest_first=f.chance(0.6))
    lit = order[: 2 if f.chance(0.4) else 1]
    panes = [p for k in lit for p in windows(f, k, 1 if f.chance(0.5) else 2)]
    if panes and f.chance(0.55):
        cloth = f.model("curtain")
        for pane in panes:
            curtain(f, pane, cloth)
    if panes and f.chance(0.6):
        under(f, panes[0], "radiator")
    for k in [k for k in order if k not in lit] or order:
        if door(f, k):
            break


def _hang_lamp(f: Furnishing) -> None:
    """Hang a lamp near the middle of the largest part of the room, unless one hangs already."""
    if any(p.model.category == "ceiling lamp" for p in f.placed):
        return
    x1, y1, x2, y2 = max(f.room.rectangles, key=lambda r: (r[2] - r[0]) * (r[3] - r[1]))
    for _ in range(TRIES):
        spot = (x1 + x2) / 2 + f.uniform(-0.2, 0.2), (y1 + y2) / 2 + f.uniform(-0.2, 0.2)
        if from_ceiling(f, "ceiling lamp", *spot):
            return


def walkable(interior: Interior, eye_height_m: float) -> Bool[np.ndarray, "y x"]:
    """Return the cells (rows y, columns x, from the origin) where the camera can be: floor without furniture."""
    outline = np.array(interior.room.outline_w)
    n_x, n_y = (np.ceil(outline.max(axis=0) / CELL_M).astype(int)).tolist()
    x, y = np.meshgrid((np.arange(n_x) + 0.5) * CELL_M, (np.arange(n_y) + 0.5) * CELL_M)
    points_w = np.stack([x.ravel(), y.ravel()], axis=1)
    free = interior.room.contains(points_w)
    for thing in interior.things:
        if thing.model.placement != "rug" and thing.block.low < eye_height_m + 0.3:
            free &= ~_covered(points_w, thing)
    free = free.reshape(n_y, n_x)
    labels, count = ndimage.label(free)
    if count == 0:
        return free
    largest: np.ndarray = labels == int(np.bincount(labels.ravel())[1:].argmax()) + 1
    return largest


def _covered(points_w: Float[np.ndarray, "n 2"], thing: Placed) -> np.ndarray:
    """Tell which points lie within a thing's footprint, widened by half a cell."""
    local = (points_w - [thing.x, thing.y]) @ np.stack([thing.right, -thing.front], axis=1)
    inside: np.ndarray = (np.abs(local) <= np.array([thing.block.half_x, thing.block.half_y]) + CELL_M / 2).all(axis=1)
    return inside


def walk(interior: Interior, params: ProceduralParams, rng: np.random.Generator) -> Float[np.ndarray, "n 4 4"]:
    """Carry the camera through the room, looking at what stands and hangs there."""
    focus_w = [
        (t.x, t.y)
        for t in interior.things
        if t.model.placement not in {"rug", "ceiling"} and t.model.category not in DULL
    ]
    free = walkable(interior, params.eye_height_m)
    middle = (CELL_M / 2, CELL_M / 2)
    return camera_walk(free, middle, CELL_M, params.eye_height_m, params.frames, np.array(focus_w).reshape(-1, 2), rng)


def lit_mesh(interior: Interior, object_ids: Sequence[str], rng: np.random.Generator) -> LabelledMesh:
    """Choose surfaces and light, and build the mesh of the whole room."""
    kind, room, f = KINDS[interior.kind], interior.room, interior.furnishing
    surfaces = finishes(rng, kind.floors, kind.walls, len(room.walls))
    hour = hour_of_day(rng)
    x1, y1, x2, y2 = room.rectangles[0]
    center_w = ((x1 + x2) / 2, (y1 + y2) / 2, room.height_m - 0.3)
    shining = lights(rng, hour, interior.things, center_w)
    sheets = shell_sheets(room, f.openings, f.skirting_gaps, surfaces)
    lighting = Lighting(shining, hour.ambient, hour.outside, 0.6 + 0.7 * hour.lamps)
    return mesh_of(interior.things, object_ids, sheets, lighting)
