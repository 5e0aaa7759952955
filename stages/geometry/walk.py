"""A camera carried by hand through a room that is known as a plan of free cells."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

MARGIN_M = 0.3  # wanted between the camera and anything that is not free
NEAR_M, FAR_M = 1.0, 3.5  # distances at which a thing is well seen
STOPS = 6  # places the walk goes to
YAWS = 36  # headings tried at each place
MAX_PLACES = 250  # cells tried as stops
STEEPEST_DEG, FLATTEST_DEG = -25.0, -10.0  # pitch
ROLL_DEG = 1.6
BOB_M = 0.03
FIELD = 0.45  # radians from the middle of the picture at which interest falls to 1/e
GLANCE = 0.07  # share of the walk that a look at one thing lasts
TURN_DEG = 22.0  # comfortable turn from one frame to the next


@dataclass(frozen=True)
class Plan:
    """Free space seen from above: cells in rows along y, metres from each cell to the nearest blocked one."""

    free: Bool[np.ndarray, "y x"]
    clear_m: Float[np.ndarray, "y x"]
    origin_w: Float[np.ndarray, " 2"]
    cell_m: float

    def points_w(self, cells: Int[np.ndarray, "n 2"]) -> Float[np.ndarray, "n 2"]:
        """Return the centres (x, y) of cells given as (row, column)."""
        return self.origin_w + cells[:, ::-1] * self.cell_m

    def at(self, points_w: Float[np.ndarray, "n 2"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return row and column of the cells that points fall into, cut to the plan, and whether they are free."""
        column, row = np.floor((points_w - self.origin_w) / self.cell_m + 0.5).astype(np.int64).T
        inside = (row >= 0) & (column >= 0) & (row < self.free.shape[0]) & (column < self.free.shape[1])
        row, column = row.clip(0, self.free.shape[0] - 1), column.clip(0, self.free.shape[1] - 1)
        return row, column, inside & self.free[row, column]


def camera_walk(
    free: Bool[np.ndarray, "y x"],
    origin_w: tuple[float, float],
    cell_m: float,
    eye_height_m: float,
    n_frames: int,
    focus_w: Float[np.ndarray, "k 2"],
    rng: np.random.Generator,
) -> Float[np.ndarray, "n 4 4"]:
    """Walk through the free cells of a room, looking at points of interest, as one films with a phone.

    Stays MARGIN_M from blocked cells where the room allows it, and within one connected part of the free space.

    Args:
        free: Cells where a person can stand, rows along y, columns along x.
        origin_w: World x, y of the centre of cell (0, 0).
        cell_m: Edge of a cell.
        eye_height_m: Mean height of the camera.
        n_frames: Views, evenly spaced along the way.
        focus_w: World x, y of things worth seeing; with none, the middle of the free space is looked at.
        rng: The only source of chance.

    Returns:
        `world_from_cam` per frame: OpenCV camera, world z up.

    Raises:
        ValueError: No cell is free, or n_frames is below 1.
    """
    if n_frames < 1 or not free.any():
        raise ValueError(f"a walk needs a frame and a free cell; got n_frames={n_frames}, {int(free.sum())} free cells")
    plan, usable = _plan(free, origin_w, cell_m)
    if len(focus_w) == 0:
        focus_w = plan.points_w(np.argwhere(usable)).mean(axis=0, keepdims=True)
    weight = rng.uniform(0.7, 1.0, len(focus_w))
    path_w = _resample(_smooth(_way(_stops(plan, usable, focus_w, weight, rng), plan, usable), plan), n_frames)
    yaw = _headings(path_w, focus_w, weight, plan)
    ahead_m = _free_ahead(path_w, yaw[:, None], plan)[:, 0]
    return _poses(path_w, yaw, ahead_m, eye_height_m, rng)


def _plan(free: np.ndarray, origin_w: tuple[float, float], cell_m: float) -> tuple[Plan, np.ndarray]:
    """Return the plan and the cells to walk on: the largest connected part that keeps the margin."""
    clear_m = ndimage.distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1] * cell_m
    plan = Plan(free, clear_m, np.array(origin_w, dtype=np.float64), cell_m)
    margin_m = min(MARGIN_M, 0.7 * float(clear_m.max()))
    labels, _ = ndimage.label(clear_m >= margin_m, structure=np.ones((3, 3)))
    return plan, labels == np.bincount(labels.ravel())[1:].argmax() + 1


def _stops(
    plan: Plan, usable: np.ndarray, focus_w: np.ndarray, weight: np.ndarray, rng: np.random.Generator
) -> Int[np.ndarray, "n 2"]:
    """Choose cells with good and different views, in an order that makes a short way."""
    cells = np.argwhere(usable)
    cells = cells[rng.permutation(len(cells))[:MAX_PLACES]]
    points_w = plan.points_w(cells)
    yaws = np.broadcast_to(np.arange(YAWS) * (2 * np.pi / YAWS), (len(cells), YAWS))
    value = _view_value(points_w, yaws, focus_w, weight, plan).max(axis=1)
    value = value / max(float(value.max()), 1e-9)
    chosen = [int(value.argmax())]
    for _ in range(min(STOPS, len(cells)) - 1):
        gap_m = np.linalg.norm(points_w[:, None] - points_w[chosen], axis=2).min(axis=1)
        chosen.append(int((np.minimum(gap_m, 2.0) * (0.3 + value)).argmax()))
    order = [chosen.pop(int(np.argmax(points_w[chosen] @ rng.normal(size=2))))]
    while chosen:
        near = np.linalg.norm(points_w[chosen] - points_w[order[-1]], axis=1).argmin()
        order.append(chosen.pop(int(near)))
    return cells[order]


def _way(stops: np.ndarray, plan: Plan, usable: np.ndarray) -> Int[np.ndarray, "n 2"]:
    """Join the stops by cheapest ways over usable cells; cells near obstacles cost more."""
    number = np.full(usable.shape, -1)
    number[usable] = np.arange(usable.sum())
    cells = np.argwhere(usable)
    cost = 1.0 + 1.0 / (0.2 + plan.clear_m[usable])
    edges = [_neighbours(number, step) for step in ((0, 1), (1, 0), (1, 1), (1, -1))]
    tail, head = np.concatenate([e[0] for e in edges]), np.concatenate([e[1] for e in edges])
    length = np.linalg.norm((cells[tail] - cells[head]).astype(float), axis=1) * (cost[tail] + cost[head])
    graph = coo_matrix((length, (tail, head)), shape=(len(cells), len(cells))).tocsr()
    ids = number[stops[:, 0], stops[:, 1]]
    way = [int(ids[0])]
    for start, end in pairwise(ids):
        before = dijkstra(graph, directed=False, indices=int(start), return_predecessors=True)[1]
        leg = [int(end)]
        while leg[-1] != start:
            leg.append(int(before[leg[-1]]))
        way += leg[-2::-1]
    return cells[way]


def _neighbours(number: np.ndarray, step: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers of usable cells and of their usable neighbours one step on."""
    dy, dx = step
    height, width = number.shape
    low, high = max(0, -dx), width - max(0, dx)
    here, there = number[: height - dy, low:high], number[dy:, low + dx : high + dx]
    both = (here >= 0) & (there >= 0)
    return here[both], there[both]


def _smooth(way: np.ndarray, plan: Plan) -> Float[np.ndarray, "n 2"]:
    """Round the corners of a way over cells; wherever that would leave free space, the cells themselves stay."""
    raw_w = plan.points_w(way)
    soft_w = ndimage.gaussian_filter1d(raw_w, sigma=0.35 / plan.cell_m, axis=0, mode="nearest")
    row, column, is_free = plan.at(soft_w)
    wanted_m = np.minimum(0.8 * MARGIN_M, plan.clear_m[way[:, 0], way[:, 1]])
    good = is_free & (plan.clear_m[row, column] >= wanted_m)
    return np.where(good[:, None], soft_w, raw_w)


def _resample(path_w: np.ndarray, n_frames: int) -> Float[np.ndarray, "n 2"]:
    """Return points of the path that are evenly spaced along it; all of them are points of the path itself."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path_w, axis=0), axis=1))])
    nearest = np.searchsorted(along, np.linspace(0, along[-1], n_frames) - 1e-9)
    points_w: np.ndarray = path_w[nearest.clip(0, len(path_w) - 1)]
    return points_w


def _free_ahead(points_w: np.ndarray, yaw: Float[np.ndarray, "n k"], plan: Plan) -> Float[np.ndarray, "n k"]:
    """Return how far one can see from each point over free cells, up to FAR_M, for each of its headings."""
    steps_m = np.arange(1, int(FAR_M / plan.cell_m) + 1) * plan.cell_m
    ways = np.stack([np.cos(yaw), np.sin(yaw)], axis=-1)
    samples = points_w[:, None, None] + ways[:, :, None] * steps_m[:, None]
    free = plan.at(samples.reshape(-1, 2))[2].reshape(samples.shape[:3])
    run: np.ndarray = np.cumprod(free, axis=2, dtype=np.int64).sum(axis=2) * plan.cell_m
    return run


def _aside(points_w: np.ndarray, yaw: Float[np.ndarray, "n k"], focus_w: np.ndarray) -> Float[np.ndarray, "n k f"]:
    """Return the angle from each heading at each point to each focus, radians in (-pi, pi]."""
    offset = focus_w - points_w[:, None]
    bearing: np.ndarray = np.arctan2(offset[..., 1], offset[..., 0])
    aside: np.ndarray = np.angle(np.exp(1j * (bearing[:, None] - yaw[..., None])))
    return aside


def _fit(points_w: np.ndarray, focus_w: np.ndarray) -> Float[np.ndarray, "n f"]:
    """Return 1 where a focus is at a good distance from a point, less where it is too near or too far."""
    gap_m = np.linalg.norm(focus_w - points_w[:, None], axis=2)
    near, far = np.maximum(NEAR_M - gap_m, 0) / 0.35, np.maximum(gap_m - FAR_M, 0) / 1.5
    fit: np.ndarray = np.exp(-np.square(near) - np.square(far))
    return fit


def _view_value(
    points_w: np.ndarray, yaw: Float[np.ndarray, "n k"], focus_w: np.ndarray, weight: np.ndarray, plan: Plan
) -> Float[np.ndarray, "n k"]:
    """Return how much of interest is well seen from each point under each heading."""
    ahead = np.exp(-np.square(_aside(points_w, yaw, focus_w) / FIELD))
    seen = ((weight * _fit(points_w, focus_w))[:, None] * ahead).sum(axis=2)
    room = np.clip(_free_ahead(points_w, yaw, plan) / NEAR_M, 0.05, 1.0)
    value: np.ndarray = np.sqrt(seen) * room
    return value


def _moments(path_w: np.ndarray, focus_w: np.ndarray, plan: Plan) -> Int[np.ndarray, " f"]:
    """Return for each focus the frame in which to look at it.

    The foci that few frames see well choose first; the others avoid moments when the camera looks elsewhere.
    """
    bearing = _aside(path_w, np.zeros((len(path_w), 1)), focus_w)[:, 0]
    value = _fit(path_w, focus_w) * np.clip(_free_ahead(path_w, bearing, plan) / NEAR_M, 0.05, 1.0)
    frames, moment = np.arange(len(path_w)), np.zeros(len(focus_w), dtype=np.int64)
    glance = max(1.2, GLANCE * len(path_w))
    taken: list[int] = []
    for f in np.argsort(value.sum(axis=0), kind="stable"):
        elsewhere = np.zeros(len(path_w))
        for g in taken:
            apart = 0.5 - 0.5 * np.cos(bearing[:, f] - bearing[moment[g], g])
            elsewhere = np.maximum(elsewhere, apart * np.exp(-np.square((frames - moment[g]) / glance)))
        moment[f] = (value[:, f] * (1.05 - elsewhere)).argmax()
        taken.append(int(f))
    return moment


def _headings(path_w: np.ndarray, focus_w: np.ndarray, weight: np.ndarray, plan: Plan) -> Float[np.ndarray, " n"]:
    """Choose the yaw of every frame: good views, a moment for each focus, gentle turns (dynamic programming)."""
    headings = np.arange(YAWS) * (2 * np.pi / YAWS)
    yaws = np.broadcast_to(headings, (len(path_w), YAWS))
    value = _view_value(path_w, yaws, focus_w, weight, plan)
    value = value / max(float(value.max()), 1e-9)
    moment = _moments(path_w, focus_w, plan)
    when = np.exp(-np.square((np.arange(len(path_w))[:, None] - moment) / max(1.2, GLANCE * len(path_w))))
    ahead = np.exp(-np.square(_aside(path_w, yaws, focus_w) / FIELD))
    value = value + (when[:, None] * ahead).max(axis=2) * (0.35 + 0.65 * value)
    cost = 0.07 * np.square(np.angle(np.exp(1j * (headings[:, None] - headings))) / np.deg2rad(TURN_DEG))
    yaw: np.ndarray = ndimage.gaussian_filter1d(
        np.unwrap(headings[_best_sequence(value, cost)]), sigma=0.8, mode="nearest"
    )
    return yaw


def _best_sequence(value: Float[np.ndarray, "n k"], cost: Float[np.ndarray, "k k"]) -> Int[np.ndarray, " n"]:
    """Return the sequence of states with the greatest sum of values less the costs of changing state (Viterbi)."""
    total, back = value[0], np.zeros(value.shape, dtype=np.int64)
    for i in range(1, len(value)):
        options = total[:, None] - cost
        back[i] = options.argmax(axis=0)
        total = options.max(axis=0) + value[i]
    states = [int(total.argmax())]
    for i in range(len(value) - 1, 0, -1):
        states.append(int(back[i, states[-1]]))
    return np.array(states[::-1])


def _sway(n: int, rng: np.random.Generator) -> Float[np.ndarray, " n"]:
    """Return smooth hand-held wobble in -1 to 1: three slow waves."""
    phase, speed = rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.2, 0.9, 3)
    sway: np.ndarray = np.sin(np.arange(n)[:, None] * speed + phase).mean(axis=1)
    return sway


def _poses(
    path_w: np.ndarray, yaw: np.ndarray, ahead_m: np.ndarray, eye_height_m: float, rng: np.random.Generator
) -> Float[np.ndarray, "n 4 4"]:
    """Return poses from the way and the headings: looking further down when things are near, with small wobble."""
    n = len(path_w)
    ahead_m = ndimage.gaussian_filter1d(ahead_m, sigma=1.5, mode="nearest")
    pitch_deg = -12.0 - 9.0 * np.exp(-np.maximum(ahead_m - 0.8, 0) / 1.2) + 2.5 * _sway(n, rng)
    pitch = np.deg2rad(pitch_deg.clip(STEEPEST_DEG, FLATTEST_DEG))
    roll = np.deg2rad(ROLL_DEG) * _sway(n, rng)
    forward = np.stack([np.cos(pitch) * np.cos(yaw), np.cos(pitch) * np.sin(yaw), np.sin(pitch)], axis=1)
    right = np.stack([np.sin(yaw), -np.cos(yaw), np.zeros(n)], axis=1)
    down = np.cross(forward, right)
    c, s = np.cos(roll)[:, None], np.sin(roll)[:, None]
    poses = np.tile(np.eye(4), (n, 1, 1))
    poses[:, :3, 0], poses[:, :3, 1], poses[:, :3, 2] = c * right + s * down, c * down - s * right, forward
    poses[:, :2, 3] = path_w
    poses[:, 2, 3] = eye_height_m + BOB_M * _sway(n, rng)
    return poses
