"""What a step process hands back to the flow: one small JSON file."""

import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from flows.graph import Version


class Outcome(StrEnum):
    """What became of one stage."""

    RAN = "ran"  # its command ran
    RESTORED = "restored"  # DVC's run cache had the outputs of these inputs
    UNCHANGED = "unchanged"  # nothing to do
    FAILED = "failed"
    CANCELLED = "cancelled"


SUCCESS = frozenset({Outcome.RAN, Outcome.RESTORED, Outcome.UNCHANGED})


@dataclass(frozen=True)
class StepResult:
    """Outcome of one stage; `errors` goes from the outermost to the cause, `exit_code` is the stage command's."""

    stage: str
    outcome: Outcome
    seconds: float
    outs: tuple[Version, ...] = ()
    deps: tuple[Version, ...] = ()
    errors: tuple[str, ...] = ()
    exit_code: int | None = None

    def write(self, path: Path) -> None:
        """Write the file in one piece: a reader finds all of it or nothing."""
        draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        draft.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> "StepResult":
        """Read a result that `write` wrote."""
        raw = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            stage=raw["stage"],
            outcome=Outcome(raw["outcome"]),
            seconds=raw["seconds"],
            outs=tuple(Version(**out) for out in raw["outs"]),
            deps=tuple(Version(**dep) for dep in raw["deps"]),
            errors=tuple(raw["errors"]),
            exit_code=raw["exit_code"],
        )
