"""A tiny builder of shards for tests of `template`: scenes with views, objects and sightings, and facts about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from pycocotools import mask as coco_mask

from stages.formats import IMAGE_FORMATS, TEXT_FORMATS
from stages.schema.records import ObjectRow, SceneRow, SightingRow, ViewRow, to_table
from stages.schema.tables import FACT
from stages.tasks import TASKS

WIDTH, HEIGHT = 640, 480
MEASURES = ("distance_center", "distance_closest", "height", "longest_edge", "video_longest_edge", "video_distance",
            "room_area")  # fmt: skip
COUNTS = ("count", "video_count", *(f"count_{side}" for side in ("left_of", "right_of", "in_front_of", "behind")))
UNITS = {"bigger": "m3", "rotation": "deg", "count": "count", "video_count": "count", "room_area": "m2"}


def params(**changes: Any) -> dict[str, Any]:
    """Section `template` as plain data; keyword arguments replace top-level entries, but add to `formats`."""
    return {
        "benchmark_share": 0.0,
        "questions_per_view": dict.fromkeys(TASKS, 1000),
        "formats": formats(**changes.pop("formats", {})),
        "marks": {"most": 8, "min_side_px": 12.0},
        "referring": {
            "min_area_px": 500,
            "min_visible_fraction": 0.5,
            "max_truncated_fraction": 0.3,
            "most_instances": 6,
            "min_gap_px": 20,
            "min_gap_share": 0.5,
            "landmarks": 6,
            "near_ratio": 1.5,
            "near_ratio_px": 1.3,
            "near_gap_m": 0.3,
            "near_sigmas": 3,
            "on_m": 0.03,
            "beside_m": 0.1,
        },
        "ask": {
            "unit_shares": {"m": 0.4, "cm": 0.2, "ft": 0.2, "in": 0.2},
            "count_keep_shares": [1.0],
            "option_ratio": 1.2,
            "option_levels": dict.fromkeys(MEASURES, (0.2, 0.7, 1.4, 2.8, 30.0)),
            "option_counts": dict.fromkeys(COUNTS, (0.2,) * 5),
            "angle_steps_deg": [30, 36, 40, 45],
            "angle_least_deg": 20,
        },
    } | changes


def formats(**changes: Any) -> dict[str, Any]:
    """Section `template.formats`."""
    given = {
        "per_question": 19,
        "weights": {"text": dict.fromkeys(TEXT_FORMATS, 1.0), "image": dict.fromkeys(IMAGE_FORMATS, 1.0)},
        "bare_answer_share": 0.5,
        "coordinates": "thousandths",
        "tokens": "internvl",
    }
    return given | changes


def _unit(kind: str) -> str:
    if kind.startswith(("exists", "count_", "direction")):
        return {"e": "bool", "c": "count", "d": "deg"}[kind[0]]
    return UNITS.get(kind, "m")


def rectangle(box: Sequence[float]) -> bytes:
    """COCO RLE counts of a filled box."""
    x1, y1, x2, y2 = (round(v) for v in box)
    mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8, order="F")
    mask[y1:y2, x1:x2] = 1
    counts: bytes = coco_mask.encode(mask)["counts"]
    return counts


class Shard:
    """Collects rows; `tables()` gives what the stage reads."""

    def __init__(self) -> None:
        self.scenes: list[SceneRow] = []
        self.views: list[ViewRow] = []
        self.objects: list[ObjectRow] = []
        self.sightings: list[SightingRow] = []
        self.facts: list[dict[str, Any]] = []

    def scene(self, scene_id: str, views: int = 1, place_id: str | None = None) -> list[str]:
        """Add a scene with views and return the view ids."""
        self.scenes.append(SceneRow(scene_id, scene_id.split("/")[0], "scan", place_id or scene_id, "CC-BY-4.0"))
        ids = [f"{scene_id}/{frame:03d}" for frame in range(views)]
        self.views.extend(ViewRow(view_id, scene_id, frame, WIDTH, HEIGHT) for frame, view_id in enumerate(ids))
        return ids

    def object(self, scene_id: str, name: str, category: str, caption: str | None = None) -> str:
        """Add an object and return its id."""
        object_id = f"{scene_id}:{name}"
        self.objects.append(ObjectRow(object_id, scene_id, category, category, caption))
        return object_id

    def sight(self, view_id: str, object_id: str, box: Sequence[float], mask: bool = True, crowd: bool = False) -> None:
        """Let an object be seen in a view."""
        x1, y1, x2, y2 = box
        self.sightings.append(
            SightingRow(view_id, object_id, object_id.split(":")[0], (x1, y1, x2, y2), (x2 - x1) * (y2 - y1), "test",
                        mask_rle=rectangle(box) if mask else None, crowd=crowd)
        )  # fmt: skip

    def place(self, center_v: Sequence[float], size_v: Sequence[float]) -> None:
        """Give the sighting added last a box in view space."""
        x, y, z = center_v
        wide, deep, tall = size_v
        self.sightings[-1] = replace(
            self.sightings[-1], center_v=(x, y, z), size_v=(wide, deep, tall), yaw_v=0.0,
            sigma_center_m=(0.005,) * 3, sigma_size_m=(0.005,) * 3,
        )  # fmt: skip

    def fact(
        self,
        kind: str,
        views: Sequence[str],
        value: float,
        subjects: Sequence[str] = (),
        references: Sequence[str] = (),
        category: str | None = None,
        detail: Sequence[str] | None = None,
    ) -> str:
        """Add a fact and return its id."""
        named = [
            *(s.split(":")[1] for s in (*(subjects if len(views) > 2 else subjects[:1]), *references)),
            *([category] if category else []),
        ]
        fact_id = ":".join([views[0], kind, ".".join(named), *(v.rsplit("/", 1)[1] for v in views[1:])])
        self.facts.append({
            "fact_id": fact_id, "scene_id": views[0].rsplit("/", 1)[0], "view_ids": list(views), "kind": kind,
            "subject_ids": list(subjects), "reference_ids": list(references), "category": category,
            "detail": None if detail is None else list(detail), "value": float(value), "unit": _unit(kind),
            "margin": 5.0, "frame": "view", "geometry": "exact",
        })  # fmt: skip
        return fact_id

    def tables(self) -> Mapping[str, pa.Table]:
        """Return all tables, sorted by key."""
        return {
            "scene": to_table("scene", self.scenes),
            "view": to_table("view", self.views),
            "object": to_table("object", self.objects),
            "sighting": to_table("sighting", self.sightings),
            "fact": pa.Table.from_pylist(self.facts, schema=FACT.schema).sort_by("fact_id"),
        }


def living_room(shard: Shard, scene_id: str = "rooms/0001") -> None:
    """Add a scene of two views with unique and repeated categories, captions, and facts of every kind."""
    first, second = shard.scene(scene_id, views=2)
    rows = (
        ("sofa_1", "sofa", "grey sofa", (20, 200, 300, 400)),
        ("chair_1", "chair", "red chair", (320, 220, 400, 380)),
        ("chair_2", "chair", "blue chair", (420, 220, 500, 380)),
        ("dining_table_1", "dining table", None, (510, 240, 630, 400)),
        ("lamp_1", "lamp", "tall lamp", (100, 20, 140, 190)),
        ("picture_1", "picture", "framed picture", (300, 30, 380, 110)),
        ("tv_1", "tv", None, (500, 30, 620, 110)),
        ("tv_stand_1", "tv stand", None, (500, 112, 620, 200)),
    )
    ids = {name: shard.object(scene_id, name, category, caption) for name, category, caption, _ in rows}
    for view in (first, second):
        for name, _, _, (x1, y1, x2, y2) in rows:
            shift = 0 if view == first else 7
            shard.sight(view, ids[name], (x1 + shift, y1 + shift, x2 + shift, y2 + shift))
        names = list(ids)
        for k, subject in enumerate(names):
            for reference in names[k + 1 :]:
                pair = ([ids[subject]], [ids[reference]])
                for kind in ("left_of", "above", "in_front_of", "bigger", "taller", "wider"):
                    shard.fact(kind, [view], 0.3 + 0.1 * k, *pair)
                for kind, value in (("distance_center", 1.5 + 0.37 * k), ("distance_closest", 0.7 + 0.2 * k)):
                    shard.fact(kind, [view], value, *pair)
        shard.fact("count", [view], 2, [ids["chair_1"], ids["chair_2"]], category="chair")
        shard.fact("count", [view], 1, [ids["sofa_1"]], category="sofa")
        shard.fact("exists", [view], 1, [ids["sofa_1"]], category="sofa")
        shard.fact("exists", [view], 0, category="oven")
        for side in ("left_of", "right_of", "in_front_of", "behind"):
            shard.fact(f"exists_{side}", [view], 1, [ids["chair_1"]], [ids["sofa_1"]], category="chair")
            shard.fact(f"exists_{side}", [view], 0, [], [ids["lamp_1"]], category="oven")
    for name, angle in (("sofa_1", 75.0), ("lamp_1", -120.4), ("chair_1", 180.0)):
        shard.fact("rotation", [first, second], angle, [ids[name]])


def tour(shard: Shard, scene_id: str = "rooms/0009") -> list[str]:
    """Add a scene of four frames, each with its own objects, and facts of several objects, of clips and of the room."""
    frames = shard.scene(scene_id, views=4)
    categories = ("bed", "desk", "wardrobe", "radio", "plant", "door")
    ids = [shard.object(scene_id, f"{c}_0", c, f"brown {c}") for c in categories]
    chairs = [shard.object(scene_id, f"chair_{k}", "chair", "red chair") for k in range(2)]
    for k, object_id in enumerate((*ids, *chairs)):
        for frame in (k % 4, (k + 1) % 4):
            shard.sight(frames[frame], object_id, (60 * k + 5, 40 + 9 * frame, 60 * k + 55, 240 + 5 * k))
    bed, desk, wardrobe, radio, plant, door = ids
    one = frames[:1]
    shown = [i for k, i in enumerate((*ids, *chairs)) if k % 4 in (0, 3)]
    shard.fact("nearest_to", one, 0.4, shown[:1], [shown[1], shown[2], shown[3]])
    shard.fact("nearest_to_camera", one, 0.6, shown[1:2], [shown[0], shown[2]])
    shard.fact("depth_order", one, 0.5, [shown[2], shown[0], shown[1]])
    shard.fact("height", one, 1.25, shown[:1])
    shard.fact("longest_edge", one, 2.5, shown[1:2])
    shard.fact("count_left_of", one, 3, [shown[3]], [bed], category="chair")
    shard.fact("video_count", frames, 2, chairs, category="chair")
    shard.fact("video_distance", frames, 1.75, [bed], [desk])
    shard.fact("video_longest_edge", frames, 2.125, [bed])
    shard.fact("video_nearest_to", frames, 0.5, [radio], [desk, bed, plant, door])
    shard.fact("room_area", frames, 20.25)
    shard.fact("direction_easy", frames, 60.0, [plant], [bed, desk])
    shard.fact("direction_medium", frames, -160.0, [door], [bed, desk])
    shard.fact("direction_hard", frames, -120.0, [radio], [bed, desk])
    shard.fact("first_seen_order", frames, 1, [bed, desk, wardrobe, radio])
    shard.fact("route_1", frames, 2.0, [bed, desk, door], detail=["turn back"])
    shard.fact("route_2", frames, 4.0, [bed, desk, door, plant], detail=["turn left", "turn back"])
    shard.fact("route_3", frames, 6.0, [bed, desk, door, plant, radio], detail=["turn left", "turn right", "turn left"])
    return frames
