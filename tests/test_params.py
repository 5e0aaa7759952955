"""params.yaml: every mistake is named, all at once, with the nearest known name."""

from pathlib import Path

import pytest
from pydantic import Field

from stages import params
from stages.schema.errors import ParamsError


class Inner(params.Params):
    deep_value: float = Field(gt=0)


class Outer(params.Params):
    count: int = Field(ge=1)
    inner: Inner


def test_a_valid_section_is_frozen() -> None:
    outer = params.parse(Outer, {"count": 2, "inner": {"deep_value": 0.5}}, "outer")
    with pytest.raises(ValueError, match="frozen"):
        setattr(outer, "count", 3)  # noqa: B010


def test_all_errors_come_at_once_with_suggestions() -> None:
    with pytest.raises(ParamsError) as caught:
        params.parse(Outer, {"cuont": 0, "inner": {"deep_vlaue": 1, "deep_value": -1}}, "outer")
    message = str(caught.value)
    assert "outer.cuont: unknown key. Did you mean 'count'?" in message
    assert "outer.count: is missing" in message
    assert "outer.inner.deep_vlaue: unknown key. Did you mean 'deep_value'?" in message
    assert "outer.inner.deep_value: Input should be greater than 0, found -1" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("a: [1", "not valid YAML", id="broken YAML"),
        pytest.param("- a\n- b", "expected a mapping", id="a list"),
        pytest.param("", "expected a mapping", id="empty"),
    ],
)
def test_unreadable_files(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ParamsError, match=message) as caught:
        params.read_params(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_says_where_to_run(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match="run from the project's root folder"):
        params.read_params(tmp_path / "params.yaml")


def test_sections_go_down_by_dots_and_suggest() -> None:
    data = {"sources": {"rooms": {"reader": "procedural"}}}
    assert params.section(data, "sources.rooms") == {"reader": "procedural"}
    with pytest.raises(ParamsError, match=r"`sources.room` is missing. Did you mean 'rooms'\? Present: rooms"):
        params.section(data, "sources.room")
