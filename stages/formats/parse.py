"""Reads a prompt back: which objects does it point at? Works from the text, the sightings and the mark recipe alone.

The check behind "every sample must parse back to the same objects": it shares the meaning of a name with the writer
(`formats.names.meanings`), but none of its bookkeeping.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from stages.formats.coordinates import Pointing
from stages.formats.names import clean, meanings
from stages.formats.resolve import Located, by_landmark, by_word, phrase_pattern
from stages.marks.palette import NAMES

Box = tuple[int, ...]
INTERNVL = Pointing()
_COLORS = "|".join(NAMES)
_MARKED = {
    "boxes": re.compile(rf"the object in the ({_COLORS}) box", re.IGNORECASE),
    "masks": re.compile(rf"the object with the ({_COLORS}) mask", re.IGNORECASE),
    "numbers": re.compile(r"\bregion (\d+)\b", re.IGNORECASE),
}


class UnresolvedReference(ValueError):
    """A prompt points at no object, or at several."""


@dataclass(frozen=True)
class Sighted:
    """One object of a picture: its names (None where unsafe or missing), what it also shows, its box in cells.

    `located` is needed where prompts single objects out by colour, landmark or ordinal.
    """

    object_id: str
    category: str | None
    caption: str | None
    box: Box
    crowd: bool
    also_shows: tuple[str, ...] = ()
    located: Located | None = None

    def may_be(self, name: str) -> bool:
        """Tell whether a reader could mean this object by `name`."""
        return name.lower() in meanings(self.category, self.caption, self.also_shows)


Picture = Sequence[Sighted]


def read_pictures(tables: Mapping[str, pa.Table], pointing: Pointing = INTERNVL) -> dict[str, list[Sighted]]:
    """List the objects of every view from tables `view`, `object` and `sighting`."""
    size = {row["view_id"]: (row["width_px"], row["height_px"]) for row in tables["view"].to_pylist()}
    named = {row["object_id"]: row for row in tables["object"].to_pylist()}
    pictures: dict[str, list[Sighted]] = {view_id: [] for view_id in size}
    columns = tables["sighting"].select(
        ["view_id", "object_id", "box_px", "crowd", "color", "center_v", "size_v", "yaw_v"]
    )
    for row in columns.to_pylist():
        width, height = size[row["view_id"]]
        box = pointing.cells(np.array([row["box_px"]]), np.array([width]), np.array([height]))[0]
        thing = named[row["object_id"]]
        sighted = Sighted(
            row["object_id"], clean(thing["category"]), clean(thing["caption"]), tuple(box.tolist()), row["crowd"],
            tuple(thing["also_shows"] or ()), _located(row),
        )  # fmt: skip
        pictures[row["view_id"]].append(sighted)
    return pictures


def _located(row: Mapping[str, Any]) -> Located:
    center_m, size_m = (None if row[name] is None else tuple(row[name]) for name in ("center_v", "size_v"))
    return Located((row["box_px"][0] + row["box_px"][2]) / 2, row["color"], center_m, size_m, row["yaw_v"] or 0.0)


def parse_prompt(
    prompt: str, text_format: str, image_format: str, pictures: Sequence[Picture], mark_ids: Sequence[str],
    said: Iterable[str], places: Sequence[int] = (), pointing: Pointing = INTERNVL,
) -> list[str]:  # fmt: skip
    """Return the objects a prompt points at, in the order of first mention.

    Args:
        prompt: Final prompt.
        text_format: How the text points at objects.
        image_format: What is drawn on the pictures.
        pictures: Objects of each view shown, in order.
        mark_ids: Objects drawn on the pictures, in drawing order.
        said: Phrases that wordings say after "the" (`Reserved.phrases`); they are never taken for names.
        places: Picture that each mention points at, in order; empty: all of them.
        pointing: Coordinates and tokens of the prompt.

    Raises:
        UnresolvedReference: A reference fits no object or several, or a name and its box disagree.
    """
    readers: dict[str, Callable[[], Iterable[str]]] = {
        "natural": lambda: _natural(prompt, pictures, frozenset(said)),
        "caption": lambda: (_by_caption(match[1], pictures) for match in re.finditer(pointing.name_pattern, prompt)),
        "region_box": lambda: _boxed(prompt, pictures, False, places, pointing),
        "caption_box": lambda: _boxed(prompt, pictures, True, places, pointing),
        "image_based": lambda: _marked(prompt, image_format, mark_ids),
    }
    return list(dict.fromkeys(readers[text_format]()))


def named_objects(question: str, slot_ids: Sequence[str]) -> list[str]:
    """Return the objects a question names, in order of first mention, from its open slots {a}, {b}.

    Example:
        >>> named_objects("Is {b} to the right of {a}?", ["sofa", "lamp"])
        ['lamp', 'sofa']
    """
    order = dict.fromkeys(re.findall(r"\{([a-z])\}", question))
    return [slot_ids[ord(slot) - ord("a")] for slot in order if ord(slot) - ord("a") < len(slot_ids)]


def _natural(prompt: str, pictures: Sequence[Picture], said: frozenset[str]) -> Iterable[str]:
    names = _names(pictures) - said
    if names:
        for match in phrase_pattern(names).finditer(prompt):
            yield _by_phrase(match, pictures)


def _names(pictures: Sequence[Picture]) -> frozenset[str]:
    shown = pictures[0] if len(pictures) <= 2 else _together(pictures)
    return frozenset(name.lower() for thing in shown for name in (thing.category, thing.caption) if name)


def _by_caption(text: str, pictures: Sequence[Picture]) -> str:
    names = _names(pictures)
    match = phrase_pattern(names).fullmatch(f"the {text}") if names else None
    return _by_phrase(match, pictures) if match else _by_name(text, pictures)


def _by_phrase(match: re.Match[str], pictures: Sequence[Picture]) -> str:
    """Return the one object meant by a phrase, the same in every picture."""
    said = match.groupdict()
    if said["name"] and not said["relation"]:
        return _by_name(said["name"], pictures)
    found = {_in_picture(said, picture) for picture in pictures}
    if len(found) != 1 or None in found or len(pictures) > 2:
        raise UnresolvedReference(f"{match[0]!r} singles out no one object")
    return str(found.pop())


def _in_picture(said: Mapping[str, str | None], picture: Picture) -> str | None:
    name = said["name"] or said["worded"] or said["counted"] or ""
    things = [thing for thing in picture if thing.may_be(name)]
    located = [thing.located for thing in things if thing.located and not thing.crowd]
    if len(located) < len(things):
        return None
    if said["relation"]:
        landmark = _by_name(said["landmark"] or "", [picture])
        where = next(thing.located for thing in picture if thing.object_id == landmark)
        place = by_landmark(said["relation"].lower(), located, where) if where else None
    else:
        place = by_word((said["word"] or said["place"] or "").lower(), said["side"], located)
    return None if place is None else things[place].object_id


def _by_name(name: str, pictures: Sequence[Picture]) -> str:
    """Return the one object meant by a name, the same in every picture (in a clip: over all its frames)."""
    pictures = pictures if len(pictures) <= 2 else [_together(pictures)]
    meant = [[thing for thing in picture if thing.may_be(name)] for picture in pictures]
    found = {thing.object_id for things in meant for thing in things}
    if len(found) != 1 or any(len(things) != 1 or things[0].crowd for things in meant):
        raise UnresolvedReference(f"{name!r} may mean {sorted(found) or 'nothing'}")
    return found.pop()


def _together(pictures: Sequence[Picture]) -> Picture:
    """Objects that any frame shows, each once; a crowd stays one."""
    things: dict[str, Sighted] = {}
    for thing in (thing for picture in pictures for thing in picture):
        known = things.get(thing.object_id)
        things[thing.object_id] = thing if known is None or not known.crowd else known
    return list(things.values())


def _boxed_pattern(pointing: Pointing) -> str:
    """Regular expression of a name with its place, in a frame or in two pictures."""
    place = pointing.place_pattern
    elsewhere = rf"(?: in frame (\d+)| in the first image \({place} in the second image\))?"
    return pointing.name_pattern + re.escape(pointing.tokens.join) + place + elsewhere


def _boxed(
    prompt: str, pictures: Sequence[Picture], named: bool, places: Sequence[int], pointing: Pointing
) -> Iterable[str]:
    for mention, match in enumerate(re.finditer(_boxed_pattern(pointing), prompt)):
        name, *numbers = match.groups()
        width = len(numbers) // 2
        frame = numbers.pop(width)
        given = [pointing.read(numbers[k : k + width]) for k in (0, width) if numbers[k] is not None]
        there = pictures if frame is None else pictures[int(frame) - 1 : int(frame)]
        there = there if not places else [pictures[places[mention]]]
        if len(given) != len(there):
            raise UnresolvedReference(f"{match[0]}: {len(given)} boxes for {len(pictures)} pictures")
        meant = [[thing for thing in picture if thing.box == box] for picture, box in zip(there, given, strict=True)]
        found = {thing.object_id for things in meant for thing in things}
        if len(found) != 1 or any(len(things) != 1 for things in meant):
            raise UnresolvedReference(f"{match[0]} may mean {sorted(found) or 'nothing'}")
        if named and not meant[0][0].may_be(name):
            raise UnresolvedReference(f"{match[0]}: the object in the box is no {name!r}")
        yield found.pop()


def _marked(prompt: str, image_format: str, mark_ids: Sequence[str]) -> Iterable[str]:
    for match in _MARKED[image_format].finditer(prompt):
        place = int(match[1]) - 1 if image_format == "numbers" else NAMES.index(match[1].lower())
        if not 0 <= place < len(mark_ids):
            raise UnresolvedReference(f"{match[0]!r}: no such mark among {len(mark_ids)}")
        yield mark_ids[place]


def read_reference(
    text: str, text_format: str, image_format: str, pictures: Sequence[Picture], mark_ids: Sequence[str],
    places: Sequence[int] = (), pointing: Pointing = INTERNVL,
) -> str:  # fmt: skip
    """Return the object that a text points at which is one reference and nothing else.

    Raises:
        UnresolvedReference: It points at none, or at several.
    """
    if text_format == "natural":
        if text[:4].lower() != "the ":
            raise UnresolvedReference(f"{text!r} is no reference")
        return _by_caption(text[4:], pictures)
    if text_format == "image_based":
        whole = _MARKED[image_format]
    else:
        whole = re.compile(pointing.name_pattern if text_format == "caption" else _boxed_pattern(pointing))
    if not whole.fullmatch(text):
        raise UnresolvedReference(f"{text!r} is no reference")
    return parse_prompt(text, text_format, image_format, pictures, mark_ids, (), places, pointing)[0]
