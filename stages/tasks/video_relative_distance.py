"""Which of four objects that a clip shows is nearest to another one, by closest points."""

from __future__ import annotations

from stages.tasks.among import which_of
from stages.tasks.base import Batch, Draft, Needs, Task


def ask(batch: Batch) -> Draft:
    """Ask for one of four candidates."""
    others = [batch.reference(k) for k in (1, 2, 3)]
    return which_of(batch, [batch.subjects, *others], [batch.references])


VIDEO_RELATIVE_DISTANCE = Task(
    name="video_relative_distance",
    paper="VSI-Bench, arXiv:2412.14171, relative distance",
    needs={"video_nearest_to": Needs(subjects=1, references=4)},
    ways={"choice": ("which",)},
    ask=ask,
)
