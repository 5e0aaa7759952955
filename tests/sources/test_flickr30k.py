"""The Flickr30k Entities reader: phrases to names, boxes by chain, and the real sample."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.sources.base import SceneData
from stages.sources.flickr30k import Flickr30k, Flickr30kParams
from stages.sources.flickr30k.sentences import by_chain, called, chains, noun, plain
from tests.sources import fake_flickr30k
from tests.sources.fake_flickr30k import SECTION

SAMPLE = Path(__file__).parents[2] / "../shared/data/flickr30k"
needs_sample = pytest.mark.skipif(not SAMPLE.is_dir(), reason="no Flickr30k sample at ../shared/data/flickr30k")


def read(section: Mapping[str, Any], picture: str = "36") -> SceneData:
    scene = Flickr30k("toy", Flickr30kParams(reader="flickr30k", **section), 0).read(f"toy/{picture}")
    assert isinstance(scene, SceneData), scene
    return scene


@pytest.fixture
def section(tmp_path: Path) -> Mapping[str, Any]:
    return fake_flickr30k.write(tmp_path)


def test_boxes_take_the_names_of_their_chains(section: Mapping[str, Any]) -> None:
    scene = read(section)
    found = {
        o.object_id.rpartition(":")[2]: (o.category, o.caption, s.crowd, s.box_px)
        for o, s in zip(scene.objects, scene.sightings, strict=True)
    }
    assert found == {
        "0": ("man", None, False, (0, 0, 30, 80)),
        "1": ("man", None, False, (39, 0, 70, 80)),
        "2": ("shirt", None, True, (4, 19, 65, 60)),
        "3": ("bottle", "bottle of water", False, (79, 9, 100, 20)),
        "4": ("hat", "big hat", False, (9, 0, 20, 8)),
    }
    assert {d.item.rpartition(":")[2]: d.reason for d in scene.drops} == {
        "5": "object.whole_scene",
        "6": "object.no_noun",
        "7": "object.no_box",
    }


def test_sentences_lose_their_marks(section: Mapping[str, Any]) -> None:
    captions = read(section).views[0].captions
    assert captions is not None
    assert captions[1] == "The men wear blue shirts and a big hat, life."
    assert len(captions) == 5


def test_without_boxes_there_are_sentences_alone(section: Mapping[str, Any]) -> None:
    scene = read({**section, "boxes": None})
    assert (scene.objects, scene.drops, len(scene.views[0].captions or ())) == ([], [], 5)


def test_scene_row_and_ids(section: Mapping[str, Any]) -> None:
    scene = read(section).scene
    assert (scene.upstream_split, scene.vocabulary, scene.license) == ("val", [], "LicenseRef-Flickr30k")
    every = Flickr30k("toy", Flickr30kParams(reader="flickr30k", **{**section, "ids": None}), 0)
    assert every.scene_ids() == ["toy/1001", "toy/36"]


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        pytest.param("A dark-haired girl", ("girl", False), id="adjective"),
        pytest.param("several people", ("person", True), id="several"),
        pytest.param("a group of young children", ("child", True), id="group"),
        pytest.param("a red T-shirt", ("t-shirt", False), id="hyphen"),
        pytest.param("her black pants", ("pants", False), id="never singular"),
        pytest.param("the top of a hill", ("hill", False), id="part of a thing"),
        pytest.param("a cup of coffee", ("cup", False), id="a thing of something"),
        pytest.param("red", ("", False), id="colour"),
        pytest.param("the other one", ("", False), id="pronoun"),
        pytest.param("the", ("", False), id="article"),
        pytest.param("", ("", False), id="nothing"),
        pytest.param("number 42", ("", False), id="number"),
    ],
)
def test_nouns(phrase: str, expected: tuple[str, bool]) -> None:
    assert noun(phrase) == expected


@pytest.mark.parametrize(
    ("phrases", "category", "caption", "also"),
    [
        pytest.param(["a dog", "a big brown dog", "the animal"], "dog", "big brown dog", ("animal",), id="majority"),
        pytest.param(["a dog", "an animal"], "dog", None, ("animal",), id="tie goes to the first"),
        pytest.param(["two dogs", "dogs", "a dog"], "dog", None, (), id="group"),
    ],
)
def test_names_of_chains(phrases: list[str], category: str, caption: str | None, also: tuple[str, ...]) -> None:
    found = called(phrases)
    assert not isinstance(found, str)
    assert (found.category, found.caption, found.also) == (category, caption, also)


@given(st.text(max_size=60))
def test_any_line_can_be_read(line: str) -> None:
    assert "[/EN#1/" not in plain(f"[/EN#1/people {line.translate({91: None, 93: None})}]")
    for phrases in chains([line]).values():
        called(phrases)


@needs_sample
def test_real_sample() -> None:
    section = {**SECTION, "root": str(SAMPLE), "boxes": None, "ids": None, "upstream_split": None}
    source = Flickr30k("toy", Flickr30kParams(reader="flickr30k", **section), 0)
    scenes = [s for i in source.scene_ids() if isinstance(s := source.read(i), SceneData)]
    assert len(scenes) == 5
    assert [len(s.views[0].captions or ()) for s in scenes] == [0, 0, 0, 0, 5]
    assert [d.reason for s in scenes for d in s.drops] == ["annotation.sentences_missing"] * 4
    lines = (SAMPLE / "Sentences/4945942737.txt").read_text().splitlines()
    names = {chain: name if isinstance(name, str) else name.category for chain, name in by_chain(lines).items()}
    assert names == {
        221796: "girl", 221804: "hair", 221799: "area", 221798: "water", 221797: "dress", 221800: "no_noun",
        221802: "life",
    }  # fmt: skip


@needs_sample
@pytest.mark.parametrize(("split", "ids"), [("train", 29_783), ("val", 1_000), ("test", 1_000)])
def test_real_id_lists(split: str, ids: int) -> None:
    section = {**SECTION, "root": str(SAMPLE), "boxes": None, "ids": f"{split}.txt"}
    assert len(Flickr30k("toy", Flickr30kParams(reader="flickr30k", **section), 0).scene_ids()) == ids
