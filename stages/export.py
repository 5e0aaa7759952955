"""DVC stage `export`: train and benchmark in; training and evaluation formats with their pictures out.

Layout below `data/export`: `images/<view>.jpg` (originals, byte for byte), `images/<view>.<image format>-<marks>.jpg`,
and `<format>/<side>.jsonl` with what else the format needs. A picture is drawn once, however many samples show it.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from stages import params as params_file
from stages.exporters import EXPORTERS
from stages.exporters.base import Exporter, ImageFile
from stages.images import suffix_of
from stages.params import Params
from stages.pictures import ORIGINAL, Drawn, Shard, Variant, drawn, picture_roots, variants_of
from stages.registry import resolve
from stages.rng import column_keys, uniform
from stages.runner import DATA, Counts, Run, dropped, guard, seed_of, write_json
from stages.schema.errors import UserError
from stages.schema.store import read_table, shard_path, shards_in
from stages.schema.tables import SIDES

NOT_EXPORTED = "export.outside_train_share"
_BATCH = 8192
_UNSAFE = re.compile(r"[^A-Za-z0-9._/-]|(?<![^/])\.+(?=/|$)")
_NEEDED = (
    "sample_id", "view_ids", "image_format", "mark_ids", "prompt", "response", "side", "task", "answer_kind",
    "answer", "unit", "options",
)  # fmt: skip


class ExportParams(Params):
    """Section `export` of params.yaml."""

    formats: tuple[str, ...] = Field(description="Rows of `stages.exporters.EXPORTERS`.")
    jpeg_quality: int = Field(ge=1, le=100, description="Quality of pictures with marks; originals are copied.")
    train_scene_share: float = Field(
        ge=0, le=1, description="Share of the train scenes exported, by a hash of the scene; pictures take space."
    )


@dataclass(frozen=True)
class _Job:
    side: str
    source: str
    shard: int


@dataclass(frozen=True)
class _Export:
    """Write pictures and lines of one side, source and shard; return lines written and counts."""

    folder: Path
    params: ExportParams
    roots: Mapping[str, Path | None]
    seed: int

    def __call__(self, job: _Job) -> tuple[int, Counts]:
        samples, counts = self._samples(job)
        if not len(samples):
            return 0, counts
        wanted = {
            variant
            for views, style, marks in zip(
                *(samples.column(c).to_pylist() for c in ("view_ids", "image_format", "mark_ids")), strict=True
            )
            for variant in variants_of(views, style, marks)
        }
        shard = Shard(DATA, self.roots.get(job.source), job.source, job.shard)
        files, bad = self._pictures(drawn(shard, wanted, self.params.jpeg_quality))
        written, lost = self._lines(samples, job, files, bad)
        counts += Counts(kept={"pictures": len(files), f"{job.side}_samples": written})
        for reason, ids in sorted(lost.items()):
            counts += dropped(reason, ids)
        return written, counts

    def _samples(self, job: _Job) -> tuple[pa.Table, Counts]:
        samples = read_table(shard_path(DATA / "split" / job.side, "sample", job.shard), "sample")
        samples = samples.filter(pc.equal(samples.column("source"), job.source))
        counts = Counts(read={f"{job.side}_samples": len(samples)})
        if job.side == "train":
            draws = uniform(column_keys(samples.column("scene_id"), "export", self.seed))
            taken = pa.array(draws < self.params.train_scene_share)
            counts += dropped(NOT_EXPORTED, samples.filter(pc.invert(taken)).column("sample_id").to_pylist())
            samples = samples.filter(taken)
        return samples, counts

    def _pictures(self, pictures: Iterator[Drawn]) -> tuple[dict[Variant, ImageFile], dict[Variant, str]]:
        files, bad = {}, {}
        for one in pictures:
            if one.reason is not None:
                bad[one.variant] = one.reason
                continue
            path = picture_path(one.variant, one.encoded)
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(one.encoded)
            files[one.variant] = ImageFile(path, one.width_px, one.height_px)
        return files, bad

    def _lines(
        self, samples: pa.Table, job: _Job, files: Mapping[Variant, ImageFile], bad: Mapping[Variant, str]
    ) -> tuple[int, dict[str, list[str]]]:
        """Write the lines of all formats, a batch at a time; return how many, and samples without by reason."""
        exporters: list[tuple[Exporter, Path]] = [
            (resolve(EXPORTERS, name, "exporter")(), part_path(self.folder / name, job)) for name in self.params.formats
        ]
        written, lost = 0, dict[str, list[str]]()
        with ExitStack() as stack:
            outs = [(exporter, stack.enter_context(path.open("w", encoding="utf-8"))) for exporter, path in exporters]
            for batch in samples.select(_NEEDED).to_batches(max_chunksize=_BATCH):
                rows = _with_pictures(batch.to_pylist(), files, bad, lost)
                written += len(rows)
                for exporter, file in outs:
                    file.writelines(json.dumps(exporter.record(*row), ensure_ascii=False) + "\n" for row in rows)
        return written, lost


def _with_pictures(
    samples: Sequence[Mapping[str, Any]],
    files: Mapping[Variant, ImageFile],
    bad: Mapping[Variant, str],
    lost: dict[str, list[str]],
) -> list[tuple[Mapping[str, Any], list[ImageFile]]]:
    """Join samples with their pictures; samples without are added to `lost` by reason."""
    rows: list[tuple[Mapping[str, Any], list[ImageFile]]] = []
    for sample in samples:
        shown = variants_of(sample["view_ids"], sample["image_format"], sample["mark_ids"])
        reasons = [bad[variant] for variant in shown if variant in bad]
        if reasons:
            lost.setdefault(f"export.{reasons[0]}", []).append(sample["sample_id"])
        else:
            rows.append((sample, [files[variant] for variant in shown]))
    return rows


def picture_path(variant: Variant, encoded: bytes) -> str:
    """Path of a picture below the export folder; different variants never share one.

    Example:
        >>> picture_path(Variant("rooms/0007/012", "original", ()), b"")
        'images/rooms/0007/012.jpg'
    """
    name = _UNSAFE.sub("_", variant.view_id)
    if name != variant.view_id:
        name += f"-{_digest(variant.view_id)}"
    marked = "" if variant.style == ORIGINAL else f".{variant.style}-{_digest(*variant.mark_ids)}"
    return f"images/{name}{marked}{suffix_of(encoded)}"


def _digest(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=4).hexdigest()


def part_path(folder: Path, job: _Job) -> Path:
    """File of the lines of one job, joined to `<side>.jsonl` in the end."""
    return folder / f".{job.side}-{job.source}-{job.shard:03d}.part"


def _join(folder: Path, name: str, jobs: Sequence[_Job], lines: Mapping[str, int]) -> None:
    """Join the parts of one format in job order and write its further files."""
    for side in SIDES:
        with (folder / f"{side}.jsonl").open("wb") as file:
            for part in (part_path(folder, job) for job in jobs if job.side == side):
                if part.exists():
                    with part.open("rb") as lines_of_part:
                        shutil.copyfileobj(lines_of_part, file)
                    part.unlink()
    exporter: Exporter = resolve(EXPORTERS, name, "exporter")()
    root = DATA / "export"
    for file_name, content in exporter.meta(root.as_posix(), (root / name).as_posix(), lines).items():
        write_json(folder / file_name, content)


def _run() -> None:
    data = params_file.read_params()
    params = params_file.parse(ExportParams, params_file.section(data, "export"), "export")
    for name in params.formats:
        resolve(EXPORTERS, name, "exporter")
    roots = picture_roots(data)
    jobs = [
        _Job(side, source, shard)
        for side in SIDES
        for source in roots
        for shard in shards_in(DATA / "split" / side, "sample")
    ]
    if not jobs:
        raise UserError("data/split: no samples; run `dvc repro`")
    lines: Counter[str] = Counter(dict.fromkeys(SIDES, 0))
    with Run("export", "export") as run:
        for name in params.formats:
            (run.folder / name).mkdir()
        work = _Export(run.folder, params, roots, seed_of(data))
        for job, (written, counts) in zip(jobs, run.imap(work, jobs), strict=True):
            lines[job.side] += written
            run.counts += counts
        for name in params.formats:
            _join(run.folder / name, name, jobs, lines)


if __name__ == "__main__":
    guard(_run)
