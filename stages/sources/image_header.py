"""Width and height of JPEG and PNG files from their headers, without decoding a pixel."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOFn, less DHT, JPG and DAC
_JPEG_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})  # markers that carry no length


class ImageHeaderError(Exception):
    """The file is neither a JPEG nor a PNG, or its header is cut short."""


def image_size_wh(path: Path) -> tuple[int, int]:
    """Read width and height as stored; an EXIF rotation is not applied.

    Raises:
        FileNotFoundError: There is no such file.
        ImageHeaderError: The header is damaged or of another format; the message names the file.
    """
    with path.open("rb") as file:
        return _size(file, str(path))


def encoded_size_wh(encoded: bytes, where: str) -> tuple[int, int]:
    """Read width and height of a picture in memory, as `image_size_wh` does.

    Raises:
        ImageHeaderError: The header is damaged or of another format; the message names `where`.
    """
    return _size(BytesIO(encoded), where)


def _size(file: BinaryIO, where: str) -> tuple[int, int]:
    start = file.read(2)
    try:
        size = _jpeg_size(file) if start == b"\xff\xd8" else _png_size(start + file.read(22))
    except struct.error as error:
        raise ImageHeaderError(f"{where}: image header is cut short") from error
    if size is None or min(size) < 1:
        raise ImageHeaderError(f"{where}: expected a JPEG or PNG image, found neither header")
    return size


def _png_size(head: bytes) -> tuple[int, int] | None:
    if head[:8] != _PNG_SIGNATURE or head[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def _jpeg_size(file: BinaryIO) -> tuple[int, int] | None:
    while True:
        (lead,) = struct.unpack("B", file.read(1))
        if lead != 0xFF:
            return None
        marker = 0xFF
        while marker == 0xFF:  # any number of fill bytes may precede a marker
            (marker,) = struct.unpack("B", file.read(1))
        if marker in _JPEG_BARE_MARKERS:
            continue
        (length,) = struct.unpack(">H", file.read(2))
        if marker in _JPEG_FRAME_MARKERS:
            height, width = struct.unpack(">xHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
