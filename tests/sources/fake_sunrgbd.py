"""One tilted picture of a bed and a night stand: in both revisions of mmdet3d's info files, and in its own folder."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from tests.sources.cases import Damage, Landmark, SourceCase

WIDTH_PX, HEIGHT_PX = 96, 72
K = np.array([[60.0, 0, 47.5], [0, 62.0, 35.5], [0, 0, 1]])
TILT_DEG = 20.0  # the camera looks down
# Upright axes: x right, y forward, z up; those of a level OpenCV camera.
LEVEL = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
CAM_FROM_UPRIGHT = Rotation.from_euler("x", TILT_DEG, degrees=True).as_matrix() @ LEVEL
BED = [0.2, 3.0, -0.6, 2.0, 1.2, 0.8, 0.3]  # centre, extents, counter-clockwise
STAND = [-1.2, 3.2, -0.7, 0.4, 0.5, 0.6, 0.0]
BOXES_PX = [[30.0, 20.0, 80.0, 60.0], [10.0, 22.0, 30.0, 45.0]]
INFOS = "sunrgbd_infos_train.pkl"
FOLDER = "kv1/b3dodata/img_0063"
BASE: dict[str, Any] = {"upstream_split": "train", "max_images": None, "min_overlap": 0.3, "drop_groups": True}


def pixel_of(point: tuple[float, float, float]) -> tuple[float, float]:
    """Pixel of an upright point."""
    u, v, w = K @ CAM_FROM_UPRIGHT @ point
    return float(u / w), float(v / w)


LANDMARK = Landmark("toy/000017/0", (0.2, 3.0, -0.6), pixel_of((0.2, 3.0, -0.6)))


def write(root: Path, revision: int) -> Mapping[str, Any]:
    """Write an info file and its picture."""
    _picture(root / "image/000017.jpg")
    save(root, _v1() if revision == 1 else _v0())
    return {"root": str(root), "infos": INFOS, "images": "image", **BASE}


def save(root: Path, data: Any) -> None:
    """Write the info file."""
    (root / INFOS).write_bytes(pickle.dumps(data))


def load(root: Path) -> Any:
    """Read the info file that the test wrote."""
    return pickle.loads((root / INFOS).read_bytes())


def write_folder(root: Path) -> Mapping[str, Any]:
    """Write the picture's own folder; the tilt there is a turn of OpenCV's axes."""
    folder = root / FOLDER
    _picture(folder / "image/img_0063.jpg")
    millimetres = np.full((HEIGHT_PX, WIDTH_PX), 2000, np.uint16)
    millimetres[0] = 9000
    (folder / "depth_bfx").mkdir()
    assert cv2.imwrite(str(folder / "depth_bfx/img_0063_abs.png"), (millimetres << 3) | (millimetres >> 13))
    np.savetxt(folder / "intrinsics.txt", K.reshape(1, 9))
    tilt = LEVEL @ CAM_FROM_UPRIGHT.T
    (folder / "extrinsics").mkdir()
    np.savetxt(folder / "extrinsics/20140101.txt", np.eye(3, 4))
    np.savetxt(folder / "extrinsics/20140816.txt", np.column_stack([tilt, np.zeros(3)]))
    _json(folder / "annotation3Dfinal/index.json", {
        "objects": [
            {"name": "bed:truncated", "polygon": [_plan(BED)]}, None, {"name": "table", "polygon": [_plan(STAND)]},
        ],
    })  # fmt: skip
    xs, ys = zip(*(pixel_of(corner) for corner in _bed_corners()), strict=True)
    rectangle = {"x": [min(xs), max(xs), max(xs), min(xs)], "y": [min(ys), min(ys), max(ys), max(ys)], "object": 0}
    _json(folder / "annotation2Dfinal/index.json", {
        "frames": [{"polygon": [rectangle, {"x": [5, 20, 20], "y": [5, 5, 20], "object": 1}]}],
        "objects": [{"name": "bed"}, {"name": "picture"}],
    })  # fmt: skip
    return {"root": str(root), "infos": None, "images": None, **BASE}


def _v1() -> dict[str, Any]:
    instances = [
        {"bbox": BOXES_PX[i], "bbox_label": label, "bbox_3d": box, "bbox_label_3d": label}
        for i, (label, box) in enumerate([(0, BED), (7, STAND)])
    ]
    picture = {"img_path": "000017.jpg", "height": np.int32(HEIGHT_PX), "width": np.int32(WIDTH_PX),
               "depth2img": (K @ CAM_FROM_UPRIGHT).tolist()}  # fmt: skip
    return {
        "metainfo": {"DATASET": "SUNRGBD"},
        "data_list": [{"images": {"CAM0": picture}, "instances": instances}],
    }


def _v0() -> list[dict[str, Any]]:
    turned = np.array([[*BED[:6], -BED[6]], [*STAND[:6], -STAND[6]]])
    return [{
        "image": {"image_idx": 17, "image_path": "image/000017.jpg"},
        "calib": {"K": K.astype(np.float32), "Rt": (LEVEL.T @ CAM_FROM_UPRIGHT).T.astype(np.float32)},
        "annos": {"gt_num": 2, "name": np.array(["bed", "night_stand"]), "bbox": np.array(BOXES_PX),
                  "gt_boxes_upright_depth": turned},
    }]  # fmt: skip


def _bed_corners() -> list[tuple[float, float, float]]:
    x, y, z, length, width, height, yaw = BED
    c, s = np.cos(yaw), np.sin(yaw)
    return [
        (x + c * a * length - s * b * width, y + s * a * length + c * b * width, z + e * height)
        for a in (-0.5, 0.5) for b in (-0.5, 0.5) for e in (-0.5, 0.5)
    ]  # fmt: skip


def _plan(box: list[float]) -> dict[str, Any]:
    x, y, z, length, width, height, yaw = box
    c, s = np.cos(yaw), np.sin(yaw)
    around = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]
    return {
        "X": [x + c * a * length - s * b * width for a, b in around],
        "Z": [y + s * a * length + c * b * width for a, b in around],
        "Ymin": -(z + height / 2), "Ymax": -(z - height / 2), "rectangle": 1,
    }  # fmt: skip


def _picture(path: Path) -> None:
    path.parent.mkdir(parents=True)
    assert cv2.imwrite(str(path), np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8))


def _json(path: Path, data: Any) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps(data))


def _edit(change: Callable[[Any], object]) -> Callable[[Path], None]:
    def apply(root: Path) -> None:
        data = load(root)
        change(data)
        save(root, data)

    return apply


class _Program:
    """Pickles to a call."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("a pickle ran code",)


def _first(data: Any) -> Any:
    return data["data_list"][0]


def _ring(data: Any) -> None:
    _first(data)["instances"][0]["bbox_3d"] = ring = []  # type: ignore[var-annotated]
    ring.append(ring)


CASES = (
    SourceCase("sunrgbd_v1", "sunrgbd", partial(write, revision=1), 1, landmark=LANDMARK, damages=(
        Damage("no_infos", lambda r: (r / INFOS).unlink(), None, INFOS),
        Damage("cut_infos", lambda r: (r / INFOS).write_bytes((r / INFOS).read_bytes()[:-40]), None, INFOS),
        Damage("program", lambda r: save(r, {"data_list": [_Program()]}), None, "builtins.print"),
        Damage("no_list", lambda r: save(r, {"a": 1}), None, INFOS),
        Damage("twice", _edit(lambda d: d["data_list"].append(_first(d))), None, "000017"),
        Damage("no_name", _edit(lambda d: _first(d)["images"].clear()), None, INFOS),
        Damage("no_images", lambda r: (r / "image").rename(r / "pictures"), None, "image"),
        Damage("no_picture", lambda r: (r / "image/000017.jpg").unlink(), "scene.image_missing", "000017.jpg"),
        Damage("cut_picture", lambda r: (r / "image/000017.jpg").write_bytes(b"\xff\xd8"), "scene.image_damaged",
               "000017.jpg"),
        Damage("nan_camera", _edit(lambda d: _first(d)["images"]["CAM0"].update(depth2img=[[float("nan")] * 3] * 3)),
               "scene.camera_damaged", "000017"),
        Damage("zero_camera", _edit(lambda d: _first(d)["images"]["CAM0"].update(depth2img=[[0.0] * 3] * 3)),
               "scene.camera_damaged", "000017"),
        Damage("nan_box", _edit(lambda d: _first(d)["instances"][0]["bbox_3d"].__setitem__(3, float("nan"))),
               "object.bad_box", "000017:0 bed"),
        Damage("cyclic_box", _edit(_ring), "object.bad_box", "000017:0 bed"),
        Damage("flat_box", _edit(lambda d: _first(d)["instances"][0]["bbox_3d"].__setitem__(3, 0)), "object.bad_box",
               "000017:0 bed"),
        Damage("strange_class", _edit(lambda d: _first(d)["instances"][1].update(bbox_label_3d=99)),
               "object.junk_label", "000017:1"),
        Damage("box_outside", _edit(lambda d: _first(d)["instances"][1].update(bbox=[200, 200, 300, 300])),
               "sighting.bad_box", "000017:1"),
        Damage("instances_are_text", _edit(lambda d: _first(d).update(instances="none")),
               "scene.annotation_damaged", "000017"),
    )),
    SourceCase("sunrgbd_v0", "sunrgbd", partial(write, revision=0), 1, landmark=LANDMARK, damages=(
        Damage("fewer_boxes", _edit(lambda d: d[0]["annos"].update(bbox=np.zeros((1, 4)))), "scene.annotation_damaged",
               "000017"),
        Damage("mirrored", _edit(lambda d: d[0]["calib"].update(Rt=-np.eye(3))), "scene.camera_damaged", "000017"),
    )),
    SourceCase("sunrgbd_folder", "sunrgbd", write_folder, 1,
        landmark=Landmark("toy/kv1_b3dodata_img_0063/0", LANDMARK.point_w, LANDMARK.pixel), damages=(
            Damage("no_folders", lambda r: (r / FOLDER / "intrinsics.txt").unlink(), None, "intrinsics.txt"),
            Damage("no_tilt", lambda r: (r / FOLDER / "extrinsics").rename(r / "away"),
                   "scene.extrinsics_missing", "extrinsics"),
            Damage("short_intrinsics", lambda r: (r / FOLDER / "intrinsics.txt").write_text("1 2"),
                   "scene.intrinsics_damaged", "intrinsics.txt"),
            Damage("no_picture", lambda r: (r / FOLDER / "image/img_0063.jpg").unlink(), "scene.image_missing",
                   "img_0063"),
            Damage("cut_boxes", lambda r: (r / FOLDER / "annotation3Dfinal/index.json").write_text('{"obj'),
                   "annotation.boxes_damaged", "annotation3Dfinal/index.json"),
            Damage("no_plan", lambda r: _json2(r, {"objects": [{"name": "bed", "polygon": [{"X": [1]}]}]}),
                   "object.bad_box", "bed"),
        )),
)  # fmt: skip


def _json2(root: Path, data: Any) -> None:
    (root / FOLDER / "annotation3Dfinal/index.json").write_text(json.dumps(data))
