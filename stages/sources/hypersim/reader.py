"""The Hypersim reader: frames of all cameras as views, instances as objects, their pixels as sightings."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from pydantic import Field

from stages.hdf5 import Hdf5Error, read_hdf5
from stages.schema.records import SceneRow, SightingRow, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.hypersim.cameras import Lens, read_lenses, read_poses
from stages.sources.hypersim.objects import Instances, read_instances
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.scene import scene_ids_of
from stages.sources.scans.shots import thin

LICENSE = "CC-BY-SA-3.0"
LENSES, PICTURES = "metadata_camera_parameters.csv", "metadata_images_split_scene_v1.csv"
ENCODING = "hypersim_h5"
_CAMERA = 10_000  # frames of a camera have up to four digits


class HypersimParams(SourceParams):
    """Section `sources.<name>` of a source in Hypersim's layout."""

    root: str = Field(description="folder that holds the scenes and the tables of cameras")
    scenes: list[str] | None = Field(description="names of the scenes to read; null: all found")
    max_skew_px: float = Field(ge=0, description="scenes whose lens moves a pixel so far from a pinhole are dropped")
    frame_stride: int = Field(ge=1, description="take every n-th frame")
    max_frames: int = Field(ge=1, description="at most so many frames a scene, evenly spread")
    min_pixels: int = Field(ge=1, description="instances with fewer pixels in a picture are no sighting there")
    drop_groups: bool = Field(description="drop labels of several things under one box, e.g. books")


@dataclass(frozen=True)
class _Frame:
    """One picture on disk and its pose (None: there is no keyframe of this number)."""

    camera: str
    number: int
    image: Path
    world_from_cam: Float[np.ndarray, "4 4"] | None

    def beside(self, scene: Path, what: str) -> Path:
        """File of the picture's geometry."""
        return scene / f"images/scene_{self.camera}_geometry_hdf5/frame.{self.number:04d}.{what}.hdf5"


class Hypersim:
    """Reader of Hypersim scenes."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Hypersim",
        kinds=("scan",),
        gives=("boxes_2d", "masks", "boxes_3d", "intrinsics", "poses", "gravity", "depth"),
        license=LICENSE,
        obtain="https://github.com/apple/ml-hypersim",
        paper="arXiv:2011.02523",
        checked_on="cameras of all 482 scenes; depth, poses and instances of ai_037_002",
    )
    params_type: ClassVar[type[SourceParams]] = HypersimParams
    requires: ClassVar[tuple[str, ...]] = ("h5py", "pycocotools")

    def __init__(self, name: str, params: HypersimParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image and depth paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<scene>`, sorted.

        Raises:
            SourceError: The root, a scene named in `scenes`, or a table is missing or damaged.
        """
        root = self.root()
        if not root.is_dir():
            raise SourceError(f"{root}: no such folder; set `root` in params.yaml to the folder that holds ai_001_001")
        found = {p.name for p in root.iterdir() if p.is_dir() and re.fullmatch(r"ai_[0-9]{3}_[0-9]{3}", p.name)}
        _ = self._lenses, self._pictures  # a damaged table stops the run before the first scene is read
        return scene_ids_of(self._name, root, found, self._params.scenes)

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one scene.

        Returns:
            A Drop where its camera or poses are missing or damaged, or no pinhole shows what its lens does.
        """
        scene = self.root() / scene_id.removeprefix(f"{self._name}/")
        lens = self._lenses.get(scene.name)
        if lens is None:
            return Drop("scene.camera_missing", scene_id)
        if not lens.skew_px <= self._params.max_skew_px:
            return Drop("scene.not_pinhole", scene_id)
        try:
            return self._scene(scene_id, scene, lens)
        except DamagedScanError as error:
            return self._drop("scene", error)

    @cached_property
    def _lenses(self) -> dict[str, Lens]:
        return read_lenses(self.root() / LENSES)

    @cached_property
    def _pictures(self) -> dict[tuple[str, str, int], tuple[bool, str]]:
        """Whether a picture was released, and its split; empty where the table is missing."""
        path = self.root() / PICTURES
        if not path.is_file():
            return {}
        try:
            with path.open(encoding="utf-8", newline="") as file:
                return {
                    (row["scene_name"], row["camera_name"], int(row["frame_id"])): (
                        row["included_in_public_release"] == "True", row["split_partition_name"],
                    )
                    for row in csv.DictReader(file)
                }  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
            raise SourceError(f"{path}: damaged: {error!r}; fetch it again, or remove it") from error

    def _scene(self, scene_id: str, scene: Path, lens: Lens) -> SceneData | Drop:
        frames = _frames(scene, lens)
        chosen = [frames[k] for k in thin(len(frames), self._params.frame_stride, self._params.max_frames)]
        drops: list[Drop] = []
        views: list[ViewRow] = []
        sightings: list[SightingRow] = []
        instances = self._instances(scene_id, scene, lens, drops)
        for frame in chosen:
            view = self._view(scene_id, scene, frame, lens, drops)
            if isinstance(view, Drop):
                drops.append(view)
            else:
                views.append(view)
                sightings += self._sightings(view, frame.beside(scene, "semantic_instance"), instances, drops)
        if not views:
            return Drop("scene.no_usable_frame", scene_id)
        splits = {s for (name, _, _), (_, s) in self._pictures.items() if name == scene.name and s}
        row = SceneRow(
            scene_id, self._name, "scan", place_id=scene.name, license=LICENSE,
            upstream_split=splits.pop() if len(splits) == 1 else None,
        )  # fmt: skip
        small = sum(d.reason.startswith("sighting.") for d in drops)
        return SceneData(
            row, views, list(instances.rows.values()), sightings, drops=drops,
            counts={"views": len(chosen), "objects": instances.read, "sightings": len(sightings) + small},
        )  # fmt: skip

    def _instances(self, scene_id: str, scene: Path, lens: Lens, drops: list[Drop]) -> Instances:
        """Objects of the scene; without their files its pictures are still good."""
        try:
            found = read_instances(scene_id, scene / "_detail/mesh", lens.metres_per_unit, self._params.drop_groups)
        except DamagedScanError as error:
            drops.append(self._drop("annotation", error))
            return Instances()
        drops += found.drops
        return found

    def _view(self, scene_id: str, scene: Path, frame: _Frame, lens: Lens, drops: list[Drop]) -> ViewRow | Drop:
        number = int(frame.camera.removeprefix("cam_")) * _CAMERA + frame.number
        view_id = f"{scene_id}/{number}"
        reason = self._defect(scene, frame, lens)
        if reason is not None or frame.world_from_cam is None:
            return Drop(f"view.{reason}", view_id)
        depth = frame.beside(scene, "depth_meters")
        if not depth.is_file():
            drops.append(Drop("depth.file_missing", view_id))
        there = depth.is_file()
        return ViewRow(
            view_id, scene_id, number, *lens.size_wh, image_path=self._below_root(frame.image),
            intrinsics_px=lens.intrinsics_px, world_from_cam=frame.world_from_cam.ravel().tolist(),
            depth_path=self._below_root(depth) if there else None, depth_encoding=ENCODING if there else None,
            depth_scale_m=1.0 if there else None, intrinsics_by="exact", pose_by="exact",
            depth_by="exact" if there else None,
        )  # fmt: skip

    def _defect(self, scene: Path, frame: _Frame, lens: Lens) -> str | None:
        """Why a picture gives no view, None if it does."""
        if not self._pictures.get((scene.name, frame.camera, frame.number), (True, ""))[0]:
            return "not_released"
        if frame.world_from_cam is None:
            return "pose_missing"
        if not np.isfinite(frame.world_from_cam).all():
            return "pose_lost"
        try:
            return None if image_size_wh(frame.image) == lens.size_wh else "image_size"
        except ImageHeaderError as error:
            return error.reason

    def _sightings(self, view: ViewRow, path: Path, instances: Instances, drops: list[Drop]) -> list[SightingRow]:
        if not instances.rows:
            return []
        try:
            pixels = read_hdf5(path)
        except FileNotFoundError:
            drops.append(Drop("pixels.missing", self._below_root(path)))
            return []
        except Hdf5Error:
            drops.append(Drop("pixels.damaged", self._below_root(path)))
            return []
        if pixels.shape != (view.height_px, view.width_px) or pixels.dtype.kind not in "iu":
            drops.append(Drop("pixels.damaged", self._below_root(path)))
            return []
        return _seen(view, pixels, instances, self._params.min_pixels, drops)

    def _drop(self, kind: str, error: DamagedScanError) -> Drop:
        return Drop(f"{kind}.{error.reason}", self._below_root(error.path))

    def _below_root(self, path: Path) -> str:
        return path.relative_to(self.root()).as_posix()


def _frames(scene: Path, lens: Lens) -> list[_Frame]:
    """All pictures of a scene, by camera and frame.

    Raises:
        DamagedScanError: Poses of a camera are missing or damaged.
    """
    frames = []
    for folder in sorted((scene / "images").glob("scene_cam_*_final_preview")):
        camera = folder.name.removeprefix("scene_").removesuffix("_final_preview")
        if not re.fullmatch(r"cam_[0-9]{2}", camera):
            continue
        poses = read_poses(scene / "_detail" / camera, lens)
        for image in sorted(folder.glob("frame.*.tonemap.jpg")):
            match = re.fullmatch(r"frame\.([0-9]{4})\.tonemap\.jpg", image.name)
            if match is not None:
                frames.append(_Frame(camera, int(match[1]), image, poses.get(int(match[1]))))
    return frames


def _seen(
    view: ViewRow, pixels: np.ndarray, instances: Instances, min_pixels: int, drops: list[Drop]
) -> list[SightingRow]:
    """One sighting per instance that has pixels and a row."""
    from pycocotools import mask as coco_mask  # late: the procedural default needs none

    found = []
    numbers, counts = np.unique(pixels[pixels >= 0], return_counts=True)
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        row = instances.rows.get(number)
        if row is None:
            continue  # dropped as an object
        if count < min_pixels:
            drops.append(Drop("sighting.too_small", f"{view.view_id}:{number}"))
            continue
        mask = pixels == number
        ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))["counts"]
        box_px = (float(xs[0]), float(ys[0]), float(xs[-1] + 1), float(ys[-1] + 1))
        found.append(
            SightingRow(view.view_id, row.object_id, view.scene_id, box_px, float(count), "given", mask_rle=rle)
        )
    return found
