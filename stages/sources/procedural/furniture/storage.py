"""Case furniture: nightstand, dresser, wardrobe, bookshelf, tv stand, cabinet, wall shelf."""

from __future__ import annotations

import numpy as np

from stages.sources.procedural.furniture.cabinets import (
    BOOK_COLORS,
    bar_handle,
    book_row,
    framed_panel,
    knob,
    panel,
    plinth_or_legs,
    reveal,
    shell,
)
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    BLACK_METAL,
    CERAMIC,
    GLASS,
    Finish,
    choose,
    darker,
    matt,
    metal,
    paint,
    wood,
    wood_or_paint,
)
from stages.sources.procedural.furniture.parts import Part, both_sides, four_corners, join
from stages.sources.procedural.furniture.shapes import box, cylinder, lathe, slab_box
from stages.sources.procedural.furniture.sweeps import tube

_CASE_PAINTS = ("white", "white", "light blue", "green", "grey", "black")


def nightstand(rng: np.random.Generator) -> Model:
    """Build a bedside table with a drawer over an open space, or two drawers, on legs."""
    width, depth, height = rng.uniform(0.4, 0.5), rng.uniform(0.36, 0.42), rng.uniform(0.5, 0.6)
    finish, fitting = wood_or_paint(rng, _CASE_PAINTS), metal(rng)
    leg_h = rng.uniform(0.12, 0.18)
    legs = four_corners(_leg(leg_h).moved(width / 2 - 0.05, depth / 2 - 0.05))
    case_h = height - leg_h - 0.022
    top = box(width + 0.02, depth + 0.02, 0.024, 0.006).moved(z=height - 0.024)
    body = shell(width, depth, case_h).moved(z=leg_h)
    count = choose(rng, (1, 2))
    front_h = (case_h - 0.02) / 2 - 0.012
    wooden, handles = [legs, top, body], []
    for k in range(count):
        z = leg_h + case_h - 0.01 - (k + 1) * (front_h + 0.01)
        front = panel(width - 0.016, front_h).moved(0, -depth / 2, z)
        block = slab_box((width - 0.05, depth - 0.03, front_h - 0.01), (0, -0.004, z + front_h / 2))
        wooden += [front, block]
        handles.append(knob().moved(0, -depth / 2 - 0.016, z + front_h / 2))
    caption = f"{finish.word} nightstand with {'one drawer' if count == 1 else 'two drawers'}"
    pieces: list[Piece] = [(join(wooden), finish.material), (join(handles), fitting.material)]
    if count == 1:
        books = [slab_box((0.2, 0.15, 0.028), (0.01 * k, 0.0, leg_h + 0.034 + 0.028 * k)) for k in range(2)]
        pieces += [(book, choose(rng, BOOK_COLORS)) for book in books]
    half_w, half_d = width / 2 - 0.02, depth / 2 - 0.02
    return assemble(Design("nightstand", caption, support_m=(-half_w, -half_d, half_w, half_d, height)), pieces)


def _leg(height: float) -> Part:
    return lathe([(0.011, 0.0), (0.022, height + 0.003)], 10)


def dresser(rng: np.random.Generator) -> Model:
    """Build a chest of three to five rows of drawers, one or two across."""
    rows = choose(rng, (3, 4, 5))
    columns = 2 if rows < 5 and rng.random() < 0.6 else 1
    width = rng.uniform(0.75, 0.95) if columns == 1 else rng.uniform(1.2, 1.5)
    depth, height = rng.uniform(0.44, 0.5), 0.12 + 0.21 * rows + rng.uniform(-0.02, 0.04)
    finish, fitting = wood_or_paint(rng, _CASE_PAINTS), metal(rng)
    low = 0.09
    body = slab_box((width, depth, height - low - 0.02), (0, 0, (height + low - 0.02) / 2))
    top = box(width + 0.03, depth + 0.025, 0.028, 0.007).moved(z=height - 0.028)
    wooden, handles = [body, top, plinth_or_legs(rng, width, depth, low)], []
    cell_w, cell_h = (width - 0.03) / columns, (height - low - 0.05) / rows
    round_knobs = rng.random() < 0.5
    for r in range(rows):
        for c in range(columns):
            x, z = (c - (columns - 1) / 2) * cell_w, low + 0.015 + r * cell_h
            wooden.append(panel(cell_w - 0.012, cell_h - 0.012, 0.02).moved(x, -depth / 2, z + 0.006))
            grip = knob() if round_knobs else bar_handle(0.15)
            spread = both_sides(grip.moved(cell_w * 0.25)) if round_knobs or columns == 1 else grip
            handles.append(spread.moved(x, -depth / 2 - 0.018, z + cell_h / 2))
    seams = reveal(width - 0.016, height - low - 0.04).moved(0, -depth / 2, low + 0.01)
    pieces = [
        (join(wooden), finish.material),
        (join(handles), fitting.material),
        (seams, darker(finish.material, 0.35)),
    ]
    half_w, half_d = width / 2 - 0.03, depth / 2 - 0.03
    shape = "wide" if columns == 2 else "tall" if rows == 5 else "small"
    design = Design("dresser", f"{shape} {finish.word} dresser", support_m=(-half_w, -half_d, half_w, half_d, height))
    return assemble(design, pieces)


def wardrobe(rng: np.random.Generator) -> Model:
    """Build a tall wardrobe with two or three doors, sometimes drawers below or a mirror door."""
    doors = choose(rng, (2, 2, 3))
    width, depth, height = doors * rng.uniform(0.48, 0.56), rng.uniform(0.56, 0.62), rng.uniform(1.9, 2.15)
    finish, fitting = wood_or_paint(rng, _CASE_PAINTS), metal(rng)
    low = 0.1
    drawer_h = 0.26 if rng.random() < 0.5 else 0.0
    body = slab_box((width, depth, height - low - 0.04), (0, 0, (height + low - 0.04) / 2))
    cornice = box(width + 0.06, depth + 0.05, 0.05, 0.015).moved(z=height - 0.05)
    wooden, handles = [body, cornice, plinth_or_legs(rng, width, depth, low)], []
    door_w, door_h, z = width / doors, height - low - 0.07 - drawer_h, low + 0.015 + drawer_h
    framed = rng.random() < 0.6
    for k in range(doors):
        x = (k - (doors - 1) / 2) * door_w
        door = framed_panel(door_w - 0.01, door_h) if framed else panel(door_w - 0.01, door_h)
        wooden.append(door.moved(x, -depth / 2, z))
        side = 1 if k < doors / 2 else -1
        handles.append(
            bar_handle(0.2, upright=True).moved(x + side * (door_w / 2 - 0.04), -depth / 2 - 0.016, z + door_h * 0.48)
        )
        if drawer_h:
            wooden.append(panel(door_w - 0.01, drawer_h - 0.012).moved(x, -depth / 2, low + 0.015))
            handles.append(knob().moved(x, -depth / 2 - 0.016, low + 0.14))
    seams = reveal(width - 0.016, height - low - 0.06).moved(0, -depth / 2, low + 0.01)
    pieces = [
        (join(wooden), finish.material),
        (join(handles), fitting.material),
        (seams, darker(finish.material, 0.35)),
    ]
    caption = f"{finish.word} {'two' if doors == 2 else 'three'}-door wardrobe"
    if doors == 3 and rng.random() < 0.7:
        glass = slab_box((door_w - 0.14, 0.006, door_h - 0.14), (0, -depth / 2 - 0.018, z + door_h / 2))
        pieces.append((glass, GLASS))
        caption += " with mirror"
    return assemble(Design("wardrobe", caption), pieces)


def bookshelf(rng: np.random.Generator) -> Model:
    """Build a free-standing bookshelf with rows of coloured books, a vase and boxes among them."""
    width, depth, shelves = rng.uniform(0.7, 1.0), rng.uniform(0.28, 0.34), choose(rng, (4, 5))
    gap = rng.uniform(0.32, 0.37)
    height = 0.08 + shelves * gap + 0.02
    finish = wood_or_paint(rng, ("white", "white", "black", "grey"))
    wooden = [
        shell(width, depth, height - 0.06).moved(z=0.06),
        slab_box((width - 0.01, depth - 0.03, 0.07), (0, 0.01, 0.035)),
    ]
    pieces: list[Piece] = []
    for k in range(shelves):
        z = 0.08 + k * gap
        if k:
            wooden.append(slab_box((width - 0.03, depth - 0.016, 0.02), (0, -0.004, z - 0.01)))
        pieces += _shelf_load(rng, width - 0.05, depth - 0.03, gap - 0.03, z + 0.001)
    design = Design("bookshelf", f"{finish.word} bookshelf full of books")
    return assemble(design, [(join(wooden), finish.material), *pieces])


def _shelf_load(rng: np.random.Generator, width: float, depth: float, height: float, z: float) -> list[Piece]:
    """Fill one shelf: books all along, or books beside a storage box or a vase."""
    kind = choose(rng, ("books", "books", "box", "vase"))
    if kind == "books":
        return [
            (part.moved(z=z), color) for part, color in book_row(rng, width, depth, height, rng.uniform(0.75, 0.98))
        ]
    rest = 0.3 if kind == "box" else 0.18
    loaded = [(part.moved(-rest / 2, 0, z), color) for part, color in book_row(rng, width - rest, depth, height, 0.95)]
    x = width / 2 - rest / 2
    if kind == "box":
        crate = box(rest - 0.04, depth * 0.85, height * 0.6, 0.006).moved(x, -0.01, z)
        label = slab_box((0.08, 0.004, 0.04), (x, -0.01 - depth * 0.425 - 0.002, z + height * 0.35))
        return [*loaded, (crate, matt(choose(rng, ("c9b28a", "8b8d90", "6d8a9a")))), (label, matt("f2efe6"))]
    body = [(0.03, 0.0), (0.055, 0.05), (0.05, 0.1), (0.022, 0.15), (0.028, 0.18), (0.018, 0.176), (0.0, 0.15)]
    return [*loaded, (lathe(body, 16).moved(x, -0.02, z), CERAMIC)]


def tv_stand(rng: np.random.Generator) -> Model:
    """Build a long low media cabinet: doors at the sides, an open bay with a player in the middle."""
    width, depth, height = rng.uniform(1.3, 1.8), rng.uniform(0.38, 0.44), rng.uniform(0.46, 0.56)
    finish, fitting = wood_or_paint(rng, ("white", "black", "grey")), metal(rng)
    low = rng.uniform(0.1, 0.16)
    case_h, bay = height - low, width / 3
    legs = four_corners(
        tube(
            [(width / 2 - 0.14, depth / 2 - 0.08, low + 0.01), (width / 2 - 0.08, depth / 2 - 0.04, 0)],
            [0.02, 0.012],
            10,
        )
    )
    wooden = [shell(width, depth, case_h).moved(z=low), legs]
    wooden.append(both_sides(slab_box((0.02, depth - 0.02, case_h - 0.02), (bay / 2, 0, low + case_h / 2))))
    wooden.append(slab_box((bay - 0.01, depth - 0.04, 0.018), (0, 0.01, low + case_h * 0.52)))
    door = panel(bay - 0.022, case_h - 0.045).moved(bay, -depth / 2 + 0.016, low + 0.022)
    core = slab_box((bay - 0.03, depth - 0.04, case_h - 0.05), (bay, 0, low + case_h / 2))
    wooden.append(both_sides(door + core))
    handles = both_sides(bar_handle(0.14, upright=True).moved(bay / 2 + 0.055, -depth / 2, low + case_h / 2))
    player = box(bay * 0.72, 0.24, 0.05, 0.006).moved(0, -0.02, low + 0.022)
    feet = slab_box((bay * 0.5, 0.004, 0.008), (0, -0.142, low + 0.055))
    pieces = [
        (join(wooden), finish.material),
        (handles, fitting.material),
        (player, BLACK_METAL),
        (feet, matt("6fa0c0")),
    ]
    half_w, half_d = width / 2 - 0.03, depth / 2 - 0.02
    design = Design("tv stand", f"low {finish.word} tv stand", support_m=(-half_w, -half_d, half_w, half_d, height))
    return assemble(design, pieces)


def cabinet(rng: np.random.Generator) -> Model:
    """Build a sideboard with panelled doors under a row of drawers."""
    doors = choose(rng, (2, 3))
    width, depth, height = doors * rng.uniform(0.44, 0.5), rng.uniform(0.4, 0.46), rng.uniform(0.8, 0.92)
    finish, fitting = wood_or_paint(rng, _CASE_PAINTS), metal(rng)
    low, drawer_h = 0.1, 0.15
    body = slab_box((width, depth, height - low - 0.02), (0, 0, (height + low - 0.02) / 2))
    top_finish: Finish = wood(rng) if rng.random() < 0.4 else finish
    top = box(width + 0.04, depth + 0.03, 0.032, 0.008).moved(z=height - 0.032)
    wooden, handles = [body, plinth_or_legs(rng, width, depth, low)], []
    cell, door_h = (width - 0.02) / doors, height - low - drawer_h - 0.06
    for k in range(doors):
        x = (k - (doors - 1) / 2) * cell
        wooden.append(framed_panel(cell - 0.012, door_h).moved(x, -depth / 2, low + 0.015))
        wooden.append(panel(cell - 0.012, drawer_h - 0.012).moved(x, -depth / 2, low + 0.02 + door_h))
        side = 1 if k < doors / 2 else -1
        handles.append(knob().moved(x + side * (cell / 2 - 0.035), -depth / 2 - 0.016, low + door_h * 0.6))
        handles.append(bar_handle(0.12).moved(x, -depth / 2 - 0.016, low + door_h + drawer_h * 0.55))
    seams = reveal(width - 0.016, height - low - 0.05).moved(0, -depth / 2, low + 0.01)
    pieces = [
        (join(wooden), finish.material),
        (top, top_finish.material),
        (join(handles), fitting.material),
        (seams, darker(finish.material, 0.35)),
    ]
    half_w, half_d = width / 2 - 0.03, depth / 2 - 0.03
    design = Design(
        "cabinet",
        f"{finish.word} cabinet with {'two' if doors == 2 else 'three'} doors",
        support_m=(-half_w, -half_d, half_w, half_d, height),
    )
    return assemble(design, pieces)


def shelf(rng: np.random.Generator) -> Model:
    """Build a wall shelf: a board on brackets with books, a pot and a jar."""
    width, depth = rng.uniform(0.7, 1.1), rng.uniform(0.2, 0.25)
    finish, iron = wood_or_paint(rng, ("white", "black")), metal(rng)
    z = 0.2
    board = box(width, depth, 0.028, 0.005).moved(z=z)
    x, back = width / 2 - 0.14, depth / 2
    bracket = join(
        [
            slab_box((0.025, 0.012, z), (x, back - 0.006, z / 2)),
            slab_box((0.025, depth - 0.04, 0.012), (x, 0.02, z - 0.006)),
            tube([(x, back - 0.008, 0.02), (x, -back + 0.06, z - 0.008)], 0.009, 8),
        ]
    )
    top = z + 0.029
    books = [
        (part.moved(-width * 0.2, 0.0, top), color) for part, color in book_row(rng, width * 0.5, depth, 0.26, 0.95)
    ]
    pot = lathe([(0.04, 0), (0.055, 0.09), (0.058, 0.09), (0.058, 0.1), (0.046, 0.1), (0.0, 0.085)], 18).moved(
        width * 0.33, 0, top
    )
    jar = cylinder(0.032, 0.1, 16).moved(width * 0.18, 0, top)
    lid = lathe([(0.034, 0.1), (0.034, 0.115), (0.006, 0.117), (0.01, 0.13), (0.0, 0.134)], 16).moved(
        width * 0.18, 0, top
    )
    color = paint(rng, ("white", "yellow", "teal", "red", "blue"))
    pieces = [
        (board, finish.material),
        (both_sides(bracket), iron.material),
        *books,
        (pot, color.material),
        (jar, GLASS),
        (lid, darker(finish.material)),
    ]
    return assemble(Design("shelf", f"{finish.word} wall shelf with books", placement="wall"), pieces)
