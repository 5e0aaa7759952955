"""What the Prefect UI keeps of a run beside its states: the version of every output, and progress."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
from prefect.artifacts import create_progress_artifact, create_table_artifact, update_progress_artifact
from prefect.exceptions import PrefectException

from flows.graph import Version
from flows.preflight import Logger
from flows.summary import Row

_SERVER_TROUBLE = (httpx.HTTPError, PrefectException, OSError)
"""What a lost server raises. A picture in the UI is not worth a finished stage, so it is logged and passed over."""


def artifact_key(prefix: str, stage: str) -> str:
    """Build a key of lower-case letters, digits and dashes: the same at every run, so the UI shows a history.

    Example:
        >>> artifact_key("outs", "ingest@toy_room")
        'outs-ingest-toy-room'
    """
    return re.sub(r"[^a-z0-9]+", "-", f"{prefix}-{stage}".lower()).strip("-")


def publish_versions(root: Path, stage: str, outs: Sequence[Version], revision: str, log: Logger) -> None:
    """Add one row per output of a stage to its version history."""
    if not outs:
        return
    table = [version_row(root, out) for out in outs]
    rows = "; ".join(str(row["rows"]) for row in table if row["rows"])
    description = f"{short_versions(outs)} at {revision}" + (f". Rows: {rows}" if rows else "")
    try:
        create_table_artifact(table=table, key=artifact_key("outs", stage), description=description)
    except _SERVER_TROUBLE as error:
        log.warning("The versions of %s are not in the UI: %s", stage, error)


def publish_summary(rows: Sequence[Row], message: str, log: Logger) -> None:
    """Show the outcome of every stage of a build in one table."""
    table = [{"stage": row.stage, "outcome": row.state, "seconds": row.seconds, "outputs": row.outputs} for row in rows]
    try:
        create_table_artifact(table=table, key="build", description=message)
    except _SERVER_TROUBLE as error:
        log.warning("The summary is not in the UI: %s", error)


def version_row(root: Path, out: Version) -> dict[str, Any]:
    """Describe one output: path, md5, bytes, number of files, rows by table (empty unless it is Parquet)."""
    counts = parquet_rows(root / out.path)
    return {
        "path": out.path,
        "md5": out.md5,
        "size": out.size,
        "nfiles": 1 if out.nfiles is None else out.nfiles,
        "rows": ", ".join(f"{table} {rows:,}" for table, rows in counts.items()),
    }


def parquet_rows(path: Path) -> dict[str, int]:
    """Count the rows of each table below a path from Parquet metadata; shards `facts-007.parquet` count as `facts`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = [path] if path.is_file() else sorted(path.rglob("*.parquet"))
    counts: dict[str, int] = {}
    for file in files:
        if file.suffix != ".parquet":
            continue
        table = re.sub(r"-\d+$", "", file.stem)
        try:
            counts[table] = counts.get(table, 0) + pq.read_metadata(file).num_rows
        except (pa.ArrowInvalid, OSError):
            continue  # no Parquet in spite of its name: then its rows are not known
    return dict(sorted(counts.items()))


def short_versions(outs: Sequence[Version]) -> str:
    """Name outputs with the first seven digits of their md5.

    Example:
        >>> short_versions([Version("data/facts", "5d41402abc4b2a76.dir", 10, 2)])
        'data/facts 5d41402'
    """
    return ", ".join(f"{out.path} {(out.md5 or 'no md5')[:7]}" for out in outs)


class ProgressBar:
    """The progress artifact of one stage in one run; it appears with the first progress."""

    def __init__(self, stage: str, log: Logger) -> None:
        self._stage = stage
        self._log = log
        self._artifact: UUID | None = None

    def move(self, percent: float, what: str) -> None:
        """Show progress in percent, with words such as "3 of 16 shards"."""
        try:
            if self._artifact is None:
                key = artifact_key("progress", self._stage)
                self._artifact = cast(UUID, create_progress_artifact(progress=percent, key=key, description=what))
            else:
                update_progress_artifact(self._artifact, progress=percent, description=what)
        except _SERVER_TROUBLE as error:
            self._log.debug("Progress of %s is not in the UI: %s", self._stage, error)
