"""ScanNet's label table on top of the shared vocabulary: what a free-text label means."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stages.sources import categories
from stages.sources.base import SourceError
from stages.sources.categories import named, tidy


@dataclass(frozen=True)
class Label:
    """What a raw label means: its category, whether the table has it, and whether it names several things."""

    category: str
    listed: bool
    group: bool


class LabelTable:
    """The columns `raw_category` and `category` of `scannetv2-labels.combined.tsv`."""

    def __init__(self, categories: Mapping[str, str]) -> None:
        """Keep the mapping from raw label to category, both trimmed and in lower case."""
        self._categories = dict(categories)

    @cached_property
    def _compact(self) -> dict[str, str]:
        """Categories by their name without blanks: `trashcan` is `trash can`."""
        return {c.replace(" ", ""): c for c in sorted(self._categories.values())}

    def label(self, raw: str) -> Label:
        """Interpret a raw label; one that is not in the table is normalised by `stages.sources.categories` alone.

        Example:
            >>> LabelTable({"books": "book", "trash can": "trash can"}).label("trashcan")
            Label(category='trash can', listed=False, group=False)
            >>> LabelTable({"books": "book"}).label("books").group
            True
        """
        spelt = tidy(raw)
        listed = self._categories.get(spelt) or self._compact.get(spelt.replace(" ", ""))
        own, name = named(raw), named(listed or raw)
        return Label(name.category, spelt in self._categories, own.several or name.several)


def read_labels(path: Path) -> LabelTable:
    """Read the label table.

    Raises:
        SourceError: The file is missing or lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError as error:
        raise SourceError(
            f"{path}: no such file; it comes with ScanNet's download script, set `labels_tsv` in params.yaml"
        ) from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path}: not a text file in UTF-8; fetch it again") from error
    missing = {"raw_category", "category"} - set(rows[0] if rows else ())
    if missing:
        raise SourceError(
            f"{path}: expected a table with tabs and the columns raw_category, category; found no {missing}"
        )
    return LabelTable({tidy(r["raw_category"] or ""): tidy(r["category"] or "") for r in rows})


def left_out(label: Label, drop_groups: bool) -> str | None:
    """Name the drop reason of labels that are not one thing, or None."""
    return categories.left_out(label.category) or ("group" if label.group and drop_groups else None)
