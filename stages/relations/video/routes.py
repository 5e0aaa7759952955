"""Routes: from one object along straight, free legs to others, and the turns on the way."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from stages.geometry.boxes import upright_gap
from stages.relations.base import TIE, Limits
from stages.relations.video.clips import Boxes, Clip, VideoParams
from stages.relations.video.measures import inside
from stages.relations.video.statement import Judged, Statement

_LOW_M, _THIN_M = 1.2, 0.05  # obstacles stand lower than this and reach higher than that
_ON_FLOOR_M = 0.3
_STEP_M = 0.1
_TURNS = ((45.0, 135.0, "turn left"), (-135.0, -45.0, "turn right"))
_CHAINS_PER_START = 3
_STRAIGHT_DEG = 5.0  # a walker begins facing the first object of a leg, so no leg lies straight ahead


def routes(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `route_1` to `route_3`: start, facing object, then one to three waypoints, each reached by a turn."""
    if clip.outline_w is None:
        out.lose("route_1.no_outline", clip.clip_id)
        return
    if not np.isfinite(clip.solids.yaw).all():
        out.lose("route_1.unknown_obstacle", clip.clip_id)
        return
    bottom = clip.boxes.center_w[:, 2] - clip.boxes.size_m[:, 2] / 2
    ground = np.nanmin(clip.solids.center_w[:, 2] - clip.solids.size_m[:, 2] / 2) if len(clip.solids.yaw) else 0.0
    stops = [k for k in np.flatnonzero(clip.usable).tolist() if bottom[k] < ground + _ON_FLOOR_M]
    free = {(i, j): _free(clip, i, j, float(ground), params) for i in stops for j in stops if i < j}
    legs = {i: [j for j in stops if j != i and free[min(i, j), max(i, j)]] for i in stops}
    out.lose("route_1.leg_blocked", clip.clip_id, sum(not ok for ok in free.values()))
    xy = clip.boxes.center_w[:, :2]
    for start in stops:
        for facing in np.flatnonzero(clip.usable).tolist():
            if facing != start and np.linalg.norm(xy[facing] - xy[start]) >= params.min_leg_m - TIE:
                _walk(clip, start, facing, legs, params, out)


def _walk(clip: Clip, start: int, facing: int, legs: dict[int, list[int]], params: VideoParams, out: Judged) -> None:
    """Follow legs drawn by key, one to three, as long as every turn is clear."""
    xy = clip.boxes.center_w[:, :2]
    path, turns, heading, length = [start], [], xy[facing] - xy[start], 0.0
    for _ in range(3):
        options = sorted(
            (k for k in legs.get(path[-1], []) if k not in path and k != facing),
            key=lambda k: clip.key("leg", start, facing, *path, k),
        )
        for k in options:
            leg = xy[k] - xy[path[-1]]
            turn = turn_of(heading, leg, params.buffer_deg)
            if turn is not None and np.linalg.norm(leg) >= params.min_leg_m - TIE:
                break
        else:
            return
        path, heading, length = [*path, k], leg, length + float(np.linalg.norm(leg))
        turns.append(turn)
        kind = f"route_{len(turns)}"
        out.kept.append(Statement(kind, (start, facing, *path[1:]), (), length, "m", None, tuple(turns),
                                  key=clip.key(kind, start, facing, *path)))  # fmt: skip


def turn_of(heading: Float[np.ndarray, " 2"], leg: Float[np.ndarray, " 2"], buffer_deg: float) -> str | None:
    """Word for the turn from a heading to the next leg; None if it lies near a border or straight ahead.

    Example:
        >>> turn_of(np.array([1.0, 0.0]), np.array([0.0, 2.0]), 10.0)
        'turn left'
    """
    angle = float(np.degrees(np.arctan2(heading[0] * leg[1] - heading[1] * leg[0], float(heading @ leg))))
    for low, high, word in _TURNS:
        if low + buffer_deg - TIE <= angle <= high - buffer_deg + TIE:
            return word
    return "turn back" if abs(angle) >= 135 + buffer_deg - TIE else None


def _free(clip: Clip, i: int, j: int, ground: float, params: VideoParams) -> bool:
    """Tell whether the straight leg between two objects stays on the floor and clear of all other objects."""
    a, b = clip.boxes.center_w[i, :2], clip.boxes.center_w[j, :2]
    length = float(np.linalg.norm(b - a))
    assert clip.outline_w is not None
    steps = np.linspace(0, 1, max(int(length / _STEP_M), 1) + 1)[:, None]
    walked = a + steps * (b - a)
    beyond = _beyond_ends(walked, clip.boxes, i, j)
    if not inside(walked, clip.outline_w).all() or _near_wall(walked[beyond], clip.outline_w, params.clearance_m):
        return False
    solids = clip.solids
    low, high = (solids.center_w[:, 2] + s * solids.size_m[:, 2] / 2 for s in (-1, 1))
    blocks = (low < ground + _LOW_M) & (high > ground + _THIN_M)
    own = np.isclose(solids.center_w, clip.boxes.center_w[i]).all(axis=1) | np.isclose(
        solids.center_w, clip.boxes.center_w[j]
    ).all(axis=1)
    rows = np.flatnonzero(blocks & ~own)
    if len(rows) == 0:
        return True
    n = len(rows)
    flat = np.array([1.0, 1.0, 0.0])
    leg_center = np.repeat(np.append((a + b) / 2, 0.0)[None], n, axis=0)
    leg_size = np.repeat(np.array([[length, 0.0, 1.0]]), n, axis=0)
    leg_yaw = np.full(n, float(np.arctan2(*(b - a)[::-1])))
    gap = upright_gap(
        leg_center, leg_size, leg_yaw, solids.center_w[rows] * flat,
        solids.size_m[rows] * flat + np.array([0.0, 0.0, 1.0]), solids.yaw[rows],
    )  # fmt: skip
    return bool((gap >= params.clearance_m).all())


def _beyond_ends(walked: Float[np.ndarray, "n 2"], boxes: Boxes, i: int, j: int) -> np.ndarray:
    """Steps outside both end objects: furniture stands against walls, the walk between them must not."""
    clear = np.ones(len(walked), dtype=bool)
    for k in (i, j):
        cos, sin = np.cos(boxes.yaw[k]), np.sin(boxes.yaw[k])
        local = (walked - boxes.center_w[k, :2]) @ np.array([[cos, -sin], [sin, cos]])
        clear &= (np.abs(local) > boxes.size_m[k, :2] / 2 + 0.1).any(axis=1)
    return clear


def _near_wall(points: Float[np.ndarray, "n 2"], outline: Float[np.ndarray, "k 2"], clearance_m: float) -> bool:
    for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        along = b - a
        share = np.clip(((points - a) @ along) / max(float(along @ along), 1e-9), 0, 1)
        if (np.linalg.norm(points - a - share[:, None] * along, axis=1) < clearance_m).any():
            return True
    return False
