"""Arrays in HDF5 files, read with care: no links to other files, no array that would fill the memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

MOST_NUMBERS = 1 << 27  # a picture of Hypersim has 800,000
_NAME = "dataset"  # of the only array in each file of Hypersim


class Hdf5Error(ValueError):
    """The file holds no array that can be read; the message names it."""


def read_hdf5(path: Path) -> np.ndarray:
    """Read the array `dataset` of a file.

    Raises:
        FileNotFoundError: There is no such file.
        Hdf5Error: It is damaged, lies elsewhere, or is too large.
    """
    import h5py  # late: an optional package, and most runs open no such file

    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        with h5py.File(path, "r") as file:
            found = file[_NAME] if isinstance(file.get(_NAME, getlink=True), h5py.HardLink) else None
            if not isinstance(found, h5py.Dataset) or found.is_virtual or found.external or found.size is None:
                raise Hdf5Error(f"{path}: expected an array named {_NAME!r} that lies in this file")
            if found.size > MOST_NUMBERS or found.dtype.kind not in "iuf":
                raise Hdf5Error(f"{path}: expected at most {MOST_NUMBERS:,} numbers")
            return np.asarray(found[()])
    except (OSError, KeyError, TypeError, RuntimeError, MemoryError, OverflowError) as error:
        raise Hdf5Error(f"{path}: damaged: {error}") from error
