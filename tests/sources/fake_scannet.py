"""A small furnished room in ScanNet's layout, scanned in a frame that must be aligned, with and without frames."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, Int

from tests.sources.cases import Damage, Landmark, SourceCase

SCENE = "scene0707_00"
FOLDER = f"scans/{SCENE}"
MESH = f"{FOLDER}/{SCENE}_vh_clean_2.ply"
SEGMENTS = f"{FOLDER}/{SCENE}_vh_clean_2.0.010000.segs.json"
AGGREGATION = f"{FOLDER}/{SCENE}.aggregation.json"
META = f"{FOLDER}/{SCENE}.txt"
LABELS = "meta_data/scannetv2-labels.combined.tsv"
TABLE = "meta_data/alignments.json"
SPACING_M = 0.05
YAW = np.radians(30)
WORLD_FROM_SCAN = np.array([
    [np.cos(YAW), -np.sin(YAW), 0, 1.0], [np.sin(YAW), np.cos(YAW), 0, -2.0], [0, 0, 1, 0.5], [0, 0, 0, 1],
])  # fmt: skip

SECTION: dict[str, Any] = {
    "scenes": None, "labels_tsv": LABELS, "axis_alignment": TABLE, "frame_stride": 1, "max_frames": 50,
    "rendered_frames": 6, "width_px": 96, "height_px": 72, "fov_deg": 75.0, "eye_height_m": 1.4, "cell_m": 0.1,
    "box_trim_fraction": 0.0, "min_object_vertices": 20, "min_wall_share": 0.8,
    "drop_groups": True,
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A box of the room in world metres and the label it is annotated with."""

    label: str
    center_w: tuple[float, float, float]
    size_m: tuple[float, float, float]


PARTS = (
    Part("floor", (0, 0, -0.05), (4, 4, 0.1)),
    Part("table", (0.5, 1.0, 0.35), (1.0, 0.6, 0.7)),
    Part("trashcan", (-1.0, 1.2, 0.2), (0.4, 0.3, 0.4)),
    Part("Couch", (-1.4, -0.8, 0.4), (0.8, 1.6, 0.8)),
    Part("books", (0.5, 1.0, 0.775), (0.2, 0.3, 0.15)),
    Part("object", (1.5, -1.5, 0.2), (0.4, 0.4, 0.4)),
)
COLOR_PX = (60.0, 62.0, 47.5, 35.5)  # fx, fy, cx, cy of 96 x 72 pictures
# The camera stands at (0, -1.5, 1.2) and looks level along +y: its x is world x, its y points down.
WORLD_FROM_CAM = np.array([[1, 0, 0, 0], [0, 0, 1, -1.5], [0, -1, 0, 1.2], [0, 0, 0, 1.0]])
# The table's middle is 2.5 m ahead, 0.5 m to the right and 0.85 m below the camera.
LANDMARK = Landmark(f"toy/{SCENE}/3", (0.5, 1.0, 0.35), (47.5 + 60 * 0.5 / 2.5, 35.5 + 62 * 0.85 / 2.5))
COLORS_RGB = ((120, 110, 100), (150, 80, 30), (200, 200, 210), (40, 60, 120), (170, 30, 30), (90, 160, 90))


def write(root: Path, frames: bool, **changes: Any) -> Mapping[str, Any]:
    """Write one scan, its tables and, if asked, four frames; `changes` are to the params section."""
    (root / FOLDER).mkdir(parents=True)
    vertices_w, faces, part = room()
    scan_from_world = np.linalg.inv(WORLD_FROM_SCAN)
    write_ply(root / MESH, vertices_w @ scan_from_world[:3, :3].T + scan_from_world[:3, 3], faces, part)
    save(root / SEGMENTS, {"sceneId": SCENE, "segIndices": segments(vertices_w, part).tolist()})
    save(root / AGGREGATION, {"sceneId": SCENE, "segGroups": groups()})
    (root / META).write_text("colorHeight = 72\ncolorWidth = 96\nsceneType = Lounge\n")
    save(root / TABLE, {SCENE: WORLD_FROM_SCAN.ravel().tolist()})
    (root / LABELS).write_text(
        "id\traw_category\tcategory\tcount\n1\twall\twall\t9\n2\ttable\ttable\t9\n3\ttrash can\ttrash can\t9\n"
        "4\tcouch\tcouch\t9\n5\tbooks\tbook\t9\n6\tfloor\tfloor\t9\n7\tobject\tobject\t9\n"
    )
    (root / "meta_data/scannetv2_val.txt").write_text(f"scene0001_00\n{SCENE}\n")
    if frames:
        write_frames(root / FOLDER, scan_from_world @ WORLD_FROM_CAM)
    return {"root": str(root), **SECTION, **changes}


def write_frames(folder: Path, scan_from_cam: Float[np.ndarray, "4 4"]) -> None:
    """Write frames 1, 2, 3 and 10; the tracker lost 2, and 10 has no depth."""
    for name in ("color", "depth", "pose", "intrinsic"):
        (folder / name).mkdir()
    for number in (1, 2, 3, 10):
        assert cv2.imwrite(str(folder / f"color/{number}.jpg"), np.full((72, 96, 3), 99, np.uint8))
        pose = np.full((4, 4), -np.inf) if number == 2 else scan_from_cam
        np.savetxt(folder / f"pose/{number}.txt", pose)
        if number != 10:
            assert cv2.imwrite(str(folder / f"depth/{number}.png"), np.full((36, 48), 1500, np.uint16))
    fx, fy, cx, cy = COLOR_PX
    matrix = np.array([[fx, 0, cx, 0], [0, fy, cy, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
    np.savetxt(folder / "intrinsic/intrinsic_color.txt", matrix)


def room() -> tuple[Float[np.ndarray, "v 3"], Int[np.ndarray, "f 3"], Int[np.ndarray, " v"]]:
    """Vertices, faces and the part of each vertex; surfaces are dense, as a scan's are."""
    meshes = [_box(part) for part in PARTS]
    offsets = np.cumsum([0, *[len(v) for v, _ in meshes]])
    faces = np.concatenate([f + offset for (_, f), offset in zip(meshes, offsets, strict=False)])
    part = np.repeat(np.arange(len(PARTS)), [len(v) for v, _ in meshes])
    return np.concatenate([v for v, _ in meshes]), faces, part


def segments(vertices_w: Float[np.ndarray, "v 3"], part: Int[np.ndarray, " v"]) -> Int[np.ndarray, " v"]:
    """Segment of each vertex: 100, 107, 114 ... per part; the table has another one for its right half."""
    right = (part == 1) & (vertices_w[:, 0] > 0.5)
    numbers: Int[np.ndarray, " v"] = 100 + 7 * part + right
    return numbers


def groups() -> list[dict[str, Any]]:
    """Annotated instances, last first: files are not sorted."""
    named = [(100 + 7 * i, i, p.label) for i, p in enumerate(PARTS)]
    return [
        {"id": i, "objectId": i, "segments": [s, s + 1] if i == 1 else [s], "label": label}
        for s, i, label in reversed(named)
    ]


def write_ply(path: Path, vertices: Float[np.ndarray, "v 3"], faces: Int[np.ndarray, "f 3"], part: Any) -> None:
    """Write a binary PLY with the properties of ScanNet's meshes."""
    kinds = [("xyz", "<f4", 3), ("rgba", "u1", 4)]
    vertex = np.zeros(len(vertices), dtype=kinds)
    vertex["xyz"] = vertices
    vertex["rgba"] = np.array([[*c, 255] for c in COLORS_RGB])[part]
    face = np.zeros(len(faces), dtype=[("n", "u1"), ("corners", "<i4", 3)])
    face["n"], face["corners"] = 3, faces
    colors = "".join(f"property uchar {c}\n" for c in ("red", "green", "blue", "alpha"))
    header = (
        f"ply\nformat binary_little_endian 1.0\ncomment VCGLIB generated\nelement vertex {len(vertex)}\n"
        f"property float x\nproperty float y\nproperty float z\n{colors}element face {len(face)}\n"
        "property list uchar int vertex_indices\nend_header\n"
    )
    path.write_bytes(header.encode() + vertex.tobytes() + face.tobytes())


def save(path: Path, data: Any) -> None:
    """Write JSON."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data))


def edit(file: str, change: Callable[[Any], object]) -> Callable[[Path], None]:
    """Return a function that applies `change` to the JSON of one file."""

    def apply(root: Path) -> None:
        data = json.loads((root / file).read_text())
        change(data)
        save(root / file, data)

    return apply


def _box(part: Part) -> tuple[Float[np.ndarray, "v 3"], Int[np.ndarray, "f 3"]]:
    sides = [_side(part, axis, end) for axis in range(3) for end in (-0.5, 0.5)]
    offsets = np.cumsum([0, *[len(v) for v, _ in sides]])
    faces = np.concatenate([f + offset for (_, f), offset in zip(sides, offsets, strict=False)])
    return np.concatenate([v for v, _ in sides]), faces


def _side(part: Part, axis: int, end: float) -> tuple[Float[np.ndarray, "v 3"], Int[np.ndarray, "f 3"]]:
    size = np.array(part.size_m)
    a, b = [k for k in range(3) if k != axis]
    n, m = (int(np.ceil(size[k] / SPACING_M)) + 1 for k in (a, b))
    points = np.zeros((n, m, 3))
    points[..., axis] = end * size[axis]
    points[..., a] = np.linspace(-0.5, 0.5, n)[:, None] * size[a]
    points[..., b] = np.linspace(-0.5, 0.5, m) * size[b]
    index = np.arange(n * m).reshape(n, m)
    p, q, r, s = (i.ravel() for i in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]))
    faces = np.concatenate([np.stack([p, q, r], axis=1), np.stack([p, r, s], axis=1)])
    return points.reshape(-1, 3) + np.array(part.center_w), faces


def _cut(file: str, root: Path) -> None:
    (root / file).write_bytes((root / file).read_bytes()[:-40])


def _bad_alignment(root: Path) -> None:
    (root / META).write_text("axisAlignment = 1 0 0\n")


TABLES_BROKEN = (
    Damage("no_scans", lambda r: (r / "scans").rename(r / "elsewhere"), None, "scans"),
    Damage("no_labels", lambda r: (r / LABELS).unlink(), None, LABELS),
    Damage("labels_without_columns", lambda r: (r / LABELS).write_text("id,name\n1,wall\n"), None, LABELS),
    Damage("no_alignments", lambda r: (r / TABLE).unlink(), None, TABLE),
    Damage("cut_alignments", partial(_cut, TABLE), None, TABLE),
    Damage("alignment_not_rigid", edit(TABLE, lambda d: d[SCENE].__setitem__(0, 2.0)), None, TABLE),
    Damage("own_alignment_cut", _bad_alignment, "scene.axis_alignment_damaged", META),
)
OBJECTS_BROKEN = (
    Damage("segment_missing", edit(AGGREGATION, lambda d: d["segGroups"][4]["segments"].append(9)),
           "object.segments_missing", f"{SCENE}:1 table"),
    Damage("tiny_object", edit(AGGREGATION, lambda d: d["segGroups"][3].update(segments=[])),
           "object.too_few_vertices", f"{SCENE}:2 trashcan"),
)  # fmt: skip
POSED = SourceCase(
    "scannet_posed", "scannet", partial(write, frames=True), scenes=1, landmark=LANDMARK,
    damages=(
        *TABLES_BROKEN, *OBJECTS_BROKEN,
        Damage("no_mesh", lambda r: (r / MESH).unlink(), "annotation.mesh_missing", MESH),
        Damage("cut_mesh", partial(_cut, MESH), "annotation.mesh_damaged", MESH),
        Damage("no_pose", lambda r: (r / FOLDER / "pose/3.txt").unlink(), "view.pose_missing", f"{SCENE}/3"),
        Damage("cut_pose", lambda r: (r / FOLDER / "pose/3.txt").write_text("1 0"), "view.pose_damaged", f"{SCENE}/3"),
        Damage("cut_picture", lambda r: (r / FOLDER / "color/3.jpg").write_bytes(b""), "view.image_damaged",
               f"{SCENE}/3"),
        Damage("strange_name", lambda r: (r / FOLDER / "color/thumb.jpg").write_bytes(b""),
               "view.name_is_no_number", "color/thumb.jpg"),
        Damage("no_intrinsics", lambda r: (r / FOLDER / "intrinsic/intrinsic_color.txt").unlink(),
               "scene.intrinsics_missing", "intrinsic_color.txt"),
        Damage("cut_intrinsics", lambda r: (r / FOLDER / "intrinsic/intrinsic_color.txt").write_text("1 2"),
               "scene.intrinsics_damaged", "intrinsic_color.txt"),
    ),
)  # fmt: skip
RENDERED = SourceCase(
    "scannet_rendered", "scannet", partial(write, frames=False), scenes=1,
    damages=(
        *OBJECTS_BROKEN,
        Damage("no_mesh", lambda r: (r / MESH).unlink(), "scene.mesh_missing", MESH),
        Damage("cut_mesh", partial(_cut, MESH), "scene.mesh_damaged", MESH),
        Damage("mesh_is_text", lambda r: (r / MESH).write_text("ply\nhello\n"), "scene.mesh_damaged", MESH),
        Damage("no_segments", lambda r: (r / SEGMENTS).unlink(), "scene.segments_missing", SEGMENTS),
        Damage("cut_segments", partial(_cut, SEGMENTS), "scene.segments_damaged", SEGMENTS),
        Damage("other_segments", edit(SEGMENTS, lambda d: d["segIndices"].pop()), "scene.segments_of_another_mesh",
               SEGMENTS),
        Damage("no_aggregation", lambda r: (r / AGGREGATION).unlink(), "scene.aggregation_missing", AGGREGATION),
        Damage("repeated_object", edit(AGGREGATION, lambda d: d["segGroups"].append(d["segGroups"][0])),
               "scene.aggregation_damaged", AGGREGATION),
    ),
)  # fmt: skip
# The room has no walls: with this its outline is taken for granted.
OPEN = SourceCase("scannet_open", "scannet", partial(write, frames=False, min_wall_share=0.0), scenes=1)
