"""What a picture is recognised by: a hash of its file, and one of its looks that survives scaling and re-encoding.

The perceptual hash holds the signs of the 63 lowest frequencies (cosine transform, 8 x 8 without the mean) of the grey
picture at 32 x 32. Equal pictures at another size or JPEG quality differ in at most a few bits, different ones in about
half (figures: benchmarks/fingerprints.py). A mirror image has the odd horizontal frequencies negated, so its hash
follows from the hash itself: `mirrored`.

C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, describes the transform; taking
signs instead of comparing with the median is what makes mirroring exact.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, UInt8

from stages.image_header import ImageHeader, ImageHeaderError, parse_header
from stages.images import DAMAGED, TOO_LARGE, WRONG_SIZE, decode_stored, jpeg_ends, turned

SIDE_PX = 32
FREQUENCIES = 8
_REDUCED_SIDE_PX = 96  # JPEG is decoded at the smallest scale that leaves so much: cheaper, and at most a bit apart
_MIRROR = sum(1 << k for k in range(FREQUENCIES**2 - 1) if (k + 1) % FREQUENCIES % 2)  # odd horizontal frequencies


@dataclass(frozen=True)
class Fingerprint:
    """`content`: hash of the file's bytes, 32 hex digits; `perceptual`: 63 bits."""

    content: str
    perceptual: int


def fingerprint(encoded: bytes, size_wh: tuple[int, int], orientation: int | None) -> Fingerprint | str:
    """Hash a picture as a view shows it.

    Args:
        encoded: The whole file.
        size_wh: Size that the view states.
        orientation: EXIF code of the turn to apply; None: as stored.

    Returns:
        Why there is none: `picture.damaged`, `picture.too_large` or `picture.wrong_size`.
    """
    try:
        header = parse_header(io.BytesIO(encoded), "picture")
    except ImageHeaderError as error:
        return TOO_LARGE if error.reason == "image_too_large" else DAMAGED
    if header.turned_size_wh(orientation) != size_wh:
        return WRONG_SIZE
    grey = _grey(encoded, header)
    if grey is None:
        return DAMAGED
    return Fingerprint(content_hash(encoded), perceptual_hash(turned(grey, orientation)))


def content_hash(encoded: bytes) -> str:
    """Hash of a file's bytes as 32 hex digits."""
    return hashlib.blake2b(encoded, digest_size=16).hexdigest()


def perceptual_hash(grey: UInt8[np.ndarray, "h w"]) -> int:
    """Hash of what a grey picture looks like, 63 bits; a picture of one value has none set."""
    import cv2

    small = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float64)
    waves = _waves()
    signs = (waves @ small @ waves.T).ravel()[1:] > 1e-6  # less is rounding: no wave of this frequency
    return int(sum(1 << k for k in np.flatnonzero(signs).tolist()))


def mirrored(perceptual: int) -> int:
    """Hash of the mirror image (left and right swapped) of a picture."""
    return perceptual ^ _MIRROR


def bits_apart(a: Int[np.ndarray, "*n"], b: Int[np.ndarray, "*n"]) -> Int[np.ndarray, "*n"]:
    """Count the bits in which hashes differ."""
    apart: Int[np.ndarray, "*n"] = np.bitwise_count(a ^ b).astype(np.int64)
    return apart


def _waves() -> Float[np.ndarray, "f s"]:
    """Cosine waves, one a row; signs need no normalisation."""
    place = 2 * np.arange(SIDE_PX) + 1
    waves: Float[np.ndarray, "f s"] = np.cos(np.pi * place * np.arange(FREQUENCIES)[:, None] / (2 * SIDE_PX))
    return waves


def _grey(encoded: bytes, header: ImageHeader) -> UInt8[np.ndarray, "h w"] | None:
    """Decode to grey, not turned; plain JPEG at reduced scale. None if the file is damaged."""
    import cv2  # late: most stages that know about pictures never open one

    if header.format != "jpeg" or not header.plain:
        rgb = decode_stored(encoded, header)
        return None if rgb is None else np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)
    if not jpeg_ends(encoded):
        return None
    fitting = [f for f in (8, 4, 2) if min(header.width_px, header.height_px) // f >= _REDUCED_SIDE_PX]
    scale = {8: cv2.IMREAD_REDUCED_GRAYSCALE_8, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4, 2: cv2.IMREAD_REDUCED_GRAYSCALE_2}
    flags = scale[fitting[0]] if fitting else cv2.IMREAD_GRAYSCALE
    try:
        grey = cv2.imdecode(np.frombuffer(encoded, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        return None
    return None if grey is None else np.asarray(grey, np.uint8)
