"""Small annotated shards made by hand: boxes in view space of one level camera."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from stages.relate import RelateParams
from stages.runner import Context
from tests.handmade import table

CONTEXT = Context(seed=1, source="s", shard=0)


@dataclass(frozen=True)
class Thing:
    """One object as seen: name (`<category>_<k>`), centre and size in view space."""

    name: str
    center_v: tuple[float, float, float] | None
    size_v: tuple[float, float, float] = (0.5, 0.5, 0.5)
    yaw_v: float = 0.0
    area_px: float = 5000
    visible_fraction: float | None = 1.0
    crowd: bool = False
    sigma_m: float = 0.01
    symmetry_deg: float | None = 360.0
    also_shows: tuple[str, ...] = ()

    @property
    def category(self) -> str:
        """Name without its number."""
        return self.name.rsplit("_", 1)[0]


def params(**changes: object) -> RelateParams:
    """Generous limits: nothing is sampled out."""
    values: dict[str, object] = {
        "seen": {"min_area_px": 100, "min_visible_fraction": 0.5, "max_truncated_fraction": 0.5},
        "instances": {"min_area_px": 50, "min_visible_fraction": 0.3, "max_truncated_fraction": 0.7},
        "limits": {
            "min_gap_m": 0.1, "min_gap_share": 0.5, "min_bearing_deg": 2, "min_size_ratio": 1.1,
            "min_volume_ratio": 1.1, "contact_m": 0.02,
            "min_distance_m": 0.2,
            "min_margin": dict.fromkeys(
                ("left_of", "above", "in_front_of", "bigger", "taller", "wider", "distance_center",
                 "distance_closest", "nearest_to", "height", "longest_edge", "video_distance", "video_longest_edge",
                 "direction"), 3),
        },
        "rotation": {"min_turn_deg": 20, "per_object": 99},
        "video": {
            "frames": [], "facts_per_clip": 99, "min_leg_m": 0.7, "min_turn_deg": 20, "buffer_deg": 12,
            "clearance_m": 0.2, "min_floor_shown": 0.8, "outline_sigma": 0.05,
        },
        "two_views": {
            "max_frame_gap": 9, "min_shared": 99, "min_turn_deg": 10, "min_shift_m": 0.3, "max_off_axis_deg": 25,
            "max_iou": 0.3, "tries_per_scene": 99, "facts_per_scene": 99,
        },
        "several": {"sets_per_object": 0, "facts_per_view": 0},
        "extent": {"max_truncated_fraction": 0.01, "min_extent_m": 99, "facts_per_view": 0},
        "pairs_per_view": 999, "counts_per_view": 99, "existence_per_view": 99,
    }  # fmt: skip
    return RelateParams.model_validate({**values, **changes})


def shard(
    things: Sequence[Thing] | Mapping[str, Sequence[Thing]], vocabulary: Sequence[str] | None = None
) -> dict[str, pa.Table]:
    """Tables of one scene `s/1`; things by frame, or a list for the single frame `000`."""
    frames = things if isinstance(things, Mapping) else {"000": things}
    scene = {
        "scene_id": "s/1", "source": "s", "kind": "scan", "place_id": "s/1", "upstream_split": None,
        "license": "CC0-1.0", "vocabulary": vocabulary, "floor_polygon_w": None, "floor_by": None,
    }  # fmt: skip
    objects = {thing.name: _object(thing) for listed in frames.values() for thing in listed}
    return {
        "scene": table("scene", [scene]),
        "view": table("view", [_view(frame) for frame in frames]),
        "object": table("object", list(objects.values())),
        "sighting": table("sighting", [_sighting(f, t) for f, listed in frames.items() for t in listed]),
    }


def _view(frame: str) -> dict[str, object]:
    return {
        "view_id": f"s/1/{frame}", "scene_id": "s/1", "frame": int(frame), "image_path": "x.jpg", "width_px": 640,
        "height_px": 480, "intrinsics_px": None, "world_from_cam": None, "gravity_c": None, "depth_path": None,
        "depth_scale_m": None, "captions": None, "intrinsics_by": None, "pose_by": None, "depth_by": None,
        "scale_sigma": None, "tilt_sigma_deg": None,
    }  # fmt: skip


def _object(thing: Thing) -> dict[str, object]:
    boxed = thing.center_v is not None
    return {
        "object_id": f"s/1:{thing.name}", "scene_id": "s/1", "category": thing.category,
        "category_raw": thing.category, "caption": None, "center_w": None, "size_m": None, "world_from_box": None,
        "symmetry_deg": thing.symmetry_deg, "also_shows": list(thing.also_shows),
        "geometry": "exact" if boxed else None, "box_by": None, "sigma_center_m": thing.sigma_m if boxed else None,
        "sigma_size_m": thing.sigma_m if boxed else None,
    }  # fmt: skip


def _sighting(frame: str, thing: Thing) -> dict[str, object]:
    boxed = thing.center_v is not None
    return {
        "view_id": f"s/1/{frame}", "object_id": f"s/1:{thing.name}", "scene_id": "s/1", "box_px": [0, 0, 50, 50],
        "mask_rle": None, "area_px": thing.area_px, "visible_fraction": thing.visible_fraction,
        "truncated_fraction": 0.0, "crowd": thing.crowd, "confidence": 1.0, "detected_by": "given",
        "center_v": thing.center_v, "yaw_v": thing.yaw_v if boxed else None,
        "size_v": thing.size_v if boxed else None, "sigma_center_m": [thing.sigma_m] * 3 if boxed else None,
        "sigma_size_m": [thing.sigma_m] * 3 if boxed else None, "extent_observed": None,
    }  # fmt: skip
