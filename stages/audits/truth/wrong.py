"""When a stated fact is wrong: the rules at the end of docs/definitions.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stages.audits.truth.plane import wrap_deg
from stages.audits.truth.statements import TrueFact

SHARE, LEAST_M, ANGLE_DEG = 0.1, 0.01, 5.0  # tolerance of measures (relative, and metres at least) and of angles
COMPARED = ("left_of", "above", "in_front_of", "bigger", "taller", "wider")
MEASURED = (
    "distance_center", "distance_closest", "height", "longest_edge", "video_distance", "video_longest_edge", "room_area"
)  # fmt: skip
CHOSEN = ("nearest_to", "nearest_to_camera", "depth_order", "video_nearest_to", "first_seen_order")


def is_wrong(kind: str, fact: Mapping[str, Any], true: TrueFact) -> bool:
    """Tell whether a fact says something else than the truth, beyond the tolerance of its kind."""
    said = fact["value"]
    if kind in COMPARED:
        return bool((said > 0) != (true.value > 0))
    if kind in MEASURED:
        return bool(abs(said - true.value) > max(SHARE * abs(true.value), LEAST_M))
    if kind in CHOSEN:
        return list(fact["subject_ids"]) != list(true.subject_ids)
    if kind in ("rotation", "camera_turn"):
        return abs(wrap_deg(said - true.value)) > ANGLE_DEG
    if kind.startswith("direction_"):
        return direction_class(kind, said) != direction_class(kind, true.value)
    if kind == "camera_shift" or kind.startswith("route_"):
        far = kind == "camera_shift" and abs(said - true.value) > max(SHARE * true.value, LEAST_M)
        return far or list(fact["detail"] or ()) != list(true.detail or ())
    return bool(said != true.value)


def direction_class(kind: str, angle_deg: float) -> str:
    """Word for a direction at the fineness of its kind."""
    side = "left" if angle_deg > 0 else "right"
    if kind == "direction_easy":
        return side
    if kind == "direction_medium":
        return "back" if abs(angle_deg) >= 135 else side
    return f"{'front' if abs(angle_deg) < 90 else 'back'}-{side}"
