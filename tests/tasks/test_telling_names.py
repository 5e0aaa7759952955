"""No question names its objects in a way that tells its answer."""

from __future__ import annotations

import re
from typing import Any

import pytest

from stages.formats.referring import FURTHER
from stages.registry import resolve
from stages.tasks import TASKS
from stages.tasks.wordings import FOLDER, groups_of, read
from tests.tasks.shard import Shard
from tests.tasks.template_case import rows, run

PAIR_KINDS = (
    "left_of", "above", "in_front_of", "bigger", "taller", "wider", "distance_center", "distance_closest",
)  # fmt: skip


def cafe() -> tuple[Shard, list[str], str, str]:
    """Three chairs in a row, the last one near the door, and a sofa; facts of every pair kind about two of them."""
    shard = Shard()
    (view,) = shard.scene("rooms/0001")
    places = {"chair_0": 60, "chair_1": 220, "chair_2": 380, "door": 500, "sofa": 590}
    ids = {}
    for k, (name, x) in enumerate(places.items()):
        ids[name] = shard.object("rooms/0001", name, name.split("_")[0])
        shard.sight(view, ids[name], (x - 30, 200, x + 30, 260))
        across = x / 100 + (2 if name == "sofa" else 0)
        shard.place(center_v=(across, 4.0 + 0.01 * k, 0.3), size_v=(0.4, 0.4, 0.6))
    chairs = [ids[f"chair_{k}"] for k in range(3)]
    for kind in PAIR_KINDS:
        shard.fact(kind, [view], 1.3, [chairs[2]], [ids["sofa"]])
        shard.fact(kind, [view], 1.2, [chairs[2]], [ids["door"]])
        shard.fact(kind, [view], 1.1, [chairs[0]], [ids["sofa"]])
    shard.fact("nearest_to", [view], 0.8, [chairs[2]], [ids["door"], ids["sofa"], chairs[1]])
    return shard, chairs, ids["door"], ids["sofa"]


def prompts(kind: str, *names: str) -> list[str]:
    """Natural prompts of the fact of a kind about these objects."""
    shard = cafe()[0]
    part = f":{kind}:{'.'.join(names)}"
    found = rows(run(shard), "sample")
    return [r["prompt"] for r in found if part in r["question_id"] and r["text_format"] == "natural"]


@pytest.mark.parametrize(
    ("kind", "names", "says", "never"),
    [
        pytest.param("left_of", ("chair_2", "sofa"), "chair nearest to the door", "most chair", id="left: landmark"),
        pytest.param("bigger", ("chair_2", "sofa"), "chair nearest to the door", "most chair", id="size: landmark"),
        pytest.param("bigger", ("chair_2", "door"), "rightmost chair", "nearest to", id="landmark asked about"),
        pytest.param("above", ("chair_2", "sofa"), "rightmost chair", "nearest to", id="height: ordinal"),
        pytest.param("distance_center", ("chair_2", "sofa"), "rightmost chair", "nearest to", id="distance: ordinal"),
        pytest.param("distance_closest", ("chair_2", "sofa"), "rightmost chair", "nearest to", id="gap: ordinal"),
        pytest.param("nearest_to", ("chair_2", "door"), "rightmost chair", "chair nearest to", id="nearest: ordinal"),
    ],
)
def test_names_do_not_tell(kind: str, names: tuple[str, ...], says: str, never: str) -> None:
    found = prompts(kind, *names)
    assert found
    for prompt in found:
        assert says in prompt.lower()
        assert never not in prompt.lower()


def test_left_and_right_are_not_asked_where_only_an_ordinal_is_left() -> None:
    assert not prompts("left_of", "chair_0", "sofa")
    assert prompts("bigger", "chair_0", "sofa")
    result = run(cafe()[0])
    assert result.counts.dropped["format.natural.not_unique"] > 0


def test_no_wording_goes_on_like_a_phrase() -> None:
    """Else "the chair" and the wording's next words would read as one phrase."""
    files = [path.stem for path in FOLDER.glob("*.yaml")]
    texts = [text for name in files for _, lines in groups_of(read(name), name) for text in lines]
    assert not [text for text in texts if re.search(r"\} (?:on (?:the )?\{|nearest to |from the (?:left|right))", text)]


def test_bars_name_kinds_that_exist() -> None:
    tasks: list[Any] = [resolve(TASKS, name, "task") for name in TASKS]
    for task in tasks:
        assert set(task.tells) <= set(task.needs)
        assert {kind for kinds in task.tells.values() for kind in kinds} <= set(FURTHER)
