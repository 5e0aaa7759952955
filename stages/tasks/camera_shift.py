"""In which direction, and how far, the camera moved from one picture to another."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.tasks.base import LETTERS, Batch, Draft, Needs, Task, always, nth_of, texts
from stages.tasks.lengths import ask_length
from stages.tasks.options import shuffle

WORDS = ("forward", "backward", "left", "right")


def ask(batch: Batch) -> Draft:
    """Ask for one of four directions (way `which`), or for the distance in a named unit (way `number`)."""
    if batch.way == "number":
        return ask_length(batch, ())
    said = nth_of(batch.details, 0)
    right = pc.index_in(said, pa.array(WORDS)).to_numpy(zero_copy_only=False).astype(np.int64)
    turned = (right[:, None] + np.arange(len(WORDS))[None, :]) % len(WORDS)
    options, letter = shuffle(turned, batch)
    group = f"{batch.kind}.{batch.way}"
    return Draft(
        ask=always(group, len(batch)),
        reply=always(f"{group}.answer", len(batch)),
        slots=(),
        answer=texts(LETTERS, letter),
        options=tuple(texts(WORDS, options[:, k]) for k in range(len(WORDS))),
        fills={"word": said},
    )


CAMERA_SHIFT = Task(
    name="camera_shift",
    paper="beyond arXiv:2506.18385: camera motion between two views of a scan",
    needs={"camera_shift": Needs()},
    ways={"choice": ("which",), "number": ("number",)},
    ask=ask,
)
