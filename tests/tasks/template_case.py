"""Runs of the stage `template` on hand-made shards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from stages.runner import Context, Result
from stages.schema.tables import TABLES
from stages.template import TemplateParams, template
from tests.tasks.shard import Shard, living_room, params

CONTEXT = Context(seed=11, source="rooms", shard=0)


def run(shard: Shard | Mapping[str, pa.Table], context: Context = CONTEXT, **changes: Any) -> Result:
    tables = shard.tables() if isinstance(shard, Shard) else shard
    return template(tables, TemplateParams.model_validate(params(**changes)), context)


def rows(result: Result, name: str) -> list[dict[str, Any]]:
    key = TABLES[name].key
    return sorted(result.tables[name].to_pylist(), key=lambda row: [str(row[column]) for column in key])


def rooms(*names: str) -> Shard:
    shard = Shard()
    for name in names:
        living_room(shard, f"rooms/{name}")
    return shard


def pair(
    shard: Shard, first: tuple[str, str | None] = ("sofa", None), second: tuple[str, str | None] = ("lamp", None)
) -> str:
    """Add a scene of two objects and return its view."""
    (view,) = shard.scene("rooms/0001")
    for name, (category, caption), left in (("one", first, 10.0), ("two", second, 300.0)):
        shard.sight(view, shard.object("rooms/0001", name, category, caption), (left, 100, left + 100, 200))
    return view


SUBJECT, REFERENCE = ["rooms/0001:one"], ["rooms/0001:two"]
