"""Marked pictures are drawn once per recipe, and a recipe is all that they are made from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stages.images import Picture, encode_jpeg
from stages.marks.draw import Mark, draw
from stages.pictures import BAD_MASK, NOT_SEEN, Pictures, Shard, Variant, draw_one, drawn, recipe, variants_of
from tests.handmade import scene, sighting, view, write

VIEWS = ["rooms/0001/000", "rooms/0001/001", "rooms/0001/002"]
MARKS = ["rooms/0001:chair", "rooms/0001:table"]
GREY = np.full((48, 64, 3), 128, np.uint8)
JPEG, DARKER = encode_jpeg(GREY, 90), encode_jpeg(GREY - 40, 90)


def write_room(image: bytes = JPEG, shift: float = 0) -> None:
    write("annotated/rooms", "scene", [scene()])
    write("annotated/rooms", "view", [view(v) for v in VIEWS])
    chairs = [sighting("chair", (5 + shift, 5, 25, 40), v) for v in VIEWS]
    write("annotated/rooms", "sighting", [*chairs, sighting("table", (35, 5, 55, 40), VIEWS[1])])
    rows = [{"view_id": v, "scene_id": "rooms/0001", "image": image, "depth": None} for v in VIEWS]
    write("scenes/rooms", "pixels", rows)


@pytest.fixture
def drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A room in the working folder; the styles drawn, as they are drawn."""
    monkeypatch.chdir(tmp_path)
    write_room()
    found: list[str] = []

    def counted(rgb: np.ndarray, style: str, *rest: object) -> np.ndarray:
        found.append(style)
        return draw(rgb, style, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr("stages.pictures.draw", counted)
    return found


def ask(
    pictures: Pictures, style: str = "boxes", views: list[str] = VIEWS[1:2], marks: list[str] = MARKS
) -> list[bytes]:
    return pictures.encoded("rooms", "rooms/0001", views, style, marks)


def opened() -> Pictures:
    return Pictures(Path("data"), {"rooms": None}, 90)


def test_a_picture_is_drawn_once_per_style_and_mark_set(drawings: list[str]) -> None:
    pictures = opened()
    first = [ask(pictures), ask(pictures, "numbers"), ask(pictures, marks=MARKS[:1]), ask(pictures, marks=MARKS[::-1])]
    again = [ask(pictures), ask(pictures, "numbers"), ask(pictures, marks=MARKS[:1]), ask(pictures, marks=MARKS[::-1])]
    assert drawings == ["boxes", "numbers", "boxes", "boxes"]
    assert first == again
    assert len({one[0] for one in first}) == 4


def test_originals_keep_their_bytes(drawings: list[str]) -> None:
    assert ask(opened(), "original") == [JPEG]
    assert drawings == []


def test_few_are_kept(drawings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.pictures._KEPT_DRAWN", 1)
    pictures = opened()
    for style in ("boxes", "numbers", "boxes"):
        ask(pictures, style)
    assert drawings == ["boxes", "numbers", "boxes"]


def test_what_a_frame_of_a_clip_does_not_show_is_left_out(drawings: list[str]) -> None:
    clip = ask(opened(), views=VIEWS)
    assert len({*clip}) == 2, "the first and the last frame show the chair only, at one place"
    assert drawings == ["boxes", "boxes"], "equal pictures are drawn once"


CHANGES = [
    pytest.param({"image": DARKER}, id="another picture"),
    pytest.param({"shift": 2}, id="another box"),
]


@pytest.mark.parametrize("changed", CHANGES)
def test_a_change_of_picture_or_marks_is_another_recipe(drawings: list[str], changed: dict[str, float]) -> None:
    def made() -> str:
        shard = Shard(Path("data"), None, "rooms", 0)
        (picture,) = shard.pictures(VIEWS[1:2])
        (variant,) = variants_of(VIEWS[1:2], "boxes", MARKS)
        return recipe(picture.encoded, variant, shard.marks(VIEWS[1:2]))

    before = made()
    assert before == made()
    write_room(**changed)  # type: ignore[arg-type]
    assert made() != before


def test_masks_and_order_belong_to_the_recipe() -> None:
    one, other = Variant("v", "masks", ("a", "b")), Variant("v", "masks", ("b", "a"))
    marks = {("v", "a"): Mark((0, 0, 9, 9), b"x"), ("v", "b"): Mark((0, 0, 9, 9), b"y")}
    swapped = {("v", "a"): marks["v", "b"], ("v", "b"): marks["v", "a"]}
    names = {recipe(b"", one, marks), recipe(b"", other, marks), recipe(b"", one._replace(style="numbers"), marks)}
    assert len(names) == 3
    assert recipe(b"", one, swapped) == recipe(b"", other, marks), "ids are no part of what is drawn"


@pytest.mark.parametrize(
    ("marks", "reason"),
    [
        pytest.param({}, NOT_SEEN, id="not seen"),
        pytest.param({("v", "a"): Mark((0, 0, 9, 9), b"1")}, BAD_MASK, id="mask of another picture"),
    ],
)
def test_what_cannot_be_drawn_has_a_reason(marks: dict[tuple[str, str], Mark], reason: str) -> None:
    picture = Picture("v", JPEG, GREY)
    assert draw_one(picture, Variant("v", "masks", ("a",)), marks, 90).reason == reason


def test_all_variants_of_a_shard_are_as_if_drawn_alone(drawings: list[str]) -> None:
    """They share a canvas; none must be left on it."""
    shard = Shard(Path("data"), None, "rooms", 0)
    wanted = [v for style in ("original", "boxes", "numbers") for v in variants_of(VIEWS, style, MARKS)]
    found = {one.variant: one.encoded for one in drawn(shard, wanted, 90)}
    pictures = opened()
    for style in ("original", "boxes", "numbers"):
        expected = ask(pictures, style, VIEWS)
        assert [found[v] for v in variants_of(VIEWS, style, MARKS)] == expected
