from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest

from stages.images import (
    DAMAGED,
    MISSING,
    OUTSIDE,
    TOO_LARGE,
    WRONG_SIZE,
    Picture,
    decode,
    encode_jpeg,
    load_pictures,
    read_pictures,
    source_root,
    suffix_of,
    turned,
)
from stages.schema.errors import ParamsError
from tests.handmade import table, view, write
from tests.made_pictures import CMYK_JPEG, CMYK_RGB, bomb_png, exif, gradient, jpeg, palette_png, png

RED = np.zeros((48, 64, 3), np.uint8) + np.array([200, 30, 10], np.uint8)
JPEG = encode_jpeg(RED, 95)


def read(views: pa.Table, wanted: list[str], root: Path | None) -> dict[str, Picture]:
    return {p.view_id: p for p in read_pictures(Path("data/scenes/rooms"), root, 0, views, wanted)}


def pixels(view_id: str, image: bytes) -> dict[str, object]:
    return {"view_id": view_id, "scene_id": view_id.rsplit("/", 1)[0], "image": image, "depth": None}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_pixels_and_files_come_side_by_side(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in/a.png").write_bytes(png(RED))
    views = table("view", [view("rooms/1/000"), view("rooms/1/001", image_path="in/a.png"), view("rooms/1/002")])
    write("scenes/rooms", "pixels", [pixels("rooms/1/000", JPEG), pixels("rooms/1/002", JPEG)])
    found = read(views, ["rooms/1/001", "rooms/1/000"], folder)
    assert sorted(found) == ["rooms/1/000", "rooms/1/001"]
    assert found["rooms/1/000"].encoded == JPEG
    rgb = found["rooms/1/001"].rgb
    assert rgb is not None
    assert (rgb == RED).all()


BAD = [
    pytest.param("gone.jpg", b"", MISSING, id="no such file"),
    pytest.param("../secret.jpg", JPEG, OUTSIDE, id="path out of the root"),
    pytest.param("in", None, MISSING, id="a folder"),
    pytest.param("a.jpg", b"not a picture", DAMAGED, id="no picture"),
    pytest.param("a.jpg", b"", DAMAGED, id="empty file"),
    pytest.param("a.jpg", JPEG[: len(JPEG) // 2], DAMAGED, id="cut off"),
    pytest.param("a.jpg", encode_jpeg(RED[:, :32], 90), WRONG_SIZE, id="other size than the table says"),
    pytest.param(None, None, MISSING, id="neither file nor pixels"),
    pytest.param("a.png", bomb_png(), TOO_LARGE, id="decompression bomb"),
    pytest.param("a.png", png(RED)[:-30], DAMAGED, id="png cut off"),
    pytest.param("a.png", png(RED)[:60] + b"\0" + png(RED)[61:], DAMAGED, id="png with a wrong byte"),
    pytest.param("a.jpg", exif(JPEG, 6)[: len(JPEG)], DAMAGED, id="cut off behind a thumbnail's place"),
    pytest.param("a.gif", b"GIF89a" + bytes(40), DAMAGED, id="other format"),
]


@pytest.mark.parametrize(("path", "content", "reason"), BAD)
def test_bad_pictures_have_a_reason(folder: Path, path: str | None, content: bytes | None, reason: str) -> None:
    root = folder / "root"
    (root / "in").mkdir(parents=True)
    if path and content is not None and reason != MISSING:
        (root / path).write_bytes(content)
    found = read(table("view", [view("rooms/1/000", image_path=path)]), ["rooms/1/000"], root)
    assert (found["rooms/1/000"].reason, found["rooms/1/000"].rgb) == (reason, None)


def test_every_wanted_view_is_answered(folder: Path) -> None:
    views = table("view", [view("rooms/1/000"), view("rooms/1/001", image_path="a.jpg")])
    write("scenes/rooms", "pixels", [])
    found = read(views, ["rooms/1/000", "rooms/1/001", "rooms/9/000"], None)
    assert {name: p.reason for name, p in found.items()} == dict.fromkeys(
        ["rooms/1/000", "rooms/1/001", "rooms/9/000"], MISSING
    )


def test_load_pictures_takes_the_root_from_params_and_skips_bad_ones(folder: Path) -> None:
    (folder / "root").mkdir()
    (folder / "root/a.jpg").write_bytes(JPEG)
    (folder / "params.yaml").write_text("sources: {rooms: {root: root}}\n")
    views = table("view", [view("rooms/1/000", image_path="a.jpg"), view("rooms/1/001", image_path="b.jpg")])
    found = list(load_pictures("rooms", 0, views, ["rooms/1/000", "rooms/1/001"]))
    assert [name for name, _ in found] == ["rooms/1/000"]
    assert np.abs(found[0][1].astype(int) - RED).max() <= 4


def test_source_root() -> None:
    data = {"sources": {"rooms": {"reader": "procedural"}, "coco": {"root": "in/coco"}}}
    assert source_root(data, "rooms") is None
    assert source_root(data, "coco") == Path("in/coco")
    with pytest.raises(ParamsError, match="Did you mean 'coco'"):
        source_root(data, "cocoo")


def test_decode_keeps_channels_in_order() -> None:
    rgb = decode(png(RED))
    assert rgb is not None
    assert rgb[0, 0].tolist() == [200, 30, 10]
    assert decode(b"") is None


FADE = gradient(48, 64)
ALPHA = np.dstack([FADE, np.full((48, 64), 51, np.uint8)])
ON_WHITE = (FADE.astype(int) * 51 + 255 * 204 + 127) // 255


def webp(pixels: np.ndarray) -> bytes:
    return bytes(cv2.imencode(".webp", bgr(pixels), [cv2.IMWRITE_WEBP_QUALITY, 101])[1])


def bgr(pixels: np.ndarray) -> np.ndarray:
    return pixels[:, :, [2, 1, 0, *range(3, pixels.shape[2])]]


def by_others(encoded: bytes) -> np.ndarray:
    """Decode to RGB the way most programs do: a turn is applied, alpha is dropped."""
    return bgr(np.asarray(cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)))


KINDS = [
    pytest.param(png(FADE), FADE, 0, id="rgb png"),
    pytest.param(png(FADE[:, :, 0]), FADE[:, :, :1].repeat(3, 2), 0, id="grey png"),
    pytest.param(png(FADE.astype(np.uint16) * 257), FADE, 0, id="16-bit png"),
    pytest.param(png(FADE[:, :, 0].astype(np.uint16) * 257 + 100), FADE[:, :, :1].repeat(3, 2), 0, id="16-bit grey"),
    pytest.param(png(ALPHA), ON_WHITE, 0, id="png with alpha"),
    pytest.param(png(ALPHA.astype(np.uint16) * 257), ON_WHITE, 1, id="16-bit png with alpha"),
    pytest.param(palette_png(np.arange(48 * 64).reshape(48, 64) % 2, [(9, 8, 7), (200, 0, 99)]),
                 np.array([[9, 8, 7], [200, 0, 99]])[np.arange(48 * 64).reshape(48, 64) % 2], 0, id="palette"),
    pytest.param(palette_png(np.zeros((48, 64), int), [(9, 8, 7)], alpha=0), np.full((48, 64, 3), 255), 0,
                 id="palette with a clear colour"),
    pytest.param(jpeg(FADE), FADE, 6, id="jpeg"),
    pytest.param(jpeg(FADE[:, :, 0]), FADE[:, :, :1].repeat(3, 2), 4, id="grey jpeg"),
    pytest.param(jpeg(FADE, cv2.IMWRITE_JPEG_PROGRESSIVE, 1), FADE, 6, id="progressive jpeg"),
    pytest.param(jpeg(FADE) + b"film" * 999, FADE, 6, id="jpeg with a film behind"),
    pytest.param(exif(jpeg(FADE), 6), FADE, 6, id="jpeg with a turn"),
    pytest.param(CMYK_JPEG, CMYK_RGB, 4, id="cmyk jpeg"),
    pytest.param(webp(FADE), FADE, 0, id="webp"),
    pytest.param(webp(ALPHA), ON_WHITE, 1, id="webp with alpha"),
]  # fmt: skip


@pytest.mark.parametrize(("encoded", "shown", "tolerance"), KINDS)
def test_every_kind_of_file_is_shown_as_rgb(folder: Path, encoded: bytes, shown: np.ndarray, tolerance: int) -> None:
    (folder / "a").write_bytes(encoded)
    height, width = shown.shape[:2]
    picture = read(table("view", [view("rooms/1/000", width, height, image_path="a")]), ["rooms/1/000"], folder)[
        "rooms/1/000"
    ]
    assert picture.rgb is not None
    assert np.abs(picture.rgb.astype(int) - shown).max() <= tolerance
    assert picture.rgb.flags.c_contiguous
    assert picture.encoded[:3] in (b"\xff\xd8\xff", b"\x89PN")
    assert np.median(np.abs(by_others(picture.encoded).astype(int) - picture.rgb)) <= 2


@pytest.mark.parametrize("content", [png(FADE), jpeg(FADE), jpeg(FADE[:, :, 0]), exif(jpeg(FADE), 1)])
def test_plain_files_are_handed_on_byte_for_byte(folder: Path, content: bytes) -> None:
    (folder / "a").write_bytes(content)
    found = read(table("view", [view("rooms/1/000", image_path="a")]), ["rooms/1/000"], folder)
    assert found["rooms/1/000"].encoded == content


@pytest.mark.parametrize("order", ["<", ">"], ids=["little", "big"])
@pytest.mark.parametrize("code", range(1, 9))
def test_turns_are_those_of_exif(folder: Path, code: int, order: str) -> None:
    (folder / "a").write_bytes(exif(jpeg(FADE), code, order))
    turned_bgr = cv2.imread(str(folder / "a"))
    assert turned_bgr is not None
    height, width = turned_bgr.shape[:2]
    shown = view("rooms/1/000", width, height, image_path="a", orientation=code)
    stored = view("rooms/1/001", 64, 48, image_path="a")
    found = read(table("view", [shown, stored]), ["rooms/1/000", "rooms/1/001"], folder)
    as_shown, as_stored = found["rooms/1/000"], found["rooms/1/001"]
    assert as_shown.rgb is not None
    np.testing.assert_array_equal(as_shown.rgb, bgr(turned_bgr))
    assert as_stored.rgb is not None
    assert as_stored.rgb.shape == (48, 64, 3)
    for picture in (as_shown, as_stored):  # whoever applies a turn by itself sees the same
        assert picture.rgb is not None
        assert np.abs(by_others(picture.encoded).astype(int) - picture.rgb).max() <= 12


@pytest.mark.parametrize("code", range(1, 9))
def test_turns_of_an_uneven_array(code: int) -> None:
    letters = np.array([list("ab"), list("cd"), list("ef")])
    expected = {1: "ab cd ef", 2: "ba dc fe", 3: "fe dc ba", 4: "ef cd ab",
                5: "ace bdf", 6: "eca fdb", 7: "fdb eca", 8: "bdf ace"}[code]  # fmt: skip
    assert " ".join("".join(row) for row in turned(letters, code)) == expected


def test_suffix_fits_the_bytes() -> None:
    assert (suffix_of(JPEG), suffix_of(png(RED))) == (".jpg", ".png")
