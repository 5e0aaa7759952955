"""Three drawn pictures in COCO's layout; every kind of segmentation occurs once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.made_pictures import bomb_png
from tests.sources.cases import Damage, SourceCase

SIZES_WH = {7: (60, 40), 139: (80, 60), 2000: (50, 50)}
INSTANCES = "annotations/instances_val2017.json"
CAPTIONS = "annotations/captions_val2017.json"
CROWD_COUNTS = [0, 100, 2300]  # column-major runs of a 60 x 40 picture: the first two and a half columns

SECTION: dict[str, Any] = {
    "instances": INSTANCES, "captions": CAPTIONS, "images": "val2017", "upstream_split": "val2017", "max_images": None,
}  # fmt: skip


def file_name(image_id: int) -> str:
    """COCO's name of a picture."""
    return f"{image_id:012d}.jpg"


def write(root: Path) -> Mapping[str, Any]:
    """Write pictures, instances and captions."""
    (root / "val2017").mkdir(parents=True)
    for image_id, (width, height) in SIZES_WH.items():
        picture = np.full((height, width, 3), image_id % 200, np.uint8)
        assert cv2.imwrite(str(root / "val2017" / file_name(image_id)), picture)
    _save(root / INSTANCES, instances())
    captions = [{"id": i, "image_id": 139, "caption": f" sentence {i} "} for i in range(5)]
    _save(root / CAPTIONS, {"images": [], "annotations": captions})
    return {"root": str(root), **SECTION}


def instances() -> dict[str, Any]:
    """Annotations of all three pictures; picture 2000 has none."""
    square = [[10, 10, 20, 10, 20, 30, 10, 30]]
    rle = {"size": [40, 60], "counts": CROWD_COUNTS}
    return {
        "licenses": [{"id": 4, "name": "Attribution License", "url": "http://creativecommons.org/licenses/by/2.0/"}],
        "images": [_image(i, size) for i, size in SIZES_WH.items()],
        "categories": [{"id": 1, "name": "person"}, {"id": 90, "name": "toothbrush"}, {"id": 62, "name": "chair"}],
        "annotations": [
            annotation(11, 139, 62, [10, 10, 10, 20], square),
            annotation(12, 139, 1, [60.5, 20.25, 30, 10], None),  # leaves the picture on the right
            annotation(13, 7, 1, [0, 0, 3, 40], rle) | {"iscrowd": 1},
        ],
    }


def annotation(number: int, image_id: int, category_id: int, bbox: Any, segmentation: Any) -> dict[str, Any]:
    """One instance annotation with COCO's keys."""
    return {
        "id": number, "image_id": image_id, "category_id": category_id, "bbox": bbox, "iscrowd": 0, "area": 150.0,
        "segmentation": segmentation or [],
    }  # fmt: skip


def edit(change: Callable[[dict[str, Any]], object], file: str = INSTANCES) -> Callable[[Path], None]:
    """Return a function that applies `change` to the JSON of one file."""

    def apply(root: Path) -> None:
        data = json.loads((root / file).read_text())
        change(data)
        _save(root / file, data)

    return apply


def add(**changes: Any) -> Callable[[Path], None]:
    """Return a function that adds annotation 99 of picture 139, a sound one but for the changes."""
    extra = annotation(99, 139, 90, [1, 1, 5, 5], None) | changes
    return edit(lambda data: data["annotations"].append(extra))


def _image(image_id: int, size_wh: tuple[int, int]) -> dict[str, Any]:
    return {
        "id": image_id, "file_name": file_name(image_id), "width": size_wh[0], "height": size_wh[1],
        "license": 4 if image_id != 7 else 99,
    }  # fmt: skip


def _save(path: Path, data: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data))


PICTURE = file_name(139)
CASE = SourceCase(
    "coco",
    "coco",
    write,
    scenes=3,
    damages=(
        Damage("no_folder", lambda r: (r / "val2017").rename(r / "elsewhere"), None, "val2017"),
        Damage("no_instances", lambda r: (r / INSTANCES).unlink(), None, INSTANCES),
        Damage("cut_instances", lambda r: (r / INSTANCES).write_text('{"images": ['), None, INSTANCES),
        Damage("no_captions", lambda r: (r / CAPTIONS).unlink(), None, CAPTIONS),
        Damage("list_instead_of_mapping", lambda r: (r / INSTANCES).write_text("[]"), None, INSTANCES),
        Damage("orphan", add(image_id=5), None, INSTANCES),
        Damage("repeated_image", edit(lambda d: d["images"].append(d["images"][0])), None, INSTANCES),
        Damage("image_without_id", edit(lambda d: d["images"].append({"file_name": "x.jpg"})), None, INSTANCES),
        Damage("missing_picture", lambda r: (r / "val2017" / PICTURE).unlink(), "scene.image_missing", PICTURE),
        Damage("cut_picture", lambda r: (r / "val2017" / PICTURE).write_bytes(b"\xff\xd8\xff"),
               "scene.image_damaged", PICTURE),
        Damage("bomb", lambda r: (r / "val2017" / PICTURE).write_bytes(bomb_png()), "scene.image_too_large", PICTURE),
        Damage("other_size", edit(lambda d: d["images"][1].update(width=81)), "scene.image_size", PICTURE),
        Damage("zero_area", add(bbox=[5, 5, 0, 4]), "sighting.box_empty", "000000000139:99"),
        Damage("box_outside", add(bbox=[-9, 5, 8, 4]), "sighting.box_outside", "000000000139:99"),
        Damage("box_is_text", add(bbox="5 5 4 4"), "sighting.box_malformed", "000000000139:99"),
        Damage("box_is_nan", add(bbox=[float("nan"), 0, 4, 4]), "sighting.box_malformed", "000000000139:99"),
        Damage("unknown_category", add(category_id=5), "sighting.unknown_category", "000000000139:99"),
        Damage("category_is_list", add(category_id=[1]), "sighting.unknown_category", "000000000139:99"),
        Damage("repeated_annotation", add(id=11), "sighting.repeated_id", "000000000139:11"),
        Damage("polygon_too_short", add(segmentation=[[1, 1, 2, 2]]), "mask.malformed", "000000000139:99"),
        Damage("polygon_is_text", add(segmentation=[["a"] * 6]), "mask.malformed", "000000000139:99"),
        Damage("rle_of_other_size", add(segmentation={"size": [9, 9], "counts": [81]}), "mask.size", "139:99"),
        Damage("rle_too_long", add(segmentation={"size": [60, 80], "counts": [9, 9999]}), "mask.malformed", "139:99"),
        Damage("rle_no_counts", add(segmentation={"size": [60, 80]}), "mask.malformed", "139:99"),
    ),
)  # fmt: skip
