"""How a prompt writes places and names: coordinate styles and special tokens, one row each.

Trainers differ in both: InternVL was trained on thousandths between `<box>` tokens, Qwen2.5-VL on pixels of the
picture it is given (ms-swift writes the same numbers between `<|box_start|>` tokens or in plain brackets, by setting).
The writer and the reader work from the same rows, so whatever can be written can be read back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float, Int

_GAP = "{}"


class Coordinates(NamedTuple):
    """A grid for corners or centres: `cells` per side of the picture (None: its pixels), written with `decimals`."""

    cells: int | None
    decimals: int
    centre: bool


class Tokens(NamedTuple):
    """What stands around a name, between it and its place, around four numbers and around two; `{}` is the gap."""

    name: str
    join: str
    box: str
    point: str


#                                      cells  decimals  centre
COORDINATES: dict[str, Coordinates] = {
    "thousandths": Coordinates(        1000,  0,        False),  # [0, 433, 269, 833]: InternVL, Qwen2-VL, Qwen3-VL
    "pixels": Coordinates(             None,  0,        False),  # [0, 208, 172, 400]: Qwen2.5-VL
    "unit": Coordinates(               1000,  3,        False),  # [0.000, 0.433, 0.269, 0.833]
    "point": Coordinates(              1000,  0,        True),   # [134, 633]: the middle of the box
    "pixel_point": Coordinates(        None,  0,        True),   # [86, 304]
}  # fmt: skip
TOKENS: dict[str, Tokens] = {
    "internvl": Tokens("<ref>{}</ref>", "", "<box>[[{}, {}, {}, {}]]</box>", "<box>[[{}, {}]]</box>"),
    "qwen": Tokens(
        "<|object_ref_start|>{}<|object_ref_end|>",
        "",
        "<|box_start|>({},{}),({},{})<|box_end|>",
        "<|box_start|>({},{})<|box_end|>",
    ),
    "plain": Tokens('"{}"', " ", "[{}, {}, {}, {}]", "[{}, {}]"),
}


@dataclass(frozen=True)
class Pointing:
    """One way to write places and names: a row of `COORDINATES` and a row of `TOKENS`."""

    coordinates: Coordinates = COORDINATES["thousandths"]
    tokens: Tokens = TOKENS["internvl"]

    def cells(
        self,
        boxes_px: Float[np.ndarray, "n 4"],
        width_px: Int[np.ndarray, " n"],
        height_px: Int[np.ndarray, " n"],
    ) -> Int[np.ndarray, "n k"]:
        """Return boxes in whole cells of the grid: four numbers each, or two for their middles.

        Example:
            >>> box_px, width_px, height_px = np.array([[0.0, 120.0, 640.0, 479.9]]), np.array([640]), np.array([480])
            >>> Pointing().cells(box_px, width_px, height_px).tolist()
            [[0, 250, 1000, 1000]]
            >>> Pointing(COORDINATES["pixel_point"]).cells(box_px, width_px, height_px).tolist()
            [[320, 300]]
        """
        places = (boxes_px[:, :2] + boxes_px[:, 2:]) / 2 if self.coordinates.centre else boxes_px
        sides = np.tile(np.stack([width_px, height_px], axis=1), places.shape[1] // 2)
        most = sides if self.coordinates.cells is None else np.full_like(sides, self.coordinates.cells)
        numbers: Int[np.ndarray, "n k"] = np.clip(np.rint(places * most / sides), 0, most).astype(np.int64)
        return numbers

    def write(self, cells: Int[np.ndarray, "n k"]) -> pa.StringArray:
        """Write places, tokens included.

        Example:
            >>> Pointing(COORDINATES["unit"], TOKENS["plain"]).write(np.array([[0, 250, 1000, 1000]])).to_pylist()
            ['[0.000, 0.250, 1.000, 1.000]']
        """
        numbers = pa.array([self._number(k) for k in range(int(cells.max(initial=0)) + 1)], pa.string())
        sides = [numbers.take(pa.array(cells[:, k])) for k in range(cells.shape[1])]
        return _filled(self._place, sides)

    def tag(self, names: pa.StringArray) -> pa.StringArray:
        """Put names between their tokens; null stays null."""
        return _filled(self.tokens.name, [names])

    @cached_property
    def name_pattern(self) -> str:
        """Regular expression of a tagged name; one group."""
        return _pattern(self.tokens.name, '([^<>"]*)')

    @cached_property
    def place_pattern(self) -> str:
        """Regular expression of a written place; a group per number."""
        return _pattern(self._place, r"(\d+\.\d+)" if self.coordinates.decimals else r"(\d+)")

    def read(self, numbers: Sequence[str]) -> tuple[int, ...]:
        """Return the cells of a place from its written numbers.

        Example:
            >>> Pointing(COORDINATES["unit"]).read(["0.000", "0.250", "1.000", "1.000"])
            (0, 250, 1000, 1000)
        """
        scale: int = 10**self.coordinates.decimals
        return tuple(round(float(number) * scale) for number in numbers)

    @property
    def _place(self) -> str:
        return self.tokens.point if self.coordinates.centre else self.tokens.box

    def _number(self, cell: int) -> str:
        return f"{cell / 10**self.coordinates.decimals:.{self.coordinates.decimals}f}"


def _filled(template: str, values: Sequence[pa.StringArray]) -> pa.StringArray:
    first, *literals = template.split(_GAP)
    parts = [part for pair in zip(values, literals, strict=True) for part in pair]
    return pc.binary_join_element_wise(first, *parts, "")


def _pattern(template: str, group: str) -> str:
    return group.join(re.escape(literal) for literal in template.split(_GAP))
