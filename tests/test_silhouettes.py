"""Silhouettes without occluders and borders: exact where objects are small, bounded where they are large."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stages.render import Renderer
from tests.render_scenes import CUBE, SIZE_WH, Extent, K, boxes, frame, looking_along_y


class TestSilhouettes:
    def area(self, pose: np.ndarray, *rows: Extent) -> np.ndarray:
        return Renderer(boxes(*rows)).silhouettes(pose, K, SIZE_WH, range(len(rows)))

    def test_unhidden_object_counts_its_own_pixels(self) -> None:
        mesh = boxes(CUBE)
        pixels = (frame(mesh, looking_along_y()).object_index == 0).sum()
        np.testing.assert_array_equal(Renderer(mesh).silhouettes(looking_along_y(), K, SIZE_WH, [0]), [[pixels, 0]])

    def test_occluders_do_not_count(self) -> None:
        areas = self.area(looking_along_y(), CUBE, ((-2, 1, -2), (2, 1.1, 2)))
        assert areas[0, 0] == 60 * 60

    def test_half_outside(self) -> None:
        # the camera's right border lies at x/z = 80/120; the cube's front face is centred on it
        x = 2.0 * 80 / 120
        ((whole, outside),) = self.area(looking_along_y(), ((x - 0.5, 2, -0.5), (x + 0.5, 2.001, 0.5)))
        assert whole == pytest.approx(3600, rel=0.04)
        assert outside == pytest.approx(whole / 2, rel=0.04)

    def test_large_object_is_sampled_and_cut_at_the_reach(self) -> None:
        ((whole, outside),) = self.area(looking_along_y(), ((-50, 2, -50), (50, 2.1, 50)))
        assert whole == pytest.approx(9 * 160 * 120, rel=0.05)
        assert outside == pytest.approx(8 * 160 * 120, rel=0.05)

    @pytest.mark.parametrize(
        "low_high",
        [
            pytest.param(((-0.5, -3, -0.5), (0.5, -2, 0.5)), id="behind"),
            pytest.param(((30, 2, -0.5), (31, 3, 0.5)), id="far_aside"),
        ],
    )
    def test_unseeable_objects_have_no_area(self, low_high: Extent) -> None:
        np.testing.assert_array_equal(self.area(looking_along_y(), low_high), [[0, 0]])

    def test_object_around_the_camera(self) -> None:
        ((whole, outside),) = self.area(looking_along_y(), ((-0.3, -1, -0.6), (0.3, 2, -0.4)))
        assert whole > 0
        assert 0 < outside < whole

    def test_no_objects(self) -> None:
        assert Renderer(boxes(CUBE)).silhouettes(looking_along_y(), K, SIZE_WH, []).shape == (0, 2)

    def test_object_without_faces(self) -> None:
        mesh = replace(boxes(CUBE), object_ids=["s/0:box_0", "s/0:ghost"])
        np.testing.assert_array_equal(Renderer(mesh).silhouettes(looking_along_y(), K, SIZE_WH, [1]), [[0, 0]])
