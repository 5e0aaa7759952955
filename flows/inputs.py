"""Refuse to record a stage whose inputs changed while it ran.

DVC hashes inputs when a command has ended and records its outputs under that hash, also in the run cache. Code or
params edited while a stage runs would thus stay "up to date" for ever with outputs of the older version.
"""

from collections.abc import Callable, Mapping
from typing import Any


class InputsChanged(Exception):
    """An input changed while the command ran; DVC sees a failed stage and records nothing."""


class InputGuard:
    """Remembers the inputs of a stage when its command starts, and looks again before DVC records its outputs."""

    def __init__(self, stage: Any) -> None:
        self._deps = list(stage.deps)
        self._before: Mapping[str, object] | None = None

    def remember(self) -> None:
        """Hash the inputs; DVC has just done so, so this reads its table of known files."""
        self._before = self._hashes()

    def check(self) -> None:
        """Raise `InputsChanged` if an input is not what it was; do nothing if no command has started."""
        if self._before is None:
            return
        before, now = self._before, self._hashes()
        changed = [path for path in before if before[path] != now[path]]
        if changed:
            raise InputsChanged(
                f"{', '.join(changed)} changed while the stage ran, so its outputs may belong to the older version; "
                "they are not recorded. Build again."
            )

    def check_at(self, lock: Any) -> None:
        """Check whenever DVC takes its lock back, which it does between a command's end and recording the outputs."""
        take: Callable[[], None] = lock.lock

        def take_and_check() -> None:
            take()
            self.check()

        lock.lock = take_and_check

    def _hashes(self) -> dict[str, object]:
        return {f"{dep}": _hash(dep) for dep in self._deps}


def _hash(dep: Any) -> object:
    from dvc.exceptions import DvcException

    try:
        return dep.get_hash().value
    except (DvcException, OSError):
        return None  # gone
