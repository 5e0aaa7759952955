"""Two drawn pictures in Visual Genome's layout, with the keys of release 1.2 or of 1.0."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.sources.cases import Damage, SourceCase
from tests.sources.drawn import cut, draw, edit, fill, remove, save

SIZES_WH = {1: (80, 60), 2: (60, 40)}
FOLDERS = {1: "VG_100K_2", 2: "VG_100K"}
IMAGES, OBJECTS, ATTRIBUTES, REGIONS = (
    "image_data.json", "objects.json", "attributes.json", "region_descriptions.json",
)  # fmt: skip
SECTION: dict[str, Any] = {
    "image_data": IMAGES, "objects": OBJECTS, "attributes": ATTRIBUTES, "regions": REGIONS, "phrases_per_view": 2,
    "same_iou": 0.8, "max_images": None,
}  # fmt: skip
MARKS: list[tuple[int, list[str], tuple[float, ...]]] = [
    (11, ["car"], (10, 10, 20, 10)),
    (12, ["automobile", "van"], (10, 10, 21, 10)),  # the car again
    (13, ["trees"], (0, 0, 80, 30)),
    (14, ["shirt"], (60, 40, 30, 30)),  # leaves the picture
    (15, ["man"], (50, 5, 10, 40)),
]
WORDS = {11: ["white", "parked"], 12: ["metallic"], 14: ["red", "orange"], 15: ["white"]}
REGION_ROWS = [(30, 30, "a small one"), (80, 60, ' all of it {"quoted"} '), (40, 50, "the middle")]


def write(root: Path, release: str) -> Mapping[str, Any]:
    """Write pictures and the four files."""
    old = release == "1.0"
    image, thing = ("id", "id") if old else ("image_id", "object_id")
    for picture, size_wh in SIZES_WH.items():
        draw(root / FOLDERS[picture] / f"{picture}.jpg", size_wh)
    data = [
        {image: k, "url": f"https://host/rak/{FOLDERS[k]}/{k}.jpg", "width": w, "height": h}
        for k, (w, h) in SIZES_WH.items()
    ]
    save(root / IMAGES, data)
    marks = [{thing: k, "names": names, **dict(zip("xywh", box, strict=True))} for k, names, box in MARKS]
    save(root / OBJECTS, [{image: 2, "objects": []}, {"objects": marks, image: 1}])
    words = [{thing: k, "attributes": given} for k, given in WORDS.items()]
    save(root / ATTRIBUTES, [{image: 1, "attributes": [*words, {thing: 13}]}])
    regions = [{"x": 0, "y": 0, "width": w, "height": h, "phrase": phrase} for w, h, phrase in REGION_ROWS]
    save(root / REGIONS, [{"regions": regions, "id": 1}])
    return {"root": str(root), **SECTION}


def add(**changes: Any) -> Callable[[Path], None]:
    """Return a function that marks another thing, 99, a sound one but for the changes."""
    extra = {"object_id": 99, "names": ["dog"], "x": 1, "y": 1, "w": 5, "h": 5} | changes
    return edit(OBJECTS, lambda data: data[1]["objects"].append(extra))


def url(value: Any) -> Callable[[Path], None]:
    """Return a function that changes the address of picture 1."""
    return edit(IMAGES, lambda data: data[0].update(url=value))


OLD = SourceCase("visual_genome_1.0", "visual_genome", partial(write, release="1.0"), scenes=2)
CASE = SourceCase(
    "visual_genome",
    "visual_genome",
    partial(write, release="1.2"),
    scenes=2,
    damages=(
        Damage("no_images", remove(IMAGES), None, IMAGES),
        Damage("no_objects", remove(OBJECTS), None, OBJECTS),
        Damage("no_attributes", remove(ATTRIBUTES), None, ATTRIBUTES),
        Damage("empty_regions", fill(REGIONS, b""), None, REGIONS),
        Damage("cut_objects", cut(OBJECTS), None, OBJECTS),
        Damage("cut_inside_a_record", fill(OBJECTS, b'[{"image_id": 1, "objects": []]'), None, OBJECTS),
        Damage("mapping_instead_of_list", fill(OBJECTS, b"{}"), None, OBJECTS),
        Damage("no_json", fill(OBJECTS, b"[{image_id: 1}]"), None, OBJECTS),
        Damage("record_without_id", edit(OBJECTS, lambda d: d[0].pop("image_id")), None, OBJECTS),
        Damage("id_is_text", edit(OBJECTS, lambda d: d[0].update(image_id="2")), None, OBJECTS),
        Damage("repeated_picture", edit(OBJECTS, lambda d: d[0].update(image_id=1)), None, OBJECTS),
        Damage("no_picture", remove("VG_100K_2/1.jpg"), "scene.image_missing", "VG_100K_2/1.jpg"),
        Damage("cut_picture", fill("VG_100K_2/1.jpg", b"\xff\xd8\xff"), "scene.image_damaged", "VG_100K_2/1.jpg"),
        Damage("size_is_wrong", edit(IMAGES, lambda d: d[0].update(width=81)), "scene.image_size", "VG_100K_2/1.jpg"),
        Damage("size_is_missing", edit(IMAGES, lambda d: d[0].pop("width")), "scene.image_size", "VG_100K_2/1.jpg"),
        Damage("address_leaves_root", url("https://host/../1.jpg"), "scene.image_outside_root", "../1.jpg"),
        Damage("address_is_number", url(7), "scene.image_missing", "7"),
        Damage("box_outside", add(x=200), "object.box_outside", "0000001:99"),
        Damage("box_without_area", add(w=0), "object.box_empty", "0000001:99"),
        Damage("box_is_nan", add(h=float("nan")), "object.box_malformed", "0000001:99"),
        Damage("box_is_missing", add(y=None), "object.box_malformed", "0000001:99"),
        Damage("no_names", add(names=[]), "object.no_name", "0000001:99"),
        Damage("names_is_text", add(names="dog"), "object.no_name", "0000001:99"),
        Damage("junk", add(names=["object"]), "object.junk_label", "0000001:99"),
        Damage("id_twice", add(object_id=11), "object.repeated_id", "0000001:11"),
        Damage("id_is_list", add(object_id=[11]), "object.malformed", "0000001:[11]"),
        Damage("mark_is_text", edit(OBJECTS, lambda d: d[1]["objects"].append("dog")), "object.malformed", "1:5"),
    ),
)
