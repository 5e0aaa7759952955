"""Where the numbers of marks stand: on the widest place of their object, or beside it where it is small.

Everything is judged on a coarse grid of the picture. A label costs the share of each marked object that it would
cover; standing off its own object costs more the farther it is. Labels never overlap where there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float32, Int64, UInt8

from stages.compiled import compiled

CELLS_PER_RADIUS = 2
OFF_OBJECT = 0.35  # cost of a place off the object, in shares of an object covered
OFF_RADIUS = 0.15  # and per radius of distance to the object's widest place
DEPTH = 0.2  # gain of that widest place
CENTRE = 0.1  # among equally wide places, the one nearest to the middle of the object's rectangle
_REACH = 5  # radii around the object where its label may stand
_TAKEN = 1e3

Grid = Float32[np.ndarray, "rows columns"]
Owners = Int64[np.ndarray, "rows columns"]


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
    sizes = np.bincount(owner.ravel() + 1, minlength=len(areas) + 1)[1:]
    weights = np.append(np.float32(0), np.float32(1) / np.maximum(sizes, 1).astype(np.float32))
    cover: Grid = cv2.filter2D(weights[owner + 1], -1, _disc(radius_px / cell), borderType=cv2.BORDER_REPLICATE)
    rim = -(-(radius_px + 1) // cell)
    for edge in (np.s_[:rim], np.s_[-rim:], np.s_[:, :rim], np.s_[:, -rim:]):
        cover[edge] += _TAKEN
    depth = cv2.distanceTransform(_inner(owner), cv2.DIST_L2, 3)
    found: dict[int, Place] = {}
    for k in sorted(range(len(areas)), key=lambda k: (sizes[k], k)):  # the smallest has the least choice
        found[k] = _best(k, owner, depth, cover, areas[k], cell, radius_px)
    return [_inside(found[k], size_hw, radius_px) for k in range(len(areas))]


def _owners(areas: Sequence[Area], size_hw: tuple[int, int], cell: int) -> Owners:
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


@compiled
def _inner(owner: Owners) -> UInt8[np.ndarray, "rows columns"]:
    """1 where all four neighbours have the same owner; the border of the picture is an edge too."""
    rows, columns = owner.shape
    inner = np.zeros((rows, columns), np.uint8)
    inner[1:-1, 1:-1] = 1
    for y in range(rows):
        for x in range(columns):
            if x + 1 < columns and owner[y, x] != owner[y, x + 1]:
                inner[y, x] = inner[y, x + 1] = 0
            if y + 1 < rows and owner[y, x] != owner[y + 1, x]:
                inner[y, x] = inner[y + 1, x] = 0
    return inner


def _best(k: int, owner: Owners, depth: Grid, cover: Grid, area: Area, cell: int, radius_px: int) -> Place:
    """Return the cheapest place around one object, and keep other labels away from it."""
    edges = (area.y1 / cell, area.y2 / cell, area.x1 / cell, area.x2 / cell)
    at = _widest(k, owner, depth, edges)
    at_x, at_y = (_pixel(at[1], cell), _pixel(at[0], cell)) if at[0] >= 0 else _middle(area)
    start = (min(at_y // cell, owner.shape[0] - 1), min(at_x // cell, owner.shape[1] - 1))
    row, column = _cheapest(k, owner, depth, cover, edges, start, radius_px / cell)
    apart = -(-(2 * radius_px + 2) // cell)
    cv2.circle(cover, (column, row), apart, _TAKEN, cv2.FILLED)
    return Place(_pixel(column, cell), _pixel(row, cell), at_x, at_y, bool(owner[row, column] != k))


@compiled
def _widest(k: int, owner: Owners, depth: Grid, edges: tuple[float, float, float, float]) -> tuple[int, int]:
    """Return the cell of an object that lies deepest in it, among equals the middle one; (-1, -1) if it has no cell."""
    top, bottom, left, right = edges
    size = bottom - top + right - left
    best, row, column = -np.inf, -1, -1
    for y in range(int(top), min(int(bottom) + 1, owner.shape[0])):
        for x in range(int(left), min(int(right) + 1, owner.shape[1])):
            if owner[y, x] == k:
                off_middle = abs(y + 0.5 - (top + bottom) / 2) + abs(x + 0.5 - (left + right) / 2)
                gain = depth[y, x] - CENTRE * off_middle / size
                if gain > best:
                    best, row, column = gain, y, x
    return row, column


@compiled
def _cheapest(
    k: int,
    owner: Owners,
    depth: Grid,
    cover: Grid,
    edges: tuple[float, float, float, float],
    at: tuple[int, int],
    radius: float,
) -> tuple[int, int]:
    """Return the cell of lowest cost for a label; everything in cells."""
    reach = _REACH * radius
    top, bottom, left, right = edges
    row, column = at
    best = np.inf if owner[row, column] != k else cover[row, column] - DEPTH
    for y in range(max(0, int(top - reach)), min(int(bottom + reach) + 1, owner.shape[0])):
        for x in range(max(0, int(left - reach)), min(int(right + reach) + 1, owner.shape[1])):
            if owner[y, x] == k:
                cost = cover[y, x] - DEPTH * (depth[y, x] + 1) / (depth[at[0], at[1]] + 1)
            elif cover[y, x] + OFF_OBJECT < best:
                away = np.sqrt(float((y - at[0]) ** 2 + (x - at[1]) ** 2)) / radius
                cost = cover[y, x] + OFF_OBJECT + OFF_RADIUS * away
            else:
                continue
            if cost < best:
                best, row, column = cost, y, x
    return row, column


def _pixel(index: int, cell: int) -> int:
    return index * cell + cell // 2


def _middle(area: Area) -> tuple[int, int]:
    """Return a pixel of the object near the middle of its rectangle."""
    x, y = (area.x1 + area.x2 - 1) // 2, (area.y1 + area.y2 - 1) // 2
    if area.mask is None or area.mask[y - area.y1, x - area.x1]:
        return x, y
    rows, columns = np.nonzero(area.mask)
    nearest = int(np.argmin((rows + area.y1 - y) ** 2 + (columns + area.x1 - x) ** 2))
    return area.x1 + int(columns[nearest]), area.y1 + int(rows[nearest])


def _inside(place: Place, size_hw: tuple[int, int], radius_px: int) -> Place:
    """Keep a label inside a picture that is hardly larger than labels are."""
    height, width = size_hw
    x = min(max(place.x, radius_px), max(width - 1 - radius_px, radius_px))
    y = min(max(place.y, radius_px), max(height - 1 - radius_px, radius_px))
    return place._replace(x=x, y=y)
