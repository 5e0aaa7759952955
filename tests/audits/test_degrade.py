from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.audits.degrade import (
    MonocularNoise,
    SensorNoise,
    decode,
    detected_mask,
    encode,
    monocular_depth,
    sensor_depth,
    sensor_mask,
    tilted,
)

SENSOR = SensorNoise(axial_m=0.0012, axial_per_m=0.0019, step_m=0.001, tear_px=0.8, blind_deg=80, range_m=6, mask_px=2)
CLEAN = SENSOR.model_copy(update={"axial_m": 0.0, "axial_per_m": 0.0, "tear_px": 0.0, "step_m": 1e-6})
GUESS = MonocularNoise(scale=0.05, bend=0.02, smear_px=2, focal=0.03, gravity_deg=1, mask_px=2)
STEP = np.where(np.arange(80) < 40, 1.0, 3.0).astype(np.float32)[None, :].repeat(60, axis=0)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_a_wall_seen_by_a_sensor_keeps_its_place_and_gets_its_noise() -> None:
    wall = np.full((200, 300), 2.0, np.float32)
    seen = sensor_depth(wall, 400.0, SENSOR, rng())
    assert np.isfinite(seen).all()
    assert seen.mean() == pytest.approx(2.0, abs=1e-4)
    assert seen.std() == pytest.approx(0.0012 + 0.0019 * 1.6**2, rel=0.05)
    assert np.allclose(seen / SENSOR.step_m, np.rint(seen / SENSOR.step_m), atol=1e-3)


def test_silhouettes_are_torn_only_where_near_meets_far() -> None:
    seen = sensor_depth(STEP, 400.0, SENSOR.model_copy(update={"blind_deg": 90}), rng())
    mixed = np.abs(seen - STEP) > 1
    assert mixed[:, 37:43].any()
    assert not mixed[:, :30].any()
    assert not mixed[:, 50:].any()


def test_grazing_and_far_surfaces_give_nothing() -> None:
    columns = np.arange(100, dtype=np.float32)
    slanted = (1.0 + 0.05 * columns)[None, :].repeat(20, axis=0)  # slope 0.05 m a pixel at focal 400: tan = 20 / depth
    seen = sensor_depth(slanted, 400.0, CLEAN, rng())
    grazing_deg = np.degrees(np.arctan(0.05 * 400 / slanted))
    assert np.isnan(seen[grazing_deg > 81]).all()
    assert np.isfinite(seen[(grazing_deg < 79)]).all()
    assert np.isnan(sensor_depth(np.full((9, 9), 7.0, np.float32), 400.0, CLEAN, rng())).all()


def test_without_noise_a_sensor_is_exact() -> None:
    wall = np.full((9, 9), 2.5, np.float32)
    assert np.allclose(sensor_depth(wall, 400.0, CLEAN, rng()), wall, atol=1e-5)


def test_a_picture_with_no_depth_stays_without() -> None:
    nothing = np.full((40, 60), np.nan, np.float32)
    assert np.isnan(sensor_depth(nothing, 400.0, SENSOR, rng())).all()


def test_guessed_depth_is_off_by_its_scale_and_smooth_inside() -> None:
    wall = np.full((240, 320), 2.0, np.float32)
    scales = [float(np.log(monocular_depth(wall, GUESS, np.random.default_rng(k)) / 2).mean()) for k in range(400)]
    assert np.std(scales) == pytest.approx(0.05, rel=0.15)
    once = monocular_depth(wall, GUESS, rng())
    assert np.abs(np.diff(once, axis=1)).max() < 0.01
    assert np.log(once).std() == pytest.approx(0.02, rel=0.2)


def test_guessed_depth_has_no_holes_and_smears_edges() -> None:
    holed = STEP.copy()
    holed[10, 10] = np.nan
    seen = monocular_depth(holed, GUESS.model_copy(update={"scale": 0.0, "bend": 0.0}), rng())
    assert np.isfinite(seen).all()
    between = (seen > 1.2) & (seen < 2.8)
    assert between[30].sum() == 2 * GUESS.smear_px
    assert not between[30, :37].any()


@given(st.integers(0, 2**32), st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_tilted_gravity_is_a_unit_vector_near_gravity(seed: int, x: float, y: float, z: float) -> None:
    gravity = np.array([x, y, z]) + np.array([0.0, 2.0, 0.0])
    gravity /= np.linalg.norm(gravity)
    leaning = tilted(gravity, 1.0, np.random.default_rng(seed))
    assert np.linalg.norm(leaning) == pytest.approx(1.0)
    assert leaning @ gravity > np.cos(np.radians(8))
    assert np.allclose(tilted(gravity, 0.0, np.random.default_rng(seed)), gravity)


def test_tilt_has_the_stated_sigma_about_each_axis() -> None:
    down = np.array([0.0, 1.0, 0.0])
    leaning = np.array([tilted(down, 2.0, np.random.default_rng(k)) for k in range(2000)])
    assert np.degrees(np.arctan2(leaning[:, [0, 2]], leaning[:, 1:2])).std(axis=0) == pytest.approx(2.0, rel=0.06)


def square() -> np.ndarray:
    mask = np.zeros((40, 50), np.uint8)
    mask[10:20, 15:35] = 1
    return mask


def test_masks_go_through_rle_with_box_and_area() -> None:
    rle, box_px, area_px = encode(square())
    assert (decode(rle, 40, 50) == square()).all()
    assert box_px == [15, 10, 35, 20]
    assert area_px == 200


def test_sensor_masks_bleed_by_the_stated_reach() -> None:
    _, box_px, _ = encode(sensor_mask(square(), SENSOR))
    assert box_px == [13, 8, 37, 22]
    assert (sensor_mask(square(), SENSOR.model_copy(update={"mask_px": 0})) == square()).all()


def test_detected_masks_grow_and_shrink_but_never_vanish() -> None:
    areas = [int(detected_mask(square(), GUESS, np.random.default_rng(k)).sum()) for k in range(60)]
    assert min(areas) < 200 < max(areas)
    dot = np.zeros((9, 9), np.uint8)
    dot[4, 4] = 1
    assert all(detected_mask(dot, GUESS, np.random.default_rng(k)).any() for k in range(30))
