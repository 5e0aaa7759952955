"""How large the floor of a room is, in square metres or square feet."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.tasks.base import LETTERS, Batch, Draft, FloatArray, IntArray, Needs, Task, always, texts
from stages.tasks.lengths import number_text, unfit
from stages.tasks.options import measures_around, shuffle

UNITS = ("m2", "ft2")
PER_SQUARE_METRE = np.array([1.0, 1 / 0.3048**2])
DECIMALS = np.array([1, 0])
UNIT_NAMES = ("square meters", "square feet")


def ask(batch: Batch) -> Draft:
    """Ask for the number in a named unit, or for one of up to four areas."""
    unit = (batch.uniform("unit") < batch.params.unit_shares["ft"] + batch.params.unit_shares["in"]).astype(np.int64)
    values = _in_unit(batch.values, unit)
    fills = {"unit": texts(UNIT_NAMES, unit), "measure": _area(values, unit)}
    group = f"{batch.kind}.{batch.way}"
    reply = always(f"{group}.answer", len(batch))
    if batch.way == "number":
        return Draft(always(group, len(batch)), reply, (), number_text(values), values, texts(UNITS, unit), fills=fills)
    options, right = shuffle(_in_unit(measures_around(batch.values, batch), unit[:, None]), batch)
    return Draft(
        ask=always(group, len(batch)),
        reply=reply,
        slots=(),
        answer=texts(LETTERS, right),
        options=tuple(_area(column, unit) for column in options.T),
        fills=fills,
    )


def _in_unit(values_m2: FloatArray, unit: IntArray) -> FloatArray:
    scale = 10.0 ** DECIMALS[unit]
    values: FloatArray = np.rint(values_m2 * PER_SQUARE_METRE[unit] * scale) / scale
    return values


def _area(values: FloatArray, unit: IntArray) -> pa.StringArray:
    return pc.binary_join_element_wise(number_text(values), texts(UNIT_NAMES, unit), " ")


ROOM_SIZE = Task(
    name="room_size",
    paper="VSI-Bench, arXiv:2412.14171, room size; arXiv:2506.18385 takes it from an alpha shape",
    needs={"room_area": Needs()},
    ways={"number": ("number",), "choice": ("four",)},
    ask=ask,
    unfit=unfit,
    options="option_levels",
)
