"""The one way kernels of this project are compiled: cached on disk, strict floating point, one thread."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

COMPILES = not numba.config.DISABLE_JIT  # type: ignore[attr-defined]  # false under NUMBA_DISABLE_JIT=1: kernels would run as plain Python


def compiled(function: Kernel) -> Kernel:
    """Compile a function with numba; results do not depend on threads, and the code is cached beside the source.

    A shape checker wraps functions when tests import them; the kernel itself is what lies below such wrappers.
    """
    return cast(Kernel, numba.njit(cache=True, error_model="numpy")(inspect.unwrap(function)))


def inlined(function: Kernel) -> Kernel:
    """Compile a part of a kernel that is always pasted into its callers: a call costs more than a few sums."""
    return cast(Kernel, numba.njit(cache=True, error_model="numpy", forceinline=True)(inspect.unwrap(function)))
