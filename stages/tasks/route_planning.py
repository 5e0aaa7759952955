"""Which turns lead along a route from object to object."""

from __future__ import annotations

from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.tasks.base import LETTERS, Batch, Draft, IntArray, Needs, Task, always, texts
from stages.tasks.options import draws, shuffle

TURNS = ("turn left", "turn right", "turn back")
STOPS = {"route_1": 1, "route_2": 2, "route_3": 3}


def ask(batch: Batch) -> Draft:
    """Ask for the turns: all three for one turn, four sequences for more; slots are start, what is faced, waypoints."""
    count = STOPS[batch.kind]
    sequences = [", ".join(turns) for turns in product(TURNS, repeat=count)]
    written = pc.binary_join(batch.details, ", ")
    right: IntArray = pc.index_in(written, pa.array(sequences)).to_numpy(zero_copy_only=False).astype(np.int64)
    rank = draws(batch.draw("sequences"), len(sequences))
    rank[np.arange(len(batch)), right] = -1.0
    width = min(len(sequences), 4)
    options, letter = shuffle(np.argsort(rank, axis=1, kind="stable")[:, :width], batch)
    group = f"{batch.kind}.{batch.way}"
    return Draft(
        ask=always(group, len(batch)),
        reply=always(f"{group}.answer", len(batch)),
        slots=tuple(batch.subject(k) for k in range(2 + count)),
        answer=texts(LETTERS, letter),
        options=tuple(texts(sequences, options[:, k]) for k in range(width)),
        fills={"turns": written},
    )


ROUTE_PLANNING = Task(
    name="route_planning",
    paper="VSI-Bench, arXiv:2412.14171, route planning",
    needs={kind: Needs(subjects=2 + stops) for kind, stops in STOPS.items()},
    ways={"choice": ("turns",)},
    ask=ask,
)
