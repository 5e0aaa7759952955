"""Which of two objects is bigger (volume), taller (vertical extent) or wider (larger horizontal extent)."""

from __future__ import annotations

from stages.tasks.base import PAIR, Batch, Draft, Task
from stages.tasks.pairs import claim, which


def ask(batch: Batch) -> Draft:
    """Ask for yes or no, or for one of the two objects."""
    return claim(batch) if batch.way == "claim" else which(batch)


SIZE_COMPARISON = Task(
    name="size_comparison",
    paper="arXiv:2506.18385, size comparison; wording and thresholds are not published",
    needs={kind: PAIR for kind in ("bigger", "taller", "wider")},
    ways={"yes_no": ("claim",), "choice": ("which",)},
    ask=ask,
)
