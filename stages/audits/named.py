"""Natural-language references of samples held against the truth: does each mean one visible object, the right one?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from stages.audits.truth import SceneTruth, denoted

_SLOT = re.compile(r"\{([a-f])\}")
_NAMED = r"(the (?:second|third|fourth|fifth|sixth) .+? from the (?:left|right)\b|the .+?)"
MISNAMED = pa.schema(
    [("sample_id", pa.string()), ("phrase", pa.string()), ("meant", pa.string()), ("denotes", pa.string())]
)
"""References that mean no object, several, or another one."""


class Named(NamedTuple):
    """Judged natural-language samples that point at objects: how many, and the wrong references."""

    samples: int
    wrong: pa.Table


def judge_references(samples: pa.Table, questions: pa.Table, truths: Callable[[str], SceneTruth]) -> Named:
    """Judge every natural-language sample of the questions.

    Args:
        samples: Table `sample`.
        questions: Table `question`; samples of others are passed over.
        truths: Truth of a scene.
    """
    asked = {row["question_id"]: row for row in questions.to_pylist()}
    natural = samples.filter(pc.equal(samples.column("text_format"), "natural"))
    natural = natural.select(["sample_id", "question_id", "scene_id", "view_ids", "prompt"]).sort_by("scene_id")
    meaning = cache(lambda scene_id, view_ids, phrase: sorted(denoted(truths(scene_id), view_ids, phrase)))
    count, wrong = 0, []
    for row in natural.to_pylist():
        question = asked.get(row["question_id"])
        if question and question["slot_ids"]:
            count += 1
            for phrase, meant in _references(row["prompt"], question):
                found = meaning(row["scene_id"], tuple(row["view_ids"]), phrase)
                if found != [meant]:
                    wrong.append(
                        {"sample_id": row["sample_id"], "phrase": phrase, "meant": meant, "denotes": " ".join(found)}
                    )
    return Named(count, pa.Table.from_pylist(wrong, schema=MISNAMED))


def _references(prompt: str, question: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every phrase (without article, lower case) that stands in a slot, and the object it should mean."""
    pattern, slots = _compiled(question["question"])
    said = pattern.match(prompt)
    for slot, text in zip(slots, said.groups() if said else [""] * len(slots), strict=True):
        yield re.sub(r"^the ", "", text.lower()), question["slot_ids"][ord(slot) - ord("a")]


@cache
def _compiled(question: str) -> tuple[re.Pattern[str], Sequence[str]]:
    parts = _SLOT.split(question)
    literals = [re.escape(part) for part in parts[::2]]
    return re.compile(_NAMED.join(literals) + r"(?:\n|$)", re.IGNORECASE), parts[1::2]


def uniqueness(judged: Sequence[Named]) -> dict[str, float]:
    """Samples judged, and those with a reference that does not mean exactly the object meant."""
    wrong = len(
        pc.unique(pa.concat_tables([MISNAMED.empty_table(), *(part.wrong for part in judged)]).column("sample_id"))
    )
    samples = sum(part.samples for part in judged)
    return {"n": samples, "errors": wrong, "rate": round(wrong / samples, 6) if samples else 0.0}
