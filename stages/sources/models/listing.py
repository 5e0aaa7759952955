"""What models there are, in each layout: their ids, names, licences, and how each is loaded."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from stages.sources.base import Drop, SourceError
from stages.sources.licenses import sketchfab
from stages.sources.models.load import FORMATS, load
from stages.sources.models.params import ModelsParams
from stages.sources.models.solid import ModelError, Solid
from stages.sources.sh3f.catalogue import Entry, read_catalogue
from stages.sources.sh3f.obj import ObjError, TooManyFaces, Transparent, read_obj

NOT_READ = frozenset({".3ds", ".blend", ".dae", ".fbx", ".off", ".usd", ".usda", ".usdc", ".usdz", ".x3d"})
_MAX_INDEX_BYTES = 2**29  # of one JSON file, unpacked
_NO_ID = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Listed:
    """One model, not loaded yet: its name in ids, where it is, and what the source says of it.

    `names` holds names from the best to the worst; `drop` says why the model cannot be used whatever it holds.
    """

    key: str
    item: str
    names: tuple[str, ...]
    load: Callable[[], Solid] | None = None
    license: str | None = None
    attribution: str | None = None
    metric: bool = False
    drop: Drop | None = None


def list_models(params: ModelsParams) -> list[Listed]:
    """List the models of a source, sorted by key.

    Raises:
        SourceError: The root or an index file is missing or damaged.
    """
    root = Path(params.root)
    if params.layout == "sh3f":
        return sorted(_library(root), key=lambda m: m.key)
    if not root.is_dir():
        raise SourceError(f"{root}: no such folder; set `root` in params.yaml to the folder of the models")
    categories = {} if params.categories is None else _categories(root / params.categories)
    found = _objaverse(root, params, categories) if params.layout == "objaverse" else _folder(root, params, categories)
    if not found:
        raise SourceError(f"{root}: no models; expected {', '.join(sorted(FORMATS))} files as `layout` says")
    return sorted(found, key=lambda m: m.key)


def _folder(root: Path, params: ModelsParams, categories: Mapping[str, str]) -> list[Listed]:
    paths = sorted(p for p in root.rglob("*") if p.suffix.lower() in FORMATS | NOT_READ and p.is_file())
    items = [p.relative_to(root).as_posix() for p in paths]
    keys = [_NO_ID.sub("_", item) for item in items]
    repeated = {k for k, n in Counter(keys).items() if n > 1}
    found = []
    for path, item, key in zip(paths, items, keys, strict=True):
        unique = f"{key}-{zlib.crc32(item.encode()):08x}" if key in repeated else key
        own = path.stem if params.name_from == "file" else path.parent.name
        names = (categories[path.stem],) if path.stem in categories else (own,)
        drop = Drop("scene.format_not_read", item) if path.suffix.lower() in NOT_READ else None
        found.append(Listed(unique, item, names, partial(load, path, root, params), drop=drop))
    return found


def _objaverse(root: Path, params: ModelsParams, categories: Mapping[str, str]) -> list[Listed]:
    if not (root / "metadata").is_dir():
        raise SourceError(f"{root / 'metadata'}: no such folder; load it with objaverse.load_annotations()")
    paths = {p.stem: p for p in sorted(root.glob("glbs/*/*.glb"))}
    metadata: dict[str, Mapping[str, Any]] = {}
    for folder in sorted({p.parent.name for p in paths.values()}):
        metadata |= _metadata(root / "metadata" / f"{folder}.json.gz", paths)
    found = []
    for uid, path in paths.items():
        item = path.relative_to(root).as_posix()
        said = metadata.get(uid)
        if said is None:
            found.append(Listed(_NO_ID.sub("_", uid), item, (), drop=Drop("scene.metadata_missing", item)))
            continue
        names = (categories[uid],) if uid in categories else (str(said.get("name") or ""),)
        found.append(
            Listed(
                _NO_ID.sub("_", uid), item, names, partial(load, path, root, params),
                license=sketchfab(str(said.get("license") or "")), attribution=_author(said),
            )
        )  # fmt: skip
    return found


def _library(path: Path) -> list[Listed]:
    catalogue = read_catalogue(path)
    found = [
        Listed(
            _NO_ID.sub("_", entry.model.strip("/")), f"{path.name}:{entry.model}", (entry.category, entry.name),
            partial(_from_library, path, entry), license=entry.license, metric=True,
            attribution=", ".join(x for x in (entry.name, entry.creator, path.name) if x),
        )
        for entry in catalogue.entries
    ]  # fmt: skip
    first: dict[str, Listed] = {}
    for listed in found:
        first.setdefault(listed.key, listed)  # the same file under several names is one model
    left_out = [Listed(_NO_ID.sub("_", d.item), d.item, (), drop=d) for d in catalogue.drops]
    twice = [
        Listed(f"{x.key}-{k}", x.item, (), drop=Drop("scene.listed_before", x.item))
        for k, x in enumerate(found)
        if first[x.key] is not x
    ]
    return [*first.values(), *twice, *left_out]


def _from_library(path: Path, entry: Entry) -> Solid:
    try:
        with zipfile.ZipFile(path) as archive:
            mesh = read_obj(archive, entry.model)
    except TooManyFaces as error:
        raise ModelError("too_many_faces") from error
    except Transparent as error:
        raise ModelError("transparent", str(error)) from error
    except (ObjError, KeyError, ValueError, OSError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError("damaged", f"{type(error).__name__}: {error}") from error
    fitted = entry.fitted(mesh.vertices)
    if fitted is None:
        raise ModelError("no_surface")
    return Solid(fitted, mesh.faces, mesh.face_material, mesh.materials, mesh.face_uv)


def _categories(path: Path) -> dict[str, str]:
    """Category by name of the model; the first in the alphabet where several list it."""
    data = _json(path)
    if not all(isinstance(names, list) for names in data.values()):
        raise SourceError(f"{path}: expected {{category: [names of models]}}")
    return {str(name): category for category in sorted(data, reverse=True) for name in data[category]}


def _metadata(path: Path, wanted: Mapping[str, Path]) -> dict[str, Mapping[str, Any]]:
    """Records of the models that are on disk, only what is used of them."""
    used = ("name", "license", "user", "viewerUrl")
    return {
        uid: {key: said.get(key) for key in used}
        for uid, said in _json(path).items()
        if uid in wanted and isinstance(said, dict)
    }


def _author(said: Mapping[str, Any]) -> str | None:
    user = said.get("user")
    who: Sequence[Any] = (user.get("displayName"), user.get("username")) if isinstance(user, dict) else ()
    parts = [said.get("name"), next((w for w in who if w), None), said.get("viewerUrl")]
    return ", ".join(str(p) for p in parts if p) or None


def _json(path: Path) -> dict[str, Any]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            raw = stream.read(_MAX_INDEX_BYTES + 1)
        if len(raw) > _MAX_INDEX_BYTES:
            raise SourceError(f"{path}: more than {_MAX_INDEX_BYTES} bytes of JSON; not an index of models")
        data = json.loads(raw)
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file; check `root`, `layout` and `categories` in params.yaml") from error
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise SourceError(f"{path}: not valid JSON ({error}); the download may be cut, fetch it again") from error
    if not isinstance(data, dict):
        raise SourceError(f"{path}: expected a JSON object, found {type(data).__name__}")
    return data
