"""Decoration: rug, vase, clock, book."""

from __future__ import annotations

import itertools

import numpy as np
from jaxtyping import Float

from stages.geometry.mesh import Material
from stages.sources.procedural.furniture.model import Design, Model, Piece, assemble
from stages.sources.procedural.furniture.palette import (
    COLORS,
    FABRICS,
    PAPER,
    Finish,
    choose,
    matt,
    metal,
    paint,
    plastic,
    shaded,
    srgb,
    wood,
)
from stages.sources.procedural.furniture.parts import Part, around, both_sides, join, row
from stages.sources.procedural.furniture.shapes import (
    at_height,
    box,
    cylinder,
    disc,
    ellipsoid,
    frustum,
    lathe,
    loft,
    rounded_rectangle,
    slab_box,
)
from stages.sources.procedural.furniture.sweeps import bend, prism, sheet, tube

Grid2 = Float[np.ndarray, "a b"]


def _pile(name: str) -> Material:
    color = srgb(COLORS[name])
    return Material(color, "carpet", shaded(color, 0.75), scale_m=0.02)


def _layer(width: float, depth: float, low: float, high: float, radius: float = 0.002) -> Part:
    return loft([at_height(rounded_rectangle(width, depth, radius, 2), z) for z in (low, high)])


def rug(rng: np.random.Generator) -> Model:
    """Build a rug: bordered with a medallion, striped with fringes, or round with rings."""
    names = list(rng.permutation(np.array(FABRICS)))
    first, second, third = (str(name) for name in names[:3])
    style = choose(rng, ("bordered", "striped", "round"))
    thick = 0.009
    if style == "round":
        radius = rng.uniform(0.7, 1.0)
        radii = radius * np.array([1.0, 0.86, 0.72, 0.45, 0.24])
        colors = (first, second, first, third, second)
        pieces: list[Piece] = [
            (disc(float(r), thick, 0.003, 48).moved(z=0.0008 * k), _pile(color))
            for k, (r, color) in enumerate(zip(radii, colors, strict=True))
        ]
        return assemble(Design("rug", f"round {first} and {second} rug", 0, "rug"), pieces)
    width, depth = rng.uniform(1.7, 2.4), rng.uniform(1.1, 1.6)
    fringe = slab_box((0.05, 0.012, 0.004), (width / 2 + 0.024, 0, 0.003))
    tassels = both_sides(row(fringe, np.linspace(-depth / 2 + 0.02, depth / 2 - 0.02, 31), "y"))
    base = _layer(width, depth, 0.0, thick)
    if style == "striped":
        band = depth - 0.02
        edges = np.linspace(-width / 2 + 0.02, width / 2 - 0.02, 10)
        stripes = [
            slab_box((float(edges[1] - edges[0]), band, 0.002), (float(a + b) / 2, 0, thick))
            for a, b in itertools.pairwise(edges)
        ]
        pieces = [
            (base, _pile(first)),
            (join(stripes[1:-1:4] + stripes[3:-1:4]), _pile(second)),
            (stripes[4], _pile(third)),
            (tassels, matt("e0d6bf")),
        ]
        return assemble(Design("rug", f"{first} and {second} striped rug", 180, "rug"), pieces)
    inner_w, inner_d = width - 0.3, depth - 0.3
    field = _layer(inner_w, inner_d, thick - 0.002, thick + 0.001)
    line = _layer(width - 0.08, depth - 0.08, thick - 0.002, thick + 0.0004)
    ground = _layer(width - 0.14, depth - 0.14, thick - 0.002, thick + 0.0007)
    star = loft([at_height(_star(inner_w * 0.3, inner_d * 0.34), z) for z in (thick, thick + 0.0016)])
    heart = loft([at_height(_star(inner_w * 0.17, inner_d * 0.19), z) for z in (thick, thick + 0.0022)])
    corners = [prism([(0, 0), (-0.26, 0), (0, -0.26)], 0.0016).moved(inner_w / 2 - 0.02, inner_d / 2 - 0.02, thick)]
    quarters = both_sides(both_sides(join(corners), "x"), "y")
    pieces = [
        (base + ground, _pile(first)),
        (line, _pile(third)),
        (field, _pile(second)),
        (star + quarters, _pile(first)),
        (heart, _pile(third)),
        (tassels, matt("e0d6bf")),
    ]
    return assemble(Design("rug", f"{first} and {second} rug with medallion", 180, "rug"), pieces)


def _star(rx: float, ry: float) -> np.ndarray:
    angle = 2 * np.pi * np.arange(32) / 32
    r = 1.0 + 0.16 * np.cos(8 * angle)
    return np.column_stack([rx * r * np.cos(angle), ry * r * np.sin(angle)])


_VASES = {
    "slender": [(0.035, 0.0), (0.04, 0.01), (0.05, 0.08), (0.048, 0.16), (0.022, 0.24), (0.02, 0.27), (0.03, 0.3)],
    "bulbous": [
        (0.045, 0.0),
        (0.05, 0.008),
        (0.085, 0.06),
        (0.095, 0.11),
        (0.08, 0.16),
        (0.035, 0.2),
        (0.03, 0.22),
        (0.042, 0.24),
    ],
    "tall": [(0.05, 0.0), (0.055, 0.01), (0.04, 0.1), (0.038, 0.18), (0.055, 0.3), (0.06, 0.33)],
}


def vase(rng: np.random.Generator) -> Model:
    """Build a vase with a painted band and a bunch of flowers on bent stems."""
    glaze = paint(rng, ("blue", "white", "teal", "green", "red", "yellow", "black", "light blue"))
    outline = _VASES[choose(rng, tuple(_VASES))]
    rim_r, top = outline[-1]
    inside = [(rim_r - 0.005, top), (outline[-2][0] - 0.006, outline[-2][1]), (0.0, outline[-2][1] - 0.01)]
    pieces: list[Piece] = [(lathe([*outline, *inside], 28), glaze.material)]
    kinds = {
        "red": "b8322c",
        "yellow": "e3b93c",
        "white": "efece4",
        "pink": "d98aa0",
        "purple": "7d5396",
        "orange": "dd7f36",
    }
    flower = choose(rng, [name for name in kinds if name != glaze.word])
    stems, petals, hearts, greens = [], [], [], []
    count = int(rng.integers(5, 8))
    for k in range(count):
        angle, reach, rise = 360 * k / count + rng.uniform(-15, 15), rng.uniform(0.03, 0.1), rng.uniform(0.12, 0.24)
        stem = tube(
            bend([(0, 0, top - 0.05), (0.008, 0, top + rise * 0.5), (reach, 0, top + rise)], 0.08, 3), 0.0025, 5
        )
        stems.append(stem.turned("z", angle))
        head = around(ellipsoid(0.019, 0.012, 0.004, 6, 4).turned("y", -25).moved(0.019, 0, 0.002), 6)
        tilt = 60 * reach / 0.1
        petals.append(head.turned("y", tilt).moved(reach, 0, top + rise).turned("z", angle))
        hearts.append(
            ellipsoid(0.009, 0.009, 0.007, 8, 4)
            .turned("y", tilt)
            .moved(reach + 0.002, 0, top + rise)
            .turned("z", angle)
        )
        blade = [(0.0, 0.0), (0.03, 0.011), (0.075, 0.0), (0.03, -0.011)]
        greens.append(prism(blade, 0.002).turned("y", -50).moved(0.006, 0, top + rise * 0.35).turned("z", angle + 40))
    pieces += [
        (join(stems + greens), matt("4f7a3e")),
        (join(petals), matt(kinds[flower])),
        (join(hearts), matt("d9a93a" if flower != "yellow" else "7a4a22")),
    ]
    return assemble(Design("vase", f"{glaze.word} vase with {flower} flowers", placement="surface"), pieces)


def clock(rng: np.random.Generator) -> Model:
    """Build a round wall clock with hour marks and hands."""
    finish = choose(rng, (wood, metal, paint))(rng)
    dark = rng.random() < 0.25
    face, marks = (plastic("2a2c30", 0.2), matt("eeeae0")) if dark else (plastic("f3f0e8", 0.2), matt("1f2022"))
    radius = rng.uniform(0.14, 0.2)
    rim = lathe(
        [(radius, 0.0), (radius, 0.03), (radius - 0.012, 0.042), (radius - 0.024, 0.03), (radius - 0.024, 0.0)],
        40,
        closed=True,
    )
    plate = cylinder(radius - 0.022, 0.018, 40).moved(z=0.002)
    hours = [
        slab_box(
            (0.008 if k % 3 else 0.014, radius * (0.1 if k % 3 else 0.17), 0.003),
            (0, radius * (0.74 if k % 3 else 0.705), 0.0212),
        ).turned("z", 30 * k)
        for k in range(12)
    ]
    hour, minute = int(rng.integers(0, 12)), 5 * int(rng.integers(0, 12))
    short = box(0.014, radius * 0.5, 0.003).moved(0, radius * 0.18, 0.0235).turned("z", -30 * (hour + minute / 60))
    long = box(0.01, radius * 0.76, 0.003).moved(0, radius * 0.28, 0.0275).turned("z", -6 * minute)
    second = box(0.004, radius * 0.8, 0.002).moved(0, radius * 0.26, 0.031).turned("z", -6 * float(rng.integers(0, 60)))
    hub = disc(0.012, 0.013, 0.002, 16).moved(z=0.021)
    flat = [
        (rim, finish.material),
        (plate, face),
        (join([*hours, short, long, hub]), marks),
        (second, plastic("b3372f")),
    ]
    return assemble(
        Design("clock", f"{finish.word} wall clock", placement="wall"), [(part.turned("x", 90), m) for part, m in flat]
    )


def book(rng: np.random.Generator) -> Model:
    """Build a book lying flat: closed with a title on its cover, or open with printed pages."""
    name = choose(rng, ("red", "blue", "green", "yellow", "purple", "orange", "teal", "brown", "black"))
    width, depth, thick = rng.uniform(0.14, 0.18), rng.uniform(0.2, 0.25), rng.uniform(0.025, 0.04)
    if rng.random() < 0.6:
        return assemble(
            Design("book", f"closed {name} book", placement="surface"), _closed_book(name, width, depth, thick)
        )
    return assemble(Design("book", f"open {name} book", placement="surface"), _open_book(name, width, depth))


def _open_book(name: str, width: float, depth: float) -> list[Piece]:
    """Make a flat cover with two swelling page blocks, lines of print and a ribbon."""
    cover = slab_box((2 * width + 0.014, depth + 0.01, 0.003), (0, 0, 0.0015))

    def swell(u: Grid2, v: Grid2) -> Grid2:
        t = u / width + 0.5
        rise = np.sin(np.pi * np.clip(0.12 + 0.88 * t, 0, 1)) ** 0.6
        lift: Grid2 = 0.003 + 0.016 * rise * (1 - 0.25 * t) + 0 * v
        return lift

    x, y = np.meshgrid(np.linspace(-width / 2, width / 2, 9), np.linspace(-depth / 2, depth / 2, 3), indexing="ij")
    top = np.stack([x, y, swell(x, y)], axis=-1)
    block = sheet(top, np.stack([x, y, np.full_like(x, 0.002)], axis=-1)).moved(width / 2)
    lines = []
    for k in range(9):
        across = np.linspace(-width * 0.36, width * 0.36 * (0.4 if k == 8 else 1.0), 6)
        v = depth * (0.36 - 0.085 * k)
        u, w = np.meshgrid(across, np.array([v - 0.002, v + 0.002]), indexing="ij")
        ink = np.stack([u, w, swell(u, w) + 0.0006], axis=-1)
        lines.append(sheet(ink, ink - np.array([0, 0, 0.0012])).moved(width / 2))
    ribbon = slab_box((0.006, 0.05, 0.001), (0.004, -depth / 2 - 0.02, 0.0008))
    return [
        (cover, plastic(COLORS[name], 0.1)),
        (both_sides(block), PAPER),
        (both_sides(join(lines)), matt("4c4a46")),
        (ribbon, matt("a3322c")),
    ]


def _closed_book(name: str, width: float, depth: float, thick: float) -> list[Piece]:
    """Make two boards, a rounded spine at the left, the paper block and a title."""
    cover = Finish(name, plastic(COLORS[name], 0.1))
    board = 0.003
    boards = row(slab_box((width, depth, board), (0, 0, board / 2)), [0.0, thick - board], "z")
    half = [(0.008 * np.cos(a), thick / 2 * np.sin(a)) for a in np.linspace(np.pi / 2, 1.5 * np.pi, 7)]
    spine = prism(half, depth).turned("x", 90).moved(-width / 2 + 0.0005, depth / 2, thick / 2)
    pages = slab_box((width - 0.008, depth - 0.01, thick - 2 * board), (-0.004, 0, thick / 2))
    ink = matt("e9dfc0") if name != "yellow" else matt("4a3420")
    title = [
        slab_box((width * 0.6, 0.014, 0.001), (0, depth * 0.25, thick)),
        slab_box((width * 0.42, 0.008, 0.001), (0, depth * 0.16, thick)),
    ]
    seal = frustum(width * 0.14, width * 0.14, 0.001, 6).moved(0, -depth * 0.15, thick - 0.0005)
    bands = [
        slab_box((0.004, 0.01, thick * 0.9), (-width / 2 - 0.0066, y, thick / 2)) for y in (-depth * 0.35, depth * 0.35)
    ]
    return [(boards + spine, cover.material), (pages, PAPER), (join([*title, seal, *bands]), ink)]
