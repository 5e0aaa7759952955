"""Materials, pictures and vertex colours of trimesh as ours."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from stages.geometry.mesh import Material, Rgb
from stages.sources.models.solid import ModelError, Solid

GAMMA = 2.2
_GREY = 0.6  # what has no colour
_MAX_PICTURE_PX = 64 * 2**20  # larger ones are not opened
_OPAQUE = 128  # alpha below counts as a hole
_SHINE = 0.6  # gloss of a perfectly smooth surface


class Looks:
    """The materials of one model, each once, with the share of each that is transparent."""

    def __init__(self, texture_px: int, linear: bool) -> None:
        """Start empty; `linear`: colours of materials and vertices are linear RGB (glTF), else sRGB."""
        self.linear = linear
        self._texture_px = texture_px
        self._rows: dict[int, int] = {}
        self._known: list[Any] = []  # keeps the materials, whose ids are the keys, alive
        self._materials: list[Material] = []
        self._holes: list[float] = []

    @property
    def materials(self) -> tuple[Material, ...]:
        """The materials so far."""
        return tuple(self._materials)

    def row(self, visual: Any) -> tuple[int, bool]:
        """Return the number of a part's material, and whether it has a picture.

        Raises:
            ModelError: Its picture is damaged or too large.
        """
        material = getattr(visual, "material", None)
        colored = material is None and getattr(visual, "kind", None) is not None
        key = int(colored) if material is None else id(material)
        if key not in self._rows:
            made, holes = self._made(material, colored)
            self._rows[key] = len(self._materials)
            self._known.append(material)
            self._materials.append(made)
            self._holes.append(holes)
        row = self._rows[key]
        return row, self._materials[row].image is not None

    def transparent_share(self, solid: Solid) -> float:
        """Share of the surface that is transparent."""
        a, b, c = solid.vertices[solid.faces].transpose(1, 0, 2)
        with np.errstate(invalid="ignore", over="ignore"):
            area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        return float((area * np.array(self._holes)[solid.face_material]).sum() / max(float(area.sum()), 1e-300))

    def _made(self, material: Any, colored: bool) -> tuple[Material, float]:
        if material is None:
            return Material((1.0, 1.0, 1.0) if colored else (_GREY, _GREY, _GREY)), 0.0
        if hasattr(material, "baseColorTexture"):
            rgba = np.ones(4) if material.baseColorFactor is None else np.asarray(material.baseColorFactor) / 255.0
            picture, see_through = material.baseColorTexture, material.alphaMode in ("MASK", "BLEND")
            rough = 1.0 if material.roughnessFactor is None else float(material.roughnessFactor)
        else:
            rgba, picture, see_through, rough = _simple(material)
        gloss = _SHINE * float(np.clip(1.0 - rough, 0.0, 1.0))
        holes = float(see_through and rgba[3] < _OPAQUE / 255.0)
        if picture is None:
            return Material(_rgb(rgba[:3]), gloss=gloss), holes
        pixels = _pixels(picture)
        if see_through:
            holes = max(holes, float((pixels[..., 3] < _OPAQUE).mean()))
        return Material(
            (1.0, 1.0, 1.0), gloss=gloss, image=_reduced(pixels[..., :3], rgba[:3], self._texture_px)
        ), holes


def colors_of(visual: Any, linear: bool, has_picture: bool) -> tuple[Float[np.ndarray, "n 3"] | None, bool]:
    """Return linear colours and whether they belong to faces instead of vertices; None: there are none."""
    kind = getattr(visual, "kind", None)
    if kind in ("vertex", "face"):
        return _tint(visual.vertex_colors if kind == "vertex" else visual.face_colors, linear), kind == "face"
    extra = getattr(visual, "vertex_attributes", {}).get("color") if visual is not None else None
    if extra is None or (has_picture and not linear):  # outside glTF colours stand in for a picture
        return None, False
    return _tint(extra, linear), False


def _tint(colors: Any, linear: bool) -> Float[np.ndarray, "n 3"]:
    values = np.asarray(colors)
    if values.ndim != 2 or values.shape[1] < 3:
        raise ModelError("damaged", "colours of vertices")
    most = float(np.iinfo(values.dtype).max) if values.dtype.kind in "ui" else 1.0
    share = np.clip(np.nan_to_num(values[:, :3].astype(np.float64)) / most, 0.0, 1.0)
    tint: Float[np.ndarray, "n 3"] = share if linear else share**GAMMA
    return tint


def _simple(material: Any) -> tuple[np.ndarray, Any, bool, float]:
    """Colour (linear), picture, whether alpha counts, and roughness of an MTL material."""
    rgba = np.ones(4) if material.diffuse is None else np.asarray(material.diffuse, np.float64) / 255.0
    if material.image is not None:
        rgba[:3] = 1.0  # the picture takes the place of the colour
    return np.concatenate([rgba[:3] ** GAMMA, rgba[3:]]), material.image, True, 1.0


def _rgb(values: Float[np.ndarray, 3]) -> Rgb:
    r, g, b = (float(np.clip(v, 0.0, 1.0)) for v in values)
    return (r, g, b)


def _pixels(picture: Any) -> UInt8[np.ndarray, "h w 4"]:
    """Decode a picture of Pillow's; it is read here, lazily."""
    width, height = picture.size
    if width * height > _MAX_PICTURE_PX:
        raise ModelError("picture_too_large", f"{width} x {height}")
    if picture.mode[:1] in ("I", "F"):
        raise ModelError("picture_damaged", f"mode {picture.mode}")
    try:
        pixels: UInt8[np.ndarray, "h w 4"] = np.asarray(picture.convert("RGBA"))
    except Exception as error:  # Pillow's decoders raise anything on damaged files
        raise ModelError("picture_damaged", f"{type(error).__name__}: {error}") from error
    return pixels


def _reduced(rgb: UInt8[np.ndarray, "h w 3"], factor: np.ndarray, most_px: int) -> UInt8[np.ndarray, "h w 3"]:
    """Reduce a picture to `most_px` and multiply it by a linear colour."""
    scale = most_px / max(rgb.shape[:2])
    small: UInt8[np.ndarray, "h w 3"] = np.ascontiguousarray(rgb)
    if scale < 1:
        size_wh = (max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale)))
        small = cv2.resize(small, size_wh, interpolation=cv2.INTER_AREA)
    if (factor >= 1).all():
        return small
    tinted = (small / 255.0) * np.clip(factor, 0.0, 1.0) ** (1 / GAMMA)
    result: UInt8[np.ndarray, "h w 3"] = np.round(255.0 * tinted).astype(np.uint8)
    return result
