"""Three samples of three datasets in one info file: a sideways phone, a house with its own lenses, an aligned scan."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.sources.cases import Damage, Landmark, SourceCase

INFOS = "embodiedscan_infos_val.pkl"
WIDTH_PX, HEIGHT_PX = 96, 72
K = np.array([[60.0, 0, 47.5, 0], [0, 62.0, 35.5, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
# The camera stands at (0, -1.5, 1.2) of the aligned world and looks level along +y.
WORLD_FROM_CAM = np.array([[1, 0, 0, 0], [0, 0, 1, -1.5], [0, -1, 0, 1.2], [0, 0, 0, 1.0]])
# The same camera held on its side: what was right is down in the stored picture of a phone held upright.
STORED_FROM_UPRIGHT = np.array([[0, 1, 0, 0], [-1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
ALIGN = np.array([[0, -1, 0, 1.0], [1, 0, 0, -2.0], [0, 0, 1, 0.5], [0, 0, 0, 1]])
TABLE = [0.5, 1.0, 0.35, 1.0, 0.6, 0.7, 0.4, 0.0, 0.0]
STOOL = [-0.6, 0.5, 0.25, 0.4, 0.4, 0.5, 0.0, 0.0, 0.0]
CATEGORIES = {"object": 0, "stool": 3, "table": 5}
LANDMARK = Landmark("toy/scannet_scene0191_00/0", (0.5, 1.0, 0.35), (47.5 + 60 * 0.5 / 2.5, 35.5 + 62 * 0.85 / 2.5))
SECTION: dict[str, Any] = {
    "infos": {"val": INFOS}, "rescans": "3rscan/3RScan.json", "frame_stride": 1, "max_frames": 50, "min_area_px": 20.0,
    "folders": {"scannet": "scannet", "3rscan": "3rscan", "matterport3d": "mp3d"}, "drop_groups": True,
}  # fmt: skip


def write(root: Path) -> Mapping[str, Any]:
    """Write pictures, depth, the table of rescans and one info file."""
    for number in (0, 10, 20):
        name = f"scannet/posed_images/scene0191_00/{number:05d}"
        _frame(root, f"{name}.jpg", f"{name}.png", (HEIGHT_PX, WIDTH_PX))
    _frame(root, "3rscan/b/sequence/frame-000000.color.jpg", "3rscan/b/sequence/frame-000000.depth.pgm", (20, 48))
    _frame(root, "mp3d/17D/color/a_i0_0.jpg", "mp3d/17D/depth/a_d0_0.png", (HEIGHT_PX, WIDTH_PX))
    (root / "3rscan/3RScan.json").write_text(json.dumps([{"reference": "a", "scans": [{"reference": "b"}]}]))
    save(root, {"metainfo": {"categories": CATEGORIES}, "data_list": [_matterport(), _rescan(), _scannet()]})
    return {"root": str(root), **SECTION}


def save(root: Path, data: Any) -> None:
    """Write the info file."""
    (root / INFOS).write_bytes(pickle.dumps(data))


def _scannet() -> dict[str, Any]:
    pose = np.linalg.inv(ALIGN) @ WORLD_FROM_CAM
    lost = np.full((4, 4), -np.inf)
    folder = "scannet/posed_images/scene0191_00"
    return {
        "sample_idx": "scannet/scene0191_00", "axis_align_matrix": ALIGN, "cam2img": K,
        "images": [
            _image(f"{folder}/00000", ".jpg", ".png", pose, [1, 0]),
            _image(f"{folder}/00010", ".jpg", ".png", lost, []),
            _image(f"{folder}/00020", ".jpg", ".png", pose, []),
        ],
        "instances": _instances(),
    }  # fmt: skip


def _rescan() -> dict[str, Any]:
    pose = WORLD_FROM_CAM @ STORED_FROM_UPRIGHT.T
    return {
        "sample_idx": "3rscan/b", "axis_align_matrix": np.eye(4), "cam2img": K,
        "images": [_image("3rscan/b/sequence/frame-000000", ".color.jpg", ".depth.pgm", pose, [0])],
        "instances": _instances(),
    }  # fmt: skip


def _matterport() -> dict[str, Any]:
    image = {
        "img_path": "matterport3d/17D/color/a_i0_0.jpg", "depth_path": "matterport3d/17D/depth/a_d0_0.png",
        "cam2global": WORLD_FROM_CAM, "cam2img": K, "visible_instance_ids": [0],
    }  # fmt: skip
    return {
        "sample_idx": "matterport3d/17D/region3", "axis_align_matrix": np.eye(4), "images": [image],
        "instances": _instances(),
    }  # fmt: skip


def _image(stem: str, color: str, depth: str, pose: np.ndarray, visible: list[int]) -> dict[str, Any]:
    return {
        "img_path": stem + color, "depth_path": stem + depth, "cam2global": pose, "visible_instance_ids": visible,
    }  # fmt: skip


def _instances() -> list[dict[str, Any]]:
    labels = [("table", TABLE), ("stool", STOOL), ("object", STOOL)]
    return [{"bbox_3d": box, "bbox_label_3d": CATEGORIES[n], "bbox_id": 10 + i} for i, (n, box) in enumerate(labels)]


def _frame(root: Path, color: str, depth: str, depth_hw: tuple[int, int]) -> None:
    for path in (root / color, root / depth):
        path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(root / color), np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8))
    assert cv2.imwrite(str(root / depth), np.full(depth_hw, 4000, np.uint16))


def edit(change: Callable[[Any], object]) -> Callable[[Path], None]:
    """Return a function that changes what the info file holds; the ScanNet sample is its last."""

    def apply(root: Path) -> None:
        data = pickle.loads((root / INFOS).read_bytes())
        change(data)
        save(root, data)

    return apply


def _last(data: Any) -> Any:
    return data["data_list"][-1]


def _ring(data: Any) -> None:
    ring: list[Any] = []
    ring.append(ring)
    _last(data)["instances"][0]["bbox_3d"] = ring


class _Program:
    """Pickles to a call."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("a pickle ran code",)


CASE = SourceCase(
    "embodiedscan", "embodiedscan", write, scenes=3, landmark=LANDMARK,
    damages=(
        Damage("no_infos", lambda r: (r / INFOS).unlink(), None, INFOS),
        Damage("cut_infos", lambda r: (r / INFOS).write_bytes((r / INFOS).read_bytes()[:-50]), None, INFOS),
        Damage("program", lambda r: save(r, _Program()), None, "builtins.print"),
        Damage("no_categories", edit(lambda d: d["metainfo"].clear()), None, INFOS),
        Damage("cyclic_list", edit(lambda d: d["data_list"].append(d["data_list"])), None, INFOS),
        Damage("twice", edit(lambda d: d["data_list"].append(_last(d))), None, "scannet/scene0191_00"),
        Damage("no_name", edit(lambda d: _last(d).pop("sample_idx")), None, "data_list[2]"),
        Damage("no_folder", lambda r: (r / "mp3d").rename(r / "mp"), None, "mp3d"),
        Damage("no_rescans", lambda r: (r / "3rscan/3RScan.json").unlink(), None, "3RScan.json"),
        Damage("rescans_are_text", lambda r: (r / "3rscan/3RScan.json").write_text('"x"'), None, "3RScan.json"),
        Damage("nan_alignment", edit(lambda d: _last(d).update(axis_align_matrix=ALIGN * np.nan)),
               "scene.record_damaged", "scene0191_00"),
        Damage("images_are_text", edit(lambda d: _last(d).update(images="none")), "scene.record_damaged",
               "scene0191_00"),
        Damage("no_images", edit(lambda d: _last(d).update(images=[])), "scene.no_usable_frame", "scene0191_00"),
        Damage("outside", edit(lambda d: _last(d)["images"][0].update(img_path="scannet/../../x.jpg")),
               "view.outside_root", "scene0191_00/0"),
        Damage("null_byte", edit(lambda d: _last(d)["images"][0].update(img_path="a\0b")), "view.outside_root",
               "scene0191_00/0"),
        Damage("nan_pose", edit(lambda d: _last(d)["images"][0].update(cam2global=K * np.nan)), "view.pose_lost",
               "scene0191_00/0"),
        Damage("no_lens", edit(lambda d: _last(d)["images"][0].update(cam2img=0 * K)), "view.bad_intrinsics",
               "scene0191_00/0"),
        Damage("no_lens_at_all", edit(lambda d: _last(d).pop("cam2img")), "scene.no_usable_frame", "scene0191_00"),
        Damage("no_picture", lambda r: (r / "scannet/posed_images/scene0191_00/00000.jpg").unlink(),
               "view.image_missing", "scene0191_00/0"),
        Damage("short_box", edit(lambda d: _last(d)["instances"][0].update(bbox_3d=TABLE[:6])), "object.bad_box",
               "scene0191_00:0 table"),
        Damage("flat_box", edit(lambda d: _last(d)["instances"][0].update(bbox_3d=[*TABLE[:5], 0, 0, 0, 0])),
               "object.bad_box", "scene0191_00:0 table"),
        Damage("cyclic_box", edit(_ring), "object.bad_box", "scene0191_00:0 table"),
        Damage("unknown_label", edit(lambda d: _last(d)["instances"][0].update(bbox_label_3d=77)),
               "object.junk_label", "scene0191_00:0 unknown"),
        Damage("not_in_the_picture", edit(lambda d: _last(d)["instances"][0].update(bbox_3d=[90, *TABLE[1:]])),
               "sighting.outside_picture", "scene0191_00/0:0"),
    ),
)  # fmt: skip
