"""The oracle's answers to questions about several objects, clips and rooms, from fact and words alone.

- which one (nearest to an object or to the camera): the option that names the fact's subject.
- order (in depth, in time): the option that names the fact's subjects in their order.
- sizes, distances: the value converted to the unit asked for; of options the nearest. Areas likewise.
- direction: the option for the side and quadrant in which the value, an angle counter-clockwise, lies.
- route: the option that lists the fact's turns.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

CHOSEN = ("nearest_to", "nearest_to_camera", "video_nearest_to")
ORDERED = ("depth_order", "first_seen_order")
_AREA = re.compile(r"([\d.]+) square (meters|feet)")
_SQUARE_FEET = 1 / 0.3048**2


def chosen(subject: str, options: Sequence[str], slots: Mapping[str, str]) -> int | None:
    """Place of the option that names the subject."""
    found = [k for k, option in enumerate(options) if slots.get(option.strip("{}")) == subject]
    return found[0] if len(found) == 1 else None


def ordered(subjects: Sequence[str], options: Sequence[str], slots: Mapping[str, str]) -> int | None:
    """Place of the option that names the subjects in order."""
    said = [[slots.get(slot) for slot in re.findall(r"\{([a-z])\}", option)] for option in options]
    found = [k for k, names in enumerate(said) if names == list(subjects)]
    return found[0] if len(found) == 1 else None


def side_of(kind: str, angle_deg: float) -> str:
    """Word for the direction in which an angle points."""
    side = "left" if 0 < angle_deg < 180 else "right"
    if kind == "direction_medium" and abs(angle_deg) >= 135:
        side = "back"
    if kind == "direction_hard":
        side = f"{'back' if abs(angle_deg) > 90 else 'front'}-{side}"
    return side


def directed(kind: str, angle_deg: float, options: Sequence[str]) -> int | None:
    """Place of the option that says in which direction an angle points."""
    side = side_of(kind, angle_deg)
    return options.index(side) if side in options else None


def routed(turns: Sequence[str], options: Sequence[str]) -> int | None:
    """Place of the option that lists the turns."""
    return options.index(", ".join(turns)) if ", ".join(turns) in options else None


def square_metres(text: str) -> float | None:
    """Read an option such as `24.5 square meters`."""
    match = _AREA.search(text)
    return float(match[1]) / (_SQUARE_FEET if match[2] == "feet" else 1.0) if match else None


def area_text(value_m2: float, unit: str | None) -> str:
    """Write an area in the unit asked for."""
    return f"{value_m2 * _SQUARE_FEET:.0f} {unit}" if unit == "ft2" else f"{value_m2:.1f} {unit}"
