"""Questions whose answer is a length: the number in a named unit, or one of four measures."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.tasks.base import (
    LETTERS,
    UNITS,
    AskParams,
    Batch,
    BoolArray,
    Draft,
    FactRows,
    FloatArray,
    IntArray,
    always,
    texts,
)
from stages.tasks.options import RESOLUTION_M, measures_around, shuffle

PER_METRE = np.array([1.0, 100.0, 1 / 0.3048, 1 / 0.0254])
DECIMALS = np.array([2, 0, 2, 1])  # of m, cm, ft, in: no last digit is coarser than a centimetre
UNIT_NAMES = ("meters", "centimeters", "feet", "inches")
ONE_NAMES = ("meter", "centimeter", "foot", "inch")
SHORTEST_M = 10 * RESOLUTION_M  # rounding moves it by 5 % at most, half of what a label may be off


def ask_length(batch: Batch, slots: tuple[pa.StringArray, ...]) -> Draft:
    """Ask for the number in a named unit (way `number`), or for one of up to four measures (way `four`).

    Args:
        batch: Facts whose value is in metres.
        slots: Objects that the wording names.
    """
    unit = draw_unit(batch)
    values = in_unit(batch.values, unit)
    fills = {"unit": texts(UNIT_NAMES, unit), "measure": measure(values, unit)}
    group = f"{batch.kind}.{batch.way}"
    if batch.way == "number":
        return Draft(always(group, len(batch)), always(f"{group}.answer", len(batch)), slots,
                     number_text(values), values, texts(UNITS, unit), fills=fills)  # fmt: skip
    options, right = shuffle(in_unit(measures_around(batch.values, batch), unit[:, None]), batch)
    return Draft(
        ask=always(group, len(batch)),
        reply=always(f"{group}.answer", len(batch)),
        slots=slots,
        answer=texts(LETTERS, right),
        options=tuple(measure(column, unit) for column in options.T),
        fills=fills,
    )


def draw_unit(batch: Batch) -> IntArray:
    """Draw an index into `UNITS` per row, by the shares of the params."""
    edges = np.cumsum([batch.params.unit_shares[name] for name in UNITS])[:-1]
    unit: IntArray = np.searchsorted(edges, batch.uniform("unit"), side="right")
    return unit


def in_unit(values_m: FloatArray, unit: IntArray) -> FloatArray:
    """Convert metres and round to the unit's last digit."""
    scale = 10.0 ** DECIMALS[unit]
    values: FloatArray = np.rint(values_m * PER_METRE[unit] * scale) / scale
    return values


def number_text(values: FloatArray) -> pa.StringArray:
    """Write numbers without trailing zeros: 1.4, 2, 0.05."""
    return pa.array(values).cast(pa.string())


def measure(values: FloatArray, unit: IntArray) -> pa.StringArray:
    """Join numbers and unit names: `1 meter`, `1.4 meters`."""
    names = texts((*UNIT_NAMES, *ONE_NAMES), np.where(values == 1, unit + len(UNITS), unit))
    return pc.binary_join_element_wise(number_text(values), names, " ")


def unfit(answer_kind: str, facts: FactRows, params: AskParams) -> tuple[str, BoolArray]:
    """Mark measures so short that rounding shows, and for options, those beyond what wrong answers are drawn from."""
    if answer_kind == "number":
        return "too_short", facts.values < SHORTEST_M
    kinds = facts.kinds.dictionary_encode()
    levels = [params.option_levels[kind] for kind in kinds.dictionary.to_pylist()]
    low, high = np.array([(of_kind[0], of_kind[-1]) for of_kind in levels]).reshape(-1, 2)[kinds.indices.to_numpy()].T
    return "beyond_options", (facts.values < low) | (facts.values > high)
