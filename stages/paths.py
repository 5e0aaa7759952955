"""Paths that datasets name: whether they stay inside the dataset."""

from __future__ import annotations

import os
from pathlib import Path


def is_below(path: Path, root: Path) -> bool:
    """Tell whether a path, links followed, lies below a folder; a link to itself lies where it is."""
    real = os.path.realpath  # `Path.resolve` raises on circular links
    try:
        return Path(real(path)).is_relative_to(real(root))
    except ValueError:  # a name with a null byte
        return False
