"""The order of three objects from the nearest to the farthest."""

from __future__ import annotations

from stages.tasks.among import order_of
from stages.tasks.base import Batch, Draft, Needs, Task


def ask(batch: Batch) -> Draft:
    """Ask for one of four sequences."""
    return order_of(batch, [batch.subject(k) for k in range(3)])


DEPTH_ORDERING = Task(
    name="depth_ordering",
    paper="arXiv:2506.18385, position comparison in depth, for three objects",
    needs={"depth_order": Needs(subjects=3)},
    ways={"choice": ("order",)},
    ask=ask,
)
