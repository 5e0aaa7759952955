"""One object in one view: the upright box of what is seen, and how far that can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from stages.compiled import compiled
from stages.lifting.footprint import corner_yaw, ends, smallest_yaw
from stages.lifting.params import DepthNoise, LiftParams
from stages.lifting.points import ABOVE, BELOW, LEFT, RIGHT, Surface

_UP = 0.75  # upward component from which a normal belongs to a top, and below whose complement to a side
_LEVEL = np.sqrt(1 - _UP**2)  # level component from which a normal belongs to a side
_FACING = 0.8  # cosine to an axis from which a side's normal belongs to the face across it
_LEG = 512  # points that an L is searched in
_NEAR_ENDS, _FAR_ENDS = 2.0, 1.5  # sigmas of pixel noise by which trimmed ends of a wall are too far out
_FLAT = 0.35  # share of the normals across an axis from which its ends are walls, and noise widens them fully
_ACROSS = 0.7  # cosine to the picture's plane from which an axis runs across it
_FEW = 20  # points that make a face


@dataclass(frozen=True)
class Fit:
    """Upright box in view space; extents along its first and second axis and up.

    Attributes:
        center_v: Metres.
        size_v: Metres.
        yaw_v: Turn of the first axis, radians counter-clockwise from above.
        sigma_center_m: 1-sigma of each view-space coordinate.
        sigma_size_m: 1-sigma of each extent.
        observed: Whether enough was seen to know the extents.
    """

    center_v: Float64[np.ndarray, " 3"]
    size_v: Float64[np.ndarray, " 3"]
    yaw_v: float
    sigma_center_m: Float64[np.ndarray, " 3"]
    sigma_size_m: Float64[np.ndarray, " 3"]
    observed: bool


@dataclass(frozen=True)
class Scene:
    """What the fit must know of the view: pixel size over depth, noise, and the floor's height (NaN: not seen)."""

    pixel_rel: float
    noise: DepthNoise
    floor_v: float


@dataclass(frozen=True)
class Seen:
    """What normals and outline tell.

    Attributes:
        top: Share of upward normals among those known.
        faces: Share of the normals along -first, +first, -second and +second axis of the box.
        fits: Whether the points lie as on a box: a top that spans it, or walls along its sides.
    """

    top: float
    faces: Float64[np.ndarray, " 4"]
    fits: bool


def fit(surface: Surface, scene: Scene, params: LiftParams, visible: float, truncated: float) -> Fit | None:
    """Fit the box; None if there are too few points or too little depth.

    Args:
        surface: Points, normals and outline.
        scene: Of the view.
        params: Section `annotate.lift`.
        visible: Visible fraction of the silhouette, NaN: unknown.
        truncated: Fraction of it outside the picture, NaN: unknown.
    """
    limits = params.observed
    if len(surface.points_v) < limits.min_points or surface.known < limits.min_known:
        return None
    noise_m = pixel_noise_m(surface.range_m, scene.noise)
    top = _top(surface.normals_v)
    xy = np.ascontiguousarray(surface.points_v[:, :2])
    trim = int(params.trim_fraction * len(xy))
    if top >= limits.min_top_share:
        yaw = smallest_yaw(xy)
    else:
        step = -(-len(xy) // _LEG)
        yaw = corner_yaw(xy[::step], trim // step, noise_m)
    low, high, yaw = _extents(surface, yaw, trim, scene)
    seen = Seen(top, _faces(surface.normals_v, yaw), _fits(surface, yaw, low, high, top, noise_m, params))
    low[2], bottom_known, bottom_sigma_m = _bottom(surface, low[2], scene.floor_v, params)
    cut = _cut(surface, bottom_known, params)
    whole = not any(cut) and not (visible < limits.min_visible_fraction or truncated > limits.max_truncated_fraction)
    observed = whole and surface.joined >= limits.min_joined and seen.fits and _shown(seen, params)
    return _box(low, high, yaw, surface, scene, params, bottom_sigma_m, observed, cut)


def pixel_noise_m(range_m: float, noise: DepthNoise) -> float:
    """1-sigma of one pixel's depth, metres."""
    return noise.pixel_m + noise.pixel_quadratic * max(range_m - 0.4, 0.0) ** 2 + noise.pixel_rel * range_m


def _extents(
    surface: Surface, yaw: float, trim: int, scene: Scene
) -> tuple[Float64[np.ndarray, " 3"], Float64[np.ndarray, " 3"], float]:
    """Ends of the points along the box axes, the longer side first.

    Noise widens a wall that is seen face on, so that much is taken off the near end; thin parts that gave no points
    but stand in the mask are added.
    """
    points = surface.points_v
    low, high = np.empty(3), np.empty(3)
    ray_x, ray_y = _heading(points)
    faces = _faces(surface.normals_v, yaw)
    missing_m = [max(px - scene.noise.outline_px, 0.0) * scene.pixel_rel * surface.range_m for px in surface.beyond_px]
    for axis, (cos, sin) in enumerate(((np.cos(yaw), np.sin(yaw)), (-np.sin(yaw), np.cos(yaw)))):
        low[axis], high[axis] = ends(points, cos, sin, trim)
        flat = max(faces[2 * axis], faces[2 * axis + 1]) / _FLAT
        noise_m = min(1.0, flat) * pixel_noise_m(surface.range_m, scene.noise)
        _narrow(axis, ray_x * cos + ray_y * sin, low, high, noise_m)
        across = ray_y * cos - ray_x * sin
        if abs(across) > _ACROSS:  # this axis runs across the picture
            before, after = (LEFT, RIGHT) if across > 0 else (RIGHT, LEFT)
            low[axis], high[axis] = low[axis] - missing_m[before], high[axis] + missing_m[after]
    low[2], high[2] = ends(np.ascontiguousarray(points[:, 2:0:-1]), 1.0, 0.0, trim)
    low[2], high[2] = low[2] - missing_m[BELOW], high[2] + missing_m[ABOVE]
    if high[1] - low[1] > high[0] - low[0]:  # the first axis is the longer side
        low, high = np.array([low[1], -high[0], low[2]]), np.array([high[1], -low[0], high[2]])
        yaw += np.pi / 2
    return low, high, yaw


def _narrow(
    axis: int, along: float, low: Float64[np.ndarray, " 3"], high: Float64[np.ndarray, " 3"], noise_m: float
) -> None:
    """Take the noise along the ray off both ends, more off the near one, but never more than there is."""
    near, far = _NEAR_ENDS * noise_m * abs(along), _FAR_ENDS * noise_m * abs(along)
    width = high[axis] - low[axis]
    squeeze = min(1.0, width / max(near + far, 1e-9) * 0.9)
    low[axis] += squeeze * (near if along > 0 else far)
    high[axis] -= squeeze * (far if along > 0 else near)


def _fits(
    surface: Surface,
    yaw: float,
    low: Float64[np.ndarray, " 3"],
    high: Float64[np.ndarray, " 3"],
    top: float,
    noise_m: float,
    params: LiftParams,
) -> bool:
    """Tell whether the points lie as on a box; round and hollow things do not, and hide their far side."""
    limits = params.observed
    spans, on_sides = _spread(
        surface.points_v, surface.normals_v, yaw, low, high, limits.side_rel, max(limits.side_m, 3 * noise_m)
    )
    if top >= limits.min_top_share and min(spans) >= limits.min_top_span:
        return True
    return on_sides >= limits.min_on_sides


@compiled
def _spread(
    points_v: Float64[np.ndarray, "n 3"],
    normals_v: Float64[np.ndarray, "n 3"],
    yaw: float,
    low: Float64[np.ndarray, " 3"],
    high: Float64[np.ndarray, " 3"],
    side_rel: float,
    side_m: float,
) -> tuple[tuple[float, float], float]:
    """Share of both horizontal extents that upward points span, and share of the others near a side of the box.

    Zero where too few points tell.
    """
    cos, sin = np.cos(yaw), np.sin(yaw)
    width = (max(high[0] - low[0], 1e-6), max(high[1] - low[1], 1e-6))
    reach = (max(side_m, side_rel * width[0]), max(side_m, side_rel * width[1]))
    first, last = np.full(2, np.inf), np.full(2, -np.inf)
    upward, near = 0, 0
    for k in range(len(points_v)):
        local = (points_v[k, 0] * cos + points_v[k, 1] * sin, points_v[k, 1] * cos - points_v[k, 0] * sin)
        if normals_v[k, 2] > _UP:
            upward += 1
            for axis in range(2):
                first[axis], last[axis] = min(first[axis], local[axis]), max(last[axis], local[axis])
        else:
            gap_a, gap_b = (
                min(abs(local[0] - low[0]), abs(high[0] - local[0])),
                min(abs(local[1] - low[1]), abs(high[1] - local[1])),
            )
            near += gap_a <= reach[0] or gap_b <= reach[1]
    aside = len(points_v) - upward
    spans = ((last[0] - first[0]) / width[0], (last[1] - first[1]) / width[1]) if upward >= _FEW else (0.0, 0.0)
    return spans, near / aside if aside >= _FEW else 0.0


@compiled
def _heading(points_v: Float64[np.ndarray, "n 3"]) -> tuple[float, float]:
    """Horizontal unit vector from the camera to the middle of the points."""
    x, y = 0.0, 0.0
    for k in range(len(points_v)):
        x, y = x + points_v[k, 0], y + points_v[k, 1]
    x, y = x / len(points_v), y / len(points_v)
    length = max(np.sqrt(x * x + y * y), 1e-9)
    return x / length, y / length


@compiled
def _top(normals_v: Float64[np.ndarray, "n 3"]) -> float:
    """Share of the known normals that point up."""
    known, upward = 0, 0
    for k in range(len(normals_v)):
        known += not np.isnan(normals_v[k, 2])
        upward += normals_v[k, 2] > _UP
    return upward / max(known, 1)


@compiled
def _faces(normals_v: Float64[np.ndarray, "n 3"], yaw: float) -> Float64[np.ndarray, " 4"]:
    """Share of the known normals that point along -first, +first, -second and +second axis of the box."""
    cos, sin = np.cos(yaw), np.sin(yaw)
    faces, known = np.zeros(4), 0
    for k in range(len(normals_v)):
        x, y = normals_v[k, 0], normals_v[k, 1]
        if np.isnan(x):
            continue
        known += 1
        level = np.sqrt(x * x + y * y)
        if level > _LEVEL:
            first, second = (x * cos + y * sin) / level, (y * cos - x * sin) / level
            faces[0] += -first > _FACING
            faces[1] += first > _FACING
            faces[2] += -second > _FACING
            faces[3] += second > _FACING
    return faces / max(known, 1)


def _bottom(surface: Surface, low: float, floor_v: float, params: LiftParams) -> tuple[float, bool, float]:
    """Where the object ends below, whether that is known, and its 1-sigma beyond that of the points."""
    limits = params.observed
    hidden = surface.share(BELOW, 1) > limits.max_occluded or surface.share(BELOW, 2) > limits.max_at_border
    if low - floor_v < params.floor.snap_m:  # false where there is no floor; most things this low stand on it
        unseen = low - floor_v - params.floor.touch_m
        return floor_v, True, max(unseen, 0.0) / 2
    return low, not hidden, 0.0


def _cut(surface: Surface, bottom_known: bool, params: LiftParams) -> tuple[bool, bool]:
    """Tell whether the border, or something nearer, cuts the outline off sideways and in height."""
    limits = params.observed

    def cut(side: int) -> bool:
        return surface.share(side, 1) > limits.max_occluded or surface.share(side, 2) > limits.max_at_border

    return cut(LEFT) or cut(RIGHT), cut(ABOVE) or not bottom_known


def _shown(seen: Seen, params: LiftParams) -> bool:
    """Whether a top, or a side across each axis, was seen."""
    limits = params.observed
    across = np.maximum(seen.faces[0::2], seen.faces[1::2])
    return bool(seen.top >= limits.min_top_share or (across >= limits.min_side_share).all())


def _box(
    low: Float64[np.ndarray, " 3"],
    high: Float64[np.ndarray, " 3"],
    yaw: float,
    surface: Surface,
    scene: Scene,
    params: LiftParams,
    bottom_sigma_m: float,
    observed: bool,
    cut: tuple[bool, bool],
) -> Fit:
    size, middle = np.maximum(high - low, 0.0), (low + high) / 2
    cos, sin = np.cos(yaw), np.sin(yaw)
    center = np.array([middle[0] * cos - middle[1] * sin, middle[0] * sin + middle[1] * cos, middle[2]])
    sigma_center, sigma_size = sigmas(center, size, yaw, surface, scene, params, observed)
    unknown_m = params.sigma.cut_m * np.array([cut[0], cut[0], cut[1]])
    sigma_size, sigma_center = np.hypot(sigma_size, unknown_m), np.hypot(sigma_center, unknown_m / 2)
    sigma_size[2] = np.hypot(sigma_size[2], bottom_sigma_m)
    sigma_center[2] = np.hypot(sigma_center[2], bottom_sigma_m / 2)
    yaw = float(np.mod(yaw + np.pi / 2, np.pi) - np.pi / 2)
    return Fit(center, size, yaw, sigma_center, sigma_size, observed)


def sigmas(
    center_v: Float64[np.ndarray, " 3"],
    size_v: Float64[np.ndarray, " 3"],
    yaw: float,
    surface: Surface,
    scene: Scene,
    params: LiftParams,
    observed: bool,
) -> tuple[Float64[np.ndarray, " 3"], Float64[np.ndarray, " 3"]]:
    """1-sigma of the centre per view-space axis and of the extents per box axis."""
    model = params.sigma
    outline_m = scene.noise.outline_px * scene.pixel_rel * surface.range_m * model.outline
    shared_m = model.range * scene.noise.object_rel * surface.range_m
    side = np.sqrt(model.floor_m**2 + outline_m**2 + (model.noise * pixel_noise_m(surface.range_m, scene.noise)) ** 2)
    sigma_size = np.array([*np.hypot(side * np.sqrt(2), model.size_rel * size_v[:2]),
                           np.hypot(side * np.sqrt(2), model.height_rel * size_v[2])])  # fmt: skip
    if not observed:
        sigma_size = np.hypot(sigma_size, model.unseen * size_v[:2].max())
    cos2, sin2 = np.cos(yaw) ** 2, np.sin(yaw) ** 2
    spread = sigma_size**2 / 4
    center = np.sqrt(np.array([cos2 * spread[0] + sin2 * spread[1], sin2 * spread[0] + cos2 * spread[1], spread[2]]))
    ray = center_v / max(float(np.linalg.norm(center_v)), 1e-9)
    return np.sqrt(center**2 + (shared_m * ray) ** 2), sigma_size
