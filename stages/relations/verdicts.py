"""All pair relations judged on the same pairs: one row per kind, one column per pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Int8, UInt8

from stages.registry import resolve
from stages.relations import PAIR_RELATIONS
from stages.relations.base import Limits, PairRelation, Seen, short

KINDS = tuple(PAIR_RELATIONS)
UNITS = {"bigger": "m3"}  # metres where not named
IN_VIEW = ("left_of", "above", "in_front_of")
REASONS = (
    "clear",
    "extent_unobserved",
    "touching",
    "too_near",
    "gap_too_small",
    "extents_overlap",
    "ends_disagree",
    "overlap_in_plan",
    "ratio_too_small",
    "readings_disagree",
    "picture_disagrees",
    "margin_too_small",
)


@dataclass(frozen=True)
class Verdict:
    """One kind judged on p pairs (a, b), as row of `Verdicts`.

    `value` is signed: positive says "a <kind> b"; `reason` is the place in `REASONS` of the first doubt, 0 if clear.
    """

    kind: str
    value: Float[np.ndarray, " p"]
    margin: Float[np.ndarray, " p"]
    reason: UInt8[np.ndarray, " p"]

    @property
    def unit(self) -> str:
        """Unit of `value`."""
        return UNITS.get(self.kind, "m")

    @property
    def frame(self) -> str:
        """Frame that the kind is judged in."""
        return "view" if self.kind in IN_VIEW else "none"

    @property
    def clear(self) -> Bool[np.ndarray, " p"]:
        """Pairs for which the relation, or its converse, is beyond doubt."""
        result: Bool[np.ndarray, " p"] = self.reason == 0
        return result

    @property
    def sign(self) -> Int8[np.ndarray, " p"]:
        """1: a <kind> b; -1: the converse; 0: unclear."""
        result: Int8[np.ndarray, " p"] = np.where(self.clear, np.sign(self.value), 0).astype(np.int8)
        return result

    def doubts(self) -> dict[str, Bool[np.ndarray, " p"]]:
        """Pairs by the first reason against them; reasons without pairs are left out."""
        found = np.flatnonzero(np.bincount(self.reason, minlength=len(REASONS)))
        return {REASONS[code]: self.reason == code for code in found if code}


@dataclass(frozen=True)
class Verdicts:
    """All pair relations judged on p pairs; rows in the order of `KINDS`."""

    value: Float[np.ndarray, "k p"]
    margin: Float[np.ndarray, "k p"]
    reason: UInt8[np.ndarray, "k p"]

    def of(self, kind: str) -> Verdict:
        """One kind (views, no copies)."""
        row = KINDS.index(kind)
        return Verdict(kind, self.value[row], self.margin[row], self.reason[row])


def judged_by_kind(seen: Seen, i: Int[np.ndarray, " p"], j: Int[np.ndarray, " p"], limits: Limits) -> Verdicts:
    """Judge pairs with the function of each kind: readable, and what the fused kernel is tested against."""
    shape = (len(KINDS), len(i))
    verdicts = Verdicts(np.empty(shape), np.empty(shape), np.zeros(shape, np.uint8))
    a, b = seen.take(i), seen.take(j)
    for row, kind in enumerate(KINDS):
        relation: PairRelation = resolve(PAIR_RELATIONS, kind, "pair relation")
        judged = relation(a, b, limits)
        verdicts.value[row], verdicts.margin[row] = judged.value, judged.margin
        doubts = {**judged.unclear, "margin_too_small": short(judged.margin, limits.min_margin[kind])}
        for reason, holds in reversed(doubts.items()):
            verdicts.reason[row][holds] = REASONS.index(reason)
    return verdicts
