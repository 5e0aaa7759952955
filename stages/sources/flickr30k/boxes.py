"""Annotations XML: which chains are where."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class BoxesError(Exception):
    """The file is no Annotations XML."""


@dataclass(frozen=True)
class Marked:
    """One `<object>`: its chains, and its box or why it has none (`whole_scene`, `no_box`)."""

    chains: tuple[int, ...]
    box: tuple[Any, ...] | None
    reason: str


@dataclass(frozen=True)
class Annotation:
    """One file: the size of the picture that the boxes were drawn on, and the objects in file order."""

    size_wh: tuple[Any, Any]
    marked: tuple[Marked, ...]


def read_boxes(path: Path) -> Annotation:
    """Read one file.

    Raises:
        OSError: There is none.
        BoxesError: It is damaged, or declares entities, which these files never do.
    """
    text = path.read_bytes()
    if b"<!" in text.replace(b"<!--", b""):
        raise BoxesError("declares a document type")
    try:
        tree = ET.fromstring(text)  # noqa: S314  (entities are refused above)
    except ET.ParseError as error:
        raise BoxesError(str(error)) from error
    size_wh = (_number(tree.findtext("size/width")), _number(tree.findtext("size/height")))
    return Annotation(size_wh, tuple(_marked(item) for item in tree.findall("object")))


def _marked(item: ET.Element) -> Marked:
    names = [_number(name.text) for name in item.findall("name")]
    chains = tuple(int(n) for n in names if n is not None)
    box = item.find("bndbox")
    if box is not None:
        return Marked(chains, tuple(_number(box.findtext(k)) for k in ("xmin", "ymin", "xmax", "ymax")), "")
    return Marked(chains, None, "whole_scene" if (item.findtext("scene") or "").strip() == "1" else "no_box")


def _number(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None
