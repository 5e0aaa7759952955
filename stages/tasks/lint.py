"""Lint of the wording files: everything that can be wrong with a text without reading its meaning.

`python -m stages.tasks.lint` lists every problem of every file, with its list and text.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from stages.formats.phrases import SLOT
from stages.registry import suggest
from stages.runner import guard
from stages.schema.errors import UserError
from stages.tasks import TASKS
from stages.tasks.base import SLOTS
from stages.tasks.english import faults, leads, names_a_number, worn_phrases
from stages.tasks.wordings import FOLDER, INSTRUCTIONS, groups_of, parts_of, read, read_raw

MIN_QUESTIONS = 20
MIN_ANSWERS = 8
MIN_INSTRUCTIONS = 8
WORN = 0.5  # share of a list's questions in which a phrase may stand; shared parts aside
_SEEN = r"image|photo|view|camera|lens\b|\bsee[ns]?\b"
_FIRST = r"\bfirst|image one"
_ABOVE = r"\babove\b"
_SIGN = r"positive|negative"


@dataclass(frozen=True)
class Slots:
    """What the texts of a group use and say.

    Args:
        ask: Slots that every question uses.
        answer: Slots that answers may use.
        one_of: Slots of which every answer needs one.
        frame: What every question must say so that it has one reading, as a pattern: whose left, seen from where.
        words: Alternatives that every question names, all of them: it may come without options.
    """

    ask: tuple[str, ...]
    answer: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    frame: str = ""
    words: tuple[str, ...] = ()


def _seen(slots: Slots) -> Slots:
    return replace(slots, frame=_SEEN)


_PAIR = Slots(ask=("a", "b"), answer=("a", "b"))
_WHICH = Slots(ask=("a", "b"), answer=("winner", "loser"), one_of=("winner",))
_COUNT = Slots(ask=("categories",), answer=("categories", "n", "n_categories", "are"), one_of=("n", "n_categories"))
_MEASURE = Slots(ask=("a", "b", "unit"), answer=("a", "b", "measure"), one_of=("measure",))
_OPTIONS = Slots(ask=("a", "b"), answer=("a", "b", "measure"), one_of=("measure",))
_THERE = Slots(ask=("a_category",), answer=("a_category", "category"), one_of=("a_category", "category"))
_THERE_TOO = Slots(ask=("a_category", "a"), answer=("a_category", "category", "a"), one_of=("a_category", "category"))
_SIDE_COUNT = Slots(
    ask=("categories", "a"), answer=("categories", "n", "n_categories", "are", "a"), one_of=("n", "n_categories")
)
_SIZE = Slots(ask=("a", "unit"), answer=("a", "measure"), one_of=("measure",))
_SIZES = Slots(ask=("a",), answer=("a", "measure"), one_of=("measure",))
_AREA = Slots(ask=("unit",), answer=("measure",), one_of=("measure",))
_AREAS = Slots(ask=(), answer=("measure",), one_of=("measure",))
_DIRECTION = Slots(ask=("a", "b", "c"), answer=("a", "b", "c", "word"), one_of=("word",))
_TURN = Slots(ask=("a",), answer=("a", "turn", "angle"), one_of=("turn", "angle"), frame=_ABOVE)


def _among(named: int, candidates: int) -> Slots:
    return Slots(SLOTS[: named + candidates], (*SLOTS[:named], "winner"), ("winner",))


def _in_order(count: int) -> Slots:
    places = ("first", "second", "third", "fourth")[:count]
    return Slots(SLOTS[:count], places, places)


def _position(frame: str, *words: str) -> dict[str, Slots]:
    word = Slots(ask=("a", "b"), answer=("a", "b", "word"), one_of=("word",), words=words)
    ways = {"claim": _PAIR, "which": _WHICH, "which_opposite": _WHICH, "word": word}
    return {way: replace(slots, frame=frame) for way, slots in ways.items()}


# What each wording file must hold: relation -> way of asking -> slots.
EXPECTED: dict[str, dict[str, dict[str, Slots]]] = {
    "position_comparison": {
        "left_of": _position(_SEEN, "left", "right"),
        "above": _position("", "higher", "lower"),
        "in_front_of": _position(_SEEN, "nearer", "farther"),
    },
    "size_comparison": {
        kind: {"claim": _PAIR, "which": _WHICH, "which_opposite": _WHICH} for kind in ("bigger", "taller", "wider")
    },
    "existence": {"exists": {"claim": _THERE}}
    | {f"exists_{side}": {"claim": _seen(_THERE_TOO)} for side in ("left_of", "right_of", "in_front_of", "behind")},
    "counting": {"count": {"number": _COUNT, "four": _COUNT}}
    | {
        f"count_{side}": dict.fromkeys(("number", "four"), _seen(_SIDE_COUNT))
        for side in ("left_of", "right_of", "in_front_of", "behind")
    },
    "video_counting": {"video_count": {"number": _COUNT, "four": _COUNT}},
    "object_size": {kind: {"number": _SIZE, "four": _SIZES} for kind in ("height", "longest_edge")},
    "video_object_size": {"video_longest_edge": {"number": _SIZE, "four": _SIZES}},
    "video_distance": {"video_distance": {"number": _MEASURE, "four": _OPTIONS}},
    "room_size": {"room_area": {"number": _AREA, "four": _AREAS}},
    "relative_distance": {"nearest_to": {"which": _among(1, 3)}},
    "video_relative_distance": {"video_nearest_to": {"which": _among(1, 4)}},
    "closest_to_camera": {"nearest_to_camera": {"which": _among(0, 3)}},
    "depth_ordering": {"depth_order": {"order": _in_order(3)}},
    "appearance_order": {"first_seen_order": {"order": _in_order(4)}},
    "relative_direction": {
        "direction_easy": {"which": replace(_DIRECTION, words=("left", "right"))},
        "direction_medium": {"which": replace(_DIRECTION, words=("left", "right", "back"))},
        "direction_hard": {
            "which": replace(_DIRECTION, words=("front-left", "front-right", "back-left", "back-right"))
        },
    },
    "route_planning": {
        f"route_{stops}": {"turns": Slots(ask=SLOTS[: 2 + stops], answer=("turns",), one_of=("turns",))}
        for stops in (1, 2, 3)
    },
    "camera_turn": {
        "camera_turn": {
            "which": Slots(ask=(), answer=("word",), one_of=("word",), frame=_FIRST, words=("left", "right")),
            "angle": Slots(ask=(), answer=("turn", "angle"), one_of=("turn", "angle"), frame=_SIGN),
        }
    },
    "camera_shift": {
        "camera_shift": {"which": Slots(ask=(), answer=("word",), one_of=("word",), frame=_FIRST), "number": _AREA}
    },
    "correspondence": {"same_object": {"which": Slots(ask=("a",), answer=("a", "winner"), one_of=("winner",))}},
    "absolute_distance": {
        kind: {"number": _MEASURE, "four": _OPTIONS} for kind in ("distance_center", "distance_closest")
    },
    "rotation_estimation": {
        "rotation": dict.fromkeys(("camera_angle", "object_angle", "camera_turn", "object_turn"), _TURN)
    },
}


def lint(task: str, folder: Path = FOLDER) -> list[str]:
    """Return every problem of a task's wording file, each naming its list and text.

    Checked: unknown, missing and unused names; unknown and missing slots; answers given away in the question; too few
    texts; texts that occur twice, also under a name that means something else; phrases that most texts share; a
    missing frame of reference; yes without as many no; grammar (`stages.tasks.english`).
    """
    where = f"{folder / task}.yaml"
    try:
        data = read(task, folder)
        list(groups_of(data, where))  # finds keys and texts that are no text
    except UserError as error:
        return [str(error)]
    problems = [*_file(data, EXPECTED[task]), *_shared(data), *_parts(read_raw(task, folder))]
    return [f"{where}: {problem}" for problem in problems]


def problems_of(task: str, group: str, text: str) -> list[str]:
    """Return what is wrong with one text as a member of a group, named `relation.way`, or with `.answer` (yes, no)."""
    relation, way, *part = group.split(".")
    slots = EXPECTED[task][relation][way]
    if not part:
        return [*_texts("ask", [text], slots.ask, slots.ask, 0), *_questions([text], slots)]
    return [*_texts(part[0], [text], slots.answer, (), 0), *_incomplete(part[0], [text], slots),
            *(_unclear(part[0], [text]) if way == "claim" else ())]  # fmt: skip


def lint_instructions(folder: Path = FOLDER) -> list[str]:
    """Return every problem of the instructions that end a prompt."""
    where = f"{folder / INSTRUCTIONS}.yaml"
    groups = groups_of(read(INSTRUCTIONS, folder), where)
    return [
        f"{where}: {problem}" for name, texts in groups for problem in _texts(name, texts, (), (), MIN_INSTRUCTIONS)
    ]


def _file(data: Mapping[str, Any], expected: Mapping[str, Mapping[str, Slots]]) -> Iterator[str]:
    yield from _keys(data, expected, "relation")
    for relation in (name for name in expected if name in data):
        if not isinstance(data[relation], dict):
            yield f"{relation}: expected ways of asking, found a list"
            continue
        yield from (f"{relation}: {problem}" for problem in _keys(data[relation], expected[relation], "way"))
        for way in (name for name in expected[relation] if name in data[relation]):
            yield from (
                f"{relation}.{way}: {problem}" for problem in _way(way, data[relation][way], expected[relation][way])
            )


def _parts(raw: Mapping[Any, Any]) -> Iterator[str]:
    """Yield parts that no text below them uses, and phrases that too many questions share without being a part.

    Args:
        raw: A file before its parts are put in.
    """
    for part in parts_of(raw):
        if f"{{{part}}}" not in str([value for value in raw.values() if not isinstance(value, str)]):
            yield f"part `{part}` is used by no text"
    for name, value in raw.items():
        if isinstance(value, dict):
            yield from (f"{name}: {problem}" for problem in _parts(value))
        elif name == "ask" and isinstance(value, list):
            yield from (f"ask: the phrase {phrase}; vary it" for phrase in worn_phrases(value, WORN))


def _shared(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield questions that stand under two names with different meanings; `number` and `four` ask alike."""
    seen: dict[str, str] = {}
    for relation, ways in data.items():
        for way, lists in ways.items() if isinstance(ways, dict) else ():
            here = relation if way in ("number", "four") else f"{relation}.{way}"
            for text in lists.get("ask", ()) if isinstance(lists, dict) else ():
                if seen.setdefault(same(text), here) != here:
                    yield f"{here}: ask: {text!r} stands under {seen[same(text)]} too, which asks for something else"


def _way(way: str, texts: Any, slots: Slots) -> Iterator[str]:
    answers = ("yes", "no") if way == "claim" else ("answer",)
    if not isinstance(texts, dict):
        yield f"expected lists ask, {', '.join(answers)}"
        return
    yield from _keys(texts, dict.fromkeys(("ask", *answers)), "list")
    yield from _texts("ask", texts.get("ask", []), slots.ask, slots.ask, MIN_QUESTIONS)
    yield from (f"ask: {problem}" for problem in _questions(texts.get("ask", []), slots))
    for name in answers:
        found = texts.get(name, [])
        yield from _texts(name, found, slots.answer, (), MIN_ANSWERS)
        yield from _incomplete(name, found, slots)
    if way == "claim":
        yield from _yes_no(texts)


def _incomplete(name: str, texts: Sequence[str], slots: Slots) -> Iterator[str]:
    for text in texts:
        if slots.one_of and not set(slots.one_of) & set(SLOT.findall(text)):
            yield f"{name}: {text!r} needs one of {_braced(slots.one_of)}"


def _questions(texts: Sequence[str], slots: Slots) -> Iterator[str]:
    """Yield questions that leave their frame open or give their answer away."""
    measured = bool({"n", "measure"} & set(slots.answer))
    for text in texts:
        if slots.frame and not re.search(slots.frame, text, re.IGNORECASE):
            yield f"{text!r} does not name its frame of reference (expected {slots.frame})"
        if leads(text):
            yield f"{text!r} leads to an answer"
        named = [word for word in slots.words if re.search(rf"(?<![-\w]){word}(?!-)", text, re.IGNORECASE)]
        if len(named) < len(slots.words):
            yield f"{text!r} does not name all of {', '.join(slots.words)}"
        if measured and names_a_number(text):
            yield f"{text!r} holds a number, as its answer does"


def _texts(name: str, texts: list[str], may: tuple[str, ...], must: tuple[str, ...], least: int) -> Iterator[str]:
    if len(texts) < least:
        yield f"{name}: {len(texts)} texts, expected at least {least}"
    seen: dict[str, str] = {}
    for text in texts:
        yield from (f"{name}: {text!r} {problem}" for problem in (*_slots(text, may, must), *faults(text)))
        if same(text) in seen:
            yield f"{name}: {text!r} repeats {seen[same(text)]!r}"
        seen[same(text)] = text


def same(text: str) -> str:
    """What is left of a text when case, spaces and punctuation do not count."""
    return re.sub(r"[^a-z{}_]", "", text.lower())


def _slots(text: str, may: tuple[str, ...], must: tuple[str, ...]) -> Iterator[str]:
    slots = SLOT.findall(text)
    for slot in dict.fromkeys(slots):
        if slot not in may:
            yield f"has unknown slot {{{slot}}}.{suggest(slot, may)} Known: {_braced(may)}"
    for slot in must:
        if slot not in slots:
            yield f"lacks slot {{{slot}}}"


def _yes_no(texts: Mapping[str, list[str]]) -> Iterator[str]:
    yes, no = texts.get("yes", []), texts.get("no", [])
    if len(yes) != len(no):
        yield f"{len(yes)} texts for yes but {len(no)} for no; expected as many"
    yield from (*_unclear("yes", yes), *_unclear("no", no))


def _unclear(name: str, texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        words = re.findall(r"[a-z]+", SLOT.sub("", text.lower()))
        if name not in words or (name == "yes" and "no" in words):
            yield f"{name}: {text!r} does not say {name} clearly"


def _keys(found: Mapping[str, Any], known: Mapping[str, Any], what: str) -> Iterator[str]:
    for name in found:
        if name not in known:
            yield f"unknown {what} `{name}`.{suggest(name, known)} Known: {', '.join(known)}"
    for name in known:
        if name not in found:
            yield f"{what} `{name}` is missing"


def _braced(names: tuple[str, ...]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)


def main() -> None:
    """Print every problem of every wording file; exit 1 if there is one."""
    problems = [problem for task in TASKS for problem in lint(task)] + lint_instructions()
    if problems:
        raise UserError("wordings have problems:\n  " + "\n  ".join(problems))
    sys.stdout.write("all wordings are clean\n")


if __name__ == "__main__":
    guard(main)
