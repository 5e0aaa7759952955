"""Real depth: one surface lifted from two frames: `python -m benchmarks.real_depth [FOLDER]`.

FOLDER (default: environment variable ENGINE_SAMPLES, else `../shared/data`) holds `7scenes`, `hololens` and `replica`.
Regions of a frame are found in its depth alone (`benchmarks/regions.py`) and lifted by `stages.lifting` in each of two
frames, without poses, as boxes of single views; poses only compare the boxes. Two ways to choose the pixels:

- `same`: pixels of both frames that show the same surface, carried over by pose and depth;
- `own`: regions of each frame, found without the other, where they overlap by at least 70 %.

Each frame is paired with the last four that show at least 30 % of its depth, and it of theirs, from at least 2 cm
or 2 degrees away. One-sided regions (upright, one direction) must be flagged: their depth cannot be known.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml
from pycocotools import mask as coco_mask

from benchmarks.posed_rgbd import SETS, Frame, PosedSet
from benchmarks.regions import RegionLimits, carry, normals_of, points_of, regions_of, same_surface
from benchmarks.vsi_bench_truth import samples_folder
from stages.geometry.frames import gravity_of_pose, view_from_cam
from stages.lifting.lift import lift
from stages.lifting.params import DepthKind, LiftParams
from stages.schema.tables import TABLES

LIMITS = RegionLimits()
CHOICES = ("same", "own")
PARTNERS, SPARSE_PX = 4, 4
MIN_SEEN, MIN_MOVE_M, MIN_TURN_DEG = 0.3, 0.02, 2.0  # of pairs
MIN_OVERLAP = 0.7  # of regions found in both frames, intersection over union
ONE_SIDE_DEG, ONE_SIDE_SHARE = 20.0, 0.9
LONG = 1.3  # ratio of horizontal extents from which a turn means something


@dataclass(frozen=True)
class Box:
    """Upright box of one view, in the world.

    Attributes:
        center_w: Metres.
        size_m: Along the first, the second axis and up.
        yaw_deg: Turn of the first axis.
        sigma_center_w: 1-sigma along the world axes, as a covariance.
        sigma_size_m: 1-sigma of each extent.
        observed: Whether its extents count as seen.
    """

    center_w: np.ndarray
    size_m: np.ndarray
    yaw_deg: float
    covariance_w: np.ndarray
    sigma_size_m: np.ndarray
    observed: bool


@dataclass(frozen=True)
class Agreement:
    """Two boxes of one region.

    Attributes:
        center_m: Distance of their centres.
        size_rel: Relative difference of the extents: both horizontal ones and the vertical one.
        yaw_deg: Difference of their turns, modulo 90 degrees.
        sigmas: |difference| over joint 1-sigma: three coordinates of the centre, three extents.
        observed: Whether the extents count as seen in the first and in the second frame.
        long: Whether one horizontal extent is clearly the longer.
    """

    center_m: float
    size_rel: np.ndarray
    yaw_deg: float
    sigmas: np.ndarray
    observed: tuple[bool, bool]
    long: bool


@dataclass
class Compared:
    """What a set gave: agreements, regions of which a frame gave no box, and pairs of frames."""

    rows: list[Agreement] = field(default_factory=list)
    lost: int = 0
    pairs: int = 0


def main(folder: Path, only: Sequence[str] = tuple(SETS), most_frames: int | None = None) -> dict[str, dict[str, Any]]:
    """Print a table and the figures as JSON."""
    params = lift_params()
    found = {}
    for name in only:
        posed = SETS[name](folder / name)
        sides = one_sided_boxes(posed, params, most_frames)
        found[name] = {
            "frames": len(posed.frames), "up_off_deg": posed.stated_up_off_deg, "one_sided": len(sides),
            "one_sided_not_flagged": sum(box.observed for box in sides),
        }  # fmt: skip
        print(f"{name}:", ", ".join(f"{k} {v:.3g}" for k, v in found[name].items()))
        for choice, compared in compare(posed, params, most_frames).items():
            found[f"{name}, {choice}"] = {"pairs": compared.pairs, "no_box": compared.lost, **figures(compared.rows)}
    table = {name: row for name, row in found.items() if "pairs" in row}
    print(f"{'':28}", *(f"{name:>15}" for name in table))
    for key in next(iter(table.values())):
        print(f"{key:28}", *(f"{row[key]:>15.4g}" for row in table.values()))
    print(json.dumps(found).replace("NaN", "null"))
    return found


def lift_params() -> LiftParams:
    """Section `annotate.lift` of the project's parameters."""
    text = (Path(__file__).parents[1] / "params.yaml").read_text()
    return LiftParams.model_validate(yaml.safe_load(text)["annotate"]["lift"])


def compare(posed: PosedSet, params: LiftParams, most_frames: int | None = None) -> dict[str, Compared]:
    """Boxes of all regions in all pairs, by how their pixels are chosen."""
    frames = posed.frames[:most_frames]
    numbers = [regions_of(f.depth_m, f.intrinsics_px, LIMITS) for f in frames]
    found = {choice: Compared() for choice in CHOICES}
    for a, b in pairs_of(frames):
        masks = region_masks(frames[a], frames[b], numbers[a], numbers[b])
        for choice, compared in found.items():
            chosen = [by[choice] for by in masks if choice in by]
            boxes_a = lift_masks(frames[a], [m[0] for m in chosen], posed.depth_by, params)
            boxes_b = lift_masks(frames[b], [m[1] for m in chosen], posed.depth_by, params)
            compared.pairs += 1
            for box_a, box_b in zip(boxes_a, boxes_b, strict=True):
                if box_a is None or box_b is None:
                    compared.lost += 1
                else:
                    compared.rows.append(agreement(box_a, box_b))
    return found


def one_sided_boxes(posed: PosedSet, params: LiftParams, most_frames: int | None = None) -> list[Box]:
    """Boxes of all regions that are one upright side, frame by frame."""
    found: list[Box] = []
    for frame in posed.frames[:most_frames]:
        numbers = regions_of(frame.depth_m, frame.intrinsics_px, LIMITS)
        masks = [numbers == n for n in sorted(one_sided_regions(frame, numbers))]
        found += [box for box in lift_masks(frame, masks, posed.depth_by, params) if box is not None]
    return found


def pairs_of(frames: Sequence[Frame]) -> list[tuple[int, int]]:
    """Each frame with the last few that still show enough of it, and it of them, from another place."""
    pairs = []
    for a, frame in enumerate(frames):
        partners = [b for b in range(a + 1, len(frames)) if worth_comparing(frame, frames[b])]
        pairs += [(a, b) for b in partners[-PARTNERS:]]
    return pairs


def worth_comparing(a: Frame, b: Frame) -> bool:
    """Tell whether the frames show enough of the same from different places."""
    b_from_a = np.linalg.inv(b.world_from_cam) @ a.world_from_cam
    turn_deg = np.degrees(np.arccos(np.clip((np.trace(b_from_a[:3, :3]) - 1) / 2, -1, 1)))
    if np.linalg.norm(b_from_a[:3, 3]) < MIN_MOVE_M and turn_deg < MIN_TURN_DEG:
        return False
    fx, fy, cx, cy = (v / SPARSE_PX for v in a.intrinsics_px)
    one, two = a.depth_m[::SPARSE_PX, ::SPARSE_PX], b.depth_m[::SPARSE_PX, ::SPARSE_PX]
    shown = (same_surface(one, two, b_from_a, (fx, fy, cx, cy)),
             same_surface(two, one, np.linalg.inv(b_from_a), (fx, fy, cx, cy)))  # fmt: skip
    return all((s >= 0).sum() >= MIN_SEEN * np.isfinite(d).sum() for s, d in zip(shown, (one, two), strict=True))


def region_masks(
    a: Frame, b: Frame, numbers_a: np.ndarray, numbers_b: np.ndarray
) -> list[dict[str, tuple[np.ndarray, np.ndarray]]]:
    """Masks in both frames of each region of the first: of the same surface, and of each frame's own region."""
    b_from_a = np.linalg.inv(b.world_from_cam) @ a.world_from_cam
    seen_a, seen_b = carry(numbers_a, a.depth_m, b.depth_m, b_from_a, a.intrinsics_px)
    found = []
    for number in range(1, int(numbers_a.max()) + 1):
        whole, mask_a, mask_b = numbers_a == number, seen_a == number, seen_b == number
        if mask_a.sum() < LIMITS.min_carried * whole.sum() or mask_b.sum() < LIMITS.min_area_px:
            continue
        masks = {"same": (mask_a, mask_b)}
        own = numbers_b == np.bincount(numbers_b[mask_b], minlength=2)[1:].argmax() + 1
        if (own & mask_b).sum() >= MIN_OVERLAP * (own | mask_b).sum():
            masks["own"] = (whole, own)
        found.append(masks)
    return found


def lift_masks(frame: Frame, masks: Sequence[np.ndarray], depth_by: DepthKind, params: LiftParams) -> list[Box | None]:
    """Lift every mask of a frame by the engine's own stage; None where it gives no box."""
    if not masks:
        return []
    view_id = f"real/0/{int(frame.name)}"
    gravity_c = gravity_of_pose(frame.world_from_cam[None])[0]
    height, width = frame.depth_m.shape
    ids = [f"real/0:{k:04d}" for k in range(len(masks))]
    view = _row("view", view_id=view_id, scene_id="real/0", frame=int(frame.name), width_px=width, height_px=height,
                intrinsics_px=list(frame.intrinsics_px), gravity_c=gravity_c.tolist(), depth_scale_m=0.001,
                depth_by=depth_by, pose_by="given")  # fmt: skip
    objects = [_row("object", object_id=i, scene_id="real/0", category="thing", category_raw="thing") for i in ids]
    sightings = [
        _row("sighting", view_id=view_id, object_id=i, scene_id="real/0", crowd=False, confidence=1.0,
             detected_by="depth", **_mask_columns(mask))
        for i, mask in zip(ids, masks, strict=True)
    ]  # fmt: skip
    tables = {name: pa.Table.from_pylist(rows, schema=TABLES[name].schema)
              for name, rows in (("view", [view]), ("object", objects), ("sighting", sightings))}  # fmt: skip
    result = lift(tables, lambda view_ids: iter([(view_id, frame.depth_m)]), params)
    world_from_view = frame.world_from_cam.copy()
    world_from_view[:3, :3] = frame.world_from_cam[:3, :3] @ view_from_cam(gravity_c[None])[0].T
    return [_box(row, world_from_view) for row in result.tables["sighting"].to_pylist()]


def _row(table: str, **values: Any) -> dict[str, Any]:
    return {c.name: None for c in TABLES[table].columns} | values


def _mask_columns(mask: np.ndarray) -> dict[str, Any]:
    rle = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    x, y, width, height = (float(v) for v in coco_mask.toBbox(rle))
    return {"mask_rle": rle["counts"], "area_px": float(mask.sum()), "box_px": [x, y, x + width, y + height]}


def _box(sighting: dict[str, Any], world_from_view: np.ndarray) -> Box | None:
    if sighting["center_v"] is None:
        return None
    rotation, yaw = world_from_view[:3, :3], sighting["yaw_v"]
    first_w = rotation @ np.array([np.cos(yaw), np.sin(yaw), 0.0])
    return Box(
        rotation @ sighting["center_v"] + world_from_view[:3, 3],
        np.array(sighting["size_v"]),
        float(np.degrees(np.arctan2(first_w[1], first_w[0]))),
        rotation @ np.diag(np.square(sighting["sigma_center_m"])) @ rotation.T,
        np.array(sighting["sigma_size_m"]),
        sighting["extent_observed"],
    )


def agreement(a: Box, b: Box) -> Agreement:
    """Compare two boxes; the second's horizontal sides are named after the first's."""
    apart = (b.yaw_deg - a.yaw_deg) % 180
    order = [1, 0, 2] if 45 < apart < 135 else [0, 1, 2]
    size_b, sigma_b = b.size_m[order], b.sigma_size_m[order]
    shift, size_shift = b.center_w - a.center_w, size_b - a.size_m
    sigma_center = np.sqrt(np.diag(a.covariance_w) + np.diag(b.covariance_w))
    return Agreement(
        float(np.linalg.norm(shift)),
        np.abs(size_shift) / np.maximum((size_b + a.size_m) / 2, 1e-9),
        float(abs((apart + 45) % 90 - 45)),
        np.abs(np.concatenate([shift / sigma_center, size_shift / np.hypot(a.sigma_size_m, sigma_b)])),
        (a.observed, b.observed),
        bool(min(s[:2].max() / max(s[:2].min(), 1e-9) for s in (a.size_m, b.size_m)) > LONG),
    )


def one_sided_regions(frame: Frame, numbers: np.ndarray) -> set[int]:
    """Regions that are one upright side: nearly all of their normals level, and in one direction."""
    normals_c = normals_of(points_of(frame.depth_m, frame.intrinsics_px), frame.intrinsics_px)
    known = np.isfinite(normals_c).all(axis=-1)
    found = set()
    for number in range(1, int(numbers.max()) + 1):
        normals_w = normals_c[known & (numbers == number)] @ frame.world_from_cam[:3, :3].T
        mean = normals_w.mean(axis=0)
        near = normals_w @ (mean / np.linalg.norm(mean)) > np.cos(np.radians(ONE_SIDE_DEG))
        level = np.abs(normals_w[:, 2]) < np.sin(np.radians(ONE_SIDE_DEG))
        if (near & level).mean() >= ONE_SIDE_SHARE:
            found.add(number)
    return found


def figures(rows: Sequence[Agreement]) -> dict[str, float]:
    """Summarise; extents and yaw of regions whose extents count as seen in both frames."""
    both = [r for r in rows if all(r.observed)]
    out: dict[str, float] = {
        "regions": len(rows),
        "observed_in_both": len(both),
        "observed_in_one": sum(r.observed[0] != r.observed[1] for r in rows),
    }
    for name, of in (("all", rows), ("observed", both)):
        out |= _quantiles(f"center_m, {name}", [r.center_m for r in of])
    out |= _quantiles("level_extent_rel", [v for r in both for v in r.size_rel[:2]])
    out |= _quantiles("height_rel", [r.size_rel[2] for r in both])
    out |= _quantiles("yaw_deg, long", [r.yaw_deg for r in both if r.long])
    for name, of in (("all", rows), ("observed", both)):
        for what, part in (("center", slice(0, 3)), ("size", slice(3, 6))):
            values = np.array([r.sigmas[part] for r in of]).ravel()
            for limit in (1, 3):
                out[f"{what} < {limit} sigma, {name}"] = float((values < limit).mean()) if len(values) else np.nan
    return out


def _quantiles(name: str, values: Sequence[float]) -> dict[str, float]:
    parts = (("median", 0.5), ("p90", 0.9))
    return {f"{name}, {part}": float(np.quantile(values, q)) if len(values) else np.nan for part, q in parts}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else samples_folder())
