"""To which side, and by how many degrees, the camera turned from one picture to another."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from stages.tasks.base import LETTERS, Batch, Draft, IntArray, Needs, Task, always, texts
from stages.tasks.options import wrap_deg

WORDS = ("left", "right")


def ask(batch: Batch) -> Draft:
    """Ask for the side (way `which`), with or without options, or for signed degrees, left positive (way `angle`)."""
    angle_deg = wrap_deg(np.rint(batch.values).astype(np.int64))
    side = (batch.values <= 0).astype(np.int64)
    fills = {"word": texts(WORDS, side), "angle": pa.array(angle_deg).cast(pa.string()), "turn": turn_text(angle_deg)}
    group = f"{batch.kind}.{batch.way}"
    reply = always(f"{group}.answer", len(batch))
    if batch.answer_kind == "angle":
        unit = pa.repeat(pa.scalar("deg"), len(batch))
        return Draft(always(group, len(batch)), reply, (), fills["angle"], angle_deg.astype(np.float64), unit,
                     fills=fills)  # fmt: skip
    if batch.answer_kind == "text":
        return Draft(always(group, len(batch)), reply, (), fills["word"], fills=fills)
    left_first = (side == batch.deal("letter", 2)).astype(np.int64)
    return Draft(
        ask=always(group, len(batch)),
        reply=reply,
        slots=(),
        answer=texts(LETTERS, np.where(left_first == 1, side, 1 - side)),
        options=(texts(WORDS, 1 - left_first), texts(WORDS, left_first)),
        fills=fills,
    )


def turn_text(angles_deg: IntArray) -> pa.StringArray:
    """Write signed angles as turns: `12 degrees to the left`, `1 degree to the right`."""
    return texts([_turn(angle) for angle in range(-179, 181)], angles_deg + 179)


def _turn(angle_deg: int) -> str:
    side = "" if angle_deg in (0, 180) else " to the left" if angle_deg > 0 else " to the right"
    return f"{abs(angle_deg)} degree{'' if abs(angle_deg) == 1 else 's'}{side}"


CAMERA_TURN = Task(
    name="camera_turn",
    paper="beyond arXiv:2506.18385: camera motion between two views of a scan",
    needs={"camera_turn": Needs()},
    ways={"choice": ("which",), "text": ("which",), "angle": ("angle",)},
    ask=ask,
)
