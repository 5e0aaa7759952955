"""Sizes are read from headers; anything else is refused by name."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from stages.sources.image_header import ImageHeaderError, image_size_wh


@pytest.mark.parametrize("suffix", [".jpg", ".png"])
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
