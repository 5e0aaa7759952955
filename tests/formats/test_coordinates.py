"""Every coordinate style in every token family is written as its model expects it, and read back."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.formats.coordinates import COORDINATES, TOKENS, Pointing
from stages.formats.references import REASONS, boxes_of
from stages.tasks.samples import FormatParams
from tests.tasks.shard import formats

BOX = np.array([[16.4, 208.0, 172.0, 400.2]])
WIDTH, HEIGHT = np.array([640]), np.array([480])
WAYS = [
    pytest.param(Pointing(COORDINATES[c], TOKENS[t]), id=f"{c} {t}") for c, t in itertools.product(COORDINATES, TOKENS)
]


@pytest.mark.parametrize(
    ("coordinates", "tokens", "text"),
    [
        pytest.param("thousandths", "internvl", "<box>[[26, 433, 269, 834]]</box>", id="InternVL"),
        pytest.param("pixels", "qwen", "<|box_start|>(16,208),(172,400)<|box_end|>", id="Qwen2.5-VL, tokens"),
        pytest.param("pixels", "plain", "[16, 208, 172, 400]", id="Qwen2.5-VL, plain"),
        pytest.param("unit", "plain", "[0.026, 0.433, 0.269, 0.834]", id="0 to 1"),
        pytest.param("point", "internvl", "<box>[[147, 634]]</box>", id="middle"),
        pytest.param("pixel_point", "qwen", "<|box_start|>(94,304)<|box_end|>", id="middle in pixels"),
    ],
)
def test_golden(coordinates: str, tokens: str, text: str) -> None:
    pointing = Pointing(COORDINATES[coordinates], TOKENS[tokens])
    assert pointing.write(pointing.cells(BOX, WIDTH, HEIGHT)).to_pylist() == [text]


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        pytest.param("internvl", "<ref>red chair</ref>", id="InternVL"),
        pytest.param("qwen", "<|object_ref_start|>red chair<|object_ref_end|>", id="Qwen"),
        pytest.param("plain", '"red chair"', id="plain"),
    ],
)
def test_names(tokens: str, text: str) -> None:
    pointing = Pointing(tokens=TOKENS[tokens])
    assert pointing.tag(pa.array(["red chair", None])).to_pylist() == [text, None]
    assert re.fullmatch(pointing.name_pattern, text)[1] == "red chair"  # type: ignore[index]


SIDE = st.floats(-50, 2100, allow_nan=False)


@pytest.mark.parametrize("pointing", WAYS)
@given(boxes=st.lists(st.tuples(SIDE, SIDE, SIDE, SIDE), min_size=1, max_size=5), width=st.integers(1, 2000))
def test_what_is_written_is_read_back(pointing: Pointing, boxes: list[tuple[float, ...]], width: int) -> None:
    boxes_px, count = np.array(boxes), len(boxes)
    cells = pointing.cells(boxes_px, np.full(count, width), np.full(count, 480))
    most = pointing.coordinates.cells
    assert (cells >= 0).all()
    assert (cells[:, 0::2] <= (most or width)).all()
    assert (cells[:, 1::2] <= (most or 480)).all()
    for row, text in zip(cells.tolist(), pointing.write(cells).to_pylist(), strict=True):
        match = re.fullmatch(pointing.place_pattern, text)
        assert match is not None
        assert pointing.read(match.groups()) == tuple(row)


def why(coordinates: str, boxes: list[tuple[float, ...]], views: list[int] | None = None) -> list[str]:
    boxes_px, count = np.array(boxes, dtype=float).reshape(-1, 4), len(boxes)
    sizes_px, numbers = np.full((count, 2), 2000), np.array(views or [0] * count)
    found = boxes_of(Pointing(COORDINATES[coordinates]), boxes_px, sizes_px, numbers)
    return [REASONS[code] for code in found.why]


NEAR = [(100.0, 100.0, 500.0, 500.0), (100.6, 100.6, 500.6, 500.6)]
VASE_ON_TABLE = [(100.0, 100.0, 900.0, 500.0), (420.0, 250.0, 520.0, 350.0)]


@pytest.mark.parametrize(
    ("coordinates", "boxes", "reasons"),
    [
        pytest.param("thousandths", NEAR, ["not_unique"] * 2, id="one box in thousandths"),
        pytest.param("pixels", NEAR, [""] * 2, id="two boxes in pixels"),
        pytest.param("unit", [(5.2, 5.0, 5.8, 90.0)], ["degenerate_box"], id="too thin for three decimals"),
        pytest.param("point", [(5.0, 5.0, 5.4, 90.0)], [""], id="a thin box has a middle"),
        pytest.param("point", [(5.0, 5.0, 5.0, 90.0)], ["degenerate_box"], id="no box"),
        pytest.param("point", VASE_ON_TABLE, ["not_unique", ""], id="the middle of the table is the vase"),
        pytest.param("thousandths", VASE_ON_TABLE, [""] * 2, id="the box of the table is the table's"),
        pytest.param("pixel_point", [], [], id="nothing seen"),
    ],
)
def test_unique_in_its_style(coordinates: str, boxes: list[tuple[float, ...]], reasons: list[str]) -> None:
    assert why(coordinates, boxes) == reasons


@pytest.mark.parametrize("coordinates", COORDINATES)
def test_views_do_not_disturb_each_other(coordinates: str) -> None:
    assert why(coordinates, [NEAR[0], NEAR[0]], [0, 1]) == ["", ""]


def test_unknown_styles_are_named() -> None:
    good = formats(coordinates="pixels", tokens="qwen")
    assert FormatParams.model_validate(good).pointing == Pointing(COORDINATES["pixels"], TOKENS["qwen"])
    with pytest.raises(ValueError, match="Did you mean 'pixels'"):
        FormatParams.model_validate(good | {"coordinates": "pixel"})
