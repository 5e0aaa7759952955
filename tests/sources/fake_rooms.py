"""The small furnished room of `fake_scannet` for readers of other layouts: boxes, meshes and a camera on its side."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float

from tests.sources.cases import Landmark
from tests.sources.fake_scannet import COLORS_RGB, PARTS, WORLD_FROM_CAM, room

SECTION: dict[str, Any] = {
    "scenes": None, "frame_stride": 1, "max_frames": 50, "rendered_frames": 6, "width_px": 96, "height_px": 72,
    "fov_deg": 75.0, "eye_height_m": 1.4, "cell_m": 0.1, "min_wall_share": 0.0, "drop_groups": True,
}  # fmt: skip
LABELS = [part.label for part in PARTS]
UPRIGHT_PX, UPRIGHT_WH = (60.0, 62.0, 35.5, 47.5), (72, 96)
# A sensor on its side: what is right in its picture is down in the room, so its picture must be turned clockwise.
SIDEWAYS_PX, SIDEWAYS_WH = (62.0, 60.0, 47.5, 35.5), (96, 72)
UPRIGHT_FROM_SIDEWAYS = np.array([[0.0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
WORLD_FROM_SIDEWAYS = WORLD_FROM_CAM @ UPRIGHT_FROM_SIDEWAYS
OPENGL = np.diag([1.0, -1, -1, 1])
TABLE_W = (0.5, 1.0, 0.35)
TABLE_PX = (35.5 + 60 * 0.5 / 2.5, 47.5 + 62 * 0.85 / 2.5)


def landmark(view_id: str) -> Landmark:
    """Where the table's middle appears in the upright picture."""
    return Landmark(view_id, TABLE_W, TABLE_PX)


def boxes() -> list[dict[str, list[float]]]:
    """Annotated box of each part: axes one after the other, the vertical one second and one of them upside down."""
    axes = np.array([[0.0, 1, 0], [0, 0, -1], [1, 0, 0]])
    return [
        {
            "centroid": list(part.center_w),
            "axesLengths": [part.size_m[1], part.size_m[2], part.size_m[0]],
            "normalizedAxes": axes.ravel().tolist(),
        }
        for part in PARTS
    ]


def write_room(
    path: Path,
    world_from_mesh: Float[np.ndarray, "4 4"] | None = None,
    of_vertex: Mapping[str, Any] | None = None,
    of_face: Mapping[str, Any] | None = None,
) -> None:
    """Write the room's mesh as binary PLY; the numbers given per part become properties of its vertices or faces."""
    vertices_w, faces, part = room()
    mesh_from_world = np.linalg.inv(np.eye(4) if world_from_mesh is None else world_from_mesh)
    vertices = vertices_w @ mesh_from_world[:3, :3].T + mesh_from_world[:3, 3]
    of_vertex, of_face = of_vertex or {}, of_face or {}
    vertex = np.zeros(len(vertices), [("xyz", "<f4", 3), ("rgb", "u1", 3), *((n, "<u2") for n in of_vertex)])
    vertex["xyz"], vertex["rgb"] = vertices, np.array(COLORS_RGB)[part]
    face = np.zeros(len(faces), [("n", "u1"), ("corners", "<i4", 3), *((n, "<u2") for n in of_face)])
    face["n"], face["corners"] = 3, faces
    for name, values in of_vertex.items():
        vertex[name] = np.asarray(values)[part]
    for name, values in of_face.items():
        face[name] = np.asarray(values)[part[faces[:, 0]]]
    lines = [
        "ply", "format binary_little_endian 1.0", f"element vertex {len(vertex)}",
        *(f"property float {n}" for n in "xyz"), *(f"property uchar {n}" for n in ("red", "green", "blue")),
        *(f"property ushort {n}" for n in of_vertex), f"element face {len(face)}",
        "property list uchar int vertex_indices", *(f"property ushort {n}" for n in of_face), "end_header\n",
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join(lines).encode() + vertex.tobytes() + face.tobytes())


def part_of_faces() -> list[int]:
    """Part of each face."""
    _, faces, part = room()
    return [int(k) for k in part[faces[:, 0]]]


def write_picture(path: Path, size_wh: tuple[int, int]) -> None:
    """Write a grey picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((size_wh[1], size_wh[0], 3), 99, np.uint8))


def write_depth(path: Path, size_wh: tuple[int, int], units: int) -> None:
    """Write a flat 16-bit depth map, PNG or PGM by the name's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), np.full((size_wh[1], size_wh[0]), units, np.uint16))


def cut(path: Path, by: int = 40) -> None:
    """Cut the end off a file."""
    path.write_bytes(path.read_bytes()[:-by])
