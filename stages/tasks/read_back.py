"""Reads a sample back: from prompt, picture recipe and response to task, objects, options and answer.

The check behind "nothing is lost between a fact and what a model reads": it knows the wording files and what names,
boxes and marks mean (`formats.parse`), but nothing of how prompts are made. Texts are split at the literals of every
wording that could fit; a reading counts only if all its slots make sense, and a sample must have exactly one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from stages.formats.coordinates import Pointing
from stages.formats.parse import INTERNVL, Picture, UnresolvedReference, read_reference
from stages.registry import resolve
from stages.tasks import TASKS
from stages.tasks.base import LETTERS, SLOTS, Task
from stages.tasks.grammar import plural, singular, with_article, without_article
from stages.tasks.wordings import INSTRUCTIONS, groups_of, read

UNIT_WORDS = {
    "meter": "m", "meters": "m", "centimeter": "cm", "centimeters": "cm", "foot": "ft", "feet": "ft", "inch": "in",
    "inches": "in", "square meters": "m2", "square feet": "ft2",
}  # fmt: skip
# Facts that point at an object in one picture of two: place of the picture of {a}, and of all other objects.
ONE_PICTURE = {"same_object": (0, 1)}
_SLOT = re.compile(r"\{([a-z_]+)\}")
ORDER = ("first", "second", "third", "fourth")
_OBJECTS = frozenset({*SLOTS, "winner", "loser", *ORDER})
_OPTION = re.compile(r"([A-Z])\. (.*)")


class Unreadable(ValueError):
    """A prompt or response has no reading, or several."""


@dataclass(frozen=True)
class Recipe:
    """What a reader sees and is told besides the text.

    Args:
        text_format: How the text points at objects.
        image_format: What is drawn on the pictures.
        pictures: Objects of each view shown, in order.
        mark_ids: Objects drawn on the pictures, in drawing order.
        pointing: Coordinates and tokens of the text.
    """

    text_format: str
    image_format: str
    pictures: Sequence[Picture]
    mark_ids: Sequence[str]
    pointing: Pointing = INTERNVL


Option = str | tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What a prompt says.

    Args:
        task: Row of `TASKS`.
        group: Fact kind and way of asking, as in the wording file.
        answer_kind: Kind of answer it wants.
        bare: Whether it wants the answer alone, without a sentence.
        slots: Object per slot {a}, {b}, ... that the question names; empty for a slot that only options name.
        options: Per option the objects it names, in order, or its text.
        unit: Unit that the question names, or empty.
        category: Category that the question is about, or empty.
    """

    task: str
    group: str
    answer_kind: str
    bare: bool
    slots: tuple[str, ...]
    options: tuple[Option, ...] = ()
    unit: str = ""
    category: str = ""


class Vocabulary:
    """Words of categories: each form that a wording may use, and the categories it may stand for."""

    def __init__(self, categories: Iterable[str]) -> None:
        """Spell out every category."""
        self._forms: dict[str, dict[str, set[str]]] = {name: {} for name in _FORMS}
        for category in categories:
            for name, form in _FORMS.items():
                self._forms[name].setdefault(form(category).casefold(), set()).add(category.casefold())

    def of(self, slot: str, text: str) -> str | None:
        """Return the one category that a text in a slot stands for, in lower case."""
        found = self._forms[slot].get(text.casefold(), set())
        return next(iter(found)) if len(found) == 1 else None


_FORMS: dict[str, Callable[[str], str]] = {
    "category": without_article, "a_category": with_article, "categories": plural, "one": singular,
}  # fmt: skip


class Text(NamedTuple):
    """One wording: literals around its slots."""

    task: str
    group: str
    literals: tuple[str, ...]
    slots: tuple[str, ...]


def compiled(task: str, group: str, text: str) -> Text:
    """Split a text at its slots."""
    parts = _SLOT.split(text)
    return Text(task, group, tuple(parts[::2]), tuple(parts[1::2]))


@cache
def _questions() -> Mapping[str, Sequence[Text]]:
    """All question wordings by the words they surely begin with (at most two)."""
    found: dict[str, list[Text]] = {}
    for task in TASKS:
        for group, texts in groups_of(read(task), task):
            if not group.endswith((".answer", ".yes", ".no")):
                for text in dict.fromkeys(texts):
                    wording = compiled(task, group, text)
                    whole = wording.literals[0].split(" ")[:-1] if wording.slots else text.split(" ")
                    found.setdefault(" ".join(whole[:2]), []).append(wording)
    return found


@cache
def _instructions() -> Mapping[str, Sequence[tuple[str, bool]]]:
    """Kinds of answer, and whether it is wanted bare, by last line of a prompt."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for group, texts in groups_of(read(INSTRUCTIONS), INSTRUCTIONS):
        kind, how = group.split(".")
        for text in texts:
            found.setdefault(text, []).append((kind, how == "bare"))
    return found


@cache
def _task(name: str) -> Task:
    task: Task = resolve(TASKS, name, "task")
    return task


def _kind_of(text: Text) -> Sequence[str]:
    """Kinds of answer that a question wording can be used for."""
    way = text.group.split(".", 1)[1].removesuffix("_opposite")
    return [kind for kind, ways in _task(text.task).ways.items() if way in ways]


@dataclass
class Reader:
    """Makes sense of the pieces between literals; remembers what it has made sense of."""

    recipe: Recipe
    words: Vocabulary
    one_picture: tuple[int, int] | None = None
    known: dict[tuple[bool, str], str | None] = field(default_factory=dict)

    def object(self, slot: str, text: str) -> str | None:
        """Return the object that a text points at, None if it is no reference to one object."""
        is_a = slot == "a"
        if (is_a, text) not in self.known:
            places = () if self.one_picture is None else (self.one_picture[0 if is_a else 1],)
            recipe = self.recipe
            try:
                found = read_reference(
                    text, recipe.text_format, recipe.image_format, recipe.pictures, recipe.mark_ids, places,
                    recipe.pointing,
                )  # fmt: skip
            except UnresolvedReference:
                found = None
            self.known[is_a, text] = found
        return self.known[is_a, text]

    def value(self, slot: str, text: str) -> str | None:
        """Return what a text in a slot means, None if nothing."""
        if slot in _OBJECTS:
            return self.object(slot, text)
        if slot == "unit":
            return UNIT_WORDS.get(text)
        return self.words.of(slot, text) if slot in _FORMS else text

    def readings(self, text: str, wording: Text) -> Iterator[dict[str, str]]:
        """Yield the values of all slots, for every way to split the text in which they make sense."""
        if text.startswith(wording.literals[0]) and text.endswith(wording.literals[-1]):
            yield from self._split(text, len(wording.literals[0]), wording.literals[1:], wording.slots, {})

    def _split(
        self, text: str, at: int, literals: Sequence[str], slots: Sequence[str], found: dict[str, str]
    ) -> Iterator[dict[str, str]]:
        if not slots:
            if at == len(text):
                yield found
            return
        for end in _ends(text, at, literals[0], last=len(slots) == 1):
            value = self.value(slots[0], text[at:end])
            if value is not None and found.get(slots[0], value) == value:
                yield from self._split(
                    text, end + len(literals[0]), literals[1:], slots[1:], {**found, slots[0]: value}
                )

    def sequence(self, text: str) -> Iterator[tuple[str, ...]]:
        """Yield the objects that a text lists, with commas between them."""
        whole = self.object("", text)
        if whole is not None:
            yield (whole,)
        end = text.find(", ")
        while end >= 0:
            first = self.object("", text[:end])
            if first is not None:
                yield from ((first, *rest) for rest in self.sequence(text[end + 2 :]))
            end = text.find(", ", end + 1)


def _ends(text: str, at: int, literal: str, last: bool) -> Iterator[int]:
    """Places where a slot that begins at `at` may end because the literal follows."""
    if last:
        if len(text) - len(literal) > at and text.endswith(literal):
            yield len(text) - len(literal)
        return
    end = text.find(literal, at + 1)
    while end >= 0:
        yield end
        end = text.find(literal, end + 1)


def read_back(prompt: str, recipe: Recipe, words: Vocabulary) -> Reading:
    """Read a prompt.

    Args:
        prompt: Question, options and answer instruction, a line each.
        recipe: Format, and what its pictures show.
        words: Categories that questions may be about.

    Raises:
        Unreadable: The prompt has no reading, or several.
    """
    lines = prompt.split("\n")
    wanted = _instructions().get(lines[-1], ())
    options = [_OPTION.fullmatch(line) for line in lines[1:-1]]
    if not wanted or any(o is None or o[1] != letter for o, letter in zip(options, LETTERS, strict=False)):
        raise Unreadable(f"no question, options A, B, ... and instruction: {prompt!r}")
    texts = [o[2] for o in options if o is not None]
    found = {
        Reading(wording.task, wording.group, kind, bare, tuple(slots.get(s, "") for s in SLOTS[: _named(slots)]),
                _options(texts, reader), slots.get("unit", ""), category_of(slots))
        for wording, slots, reader in _question(lines[0], recipe, words)
        for kind in _kind_of(wording) if (kind == "choice") == bool(texts)
        for asked, bare in wanted if asked == kind
    }  # fmt: skip
    if len(found) != 1:
        raise Unreadable(f"{len(found)} readings of {prompt!r}{'' if not found else f': {sorted(map(str, found))}'}")
    return found.pop()


def _question(question: str, recipe: Recipe, words: Vocabulary) -> Iterator[tuple[Text, Mapping[str, str], Reader]]:
    first = question.split(" ", 2)
    reader, pointed = Reader(recipe, words), {kind: Reader(recipe, words, at) for kind, at in ONE_PICTURE.items()}
    for begin in (" ".join(first[:2]), first[0], ""):
        for wording in _questions().get(begin, ()):
            of_kind = pointed.get(wording.group.split(".", 1)[0], reader)
            for slots in of_kind.readings(question, wording):
                yield wording, slots, of_kind


def _named(slots: Mapping[str, str]) -> int:
    return max((SLOTS.index(slot) + 1 for slot in slots if slot in SLOTS), default=0)


def category_of(slots: Mapping[str, str]) -> str:
    """Return the category that a text's slots name, or nothing."""
    return next((slots[name] for name in ("categories", "a_category", "category") if name in slots), "")


def _options(texts: Sequence[str], reader: Reader) -> tuple[Option, ...]:
    read_options: list[Option] = []
    for text in texts:
        lists = set(reader.sequence(text))
        if len(lists) > 1:
            raise Unreadable(f"option {text!r} may list {sorted(lists)}")
        read_options.append(lists.pop() if lists else text)
    return tuple(read_options)
