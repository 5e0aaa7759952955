"""Questions that offer the named objects themselves: which one of several, or in which order they come.

Candidates take their slots in an order drawn by key, so neither slot nor letter tells which one is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pyarrow as pa

from stages.rng import mix
from stages.tasks.base import LETTERS, SLOTS, Batch, Draft, IntArray, always, texts
from stages.tasks.options import draws, permutations_with_first_at, shuffle


def which_of(batch: Batch, candidates: Sequence[pa.StringArray], named: Sequence[pa.StringArray] = ()) -> Draft:
    """Ask which of several objects it is.

    Args:
        batch: Facts of one kind.
        candidates: The right object, then the others.
        named: Objects that the question names besides; they take the first slots.
    """
    slots, right = _shuffled(batch, candidates)
    group, first = f"{batch.kind}.{batch.way}", len(named)
    return Draft(
        ask=always(group, len(batch)),
        reply=always(f"{group}.answer", len(batch)),
        slots=(*named, *slots),
        answer=texts(LETTERS, right),
        options=tuple(_repeated(f"{{{SLOTS[first + k]}}}", batch) for k in range(len(slots))),
        either={"winner": right + first},
    )


def order_of(batch: Batch, ordered: Sequence[pa.StringArray]) -> Draft:
    """Ask for the order of several objects: one of four sequences.

    Args:
        batch: Facts of one kind.
        ordered: The objects in their right order.
    """
    count = len(ordered)
    slots, place = _permuted(batch, ordered)
    sequences = np.array(list(permutations(range(count))))
    right = (place[:, None, :] == sequences[None]).all(axis=2).argmax(axis=1)
    rank = draws(batch.draw("sequences"), len(sequences))
    rank[np.arange(len(batch)), right] = -1.0
    options, letter = shuffle(np.argsort(rank, axis=1, kind="stable")[:, :4], batch)
    written = [", ".join(f"{{{SLOTS[k]}}}" for k in sequence) for sequence in sequences.tolist()]
    group = f"{batch.kind}.{batch.way}"
    return Draft(
        ask=always(group, len(batch)),
        reply=always(f"{group}.answer", len(batch)),
        slots=tuple(slots),
        answer=texts(LETTERS, letter),
        options=tuple(texts(written, options[:, k]) for k in range(4)),
        either={name: place[:, k] for k, name in enumerate(("first", "second", "third", "fourth")[:count])},
    )


def _shuffled(batch: Batch, candidates: Sequence[pa.StringArray]) -> tuple[list[pa.StringArray], IntArray]:
    """Candidates in drawn order, and where the first one went."""
    slots, place = _permuted(batch, candidates)
    return slots, place[:, 0]


def _permuted(batch: Batch, objects: Sequence[pa.StringArray]) -> tuple[list[pa.StringArray], np.ndarray]:
    """Objects in an order drawn by key, and for each object the slot that it took."""
    count, rows = len(objects), np.arange(len(batch))
    order = permutations_with_first_at(batch.deal("slots", count), mix(batch.draw("slots"), count), count)
    bank = pa.concat_arrays(list(objects))
    slots = [bank.take(pa.array(order[:, k] * len(batch) + rows)) for k in range(count)]
    return slots, np.argsort(order, axis=1, kind="stable")


def _repeated(text: str, batch: Batch) -> pa.StringArray:
    return pa.repeat(pa.scalar(text, pa.string()), len(batch))
