"""In which order four objects come into view."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from stages.relations.base import Limits
from stages.relations.video.clips import Clip, VideoParams
from stages.relations.video.statement import Judged, Statement
from stages.rng import generator

_OBJECTS = 4
_DRAWS = 12


def appearance(clip: Clip, limits: Limits, params: VideoParams, out: Judged) -> None:
    """State `first_seen_order` for sets of four unique objects, drawn by key, that come into view one by one."""
    fit = clip.unique & clip.clear & clip.clear_at_first
    for k in np.flatnonzero(clip.unique & ~fit).tolist():
        out.lose("first_seen_order.unclear_at_first", clip.names[k])
    rows = np.flatnonzero(fit)
    if len(np.unique(clip.first[rows])) < _OBJECTS:
        out.lose("first_seen_order.too_few_moments", clip.clip_id)
        return
    rng = generator(clip.clip_id, "appearance", *[clip.names[k] for k in rows.tolist()])
    found: set[tuple[int, ...]] = set()
    for _ in range(_DRAWS):
        moments = rng.permutation(np.unique(clip.first[rows]))[:_OBJECTS]
        found.add(tuple(int(rng.choice(rows[clip.first[rows] == m])) for m in np.sort(moments)))
    for subjects in sorted(found):
        gap = min(clip.first[b] - clip.first[a] for a, b in pairwise(subjects))
        out.kept.append(Statement("first_seen_order", subjects, (), float(gap), "count",
                                  key=clip.key("first_seen_order", *subjects)))  # fmt: skip
