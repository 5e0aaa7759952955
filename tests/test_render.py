"""Rendering: exact depth and labels, silhouettes, light and shadow, patterns, the same bytes every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.geometry.mesh import LabelledMesh, Light, Material
from stages.render import Renderer
from stages.render.patterns import PATTERNS
from stages.render.raster import met, seen
from stages.render.rays import Camera, RayScene
from stages.render.surface import prepared
from stages.render.tessellate import tessellated
from stages.render.texture import Textures
from stages.rng import generator
from tests.render_scenes import CUBE, GREY, SIZE_WH, K, boxes, frame, looking_along_y


def test_depth_is_along_the_optical_axis_and_pixels_are_centred() -> None:
    picture = frame(boxes(CUBE), looking_along_y())
    hit = picture.depth_m > 0
    np.testing.assert_allclose(picture.depth_m[hit], 2.0, atol=1e-6)
    ys, xs = np.nonzero(hit)
    # edges of the front face at x = +-0.5, 2 m away: 79.5 +- 120 * 0.25 = 49.5 and 109.5
    assert (xs.min(), xs.max(), ys.min(), ys.max()) == (50, 109, 30, 89)
    assert ((picture.object_index == 0) == hit).all()
    assert (picture.object_index[~hit] == -1).all()
    assert picture.rgb.dtype == np.uint8
    assert picture.depth_m.dtype == np.float32


def test_nearer_object_hides_the_farther_one() -> None:
    picture = frame(boxes(((-0.1, 1, -0.1), (0.1, 1.2, 0.1)), CUBE), looking_along_y())
    assert picture.object_index[60, 80] == 0
    assert picture.object_index[60, 55] == 1


def test_far_from_the_origin_nothing_changes() -> None:
    mesh, shift = boxes(CUBE, floor=True), np.array([3.1e5, -4.2e5, 12.0])
    here = frame(mesh, looking_along_y())
    there = frame(replace(mesh, vertices_w=mesh.vertices_w + shift), looking_along_y(*shift))
    np.testing.assert_array_equal(here.object_index, there.object_index)
    np.testing.assert_allclose(here.depth_m, there.depth_m, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_drawing_agrees_with_ray_casting(key: int) -> None:
    rng = generator("raster", key)
    vertices = rng.uniform(-1, 1, (60, 3)).astype(np.float32)
    faces = rng.integers(0, 60, (40, 3)).astype(np.int32)
    x, y, z = rng.uniform(-1.5, 1.5, 3).tolist()
    pose = looking_along_y(x, y, z, yaw_deg=float(rng.uniform(0, 360)), pitch_deg=float(rng.uniform(-60, 60)))
    camera = Camera(pose, K, SIZE_WH)
    rays = camera.rays(camera.pixels())
    t, face, uv = met(vertices, faces, rays, seen(vertices, faces, camera, (0.0, 0.0)).ravel())
    t_cast, face_cast, _ = RayScene(vertices, faces).cast(rays)
    drawn = t_cast > 0.03  # nearer surfaces are cut away by drawing, not by casting
    differ = drawn & (face != face_cast)
    assert differ.mean() < 2e-3  # pixels exactly on an edge
    same = drawn & ~differ & (face >= 0)
    np.testing.assert_allclose(t[same], t_cast[same], rtol=1e-4, atol=1e-4)
    assert (uv >= 0).all()
    assert (uv.sum(axis=1) <= 1 + 1e-6).all()


def test_same_bytes_each_time() -> None:
    mesh = replace(boxes(CUBE, floor=True), lights=[Light("point", (3, 3, 3), position_w=(0.5, 1.0, 2.0))])
    pose = looking_along_y(z=1.2, pitch_deg=-15)
    first, second = frame(mesh, pose), frame(mesh, pose)
    assert first.rgb.tobytes() == second.rgb.tobytes()
    assert first.depth_m.tobytes() == second.depth_m.tobytes()


def test_empty_mesh_is_all_background() -> None:
    mesh = LabelledMesh(np.zeros((0, 3)), np.zeros((0, 3), int), np.zeros(0, int), [], face_material=np.zeros(0, int))
    picture = frame(mesh, looking_along_y())
    assert (picture.object_index == -1).all()
    assert (picture.depth_m == 0).all()


def test_scans_show_their_own_colours() -> None:
    mesh = boxes(CUBE)
    rgb = np.tile(np.array([[200, 100, 50]], np.uint8), (8, 1))
    picture = frame(replace(mesh, vertex_rgb=rgb, face_material=None, materials=()), looking_along_y())
    assert (picture.rgb[picture.object_index == 0] == [200, 100, 50]).all()


def brightness(mesh: LabelledMesh, pose: np.ndarray) -> np.ndarray:
    mean: np.ndarray = frame(mesh, pose).rgb.astype(float).mean(axis=2)
    return mean


@pytest.mark.parametrize(
    "light",
    [
        pytest.param(Light("sun", (2, 2, 2), direction_w=(0, 0, -1)), id="sun"),
        pytest.param(Light("point", (8, 8, 8), position_w=(0, 2.5, 2.0)), id="lamp"),
    ],
)
def test_things_cast_shadows(light: Light) -> None:
    mesh = replace(boxes(((-0.5, 2.0, 0.8), (0.5, 3.0, 0.9)), floor=True), lights=[light])
    picture = brightness(mesh, looking_along_y(z=0.7, pitch_deg=-12))
    depth = frame(mesh, looking_along_y(z=0.7, pitch_deg=-12)).object_index
    below, aside = picture[67, 80], picture[67, 20]  # floor below the board, and beside it, equally far
    assert depth[67, 80] == depth[67, 20] == -1
    assert below < 0.8 * aside


def test_minor_lights_light_too() -> None:
    far = Light("point", (0.001, 0.001, 0.001), position_w=(0, 0, 9))
    dark = replace(boxes(CUBE, floor=True), lights=[far, far])
    lit = replace(dark, lights=[far, far, Light("point", (6, 6, 6), position_w=(-1.0, 1.2, 0.3))])
    pose = looking_along_y(z=0.3)
    left, right = (slice(55, 65), slice(52, 58)), (slice(55, 65), slice(102, 108))
    assert brightness(lit, pose)[left].mean() - brightness(lit, pose)[right].mean() > 10
    assert abs(brightness(dark, pose)[left].mean() - brightness(dark, pose)[right].mean()) < 8


def test_light_passes_glowing_things() -> None:
    pane = Material((1, 1, 1), emission=1.0)
    mesh = boxes(((-0.5, 2.0, 0.8), (0.5, 3.0, 0.9)), floor=True)
    glow = replace(
        mesh,
        face_material=np.repeat([1, 0], 12),
        materials=[GREY, pane],
        lights=[Light("sun", (2, 2, 2), direction_w=(0, 0, -1))],
    )
    picture = brightness(glow, looking_along_y(z=0.7, pitch_deg=-12))
    assert picture[67, 80] == pytest.approx(picture[67, 20], rel=0.1)


def test_edges_are_smooth() -> None:
    black = Material((0.02, 0.02, 0.02))
    mesh = replace(boxes(CUBE, floor=True), materials=[GREY, black], face_material=np.repeat([1, 0], 12))
    pose = looking_along_y(z=0.4, yaw_deg=7, pitch_deg=-5)
    picture, is_box = brightness(mesh, pose), frame(mesh, pose).object_index == 0
    inside, floor = np.median(picture[is_box]), np.median(picture[100:, 5:40])
    between = (picture > inside + 0.2 * (floor - inside)) & (picture < inside + 0.8 * (floor - inside))
    beside = is_box ^ np.roll(is_box, 1, axis=0) | is_box ^ np.roll(is_box, 1, axis=1)
    assert floor - inside > 60
    assert (between & beside).sum() > 10


@pytest.mark.parametrize("name", sorted(PATTERNS))
@pytest.mark.parametrize("footprint", [pytest.param(1e-4, id="near"), pytest.param(50.0, id="far")])
def test_patterns_stay_in_range_and_fade(name: str, footprint: float) -> None:
    points = generator("patterns", name).uniform(-40, 40, (600, 3)).astype(np.float32)
    out = np.full((600, 2), np.nan, np.float32)
    PATTERNS[name](np.arange(600), points, np.arange(600, dtype=np.int32) % 3, np.full(600, footprint, np.float32), out)
    assert ((out[:, 0] >= 0) & (out[:, 0] <= 1)).all()
    assert ((out[:, 1] > 0.3) & (out[:, 1] < 1.7)).all()
    if footprint > 1 and name not in {
        "bordered",
        "leaves",
        "planks",
        "herringbone",
        "marble",
    }:  # these have large features
        assert out[:, 0].std() < 0.2


def test_patterns_turn_with_their_object() -> None:
    striped = Material((1, 1, 1), "stripes", (0, 0, 0), scale_m=0.1)
    mesh = replace(boxes(CUBE), materials=[striped])
    world = frame(mesh, looking_along_y()).rgb
    moved = frame(replace(mesh, vertex_pattern_m=mesh.vertices_w + np.array([0.1, 0, 0])), looking_along_y()).rgb
    assert np.abs(world[60].astype(int) - moved[60]).max() > 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"materials": [Material((1, 1, 1), "stripe")]}, "unknown pattern 'stripe'", id="pattern"),
        pytest.param({"lights": [Light("sun", (1, 1, 1))]}, "expected a sun with direction_w", id="light"),
        pytest.param({"face_material": None}, "neither vertex_rgb nor face_material", id="no_looks"),
    ],
)
def test_bad_meshes_are_named(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Renderer(replace(boxes(CUBE), **change))  # type: ignore[arg-type]


def test_pictures_on_surfaces() -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    image[:4, :, 0] = 255  # the upper half is red
    image[4:, :, 2] = 255
    vertices = np.array([[-1, 2, -1], [1, 2, -1], [1, 2, 1], [-1, 2, 1]], dtype=np.float64)
    uv = np.array([[[0, 0], [1, 0], [1, 1]], [[0, 0], [1, 1], [0, 1]]], dtype=np.float64)
    mesh = LabelledMesh(
        vertices, np.array([[0, 1, 2], [0, 2, 3]]), np.zeros(2, int), ["s/0:picture_0"], face_material=np.zeros(2, int),
        materials=[Material((1, 1, 1), image=image)], face_uv=uv,
    )  # fmt: skip
    rgb = frame(mesh, looking_along_y()).rgb.astype(int)
    assert rgb[20, 80, 0] > rgb[20, 80, 2] + 100
    assert rgb[100, 80, 2] > rgb[100, 80, 0] + 100
    assert Textures(prepared(mesh, np.zeros(3))) is not None


def test_tessellation_keeps_shape_and_attributes() -> None:
    mesh = boxes(CUBE, floor=True)
    fine = tessellated(mesh, 0.4)
    corners = fine.vertices_w[fine.faces]
    near = np.linalg.norm(corners.mean(axis=1) - [0, 2.5, 0], axis=1) < 1
    assert np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2)[near].max() <= 0.45

    def areas(m: LabelledMesh) -> np.ndarray:
        a, b, c = m.vertices_w[m.faces].transpose(1, 0, 2)
        return np.bincount(m.face_object + 1, np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)

    np.testing.assert_allclose(areas(fine), areas(mesh))
    edges = np.sort(fine.faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()  # closed boxes stay closed: no gaps
