"""Annotated 3D boxes against their pictures: `python -m benchmarks.given_boxes [FOLDER] [--pictures OUT]`.

FOLDER (default: environment variable ENGINE_SAMPLES, else `../shared/data`) holds `sunrgbd` and `robospatial_example`.

- SUN RGB-D 000017: outlines of the projected boxes against the annotated 2D boxes, as its conventions say and with each
  trap sprung (`Rt` not transposed, the older file's angle not negated). Then both objects are lifted by
  `stages.lifting` from the point cloud's depth, mask: the pixels whose points lie in the annotated box; and compared
  with that box.
- RoboSpatial's example: boxes by camera-to-world pose and Euler angles ZXY. It has no 2D boxes or masks; five names say
  a colour, so that colour's share inside the projected outline is compared with its share in the picture.
"""

from __future__ import annotations

import argparse
import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from benchmarks.posed_rgbd import Frame
from benchmarks.real_depth import lift_masks, lift_params
from benchmarks.vsi_bench_truth import samples_folder
from stages.geometry.boxes import corners

FINER = 3  # pixels of the picture per pixel of depth: 50,000 points do not fill it
FEWEST, JUMP_REL = 2, 0.05  # neighbours of a pixel that is filled, and how far they may be apart
CLOSED_PX = 7  # gaps of a mask where the sensor gave no depth
CAM_FROM_UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])  # x, forward, up to OpenCV
HUES_DEG = {"Yellow": (40, 65), "Green": (70, 160), "blue": (170, 260), "pink": (290, 359), "Brown": (10, 40)}
MIN_SATURATION = 0.25


@dataclass(frozen=True)
class Given:
    """An annotated box.

    Attributes:
        name: Category or caption.
        center_w: Centre, metres.
        size_m: Extents along its axes.
        world_from_box: Its turn.
    """

    name: str
    center_w: np.ndarray
    size_m: np.ndarray
    world_from_box: np.ndarray

    def corners_w(self) -> np.ndarray:
        """Eight corners."""
        found: np.ndarray = corners(self.center_w[None], self.size_m[None], self.world_from_box[None])[0]
        return found

    def holds(self, points_w: np.ndarray) -> np.ndarray:
        """Tell which points lie inside."""
        inside: np.ndarray = (np.abs((points_w - self.center_w) @ self.world_from_box) <= self.size_m / 2).all(axis=-1)
        return inside


def main(folder: Path, pictures: Path | None = None) -> dict[str, Any]:
    """Print tables and the figures as JSON."""
    found = {"sunrgbd": sun_rgbd(folder / "sunrgbd/mmdet3d_demo", pictures),
             "robospatial": robospatial(folder / "robospatial_example/example_data", pictures)}  # fmt: skip
    for name, rows in found.items():
        print(name)
        for row in rows:
            print("  " + ", ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()))
    print(json.dumps(found))
    return found


def sun_rgbd(folder: Path, pictures: Path | None = None) -> list[dict[str, Any]]:
    """Figures of both annotated objects."""
    new, old = (pickle.loads((folder / f"sunrgbd_000017_infos{version}.pkl").read_bytes()) for version in ("", ".v0"))
    points_w = np.fromfile(folder / "000017.bin", np.float32).reshape(-1, 6)[:, :3].astype(np.float64)
    calib, names = old[0]["calib"], old[0]["annos"]["name"]
    right = cam_from_upright(calib["Rt"].T)
    frame = depth_of_points(points_w, calib["K"], right, old[0]["image"]["image_shape"])
    rows, outlines = [], []
    for name, instance, old_angle in zip(
        names, new["data_list"][0]["instances"], old[0]["annos"]["rotation_y"], strict=True
    ):
        box = sun_box(name, instance["bbox_3d"])
        wrong_yaw = sun_box(name, [*instance["bbox_3d"][:6], old_angle])
        stated = np.array(instance["bbox"])
        outlines.append(project(box, calib["K"], right))
        rows.append({
            "name": name,
            "iou_2d": rectangle_iou(outlines[-1], stated),
            "iou_2d_rt_not_transposed": rectangle_iou(project(box, calib["K"], cam_from_upright(calib["Rt"])), stated),
            "iou_2d_angle_not_negated": rectangle_iou(project(wrong_yaw, calib["K"], right), stated),
            "points_in_box": int(box.holds(points_w).sum()),
            "points_in_box_angle_not_negated": int(wrong_yaw.holds(points_w).sum()),
            **lifted_against(box, frame),
        })  # fmt: skip
    _draw(folder / "000017.jpg", outlines, pictures)
    return rows


def cam_from_upright(turn: np.ndarray) -> np.ndarray:
    """Rotation from SUN RGB-D's upright axes (x right, y forward, z up) into the OpenCV camera."""
    rotation: np.ndarray = CAM_FROM_UPRIGHT @ turn.astype(np.float64)
    return rotation


def sun_box(name: str, numbers: list[float]) -> Given:
    """Box of centre, extents and counter-clockwise turn about the vertical."""
    return Given(name, np.array(numbers[:3]), np.array(numbers[3:6]), Rotation.from_euler("z", numbers[6]).as_matrix())


def depth_of_points(points_w: np.ndarray, k: np.ndarray, cam_from_world: np.ndarray, shape: tuple[int, int]) -> Frame:
    """Depth at a third of the picture's size: the middle one of the points that fall into a pixel."""
    height, width = (side // FINER for side in shape)
    fx, fy, cx, cy = (
        (k[i, j] + shift) / FINER - shift for i, j, shift in ((0, 0, 0), (1, 1, 0), (0, 2, 0.5), (1, 2, 0.5))
    )
    points_c = points_w @ cam_from_world.T
    z = points_c[:, 2]
    x, y = np.rint(points_c[:, 0] / z * fx + cx), np.rint(points_c[:, 1] / z * fy + cy)
    inside = (z > 0) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    pixel, z = (y * width + x)[inside].astype(np.int64), z[inside]
    order = np.lexsort((z, pixel))
    pixels, first, count = np.unique(pixel[order], return_index=True, return_counts=True)
    depth_m = np.full(height * width, np.nan, np.float32)
    depth_m[pixels] = z[order][first + (count - 1) // 2]
    pose = np.eye(4)
    pose[:3, :3] = cam_from_world.T
    return Frame("17", filled(depth_m.reshape(height, width)), (fx, fy, cx, cy), pose)


def filled(depth_m: np.ndarray) -> np.ndarray:
    """Give pixels without depth the mean inverse depth of the neighbours that have it, where those agree."""
    known = np.isfinite(depth_m)
    kernel = np.ones((3, 3), np.uint8)
    inverse = np.where(known, 1.0 / np.where(known, depth_m, 1.0), 0.0)
    count = cv2.boxFilter(known.astype(np.float64), -1, (3, 3), normalize=False)
    mean = cv2.boxFilter(inverse, -1, (3, 3), normalize=False) / np.maximum(count, 1)
    nearest, farthest = cv2.dilate(inverse, kernel), cv2.erode(np.where(known, inverse, 1e9), kernel)
    smooth = (count >= FEWEST) & (nearest < farthest * (1 + JUMP_REL))
    return np.where(~known & smooth, 1.0 / np.maximum(mean, 1e-9), depth_m).astype(np.float32)


def lifted_against(box: Given, frame: Frame) -> dict[str, Any]:
    """Lift the pixels whose points lie in a box, and compare with that box."""
    y, x = np.indices(frame.depth_m.shape)
    fx, fy, cx, cy = frame.intrinsics_px
    rays = np.stack([(x - cx) / fx, (y - cy) / fy, np.ones(x.shape)], axis=-1)
    points_w = rays * frame.depth_m[..., None] @ frame.world_from_cam[:3, :3].T
    mask = cv2.morphologyEx(box.holds(points_w).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((CLOSED_PX, CLOSED_PX)))
    (found,) = lift_masks(frame, [mask > 0], "sensor", lift_params())
    if found is None:
        return {"lifted": False}
    lifted = Given(box.name, found.center_w, found.size_m, Rotation.from_euler("z", found.yaw_deg, True).as_matrix())
    stated_yaw = float(np.degrees(np.arctan2(box.world_from_box[1, 0], box.world_from_box[0, 0])))
    swapped = 45 < (found.yaw_deg - stated_yaw) % 180 < 135
    size = found.size_m[[1, 0, 2]] if swapped else found.size_m
    return {
        "lifted": True,
        "center_off_m": float(np.linalg.norm(found.center_w - box.center_w)),
        "size_rel": [round(float(v), 3) for v in size / box.size_m - 1],
        "yaw_off_deg": float(abs((found.yaw_deg - stated_yaw + 45) % 90 - 45)),
        "iou_3d": upright_iou(lifted, box),
        "observed": found.observed,
    }


def project(box: Given, k: np.ndarray, cam_from_world: np.ndarray, origin_w: np.ndarray | float = 0.0) -> np.ndarray:
    """Convex outline of a box in the picture, pixels (n, 2)."""
    points = (box.corners_w() - origin_w) @ cam_from_world.T @ k[:3, :3].T.astype(np.float64)
    outline: np.ndarray = cv2.convexHull((points[:, :2] / points[:, 2:]).astype(np.float32))[:, 0]
    return outline


def rectangle_iou(outline_px: np.ndarray, box_px: np.ndarray) -> float:
    """Overlap over union of an outline's bounding rectangle and a 2D box."""
    low, high = outline_px.min(axis=0), outline_px.max(axis=0)
    both = np.prod(np.maximum(np.minimum(high, box_px[2:]) - np.maximum(low, box_px[:2]), 0.0))
    return float(both / (np.prod(high - low) + np.prod(box_px[2:] - box_px[:2]) - both))


def upright_iou(a: Given, b: Given) -> float:
    """Overlap over union of two boxes turned about the vertical."""

    def footprint(box: Given) -> Any:
        degrees = np.degrees(np.arctan2(box.world_from_box[1, 0], box.world_from_box[0, 0]))
        return (tuple(map(float, box.center_w[:2])), tuple(map(float, box.size_m[:2])), float(degrees))

    _, shared = cv2.rotatedRectangleIntersection(footprint(a), footprint(b))
    area = 0.0 if shared is None else cv2.contourArea(cv2.convexHull(shared))
    low, high = (np.array([g.center_w[2] + sign * g.size_m[2] / 2 for g in (a, b)]) for sign in (-1, 1))
    both = area * max(float(high.min() - low.max()), 0.0)
    return both / float(np.prod(a.size_m) + np.prod(b.size_m) - both)


def robospatial(folder: Path, pictures: Path | None = None) -> list[dict[str, Any]]:
    """Figures of the eight annotated objects."""
    told = json.loads((folder / "annotations/example_input.json").read_text())
    (image_path,) = (folder / "images").rglob(told["image_name"])
    picture = read_picture(image_path)
    camera = {
        name: np.array(told["camera_annotations"][name]) for name in ("intrinsic", "extrinsic", "axis_align_matrix")
    }
    pose = camera["axis_align_matrix"] @ camera["extrinsic"]
    rows, outlines = [], []
    for told_object in told["objects"]:
        numbers = np.array(told_object["bbox_3d"][0])
        turn = Rotation.from_euler("ZXY", numbers[6:9]).as_matrix()
        box = Given(told_object["Name"], numbers[:3], numbers[3:6], turn)
        outline = project(box, camera["intrinsic"], pose[:3, :3].T, pose[:3, 3])
        inverse = project(box, camera["intrinsic"], pose[:3, :3], -pose[:3, :3].T @ pose[:3, 3])
        outlines.append(outline)
        rows.append({
            "name": box.name,
            "depth_m": float(((box.center_w - pose[:3, 3]) @ pose[:3, :3])[2]),
            "box_px": [round(float(v)) for v in (*outline.min(axis=0), *outline.max(axis=0))],
            "share_in_picture": _share_inside(outline, picture.shape[:2]),
            "share_in_picture_world_to_camera": _share_inside(inverse, picture.shape[:2]),
            "colour_gain": _colour_gain(box.name, picture, outline),
        })  # fmt: skip
    _draw(image_path, outlines, pictures)
    return rows


def read_picture(path: Path) -> np.ndarray:
    """Read a picture, blue first."""
    picture = cv2.imread(str(path))
    if picture is None:
        raise OSError(f"{path}: cannot be read as a picture")
    return picture


def _share_inside(outline_px: np.ndarray, shape: tuple[int, ...]) -> float:
    """Share of an outline's area inside the picture."""
    frame = np.array([[0, 0], [shape[1], 0], [shape[1], shape[0]], [0, shape[0]]], np.float32) - 0.5
    return float(cv2.intersectConvexConvex(outline_px, frame)[0] / max(cv2.contourArea(outline_px), 1e-9))


def _colour_gain(name: str, picture: np.ndarray, outline_px: np.ndarray) -> float | None:
    """Share of the named colour inside the outline, less that in the picture; None where no colour is named."""
    hues = next((range_deg for word, range_deg in HUES_DEG.items() if word in name), None)
    if hues is None:
        return None
    hsv = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2HSV)
    of_colour = (hsv[..., 0] >= hues[0]) & (hsv[..., 0] <= hues[1]) & (hsv[..., 1] >= MIN_SATURATION)
    inside = cv2.fillConvexPoly(np.zeros(picture.shape[:2], np.uint8), np.rint(outline_px).astype(np.int32), 1) > 0
    return float(of_colour[inside].mean() - of_colour.mean())


def _draw(picture: Path, outlines: list[np.ndarray], folder: Path | None) -> None:
    """Write the picture with the outlines, where a folder was named."""
    if folder is None:
        return
    canvas = read_picture(picture)
    for outline in outlines:
        cv2.polylines(canvas, [np.rint(outline).astype(np.int32)], True, (0, 0, 255), 2)
    folder.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(folder / f"{picture.stem}.png"), canvas)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=samples_folder())
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    main(given.folder, given.pictures)
