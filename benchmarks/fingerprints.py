"""Perceptual hashes: how many bits apart are copies of a picture, and different pictures; milliseconds a picture.

Pictures are all JPEG and PNG files below FOLDER (one of each file name's first five parts, so that neighbouring frames
do not pose as different pictures), or else one frame of every made scene below data/scenes.

    python -m benchmarks.fingerprints [FOLDER]
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np

from stages.fingerprint import Fingerprint, bits_apart, fingerprint, mirrored
from stages.image_header import ImageHeaderError
from stages.images import decode
from stages.schema.store import iter_pixels, read_table, shard_path, shards_in
from stages.sources.image_header import image_size_wh

SCENES = Path("data/scenes")
LIMITS = (4, 6, 8, 10, 12)
MOST = 600
REPEATS = 3


def jpeg(rgb: np.ndarray, quality: int = 92) -> bytes:
    return bytes(cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1])


def scaled(rgb: np.ndarray, factor: float) -> np.ndarray:
    return np.asarray(cv2.resize(rgb, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def inner(rgb: np.ndarray, share: float) -> np.ndarray:
    """The picture without a rim of `share` of each side."""
    y, x = (round(share * side) for side in rgb.shape[:2])
    return np.ascontiguousarray(rgb[y : rgb.shape[0] - y, x : rgb.shape[1] - x])


COPIES: dict[str, Callable[[np.ndarray], bytes]] = {
    "jpeg quality 30": lambda rgb: jpeg(rgb, 30),
    "half size": lambda rgb: jpeg(scaled(rgb, 0.5)),
    "quarter size": lambda rgb: jpeg(scaled(rgb, 0.25)),
    "double size": lambda rgb: jpeg(scaled(rgb, 2)),
    "224 x 224": lambda rgb: jpeg(np.asarray(cv2.resize(rgb, (224, 224), interpolation=cv2.INTER_AREA))),
    "brighter": lambda rgb: jpeg(np.asarray(cv2.convertScaleAbs(rgb, alpha=1.2, beta=20))),
    "cut by 3 % a side": lambda rgb: jpeg(inner(rgb, 0.03)),
    "mirrored, half size": lambda rgb: jpeg(scaled(np.ascontiguousarray(rgb[:, ::-1]), 0.5)),
}


def files(folder: Path) -> Iterator[bytes]:
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
    for _, same in groupby(paths, key=lambda p: (p.parent, p.stem[:5]) if p.stem.startswith("frame") else p):
        path = next(same)
        try:
            image_size_wh(path)
        except ImageHeaderError:
            continue
        yield path.read_bytes()


def frames() -> Iterator[bytes]:
    for folder in sorted(p for p in SCENES.iterdir() if p.is_dir()):
        for shard in shards_in(folder, "view"):
            views = read_table(shard_path(folder, "view", shard), "view", ["view_id", "scene_id"]).to_pylist()
            first = {row["scene_id"]: row["view_id"] for row in reversed(views)}
            if shard_path(folder, "pixels", shard).exists():
                yield from (encoded for _, encoded, _ in iter_pixels(folder, shard, list(first.values())))


def hash_of(encoded: bytes) -> int:
    decoded = decode(encoded)
    assert decoded is not None
    found = fingerprint(encoded, (decoded.shape[1], decoded.shape[0]), None)
    assert isinstance(found, Fingerprint)
    return found.perceptual


def cost_ms(pictures: list[bytes], sizes: list[tuple[int, int]]) -> float:
    best = float("inf")
    for _ in range(REPEATS):
        started = time.process_time()
        for encoded, size_wh in zip(pictures, sizes, strict=True):
            fingerprint(encoded, size_wh, None)
        best = min(best, time.process_time() - started)
    return 1e3 * best / len(pictures)


def main() -> None:
    cv2.setNumThreads(1)
    found = files(Path(sys.argv[1])) if len(sys.argv) > 1 else frames()
    decoded = [(encoded, rgb) for encoded in list(found)[:MOST] if (rgb := decode(encoded)) is not None]
    colourful = [(e, rgb) for e, rgb in decoded if min(rgb.shape[:2]) >= 64 and rgb.std() > 4]
    pictures, rgbs = [e for e, _ in colourful], [rgb for _, rgb in colourful]
    sizes = [(rgb.shape[1], rgb.shape[0]) for rgb in rgbs]
    hashes = np.array([hash_of(encoded) for encoded in pictures])
    pair = np.triu_indices(len(hashes), 1)
    flipped = np.array([mirrored(h) for h in hashes.tolist()])
    others = np.minimum(bits_apart(hashes[pair[0]], hashes[pair[1]]), bits_apart(hashes[pair[0]], flipped[pair[1]]))
    pixels = np.mean([width * height for width, height in sizes])
    print(f"{len(hashes)} pictures of {pixels / 1e6:.2f} million pixels on average; bits apart, of 63\n")
    print(f"{'':24}{'median':>8}{'most':>6}   found within " + "".join(f"{limit:>8}" for limit in LIMITS))
    figures: dict[str, object] = {"pictures": len(hashes), "megapixels": round(float(pixels) / 1e6, 3)}
    for name, change in COPIES.items():
        base = flipped if name.startswith("mirrored") else hashes
        bits = bits_apart(np.array([hash_of(change(rgb)) for rgb in rgbs]), base)
        shares = [float((bits <= limit).mean()) for limit in LIMITS]
        print(f"{name:24}{np.median(bits):8.0f}{bits.max():6d}{'':16}" + "".join(f"{100 * s:7.1f}%" for s in shares))
        figures[name] = dict(zip(map(str, LIMITS), shares, strict=True))
    rates = [float((others <= limit).mean()) for limit in LIMITS]
    print(f"{'different pictures':24}{np.median(others):8.0f}{others.min():6d} (least)" + " " * 8 +
          "".join(f"{100 * s:7.3f}%" for s in rates))  # fmt: skip
    milliseconds = cost_ms(pictures, sizes)
    print(f"\n{milliseconds:.2f} ms of CPU time a picture, both hashes, decoding included")
    figures |= {"different": dict(zip(map(str, LIMITS), rates, strict=True)), "ms_per_picture": round(milliseconds, 3)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
