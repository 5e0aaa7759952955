"""The EmbodiedScan reader: info files to views, boxes, and sightings by projection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float
from pydantic import Field
from scipy.spatial.transform import Rotation

from stages.geometry.oriented_box import OrientedBox
from stages.schema.records import ObjectRow, SceneRow, SightingRow, Vec4, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.plain_pickle import PickleError, load_plain
from stages.sources.projected_boxes import rectangle_of
from stages.sources.scans.files import DamagedScanError, read_json
from stages.sources.scans.objects import box_of_axes, object_row
from stages.sources.scans.shots import Shot, thin, upright_views
from stages.sources.scene_files import as_array, inside

PROJECTED = "projected"


@dataclass(frozen=True)
class Part:
    """One of the four datasets: licence of its pixels, unit and encoding of its depth."""

    license: str
    depth_scale_m: float
    depth_encoding: str


PARTS = {
    "scannet": Part("LicenseRef-ScanNet-TOU", 0.001, "png_z"),
    "3rscan": Part("LicenseRef-3RScan-TOU", 0.001, "pgm_squeezed"),
    "matterport3d": Part("LicenseRef-Matterport3D-TOU", 0.00025, "png_z"),
    "arkitscenes": Part("LicenseRef-ARKitScenes", 0.001, "png_z"),
}


class EmbodiedScanParams(SourceParams):
    """Section `sources.<name>` of a source in EmbodiedScan's layout."""

    root: str = Field(description="folder that all paths are below")
    infos: dict[str, str] = Field(min_length=1, description="info files below the root: split -> file")
    folders: dict[str, str] = Field(
        min_length=1, description=f"folders below the root of the datasets there are, of {', '.join(PARTS)}"
    )
    rescans: str | None = Field(description="3RScan.json below the root, which says what scans show one room; or null")
    frame_stride: int = Field(ge=1, description="take every n-th frame")
    max_frames: int = Field(ge=1, description="at most so many frames a scan, evenly spread")
    min_area_px: float = Field(ge=0, description="sightings whose projected box covers less of the picture are dropped")
    drop_groups: bool = Field(description="drop labels of several things under one box, e.g. books")


@dataclass(frozen=True)
class _Sample:
    """One record of an info file, the split it stands in and the category of every label."""

    split: str
    record: Mapping[str, Any]
    names: Mapping[int, str]


class EmbodiedScan:
    """Reader of EmbodiedScan's info files."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="EmbodiedScan",
        kinds=("scan",),
        gives=("boxes_2d", "boxes_3d", "intrinsics", "poses", "gravity", "depth"),
        license="boxes: EmbodiedScan's terms; pixels: those of ScanNet, 3RScan, Matterport3D, ARKitScenes",
        obtain="https://github.com/OpenRobotLab/EmbodiedScan",
        paper="arXiv:2312.16170",
        checked_on="box convention on RoboSpatial's example; info files: a made-up dataset alone",
    )
    params_type: ClassVar[type[SourceParams]] = EmbodiedScanParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: EmbodiedScanParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image and depth paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<sample>`, sorted; slashes in the sample become underscores.

        Raises:
            SourceError: An info file, a folder or the table of rescans is missing or damaged.
        """
        unknown = set(self._params.folders) - set(PARTS)
        if unknown:
            raise SourceError(f"params.yaml: folders: {', '.join(sorted(unknown))} is none of {', '.join(PARTS)}")
        for folder in self._params.folders.values():
            path = self.root() / folder
            if not (inside(self.root(), path) and path.is_dir()):
                raise SourceError(f"{path}: no such folder below the root; set `root` and `folders` in params.yaml")
        _ = self._references
        return sorted(self._samples)

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one sample.

        Returns:
            A Drop where its record is damaged or none of its frames can be used.
        """
        sample = self._samples[scene_id]
        record, part = sample.record, _part_of(sample.record)
        world_from_scan = as_array(record.get("axis_align_matrix", np.eye(4)), 4, 4)
        images, instances = _records(record.get("images")), _records(record.get("instances", []))
        if world_from_scan is None or images is None or instances is None:
            return Drop("scene.record_damaged", scene_id)
        shots, lost = self._shots(scene_id, record, images, world_from_scan)
        views, damaged = upright_views(scene_id, self.root(), shots)
        if not views:
            return Drop("scene.no_usable_frame", scene_id)
        objects, drops = self._objects(scene_id, sample, instances)
        sightings, unseen = self._sightings(views, images, objects)
        scene = SceneRow(
            scene_id, self._name, "scan", place_id=self._place(record["sample_idx"]), license=PARTS[part].license,
            upstream_split=sample.split,
        )  # fmt: skip
        return SceneData(
            scene, views, list(objects.values()), sightings, drops=[*lost, *damaged, *drops, *unseen],
            counts={
                "views": len(views) + len(lost) + len(damaged), "objects": len(instances),
                "sightings": len(sightings) + len(unseen),
            },
        )  # fmt: skip

    @cached_property
    def _samples(self) -> dict[str, _Sample]:
        found: dict[str, _Sample] = {}
        for split, file in sorted(self._params.infos.items()):
            path = self.root() / file
            for sample in _read_infos(path, split):
                name = sample.record["sample_idx"]
                scene_id = f"{self._name}/{name.replace('/', '_')}"
                if scene_id in found:
                    raise SourceError(f"{path}: {name} occurs twice in `infos`; give each split's file once")
                if _part_of(sample.record) in self._params.folders:
                    found[scene_id] = sample
        return found

    @cached_property
    def _references(self) -> dict[str, str]:
        """Reference scan of each rescan of 3RScan."""
        if self._params.rescans is None:
            return {}
        path = self.root() / self._params.rescans
        try:
            groups = read_json(path, "rescans")
        except DamagedScanError as error:
            raise SourceError(f"{path}: cannot be read; set `rescans` in params.yaml to 3RScan.json or null") from error
        rooms = _records(groups)
        if rooms is None:
            raise SourceError(f"{path}: expected a list of rooms as in 3RScan.json")
        return {
            str(scan["reference"]): str(group["reference"])
            for group in rooms
            if "reference" in group
            for scan in _records(group.get("scans")) or ()
            if "reference" in scan
        }

    def _place(self, sample_idx: str) -> str:
        part, name = sample_idx.split("/")[:2]
        if part == "scannet":
            return name.split("_")[0]
        return self._references.get(name, name)

    def _shots(
        self,
        scene_id: str,
        record: Mapping[str, Any],
        images: Sequence[Mapping[str, Any]],
        world_from_scan: Float[np.ndarray, "4 4"],
    ) -> tuple[list[Shot], list[Drop]]:
        shots: list[Shot] = []
        drops: list[Drop] = []
        for number in thin(len(images), self._params.frame_stride, self._params.max_frames).tolist():
            shot = self._shot(number, images[number], record, world_from_scan)
            if isinstance(shot, str):
                drops.append(Drop(f"view.{shot}", f"{scene_id}/{number}"))
            else:
                shots.append(shot)
        return shots, drops

    def _shot(
        self, number: int, image: Mapping[str, Any], record: Mapping[str, Any], world_from_scan: np.ndarray
    ) -> Shot | str:
        """One frame, or why there is none."""
        part = _part_of(record)
        path = self._below_folder(part, image.get("img_path"))
        if path is None:
            return "outside_root"
        matrix = image.get("cam2img", record.get("cam2img"))
        if isinstance(matrix, Sequence) and len(matrix) == len(record["images"]) != 4:
            matrix = matrix[number]  # one per frame
        intrinsics = as_array(matrix, 4, 4)
        if intrinsics is None:
            intrinsics = as_array(matrix, 3, 3)
        if intrinsics is None or not intrinsics[0, 0] > 0 < intrinsics[1, 1]:
            return "bad_intrinsics"
        pose = as_array(image.get("cam2global"), 4, 4)
        intrinsics_px: Vec4 = (intrinsics[0, 0], intrinsics[1, 1], intrinsics[0, 2], intrinsics[1, 2])
        return Shot(
            number, path, intrinsics_px, np.full((4, 4), np.nan) if pose is None else world_from_scan @ pose,
            self._below_folder(part, image.get("depth_path")), PARTS[part].depth_scale_m, PARTS[part].depth_encoding,
        )  # fmt: skip

    def _below_folder(self, part: str, name: Any) -> Path | None:
        """A file that the record names, below the folder of its dataset; None where it leaves the root."""
        if not isinstance(name, str):
            return None
        parts = PurePosixPath(name).parts
        path = self.root() / self._params.folders[part] / PurePosixPath(*parts[1:] if parts[:1] == (part,) else parts)
        return path if inside(self.root(), path) else None

    def _objects(
        self, scene_id: str, sample: _Sample, instances: Sequence[Mapping[str, Any]]
    ) -> tuple[dict[int, ObjectRow], list[Drop]]:
        rows: dict[int, ObjectRow] = {}
        drops: list[Drop] = []
        for number, instance in enumerate(instances):
            label = instance.get("bbox_label_3d")
            raw = sample.names.get(int(label), "unknown") if isinstance(label, int | np.integer) else "unknown"
            box = box_of_numbers(instance.get("bbox_3d"))
            row = object_row(scene_id, f"{number}", raw, box, self._params.drop_groups)
            if isinstance(row, Drop):
                drops.append(row)
            else:
                rows[number] = row
        return rows, drops

    def _sightings(
        self, views: Sequence[ViewRow], images: Sequence[Mapping[str, Any]], objects: Mapping[int, ObjectRow]
    ) -> tuple[list[SightingRow], list[Drop]]:
        """Where the objects that a picture is said to show must be."""
        found: list[SightingRow] = []
        drops: list[Drop] = []
        for view in views:
            cam_from_world = np.linalg.pinv(np.array(view.world_from_cam).reshape(4, 4))
            for number in _visible(images[view.frame]):
                row = objects.get(number)
                if row is None:
                    continue  # dropped as an object
                assert view.intrinsics_px is not None
                box = OrientedBox(
                    np.array(row.center_w), np.array(row.size_m), np.array(row.world_from_box).reshape(3, 3)
                )
                seen = rectangle_of(box, cam_from_world, view.intrinsics_px, (view.width_px, view.height_px))
                if seen is None or seen.area_px < self._params.min_area_px:
                    reason = "outside_picture" if seen is None else "too_small"
                    drops.append(Drop(f"sighting.{reason}", f"{view.view_id}:{number}"))
                    continue
                found.append(
                    SightingRow(
                        view.view_id, row.object_id, view.scene_id, seen.box_px, seen.area_px, PROJECTED,
                        truncated_fraction=seen.truncated_fraction,
                    )
                )  # fmt: skip
        return found, drops


def box_of_numbers(values: Any) -> OrientedBox | None:
    """Box of nine numbers: centre, extents, and Euler angles about its own z, x and y, in radians; None if damaged."""
    numbers = as_array(values, 9)
    if numbers is None:
        return None
    return box_of_axes(numbers[:3], numbers[3:6], Rotation.from_euler("ZXY", numbers[6:]).as_matrix().T)


def _read_infos(path: Path, split: str) -> list[_Sample]:
    try:
        data = load_plain(path)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read; set `root` and `infos` in params.yaml ({error})") from error
    except PickleError as error:
        raise SourceError(
            f"{path}: expected a pickle of lists, mappings and numpy arrays: {error}; fetch it again"
        ) from error
    records = _records(data.get("data_list")) if isinstance(data, Mapping) else None
    meta = data.get("metainfo") if isinstance(data, Mapping) else None
    categories = meta.get("categories") if isinstance(meta, Mapping) else None
    if records is None or not isinstance(categories, Mapping):
        raise SourceError(f"{path}: expected `metainfo.categories` and `data_list`; is it an EmbodiedScan info file?")
    names = {int(n): str(name) for name, n in categories.items() if isinstance(n, int | np.integer)}
    for place, record in enumerate(records):
        if not isinstance(record.get("sample_idx"), str) or record["sample_idx"].count("/") < 1:
            raise SourceError(f"{path}: data_list[{place}]: expected `sample_idx` such as scannet/scene0191_00")
    return [_Sample(split, record, names) for record in records]


def _part_of(record: Mapping[str, Any]) -> str:
    return str(record["sample_idx"]).split("/")[0]


def _records(value: Any) -> list[Mapping[str, Any]] | None:
    """A list of mappings; None for anything else."""
    fits = isinstance(value, list | tuple) and all(isinstance(item, Mapping) for item in value)
    return list(value) if fits else None


def _visible(image: Mapping[str, Any]) -> list[int]:
    """Places in `instances` of what a picture shows, each once."""
    numbers = as_array(image.get("visible_instance_ids"), -1)
    return [] if numbers is None else sorted({int(n) for n in numbers})
