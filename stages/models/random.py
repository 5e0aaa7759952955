"""The model that guesses without looking: what a benchmark pays for luck. Every draw is keyed by the sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from stages.models.base import ModelContext, ModelParams, Prompt
from stages.models.train_answers import group_of, train_answers
from stages.rng import generator

_LETTERS = "ABCDEFGHIJ"


class RandomParams(ModelParams):
    """Section `models.<name>` of a guessing model; it has no settings."""


class Random:
    """Draw a letter, yes or no, or the answer of a random train sample of the same task, answer kind and unit.

    Numbers are drawn that way because a uniform guess needs a range, and any range is a choice that moves the score.
    A number whose group the training set lacks gets no reply.
    """

    params_type: ClassVar[type[ModelParams]] = RandomParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: RandomParams, context: ModelContext) -> None:
        self._seed = context.seed
        self._answers = {
            group: (list(answers), np.cumsum(list(answers.values())))
            for group, answers in train_answers(context.data).items()
        }

    def reply(self, prompts: Sequence[Prompt]) -> list[str]:
        """Guess each prompt on its own."""
        return [self._guess(prompt, generator(self._seed, "guess", prompt.sample_id)) for prompt in prompts]

    def _guess(self, prompt: Prompt, draw: np.random.Generator) -> str:
        if prompt.answer_kind == "choice":
            return _LETTERS[int(draw.integers(len(prompt.options)))]
        if prompt.answer_kind == "yes_no":
            return ("Yes", "No")[int(draw.integers(2))]
        if group_of(prompt) not in self._answers:
            return ""
        answers, totals = self._answers[group_of(prompt)]
        return answers[int(np.searchsorted(totals, draw.integers(totals[-1]), side="right"))]
