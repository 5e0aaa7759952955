"""Height and outline of a room's floor from points on its surfaces: a scan's vertices, or fused depth.

Three outlines, by relative error of the area on 60 made rooms whose floor is known exactly (`benchmarks/room_size.py`;
points from the depth of 8, 16 and 24 frames; median, 90th percentile, share off by over 10 %):

| outline | 8 frames | 16 frames | 24 frames |
| --- | --- | --- | --- |
| `alpha_outline` (the paper's, of floor points) | 29 %, 52 %, 88 % | 25 %, 46 %, 80 % | 23 %, 42 %, 70 % |
| `grid_outline` (covered ground, gaps closed) | 7.7 %, 32 %, 47 % | 3.6 %, 29 %, 35 % | 2.1 %, 27 %, 32 % |
| `wall_outline` (straight walls at right angles) | 0.4 %, 32 %, 24 % | 0.4 %, 14 %, 15 % | 0.3 %, 15 %, 15 % |
| `floor_outline` where walls stand along 80 % of it | 0.3 %, 9.0 %, 11 % | 0.3 %, 6.5 %, 5 % | 0.3 %, 6.1 %, 4 % |

The high percentiles are rooms of which the frames leave a part out; no wall stands there, and `wall_share` tells, but
for a corner that lies wholly behind furniture. The alpha shape lacks the floor under furniture.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage
from scipy.spatial import cKDTree

from stages.geometry.outlines import alpha_shape, cells_outline, polygon_area

ALPHA_PER_M = 5.0  # circumradius below 0.2 m
ALPHA_THIN_M = 0.05  # one point per such cell; about what 10,000 samples of a room give

LAYER_M = 0.02
ON_FLOOR_M = 0.06  # points this near the floor's height lie on it
EXTENT_CELL_M = 0.1
LEAST_FLOOR_M2 = 0.5
LEAST_SHARE = 0.3  # of the largest layer's extent; tables and beds lie above, reflections and strays are smaller

CELL_M = 0.04
GAP_M = 0.6  # holes in the scan up to this wide are closed
WHISKER_M = 0.3  # what is narrower is seen through a door or a window
SMOOTH_M = 0.06  # steps of the grid's outline that are dropped

LINE_M = 0.02
BAND_M = 0.1  # patches of wall, higher and longer than the spacing of any scan's points
UPRIGHT_BANDS = 3  # bands of height with points over one spot: something upright
WALL_M2 = 0.8  # least surface of a wall, beyond what stands at the places around it
AROUND_M = 0.25
YAW_STEP_DEG = 0.25
APART_M = 0.12  # two walls nearer than this are one
INSIDE = 0.5  # share of a rectangle between wall lines that must be covered
AGREE = 0.8  # overlap over union of straight outline and covered ground; below it the walls are not at right angles
CORNER_M2 = 0.1  # area that a corner of the outline must explain
NEAR_WALL_M = 0.15


@dataclass(frozen=True)
class FloorOutline:
    """Outline of a floor, counter-clockwise, world metres; `wall_share` of its length has something upright near it.

    A low share means that a wall was never seen, so the area is a lower bound at best.
    """

    outline_w: Float[np.ndarray, "k 2"]
    wall_share: float


def floor_height_m(points_w: Float[np.ndarray, "n 3"]) -> float:
    """Height of the lowest layer that covers much ground; NaN where there is none.

    Args:
        points_w: Upright scene, metres; points that are not finite are left out.
    """
    points = _finite(points_w)
    if len(points) == 0:
        return np.nan
    low = points.min(axis=0)
    layer = np.floor((points[:, 2] - low[2]) / LAYER_M).astype(np.int64)
    cell = np.floor((points[:, :2] - low[:2]) / EXTENT_CELL_M).astype(np.int64)
    extent_m2 = np.bincount(_distinct(layer, cell[:, 0], cell[:, 1])[:, 0]) * EXTENT_CELL_M**2
    extent_m2 = extent_m2 + np.append(extent_m2[1:], 0)  # a floor may lie on the border of two layers
    wide = np.flatnonzero(extent_m2 >= max(LEAST_FLOOR_M2, LEAST_SHARE * extent_m2.max()))
    if len(wide) == 0:
        return np.nan
    first = int(wide[0])
    best = first + int(np.argmax(extent_m2[first : first + 3]))
    return float(np.median(points[(layer >= best) & (layer <= best + 1), 2]))


def floor_outline(points_w: Float[np.ndarray, "n 3"]) -> FloorOutline | None:
    """Outline by straight walls where they agree with the covered ground, else the covered ground's own.

    Args:
        points_w: Upright scene, metres; points that are not finite are left out.

    Returns:
        None where no floor is found.
    """
    points = _finite(points_w)
    points = points[np.lexsort(points.T)]  # sums of floats depend on their order
    floor_m = floor_height_m(points)
    if np.isnan(floor_m):
        return None
    walls = wall_outline(points, floor_m)
    outline_w = grid_outline(points) if walls is None else walls
    if outline_w is None:
        return None
    upright_xy, _ = _upright_spots(points, floor_m)
    return FloorOutline(outline_w, _wall_share(outline_w, upright_xy))


def alpha_outline(points_w: Float[np.ndarray, "n 3"], floor_m: float) -> Float[np.ndarray, "k 2"] | None:
    """Outer ring of the alpha shape of the floor's points; None where nothing is kept."""
    floor_xy = points_w[np.abs(points_w[:, 2] - floor_m) < ON_FLOOR_M, :2]
    shape = alpha_shape(_thinned(floor_xy, ALPHA_THIN_M), ALPHA_PER_M)
    return None if shape is None else shape.outline


def grid_outline(points_w: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "k 2"] | None:
    """Outline of the ground that has points at any height, gaps closed; None where it is smaller than a whisker."""
    grid = _covered(points_w[:, :2])
    if grid is None:
        return None
    ring = cells_outline(grid.inside, grid.edges(0), grid.edges(1))
    smooth = cv2.approxPolyDP((ring - grid.low_xy).astype(np.float32)[:, None], SMOOTH_M, closed=True)[:, 0]
    outline: Float[np.ndarray, "k 2"] = smooth.astype(np.float64) + grid.low_xy
    return outline if polygon_area(outline) > 0 else None


def wall_outline(points_w: Float[np.ndarray, "n 3"], floor_m: float) -> Float[np.ndarray, "k 2"] | None:
    """Outline along walls at right angles.

    Lines of walls cut the plane into rectangles; those that are mostly covered ground are the floor. Where one end of
    the room was not seen there is no line: the covered ground ends it.

    Returns:
        None where there are no walls, or where straight walls do not fit the covered ground.
    """
    upright_xy, bands = _upright_spots(points_w, floor_m)
    if len(upright_xy) == 0:
        return None
    yaw = _walls_yaw(upright_xy, bands)
    cos, sin = np.cos(yaw), np.sin(yaw)
    world_from_walls = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    points = points_w @ world_from_walls
    grid = _covered(points[:, :2])
    if grid is None:
        return None
    borders, fit = _fewest_borders(grid, [_borders(grid, k, _wall_lines(points, k, floor_m)) for k in (0, 1)])
    if fit.overlap < AGREE:
        return None
    outline_w: Float[np.ndarray, "k 2"] = cells_outline(fit.inside, *borders) @ world_from_walls[:2, :2].T
    return outline_w


@dataclass(frozen=True)
class _Grid:
    """Square cells of the plane that are covered, rows along y, and the corner of cell (0, 0)."""

    inside: Bool[np.ndarray, "y x"]
    low_xy: Float[np.ndarray, " 2"]

    def edges(self, axis: int) -> Float[np.ndarray, " i"]:
        """Borders of the columns (axis 0) or rows (axis 1)."""
        edges: Float[np.ndarray, " i"] = self.low_xy[axis] + CELL_M * np.arange(self.inside.shape[1 - axis] + 1)
        return edges


def _finite(points_w: Float[np.ndarray, "n 3"]) -> Float[np.ndarray, "m 3"]:
    finite: Float[np.ndarray, "m 3"] = points_w[np.isfinite(points_w).all(axis=1)]
    return finite


def _distinct(*columns: Int[np.ndarray, " n"]) -> Int[np.ndarray, "k c"]:
    """Distinct rows of columns of numbers from 0 on, sorted."""
    shape = tuple(int(column.max(initial=0)) + 1 for column in columns)
    return np.column_stack(np.unravel_index(np.unique(np.ravel_multi_index(columns, shape)), shape))


def _thinned(points_xy: Float[np.ndarray, "n 2"], cell_m: float) -> Float[np.ndarray, "k 2"]:
    """Mean of the points in each square cell; their order does not matter."""
    cell = np.floor(points_xy / cell_m).astype(np.int64)
    order = np.lexsort((points_xy[:, 1], points_xy[:, 0], cell[:, 1], cell[:, 0]))
    _, group, count = np.unique(cell[order], axis=0, return_inverse=True, return_counts=True)
    sums = [np.bincount(group, points_xy[order, k], len(count)) for k in (0, 1)]
    mean: Float[np.ndarray, "k 2"] = np.stack(sums, axis=1) / np.maximum(count, 1)[:, None]
    return mean


def _covered(points_xy: Float[np.ndarray, "n 2"]) -> _Grid | None:
    """Largest connected piece of ground with points, without gaps and whiskers."""
    margin = int(np.ceil(GAP_M / CELL_M)) + 1
    low_xy = points_xy.min(axis=0) - margin * CELL_M
    cell = np.floor((points_xy - low_xy) / CELL_M).astype(np.int64)
    columns, rows = (cell.max(axis=0) + margin + 1).tolist()
    held = np.bincount(cell[:, 1] * columns + cell[:, 0], minlength=rows * columns).reshape(rows, columns) > 0
    reach = ndimage.distance_transform_edt(~held) * CELL_M <= GAP_M / 2
    closed = ndimage.binary_fill_holes(held | (ndimage.distance_transform_edt(reach) * CELL_M > GAP_M / 2))
    core = ndimage.distance_transform_edt(closed) * CELL_M > WHISKER_M / 2
    opened = ndimage.distance_transform_edt(~core) * CELL_M <= WHISKER_M / 2
    label, count = ndimage.label(opened & closed)
    if count == 0 or not core.any():
        return None
    return _Grid(label == int(np.argmax(np.bincount(label.ravel())[1:])) + 1, low_xy)


def _upright_spots(
    points_w: Float[np.ndarray, "n 3"], floor_m: float
) -> tuple[Float[np.ndarray, "k 2"], Float[np.ndarray, " k"]]:
    """Spots over which points fill several bands of height (the mean of these points), and how many bands."""
    band = np.floor((points_w[:, 2] - floor_m) / BAND_M).astype(np.int64)
    raised_xy, band = points_w[band >= 1, :2], band[band >= 1]
    if len(band) == 0:
        return np.zeros((0, 2)), np.zeros(0)
    cell = np.floor((raised_xy - raised_xy.min(axis=0)) / BAND_M).astype(np.int64)
    _, spot = np.unique(cell[:, 0] * (cell[:, 1].max() + 1) + cell[:, 1], return_inverse=True)
    filled = _distinct(spot, band)
    count = np.bincount(spot)[:, None]
    middle_xy = np.column_stack([np.bincount(spot, raised_xy[:, k]) for k in (0, 1)]) / count
    bands = np.bincount(filled[:, 0]).astype(np.float64)
    upright = bands >= UPRIGHT_BANDS
    return middle_xy[upright], bands[upright]


def _walls_yaw(upright_xy: Float[np.ndarray, "k 2"], bands: Float[np.ndarray, " k"]) -> float:
    """Turn in [0, pi/2) at which upright spots fall on the fewest lines; the smallest of equals."""
    yaws = np.deg2rad(np.arange(0, 90, YAW_STEP_DEG))
    sharpness = []
    for cos, sin in zip(np.cos(yaws).tolist(), np.sin(yaws).tolist(), strict=True):
        along_m = (upright_xy @ (cos, sin), upright_xy @ (-sin, cos))
        lines = [np.bincount(np.floor((m - m.min()) / LINE_M).astype(np.int64), bands) for m in along_m]
        sharpness.append(sum(float(np.square(line[1:] + line[:-1]).sum()) for line in lines if len(line) > 1))
    return float(yaws[int(np.argmax(sharpness))])


def _wall_lines(points: Float[np.ndarray, "n 3"], axis: int, floor_m: float) -> Float[np.ndarray, " w"]:
    """Places along an axis (points turned to the walls) where upright surface of at least WALL_M2 stands across it.

    Surface is counted in patches: BAND_M high, BAND_M long, LINE_M thick; three in a column are upright.
    """
    band = np.floor((points[:, 2] - floor_m) / BAND_M).astype(np.int64)
    raised, band = points[band >= 1], band[band >= 1]
    low = float(raised[:, axis].min())
    line = np.floor((raised[:, axis] - low) / LINE_M).astype(np.int64)
    across = np.floor((raised[:, 1 - axis] - raised[:, 1 - axis].min()) / BAND_M).astype(np.int64)
    patches = _distinct(line, across, band)
    column, bands = np.unique(patches[:, 0] * (across.max() + 1) + patches[:, 1], return_counts=True)
    upright = bands >= UPRIGHT_BANDS
    at_line = column[upright] // (across.max() + 1)
    surface_m2 = np.bincount(at_line, bands[upright] * BAND_M**2, int(line.max()) + 1)
    surface_m2 = np.pad(surface_m2, 1)
    around_m2 = ndimage.median_filter(surface_m2, 2 * round(AROUND_M / LINE_M) + 1, mode="constant")
    surface_m2 = np.maximum(surface_m2 - around_m2, 0.0)  # walls along the axis stand across every place
    place_m = low + (np.arange(len(surface_m2)) - 0.5) * LINE_M
    wall_m2 = np.convolve(surface_m2, np.ones(3), mode="same")
    lines = []
    while wall_m2.max() >= WALL_M2:
        peak = int(wall_m2.argmax())
        near = slice(max(peak - 1, 0), peak + 2)
        lines.append(float((surface_m2[near] * place_m[near]).sum() / surface_m2[near].sum()))
        wall_m2[np.abs(place_m - place_m[peak]) < APART_M] = 0
    return np.sort(np.array(lines))


def _borders(grid: _Grid, axis: int, lines_m: Float[np.ndarray, " w"]) -> Float[np.ndarray, " b"]:
    """Lines of walls within the covered ground, and its own ends where no wall is near them."""
    covered = np.flatnonzero(grid.inside.any(axis=axis))
    first, last = grid.edges(axis)[[covered[0], covered[-1] + 1]].tolist()
    within = lines_m[(lines_m > first - APART_M) & (lines_m < last + APART_M)]
    ends = [end for end in (first, last) if len(within) == 0 or np.abs(within - end).min() > APART_M]
    return np.sort(np.append(within, ends))


@dataclass(frozen=True)
class _Fit:
    """Rectangles between borders that are floor, their overlap with the covered ground over the union, and a cost."""

    inside: Bool[np.ndarray, "y x"]
    overlap: float
    cost_m2: float


def _fit(grid: _Grid, sums: np.ndarray, borders: list[Float[np.ndarray, " b"]]) -> _Fit:
    """Take every rectangle that is mostly covered; cost is the area that differs plus CORNER_M2 per corner."""
    i, j = (
        np.clip(np.round((borders[axis] - grid.low_xy[axis]) / CELL_M).astype(np.int64), 0, sums.shape[1 - axis] - 1)
        for axis in (0, 1)
    )
    covered = np.diff(np.diff(sums[np.ix_(j, i)], axis=0), axis=1)
    cells = np.outer(np.diff(j), np.diff(i))
    inside = ndimage.binary_fill_holes((covered >= INSIDE * cells) & (cells > 0))
    union, both = int(cells[inside].sum() + sums[-1, -1] - covered[inside].sum()), int(covered[inside].sum())
    padded = np.pad(inside, 1).astype(np.int64)
    corners = padded[1:, 1:] + padded[:-1, :-1] - padded[1:, :-1] - padded[:-1, 1:]
    return _Fit(inside, both / max(union, 1), (union - both) * CELL_M**2 + CORNER_M2 * float(np.abs(corners).sum()))


def _fewest_borders(grid: _Grid, borders: list[Float[np.ndarray, " b"]]) -> tuple[list[np.ndarray], _Fit]:
    """Leave out borders one by one, each time the one whose loss costs least, as long as that lowers the cost."""
    sums = np.pad(grid.inside.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    best = _fit(grid, sums, borders)
    while True:
        fewer = [
            [np.delete(borders[0], k), borders[1]] if axis == 0 else [borders[0], np.delete(borders[1], k)]
            for axis in (0, 1)
            if len(borders[axis]) > 2
            for k in range(len(borders[axis]))
        ]
        fits = [_fit(grid, sums, b) for b in fewer]
        least = min(range(len(fits)), key=lambda k: fits[k].cost_m2, default=-1)
        if least < 0 or fits[least].cost_m2 > best.cost_m2:
            return borders, best
        borders, best = fewer[least], fits[least]


def _wall_share(outline_w: Float[np.ndarray, "k 2"], upright_xy: Float[np.ndarray, "m 2"]) -> float:
    """Share of the outline's length that has something upright within NEAR_WALL_M."""
    if len(upright_xy) == 0:
        return 0.0
    step = np.roll(outline_w, -1, axis=0) - outline_w
    pieces = np.maximum(np.ceil(np.linalg.norm(step, axis=1) / (NEAR_WALL_M / 2)).astype(np.int64), 1)
    edge = np.repeat(np.arange(len(outline_w)), pieces)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + 0.5) / pieces[edge]
    gap_m, _ = cKDTree(upright_xy).query(outline_w[edge] + share[:, None] * step[edge])
    length_m = (np.linalg.norm(step, axis=1) / pieces)[edge]
    return float(length_m[gap_m <= NEAR_WALL_M].sum() / length_m.sum())
