"""Facts as columns of keys, objects and values, and which of them are asked, in which way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from stages.formats.names import clean_column
from stages.formats.shown import JOIN_VIEWS, Shown
from stages.ranks import rank_within
from stages.rng import column_keys, integers, key, mix
from stages.schema.columns import codes, one_chunk
from stages.tasks.base import AskParams, Batch, BoolArray, FactRows, FloatArray, IntArray, KeyArray, Task, nth_of

Drops = list[tuple[str, pa.StringArray]]


@dataclass(frozen=True)
class Facts:
    """Facts of one shard, sorted by id.

    `views` are the joined view ids, `capped` the number of the first view (caps count per first view), `keys` one
    random key per fact that depends on what the fact says and on nothing else, `scenes` one per scene, `named` one per
    category of the first subject and of the first reference.
    """

    table: pa.Table
    ids: pa.StringArray
    kinds: pa.StringArray
    views: pa.StringArray
    capped: IntArray
    subjects: pa.ListArray
    references: pa.ListArray
    categories: pa.StringArray
    values: FloatArray
    keys: KeyArray
    scenes: KeyArray
    named: tuple[KeyArray, KeyArray]


def read_facts(table: pa.Table, objects: pa.Table, seed: int) -> Facts:
    """Split the fact table into the columns that tasks work on; `objects` tells their categories."""
    table = table.sort_by("fact_id").combine_chunks()
    view_ids = one_chunk(table.column("view_ids"))
    views = pc.binary_join(view_ids, JOIN_VIEWS)
    kinds = one_chunk(table.column("kind"))
    subjects, references = (one_chunk(table.column(name)) for name in ("subject_ids", "reference_ids"))
    category = one_chunk(table.column("category"))
    keys = column_keys(views, "question", seed)
    named = (pc.binary_join(column, JOIN_VIEWS) for column in (subjects, references))
    for column in (kinds, *named, category):
        keys = mix(keys, column_keys(pc.fill_null(column, "")))
    scenes = column_keys(table.column("scene_id"), "scene", seed)
    subject, reference = (_category_keys(nth_of(lists, 0), objects) for lists in (subjects, references))
    return Facts(table, one_chunk(table.column("fact_id")), kinds, views, codes(nth_of(view_ids, 0)), subjects,
                 references, clean_column(category), table.column("value").to_numpy(), keys, scenes,
                 (subject, reference))  # fmt: skip


def _category_keys(object_ids: pa.StringArray, objects: pa.Table) -> KeyArray:
    """One key per category; objects that are in no table get that of the empty one."""
    rows = pc.index_in(object_ids, one_chunk(objects.column("object_id")))
    keys: KeyArray = np.append(column_keys(objects.column("category")), np.uint64(0))
    found: KeyArray = keys[pc.fill_null(rows, len(keys) - 1).to_numpy(zero_copy_only=False)]
    return found


@dataclass(frozen=True)
class Chosen:
    """Facts (rows) of one task to be asked for one answer kind, in the way drawn for each."""

    task: Task
    answer_kind: str
    rows: IntArray
    keys: KeyArray


def choose_facts(
    facts: Facts, task: Task, shown: Shown, params: AskParams, per_view: int
) -> tuple[list[Chosen], Drops]:
    """Choose the facts a task asks about.

    Args:
        facts: All facts of the shard.
        task: The task.
        shown: What is seen in which views.
        params: How answers are made.
        per_view: Most questions of this task per (first) view; which ones stay is drawn by key.

    Returns:
        One entry per answer kind, and the facts left out by reason.
    """
    drops: Drops = []

    def leave(reason: str, out: BoolArray, rows: IntArray) -> IntArray:
        if out.any():
            drops.append((f"{task.name}.{reason}", facts.ids.take(pa.array(rows[out]))))
        left: IntArray = rows[~out]
        return left

    rows = np.flatnonzero(pc.is_in(facts.kinds, pa.array(list(task.needs))).to_numpy(zero_copy_only=False))
    rows = leave("object_not_seen", _names_unseen(facts, task, shown, rows), rows)
    if task.about_category:
        rows = leave("category_unusable", facts.categories.is_null().to_numpy(zero_copy_only=False)[rows], rows)
    if task.sift:
        rows = leave(*task.sift(_rows(facts, rows), params), rows)
    chosen = []
    for answer_kind in task.ways:
        asked = rows
        if task.unfit:
            asked = leave(*task.unfit(answer_kind, _rows(facts, rows), params), rows)
        chosen.append(Chosen(task, answer_kind, asked, mix(facts.keys[asked], key("ask", answer_kind))))
    return _cap(facts, chosen, per_view, drops), drops


def _rows(facts: Facts, rows: IntArray) -> FactRows:
    at = pa.array(rows)
    scene_ids = one_chunk(facts.table.column("scene_id")).take(at)
    named = mix(column_keys(pc.fill_null(facts.categories.take(at), "")), facts.named[1][rows])
    return FactRows(facts.kinds.take(at), scene_ids, facts.values[rows], facts.keys[rows], named)


def _names_unseen(facts: Facts, task: Task, shown: Shown, rows: IntArray) -> BoolArray:
    """Tell which facts name an object that is seen in none (of two views: not in both) of the views shown."""
    at = pa.array(rows)
    kinds, views = facts.kinds.take(at), facts.views.take(at)
    view_ids = one_chunk(facts.table.column("view_ids")).take(at)
    wanted: list[tuple[IntArray, pa.StringArray, pa.StringArray]] = []
    for kind, needs in task.needs.items():
        here = np.flatnonzero(pc.equal(kinds, kind).to_numpy(zero_copy_only=False))
        all_views = views.take(pa.array(here))
        there = all_views if needs.references_in < 0 else nth_of(view_ids.take(pa.array(here)), needs.references_in)
        named = ((facts.subjects, needs.subjects, all_views), (facts.references, needs.references, there))
        for lists, count, shown_in in named:
            of_kind = lists.take(pa.array(rows[here]))
            wanted += [(here, shown_in, nth_of(of_kind, place)) for place in range(count)]
    unseen: BoolArray = np.zeros(len(rows), dtype=bool)
    if wanted:  # one look-up for all: each builds its index anew
        where, shown_in, objects = zip(*wanted, strict=True)
        found = shown.rows(pa.concat_arrays(shown_in), pa.concat_arrays(objects))
        unseen[np.concatenate(where)[found < 0]] = True
    return unseen


def _cap(facts: Facts, chosen: list[Chosen], per_view: int, drops: Drops) -> list[Chosen]:
    """Keep at most `per_view` questions per first view over all answer kinds together."""
    rows = np.concatenate([c.rows for c in chosen])
    kept = rank_within(facts.capped[rows], mix(np.concatenate([c.keys for c in chosen]), key("cap"))) < per_view
    if not kept.all():
        drops.append((f"{chosen[0].task.name}.sampled_out", facts.ids.take(pa.array(rows[~kept]))))
    parts = np.split(kept, np.cumsum([len(c.rows) for c in chosen])[:-1])
    return [Chosen(c.task, c.answer_kind, c.rows[k], c.keys[k]) for c, k in zip(chosen, parts, strict=True)]


def batches(facts: Facts, chosen: Chosen, params: AskParams) -> Iterator[tuple[IntArray, Batch]]:
    """Yield the facts of one kind that are asked in one way, with their rows."""
    ways = chosen.task.ways[chosen.answer_kind]
    way_of = integers(mix(chosen.keys, key("way")), len(ways)).astype(np.int64)
    kinds = facts.kinds.take(pa.array(chosen.rows))
    for kind in chosen.task.needs:
        of_kind = pc.equal(kinds, kind).to_numpy(zero_copy_only=False)
        for index, way in enumerate(ways):
            at = np.flatnonzero(of_kind & (way_of == index))
            if len(at):
                rows = chosen.rows[at]
                taken = pa.array(rows)
                subjects, references = facts.subjects.take(taken), facts.references.take(taken)
                yield rows, Batch(
                    kind, chosen.answer_kind, way, chosen.keys[at], nth_of(subjects, 0), nth_of(references, 0),
                    facts.categories.take(taken), facts.values[rows], subjects, references,
                    one_chunk(facts.table.column("detail")).take(taken), params, facts.scenes[rows],
                    (facts.named[0][rows], facts.named[1][rows]),
                )  # fmt: skip
