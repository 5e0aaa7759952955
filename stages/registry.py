"""Names to plug-ins: tables of import paths, resolved late, with a suggestion when a name is unknown."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
from collections.abc import Iterable, Mapping
from typing import Any

from stages.schema.errors import UserError


class UnknownName(UserError):
    """A name that is in no table; the message suggests the nearest one and lists all."""


class MissingPackage(UserError):
    """A plug-in needs a package that is not installed; the message holds the pip line."""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?`, or nothing when no known name is close."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""


def resolve(table: Mapping[str, str], name: str, what: str) -> Any:
    """Import the plug-in `name` of `table` (values are `module:attribute`).

    Raises:
        UnknownName: `name` has no row in `table`.
        MissingPackage: A package named by the plug-in's `requires` is not installed.
    """
    if name not in table:
        raise UnknownName(f"unknown {what} {name!r}.{suggest(name, table)} Known: {', '.join(sorted(table))}")
    module, attribute = table[name].split(":")
    plugin = getattr(importlib.import_module(module), attribute)
    missing = [package for package in getattr(plugin, "requires", ()) if importlib.util.find_spec(package) is None]
    if missing:
        raise MissingPackage(f"{what} {name!r} needs {', '.join(missing)}; run `pip install {' '.join(missing)}`")
    return plugin
