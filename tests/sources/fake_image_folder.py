"""A folder of drawn pictures in awkward names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.sources.cases import Damage, SourceCase
from tests.sources.drawn import draw, fill, remove_all

SIZES_WH = {"a.jpg": (60, 40), "a.png": (40, 60), "My Kitchen/a.JPG": (20, 20), "My Kitchen/b/ü.jpeg": (30, 20)}
SECTION: dict[str, Any] = {"license": "CC0-1.0", "upstream_split": None, "place": "image", "max_images": None}


def write(root: Path) -> Mapping[str, Any]:
    """Write the pictures, and two files that are none."""
    for name, size_wh in SIZES_WH.items():
        draw(root / name, size_wh)
    (root / "notes.txt").write_text("no picture")
    (root / "My Kitchen/c.gif").write_bytes(b"GIF89a")
    return {"root": str(root), **SECTION}


def escape(root: Path) -> None:
    """Link a picture from outside the root."""
    draw(root.with_name(f"{root.name}_outside") / "x.jpg", (9, 9))
    (root / "link.jpg").symlink_to(root.with_name(f"{root.name}_outside") / "x.jpg")


CASE = SourceCase(
    "image_folder",
    "image_folder",
    write,
    scenes=4,
    damages=(
        Damage("no_folder", lambda r: r.rename(r.with_name("elsewhere")), None, "such folder"),
        Damage("no_picture", remove_all("*.*"), None, "found none"),
        Damage("empty", fill("a.jpg", b""), "scene.image_damaged", "a.jpg"),
        Damage("cut_header", fill("a.png", b"\x89PNG\r\n\x1a\n\0\0"), "scene.image_damaged", "a.png"),
        Damage("text", fill("a.jpg", b"<html>"), "scene.image_damaged", "a.jpg"),
        Damage("no_pixels", fill("a.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(8)), "scene.image_damaged", "a.png"),
        Damage("folder_as_picture", lambda r: (r / "d.jpg").mkdir(), "scene.image_damaged", "d.jpg"),
        Damage("broken_link", lambda r: (r / "e.jpg").symlink_to(r / "f.jpg"), "scene.image_missing", "e.jpg"),
        Damage("link_to_itself", lambda r: (r / "e.jpg").symlink_to(r / "e.jpg"), "scene.image_damaged", "e.jpg"),
        Damage("link_out_of_root", escape, "scene.image_outside_root", "link.jpg"),
    ),
)
