"""Read Wavefront OBJ and MTL from a zip: triangles, texture coordinates, colours and pictures."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, Int, UInt8

from stages.geometry.mesh import Material, Rgb
from stages.sources.sh3f.catalogue import member

MAX_FACES = 60_000
MAX_PICTURE_PX = 512
MAX_HOLES = 0.15  # share of a picture that may be transparent


class ObjError(ValueError):
    """A model that cannot be used; the message says why."""


class TooManyFaces(ObjError):
    """A model with more than MAX_FACES triangles."""


class Transparent(ObjError):
    """A model that is made of pictures with holes, which would show as solid sheets."""


@dataclass(frozen=True)
class ObjMesh:
    """Triangles in the file's own frame and units."""

    vertices: Float[np.ndarray, "v 3"]
    faces: Int[np.ndarray, "f 3"]
    face_uv: Float[np.ndarray, "f 3 2"]
    face_material: Int[np.ndarray, " f"]
    materials: tuple[Material, ...]


def read_obj(archive: zipfile.ZipFile, name: str) -> ObjMesh:
    """Read one model with its materials.

    Raises:
        ObjError: No faces, too many, indices out of range, or a file that is not OBJ.
        KeyError: The file is not in the zip.
    """
    reading = _Reading()
    try:
        for line in member(archive, name).decode("utf-8", "replace").splitlines():
            reading.line(line.split())
        vertices, uv = np.array(reading.vertices, float).reshape(-1, 3), np.array(reading.uv, float).reshape(-1, 2)
    except ObjError:
        raise
    except (ValueError, IndexError) as error:
        raise ObjError(f"not an OBJ file: {error}") from error
    corners = np.array(reading.corners, dtype=np.int64).reshape(-1, 3, 2)
    if not len(corners):
        raise ObjError("no faces")
    faces, picked = corners[..., 0], corners[..., 1]
    if faces.min() < 0 or faces.max() >= len(vertices) or picked.max() >= len(uv):
        raise ObjError("a face names a vertex that does not exist")
    face_uv = np.where((picked >= 0)[..., None], np.concatenate([uv, [[0.0, 0.0]]])[picked], 0.0)
    materials = _materials(archive, posixpath.dirname(name), reading.libraries)
    names = list(dict.fromkeys(reading.used))
    rows = {n: k for k, n in enumerate(names)}
    return ObjMesh(
        vertices=vertices,
        faces=faces,
        face_uv=face_uv,
        face_material=np.array([rows[n] for n in reading.used], dtype=np.int64),
        materials=tuple(materials.get(n, Material((0.6, 0.6, 0.6))) for n in names),
    )


class _Reading:
    """What has been read of a file so far; polygons become fans of triangles."""

    def __init__(self) -> None:
        self.vertices: list[list[float]] = []
        self.uv: list[list[float]] = []
        self.corners: list[list[tuple[int, int]]] = []
        self.used: list[str] = []
        self.libraries: list[str] = []
        self._material = ""

    def line(self, words: list[str]) -> None:
        """Take one line."""
        kind = words[0] if words else ""
        if kind == "v":
            self.vertices.append([float(w) for w in words[1:4]])
        elif kind == "vt":
            self.uv.append([float(w) for w in words[1:3]])
        elif kind == "f":
            self._polygon([self._corner(w) for w in words[1:]])
        elif kind == "usemtl":
            self._material = " ".join(words[1:])
        elif kind == "mtllib":
            self.libraries.append(" ".join(words[1:]))

    def _corner(self, word: str) -> tuple[int, int]:
        """Return vertex and texture index from 0 on; texture -1: none. Negative numbers count from the end."""
        parts = word.split("/")
        v = int(parts[0])
        t = int(parts[1]) if len(parts) > 1 and parts[1] else 0
        return (v - 1 if v > 0 else len(self.vertices) + v), (t - 1 if t > 0 else len(self.uv) + t if t < 0 else -1)

    def _polygon(self, corners: list[tuple[int, int]]) -> None:
        for k in range(1, len(corners) - 1):
            self.corners.append([corners[0], corners[k], corners[k + 1]])
            self.used.append(self._material)
        if len(self.corners) > MAX_FACES:
            raise TooManyFaces(f"more than {MAX_FACES} triangles")


def _materials(archive: zipfile.ZipFile, folder: str, libraries: list[str]) -> dict[str, Material]:
    """Read material files; a missing file or picture leaves its materials plain."""
    found: dict[str, dict[str, list[str]]] = {}
    for library in libraries:
        try:
            text = member(archive, posixpath.join(folder, library)).decode("utf-8", "replace")
        except (KeyError, ValueError):
            continue
        values: dict[str, list[str]] = {}
        for words in (line.split() for line in text.splitlines()):
            if words and words[0] == "newmtl":
                values = found.setdefault(" ".join(words[1:]), {})
            elif len(words) > 1:
                values[words[0].lower()] = words[1:]
    return {name: _material(archive, folder, values) for name, values in found.items()}


def _material(archive: zipfile.ZipFile, folder: str, values: dict[str, list[str]]) -> Material:
    color = _color(values.get("kd", []), 0.6)
    shine = max(_color(values.get("ks", []), 0.0))
    gloss = float(np.clip(0.7 * shine, 0.0, 0.6))
    image = _picture(archive, posixpath.join(folder, values["map_kd"][-1])) if "map_kd" in values else None
    return Material(color, gloss=gloss, image=image)


def _color(words: list[str], default: float) -> Rgb:
    try:
        r, g, b = (min(1.0, max(0.0, float(w))) ** 2.2 for w in words[:3])
    except ValueError:
        return (default, default, default)
    return (r, g, b)


def _picture(archive: zipfile.ZipFile, name: str) -> UInt8[np.ndarray, "h w 3"] | None:
    """Decode a picture as RGB, at most MAX_PICTURE_PX wide and high."""
    try:
        data = np.frombuffer(member(archive, name), np.uint8)
    except (KeyError, ValueError):
        return None
    bgr = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if len(data) else None
    if bgr is None or bgr.dtype != np.uint8:
        return None
    if bgr.ndim == 3 and bgr.shape[2] == 4 and (bgr[..., 3] < 128).mean() > MAX_HOLES:
        raise Transparent(f"{name} has holes")
    bgr = cv2.cvtColor(bgr, cv2.COLOR_GRAY2BGR) if bgr.ndim == 2 else bgr[..., :3]
    scale = MAX_PICTURE_PX / max(bgr.shape[:2])
    if scale < 1:
        size_wh = (max(1, round(bgr.shape[1] * scale)), max(1, round(bgr.shape[0] * scale)))
        bgr = cv2.resize(bgr, size_wh, interpolation=cv2.INTER_AREA)
    rgb: UInt8[np.ndarray, "h w 3"] = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
    return rgb
