"""DVC stage `evaluate`: the benchmark and a model in, replies with scores and a report out.

`python -m stages.evaluate MODEL`, where MODEL is a key under `models` in params.yaml.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial

import pyarrow as pa
from pydantic import Field

from stages import params as params_file
from stages.models.base import Model, ModelContext, Prompt, load_model
from stages.params import Params
from stages.pictures import Pictures, picture_roots
from stages.progress import Progress
from stages.runner import DATA, Counts, Run, guard, only_argument, seed_of
from stages.schema.errors import UserError
from stages.schema.store import read_all, shard_path, write_table
from stages.schema.tables import TABLES
from stages.scoreboard import print_scores
from stages.scoring.parse import parse
from stages.scoring.report import ReportParams, angle_errors, report
from stages.scoring.score import ScoreParams, Truth, chance_levels, score

_COPIED = ("sample_id", "task", "text_format", "image_format", "scene_id", "answer_kind")


class EvaluateParams(Params):
    """Section `evaluate` of params.yaml."""

    batch_size: int = Field(ge=1, description="Prompts handed to a model at once.")
    jpeg_quality: int = Field(ge=1, le=100, description="Quality of pictures with marks; others go as they are.")
    score: ScoreParams
    report: ReportParams


def reply_table(samples: pa.Table, replies: Sequence[str], params: ScoreParams) -> pa.Table:
    """Parse and score one reply per sample.

    Args:
        samples: Table `sample`.
        replies: Raw replies in the order of the samples; empty where none came.
        params: How to score.

    Returns:
        Table `reply`.
    """
    rows = samples.select(["answer_kind", "options", "unit"]).to_pylist()
    parsed = [
        parse(reply, row["answer_kind"], row["options"], row["unit"]) for row, reply in zip(rows, replies, strict=True)
    ]
    truths = _truths(samples)
    columns = {name: samples.column(name) for name in _COPIED}
    columns |= {
        "reply": pa.array(replies, pa.string()),
        "parsed": pa.array(parsed, pa.string()),
        "score": pa.array([score(p, t, params) for p, t in zip(parsed, truths, strict=True)], pa.float64()),
        "chance": pa.array(chance_levels(truths, params), pa.float64()),
    }
    return pa.table(columns).select(TABLES["reply"].schema.names).cast(TABLES["reply"].schema)


def _truths(samples: pa.Table) -> list[Truth]:
    rows = samples.select(["task", "answer_kind", "answer", "unit", "options"]).to_pylist()
    return [Truth(r["task"], r["answer_kind"], r["answer"], r["unit"], len(r["options"])) for r in rows]


def prompts_of(samples: pa.Table, pictures: Pictures) -> list[Prompt]:
    """Turn samples into prompts whose pictures are drawn when a model asks for them."""
    return [
        Prompt(
            sample_id=row["sample_id"],
            question_id=row["question_id"],
            task=row["task"],
            answer_kind=row["answer_kind"],
            text=row["prompt"],
            options=tuple(row["options"]),
            unit=row["unit"],
            images=partial(
                pictures.encoded, row["source"], row["scene_id"], row["view_ids"], row["image_format"], row["mark_ids"]
            ),
        )
        for row in samples.to_pylist()
    ]


def _ask(model: Model, prompts: Sequence[Prompt], batch_size: int, name: str) -> Iterator[str]:
    starts = range(0, len(prompts), batch_size)
    with Progress(name, len(starts), "batches") as progress:
        for start in starts:
            batch = prompts[start : start + batch_size]
            replies = model.reply(batch)
            if len(replies) != len(batch):
                raise UserError(
                    f"{name}: the model gave {len(replies)} replies to {len(batch)} prompts; one each is due"
                )
            progress.step()
            yield from replies


def _run(argv: Sequence[str]) -> None:
    name = only_argument(argv, "python -m stages.evaluate MODEL")
    data = params_file.read_params()
    params = params_file.parse(EvaluateParams, params_file.section(data, "evaluate"), "evaluate")
    seed = seed_of(data)
    samples = read_all(DATA / "split" / "benchmark", "sample").sort_by("sample_id")
    if not len(samples):
        raise UserError("data/split/benchmark: no samples; give `split.benchmark_size` above 0 or more scenes")
    model = load_model(name, data, ModelContext(seed, DATA))
    run_name = f"evaluate@{name}"
    with Run(run_name, f"replies/{name}") as run:
        prompts = prompts_of(samples, Pictures(DATA, picture_roots(data), params.jpeg_quality))
        replies = reply_table(samples, list(_ask(model, prompts, params.batch_size, run_name)), params.score)
        write_table(shard_path(run.folder, "reply", 0), replies, "reply")
        run.counts += Counts(read={"samples": len(samples)}, kept={"replies": len(replies)})
        summary = report(replies, params.report, seed)
        errors = angle_errors(replies.column("parsed"), samples.column("answer"), samples.column("answer_kind"))
        run.metrics |= summary | ({"angle_error_deg": errors} if errors else {})
    print_scores({name: summary})


if __name__ == "__main__":
    guard(lambda: _run(sys.argv[1:]))
