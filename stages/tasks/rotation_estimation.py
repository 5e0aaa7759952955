"""How far the camera moved around an object between two pictures, or how far the object turned.

The fact's value is the camera's signed yaw around the object's vertical axis, counter-clockwise seen from above
positive. Seen by a camera that stands still, the same two pictures show the object turned by the opposite angle.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from stages.tasks.base import LETTERS, Batch, Draft, IntArray, Needs, Task, always, texts
from stages.tasks.options import grid_angles, shuffle, wrap_deg


def ask(batch: Batch) -> Draft:
    """Ask for signed degrees, or for one of four turns."""
    group = f"rotation.{batch.way}"
    camera_deg = np.rint(batch.values).astype(np.int64)
    angle_deg = wrap_deg(camera_deg if batch.way.startswith("camera") else -camera_deg)
    fills = {"angle": pa.array(angle_deg).cast(pa.string()), "turn": turn_text(angle_deg)}
    reply = always(f"{group}.answer", len(batch))
    if batch.answer_kind == "angle":
        unit = pa.repeat(pa.scalar("deg"), len(batch))
        return Draft(always(group, len(batch)), reply, (batch.subjects,), fills["angle"],
                     angle_deg.astype(np.float64), unit, fills=fills)  # fmt: skip
    steps_deg = np.array(batch.params.angle_steps_deg)
    grid = grid_angles(
        angle_deg, steps_deg[batch.pick("step", len(steps_deg))], batch.draw("angles"), batch.params.angle_least_deg
    )
    options, right = shuffle(grid, batch)
    return Draft(
        ask=always(group, len(batch)),
        reply=reply,
        slots=(batch.subjects,),
        answer=texts(LETTERS, right),
        options=tuple(turn_text(options[:, k]) for k in range(4)),
        fills=fills,
    )


def turn_text(angles_deg: IntArray) -> pa.StringArray:
    """Write signed angles as turns seen from above: `45 degrees clockwise`, `180 degrees`."""
    return texts([_turn(angle) for angle in range(-179, 181)], angles_deg + 179)


def _turn(angle_deg: int) -> str:
    side = "" if angle_deg in (0, 180) else " counter-clockwise" if angle_deg > 0 else " clockwise"
    return f"{abs(angle_deg)} degree{'' if abs(angle_deg) == 1 else 's'}{side}"


ROTATION_ESTIMATION = Task(
    name="rotation_estimation",
    paper="arXiv:2506.18385, rotation estimation; the angle's definition is not published, ours stands above",
    needs={"rotation": Needs(subjects=1)},
    ways={"angle": ("camera_angle", "object_angle"), "choice": ("camera_turn", "object_turn")},
    ask=ask,
)
