"""Names of any dataset to one vocabulary: the same thing has one name, and what is no thing has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.sources.categories import Name, left_out, named, normalise
from stages.sources.procedural.furniture import CATEGORIES

COCO = (
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,"
    "bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,"
    "skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,"
    "cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,"
    "potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,"
    "refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
).split(",")


@pytest.mark.parametrize(
    ("raw", "category"),
    [
        pytest.param("Couch", "sofa", id="synonym"),
        pytest.param("couches", "sofa", id="plural of a synonym"),
        pytest.param("tv_monitor", "tv", id="underscore"),
        pytest.param("television", "tv", id="long form"),
        pytest.param("TrashCan", "trash can", id="no blank"),
        pytest.param("trash-can", "trash can", id="hyphen"),
        pytest.param("bin", "trash can", id="bin alone"),
        pytest.param("storage bins", "storage bin", id="bin of another kind"),
        pytest.param("night_stand", "nightstand", id="blank too many"),
        pytest.param("chest_of_drawers", "dresser", id="synonym with of"),
        pytest.param("bottles of water", "bottle of water", id="noun before of"),
        pytest.param("the man", "man", id="article"),
        pytest.param("the", "the", id="article alone"),
        pytest.param("people", "person", id="irregular"),
        pytest.param("shelves", "shelf", id="ves"),
        pytest.param("glass", "glass", id="ends in ss"),
        pytest.param("cactus", "cactus", id="ends in us"),
        pytest.param("wine glasses", "wine glasses", id="glasses may be worn"),
        pytest.param("potted plant", "potted plant", id="a kind is no synonym"),
        pytest.param("wall lamp", "wall lamp", id="on a wall"),
        pytest.param("remove", None, id="junk"),
        pytest.param("objects", None, id="junk in plural"),
        pytest.param("other_prop", None, id="other of any kind"),
        pytest.param("otherfurniture", None, id="other without blank"),
        pytest.param("Misc.", "misc.", id="not in the list"),
        pytest.param("closet walls", None, id="structure by its last word"),
        pytest.param("beam", None, id="structure by its name"),
        pytest.param(" _ ", None, id="empty"),
    ],
)
def test_names(raw: str, category: str | None) -> None:
    assert normalise(raw) == category


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        pytest.param("chair", Name("chair", False), id="one"),
        pytest.param("chairs", Name("chair", True), id="plural"),
        pytest.param("stack of folded chairs", Name("folded chair", True), id="stack"),
        pytest.param("two men", Name("man", True), id="number"),
        pytest.param("pair of scissors", Name("scissors", False), id="pair that is one thing"),
        pytest.param("pair of shoes", Name("shoe", True), id="pair that is two"),
        pytest.param("stairs", Name("stairs", False), id="one that looks like several"),
        pytest.param("flight of stairs", Name("stairs", False), id="synonym with of"),
        pytest.param("box of tissues", Name("box of tissues", False), id="holds several"),
    ],
)
def test_names_of_several_things(raw: str, name: Name) -> None:
    assert named(raw) == name


@given(st.text(max_size=24) | st.lists(st.sampled_from(["the", "two", "of", "couches", "pair", "s"])).map(" ".join))
def test_a_category_is_already_normal(raw: str) -> None:
    category = named(raw).category
    assert category == " ".join(category.lower().split())
    assert normalise(raw) in {None, category}


@pytest.mark.parametrize("name", [*COCO, *CATEGORIES, "bottle of water", "three men", "data", "Couches"])
def test_normalising_again_changes_nothing(name: str) -> None:
    category = named(name).category
    assert named(category) == Name(category, False)


@pytest.mark.parametrize("names", [COCO, CATEGORIES], ids=["coco", "procedural"])
def test_whole_vocabularies_stay_apart(names: list[str]) -> None:
    categories = [normalise(name) for name in names]
    assert None not in categories
    assert len(set(categories)) == len(names)
    assert not [name for name in names if named(name).several]


def test_only_these_names_of_coco_change() -> None:
    assert {name: normalise(name) for name in COCO if normalise(name) != name} == {
        "couch": "sofa", "hair drier": "hair dryer"
    }  # fmt: skip


@pytest.mark.parametrize(("category", "reason"), [("leg", "junk_label"), ("floor", "structure"), ("rug", None)])
def test_reasons(category: str, reason: str | None) -> None:
    assert left_out(category) == reason
