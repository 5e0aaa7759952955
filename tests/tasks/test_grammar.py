"""Articles, plurals and numbers of category names."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from stages.tasks.grammar import category_fills, counted, plural, with_article, without_article


@pytest.mark.parametrize(
    ("category", "one", "several", "none"),
    [
        pytest.param("chair", "a chair", "chairs", "chair", id="plain"),
        pytest.param("oven", "an oven", "ovens", "oven", id="vowel"),
        pytest.param("bookshelf", "a bookshelf", "bookshelves", "bookshelf", id="irregular"),
        pytest.param("person", "a person", "people", "person", id="another word"),
        pytest.param("bus", "a bus", "buses", "bus", id="ends in s"),
        pytest.param("chest of drawers", "a chest of drawers", "chests of drawers", "chest of drawers", id="of"),
        pytest.param("scissors", "a pair of scissors", "pairs of scissors", "pair of scissors", id="pair"),
        pytest.param(
            "window blinds", "a set of window blinds", "sets of window blinds", "set of window blinds", id="set"
        ),
        pytest.param("furniture", "some furniture", "pieces of furniture", "furniture", id="mass"),
    ],
)
def test_forms(category: str, one: str, several: str, none: str) -> None:
    assert (with_article(category), plural(category), without_article(category)) == (one, several, none)


def test_columns() -> None:
    fills = category_fills(pa.array(["chair", "oven", "chair"]))
    assert fills["a_category"].to_pylist() == ["a chair", "an oven", "a chair"]
    assert fills["categories"].to_pylist() == ["chairs", "ovens", "chairs"]


def test_counted_agrees_in_number() -> None:
    found = counted(np.array([1, 2, 1]), pa.array(["chair", "chair", "jeans"]))
    assert found.to_pylist() == ["1 chair", "2 chairs", "1 pair of jeans"]


def test_no_categories() -> None:
    assert category_fills(pa.array([], pa.string()))["a_category"].to_pylist() == []
