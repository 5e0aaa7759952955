"""The two forms of AS-1B's row files, indexed by picture."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from stages.params import Params
from stages.sources.base import SourceError
from stages.sources.photographs import BoxOrder, is_finite

Form = Literal["jsonl", "coco"]
_SLACK_PX = 1.0  # boxes of the last pixel may end one beyond the picture, counted from 0 or from 1


class Keys(Params):
    """What the rows call their fields. In the COCO form `image`, `width` and `height` are fields of `images`."""

    image: str = Field(description="name of the picture")
    width: str = Field(description="width of the picture, pixels")
    height: str = Field(description="height of the picture, pixels")
    regions: str | None = Field(description="JSONL: list of regions in a row; null: every row is one region")
    box: str = Field(description="box of a region")
    names: str = Field(description="name of a region, or list of names, best first; COCO: or `category_id`")


@dataclass(frozen=True)
class Picture:
    """One picture as its rows state it; regions are in file order."""

    image: str
    size_wh: tuple[Any, Any]
    regions: Sequence[Mapping[str, Any]]


def fits(box: Any, size_wh: tuple[Any, Any], order: BoxOrder) -> bool:
    """Tell whether a box has area and lies inside the picture when read in this order."""
    if not isinstance(box, list | tuple) or len(box) != 4 or not all(is_finite(v) for v in (*box, *size_wh)):
        return False
    x1, y1, c, d = box
    x2, y2 = (x1 + c, y1 + d) if order == "xywh" else (c, d)
    return bool(
        x2 > x1 >= -_SLACK_PX
        and y2 > y1 >= -_SLACK_PX
        and x2 <= size_wh[0] + _SLACK_PX
        and y2 <= size_wh[1] + _SLACK_PX
    )


class JsonLines:
    """A JSONL file: rows of one picture may be apart; rows stay on disk until they are asked for.

    Raises:
        SourceError: The file is missing, or a line is no JSON mapping with the picture's name.
    """

    def __init__(self, path: Path, keys: Keys) -> None:
        self._path = path
        self._keys = keys
        self._starts: dict[str, list[int]] = {}
        for start, row in self._rows():
            image = row.get(keys.image)
            if not isinstance(image, str):
                raise SourceError(f"{path}: row at byte {start}: expected a picture name in `{keys.image}`; set `keys`")
            self._starts.setdefault(image, []).append(start)

    def images(self) -> list[str]:
        """Names of the pictures, in file order."""
        return list(self._starts)

    def read(self, image: str) -> Picture:
        """Read the rows of one picture."""
        with self._path.open("rb") as file:
            rows = [json.loads(_line_at(file, start)) for start in self._starts[image]]
        size_wh = (rows[0].get(self._keys.width), rows[0].get(self._keys.height))
        regions = (
            rows if self._keys.regions is None else [r for row in rows for r in _mappings(row, self._keys.regions)]
        )
        return Picture(image, size_wh, regions)

    def _rows(self) -> Iterator[tuple[int, dict[str, Any]]]:
        start = 0
        try:
            with self._path.open("rb") as file:
                for line in file:
                    if line.strip():
                        yield start, dict(json.loads(line))
                    start += len(line)
        except (OSError, ValueError, TypeError) as error:
            raise SourceError(
                f"{self._path}: row at byte {start}: cannot be read ({error}); expected a JSON mapping per line"
            ) from error


class CocoRows:
    """A file in the COCO form.

    Raises:
        SourceError: The file is missing, no JSON, lacks a list, or has an image without id or name.
    """

    def __init__(self, path: Path, keys: Keys) -> None:
        self._keys = keys
        try:
            data = json.loads(path.read_bytes())
            images, annotations = data["images"], data["annotations"]
            self._images = {str(image[keys.image]): image for image in images}
            self._regions: dict[Any, list[dict[str, Any]]] = {image["id"]: [] for image in images}
            names = {c["id"]: c["name"] for c in data.get("categories", [])}
            for annotation in annotations:
                name = names.get(annotation.get("category_id"))
                self._regions[annotation["image_id"]].append({keys.names: name, **annotation})
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise SourceError(
                f"{path}: cannot be read ({type(error).__name__}: {error}); expected COCO JSON with `images` (id, "
                f"{keys.image}) and `annotations` (image_id of one of them)"
            ) from error

    def images(self) -> list[str]:
        """Names of the pictures, in file order."""
        return list(self._images)

    def read(self, image: str) -> Picture:
        """Give the annotations of one picture."""
        record = self._images[image]
        size_wh = (record.get(self._keys.width), record.get(self._keys.height))
        return Picture(image, size_wh, self._regions[record["id"]])


FORMS: dict[Form, type[JsonLines] | type[CocoRows]] = {"jsonl": JsonLines, "coco": CocoRows}


def check_order(rows: JsonLines | CocoRows, keys: Keys, order: BoxOrder, most: int) -> tuple[int, int, int]:
    """Count boxes that fit as stated and in the other order, among the first ones of a file.

    Returns:
        Number of boxes looked at, number that fit in `order`, number that fit in the other.
    """
    looked = fit = other = 0
    for image in rows.images():
        picture = rows.read(image)
        for region in picture.regions[: most - looked]:
            looked += 1
            fit += fits(region.get(keys.box), picture.size_wh, order)
            other += fits(region.get(keys.box), picture.size_wh, "xyxy" if order == "xywh" else "xywh")
        if looked >= most:
            break
    return looked, fit, other


def _line_at(file: Any, start: int) -> bytes:
    file.seek(start)
    return bytes(file.readline())


def _mappings(row: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    items = row.get(key)
    return [item if isinstance(item, dict) else {} for item in items] if isinstance(items, list) else []
