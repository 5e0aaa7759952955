"""DVC stage `split`: unique questions in, train and benchmark out, disjoint by place, with a ledger.

The side of a scene was fixed by its place before any question was asked (`stages.sides`), so a new scene moves no
other. Train takes every sample of its side. The benchmark takes exactly `benchmark_size` samples of the other side,
spread over strata of task, text format and image format by Hamilton's method (largest remainders), and within a
stratum those with the smallest row hash. One sample per question comes first; a second one of the same question is
taken only when there are too few questions.

Layout: `data/split/train` and `data/split/benchmark` (question, sample) and `data/split/ledger.csv`.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from jaxtyping import Int, UInt64
from pydantic import Field

from stages import params as params_file
from stages.params import Params
from stages.ranks import rank_within
from stages.rng import column_keys, mix
from stages.runner import DATA, EXAMPLES, Counts, Run, guard, seed_of, source_names
from stages.schema.columns import codes, whole
from stages.schema.errors import UserError
from stages.schema.store import read_all, read_table, shard_path, shards_in, write_table

DUPLICATE, NOT_SAMPLED, TOO_FEW = "split.question_not_unique", "split.not_sampled", "split.too_few_candidates"
STRATUM = ("task", "text_format", "image_format")
_CANDIDATES = "candidates"


class SplitParams(Params):
    """Section `split` of params.yaml."""

    benchmark_size: int = Field(ge=0, description="Samples in the benchmark.")
    stratum_power: float = Field(
        ge=0, le=1, description="A stratum's share grows with its size to this power: 1 proportional, 0 equal shares."
    )


@dataclass(frozen=True)
class Candidates:
    """Samples of one shard that may enter the benchmark, in the order of its candidates file."""

    row_hash: UInt64[np.ndarray, " n"]
    question: Int[np.ndarray, " n"]
    stratum: pa.Array


@dataclass(frozen=True)
class _Divided:
    candidates: Candidates
    sides: pa.Table
    counts: Counts


@dataclass(frozen=True)
class _Divide:
    """Write the train tables of one shard, and put its benchmark side aside."""

    folder: Path
    sources: tuple[str, ...]
    seed: int

    def __call__(self, shard: int) -> _Divided:
        questions = self._read("unique", "question", shard)
        samples = self._read("questions", "sample", shard)
        unique = pc.is_in(samples.column("question_id"), questions.column("question_id").combine_chunks())
        counts = Counts(read={"questions": len(questions), "samples": len(samples)})
        counts += _lost(DUPLICATE, samples.column("sample_id").filter(pc.invert(unique)))
        for side, folder in (("train", "train"), ("benchmark", _CANDIDATES)):
            for name, table, kept in (("question", questions, True), ("sample", samples, unique)):
                part = table.filter(pc.and_(pc.equal(table.column("side"), side), kept))
                write_table(shard_path(self.folder / folder, name, shard), part, name)
                if side == "train":
                    counts += Counts(kept={f"train_{name}s": len(part)})
        candidates = read_table(shard_path(self.folder / _CANDIDATES, "sample", shard), "sample")
        sides = questions.group_by(["scene_id", "side"]).aggregate([])
        return _Divided(candidates_of(candidates, self.seed), sides, counts)

    def _read(self, folder: str, table: str, shard: int) -> pa.Table:
        paths = [shard_path(DATA / folder / source, table, shard) for source in self.sources]
        return pa.concat_tables([read_table(path, table) for path in paths if path.exists()])


@dataclass(frozen=True)
class _Chosen:
    shard: int
    rows: Int[np.ndarray, " k"]


@dataclass(frozen=True)
class _WriteBenchmark:
    """Write the chosen samples of one shard and their questions."""

    folder: Path

    def __call__(self, chosen: _Chosen) -> Counts:
        def read(name: str) -> pa.Table:
            return read_table(shard_path(self.folder / _CANDIDATES, name, chosen.shard), name)

        candidates = read("sample")
        samples = candidates.take(pa.array(chosen.rows))
        questions = read("question")
        asked = pc.is_in(questions.column("question_id"), samples.column("question_id").combine_chunks())
        questions = questions.filter(asked)
        for name, table in (("question", questions), ("sample", samples)):
            write_table(shard_path(self.folder / "benchmark", name, chosen.shard), table, name)
        unused = np.ones(len(candidates), bool)
        unused[chosen.rows] = False
        counts = Counts(kept={"benchmark_questions": len(questions), "benchmark_samples": len(samples)})
        return counts + _lost(NOT_SAMPLED, candidates.column("sample_id").filter(pa.array(unused)))


def candidates_of(samples: pa.Table, seed: int) -> Candidates:
    """Reduce samples to what choosing needs: a keyed hash per row, its question and its stratum."""
    row_hash = column_keys(samples.column("question_id"), seed, "split")
    for name in ("text_format", "image_format"):
        row_hash = mix(row_hash, column_keys(samples.column(name), name))
    stratum = pc.binary_join_element_wise(*[samples.column(name) for name in STRATUM], "/")
    return Candidates(row_hash, codes(whole(samples, "question_id")), stratum.combine_chunks())


def choose(shards: Sequence[Candidates], size: int, power: float) -> list[Int[np.ndarray, " k"]]:
    """Choose `size` rows over all shards, or all rows when there are fewer.

    Returns:
        Per shard the chosen rows, ascending.
    """
    if not shards:
        return []
    row_hash = np.concatenate([c.row_hash for c in shards])
    names = pa.chunked_array([c.stratum for c in shards], pa.string()).combine_chunks()
    stratum = codes(names)
    tier = np.concatenate([rank_within(c.question, c.row_hash) for c in shards])
    taken = np.zeros(len(row_hash), bool)
    for level in range(int(tier.max(initial=-1)) + 1):
        rows = np.flatnonzero(tier == level)
        quotas = hamilton(np.bincount(stratum[rows]), size - int(taken.sum()), power)
        taken[rows[rank_within(stratum[rows], row_hash[rows]) < quotas[stratum[rows]]]] = True
    ends = np.cumsum([len(c.row_hash) for c in shards])
    return [np.flatnonzero(part) for part in np.split(taken, ends[:-1])]


def hamilton(counts: Int[np.ndarray, " s"], size: int, power: float) -> Int[np.ndarray, " s"]:
    """Divide `size` seats over strata by largest remainders; no stratum gets more than it has.

    Args:
        counts: Rows per stratum; a stratum without rows gets no seat.
        size: Seats; with fewer rows than seats every row gets one.
        power: A stratum weighs `counts ** power`.

    Example:
        >>> hamilton(np.array([50, 30, 20]), 7, 1.0).tolist()
        [4, 2, 1]
    """
    quotas = np.zeros(len(counts), np.int64)
    open_ = counts > 0
    while open_.any():
        left = size - int(quotas.sum())
        weights = np.where(open_, counts.astype(np.float64) ** power, 0.0)
        share = left * weights / weights.sum()
        full = open_ & (share >= counts)
        if not full.any():
            floors = np.floor(share).astype(np.int64)
            order = np.argsort(floors - share, kind="stable")  # largest remainder first, ties in stratum order
            floors[order[: left - int(floors.sum())]] += 1
            return np.asarray(quotas + floors)
        quotas[full] = counts[full]
        open_ &= ~full
    return quotas


def ledger(scenes: pa.Table, sides: pa.Table) -> pa.Table:
    """Join scenes with their sides: scene, place, source, side and why; sorted by scene.

    Args:
        scenes: Columns of table `scene`.
        sides: Columns scene_id, side: the side each scene's questions carry.

    Raises:
        UserError: A place has scenes on both sides, or a question's scene is unknown.
    """
    known = pc.is_in(sides.column("scene_id"), scenes.column("scene_id").combine_chunks())
    if not pc.all(known).as_py():
        lost = sides.filter(pc.invert(known)).column("scene_id")[0].as_py()
        raise UserError(f"data/unique: scene {lost} has questions but no row in data/annotated; run `dvc repro`")
    joined = scenes.select(["scene_id", "place_id", "source"]).join(sides, "scene_id").sort_by("scene_id")
    _check_places(joined.drop_null())
    why = pc.if_else(pc.is_valid(joined.column("side")), "hash of the place", "no questions")
    side = pc.fill_null(joined.column("side"), "none")
    return joined.set_column(joined.schema.get_field_index("side"), "side", side).append_column("why", why)


def _check_places(scenes: pa.Table) -> None:
    scenes = scenes.sort_by([("place_id", "ascending"), ("side", "ascending")]).combine_chunks()
    before, after = scenes.slice(0, max(len(scenes) - 1, 0)), scenes.slice(1)
    same_place = pc.equal(before.column("place_id"), after.column("place_id"))
    straddles = pc.and_(same_place, pc.not_equal(before.column("side"), after.column("side")))
    if pc.any(straddles).as_py():
        a, b = before.filter(straddles).slice(0, 1).to_pylist()[0], after.filter(straddles).slice(0, 1).to_pylist()[0]
        raise UserError(
            f"data/unique: place {a['place_id']} is on both sides: scene {a['scene_id']} is {a['side']}, scene "
            f"{b['scene_id']} is {b['side']}. Scenes of one place must share a side; check place_id in the source's "
            "reader, then run `dvc repro`"
        )


def _lost(reason: str, items: pa.ChunkedArray) -> Counts:
    examples = tuple(items.slice(0, EXAMPLES).to_pylist())
    return Counts(dropped={reason: len(items)}, examples={reason: examples}) if len(items) else Counts()


def _run() -> None:
    data = params_file.read_params()
    params = params_file.parse(SplitParams, params_file.section(data, "split"), "split")
    sources = tuple(source_names(data))
    shards = sorted({k for source in sources for k in shards_in(DATA / "unique" / source, "question")})
    with Run("split", "split") as run:
        for folder in ("train", "benchmark", _CANDIDATES):
            (run.folder / folder).mkdir()
        divided = list(run.imap(_Divide(run.folder, sources, seed_of(data)), shards))
        scenes = [read_all(DATA / "annotated" / s, "scene", ["scene_id", "place_id", "source"]) for s in sources]
        table = ledger(pa.concat_tables(scenes), pa.concat_tables([d.sides for d in divided]))
        pa_csv.write_csv(table, run.folder / "ledger.csv")
        run.counts = sum((d.counts for d in divided), run.counts)
        chosen = choose([d.candidates for d in divided], params.benchmark_size, params.stratum_power)
        jobs = [_Chosen(shard, rows) for shard, rows in zip(shards, chosen, strict=True)]
        run.map(_WriteBenchmark(run.folder), jobs, "benchmark shards")
        shutil.rmtree(run.folder / _CANDIDATES)
        run.metrics["benchmark"] = _shortfall(params.benchmark_size, sum(len(rows) for rows in chosen))
        run.metrics["places"] = _places(table)


def _shortfall(asked: int, taken: int) -> dict[str, object]:
    return {"asked": asked, "taken": taken, "short": {TOO_FEW: asked - taken} if taken < asked else {}}


def _places(table: pa.Table) -> dict[str, int]:
    counts = table.group_by("side").aggregate([("place_id", "count_distinct")]).sort_by("side")
    return dict(
        zip(counts.column("side").to_pylist(), counts.column("place_id_count_distinct").to_pylist(), strict=True)
    )


if __name__ == "__main__":
    guard(_run)
