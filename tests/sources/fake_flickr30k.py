"""Two drawn pictures in the layout of Flickr30k Entities."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.sources.cases import Damage, SourceCase
from tests.sources.drawn import draw, fill, remove

SIZE_WH = (100, 80)
IMAGE, SENTENCES, BOXES, IDS = "flickr30k-images/36.jpg", "Sentences/36.txt", "Annotations/36.xml", "val.txt"
SECTION: dict[str, Any] = {
    "images": "flickr30k-images", "sentences": "Sentences", "boxes": "Annotations", "ids": IDS,
    "upstream_split": "val", "max_images": None,
}  # fmt: skip
LINES = """[/EN#1/people Two young men] in [/EN#2/clothing blue] hold [/EN#3/other a bottle of water] .
[/EN#1/people The men] wear [/EN#2/clothing blue shirts] and [/EN#4/clothing/other a big hat] , [/EN#0/notvisual life] .
[/EN#1/people They] look at [/EN#5/scene the sea] with [/EN#3/other the bottle] .
[/EN#4/clothing the hat] of [/EN#6/people one]
[/EN#7/other the wall]
"""


def marked(chains: tuple[int, ...], inside: str) -> str:
    """One `<object>`."""
    return "<object>" + "".join(f"<name>{c}</name>" for c in chains) + inside + "</object>"


def box(x1: Any, y1: Any, x2: Any, y2: Any) -> str:
    """A box by its first and last pixel."""
    return f"<bndbox><xmin>{x1}</xmin><ymin>{y1}</ymin><xmax>{x2}</xmax><ymax>{y2}</ymax></bndbox>"


OBJECTS = [
    marked((1,), box(1, 1, 30, 80)),
    marked((1,), box(40, 1, 70, 80)),
    marked((2,), box(5, 20, 65, 60)),
    marked((3, 7), box(80, 10, 100, 20)),
    marked((4,), box(10, 1, 20, 8)),
    marked((5,), "<scene>1</scene><nobndbox>1</nobndbox>"),
    marked((6,), box(1, 1, 5, 5)),
    marked((7,), "<scene>0</scene><nobndbox>1</nobndbox>"),
]


def xml(*objects: str, size_wh: tuple[int, int] = SIZE_WH) -> bytes:
    """A whole file."""
    size = f"<size><width>{size_wh[0]}</width><height>{size_wh[1]}</height><depth>3</depth></size>"
    return f"<annotation><filename>36.jpg</filename>{size}{''.join(objects)}</annotation>".encode()


def write(root: Path) -> Mapping[str, Any]:
    """Write pictures, sentences, boxes and the id list."""
    for picture in ("36", "1001"):
        draw(root / f"flickr30k-images/{picture}.jpg", SIZE_WH)
    for file, content in ((SENTENCES, LINES.encode()), (BOXES, xml(*OBJECTS)), (IDS, b"36\n1001\n")):
        (root / file).parent.mkdir(exist_ok=True)
        (root / file).write_bytes(content)
    return {"root": str(root), **SECTION}


def add(item: str) -> Callable[[Path], object]:
    """Return a function that adds object 8."""
    return fill(BOXES, xml(*OBJECTS, item))


BOMB = b'<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><annotation>&b;</annotation>'
CASE = SourceCase(
    "flickr30k",
    "flickr30k",
    write,
    scenes=2,
    damages=(
        Damage("no_images", lambda r: (r / "flickr30k-images").rename(r / "x"), None, "flickr30k-images"),
        Damage("no_boxes_folder", lambda r: (r / "Annotations").rename(r / "x"), None, "Annotations"),
        Damage("no_ids", remove(IDS), None, IDS),
        Damage("empty_ids", fill(IDS, b"\n"), None, IDS),
        Damage("ids_are_bytes", fill(IDS, b"\xff\xfe36"), None, IDS),
        Damage("id_leaves_root", fill(IDS, b"36\n../36\n"), None, IDS),
        Damage("no_picture", remove(IMAGE), "scene.image_missing", IMAGE),
        Damage("cut_picture", fill(IMAGE, b"\xff\xd8\xff\xe0"), "scene.image_damaged", IMAGE),
        Damage("no_sentences", remove(SENTENCES), "annotation.sentences_missing", SENTENCES),
        Damage("sentences_are_bytes", fill(SENTENCES, b"\xff\xfe[/EN"), "annotation.sentences_damaged", SENTENCES),
        Damage("marks_are_cut", fill(SENTENCES, b"[/EN#1/people Two"), "object.unknown_chain", "36:0"),
        Damage("no_boxes", remove(BOXES), "annotation.boxes_missing", BOXES),
        Damage("cut_boxes", fill(BOXES, xml(*OBJECTS)[:-30]), "annotation.boxes_damaged", BOXES),
        Damage("entities_in_circles", fill(BOXES, BOMB), "annotation.boxes_damaged", BOXES),
        Damage("other_size", fill(BOXES, xml(*OBJECTS, size_wh=(80, 100))), "annotation.boxes_size", BOXES),
        Damage("no_size", fill(BOXES, b"<annotation/>"), "annotation.boxes_size", BOXES),
        Damage("box_is_text", add(marked((1,), box("a", 1, 2, 3))), "object.box_malformed", "36:8"),
        Damage(
            "box_lacks_an_edge", add(marked((1,), "<bndbox><xmin>1</xmin></bndbox>")), "object.box_malformed", "36:8"
        ),
        Damage("box_is_turned", add(marked((1,), box(9, 1, 2, 3))), "object.box_empty", "36:8"),
        Damage("box_outside", add(marked((1,), box(200, 1, 220, 3))), "object.box_outside", "36:8"),
        Damage("chain_is_unknown", add(marked((99,), box(1, 1, 9, 9))), "object.unknown_chain", "36:8"),
        Damage("no_chain", add(box(1, 1, 9, 9).join(("<object>", "</object>"))), "object.unknown_chain", "36:8"),
    ),
)
