"""Picture files of kinds that OpenCV does not write: palettes, CMYK, EXIF turns, lying headers."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import cv2
import numpy as np

# 16 x 16 pixels in two halves, written by Pillow as Adobe programs do: inks inverted.
CMYK_JPEG = base64.b85decode(
    "|JeWT01iQ9Z(?NtWB>pF0095n07C!+0s;d90s{jB0|WyD1O*5M1q1{I3I_)U2n-4g3=0Yi3k?nu5Dg9y4hstq77!5=6crT}3=bC=78Do~6crTzzyK"
    "5o01yBW1Va%3O%VWD5dcdO0RO}Q7XSeP0RaF20000000000000UJ2MGVf02B}b00000000000000000000|Jnc!1VaE#09gP_002J#<HZA2H*^rP"
    "9F3z;9+k!<wq8QWayE@Y|Je"
)
CMYK_RGB = np.array([[46, 190, 215], [245, 53, 34]], np.uint8)[np.arange(16) // 8][None].repeat(16, 0)  # by Pillow


def gradient(height_px: int, width_px: int) -> np.ndarray:
    """Smooth RGB picture of which no turn or mirror image equals another."""
    row, column = np.mgrid[:height_px, :width_px]
    channels = [40 + 2 * row, 200 - 2 * column, 30 + row + column]
    return np.stack(channels, axis=2).astype(np.uint8)


def png(pixels: np.ndarray) -> bytes:
    """PNG of grey, RGB or RGBA with 8 or 16 bits."""
    if pixels.ndim == 3:
        pixels = pixels[:, :, [2, 1, 0, *range(3, pixels.shape[2])]]
    return bytes(cv2.imencode(".png", pixels)[1])


def jpeg(pixels: np.ndarray, *options: int) -> bytes:
    """JPEG of grey or RGB."""
    pixels = pixels if pixels.ndim == 2 else pixels[:, :, ::-1]
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 98, *options])[1])


def palette_png(index: np.ndarray, colors: Sequence[tuple[int, int, int]], alpha: int | None = None) -> bytes:
    """PNG of palette indices (h, w); `alpha` is that of the first colour."""
    rows = b"".join(b"\0" + bytes(row.tolist()) for row in index)
    chunks = [_chunk(b"IHDR", struct.pack(">IIBBBBB", index.shape[1], index.shape[0], 8, 3, 0, 0, 0))]
    chunks.append(_chunk(b"PLTE", bytes(value for color in colors for value in color)))
    if alpha is not None:
        chunks.append(_chunk(b"tRNS", bytes([alpha])))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def bomb_png() -> bytes:
    """A few kilobytes that claim, and unpack to, 30,000 x 30,000 black pixels of one bit."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = bytes(3751 * 30)
    pixels = b"".join(packer.compress(rows) for _ in range(1000)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def exif(encoded_jpeg: bytes, orientation: int, order: str = "<") -> bytes:
    """The same JPEG with an orientation in its EXIF data, which holds a thumbnail's end marker too."""
    entries = struct.pack(f"{order}HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}I", 8) + entries
    content = b"Exif\0\0" + tiff + b"\xff\xd8\xff\xd9"
    return encoded_jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + encoded_jpeg[2:]


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
