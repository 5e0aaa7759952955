"""The model that replays replies made elsewhere: any model can be scored from a file, without its weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import Field

from stages.models.base import ModelContext, ModelParams, Prompt
from stages.schema.errors import UserError


class RecordedParams(ModelParams):
    """Section `models.<name>` of recorded replies."""

    path: str = Field(description='JSONL file with one {"sample_id": ..., "reply": ...} a line.')


class Recorded:
    """Give the recorded reply of each sample; a sample without one gets none, which the report counts."""

    params_type: ClassVar[type[ModelParams]] = RecordedParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: RecordedParams, context: ModelContext) -> None:
        self._replies = read_replies(Path(params.path))

    def reply(self, prompts: Sequence[Prompt]) -> list[str]:
        """Look each sample up."""
        return [self._replies.get(prompt.sample_id, "") for prompt in prompts]


def read_replies(path: Path) -> dict[str, str]:
    """Read a JSONL file of replies; keys besides `sample_id` and `reply` are ignored.

    Raises:
        UserError: The file is missing, or a line is not such an object or repeats a sample; names file and line.
    """
    replies: dict[str, str] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise UserError(f"{path}: no such file; write one JSON object with sample_id and reply per line") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            sample_id, reply = _entry(line, f"{path}:{number}")
            if sample_id in replies:
                raise UserError(f"{path}:{number}: sample_id {sample_id} occurs twice; keep one reply per sample")
            replies[sample_id] = reply
    return replies


def _entry(line: str, where: str) -> tuple[str, str]:
    try:
        entry = json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(f"{where}: not valid JSON: {error}") from error
    if isinstance(entry, dict):
        sample_id, reply = entry.get("sample_id"), entry.get("reply")
        if isinstance(sample_id, str) and isinstance(reply, str):
            return sample_id, reply
    raise UserError(f'{where}: expected {{"sample_id": "...", "reply": "..."}} with two texts')
