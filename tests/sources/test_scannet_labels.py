"""ScanNet's free-text labels: categories in the singular, groups, junk and structure."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.sources.scannet.labels import LabelTable, left_out, read_labels

SAMPLE = Path(__file__).parents[2] / "../shared/data/scannet/meta_data/scannetv2-labels.combined.tsv"


@pytest.mark.parametrize(
    ("raw", "category", "reason"),
    [
        pytest.param("trashcan", "trash can", None, id="blank_missing"),
        pytest.param("trash bin", "trash can", None, id="synonym"),
        pytest.param("Trash_Can ", "trash can", None, id="case_and_underscore"),
        pytest.param("shelves", "shelf", "group", id="plural_in_table"),
        pytest.param("widgets", "widget", "group", id="plural_not_in_table"),
        pytest.param("stack of chairs", "chair", "group", id="stack"),
        pytest.param("torches", "torch", "group", id="es_plural"),
        pytest.param("candies", "candy", "group", id="ies_plural"),
        pytest.param("glass", "glass", None, id="ends_in_ss"),
        pytest.param("cactus", "cactus", None, id="ends_in_us"),
        pytest.param("stairs", "stairs", None, id="no_singular"),
        pytest.param("closet walls", "closet wall", "structure", id="structure_in_plural"),
        pytest.param("wall lamp", "wall lamp", None, id="on_a_wall"),
        pytest.param("Remove", "remove", "junk_label", id="junk"),
        pytest.param("  ", "", "junk_label", id="empty"),
    ],
)
def test_labels(raw: str, category: str, reason: str | None) -> None:
    label = LabelTable({"trash can": "trash can", "trash bin": "trash bin", "shelves": "shelf"}).label(raw)
    assert (label.category, left_out(label, drop_groups=True)) == (category, reason)


@given(st.text(max_size=20))
def test_any_text_is_a_label(raw: str) -> None:
    label = LabelTable({"trash can": "trash can"}).label(raw)
    assert label.category == " ".join(label.category.lower().split())
    assert left_out(label, drop_groups=False) in {None, "junk_label", "structure"}


@pytest.mark.skipif(not SAMPLE.is_file(), reason="no ScanNet sample at ../shared/data/scannet")
def test_real_label_table() -> None:
    table = read_labels(SAMPLE)
    assert [table.label(raw).category for raw in ("books", "kitchen cabinets", "bycicle", "wardrobe cabinet")] == [
        "book", "kitchen cabinet", "bicycle", "wardrobe",
    ]  # fmt: skip
    assert left_out(table.label("shower walls"), drop_groups=True) == "structure"
    assert left_out(table.label("boxes of paper"), drop_groups=True) == "group"
