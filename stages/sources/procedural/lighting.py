"""Light of a room: the hour decides about sun and sky, lamps shine where they hang and stand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from stages.geometry.mesh import Light, Rgb
from stages.sources.procedural.furniture.palette import choose
from stages.sources.procedural.placed import Placed

LAMPS = ("ceiling lamp", "floor lamp", "table lamp")
_STRENGTH = {"ceiling lamp": 2.6, "floor lamp": 0.75, "table lamp": 0.4}
_WARMTH: tuple[Rgb, ...] = ((1.0, 0.80, 0.58), (1.0, 0.86, 0.68), (1.0, 0.92, 0.80))


@dataclass(frozen=True)
class Hour:
    """A time of day: its share, the sun's strength and colour, room light from the sky, lamps, and the view outside."""

    share: float
    sun: float
    sun_color: Rgb
    ambient: Rgb
    lamps: float
    outside: Rgb


HOURS = (
    Hour(0.40, 3.0, (1.0, 0.93, 0.82), (0.40, 0.405, 0.41), 0.45, (1.0, 1.0, 1.0)),  # sunny
    Hour(0.20, 2.6, (1.0, 0.78, 0.52), (0.33, 0.315, 0.30), 0.6, (1.05, 0.95, 0.82)),  # low sun
    Hour(0.22, 0.0, (1.0, 1.0, 1.0), (0.50, 0.51, 0.53), 0.7, (0.9, 0.93, 0.97)),  # overcast
    Hour(0.18, 0.0, (1.0, 1.0, 1.0), (0.17, 0.16, 0.16), 1.25, (0.10, 0.13, 0.22)),  # evening
)


def hour_of_day(rng: np.random.Generator) -> Hour:
    """Choose an hour by its share."""
    return HOURS[int(rng.choice(len(HOURS), p=[h.share for h in HOURS]))]


def lights(
    rng: np.random.Generator, hour: Hour, things: Sequence[Placed], center_w: tuple[float, float, float]
) -> list[Light]:
    """Return the lights of a room, the most important first: the sun through a window, then lamps by strength.

    A room without a hanging lamp gets a plain light below its ceiling at `center_w`.
    """
    found: list[Light] = []
    panes = [p for p in things if p.model.category == "window"]
    if panes and hour.sun > 0:
        found.append(_sun(rng, hour, panes[int(rng.integers(len(panes)))]))
    warmth = choose(rng, _WARMTH)
    lamps = sorted((p for p in things if p.model.category in LAMPS), key=lambda p: LAMPS.index(p.model.category))
    if not any(p.model.category == "ceiling lamp" for p in lamps):
        found.append(Light("point", times(warmth, 2.2 * hour.lamps), position_w=center_w))
    for lamp in lamps:
        strength = _STRENGTH[lamp.model.category] * hour.lamps
        found.append(Light("point", times(warmth, strength), position_w=_bulb(lamp)))
    return found


def times(color: Rgb, factor: float) -> Rgb:
    """Scale a colour without an upper limit: light may be stronger than 1."""
    r, g, b = color
    return (r * factor, g * factor, b * factor)


def _sun(rng: np.random.Generator, hour: Hour, window: Placed) -> Light:
    """Let the sun shine through a window at a slant."""
    height = rng.uniform(0.28, 0.5) if hour.sun_color[2] < 0.6 else rng.uniform(0.5, 0.95)
    way = math.atan2(float(window.front[1]), float(window.front[0])) + rng.uniform(-0.8, 0.8)
    direction = (math.cos(way), math.sin(way), -height)
    return Light("sun", times(hour.sun_color, hour.sun), direction_w=direction)


def _bulb(lamp: Placed) -> tuple[float, float, float]:
    """Return where a lamp's light comes from: the middle of its glowing parts, for hanging lamps just below them."""
    glowing = np.flatnonzero([m.emission > 0 for m in lamp.model.materials])
    brightest = max((lamp.model.materials[k].emission for k in glowing), default=0.0)
    bulbs = [k for k in glowing if lamp.model.materials[k].emission == brightest]
    faces = lamp.model.faces[np.isin(lamp.model.face_material, bulbs)]
    if len(faces) == 0:
        x, y, z = lamp.x, lamp.y, lamp.block.high
        return (x, y, z)
    low, high = (f(lamp.vertices_w()[faces.ravel()], axis=0) for f in (np.min, np.max))
    x, y, z = ((low + high) / 2).tolist()
    return (x, y, lamp.z - 0.13) if lamp.model.category == "ceiling lamp" else (x, y, z)
