"""The R2R reader: posed views at the viewpoints of Matterport3D's houses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from pydantic import Field

from stages.schema.records import SceneRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.scans.files import DamagedScanError, numbers, read_json
from stages.sources.scans.scene import scene_ids_of
from stages.sources.scans.shots import Shot, thin, upright_views

LICENSE = "LicenseRef-Matterport3D-TOU"
SPLIT_OF_FILE = {"train": "train", "val_seen": "train", "val_unseen": "val_unseen", "test": "test"}
_HALF_HEIGHT_DEG = 30.0
_STEP_DEG = 30.0
_PER_TURN, _INDICES = 12, 36
_NUMBERS_PER_VIEWPOINT = 100
_ENDING = "_connectivity.json"
_NAMED = re.compile(
    r"(?P<scan>[^_]+)_(?P<viewpoint>[0-9a-f]+)_(?P<heading>[-\d.e]+)_(?P<elevation>[-\d.e]+)\.(png|jpg)"
)


class R2RParams(SourceParams):
    """Section `sources.<name>` of a source in R2R's layout."""

    root: str = Field(description="folder that holds `connectivity`")
    scenes: list[str] | None = Field(description="names of the houses to read; null: all found")
    views: str | None = Field(description="folder below the root with views by index; null: none")
    named_views: str | None = Field(description="folder below the root with views named by their angles; null: none")
    frame_stride: int = Field(ge=1, description="take every n-th view")
    max_frames: int = Field(ge=1, description="at most so many views a house, evenly spread")


class R2R:
    """Reader of R2R's views."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Room-to-Room (R2R), views of Matterport3D",
        kinds=("scan",),
        gives=("intrinsics", "poses", "gravity"),
        license=LICENSE,
        obtain="https://github.com/peteanderson80/Matterport3DSimulator",
        paper="arXiv:1711.07280",
        checked_on="34 views of 10 houses, one viewpoint with 24 of 36",
    )
    params_type: ClassVar[type[SourceParams]] = R2RParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: R2RParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. Nothing is drawn by the seed."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<house>`, sorted.

        Raises:
            SourceError: `connectivity`, a house named in `scenes`, or a file of routes is missing or damaged.
        """
        folder = self.root() / "connectivity"
        if not folder.is_dir():
            raise SourceError(f"{folder}: no such folder; set `root` in params.yaml to the folder that holds it")
        found = {p.name.removesuffix(_ENDING) for p in folder.iterdir() if p.name.endswith(_ENDING)}
        ids = scene_ids_of(self._name, folder, found, self._params.scenes)
        _ = self._splits
        return ids

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one house; a Drop where no view of it is there."""
        scan = scene_id.removeprefix(f"{self._name}/")
        path = self.root() / "connectivity" / f"{scan}{_ENDING}"
        try:
            viewpoints = _viewpoints(path)
        except DamagedScanError as error:
            return Drop(f"scene.{error.reason}", path.relative_to(self.root()).as_posix())
        shots, drops = self._shots(scene_id, scan, viewpoints)
        chosen = [shots[k] for k in thin(len(shots), self._params.frame_stride, self._params.max_frames)]
        views, lost = upright_views(scene_id, self.root(), chosen)
        if not views:
            return Drop("scene.no_usable_frame", scene_id)
        row = SceneRow(
            scene_id, self._name, "scan", place_id=scan, license=LICENSE, upstream_split=self._splits.get(scan)
        )
        drops += lost
        return SceneData(row, views, [], drops=drops, counts={"views": len(views) + len(drops)})

    @cached_property
    def _splits(self) -> Mapping[str, str]:
        """Split of each house that a route leads through."""
        splits: dict[str, str] = {}
        for name, split in SPLIT_OF_FILE.items():
            path = self.root() / "R2R" / f"R2R_{name}.json"
            if not path.is_file():
                continue
            try:
                splits |= dict.fromkeys({str(route["scan"]) for route in json.loads(path.read_bytes())}, split)
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise SourceError(f"{path}: expected a list of routes with `scan` ({error}); fetch it again") from error
        return splits

    def _shots(
        self, scene_id: str, scan: str, viewpoints: Mapping[str, Float[np.ndarray, " 3"]]
    ) -> tuple[list[Shot], list[Drop]]:
        shots, drops = [], []
        for place, (name, position_w) in enumerate(viewpoints.items()):
            for index, path, heading, elevation in [*self._indexed(scan, name), *self._named(scan, name)]:
                number = _NUMBERS_PER_VIEWPOINT * place + index
                try:
                    size_wh = image_size_wh(path)
                except FileNotFoundError:  # a link that leads nowhere
                    drops.append(Drop("view.image_missing", f"{scene_id}/{number}"))
                    continue
                except ImageHeaderError as error:
                    drops.append(Drop(f"view.{error.reason}", f"{scene_id}/{number}"))
                    continue
                focal_px = size_wh[1] / 2 / math.tan(math.radians(_HALF_HEIGHT_DEG))
                intrinsics_px = (focal_px, focal_px, (size_wh[0] - 1) / 2, (size_wh[1] - 1) / 2)
                shots.append(Shot(number, path, intrinsics_px, pose_of(position_w, heading, elevation)))
        return shots, drops

    def _indexed(self, scan: str, viewpoint: str) -> Iterator[tuple[int, Path, float, float]]:
        """Views of one viewpoint by index, with heading and elevation in radians."""
        if self._params.views is None:
            return
        folder = self.root() / self._params.views / scan
        colors = folder / f"{viewpoint}_rgb"
        for index in range(_INDICES):
            for path in sorted((colors if colors.is_dir() else folder / viewpoint).glob(f"{index}.*")):
                heading, elevation = _STEP_DEG * (index % _PER_TURN), _STEP_DEG * (index // _PER_TURN - 1)
                yield index, path, math.radians(heading), math.radians(elevation)
                break

    def _named(self, scan: str, viewpoint: str) -> Iterator[tuple[int, Path, float, float]]:
        """Views of one viewpoint that carry heading and elevation in their name."""
        there = self._named_files.get((scan, viewpoint), [])
        for index, (path, heading, elevation) in enumerate(there[: _NUMBERS_PER_VIEWPOINT - _INDICES]):
            yield _INDICES + index, path, heading, elevation

    @cached_property
    def _named_files(self) -> Mapping[tuple[str, str], list[tuple[Path, float, float]]]:
        found: dict[tuple[str, str], list[tuple[Path, float, float]]] = {}
        if self._params.named_views is None:
            return found
        folder = self.root() / self._params.named_views
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            match = _NAMED.fullmatch(path.name)
            angles = _angles(match["heading"], match["elevation"]) if match else None
            if match and angles:
                found.setdefault((match["scan"], match["viewpoint"]), []).append((path, *angles))
        return found


def pose_of(position_w: Float[np.ndarray, " 3"], heading: float, elevation: float) -> Float[np.ndarray, "4 4"]:
    """OpenCV pose of a level camera; heading from +y to the right and elevation upwards, radians."""
    ahead = np.array([
        math.sin(heading) * math.cos(elevation), math.cos(heading) * math.cos(elevation), math.sin(elevation),
    ])  # fmt: skip
    right = np.array([math.cos(heading), -math.sin(heading), 0.0])
    pose = np.eye(4)
    pose[:3] = np.stack([right, np.cross(ahead, right), ahead, position_w], axis=1)
    return pose


def _viewpoints(path: Path) -> dict[str, Float[np.ndarray, " 3"]]:
    """Position of each viewpoint, in the file's order; those left out of the graph are still places with views."""
    records = read_json(path, "connectivity")
    if not isinstance(records, list):
        raise DamagedScanError("connectivity_damaged", path)
    found = {}
    for record in records:
        name, pose = _viewpoint(record)
        if name is None or pose is None or name in found:
            raise DamagedScanError("connectivity_damaged", path)
        found[name] = pose[[3, 7, 11]]
    return found


def _viewpoint(record: Any) -> tuple[str | None, Float[np.ndarray, " 16"] | None]:
    if not isinstance(record, dict):
        return None, None
    name = record.get("image_id")
    good = isinstance(name, str) and re.fullmatch(r"[0-9a-f]+", name)  # it becomes part of paths
    return name if good else None, numbers(record.get("pose"), 16)


def _angles(heading: str, elevation: str) -> tuple[float, float] | None:
    try:
        values = float(heading), float(elevation)
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) else None
