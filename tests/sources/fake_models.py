"""Small models in the layouts that reader `models` takes: a folder with every format, and Objaverse."""

from __future__ import annotations

import gzip
import json
import struct
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import trimesh
from jaxtyping import Float, Int

from stages.params import read_params
from tests.sources.cases import Damage, SourceCase

UIDS = ("0a" * 16, "1b" * 16, "2c" * 16)
GLB = "chair.glb"
SECTION: dict[str, Any] = {
    "layout": "folder", "categories": None, "name_from": "file", "license": "CC0-1.0", "licenses": None,
    "max_models": None, "up": {"obj": "y", "ply": "z", "stl": "z"}, "size_m": 1.0, "frames": 4, "width_px": 64,
    "height_px": 48, "fov_deg": 40, "texture_px": 64, "limits": {"faces": 1000, "file_mib": 1, "holes": 0.15},
    "symmetry": read_params()["sources"]["turntable"]["symmetry"],
}  # fmt: skip


def chair() -> tuple[Float[np.ndarray, "v 3"], Int[np.ndarray, "f 3"]]:
    """A seat 2 wide (x), 1 high, 2 deep, with a back at its rear: z up, front towards -y, so the back is at +y."""
    unit = trimesh.creation.box((1, 1, 1))
    corners, faces = np.array(unit.vertices), np.array(unit.faces)
    seat, back = corners * [2, 2, 1] + [0, 0, 0.5], corners * [2, 0.5, 2] + [0, 0.75, 2]
    return np.concatenate([seat, back]), np.concatenate([faces, faces + len(corners)])


def gltf(
    change: Callable[[dict[str, Any]], object] = lambda _: None, picture: str | None = "Textures/a b.png"
) -> bytes:
    """A GLB as kits hold it: y up, a node that scales by 3, the picture in a file of its own."""
    vertices, faces = chair()
    points = (vertices[:, [0, 2, 1]] * [1, 1, -1]).astype("<f4")
    uv = np.stack([vertices[:, 0] / 2 + 0.5, vertices[:, 2] / 3], axis=1).astype("<f4")
    blobs = [points.tobytes(), faces.astype("<u4").tobytes(), uv.tobytes()]
    starts = np.cumsum([0, *map(len, blobs)]).tolist()
    accessors = [(5126, len(points), "VEC3"), (5125, faces.size, "SCALAR"), (5126, len(uv), "VEC2")]
    tree: dict[str, Any] = {
        "asset": {"version": "2.0", "extras": {
            "author": "Ann", "license": "CC-BY-4.0 (http://creativecommons.org/licenses/by/4.0/)", "title": "A chair"}},
        "scene": 0, "scenes": [{"nodes": [0]}],
        "nodes": [{"children": [1], "scale": [3, 3, 3]}, {"mesh": 0, "translation": [5, 0, 0]}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 2}, "indices": 1, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0.5, 0.5, 1]}}],
        "accessors": [
            {"bufferView": k, "componentType": c, "count": n, "type": t} for k, (c, n, t) in enumerate(accessors)],
        "bufferViews": [
            {"buffer": 0, "byteOffset": s, "byteLength": len(b)} for s, b in zip(starts, blobs, strict=False)],
        "buffers": [{"byteLength": starts[-1]}],
    }  # fmt: skip
    if picture is not None:
        tree["images"], tree["textures"] = [{"uri": picture}], [{"source": 0}]
        tree["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"] = {"index": 0}
    change(tree)
    return packed(json.dumps(tree).encode(), b"".join(blobs))


def packed(header: bytes, binary: bytes) -> bytes:
    """Join the two chunks of a GLB."""
    chunks = [(header + b" " * (-len(header) % 4), b"JSON"), (binary + b"\0" * (-len(binary) % 4), b"BIN\0")]
    body = b"".join(struct.pack("<I4s", len(data), kind) + data for data, kind in chunks)
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def png(size: int = 8) -> bytes:
    """A picture that is dark below and light above."""
    pixels = np.full((size, size, 3), 230, np.uint8)
    pixels[size // 2 :] = 40
    return cv2.imencode(".png", pixels)[1].tobytes()


def write(root: Path, **changes: Any) -> Mapping[str, Any]:
    """Write a folder with one model per format."""
    (root / "Textures").mkdir(parents=True)
    (root / "Textures" / "a b.png").write_bytes(png())
    (root / GLB).write_bytes(gltf())
    vertices, faces = chair()
    mesh = trimesh.Trimesh(vertices * [1.0, 1.3, 1.0], faces, process=False)
    (root / "kits").mkdir()
    mesh.export(root / "kits" / "OfficeChair_02.stl")
    colors = np.where(vertices[:, 2:] > 1.5, [[200, 40, 40, 255]], [[40, 40, 200, 255]])
    mesh = trimesh.Trimesh(mesh.vertices, faces, vertex_colors=colors, process=False)
    mesh.export(root / "kits" / "stool.ply")
    lines = [f"v {x} {z} {-y}" for x, y, z in vertices * [1.5, 1, 1]]
    lines += ["usemtl red", *(f"f {a} {b} {c}" for a, b, c in faces + 1)]
    (root / "kits" / "bench.obj").write_text("\n".join(["mtllib bench.mtl", *lines]))
    (root / "kits" / "bench.mtl").write_text("newmtl red\nKd 0.8 0.1 0.1\n")
    return {"root": str(root), **SECTION, **changes}


def write_objaverse(root: Path) -> Mapping[str, Any]:
    """Write three uids: one listed by LVIS, one named in the metadata, one for research only."""
    (root / "glbs/000-001").mkdir(parents=True)
    for uid in UIDS:
        (root / f"glbs/000-001/{uid}.glb").write_bytes(gltf(picture=None))
    user = {"username": "ann", "displayName": "Ann B."}
    said = [{"name": n, "license": x, "user": user, "viewerUrl": f"https://example.org/{n}"} for n, x in (
        ("My work 3", "by"), ("Armchair", "cc0"), ("Stool", "by-nc"))]  # fmt: skip
    zipped(root / "metadata/000-001.json.gz", dict(zip(UIDS, said, strict=True)))
    zipped(root / "lvis-annotations.json.gz", {"chair": [UIDS[0]], "zebra": [UIDS[0], "3d" * 16]})
    return {
        "root": str(root), **SECTION, "layout": "objaverse", "categories": "lvis-annotations.json.gz",
        "licenses": ["CC-BY-4.0", "CC0-1.0", "CC-BY-NC-4.0"],
    }  # fmt: skip


def zipped(path: Path, data: Any) -> None:
    """Write gzipped JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress(json.dumps(data).encode()))


def _glb(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    return lambda root: (root / GLB).write_bytes(gltf(change))


def _picture(uri: str) -> Callable[[Path], object]:
    return _glb(lambda t: t["images"][0].update(uri=uri))


def _cut(file: str, root: Path) -> None:
    (root / file).write_bytes((root / file).read_bytes()[:-40])


def _node(index: int, **changes: Any) -> Callable[[Path], object]:
    return _glb(lambda t: t["nodes"][index].update(changes))


def _outside(root: Path) -> None:
    (root.parent / "secret.png").write_bytes(png())
    _picture("../secret.png")(root)


def _bomb_picture(root: Path) -> None:
    (root / "Textures/a b.png").write_bytes(png(8200))


def _not_finite(root: Path) -> None:
    vertices, faces = chair()
    vertices[3, 0] = np.nan
    trimesh.Trimesh(vertices, faces, process=False).export(root / "kits" / "stool.ply")


def _far_index(root: Path) -> None:
    path = root / "kits/bench.obj"
    path.write_text(path.read_text() + "\nf 1 2 999\n")


FOLDER = SourceCase(
    "models_folder", "models", write, scenes=4,
    damages=(
        Damage("no_root", lambda r: r.rename(r.parent / "elsewhere"), None, "no such folder"),
        Damage("cut_glb", partial(_cut, GLB), "scene.damaged", GLB),
        Damage("empty_glb", lambda r: (r / GLB).write_bytes(b""), "scene.damaged", GLB),
        Damage("header_is_a_list", lambda r: (r / GLB).write_bytes(packed(b"[]", b"")), "scene.damaged", GLB),
        Damage("header_nested", lambda r: (r / GLB).write_bytes(packed(b"[" * 90_000, b"")), "scene.damaged", GLB),
        Damage("node_below_itself", _node(1, children=[0]), "scene.scene_graph_cyclic", GLB),
        Damage("node_twice", _node(0, children=[1, 1]), "scene.scene_graph_cyclic", GLB),
        Damage("node_missing", _node(0, children=[7]), "scene.damaged", GLB),
        Damage("node_not_finite", _node(0, scale=[float("nan"), 1, 1]), "scene.not_finite", GLB),
        Damage("node_flat", _node(0, scale=[0, 0, 1]), "scene.no_surface", GLB),
        Damage("camera_with_parts", _node(0, camera=0), "scene.unsupported_data", GLB),
        Damage("skinned", _node(1, skin=0), "scene.skinned", GLB),
        Damage("count_bomb", _glb(lambda t: t["accessors"][0].update(count=10**12)), "scene.too_many_faces", GLB),
        Damage("wrong_count", _glb(lambda t: t["accessors"][0].update(count=99)), "scene.damaged", GLB),
        Damage("view_beyond_file", _glb(lambda t: t["bufferViews"][2].update(byteOffset=10**9)), "scene.damaged", GLB),
        Damage("sparse", _glb(lambda t: t["accessors"][0].update(sparse={})), "scene.unsupported_data", GLB),
        Damage("draco", _glb(lambda t: t.update(extensionsRequired=["KHR_draco_mesh_compression"])),
               "scene.unsupported_extension", "KHR_draco_mesh_compression"),
        Damage("picture_missing", _picture("Textures/other.png"), "scene.file_missing", "Textures/other.png"),
        Damage("picture_outside", _outside, "scene.file_outside_root", "../secret.png"),
        Damage("picture_absolute", _picture("/etc/hostname"), "scene.file_outside_root", "/etc/hostname"),
        Damage("picture_null_name", _picture("a\0b.png"), "scene.file_missing", "a\0b.png"),
        Damage("picture_is_text", lambda r: (r / "Textures/a b.png").write_text("x"), "scene.picture_missing", GLB),
        Damage("picture_cut", lambda r: (r / "Textures/a b.png").write_bytes(png(64)[:-60]),
               "scene.picture_damaged", GLB),
        Damage("picture_bomb", _bomb_picture, "scene.picture_too_large", GLB),
        Damage("large_file", lambda r: (r / GLB).write_bytes(b"x" * 2**21), "scene.too_large", GLB),
        Damage("mtl_missing", lambda r: (r / "kits/bench.mtl").unlink(), "scene.file_missing", "bench.mtl"),
        Damage("obj_index", _far_index, "scene.damaged", "kits/bench.obj"),
        Damage("obj_empty", lambda r: (r / "kits/bench.obj").write_text(""), "scene.no_surface", "kits/bench.obj"),
        Damage("ply_not_finite", _not_finite, "scene.not_finite", "kits/stool.ply"),
        Damage("ply_cut", partial(_cut, "kits/stool.ply"), "scene.damaged", "kits/stool.ply"),
        Damage("stl_cut", lambda r: (r / "kits/OfficeChair_02.stl").write_bytes(b"solid"), "scene.no_surface",
               "OfficeChair_02.stl"),
        Damage("format", lambda r: (r / "boat.fbx").write_bytes(b"x"), "scene.format_not_read", "boat.fbx"),
        Damage("number", lambda r: (r / GLB).rename(r / "0017.glb"), "scene.no_name", "0017.glb"),
        Damage("junk", lambda r: (r / GLB).rename(r / "object.glb"), "scene.junk_label", "object.glb"),
        Damage("group", lambda r: (r / GLB).rename(r / "chairs.glb"), "scene.group", "chairs.glb"),
        Damage("link", lambda r: (r / "lamp.stl").symlink_to("/etc/hostname"), "scene.outside_root", "lamp.stl"),
    ),
)  # fmt: skip
META = "metadata/000-001.json.gz"
OBJAVERSE = SourceCase(
    "models_objaverse", "models", write_objaverse, scenes=3,
    damages=(
        Damage("no_metadata", lambda r: (r / "metadata").rename(r / "m"), None, "metadata"),
        Damage("no_shard", lambda r: (r / META).unlink(), None, META),
        Damage("cut_shard", partial(_cut, META), None, META),
        Damage("shard_is_a_list", lambda r: zipped(r / META, []), None, META),
        Damage("no_record", lambda r: zipped(r / META, {}), "scene.metadata_missing", UIDS[0]),
        Damage("other_license", lambda r: zipped(r / META, {UIDS[0]: {"name": "x", "license": "st"}}),
               "scene.license_not_listed", "LicenseRef-Sketchfab-st"),
        Damage("no_lvis", lambda r: (r / "lvis-annotations.json.gz").unlink(), None, "lvis-annotations.json.gz"),
        Damage("lvis_of_text", lambda r: zipped(r / "lvis-annotations.json.gz", {"chair": "0a"}), None,
               "lvis-annotations.json.gz"),
    ),
)  # fmt: skip
