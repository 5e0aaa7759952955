"""How long the longest edge of an object is that a clip shows."""

from __future__ import annotations

from stages.tasks.base import Batch, Draft, Needs, Task
from stages.tasks.lengths import ask_length, unfit


def ask(batch: Batch) -> Draft:
    """Ask for the number in a named unit, or for one of four measures."""
    return ask_length(batch, (batch.subjects,))


VIDEO_OBJECT_SIZE = Task(
    name="video_object_size",
    paper="VSI-Bench, arXiv:2412.14171, object size: longest edge",
    needs={"video_longest_edge": Needs(subjects=1)},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    unfit=unfit,
    options="option_levels",
)
