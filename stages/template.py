"""DVC stage `template`: facts in, questions with typed answers and their samples in instruction formats out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator, model_validator

from stages.formats.names import clean_column
from stages.formats.outcomes import summed
from stages.formats.referring import ReferringParams
from stages.formats.shown import Shown, shown
from stages.marks.select import MarkParams, mark_places
from stages.params import Params
from stages.registry import resolve, suggest
from stages.runner import EXAMPLES, Context, Counts, Result, Stage, main
from stages.schema.columns import one_chunk
from stages.schema.errors import TableError
from stages.schema.tables import TABLES
from stages.sides import side_of
from stages.tasks import TASKS
from stages.tasks.base import AskParams, Task
from stages.tasks.facts import Drops, Facts, choose_facts, read_facts
from stages.tasks.options import options_at
from stages.tasks.questions import ask_all, question_table
from stages.tasks.samples import FormatParams, sample_table
from stages.tasks.wordings import reserved


class TemplateParams(Params):
    """Section `template` of params.yaml."""

    benchmark_share: float = Field(ge=0, le=1, description="expected share of places on the benchmark side")
    questions_per_view: dict[str, int] = Field(description="most questions per view, for each task; 0: none")
    formats: FormatParams
    marks: MarkParams
    referring: ReferringParams
    ask: AskParams

    @field_validator("questions_per_view")
    @classmethod
    def _all_tasks(cls, value: dict[str, int]) -> dict[str, int]:
        problems = [f"unknown task {name!r}.{suggest(name, TASKS)}" for name in value if name not in TASKS]
        problems += [f"task {name!r} is missing" for name in TASKS if name not in value]
        problems += [f"{name}: expected a number from 0" for name, most in value.items() if most < 0]
        if problems:
            raise ValueError("; ".join(problems))
        return value

    @model_validator(mode="after")
    def _all_options(self) -> TemplateParams:
        """Every kind whose wrong answers come from a table has one, with room for at least two options."""
        problems = []
        for task in (resolve(TASKS, name, "task") for name in TASKS):
            known = getattr(self.ask, task.options) if task.options else dict.fromkeys(task.needs)
            problems += [f"ask.{task.options}: {kind} is missing" for kind in task.needs if kind not in known]
        for kind in self.ask.option_levels:
            if options_at(kind, self.ask) == 0:
                problems.append(f"ask.option_levels.{kind}: not even two options would differ by `option_ratio`")
        if problems:
            raise ValueError("; ".join(problems) + "; `python -m stages.option_tables` measures them")
        return self


def template(
    tables: Mapping[str, pa.Table], params: TemplateParams, context: Context, tasks: Sequence[Task] = ()
) -> Result:
    """Turn facts into questions with typed answers, and questions into samples; rows come in no order (writing sorts).

    Args:
        tables: `fact`, `scene`, `view`, `object` and `sighting` of one shard, any row order.
        params: Section `template`.
        context: Seed, source and shard.
        tasks: What to ask; empty: all of `TASKS`.

    Raises:
        TableError: A row names a scene, view or object that is in no table.
    """
    facts = read_facts(tables["fact"], tables["object"], context.seed)
    scenes = _per_fact(facts, tables["scene"], params, context)
    world = _shown(facts, tables, params, context)
    known = tasks or [resolve(TASKS, name, "task") for name in TASKS]
    counts = Counts(read={"facts": len(facts.ids)}) + _counted(
        _without_task(facts, known) + _unusable(tables["object"])
    )
    questions, samples, format_counts = [], [], []
    for task in known:
        chosen, drops = choose_facts(facts, task, world, params.ask, params.questions_per_view[task.name])
        counts += _counted(drops)
        for asked in (a for c in chosen for a in ask_all(facts, c, params.ask)):
            table = question_table(asked, facts, scenes)
            formed, tallies = sample_table(
                asked, table, scenes["license"].take(pa.array(asked.rows)), world, params.formats
            )
            counts += _counted(tallies.drops) + Counts(kept=dict(tallies.named))
            questions.append(table)
            samples.append(formed)
            format_counts.append(tallies.formats)
    out = {"question": _joined("question", questions), "sample": _joined("sample", samples)}
    counts += Counts(kept={f"{name}s": len(table) for name, table in out.items()})
    return Result(out | {"format_count": summed(_joined("format_count", format_counts))}, counts)


def _per_fact(facts: Facts, scene: pa.Table, params: TemplateParams, context: Context) -> dict[str, pa.StringArray]:
    """Return source, licence and side of every fact's scene."""
    rows = pc.index_in(one_chunk(facts.table.column("scene_id")), one_chunk(scene.column("scene_id")))
    if rows.null_count:
        lost = facts.ids.filter(rows.is_null())[0].as_py()
        raise TableError(
            f"table `fact`: {lost!r} names a scene without a row in table `scene`; run `dvc repro` to make both anew"
        )
    side = side_of(scene.column("place_id"), context.seed, params.benchmark_share)
    columns = {name: one_chunk(scene.column(name)) for name in ("source", "license")} | {"side": side}
    return {name: column.take(rows) for name, column in columns.items()}


def _shown(facts: Facts, tables: Mapping[str, pa.Table], params: TemplateParams, context: Context) -> Shown:
    view_ids = one_chunk(facts.table.column("view_ids"))
    several = np.flatnonzero(pc.list_value_length(view_ids).to_numpy(zero_copy_only=False) > 1)
    joined = facts.views.take(pa.array(several)).dictionary_encode()
    first = np.zeros(len(joined.dictionary), dtype=np.int64)
    indices = joined.indices.to_numpy(zero_copy_only=False)
    first[indices[::-1]] = several[::-1]
    first = first[np.argsort(joined.dictionary.to_numpy(zero_copy_only=False).astype(str), kind="stable")]
    marks = mark_places(tables["sighting"], context.seed, params.marks)
    together = view_ids.take(pa.array(first))
    return shown(tables, marks, together, reserved(), params.marks.most, params.referring, params.formats.pointing)


def _without_task(facts: Facts, tasks: Sequence[Task]) -> Drops:
    kinds = pa.array(sorted({kind for task in tasks for kind in task.needs}))
    unasked = facts.ids.filter(pc.invert(pc.is_in(facts.kinds, kinds)))
    return [("fact.no_task", unasked)] if len(unasked) else []


def _unusable(objects: pa.Table) -> Drops:
    """Names that are empty or hold markup or control characters; the object is named in another way, or boxed."""
    drops: Drops = []
    for name in ("category", "caption"):
        column = one_chunk(objects.column(name))
        lost = pc.and_(column.is_valid(), clean_column(column).is_null())
        if pc.any(lost).as_py():
            drops.append((f"{name}.unusable", one_chunk(objects.column("object_id")).filter(lost)))
    return drops


def _counted(drops: Drops) -> Counts:
    total = Counts()
    for reason, ids in drops:
        total += Counts(dropped={reason: len(ids)}, examples={reason: tuple(ids.slice(0, EXAMPLES).to_pylist())})
    return total


def _joined(name: str, parts: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(parts) if parts else TABLES[name].schema.empty_table()


STAGE = Stage(
    "template",
    TemplateParams,
    template,
    reads={"fact": "facts", "scene": "annotated", "view": "annotated", "object": "annotated", "sighting": "annotated"},
    writes=("question", "sample", "format_count"),
    out="questions",
    per_source=False,
)

if __name__ == "__main__":
    main(STAGE)
