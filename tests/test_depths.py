"""Depth files of a source come as metres at the picture's pixels; what cannot be read is left out."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.depths import DECODERS, at_pixels, decoder_of, disk_depths
from stages.registry import UnknownName
from tests.handmade import table, view

UNITS = np.array([[1000, 0, 2500], [65535, 1, 40]], np.uint16)


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("sources: {rooms: {root: in}}\n")
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def save(path: Path, values: np.ndarray) -> None:
    path.write_bytes(cv2.imencode(".png", values)[1].tobytes())


def read(width_px: int = 3, height_px: int = 2, **values: object) -> np.ndarray | None:
    row = view("rooms/1/000", width_px, height_px, depth_path="d.png", depth_scale_m=0.001) | values
    return dict(disk_depths("rooms", 0, table("view", [row]))(["rooms/1/000"])).get("rooms/1/000")


@pytest.mark.parametrize("encoding", [None, "png_z"])
def test_units_become_metres_and_zero_is_no_depth(root: Path, encoding: str | None) -> None:
    save(root / "d.png", UNITS)
    found = read(depth_encoding=encoding)
    assert found is not None
    np.testing.assert_allclose(found, [[1, np.nan, 2.5], [65.535, 0.001, 0.04]], rtol=1e-6)


def test_smaller_depth_is_sampled_not_blended(root: Path) -> None:
    save(root / "d.png", UNITS)
    found = read(6, 4)
    assert found is not None
    np.testing.assert_array_equal(found, np.repeat(np.repeat(read_metres(), 2, axis=0), 2, axis=1))


def read_metres() -> np.ndarray:
    return np.where(UNITS > 0, UNITS * np.float32(0.001), np.float32(np.nan))


BAD = [
    pytest.param(b"", {}, id="empty"),
    pytest.param(b"no picture", {}, id="no picture"),
    pytest.param(cv2.imencode(".png", UNITS)[1].tobytes()[:-20], {}, id="cut off"),
    pytest.param(cv2.imencode(".png", UNITS.astype(np.uint8))[1].tobytes(), {}, id="8 bit"),
    pytest.param(cv2.imencode(".png", np.zeros((2, 3, 3), np.uint16))[1].tobytes(), {}, id="colour"),
    pytest.param(cv2.imencode(".png", UNITS)[1].tobytes(), {"width_px": 2, "height_px": 3}, id="other proportions"),
    pytest.param(cv2.imencode(".png", UNITS)[1].tobytes(), {"depth_path": "../d.png"}, id="out of the root"),
    pytest.param(cv2.imencode(".png", UNITS)[1].tobytes(), {"depth_path": "e.png"}, id="no such file"),
    pytest.param(cv2.imencode(".png", UNITS)[1].tobytes(), {"depth_scale_m": None}, id="no scale"),
]


@pytest.mark.parametrize(("content", "values"), BAD)
def test_what_cannot_be_read_is_left_out(root: Path, content: bytes, values: dict[str, object]) -> None:
    (root / "d.png").write_bytes(content)
    (root.parent / "d.png").write_bytes(content)
    assert read(**values) is None  # type: ignore[arg-type]


def test_unknown_encoding_is_an_error_that_names_the_known() -> None:
    with pytest.raises(UnknownName, match=r"png_x.*Did you mean 'png_z'"):
        decoder_of("png_x")
    assert decoder_of(None) is DECODERS["png_z"]


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 5))
def test_every_sample_is_the_pixel_it_lies_in(rows: int, columns: int, times: int) -> None:
    depth_m = np.arange(rows * columns, dtype=np.float32).reshape(rows, columns)
    larger = at_pixels(depth_m, rows * times, columns * times)
    assert larger is not None
    np.testing.assert_array_equal(larger, np.repeat(np.repeat(depth_m, times, axis=0), times, axis=1))
    back = at_pixels(larger, rows, columns)
    assert back is not None
    np.testing.assert_array_equal(back, depth_m)


def test_no_rows_are_no_depth() -> None:
    assert at_pixels(np.zeros((0, 4), np.float32), 3, 4) is None
