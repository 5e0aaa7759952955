"""Decoration: rug, vase, picture, mirror, clock, book."""

from __future__ import annotations

import numpy as np

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
    wood_or_paint,
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
from stages.sources.procedural.furniture.sweeps import bend, prism, tube

MIRROR_GLASS = Material(srgb("b9cad2"), gloss=0.95)


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
        pieces: list[Piece] = [(disc(float(r), thick + 0.0008 * k, 0.003, 48), _pile(color)) for k, (r, color) in enumerate(zip(radii, colors, strict=True))]
        return assemble(Design("rug", f"round {first} and {second} rug", 0, "rug"), pieces)
    width, depth = rng.uniform(1.7, 2.4), rng.uniform(1.1, 1.6)
    fringe = slab_box((0.05, 0.012, 0.004), (width / 2 + 0.024, 0, 0.003))
    tassels = both_sides(row(fringe, np.linspace(-depth / 2 + 0.02, depth / 2 - 0.02, 31), "y"))
    base = _layer(width, depth, 0.0, thick)
    if style == "striped":
        band = depth - 0.02
        edges = np.linspace(-width / 2 + 0.02, width / 2 - 0.02, 10)
        stripes = [slab_box((float(edges[1] - edges[0]), band, 0.002), (float(a + b) / 2, 0, thick)) for a, b in zip(edges[:-1], edges[1:], strict=True)]
        pieces = [(base, _pile(first)), (join(stripes[1:-1:4] + stripes[3:-1:4]), _pile(second)), (stripes[4], _pile(third)), (tassels, matt("e0d6bf"))]
        return assemble(Design("rug", f"{first} and {second} striped rug", 180, "rug"), pieces)
    inner_w, inner_d = width - 0.3, depth - 0.3
    field = _layer(inner_w, inner_d, thick - 0.002, thick + 0.001)
    line = _layer(width - 0.08, depth - 0.08, thick - 0.002, thick + 0.0004)
    ground = _layer(width - 0.14, depth - 0.14, thick - 0.002, thick + 0.0007)
    star = loft([at_height(_star(inner_w * 0.3, inner_d * 0.34), z) for z in (thick, thick + 0.0016)])
    heart = loft([at_height(_star(inner_w * 0.17, inner_d * 0.19), z) for z in (thick, thick + 0.0022)])
    corners = [prism([(0, 0), (-0.26, 0), (0, -0.26)], 0.0016).moved(inner_w / 2 - 0.02, inner_d / 2 - 0.02, thick)]
    quarters = both_sides(both_sides(join(corners), "x"), "y")
    pieces = [(base + ground, _pile(first)), (line, _pile(third)), (field, _pile(second)), (star + quarters, _pile(first)), (heart, _pile(third)), (tassels, matt("e0d6bf"))]
    return assemble(Design("rug", f"{first} and {second} rug with medallion", 180, "rug"), pieces)


def _star(rx: float, ry: float) -> np.ndarray:
    angle = 2 * np.pi * np.arange(32) / 32
    r = 1.0 + 0.16 * np.cos(8 * angle)
    return np.column_stack([rx * r * np.cos(angle), ry * r * np.sin(angle)])


_VASES = {
    "slender": [(0.035, 0.0), (0.04, 0.01), (0.05, 0.08), (0.048, 0.16), (0.022, 0.24), (0.02, 0.27), (0.03, 0.3)],
    "bulbous": [(0.045, 0.0), (0.05, 0.008), (0.085, 0.06), (0.095, 0.11), (0.08, 0.16), (0.035, 0.2), (0.03, 0.22), (0.042, 0.24)],
    "tall": [(0.05, 0.0), (0.055, 0.01), (0.04, 0.1), (0.038, 0.18), (0.055, 0.3), (0.06, 0.33)],
}  # fmt: skip


def vase(rng: np.random.Generator) -> Model:
    """Build a vase with a painted band and a bunch of flowers on bent stems."""
    glaze = paint(rng, ("blue", "white", "teal", "green", "red", "yellow", "black", "light blue"))
    outline = _VASES[choose(rng, tuple(_VASES))]
    rim_r, top = outline[-1]
    inside = [(rim_r - 0.005, top), (outline[-2][0] - 0.006, outline[-2][1]), (0.0, outline[-2][1] - 0.01)]
    pieces: list[Piece] = [(lathe([*outline, *inside], 28), glaze.material)]
    kinds = {"red": "b8322c", "yellow": "e3b93c", "white": "efece4", "pink": "d98aa0", "purple": "7d5396", "orange": "dd7f36"}
    flower = choose(rng, [name for name in kinds if name != glaze.word])
    stems, petals, hearts, greens = [], [], [], []
    count = int(rng.integers(5, 8))
    for k in range(count):
        angle, reach, rise = 360 * k / count + rng.uniform(-15, 15), rng.uniform(0.03, 0.1), rng.uniform(0.12, 0.24)
        stem = tube(bend([(0, 0, top - 0.05), (0.008, 0, top + rise * 0.5), (reach, 0, top + rise)], 0.08, 3), 0.0025, 5)
        stems.append(stem.turned("z", angle))
        head = around(ellipsoid(0.019, 0.012, 0.004, 6, 4).turned("y", -25).moved(0.019, 0, 0.002), 6)
        tilt = 60 * reach / 0.1
        petals.append(head.turned("y", tilt).moved(reach, 0, top + rise).turned("z", angle))
        hearts.append(ellipsoid(0.009, 0.009, 0.007, 8, 4).turned("y", tilt).moved(reach + 0.002, 0, top + rise).turned("z", angle))
        blade = [(0.0, 0.0), (0.03, 0.011), (0.075, 0.0), (0.03, -0.011)]
        greens.append(prism(blade, 0.002).turned("y", -50).moved(0.006, 0, top + rise * 0.35).turned("z", angle + 40))
    pieces += [(join(stems + greens), matt("4f7a3e")), (join(petals), matt(kinds[flower])), (join(hearts), matt("d9a93a" if flower != "yellow" else "7a4a22"))]
    return assemble(Design("vase", f"{glaze.word} vase with {flower} flowers", placement="surface"), pieces)


def _frame(width: float, height: float, bar: float, depth: float) -> Part:
    """Make a mitred, slightly sloping frame round a hole; its back is at y = 0 and it stands on z = 0."""
    sizes = [(width, height, 0.0), (width, height, depth * 0.6), (width - bar * 0.8, height - bar * 0.8, depth),
             (width - 2 * bar, height - 2 * bar, depth * 0.7), (width - 2 * bar, height - 2 * bar, 0.0)]  # fmt: skip
    rings = [at_height(np.array([[a, b], [-a, b], [-a, -b], [a, -b]]) / 2, z) for a, b, z in sizes]
    return loft(rings, closed=True).turned("x", 90).moved(z=height / 2)


def _plate(width: float, height: float, y: float, z: float, thick: float = 0.004) -> Part:
    return slab_box((width, thick, height), (0, y + thick / 2, z))


def picture(rng: np.random.Generator) -> Model:
    """Build a framed picture: landscape, abstract circles, a flower or mountains, with or without mat."""
    wide = rng.random() < 0.6
    width, height = (rng.uniform(0.55, 0.9), rng.uniform(0.4, 0.6)) if wide else (rng.uniform(0.38, 0.5), rng.uniform(0.55, 0.75))
    finish = wood_or_paint(rng, ("black", "white")) if rng.random() < 0.8 else metal(rng)
    bar, depth = 0.03, 0.025
    pieces: list[Piece] = [(_frame(width, height, bar, depth), finish.material)]
    inner_w, inner_h = width - 2 * bar, height - 2 * bar
    back = _plate(inner_w + 0.004, inner_h + 0.004, -0.009, height / 2, 0.007)
    pieces.append((back, matt("efebe0")))
    mat = 0.05 if rng.random() < 0.5 else -0.001
    w, h = inner_w - 2 * mat, inner_h - 2 * mat
    motif, painted = _painting(rng, w, h)
    pieces += [(part.moved(0, -0.0092, height / 2), material) for part, material in painted]
    return assemble(Design("picture", f"{'wide' if width > height else 'tall'} {finish.word} framed picture of {motif}", placement="wall"), pieces)


def _painting(rng: np.random.Generator, w: float, h: float) -> tuple[str, list[Piece]]:
    """Paint in thin layers in front of y = 0, centred at the origin."""
    x, z = w / 2, h / 2

    def layer(outline: list[tuple[float, float]], k: int) -> Part:
        return prism(outline, 0.001).turned("x", 90).moved(y=-0.0008 * k)

    def dot(cx: float, cz: float, r: float, k: int) -> Part:
        return cylinder(r, 0.001, 20).turned("x", 90).moved(cx, -0.0008 * k, cz)

    whole = [(-x, -z), (x, -z), (x, z), (-x, z)]
    motif = choose(rng, ("sailing boat", "mountains", "circles", "flower"))
    if motif == "sailing boat":
        sea = layer([(-x, -z), (x, -z), (x, -0.15 * z), (-x, -0.15 * z)], 1)
        hull = layer([(-0.3 * x, -0.2 * z), (-0.2 * x, -0.42 * z), (0.3 * x, -0.42 * z), (0.42 * x, -0.2 * z)], 2)
        sails = layer([(0.03 * x, -0.15 * z), (0.4 * x, -0.15 * z), (0.03 * x, 0.7 * z)], 2) + layer([(-0.03 * x, -0.15 * z), (-0.3 * x, -0.15 * z), (-0.03 * x, 0.55 * z)], 2)
        return motif, [(layer(whole, 0), matt("a9cbd8")), (sea, matt("33688a")), (hull, matt("8a3b2a")), (sails, matt("f2ede0")), (dot(-0.6 * x, 0.55 * z, 0.1 * w * 0.8, 1), matt("eec65a"))]
    if motif == "mountains":
        far = layer([(-x, -0.4 * z), (x, -0.4 * z), (x, 0.1 * z), (0.5 * x, 0.6 * z), (0.1 * x, 0.05 * z), (-0.4 * x, 0.75 * z), (-x, 0.0)], 1)
        snow = layer([(-0.4 * x, 0.75 * z), (-0.55 * x, 0.56 * z), (-0.42 * x, 0.62 * z), (-0.28 * x, 0.58 * z)], 2)
        near = layer([(-x, -z), (x, -z), (x, -0.3 * z), (0.2 * x, -0.55 * z), (-0.5 * x, -0.25 * z), (-x, -0.5 * z)], 3)
        return motif, [(layer(whole, 0), matt("e7c9a4")), (far, matt("6b7f9a")), (snow, matt("f6f3ec")), (near, matt("4a6b4c")), (dot(0.62 * x, 0.7 * z, 0.06 * w, 1), matt("d9663f"))]
    if motif == "circles":
        colors = [matt(COLORS[str(name)]) for name in rng.permutation(np.array(("red", "blue", "yellow", "teal", "orange", "black")))]
        size = min(w, h)
        spots = [(-0.3 * x, 0.3 * z, 0.28), (0.35 * x, -0.1 * z, 0.22), (-0.2 * x, -0.5 * z, 0.15), (0.45 * x, 0.6 * z, 0.1), (-0.3 * x, 0.3 * z, 0.14)]
        return "colourful circles", [(layer(whole, 0), matt("efe6d2")), *((dot(cx, cz, r * size, k + 1), colors[k]) for k, (cx, cz, r) in enumerate(spots))]
    size = min(w, h)
    petals = [dot(0.17 * size * np.cos(a), 0.17 * size * np.sin(a) + 0.25 * z, 0.12 * size, 2 + k % 2) for k, a in enumerate(np.radians(np.arange(0, 360, 60)))]
    stem = layer([(-0.012 * size, -z), (0.012 * size, -z), (0.012 * size, 0.2 * z), (-0.012 * size, 0.2 * z)], 1)
    leaf_part = layer([(0.0, -0.6 * z), (0.14 * size, -0.42 * z), (0.28 * size, -0.25 * z), (0.1 * size, -0.3 * z)], 1)
    return motif, [(layer(whole, 0), matt(choose(rng, ("d8e2dc", "f0e1c6", "2f3e55")))), (stem + leaf_part, matt("4f7a3e")), (join(petals), matt(choose(rng, ("c8485a", "d9862f", "8a5aa0")))), (dot(0, 0.25 * z, 0.1 * size, 5), matt("e8c04a"))]


def mirror(rng: np.random.Generator) -> Model:
    """Build a wall mirror: rectangular, arched or round, in a frame, with a light streak on the glass."""
    finish = wood_or_paint(rng, ("white", "black")) if rng.random() < 0.6 else metal(rng)
    style = choose(rng, ("rectangular", "round", "oval"))
    if style == "rectangular":
        width, height = rng.uniform(0.5, 0.7), rng.uniform(0.8, 1.3)
        frame, glass = _frame(width, height, 0.05, 0.03), _plate(width - 0.096, height - 0.096, -0.013, height / 2, 0.011)
        pieces = [(frame, finish.material), (glass, MIRROR_GLASS)]
        reach = width
    else:
        radius = rng.uniform(0.3, 0.4)
        tall = 1.0 if style == "round" else 1.45
        rim = lathe([(radius, 0.0), (radius, 0.02), (radius - 0.02, 0.03), (radius - 0.04, 0.018), (radius - 0.04, 0.0)], 48, closed=True)
        plate = cylinder(radius - 0.036, 0.012, 48)
        pieces = [(part.scaled(1, tall, 1).turned("x", 90), m) for part, m in ((rim, finish.material), (plate, MIRROR_GLASS))]
        reach, height = 2 * radius, 0.0
    streak = prism([(-0.02, -0.14), (0.015, -0.14), (0.115, 0.1), (0.08, 0.1)], 0.001).turned("x", 90)
    thin = prism([(0.04, -0.14), (0.05, -0.14), (0.15, 0.1), (0.14, 0.1)], 0.001).turned("x", 90)
    shine = (streak + thin).scaled(reach / 0.6, 1, reach / 0.6).moved(-0.06 * reach, -0.0125, height / 2 + 0.1 * reach)
    pieces.append((shine, plastic("e2ebee", 0.9)))
    return assemble(Design("mirror", f"{style} mirror with {finish.word} frame", placement="wall"), pieces)


def clock(rng: np.random.Generator) -> Model:
    """Build a round wall clock with hour marks and hands."""
    finish = choose(rng, (wood, metal, paint))(rng)
    dark = rng.random() < 0.25
    face, marks = (plastic("2a2c30", 0.2), matt("eeeae0")) if dark else (plastic("f3f0e8", 0.2), matt("1f2022"))
    radius = rng.uniform(0.14, 0.2)
    rim = lathe([(radius, 0.0), (radius, 0.03), (radius - 0.012, 0.042), (radius - 0.024, 0.03), (radius - 0.024, 0.0)], 40, closed=True)
    plate = cylinder(radius - 0.022, 0.02, 40)
    hours = [
        slab_box((0.008 if k % 3 else 0.014, radius * (0.1 if k % 3 else 0.17), 0.003), (0, radius * (0.74 if k % 3 else 0.705), 0.0212)).turned("z", 30 * k)
        for k in range(12)
    ]  # fmt: skip
    hour, minute = int(rng.integers(0, 12)), 5 * int(rng.integers(0, 12))
    short = box(0.014, radius * 0.5, 0.003).moved(0, radius * 0.18, 0.0235).turned("z", -30 * (hour + minute / 60))
    long = box(0.01, radius * 0.76, 0.003).moved(0, radius * 0.28, 0.0275).turned("z", -6 * minute)
    second = box(0.004, radius * 0.8, 0.002).moved(0, radius * 0.26, 0.031).turned("z", -6 * float(rng.integers(0, 60)))
    hub = disc(0.012, 0.013, 0.002, 16).moved(z=0.021)
    flat = [(rim, finish.material), (plate, face), (join([*hours, short, long, hub]), marks), (second, plastic("b3372f"))]
    return assemble(Design("clock", f"{finish.word} wall clock", placement="wall"), [(part.turned("x", 90), m) for part, m in flat])


def book(rng: np.random.Generator) -> Model:
    """Build a closed book lying flat with a title on its cover, or a stack of three."""
    count = choose(rng, (1, 1, 3))
    names = [str(name) for name in rng.permutation(np.array(("red", "blue", "green", "yellow", "purple", "orange", "teal", "brown", "black")))]
    pieces: list[Piece] = []
    z = 0.0
    for name in names[:count]:
        width, depth, thick = rng.uniform(0.14, 0.18), rng.uniform(0.2, 0.25), rng.uniform(0.025, 0.04)
        turn = 0.0 if count == 1 else rng.uniform(-14, 14)
        pieces += [(part.turned("z", turn).moved(z=z), m) for part, m in _closed_book(name, width, depth, thick)]
        z += thick + 0.0012
    caption = f"{names[0]} book" if count == 1 else f"stack with {names[count - 1]} book on top"
    return assemble(Design("book", caption, placement="surface"), pieces)


def _closed_book(name: str, width: float, depth: float, thick: float) -> list[Piece]:
    """Make two boards, a rounded spine at the left, the paper block and a title."""
    cover = Finish(name, plastic(COLORS[name], 0.1))
    board = 0.003
    boards = row(slab_box((width, depth, board), (0, 0, board / 2)), [0.0, thick - board], "z")
    half = [(0.008 * np.cos(a), thick / 2 * np.sin(a)) for a in np.linspace(np.pi / 2, 1.5 * np.pi, 7)]
    spine = prism(half, depth).turned("x", 90).moved(-width / 2 + 0.0005, depth / 2, thick / 2)
    pages = slab_box((width - 0.008, depth - 0.01, thick - 2 * board), (-0.004, 0, thick / 2))
    ink = matt("e9dfc0") if name != "yellow" else matt("4a3420")
    title = [slab_box((width * 0.6, 0.014, 0.001), (0, depth * 0.25, thick)), slab_box((width * 0.42, 0.008, 0.001), (0, depth * 0.16, thick))]
    seal = frustum(width * 0.14, width * 0.14, 0.001, 6).moved(0, -depth * 0.15, thick - 0.0005)
    bands = [slab_box((0.004, 0.01, thick * 0.9), (-width / 2 - 0.0066, y, thick / 2)) for y in (-depth * 0.35, depth * 0.35)]
    return [(boards + spine, cover.material), (pages, PAPER), (join([*title, seal, *bands]), ink)]


