"""What a phrase of natural language denotes in an exact scene: every visible object it could mean.

Written anew from meshes, exact cameras and cast rays: nothing is left out as unclear, and ties count as several.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from stages.audits.truth.color import looks
from stages.audits.truth.plane import inside
from stages.audits.truth.scene import SceneTruth
from stages.audits.truth.statements import gap_m

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_FIRST, _MIDDLE = re.compile(r"(leftmost|rightmost) (.+)"), re.compile(r"middle (.+)")
_NTH = re.compile(rf"({'|'.join(_ORDINALS)}) (.+) from the (left|right)")
_NEAREST, _ON = re.compile(r"(.+) nearest to the (.+)"), re.compile(r"(.+) on the (.+)")
_REST = re.compile(
    r"(,| (with|without|near|on|in|of|at|by|under|over|behind|beside|next to|between|from|that|which) ).*"
)
_TOP_M = 0.05  # what stands on something has its lowest point within this of its top


def denoted(truth: SceneTruth, view_ids: Sequence[str], phrase: str) -> set[str]:
    """Return all objects that a phrase could mean in views shown together (more than two: a clip, seen as a whole).

    Args:
        truth: The scene.
        view_ids: Views shown. In two views the phrase must mean the same in each; objects that it means in one are
            all returned.
        phrase: Noun phrase without article, lower case.
    """
    if len(view_ids) > 2:
        return _called(truth, {name for view_id in view_ids for name in truth.sights(view_id)}, phrase)
    return {name for view_id in view_ids for name in _in_view(truth, view_id, phrase)}


def _in_view(truth: SceneTruth, view_id: str, phrase: str) -> Sequence[str]:
    columns = {name: sight.column for name, sight in truth.sights(view_id).items()}
    plainly = _called(truth, set(columns), phrase)
    if plainly:
        return sorted(plainly)
    if said := _NTH.fullmatch(phrase):
        return _counted(truth, columns, said[2], _ORDINALS.index(said[1]), said[3] == "right")
    if said := _FIRST.fullmatch(phrase):
        return _counted(truth, columns, said[2], 0, said[1] == "rightmost")
    if said := _MIDDLE.fullmatch(phrase):
        things = _called(truth, set(columns), said[1])
        return sorted(things) if len(things) % 2 == 0 else _counted(truth, columns, said[1], len(things) // 2, False)
    if said := _NEAREST.fullmatch(phrase):
        return _close_to(truth, set(columns), said[1], said[2])
    if said := _ON.fullmatch(phrase):
        return _resting(truth, set(columns), said[1], said[2])
    color, _, name = phrase.partition(" ")
    return [thing for thing in sorted(_called(truth, set(columns), name)) if looks(truth, view_id, thing, color)]


def _called(truth: SceneTruth, seen: set[str], name: str) -> set[str]:
    """Visible objects that a noun could mean: it ends their category, or what names the thing in their caption."""
    words = name.split()
    return {thing for thing in seen for known in truth.names[thing] if _ends(known.lower().replace("_", " "), words)}


def _ends(known: str, words: Sequence[str]) -> bool:
    return any(text.split()[-len(words) :] == list(words) for text in (known, _REST.sub("", known)))


def _counted(truth: SceneTruth, columns: Mapping[str, float], name: str, place: int, from_right: bool) -> Sequence[str]:
    things = _called(truth, set(columns), name)
    order = sorted(things, key=lambda thing: columns[thing], reverse=from_right)
    return [thing for thing in order if columns[thing] == columns[order[place]]] if place < len(order) else []


def _close_to(truth: SceneTruth, seen: set[str], name: str, landmark: str) -> Sequence[str]:
    """Nearest things to a landmark by closest points, and by centres if that is another one."""
    things, marks = sorted(_called(truth, seen, name)), sorted(_called(truth, seen, landmark))
    if len(marks) != 1 or not things:
        return things
    there = truth.solids[marks[0]]
    gaps = [gap_m(truth.solids[thing], there) for thing in things]
    apart = [math.dist(truth.solids[thing].center_w.tolist(), there.center_w.tolist()) for thing in things]
    return [thing for thing, gap, far in zip(things, gaps, apart, strict=True) if gap <= min(gaps) or far <= min(apart)]


def _resting(truth: SceneTruth, seen: set[str], name: str, landmark: str) -> Sequence[str]:
    """Things whose lowest point is at the landmark's top and whose middle is over its footprint."""
    things, marks = sorted(_called(truth, seen, name)), sorted(_called(truth, seen, landmark))
    if len(marks) != 1:
        return things
    top_m = truth.vertices_w[marks[0]][:, 2].max()
    found = []
    for thing in things:
        x, y, _ = truth.solids[thing].center_w.tolist()
        low_m = truth.vertices_w[thing][:, 2].min()
        if abs(low_m - top_m) <= _TOP_M and inside((x, y), truth.solids[marks[0]].footprint()):
            found.append(thing)
    return found
