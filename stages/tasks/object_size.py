"""How tall an object is, or how long its longest edge, in metres, centimetres or feet."""

from __future__ import annotations

from stages.tasks.base import Batch, Draft, Needs, Task
from stages.tasks.lengths import ask_length, unfit


def ask(batch: Batch) -> Draft:
    """Ask for the number in a named unit, or for one of four measures."""
    return ask_length(batch, (batch.subjects,))


OBJECT_SIZE = Task(
    name="object_size",
    paper="arXiv:2506.18385 evaluates it on VSI-Bench (object size); here for one view",
    needs={kind: Needs(subjects=1) for kind in ("height", "longest_edge")},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    unfit=unfit,
    options="option_levels",
)
