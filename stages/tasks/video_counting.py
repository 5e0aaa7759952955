"""How many instances of a category a clip shows."""

from __future__ import annotations

from stages.tasks.base import Batch, Draft, Needs, Task
from stages.tasks.counting import ask_count, thin


def ask(batch: Batch) -> Draft:
    """Ask for the number, or for one of up to four numbers."""
    return ask_count(batch, ())


VIDEO_COUNTING = Task(
    name="video_counting",
    paper="VSI-Bench, arXiv:2412.14171, object counting; here of what the frames show",
    needs={"video_count": Needs()},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    about_category=True,
    unfit=thin,
    options="option_counts",
)
