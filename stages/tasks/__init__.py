"""The question tasks: one row, one small file and one wording file each."""

from __future__ import annotations

TASKS: dict[str, str] = {
    "position_comparison": "stages.tasks.position_comparison:POSITION_COMPARISON",
    "size_comparison": "stages.tasks.size_comparison:SIZE_COMPARISON",
    "existence": "stages.tasks.existence:EXISTENCE",
    "counting": "stages.tasks.counting:COUNTING",
    "absolute_distance": "stages.tasks.absolute_distance:ABSOLUTE_DISTANCE",
    "relative_distance": "stages.tasks.relative_distance:RELATIVE_DISTANCE",
    "video_relative_distance": "stages.tasks.video_relative_distance:VIDEO_RELATIVE_DISTANCE",
    "closest_to_camera": "stages.tasks.closest_to_camera:CLOSEST_TO_CAMERA",
    "depth_ordering": "stages.tasks.depth_ordering:DEPTH_ORDERING",
    "appearance_order": "stages.tasks.appearance_order:APPEARANCE_ORDER",
    "object_size": "stages.tasks.object_size:OBJECT_SIZE",
    "video_object_size": "stages.tasks.video_object_size:VIDEO_OBJECT_SIZE",
    "video_distance": "stages.tasks.video_distance:VIDEO_DISTANCE",
    "video_counting": "stages.tasks.video_counting:VIDEO_COUNTING",
    "room_size": "stages.tasks.room_size:ROOM_SIZE",
    "relative_direction": "stages.tasks.relative_direction:RELATIVE_DIRECTION",
    "route_planning": "stages.tasks.route_planning:ROUTE_PLANNING",
    "camera_turn": "stages.tasks.camera_turn:CAMERA_TURN",
    "camera_shift": "stages.tasks.camera_shift:CAMERA_SHIFT",
    "correspondence": "stages.tasks.correspondence:CORRESPONDENCE",
    "rotation_estimation": "stages.tasks.rotation_estimation:ROTATION_ESTIMATION",
}
