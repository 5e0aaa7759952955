"""Cameras for scans without frames: someone walks over the visible floor and films the objects."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from stages.geometry.mesh import LabelledMesh
from stages.render.frames import DEPTH_UNIT_M
from stages.render.rays import Camera, RayScene
from stages.schema.records import Vec4, ViewRow

FLOOR_BAND_M = 0.15  # vertices this near the floor's height are floor
LOW_M, HIGH_M = 0.2, 1.8  # what lies between blocks the way
STRAYS = 2  # so many vertices in a cell may be noise
CANDIDATES = 4  # poses walked per view chosen
NEAR_M = 1.2  # a view whose middle depth is below looks at a surface, not at a room
PROBE_WH = (64, 48)
MIN_SHARE = 0.005  # of the rays: an object seen by fewer does not count


def free_cells(
    vertices_w: Float[np.ndarray, "v 3"], floor_z_m: float, cell_m: float
) -> tuple[Bool[np.ndarray, "y x"], tuple[float, float]]:
    """Cells where a person can stand: floor was seen, nothing stands between knee and head.

    Returns:
        Grid (rows along y, columns along x) and the world x, y of the centre of cell (0, 0).
    """
    low_xy = vertices_w[:, :2].min(axis=0)
    cells = np.floor((vertices_w[:, :2] - low_xy) / cell_m).astype(np.int64)
    columns, rows = cells.max(axis=0) + 1
    flat = cells[:, 1] * columns + cells[:, 0]
    height_m = vertices_w[:, 2] - floor_z_m
    floor = np.bincount(flat[np.abs(height_m) < FLOOR_BAND_M], minlength=rows * columns) > 0
    blocked = np.bincount(flat[(height_m > LOW_M) & (height_m < HIGH_M)], minlength=rows * columns) > STRAYS
    x, y = low_xy + cell_m / 2
    return (floor & ~blocked).reshape(rows, columns), (float(x), float(y))


def pinhole_px(width_px: int, height_px: int, fov_deg: float) -> Vec4:
    """fx, fy, cx, cy of a camera with square pixels; `fov_deg` spans the width, edge to edge."""
    focal_px = width_px / 2 / float(np.tan(np.radians(fov_deg) / 2))
    return focal_px, focal_px, (width_px - 1) / 2, (height_px - 1) / 2


def best_poses(
    mesh: LabelledMesh, poses: Float[np.ndarray, "n 4 4"], fov_deg: float, most: int
) -> Float[np.ndarray, "k 4 4"]:
    """Choose the poses that together show every object best, in the order walked.

    Scans are narrow and open at the ceiling; a blind walk often looks at one surface from too near. Poses are taken
    one by one: each adds most to what the chosen ones show, where an object seen c times before is worth 1 / (1 + c)
    and a view against a surface a quarter.
    """
    rays = RayScene(mesh.vertices_w, mesh.faces)
    intrinsics_px = pinhole_px(*PROBE_WH, fov_deg)
    probes = [_probe(rays, mesh, Camera(pose, intrinsics_px, PROBE_WH)) for pose in poses]
    seen, weight = np.array([p[0] for p in probes]), np.array([p[1] for p in probes])
    times = np.zeros(seen.shape[1])
    left = np.ones(len(poses), dtype=np.bool_)
    for _ in range(min(most, len(poses))):
        gain = np.where(left, weight * (seen / (1 + times)).sum(axis=1), -1.0)
        chosen = int(np.argmax(gain))
        left[chosen] = False
        times += seen[chosen]
    return poses[~left]


def _probe(rays: RayScene, mesh: LabelledMesh, camera: Camera) -> tuple[Bool[np.ndarray, " o"], float]:
    """Objects seen at low resolution, and the weight of the view."""
    depth_m, face, _ = rays.cast(camera.rays(camera.pixels()))
    hit = face >= 0
    labels = mesh.face_object[face[hit]]
    seen = np.bincount(labels[labels >= 0], minlength=len(mesh.object_ids)) >= MIN_SHARE * len(face)
    roomy = hit.any() and float(np.median(depth_m[hit])) >= NEAR_M
    return seen, 1.0 if roomy else 0.25


def views_without_pictures(
    scene_id: str, poses: Float[np.ndarray, "n 4 4"], size_wh: tuple[int, int], fov_deg: float
) -> list[ViewRow]:
    """One view per pose, to be rendered: its camera is exactly known."""
    intrinsics_px = pinhole_px(*size_wh, fov_deg)
    return [
        ViewRow(
            f"{scene_id}/{frame}", scene_id, frame, *size_wh, intrinsics_px=intrinsics_px,
            world_from_cam=pose.ravel().tolist(), depth_scale_m=DEPTH_UNIT_M,
            intrinsics_by="exact", pose_by="exact", depth_by="exact",
        )
        for frame, pose in enumerate(poses)
    ]  # fmt: skip
