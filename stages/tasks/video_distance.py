"""How far apart two objects are that a clip shows, between their closest points."""

from __future__ import annotations

from stages.tasks.base import PAIR, Batch, Draft, Task, choose
from stages.tasks.lengths import ask_length, unfit


def ask(batch: Batch) -> Draft:
    """Ask for the number in a named unit, or for one of four measures; either object may come first."""
    subject_is_a = batch.coin("slots")
    slots = (
        choose(subject_is_a, batch.subjects, batch.references),
        choose(subject_is_a, batch.references, batch.subjects),
    )
    return ask_length(batch, slots)


VIDEO_DISTANCE = Task(
    name="video_distance",
    paper="VSI-Bench, arXiv:2412.14171, absolute distance: closest points",
    needs={"video_distance": PAIR},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    unfit=unfit,
    options="option_levels",
)
