"""Which of two objects is further left, higher up, or nearer to the camera."""

from __future__ import annotations

from stages.tasks.base import PAIR, Batch, Draft, Task
from stages.tasks.pairs import claim, relation_word, which

WORDS = {
    "left_of": ("left", "right"),
    "above": ("higher", "lower"),
    "in_front_of": ("nearer", "farther"),
}


def ask(batch: Batch) -> Draft:
    """Ask for yes or no, for one of the two objects, or for the word that describes their relation."""
    if batch.way == "word":
        return relation_word(batch, WORDS[batch.kind])
    return claim(batch) if batch.way == "claim" else which(batch)


POSITION_COMPARISON = Task(
    name="position_comparison",
    paper="arXiv:2506.18385, position comparison; wording and thresholds are not published",
    needs={kind: PAIR for kind in WORDS},
    ways={"yes_no": ("claim",), "choice": ("which", "word"), "text": ("word",)},
    ask=ask,
    tells={"left_of": ("ordinal",), "above": ("landmark",)},  # what stands on something is high up
)
