"""The small room in 3RScan's layout: a reference scan with frames, a rescan without, and one that no table knows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.sources import fake_rooms
from tests.sources.cases import Damage, SourceCase
from tests.sources.fake_rooms import LABELS, SIDEWAYS_PX, SIDEWAYS_WH, WORLD_FROM_SIDEWAYS
from tests.sources.fake_scannet import COLORS_RGB, edit, room, save

REFERENCE = "0a4b8ef6-a83a-21f2-8672-dce34dd0d7ca"
RESCAN = "0ad2d3a1-79e2-2212-9b99-a96495d9f7fe"
TABLE, PLY, SEMSEG = "3RScan.json", "labels.instances.annotated.v2.ply", "semseg.v2.json"
NUMBERS = [1, 4, 7, 9, 12, 30]
LEANING = 2  # the trash can's box was annotated at a slant
INFO = "sequence/_info.txt"


def write(root: Path, scans: tuple[str, ...]) -> Mapping[str, Any]:
    """Write the table of places and the scans asked for; only the reference scan has frames."""
    place = {"reference": REFERENCE, "type": "validation", "scans": [{"reference": RESCAN, "transform": [0.0] * 16}]}
    save(root / TABLE, [place])
    for scan in scans:
        write_scan(root / scan, frames=scan == REFERENCE)
    return {"root": str(root), "box_trim_fraction": 0.0, **fake_rooms.SECTION}


def write_scan(folder: Path, frames: bool) -> None:
    """Write one scan; the labelled mesh has colours of labels, the textured one those of the room."""
    folder.mkdir()
    boxes = fake_rooms.boxes()
    boxes[LEANING]["normalizedAxes"] = [0.8, 0.0, 0.6, 0.0, 1.0, 0.0, -0.6, 0.0, 0.8]
    groups = [
        {"id": n, "objectId": n, "label": label, "segments": [], "obb": box}
        for n, label, box in zip(NUMBERS, LABELS, boxes, strict=True)
    ]
    save(folder / SEMSEG, {"scan_id": folder.name, "segGroups": groups[::-1]})
    fake_rooms.write_room(folder / PLY, of_vertex={"objectId": NUMBERS, "globalId": NUMBERS})
    write_textured(folder)
    if frames:
        write_frames(folder / "sequence")


def write_textured(folder: Path) -> None:
    """Write the room as OBJ with one texture pixel per part; the material names a file that is not there."""
    vertices, faces, part = room()
    lines = ["mtllib mesh.refined.mtl", *(f"v {x} {y} {z}" for x, y, z in vertices)]
    lines += [f"vt {(k + 0.5) / len(COLORS_RGB)} 0.5" for k in range(len(COLORS_RGB))]
    lines += ["usemtl m", *("f " + " ".join(f"{v + 1}/{part[v] + 1}" for v in face) for face in faces)]
    (folder / "mesh.refined.v2.obj").write_text("\n".join(lines) + "\n")
    (folder / "mesh.refined.mtl").write_text("newmtl m\nmap_Kd ../../../elsewhere.png\n")
    texture = np.array([COLORS_RGB], np.uint8)[:, :, ::-1]
    assert cv2.imwrite(str(folder / "mesh.refined_0.png"), np.repeat(texture, 2, axis=0))


def write_frames(folder: Path) -> None:
    """Write frames 0, 5 and 6 with the sensor on its side; the tracker lost 5."""
    fx, fy, cx, cy = SIDEWAYS_PX
    for number in (0, 5, 6):
        stem = folder / f"frame-{number:06d}"
        fake_rooms.write_picture(stem.with_suffix(".color.jpg"), SIDEWAYS_WH)
        fake_rooms.write_depth(stem.with_suffix(".depth.pgm"), (22, 17), 1500)
        np.savetxt(stem.with_suffix(".pose.txt"), np.full((4, 4), -np.inf) if number == 5 else WORLD_FROM_SIDEWAYS)
    k = f"{2 * fx} 0 {2 * cx + 0.5} 0 0 {2 * fy} {2 * cy + 0.5} 0 0 0 1 0 0 0 0 1"
    (folder.parent / INFO).write_text(
        f"m_colorWidth = {2 * SIDEWAYS_WH[0]}\nm_colorHeight = {2 * SIDEWAYS_WH[1]}\nm_depthShift = 1000\n"
        f"m_calibrationColorIntrinsic = {k} \nm_frames.size = 3\n"
    )


def _frame(ending: str, content: bytes | None) -> Any:
    path = Path(REFERENCE) / f"sequence/frame-000006.{ending}"
    if content is None:
        return lambda root: (root / path).unlink()
    return lambda root: (root / path).write_bytes(content)


POSED = SourceCase(
    "threerscan_frames", "threerscan", partial(write, scans=(REFERENCE,)), scenes=1,
    landmark=fake_rooms.landmark(f"toy/{REFERENCE}/6"),
    damages=(
        Damage("no_table", lambda r: (r / TABLE).unlink(), None, TABLE),
        Damage("cut_table", lambda r: fake_rooms.cut(r / TABLE), None, TABLE),
        Damage("scan_of_two_places", edit(TABLE, lambda d: d.append({"reference": REFERENCE})), None, TABLE),
        Damage("scan_its_own_rescan", edit(TABLE, lambda d: d[0]["scans"].append({"reference": REFERENCE})), None,
               TABLE),
        Damage("table_is_no_list", lambda r: save(r / TABLE, {"reference": 3}), None, TABLE),
        Damage("scan_not_in_table", edit(TABLE, lambda d: d.pop()), "scene.place_unknown", REFERENCE),
        Damage("no_annotation", lambda r: (r / REFERENCE / SEMSEG).unlink(), "annotation.annotation_missing", SEMSEG),
        Damage("object_twice", edit(f"{REFERENCE}/{SEMSEG}", lambda d: d["segGroups"].append(d["segGroups"][0])),
               "annotation.annotation_damaged", SEMSEG),
        Damage("object_without_vertices",
               edit(f"{REFERENCE}/{SEMSEG}", lambda d: d["segGroups"][4].update(objectId=99)),
               "object.not_in_mesh", ":99 table"),
        Damage("cut_mesh", lambda r: fake_rooms.cut(r / REFERENCE / PLY), "annotation.mesh_damaged", PLY),
        Damage("mesh_without_instances", lambda r: fake_rooms.write_room(r / REFERENCE / PLY),
               "annotation.mesh_without_instances", PLY),
        Damage("no_intrinsics", lambda r: (r / REFERENCE / INFO).unlink(), "scene.intrinsics_missing", INFO),
        Damage("intrinsics_not_a_number",
               lambda r: (r / REFERENCE / INFO).write_text("m_calibrationColorIntrinsic = nan"),
               "scene.intrinsics_damaged", INFO),
        Damage("no_pose", _frame("pose.txt", None), "view.pose_missing", f"{REFERENCE}/6"),
        Damage("cut_pose", _frame("pose.txt", b"1 0 0"), "view.pose_damaged", f"{REFERENCE}/6"),
        Damage("nan_pose", _frame("pose.txt", b"nan " * 16), "view.pose_lost", f"{REFERENCE}/6"),
        Damage("cut_picture", _frame("color.jpg", b"\xff\xd8"), "view.image_damaged", f"{REFERENCE}/6"),
    ),
)  # fmt: skip
RENDERED = SourceCase(
    "threerscan_rescan", "threerscan", partial(write, scans=(RESCAN,)), scenes=1,
    damages=(
        Damage("no_mesh", lambda r: (r / RESCAN / PLY).unlink(), "scene.mesh_missing", PLY),
        Damage("no_texture", lambda r: (r / RESCAN / "mesh.refined_0.png").unlink(), "scene.texture_missing",
               "mesh.refined_0.png"),
        Damage("texture_is_text", lambda r: (r / RESCAN / "mesh.refined_0.png").write_text("x"),
               "scene.texture_damaged", "mesh.refined_0.png"),
        Damage("obj_without_texture", lambda r: (r / RESCAN / "mesh.refined.v2.obj").write_text("v 0 0 0\n"),
               "scene.texture_damaged", "mesh.refined.v2.obj"),
    ),
)  # fmt: skip
