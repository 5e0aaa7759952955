"""Numbers and measures over a clip: counts, distances, sizes, the nearest of four, the room's floor."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from jaxtyping import Float

from stages.geometry.boxes import upright_gap
from stages.relations.base import TIE, Limits
from stages.relations.video.clips import Clip, VideoParams
from stages.relations.video.statement import Judged, Statement
from stages.rng import key

_GRID = 24  # points along the longer side of the floor, for the share that is shown
_CANDIDATES = 4


def counting(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `video_count`: instances of each category, if none of them is only glimpsed."""
    for category in sorted(set(clip.category)):
        rows = [k for k, c in enumerate(clip.category) if c == category]
        if not clip.exhaustive[rows].all():
            out.lose("video_count.category_not_exhaustive", f"{clip.clip_id}:{category}")
        elif clip.counted[rows].all() and _no_look_alike(clip, rows):
            value = float(len(rows))
            out.kept.append(Statement("video_count", rows, (), value, "count", category=category,
                                      key=key(clip.clip_id, "video_count", category)))  # fmt: skip
        else:
            out.lose("video_count.instance_glimpsed", f"{clip.clip_id}:{category}")


def _no_look_alike(clip: Clip, rows: list[int]) -> bool:
    """A single instance is unique exactly if nothing else shows its category; of several, look-alikes went unclear."""
    return len(rows) > 1 or bool(clip.unique[rows[0]])


def gaps(clip: Clip) -> tuple[Float[np.ndarray, "n n"], Float[np.ndarray, "n n"]]:
    """Distance of closest points between all usable boxes, metres, and its 1-sigma; NaN elsewhere."""
    n, b = len(clip.names), clip.boxes
    gap, sigma = np.full((n, n), np.nan), np.full((n, n), np.nan)
    rows = np.flatnonzero(clip.usable)
    i, j = (rows[k] for k in np.triu_indices(len(rows), 1))
    if len(i):
        gap[i, j] = upright_gap(b.center_w[i], b.size_m[i], b.yaw[i], b.center_w[j], b.size_m[j], b.yaw[j])
        own = b.sigma_center_m**2 + b.sigma_size_m**2 / 4
        sigma[i, j] = np.sqrt(own[i] + own[j])
    gap, sigma = np.fmax(gap, gap.T), np.fmax(sigma, sigma.T)
    return gap, sigma


def distances(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `video_distance` for pairs of unique objects."""
    gap, sigma = gaps(clip)
    for i, j in combinations(np.flatnonzero(clip.usable).tolist(), 2):
        margin = float(gap[i, j] / sigma[i, j])
        if gap[i, j] < limits.min_distance_m - TIE:
            out.lose("video_distance.too_near", clip.names[i])
        elif margin < limits.min_margin["video_distance"] - TIE:
            out.lose("video_distance.margin_too_small", clip.names[i])
        else:
            out.kept.append(Statement("video_distance", (i,), (j,), float(gap[i, j]), "m", margin,
                                      key=clip.key("video_distance", i, j)))  # fmt: skip


def sizes(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `video_longest_edge` for unique objects."""
    for k in np.flatnonzero(clip.usable).tolist():
        value = float(clip.boxes.size_m[k].max())
        margin = value / float(clip.boxes.sigma_size_m[k])
        if margin < limits.min_margin["video_longest_edge"] - TIE:
            out.lose("video_longest_edge.margin_too_small", clip.names[k])
        else:
            out.kept.append(Statement("video_longest_edge", (k,), (), value, "m", margin,
                                      key=clip.key("video_longest_edge", k)))  # fmt: skip


def nearest(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `video_nearest_to`: which of four objects is nearest to another one; sets drawn by key."""
    gap, sigma = gaps(clip)
    rows = np.flatnonzero(clip.usable).tolist()
    for anchor in rows if len(rows) > _CANDIDATES else ():
        others = sorted((k for k in rows if k != anchor), key=lambda k: clip.key("candidates", anchor, k))[:_CANDIDATES]
        order = sorted(others, key=lambda k: float(gap[anchor, k]))
        best, second = order[0], order[1]
        lead = float(gap[anchor, second] - gap[anchor, best])
        margin = lead / float(np.hypot(sigma[anchor, best], sigma[anchor, second]))
        apart = np.linalg.norm(clip.boxes.center_w[others] - clip.boxes.center_w[anchor], axis=1)
        by_center = dict(zip(others, apart.tolist(), strict=True))
        runner_up = min(by_center[k] for k in others if k != best)
        if gap[anchor, best] <= TIE:
            out.lose("video_nearest_to.touching", clip.names[anchor])
        elif min(lead, runner_up - by_center[best]) < limits.min_gap_m - TIE:
            out.lose("video_nearest_to.lead_too_small", clip.names[anchor])
        elif margin < limits.min_margin["nearest_to"] - TIE:
            out.lose("video_nearest_to.margin_too_small", clip.names[anchor])
        else:
            rest = sorted(order[1:])
            out.kept.append(Statement("video_nearest_to", (best,), (anchor, *rest), lead, "m", margin,
                                      key=clip.key("video_nearest_to", anchor)))  # fmt: skip


def room(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `room_area` if the frames show enough of the floor."""
    if clip.outline_w is None:
        out.lose("room_area.no_outline", clip.clip_id)
        return
    x, y = clip.outline_w.T
    area = float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)
    if floor_shown(clip) < params.min_floor_shown:
        out.lose("room_area.too_little_shown", clip.clip_id)
        return
    margin = None if clip.floor_by == "exact" else 1 / params.outline_sigma
    out.kept.append(Statement("room_area", (), (), area, "m2", margin, key=clip.key("room_area")))


def floor_shown(clip: Clip) -> float:
    """Share of the floor inside the field of view of any frame; the floor lies at the lowest box of the scene, or 0."""
    assert clip.outline_w is not None
    low, high = clip.outline_w.min(axis=0), clip.outline_w.max(axis=0)
    step = float((high - low).max()) / _GRID
    x, y = np.meshgrid(np.arange(low[0] + step / 2, high[0], step), np.arange(low[1] + step / 2, high[1], step))
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    points = points[inside(points, clip.outline_w)]
    bottoms = clip.solids.center_w[:, 2] - clip.solids.size_m[:, 2] / 2
    ground = float(np.nanmin(bottoms)) if np.isfinite(bottoms).any() else 0.0
    points_w = np.column_stack([points, np.full(len(points), ground)])
    seen = np.zeros(len(points), dtype=bool)
    for camera in clip.cameras:
        if camera["intrinsics_px"] is not None:
            seen |= _in_picture(points_w, camera)
    return float(seen.mean()) if len(seen) else 0.0


def _in_picture(points_w: Float[np.ndarray, "n 3"], camera: object) -> np.ndarray:
    assert isinstance(camera, dict)
    pose = np.array(camera["world_from_cam"]).reshape(4, 4)
    x, y, z = ((points_w - pose[:3, 3]) @ pose[:3, :3]).T
    fx, fy, cx, cy = camera["intrinsics_px"]
    with np.errstate(divide="ignore", invalid="ignore"):
        u, v = x / z * fx + cx, y / z * fy + cy
    inside_picture: np.ndarray = (
        (z > 0) & (u > -0.5) & (u < camera["width_px"] - 0.5) & (v > -0.5) & (v < camera["height_px"] - 0.5)
    )
    return inside_picture


def inside(points: Float[np.ndarray, "n 2"], outline: Float[np.ndarray, "k 2"]) -> np.ndarray:
    """Tell which points lie inside an outline (even-odd rule)."""
    odd = np.zeros(len(points), dtype=bool)
    for (x1, y1), (x2, y2) in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        if y1 != y2:
            crosses = (y1 > points[:, 1]) != (y2 > points[:, 1])
            odd ^= crosses & (points[:, 0] < x1 + (points[:, 1] - y1) / (y2 - y1) * (x2 - x1))
    return odd
