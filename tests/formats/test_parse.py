"""Prompts are read back to objects, and what cannot be read back is refused."""

from __future__ import annotations

import pytest

from stages.formats.parse import Sighted, UnresolvedReference, named_objects, parse_prompt
from stages.formats.resolve import Located
from stages.marks.palette import NAMES

SOFA = Sighted("s:sofa", "sofa", "grey sofa", (0, 0, 100, 100), False)
RED = Sighted("s:red", "chair", "red chair", (200, 0, 300, 100), False)
BLUE = Sighted("s:blue", "chair", "blue chair", (400, 0, 500, 100), False)
TV = Sighted("s:tv", "tv", None, (0, 200, 100, 300), False)
STAND = Sighted("s:stand", "tv stand", None, (0, 300, 100, 400), False)
IMAGE = Sighted("s:image", "image", None, (600, 600, 700, 700), False)
ROOM = [SOFA, RED, BLUE, TV, STAND, IMAGE]
LATER = [Sighted("s:sofa", "sofa", "grey sofa", (50, 50, 150, 150), False)]
SAID = ("image", "left")
MARKS = ["s:blue", "s:tv"]


@pytest.mark.parametrize(
    ("text", "image", "prompt", "objects"),
    [
        pytest.param("natural", "original", "Is the sofa to the left of the red chair?", ["sofa", "red"], id="names"),
        pytest.param(
            "natural", "masks", "The sofa or the blue chair?\nA. the blue chair", ["sofa", "blue"], id="options"
        ),
        pytest.param("natural", "original", "Is the tv stand in the image?", ["stand"], id="longest, not reserved"),
        pytest.param("natural", "original", "How many sofas are there?", [], id="no object"),
        pytest.param("caption", "boxes", "Is <ref>grey sofa</ref> wide?", ["sofa"], id="caption"),
        pytest.param("caption", "original", "Is <ref>sofa</ref> wide?", ["sofa"], id="category for caption"),
        pytest.param(
            "region_box",
            "original",
            "<ref>region</ref><box>[[400, 0, 500, 100]]</box> or <ref>region</ref><box>[[0, 0, 100, 100]]</box>?",
            ["blue", "sofa"],
            id="regions",
        ),
        pytest.param(
            "caption_box", "numbers", "Is <ref>red chair</ref><box>[[200, 0, 300, 100]]</box> wide?", ["red"], id="both"
        ),
        pytest.param("image_based", "numbers", "Region 2 or region 1?", ["tv", "blue"], id="numbers"),
        pytest.param("image_based", "boxes", f"the object in the {NAMES[0]} box", ["blue"], id="colour of box"),
        pytest.param("image_based", "masks", f"the object with the {NAMES[1]} mask", ["tv"], id="colour of mask"),
    ],
)
def test_read_back(text: str, image: str, prompt: str, objects: list[str]) -> None:
    assert parse_prompt(prompt, text, image, [ROOM], MARKS, SAID) == [f"s:{name}" for name in objects]


@pytest.mark.parametrize(
    ("text", "image", "prompt"),
    [
        pytest.param("natural", "original", "Is the chair wide?", id="two chairs"),
        pytest.param("caption", "original", "Is <ref>chair</ref> wide?", id="two chairs, caption"),
        pytest.param("caption", "original", "Is <ref>lamp</ref> wide?", id="no such thing"),
        pytest.param("region_box", "original", "<ref>region</ref><box>[[1, 1, 2, 2]]</box>", id="no such box"),
        pytest.param(
            "caption_box", "original", "<ref>lamp</ref><box>[[0, 0, 100, 100]]</box>", id="name and box disagree"
        ),
        pytest.param("image_based", "numbers", "Is region 3 wide?", id="no such number"),
        pytest.param("image_based", "boxes", f"the object in the {NAMES[2]} box", id="no such colour"),
    ],
)
def test_unclear_references_are_refused(text: str, image: str, prompt: str) -> None:
    with pytest.raises(UnresolvedReference):
        parse_prompt(prompt, text, image, [ROOM], MARKS, SAID)


TWO = (
    "<ref>region</ref><box>[[0, 0, 100, 100]]</box> in the first image "
    "(<box>[[50, 50, 150, 150]]</box> in the second image)"
)


def test_boxes_in_two_images() -> None:
    assert parse_prompt(f"How far did {TWO} turn?", "region_box", "original", [ROOM, LATER], [], SAID) == ["s:sofa"]


@pytest.mark.parametrize(
    "prompt",
    [
        pytest.param("<ref>region</ref><box>[[0, 0, 100, 100]]</box>", id="one box for two images"),
        pytest.param(TWO.replace("50, 50", "51, 50"), id="wrong box in the second"),
        pytest.param(TWO.replace("[[0, 0, 100, 100]]", "[[200, 0, 300, 100]]"), id="another object in the first"),
    ],
)
def test_unclear_boxes_in_two_images_are_refused(prompt: str) -> None:
    with pytest.raises(UnresolvedReference):
        parse_prompt(prompt, "region_box", "original", [ROOM, LATER], [], SAID)


def chair(name: str, x: float, color: str | None, center_m: tuple[float, float, float]) -> Sighted:
    here = Located(x, color, center_m, (0.4, 0.4, 0.4))
    return Sighted(f"s:{name}", "chair", None, (0, 0, 9, 9), False, located=here)


DESK = Sighted("s:desk", "desk", None, (0, 0, 9, 9), False, located=Located(400, None, (3, 3, 0.4), (1, 1, 0.8)))
ROW = [
    chair("b", 300, "red", (2, 3, 0.2)),
    chair("a", 100, "blue", (1, 3, 0.2)),
    chair("c", 500, None, (3, 3, 1)),
    DESK,
]


@pytest.mark.parametrize(
    ("phrase", "name"),
    [
        pytest.param("leftmost chair", "a", id="first"),
        pytest.param("middle chair", "b", id="middle"),
        pytest.param("second chair from the right", "b", id="counted"),
        pytest.param("blue chair", "a", id="colour"),
        pytest.param("chair on the desk", "c", id="on"),
        pytest.param("chair nearest to the desk", "c", id="nearest"),
    ],
)
@pytest.mark.parametrize("form", ["natural", "caption"])
def test_phrases_are_resolved(phrase: str, name: str, form: str) -> None:
    pointed = f"the {phrase}" if form == "natural" else f"<ref>{phrase}</ref>"
    found = parse_prompt(f"Is {pointed} left of the image?", form, "original", [ROW], [], SAID)
    assert found == [f"s:{name}"]


@pytest.mark.parametrize(
    "phrase",
    [
        pytest.param("the fourth chair from the left", id="not so many"),
        pytest.param("the green chair", id="no such colour"),
        pytest.param("the desk on the chair", id="several landmarks"),
        pytest.param("the middle desk", id="middle of one is no ordinal"),
    ],
)
def test_phrases_that_fit_nothing_are_refused(phrase: str) -> None:
    with pytest.raises(UnresolvedReference):
        parse_prompt(f"Is {phrase} wide?", "natural", "original", [ROW[:2] + ROW[3:], []], [], SAID)


def test_a_crowd_is_no_single_object() -> None:
    crowd = Sighted("s:people", "person", None, (0, 0, 9, 9), True)
    with pytest.raises(UnresolvedReference):
        parse_prompt("Is the person tall?", "natural", "original", [[crowd]], [], SAID)


def test_named_objects_follow_the_wording() -> None:
    assert named_objects("{b} or {a}, {b}?", ["x", "y"]) == ["y", "x"]
    assert named_objects("How many?", []) == []
