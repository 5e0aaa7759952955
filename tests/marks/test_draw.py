"""Marks land where they belong and leave the rest of the picture alone."""

from __future__ import annotations

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from stages.marks.draw import BadMask, Canvas, Mark, draw
from stages.marks.palette import COLORS_RGB, PALETTE
from stages.marks.places import Area, place_labels

GREY = np.full((120, 160, 3), 128, dtype=np.uint8)


def disc(x: int, y: int, radius: int) -> Mark:
    ys, xs = np.mgrid[:120, :160]
    mask = np.asfortranarray(((xs - x) ** 2 + (ys - y) ** 2 <= radius**2).astype(np.uint8))
    box = (x - radius, y - radius, x + radius + 1, y + radius + 1)
    return Mark(box, coco_mask.encode(mask)["counts"])


def test_original_is_a_copy() -> None:
    found = draw(GREY, "original", [disc(40, 40, 20)])
    assert np.array_equal(found, GREY)
    assert found is not GREY


@pytest.mark.parametrize("style", ["boxes", "masks", "numbers"])
def test_input_is_left_alone(style: str) -> None:
    before = GREY.copy()
    assert not np.array_equal(draw(GREY, style, [disc(40, 40, 20)]), GREY)
    assert np.array_equal(GREY, before)


def test_boxes_run_along_the_edges() -> None:
    found = draw(GREY, "boxes", [Mark((30, 20, 91, 81))])
    for x, y in ((30, 50), (90, 50), (60, 20), (60, 80)):
        assert tuple(found[y, x]) == COLORS_RGB[0]
    assert (found[30:70, 40:80] == 128).all(), "the inside stays as it is"
    assert (found[:, 100:] == 128).all(), "the outside stays as it is"


def test_masks_tint_the_mask_only() -> None:
    found = draw(GREY, "masks", [disc(40, 40, 20), disc(110, 70, 20)])
    for place, (x, y) in enumerate(((40, 40), (110, 70))):
        shift = found[y, x].astype(int) - 128
        assert (np.sign(shift) == np.sign(np.array(COLORS_RGB[place]) - 128)).all()
    changed = (found != GREY).any(axis=2)
    ys, xs = np.nonzero(changed)
    distance = np.minimum(np.hypot(xs - 40, ys - 40), np.hypot(xs - 110, ys - 70))
    assert distance.max() < 23


def test_small_marks_stay_visible_on_large_ones() -> None:
    """Where masks overlap, the small one alone is seen: a mixed colour would have another name."""
    found = draw(GREY, "masks", [disc(60, 60, 12), disc(60, 60, 50)])
    alone = draw(GREY, "masks", [disc(60, 60, 12)])
    ys, xs = np.mgrid[:120, :160]
    small = (xs - 60) ** 2 + (ys - 60) ** 2 <= 12**2
    assert np.array_equal(found[small], alone[small])
    assert not np.array_equal(found[30, 60], GREY[30, 60])


def test_a_mask_hidden_by_another_is_boxed() -> None:
    """It keeps a mark, and the colour of the other stays pure."""
    found = draw(GREY, "masks", [disc(60, 60, 20), disc(60, 60, 20)])
    both = [draw(GREY, "masks", [None, disc(60, 60, 20)]), draw(GREY, "boxes", [disc(60, 60, 20)])]
    assert np.array_equal(found[50:70, 50:70], both[0][50:70, 50:70])
    assert np.array_equal(found[38:42, 38:80], both[1][38:42, 38:80])


@pytest.mark.parametrize("style", ["boxes", "masks", "numbers"])
def test_a_given_canvas_is_drawn_on(style: str) -> None:
    canvas = Canvas(*GREY.shape[:2])
    draw(255 - GREY, "masks", [disc(100, 60, 30)], canvas)  # something to be overwritten
    marks = [disc(60, 60, 12), disc(60, 60, 50)]
    assert draw(GREY, style, marks, canvas) is canvas.picture
    assert np.array_equal(canvas.picture, draw(GREY, style, marks))


def test_a_mask_of_another_picture_is_refused() -> None:
    odd = np.zeros((100, 160), dtype=np.uint8, order="F")
    odd[40:60, 40:60] = 1
    with pytest.raises(BadMask, match="160 x 120"):
        draw(GREY, "masks", [Mark((40, 40, 60, 60), coco_mask.encode(odd)["counts"])])


@pytest.mark.parametrize("background", range(0, 256, 51))
@pytest.mark.parametrize("style", ["boxes", "masks", "numbers"])
@pytest.mark.parametrize("place", range(len(PALETTE)))
def test_lines_show_on_any_background(style: str, place: int, background: int) -> None:
    """A line in the mark's colour and one that is black or white: one of them stands out."""
    picture = np.full((120, 160, 3), background, dtype=np.uint8)
    picture[:, 80:] = COLORS_RGB[place]  # the mark's own colour is the hardest background
    found = draw(picture, style, [None] * place + [disc(80, 60, 40)])
    for half in (np.s_[:, 30:78], np.s_[:, 82:130]):
        contrast = np.abs(found[half].astype(int) - picture[half]).max(axis=2)
        assert (contrast > 100).sum() > 50


@pytest.mark.parametrize("mask", [True, False])
def test_numbers_stand_inside_their_object(mask: bool) -> None:
    marks = [disc(40, 40, 25), disc(110, 70, 25)]
    marks = marks if mask else [Mark(m.box_px) for m in marks]
    found = draw(GREY, "numbers", marks)
    for place, mark in enumerate(marks):
        x1, y1, x2, y2 = (int(v) for v in mark.box_px)
        inside = found[y1 + 4 : y2 - 4, x1 + 4 : x2 - 4].reshape(-1, 3)
        assert (inside == COLORS_RGB[place]).all(axis=1).sum() > 40, "a filled disc in the mark's colour"


def test_a_line_leads_to_an_object_too_small_for_its_number() -> None:
    crowd = [disc(20 + 30 * k, 60, 4) for k in range(5)]
    found = draw(GREY, "numbers", crowd)
    areas = [Area(16 + 30 * k, 56, 25 + 30 * k, 65, None) for k in range(5)]
    for place, label in enumerate(place_labels(areas, (120, 160), 9)):
        assert label.beside
        for share in (0.0, 0.25, 1.0):  # from the label to the dot on the object
            x, y = label.x + share * (label.at_x - label.x), label.y + share * (label.at_y - label.y)
            near = found[round(y) - 8 : round(y) + 9, round(x) - 8 : round(x) + 9]
            assert (near == COLORS_RGB[place]).all(axis=2).any()


def test_numbers_differ() -> None:
    one = draw(GREY, "numbers", [Mark((10, 10, 60, 60))])
    two = draw(GREY, "numbers", [Mark((100, 100, 101, 101)), Mark((10, 10, 60, 60))])
    assert not np.array_equal(one[10:60, 10:60], two[10:60, 10:60])


@pytest.mark.parametrize(
    "box",
    [
        pytest.param((-20, -20, 500, 500), id="larger than the picture"),
        pytest.param((159, 119, 160, 120), id="last pixel"),
        pytest.param((50, 50, 50, 50), id="empty"),
        pytest.param((200, 200, 300, 300), id="outside"),
        pytest.param((0, 0, 3, 120), id="thin"),
    ],
)
@pytest.mark.parametrize("style", ["boxes", "numbers"])
def test_odd_boxes_are_drawn_inside(style: str, box: tuple[float, ...]) -> None:
    assert draw(GREY, style, [Mark(box)]).shape == GREY.shape


def test_thin_mask_gets_its_number() -> None:
    mask = np.zeros((120, 160), dtype=np.uint8, order="F")
    mask[60, 5:155] = 1
    mark = Mark((5, 60, 155, 61), coco_mask.encode(mask)["counts"])
    assert (draw(GREY, "numbers", [mark]) != GREY).any()


@pytest.mark.parametrize(
    ("style", "marks", "message"),
    [
        pytest.param("circles", [], "unknown image format", id="style"),
        pytest.param("masks", [Mark((1, 1, 9, 9))], "needs a mask", id="no mask"),
        pytest.param("boxes", [Mark((1, 1, 9, 9))] * 9, "9 marks", id="too many"),
    ],
)
def test_wrong_recipes(style: str, marks: list[Mark], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw(GREY, style, marks)
