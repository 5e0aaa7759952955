"""Copies of a picture are recognised at any size and quality, mirrored too; other pictures are not."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.fingerprint import Fingerprint, bits_apart, content_hash, fingerprint, mirrored, perceptual_hash
from stages.images import DAMAGED, TOO_LARGE, WRONG_SIZE
from tests.made_pictures import CMYK_JPEG, bomb_png, exif, jpeg, png

SAME, OTHER = 8, 14  # bits: copies stay below the first, other pictures above the second


def picture(seed: int, height: int = 240, width: int = 320) -> np.ndarray:
    """Blobs of many sizes, as in a photograph; the same seed gives the same."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width, 3))
    for cells in (3, 5, 9, 17):
        coarse = rng.normal(size=(cells, cells, 3)).astype(np.float32)
        total += np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), float) / cells**0.5
    return np.clip(128 + 60 * total, 0, 255).astype(np.uint8)


def hash_of(encoded: bytes, size_wh: tuple[int, int], orientation: int | None = None) -> int:
    found = fingerprint(encoded, size_wh, orientation)
    assert isinstance(found, Fingerprint)
    return found.perceptual


def apart(a: int, b: int) -> int:
    return int(bits_apart(np.array([a]), np.array([b]))[0])


PHOTO = picture(1)
HASH = hash_of(png(PHOTO), (320, 240))


def scaled(factor: float) -> np.ndarray:
    return np.asarray(cv2.resize(PHOTO, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


COPIES = [
    pytest.param(jpeg(PHOTO), id="jpeg"),
    pytest.param(jpeg(PHOTO, cv2.IMWRITE_JPEG_QUALITY, 20), id="coarse jpeg"),
    pytest.param(jpeg(scaled(0.25)), id="a quarter"),
    pytest.param(jpeg(scaled(4)), id="four times"),
    pytest.param(png(scaled(0.5)), id="half png"),
    pytest.param(png(np.asarray(cv2.resize(PHOTO, (224, 224)))), id="squeezed"),
    pytest.param(png(np.dstack([PHOTO, np.full((240, 320), 255, np.uint8)])), id="with alpha"),
    pytest.param(png(PHOTO.astype(np.uint16) * 257), id="16 bits"),
    pytest.param(jpeg(np.asarray(cv2.convertScaleAbs(PHOTO, alpha=0.8, beta=30))), id="faded"),
    pytest.param(cv2.imencode(".webp", PHOTO[:, :, ::-1])[1].tobytes(), id="webp"),
    pytest.param(exif(jpeg(PHOTO), 6), id="with a turn that is ignored"),
]


def size_of(encoded: bytes) -> tuple[int, int]:
    decoded = np.asarray(cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_UNCHANGED))
    return decoded.shape[1], decoded.shape[0]


@pytest.mark.parametrize("encoded", COPIES)
def test_copies_are_near(encoded: bytes) -> None:
    assert apart(hash_of(encoded, size_of(encoded)), HASH) < SAME
    assert content_hash(encoded) != content_hash(png(PHOTO))


@pytest.mark.parametrize("encoded", COPIES)
def test_mirror_images_are_near_the_mirrored_hash(encoded: bytes) -> None:
    flipped = hash_of(png(PHOTO[:, ::-1]), (320, 240))
    assert apart(flipped, HASH) > OTHER
    assert apart(flipped, mirrored(hash_of(encoded, size_of(encoded)))) < SAME


def test_other_pictures_are_far() -> None:
    hashes = np.array([perceptual_hash(picture(seed)[:, :, 0]) for seed in range(60)])
    both = np.array([[mirrored(h) for h in hashes.tolist()], hashes])
    distances = bits_apart(both[:, :, None], hashes[None, None, :])[:, ~np.eye(60, dtype=bool)]
    assert distances.min() > OTHER
    assert 28 < distances.mean() < 35, "half of the bits"


@pytest.mark.parametrize("code", range(1, 9))
def test_the_hash_is_that_of_the_picture_shown(code: int) -> None:
    encoded = exif(jpeg(PHOTO), code)
    shown = np.asarray(cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR))[:, :, ::-1]
    height, width = shown.shape[:2]
    assert apart(hash_of(encoded, (width, height), code), hash_of(png(shown), (width, height))) <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(32, 90), st.integers(32, 90))
def test_mirrored_hash_is_that_of_the_mirror_image(seed: int, height: int, width: int) -> None:
    grey = picture(seed, height, width)[:, :, 1]
    found = perceptual_hash(grey)
    assert 0 <= found < 2**63
    assert mirrored(mirrored(found)) == found
    assert apart(perceptual_hash(np.ascontiguousarray(grey[:, ::-1])), mirrored(found)) <= 3


@pytest.mark.parametrize("value", [0, 128, 255])
def test_one_colour_has_no_waves(value: int) -> None:
    assert perceptual_hash(np.full((40, 50), value, np.uint8)) == 0


def test_content_hash_is_of_the_bytes() -> None:
    assert content_hash(b"") == "cae66941d9efbd404e4d88758ea67670"  # BLAKE2b-128 of nothing, RFC 7693 parameters
    assert content_hash(b"a") != content_hash(b"b")


BAD: list[Any] = [
    pytest.param(b"", (320, 240), DAMAGED, id="empty"),
    pytest.param(jpeg(PHOTO)[:-200], (320, 240), DAMAGED, id="cut jpeg"),
    pytest.param(png(PHOTO)[:-200], (320, 240), DAMAGED, id="cut png"),
    pytest.param(CMYK_JPEG[:-9], (16, 16), DAMAGED, id="cut cmyk jpeg"),
    pytest.param(bomb_png(), (30_000, 30_000), TOO_LARGE, id="bomb"),
    pytest.param(jpeg(PHOTO), (320, 241), WRONG_SIZE, id="other size"),
]


@pytest.mark.parametrize(("encoded", "size_wh", "reason"), BAD)
def test_bad_pictures_have_a_reason(encoded: bytes, size_wh: tuple[int, int], reason: str) -> None:
    assert fingerprint(encoded, size_wh, None) == reason
