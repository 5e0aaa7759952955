"""Whether a category is in the picture, alone or on one side of a named object."""

from __future__ import annotations

import numpy as np

from stages.ranks import rank_within
from stages.rng import column_keys, key, mix
from stages.tasks.base import (
    AskParams,
    Batch,
    BoolArray,
    Draft,
    FactRows,
    IntArray,
    KeyArray,
    Needs,
    Task,
    always,
    either,
    texts,
)
from stages.tasks.grammar import category_fills

RELATIONAL = ("exists_left_of", "exists_right_of", "exists_in_front_of", "exists_behind")


def ask(batch: Batch) -> Draft:
    """Ask for yes or no; the category fills its own slots, the anchor is {a}."""
    there = batch.values > 0
    group = f"{batch.kind}.claim"
    return Draft(
        ask=always(group, len(batch)),
        reply=either(f"{group}.yes", f"{group}.no", there),
        slots=(batch.references,) if batch.kind in RELATIONAL else (),
        answer=texts(("yes", "no"), ~there),
        fills=category_fills(batch.categories),
    )


def balance(facts: FactRows, _: AskParams) -> tuple[str, BoolArray]:
    """Leave out facts until each scene has as many yes as no per kind.

    Facts that have a counterpart of the other answer with the same categories stay first; else it is drawn by key.
    """
    there = (facts.values > 0).astype(np.int64)
    drawn = mix(facts.keys, key("balance"))
    groups = mix(column_keys(facts.scene_ids), column_keys(facts.kinds))
    alone = _unmatched(mix(groups, facts.named), there, drawn)
    order = np.empty(len(drawn), dtype=np.int64)
    order[np.lexsort((drawn, alone))] = np.arange(len(drawn))
    return "unbalanced", _unmatched(groups, there, order)


def _unmatched(groups: KeyArray, there: IntArray, order: np.ndarray) -> BoolArray:
    """Tell which rows, the last ones by `order`, find no row of the other answer left in their group."""
    group = np.unique(groups, return_inverse=True)[1].reshape(-1)
    cells = group * 2 + there
    sizes = np.bincount(cells, minlength=2 * (group.max(initial=-1) + 1)).reshape(-1, 2)
    unmatched: BoolArray = rank_within(cells, order) >= sizes.min(axis=1)[group]
    return unmatched


EXISTENCE = Task(
    name="existence",
    paper="arXiv:2506.18385, existence estimation; wording and thresholds are not published",
    needs={"exists": Needs(), **{kind: Needs(references=1) for kind in RELATIONAL}},
    ways={"yes_no": ("claim",)},
    ask=ask,
    about_category=True,
    sift=balance,
    tells={f"exists_{side}_of": ("ordinal",) for side in ("left", "right")},
)
