"""The mesh kit of the procedural furniture: closed shapes with the right volume, and moves that keep them so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.geometry.mesh import Material
from stages.rng import generator
from stages.sources.procedural.furniture.model import Design, assemble
from stages.sources.procedural.furniture.palette import COLORS, choose, shaded, srgb
from stages.sources.procedural.furniture.parts import Part, around, both_sides, bowed, four_corners, row
from stages.sources.procedural.furniture.shapes import (
    box,
    cylinder,
    disc,
    ellipsoid,
    frustum,
    lathe,
    slab_box,
    soft_box,
    torus,
)
from stages.sources.procedural.furniture.sweeps import bend, bow, leaf, pillow, prism, surface, tube


def volume_m3(part: Part) -> float:
    """Signed volume: positive where normals look outward."""
    a, b, c = (part.vertices_m[part.faces[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def is_closed(part: Part) -> bool:
    """Every edge is used once in each direction."""
    edges = np.concatenate([part.faces[:, [0, 1]], part.faces[:, [1, 2]], part.faces[:, [2, 0]]])
    there = {(int(a), int(b)) for a, b in edges}
    return len(there) == len(edges) and there == {(b, a) for a, b in there}


L_SHAPE = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)]
SHAPES = [
    pytest.param(box(2, 3, 4), 24.0, 1e-9, id="box"),
    pytest.param(box(2, 3, 4, 0.01), 24.0, 0.01, id="bevelled box"),
    pytest.param(slab_box((1, 2, 3), (5, 5, 5)), 6.0, 1e-9, id="box by centre"),
    pytest.param(soft_box(2, 3, 1, 0.05, 3), 6.0, 0.05, id="soft box"),
    pytest.param(soft_box(1, 1, 1, 9.0, 6), np.pi / 6, 0.25, id="soft box, radius larger than the box"),
    pytest.param(cylinder(1, 2, 64), 2 * np.pi, 0.01, id="cylinder"),
    pytest.param(disc(1, 0.5, 0.01, 64), 0.5 * np.pi, 0.03, id="disc"),
    pytest.param(frustum(1, 0, 3, 64), np.pi, 0.01, id="cone with a point"),
    pytest.param(lathe([(0, 0), (1, 0), (1, 1), (0, 1)], 64), np.pi, 0.01, id="lathe from axis to axis"),
    pytest.param(lathe([(2, 0), (2, 1), (1, 1), (1, 0)], 64, closed=True), 3 * np.pi, 0.01, id="ring"),
    pytest.param(ellipsoid(1, 2, 3, 64, 32), 8 * np.pi, 0.02, id="ellipsoid"),
    pytest.param(torus(3, 1, 64, 32), 6 * np.pi**2, 0.02, id="torus"),
    pytest.param(tube([(0, 0, 0), (0, 0, 2), (0, 0, 5)], 1.0, 64), 5 * np.pi, 0.01, id="straight tube"),
    pytest.param(tube([(0, 0, 0), (3, 0, 0)], [1.0, 0.0], 64), np.pi, 0.01, id="tapering tube"),
    pytest.param(bow(2, 2, 0.1, 0.01, 32), 0.06 * np.pi, 0.05, id="bow"),
    pytest.param(prism(L_SHAPE, 2.0), 6.0, 1e-9, id="concave prism"),
    pytest.param(prism(L_SHAPE[::-1], 2.0), 6.0, 1e-9, id="prism of a clockwise outline"),
    pytest.param(surface(lambda x, y: 0.3 * x + 0.1 * y**2, (2, 3), 0.1), 0.6, 1e-9, id="sheet"),
    pytest.param(leaf(1, 0.4, 0.2, 0.01), 0.0025, 0.3, id="leaf"),
    pytest.param(pillow(1, 1, 0.5, 24), 0.30, 0.15, id="pillow"),
]


@pytest.mark.parametrize(("part", "expected_m3", "tolerance"), SHAPES)
def test_shapes_are_closed_and_have_their_volume(part: Part, expected_m3: float, tolerance: float) -> None:
    assert is_closed(part)
    assert volume_m3(part) == pytest.approx(expected_m3, rel=tolerance)


SIZE = st.floats(0.01, 3.0)
ANGLE = st.floats(-720.0, 720.0)


@given(SIZE, SIZE, SIZE, ANGLE, st.sampled_from("xyz"))
def test_moves_keep_volume_and_orientation(width: float, depth: float, height: float, angle: float, axis: str) -> None:
    part = box(width, depth, height)
    expected = width * depth * height
    assert volume_m3(part.turned(axis, angle).moved(1, 2, 3)) == pytest.approx(expected, rel=1e-6)
    assert volume_m3(part.moved(1, 2, 3).mirrored(axis)) == pytest.approx(expected, rel=1e-6)
    assert volume_m3(part.scaled(2, 3, 0.5)) == pytest.approx(3 * expected, rel=1e-6)


@given(ANGLE, st.sampled_from("xyz"))
def test_turning_there_and_back_is_nothing(angle: float, axis: str) -> None:
    part = ellipsoid(1, 2, 3).moved(1, 1, 1)
    np.testing.assert_allclose(part.turned(axis, angle).turned(axis, -angle).vertices_m, part.vertices_m, atol=1e-9)


@pytest.mark.parametrize(
    ("axis", "point", "expected"),
    [("x", (0, 1, 0), (0, 0, 1)), ("y", (0, 0, 1), (1, 0, 0)), ("z", (1, 0, 0), (0, 1, 0))],
)
def test_turns_are_right_handed(axis: str, point: tuple[int, ...], expected: tuple[int, ...]) -> None:
    part = Part(np.array([point], dtype=float), np.zeros((0, 3), dtype=np.int64))
    np.testing.assert_allclose(part.turned(axis, 90).vertices_m[0], expected, atol=1e-12)


@pytest.mark.parametrize(
    ("repeated", "times"),
    [
        pytest.param(both_sides(box(1, 1, 1).moved(3)), 2, id="both sides"),
        pytest.param(four_corners(box(1, 1, 1).moved(3, 3)), 4, id="four corners"),
        pytest.param(around(box(1, 1, 1).moved(3), 5), 5, id="around"),
        pytest.param(row(box(1, 1, 1), [0, 2, 4], "y"), 3, id="row"),
    ],
)
def test_repeats_add_up(repeated: Part, times: int) -> None:
    assert is_closed(repeated)
    assert volume_m3(repeated) == pytest.approx(times)


def test_bowing_moves_the_ends_only() -> None:
    bent = bowed(box(2, 1, 1), "x", "z", 0.5)
    assert bent.vertices_m[:, 2].max() == pytest.approx(1.5)
    assert volume_m3(bent) == pytest.approx(2.0)


def test_bends_stay_between_the_corners_and_keep_the_ends() -> None:
    path = bend([(0, 0, 0), (1, 0, 0), (1, 1, 0)], 0.2, 4)
    np.testing.assert_allclose(path[[0, -1]], [(0, 0, 0), (1, 1, 0)])
    assert (path >= 0).all()
    assert (path <= 1).all()
    assert np.linalg.norm(path - (1, 0, 0), axis=1).min() > 0.05, "the corner is cut"


def test_assembly_centres_shifts_the_support_and_stores_materials_once() -> None:
    red, blue = Material((1.0, 0.0, 0.0)), Material((0.0, 0.0, 1.0))
    design = Design("box", "red box", support_m=(4.5, 4.5, 5.5, 5.5, 3.0))
    pieces = [
        (slab_box((1, 1, 2), (5, 5, 2)), red),
        (slab_box((1, 1, 0.2), (5, 5, 2)), blue),
        (box(1, 1, 1).moved(5, 5, 1), red),
    ]
    item = assemble(design, pieces)
    assert item.materials == (red, blue)
    assert item.support_m == pytest.approx((-0.5, -0.5, 0.5, 0.5, 2.0))
    np.testing.assert_allclose(item.vertices_m.min(axis=0), (-0.5, -0.5, 0.0), atol=1e-12)
    np.testing.assert_allclose(item.size_m, (1, 1, 2))


@pytest.mark.parametrize(
    ("code", "expected"),
    [("000000", (0.0, 0.0, 0.0)), ("ffffff", (1.0, 1.0, 1.0)), ("bcbcbc", (0.503, 0.503, 0.503))],
)
def test_srgb_is_made_linear(code: str, expected: tuple[float, float, float]) -> None:
    assert srgb(code) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "strongest"), [("red", 0), ("green", 1), ("blue", 2), ("light blue", 2), ("orange", 0), ("yellow", 0)]
)
def test_colour_words_fit_their_colours(name: str, strongest: int) -> None:
    assert int(np.argmax(srgb(COLORS[name]))) == strongest


@given(st.floats(0, 1), st.floats(0, 10))
def test_shades_stay_colours(value: float, factor: float) -> None:
    assert all(0.0 <= c <= 1.0 for c in shaded((value, 0.0, 1.0), factor))


def test_choice_reaches_every_option() -> None:
    rng = generator("choice")
    assert {choose(rng, ("a", "b", "c")) for _ in range(100)} == {"a", "b", "c"}
