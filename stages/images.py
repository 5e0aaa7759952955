"""Where the bytes of a view's picture come from: table `pixels`, or a file below the source's root.

A picture that is missing or damaged is no exception: it comes with a dotted reason, and the caller counts it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import UInt8

from stages import params as params_file
from stages.schema.store import iter_pixels, shard_path

SCENES = Path("data/scenes")
MISSING, OUTSIDE, DAMAGED, WRONG_SIZE = (
    "picture.missing", "picture.outside_root", "picture.damaged", "picture.wrong_size"
)  # fmt: skip
_JPEG_TAIL = 1024  # some cameras append a few bytes after the end marker


@dataclass(frozen=True)
class Picture:
    """The encoded picture of one view and its pixels (RGB); `reason` says why they are missing."""

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
    wanted = {
        row["view_id"]: row for row in rows.select(["view_id", "image_path", "width_px", "height_px"]).to_pylist()
    }
    inside = [view_id for view_id, row in wanted.items() if row["image_path"] is None]
    if inside and shard_path(folder, "pixels", shard).exists():
        for view_id, encoded, _ in iter_pixels(folder, shard, inside, with_depth=False):
            row = wanted.pop(view_id)
            yield _checked(view_id, encoded, row)
    for view_id, row in wanted.items():
        found = _read_file(root, row["image_path"])
        yield Picture(view_id, reason=found) if isinstance(found, str) else _checked(view_id, found, row)
    for view_id in sorted(set(view_ids) - set(pc.unique(rows.column("view_id")).to_pylist())):
        yield Picture(view_id, reason=MISSING)


def decode(encoded: bytes) -> UInt8[np.ndarray, "h w 3"] | None:
    """Decode a JPEG or PNG to RGB, None if it is damaged; a turn in its metadata is not applied, as boxes ignore it."""
    import cv2  # late: most stages that know about pictures never open one

    if encoded.startswith(b"\xff\xd8") and b"\xff\xd9" not in encoded[-_JPEG_TAIL:]:
        return None  # cut off: OpenCV would fill the rest with grey
    flags = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        rgb = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags) if encoded else None
    except cv2.error:
        return None
    return None if rgb is None else np.asarray(rgb, np.uint8)


def encode_jpeg(
    rgb: UInt8[np.ndarray, "h w 3"], quality: int, spare: UInt8[np.ndarray, "h w 3"] | None = None
) -> bytes:
    """Encode RGB as JPEG, quality 1 to 100; `spare` is memory of the same size that may be overwritten."""
    import cv2

    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR, dst=spare)
    _, encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return bytes(encoded)


def suffix_of(encoded: bytes) -> str:
    """File suffix that fits the bytes: `.png` or `.jpg`."""
    return ".png" if encoded.startswith(b"\x89PNG") else ".jpg"


def _read_file(root: Path | None, image_path: str | None) -> bytes | str:
    if root is None or image_path is None:
        return MISSING
    path = root / image_path
    if not path.resolve().is_relative_to(root.resolve()):
        return OUTSIDE
    try:
        return path.read_bytes()
    except OSError:
        return MISSING


def _checked(view_id: str, encoded: bytes, row: Mapping[str, Any]) -> Picture:
    rgb = decode(encoded)
    if rgb is None:
        return Picture(view_id, reason=DAMAGED)
    if rgb.shape[:2] != (row["height_px"], row["width_px"]):
        return Picture(view_id, reason=WRONG_SIZE)
    return Picture(view_id, encoded, rgb)
