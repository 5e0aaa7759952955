"""Worker processes: how many, how work is spread over them, and that none outlives its parent."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

import pyarrow as pa

from stages.schema.errors import UserError

J = TypeVar("J")
R = TypeVar("R")


def spread(work: Callable[[J], R], jobs: Sequence[J]) -> Iterable[R]:
    """Yield `work(job)` in job order, computed by `workers()` processes (this one when one is enough).

    Raises:
        UserError: A worker was killed, most likely for lack of memory.
    """
    count = min(workers(), len(jobs))
    return map(work, jobs) if count <= 1 else _pool_map(work, jobs, count)


def _pool_map(work: Callable[[J], R], jobs: Sequence[J], count: int) -> Iterable[R]:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # one process per core; more threads only fight
    with ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_init_worker) as pool:
        try:
            yield from pool.map(work, jobs)
        except BrokenProcessPool as error:
            raise UserError(
                "a worker process was killed, most likely for lack of memory; run again with WORKERS=1"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _init_worker() -> None:
    die_with_parent()
    pa.set_cpu_count(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent tells them to stop


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent dies, so that a killed run leaves no writer behind."""
    if sys.platform == "linux":
        parent = os.getppid()
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            raise SystemExit(1)


def workers() -> int:
    """Worker processes: `WORKERS` from the environment, else the cores this process may use."""
    given = os.environ.get("WORKERS", "")
    if given and not (given.isdigit() and int(given) > 0):
        raise UserError(f"environment variable WORKERS: expected a whole number from 1, found {given!r}")
    return int(given) if given else len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def peak_mib() -> int:
    """Largest resident memory of this process and of its finished children, MiB (the larger of the two)."""
    unit = 1024 if sys.platform == "linux" else 1024 * 1024
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // unit
