"""Files that a model names: looked up beside it, never above the folder of the source."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from trimesh.resolvers import Resolver

from stages.sources.models.solid import ModelError


def read_file(path: Path, root: Path, max_bytes: int) -> bytes:
    """Read a file below the root.

    Raises:
        ModelError: `outside_root`, `missing` or `too_large`.
    """
    try:
        if not path.resolve().is_relative_to(root.resolve()):
            raise ModelError("outside_root", str(path))
        if path.stat().st_size > max_bytes:
            raise ModelError("too_large", f"{path.stat().st_size} bytes")
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise ModelError("missing", str(error)) from error


class Beside(Resolver):
    """Files beside a model. trimesh swallows what goes wrong with pictures, so the first error is kept in `failed`."""

    def __init__(self, model: Path, root: Path, max_bytes: int) -> None:
        """Look below the folder of `model`, within `root`."""
        self.file_name = model.name
        self.failed: ModelError | None = None
        self._folder, self._root, self._max_bytes = model.parent, root, max_bytes

    def get(self, name: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            ModelError: See `read_file`.
        """
        clean = name.strip().replace("\\", "/")
        try:
            found = self._folder / clean
            if not found.exists():
                found = self._folder / unquote(clean)
            return read_file(found, self._root, self._max_bytes)
        except (ModelError, OSError, ValueError) as error:
            failed = error if isinstance(error, ModelError) else ModelError("missing", str(error))
            named = ModelError(f"file_{failed.reason}", name)
            self.failed = self.failed or named
            raise named from error

    def keys(self) -> list[str]:
        """Return nothing: files are only looked up by name."""
        return []

    def namespaced(self, namespace: str) -> Any:
        """Refuse: no format read here needs it."""
        raise NotImplementedError(namespace)

    def write(self, name: str, data: Any) -> None:
        """Refuse: models are only read."""
        raise NotImplementedError(name)
