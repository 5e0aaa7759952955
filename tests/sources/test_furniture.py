"""Procedural furniture: every category, over several seeds, is a well-formed object of believable size."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from jaxtyping import Float, Int

from stages.open3d_import import import_open3d
from stages.registry import UnknownName
from stages.rng import generator
from stages.sources.procedural.furniture import ALSO_SEEN, CATEGORIES, build
from stages.sources.procedural.furniture.model import Model

SEEDS = range(3)
Range = tuple[float, float]

# Believable width, depth and height of each category in metres, from furniture catalogues, with some slack.
SIZES: dict[str, tuple[Range, Range, Range]] = {
    "armchair": ((0.6, 1.1), (0.7, 1.0), (0.75, 1.1)),
    "backpack": ((0.25, 0.45), (0.2, 0.4), (0.4, 0.6)),
    "ball": ((0.18, 0.4), (0.18, 0.4), (0.18, 0.4)),
    "basket": ((0.3, 0.7), (0.3, 0.6), (0.3, 0.7)),
    "bathtub": ((1.4, 1.8), (0.65, 0.85), (0.5, 0.9)),
    "bed": ((0.9, 2.0), (1.9, 2.3), (0.8, 1.3)),
    "bench": ((0.9, 1.6), (0.3, 0.5), (0.4, 0.55)),
    "bicycle": ((0.5, 0.75), (1.5, 1.9), (0.9, 1.15)),
    "book": ((0.1, 0.45), (0.15, 0.32), (0.01, 0.06)),
    "bookshelf": ((0.6, 1.1), (0.25, 0.4), (1.2, 2.1)),
    "bottle": ((0.05, 0.1), (0.05, 0.1), (0.18, 0.36)),
    "bowl": ((0.2, 0.36), (0.2, 0.36), (0.1, 0.25)),
    "box": ((0.25, 0.75), (0.2, 0.65), (0.2, 0.5)),
    "bunk bed": ((1.0, 1.2), (2.0, 2.3), (1.5, 1.9)),
    "cabinet": ((0.8, 1.7), (0.4, 0.6), (0.7, 1.0)),
    "candle": ((0.1, 0.2), (0.1, 0.2), (0.08, 0.4)),
    "ceiling lamp": ((0.3, 0.75), (0.3, 0.75), (0.4, 1.1)),
    "chair": ((0.38, 0.55), (0.42, 0.6), (0.75, 1.1)),
    "clock": ((0.25, 0.45), (0.02, 0.08), (0.25, 0.45)),
    "coat rack": ((0.4, 0.7), (0.35, 0.6), (1.5, 2.0)),
    "coffee maker": ((0.15, 0.25), (0.2, 0.35), (0.25, 0.42)),
    "coffee table": ((0.65, 1.3), (0.45, 1.0), (0.35, 0.5)),
    "crib": ((0.65, 0.85), (1.2, 1.45), (0.8, 1.1)),
    "cup": ((0.08, 0.17), (0.06, 0.17), (0.05, 0.12)),
    "curtain": ((1.5, 2.5), (0.05, 0.3), (1.7, 2.5)),
    "cushion": ((0.35, 0.6), (0.35, 0.6), (0.08, 0.22)),
    "desk": ((1.0, 1.6), (0.5, 0.8), (0.7, 0.78)),
    "dining table": ((0.9, 2.0), (0.75, 1.3), (0.7, 0.8)),
    "door": ((0.8, 1.05), (0.05, 0.2), (1.95, 2.2)),
    "dresser": ((0.7, 1.6), (0.4, 0.6), (0.65, 1.3)),
    "drum": ((0.45, 0.75), (0.45, 0.75), (0.4, 0.7)),
    "fan": ((0.35, 0.5), (0.3, 0.45), (0.95, 1.45)),
    "fireplace": ((1.2, 1.7), (0.3, 0.5), (0.95, 1.3)),
    "floor lamp": ((0.3, 1.3), (0.3, 0.6), (1.3, 2.0)),
    "guitar": ((0.3, 0.45), (0.3, 0.55), (1.0, 1.4)),
    "kettle": ((0.18, 0.35), (0.14, 0.26), (0.18, 0.3)),
    "keyboard": ((0.35, 0.5), (0.12, 0.18), (0.015, 0.045)),
    "ladder": ((0.45, 0.75), (0.45, 1.05), (0.7, 1.4)),
    "laptop": ((0.28, 0.4), (0.2, 0.38), (0.18, 0.28)),
    "microwave": ((0.42, 0.6), (0.32, 0.5), (0.24, 0.34)),
    "mirror": ((0.4, 0.9), (0.01, 0.06), (0.5, 1.4)),
    "monitor": ((0.45, 0.7), (0.12, 0.25), (0.38, 0.55)),
    "nightstand": ((0.38, 0.6), (0.34, 0.55), (0.45, 0.65)),
    "office chair": ((0.55, 0.75), (0.55, 0.75), (0.95, 1.45)),
    "piano": ((1.35, 1.65), (0.5, 0.7), (1.0, 1.4)),
    "picture": ((0.3, 1.0), (0.01, 0.06), (0.3, 0.85)),
    "pineapple": ((0.1, 0.2), (0.1, 0.2), (0.2, 0.36)),
    "plant": ((0.2, 1.1), (0.2, 1.1), (0.5, 1.5)),
    "pot": ((0.25, 0.4), (0.18, 0.3), (0.14, 0.28)),
    "radiator": ((0.5, 1.1), (0.08, 0.2), (0.5, 0.75)),
    "radio": ((0.25, 0.42), (0.1, 0.18), (0.3, 0.5)),
    "refrigerator": ((0.55, 1.0), (0.6, 0.8), (1.5, 2.0)),
    "rocking horse": ((0.22, 0.4), (0.65, 1.0), (0.6, 0.9)),
    "rug": ((1.2, 2.7), (1.0, 2.1), (0.005, 0.02)),
    "shelf": ((0.6, 1.2), (0.15, 0.3), (0.35, 0.55)),
    "sink": ((0.5, 1.0), (0.4, 0.65), (0.85, 1.1)),
    "sofa": ((1.4, 2.7), (0.75, 1.0), (0.7, 1.0)),
    "speaker": ((0.18, 0.35), (0.22, 0.4), (0.65, 1.15)),
    "stool": ((0.28, 0.45), (0.28, 0.45), (0.4, 0.85)),
    "stove": ((0.55, 0.7), (0.55, 0.75), (0.8, 1.15)),
    "suitcase": ((0.35, 0.75), (0.15, 0.32), (0.35, 1.15)),
    "table lamp": ((0.22, 0.4), (0.22, 0.4), (0.33, 0.6)),
    "teddy bear": ((0.2, 0.42), (0.18, 0.42), (0.25, 0.55)),
    "television": ((0.8, 1.4), (0.15, 0.3), (0.5, 0.9)),
    "toaster": ((0.24, 0.36), (0.14, 0.22), (0.18, 0.28)),
    "toilet": ((0.35, 0.5), (0.6, 0.85), (0.65, 1.0)),
    "towel rail": ((0.5, 0.85), (0.05, 0.16), (0.4, 0.75)),
    "toy car": ((0.1, 0.2), (0.18, 0.36), (0.1, 0.22)),
    "trash can": ((0.22, 0.4), (0.2, 0.45), (0.35, 0.8)),
    "tv stand": ((1.1, 2.0), (0.35, 0.55), (0.4, 0.65)),
    "umbrella stand": ((0.24, 0.42), (0.2, 0.36), (0.75, 1.0)),
    "vase": ((0.1, 0.3), (0.1, 0.3), (0.35, 0.7)),
    "wardrobe": ((0.9, 1.9), (0.55, 0.75), (1.8, 2.3)),
    "washing machine": ((0.58, 0.64), (0.5, 0.7), (0.8, 0.9)),
    "window": ((0.9, 1.8), (0.08, 0.2), (0.9, 1.5)),
}  # fmt: skip
FRACTIONS = (2, 3, 4, 5, 6, 8, 9, 10, 12)


@cache
def model(category: str, seed: int) -> Model:
    """The same object for every test that asks for it."""
    return build(category, generator("furniture", category, seed))


MODELS = [pytest.param(name, seed, id=f"{name}-{seed}") for name in CATEGORIES for seed in SEEDS]
each_model = pytest.mark.parametrize(("category", "seed"), MODELS)


def turned(points_m: Float[np.ndarray, "n 3"], angle_deg: float) -> Float[np.ndarray, "n 3"]:
    """Turn points about the vertical axis."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    moved: Float[np.ndarray, "n 3"] = points_m @ np.array([[c, s, 0.0], [-s, c, 0.0], [0.0, 0.0, 1.0]])
    return moved


def change_m(item: Model, angle_deg: float) -> float:
    """Largest distance from a turned surface point to the unturned surface of the same material."""
    o3d = import_open3d()
    worst = 0.0
    # The axis of a symmetric shape runs through the mean of its vertices; that of a tripod misses the box centre.
    centred = item.vertices_m - item.vertices_m.mean(axis=0)
    for k in range(len(item.materials)):
        faces = item.faces[item.face_material == k]
        scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        scene.add_triangles(centred.astype(np.float32), faces.astype(np.uint32))
        corners = centred[faces]
        points = np.concatenate([corners.reshape(-1, 3), corners.mean(axis=1)])
        gaps = scene.compute_distance(turned(points, angle_deg).astype(np.float32), nthreads=1).numpy()
        worst = max(worst, float(gaps.max()))
    return worst


def facet_tolerance_m(item: Model) -> float:
    """How far a round shape made of flat facets may be off: 1.5 % of the width, at least 2 mm."""
    return max(0.002, 0.015 * float(item.size_m[:2].max()))


def shells(item: Model) -> Int[np.ndarray, " f"]:
    """Label each face with its connected part."""
    label = np.arange(len(item.vertices_m))
    while True:
        lowest = label.copy()
        for k in range(3):
            np.minimum.at(lowest, item.faces[:, k], label[item.faces].min(axis=1))
        if np.array_equal(lowest, label):
            of_face: Int[np.ndarray, " f"] = label[item.faces[:, 0]]
            return of_face
        label = lowest[lowest]


def test_the_size_table_covers_every_category() -> None:
    assert set(SIZES) == set(CATEGORIES)
    assert list(CATEGORIES) == sorted(CATEGORIES)


def test_unknown_category_gets_a_suggestion() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'armchair'"):
        build("armchar", generator(0))


def test_look_alikes_are_categories() -> None:
    names = {*ALSO_SEEN, *(name for row in ALSO_SEEN.values() for name in row)}
    assert names <= set(CATEGORIES)
    assert not [name for name, row in ALSO_SEEN.items() if name in row]


@each_model
def test_mesh_is_well_formed(category: str, seed: int) -> None:
    item = model(category, seed)
    assert np.isfinite(item.vertices_m).all()
    assert item.faces.min() >= 0
    assert item.faces.max() < len(item.vertices_m)
    assert len(item.face_material) == len(item.faces)
    assert 100 <= len(item.faces) <= 3000
    assert set(item.face_material) == set(range(len(item.materials)))
    colors = np.array([[*m.color, *m.color2] for m in item.materials])
    assert ((colors >= 0) & (colors <= 1)).all()


@each_model
def test_rests_on_the_ground_and_is_centred(category: str, seed: int) -> None:
    low, high = model(category, seed).vertices_m.min(axis=0), model(category, seed).vertices_m.max(axis=0)
    np.testing.assert_allclose([low[2], *(low + high)[:2]], 0.0, atol=1e-6)


@each_model
def test_size_is_believable(category: str, seed: int) -> None:
    for axis, (low_m, high_m), size_m in zip("xyz", SIZES[category], model(category, seed).size_m, strict=True):
        assert low_m <= size_m <= high_m, f"{axis}: {size_m:.3f} m"


@each_model
def test_every_part_is_closed_and_faces_outward(category: str, seed: int) -> None:
    item = model(category, seed)
    count = len(item.vertices_m)
    edges = np.concatenate([item.faces[:, [0, 1]], item.faces[:, [1, 2]], item.faces[:, [2, 0]]])
    there, back = edges @ np.array([count, 1]), edges @ np.array([1, count])
    assert len(np.unique(there)) == len(there), "an edge is used twice in the same direction"
    assert set(there) == set(back), "an edge has a face on one side only"
    a, b, c = (item.vertices_m[item.faces[:, k]] for k in range(3))
    _, shell = np.unique(shells(item), return_inverse=True)
    volumes = np.bincount(shell, np.einsum("ij,ij->i", a, np.cross(b, c)) / 6.0)
    assert (volumes > 0).all()


@each_model
def test_same_key_same_bytes(category: str, seed: int) -> None:
    first, again = model(category, seed), build(category, generator("furniture", category, seed))
    assert first.vertices_m.tobytes() == again.vertices_m.tobytes()
    assert first.faces.tobytes() == again.faces.tobytes()
    assert (first.materials, first.caption, first.support_m) == (again.materials, again.caption, again.support_m)


@pytest.mark.parametrize("category", CATEGORIES)
def test_seeds_differ(category: str) -> None:
    looks = {(model(category, seed).vertices_m.tobytes(), model(category, seed).materials) for seed in SEEDS}
    assert len(looks) == len(SEEDS)


@each_model
def test_caption_names_the_category_without_article(category: str, seed: int) -> None:
    caption = model(category, seed).caption
    assert re.search(rf"\b{category}\b", caption)
    assert caption == caption.lower().strip()
    assert not re.match(r"(a|an|the|some) ", caption)
    assert len(caption.split()) > len(category.split()), "no attribute"


@each_model
def test_declared_symmetry_holds(category: str, seed: int) -> None:
    item = model(category, seed)
    if item.symmetry_deg == 360:
        return
    angles = [37.0, 71.0, 143.0] if item.symmetry_deg == 0 else [item.symmetry_deg]
    assert max(change_m(item, angle) for angle in angles) <= facet_tolerance_m(item)


@each_model
def test_no_smaller_turn_is_a_symmetry(category: str, seed: int) -> None:
    item = model(category, seed)
    if item.symmetry_deg == 0:
        return
    changes = {item.symmetry_deg / k: change_m(item, item.symmetry_deg / k) for k in FRACTIONS}
    repeats = [angle for angle, change in changes.items() if change <= facet_tolerance_m(item)]
    assert not repeats, f"looks the same after {repeats} degrees"


def seen_from_above(item: Model, x: np.ndarray, y: np.ndarray) -> Float[np.ndarray, " n"]:
    """Height of the first surface below high points."""
    o3d = import_open3d()
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(item.vertices_m.astype(np.float32), item.faces.astype(np.uint32))
    top = float(item.size_m[2]) + 1.0
    rays = np.stack([x, y, np.full_like(x, top), 0 * x, 0 * x, -np.ones_like(x)], axis=-1)
    height: Float[np.ndarray, " n"] = top - scene.cast_rays(rays.astype(np.float32), nthreads=1)["t_hit"].numpy()
    return height


@each_model
def test_support_is_a_real_and_free_top(category: str, seed: int) -> None:
    item = model(category, seed)
    assert item.placement in ("floor", "wall", "ceiling", "surface", "rug")
    if item.support_m is None:
        return
    x0, y0, x1, y1, z = item.support_m
    low, high = item.vertices_m.min(axis=0), item.vertices_m.max(axis=0)
    assert low[0] <= x0 < x1 <= high[0]
    assert low[1] <= y0 < y1 <= high[1]
    x, y = np.meshgrid(np.linspace(x0, x1, 9), np.linspace(y0, y1, 9))
    np.testing.assert_allclose(seen_from_above(item, x.ravel(), y.ravel()), z, atol=0.002)


@pytest.mark.parametrize("category", ["coffee table", "desk", "dining table", "dresser", "nightstand", "tv stand"])
def test_tables_and_cases_offer_a_top(category: str) -> None:
    for seed in SEEDS:
        assert model(category, seed).support_m is not None


@pytest.mark.parametrize("placement", ["floor", "wall", "ceiling", "surface", "rug"])
def test_every_placement_occurs(placement: str) -> None:
    assert any(model(category, 0).placement == placement for category in CATEGORIES)


@pytest.mark.parametrize("category", CATEGORIES)
def test_placement_is_a_matter_of_the_category(category: str) -> None:
    assert len({model(category, seed).placement for seed in SEEDS}) == 1
