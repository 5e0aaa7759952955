"""The COCO reader: figures of the real sample, masks of every spelling, boxes at the border."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from stages.sources.base import SceneData
from stages.sources.coco import Coco, CocoParams
from stages.sources.coco.masks import encode
from stages.sources.coco.reader import clipped_box_px
from stages.sources.licenses import spdx
from tests.sources import fake_coco
from tests.sources.fake_coco import CROWD_COUNTS, SECTION, add, annotation, edit

SAMPLE = Path(__file__).parents[2] / "../shared/data/coco"


def read(section: Mapping[str, Any], image_id: int) -> SceneData:
    scene = Coco("toy", CocoParams(reader="coco", **section), 0).read(f"toy/{image_id:012d}")
    assert isinstance(scene, SceneData)
    return scene


@pytest.fixture
def section(tmp_path: Path) -> Mapping[str, Any]:
    return fake_coco.write(tmp_path)


def test_boxes_become_edges_and_are_cut_at_the_border(section: Mapping[str, Any]) -> None:
    boxes = {s.object_id: s.box_px for s in read(section, 139).sightings}
    assert boxes == {
        "toy/000000000139:11": (10, 10, 20, 30),
        "toy/000000000139:12": (60.5, 20.25, 80, 30.25),
    }


def test_polygon_mask_covers_the_drawn_pixels(section: Mapping[str, Any]) -> None:
    sighting = next(s for s in read(section, 139).sightings if s.object_id.endswith(":11"))
    mask = coco_mask.decode({"size": [60, 80], "counts": sighting.mask_rle})
    assert mask[10:30, 10:20].all()
    assert mask.sum() == sighting.area_px == 200


def test_crowd_is_marked_and_its_runs_go_down_columns(section: Mapping[str, Any]) -> None:
    (sighting,) = read(section, 7).sightings
    mask = coco_mask.decode({"size": [40, 60], "counts": sighting.mask_rle})
    assert sighting.crowd
    assert mask[:, :2].all()
    assert mask[:20, 2].all()
    assert mask.sum() == sighting.area_px == CROWD_COUNTS[1]


def test_without_mask_the_area_is_the_one_given(section: Mapping[str, Any]) -> None:
    sighting = next(s for s in read(section, 139).sightings if s.object_id.endswith(":12"))
    assert (sighting.mask_rle, sighting.area_px) == (None, 150.0)


def test_scene_carries_licence_split_captions_and_vocabulary(section: Mapping[str, Any]) -> None:
    scene = read(section, 139)
    assert (scene.scene.license, scene.scene.upstream_split, scene.scene.kind) == ("CC-BY-2.0", "val2017", "image")
    assert scene.views[0].captions == [f"sentence {i}" for i in range(5)]
    assert scene.scene.vocabulary == ["chair", "person", "toothbrush"]
    assert read(section, 7).scene.license == "LicenseRef-unknown"
    assert read(section, 7).views[0].captions is None


def test_a_category_with_a_dropped_annotation_is_not_exhaustive(section: Mapping[str, Any]) -> None:
    add(category_id=90, bbox=[1, 1, 0, 0])(Path(section["root"]))
    assert read(section, 139).scene.vocabulary == ["chair", "person"]
    assert read(section, 7).scene.vocabulary == ["chair", "person", "toothbrush"], (
        "only in the picture it is dropped in"
    )


def test_a_bad_mask_keeps_the_box(section: Mapping[str, Any]) -> None:
    bad = annotation(50, 2000, 90, [1, 1, 5, 5], [[0, 0]])
    edit(lambda data: data["annotations"].append(bad))(Path(section["root"]))
    scene = read(section, 2000)
    assert [(s.mask_rle, s.box_px) for s in scene.sightings] == [(None, (1, 1, 6, 6))]
    assert scene.scene.vocabulary == ["chair", "person", "toothbrush"]


@pytest.mark.parametrize(
    ("most", "ids"),
    [pytest.param(2, [7, 139], id="lowest_first"), pytest.param(9, [7, 139, 2000], id="more_than_there_are")],
)
def test_max_images(section: Mapping[str, Any], most: int, ids: list[int]) -> None:
    source = Coco("toy", CocoParams(reader="coco", **{**section, "max_images": most}), 0)
    assert source.scene_ids() == [f"toy/{i:012d}" for i in ids]


def test_captions_may_be_left_out(section: Mapping[str, Any]) -> None:
    assert read({**section, "captions": None}, 139).views[0].captions is None


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        pytest.param([1, 2, 3, 4], (1, 2, 4, 6), id="inside"),
        pytest.param([-2, -3, 4, 5], (0, 0, 2, 2), id="over_top_left"),
        pytest.param([-5, -5, 1000, 1000], (0, 0, 80, 60), id="larger_than_the_picture"),
        pytest.param([80, 0, 5, 5], "box_outside", id="touches_the_border"),
        pytest.param([5, 5, -1, 3], "box_empty", id="negative_width"),
        pytest.param([5, 5, 3], "box_malformed", id="three_numbers"),
        pytest.param([5, 5, True, 3], "box_malformed", id="a_truth_value"),
        pytest.param(None, "box_malformed", id="missing"),
    ],
)
def test_clipping(bbox: Any, expected: Any) -> None:
    assert clipped_box_px(bbox, (80, 60)) == expected


@given(st.lists(st.floats(-200, 200), min_size=4, max_size=4))
def test_clipped_boxes_have_area_inside_the_picture(bbox: list[float]) -> None:
    box = clipped_box_px(bbox, (80, 60))
    if not isinstance(box, str):
        assert 0 <= box[0] < box[2] <= 80
        assert 0 <= box[1] < box[3] <= 60


@given(st.integers(0, 2**32 - 1))
def test_list_and_string_runs_mean_the_same_mask(seed: int) -> None:
    mask = np.asfortranarray(np.random.default_rng(seed).random((9, 7)) < 0.5, dtype=np.uint8)
    flat = mask.ravel(order="F")
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff([0, *edges, flat.size]).tolist()
    counts = [0, *runs] if flat[0] else runs
    packed = coco_mask.encode(mask)["counts"]
    expected = (packed, float(mask.sum())) if mask.any() else None
    assert encode({"size": [9, 7], "counts": counts}, 9, 7) == expected
    assert encode({"size": [9, 7], "counts": packed.decode()}, 9, 7) == expected


@pytest.mark.parametrize(
    ("name", "url", "expected"),
    [
        pytest.param("x", "http://creativecommons.org/licenses/by-nc-nd/2.0/", "CC-BY-NC-ND-2.0", id="cc"),
        pytest.param("x", "https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", id="cc0"),
        pytest.param("United States Government Work", "http://www.usa.gov/copyright.shtml",
                     "LicenseRef-United-States-Government-Work", id="other"),
        pytest.param("", "", "LicenseRef-unknown", id="empty"),
    ],
)  # fmt: skip
def test_licence_names(name: str, url: str, expected: str) -> None:
    assert spdx(name, url) == expected


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="no COCO sample at ../shared/data/coco")
def test_real_sample_gives_its_known_figures() -> None:
    source = Coco("coco", CocoParams(reader="coco", **{**SECTION, "root": str(SAMPLE)}), 0)
    scenes = [source.read(i) for i in source.scene_ids()]
    assert all(isinstance(s, SceneData) for s in scenes)
    read = [s for s in scenes if isinstance(s, SceneData)]
    sightings = [x for s in read for x in s.sightings]
    assert len(read) == 79
    assert len(sightings) == sum(len(s.objects) for s in read) == 624
    assert sum(x.crowd for x in sightings) == 5
    assert all(x.mask_rle for x in sightings)
    assert sum(len(s.views[0].captions or ()) for s in read) == 395
    assert {len(s.scene.vocabulary or ()) for s in read} == {80}
    assert [d for s in read for d in s.drops] == []
