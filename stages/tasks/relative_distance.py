"""Which of several objects is nearest to another one, by closest points."""

from __future__ import annotations

from stages.tasks.among import which_of
from stages.tasks.base import Batch, Draft, Needs, Task


def ask(batch: Batch) -> Draft:
    """Ask for one of three candidates."""
    others = [batch.reference(k) for k in (1, 2)]
    return which_of(batch, [batch.subjects, *others], [batch.references])


RELATIVE_DISTANCE = Task(
    name="relative_distance",
    paper="arXiv:2506.18385 evaluates it on VSI-Bench (relative distance); here for one view",
    needs={"nearest_to": Needs(subjects=1, references=3)},
    ways={"choice": ("which",)},
    ask=ask,
    tells={"nearest_to": ("landmark",)},
)
