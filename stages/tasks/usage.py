"""Whether a built set of questions uses its wordings evenly, and whether a wording tells the answer.

Two tests per group of wordings, each at a level that keeps the chance of one false alarm over all groups at `ALARM`:

- use: every wording of the group is drawn equally often (chi-square against a uniform draw);
- answer: yes/no, letter and word are independent of the wording (chi-square of the table wording x answer).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Int
from scipy.stats import chi2, chi2_contingency

from stages.tasks.wordings import wording

ALARM = 0.001
LEAST_EXPECTED = 5.0  # smallest expected count per cell at which the chi-square test is trusted
_DISCRETE = ("yes_no", "choice", "text")


def unbalanced(questions: pa.Table) -> list[str]:
    """Return one line per group whose wordings are used unevenly or tell the answer; groups too small are passed over.

    Args:
        questions: Rows of table `question` with wording_id, answer_kind and answer.
    """
    tests = [test for group in groups(questions) for test in _tests(*group)]
    return [f"{what} (p = {p:.2g})" for what, p in tests if p < ALARM / len(tests)]


def groups(questions: pa.Table) -> Iterator[tuple[str, Int[np.ndarray, "wordings answers"]]]:
    """Yield every group that occurs (`task.answer_kind.relation.way`) with its counts of wording x answer."""
    ids = questions.column("wording_id")
    names = pc.replace_substring_regex(ids, r"\.\d+$", "")
    for name in sorted(pc.unique(names).to_pylist()):
        chosen = questions.filter(pc.equal(names, name))
        task, answer_kind, group = name.split(".", 2)
        size = wording(task).spans[group][1]
        index = pc.cast(pc.replace_substring_regex(chosen.column("wording_id"), r"^.*\.", ""), pa.int64()).to_numpy()
        told = chosen.column("answer").to_numpy() if answer_kind in _DISCRETE else np.zeros(len(chosen), dtype=np.int64)
        answers, column = np.unique(told, return_inverse=True)
        counts = np.bincount(index * len(answers) + column, minlength=size * len(answers))
        yield name, counts.reshape(size, len(answers))


def _tests(name: str, counts: Int[np.ndarray, "wordings answers"]) -> Iterator[tuple[str, float]]:
    used, said = counts.sum(axis=1), counts.sum(axis=0)
    expected = used.sum() / len(used)
    if expected >= LEAST_EXPECTED:
        uneven = ((used - expected) ** 2 / expected).sum()
        yield f"{name}: wordings are used {used.min()} to {used.max()} times", float(chi2.sf(uneven, len(used) - 1))
    if len(said) > 1 and said.min() * used.min() / used.sum() >= LEAST_EXPECTED:
        shares = counts.max(axis=1) / used
        what = f"{name}: wording {shares.argmax():02d} has one answer in {shares.max():.0%} of its questions"
        yield what, float(chi2_contingency(counts).pvalue)
