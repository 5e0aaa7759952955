"""Marks of pairs and clips: in every frame that shows the object, and masks only where every frame has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.tasks.shard import Shard, living_room, tour
from tests.tasks.template_case import rows, run


def of_several(shard: Shard, frames: int) -> tuple[list[dict[str, Any]], dict[str, int]]:
    result = run(shard)
    several = [row for row in rows(result, "sample") if len(row["view_ids"]) == frames and row["mark_ids"]]
    return several, dict(result.counts.dropped)


@pytest.mark.parametrize("lost", range(2))
def test_a_frame_without_a_mask_takes_the_masks_of_its_clip(lost: int) -> None:
    """Each object of the tour is seen in two frames; the larger one stands for it in names and boxes."""
    whole, half = Shard(), Shard()
    tour(whole)
    tour(half)
    seen = [k for k, row in enumerate(half.sightings) if row.object_id.endswith(":bed_0")]
    half.sightings[seen[lost]] = replace(half.sightings[seen[lost]], mask_rle=None)
    assert {sample["image_format"] for sample in of_several(whole, 4)[0]} == {"boxes", "masks", "numbers"}
    samples, dropped = of_several(half, 4)
    assert {sample["image_format"] for sample in samples} == {"boxes", "numbers"}
    assert dropped["format.masks.no_masks"] > 0


def test_marks_of_a_pair_are_seen_in_both_views() -> None:
    shard = Shard()
    living_room(shard)
    shard.sightings = [s for s in shard.sightings if not (s.view_id.endswith("/001") and s.object_id.endswith("tv_1"))]
    samples, _ = of_several(shard, 2)
    seen = {(s.view_id, s.object_id) for s in shard.sightings}
    assert samples
    assert all((view, mark) in seen for s in samples for view in s["view_ids"] for mark in s["mark_ids"])


def test_marks_of_a_clip_are_seen_in_some_frame() -> None:
    shard = Shard()
    tour(shard)
    samples, _ = of_several(shard, 4)
    seen = {(s.view_id, s.object_id) for s in shard.sightings}
    assert all(any((view, mark) in seen for view in s["view_ids"]) for s in samples for mark in s["mark_ids"])
    assert {len(s["mark_ids"]) for s in samples} == {8}
