"""The small room in ARKitScenes' layout: a film stored sideways, and a mesh with boxes but no film."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from tests.sources import fake_rooms
from tests.sources.cases import Damage, SourceCase
from tests.sources.fake_rooms import LABELS, SIDEWAYS_PX, SIDEWAYS_WH, WORLD_FROM_SIDEWAYS
from tests.sources.fake_scannet import edit, save

VIDEO, VISIT = "47333462", "420683"
FOLDER = f"Validation/{VIDEO}"
BOXES, MESH = f"{FOLDER}/{VIDEO}_3dod_annotation.json", f"{FOLDER}/{VIDEO}_3dod_mesh.ply"
FRAMES = f"{FOLDER}/{VIDEO}_frames"
TRAJECTORY = f"{FRAMES}/lowres_wide.traj"
VISITS = "3dod_train_val_splits.csv"
# Seconds of the pictures; the trajectory has no row near the third, and the intrinsics of the second are off by 1 ms.
TIMES = ("7021.550", "7021.651", "7023.000", "7025.100")


def write(root: Path, frames: bool) -> Mapping[str, Any]:
    """Write one film, its boxes and mesh, and the table of films; a folder without a row is no film."""
    (root / FOLDER).mkdir(parents=True)
    (root / "Validation/notes").mkdir()
    (root / VISITS).write_text(f"video_id,visit_id,fold\n47000001,400001,Training\n{VIDEO},{VISIT},Validation\n")
    records = [
        {"uid": f"u/{k}", "label": label, "segments": {"obbAligned": box}}
        for k, (label, box) in enumerate(zip(LABELS, fake_rooms.boxes(), strict=True))
    ]
    save(root / BOXES, {"data": records[::-1], "skipped": False})
    fake_rooms.write_room(root / MESH)
    if frames:
        write_frames(root)
    return {"root": str(root), "visits_csv": VISITS, "box_margin_m": 0.02, **fake_rooms.SECTION}


def write_frames(root: Path) -> None:
    """Write four pictures; the pose of the last is not finite."""
    fx, fy, cx, cy = SIDEWAYS_PX
    for time in TIMES:
        name = f"{VIDEO}_{time}"
        fake_rooms.write_picture(root / FRAMES / f"lowres_wide/{name}.png", SIDEWAYS_WH)
        fake_rooms.write_depth(root / FRAMES / f"lowres_depth/{name}.png", SIDEWAYS_WH, 1500)
        stamp = f"{float(time) - 0.001:.3f}" if time == TIMES[1] else time
        pincam = root / FRAMES / f"lowres_wide_intrinsics/{VIDEO}_{stamp}.pincam"
        pincam.parent.mkdir(exist_ok=True)
        pincam.write_text(f"{SIDEWAYS_WH[0]} {SIDEWAYS_WH[1]} {fx} {fy} {cx} {cy}\n")
    cam_from_world = np.linalg.inv(WORLD_FROM_SIDEWAYS)
    turn = Rotation.from_matrix(cam_from_world[:3, :3]).as_rotvec()
    row = " ".join(map(str, [*turn, *cam_from_world[:3, 3]]))
    nan = " ".join(["nan"] * 6)
    (root / TRAJECTORY).write_text(f"7021.5501 {row}\n7021.6508 {row}\n7024.0 {row}\n7025.1 {nan}\n")


def _picture(root: Path) -> Path:
    return root / FRAMES / f"lowres_wide/{VIDEO}_{TIMES[1]}.png"


def _pincam(root: Path) -> Path:
    return root / FRAMES / f"lowres_wide_intrinsics/{VIDEO}_7021.650.pincam"


FILM = SourceCase(
    "arkitscenes_film", "arkitscenes", partial(write, frames=True), scenes=1,
    landmark=fake_rooms.landmark(f"toy/{VIDEO}/1"),
    damages=(
        Damage("no_folds", lambda r: (r / "Validation").rename(r / "other"), None, "Training or Validation"),
        Damage("no_table", lambda r: (r / VISITS).unlink(), None, VISITS),
        Damage("table_without_columns", lambda r: (r / VISITS).write_text("a,b\n1,2\n"), None, VISITS),
        Damage("unknown_fold", lambda r: (r / VISITS).write_text("video_id,visit_id,fold\n1,2,Test\n"), None, VISITS),
        Damage("film_outside", lambda r: (r / VISITS).write_text("video_id,visit_id,fold\n../x,2,Training\n"), None,
               VISITS),
        Damage("no_boxes", lambda r: (r / BOXES).unlink(), "annotation.annotation_missing", BOXES),
        Damage("cut_boxes", lambda r: fake_rooms.cut(r / BOXES), "annotation.annotation_damaged", BOXES),
        Damage("skipped_by_annotators", edit(BOXES, lambda d: d.update(skipped=True)),
               "annotation.annotation_skipped", BOXES),
        Damage("object_twice", edit(BOXES, lambda d: d["data"].append(d["data"][0])), "annotation.annotation_damaged",
               BOXES),
        Damage("no_axes", edit(BOXES, lambda d: d["data"][4]["segments"].clear()), "object.bad_box", "table"),
        Damage("box_elsewhere",
               edit(BOXES, lambda d: d["data"][4]["segments"]["obbAligned"].update(centroid=[50.0, 0.0, 1.0])),
               "object.not_in_mesh", "table"),
        Damage("no_mesh", lambda r: (r / MESH).unlink(), "annotation.mesh_missing", MESH),
        Damage("cut_mesh", lambda r: fake_rooms.cut(r / MESH), "annotation.mesh_damaged", MESH),
        Damage("no_trajectory", lambda r: (r / TRAJECTORY).unlink(), "scene.trajectory_missing", TRAJECTORY),
        Damage("cut_trajectory", lambda r: (r / TRAJECTORY).write_text("7021.5 0 0\n7021.6 0 0 0 0 0 0\n"),
               "scene.trajectory_damaged", TRAJECTORY),
        Damage("empty_trajectory", lambda r: (r / TRAJECTORY).write_text(""), "scene.trajectory_damaged", TRAJECTORY),
        Damage("no_intrinsics", lambda r: _pincam(r).unlink(), "view.intrinsics_missing", f"{VIDEO}/1"),
        Damage("cut_intrinsics", lambda r: _pincam(r).write_text("256 192"), "view.intrinsics_damaged", f"{VIDEO}/1"),
        Damage("strange_name", lambda r: _picture(r).rename(_picture(r).with_stem("thumb")), "view.bad_name", VIDEO),
        Damage("cut_picture", lambda r: _picture(r).write_bytes(b"\x89PNG"), "view.image_damaged", f"{VIDEO}/1"),
    ),
)  # fmt: skip
MESH_ONLY = SourceCase(
    "arkitscenes_mesh", "arkitscenes", partial(write, frames=False), scenes=1,
    damages=(Damage("no_boxes", lambda r: (r / BOXES).unlink(), "scene.annotation_missing", BOXES),),
)  # fmt: skip
