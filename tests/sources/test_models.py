"""The reader of models: axes, looks, names, licences, copies, unknown scale, libraries, and the real sample."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.registry import UnknownName
from stages.sources.base import Drop, SceneData, SourceError
from stages.sources.licenses import sketchfab
from stages.sources.models import Models, ModelsParams
from stages.sources.models.load import load
from stages.sources.models.names import category_of
from stages.sources.models.solid import ModelError, Solid
from tests.sources.fake_models import GLB, SECTION, UIDS, chair, gltf, write, write_objaverse, zipped

SAMPLE = Path(__file__).parents[2] / "../shared/data/objects"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no models at ../shared/data/objects")


def params(root: Path, **changes: Any) -> ModelsParams:
    return ModelsParams.model_validate({"reader": "models", "root": str(root), **SECTION, **changes})


def source(section: Mapping[str, Any], **changes: Any) -> Models:
    return Models("toy", ModelsParams.model_validate({"reader": "models", **section, **changes}), 7)


def scene(section: Mapping[str, Any], name: str, **changes: Any) -> SceneData:
    read = source(section, **changes).read(f"toy/{name}")
    assert isinstance(read, SceneData), read
    return read


def back_of(solid: Solid) -> np.ndarray:
    """Middle of what is high up: the chair's back."""
    middle: np.ndarray = solid.vertices[solid.vertices[:, 2] > 0.6 * solid.vertices[:, 2].max()].mean(axis=0)
    return middle


@pytest.fixture
def folder(tmp_path: Path) -> Mapping[str, Any]:
    return write(tmp_path)


@pytest.mark.parametrize("file", [GLB, "kits/OfficeChair_02.stl", "kits/stool.ply", "kits/bench.obj"])
def test_every_format_stands_upright_with_its_back_behind(tmp_path: Path, file: str) -> None:
    write(tmp_path)
    solid = load(tmp_path / file, tmp_path, params(tmp_path)).standing(2.0)
    assert solid.size.max() == pytest.approx(2.0)
    np.testing.assert_allclose(solid.vertices.min(axis=0)[2], 0, atol=1e-9)
    np.testing.assert_allclose((solid.vertices.min(axis=0) + solid.vertices.max(axis=0))[:2], 0, atol=1e-6)
    x, y, _ = back_of(solid)
    assert abs(x) < 1e-6
    assert y > 0.2


def test_picture_is_multiplied_by_the_materials_colour(tmp_path: Path) -> None:
    write(tmp_path)
    solid = load(tmp_path / GLB, tmp_path, params(tmp_path))
    (material,) = solid.materials
    assert material.image is not None
    np.testing.assert_allclose(material.image[0, 0], [230, 230 * 0.5 ** (1 / 2.2), 230 * 0.5 ** (1 / 2.2)], atol=1.5)
    assert solid.face_uv is not None
    top = solid.vertices[solid.faces][..., 2].min(axis=1) > 8.9  # three times a height of 3
    np.testing.assert_allclose(solid.face_uv[top][..., 1], 0.0, atol=1e-6)  # v = 1 below in glTF: 0 above in ours


def test_moved_texture_coordinates(tmp_path: Path) -> None:
    def move(tree: dict[str, Any]) -> None:
        picture = tree["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]
        picture["extensions"] = {"KHR_texture_transform": {"offset": [0.25, 0.5], "scale": [2, 4]}}

    write(tmp_path)
    plain = load(tmp_path / GLB, tmp_path, params(tmp_path)).face_uv
    (tmp_path / GLB).write_bytes(gltf(move))
    moved = load(tmp_path / GLB, tmp_path, params(tmp_path)).face_uv
    assert plain is not None
    assert moved is not None
    np.testing.assert_allclose(moved[..., 0], 0.25 + 2 * plain[..., 0], atol=1e-6)
    np.testing.assert_allclose(1 - moved[..., 1], 0.5 + 4 * (1 - plain[..., 1]), atol=1e-6)


def test_colours_of_vertices_and_of_mtl(tmp_path: Path) -> None:
    write(tmp_path)
    stool = load(tmp_path / "kits/stool.ply", tmp_path, params(tmp_path))
    assert stool.vertex_tint is not None
    assert stool.materials[0].color == (1.0, 1.0, 1.0)
    np.testing.assert_allclose(stool.vertex_tint[stool.vertices[:, 2] > 2][0], (np.array([200, 40, 40]) / 255) ** 2.2)
    bench = load(tmp_path / "kits/bench.obj", tmp_path, params(tmp_path))
    np.testing.assert_allclose(bench.materials[0].color, np.array([0.8, 0.1, 0.1]) ** 2.2, atol=0.01)


def test_scale_is_flagged_as_unknown_and_nothing_is_counted(folder: Mapping[str, Any]) -> None:
    data = scene(folder, GLB, size_m=1.5)
    assert max(data.objects[0].size_m or ()) == pytest.approx(1.5)
    assert {v.scale_sigma for v in data.views} == {1.0}
    assert data.scene.vocabulary == []
    assert data.scene.kind == "object"


def test_licence_and_author_come_from_the_file_then_from_params(folder: Mapping[str, Any]) -> None:
    glb, stl = scene(folder, GLB).scene, scene(folder, "kits_OfficeChair_02.stl").scene
    assert (glb.license, glb.attribution) == ("CC-BY-4.0", "A chair, Ann")
    assert (stl.license, stl.attribution) == ("CC0-1.0", None)
    left_out = source(folder, licenses=["CC0-1.0"]).read(f"toy/{GLB}")
    assert left_out == Drop("scene.license_not_listed", f"{GLB} CC-BY-4.0")
    unknown = source(folder, license=None, licenses=["CC0-1.0"]).read("toy/kits_OfficeChair_02.stl")
    assert unknown == Drop("scene.license_not_listed", "kits/OfficeChair_02.stl LicenseRef-unknown")


def test_objaverse(tmp_path: Path) -> None:
    section = write_objaverse(tmp_path)
    assert source(section).scene_ids() == [f"toy/{uid}" for uid in UIDS]
    first, second = scene(section, UIDS[0]), scene(section, UIDS[1])
    assert (first.objects[0].category, first.scene.license) == ("chair", "CC-BY-4.0")
    assert first.scene.attribution == "My work 3, Ann B., https://example.org/My work 3"
    assert (second.objects[0].category, second.scene.license) == ("armchair", "CC0-1.0")
    wanted = source(section, licenses=["CC-BY-4.0", "CC0-1.0"]).read(f"toy/{UIDS[2]}")
    assert wanted == Drop("scene.license_not_listed", f"glbs/000-001/{UIDS[2]}.glb CC-BY-NC-4.0")


def test_copies_share_their_place(tmp_path: Path, folder: Mapping[str, Any]) -> None:
    (tmp_path / "armchair.glb").write_bytes(gltf(lambda t: t["nodes"][0].update(scale=[7, 7, 7]), picture=None))
    places = {n: scene(folder, n).scene.place_id for n in (GLB, "armchair.glb", "kits_stool.ply")}
    assert places[GLB] == places["armchair.glb"] != places["kits_stool.ply"]


@given(st.permutations(range(16)), st.floats(0.01, 100), st.integers(0, 2**31))
def test_hash_of_the_shape_ignores_order_size_and_place(order: list[int], scale: float, seed: int) -> None:
    vertices, faces = chair()
    new_of_old = np.argsort(order)
    shift = np.random.default_rng(seed).uniform(-5, 5, 3)
    moved = Solid(vertices[order] * scale + shift, new_of_old[faces], np.zeros(len(faces), np.int64), ())
    still = Solid(vertices, faces, np.zeros(len(faces), np.int64), ())
    assert moved.standing(1.0).geometry_hash() == still.standing(1.0).geometry_hash()
    taller = replace(still, vertices=vertices * [1, 1, 1.01])
    assert taller.standing(1.0).geometry_hash() != still.standing(1.0).geometry_hash()


def test_sheets_modelled_once_per_side_are_one() -> None:
    vertices, faces = chair()
    twice = np.concatenate([faces, faces[:, ::-1] + len(vertices)])
    solid = Solid(np.concatenate([vertices, vertices]), twice, np.zeros(len(twice), np.int64), ())
    assert len(solid.standing(1.0).faces) == len(faces)


def test_a_model_with_holes_is_left_out(tmp_path: Path) -> None:
    def glassy(tree: dict[str, Any]) -> None:
        tree["materials"][0]["alphaMode"] = "BLEND"
        tree["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"] = [1, 1, 1, 0.2]

    write(tmp_path)
    (tmp_path / GLB).write_bytes(gltf(glassy, picture=None))
    with pytest.raises(ModelError, match="transparent"):
        load(tmp_path / GLB, tmp_path, params(tmp_path))


def test_limits_of_faces(tmp_path: Path) -> None:
    write(tmp_path)
    for file in (GLB, "kits/OfficeChair_02.stl"):
        assert len(load(tmp_path / file, tmp_path, params(tmp_path)).faces) == 24
        with pytest.raises(ModelError, match="too_many_faces"):
            load(tmp_path / file, tmp_path, params(tmp_path, limits={"faces": 23, "file_mib": 1, "holes": 0}))


def test_names_from_a_table_or_the_folder(tmp_path: Path, folder: Mapping[str, Any]) -> None:
    zipped(tmp_path / "names.json.gz", {"couch": ["chair"]})
    named = scene(folder, GLB, categories="names.json.gz").objects[0]
    assert (named.category, named.category_raw) == ("sofa", "couch")
    (tmp_path / "Armchairs_set").mkdir()
    (tmp_path / "armchair").mkdir()
    (tmp_path / "armchair" / "0001.glb").write_bytes(gltf(picture=None))
    assert scene(folder, "armchair_0001.glb", name_from="folder").objects[0].category == "armchair"


def test_file_names_that_become_one_id_stay_apart(tmp_path: Path, folder: Mapping[str, Any]) -> None:
    for name in ("a chair.glb", "a_chair.glb"):
        (tmp_path / name).write_bytes(gltf(picture=None))
    ids = [i for i in source(folder).scene_ids() if "a_chair" in i]
    assert len(set(ids)) == 2
    with pytest.raises(UnknownName):
        source(folder).read("toy/a_chair.glb")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["block-coin"], "block coin"), (["CesiumMilkTruck"], "cesium milk truck"), (["Couch_v2"], "sofa"),
        (["TVStand 02"], "tv stand"), (["bow_(decorative_ribbons)"], "bow"), (["a7f3", "Couch 12"], "sofa"),
        (["objects"], None), (["chairs"], None), (["wall"], None), (["x"], None), ([], None),
    ],
)  # fmt: skip
def test_names_become_categories(names: list[str], expected: str | None) -> None:
    if expected is None:
        with pytest.raises(ModelError):
            category_of(names)
    else:
        assert category_of(names) == (expected, names[-1])


def test_licences_of_sketchfab() -> None:
    codes = ("by", "by-sa", "cc0", "ed", "")
    expected = ["CC-BY-4.0", "CC-BY-SA-4.0", "CC0-1.0", "LicenseRef-Sketchfab-ed", "LicenseRef-unknown"]
    assert [sketchfab(c) for c in codes] == expected


def library(path: Path, obj: str, zip_bomb: bool = False) -> Path:
    row = {"name": "Oak chair", "model": "/toy/chair.obj", "width": "40", "depth": "50", "height": "90",
           "creator": "Eve"}  # fmt: skip
    lines = ["license=Public domain", *(f"{k}#1={v}" for k, v in row.items()), "name#2=Submarine", "model#2=x.obj"]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("PluginFurnitureCatalog.properties", "\n".join(lines))
        archive.writestr("toy/chair.obj", obj + ("\n" * (65 * 2**20) if zip_bomb else ""))
    return path


def chair_obj() -> str:
    vertices, faces = chair()
    lines = [f"v {x} {z} {-y}" for x, y, z in vertices] + [f"f {a} {b} {c}" for a, b, c in faces + 1]
    return "\n".join(lines)


def test_library_keeps_its_sizes(tmp_path: Path) -> None:
    section = {**SECTION, "layout": "sh3f", "root": str(library(tmp_path / "toy.sh3f", chair_obj()))}
    data = scene(section, "toy_chair.obj")
    assert data.objects[0].size_m == pytest.approx((0.4, 0.5, 0.9))
    assert {v.scale_sigma for v in data.views} == {None}
    assert (data.objects[0].category, data.scene.license) == ("chair", "CC0-1.0")
    assert data.scene.attribution == "Oak chair, Eve, toy.sh3f"
    drops = [d for d in map(source(section).read, source(section).scene_ids()) if isinstance(d, Drop)]
    assert [d.reason for d in drops] == ["library.unmapped_name"]


def test_library_with_a_bomb_is_a_drop_and_a_broken_one_an_error(tmp_path: Path) -> None:
    bomb = {**SECTION, "layout": "sh3f", "root": str(library(tmp_path / "toy.sh3f", chair_obj(), zip_bomb=True))}
    dropped = source(bomb).read("toy/toy_chair.obj")
    assert isinstance(dropped, Drop)
    assert dropped.reason == "scene.damaged"
    assert "larger than" in dropped.item
    (tmp_path / "cut.sh3f").write_bytes((tmp_path / "toy.sh3f").read_bytes()[:-30])
    with pytest.raises(SourceError, match=r"cut\.sh3f"):
        source({**bomb, "root": str(tmp_path / "cut.sh3f")}).scene_ids()


@needs_sample
def test_the_sample_is_read_whole() -> None:
    kit = params(SAMPLE, size_m=1.0, limits={"faces": 5000, "file_mib": 4, "holes": 0.15})
    found = {p.name: load(p, SAMPLE, kit) for p in sorted(SAMPLE.rglob("*")) if p.suffix in (".glb", ".obj", ".ply")}
    assert len(found) == 20
    assert all(any(m.image is not None for m in solid.materials) for solid in found.values())
    assert len(found["Duck.glb"].faces) == 4212
    np.testing.assert_allclose(found["CesiumMilkTruck.glb"].size, [4.8689, 2.7920, 2.5830], atol=1e-3)  # y is up there
    assert len(found["coin.glb"].standing(1.0).faces) == 172  # 80 of its 252 lie on others
