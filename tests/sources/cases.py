"""What the contract suite needs to know of a reader: how to write a small dataset in its layout, and to spoil it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages import params
from stages.registry import resolve
from stages.sources import SOURCES
from stages.sources.base import Source


@dataclass(frozen=True)
class Damage:
    """One way a dataset breaks. `reason` is the drop that must follow; None: a SourceError. Either names `file`."""

    id: str
    spoil: Callable[[Path], object]
    reason: str | None
    file: str


@dataclass(frozen=True)
class Landmark:
    """A known world point of a scene and the pixel where it must appear in one of its views."""

    view_id: str
    point_w: tuple[float, float, float]
    pixel: tuple[float, float]


@dataclass(frozen=True)
class SourceCase:
    """One reader under test; `write(root)` makes the dataset and returns the params section without `reader`."""

    id: str
    reader: str
    write: Callable[[Path], Mapping[str, Any]]
    scenes: int
    damages: tuple[Damage, ...] = ()
    landmark: Landmark | None = None


@dataclass(frozen=True)
class Fake:
    """A dataset that was written, and its params section."""

    case: SourceCase
    root: Path
    section: Mapping[str, Any]

    def source(self, seed: int = 7) -> Source:
        """Build a fresh reader named `toy`, as the ingest stage does."""
        reader = resolve(SOURCES, self.case.reader, "reader")
        built: Source = reader("toy", params.parse(reader.params_type, self.section, "sources.toy"), seed)
        return built


def fake(case: SourceCase, root: Path) -> Fake:
    """Write the dataset of a case below `root`."""
    root.mkdir(parents=True, exist_ok=True)
    return Fake(case, root, {"reader": case.reader, **case.write(root)})
