"""Sweet Home 3D libraries: names, sizes, axes, pictures, licences, and what a damaged or hostile file does."""

from __future__ import annotations

import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest

from stages.params import read_params
from stages.render.symmetry import SymmetryLimits
from stages.rng import generator
from stages.sources.base import Drop, SceneData, SourceError
from stages.sources.procedural import Procedural, ProceduralParams
from stages.sources.procedural.furniture import CATEGORIES, build
from stages.sources.procedural.library import Library, LibraryModel
from stages.sources.procedural.library.catalogue import MAX_BYTES, PROPERTIES, member, spdx
from stages.sources.procedural.library.names import CATEGORY_OF
from stages.sources.procedural.library.obj import MAX_FACES

# A seat with a back, in the library's axes (y up, z to the front): the back is at z = 0, the seat runs to z = 2.
CHAIR_OBJ = """mtllib chair.mtl
v 0 0 0
v 2 0 0
v 2 4 0
v 0 4 0
v 0 0 2
v 2 0 2
v 2 2 2
v 0 2 2
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl wood
f 1/1 2/2 3/3 4/4
usemtl red
f -4 -3 -2 -1
f 1 2 6 5
"""
CHAIR_MTL = "newmtl wood\nKd 0.5 0.4 0.3\nKs 0.5 0.5 0.5\nmap_Kd wood.png\nnewmtl red\nKd 0.8 0.1 0.1\n"
ROW = {"name": "Oak chair", "model": "/toy/chair.obj", "width": "40", "depth": "50", "height": "90"}
ALIKE = SymmetryLimits.model_validate(read_params()["sources"]["rooms"]["symmetry"])
RED = np.full((4, 4, 3), (40, 60, 200), np.uint8)  # blue, green, red


def properties(*rows: dict[str, str], license: str = "Public domain") -> str:
    lines = ["# a toy", f"license={license}", "name=Toy"]
    lines += [f"{key}#{k}={value}" for k, row in enumerate(rows, 1) for key, value in row.items()]
    return "\n".join(lines)


def write(path: Path, text: str, **members: bytes) -> Path:
    png = cv2.imencode(".png", RED)[1].tobytes()
    files = {"toy/chair.obj": CHAIR_OBJ.encode(), "toy/chair.mtl": CHAIR_MTL.encode(), "toy/wood.png": png}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PROPERTIES, text.encode("latin-1"))
        for name, data in {**files, **members}.items():
            archive.writestr(name, data)
    return path


def chair(library: Library) -> LibraryModel | Drop:
    return library.model(library.entries("chair")[0], build("chair", generator(0)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "toy.sh3f", properties(ROW, {**ROW, "name": "Submarine"}, {**ROW, "width": "wide"}))


def test_catalogue_keeps_what_is_known_and_counts_the_rest(path: Path) -> None:
    catalogue = Library(path, ALIKE).catalogue
    assert [(e.category, e.size_m) for e in catalogue.entries] == [("chair", (0.4, 0.5, 0.9))]
    assert [d.reason for d in catalogue.drops] == ["library.unmapped_name", "library.bad_entry"]
    assert "Submarine" in catalogue.drops[0].item


def test_model_has_our_axes_and_the_catalogues_size(path: Path) -> None:
    model = chair(Library(path, ALIKE))
    assert isinstance(model, LibraryModel)
    np.testing.assert_allclose(model.size_m, [0.4, 0.5, 0.9])
    np.testing.assert_allclose(model.vertices_m.min(axis=0), [-0.2, -0.25, 0.0], atol=1e-12)
    tall = model.vertices_m[model.vertices_m[:, 2] > 0.8]
    np.testing.assert_allclose(tall[:, 1], 0.25, atol=1e-12)  # the back rest is at the back, +y
    assert model.placement == "floor"
    assert model.symmetry_deg == 360
    assert model.raw_name == "Oak chair"
    assert model.license == "CC0-1.0"


def test_materials_and_pictures(path: Path) -> None:
    model = chair(Library(path, ALIKE))
    assert isinstance(model, LibraryModel)
    wood, red = model.materials
    assert wood.image is not None
    assert wood.image[0, 0].tolist() == [200, 60, 40]
    assert wood.gloss > red.gloss == 0
    assert red.color == pytest.approx((0.8**2.2, 0.1**2.2, 0.1**2.2))
    assert model.face_material.tolist() == [0, 0, 1, 1, 1, 1]
    np.testing.assert_array_equal(model.face_uv[0], [[0, 0], [1, 0], [1, 1]])
    assert not model.face_uv[2:].any()


def test_model_rotation_comes_first(tmp_path: Path) -> None:
    turned = {**ROW, "modelRotation": "-1 0 0 0 1 0 0 0 -1"}  # half a turn about the library's y
    model = chair(Library(write(tmp_path / "toy.sh3f", properties(turned)), ALIKE))
    assert isinstance(model, LibraryModel)
    tall = model.vertices_m[model.vertices_m[:, 2] > 0.8]
    np.testing.assert_allclose(tall[:, 1], -0.25, atol=1e-12)


def test_tables_have_a_top_where_rays_find_it(tmp_path: Path) -> None:
    corners = [(x, y, z) for z in (0, 1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    box_obj = "".join(f"v {x} {y} {z}\n" for x, y, z in corners) + "f 4 3 7 8\nf 1 2 6 5\nf 1 2 3 4\nf 5 6 7 8\n"
    row = {"name": "Desk", "model": "toy/box.obj", "width": "120", "depth": "60", "height": "75"}
    rows = (row, {**row, "dropOnTopElevation": "40", "model": "toy/other.obj"})
    text = properties(*rows)
    members = {"toy/box.obj": box_obj.encode(), "toy/other.obj": box_obj.encode()}
    library = Library(write(tmp_path / "toy.sh3f", text, **members), ALIKE)
    good, wrong = (library.model(e, build("desk", generator(0))) for e in library.entries("desk"))
    assert isinstance(good, LibraryModel)
    assert isinstance(wrong, LibraryModel)
    assert good.support_m == pytest.approx((-0.48, -0.24, 0.48, 0.24, 0.75))
    assert wrong.support_m is None  # no surface at 40 cm


def test_low_tables_are_coffee_tables(tmp_path: Path) -> None:
    rows = ({**ROW, "name": "Table", "height": "45"}, {**ROW, "name": "Table", "height": "75"})
    entries = Library(write(tmp_path / "toy.sh3f", properties(*rows)), ALIKE).catalogue.entries
    assert [e.category for e in entries] == ["coffee table", "dining table"]


def holes() -> bytes:
    rgba = np.zeros((4, 4, 4), np.uint8)
    return bytes(cv2.imencode(".png", rgba)[1].tobytes())


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        pytest.param({"toy/chair.obj": b"v 0 0 0\n"}, "library.unreadable_model", id="no_faces"),
        pytest.param({"toy/chair.obj": b"v 0 0 0\nf 1 2 3\n"}, "library.unreadable_model", id="missing_vertices"),
        pytest.param({"toy/chair.obj": b"v a b c\nf 1 1 1\n"}, "library.unreadable_model", id="no_numbers"),
        pytest.param({"toy/chair.obj": b"\x00\xff" * 50}, "library.unreadable_model", id="binary"),
        pytest.param(
            {"toy/chair.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\n" + b"f 1 2 3\n" * (MAX_FACES + 1)},
            "library.too_many_faces",
            id="too_many_faces",
        ),
        pytest.param({"toy/chair.obj": b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"}, "library.flat_model", id="no_depth"),
        pytest.param({"toy/wood.png": holes()}, "library.transparent_model", id="picture_with_holes"),
    ],
)
def test_bad_models_are_drops(tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    found = chair(Library(write(tmp_path / "toy.sh3f", properties(ROW), **members), ALIKE))
    assert isinstance(found, Drop)
    assert found.reason == reason
    assert "chair.obj" in found.item


@pytest.mark.parametrize("model", ["../../etc/passwd", "/../secret.obj", "toy/missing.obj", ""])
def test_paths_that_lead_nowhere_are_drops(tmp_path: Path, model: str) -> None:
    found = chair(Library(write(tmp_path / "toy.sh3f", properties({**ROW, "model": model})), ALIKE))
    assert isinstance(found, Drop)
    assert found.reason == "library.unreadable_model"


def test_huge_members_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "toy.sh3f", properties(ROW), **{"toy/chair.obj": b"\0" * (MAX_BYTES + 1)})
    with zipfile.ZipFile(path) as archive, pytest.raises(ValueError, match="larger than"):
        member(archive, "toy/chair.obj")
    assert isinstance(chair(Library(path, ALIKE)), Drop)


def test_missing_pictures_leave_plain_colour(tmp_path: Path) -> None:
    model = chair(Library(write(tmp_path / "toy.sh3f", properties(ROW), **{"toy/wood.png": b"no picture"}), ALIKE))
    assert isinstance(model, LibraryModel)
    assert model.materials[0].image is None


@pytest.mark.parametrize(
    "content", [pytest.param(None, id="missing"), pytest.param(b"no zip", id="no_zip"), pytest.param(b"", id="empty")]
)
def test_bad_library_is_one_clear_error(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "toy.sh3f"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=r"toy\.sh3f"):
        source(path).scene_ids()


def test_zip_without_catalogue_is_one_clear_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "toy.sh3f", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(SourceError, match=PROPERTIES):
        Library(tmp_path / "toy.sh3f", ALIKE)


def source(path: Path, **changes: object) -> Procedural:
    section = {
        "reader": "procedural", "layout": "rooms", "scenes": 3, "frames": 2, "width_px": 64, "height_px": 48,
        "fov_deg": 66, "eye_height_m": 1.5, "clutter": 1.0, "library": str(path),
        "symmetry": ALIKE, **changes,
    }  # fmt: skip
    return Procedural("toy", ProceduralParams.model_validate(section), 7)


def test_rooms_use_the_library_and_name_its_licence(tmp_path: Path) -> None:
    rows = properties(ROW, {**ROW, "name": "Submarine"}, license="Creative Commons Attribution 3.0 license")
    made = source(write(tmp_path / "toy.sh3f", rows), scenes=12)
    scenes = [s for s in map(made.read, made.scene_ids()) if isinstance(s, SceneData)]
    with_chairs = [s for s in scenes if any(o.category == "chair" for o in s.objects)]
    assert with_chairs
    for data in scenes:
        chairs = [o for o in data.objects if o.category == "chair"]
        assert all(o.category_raw == "Oak chair" and o.size_m == pytest.approx((0.4, 0.5, 0.9)) for o in chairs)
        assert data.scene.license == ("CC-BY-3.0 AND CC0-1.0" if chairs else "CC0-1.0")
        assert data.mesh is not None
        assert (data.mesh.face_uv is not None) == bool(chairs)
    assert [d.reason for d in scenes[0].drops] == ["library.unmapped_name"]
    assert not any(s.drops for s in scenes[1:])


def test_turntables_of_one_model_are_one_place(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.sources.procedural.reader.standing_categories", lambda: ("chair",))
    made = source(path, layout="turntable")
    scenes = [s for s in map(made.read, made.scene_ids()) if isinstance(s, SceneData)]
    assert {s.scene.place_id for s in scenes} == {"toy/toy.sh3f:/toy/chair.obj"}


def test_names_lead_to_categories() -> None:
    assert set(CATEGORY_OF.values()) <= set(CATEGORIES)
    assert all(name == name.lower() for name in CATEGORY_OF)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Public domain", "CC0-1.0", id="public_domain"),
        pytest.param("Creative Commons Attribution 3.0  United States license (c)", "CC-BY-3.0-US", id="us"),
        pytest.param("House rules", "House rules", id="unknown"),
        pytest.param("", "NOASSERTION", id="none"),
    ],
)
def test_licences_become_spdx(text: str, expected: str) -> None:
    assert spdx(text) == expected
