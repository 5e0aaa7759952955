"""The image folder reader: names, places, and every sample with photographs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.sources.base import SceneData
from stages.sources.image_folder import ImageFolder, ImageFolderParams
from stages.sources.photographs import slug
from tests.sources import fake_image_folder
from tests.sources.fake_image_folder import SECTION, SIZES_WH

SAMPLES = Path(__file__).parents[2] / "../shared/data"


def read(section: Mapping[str, Any]) -> list[SceneData]:
    source = ImageFolder("toy", ImageFolderParams(reader="image_folder", **section), 0)
    return [s for i in source.scene_ids() if isinstance(s := source.read(i), SceneData)]


def test_every_picture_is_a_scene_in_place(tmp_path: Path) -> None:
    scenes = read(fake_image_folder.write(tmp_path))
    assert {s.views[0].image_path: (s.views[0].width_px, s.views[0].height_px) for s in scenes} == SIZES_WH
    assert {(s.scene.license, tuple(s.scene.vocabulary or ())) for s in scenes} == {("CC0-1.0", ())}


@pytest.mark.parametrize(("place", "places"), [("image", 4), ("folder", 3)])
def test_places(place: str, places: int, tmp_path: Path) -> None:
    scenes = read({**fake_image_folder.write(tmp_path), "place": place})
    assert len({s.scene.place_id for s in scenes}) == places


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8), min_size=2, max_size=5))
def test_slugs_keep_paths_apart(paths: set[str]) -> None:
    slugs = {slug(path) for path in paths}
    assert len(slugs) == len(paths)
    assert all(set(s) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") for s in slugs)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples at ../shared/data")
@pytest.mark.parametrize(("folder", "pictures"), [("coco/val2017", 79), ("flickr30k/flickr30k-images", 5)])
def test_real_folders(folder: str, pictures: int) -> None:
    assert len(read({"root": str(SAMPLES / folder), **SECTION})) == pictures
