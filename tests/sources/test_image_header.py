"""Sizes are read from headers; anything else is refused by name."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.image_header import MOST_PIXELS, parse_header
from stages.sources.image_header import ImageHeaderError, image_size_wh, read_header
from tests.made_pictures import CMYK_JPEG, bomb_png, exif, jpeg, palette_png, png


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
@pytest.mark.parametrize("size_wh", [(1, 1), (300, 7), (640, 480)], ids=str)
def test_size_of_written_pictures(tmp_path: Path, suffix: str, size_wh: tuple[int, int]) -> None:
    path = tmp_path / f"picture{suffix}"
    assert cv2.imwrite(str(path), np.zeros((size_wh[1], size_wh[0], 3), np.uint8))
    assert image_size_wh(path) == size_wh


def test_progressive_jpeg_after_a_thumbnail(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    small = cv2.imencode(".jpg", np.zeros((4, 4, 3), np.uint8))[1].tobytes()
    large = cv2.imencode(".jpg", np.zeros((20, 30, 3), np.uint8), [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])[1].tobytes()
    thumbnail = b"\xff\xe1" + (len(small) + 2).to_bytes(2, "big") + small
    path.write_bytes(large[:2] + thumbnail + b"\xff\xff" + large[2:])
    assert image_size_wh(path) == (30, 20)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\xd8", id="jpeg_cut_at_once"),
        pytest.param(b"\xff\xd8\xff\xc0\x00\x11\x08\x00", id="jpeg_cut_in_its_size"),
        pytest.param(b"\xff\xd8abcdef", id="jpeg_without_marker"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", id="png_cut"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 8, id="png_of_no_size"),
        pytest.param(b"GIF89a" + b"\x01" * 30, id="gif"),
    ],
)
def test_damaged_headers_are_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "picture.bin"
    path.write_bytes(content)
    with pytest.raises(ImageHeaderError, match=r"picture\.bin"):
        image_size_wh(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        image_size_wh(tmp_path / "none.jpg")


GREY = np.zeros((4, 6), np.uint8)
LOSSLESS = [cv2.IMWRITE_WEBP_QUALITY, 101]


@pytest.mark.parametrize(
    ("content", "kind", "plain"),
    [
        pytest.param(png(GREY), "png", True, id="grey png"),
        pytest.param(png(np.zeros((4, 6, 3), np.uint8)), "png", True, id="rgb png"),
        pytest.param(png(GREY.astype(np.uint16)), "png", False, id="16-bit png"),
        pytest.param(png(np.zeros((4, 6, 4), np.uint8)), "png", False, id="png with alpha"),
        pytest.param(palette_png(GREY, [(1, 2, 3)]), "png", False, id="palette"),
        pytest.param(jpeg(GREY), "jpeg", True, id="grey jpeg"),
        pytest.param(CMYK_JPEG, "jpeg", False, id="cmyk jpeg"),
        pytest.param(cv2.imencode(".webp", GREY)[1].tobytes(), "webp", False, id="lossy webp"),
        pytest.param(cv2.imencode(".webp", GREY, LOSSLESS)[1].tobytes(), "webp", False, id="lossless webp"),
    ],
)
def test_formats(tmp_path: Path, content: bytes, kind: str, plain: bool) -> None:
    (tmp_path / "a").write_bytes(content)
    header = read_header(tmp_path / "a")
    assert (header.format, header.plain, header.orientation) == (kind, plain, 1)
    assert header.shown_size_wh == ((16, 16) if content == CMYK_JPEG else (6, 4))


def test_extended_webp(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"RIFF\x16\0\0\0WEBPVP8X\n\0\0\0\x10\0\0\0\x2b\1\0\6\0\0")
    assert image_size_wh(tmp_path / "a") == (300, 7)


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("code", range(1, 9))
def test_size_as_stored_and_as_shown(tmp_path: Path, code: int, order: str) -> None:
    (tmp_path / "a").write_bytes(exif(jpeg(GREY), code, order))
    assert image_size_wh(tmp_path / "a") == (6, 4)
    assert read_header(tmp_path / "a").orientation == code
    assert read_header(tmp_path / "a").shown_size_wh == ((4, 6) if code > 4 else (6, 4))


@pytest.mark.parametrize("code", [0, 9, 4000])
def test_a_turn_that_does_not_exist_is_none(tmp_path: Path, code: int) -> None:
    (tmp_path / "a").write_bytes(exif(jpeg(GREY), code))
    assert read_header(tmp_path / "a").orientation == 1


@given(st.binary(max_size=40))
def test_made_up_exif_is_no_turn_and_no_crash(tiff: bytes) -> None:
    content = b"Exif\0\0" + tiff
    segment = b"\xff\xe1" + (len(content) + 2).to_bytes(2, "big") + content
    encoded = jpeg(GREY)
    assert parse_header(io.BytesIO(encoded[:2] + segment + encoded[2:]), "a").shown_size_wh in {(6, 4), (4, 6)}


def test_bombs_are_told_from_damage(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bomb_png())
    with pytest.raises(ImageHeaderError, match=f"30000 x 30000 pixels are more than {MOST_PIXELS}") as caught:
        image_size_wh(tmp_path / "a")
    assert caught.value.reason == "image_too_large"
