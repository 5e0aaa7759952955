"""Which of three objects is nearest to the camera."""

from __future__ import annotations

from stages.tasks.among import which_of
from stages.tasks.base import Batch, Draft, Needs, Task


def ask(batch: Batch) -> Draft:
    """Ask for one of three candidates."""
    return which_of(batch, [batch.subjects, batch.reference(0), batch.reference(1)])


CLOSEST_TO_CAMERA = Task(
    name="closest_to_camera",
    paper="arXiv:2506.18385, position comparison in depth, for three objects",
    needs={"nearest_to_camera": Needs(subjects=1, references=2)},
    ways={"choice": ("which",)},
    ask=ask,
)
