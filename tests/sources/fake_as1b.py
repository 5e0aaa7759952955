"""Two drawn pictures with named regions in the forms of AS-1B: a row per picture, a row per region, and COCO."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.sources.cases import Damage, SourceCase
from tests.sources.drawn import cut, draw, edit, fill, remove, save

SIZE_WH = (100, 80)
FIRST, SECOND = "sa_000000/sa_1.jpg", "sa_000000/sa_22.jpg"
ROWS, COCO = "jsonl_format/part_0.jsonl", "coco_format/part_0.json"
REGIONS: list[tuple[list[str], tuple[float, ...]]] = [
    (["dog", "animal"], (10, 20, 40, 60)),
    (["trees"], (50, 0, 101, 30)),  # ends one pixel beyond, as boxes that count from 1 do
    (["object"], (0, 0, 5, 5)),
]
SECTION: dict[str, Any] = {
    "files": "jsonl_format/*.jsonl", "form": "jsonl", "images": "images", "box_order": "xyxy", "checked_boxes": 100,
    "min_fit": 0.5, "max_images": None,
    "keys": {
        "image": "image", "width": "width", "height": "height", "regions": "regions", "box": "bbox", "names": "tags",
    },
}  # fmt: skip


def write(root: Path, form: str) -> Mapping[str, Any]:
    """Write pictures and rows in the form `picture`, `region` or `coco`."""
    for image in (FIRST, SECOND):
        draw(root / "images" / image, SIZE_WH)
    if form == "coco":
        write_coco(root)
        keys = {**SECTION["keys"], "image": "file_name", "names": "name"}
        return {**SECTION, "root": str(root), "files": COCO, "form": "coco", "box_order": "xywh", "keys": keys}
    size = {"width": SIZE_WH[0], "height": SIZE_WH[1]}
    regions = [{"bbox": box, "tags": names} for names, box in REGIONS]
    rows: list[dict[str, Any]] = [
        {"image": SECOND, **size, "regions": []},
        {"image": FIRST, **size, "regions": regions},
    ]
    if form == "region":
        rows = [{"image": FIRST, **size, **region} for region in regions]
        rows.insert(1, {"image": SECOND, **size, "bbox": [1, 1, 2, 2], "tags": "cat"})
    save_rows(root, rows)
    keys = {**SECTION["keys"], "regions": "regions" if form == "picture" else None}
    return {**SECTION, "root": str(root), "keys": keys}


def write_coco(root: Path) -> None:
    """Write the COCO form: the first region names itself, the others by category."""
    images = [
        {"id": k, "file_name": name, "width": SIZE_WH[0], "height": SIZE_WH[1]} for k, name in ((5, FIRST), (6, SECOND))
    ]
    annotations: list[dict[str, Any]] = [
        {"id": k, "image_id": 5, "bbox": [x1, y1, x2 - x1, y2 - y1], "category_id": k}
        for k, (_, (x1, y1, x2, y2)) in enumerate(REGIONS)
    ]
    annotations[0] |= {"name": ["dog", "animal"], "category_id": None}
    categories = [{"id": k, "name": names[0]} for k, (names, _) in enumerate(REGIONS)]
    save(root / COCO, {"images": images, "annotations": annotations, "categories": categories})


def save_rows(root: Path, rows: list[Any]) -> None:
    """Write the JSONL file."""
    (root / ROWS).parent.mkdir(exist_ok=True)
    (root / ROWS).write_text("".join(json.dumps(row) + "\n" for row in rows))


def rows(change: Callable[[list[Any]], object]) -> Callable[[Path], None]:
    """Return a function that changes the rows; row 1 is the picture with regions."""

    def apply(root: Path) -> None:
        data = [json.loads(line) for line in (root / ROWS).read_text().splitlines()]
        change(data)
        save_rows(root, data)

    return apply


def add(region: Any) -> Callable[[Path], None]:
    """Return a function that adds region 3."""
    return rows(lambda data: data[1]["regions"].append(region))


def region(*box: Any, tags: Any = "cat") -> dict[str, Any]:
    """One region."""
    return {"bbox": list(box), "tags": tags}


def turn(data: list[Any]) -> None:
    """Write the boxes in the other order."""
    for item in data[1]["regions"]:
        x1, y1, x2, y2 = item["bbox"]
        item["bbox"] = [x1 + 50, y1 + 20, x2 - x1, y2 - y1]


def twice(root: Path) -> None:
    """Name the pictures in a second file too."""
    (root / ROWS).with_name("part_1.jsonl").write_bytes((root / ROWS).read_bytes())


PICTURE = SourceCase(
    "as1b_pictures",
    "as1b",
    partial(write, form="picture"),
    scenes=2,
    damages=(
        Damage("no_rows", remove(ROWS), None, "jsonl_format"),
        Damage("cut_rows", cut(ROWS, 0.9), None, ROWS),
        Damage("row_is_list", rows(lambda d: d.append([1])), None, ROWS),
        Damage("row_without_picture", rows(lambda d: d[0].pop("image")), None, ROWS),
        Damage("rows_are_bytes", fill(ROWS, b"\xff\xfe\n"), None, ROWS),
        Damage("boxes_in_other_order", rows(turn), None, ROWS),
        Damage("picture_in_two_files", twice, None, "part_1.jsonl"),
        Damage("no_picture", remove(f"images/{FIRST}"), "scene.image_missing", FIRST),
        Damage("damaged_picture", fill(f"images/{FIRST}", b"GIF89a"), "scene.image_damaged", FIRST),
        Damage("other_size", rows(lambda d: d[1].update(width=120)), "scene.image_size", FIRST),
        Damage(
            "name_leaves_root", rows(lambda d: d[1].update(image="../../a.jpg")), "scene.image_outside_root", "a.jpg"
        ),
        Damage("box_is_turned", add(region(30, 10, 20, 50)), "object.box_empty", ":3"),
        Damage("box_leaves_picture", add(region(30, 10, 150, 50)), "object.box_misfit", ":3"),
        Damage("box_outside", add(region(300, 10, 350, 50)), "object.box_outside", ":3"),
        Damage("box_is_nan", add(region(float("nan"), 10, 20, 50)), "object.box_malformed", ":3"),
        Damage("box_is_short", add(region(1, 2, 3)), "object.box_malformed", ":3"),
        Damage("no_name", add(region(1, 1, 9, 9, tags=[])), "object.no_name", ":3"),
        Damage("name_is_number", add(region(1, 1, 9, 9, tags=[7])), "object.no_name", ":3"),
        Damage("region_is_text", add("cat"), "object.no_name", ":3"),
    ),
)
REGION = SourceCase("as1b_regions", "as1b", partial(write, form="region"), scenes=2)
COCO_FORM = SourceCase(
    "as1b_coco",
    "as1b",
    partial(write, form="coco"),
    scenes=2,
    damages=(
        Damage("cut", cut(COCO), None, COCO),
        Damage("list_instead_of_mapping", fill(COCO, b"[]"), None, COCO),
        Damage("no_annotations", edit(COCO, lambda d: d.pop("annotations")), None, COCO),
        Damage("image_without_name", edit(COCO, lambda d: d["images"][0].pop("file_name")), None, COCO),
        Damage("orphan", edit(COCO, lambda d: d["annotations"][0].update(image_id=99)), None, COCO),
        Damage("annotation_is_text", edit(COCO, lambda d: d["annotations"].append("x")), None, COCO),
        Damage("unknown_category", edit(COCO, lambda d: d["annotations"][1].update(category_id=9)), "object.no_name",
               ":1"),
    ),
)  # fmt: skip
