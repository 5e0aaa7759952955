"""What an exporter is: samples and their picture files in, JSON records out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class ImageFile:
    """One written picture: its path below the export folder, and its size."""

    path: str
    width_px: int
    height_px: int


class Exporter(Protocol):
    """Writes one format. Built without arguments; the same samples give the same records."""

    def record(self, sample: Mapping[str, Any], images: Sequence[ImageFile]) -> Mapping[str, Any]:
        """Return the JSON record of one sample (columns of table `sample`) and its pictures in the order shown."""
        ...

    def meta(self, root: str, folder: str, lines: Mapping[str, int]) -> Mapping[str, Any]:
        """Return further JSON files by name.

        Args:
            root: Folder that picture paths are relative to, from the project's root.
            folder: Folder of `<side>.jsonl`, from the project's root.
            lines: Records written per side.
        """
        ...
