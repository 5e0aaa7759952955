"""Facts about clips, one object each, and the choice of which to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from stages.relations.count import names_tail
from stages.relations.facts import FACT_SCHEMA
from stages.relations.video.clips import Clip
from stages.runner import EXAMPLES, Counts
from stages.schema.tables import GEOMETRY


@dataclass(frozen=True)
class Statement:
    """One fact about a clip; `subjects` and `references` are rows of the clip's objects."""

    kind: str
    subjects: Sequence[int]
    references: Sequence[int]
    value: float
    unit: str
    margin: float | None = None
    detail: Sequence[str] | None = None
    category: str | None = None
    key: int = 0


@dataclass
class Judged:
    """Statements that hold in a clip, and why others were left out, by kind and reason."""

    kept: list[Statement] = field(default_factory=list)
    lost: dict[str, list[str]] = field(default_factory=dict)

    def lose(self, reason: str, name: str, times: int = 1) -> None:
        """Count items left out for a reason."""
        self.lost.setdefault(reason, []).extend([name] * times)

    def cap(self, clip: Clip, most: int) -> None:
        """Keep at most `most` statements per kind, those with the smallest keys."""
        by_kind: dict[str, list[Statement]] = {}
        for statement in self.kept:
            by_kind.setdefault(statement.kind, []).append(statement)
        self.kept = []
        for kind, found in by_kind.items():
            found.sort(key=lambda s: (s.key, tuple(s.subjects), tuple(s.references)))
            self.kept += found[:most]
            if len(found) > most:
                self.lose(f"{kind}.sampled_out", clip.clip_id, len(found) - most)

    def counts(self) -> Counts:
        """Count what was left out."""
        return Counts(
            dropped={reason: len(names) for reason, names in self.lost.items()},
            examples={reason: tuple(names[:EXAMPLES]) for reason, names in self.lost.items()},
        )


def table_of(clip: Clip, statements: Sequence[Statement]) -> pa.Table:
    """Write statements about one clip as rows of table `fact`."""
    return pa.Table.from_pylist([_row(clip, s) for s in statements], schema=FACT_SCHEMA)


def _row(clip: Clip, s: Statement) -> dict[str, object]:
    named = [clip.names[k] for k in (*s.subjects, *s.references)]
    tail = ".".join(name.rsplit(":", 1)[1] for name in named) if s.category is None else _tail(s.category)
    geometries = [clip.geometry[k] for k in (*s.subjects, *s.references)]
    ranks = [GEOMETRY.index(g) for g in geometries if g is not None]
    return {
        "fact_id": f"{clip.clip_id}:{s.kind}:{tail}" if tail else f"{clip.clip_id}:{s.kind}",
        "scene_id": clip.scene_id,
        "view_ids": list(clip.view_ids),
        "kind": s.kind,
        "subject_ids": [clip.names[k] for k in s.subjects],
        "reference_ids": [clip.names[k] for k in s.references],
        "category": s.category,
        "detail": None if s.detail is None else list(s.detail),
        "value": float(s.value),
        "unit": s.unit,
        "margin": s.margin,
        "frame": "image" if s.kind in ("video_count", "first_seen_order") else "world",
        "geometry": GEOMETRY[max(ranks)] if ranks and s.category is None else None,
    }


def _tail(category: str) -> str:
    name: str = names_tail(pa.array([category]))[0].as_py()
    return name
