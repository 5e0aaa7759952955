"""How many instances of a category are in the picture. Counts start at 1; a count of 0 is an existence question."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.rng import key, mix, uniform
from stages.tasks.base import LETTERS, AskParams, Batch, BoolArray, Draft, FactRows, Needs, Task, always, texts
from stages.tasks.grammar import category_fills, counted
from stages.tasks.options import counts_around, shuffle

RELATIONAL = ("count_left_of", "count_right_of", "count_in_front_of", "count_behind")


def ask(batch: Batch) -> Draft:
    """Ask for the number, or for one of up to four numbers; on a side of {a}, or in the whole picture."""
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
    options, right = shuffle(counts_around(numbers, batch), batch)
    return Draft(
        ask=always(group, len(batch)),
        reply=reply,
        slots=slots,
        answer=texts(LETTERS, right),
        options=tuple(pa.array(column).cast(pa.string()) for column in options.T),
        fills=fills,
    )


def thin(answer_kind: str, facts: FactRows, params: AskParams) -> tuple[str, BoolArray]:
    """Leave out a share of the small counts, which are otherwise most of the answers.

    With options every count is kept equally often, as far as `option_counts` knows how frequent it is: otherwise 1
    would be right most of the time. Counts that are not among the options are left out.
    """
    numbers = np.rint(facts.values).astype(np.int64)
    drawn = uniform(mix(facts.keys, key("thin")))
    if answer_kind == "number":
        shares = np.array([1.0, *params.count_keep_shares, 1.0])
        return "thinned", drawn >= shares[np.clip(numbers, 0, len(shares) - 1)]
    kept = np.zeros(len(numbers))
    for kind, frequency in params.option_counts.items():
        here = pc.equal(facts.kinds, kind).to_numpy(zero_copy_only=False)
        shares = np.array([0.0, *(min(frequency) / share for share in frequency), 0.0])
        kept[here] = shares[np.clip(numbers[here], 0, len(shares) - 1)]
    return "thinned_for_options", drawn >= kept


COUNTING = Task(
    name="counting",
    paper="arXiv:2506.18385, object counting; wording and thresholds are not published",
    needs={"count": Needs(), **{kind: Needs(references=1) for kind in RELATIONAL}},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    about_category=True,
    unfit=thin,
    options="option_counts",
    tells={f"count_{side}_of": ("ordinal",) for side in ("left", "right")},
)
