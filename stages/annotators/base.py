"""What an annotator is: it fills null columns of a shard's tables and never overwrites what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar, Literal, Protocol

import numpy as np
import pyarrow as pa
from jaxtyping import UInt8

from stages.runner import Result

Role = Literal["camera", "depth", "detector", "segmenter", "captioner"]
ROLES: tuple[Role, ...] = ("camera", "depth", "detector", "segmenter", "captioner")  # each may use what came before

Pictures = Callable[[Sequence[str]], Iterator[tuple[str, UInt8[np.ndarray, "h w 3"]]]]


class Annotator(Protocol):
    """Fills one role for all views of a shard. Built as `Backend(role)`.

    camera: intrinsics and gravity of views. depth: metric depth. detector: objects and their boxes in views.
    segmenter: masks inside boxes. captioner: noun phrases for objects.
    """

    roles: ClassVar[tuple[Role, ...]]  # roles the backend can fill
    requires: ClassVar[tuple[str, ...]]  # packages beyond the base install; the error names the extra

    def complete(self, tables: Mapping[str, pa.Table], pictures: Pictures) -> Result:
        """Fill nulls of `scene`, `view`, `object`, `sighting`; every value made carries the backend's name.

        Args:
            tables: The four tables of one shard.
            pictures: Yields (view id, RGB picture) for the view ids asked for; nothing is decoded before.
        """
        ...
