"""How many instances of a category are in the picture. Counts start at 1; a count of 0 is an existence question."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from stages.rng import key, mix, uniform
from stages.tasks.base import LETTERS, AskParams, Batch, BoolArray, Draft, FactRows, Needs, Task, always, texts
from stages.tasks.grammar import category_fills, counted
from stages.tasks.options import draws, ladder, shuffle

RELATIONAL = ("count_left_of", "count_right_of", "count_in_front_of", "count_behind")


def ask(batch: Batch) -> Draft:
    """Ask for the number, or for one of four numbers; on a side of {a}, or in the whole picture."""
    return ask_count(batch, (batch.references,) if batch.kind in RELATIONAL else ())


def ask_count(batch: Batch, slots: tuple[pa.StringArray, ...]) -> Draft:
    """Ask for a number of instances of the facts' category.

    Args:
        batch: Facts of one kind.
        slots: Objects that the wording names.
    """
    numbers = np.rint(batch.values).astype(np.int64)
    fills = {
        **category_fills(batch.categories),
        "n_categories": counted(numbers, batch.categories),
        "n": pa.array(numbers).cast(pa.string()),
        "are": texts(("are", "is"), numbers == 1),
    }
    group = f"{batch.kind}.{batch.way}"
    reply = always(f"{group}.answer", len(batch))
    if batch.way == "number":
        unit = pa.repeat(pa.scalar("count"), len(batch))
        return Draft(always(group, len(batch)), reply, slots, fills["n"], batch.values, unit, fills=fills)
    options, right = shuffle(options_around(numbers, batch), batch.draw("order"))
    return Draft(
        ask=always(group, len(batch)),
        reply=reply,
        slots=slots,
        answer=texts(LETTERS, right),
        options=tuple(pa.array(options[:, k]).cast(pa.string()) for k in range(4)),
        fills=fills,
    )


def options_around(numbers: np.ndarray, batch: Batch) -> np.ndarray:
    """Return the count and three others, whole and positive; how many lie below is drawn among what fits."""
    low, high = batch.params.count_step
    share = low + (high - low) * draws(batch.draw("gaps"), 3)
    gaps = np.maximum(1, np.rint(numbers[:, None] * share)).astype(np.int64)
    fits = (np.cumsum(gaps, axis=1) < numbers[:, None]).sum(axis=1)
    below = np.floor(batch.uniform("below") * (fits + 1)).astype(np.int64)
    return ladder(numbers, gaps, below)


def thin(facts: FactRows, params: AskParams) -> tuple[str, BoolArray]:
    """Leave out a share of the small counts, which are otherwise most of the answers."""
    shares = np.array([1.0, *params.count_keep_shares, 1.0])
    share = shares[np.clip(np.rint(facts.values).astype(np.int64), 0, len(shares) - 1)]
    return "thinned", uniform(mix(facts.keys, key("thin"))) >= share


COUNTING = Task(
    name="counting",
    paper="arXiv:2506.18385, object counting; wording and thresholds are not published",
    needs={"count": Needs(), **{kind: Needs(references=1) for kind in RELATIONAL}},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    about_category=True,
    sift=thin,
    tells={f"count_{side}_of": ("ordinal",) for side in ("left", "right")},
)
