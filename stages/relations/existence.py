"""Existence and number under a relation: is there a chair left of the table, and how many are there?

The anchor is the only one of its category in the view. "Yes" needs one instance for which the relation clearly holds;
"no" needs every instance to be seen and the relation to be clearly false for each. A doubtful instance settles it
only when another one makes the answer "yes". A number needs every instance to be clearly on one side or the other.
Categories outside the vocabulary of a scene that has one are left out, as in plain counting.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float, Int

from stages.ranks import choose, starts_of
from stages.relations.count import category_groups, fact_table_empty, names_tail
from stages.relations.facts import drop_rows, fact_table, joined, lists_of, short_names
from stages.relations.sightings import Sightings
from stages.rng import mix
from stages.runner import Counts

SIDES = {"left_of": ("left_of", "right_of"), "in_front_of": ("in_front_of", "behind")}


def existence(
    sightings: Sightings,
    pairs: tuple[Int[np.ndarray, " p"], Int[np.ndarray, " p"]],
    signs: dict[str, Int[np.ndarray, " p"]],
    most: int,
) -> tuple[pa.Table, Counts]:
    """State `exists_<side>` and `count_<side>` facts, at most `most` per view and kind.

    Args:
        sightings: The shard's sightings.
        pairs: Rows (i, j) of all comparable pairs of a view.
        signs: Per pair relation: 1 (i is ... j), -1 (the converse), 0 (unclear).
        most: Cap per view and kind.
    """
    i, j = pairs
    parts, counts = [fact_table_empty()], Counts()
    unique, total = _census(sightings)
    instance, anchor = np.concatenate([i, j]), np.concatenate([j, i])
    usable = unique[anchor] & (sightings.category[instance] != sightings.category[anchor])
    for relation, (side, converse) in SIDES.items():
        sign = np.concatenate([signs[relation], -signs[relation]])
        for name, direction in ((side, 1), (converse, -1)):
            for kind in (f"exists_{name}", f"count_{name}"):
                table, drops = _facts(
                    sightings, kind, instance[usable], anchor[usable], direction * sign[usable], total, most
                )
                parts.append(table)
                counts += drops
    return pa.concat_tables(parts), counts


def _census(sightings: Sightings) -> tuple[Bool[np.ndarray, " n"], Int[np.ndarray, " n"]]:
    """Per sighting: is it the only one of its category in its view, and how many there are."""
    order, _, sizes = category_groups(sightings)
    total = np.zeros(len(order), dtype=np.int64)
    total[order] = np.repeat(sizes, sizes)
    return total == 1, total


def _facts(
    sightings: Sightings,
    kind: str,
    instance: Int[np.ndarray, " m"],
    anchor: Int[np.ndarray, " m"],
    sign: Int[np.ndarray, " m"],
    total: Int[np.ndarray, " n"],
    most: int,
) -> tuple[pa.Table, Counts]:
    if len(instance) == 0:
        return fact_table_empty(), Counts()
    order = np.lexsort((instance, sightings.category[instance], anchor))
    instance, anchor, sign = instance[order], anchor[order], sign[order]
    starts = starts_of(anchor * (len(sightings.categories) + 1) + sightings.category[instance])
    sizes = np.diff(np.append(starts, len(anchor)))
    holds = np.add.reduceat(sign == 1, starts)
    fails = np.add.reduceat(sign == -1, starts)
    every = sizes == total[instance[starts]]
    counting = kind.startswith("count_")
    yes = every & (holds > 0) & (holds + fails == sizes) if counting else holds > 0
    no = every & (fails == sizes) & (not counting)
    first, at = instance[starts], anchor[starts]
    names = _names(sightings, first, at)
    exhaustive = sightings.exhaustive[first]
    settled = (yes | no) & exhaustive
    chosen = settled.copy()
    chosen[settled] = choose(
        sightings.view[at[settled]],
        mix(mix(sightings.key[first[settled]], sightings.key[at[settled]]), len(kind)),
        most,
    )
    subject = np.repeat(chosen, sizes) & np.where(np.repeat(yes, sizes), sign == 1, True)
    subjects = lists_of(
        sightings.column("object_id", instance[subject]), np.add.reduceat(subject, starts)[chosen], int(chosen.sum())
    )
    value = (holds if counting else yes)[chosen].astype(np.float64)
    table = _table(sightings, kind, first[chosen], at[chosen], value, subjects)
    drops = drop_rows(f"{kind}.category_not_exhaustive", ~exhaustive, names)
    drops += drop_rows(f"{kind}.unclear", ~settled & exhaustive, names)
    return table, drops + drop_rows(f"{kind}.sampled_out", settled & ~chosen, names)


def _names(sightings: Sightings, first: Int[np.ndarray, " m"], at: Int[np.ndarray, " m"]) -> pa.Array:
    category = names_tail(sightings.categories.take(pa.array(sightings.category[first])))
    return joined(category, short_names(sightings.column("object_id", at)), separator=".")


def _table(
    sightings: Sightings,
    kind: str,
    first: Int[np.ndarray, " m"],
    at: Int[np.ndarray, " m"],
    value: Float[np.ndarray, " m"],
    subjects: pa.Array,
) -> pa.Table:
    view_id = sightings.column("view_id", at)
    return fact_table(
        len(at),
        fact_id=joined(view_id, kind, _names(sightings, first, at)),
        scene_id=sightings.column("scene_id", at),
        view_ids=lists_of(view_id, 1, len(at)),
        kind=kind,
        subject_ids=subjects,
        reference_ids=lists_of(sightings.column("object_id", at), 1, len(at)),
        category=sightings.categories.take(pa.array(sightings.category[first])),
        value=value,
        unit="count" if kind.startswith("count_") else "bool",
        frame="view",
        geometry=sightings.geometry.take(pa.array(at)),
    )
