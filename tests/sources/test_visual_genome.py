"""The Visual Genome reader: figures of the real sample, things marked twice, captions, and large files by record."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.sources import json_records
from stages.sources.base import Drop, SceneData
from stages.sources.json_records import JsonRecords
from stages.sources.visual_genome import VisualGenome, VisualGenomeParams
from stages.sources.visual_genome.captions import caption, largest_phrases
from tests.sources import fake_visual_genome
from tests.sources.fake_visual_genome import SECTION

SAMPLE = Path(__file__).parents[2] / "../shared/data/visual_genome"
OLD = {"objects": "v1.0/objects.json", "attributes": "v1.0/attributes.json", "regions": "v1.0/region_descriptions.json"}


def read(section: Mapping[str, Any], name: str = "0000001") -> SceneData:
    scene = VisualGenome("toy", VisualGenomeParams(reader="visual_genome", **section), 0).read(f"toy/{name}")
    assert isinstance(scene, SceneData), scene
    return scene


@pytest.fixture(params=["1.0", "1.2"])
def section(request: pytest.FixtureRequest, tmp_path: Path) -> Mapping[str, Any]:
    return fake_visual_genome.write(tmp_path, request.param)


def test_both_releases_give_the_same_things(section: Mapping[str, Any]) -> None:
    scene = read(section)
    rows = [(o.object_id[-2:], o.category, o.caption, o.also_shows) for o in scene.objects]
    assert rows == [
        ("11", "car", "white metal car", ["van"]),
        ("13", "tree", None, None),
        ("14", "shirt", None, None),
        ("15", "man", None, None),
    ]
    assert [(s.crowd, s.box_px) for s in scene.sightings] == [
        (False, (10, 10, 30, 20)),
        (True, (0, 0, 80, 30)),
        (False, (60, 40, 80, 60)),
        (False, (50, 5, 60, 45)),
    ]
    assert [(d.reason, d.item) for d in scene.drops] == [("object.marked_again", "toy/0000001:12")]
    assert scene.views[0].captions == ['all of it {"quoted"}', "the middle"]
    assert (scene.scene.vocabulary, scene.scene.license) == ([], "CC-BY-4.0")


def test_a_higher_threshold_keeps_both_marks(section: Mapping[str, Any]) -> None:
    assert [o.object_id[-2:] for o in read({**section, "same_iou": 0.96}).objects] == ["11", "12", "13", "14", "15"]


def test_attributes_and_regions_may_be_left_out(section: Mapping[str, Any]) -> None:
    scene = read({**section, "attributes": None, "regions": None})
    assert ({o.caption for o in scene.objects}, scene.views[0].captions) == ({None}, None)


def test_a_picture_without_marks_is_a_scene(section: Mapping[str, Any]) -> None:
    scene = read(section, "0000002")
    assert (scene.objects, scene.views[0].captions, scene.counts["objects"]) == ([], None, 0)


@pytest.mark.parametrize(
    ("category", "attributes", "expected"),
    [
        pytest.param("car", ["gray", "grey", "parked"], "grey car", id="two spellings"),
        pytest.param("sidewalk", ["brick", "white"], "white brick sidewalk", id="colour before material"),
        pytest.param("shirt", ["red", "striped", "cotton"], "red striped shirt", id="colour before pattern"),
        pytest.param("table", ["wood", "wooden"], "wooden table", id="material twice"),
        pytest.param("wall", ["brick", "stone", "red"], "red wall", id="materials contradict"),
        pytest.param("brick wall", ["brick"], None, id="says it already"),
        pytest.param("tall man", ["black"], None, id="people"),
        pytest.param("clock", ["tall", "on"], None, id="nothing lasting"),
        pytest.param("clock", [], None, id="none"),
    ],
)
def test_captions(category: str, attributes: list[str], expected: str | None) -> None:
    assert caption(category, attributes) == expected


def test_largest_phrases_are_told_once() -> None:
    regions = [(2.0, "b"), (9.0, "a"), (2.0, "c"), (5.0, "a")]
    assert [largest_phrases(regions, n) for n in (0, 1, 2, 9)] == [[], ["a"], ["a", "b"], ["a", "b", "c"]]


texts = st.text(st.sampled_from('ab\\"{}[], :'), max_size=12)
values = st.recursive(
    st.none() | st.integers() | texts, lambda v: st.lists(v) | st.dictionaries(texts, v), max_leaves=8
)
records = st.dictionaries(st.integers(0, 50), st.lists(values, max_size=4), max_size=6)


@given(records, st.sampled_from([None, 2]), st.integers(1, 9))
def test_records_are_found_in_any_json(
    tmp_path_factory: pytest.TempPathFactory, data: dict[int, list[Any]], indent: int | None, chunk: int
) -> None:
    path = tmp_path_factory.mktemp("records") / "f.json"
    rows = [{"id": k, "objects": v} if k % 2 else {"objects": v, "id": k} for k, v in data.items()]
    path.write_text(json.dumps(rows, indent=indent, ensure_ascii=False) + "\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_records, "_CHUNK", chunk)
        found = JsonRecords(path, ("image_id", "id"))
    assert found.ids() == sorted(data)
    assert [found.get(k)["objects"] for k in data] == list(data.values())
    assert found.get(51) == {}


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="no Visual Genome sample at ../shared/data/visual_genome")
@pytest.mark.parametrize(
    ("changes", "marks", "kept"),
    [
        pytest.param({}, [40, 27], [36, 27], id="1.2"),
        pytest.param(OLD, [52, 33], [32, 27], id="1.0"),
    ],
)
def test_real_sample_gives_its_known_figures(changes: dict[str, str], marks: list[int], kept: list[int]) -> None:
    section = {**SECTION, **changes, "root": str(SAMPLE)}
    source = VisualGenome("vg", VisualGenomeParams(reader="visual_genome", **section), 0)
    read = [source.read(i) for i in source.scene_ids()]
    assert read[2] == Drop("scene.image_missing", "VG_100K/3.jpg")
    scenes = [s for s in read if isinstance(s, SceneData)]
    assert [(s.views[0].width_px, s.views[0].height_px) for s in scenes] == [(800, 600)] * 2
    assert [s.counts["objects"] for s in scenes] == marks
    assert [len(s.objects) for s in scenes] == kept
    assert {r for s in scenes for r in Counter(d.reason for d in s.drops)} == {
        "object.marked_again",
        "object.structure",
    }
    assert {"white van", "red car", "silver backpack"} <= {o.caption for s in scenes for o in s.objects}
