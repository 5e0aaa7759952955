"""What an exact scene really is: the vertices of every object, exact cameras, and what each camera sees."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int

from stages.geometry.mesh import LabelledMesh
from stages.open3d_import import import_open3d
from stages.schema.errors import UserError
from stages.schema.records import ObjectRow, SceneRow, ViewRow
from stages.sources.base import Drop, SceneData
from stages.sources.procedural.params import ProceduralParams
from stages.sources.procedural.reader import Procedural

_NOTHING = np.uint32(0xFFFFFFFF)  # what the ray caster gives for a ray that hits nothing


class Solid(NamedTuple):
    """Upright box round an object's vertices, along the object's own axes.

    `yaw` turns the first axis from world x, radians; `size_m` are the extents along first axis, second axis and up.
    """

    center_w: Float[np.ndarray, " 3"]
    size_m: Float[np.ndarray, " 3"]
    yaw: float

    def footprint(self) -> list[tuple[float, float]]:
        """Return the corners of the footprint, world metres, counter-clockwise."""
        cos, sin = math.cos(self.yaw), math.sin(self.yaw)
        out = []
        for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            along, across = u * self.size_m[0] / 2, v * self.size_m[1] / 2
            out.append((self.center_w[0] + along * cos - across * sin, self.center_w[1] + along * sin + across * cos))
        return out


class Sight(NamedTuple):
    """What a view shows of an object: visible pixels, their mean column, and how many show each material."""

    pixels: int
    column: float
    materials: Sequence[int] = ()


class Camera(NamedTuple):
    """One exact camera: pose (OpenCV camera to world), fx, fy, cx, cy, width and height."""

    world_from_cam: Float[np.ndarray, "4 4"]
    intrinsics_px: Sequence[float]
    width_px: int
    height_px: int

    @property
    def eye_w(self) -> Float[np.ndarray, " 3"]:
        """Optical centre, world metres."""
        return self.world_from_cam[:3, 3]

    def to_view(self, point_w: Float[np.ndarray, " 3"]) -> tuple[float, float, float]:
        """Coordinates of a world point right of, ahead of and above the levelled camera, metres."""
        ahead_x, ahead_y, _ = self.world_from_cam[:3, 2]
        length = math.hypot(ahead_x, ahead_y)
        ahead_x, ahead_y = ahead_x / length, ahead_y / length
        dx, dy, dz = (point_w - self.eye_w).tolist()
        return dx * ahead_y - dy * ahead_x, dx * ahead_x + dy * ahead_y, dz

    @property
    def heading(self) -> float:
        """Direction of view on the floor plan, radians counter-clockwise from world x."""
        return math.atan2(self.world_from_cam[1, 2], self.world_from_cam[0, 2])


@dataclass(frozen=True)
class SceneTruth:
    """An exact scene. `solids`, `category`, `names` and `vertices_w` are keyed by object id, `cameras` by view id.

    `names` holds category, caption and what else a viewer may see in the object.
    """

    scene: SceneRow
    solids: Mapping[str, Solid]
    category: Mapping[str, str]
    vertices_w: Mapping[str, Float[np.ndarray, "v 3"]]
    cameras: Mapping[str, Camera]
    mesh: LabelledMesh
    names: Mapping[str, Sequence[str]]
    _seen: dict[str, Mapping[str, Sight]] = field(default_factory=dict)

    def pixels(self, view_id: str) -> Mapping[str, int]:
        """Visible pixels per object in a view."""
        return {name: sight.pixels for name, sight in self.sights(view_id).items()}

    def sights(self, view_id: str) -> Mapping[str, Sight]:
        """What a view shows of each object in it, by casting one ray through every pixel centre."""
        if not self._seen:  # all views at once: the ray caster takes more memory than the rest of the scene
            self._seen.update(_cast(self.mesh, self.cameras))
        return self._seen[view_id]


def _cast(mesh: LabelledMesh, cameras: Mapping[str, Camera]) -> Iterator[tuple[str, Mapping[str, Sight]]]:
    """Yield, per view, which pixels show each object."""
    o3d = import_open3d()
    caster = o3d.t.geometry.RaycastingScene(nthreads=1)
    caster.add_triangles(mesh.vertices_w.astype(np.float32), mesh.faces.astype(np.uint32))
    for view_id, camera in cameras.items():
        fx, fy, cx, cy = camera.intrinsics_px
        x, y = np.meshgrid(np.arange(camera.width_px), np.arange(camera.height_px))
        directions_c = np.stack([(x - cx) / fx, (y - cy) / fy, np.ones(x.shape)], axis=-1)
        directions_w = directions_c @ camera.world_from_cam[:3, :3].T
        rays = np.concatenate([np.broadcast_to(camera.eye_w, directions_w.shape), directions_w], axis=-1)
        hits = caster.cast_rays(o3d.core.Tensor(rays.astype(np.float32)))["primitive_ids"].numpy()
        faces, columns = hits[hits != _NOTHING], x[hits != _NOTHING]
        kept = mesh.face_object[faces] >= 0
        faces, columns = faces[kept], columns[kept]
        labels, count = mesh.face_object[faces], len(mesh.object_ids)
        counts = np.bincount(labels, minlength=count)
        sums = np.bincount(labels, columns, minlength=count)
        materials = _by_material(mesh, faces).tolist()
        yield (
            view_id,
            {
                name: Sight(int(counts[k]), float(sums[k] / counts[k]), materials[k])
                for k, name in enumerate(mesh.object_ids)
                if counts[k]
            },
        )


def _by_material(mesh: LabelledMesh, faces: np.ndarray) -> Int[np.ndarray, "objects materials"]:
    """Count the pixels of each material per object, given the face that each pixel shows."""
    size = (len(mesh.object_ids), len(mesh.materials))
    if mesh.face_material is None:
        return np.zeros(size, dtype=np.int64)
    cells = mesh.face_object[faces] * size[1] + mesh.face_material[faces]
    return np.bincount(cells, minlength=size[0] * size[1]).reshape(size)


def scene_truth(source_params: Mapping[str, Any], source_name: str, seed: int, scene_id: str) -> SceneTruth:
    """Make a procedural scene again from its seed, and keep what the tables do not say.

    Args:
        source_params: Section `sources.<source_name>` of params.yaml.
        source_name: First part of the scene's id.
        seed: The project's seed.
        scene_id: The scene.

    Raises:
        UserError: The source cannot make the scene any more (its params changed since `ingest`).
    """
    data = Procedural(source_name, ProceduralParams.model_validate(source_params), seed).read(scene_id)
    if isinstance(data, Drop):
        raise UserError(f"scene {scene_id}: {data.reason}; run `dvc repro` to make all stages anew")
    return truth_of(data)


def truth_of(data: SceneData) -> SceneTruth:
    """Derive boxes from the vertices of a scene's mesh; only the direction of an object's own axes is taken as given.

    Raises:
        UserError: The scene has no mesh, or a view has no pose.
    """
    if data.mesh is None:
        raise UserError(f"scene {data.scene.scene_id}: no mesh, so there is no exact truth")
    vertices_w = {}
    for label, name in enumerate(data.mesh.object_ids):
        used = np.unique(data.mesh.faces[data.mesh.face_object == label])
        vertices_w[name] = data.mesh.vertices_w[used]
    objects = {row.object_id: row for row in data.objects}
    return SceneTruth(
        scene=data.scene,
        solids={name: _solid(objects[name], points_w) for name, points_w in vertices_w.items()},
        category={name: row.category for name, row in objects.items()},
        vertices_w=vertices_w,
        cameras={view.view_id: _camera(view) for view in data.views},
        mesh=data.mesh,
        names={
            name: [n for n in (row.category, row.caption, *(row.also_shows or ())) if n]
            for name, row in objects.items()
        },
    )


def _solid(row: ObjectRow, points_w: Float[np.ndarray, "v 3"]) -> Solid:
    if row.world_from_box is None:
        raise UserError(f"object {row.object_id}: no box axes, so there is no exact truth")
    axes = np.array(row.world_from_box, dtype=np.float64).reshape(3, 3)
    yaw = math.atan2(axes[1, 0], axes[0, 0])
    cos, sin = math.cos(yaw), math.sin(yaw)
    along = points_w[:, 0] * cos + points_w[:, 1] * sin
    across = points_w[:, 1] * cos - points_w[:, 0] * sin
    low = np.array([along.min(), across.min(), points_w[:, 2].min()])
    high = np.array([along.max(), across.max(), points_w[:, 2].max()])
    u, v, z = ((low + high) / 2).tolist()
    return Solid(np.array([u * cos - v * sin, u * sin + v * cos, z]), high - low, yaw)


def _camera(view: ViewRow) -> Camera:
    if view.world_from_cam is None or view.intrinsics_px is None:
        raise UserError(f"view {view.view_id}: no exact pose and intrinsics, so there is no exact truth")
    pose = np.array(view.world_from_cam, dtype=np.float64).reshape(4, 4)
    return Camera(pose, view.intrinsics_px, view.width_px, view.height_px)
