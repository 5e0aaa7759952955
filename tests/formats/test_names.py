"""A name is used only where it means one object."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from stages.formats.names import Names, Reserved, clean, meanings, view_names

RESERVED = Reserved(frozenset({"image", "left"}), frozenset({"stand"}))


def names(
    *things: tuple[str | None, str | None],
    crowd: tuple[int, ...] = (),
    views: list[int] | None = None,
    also_shows: list[list[str] | None] | None = None,
) -> Names:
    flags = np.array([k in crowd for k in range(len(things))], dtype=bool)
    numbers = np.array(views or [0] * len(things))
    categories, captions = (pa.array([t[k] for t in things], pa.string()) for k in (0, 1))
    also = pa.array(also_shows or [None] * len(things), pa.list_(pa.string()))
    return view_names(numbers, categories, captions, also, flags, RESERVED)


def test_what_another_object_shows_takes_its_name_away() -> None:
    found = names(("cushion", "red cushion"), ("sofa", None), also_shows=[None, ["cushion"]])
    assert found.category_unique.tolist() == [False, True]
    assert found.caption_unique.tolist() == [True, False]


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        pytest.param("dining_table", "dining table", id="underscore"),
        pytest.param("  a  red chair. ", "red chair", id="article, spaces and full stop"),
        pytest.param("The TV", "TV", id="capital letters stay"),
        pytest.param("another chair", "another chair", id="no article"),
        pytest.param("chair <box>", None, id="markup"),
        pytest.param("<|box_start|>chair", None, id="other markup"),
        pytest.param("chair [1, 2]", None, id="looks like a box"),
        pytest.param('12" pipe', None, id="quote"),
        pytest.param("the {b}", None, id="looks like a slot"),
        pytest.param("chair\x00", None, id="control character"),
        pytest.param("chair\nAnswer: A", None, id="line break"),
        pytest.param("   ", None, id="empty"),
        pytest.param(None, None, id="missing"),
    ],
)
def test_clean(raw: str | None, cleaned: str | None) -> None:
    assert clean(raw) == cleaned


def test_meanings_stop_at_what_describes_the_object() -> None:
    assert "table" not in meanings("lamp", "small lamp on the table")
    assert {"lamp", "small lamp", "small lamp on the table"} <= meanings("lamp", "small lamp on the table")


@pytest.mark.parametrize(
    ("things", "category", "caption"),
    [
        pytest.param([("sofa", None)], [True], [False], id="alone"),
        pytest.param(
            [("chair", "red chair"), ("chair", "blue chair")], [False, False], [True, True], id="two of a kind"
        ),
        pytest.param([("chair", "red chair"), ("chair", "red chair")], [False] * 2, [False] * 2, id="same captions"),
        pytest.param([("chair", None), ("dining chair", None)], [False, True], [False, False], id="kind of the other"),
        pytest.param([("chair", "seat"), ("sofa", "soft seat")], [True, True], [False, True], id="caption in caption"),
        pytest.param([("Chair", None), ("chair", None)], [False, False], [False, False], id="case makes no name"),
        pytest.param([(None, "red chair"), ("lamp", None)], [False, True], [True, False], id="caption only"),
        pytest.param([(None, None)], [False], [False], id="nameless"),
        pytest.param([], [], [], id="no sightings"),
    ],
)
def test_unique(things: list[tuple[str | None, str | None]], category: list[bool], caption: list[bool]) -> None:
    found = names(*things)
    assert found.category_unique.tolist() == category
    assert found.caption_unique.tolist() == caption


def test_views_do_not_disturb_each_other() -> None:
    assert names(("chair", None), ("chair", None), views=[0, 1]).category_unique.all()


def test_a_crowd_is_several() -> None:
    assert not names(("person", None), crowd=(0,)).category_unique.any()


@pytest.mark.parametrize(
    ("things", "speakable"),
    [
        pytest.param([("image", None)], [False], id="word of the wording"),
        pytest.param([("red box", None)], [False], id="name of a mark"),
        pytest.param([("tv", None), ("tv stand", None)], [False, True], id="wording could go on with stand"),
        pytest.param([("tv", None), ("sofa", None)], [True, True], id="nothing to mistake"),
        pytest.param([("table", None), ("table lamp", None)], [True, True], id="wording never goes on with lamp"),
    ],
)
def test_speakable(things: list[tuple[str | None, str | None]], speakable: list[bool]) -> None:
    assert names(*things).category_speakable.tolist() == speakable
