"""Names to plug-ins: tables of import paths, resolved late, with a suggestion when a name is unknown."""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterable, Mapping
from typing import Any

from stages.schema.errors import UserError


class UnknownName(UserError):
    """A name that is in no table; the message suggests the nearest one and lists all."""


def suggest(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean 'x'?`, or nothing when no known name is close."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f" Did you mean {near[0]!r}?" if near else ""


def resolve(table: Mapping[str, str], name: str, what: str) -> Any:
    """Import the plug-in `name` of `table` (values are `module:attribute`).

    Raises:
        UnknownName: `name` has no row in `table`.
    """
    if name not in table:
        raise UnknownName(f"unknown {what} {name!r}.{suggest(name, table)} Known: {', '.join(sorted(table))}")
    module, attribute = table[name].split(":")
    return getattr(importlib.import_module(module), attribute)
