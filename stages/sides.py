"""Train or benchmark, decided per physical place and independent of everything else in the dataset."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from stages.rng import column_keys, uniform
from stages.schema.tables import SIDES


def side_of(place_ids: pa.ChunkedArray | pa.Array, seed: int, share: float) -> pa.StringArray:
    """Return `train` or `benchmark` per place: a hash of the place's id alone, so adding scenes moves no place.

    Args:
        place_ids: One physical place (or object) per row.
        seed: The project's seed.
        share: Expected share of places on the benchmark side, 0 to 1.

    Example:
        >>> side_of(pa.array(["flat 1", "flat 1", "flat 2"]), 0, 1.0).to_pylist()
        ['benchmark', 'benchmark', 'benchmark']
    """
    benchmark = uniform(column_keys(place_ids, "side", seed)) < share
    return pa.array(SIDES, pa.string()).take(pa.array(benchmark.astype(np.int8)))
