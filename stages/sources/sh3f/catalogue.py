"""The list of models in a Sweet Home 3D library."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from stages.sources.base import Drop, SourceError
from stages.sources.sh3f.names import CATEGORY_OF, LICENSES

PROPERTIES = "PluginFurnitureCatalog.properties"
LOW_TABLE_M = 0.6  # what libraries call a table is a coffee table below this height
MAX_BYTES = 64 * 2**20  # of one member, unpacked
# Sweet Home 3D: x right, y up, z towards the viewer (the front). Ours: x right, z up, front towards -y.
_OURS_FROM_THEIRS = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_KEY = re.compile(r"([A-Za-z]+)#(\d+)")


@dataclass(frozen=True)
class Entry:
    """One model: our category, its name, OBJ file in the zip, size in metres, and how it must be turned first."""

    category: str
    name: str
    model: str
    size_m: tuple[float, float, float]  # width, depth, height
    rotation: Float[np.ndarray, "3 3"]
    top_m: float | None  # height of its top that things can stand on
    license: str
    creator: str | None

    def fitted(self, vertices: Float[np.ndarray, "v 3"]) -> Float[np.ndarray, "v 3"] | None:
        """Turn and scale the model's vertices to its size, centred, on z = 0; None where a model has no extent."""
        turned = vertices @ self.rotation.T @ _OURS_FROM_THEIRS.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        if (high - low).min() <= 1e-9:
            return None
        scaled = (turned - (low + high) / 2) / (high - low) * np.array(self.size_m)
        fitted: Float[np.ndarray, "v 3"] = scaled + np.array([0.0, 0.0, self.size_m[2] / 2])
        return fitted


@dataclass(frozen=True)
class Catalogue:
    """The usable models of one library, and those left out."""

    path: Path
    entries: tuple[Entry, ...]
    drops: tuple[Drop, ...]


def read_catalogue(path: Path) -> Catalogue:
    """Read the list of models.

    Raises:
        SourceError: The file is missing, no zip, or holds no catalogue.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            text = member(archive, PROPERTIES).decode("latin-1")
    except FileNotFoundError as error:
        raise SourceError(f"{path}: no such file; name a .sh3f file in params.yaml") from error
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise SourceError(
            f"{path}: expected a Sweet Home 3D furniture library (a zip with {PROPERTIES}): {error}"
        ) from error
    general, rows = _parsed(text)
    entries: list[Entry] = []
    drops: list[Drop] = []
    for number in sorted(rows):
        found = _entry(rows[number], general.get("license", ""), f"{path.name}#{number}")
        (drops if isinstance(found, Drop) else entries).append(found)  # type: ignore[arg-type]
    return Catalogue(path, tuple(entries), tuple(drops))


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read one member of a zip into memory.

    Raises:
        KeyError: There is no such member, or its name points outside the zip.
        ValueError: It is larger than MAX_BYTES.
    """
    clean = posixpath.normpath(name.replace("\\", "/")).lstrip("/")
    if clean.startswith(".."):
        raise KeyError(f"{name} points outside the library")
    info = archive.getinfo(clean)
    if info.file_size > MAX_BYTES:
        raise ValueError(f"{name} is larger than {MAX_BYTES} bytes")
    with archive.open(info) as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"{name} is larger than {MAX_BYTES} bytes")
    return data


def _parsed(text: str) -> tuple[dict[str, str], dict[int, dict[str, str]]]:
    """Split a Java properties file into general keys and numbered rows."""
    general: dict[str, str] = {}
    rows: dict[int, dict[str, str]] = {}
    for line in text.splitlines():
        key, separator, value = line.strip().partition("=")
        if not separator or key.startswith(("#", "!")):
            continue
        value = _ESCAPE.sub(lambda match: chr(int(match.group(1), 16)), value.strip())
        numbered = _KEY.fullmatch(key.strip())
        if numbered:
            rows.setdefault(int(numbered.group(2)), {})[numbered.group(1)] = value
        else:
            general[key.strip()] = value
    return general, rows


def _entry(row: Mapping[str, str], general_license: str, item: str) -> Entry | Drop:
    name = row.get("name", "")
    category = CATEGORY_OF.get(name.lower())
    if category is None:
        return Drop("library.unmapped_name", f"{item} {name}")
    try:
        width, depth, height = (float(row[key]) / 100 for key in ("width", "depth", "height"))
        rotation = np.array([float(v) for v in row.get("modelRotation", "1 0 0 0 1 0 0 0 1").split()]).reshape(3, 3)
        top_m = float(row.get("dropOnTopElevation", "nan")) / 100
        model = row["model"]
    except (KeyError, ValueError):
        return Drop("library.bad_entry", f"{item} {name}")
    turned = np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-3)
    if not (0.005 < min(width, depth, height) and max(width, depth, height) < 6.0 and turned):
        return Drop("library.bad_entry", f"{item} {name}")
    if category == "dining table" and height < LOW_TABLE_M:
        category = "coffee table"
    license_text = row.get("license", general_license)
    top = top_m if np.isfinite(top_m) and top_m > 0 else None
    return Entry(category, name, model, (width, depth, height), rotation, top, spdx(license_text), row.get("creator"))


def spdx(text: str) -> str:
    """Return the SPDX id of a licence as libraries write it; unknown texts stay, none at all is `NOASSERTION`."""
    plain = " ".join(text.split())
    known = [i for key, i in sorted(LICENSES.items(), key=lambda kv: -len(kv[0])) if plain.lower().startswith(key)]
    return known[0] if known else plain or "NOASSERTION"
