"""How the camera moved between two views: how far it turned, and how far and in which direction it went."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from stages.geometry.frames import gravity_of_pose, points_to_view, signed_degrees, view_from_cam
from stages.relations.base import short
from stages.relations.view_pairs import TwoViewParams, ViewPairs
from stages.runner import Counts

DIRECTIONS = ("forward", "backward", "left", "right")


def camera_turns(pairs: ViewPairs, params: TwoViewParams) -> tuple[pa.Table, Counts]:
    """State `camera_turn`: signed yaw of the viewing direction, counter-clockwise positive, in (-180, 180] degrees.

    Turns near 0 and near 180 degrees go neither clearly left nor clearly right.
    """
    ahead_w = pairs.world_from_cam[:, :2, 2]
    heading_deg = np.degrees(np.arctan2(ahead_w[:, 1], ahead_w[:, 0]))
    turn_deg = signed_degrees(heading_deg[pairs.second] - heading_deg[pairs.first])
    doubts = {
        "turn_too_small": short(np.abs(turn_deg), params.min_turn_deg),
        "near_half_turn": short(180.0 - np.abs(turn_deg), params.min_turn_deg),
    }
    chosen, drops = pairs.clear("camera_turn", doubts, pairs.scene, params.facts_per_scene)
    return pairs.facts("camera_turn", chosen, turn_deg[chosen], "deg", "world"), drops


def camera_shifts(pairs: ViewPairs, params: TwoViewParams) -> tuple[pa.Table, Counts]:
    """State `camera_shift`: the distance moved, metres, and the direction in view space of the first view.

    Each direction has its share of a scene's facts: cameras look where they go, and `forward` would be a good guess.
    """
    pose = pairs.world_from_cam
    before = pose[pairs.first]
    moved_v = points_to_view(pose[pairs.second][:, :3, 3], before, view_from_cam(gravity_of_pose(before)))
    right_m, ahead_m = moved_v[:, 0], moved_v[:, 1]
    shift_m = np.linalg.norm(moved_v, axis=1)
    is_ahead = np.abs(ahead_m) >= np.abs(right_m)
    along_m = np.where(is_ahead, np.abs(ahead_m), np.abs(right_m))
    across_m = np.sqrt(np.maximum(shift_m**2 - along_m**2, 0.0))
    off_axis_deg = np.degrees(np.arctan2(across_m, along_m))
    doubts = {
        "shift_too_small": short(np.hypot(right_m, ahead_m), params.min_shift_m),
        "between_directions": short(-off_axis_deg, -params.max_off_axis_deg),
    }
    place = np.where(is_ahead, np.where(ahead_m > 0, 0, 1), np.where(right_m < 0, 2, 3))
    groups = pairs.scene * len(DIRECTIONS) + place
    most = -(-params.facts_per_scene // len(DIRECTIONS))
    chosen, drops = pairs.clear("camera_shift", doubts, groups, most)
    words = pa.array(DIRECTIONS).take(pa.array(place[chosen]))
    return pairs.facts("camera_shift", chosen, shift_m[chosen], "m", "view", detail=words), drops
