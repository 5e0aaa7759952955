"""What a glTF file says of itself, checked before anything is decoded.

trimesh reads the geometry, but passes over much without a word: pictures that are missing, compressed or sparse data
(read as zeros), skins, transformed texture coordinates. All of it stands in the JSON header.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from stages.sources.licenses import UNKNOWN_LICENSE, spdx
from stages.sources.models.solid import ModelError

_TRIANGLES, _STRIP, _FAN = 4, 5, 6
_FLOAT = 5126
_HARMLESS = frozenset({"KHR_lights_punctual", "KHR_texture_transform", "EXT_texture_webp", "KHR_xmp_json_ld"})


@dataclass(frozen=True)
class Primitive:
    """One part of a mesh as the header describes it: has it a colour picture, and how is its uv moved (v down)?"""

    faces: int
    pictured: bool
    uv_from_uv: Float[np.ndarray, "2 3"] | None


@dataclass(frozen=True)
class Header:
    """Parts in the order of the file (those that are drawn as triangles), and where the model is from."""

    primitives: tuple[Primitive, ...]
    license: str | None
    attribution: str | None


def read_header(data: bytes, suffix: str, max_faces: int) -> Header:
    """Read and check the header.

    Raises:
        ModelError: It is damaged, too large, cyclic, or needs something that would be read wrongly.
    """
    try:
        tree = _json(data, suffix)
        return _checked(tree, max_faces)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, struct.error) as error:
        raise ModelError("damaged", f"glTF header: {error!r}") from error


def _json(data: bytes, suffix: str) -> dict[str, Any]:
    if suffix == ".glb":
        magic, version, length = struct.unpack_from("<4sII", data)
        size, kind = struct.unpack_from("<I4s", data, 12)
        if magic != b"glTF" or version != 2 or kind != b"JSON" or length != len(data):
            raise ValueError(f"not a whole GLB file of version 2: {len(data)} bytes")
        data = data[20 : 20 + size]
    tree = json.loads(data)
    if not isinstance(tree, dict):
        raise ValueError("no JSON object")
    return tree


def _checked(tree: Mapping[str, Any], max_faces: int) -> Header:
    required = [e for e in tree.get("extensionsRequired", []) if not _is_harmless(e)]
    if required:
        raise ModelError("unsupported_extension", ", ".join(sorted(required)))
    if any(a["count"] > 3 * max_faces for a in tree.get("accessors", [])):
        raise ModelError("too_many_faces")
    meshes = [[_primitive(tree, p) for p in mesh["primitives"]] for mesh in tree.get("meshes", [])]
    drawn = [[p for p in mesh if p is not None] for mesh in meshes]
    faces = sum(sum(p.faces for p in drawn[node["mesh"]]) for node in _nodes(tree) if "mesh" in node)
    if faces > max_faces:
        raise ModelError("too_many_faces", str(faces))
    return Header(tuple(p for mesh in drawn for p in mesh), *_origin(tree["asset"]))


def _is_harmless(extension: str) -> bool:
    return extension in _HARMLESS or extension.startswith("KHR_materials_")


def _nodes(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Nodes of the scene that is shown; each may hang on one other only, so that there is no cycle and no bomb."""
    nodes = tree.get("nodes", [])
    scenes = tree.get("scenes", [])
    waiting = list(scenes[tree.get("scene", 0)].get("nodes", [])) if scenes else []
    seen: set[int] = set()
    while waiting:
        index = waiting.pop()
        if index in seen:
            raise ModelError("scene_graph_cyclic", f"node {index} hangs on several nodes")
        seen.add(index)
        waiting.extend(nodes[index].get("children", []))
    shown = [nodes[index] for index in sorted(seen)]
    for node in shown:
        _check_node(node)
    return shown


def _check_node(node: Mapping[str, Any]) -> None:
    """Refuse what trimesh would pass over: skins, moves that are no numbers, and all that hangs on a camera."""
    if "skin" in node:
        raise ModelError("skinned")
    if "camera" in node and ("mesh" in node or node.get("children")):
        raise ModelError("unsupported_data", "parts hang on a camera")
    moves = [value for key in ("matrix", "translation", "rotation", "scale") for value in node.get(key, ())]
    if not all(math.isfinite(value) for value in moves):
        raise ModelError("not_finite", "placement of a part")


def _primitive(tree: Mapping[str, Any], primitive: Mapping[str, Any]) -> Primitive | None:
    """Describe what is drawn as triangles; None: lines or points."""
    mode = primitive.get("mode", _TRIANGLES)
    if mode == _FAN:
        raise ModelError("unsupported_primitive", "triangle fan")
    if mode not in (_TRIANGLES, _STRIP):
        return None
    attributes = primitive["attributes"]
    read = {name: attributes[name] for name in ("POSITION", "TEXCOORD_0", "COLOR_0") if name in attributes}
    if "indices" in primitive:
        read["indices"] = primitive["indices"]
    for name, index in read.items():
        accessor = tree["accessors"][index]
        if "bufferView" not in accessor or "sparse" in accessor:
            raise ModelError("unsupported_data", f"{name} is compressed or sparse")
        if name in ("POSITION", "TEXCOORD_0") and accessor["componentType"] != _FLOAT:
            raise ModelError("unsupported_data", f"{name} is quantised")
    corners = tree["accessors"][read.get("indices", read["POSITION"])]["count"]
    faces = corners // 3 if mode == _TRIANGLES else max(corners - 2, 0)
    material = tree["materials"][primitive["material"]] if "material" in primitive else {}
    picture = _picture(material)
    return Primitive(faces, picture is not None, None if picture is None else _moved(picture))


def _picture(material: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the reference to the colour picture of a material."""
    other = material.get("extensions", {}).get("KHR_materials_pbrSpecularGlossiness", {})
    found = other.get("diffuseTexture") or material.get("pbrMetallicRoughness", {}).get("baseColorTexture")
    if found is not None and found.get("texCoord", 0) != 0:
        raise ModelError("unsupported_data", "a picture uses the second texture coordinates")
    return dict(found) if found is not None else None


def _moved(picture: Mapping[str, Any]) -> Float[np.ndarray, "2 3"] | None:
    """Matrix of KHR_texture_transform; None: the picture has none."""
    move = picture.get("extensions", {}).get("KHR_texture_transform")
    if move is None:
        return None
    if move.get("texCoord", 0) != 0:
        raise ModelError("unsupported_data", "a picture uses the second texture coordinates")
    (x, y), (sx, sy), turn = move.get("offset", (0, 0)), move.get("scale", (1, 1)), move.get("rotation", 0.0)
    cos, sin = math.cos(turn), math.sin(turn)
    return np.array([[sx * cos, sy * sin, x], [-sx * sin, sy * cos, y]], dtype=np.float64)


def _origin(asset: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Licence and attribution as Sketchfab writes them into its downloads, or the plain copyright note."""
    extras = asset.get("extras")
    said = extras if isinstance(extras, dict) else {}
    text = str(said.get("license", ""))
    license_id = spdx("", text) if text else UNKNOWN_LICENSE
    parts = [str(said[key]) for key in ("title", "author", "source") if said.get(key)] or [
        str(asset[key]) for key in ("copyright",) if asset.get(key)
    ]
    return None if license_id == UNKNOWN_LICENSE else license_id, ", ".join(parts) or None
