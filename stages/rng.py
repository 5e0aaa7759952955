"""Randomness by key, never by order: the same (seed, scene, task, ...) draws the same numbers on any machine.

Vectorised draws use the splitmix64 finaliser on uint64 keys; procedural generators get a Philox stream of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from jaxtyping import Float, UInt64

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def key(*parts: str | int) -> int:
    """64-bit key of the parts; the order and the boundaries of the parts matter.

    Example:
        >>> key("a", "bc") == key("ab", "c")
        False
    """
    text = "\x1f".join(map(_part, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def _part(part: str | int) -> str:
    return f"{type(part).__name__}:{part}"


def generator(*parts: str | int) -> np.random.Generator:
    """Independent Philox generator for one item, named by its parts."""
    return np.random.Generator(np.random.Philox(key=key(*parts)))


def mix(a: UInt64[np.ndarray, "*n"], b: UInt64[np.ndarray, "*m"] | int) -> UInt64[np.ndarray, "*k"]:
    """Combine two key arrays into one (splitmix64 finaliser); not symmetric in its arguments."""
    with np.errstate(over="ignore"):
        z = (np.asarray(a, dtype=np.uint64) * _GOLDEN) ^ np.asarray(b, dtype=np.uint64)
        z = z + _GOLDEN
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def uniform(keys: UInt64[np.ndarray, "*n"]) -> Float[np.ndarray, "*n"]:
    """One float64 in [0, 1) per key."""
    return (keys >> np.uint64(11)).astype(np.float64) * (1.0 / (1 << 53))


def integers(keys: UInt64[np.ndarray, "*n"], high: int | UInt64[np.ndarray, "*n"]) -> UInt64[np.ndarray, "*n"]:
    """One integer in [0, high) per key (modulo; the bias is below 2**-40 for the sizes used here)."""
    return keys % np.asarray(high, dtype=np.uint64)


def column_keys(column: pa.ChunkedArray | pa.Array, *parts: str | int) -> UInt64[np.ndarray, " n"]:
    """One key per row of a string column: `key(*parts, text)`, so equal strings get equal keys."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = array.dictionary_encode()
    unique: Sequence[str] = encoded.dictionary.to_pylist()
    begun = "".join(f"{_part(p)}\x1f" for p in parts) + _part("")
    digests = (hashlib.blake2b(f"{begun}{text}".encode(), digest_size=8).digest() for text in unique)
    keys = np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64)
    return keys[encoded.indices.to_numpy(zero_copy_only=False)] if len(array) else keys
