"""Reads a response back: the letter, yes or no, word or number that it states (see `stages.tasks.read_back`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from stages.tasks.base import LETTERS, SLOTS
from stages.tasks.read_back import (
    ONE_PICTURE,
    ORDER,
    UNIT_WORDS,
    Option,
    Reader,
    Reading,
    Recipe,
    Text,
    Unreadable,
    Vocabulary,
    category_of,
    compiled,
)
from stages.tasks.wordings import groups_of, read

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TURN = re.compile(r"(\d+) degrees?(?: (clockwise|counter-clockwise|to the left|to the right))?")


@cache
def _replies(task: str) -> Mapping[str, Sequence[Text]]:
    """Answer wordings of a task by group."""
    return {
        group: [compiled(task, group, text) for text in dict.fromkeys(texts)]
        for group, texts in groups_of(read(task), task) if group.endswith((".answer", ".yes", ".no"))
    }  # fmt: skip


def read_answer(response: str, reading: Reading, recipe: Recipe, words: Vocabulary) -> str:
    """Read a response to a prompt: the letter, yes or no, or number that it states.

    Args:
        response: Bare answer or sentence.
        reading: What the prompt says.
        recipe: As for the prompt.
        words: As for the prompt.

    Raises:
        Unreadable: The response states no answer, or several.
    """
    if reading.bare:
        return response
    reader = Reader(recipe, words, ONE_PICTURE.get(reading.group.split(".", 1)[0]))
    groups = [f"{reading.group}.{name}" for name in ("answer", "yes", "no")]
    texts = (text for group in groups for text in _replies(reading.task).get(group, ()))
    found = {
        answer for text in texts for slots in reader.readings(response, text)
        if (answer := _answer(text, slots, reading, words)) is not None
    }  # fmt: skip
    if len(found) != 1:
        raise Unreadable(f"{sorted(found)} in {response!r}")
    return found.pop()


def _answer(text: Text, slots: Mapping[str, str], reading: Reading, words: Vocabulary) -> str | None:
    """Return the answer that a sentence's slots state; None if they contradict the question or each other."""
    if any(slots.get(s, of_question) != of_question for s, of_question in zip(SLOTS, reading.slots, strict=False)):
        return None
    if category_of(slots) not in ("", reading.category):
        return None
    if reading.answer_kind == "yes_no":
        return text.group.rsplit(".", 1)[1]
    stated = {value for slot in slots if slot in _STATED for value in [_STATED[slot](slots[slot], reading, words)]}
    objects = tuple(slots[name] for name in ("winner", *ORDER) if name in slots)
    stated |= {_letter(objects, reading)} if objects else set()
    return stated.pop() if len(stated) == 1 else None


def _letter(meaning: Option, reading: Reading) -> str | None:
    """Letter of the one option that means this."""
    at = [letter for letter, option in zip(LETTERS, reading.options, strict=False) if option == meaning]
    return at[0] if len(at) == 1 else None


def _said(text: str, reading: Reading, _: Vocabulary) -> str | None:
    """A measure, a word or turns: an option's text, or a number in the question's unit."""
    if reading.answer_kind == "choice":
        return next((letter for letter, option in zip(LETTERS, reading.options, strict=False)
                     if isinstance(option, str) and option.casefold() == text.casefold()), None)  # fmt: skip
    if reading.answer_kind == "text":
        return text.casefold() if " " not in text else None  # one word
    number, unit = text.split(" ", 1) if " " in text else (text, "")
    return number if _NUMBER.fullmatch(number) and UNIT_WORDS.get(unit) == reading.unit else None


def _counted(text: str, reading: Reading, words: Vocabulary) -> str | None:
    number, name = text.split(" ", 1) if " " in text else (text, "")
    category = words.of("one" if number == "1" else "categories", name)
    return _number(number, reading, words) if category == reading.category else None


def _number(text: str, reading: Reading, _: Vocabulary) -> str | None:
    if not _NUMBER.fullmatch(text):
        return None
    if reading.answer_kind != "choice":
        return text
    values = [option if _NUMBER.fullmatch(str(option)) else _signed_deg(str(option)) for option in reading.options]
    return LETTERS[values.index(text)] if values.count(text) == 1 else None


def _turned(text: str, reading: Reading, words: Vocabulary) -> str | None:
    signed = _signed_deg(text)
    return None if signed is None else _number(signed, reading, words)


def _signed_deg(turn: str) -> str | None:
    """Read a turn as signed degrees, counter-clockwise or left positive.

    Example:
        >>> _signed_deg("45 degrees clockwise"), _signed_deg("1 degree to the left")
        ('-45', '1')
    """
    match = _TURN.fullmatch(turn)
    if match is None:
        return None
    return f"-{match[1]}" if match[2] in ("clockwise", "to the right") else match[1]


_STATED: dict[str, Callable[[str, Reading, Vocabulary], str | None]] = {
    "measure": _said, "word": _said, "turns": _said, "turn": _turned, "angle": _number, "n": _number,
    "n_categories": _counted,
}  # fmt: skip
