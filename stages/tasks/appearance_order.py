"""In which order four objects first come into view in a clip."""

from __future__ import annotations

from stages.formats import FORMATS
from stages.tasks.among import order_of
from stages.tasks.base import Batch, Draft, Needs, Task


def ask(batch: Batch) -> Draft:
    """Ask for one of four sequences."""
    return order_of(batch, [batch.subject(k) for k in range(4)])


APPEARANCE_ORDER = Task(
    name="appearance_order",
    paper="VSI-Bench, arXiv:2412.14171, appearance order",
    needs={"first_seen_order": Needs(subjects=4)},
    ways={"choice": ("order",)},
    ask=ask,
    formats=tuple((form.text, form.image) for form in FORMATS if "box" not in form.text),
    why_formats="the frame number of a box tells the order",
)
