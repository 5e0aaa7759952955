"""The reader of posed pictures: a capture's frames as views of an upright world; no objects."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import cv2
import numpy as np
from jaxtyping import Float, Float32
from pydantic import Field, model_validator

from stages.depths import at_pixels, decoder_of
from stages.geometry.frames import is_rigid
from stages.lifting.params import GravityParams
from stages.schema.records import SceneRow, Vec4, ViewRow
from stages.sources.base import Drop, ReaderInfo, SceneData, SourceError, SourceParams
from stages.sources.image_header import ImageHeaderError, image_size_wh
from stages.sources.posed_rgbd.frames import Capture, Frame, distortion_px
from stages.sources.posed_rgbd.layouts import LAYOUTS
from stages.sources.posed_rgbd.up import AXES, Look, Up, turned_up, up_of_depth
from stages.sources.scans.files import DamagedScanError
from stages.sources.scans.shots import spread, thin
from stages.sources.scene_files import inside, read_numbers, relative

ENCODING = "png_z"
FLOOR = "floor"
UP_VIEWS = 16  # views whose depth is asked for the floor; more change up by less than its sigma
# Settings that a layout needs, beyond those of all; it must leave the others null.
NEEDS: dict[str, tuple[str, ...]] = {
    "tum": ("intrinsics", "depth_scale_m", "poses_file", "max_gap_s"),
    "7scenes": ("intrinsics", "depth_scale_m"),
    "open3d": ("intrinsics", "depth_scale_m", "poses_file"),
    "poses_txt": ("intrinsics", "depth_scale_m", "poses_file"),
    "replica": (),
    "nerfstudio": ("depth_scale_m", "max_distortion_px"),
    "colmap": ("max_distortion_px",),
}
MAY: dict[str, tuple[str, ...]] = {"poses_txt": ("names_file",)}
_BY_LAYOUT = ("intrinsics", "depth_scale_m", "poses_file", "names_file", "max_gap_s", "max_distortion_px")


class PosedRgbdParams(SourceParams):
    """Section `sources.<name>` of a source of posed pictures."""

    root: str = Field(description="folder that holds the captures")
    layout: Literal["tum", "7scenes", "open3d", "poses_txt", "replica", "nerfstudio", "colmap"]
    captures: list[str] = Field(
        min_length=1, description="folders below the root, one capture each; `*` stands for any name, `.` for the root"
    )
    license: str = Field(min_length=1, description="licence of the pictures, SPDX id where one exists")
    upstream_split: str | None = Field(description="split that the captures belong to, as their makers name it")
    up: Literal["x", "y", "z", "-x", "-y", "-z", "floor"] = Field(
        description="axis of the poses' world that points up; `floor`: found in the depth"
    )
    gravity: GravityParams | None = Field(description="with `up: floor`: as `annotate.lift.gravity`, else null")
    metres_per_unit: float | None = Field(gt=0, description="metres per unit of the poses; null: unknown, no positions")
    intrinsics: Vec4 | str | None = Field(
        description="fx, fy, cx, cy of the pictures, or a file of 9 or 16 numbers in the capture's folder or the root"
    )
    depth_scale_m: float | None = Field(gt=0, description="metres per unit of depth")
    poses_file: str | None = Field(description="trajectory in the capture's folder")
    names_file: str | None = Field(description="poses_txt: picture names, one per line of the trajectory; null: all")
    max_gap_s: float | None = Field(ge=0, description="tum: times this far apart still belong together")
    max_distortion_px: float | None = Field(ge=0, description="views whose lens bends more than this are dropped")
    frame_stride: int = Field(ge=1, description="take every n-th frame")
    max_frames: int = Field(ge=1, description="at most so many frames a capture, evenly spread")

    @model_validator(mode="after")
    def _fits_layout(self) -> PosedRgbdParams:
        needed, allowed = NEEDS[self.layout], (*NEEDS[self.layout], *MAY.get(self.layout, ()))
        lacks = [k for k in needed if getattr(self, k) is None]
        extra = [k for k in _BY_LAYOUT if k not in allowed and getattr(self, k) is not None]
        if lacks or extra:
            raise ValueError(f"layout {self.layout} needs {', '.join(lacks) or 'no more'}; null: {', '.join(extra)}")
        if (self.up == FLOOR) != (self.gravity is not None):
            raise ValueError("`gravity` goes with `up: floor`, and only with it")
        if self.up == FLOOR and self.layout == "colmap":
            raise ValueError("`up: floor` needs depth; COLMAP's models have none: give an axis")
        if any(Path(c).is_absolute() or ".." in Path(c).parts for c in self.captures):
            raise ValueError("`captures` are folders below the root")
        return self


class PosedRgbd:
    """Reader of captures in any of the layouts of `LAYOUTS`."""

    info: ClassVar[ReaderInfo] = ReaderInfo(
        title="Posed pictures: TUM, 7-Scenes, Open3D, Replica, nerfstudio, COLMAP, or a list of poses",
        kinds=("scan",),
        gives=("intrinsics", "poses", "gravity", "depth"),
        license="as stated by `license` in params.yaml",
        obtain="https://cvg.cit.tum.de/data/datasets/rgbd-dataset",
        paper=None,
        checked_on="62 frames of 7-Scenes, HoloLens, Replica room0, Open3D and slambook2",
    )
    params_type: ClassVar[type[SourceParams]] = PosedRgbdParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str, params: PosedRgbdParams, seed: int) -> None:
        """Keep the settings; files are opened on first use. The seed is not used: nothing is drawn here."""
        self._name = name
        self._params = params

    def root(self) -> Path:
        """Folder that image and depth paths are relative to."""
        return Path(self._params.root)

    def scene_ids(self) -> list[str]:
        """`<source>/<folder>`, sorted; a slash in the folder becomes an underscore.

        Raises:
            SourceError: The root is missing, an entry of `captures` names no folder, or two would have one id.
        """
        return sorted(self._folders())

    def read(self, scene_id: str) -> SceneData | Drop:
        """Read one capture.

        Returns:
            A Drop where its poses, camera or pictures are missing or damaged, or up cannot be found.
        """
        folder = self._folders()[scene_id]
        try:
            capture = LAYOUTS[self._params.layout](self.root(), folder, self._params)
            return self._scene(scene_id, folder, capture)
        except DamagedScanError as error:
            return Drop(f"scene.{error.reason}", relative(self.root(), error.path))

    def _folders(self) -> dict[str, Path]:
        root = self.root()
        if not root.is_dir():
            raise SourceError(f"{root}: no such folder; set `root` in params.yaml")
        found: dict[str, Path] = {}
        for pattern in self._params.captures:
            folders = [root] if pattern == "." else sorted(p for p in root.glob(pattern) if _is_capture(root, p))
            if not folders:
                raise SourceError(f"{root}: no folder fits {pattern!r}, named in `captures`")
            for folder in folders:
                name = "_".join(folder.relative_to(root).parts) or "root"
                if found.setdefault(f"{self._name}/{name}", folder) != folder:
                    raise SourceError(f"{root}: two of `captures` would both be named {name!r}; rename a folder")
        return found

    def _scene(self, scene_id: str, folder: Path, capture: Capture) -> SceneData | Drop:
        drops = list(capture.drops)
        kept = thin(len(capture.frames), self._params.frame_stride, self._params.max_frames)
        chosen = [capture.frames[k] for k in kept]
        views: list[ViewRow] = []
        poses: list[np.ndarray] = []
        for frame in chosen:
            view = self._view(scene_id, folder, frame, capture.depth_scale_m, drops)
            if isinstance(view, Drop):
                drops.append(view)
            elif frame.pose is not None:
                views.append(view)
                poses.append(frame.pose)
        if not views:
            return Drop("scene.no_usable_frame", scene_id)
        up = self._up(views, poses)
        if up is None:
            return Drop("scene.up_not_found", scene_id)
        counts = {"views": len(chosen) + sum(d.reason.startswith("view.") for d in capture.drops)}
        parts = folder.relative_to(self.root()).parts
        scene = SceneRow(
            scene_id, self._name, "scan", place_id=f"{self._name}/{parts[0] if parts else 'root'}",
            license=self._params.license, upstream_split=self._params.upstream_split,
        )  # fmt: skip
        upright = [self._upright(view, pose, up) for view, pose in zip(views, poses, strict=True)]
        return SceneData(scene, upright, [], drops=drops, counts=counts)

    def _view(
        self, scene_id: str, folder: Path, frame: Frame, depth_scale_m: float | None, drops: list[Drop]
    ) -> ViewRow | Drop:
        """Check one frame's files, pose and lens; depth that cannot be used is dropped alone, into `drops`."""
        view_id = f"{scene_id}/{frame.number}"
        size_wh = self._size_wh(frame.image)
        reason = _pose_defect(frame) if not isinstance(size_wh, str) else size_wh
        if reason is not None or isinstance(size_wh, str):
            return Drop(f"view.{reason}", view_id)
        intrinsics_px = frame.intrinsics_px or self._intrinsics_px(folder)
        if not (np.isfinite(intrinsics_px).all() and min(intrinsics_px[:2]) > 0):
            return Drop("view.bad_intrinsics", view_id)
        limit_px = self._params.max_distortion_px
        if not frame.pinhole or (limit_px is not None and not distortion_px(frame, intrinsics_px, size_wh) <= limit_px):
            return Drop("view.not_pinhole", view_id)
        depth = frame.depth  # `Path.is_file` raises where a name is too long
        if depth is not None and not (inside(self.root(), depth) and os.path.isfile(depth)):
            drops.append(Drop("depth.file_missing" if inside(self.root(), depth) else "depth.outside_root", view_id))
            depth = None
        return ViewRow(
            view_id, scene_id, frame.number, *size_wh,
            image_path=_below(self.root(), frame.image), intrinsics_px=intrinsics_px,
            depth_path=_below(self.root(), depth) if depth else None,
            depth_encoding=ENCODING if depth else None,
            depth_scale_m=(depth_scale_m or self._params.depth_scale_m) if depth else None,
            intrinsics_by="given", pose_by="given", depth_by="given" if depth else None,
        )  # fmt: skip

    def _size_wh(self, image: Path) -> tuple[int, int] | str:
        """Size of a picture, or why there is none."""
        if not inside(self.root(), image):
            return "outside_root"
        try:
            return image_size_wh(image)
        except FileNotFoundError:
            return "image_missing"
        except ImageHeaderError as error:
            return error.reason

    def _intrinsics_px(self, folder: Path) -> Vec4:
        given = self._params.intrinsics
        if not isinstance(given, str):
            assert given is not None, "checked by PosedRgbdParams"
            return given
        path = folder / given if (folder / given).is_file() else self.root() / given
        if not inside(self.root(), path):
            raise DamagedScanError("intrinsics_outside_root", path)
        numbers = read_numbers(path, "intrinsics")
        if numbers.size not in (9, 16) or not np.isfinite(numbers).all():
            raise DamagedScanError("intrinsics_damaged", path)
        matrix = numbers.reshape(-1, 3 if numbers.size == 9 else 4)
        return float(matrix[0, 0]), float(matrix[1, 1]), float(matrix[0, 2]), float(matrix[1, 2])

    def _up(self, views: Sequence[ViewRow], poses: Sequence[Float[np.ndarray, "4 4"]]) -> Up | None:
        if self._params.up != FLOOR:
            return Up(AXES[self._params.up], None)
        assert self._params.gravity is not None, "checked by PosedRgbdParams"
        deep = [i for i, view in enumerate(views) if view.depth_path is not None]
        looks = []
        for index in spread(len(deep), UP_VIEWS):
            view, pose = views[deep[index]], poses[deep[index]]
            depth_m = self._depth_m(view)
            if depth_m is not None and view.intrinsics_px is not None:
                looks.append(Look(depth_m, view.intrinsics_px, pose))
        return up_of_depth(looks, self._params.gravity)

    def _depth_m(self, view: ViewRow) -> Float32[np.ndarray, "h w"] | None:
        row: dict[str, Any] = {"depth_scale_m": view.depth_scale_m}
        try:
            raw = decoder_of(ENCODING)(self.root() / str(view.depth_path), row)
        except (OSError, ValueError, cv2.error):
            return None
        if raw is None:
            return None
        depth_m = at_pixels(raw.astype(np.float32), view.height_px, view.width_px)
        return None if depth_m is None else np.where(depth_m > 0, depth_m, np.nan)

    def _upright(self, view: ViewRow, pose: Float[np.ndarray, "4 4"], up: Up) -> ViewRow:
        """Add the pose in an upright world in metres; where the scale is unknown, gravity alone."""
        world_from_cam = turned_up(up.direction) @ pose
        values = {**vars(view), "tilt_sigma_deg": up.tilt_sigma_deg}
        if self._params.metres_per_unit is None:
            x, y, z = (-world_from_cam[2, :3]).tolist()
            return ViewRow(**{**values, "gravity_c": (x, y, z)})
        world_from_cam[:3, 3] *= self._params.metres_per_unit
        return ViewRow(**{**values, "world_from_cam": world_from_cam.ravel().tolist()})


def _is_capture(root: Path, path: Path) -> bool:
    return path.is_dir() and not any(p.startswith(".") for p in path.relative_to(root).parts) and inside(root, path)


def _pose_defect(frame: Frame) -> str | None:
    if frame.pose is None:
        return "pose_missing"
    if not np.isfinite(frame.pose).all():
        return "pose_lost"
    return None if is_rigid(frame.pose[None])[0] else "bad_pose"


def _below(root: Path, path: Path) -> str:
    """Path below the root, `..` resolved (an inner `..` is no harm, but ids and paths should be plain)."""
    return path.resolve().relative_to(root.resolve()).as_posix() if ".." in path.parts else relative(root, path)
