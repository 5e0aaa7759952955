"""The small room in MultiScan's layout: current release with frames, and the early revision without."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.sources import fake_rooms
from tests.sources.cases import Damage, SourceCase
from tests.sources.fake_rooms import LABELS, OPENGL, SIDEWAYS_PX, SIDEWAYS_WH, WORLD_FROM_SIDEWAYS
from tests.sources.fake_scannet import edit, save

SCENE = "scene_00042_01"
STEM = f"{SCENE}/{SCENE}"
ANNOTATION, MESH, FACES = f"{STEM}.annotations.json", f"{STEM}.ply", f"{STEM}.semseg.json"
ALIGN, STREAMS, CAMERAS, DEPTH = f"{STEM}.align.json", f"{STEM}.json", f"{STEM}.jsonl", f"{STEM}.depth.zlib"
SPLITS = "scans_split.csv"
# y up, as ARKit has it, turned and moved.
CAPTURE_FROM_WORLD = np.array([[0.8, 0.6, 0, 1.0], [0, 0, 1, 0.5], [0.6, -0.8, 0, -2.0], [0, 0, 0, 1]])
FILM = 20  # the film is so many times larger than the pictures taken out of it


def write(root: Path, current: bool, frames: bool) -> Mapping[str, Any]:
    """Write one scan with the annotation of the current or the early revision, with or without frames."""
    names = [f"{label}.1" for label in LABELS]
    objects = [
        {"label": name, "obb": box, **({"objectId": k + 1, "mobilityType": "fixed"} if current else {"type": "fixed"})}
        for k, (name, box) in enumerate(zip(names, fake_rooms.boxes(), strict=True))
    ]
    objects.append({"label": "remove", "obb": fake_rooms.boxes()[0], **({"objectId": 7} if current else {})})
    (root / SCENE).mkdir(parents=True)
    save(root / ANNOTATION, {"version": "multiscan@0.0.1", "scanId": SCENE, "objects": objects})
    fake_rooms.write_room(root / MESH, of_face={"objectId": [1, 2, 3, 4, 5, 6]} if current else None)
    if not current:
        part = np.array(fake_rooms.part_of_faces())
        lists = {name: np.flatnonzero(part == k).tolist() for k, name in enumerate(names)}
        lists["table.1:top.1"], lists["table.1:leg.1"] = lists["table.1"][::2], lists.pop("table.1")[1::2]
        save(root / FACES, {"scanId": SCENE, "triIndices": lists})
    (root / SPLITS).write_text(f"scanId,split\nscene_00000_00,train\n{SCENE},val\n")
    if frames:
        write_frames(root)
    return {"root": str(root), "splits_csv": SPLITS, **fake_rooms.SECTION}


def write_frames(root: Path) -> None:
    """Write frames 0, 2 and 3 of a film of three, filmed with the tablet on its side."""
    save(root / ALIGN, {"coordinate_transform": CAPTURE_FROM_WORLD.T.ravel().tolist()})
    film = [FILM * SIDEWAYS_WH[1], FILM * SIDEWAYS_WH[0]]
    save(root / STREAMS, {"streams": [{"type": "lidar_sensor"}, {"type": "color_camera", "resolution": film}]})
    fx, fy, cx, cy = SIDEWAYS_PX
    k = [FILM * fx, 0, 0, 0, FILM * fy, 0, FILM * (cx + 0.5) - 0.5, FILM * (cy + 0.5) - 0.5, 1]
    transform = CAPTURE_FROM_WORLD @ WORLD_FROM_SIDEWAYS @ OPENGL
    line = json.dumps({"timestamp": 1, "intrinsics": k, "transform": transform.T.ravel().tolist()})
    (root / CAMERAS).write_text(f"{line}\n" * 3)
    for number in (0, 2, 3):
        fake_rooms.write_picture(root / SCENE / f"color/{number}.jpg", SIDEWAYS_WH)
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    depths = [np.full((192, 256), 1.5 + k, "<f2") for k in range(3)]
    (root / DEPTH).write_bytes(b"".join(deflate.compress(d.tobytes()) for d in depths) + deflate.flush())


def _set_line(number: int, line: str, root: Path) -> None:
    lines = (root / CAMERAS).read_text().splitlines()
    lines[number] = line
    (root / CAMERAS).write_text("\n".join(lines))


def _first(change: Any) -> Any:
    return edit(ANNOTATION, lambda d: change(d["objects"][1]))


CURRENT = SourceCase(
    "multiscan_frames", "multiscan", partial(write, current=True, frames=True), scenes=1,
    landmark=fake_rooms.landmark(f"toy/{SCENE}/2"),
    damages=(
        Damage("no_root", lambda r: r.rename(r.with_name("elsewhere")), None, "no such folder"),
        Damage("no_splits", lambda r: (r / SPLITS).unlink(), None, SPLITS),
        Damage("splits_without_columns", lambda r: (r / SPLITS).write_text("a,b\n1,2\n"), None, SPLITS),
        Damage("no_annotation", lambda r: (r / ANNOTATION).unlink(), "scene.annotation_missing", ANNOTATION),
        Damage("cut_annotation", lambda r: fake_rooms.cut(r / ANNOTATION), "scene.annotation_damaged", ANNOTATION),
        Damage("twice_the_same_object", edit(ANNOTATION, lambda d: d["objects"].append(d["objects"][0])),
               "scene.annotation_damaged", ANNOTATION),
        Damage("no_box", _first(lambda o: o.pop("obb")), "object.bad_box", "table.1"),
        Damage("box_not_a_number", _first(lambda o: o["obb"].update(centroid=[0.0, float("nan"), 0.0])),
               "object.bad_box", "table.1"),
        Damage("axes_cut", _first(lambda o: o["obb"].update(normalizedAxes=[1, 0, 0])), "object.bad_box", "table.1"),
        Damage("axes_not_square", _first(lambda o: o["obb"].update(normalizedAxes=[1, 0, 0, 1, 1, 0, 0, 0, 1])),
               "object.bad_box", "table.1"),
        Damage("negative_size", _first(lambda o: o["obb"].update(axesLengths=[1, -1, 1])), "object.bad_box", "table.1"),
        Damage("no_mesh", lambda r: (r / MESH).unlink(), "annotation.mesh_missing", MESH),
        Damage("cut_mesh", lambda r: fake_rooms.cut(r / MESH), "annotation.mesh_damaged", MESH),
        Damage("no_alignment", lambda r: (r / ALIGN).unlink(), "scene.alignment_missing", ALIGN),
        Damage("alignment_not_rigid", edit(ALIGN, lambda d: d["coordinate_transform"].__setitem__(0, 3.0)),
               "scene.alignment_damaged", ALIGN),
        Damage("no_streams", lambda r: (r / STREAMS).unlink(), "scene.streams_missing", STREAMS),
        Damage("no_color_stream", edit(STREAMS, lambda d: d["streams"].pop()), "scene.streams_damaged", STREAMS),
        Damage("no_cameras", lambda r: (r / CAMERAS).unlink(), "scene.cameras_missing", CAMERAS),
        Damage("cut_line", partial(_set_line, 2, '{"timestamp"'), "view.pose_damaged", f"{SCENE}/2"),
        Damage("pose_not_a_number", partial(_set_line, 2, '{"intrinsics": [], "transform": [NaN]}'),
               "view.pose_damaged", f"{SCENE}/2"),
        Damage("frame_beyond_the_film", lambda r: None, "view.pose_missing", f"{SCENE}/3"),
        Damage("cut_picture", lambda r: (r / SCENE / "color/2.jpg").write_bytes(b""), "view.image_damaged",
               f"{SCENE}/2"),
    ),
)  # fmt: skip
EARLY = SourceCase(
    "multiscan_early", "multiscan", partial(write, current=False, frames=False), scenes=1,
    damages=(
        Damage("no_faces", lambda r: (r / FACES).unlink(), "annotation.faces_missing", FACES),
        Damage("faces_of_another", edit(FACES, lambda d: d["triIndices"]["table.1:leg.1"].append(10**6)),
               "annotation.faces_of_another_mesh", FACES),
        Damage("faces_are_a_list", edit(FACES, lambda d: d.update(triIndices=[])), "annotation.faces_damaged", FACES),
    ),
)  # fmt: skip
