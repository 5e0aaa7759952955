"""ScanNet's free-text labels to singular categories; junk, structure and groups told apart."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from stages.sources.base import SourceError

JUNK = frozenset(
    """object unknown remove misc miscellaneous other otherprop otherfurniture otherstructure stuff thing item clutter
    none unannotated furniture legs part delete""".split()
)
STRUCTURE = frozenset({"wall", "floor", "ceiling", "structure", "beam", "wood beam"})
_STRUCTURE_HEADS = frozenset({"wall", "floor", "ceiling"})
# One name per thing: spellings and synonyms that the label table keeps apart.
_SYNONYMS = {
    "bycicle": "bicycle",
    "coatrack": "coat rack",
    "dumbell": "dumbbell",
    "fridge": "refrigerator",
    "garbage bag": "trash bag",
    "garbage bin": "trash can",
    "garbage can": "trash can",
    "hand rail": "handrail",
    "hand sanitzer dispenser": "hand sanitizer dispenser",
    "loofa": "loofah",
    "night stand": "nightstand",
    "sofa": "couch",
    "stair": "stairs",
    "stepstool": "step stool",
    "tap": "faucet",
    "television": "tv",
    "trash bin": "trash can",
}
_GROUP = re.compile(r"^(stacks?|boxes|piles?|rows?|sets?|bunch) of ")
_NO_SINGULAR = frozenset(
    """blinds clothes crutches stairs pants shorts headphones thermos glasses scissors gas canvas lens tongs pliers
    binoculars""".split()
)
_PLURALS = (("shelves", "shelf"), ("knives", "knife"), ("scarves", "scarf"), ("ies", "y"),
            ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("sses", "ss"))  # fmt: skip


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
        """Interpret a raw label; one that is not in the table is normalised by spelling alone.

        Example:
            >>> LabelTable({"books": "book", "trash can": "trash can"}).label("trashcan")
            Label(category='trash can', listed=False, group=False)
            >>> LabelTable({"books": "book"}).label("books").group
            True
        """
        name = _tidy(raw)
        bare = _GROUP.sub("", name)
        category = self._categories.get(name) or self._compact.get(name.replace(" ", "")) or _singular(bare)
        group = bare != name or _is_plural_of(name, category)
        return Label(_SYNONYMS.get(category, category), name in self._categories, group)


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
    return LabelTable({_tidy(r["raw_category"] or ""): _tidy(r["category"] or "") for r in rows})


def left_out(label: Label, drop_groups: bool) -> str | None:
    """Name the drop reason of labels that are not one thing, or None."""
    if label.category in JUNK or not label.category:
        return "junk_label"
    if label.category in STRUCTURE or label.category.split()[-1] in _STRUCTURE_HEADS:
        return "structure"
    return "group" if label.group and drop_groups else None


def _tidy(raw: str) -> str:
    return " ".join(raw.lower().replace("_", " ").split())


def _singular(name: str) -> str:
    """Put the last word of a noun phrase in the singular; enough for names of household things."""
    head = name.split()[-1] if name else ""
    if head in _NO_SINGULAR or not head.endswith("s") or head.endswith(("ss", "us", "is")):
        return name
    for plural, singular in _PLURALS:
        if head.endswith(plural):
            return name.removesuffix(plural) + singular
    return name.removesuffix("s")


def _is_plural_of(name: str, category: str) -> bool:
    """Tell whether the last word of `name` is the plural of the last word of `category`."""
    head, singular = name.split()[-1:], category.split()[-1:]
    return head != singular and _singular(name).split()[-1:] == singular
