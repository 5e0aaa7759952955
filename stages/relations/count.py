"""Counting and plain existence: what the picture shows of each category. Needs 2D only.

A category is counted only if every sighting of it is clear: an instance that is hardly visible, or a crowd, makes
the number a matter of taste. Where a scene says which categories are annotated exhaustively (its vocabulary), others
are neither counted nor said to be there: a count could be wrong, and "yes" would be the only answer ever given.
Absence is stated of the vocabulary alone.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Bool, Int

from stages.ranks import choose, starts_of
from stages.relations.facts import drop_rows, fact_table, joined, lists_of
from stages.relations.sightings import Sightings
from stages.rng import column_keys, integers, mix
from stages.runner import Counts
from stages.schema.columns import rows_of

Facts = tuple[pa.Table, Counts]


def category_groups(sightings: Sightings) -> tuple[Int[np.ndarray, " n"], Int[np.ndarray, " g"], Int[np.ndarray, " g"]]:
    """Order of rows by (view, category), and start and size of each group in that order."""
    order = np.lexsort((np.arange(len(sightings.view)), sightings.category, sightings.view))
    codes = sightings.view[order] * (len(sightings.categories) + 1) + sightings.category[order]
    starts = starts_of(codes)
    return order, starts, np.diff(np.append(starts, len(codes)))


def counts_and_presence(sightings: Sightings, most_counts: int, most_present: int) -> Facts:
    """State `count` and positive `exists` facts, at most so many per view.

    Returns:
        Facts whose subjects are the clear instances of the category in the view; drops `*.category_not_exhaustive`,
        `*.instance_unclear` and `*.sampled_out`.
    """
    order, starts, sizes = category_groups(sightings)
    if len(order) == 0:
        return fact_table_empty(), Counts()
    clear = sightings.clear[order]
    all_clear = np.logical_and.reduceat(clear, starts)
    any_clear = np.logical_or.reduceat(clear, starts)
    first = order[starts]
    view_id, scene_id = sightings.column("view_id", first), sightings.column("scene_id", first)
    category = sightings.categories.take(pa.array(sightings.category[first]))
    subjects = lists_of(
        sightings.column("object_id", order[clear]), np.add.reduceat(clear.astype(np.int64), starts), len(starts)
    )
    names = joined(view_id, pc.replace_substring(category, " ", "_"))
    views, exhaustive = sightings.view[first], sightings.exhaustive[first]
    keys = mix(column_keys(view_id, "count"), column_keys(category, "count"))

    def facts(kind: str, ok: Bool[np.ndarray, " g"], most: int, value: np.ndarray, unit: str) -> Facts:
        settled = ok & exhaustive
        chosen = settled.copy()
        chosen[settled] = choose(views[settled], mix(keys[settled], len(kind)), most)
        keep = pa.array(np.flatnonzero(chosen))
        table = fact_table(
            len(keep),
            fact_id=joined(view_id.take(keep), kind, names_tail(category.take(keep))),
            scene_id=scene_id.take(keep),
            view_ids=lists_of(view_id.take(keep), 1, len(keep)),
            kind=kind,
            subject_ids=subjects.take(keep),
            category=category.take(keep),
            value=value[chosen].astype(np.float64),
            unit=unit,
            frame="image",
        )
        drops = drop_rows(f"{kind}.category_not_exhaustive", ~exhaustive, names)
        drops += drop_rows(f"{kind}.instance_unclear", ~ok & exhaustive, names)
        return table, drops + drop_rows(f"{kind}.sampled_out", settled & ~chosen, names)

    counted, count_drops = facts("count", all_clear, most_counts, sizes, "count")
    present, present_drops = facts("exists", any_clear, most_present, np.ones(len(starts)), "bool")
    return pa.concat_tables([counted, present]), count_drops + present_drops


def names_tail(category: pa.Array) -> pa.Array:
    """Categories as parts of ids: blanks become underscores."""
    return pc.replace_substring(category, " ", "_")


def fact_table_empty() -> pa.Table:
    """A fact table without rows."""
    none = pa.array([], pa.string())
    lists = lists_of(none, 0, 0)
    return fact_table(
        0, fact_id=none, scene_id=none, view_ids=lists, kind="count", subject_ids=lists, value=np.zeros(0),
        unit="count", frame="image",
    )  # fmt: skip


def absence(sightings: Sightings, tables: Mapping[str, pa.Table], most: int, seed: int) -> Facts:
    """State negative `exists` facts: categories of the vocabulary of which the view shows no sign.

    Candidates are drawn per view by key, twice as many as wanted; those present (however small) are passed over.
    """
    view = tables["view"].sort_by("view_id")
    scene = tables["scene"]
    vocabularies = scene.column("vocabulary").take(pa.array(rows_of(view.column("scene_id"), scene.column("scene_id"))))
    lengths = pc.fill_null(pc.list_value_length(vocabularies), 0).to_numpy(zero_copy_only=False).astype(np.uint64)
    draws = 2 * most
    rows = np.repeat(np.flatnonzero(lengths > 0), draws)
    if len(rows) == 0:
        return fact_table_empty(), drop_rows("exists.vocabulary_not_exhaustive", lengths == 0, view.column("view_id"))
    turn = np.tile(np.arange(draws, dtype=np.uint64), len(rows) // draws)
    keys = mix(mix(column_keys(view.column("view_id"), seed, "absence")[rows], turn), 1)
    picked = integers(keys, lengths[rows]).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(lengths.astype(np.int64))])[rows]
    words = pc.list_flatten(vocabularies.combine_chunks()).take(pa.array(offsets + picked))
    view_id = view.column("view_id").take(pa.array(rows)).combine_chunks()
    pair = joined(view_id, words, separator="\x1f")
    shown = joined(
        sightings.table.column("view_id").combine_chunks(),
        sightings.categories.take(pa.array(sightings.category)),
        separator="\x1f",
    )
    first = np.zeros(len(rows), dtype=np.bool_)
    first[_first_of_equal(pair)] = True
    ok = first & ~pc.is_in(pair, value_set=shown).to_numpy(zero_copy_only=False)
    ok[ok] = choose(rows[ok], keys[ok], most)
    keep = pa.array(np.flatnonzero(ok))
    table = fact_table(
        len(keep),
        fact_id=joined(view_id.take(keep), "exists", names_tail(words.take(keep))),
        scene_id=view.column("scene_id").take(pa.array(rows)).take(keep).combine_chunks(),
        view_ids=lists_of(view_id.take(keep), 1, len(keep)),
        kind="exists",
        subject_ids=lists_of(pa.array([], pa.string()), 0, len(keep)),
        category=words.take(keep),
        value=np.zeros(len(keep)),
        unit="bool",
        frame="image",
    )
    return table, drop_rows("exists.vocabulary_not_exhaustive", lengths == 0, view.column("view_id"))


def _first_of_equal(values: pa.Array) -> Int[np.ndarray, " m"]:
    codes = values.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    result: Int[np.ndarray, " m"] = order[starts_of(codes[order])]
    return result
