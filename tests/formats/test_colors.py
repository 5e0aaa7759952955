"""Words for colours, and colours measured inside masks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from stages.annotators.colors import ColorParams, measure_colors
from stages.formats.colors import TERMS, lch, term_counts
from tests.tasks.shard import HEIGHT, WIDTH, Shard

PARAMS = ColorParams(measure=True, erode_px=2, min_px=120, min_share=0.7)


def test_lch_of_known_colors() -> None:
    assert lch(np.array([1.0, 1.0, 1.0]))[:2] == pytest.approx([100.0, 0.0], abs=0.1)
    assert lch(np.array([1.0, 0.0, 0.0])) == pytest.approx([53.24, 104.55, 40.0], abs=0.2)
    assert lch(np.array([0.0, 0.0, 1.0])) == pytest.approx([32.30, 133.81, -53.7], abs=0.3)


@pytest.mark.parametrize(
    ("rgb", "term"),
    [
        ((12, 12, 14), "black"), ((126, 127, 126), "grey"), ((245, 244, 243), "white"), ((190, 30, 30), "red"),
        ((236, 160, 175), "pink"), ((238, 130, 20), "orange"), ((110, 70, 40), "brown"), ((225, 205, 165), "beige"),
        ((240, 215, 50), "yellow"), ((60, 140, 60), "green"), ((40, 100, 180), "blue"), ((120, 60, 150), "purple"),
        ((170, 90, 40), None), ((60, 150, 150), None), ((180, 180, 180), None), ((60, 60, 60), None),
    ],
)  # fmt: skip
def test_terms(rgb: tuple[int, int, int], term: str | None) -> None:
    counts = term_counts(np.array([rgb], dtype=np.uint8))
    assert (*TERMS, None)[int(counts.argmax())] == term


def test_no_color_has_two_terms() -> None:
    colors = np.random.default_rng(0).integers(0, 256, (5000, 3), dtype=np.uint8)
    assert term_counts(colors).sum() == len(colors)


def kitchen() -> tuple[Shard, np.ndarray]:
    """Chairs: red, half red and half white, tiny, behind a wrong box, and a lamp that is alone."""
    shard = Shard()
    (view,) = shard.scene("r/1")
    picture = np.full((HEIGHT, WIDTH, 3), 128, dtype=np.uint8)
    boxes = {
        "red": (10, 10, 60, 60),
        "mixed": (100, 10, 150, 60),
        "tiny": (200, 10, 206, 16),
        "lamp": (300, 10, 350, 60),
    }
    for name, (x1, y1, x2, y2) in boxes.items():
        picture[y1:y2, x1:x2] = (190, 30, 30)
        shard.sight(view, shard.object("r/1", name, "lamp" if name == "lamp" else "chair"), (x1, y1, x2, y2))
    picture[10:60, 125:150] = (245, 244, 243)
    return shard, picture


@pytest.mark.parametrize(
    ("measure", "with_picture", "colors"),
    [
        pytest.param(True, True, [None, None, "red", None], id="only what is clear and has company"),
        pytest.param(False, True, [None] * 4, id="not measured"),
        pytest.param(True, False, [None] * 4, id="no picture"),
    ],
)
def test_measured_in_masks(measure: bool, with_picture: bool, colors: list[str | None]) -> None:
    shard, picture = kitchen()

    def pictures(view_ids: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
        return ((view_id, picture) for view_id in view_ids if with_picture)

    table, counts = measure_colors(shard.tables(), pictures, PARAMS.model_copy(update={"measure": measure}))
    assert table.column("object_id").to_pylist() == [f"r/1:{n}" for n in ("lamp", "mixed", "red", "tiny")]
    assert table.column("color").to_pylist() == colors
    assert counts.dropped == ({"color.no_picture": 1} if measure and not with_picture else {})
