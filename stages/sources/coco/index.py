"""COCO's JSON files, checked as a whole and grouped by image."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.sources.base import SourceError
from stages.sources.licenses import spdx


@dataclass(frozen=True)
class CocoIndex:
    """All records of the annotation files; lists are in file order."""

    images: Mapping[int, Mapping[str, Any]]
    annotations: Mapping[int, Sequence[Mapping[str, Any]]]
    captions: Mapping[int, Sequence[str]]
    categories: Mapping[int, str]
    licenses: Mapping[int, str]


def load_index(instances: Path, captions: Path | None) -> CocoIndex:
    """Read the instance file and, where given, the caption file.

    Raises:
        SourceError: A file is missing, is not COCO JSON, or has repeated ids, or annotations of unlisted images.
    """
    data = _load_json(instances, ("images", "annotations", "categories"))
    images = _by_id(data["images"], instances, "images", ("file_name", "width", "height"))
    categories = _by_id(data["categories"], instances, "categories", ("name",))
    annotations = _by_image(data["annotations"], instances)
    orphans = sorted(set(annotations) - set(images))
    if orphans:
        count = sum(len(annotations[i]) for i in orphans)
        raise SourceError(
            f"{instances}: {count} `annotations` name images that are not in `images`, first image_id {orphans[0]}; "
            "the file was cut or two files were mixed: take the original, or remove these annotations"
        )
    return CocoIndex(
        images=images,
        annotations=annotations,
        captions=_captions(captions) if captions else {},
        categories={k: str(v["name"]) for k, v in categories.items()},
        licenses={int(v["id"]): spdx(str(v.get("name", "")), str(v.get("url", ""))) for v in data.get("licenses", [])},
    )


def _load_json(path: Path, keys: Sequence[str]) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file; check `root` and the file names in params.yaml") from error
    except ValueError as error:  # JSON and UTF-8 errors
        raise SourceError(f"{path}: not valid JSON ({error}); the download may be cut, fetch it again") from error
    missing = [k for k in keys if not isinstance(data, dict) or not isinstance(data.get(k), list)]
    if missing:
        raise SourceError(f"{path}: expected COCO JSON with the lists {', '.join(keys)}; missing: {', '.join(missing)}")
    return dict(data)


def _by_id(records: Sequence[Any], path: Path, key: str, needs: Sequence[str]) -> dict[int, Mapping[str, Any]]:
    for position, record in enumerate(records):
        bad = [n for n in ("id", *needs) if not isinstance(record, dict) or n not in record]
        if bad or type(record["id"]) is not int:
            raise SourceError(f"{path}: {key}[{position}]: expected a whole number `id` and {', '.join(needs)}")
    repeated = [i for i, n in Counter(r["id"] for r in records).items() if n > 1]
    if repeated:
        raise SourceError(f"{path}: {key}: {len(repeated)} ids occur more than once, first {min(repeated)}")
    return {r["id"]: r for r in records}


def _by_image(annotations: Sequence[Any], path: Path) -> dict[int, list[Mapping[str, Any]]]:
    grouped: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for position, annotation in enumerate(annotations):
        if not isinstance(annotation, dict) or type(annotation.get("image_id")) is not int or "id" not in annotation:
            raise SourceError(f"{path}: annotations[{position}]: expected an `id` and a whole number `image_id`")
        grouped[annotation["image_id"]].append(annotation)
    return dict(grouped)


def _captions(path: Path) -> dict[int, list[str]]:
    grouped = _by_image(_load_json(path, ("annotations",))["annotations"], path)
    texts = {image: [c.get("caption") for c in items] for image, items in grouped.items()}
    return {image: [t.strip() for t in found if isinstance(t, str) and t.strip()] for image, found in texts.items()}
