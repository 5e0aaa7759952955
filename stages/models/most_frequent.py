"""The model that always gives the commonest training answer: what a benchmark pays for knowing its priors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from stages.models.base import ModelContext, ModelParams, Prompt
from stages.models.train_answers import group_of, train_answers


class MostFrequentParams(ModelParams):
    """Section `models.<name>` of the most frequent answer; it has no settings."""


class MostFrequent:
    """Answer with the commonest answer of the train samples of the same task, answer kind and unit.

    Ties go to the first in alphabetical order. A prompt whose group the training set lacks gets no reply.
    """

    params_type: ClassVar[type[ModelParams]] = MostFrequentParams
    requires: ClassVar[tuple[str, ...]] = ()

    def __init__(self, params: MostFrequentParams, context: ModelContext) -> None:
        counts = train_answers(context.data)
        self._answers = {group: max(answers, key=lambda a: answers[a]) for group, answers in counts.items()}

    def reply(self, prompts: Sequence[Prompt]) -> list[str]:
        """Look each prompt's group up."""
        return [self._answers.get(group_of(p), "") for p in prompts]
