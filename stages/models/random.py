"""The model that guesses by answer kind without looking: every draw is keyed by the sample, so runs repeat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field, field_validator

from stages.models.base import ModelContext, ModelParams, Prompt
from stages.rng import generator

_PER_METRE = {"m": 1.0, "cm": 100.0, "ft": 1 / 0.3048, "in": 1 / 0.0254}
_LETTERS = "ABCDEFGHIJ"


class RandomParams(ModelParams):
    """Section `models.<name>` of a guessing model."""

    highest_count: int = Field(ge=1, description="Counts are drawn uniformly from 1 to this.")
    length_m: tuple[float, float] = Field(
        description="Lengths are drawn from this range, uniformly in their logarithm."
    )

    @field_validator("length_m")
    @classmethod
    def _ordered(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 < value[0] <= value[1]:
            raise ValueError("expected 0 < low <= high")
        return value


class Random:
    """Draw a letter, yes or no, a count, a length or an angle."""

    params_type: ClassVar[type[ModelParams]] = RandomParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: RandomParams, context: ModelContext) -> None:
        self._params, self._seed = params, context.seed

    def reply(self, prompts: Sequence[Prompt]) -> list[str]:
        """Guess each prompt on its own."""
        return [self._guess(prompt, generator(self._seed, "guess", prompt.sample_id)) for prompt in prompts]

    def _guess(self, prompt: Prompt, draw: np.random.Generator) -> str:
        if prompt.answer_kind == "choice":
            return _LETTERS[int(draw.integers(len(prompt.options)))]
        if prompt.answer_kind == "yes_no":
            return ("Yes", "No")[int(draw.integers(2))]
        if prompt.answer_kind == "angle":
            return str(int(draw.integers(-179, 181)))
        if prompt.unit in _PER_METRE:
            low, high = np.log(self._params.length_m)
            return f"{float(np.exp(draw.uniform(low, high))) * _PER_METRE[prompt.unit]:.2f}"
        return str(int(draw.integers(1, self._params.highest_count + 1)))
