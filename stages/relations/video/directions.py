"""Standing at one object and facing another: in which direction is a third one?"""

from __future__ import annotations

from itertools import permutations

import numpy as np
from jaxtyping import Float, Int

from stages.geometry.boxes import rectangle_corners
from stages.geometry.frames import signed_degrees
from stages.relations.base import Limits, short
from stages.relations.video.clips import Clip, VideoParams
from stages.relations.video.statement import Judged, Statement

BORDERS_DEG = {
    "direction_easy": (0.0, 180.0),
    "direction_medium": (0.0, 135.0, -135.0),
    "direction_hard": (0.0, 90.0, -90.0, 180.0),
}
_MOST_TRIPLES = 4000


def directions(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `direction_easy`, `direction_medium` and `direction_hard` for triples of unique objects."""
    rows = np.flatnonzero(clip.usable).tolist()
    triples = np.array(list(permutations(rows, 3)), dtype=np.int64).reshape(-1, 3)[:_MOST_TRIPLES]
    if len(triples) == 0:
        out.lose("direction_easy.too_few_objects", clip.clip_id)
        return
    target, standing, facing = triples.T
    xy, boxes = clip.boxes.center_w[:, :2], clip.boxes
    angle, ahead_m, target_m = _angles(xy[standing], xy[facing], xy[target])
    corners = rectangle_corners(xy[target], boxes.size_m[target, :2], boxes.yaw[target])
    spread = np.stack([_angles(xy[standing], xy[facing], corners[:, k])[0] for k in range(4)], axis=1)
    sigma_deg = np.degrees(_sigma(boxes.sigma_center_m, triples, ahead_m, target_m))
    near = short(np.minimum(ahead_m, target_m), params.min_leg_m)
    for kind, borders in BORDERS_DEG.items():
        apart = np.stack([np.abs(signed_degrees(angle - border)) for border in borders], axis=1).min(axis=1)
        least = params.min_turn_deg if kind == "direction_easy" else params.buffer_deg
        same = (_class(kind, spread) == _class(kind, angle)[:, None]).all(axis=1)
        margin = apart / np.maximum(sigma_deg, 1e-9)
        ok = ~near & ~short(apart, least) & same & ~short(margin, limits.min_margin["direction"])
        out.lose(f"{kind}.unclear", clip.clip_id, int((~ok).sum()))
        for k in np.flatnonzero(ok).tolist():
            t, s, f = triples[k].tolist()
            out.kept.append(Statement(kind, (t,), (s, f), float(angle[k]), "deg", float(margin[k]),
                                      key=clip.key(kind, t, s, f)))  # fmt: skip


def _angles(
    standing: Float[np.ndarray, "n 2"], facing: Float[np.ndarray, "n 2"], target: Float[np.ndarray, "n 2"]
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    """Signed turn from facing to target, degrees, and the distances to both, metres."""
    ahead, there = facing - standing, target - standing
    turn = np.degrees(np.arctan2(there[:, 1], there[:, 0]) - np.arctan2(ahead[:, 1], ahead[:, 0]))
    return signed_degrees(turn), np.linalg.norm(ahead, axis=1), np.linalg.norm(there, axis=1)


def _sigma(
    sigma_m: Float[np.ndarray, " n"],
    triples: Int[np.ndarray, "m 3"],
    ahead_m: Float[np.ndarray, " m"],
    target_m: Float[np.ndarray, " m"],
) -> Float[np.ndarray, " m"]:
    """1-sigma of the turn, radians, from those of the three centres."""
    target, standing, facing = triples.T
    near, far = np.maximum(ahead_m, 1e-6), np.maximum(target_m, 1e-6)
    result: Float[np.ndarray, " m"] = np.sqrt(
        (sigma_m[facing] / near) ** 2 + (sigma_m[target] / far) ** 2 + (sigma_m[standing] * (1 / near + 1 / far)) ** 2
    )
    return result


def _class(kind: str, angle_deg: np.ndarray) -> np.ndarray:
    side = np.where(angle_deg > 0, 1, 2)
    if kind == "direction_easy":
        return side
    if kind == "direction_medium":
        return np.where(np.abs(angle_deg) >= 135, 3, side)
    return side + np.where(np.abs(angle_deg) < 90, 0, 4)
