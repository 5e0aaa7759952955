"""Pickles of datasets, read as plain data: containers, numbers, strings and numpy arrays, and nothing that runs code.

A pickle is a program; Python's own loader lets it call anything. This one admits the few names that numpy's arrays and
numbers are made of, and refuses a file that names another.
"""

from __future__ import annotations

import pickle
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np

# As old and new releases of numpy, and Python 2, spell them.
_NUMPY_CORES = ("numpy.core.multiarray", "numpy._core.multiarray")
ADMITTED = frozenset(
    {(core, name) for core in _NUMPY_CORES for name in ("_reconstruct", "scalar")}
    | {("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer")}
    | {("numpy", "ndarray"), ("numpy", "dtype"), ("_codecs", "encode")}
    | {(builtins, name) for builtins in ("builtins", "__builtin__") for name in ("set", "frozenset", "complex")}
    | {("collections", "OrderedDict")}
)
_DAMAGE = (
    pickle.UnpicklingError, struct.error, EOFError, AttributeError, ImportError, LookupError, TypeError, ValueError,
    ArithmeticError, MemoryError, RecursionError, AssertionError,
)  # fmt: skip


class PickleError(Exception):
    """The file is no pickle of plain data; the message says why."""


def load_plain(path: Path) -> Any:
    """Read a pickle of plain data.

    Raises:
        OSError: The file cannot be opened.
        PickleError: It is damaged, or names something other than plain data.
    """
    with path.open("rb") as file:
        try:
            return _PlainUnpickler(file, encoding="latin1").load()
        except _DAMAGE as error:
            raise PickleError(f"{error or type(error).__name__}") from error


def texts(values: Any) -> list[str] | None:
    """Read a list or array of texts; None where an array's bytes are no text, which Python could not hold."""
    array = np.asarray(values).ravel()
    if array.dtype.kind == "U" and array.size and array.dtype.itemsize:
        points = np.ascontiguousarray(array).view(np.dtype(np.uint32).newbyteorder(array.dtype.byteorder))
        if (points > sys.maxunicode).any():
            return None
    return [str(value) for value in array.tolist()]


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Look up an admitted name; protocol 4 allows dots in names, which these have not."""
        if (module, name) not in ADMITTED:
            raise pickle.UnpicklingError(f"it names {module}.{name}, which is no plain data")
        return super().find_class(module, name)
