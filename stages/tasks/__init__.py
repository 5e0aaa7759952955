"""The question tasks: one row, one small file and one wording file each."""

from __future__ import annotations

TASKS: dict[str, str] = {
    "position_comparison": "stages.tasks.position_comparison:POSITION_COMPARISON",
    "size_comparison": "stages.tasks.size_comparison:SIZE_COMPARISON",
    "existence": "stages.tasks.existence:EXISTENCE",
    "counting": "stages.tasks.counting:COUNTING",
    "absolute_distance": "stages.tasks.absolute_distance:ABSOLUTE_DISTANCE",
    "rotation_estimation": "stages.tasks.rotation_estimation:ROTATION_ESTIMATION",
}
