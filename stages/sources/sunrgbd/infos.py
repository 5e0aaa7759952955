"""mmdet3d's info files of SUN RGB-D, both revisions: cameras, 3D boxes and 2D boxes of each picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy.linalg import rq
from scipy.spatial.transform import Rotation

from stages.schema.records import Vec4
from stages.sources.base import SourceError
from stages.sources.plain_pickle import PickleError, load_plain, texts
from stages.sources.scene_files import as_array

CLASSES = ("bed", "table", "sofa", "chair", "toilet", "desk", "dresser", "night_stand", "bookshelf", "bathtub")
# From upright axes (x right, y forward, z up) to those of an OpenCV camera.
CAM_FROM_UPRIGHT = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
_SKEW_PX = 1.0
_ORTHONORMAL = 1e-3


@dataclass(frozen=True)
class Thing:
    """One annotated object: its name, and its 3D box (centre, extents, counter-clockwise yaw) and 2D box (edges)."""

    raw: str
    box: Float[np.ndarray, " 7"] | None
    box_px: Float[np.ndarray, " 4"] | None


@dataclass(frozen=True)
class Camera:
    """Intrinsics and the turn of the tilted camera in upright axes."""

    intrinsics_px: Vec4
    world_from_cam: Float[np.ndarray, "3 3"]


def read_infos(path: Path) -> dict[str, Mapping[str, Any]]:
    """Read an info file; records by the stem of their picture.

    Raises:
        SourceError: The file is missing, is no pickle of plain data, or holds no such records, or one twice.
    """
    try:
        data = load_plain(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read; set `root` and `infos` in params.yaml ({error})") from error
    except PickleError as error:
        raise SourceError(
            f"{path}: expected a pickle of lists, mappings and numpy arrays: {error}; make it again with mmdet3d's "
            "tools/create_data.py sunrgbd"
        ) from error
    records = data.get("data_list") if isinstance(data, Mapping) else data
    names = _names(data)
    if not isinstance(records, Sequence) or isinstance(records, str | bytes):
        raise SourceError(f"{path}: expected a list of records, or a mapping with `data_list`; is it an info file?")
    found: dict[str, Mapping[str, Any]] = {}
    for place, record in enumerate(records):
        stem = Path(image_name(record) or "").stem
        if not stem:
            raise SourceError(f"{path}: record {place} names no picture; make the file again with mmdet3d")
        if stem in found:
            raise SourceError(f"{path}: record {place} repeats picture {stem}; two files were mixed")
        found[stem] = {**record, "names": names}
    return found


def image_name(record: Any) -> str | None:
    """File name of the record's picture, without folders (revisions differ in them); None where there is none."""
    for keys in (("images", "CAM0", "img_path"), ("image", "image_path")):
        value = record
        for key in keys:
            value = value.get(key) if isinstance(value, Mapping) else None
        if isinstance(value, str):
            return Path(value).name
    return None


def camera_of(record: Mapping[str, Any]) -> Camera | None:
    """Camera of a record; None where it is damaged or no plain pinhole."""
    if "calib" in record:
        calib = record["calib"] if isinstance(record["calib"], Mapping) else {}
        matrix, tilt = as_array(calib.get("K"), 3, 3), as_array(calib.get("Rt"), 3, 3)
        cam_from_world = None if tilt is None else CAM_FROM_UPRIGHT @ tilt.T
    else:
        matrix, cam_from_world = _parted(as_array(record["images"]["CAM0"].get("depth2img"), 3, 3))
    if matrix is None or cam_from_world is None:
        return None
    if np.abs(cam_from_world @ cam_from_world.T - np.eye(3)).max() > _ORTHONORMAL:
        return None
    if not (matrix[0, 0] > 0 < matrix[1, 1] and abs(matrix[0, 1]) < _SKEW_PX and np.linalg.det(cam_from_world) > 0):
        return None
    u, _, v = np.linalg.svd(cam_from_world)  # the files keep few digits
    return Camera((float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2])), (u @ v).T)


def things_of(record: Mapping[str, Any]) -> list[Thing] | None:
    """Objects of a record; None where its lists do not fit together."""
    return _things_v0(record["annos"]) if "annos" in record else _things_v1(record)


def world_from_box(yaw: float) -> Float[np.ndarray, "3 3"]:
    """Turn about the vertical, counter-clockwise."""
    turn: Float[np.ndarray, "3 3"] = Rotation.from_euler("z", yaw).as_matrix()
    return turn


def _parted(
    depth2img: np.ndarray | None,
) -> tuple[Float[np.ndarray, "3 3"] | None, Float[np.ndarray, "3 3"] | None]:
    """Part K times rotation."""
    if depth2img is None or abs(np.linalg.det(depth2img)) < 1e-9:
        return None, None
    matrix, turn = rq(depth2img)
    signs = np.sign(np.diag(matrix))
    return matrix * signs / abs(matrix[2, 2]), turn * signs[:, None]


def _things_v1(record: Mapping[str, Any]) -> list[Thing] | None:
    instances = record.get("instances", [])
    if not isinstance(instances, Sequence) or not all(isinstance(i, Mapping) for i in instances):
        return None
    return [
        Thing(
            _label(record["names"], i.get("bbox_label_3d", i.get("bbox_label"))), as_array(i.get("bbox_3d"), 7),
            as_array(i.get("bbox"), 4),
        )
        for i in instances
    ]  # fmt: skip


def _things_v0(annos: Any) -> list[Thing] | None:
    """The older revision turns boxes the other way, and leaves the lists out where a picture has no object."""
    if not isinstance(annos, Mapping):
        return None
    names = texts(annos.get("name", []))
    if names is None:
        return None
    if not names:
        return []
    boxes, boxes_px = as_array(annos.get("gt_boxes_upright_depth"), -1, 7), as_array(annos.get("bbox"), -1, 4)
    if boxes is None or boxes_px is None or not len(names) == len(boxes) == len(boxes_px):
        return None
    boxes = boxes * [1, 1, 1, 1, 1, 1, -1]
    return [Thing(name, box, box_px) for name, box, box_px in zip(names, boxes, boxes_px, strict=True)]


def _names(data: Any) -> tuple[str, ...]:
    """Names of the classes by number, where the file states them."""
    meta = data.get("metainfo") if isinstance(data, Mapping) else None
    stated = meta.get("categories", meta.get("classes")) if isinstance(meta, Mapping) else None
    if isinstance(stated, Mapping):
        return tuple(str(name) for name in sorted(stated, key=lambda n: str(stated[n]).zfill(9)))
    return tuple(str(n) for n in stated) if isinstance(stated, list | tuple) else CLASSES


def _label(names: Sequence[str], number: Any) -> str:
    """Name of a class; numbers without one become `unknown`, which is a junk label."""
    known = isinstance(number, int | np.integer) and 0 <= number < len(names)
    return names[int(number)] if known else "unknown"
