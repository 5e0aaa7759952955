"""Wordings with slots, compiled once and rendered as columns: no string work per row in Python.

A text such as `Is {a} left of {b}?` becomes literals and slots; a column of texts is then one `take` per literal and
slot and one join. Slot values are never scanned again, so a caption that looks like a slot cannot be filled twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int

SLOT = re.compile(r"\{([a-z_]+)\}")
_SENTENCE_END = re.compile(r"(^|[.?!]\s+)$")


@dataclass(frozen=True)
class Programs:
    """Compiled texts: `literals[0] slot[0] literals[1] slot[1] ...`, padded to the longest text.

    `slots` holds, per text and position, the index of a name in `names`, or -1. Names that begin with `^` open a
    sentence: their value is capitalised.
    """

    literals: tuple[pa.StringArray, ...]
    slots: Int[np.ndarray, "texts positions"]
    names: tuple[str, ...]


def compile_texts(texts: Sequence[str], opening: bool = True) -> Programs:
    """Compile texts with `{slot}` places; `opening`: a value that opens a sentence is capitalised.

    Example:
        >>> compile_texts(["{a} or {b}?"]).names
        ('^a', 'b')
    """
    split = [SLOT.split(text) for text in texts]
    width = max((len(parts) // 2 for parts in split), default=0)
    literals = [[parts[2 * k] if 2 * k < len(parts) else "" for parts in split] for k in range(width + 1)]
    opened = [[_name(parts, 2 * k + 1, opening) for k in range(width)] for parts in split]
    names = tuple(sorted({name for row in opened for name in row if name}))
    slots = np.array([[names.index(n) if n else -1 for n in row] for row in opened], dtype=np.int64)
    return Programs(
        tuple(pa.array(column, pa.string()) for column in literals), slots.reshape(len(texts), width), names
    )


def _name(parts: Sequence[str], index: int, opening: bool) -> str:
    if index >= len(parts):
        return ""
    sentence = _SENTENCE_END.search(parts[index - 1]) and (index == 1 or parts[index - 1] != "")
    opens = opening and sentence
    return f"^{parts[index]}" if opens else parts[index]


def render(programs: Programs, codes: Int[np.ndarray, " n"], fills: Mapping[str, pa.StringArray]) -> pa.StringArray:
    """Render text `codes[i]` with the values of row i.

    Args:
        programs: Compiled texts.
        codes: Text per row.
        fills: One column of n values per slot name; names no text uses are ignored.

    Raises:
        KeyError: A text names a slot without a column (the wording lint finds these beforehand).
    """
    count, rows = len(codes), np.arange(len(codes))
    present = programs.slots[np.unique(codes)]
    names = np.unique(present[present >= 0])  # the texts of one call use few of a file's slots
    columns = [_value(programs.names[name], fills) for name in names]
    bank = pa.concat_arrays([*columns, pa.array([""], pa.string())])
    taken = pa.array(codes)
    pieces = [programs.literals[0].take(taken)]
    for position in range(int((present >= 0).sum(axis=1).max(initial=0))):
        slot = programs.slots[codes, position]
        place = np.where(slot < 0, len(bank) - 1, np.searchsorted(names, slot) * count + rows)
        pieces += [bank.take(pa.array(place)), programs.literals[position + 1].take(taken)]
    return pc.binary_join_element_wise(*pieces, "") if len(pieces) > 1 else pieces[0]


def _value(name: str, fills: Mapping[str, pa.StringArray]) -> pa.StringArray:
    return capital(fills[name[1:]]) if name.startswith("^") else fills[name]


def capital(texts: pa.StringArray) -> pa.StringArray:
    """Raise the first letter of every text, leaving the rest as it is.

    Example:
        >>> capital(pa.array(["the TV", "<ref>tv</ref>"])).to_pylist()
        ['The TV', '<ref>tv</ref>']
    """
    first = pc.utf8_upper(pc.utf8_slice_codeunits(texts, 0, 1))
    return pc.binary_join_element_wise(first, pc.utf8_slice_codeunits(texts, 1), "")


def repeat(text: str, count: int) -> pa.StringArray:
    """Return a column of one text."""
    return pa.repeat(pa.scalar(text, pa.string()), count)
