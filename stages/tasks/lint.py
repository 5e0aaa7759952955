"""Lint of the wording files: everything that can be wrong with a text without reading its meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stages.formats.phrases import SLOT
from stages.registry import suggest
from stages.schema.errors import UserError
from stages.tasks.base import SLOTS
from stages.tasks.wordings import FOLDER, groups_of, read

MIN_QUESTIONS = 12
MIN_ANSWERS = 8
_AFTER_THE = re.compile(r"\bthe \{(category|categories|a_category|n_categories)\}", re.IGNORECASE)


@dataclass(frozen=True)
class Slots:
    """Slots every question of a group uses, slots its answers may use, and `one_of` which every answer needs."""

    ask: tuple[str, ...]
    answer: tuple[str, ...]
    one_of: tuple[str, ...] = ()


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
_TURN = Slots(ask=("a",), answer=("a", "turn", "angle"), one_of=("turn", "angle"))


def _among(named: int, candidates: int) -> Slots:
    return Slots(SLOTS[: named + candidates], (*SLOTS[:named], "winner"), ("winner",))


def _in_order(count: int) -> Slots:
    places = ("first", "second", "third", "fourth")[:count]
    return Slots(SLOTS[:count], places, places)


# What each wording file must hold: relation -> way of asking -> slots.
EXPECTED: dict[str, dict[str, dict[str, Slots]]] = {
    "position_comparison": {
        kind: {
            "claim": _PAIR,
            "which": _WHICH,
            "which_opposite": _WHICH,
            "word": Slots(ask=("a", "b"), answer=("a", "b", "word"), one_of=("word",)),
        }
        for kind in ("left_of", "above", "in_front_of")
    },
    "size_comparison": {
        kind: {"claim": _PAIR, "which": _WHICH, "which_opposite": _WHICH} for kind in ("bigger", "taller", "wider")
    },
    "existence": {"exists": {"claim": _THERE}}
    | {f"exists_{side}": {"claim": _THERE_TOO} for side in ("left_of", "right_of", "in_front_of", "behind")},
    "counting": {"count": {"number": _COUNT, "four": _COUNT}}
    | {
        f"count_{side}": dict.fromkeys(("number", "four"), _SIDE_COUNT)
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
        kind: {"which": _DIRECTION} for kind in ("direction_easy", "direction_medium", "direction_hard")
    },
    "route_planning": {
        f"route_{stops}": {"turns": Slots(ask=SLOTS[: 2 + stops], answer=("turns",), one_of=("turns",))}
        for stops in (1, 2, 3)
    },
    "camera_turn": {
        "camera_turn": {
            "which": Slots(ask=(), answer=("word",), one_of=("word",)),
            "angle": Slots(ask=(), answer=("turn", "angle"), one_of=("turn", "angle")),
        }
    },
    "camera_shift": {"camera_shift": {"which": Slots(ask=(), answer=("word",), one_of=("word",)), "number": _AREA}},
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

    Checked: unknown and missing relations, ways and lists; unknown and missing slots; answers given away in the
    question; too few texts; texts that occur twice; yes without as many no; texts that are no sentence.
    """
    where = f"{folder / task}.yaml"
    try:
        data = read(task, folder)
        list(groups_of(data, where))  # finds keys and texts that are no text
    except UserError as error:
        return [str(error)]
    return [f"{where}: {problem}" for problem in _file(data, EXPECTED[task])]


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


def _way(way: str, texts: Any, slots: Slots) -> Iterator[str]:
    answers = ("yes", "no") if way == "claim" else ("answer",)
    if not isinstance(texts, dict):
        yield f"expected lists ask, {', '.join(answers)}"
        return
    yield from _keys(texts, dict.fromkeys(("ask", *answers)), "list")
    yield from _texts("ask", texts.get("ask", []), slots.ask, slots.ask, MIN_QUESTIONS)
    for name in answers:
        found = texts.get(name, [])
        yield from _texts(name, found, slots.answer, (), MIN_ANSWERS)
        yield from (f"{name}: {text!r} needs one of {_braced(slots.one_of)}" for text in found
                    if slots.one_of and not set(slots.one_of) & set(SLOT.findall(text)))  # fmt: skip
    if way == "claim":
        yield from _yes_no(texts)


def _texts(name: str, texts: list[str], may: tuple[str, ...], must: tuple[str, ...], least: int) -> Iterator[str]:
    if len(texts) < least:
        yield f"{name}: {len(texts)} texts, expected at least {least}"
    seen: dict[str, str] = {}
    for text in texts:
        yield from (f"{name}: {text!r} {problem}" for problem in (*_slots(text, may, must), *_sentence(text)))
        same = re.sub(r"[^a-z{}_]", "", text.lower())
        if same in seen:
            yield f"{name}: {text!r} repeats {seen[same]!r}"
        seen[same] = text


def _slots(text: str, may: tuple[str, ...], must: tuple[str, ...]) -> Iterator[str]:
    slots = SLOT.findall(text)
    for slot in dict.fromkeys(slots):
        if slot not in may:
            yield f"has unknown slot {{{slot}}}.{suggest(slot, may)} Known: {_braced(may)}"
    for slot in must:
        if slot not in slots:
            yield f"lacks slot {{{slot}}}"


def _sentence(text: str) -> Iterator[str]:
    bare = SLOT.sub("", text)
    if "{" in bare or "}" in bare:
        yield "has a brace that is no slot"
    if _AFTER_THE.search(text):
        yield "puts a category after 'the', which reads as one object"
    if text != " ".join(text.split()) or text[-1:] not in ".?!":
        yield "is no clean sentence (one space between words, ends in . ? or !)"


def _yes_no(texts: Mapping[str, list[str]]) -> Iterator[str]:
    yes, no = texts.get("yes", []), texts.get("no", [])
    if len(yes) != len(no):
        yield f"{len(yes)} texts for yes but {len(no)} for no; expected as many"
    for name, wrong, found in (("yes", "no", yes), ("no", "yes", no)):
        for text in found:
            words = re.findall(r"[a-z]+", SLOT.sub("", text.lower()))
            if name not in words or (name == "yes" and wrong in words):
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
