"""Where the bytes of a view's picture come from: table `pixels`, or a file below the source's root.

Files are used in place, whatever JPEG, PNG or WebP they are. `decode` shows all of them as 8-bit RGB: grey is repeated,
16 bits are scaled to 8, transparent pixels lie on white (what viewers show; colours hidden below are nobody's picture),
CMYK is converted as Adobe stores it. The turn in a file's EXIF data is ignored, as boxes and cameras of datasets refer
to stored pixels, unless the view says otherwise (`view.orientation`).

A picture that is missing, damaged or a decompression bomb is no exception: it comes with a dotted reason, and the
caller counts it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import UInt8

from stages import params as params_file
from stages.image_header import ImageHeader, ImageHeaderError, parse_header
from stages.paths import is_below
from stages.schema.store import iter_pixels, shard_path

SCENES = Path("data/scenes")
MISSING, OUTSIDE, DAMAGED, WRONG_SIZE, TOO_LARGE = (
    "picture.missing", "picture.outside_root", "picture.damaged", "picture.wrong_size", "picture.too_large"
)  # fmt: skip
_COLUMNS = ["view_id", "image_path", "orientation", "width_px", "height_px"]
_QUALITY = 95  # of lossy pictures that must be encoded anew to look the same everywhere


@dataclass(frozen=True)
class Picture:
    """One view's pixels (RGB), and a JPEG or PNG that every decoder shows like that; `reason`: why they are missing.

    The bytes are those of the file wherever these fit: 8 bits, grey or RGB, no alpha, no turn.
    """

    view_id: str
    encoded: bytes = b""
    rgb: UInt8[np.ndarray, "h w 3"] | None = None
    reason: str | None = None


def source_root(data: Mapping[str, Any], source: str) -> Path | None:
    """Folder that a source's `image_path` is relative to, from params.yaml; None if it has no files.

    Raises:
        ParamsError: The source has no section.
    """
    root = params_file.section(data, f"sources.{source}").get("root")
    return None if root is None else Path(root)


def load_pictures(
    source: str, shard: int, views: pa.Table, view_ids: Sequence[str]
) -> Iterator[tuple[str, UInt8[np.ndarray, "h w 3"]]]:
    """Yield (view id, RGB picture) of the wanted views; a bad picture is left out, so the caller can count it.

    Args:
        source: Key under `sources` in params.yaml.
        shard: Shard of the views.
        views: Table `view` of the shard.
        view_ids: Views wanted.
    """
    root = source_root(params_file.read_params(), source)
    for picture in read_pictures(SCENES / source, root, shard, views, view_ids):
        if picture.rgb is not None:
            yield picture.view_id, picture.rgb


def read_pictures(
    folder: Path, root: Path | None, shard: int, views: pa.Table, view_ids: Sequence[str]
) -> Iterator[Picture]:
    """Yield one picture per wanted view, good or bad: first those in table `pixels`, then those in files.

    Args:
        folder: `data/scenes/<source>`, where table `pixels` lies.
        root: Folder that `image_path` is relative to.
        shard: Shard of the views.
        views: Table `view` of the shard.
        view_ids: Views wanted; each is yielded once.
    """
    rows = views.filter(pc.is_in(views.column("view_id"), pa.array(sorted(set(view_ids)), pa.string())))
    wanted = {row["view_id"]: row for row in rows.select(_COLUMNS).to_pylist()}
    inside = [view_id for view_id, row in wanted.items() if row["image_path"] is None]
    if inside and shard_path(folder, "pixels", shard).exists():
        for view_id, encoded, _ in iter_pixels(folder, shard, inside):
            row = wanted.pop(view_id)
            yield _checked(view_id, encoded, row)
    for view_id, row in wanted.items():
        found = read_file(root, row["image_path"])
        yield Picture(view_id, reason=found) if isinstance(found, str) else _checked(view_id, found, row)
    for view_id in sorted(set(view_ids) - set(pc.unique(rows.column("view_id")).to_pylist())):
        yield Picture(view_id, reason=MISSING)


def decode(encoded: bytes, orientation: int | None = None) -> UInt8[np.ndarray, "h w 3"] | None:
    """Decode a JPEG, PNG or WebP to RGB; None if it is damaged or too large.

    Args:
        encoded: The whole file.
        orientation: EXIF code of the turn to apply; None: the picture as stored, whatever its metadata say.
    """
    try:
        rgb = decode_stored(encoded, parse_header(io.BytesIO(encoded), "picture"))
    except ImageHeaderError:
        return None
    return None if rgb is None else turned(rgb, orientation)


def decode_stored(encoded: bytes, header: ImageHeader) -> UInt8[np.ndarray, "h w 3"] | None:
    """Decode a picture with a sound header to RGB, as stored; None if it is damaged."""
    import cv2  # late: most stages that know about pictures never open one

    if header.format == "jpeg" and not jpeg_ends(encoded):
        return None  # cut off: OpenCV would fill the rest with grey
    as_is = cv2.IMREAD_UNCHANGED if header.format != "jpeg" and not header.plain else cv2.IMREAD_COLOR
    try:
        found = cv2.imdecode(np.frombuffer(encoded, np.uint8), as_is | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    return None if found is None else np.ascontiguousarray(_rgb(np.asarray(found)))


def jpeg_ends(encoded: bytes) -> bool:
    """Tell whether the end marker follows the pixels; a thumbnail before them, or a film behind, has its own."""
    at = 2
    while encoded[at : at + 1] == b"\xff":
        marker = encoded[at + 1 : at + 2]
        if marker == b"\xda":
            return encoded.find(b"\xff\xd9", at) >= 0
        bare = marker == b"\xff" or marker == b"\x01" or b"\xd0" <= marker <= b"\xd8"
        at += (1 if marker == b"\xff" else 2) if bare else 2 + int.from_bytes(encoded[at + 2 : at + 4], "big")
    return False


def turned(pixels: np.ndarray, orientation: int | None) -> np.ndarray:
    """Turn a stored picture (h, w, ...) the way an EXIF orientation asks for.

    Example:
        >>> turned(np.array([[1, 2, 3]]), 6).tolist()  # its first row is shown on the right, from top to bottom
        [[1], [2], [3]]
    """
    if orientation is None:
        return pixels
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    rows, columns = orientation in (3, 4, 7, 8), orientation in (2, 3, 6, 7)
    return np.ascontiguousarray(pixels[:: -1 if rows else 1, :: -1 if columns else 1])


def read_file(root: Path | None, image_path: str | None) -> bytes | str:
    """Read a picture's file; returns the reason where there is none below the root."""
    if root is None or image_path is None:
        return MISSING
    path = root / image_path
    if not is_below(path, root):
        return OUTSIDE
    try:
        return path.read_bytes()
    except OSError:
        return MISSING


def encode_jpeg(rgb: UInt8[np.ndarray, "h w 3"], quality: int) -> bytes:
    """Encode RGB as JPEG, quality 1 to 100."""
    import cv2

    _, encoded = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(encoded)


def suffix_of(encoded: bytes) -> str:
    """File suffix that fits the bytes: `.png` or `.jpg`."""
    return ".png" if encoded.startswith(b"\x89PNG") else ".jpg"


def _checked(view_id: str, encoded: bytes, row: Mapping[str, Any]) -> Picture:
    try:
        header = parse_header(io.BytesIO(encoded), view_id)
    except ImageHeaderError as error:
        return Picture(view_id, reason=TOO_LARGE if error.reason == "image_too_large" else DAMAGED)
    stored = decode_stored(encoded, header)
    if stored is None:
        return Picture(view_id, reason=DAMAGED)
    rgb = turned(stored, row["orientation"])
    if rgb.shape[:2] != (row["height_px"], row["width_px"]):
        return Picture(view_id, reason=WRONG_SIZE)
    return Picture(view_id, _as_shown(encoded, header, row["orientation"], rgb), rgb)


def _rgb(pixels: np.ndarray) -> UInt8[np.ndarray, "h w 3"]:
    """Bring what OpenCV decodes (8 or 16 bits; grey, BGR or BGRA) to 8-bit RGB."""
    if pixels.dtype == np.uint16:
        pixels = ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if pixels.ndim == 2:
        return np.repeat(pixels[:, :, None], 3, axis=2)
    rgb = pixels[:, :, 2::-1]
    if pixels.shape[2] == 4:
        alpha = pixels[:, :, 3:].astype(np.uint32)
        rgb = ((rgb * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    return rgb


def _as_shown(encoded: bytes, header: ImageHeader, orientation: int | None, rgb: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """Return bytes that every decoder shows as `rgb`: those of the file where they do already."""
    if header.plain and (orientation or 1) == 1:
        at = header.orientation_at
        return encoded if header.orientation == 1 or at is None else encoded[:at] + b"\x01" + encoded[at + 1 :]
    if header.format == "png":
        import cv2

        return bytes(cv2.imencode(".png", rgb[:, :, ::-1])[1])
    return encode_jpeg(rgb, _QUALITY)
