"""Where the numbers of marks stand: on the widest place of their object, or beside it where it is small.

Everything is judged on a coarse grid of the picture. A label costs the share of each marked object that it would
cover; standing off its own object costs more the farther it is. Labels never overlap where there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Int64, UInt8

from stages.compiled import compiled

CELLS_PER_RADIUS = 2
OFF_OBJECT = 0.35  # cost of a place off the object, in shares of an object covered
OFF_RADIUS = 0.15  # and per radius of distance to it
DEPTH = 0.2  # gain of the object's widest place
CENTRE = 0.1  # cost of a place at the rim of what is searched: among equals, the middle
_REACH = 5  # radii around the object where its label may stand
_TAKEN = 1e3

Grid = Float32[np.ndarray, "rows columns"]


class Area(NamedTuple):
    """What one mark covers: a rectangle in pixels, and the mask inside it (None: all of it)."""

    x1: int
    y1: int
    x2: int
    y2: int
    mask: UInt8[np.ndarray, "h w"] | None


class Place(NamedTuple):
    """Middle of a label, and the point of its object that it belongs to, pixels; `beside`: a line should join them."""

    x: int
    y: int
    at_x: int
    at_y: int
    beside: bool


def place_labels(areas: Sequence[Area], size_hw: tuple[int, int], radius_px: int) -> list[Place]:
    """Find a place for the label of every mark.

    Args:
        areas: Marks in drawing order: later ones lie on top.
        size_hw: Height and width of the picture.
        radius_px: Radius of a label.

    Returns:
        One place per mark, in the order given.
    """
    cell = min(max(1, radius_px // CELLS_PER_RADIUS), *size_hw)
    owner = _owners(areas, size_hw, cell)
    sizes = np.bincount(owner.ravel() + 1, minlength=len(areas) + 1)
    weights = np.append(0.0, 1.0 / np.maximum(sizes[1:], 1)).astype(np.float32)
    disc = _disc(radius_px / cell)
    cover: Grid = cv2.filter2D(weights[owner + 1], -1, disc, borderType=cv2.BORDER_REPLICATE)
    rim = -(-(radius_px + 1) // cell)
    for edge in (np.s_[:rim], np.s_[-rim:], np.s_[:, :rim], np.s_[:, -rim:]):
        cover[edge] += _TAKEN
    found: dict[int, Place] = {}
    for k in sorted(range(len(areas)), key=lambda k: (sizes[k + 1], k)):  # the smallest has the least choice
        found[k] = _best(owner == k, cover, areas[k], cell, radius_px)
        _take(cover, found[k], cell, radius_px)
    return [_inside(found[k], size_hw, radius_px) for k in range(len(areas))]


def _owners(areas: Sequence[Area], size_hw: tuple[int, int], cell: int) -> Int64[np.ndarray, "rows columns"]:
    """Which mark is on top in each cell, -1 for none; judged in the middle of the cell."""
    half = cell // 2
    rows, columns = (-(-(side - half) // cell) for side in size_hw)
    owner = np.full((rows, columns), -1, dtype=np.int64)
    for k, (x1, y1, x2, y2, mask) in enumerate(areas):
        left, top = -(-(x1 - half) // cell), -(-(y1 - half) // cell)
        right, bottom = -(-(x2 - half) // cell), -(-(y2 - half) // cell)
        window = owner[top:bottom, left:right]
        if mask is None:
            window[:] = k
        else:
            window[mask[top * cell + half - y1 :: cell, left * cell + half - x1 :: cell] > 0] = k
    return owner


def _disc(radius: float) -> Grid:
    side = np.arange(-int(radius), int(radius) + 1)
    disc: Grid = (side[:, None] ** 2 + side[None, :] ** 2 <= (radius + 0.3) ** 2).astype(np.float32)
    return disc


def _best(own: Bool[np.ndarray, "rows columns"], cover: Grid, area: Area, cell: int, radius_px: int) -> Place:
    """Return the cheapest place around one object."""
    reach = _REACH * radius_px
    top, bottom = max(0, (area.y1 - reach) // cell), (area.y2 + reach) // cell + 1
    left, right = max(0, (area.x1 - reach) // cell), (area.x2 + reach) // cell + 1
    near = own[top:bottom, left:right].astype(np.uint8)
    if not near.any():  # smaller than a cell, or hidden by others: its middle stands for it
        near[_cell_of(_middle(area), top, left, cell, near.shape)] = 1
    depth = cv2.distanceTransform(cv2.copyMakeBorder(near, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)[1:-1, 1:-1]
    off = cv2.distanceTransform(1 - near, cv2.DIST_L2, 3)
    middle = ((area.y1 + area.y2) / (2 * cell) - top, (area.x1 + area.x2) / (2 * cell) - left)
    row, column, at_row, at_column = _cheapest(cover[top:bottom, left:right], depth, off, middle, cell / radius_px)
    x, y = _pixel(left + column, cell), _pixel(top + row, cell)
    at = (_pixel(left + at_column, cell), _pixel(top + at_row, cell)) if own.any() else _middle(area)
    return Place(x, y, *at, not near[row, column])


@compiled
def _cheapest(
    cover: Grid, depth: Grid, off: Grid, middle: tuple[float, float], radius_per_cell: float
) -> tuple[int, int, int, int]:
    """Return the cell of lowest cost, and the one that lies deepest in the object."""
    rows, columns = depth.shape
    deepest = depth.max()
    lowest, best_row, best_column = np.inf, 0, 0
    lowest_at, at_row, at_column = np.inf, 0, 0
    for row in range(rows):
        for column in range(columns):
            pull = CENTRE * (abs(row + 0.5 - middle[0]) + abs(column + 0.5 - middle[1])) / (rows + columns)
            if depth[row, column] > 0:
                own = pull - DEPTH * depth[row, column] / deepest
                if own < lowest_at:
                    lowest_at, at_row, at_column = own, row, column
            else:
                own = pull + OFF_OBJECT + OFF_RADIUS * off[row, column] * radius_per_cell
            if cover[row, column] + own < lowest:
                lowest, best_row, best_column = cover[row, column] + own, row, column
    return best_row, best_column, at_row, at_column


def _pixel(index: int, cell: int) -> int:
    return index * cell + cell // 2


def _cell_of(point: tuple[int, int], top: int, left: int, cell: int, shape: tuple[int, ...]) -> tuple[int, int]:
    return min(point[1] // cell - top, shape[0] - 1), min(point[0] // cell - left, shape[1] - 1)


def _middle(area: Area) -> tuple[int, int]:
    """Return a pixel of the object near the middle of its rectangle."""
    x, y = (area.x1 + area.x2 - 1) // 2, (area.y1 + area.y2 - 1) // 2
    if area.mask is None or area.mask[y - area.y1, x - area.x1]:
        return x, y
    rows, columns = np.nonzero(area.mask)
    nearest = int(np.argmin((rows + area.y1 - y) ** 2 + (columns + area.x1 - x) ** 2))
    return area.x1 + int(columns[nearest]), area.y1 + int(rows[nearest])


def _take(cover: Grid, place: Place, cell: int, radius_px: int) -> None:
    """Keep other labels away from a label."""
    apart = -(-(2 * radius_px + 2) // cell)
    cv2.circle(cover, (place.x // cell, place.y // cell), apart, _TAKEN, cv2.FILLED)  # type: ignore[call-overload]


def _inside(place: Place, size_hw: tuple[int, int], radius_px: int) -> Place:
    """Keep a label inside a picture that is hardly larger than labels are."""
    height, width = size_hw
    x = min(max(place.x, radius_px), max(width - 1 - radius_px, radius_px))
    y = min(max(place.y, radius_px), max(height - 1 - radius_px, radius_px))
    return place._replace(x=x, y=y)
