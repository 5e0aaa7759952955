"""How far apart two objects are, between their centres or their closest points, in metres, centimetres or feet."""

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


ABSOLUTE_DISTANCE = Task(
    name="absolute_distance",
    paper="arXiv:2506.18385, absolute distance; wording and thresholds are not published",
    needs={kind: PAIR for kind in ("distance_center", "distance_closest")},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    unfit=unfit,
    options="option_levels",
    tells=dict.fromkeys(("distance_center", "distance_closest"), ("landmark",)),
)
