"""Views of scenes that are made, not photographed: `ingest` renders them."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float

from stages.schema.records import Vec4, ViewRow


def views_to_render(
    scene_id: str,
    poses: Float[np.ndarray, "n 4 4"],
    size_wh: tuple[int, int],
    fov_deg: float,
    scale_sigma: float | None = None,
    digits: int = 1,
) -> list[ViewRow]:
    """Describe views that have exact cameras and no picture yet.

    Args:
        scene_id: Scene of the views.
        poses: Camera to world.
        size_wh: Size of the pictures.
        fov_deg: Horizontal field of view.
        scale_sigma: Relative 1-sigma of the scene's scale; None: it is known.
        digits: Least number of digits of the frame in a view's id.
    """
    focal_px = size_wh[0] / 2 / math.tan(math.radians(fov_deg) / 2)
    intrinsics_px: Vec4 = (focal_px, focal_px, (size_wh[0] - 1) / 2, (size_wh[1] - 1) / 2)
    return [
        ViewRow(
            view_id=f"{scene_id}/{k:0{digits}d}",
            scene_id=scene_id,
            frame=k,
            width_px=size_wh[0],
            height_px=size_wh[1],
            intrinsics_px=intrinsics_px,
            world_from_cam=pose.ravel().tolist(),
            depth_scale_m=0.001,
            intrinsics_by="exact",
            pose_by="exact",
            depth_by="exact",
            scale_sigma=scale_sigma,
        )
        for k, pose in enumerate(poses)
    ]
