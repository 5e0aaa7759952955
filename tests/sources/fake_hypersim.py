"""Two cameras with a shifted, tilted lens, drawn through the lens's own matrix: depth, instances and boxes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from jaxtyping import Float

from tests.sources.cases import Damage, Landmark, SourceCase

SCENE = "ai_001_002"
DETAIL = f"{SCENE}/_detail"
GEOMETRY = f"{SCENE}/images/scene_cam_00_geometry_hdf5"
PREVIEW = f"{SCENE}/images/scene_cam_00_final_preview"
LENSES, PICTURES = "metadata_camera_parameters.csv", "metadata_images_split_scene_v1.csv"
BOX = f"{DETAIL}/mesh/metadata_semantic_instance_bounding_box_object_aligned_2d"
WIDTH_PX, HEIGHT_PX = 64, 48
UNIT_M = 0.01
# Rays of picture coordinates: shifted sideways and up, and tilted as Hypersim's corrected verticals are.
CAM_FROM_UV = np.array([[0.6, 0, -0.07], [0, 0.45, 0.09], [0, 0.05, -1.01]])
# OpenGL camera at (1, -2, 1.5) m, looking along +y: its y is up, its z points back.
TURN = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
CENTER_M = np.array([1.0, -2.0, 1.5])
POINT_M = (1.4, 1.0, 1.2)
SECTION: dict[str, Any] = {
    "scenes": None, "max_skew_px": 1.0, "frame_stride": 1, "max_frames": 50, "min_pixels": 4, "drop_groups": True,
}  # fmt: skip


def pixel_of(point_m: tuple[float, float, float]) -> tuple[float, float]:
    """Pixel of a world point by the lens's own matrix."""
    u, v, w = np.linalg.inv(CAM_FROM_UV) @ (TURN.T @ (np.array(point_m) - CENTER_M))
    return (u / w + 1) / 2 * WIDTH_PX - 0.5, (1 - v / w) / 2 * HEIGHT_PX - 0.5


def wall_distance_m() -> Float[np.ndarray, "h w"]:
    """Distance along every pixel's ray to the wall y = 2."""
    x, y = np.meshgrid(np.arange(WIDTH_PX), np.arange(HEIGHT_PX))
    uv1 = np.stack([(x + 0.5) / WIDTH_PX * 2 - 1, 1 - (y + 0.5) / HEIGHT_PX * 2, np.ones(x.shape)], axis=-1)
    rays = uv1 @ CAM_FROM_UV.T @ TURN.T
    result: Float[np.ndarray, "h w"] = (2.0 - CENTER_M[1]) / rays[..., 1] * np.linalg.norm(rays, axis=-1)
    return result


LANDMARK = Landmark(f"toy/{SCENE}/3", POINT_M, pixel_of(POINT_M))


def write(root: Path) -> Mapping[str, Any]:
    """Write frames 3 and 7 of camera 0 and frame 3 of camera 1; frame 7 was not released."""
    root.mkdir(exist_ok=True)
    _lenses(root / LENSES, CAM_FROM_UV)
    for camera, frames in (("cam_00", (3, 7)), ("cam_01", (3,))):
        array(root / f"{DETAIL}/{camera}/camera_keyframe_positions.hdf5", np.tile(CENTER_M / UNIT_M, (2, 1)))
        array(root / f"{DETAIL}/{camera}/camera_keyframe_orientations.hdf5", np.tile(TURN, (2, 1, 1)))
        array(root / f"{DETAIL}/{camera}/camera_keyframe_frame_indices.hdf5", np.array([3, 7]))
        for frame in frames:
            _frame(root / SCENE / "images", camera, frame)
    array(root / f"{DETAIL}/mesh/mesh_objects_si.hdf5", np.array([[5], [7], [7], [1], [40], [-1], [3]]))
    array(root / f"{DETAIL}/mesh/mesh_objects_sii.hdf5", np.array([[0], [0], [0], [1], [2], [-1], [3]]))
    array(root / f"{BOX}_positions.hdf5", np.array([POINT_M, (1, 2, 1), (0, 0, 0), (0, 1, 0.5)]) / UNIT_M)
    array(root / f"{BOX}_extents.hdf5", np.array([(0.6, 1.2, 0.7), (5, 5, 5), (1, 1, 1), (0.5, 0.4, 1)]) / UNIT_M)
    turned = np.array([[0.8, -0.6, 0], [0.6, 0.8, 0], [0, 0, 1]])
    array(root / f"{BOX}_orientations.hdf5", np.array([turned, np.eye(3), np.eye(3), np.eye(3)]))
    rows = [f"{SCENE},cam_00,3,True,,val", f"{SCENE},cam_00,7,False,blurred,", f"{SCENE},cam_01,3,True,,val"]
    head = "scene_name,camera_name,frame_id,included_in_public_release,exclude_reason,split_partition_name"
    (root / PICTURES).write_text("\n".join([head, *rows]) + "\n")
    return {"root": str(root), **SECTION}


def array(path: Path, values: np.ndarray) -> None:
    """Write an HDF5 file as Hypersim's are."""
    h5py = pytest.importorskip("h5py", reason="Hypersim needs h5py")
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file["dataset"] = values


def _lenses(path: Path, cam_from_uv: Float[np.ndarray, "3 3"]) -> None:
    entries = [f"M_cam_from_uv_{i}{j}" for i in range(3) for j in range(3)]
    head = ["scene_name", "settings_output_img_height", "settings_output_img_width", "settings_units_info_meters_scale"]
    numbers = [HEIGHT_PX, WIDTH_PX, UNIT_M, *cam_from_uv.ravel().tolist()]
    path.write_text(",".join([*head, *entries]) + "\n" + ",".join([SCENE, *map(str, numbers)]) + "\n")


def _frame(images: Path, camera: str, frame: int) -> None:
    preview, geometry = (images / f"scene_{camera}_{kind}" for kind in ("final_preview", "geometry_hdf5"))
    preview.mkdir(parents=True, exist_ok=True)
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8)
    assert cv2.imwrite(str(preview / f"frame.{frame:04d}.tonemap.jpg"), picture)
    distance = wall_distance_m().astype(np.float16)
    distance[0, 0] = np.nan
    array(geometry / f"frame.{frame:04d}.depth_meters.hdf5", distance)
    pixels = np.full((HEIGHT_PX, WIDTH_PX), -1, np.int32)
    pixels[:10] = 1
    u, v = (round(c) for c in pixel_of(POINT_M))
    pixels[v - 4 : v + 5, u - 6 : u + 7] = 0
    pixels[-1, -1] = 3
    array(geometry / f"frame.{frame:04d}.semantic_instance.hdf5", pixels)


def _cut(file: str, root: Path) -> None:
    (root / file).write_bytes((root / file).read_bytes()[:600])


def _nan_pose(root: Path) -> None:
    turns = np.tile(TURN, (2, 1, 1))
    turns[0] = np.nan
    array(root / f"{DETAIL}/cam_00/camera_keyframe_orientations.hdf5", turns)


def _elsewhere(file: str, root: Path) -> None:
    """Make the array a link into another file."""
    h5py = pytest.importorskip("h5py")
    array(root / "other.hdf5", np.zeros((HEIGHT_PX, WIDTH_PX), np.int32))
    with h5py.File(root / file, "w") as out:
        out["dataset"] = h5py.ExternalLink(str(root / "other.hdf5"), "dataset")


def _bomb(file: str, root: Path) -> None:
    """An array of 4 TiB that takes no room in the file."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(root / file, "w") as out:
        out.create_dataset("dataset", (1 << 20, 1 << 20), "<i4", chunks=(1024, 1024), compression="gzip")


def _skewed(root: Path) -> None:
    _lenses(root / LENSES, CAM_FROM_UV + np.array([[0, 0.1, 0], [0, 0, 0], [0, 0, 0]]))


INSTANCE = f"{GEOMETRY}/frame.0003.semantic_instance.hdf5"
CASE = SourceCase(
    "hypersim", "hypersim", write, scenes=1, landmark=LANDMARK,
    damages=(
        Damage("no_lenses", lambda r: (r / LENSES).unlink(), None, LENSES),
        Damage("no_columns", lambda r: (r / LENSES).write_text("scene_name\nai_001_002\n"), None, LENSES),
        Damage("no_matrix", lambda r: _lenses(r / LENSES, np.zeros((3, 3))), None, SCENE),
        Damage("nan_matrix", lambda r: _lenses(r / LENSES, CAM_FROM_UV * np.nan), None, SCENE),
        Damage("cut_pictures", lambda r: (r / PICTURES).write_text("scene_name,camera_name\na,b\n"), None, PICTURES),
        Damage("skewed", _skewed, "scene.not_pinhole", SCENE),
        Damage("another_scene", lambda r: (r / SCENE).rename(r / "ai_009_009"), "scene.camera_missing", "ai_009_009"),
        Damage("no_poses", lambda r: (r / f"{DETAIL}/cam_00/camera_keyframe_positions.hdf5").unlink(),
               "scene.poses_missing", "camera_keyframe_positions.hdf5"),
        Damage("cut_poses", lambda r: _cut(f"{DETAIL}/cam_00/camera_keyframe_positions.hdf5", r),
               "scene.poses_damaged", "camera_keyframe_positions.hdf5"),
        Damage("fewer_poses", lambda r: array(r / f"{DETAIL}/cam_00/camera_keyframe_positions.hdf5", np.ones((1, 3))),
               "scene.poses_damaged", "camera_keyframe_positions.hdf5"),
        Damage("one_frame_twice", lambda r: array(r / f"{DETAIL}/cam_00/camera_keyframe_frame_indices.hdf5",
               np.array([3, 3])), "scene.poses_damaged", "camera_keyframe_frame_indices.hdf5"),
        Damage("other_frames", lambda r: array(r / f"{DETAIL}/cam_00/camera_keyframe_frame_indices.hdf5",
               np.array([4, 7])), "view.pose_missing", f"{SCENE}/3"),
        Damage("nan_pose", _nan_pose, "view.pose_lost", f"{SCENE}/3"),
        Damage("cut_picture", lambda r: (r / PREVIEW / "frame.0003.tonemap.jpg").write_bytes(b"\xff"),
               "view.image_damaged", f"{SCENE}/3"),
        Damage("small_picture", lambda r: cv2.imwrite(str(r / PREVIEW / "frame.0003.tonemap.jpg"),
               np.zeros((8, 8, 3), np.uint8)), "view.image_size", f"{SCENE}/3"),
        Damage("no_depth", lambda r: (r / GEOMETRY / "frame.0003.depth_meters.hdf5").unlink(), "depth.file_missing",
               f"{SCENE}/3"),
        Damage("no_instances", lambda r: (r / INSTANCE).unlink(), "pixels.missing", "frame.0003"),
        Damage("cut_instances", lambda r: _cut(INSTANCE, r), "pixels.damaged", "frame.0003"),
        Damage("small_instances", lambda r: array(r / INSTANCE, np.zeros((2, 2), np.int32)), "pixels.damaged",
               "frame.0003"),
        Damage("instances_elsewhere", lambda r: _elsewhere(INSTANCE, r), "pixels.damaged", "frame.0003"),
        Damage("bomb", lambda r: _bomb(INSTANCE, r), "pixels.damaged", "frame.0003"),
        Damage("no_classes", lambda r: (r / f"{DETAIL}/mesh/mesh_objects_si.hdf5").unlink(),
               "annotation.instances_missing", "mesh_objects_si.hdf5"),
        Damage("fewer_classes", lambda r: array(r / f"{DETAIL}/mesh/mesh_objects_si.hdf5", np.array([1])),
               "annotation.instances_damaged", "mesh_objects_sii.hdf5"),
        Damage("no_boxes", lambda r: (r / f"{BOX}_extents.hdf5").unlink(), "annotation.instances_missing",
               "extents.hdf5"),
        Damage("fewer_boxes", lambda r: array(r / f"{BOX}_extents.hdf5", np.ones((1, 3))), "annotation.boxes_damaged",
               "positions.hdf5"),
        Damage("infinite_box", lambda r: array(r / f"{BOX}_extents.hdf5", np.full((4, 3), np.inf)), "object.bad_box",
               f"{SCENE}:0 table"),
    ),
)  # fmt: skip
