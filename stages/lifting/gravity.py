"""Gravity of a view from its depth alone: floors, tables and ceilings lie across it, walls along it.

The picture is cut into cells, each cell's normal is fitted to its inverse depth (a plane is linear in it), and the
direction near the picture's own down axis that most cells agree with is refined by turns of *which cells are level,
which upright* and *which direction fits both best*.

Paper:
    S. Gupta, P. Arbelaez, J. Malik: Perceptual Organization and Recognition of Indoor Scenes from RGB-D Images,
    CVPR 2013, section 4 (gravity). Here it starts from a search instead of the picture's down axis, cells count by how
    well their normal is known, and the outliers are left out by degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float32, Float64

from stages.compiled import compiled
from stages.lifting.params import GravityParams

Intrinsics = tuple[float, float, float, float]
NO_SURFACES, NO_LEVEL_SURFACE, AMBIGUOUS = "no_surfaces", "no_level_surface", "ambiguous"
_TURNS = 12  # each fit follows from the last; they settle after three to six


@dataclass(frozen=True)
class Gravity:
    """What depth tells about gravity.

    Attributes:
        gravity_c: Unit vector (down) in the OpenCV camera frame; NaN where nothing can be said.
        tilt_sigma_deg: 1-sigma of its tilt about each horizontal axis; NaN likewise.
        reason: Why nothing can be said: `no_surfaces`, `no_level_surface` or `ambiguous`; None where it can.
    """

    gravity_c: Float64[np.ndarray, " 3"]
    tilt_sigma_deg: float
    reason: str | None


@dataclass(frozen=True)
class Cells:
    """Smooth parts of a picture.

    Attributes:
        normals_c: Unit normals towards the camera.
        sigma_deg: How well each is known.
    """

    normals_c: Float64[np.ndarray, "n 3"]
    sigma_deg: Float64[np.ndarray, " n"]


def gravity_of_depth(depth_m: Float32[np.ndarray, "h w"], intrinsics_px: Intrinsics, params: GravityParams) -> Gravity:
    """Find gravity in one depth map; its metric scale does not matter.

    Args:
        depth_m: Depth along the optical axis; NaN: none.
        intrinsics_px: fx, fy, cx, cy.
        params: Section `annotate.lift.gravity`.
    """
    cells = cells_of(depth_m, intrinsics_px, params)
    if len(cells.normals_c) < params.min_cells:
        return _unknown(NO_SURFACES)
    weights = 1 / np.square(cells.sigma_deg)
    weights /= weights.sum()
    directions = _cone(params.max_tilt_deg, params.search_step_deg)
    votes = _votes(cells.normals_c, weights, directions, np.sin(np.radians(params.search_deg)), params.upright_vote)
    votes *= np.exp(-0.5 * np.square(np.degrees(np.arccos(directions[:, 1])) / params.prior_deg))
    best = int(votes.argmax())
    apart = directions @ directions[best] < np.cos(np.radians(params.rival_deg))
    down = _refined(cells.normals_c, weights, directions[best], params)
    level, upright = _agreement(cells.normals_c, weights, down, params.accept_deg)
    known = _known(cells.normals_c, level, upright, down)
    if down[1] < np.cos(np.radians(params.max_tilt_deg)) or known < params.min_share:
        return _unknown(NO_LEVEL_SURFACE)
    if apart.any() and votes[apart].max() > params.max_rival * votes[best]:
        return _unknown(AMBIGUOUS)
    return Gravity(down, _sigma_deg(cells.normals_c, level, upright, down, params), None)


def _unknown(reason: str) -> Gravity:
    return Gravity(np.full(3, np.nan), np.nan, reason)


def cells_of(depth_m: Float32[np.ndarray, "h w"], intrinsics_px: Intrinsics, params: GravityParams) -> Cells:
    """Fit a plane to every cell of the picture and keep the cells that are one."""
    size = max(params.min_cell_px, depth_m.shape[1] // params.cells_across)
    most = (depth_m.shape[0] // size) * (depth_m.shape[1] // size)
    normals, fitted, facing = np.empty((most, 3)), np.empty(most), np.empty(most)
    found = _fit_cells(
        depth_m, intrinsics_px, size, params.min_known, params.max_residual, params.max_range_m, normals, fitted, facing
    )
    bend = params.bend_deg * facing[:found]
    sigma = np.sqrt(params.surface_deg**2 + np.square(np.degrees(fitted[:found])) + bend * bend)
    return Cells(normals[:found], sigma)


@cache
def _cone(max_tilt_deg: float, step_deg: float) -> Float64[np.ndarray, "n 3"]:
    """Directions within a cone about the picture's down axis, evenly spread along a spiral."""
    low = np.cos(np.radians(max_tilt_deg))
    count = int(np.ceil(2 * np.pi * (1 - low) / np.radians(step_deg) ** 2))
    down = 1 - (1 - low) * (np.arange(count) + 0.5) / count
    around = np.arange(count) * np.pi * (3 - np.sqrt(5))
    across = np.sqrt(1 - down * down)
    return np.stack([across * np.cos(around), down, across * np.sin(around)], axis=1)


@compiled
def _votes(
    normals: Float64[np.ndarray, "n 3"],
    weights: Float64[np.ndarray, " n"],
    directions: Float64[np.ndarray, "m 3"],
    width: float,
    upright: float,
) -> Float64[np.ndarray, " m"]:
    """Weight of the cells that are level or upright under each direction; less, the further they are from it."""
    votes = np.zeros(len(directions))
    for k in range(len(directions)):
        for i in range(len(normals)):
            along = (
                normals[i, 0] * directions[k, 0] + normals[i, 1] * directions[k, 1] + normals[i, 2] * directions[k, 2]
            )
            along = along * along / (width * width)
            across = 1 / (width * width) - along
            votes[k] += weights[i] * (max(1 - across, 0.0) + upright * max(1 - along, 0.0))
    return votes


def _refined(
    normals: Float64[np.ndarray, "n 3"],
    weights: Float64[np.ndarray, " n"],
    start: Float64[np.ndarray, " 3"],
    params: GravityParams,
) -> Float64[np.ndarray, " 3"]:
    """Fit the direction to the cells that agree, and agree more strictly, by turns."""
    down = start
    for width_deg in np.geomspace(params.search_deg, params.accept_deg, _TURNS):
        level, upright = _agreement(normals, weights, down, width_deg)
        scatter = (normals * (level - upright)[:, None]).T @ normals
        best = np.linalg.eigh(scatter)[1][:, -1]
        down = best * np.sign(best @ down)
    return np.asarray(down / np.linalg.norm(down))


def _agreement(
    normals: Float64[np.ndarray, "n 3"],
    weights: Float64[np.ndarray, " n"],
    down: Float64[np.ndarray, " 3"],
    width_deg: float,
) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " n"]]:
    """Weights of the cells as level and as upright surface; Tukey's function of the angle, 0 beyond `width_deg`."""
    along = normals @ down
    limit = np.sin(np.radians(width_deg)) ** 2
    level = np.maximum(1 - (1 - along * along) / limit, 0) ** 2
    upright = np.maximum(1 - along * along / limit, 0) ** 2
    return weights * level, weights * upright


def _known(
    normals: Float64[np.ndarray, "n 3"],
    level: Float64[np.ndarray, " n"],
    upright: Float64[np.ndarray, " n"],
    down: Float64[np.ndarray, " 3"],
) -> float:
    """Share of the cells that tell the tilt about the horizontal axis that is known worse.

    A level surface tells both; an upright one only the tilt towards it.
    """
    across = np.linalg.svd(down[None])[2][1:]
    walls = normals @ across.T
    return float(level.sum() + np.linalg.eigvalsh((walls * upright[:, None]).T @ walls)[0])


def _sigma_deg(
    normals: Float64[np.ndarray, "n 3"],
    level: Float64[np.ndarray, " n"],
    upright: Float64[np.ndarray, " n"],
    down: Float64[np.ndarray, " 3"],
    params: GravityParams,
) -> float:
    """Error of the fit: spread of the cells that agree over the root of how many of them are independent."""
    along = normals @ down
    off = level * (1 - along * along) / 2 + upright * along * along
    used = level + upright
    spread = np.degrees(np.sqrt(off.sum() / used.sum()))
    many = used.sum() ** 2 / np.square(used).sum() / params.alike
    return float(np.hypot(params.least_sigma_deg, spread / np.sqrt(max(many, 1.0))))


@compiled
def _fit_cells(
    depth_m: Float32[np.ndarray, "h w"],
    intrinsics_px: tuple[float, float, float, float],
    size: int,
    min_known: float,
    max_residual: float,
    max_range_m: float,
    normals: Float64[np.ndarray, "n 3"],
    sigma: Float64[np.ndarray, " n"],
    facing: Float64[np.ndarray, " n"],
) -> int:
    """Fit inverse depth over the pixels of each cell; fill normals, their sigma (radians) and sine to the ray.

    Returns how many cells are planes: with depth, within range, and without an edge.
    """
    fx, fy, cx, cy = intrinsics_px
    found = 0
    middle = (size - 1) / 2
    for row in range(depth_m.shape[0] // size):
        for column in range(depth_m.shape[1] // size):
            n, sx, sy, sw = 0, 0.0, 0.0, 0.0
            sxx, sxy, syy, sxw, syw, sww = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
            for j in range(size):
                for i in range(size):
                    z = np.float64(depth_m[row * size + j, column * size + i])
                    if not (z > 0 and z <= max_range_m):
                        continue
                    x, y, w = i - middle, j - middle, 1 / z
                    n += 1
                    sx, sy, sw = sx + x, sy + y, sw + w
                    sxx, sxy, syy = sxx + x * x, sxy + x * y, syy + y * y
                    sxw, syw, sww = sxw + x * w, syw + y * w, sww + w * w
            if n < max(min_known * size * size, 6.0):
                continue
            mx, my, mw = sx / n, sy / n, sw / n
            cxx, cxy, cyy = sxx - n * mx * mx, sxy - n * mx * my, syy - n * my * my
            cxw, cyw, cww = sxw - n * mx * mw, syw - n * my * mw, sww - n * mw * mw
            determinant = cxx * cyy - cxy * cxy
            if determinant <= 1e-9 * cxx * cyy:
                continue
            a, b = (cyy * cxw - cxy * cyw) / determinant, (cxx * cyw - cxy * cxw) / determinant
            residual = np.sqrt(max(cww - a * cxw - b * cyw, 0.0) / (n - 3))
            if residual > max_residual * mw:
                continue
            u, v = column * size + middle + mx - cx, row * size + middle + my - cy
            nx, ny, nz = -a * fx, -b * fy, -(mw - a * u - b * v)
            length = np.sqrt(nx * nx + ny * ny + nz * nz)
            normals[found, 0], normals[found, 1], normals[found, 2] = nx / length, ny / length, nz / length
            sigma[found] = residual * max(fx / np.sqrt(cxx), fy / np.sqrt(cyy)) / length
            facing[found] = mw / length / np.sqrt(1 + (u / fx) ** 2 + (v / fy) ** 2)
            found += 1
    return found
