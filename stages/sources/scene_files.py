"""Paths and numbers that a dataset's files state, taken with care."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from stages.paths import is_below
from stages.sources.scans.files import DamagedScanError


def inside(root: Path, path: Path) -> bool:
    """Tell whether a path that was made of names in a file stays below the root, links followed."""
    return is_below(path, root)


def relative(root: Path, path: Path) -> str:
    """Name a file by its path below the root, as far as it lies there."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def read_text(path: Path, what: str) -> str:
    """Read a text file.

    Raises:
        DamagedScanError: `<what>_missing` or `<what>_damaged`.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DamagedScanError(f"{what}_missing", path) from error
    except ValueError as error:
        raise DamagedScanError(f"{what}_damaged", path) from error


def read_numbers(path: Path, what: str) -> Float[np.ndarray, " n"]:
    """Read all numbers of a text file, separated by blanks, commas or lines; `nan` and `inf` are numbers.

    Raises:
        DamagedScanError: `<what>_missing` or `<what>_damaged`.
    """
    try:
        return np.array(read_text(path, what).replace(",", " ").split(), dtype=np.float64)
    except ValueError as error:
        raise DamagedScanError(f"{what}_damaged", path) from error


def as_array(value: Any, *shape: int) -> np.ndarray | None:
    """Read numbers out of nested lists; None unless they are finite and of this shape (-1: any length)."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError, RecursionError):
        return None
    fits = array.ndim == len(shape) and all(s in (-1, n) for s, n in zip(shape, array.shape, strict=True))
    return array if fits and bool(np.isfinite(array).all()) else None
