"""Wordings are compiled and rendered as columns."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stages.formats.phrases import capital, compile_texts, render

FILLS = {"a": pa.array(["the tv", "<ref>x</ref>"]), "b": pa.array(["the {a}", "a lamp"])}


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("Is {a} left of {b}?", "Is the tv left of the {a}?", id="two slots"),
        pytest.param("{a}!", "The tv!", id="opens a sentence"),
        pytest.param("Well. {a} it is.", "Well. The tv it is.", id="opens a second sentence"),
        pytest.param("{a}{b}", "The tvthe {a}", id="slots that touch"),
        pytest.param("{a}, {a}, {a}", "The tv, the tv, the tv", id="one slot three times"),
        pytest.param("No slot.", "No slot.", id="no slot"),
    ],
)
def test_render_fills_slots_once(text: str, first: str) -> None:
    programs = compile_texts([text, "other {b}"])
    assert render(programs, np.array([0, 1]), FILLS).to_pylist() == [first, "other a lamp"]


def test_rows_take_their_own_texts_and_values() -> None:
    programs = compile_texts(["x {a}", "y {b} z"])
    assert render(programs, np.array([1, 0]), FILLS).to_pylist() == ["y the {a} z", "x <ref>x</ref>"]


def test_no_rows() -> None:
    none = {name: column[:0] for name, column in FILLS.items()}
    assert render(compile_texts(["x {a}"]), np.zeros(0, dtype=np.int64), none).to_pylist() == []


def test_unused_slots_need_no_column() -> None:
    assert render(compile_texts(["x", "{zzz}"]), np.array([0]), {}).to_pylist() == ["x"]


def test_missing_column_is_an_error() -> None:
    with pytest.raises(KeyError, match="zzz"):
        render(compile_texts(["{zzz}"]), np.array([0]), {})


@given(st.lists(st.text(alphabet="ab {}.?é", max_size=12), min_size=1, max_size=5), st.text(max_size=6))
def test_same_as_replacing_in_python(texts: list[str], value: str) -> None:
    fills = {"a": pa.array([value]), "b": pa.array([value])}
    for k, text in enumerate(texts):
        expected = text.replace("{a}", "\0").replace("{b}", "\0").replace("\0", value)
        found = render(compile_texts(texts), np.array([k]), fills).to_pylist()[0]
        assert found.lower() == expected.lower()


def test_capital_keeps_the_rest() -> None:
    assert capital(pa.array(["", "étagère", "the TV", "3 chairs"])).to_pylist() == ["", "Étagère", "The TV", "3 chairs"]
