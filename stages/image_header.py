"""What the header of a JPEG, PNG or WebP file says, without decoding a pixel.

Only what stands before the first pixel is read, so a header can be trusted no further than that: whether the rest of
the file is there, `stages.images.decode` finds out.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

MOST_PIXELS = (
    178_956_970  # beyond it Pillow, which most training code reads pictures with, refuses: a decompression bomb
)
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_PLAIN = {(8, 0), (8, 2)}  # bit depth and colour type: grey and RGB of 8 bits
_JPEG_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOFn, less DHT, JPG and DAC
_JPEG_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})  # markers that carry no length
_EXIF, _ORIENTATION = b"Exif\x00\x00", 0x0112
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap width and height


class ImageHeaderError(Exception):
    """A file that is no usable picture; `reason` is a drop reason without its first part."""

    def __init__(self, message: str, reason: str = "image_damaged") -> None:
        """Keep the reason: `image_damaged`, also for other formats, or `image_too_large`."""
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class ImageHeader:
    """Format, size as stored, and how the picture is meant to be turned.

    `plain`: 8 bits per channel, grey or RGB, no alpha, so that every decoder shows the same. `orientation`: EXIF code
    1 to 8, 1 where none is given (that of WebP files is not read); `orientation_at`: place of its low byte in the file.
    """

    format: str
    width_px: int
    height_px: int
    plain: bool
    orientation: int = 1
    orientation_at: int | None = None

    @property
    def shown_size_wh(self) -> tuple[int, int]:
        """Width and height after the turn that the file asks for."""
        return self.turned_size_wh(self.orientation)

    def turned_size_wh(self, orientation: int | None) -> tuple[int, int]:
        """Width and height after the turn of an EXIF orientation; None: as stored."""
        turn = orientation in _TURNED
        return (self.height_px, self.width_px) if turn else (self.width_px, self.height_px)


def parse_header(file: BinaryIO, name: str) -> ImageHeader:
    """Read the header of a picture from the start of a file.

    Args:
        file: Positioned at the start.
        name: What errors call the file.

    Raises:
        ImageHeaderError: The header is damaged, of another format, or of a picture with more than `MOST_PIXELS`.
    """
    start = file.read(2)
    try:
        if start == b"\xff\xd8":
            header = _jpeg(file)
        elif start == _PNG_SIGNATURE[:2]:
            header = _png(file, start + file.read(27))
        else:
            header = _webp(start + file.read(28))
    except struct.error as error:
        raise ImageHeaderError(f"{name}: image header is cut short") from error
    if header is None or min(header.width_px, header.height_px) < 1:
        raise ImageHeaderError(f"{name}: expected a JPEG, PNG or WebP image, found no such header")
    if header.width_px * header.height_px > MOST_PIXELS:
        raise ImageHeaderError(
            f"{name}: {header.width_px} x {header.height_px} pixels are more than {MOST_PIXELS}", "image_too_large"
        )
    return header


def _png(file: BinaryIO, head: bytes) -> ImageHeader | None:
    if head[:8] != _PNG_SIGNATURE or head[12:16] != b"IHDR":
        return None
    width, height, depth, color = struct.unpack(">IIBB", head[16:26])
    plain = (depth, color) in _PNG_PLAIN
    file.seek(4, 1)  # the checksum of IHDR
    while True:
        chunk = file.read(8)
        if len(chunk) < 8 or chunk[4:] in (b"IDAT", b"IEND"):
            return ImageHeader("png", width, height, plain)
        plain = plain and chunk[4:] not in (b"tRNS", b"eXIf")
        if chunk[4:] == b"eXIf":
            orientation, _ = _orientation(file.read(int.from_bytes(chunk[:4], "big")))
            return ImageHeader("png", width, height, False, orientation)
        file.seek(int.from_bytes(chunk[:4], "big") + 4, 1)


def _jpeg(file: BinaryIO) -> ImageHeader | None:
    orientation, at = 1, None
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
            depth, height, width, channels = struct.unpack(">BHHB", file.read(6))
            return ImageHeader("jpeg", width, height, depth == 8 and channels in (1, 3), orientation, at)
        if marker == 0xE1:
            place = file.tell()
            content = file.read(max(length - 2, 0))
            if content.startswith(_EXIF):
                orientation, offset = _orientation(content[len(_EXIF) :])
                at = None if offset is None else place + len(_EXIF) + offset
        else:
            file.seek(length - 2, 1)


def _webp(head: bytes) -> ImageHeader | None:
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return None
    kind = head[12:16]
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = (v & 0x3FFF for v in struct.unpack("<HH", head[26:30]))
    elif kind == b"VP8L" and head[20:21] == b"\x2f":
        (bits,) = struct.unpack("<I", head[21:25])
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8X" and len(head) == 30:
        width, height = (int.from_bytes(head[k : k + 3], "little") + 1 for k in (24, 27))
    else:
        return None
    return ImageHeader("webp", width, height, plain=False)


def _orientation(tiff: bytes) -> tuple[int, int | None]:
    """Find the orientation in the first directory of EXIF data, and the place of its low byte."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        return 1, None
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
        for k in range(entries):
            entry = directory + 2 + 12 * k
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, entry)
            if (tag, kind) == (_ORIENTATION, 3) and 1 <= value <= 8:
                return value, entry + (8 if order == "<" else 9)
    except struct.error:  # cut or made up: as if there were none
        pass
    return 1, None
