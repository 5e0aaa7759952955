"""A house of R2R with two viewpoints: views by index at one, a view named by its angles at the other."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.sources import fake_rooms
from tests.sources.cases import Damage, Landmark, SourceCase
from tests.sources.fake_scannet import edit, save

HOUSE = "17DRP5sb8fy"
FIRST, SECOND = "10c252c90fa24ef3b698c6f54d984c5c", "0e92a69a50414253a23043758f111cec"
GRAPH = f"connectivity/{HOUSE}_connectivity.json"
ROUTES = "R2R/R2R_val_unseen.json"
VIEWS = f"semantic_views/{HOUSE}/{FIRST}_rgb"
SIZE_WH = (64, 48)
# Index 15 looks level at heading 90 degrees, along +x, from (1, 2, 1.5): 2 m ahead, 0.5 m right, 0.25 m down.
FOCAL_PX = 24 / math.tan(math.radians(30))
LANDMARK = Landmark(f"toy/{HOUSE}/15", (3.0, 1.5, 1.25), (31.5 + FOCAL_PX * 0.25, 23.5 + FOCAL_PX * 0.125))


def write(root: Path) -> Mapping[str, Any]:
    """Write the house."""
    pose = [1.0, 0, 0, 1.0, 0, 1, 0, 2.0, 0, 0, 1, 1.5, 0, 0, 0, 1]
    place = {"included": True, "visible": [True, True], "unobstructed": [True, True], "height": 1.5}
    root.mkdir(exist_ok=True)
    save(root / GRAPH, [{"image_id": FIRST, "pose": pose, **place}, {"image_id": SECOND, "pose": pose, **place}])
    save(
        root / ROUTES, [{"scan": HOUSE, "path_id": 1, "path": [FIRST, SECOND], "heading": 0.0, "instructions": ["Go."]}]
    )
    for index in (3, 15, 27):
        fake_rooms.write_picture(root / VIEWS / f"{index}.jpg", SIZE_WH)
        fake_rooms.write_picture(root / VIEWS.removesuffix("_rgb") / f"{index}.png", SIZE_WH)
    fake_rooms.write_picture(root / f"webgl_imgs/{HOUSE}_{SECOND}_1.5707963_-0.02.png", SIZE_WH)
    fake_rooms.write_picture(root / "webgl_imgs/thumbnail.png", SIZE_WH)
    return {
        "root": str(root), "scenes": None, "views": "semantic_views", "named_views": "webgl_imgs", "frame_stride": 1,
        "max_frames": 100,
    }  # fmt: skip


CASE = SourceCase(
    "r2r", "r2r", write, scenes=1, landmark=LANDMARK,
    damages=(
        Damage("no_connectivity", lambda r: (r / "connectivity").rename(r / "other"), None, "connectivity"),
        Damage("cut_routes", lambda r: fake_rooms.cut(r / ROUTES), None, ROUTES),
        Damage("routes_without_scan", lambda r: save(r / ROUTES, [{"path": []}]), None, ROUTES),
        Damage("cut_graph", lambda r: fake_rooms.cut(r / GRAPH), "scene.connectivity_damaged", GRAPH),
        Damage("graph_is_a_mapping", lambda r: save(r / GRAPH, {}), "scene.connectivity_damaged", GRAPH),
        Damage("viewpoint_twice", edit(GRAPH, lambda d: d.append(d[0])), "scene.connectivity_damaged", GRAPH),
        Damage("viewpoint_outside", edit(GRAPH, lambda d: d[0].update(image_id="../x")), "scene.connectivity_damaged",
               GRAPH),
        Damage("pose_not_a_number", edit(GRAPH, lambda d: d[0]["pose"].__setitem__(3, float("nan"))),
               "scene.connectivity_damaged", GRAPH),
        Damage("cut_view", lambda r: (r / VIEWS / "15.jpg").write_bytes(b"\xff\xd8\xff"), "view.image_damaged",
               f"{HOUSE}/15"),
    ),
)  # fmt: skip
