"""The truth of exact scenes, found a second time: slow, plain, and without any code that states facts."""

from __future__ import annotations

from stages.audits.truth.naive import naive_facts
from stages.audits.truth.referring import denoted
from stages.audits.truth.scene import SceneTruth, scene_truth, truth_of
from stages.audits.truth.statements import TrueFact, true_fact
from stages.audits.truth.wrong import is_wrong

__all__ = ["SceneTruth", "TrueFact", "denoted", "is_wrong", "naive_facts", "scene_truth", "true_fact", "truth_of"]
