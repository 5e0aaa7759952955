"""Symmetry of objects from pictures of their sides: shape, colour, what is too small or too hidden to be noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.symmetry_shapes import DETAILS, DISTINCT, NOTICED, SYMMETRIC, UNNOTICED, made, mesh_of_model
from stages.geometry.mesh import LabelledMesh, Material
from stages.params import read_params
from stages.render.symmetry import SymmetryLimits, symmetry_deg
from stages.rng import generator
from stages.sources.procedural.furniture import CATEGORIES, build

LIMITS = SymmetryLimits.model_validate(read_params()["sources"]["turntable"]["symmetry"])
RECIPES = {**SYMMETRIC, **{kind: recipe for kind, (_, recipe) in DISTINCT.items()}}
RED, GREY = Material((0.6, 0.05, 0.05)), Material((0.4, 0.4, 0.4))


def block(colors: tuple[Material, ...] = (GREY,) * 4, size: tuple[float, float, float] = (1, 1, 1)) -> LabelledMesh:
    """A block whose four sides have their own colours; top and bottom are grey."""
    x, y, z = (s / 2 for s in size)
    ring = [(x, -y), (x, y), (-x, y), (-x, -y)]
    vertices = np.array([(*p, -z) for p in ring] + [(*p, z) for p in ring])
    sides = [t for k in range(4) for t in ((k, (k + 1) % 4, 4 + (k + 1) % 4), (k, 4 + (k + 1) % 4, 4 + k))]
    faces = np.array([*sides, (4, 5, 6), (4, 6, 7), (0, 2, 1), (0, 3, 2)])
    material = np.array([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4])
    return LabelledMesh(
        vertices, faces, np.zeros(12, int), ["x"], face_material=material, materials=(*colors, GREY)
    )  # fmt: skip


def turned(mesh: LabelledMesh, angle_deg: float, scale: float = 1.0, shift: float = 0.0) -> LabelledMesh:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return replace(mesh, vertices_w=scale * mesh.vertices_w @ turn.T + shift)


def mirrored(mesh: LabelledMesh) -> LabelledMesh:
    uv = None if mesh.face_uv is None else mesh.face_uv[:, ::-1]
    return replace(mesh, vertices_w=mesh.vertices_w * [-1, 1, 1], faces=mesh.faces[:, ::-1].copy(), face_uv=uv)


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [
        pytest.param(block(), 90, id="cube"),
        pytest.param(block(size=(2, 1, 1)), 180, id="oblong"),
        pytest.param(block(size=(0.001, 1, 1)), 180, id="sheet"),
        pytest.param(block(size=(1, 1, 0.001)), 90, id="tile"),
        pytest.param(block((RED, GREY, GREY, GREY)), 360, id="one_side_red"),
        pytest.param(block((RED, GREY, RED, GREY)), 180, id="opposite_sides_red"),
        pytest.param(block((RED, RED, GREY, GREY)), 360, id="neighbours_red"),
        pytest.param(block((replace(RED, color=(0.41, 0.4, 0.4)), GREY, GREY, GREY)), 90, id="colour_hardly_differs"),
        pytest.param(block((replace(GREY, pattern="wood", color2=(0.4, 0.4, 0.4)), GREY, GREY, GREY)), 90, id="grain"),
    ],
)
def test_blocks(mesh: LabelledMesh, expected: float) -> None:
    assert symmetry_deg(mesh, LIMITS) == expected


def test_colours_of_vertices_count() -> None:
    plain = replace(block(), face_material=None, materials=(), vertex_rgb=np.full((8, 3), 120, np.uint8))
    rgb = plain.vertex_rgb
    assert rgb is not None
    one_edge = rgb.copy()
    one_edge[[0, 4]] = (200, 20, 20)
    assert symmetry_deg(plain, LIMITS) == 90
    assert symmetry_deg(replace(plain, vertex_rgb=one_edge), LIMITS) == 360


def test_pictures_count() -> None:
    """A picture that goes round twice repeats; the same picture once round does not."""
    assert symmetry_deg(made(SYMMETRIC["repeated label"], "repeated label", 0).mesh, LIMITS) != 360
    assert symmetry_deg(made(DISTINCT["label"][1], "label", 0).mesh, LIMITS) == 360


@pytest.mark.parametrize("kind", RECIPES)
def test_objects_of_known_symmetry(kind: str) -> None:
    shape = made(RECIPES[kind], kind, 0)
    assert symmetry_deg(shape.mesh, LIMITS) == shape.symmetry_deg


@pytest.mark.parametrize("detail", DETAILS)
@pytest.mark.parametrize(("share", "expected"), [(UNNOTICED, 0), (NOTICED, 360)])
def test_details_count_from_a_visible_size(detail: str, share: float, expected: float) -> None:
    assert symmetry_deg(DETAILS[detail](generator("a detail", detail), share), LIMITS) == expected


# Doors have one handle and panels so low that back and front may look alike; they hang on walls and are never turned.
@pytest.mark.parametrize("category", CATEGORIES)
def test_declared_symmetry_of_furniture_is_what_is_measured(category: str) -> None:
    model = build(category, generator("furniture", category, 0))
    assert symmetry_deg(mesh_of_model(model), LIMITS) == model.symmetry_deg, model.caption


PLAIN_KINDS = ("arms", "colour sectors", "corner", "odd sector", "label", "missing leg")


@settings(max_examples=12, deadline=None)
@given(
    kind=st.sampled_from(PLAIN_KINDS),
    angle_deg=st.floats(-360, 360),
    log_scale=st.floats(-3, 3),
    shift=st.floats(-5, 5),
)
def test_turn_size_and_place_of_the_object_change_nothing(
    kind: str, angle_deg: float, log_scale: float, shift: float
) -> None:
    shape = made(RECIPES[kind], kind, 1)
    assert symmetry_deg(turned(shape.mesh, angle_deg, 10**log_scale, shift), LIMITS) == shape.symmetry_deg


@pytest.mark.parametrize("kind", PLAIN_KINDS)
def test_a_mirrored_object_has_the_same_symmetry(kind: str) -> None:
    mesh = made(RECIPES[kind], kind, 2).mesh
    assert symmetry_deg(mirrored(mesh), LIMITS) == symmetry_deg(mesh, LIMITS)


def test_order_and_winding_of_faces_change_nothing() -> None:
    mesh = block((RED, GREY, RED, GREY))
    assert mesh.face_material is not None
    order = np.random.default_rng(0).permutation(12)
    shuffled = replace(mesh, faces=mesh.faces[order][:, ::-1], face_material=mesh.face_material[order])
    assert symmetry_deg(shuffled, LIMITS) == 180


def _bare(vertices: np.ndarray, faces: np.ndarray, material: Material = GREY) -> LabelledMesh:
    n = len(faces)
    return LabelledMesh(
        vertices, faces, np.zeros(n, int), ["x"], face_material=np.zeros(n, int), materials=(material,)
    )  # fmt: skip


TRIANGLE = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])


@pytest.mark.parametrize(
    ("mesh", "expected"),
    [
        pytest.param(_bare(np.zeros((0, 3)), np.zeros((0, 3), int)), None, id="empty"),
        pytest.param(_bare(np.zeros((3, 3)), np.array([[0, 1, 2]])), None, id="a_point"),
        pytest.param(_bare(TRIANGLE * [1, 0, 0], np.array([[0, 1, 2]])), None, id="a_line"),
        pytest.param(_bare(TRIANGLE * np.nan, np.array([[0, 1, 2]])), None, id="no_numbers"),
        pytest.param(_bare(TRIANGLE, np.array([[0, 1, 2]]), Material((np.nan, 0.5, 0.5))), None, id="no_colour"),
        pytest.param(_bare(TRIANGLE, np.array([[0, 1, 2]])), 360, id="one_level_triangle"),
        pytest.param(_bare(TRIANGLE[:, [0, 2, 1]], np.array([[0, 1, 2]])), 360, id="one_upright_triangle"),
    ],
)
def test_degenerate(mesh: LabelledMesh, expected: float | None) -> None:
    assert symmetry_deg(mesh, LIMITS) == expected
