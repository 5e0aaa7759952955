"""Standing at one object and facing another: in which direction a third one lies."""

from __future__ import annotations

import numpy as np

from stages.tasks.base import LETTERS, Batch, Draft, IntArray, Needs, Task, always, texts
from stages.tasks.options import shuffle

WORDS = {
    "direction_easy": ("left", "right"),
    "direction_medium": ("left", "right", "back"),
    "direction_hard": ("front-left", "front-right", "back-left", "back-right"),
}


def ask(batch: Batch) -> Draft:
    """Ask for one of two, three or four directions, with or without options.

    Slots are the target, the standpoint and what is faced.
    """
    words = WORDS[batch.kind]
    right = _word(batch)
    is_text = batch.answer_kind == "text"
    others = np.stack([(right + k) % len(words) for k in range(len(words))], axis=1)
    options, letter = shuffle(others, batch)
    group = f"{batch.kind}.{batch.way}"
    return Draft(
        ask=always(group, len(batch)),
        reply=always(f"{group}.answer", len(batch)),
        slots=(batch.subjects, batch.reference(0), batch.reference(1)),
        answer=texts(words, right) if is_text else texts(LETTERS, letter),
        options=() if is_text else tuple(texts(words, options[:, k]) for k in range(len(words))),
        fills={"word": texts(words, right)},
    )


def _word(batch: Batch) -> IntArray:
    """Place of the right word."""
    side = (batch.values <= 0).astype(np.int64)
    if batch.kind == "direction_medium":
        return np.where(np.abs(batch.values) >= 135, 2, side)
    if batch.kind == "direction_hard":
        return side + np.where(np.abs(batch.values) < 90, 0, 2)
    return side


RELATIVE_DIRECTION = Task(
    name="relative_direction",
    paper="VSI-Bench, arXiv:2412.14171, relative direction (easy, medium, hard)",
    needs={kind: Needs(subjects=1, references=2) for kind in WORDS},
    ways={"choice": ("which",), "text": ("which",)},
    ask=ask,
)
