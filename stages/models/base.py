"""What a model is: prompts in, one reply each out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol

from stages import params as params_file
from stages.models import MODELS
from stages.params import Params
from stages.registry import resolve
from stages.schema.errors import UserError


class ModelParams(Params):
    """Base of a model's own section `models.<name>` in params.yaml."""

    model: str


@dataclass(frozen=True)
class Prompt:
    """One benchmark sample as a model sees it.

    `text` holds the question with options and answer instruction, without image tokens. `images()` draws the pictures
    when they are asked for and returns them encoded (JPEG or PNG), in the order in which they are shown.
    """

    sample_id: str
    question_id: str
    task: str
    answer_kind: str
    text: str
    options: tuple[str, ...]
    unit: str | None
    images: Callable[[], Sequence[bytes]] = field(repr=False, compare=False)


@dataclass(frozen=True)
class ModelContext:
    """What a model may know besides its params: the seed, and the folder with the tables of earlier stages."""

    seed: int
    data: Path


class Model(Protocol):
    """Answers prompts. Same prompts, same settings: same replies.

    Built as `Model(params, context)`, where `params` is an instance of its `params_type`.
    """

    params_type: ClassVar[type[ModelParams]]
    requires: ClassVar[tuple[str, ...]]  # packages beyond the base install; the error names them

    def reply(self, prompts: Sequence[Prompt]) -> list[str]:
        """Return one reply each, in order; an empty text where none came."""
        ...


def load_model(name: str, data: Mapping[str, Any], context: ModelContext) -> Model:
    """Build the model of section `models.<name>`.

    Args:
        name: Key under `models` in params.yaml.
        data: All of params.yaml.
        context: Seed and data folder.

    Raises:
        UserError: The section is missing or wrong, the model is unknown, or a package it needs is not installed.
    """
    where = f"models.{name}"
    section = params_file.section(data, where)
    if not isinstance(section, Mapping) or not isinstance(section.get("model"), str):
        raise UserError(f"params.yaml: {where}.model: expected the name of a model, one of {', '.join(sorted(MODELS))}")
    kind = resolve(MODELS, section["model"], "model")
    model: Model = kind(params_file.parse(kind.params_type, section, where), context)
    return model
