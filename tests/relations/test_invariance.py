"""What must not change a fact: a world turned or moved, other lengths, names, axes, tilt of the camera; and mirrors.

All the way from boxes in the world and poses: `place_in_view_space`, then `relate`, nothing sampled out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import TopologicalSorter
from itertools import combinations, permutations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.annotate import place_in_view_space
from stages.geometry.frames import gravity_of_pose
from stages.relate import RelateParams, relate
from stages.tasks.base import UNITS
from stages.tasks.lengths import DECIMALS, PER_METRE, in_unit, number_text
from tests import handmade
from tests.relations.scenes import CONTEXT, params

Fact = tuple[tuple[str, ...], tuple[str, ...], float, float | None]
Facts = dict[str, Fact]
WIDTH_PX, FOCAL_PX, SIGMA_M = 640, 300.0, 0.01
COMPARED = ("left_of", "above", "in_front_of", "bigger", "taller", "wider")
SIDES = {"left_of": ("left_of", 0), "right_of": ("left_of", 1), "in_front_of": ("in_front_of", 0),
         "behind": ("in_front_of", 1)}  # fmt: skip


@dataclass(frozen=True)
class World:
    """Boxes in the world, one posed camera, and the column of the middle of each silhouette."""

    names: tuple[str, ...]
    center_w: np.ndarray
    size_m: np.ndarray
    world_from_box: np.ndarray
    world_from_cam: np.ndarray
    middle_px: np.ndarray
    sigma_m: float = SIGMA_M


def about(axis: int, degrees: float) -> np.ndarray:
    """Rotation about x, y or z."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.eye(3)
    one, two = [k for k in range(3) if k != axis]
    turn[[one, two], [one, two]] = c
    turn[one, two], turn[two, one] = (-s, s) if axis != 1 else (s, -s)
    return turn


LEVEL = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])  # looks along +y


def world_of(rows: Mapping[str, Sequence[float]], pitch_deg: float = 0.0) -> World:
    """World from rows (x, y, z, first, second, up, yaw, tilt) before a camera at the origin."""
    table = np.array(list(rows.values()), dtype=np.float64).reshape(-1, 8)
    pose = np.eye(4)
    pose[:3, :3] = about(0, pitch_deg) @ LEVEL
    return World(
        names=tuple(rows),
        center_w=table[:, :3],
        size_m=table[:, 3:6],
        world_from_box=np.array([about(2, yaw) @ about(0, tilt) for yaw, tilt in table[:, 6:]]).reshape(-1, 3, 3),
        world_from_cam=pose,
        middle_px=np.rint(WIDTH_PX / 2 + FOCAL_PX * table[:, 0] / table[:, 1]),
    )


def tables(world: World) -> dict[str, pa.Table]:
    """Tables of scene `s/1` with one view, sightings placed in view space."""
    gravity_c = gravity_of_pose(world.world_from_cam[None])[0].tolist()
    view = handmade.view("s/1/000", width_px=WIDTH_PX, height_px=480, gravity_c=gravity_c,
                         world_from_cam=world.world_from_cam.ravel().tolist())  # fmt: skip
    objects, sightings = [], []
    for k, name in enumerate(world.names):
        objects.append(handmade.empty_row("object") | {
            "object_id": f"s/1:{name}", "scene_id": "s/1", "category": name.split("_")[0], "category_raw": name,
            "center_w": world.center_w[k].tolist(), "size_m": world.size_m[k].tolist(), "geometry": "exact",
            "world_from_box": world.world_from_box[k].ravel().tolist(), "sigma_center_m": world.sigma_m,
            "sigma_size_m": world.sigma_m,
        })  # fmt: skip
        middle = float(world.middle_px[k])
        sightings.append(handmade.sighting(name, [middle - 20, 0, middle + 20, 40], "s/1/000", area_px=5000.0,
                                           visible_fraction=1.0, truncated_fraction=0.0))  # fmt: skip
    made = {
        "scene": handmade.table("scene", [handmade.scene("s/1", vocabulary=["chair", "cup", "lamp", "table"])]),
        "view": handmade.table("view", [view]), "object": handmade.table("object", objects),
        "sighting": handmade.table("sighting", sightings),
    }  # fmt: skip
    return {**made, "sighting": place_in_view_space(made)[0]}


def limits_of(scale: float = 1.0, sets: int = 3) -> RelateParams:
    """Generous limits, those in metres times `scale`; nothing is sampled out."""
    generous = params(several={"sets_per_object": sets, "facts_per_view": 999})
    lengths = {n: scale * getattr(generous.limits, n) for n in ("min_gap_m", "contact_m", "min_distance_m")}
    extent = {"max_truncated_fraction": 0.01, "min_extent_m": 0.05 * scale, "facts_per_view": 999}
    return params(
        limits={**generous.limits.model_dump(), **lengths}, several=generous.several.model_dump(), extent=extent
    )


def facts_of(world: World, limits: RelateParams | None = None) -> Facts:
    """Subjects, references, value and margin by fact id."""
    stated = relate(tables(world), limits or limits_of(), CONTEXT).tables["fact"].to_pylist()
    return {
        row["fact_id"].split(":", 1)[1]: (
            _names(row["subject_ids"]), _names(row["reference_ids"]), row["value"], row["margin"]
        ) for row in stated
    }  # fmt: skip


def _names(ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(i.split(":")[1] for i in ids)


def of(kind: str, facts: Facts) -> list[Fact]:
    return [fact for name, fact in facts.items() if name.split(":")[0] == kind]


def assert_same(found: Facts, expected: Facts) -> None:
    """Same facts about the same objects, values and margins but for rounding."""
    assert set(found) == set(expected)
    for name, (subjects, references, value, margin) in expected.items():
        assert found[name][:2] == (subjects, references), name
        assert found[name][2] == pytest.approx(value, rel=1e-6, abs=1e-9), name
        assert found[name][3] == (None if margin is None else pytest.approx(margin, rel=1e-6, abs=1e-9)), name


def hundredths(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers on a grid: differences often meet a threshold exactly."""
    return st.integers(round(low * 100), round(high * 100)).map(lambda k: k / 100)


def rows(tilt: st.SearchStrategy[float]) -> st.SearchStrategy[dict[str, tuple[float, ...]]]:
    names = st.sampled_from([f"{c}_{k}" for c in ("chair", "table", "lamp") for k in range(3)])
    yaw = st.one_of(st.sampled_from((0.0, 30.0, 45.0, 90.0, 180.0)), st.floats(-180, 180))
    row = st.tuples(hundredths(-4, 4), hundredths(0.5, 8), hundredths(-2, 2), *[hundredths(0.1, 2)] * 3, yaw, tilt)
    return st.dictionaries(names, row, min_size=2, max_size=6)


upright_rows = rows(st.just(0.0))
any_rows = rows(st.one_of(st.just(0.0), st.sampled_from((45.0, 90.0, -30.0)), st.floats(-90, 90)))
few = settings(max_examples=12)


def turned(world: World, yaw_deg: float, shift: Sequence[float] = (0.0, 0.0, 0.0)) -> World:
    """The world with its camera, turned about the vertical and moved."""
    turn, pose = about(2, yaw_deg), world.world_from_cam.copy()
    pose[:3, :3], pose[:3, 3] = turn @ pose[:3, :3], turn @ pose[:3, 3] + shift
    return replace(
        world, center_w=world.center_w @ turn.T + shift, world_from_box=turn @ world.world_from_box, world_from_cam=pose
    )


@few
@given(any_rows, st.floats(-180, 180), st.tuples(*[st.floats(-100, 100)] * 3))
def test_turning_and_moving_the_world_changes_nothing(
    listed: dict[str, tuple[float, ...]], yaw_deg: float, shift: tuple[float, float, float]
) -> None:
    world = world_of(listed, -15.0)
    assert_same(facts_of(turned(world, yaw_deg, shift)), facts_of(world))


@few
@given(any_rows, st.floats(-60, 60), st.floats(-180, 180))
def test_pitch_and_roll_of_the_camera_change_nothing(
    listed: dict[str, tuple[float, ...]], pitch_deg: float, roll_deg: float
) -> None:
    """The picture is another one, so the middles of silhouettes are kept as they were."""
    world = world_of(listed)
    pose = world.world_from_cam.copy()
    pose[:3, :3] = about(0, pitch_deg) @ LEVEL @ about(2, roll_deg)
    assert_same(facts_of(replace(world, world_from_cam=pose)), facts_of(world))


@few
@given(any_rows, st.one_of(st.sampled_from((0.25, 0.5, 2.0, 4.0)), st.floats(0.2, 5)))
def test_lengths_scale_and_comparisons_stay(listed: dict[str, tuple[float, ...]], scale: float) -> None:
    world = world_of(listed)
    pose = world.world_from_cam.copy()
    pose[:3, 3] *= scale
    larger = replace(
        world, center_w=world.center_w * scale, size_m=world.size_m * scale, world_from_cam=pose,
        sigma_m=world.sigma_m * scale,
    )  # fmt: skip
    expected = {}
    for name, (subjects, references, value, margin) in facts_of(world).items():
        kind = name.split(":")[0]
        power = 3 if kind == "bigger" else 0 if kind.startswith(("count", "exists")) else 1
        expected[name] = (subjects, references, value * scale**power, margin)
    assert_same(facts_of(larger, limits_of(scale)), expected)


def mirrored(world: World) -> World:
    """The world in a mirror that stands along the line of sight: the picture is flipped."""
    flip = np.diag([-1.0, 1.0, 1.0])
    pose = world.world_from_cam.copy()
    pose[:3, :3], pose[:3, 3] = flip @ pose[:3, :3] @ flip, flip @ pose[:3, 3]
    return replace(
        world, center_w=world.center_w @ flip, world_from_box=flip @ world.world_from_box @ flip, world_from_cam=pose,
        middle_px=WIDTH_PX - world.middle_px,
    )  # fmt: skip


@few
@given(any_rows)
def test_a_mirror_swaps_left_and_right_and_nothing_else(listed: dict[str, tuple[float, ...]]) -> None:
    world = world_of(listed, -10.0)
    expected = {}
    for name, (subjects, references, value, margin) in facts_of(world).items():
        kind, rest = name.split(":", 1)
        if kind == "left_of":
            rest, subjects, references = ".".join([*references, *subjects]), references, subjects
        elif kind.endswith(("_left_of", "_right_of")):
            kind = kind.replace("left", "?").replace("right", "left").replace("?", "right")
        expected[f"{kind}:{rest}"] = (subjects, references, value, margin)
    assert_same(facts_of(mirrored(world)), expected)


@few
@given(upright_rows, st.permutations(range(3)), st.integers(0, 3))
def test_how_a_box_is_written_down_changes_nothing(
    listed: dict[str, tuple[float, ...]], order: list[int], flips: int
) -> None:
    """The same box by other axes, in another order and pointing the other way."""
    world = world_of(listed)
    signs = np.array([1 - 2 * (flips & 1), 1 - (flips & 2), 1])
    axes = (world.world_from_box * signs)[:, :, order]
    axes[:, :, 0] *= np.sign(np.linalg.det(axes))[:, None] if len(axes) else 1
    assert_same(facts_of(replace(world, size_m=world.size_m[:, order], world_from_box=axes)), facts_of(world))


@few
@given(any_rows, st.integers(0, 10**6))
def test_names_decide_nothing_but_the_order_of_pairs(listed: dict[str, tuple[float, ...]], seed: int) -> None:
    """Comparisons are antisymmetric, distances symmetric: whichever object comes first, the same is said of both."""
    renamed: dict[str, str] = {}
    for category in ("chair", "table", "lamp"):
        names = sorted(name for name in listed if name.startswith(category))
        others = np.random.default_rng(seed).permutation(len(names))
        renamed |= {name: f"{category}_{9 - k}" for name, k in zip(names, others.tolist(), strict=True)}
    kinds = (*COMPARED, "distance_center", "distance_closest")
    before, after = facts_of(world_of(listed)), facts_of(world_of({renamed[n]: row for n, row in listed.items()}))
    for kind in kinds:
        said = {_pair(kind, renamed[a], renamed[b]): value for (a,), (b,), value, _ in of(kind, before)}
        again = {_pair(kind, a, b): value for (a,), (b,), value, _ in of(kind, after)}
        assert again == pytest.approx(said, rel=1e-9), kind
        assert not {(b, a) for a, b in again} & set(again)


def _pair(kind: str, a: str, b: str) -> tuple[str, str]:
    return (a, b) if kind in COMPARED or a < b else (b, a)


@few
@given(any_rows)
def test_comparisons_have_no_cycles(listed: dict[str, tuple[float, ...]]) -> None:
    facts = facts_of(world_of(listed))
    for kind in COMPARED:
        before: dict[str, set[str]] = defaultdict(set)
        for (a,), (b,), _, _ in of(kind, facts):
            before[b].add(a)
        TopologicalSorter(before).prepare()  # raises CycleError
    for order, _, _, _ in of("depth_order", facts):
        for pair in combinations(order, 2):
            assert f"in_front_of:{'.'.join(pair)}" in facts
    for (nearest,), others, _, _ in of("nearest_to_camera", facts):
        assert all(f"in_front_of:{nearest}.{other}" in facts for other in others)


@few
@given(any_rows)
def test_facts_of_different_kinds_agree(listed: dict[str, tuple[float, ...]]) -> None:
    facts = facts_of(world_of(listed))
    for side, (relation, place) in SIDES.items():
        for (anchor,), found in [(f[1], f) for kind in ("exists", "count") for f in of(f"{kind}_{side}", facts)]:
            pairs = {(f[0][0], f[1][0]) for f in of(relation, facts)}
            for name in found[0] if found[2] > 0 else ():
                assert ((name, anchor) if place == 0 else (anchor, name)) in pairs
    for (nearest,), (anchor, *others), _, _ in of("nearest_to", facts):
        gaps = {frozenset((a, b)): value for (a,), (b,), value, _ in of("distance_closest", facts)}
        known = [gaps[pair] for pair in (frozenset((anchor, other)) for other in others) if pair in gaps]
        if frozenset((anchor, nearest)) in gaps:
            assert gaps[frozenset((anchor, nearest))] < min(known, default=np.inf)
    apart = {frozenset((a, b)): value for (a,), (b,), value, _ in of("distance_center", facts)}
    for a, b, c in permutations(listed, 3):
        if all(frozenset(pair) in apart for pair in ((a, b), (b, c), (a, c))):
            assert apart[frozenset((a, c))] <= apart[frozenset((a, b))] + apart[frozenset((b, c))] + 1e-9
    for name, (_, _, value, _) in facts.items():
        if name.startswith("distance_closest:") and name.replace("closest", "center") in facts:
            assert value <= facts[name.replace("closest", "center")][2]


@given(st.floats(0.04, 60))
def test_units_give_the_same_length(metres: float) -> None:
    """Read back, the answers in metres, centimetres and feet differ from the fact by half of their last digit."""
    for unit in range(len(UNITS)):
        (said,) = number_text(in_unit(np.array([metres]), np.array([unit]))).to_pylist()
        assert float(said) / PER_METRE[unit] == pytest.approx(
            metres, abs=(0.5 + 1e-6) * 10.0 ** -DECIMALS[unit] / PER_METRE[unit]
        )


SMALL, CUBE = (0.05, 0.05, 0.05, 0.0, 0.0), (0.5, 0.5, 0.5, 0.0, 0.0)
AT_THRESHOLDS = [
    pytest.param(CUBE, (-1.0, 4.0), (1.1, 4.0), "nearest_to:chair_0.table_0", id="lead of the nearest: min_gap_m"),
    pytest.param(CUBE, (-0.7, 4.0), (2.0, 4.0), "distance_closest:chair_0.table_0", id="gap: min_distance_m"),
    pytest.param(SMALL, (0.0, 3.9), (2.0, 4.0), "in_front_of:chair_0.table_0", id="depth differs by min_gap_m"),
]


@pytest.mark.parametrize(("box", "chair", "lamp", "fact"), AT_THRESHOLDS)
def test_facts_at_a_threshold_stay_wherever_the_world_is_turned(
    box: tuple[float, ...], chair: tuple[float, float], lamp: tuple[float, float], fact: str
) -> None:
    """Last bits differ from turn to turn, and decide nothing."""
    places = {"table_0": (0.0, 4.0), "chair_0": chair, "lamp_0": lamp, "cup_0": (0.0, 7.0)}
    world = world_of({name: (*place, 0.0, *box) for name, place in places.items()})
    stated = [any(name.startswith(fact) for name in facts_of(turned(world, yaw))) for yaw in range(0, 180, 7)]
    assert all(stated)
