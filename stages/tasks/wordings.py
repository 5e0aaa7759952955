"""Reads the wording files and compiles them; a group is one list of wordings that mean the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from stages.formats.names import Reserved
from stages.formats.phrases import Programs, compile_texts
from stages.ranks import deal
from stages.registry import suggest
from stages.rng import key, mix
from stages.schema.errors import UserError
from stages.tasks.base import Groups, IntArray, KeyArray

FOLDER = Path(__file__).parent / "wording"
INSTRUCTIONS = "instructions"
LISTS = ("ask", "answer", "yes", "no")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the compiled one is ten times faster
_PART = re.compile(r"\{([a-z_]+)\}")
_AFTER_THE = re.compile(r"(?<![a-z])the (?=((?:[a-z'-]+ ?){1,4}))")
_AFTER_SLOT = re.compile(r"\{(?:[a-f]|winner|loser|first|second|third|fourth)\} ([a-z'-]+)")


@dataclass(frozen=True)
class Wording:
    """All texts of one file: compiled programs, readable ids, and the span (start, count) of every group."""

    name: str
    programs: Programs
    ids: pa.StringArray
    spans: Mapping[str, tuple[int, int]]

    def choose(self, groups: Groups, keys: KeyArray, scenes: KeyArray, apart: IntArray) -> IntArray:
        """Deal the texts of each row's group over the rows of a scene, so that all are used equally often.

        Args:
            groups: Group per row.
            keys: Key per row, which draws the order.
            scenes: Key per scene.
            apart: Rows with different numbers are dealt apart, beginning with the same text: no text goes with one
                answer more often than with another.

        Raises:
            UserError: The file has no such group; the nearest name is suggested.
        """
        starts, counts = np.array([self._span(name) for name in groups.names], dtype=np.int64).T
        names = np.array([key("wording", self.name, name) for name in groups.names], dtype=np.uint64)
        scene = mix(scenes, names[groups.index])
        chosen: IntArray = starts[groups.index] + deal(mix(scene, apart.astype(np.uint64)), mix(keys, key("wording")),
                                                       counts[groups.index], scene)  # fmt: skip
        return chosen

    def _span(self, group: str) -> tuple[int, int]:
        if group not in self.spans:
            known = ", ".join(self.spans)
            raise UserError(
                f"{FOLDER / self.name}.yaml: no group `{group}`.{suggest(group, self.spans)} Known: {known}"
            )
        return self.spans[group]


@cache
def wording(name: str, folder: Path = FOLDER) -> Wording:
    """Load and compile one wording file.

    Raises:
        UserError: The file is missing, is not YAML, or is not lists of texts below two or three names.
    """
    texts: list[str] = []
    ids: list[str] = []
    spans: dict[str, tuple[int, int]] = {}
    for group, lines in groups_of(read(name, folder), f"{folder / name}.yaml"):
        spans[group] = (len(texts), len(lines))
        texts.extend(lines)
        ids.extend(f"{group}.{index:02d}" for index in range(len(lines)))
    return Wording(name, compile_texts(texts), pa.array(ids, pa.string()), spans)


def read(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Read one wording file as plain data, with its parts put in (see `with_parts`)."""
    return with_parts(read_raw(name, folder))


@cache
def read_raw(name: str, folder: Path = FOLDER) -> dict[str, Any]:
    """Read one wording file as it stands."""
    path = folder / f"{name}.yaml"
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 (a safe loader)
    except FileNotFoundError as error:
        known = sorted(file.stem for file in folder.glob("*.yaml"))
        raise UserError(f"{path}: no such wording file.{suggest(name, known)} Known: {', '.join(known)}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise UserError(f"{path}: expected relations with lists of wordings, found {type(data).__name__}")
    return data


def with_parts(data: Mapping[Any, Any], above: Mapping[str, str] | None = None) -> dict[Any, Any]:
    """Replace the parts that lists share: a name with a text instead of a list stands for that text below it.

    So one list serves `left` and `right` alike, and says exactly the same about both.

    Example:
        >>> with_parts({"right_of": {"side": "right", "ask": ["Is {a} on the {side}?"]}})
        {'right_of': {'ask': ['Is {a} on the right?']}}
    """
    own = parts_of(data)
    return {name: _put_in(value, {**(above or {}), **own}) for name, value in data.items() if name not in own}


def parts_of(data: Mapping[Any, Any]) -> dict[str, str]:
    """Return the parts that a mapping of a wording file sets for all lists below it."""
    return {name: text for name, text in data.items() if isinstance(text, str) and name not in LISTS}


def _put_in(value: Any, parts: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return with_parts(value, parts)
    if isinstance(value, list):
        return [_PART.sub(lambda m: parts.get(m[1], m[0]), text) if isinstance(text, str) else text for text in value]
    return value


def groups_of(data: Mapping[Any, Any], where: str, above: str = "") -> Iterator[tuple[str, list[str]]]:
    """Yield every list of texts with its dotted name; the list `ask` bears the name of what is above it.

    Raises:
        UserError: A key or a text is not text (an unquoted yes or no is a truth value in YAML).
    """
    for name, value in data.items():
        here = f"{above}.{name}" if above else str(name)
        if not isinstance(name, str):
            raise UserError(f'{where}: {here}: the key {name!r} is no text; write "yes" and "no" in quotes')
        if isinstance(value, dict):
            yield from groups_of(value, where, here)
        elif isinstance(value, list) and value and all(isinstance(text, str) for text in value):
            yield (above if name == "ask" else here), value
        else:
            raise UserError(f"{where}: {here}: expected a list of texts, found {value!r}")


@cache
def reserved() -> Reserved:
    """Collect the phrases that wordings say after "the", and the words they put right after an object's name."""
    names = sorted(path.stem for path in FOLDER.glob("*.yaml"))
    texts = [text for name in names for _, lines in groups_of(read(name), name) for text in lines]
    phrases = {
        " ".join(words.split()[:length])
        for text in texts
        for words in _AFTER_THE.findall(text.lower())
        for length in range(1, len(words.split()) + 1)
    }
    following = {word for text in texts for word in _AFTER_SLOT.findall(text.lower())}
    return Reserved(frozenset(phrases), frozenset(following))
