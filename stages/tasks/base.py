"""What a task is: which facts it needs, how it may ask, and a small function from facts to typed answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int, UInt64
from pydantic import Field, model_validator

from stages.params import Params
from stages.ranks import deal
from stages.rng import integers, key, mix, uniform

LETTERS = ("A", "B", "C", "D")
SLOTS = ("a", "b", "c", "d", "e", "f")  # objects that a question may name
UNITS = ("m", "cm", "ft", "in")

BoolArray = Bool[np.ndarray, " n"]
FloatArray = Float[np.ndarray, " n"]
IntArray = Int[np.ndarray, " n"]
KeyArray = UInt64[np.ndarray, " n"]


class AskParams(Params):
    """Section `template.ask` of params.yaml: how answers and options are made."""

    unit_shares: dict[str, float] = Field(description="share of lengths asked in m, cm, ft and in; sums to 1")
    count_keep_shares: tuple[float, ...] = Field(description="share of facts with count 1, 2, ... kept; beyond: all")
    option_ratio: float = Field(gt=1, description="least ratio of neighbouring options that are measures")
    option_levels: dict[str, tuple[float, ...]] = Field(
        description="per fact kind, the answers at even quantiles from 0 to 1; options are drawn from between them"
    )
    option_counts: dict[str, tuple[float, ...]] = Field(
        description="per fact kind, the shares of facts with count 1, 2, ...; only these counts are offered as options"
    )
    angle_steps_deg: tuple[int, ...] = Field(description="grids on which angle options may lie; divisors of 360, >= 30")
    angle_least_deg: int = Field(ge=0, lt=60, description="turns below are never right, so never offered")

    @model_validator(mode="after")
    def _consistent(self) -> AskParams:
        if sorted(self.unit_shares) != sorted(UNITS) or abs(sum(self.unit_shares.values()) - 1) > 1e-6:
            raise ValueError(f"unit_shares: expected one share for each of {', '.join(UNITS)}, summing to 1")
        if not all(0 <= share <= 1 for share in (*self.count_keep_shares, *self.unit_shares.values())):
            raise ValueError("count_keep_shares and unit_shares: expected values from 0 to 1")
        for kind, levels in self.option_levels.items():
            if len(levels) < 2 or levels[0] <= 0 or any(b <= a for a, b in pairwise(levels)):
                raise ValueError(f"option_levels.{kind}: expected at least two rising numbers above 0")
        for kind, shares in self.option_counts.items():
            if len(shares) < 2 or min(shares) <= 0 or sum(shares) > 1 + 1e-6:
                raise ValueError(f"option_counts.{kind}: expected at least two shares above 0, at most 1 together")
        if not self.angle_steps_deg or any(step < 30 or step > 90 or 360 % step for step in self.angle_steps_deg):
            raise ValueError("angle_steps_deg: expected divisors of 360 from 30 to 90")
        if any(360 // step - 1 - -(-2 * self.angle_least_deg // step) < 3 for step in self.angle_steps_deg):
            raise ValueError("angle_steps_deg: a grid has too few turns of `angle_least_deg` for four options")
        return self


@dataclass(frozen=True)
class Batch:
    """Facts of one kind that are asked in one way.

    `subjects` and `references` hold the first object of the fact's lists (null where there is none), `values` the
    fact's value in its own unit. `subject_lists`, `reference_lists` and `details` are the whole lists. `keys` are the
    only source of randomness: one key per row, one per scene, and one per category of first subject and reference.
    """

    kind: str
    answer_kind: str
    way: str
    keys: KeyArray
    subjects: pa.StringArray
    references: pa.StringArray
    categories: pa.StringArray
    values: FloatArray
    subject_lists: pa.ListArray
    reference_lists: pa.ListArray
    details: pa.ListArray
    params: AskParams
    scenes: KeyArray
    named: tuple[KeyArray, KeyArray]

    def subject(self, place: int) -> pa.StringArray:
        """Return the object at a place of the subjects, null where there is none."""
        return nth_of(self.subject_lists, place)

    def reference(self, place: int) -> pa.StringArray:
        """Return the object at a place of the references, null where there is none."""
        return nth_of(self.reference_lists, place)

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self.keys)

    def coin(self, purpose: str) -> BoolArray:
        """Toss a coin per row that falls on either side equally often in a scene; equal purposes give equal tosses."""
        heads: BoolArray = self.deal(purpose, 2) == 0
        return heads

    def deal(self, purpose: str, count: int) -> IntArray:
        """Give each row a whole number from 0 to count - 1, each as often as the others in a scene (or once more)."""
        group = mix(self.scenes, key(purpose, self.kind, self.answer_kind, self.way))
        return deal(group, self.draw(purpose), np.full(len(self), count), group)

    def pick(self, purpose: str, count: int) -> IntArray:
        """Draw a whole number from 0 to count - 1 per row."""
        return integers(self.draw(purpose), count).astype(np.int64)

    def uniform(self, purpose: str) -> FloatArray:
        """Draw a number in [0, 1) per row."""
        return uniform(self.draw(purpose))

    def draw(self, purpose: str) -> KeyArray:
        """Derive one key per row for a purpose."""
        return mix(self.keys, key(purpose))


@dataclass(frozen=True)
class Groups:
    """A wording group per row: `names[index[i]]`."""

    names: tuple[str, ...]
    index: IntArray


@dataclass(frozen=True)
class Draft:
    """Typed questions of a batch, row by row, before wordings are chosen.

    Args:
        ask: Wording group of the question.
        reply: Wording group of the answer sentence.
        slots: Objects named by the slots a, b, ... (at most as many as `SLOTS`).
        answer: Letter, yes/no, number text or the word asked for.
        value: Number in `unit`; None when the answer is no number.
        unit: Unit the question names; None when there is none.
        options: Texts of options A, B, ...; `{a}`, `{b}`, ... stand for the objects.
        fills: Values of further slots, e.g. `category`.
        either: Slots that stand for the object of another one, e.g. `winner`: per row the place of that one, 0 for {a}.
        slot_views: Per slot, the place in the fact's views where its object is pointed at; empty: wherever it is seen.
    """

    ask: Groups
    reply: Groups
    slots: tuple[pa.StringArray, ...]
    answer: pa.StringArray
    value: FloatArray | None = None
    unit: pa.StringArray | None = None
    options: tuple[pa.StringArray, ...] = ()
    fills: Mapping[str, pa.StringArray] = field(default_factory=dict)
    either: Mapping[str, IntArray] = field(default_factory=dict)
    slot_views: tuple[int, ...] = ()


@dataclass(frozen=True)
class Needs:
    """How many of a fact's objects the question names: the first so many subjects and references.

    `references_in` is the place of the one view in which references are pointed at; -1: they must be seen in all.
    """

    subjects: int = 0
    references: int = 0
    references_in: int = -1


PAIR = Needs(subjects=1, references=1)


@dataclass(frozen=True)
class FactRows:
    """Facts of one task, for rules that look at several at once.

    `named` is a key per row of the fact's category and that of its first reference.
    """

    kinds: pa.StringArray
    scene_ids: pa.StringArray
    values: FloatArray
    keys: KeyArray
    named: KeyArray


Sift = Callable[[FactRows, AskParams], tuple[str, BoolArray]]
Unfit = Callable[[str, FactRows, AskParams], tuple[str, BoolArray]]


@dataclass(frozen=True)
class Task:
    """One question task.

    Args:
        name: Row of `TASKS`, also the name of its wording file.
        paper: Where the paper defines it.
        needs: Fact kinds, each with the objects that the question names.
        ways: Answer kinds it can ask for, each with the ways to ask; a key draws one way per fact.
        ask: Makes typed answers and options from a batch of facts.
        about_category: Whether the question names the fact's category.
        sift: Facts to leave out (reason and mask), e.g. to balance answers.
        unfit: Facts that cannot be asked for one answer kind (reason and mask), from (answer kind, facts, params).
        formats: The only (text format, image format) pairs in which it can be asked; empty: all.
        why_formats: Why it cannot be asked in the others.
        options: Table of `AskParams` that its wrong answers come from: `option_levels` or `option_counts`.
        tells: Kinds of names (`formats.referring.FURTHER`) that would tell the answer, per fact kind: never used there.
    """

    name: str
    paper: str
    needs: Mapping[str, Needs]
    ways: Mapping[str, tuple[str, ...]]
    ask: Callable[[Batch], Draft]
    about_category: bool = False
    sift: Sift | None = None
    unfit: Unfit | None = None
    formats: tuple[tuple[str, str], ...] = ()
    why_formats: str = ""
    options: Literal["", "option_levels", "option_counts"] = ""
    tells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def nth_of(lists: pa.ListArray, place: int) -> pa.Array:
    """Return the item at a place of every list, null where the list is shorter.

    Example:
        >>> nth_of(pa.array([["x", "y"], ["z"], []]), 1).to_pylist()
        ['y', None, None]
    """
    offsets = lists.offsets.to_numpy()
    at = offsets[:-1] + place
    return lists.values.take(pa.array(at, mask=at >= offsets[1:]))


def always(name: str, count: int) -> Groups:
    """Use one wording group for all rows."""
    return Groups((name,), np.zeros(count, dtype=np.int64))


def either(first: str, second: str, is_first: BoolArray) -> Groups:
    """Use one of two wording groups per row."""
    return Groups((first, second), np.where(is_first, 0, 1))


def choose(is_first: BoolArray, first: pa.StringArray, second: pa.StringArray) -> pa.StringArray:
    """Take each row from one of two columns."""
    both = pa.concat_arrays([first, second])
    rows = np.arange(len(is_first))
    return both.take(pa.array(np.where(is_first, rows, rows + len(rows))))


def texts(choices: Sequence[str], index: IntArray | BoolArray) -> pa.StringArray:
    """Return `choices[index[i]]` as a column."""
    return pa.array(choices, pa.string()).take(pa.array(np.asarray(index).astype(np.int64)))
