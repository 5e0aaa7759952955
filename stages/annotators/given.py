"""The pass-through annotator: takes what the source gives and counts what is missing, per role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from stages.annotators.base import ROLES, Pictures, Role
from stages.runner import Counts, Result

_NEEDS: dict[Role, tuple[tuple[str, str], ...]] = {
    "camera": (("view", "intrinsics_px"), ("view", "gravity_c")),
    "depth": (("view", "depth_scale_m"),),
    "detector": (("sighting", "box_px"),),
    "segmenter": (("sighting", "mask_rle"),),
    "captioner": (("object", "caption"),),
}


class Given:
    """Adds nothing: the tables leave as they came."""

    roles: ClassVar[tuple[Role, ...]] = ROLES
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, role: Role) -> None:
        self._role = role

    def complete(self, tables: Mapping[str, pa.Table], pictures: Pictures) -> Result:
        """Return the tables unchanged; `kept` counts rows that have the role's values, `read` all rows."""
        read: dict[str, int] = {}
        kept: dict[str, int] = {}
        for table, column in _NEEDS[self._role]:
            name = f"{self._role}.{column}"
            read[name] = len(tables[table])
            kept[name] = pc.sum(pc.is_valid(tables[table].column(column))).as_py() or 0
        return Result(tables, Counts(read=read, kept=kept))
