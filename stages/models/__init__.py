"""Models that answer benchmark prompts: one file each, one row here."""

from __future__ import annotations

MODELS: dict[str, str] = {
    "most_frequent": "stages.models.most_frequent:MostFrequent",
    "oracle": "stages.models.oracle:Oracle",
    "random": "stages.models.random:Random",
    "recorded": "stages.models.recorded:Recorded",
}
