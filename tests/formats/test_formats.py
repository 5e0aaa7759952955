"""The table of formats, the strings of references, and the choice of formats."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pytest

from stages.formats import FORMATS, IMAGE_FORMATS, REFERENCES, TEXT_FORMATS
from stages.formats.choose import Weights, draw, impossible, possible, ways_of
from stages.formats.coordinates import Pointing
from stages.formats.names import Reserved, view_names
from stages.formats.references import REASONS, Places, References, boxes_of, pair_marks, references
from stages.formats.referring import FURTHER, Phrases
from stages.marks.palette import NAMES
from stages.rng import column_keys

BOXES = np.array([[0, 0, 500, 500], [500, 0, 1000, 500], [500, 0, 1000, 500], [10, 10, 10, 900], [100, 200, 300, 400]])
SIZES = np.full((5, 2), 1000)


def refer(second: list[int] | None = None) -> References:
    """Two views: a chair in both, and in the first three more things, two of them in the same box and one too thin."""
    views = np.array([0, 0, 0, 0, 1])
    category = pa.array(["chair", "lamp", "cup", "pole", "chair"])
    caption = pa.array(["red chair", None, None, None, "red chair"], pa.string())
    also_shows = pa.nulls(5, pa.list_(pa.string()))
    reserved = Reserved(frozenset(), frozenset())
    names = view_names(views, category, caption, also_shows, np.zeros(5, dtype=bool), reserved)
    boxes = boxes_of(Pointing(), BOXES.astype(float), SIZES, views)
    mark = np.array([1, 0, -1, -1, 0])
    further = Phrases(dict.fromkeys(FURTHER, pa.nulls(5, pa.string())), np.full(5, -1))
    places = Places(np.arange(5), np.array(second or [-1] * 5), mark)
    return references(places, names, boxes, np.full(5, -1), further)


def test_there_are_nineteen() -> None:
    assert len(FORMATS) == len(set(FORMATS)) == 19
    pairs = {(form.text, form.image) for form in FORMATS}
    assert pairs == {(t, i) for t in TEXT_FORMATS for i in IMAGE_FORMATS} - {("image_based", "original")}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("natural", "the chair", id="natural"),
        pytest.param("caption", "<ref>red chair</ref>", id="caption"),
        pytest.param("region_box", "<ref>region</ref><box>[[0, 0, 500, 500]]</box>", id="region and box"),
        pytest.param("caption_box", "<ref>red chair</ref><box>[[0, 0, 500, 500]]</box>", id="caption and box"),
        pytest.param("marked_box", f"the object in the {NAMES[1]} box", id="colour of a box"),
        pytest.param("marked_mask", f"the object with the {NAMES[1]} mask", id="colour of a mask"),
        pytest.param("marked_number", "region 2", id="number"),
    ],
)
def test_strings(name: str, text: str) -> None:
    found = refer()
    assert found.texts[name][0].as_py() == text
    assert found.reasons[name][0] == 0


def test_an_object_in_two_views_has_a_box_in_each() -> None:
    found = refer(second=[4, -1, -1, -1, -1])
    text = "<box>[[0, 0, 500, 500]]</box> in the first image (<box>[[100, 200, 300, 400]]</box> in the second image)"
    assert found.texts["region_box"][0].as_py() == f"<ref>region</ref>{text}"
    assert found.texts["natural"][0].as_py() == "the chair"


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        pytest.param("region_box", 1, "not_unique", id="same box as another"),
        pytest.param("caption_box", 2, "not_unique", id="same box as another, with caption"),
        pytest.param("region_box", 3, "degenerate_box", id="no width"),
        pytest.param("marked_number", 2, "not_marked", id="no mark"),
    ],
)
def test_reasons(name: str, row: int, reason: str) -> None:
    assert REASONS[refer().reasons[name][row]] == reason


def test_pair_marks_keep_the_first_order_and_close_gaps() -> None:
    found = pair_marks(np.array([0, 0, 0, 1]), np.array([2, 0, 1, 3]), np.array([0, -1, 5, 1]))
    assert found.tolist() == [1, -1, 0, 0]


def images(count: int, masks: bool = True) -> dict[str, np.ndarray]:
    return dict.fromkeys(IMAGE_FORMATS, np.ones(count, dtype=bool)) | {"masks": np.full(count, masks)}


def test_questions_without_objects_are_asked_in_natural_words_on_all_pictures() -> None:
    table = possible(ways_of(np.zeros((1, 0), dtype=np.int64), refer()), images(1))
    assert [FORMATS[k][:2] for k in np.flatnonzero(table[0])] == [("natural", image) for image in IMAGE_FORMATS]


def test_every_slot_must_have_its_reference() -> None:
    table = possible(ways_of(np.array([[0, 0], [0, 2]]), refer()), images(2, masks=False))
    texts = [{FORMATS[k].text for k in np.flatnonzero(row)} for row in table]
    assert texts == [set(TEXT_FORMATS), {"natural", "caption"}]
    assert not any(FORMATS[k].image == "masks" for k in np.flatnonzero(table.any(axis=0)))


def test_impossible_formats_are_named() -> None:
    found = {
        why: rows.tolist() for why, rows in impossible(ways_of(np.array([[0], [2]]), refer()), images(2, masks=False))
    }
    assert found == {
        "format.region_box.not_unique": [1], "format.caption_box.not_unique": [1],
        "format.image_based.not_marked": [1], "format.masks.no_masks": [0, 1],
    }  # fmt: skip


EVEN = np.ones(len(FORMATS))


def test_draw_is_uniform_and_takes_only_possible_ones() -> None:
    table = np.ones((6000, 19), dtype=bool)
    table[:, 3] = False
    questions, forms = draw(table, column_keys(pa.array([str(k) for k in range(6000)])), 3, EVEN)
    assert np.array_equal(np.bincount(questions), np.full(6000, 3))
    counts = np.bincount(forms, minlength=19)
    assert counts[3] == 0
    assert abs(np.delete(counts, 3) - 1000).max() < 130  # 4 sigma


def test_draw_takes_all_when_there_are_few() -> None:
    table = np.zeros((1, 19), dtype=bool)
    table[0, [2, 5]] = True
    assert draw(table, np.array([9], dtype=np.uint64), 19, EVEN)[1].tolist() == [2, 5]


def test_draw_goes_by_weight() -> None:
    """One of two formats is drawn as often as its weight says; one of weight 0 never, even where it is the only one."""
    weights = Weights(
        text=dict.fromkeys(TEXT_FORMATS, 0.0) | {"natural": 3.0, "caption": 1.0},
        image=dict.fromkeys(IMAGE_FORMATS, 0.0) | {"original": 1.0},
    ).of_formats()
    keys = column_keys(pa.array([str(k) for k in range(6000)]))
    _, forms = draw(np.ones((6000, 19), dtype=bool), keys, 1, weights)
    counts = np.bincount(forms, minlength=19)
    assert counts.sum() == 6000
    natural, caption = (FORMATS.index((name, "original", name)) for name in ("natural", "caption"))
    assert abs(counts[natural] - 4500) < 140  # 4 sigma
    assert counts[natural] + counts[caption] == 6000
    assert len(draw(np.arange(19)[None, :] == 2, keys[:1], 4, weights)[0]) == 0


def test_references_have_a_column_per_kind() -> None:
    assert set(refer().texts) == set(refer().reasons) == set(REFERENCES)
    assert all(re.fullmatch(r"[a-z_]+", name) for name in REFERENCES)
