"""The AS-1B reader: three forms with one result, and the order of box numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.sources.as1b import AllSeeing, AllSeeingParams
from stages.sources.as1b.rows import fits
from stages.sources.base import SceneData, SourceError
from stages.sources.photographs import BoxOrder, slug
from tests.sources import fake_as1b
from tests.sources.fake_as1b import FIRST, SECOND, save_rows


def source(section: Mapping[str, Any]) -> AllSeeing:
    return AllSeeing("toy", AllSeeingParams(reader="as1b", **section), 0)


def read(section: Mapping[str, Any], image: str = FIRST) -> SceneData:
    scene = source(section).read(f"toy/{slug(image)}")
    assert isinstance(scene, SceneData), scene
    return scene


@pytest.mark.parametrize("form", ["picture", "region", "coco"])
def test_all_forms_give_the_same_things(form: str, tmp_path: Path) -> None:
    scene = read(fake_as1b.write(tmp_path, form))
    rows = [
        (o.category, o.category_raw, o.also_shows, s.crowd, s.box_px)
        for o, s in zip(scene.objects, scene.sightings, strict=True)
    ]
    assert rows == [
        ("dog", "dog", ["animal"], False, (10, 20, 40, 60)),
        ("tree", "trees", None, True, (50, 0, 100, 30)),
    ]
    assert [d.reason for d in scene.drops] == ["object.junk_label"]
    assert (scene.views[0].image_path, scene.scene.vocabulary) == (f"images/{FIRST}", [])


def test_a_row_per_region_is_gathered_by_picture(tmp_path: Path) -> None:
    section = fake_as1b.write(tmp_path, "region")
    assert [len(read(section, image).objects) for image in (FIRST, SECOND)] == [2, 1]


def test_wrong_order_is_told_with_the_better_one(tmp_path: Path) -> None:
    section = {**fake_as1b.write(tmp_path, "picture"), "box_order": "xywh"}
    regions = [{"bbox": [30 + k, 30, 90, 70], "tags": "dog"} for k in range(4)]
    save_rows(tmp_path, [{"image": FIRST, "width": 100, "height": 80, "regions": regions}])
    with pytest.raises(SourceError, match=r"0 of the first 4 boxes .* read as xywh, 4 in the other order"):
        source(section).scene_ids()
    assert len(source({**section, "box_order": "xyxy"}).scene_ids()) == 1


def test_rows_without_size_cannot_be_checked_and_are_refused(tmp_path: Path) -> None:
    section = fake_as1b.write(tmp_path, "picture")
    keys = {**section["keys"], "width": "w"}
    with pytest.raises(SourceError, match="0 of the first 3 boxes"):
        source({**section, "keys": keys}).scene_ids()


sizes = st.tuples(st.integers(2, 500), st.integers(2, 500))
shares = st.tuples(*[st.floats(0, 1)] * 4)


@given(sizes, shares)
def test_a_box_inside_the_picture_fits_in_its_own_order(size_wh: tuple[int, int], share: tuple[float, ...]) -> None:
    (x1, x2), (y1, y2) = (sorted((share[k] * n, share[k + 2] * n)) for k, n in enumerate(size_wh))
    boxes: dict[BoxOrder, list[float]] = {"xyxy": [x1, y1, x2, y2], "xywh": [x1, y1, x2 - x1, y2 - y1]}
    for order, box in boxes.items():
        assert fits(box, size_wh, order) == (
            box[2] > (x1 if order == "xyxy" else 0) and y2 > y1 and x1 + box[2] > x1
        ) or (x2 - x1 < 1e-9 or y2 - y1 < 1e-9)
