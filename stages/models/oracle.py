"""The model that looks the truth up in the fact tables: its score is the ceiling, anything below 1 is a fault of ours.

It never reads an answer column. The fact gives the relation and its two objects, the question's words give what is
asked (`stages.models.reading`):

- position and size comparison: the fact says that its subject has more of the relation than its reference. Yes/no:
  the compared slot must be the subject exactly if the words say "more". Choice of objects: the option naming the
  subject, or the reference if the words say "less". Choice of words: the option whose word fits the compared slot;
  without options that word itself.
- existence: yes if the fact's value is above 0.
- counting: the value; the option with that number.
- lengths: the value converted to the unit asked for, at its last digit (0.01 m, 1 cm, 0.01 ft, 0.1 in); of options
  the one nearest to the value.
- several objects, clips, rooms: see `stages.models.oracle_several`; two views of a scan: `oracle_two_views`.
- rotation: the value, whole degrees, with the sign turned if the question holds the camera still; of options the
  nearest turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc

from stages.models.base import ModelContext, ModelParams, Prompt
from stages.models.oracle_several import (
    CHOSEN,
    ORDERED,
    area_text,
    chosen,
    directed,
    ordered,
    routed,
    side_of,
    square_metres,
)
from stages.models.oracle_two_views import TWO_VIEWS, matched, shifted, sign_of_left, turned
from stages.models.reading import compared_slot, direction, metres, object_turns, turn_deg, whole_number
from stages.schema.store import read_all, read_table, shard_path, shards_in

_LETTERS = "ABCDEFGHIJ"
_COMPARED = ("left_of", "above", "in_front_of", "bigger", "taller", "wider")
_WORDS = {"left_of": ("left", "right"), "above": ("higher", "lower"), "in_front_of": ("nearer", "farther")}
_LENGTHS = (
    "distance_center", "distance_closest", "height", "longest_edge", "video_distance", "video_longest_edge"
)  # fmt: skip
_PER_METRE = {"m": (1.0, 2), "cm": (100.0, 0), "ft": (1 / 0.3048, 2), "in": (1 / 0.0254, 1)}
_QUESTION = (
    "question_id", "source", "fact_ids", "slot_ids", "slot_views", "question", "answer_kind", "unit", "options"
)  # fmt: skip
_FACT = ("fact_id", "kind", "subject_ids", "reference_ids", "value", "detail")


class OracleParams(ModelParams):
    """Section `models.<name>` of the oracle; it has no settings."""


@dataclass(frozen=True)
class Asked:
    """A question without its answer, and the fact it asks about."""

    text: str
    answer_kind: str
    unit: str | None
    options: tuple[str, ...]
    slots: Mapping[str, str]
    kind: str
    subjects: tuple[str, ...]
    references: tuple[str, ...]
    value: float
    detail: tuple[str, ...] = ()
    slot_views: tuple[int, ...] = ()


class Oracle:
    """Derive each answer from the question's fact."""

    params_type: ClassVar[type[ModelParams]] = OracleParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: OracleParams, context: ModelContext) -> None:
        self._asked = _load(context)

    def reply(self, prompts: Sequence[Prompt]) -> list[str]:
        """Answer each prompt from its question's fact; nothing where the question cannot be read."""
        return [answer(self._asked[p.question_id]) if p.question_id in self._asked else "" for p in prompts]


def answer(asked: Asked) -> str:
    """Derive the answer, empty if fact and words do not fit together."""
    if asked.kind in _COMPARED:
        return _compare(asked)
    if asked.kind.startswith("exists"):
        return "Yes" if asked.value > 0 else "No"
    if asked.kind.startswith(("count", "video_count")):
        return _nearest(asked, whole_number, asked.value) if asked.options else str(round(asked.value))
    if asked.kind in _LENGTHS:
        return _nearest(asked, metres, asked.value) if asked.options else _length(asked)
    if asked.kind == "room_area":
        nearest = _nearest(asked, square_metres, asked.value)
        return nearest if asked.options else area_text(asked.value, asked.unit)
    if asked.kind == "rotation":
        turn = -asked.value if object_turns(asked.text) else asked.value
        return _nearest(asked, turn_deg, turn, circle=360.0) if asked.options else str(round(turn))
    if asked.answer_kind == "text":
        return _word(asked)
    if asked.kind in TWO_VIEWS and asked.unit:
        return _length(asked) if asked.kind == "camera_shift" else _signed(asked)
    place = _place(asked)
    return "" if place is None else _LETTERS[place]


def _word(asked: Asked) -> str:
    if asked.kind == "camera_turn":
        return "left" if asked.value > 0 else "right"
    return side_of(asked.kind, asked.value) if asked.kind.startswith("direction_") else ""


def _place(asked: Asked) -> int | None:
    """Place of the right option where options are objects, orders, directions or turns."""
    if asked.kind in CHOSEN:
        return chosen(asked.subjects[0], asked.options, asked.slots)
    if asked.kind in ORDERED:
        return ordered(asked.subjects, asked.options, asked.slots)
    if asked.kind in TWO_VIEWS:
        return _place_of_two_views(asked)
    if asked.kind.startswith("direction_"):
        return directed(asked.kind, asked.value, asked.options)
    return routed(asked.detail, asked.options) if asked.kind.startswith("route_") else None


def _place_of_two_views(asked: Asked) -> int | None:
    if asked.kind == "camera_turn":
        return turned(asked.value, asked.options)
    if asked.kind == "camera_shift":
        return shifted(asked.detail, asked.options)
    return matched(asked.subjects[0], asked.value > 0, asked.options, asked.slots, asked.slot_views)


def _signed(asked: Asked) -> str:
    sign = sign_of_left(asked.text)
    return str(sign * round(asked.value)) if sign else ""


def _compare(asked: Asked) -> str:
    more, less = (asked.subjects[0], asked.references[0])[:: 1 if asked.value > 0 else -1]
    named = {f"{{{slot}}}": object_id for slot, object_id in asked.slots.items()}
    if set(named.values()) != {more, less}:
        return ""
    says = direction(asked.text, asked.kind)
    if asked.answer_kind == "choice" and all(option in named for option in asked.options):
        wanted = more if says > 0 else less
        return next(_LETTERS[k] for k, option in enumerate(asked.options) if named[option] == wanted) if says else ""
    has_more = named[f"{{{compared_slot(asked.text)}}}"] == more
    if asked.answer_kind == "text":
        return _WORDS.get(asked.kind, ("", ""))[0 if has_more else 1]
    if asked.answer_kind == "choice":
        fits = [_LETTERS[k] for k, o in enumerate(asked.options) if direction(o, asked.kind) == (1 if has_more else -1)]
        return fits[0] if len(fits) == 1 else ""
    return ("Yes" if has_more == (says > 0) else "No") if says else ""


def _nearest(asked: Asked, read: Callable[[str], float | None], value: float, circle: float = 0.0) -> str:
    """Letter of the option nearest to the value; `circle` closes the line of numbers."""
    errors = []
    for letter, option in zip(_LETTERS, asked.options, strict=False):
        number = read(option)
        if number is not None:
            error = abs(number - value)
            errors.append((min(error % circle, -error % circle) if circle else error, letter))
    return min(errors)[1] if errors else ""


def _length(asked: Asked) -> str:
    if asked.unit not in _PER_METRE:
        return ""
    per_metre, decimals = _PER_METRE[asked.unit]
    return f"{asked.value * per_metre:.{decimals}f} {asked.unit}"


def _load(context: ModelContext) -> dict[str, Asked]:
    questions = read_all(context.data / "split" / "benchmark", "question", _QUESTION)
    wanted = pc.unique(pc.list_flatten(questions.column("fact_ids")))
    facts: dict[str, Mapping[str, Any]] = {}
    for source in sorted(pc.unique(questions.column("source")).to_pylist()):
        folder = context.data / "facts" / source
        for shard in shards_in(folder, "fact"):
            table = read_table(shard_path(folder, "fact", shard), "fact", _FACT)
            facts |= {row["fact_id"]: row for row in _among(table, wanted).to_pylist()}
    rows = (row for row in questions.to_pylist() if row["fact_ids"][:1] and row["fact_ids"][0] in facts)
    return {row["question_id"]: asked_of(row, facts[row["fact_ids"][0]]) for row in rows}


def _among(facts: pa.Table, wanted: pa.Array) -> pa.Table:
    return facts.filter(pc.is_in(facts.column("fact_id"), wanted))


def asked_of(question: Mapping[str, Any], fact: Mapping[str, Any]) -> Asked:
    """Join a question's words and options with its fact; the answer stays out."""
    return Asked(
        text=question["question"],
        answer_kind=question["answer_kind"],
        unit=question["unit"],
        options=tuple(question["options"]),
        slots=dict(zip("abcdefgh", question["slot_ids"], strict=False)),
        kind=fact["kind"],
        subjects=tuple(fact["subject_ids"]),
        references=tuple(fact["reference_ids"]),
        value=fact["value"],
        detail=tuple(fact["detail"] or ()),
        slot_views=tuple(question["slot_views"]),
    )
