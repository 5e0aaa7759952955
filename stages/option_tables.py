"""Measure what wrong answers are drawn from: `python -m stages.option_tables` prints the tables of `template.ask`.

Reads the facts that the questions of a build follow from, of the training side alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages import params as params_file
from stages.registry import resolve
from stages.runner import DATA, guard, source_names
from stages.schema.store import read_all
from stages.tasks import TASKS
from stages.tasks.base import FloatArray, nth_of

LEVELS = 21
_COUNTS_FROM = 20  # facts with so many instances, at least, make a count an option


def levels_of(values: FloatArray) -> list[float]:
    """Return the values at even quantiles, to three digits, each above the one before.

    Example:
        >>> levels_of(np.linspace(1, 3, 999))[::10]
        [1.0, 2.0, 3.0]
    """
    found = [float(f"{value:.3g}") for value in np.quantile(values, np.linspace(0, 1, LEVELS))]
    for k in range(1, LEVELS):
        found[k] = round(max(found[k], found[k - 1] * 1.002 + 0.001), 3)
    return found


def shares_of(numbers: FloatArray) -> list[float]:
    """Return the shares of facts with count 1, 2, ..., up to the last count with enough facts.

    Example:
        >>> shares_of(np.repeat([1.0, 2.0, 3.0], [960, 39, 1]))
        [0.96, 0.039]
    """
    counts = np.bincount(np.rint(numbers).astype(np.int64))[1:]
    enough = int(np.argmax(np.append(counts, 0) < _COUNTS_FROM))
    return [float(f"{count / counts.sum():.3g}") for count in counts[: max(enough, 2)]]


def _tables(asked: pa.Table, facts: pa.Table) -> Iterator[str]:
    for table, measured in (("option_levels", levels_of), ("option_counts", shares_of)):
        yield f"    {table}:"
        tasks = (resolve(TASKS, name, "task") for name in TASKS)
        for kind in (kind for task in tasks if task.options == table for kind in task.needs):
            values = (asked if table == "option_levels" else facts).filter(pc.field("kind") == kind)["value"].to_numpy()
            yield f"      {kind}: {measured(values)}" if len(values) else f"      # {kind}: no facts"


def _run() -> None:
    sources = source_names(params_file.read_params())
    facts = pa.concat_tables([read_all(DATA / "facts" / s, "fact", ["fact_id", "kind", "value"]) for s in sources])
    columns = ["fact_ids", "side", "scene_id"]
    questions = pa.concat_tables([read_all(DATA / "questions" / s, "question", columns) for s in sources])
    train = questions.filter(pc.equal(questions["side"], "train"))
    ids = nth_of(train["fact_ids"].combine_chunks(), 0)
    asked = facts.filter(pc.is_in(facts["fact_id"], ids.unique()))
    sys.stdout.write("\n".join(_tables(asked, facts)) + "\n")


if __name__ == "__main__":
    guard(_run)
