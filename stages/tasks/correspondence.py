"""Which of four regions of one picture shows the object that is pointed at in another picture."""

from __future__ import annotations

from dataclasses import replace

from stages.tasks.among import which_of
from stages.tasks.base import Batch, Draft, Needs, Task


def ask(batch: Batch) -> Draft:
    """Ask for one of four regions of the second view; {a} is the object in the first, the options are in the second."""
    candidates = [batch.subjects, *(batch.reference(k) for k in range(3))]
    return replace(which_of(batch, candidates, [batch.subjects]), slot_views=(0, 1, 1, 1, 1))


CORRESPONDENCE = Task(
    name="correspondence",
    paper="beyond arXiv:2506.18385: the same object across two views of a scan",
    needs={"same_object": Needs(subjects=1, references=3, references_in=1)},
    ways={"choice": ("which",)},
    ask=ask,
    formats=(("region_box", "original"),),
    why_formats="a name or a mark shown in both pictures tells the answer",
)
