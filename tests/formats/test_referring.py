"""Objects that category and caption do not tell apart: colours, landmarks, ordinals, and when none is safe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.formats.names import Reserved, view_names
from stages.formats.referring import FURTHER, ReferringParams, ordinal, phrases
from stages.formats.resolve import Located, by_landmark, by_word
from stages.schema.records import SightingRow, to_table
from tests.tasks.shard import params

Thing = dict[str, Any]
LIMITS = ReferringParams.model_validate(params()["referring"])


def seen(category: str, x: float, **more: Any) -> Thing:
    """One sighting: middle of its box at x pixels; keywords replace what is assumed."""
    return {"category": category, "x": x, "wide": 60.0} | more


def room(category: str, x: float, at: Sequence[float], **more: Any) -> Thing:
    """The same with a box of 0.4 m in view space; pixels follow a camera of 100 px per metre."""
    return seen(category, x, center_v=tuple(at), size_v=(0.4, 0.4, 0.4), **more)


def phrased(*things: Thing, order: Sequence[int] | None = None) -> list[dict[str, str | None]]:
    """Phrases of every thing, in the order given; `order` shuffles the rows."""
    order = list(range(len(things))) if order is None else list(order)
    shuffled = [things[k] for k in order]
    rows = [
        SightingRow(
            "r/1/0", f"r/1:{k:03d}", "r/1", (t["x"] - t["wide"] / 2, 100.0, t["x"] + t["wide"] / 2, 160.0),
            t.get("area_px", 3600.0), "test", visible_fraction=t.get("visible"), crowd=t.get("crowd", False),
            color=t.get("color"), center_v=t.get("center_v"), size_v=t.get("size_v"),
            yaw_v=0.0 if "center_v" in t else None, sigma_center_m=(t.get("sigma", 0.005),) * 3,
            extent_observed=t.get("observed"),
        )
        for k, t in enumerate(shuffled)
    ]  # fmt: skip
    categories, captions = (pa.array([t.get(n) for t in shuffled], pa.string()) for n in ("category", "caption"))
    also = pa.array([t.get("also_shows") for t in shuffled], pa.list_(pa.string()))
    views = np.zeros(len(rows), dtype=np.int64)
    crowd = np.array([row.crowd for row in rows], dtype=bool)
    names = view_names(views, categories, captions, also, crowd, Reserved(frozenset({"image"}), frozenset()))
    found = phrases(to_table("sighting", rows), views, names, len(rows), LIMITS)
    lists = {kind: found.texts[kind].to_pylist() for kind in FURTHER}
    back = np.argsort(order)
    return [{kind: lists[kind][k] for kind in FURTHER} for k in back]


def kind_of(kind: str, *things: Thing) -> list[str | None]:
    return [found[kind] for found in phrased(*things)]


@pytest.mark.parametrize(
    ("things", "texts"),
    [
        pytest.param([seen("chair", 300), seen("chair", 100)], ["rightmost chair", "leftmost chair"], id="two"),
        pytest.param(
            [seen("chair", x) for x in (100, 200, 300)],
            ["leftmost chair", "middle chair", "rightmost chair"],
            id="three",
        ),
        pytest.param(
            [seen("chair", x) for x in (100, 200, 300, 400, 500)],
            ["leftmost chair", "second chair from the left", "third chair from the left",
             "second chair from the right", "rightmost chair"],
            id="five",
        ),
        pytest.param([seen("chair", 70 * k) for k in range(1, 8)], [None] * 7, id="too many"),
        pytest.param([seen("chair", 100), seen("chair", 119)], [None] * 2, id="too close"),
        pytest.param([seen("chair", 100), seen("chair", 180, wide=500)], [None] * 2, id="one behind both sides"),
        pytest.param([seen("chair", 100), seen("chair", 300, crowd=True)], [None] * 2, id="a crowd"),
        pytest.param([seen("chair", 100), seen("chair", 300, area_px=90)], [None] * 2, id="one hardly seen"),
        pytest.param([seen("chair", 100), seen("chair", 300, visible=0.2)], [None] * 2, id="one hidden"),
        pytest.param(
            [seen("cushion", 100), seen("sofa", 300, also_shows=["cushion"])], [None] * 2, id="who knows how many"
        ),
        pytest.param(
            [seen("chair", 100), seen("dining chair", 300)], ["leftmost chair", None], id="a kind of chair counts"
        ),
        pytest.param([seen("image", 100), seen("image", 300)], [None] * 2, id="word of the wording"),
        pytest.param(
            [seen("chair", 100), seen("chair", 300), seen("lamp", 500, caption="leftmost chair")],
            [None, "middle chair", None],
            id="phrase that is a name",
        ),
        pytest.param(
            [room("chair", 100, (0.5, 2, 0)), room("chair", 300, (0.4, 1, 0))], [None] * 2, id="other order in the room"
        ),
        pytest.param([seen("chair", 100), seen("lamp", 300)], [None] * 2, id="named by category"),
        pytest.param([], [], id="nothing seen"),
    ],
)  # fmt: skip
def test_ordinals(things: list[Thing], texts: list[str | None]) -> None:
    assert kind_of("ordinal", *things) == texts


DOOR = room("door", 500, (5, 3, 0))
NEAR, FAR = room("chair", 420, (4, 3, 0)), room("chair", 100, (0, 3, 0))


@pytest.mark.parametrize(
    ("things", "texts"),
    [
        pytest.param([NEAR, FAR, DOOR], ["chair nearest to the door", None, None], id="nearest"),
        pytest.param([NEAR, room("chair", 380, (3.6, 3, 0)), DOOR], [None] * 3, id="another nearly as near"),
        pytest.param([NEAR | {"x": 60}, FAR | {"x": 430}, DOOR], [None] * 3, id="farther in the picture"),
        pytest.param([NEAR, seen("chair", 100), DOOR], [None] * 3, id="one is nowhere"),
        pytest.param([NEAR, FAR | {"observed": False}, DOOR], [None] * 3, id="extents of one not observed"),
        pytest.param([NEAR, FAR, DOOR, room("door", 560, (5, 5, 0))], [None] * 4, id="two doors"),
        pytest.param([NEAR, FAR, DOOR | {"area_px": 90}], [None] * 3, id="door hardly seen"),
        pytest.param([NEAR | {"sigma": 1.0}, FAR | {"sigma": 1.0}, DOOR], [None] * 3, id="inexact boxes"),
        pytest.param(
            [NEAR, FAR, DOOR | {"category": "image"}], [None] * 3, id="landmark cannot be said"
        ),
        pytest.param(
            [room("cup", 300, (2, 3, 1)), room("cup", 200, (1, 3, 0.6)), room("desk", 310, (2, 3, 0.6))],
            ["cup on the desk", None, None],
            id="on",
        ),
        pytest.param(
            [room("cup", 300, (2.1, 3, 1)), room("cup", 290, (1.9, 3, 1)), room("desk", 310, (2, 3, 0.6))],
            [None] * 3,
            id="both on it",
        ),
        pytest.param(
            [room("cup", 300, (2.1, 3, 1)), room("cup", 290, (1.9, 3, 1.4)), room("desk", 310, (2, 3, 0.6))],
            ["cup nearest to the desk", None, None],
            id="one hangs over it, so not on",
        ),
    ],
)  # fmt: skip
def test_landmarks(things: list[Thing], texts: list[str | None]) -> None:
    assert kind_of("landmark", *things) == texts


@pytest.mark.parametrize(
    ("things", "texts"),
    [
        pytest.param(
            [seen("chair", 100, color="red"), seen("chair", 300, color="blue")], ["red chair", "blue chair"], id="two"
        ),
        pytest.param(
            [seen("chair", 100, color="red"), seen("chair", 200, color="red"), seen("chair", 300, color="grey")],
            [None, None, "grey chair"],
            id="two of one colour",
        ),
        pytest.param([seen("chair", 100, color="red"), seen("chair", 300)], [None] * 2, id="one unclear"),
        pytest.param(
            [seen("chair", 100, color="red"), seen("chair", 300, color="white", caption="blue chair")],
            [None] * 2,
            id="a caption says otherwise",
        ),
        pytest.param(
            [seen("chair", 100, color="red"), seen("chair", 300, color="white", caption="white and red chair")],
            [None, "white chair"],
            id="a caption says both",
        ),
    ],
)
def test_colors(things: list[Thing], texts: list[str | None]) -> None:
    assert kind_of("color", *things) == texts


PLACED = st.builds(
    lambda category, x, y, z, color: room(category, 320 + 100 * x / y, (x, y, z), wide=10 + 30 / y, color=color),
    st.sampled_from(["chair", "chair", "dining chair", "door", "desk"]),
    st.floats(-3, 3),
    st.floats(1, 6),
    st.floats(-1, 1),
    st.sampled_from(["red", "blue", None]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PLACED, min_size=2, max_size=7), st.randoms(use_true_random=False))
def test_reader_finds_the_same_object_in_any_row_order(things: list[Thing], shuffle: Any) -> None:
    found = phrased(*things)
    order = list(range(len(things)))
    shuffle.shuffle(order)
    assert phrased(*things, order=order) == found
    for k, texts in enumerate(found):
        called = [j for j, t in enumerate(things) if t["category"].endswith(things[k]["category"])]
        located = [Located(things[j]["x"], things[j]["color"], things[j]["center_v"], (0.4, 0.4, 0.4)) for j in called]
        for kind in ("ordinal", "color"):
            if text := texts[kind]:
                words = text.split()
                place = by_word(words[0], words[-1] if words[-2:-1] == ["the"] else None, located)
                assert place is not None
                assert called[place] == k
        if text := texts["landmark"]:
            relation = "on" if " on the " in text else "nearest to"
            (mark,) = (j for j, t in enumerate(things) if t["category"] == text.rsplit(" the ", 1)[1])
            there = Located(things[mark]["x"], None, things[mark]["center_v"], (0.4, 0.4, 0.4))
            place = by_landmark(relation, located, there)
            assert place is not None
            assert called[place] == k


def test_every_place_has_words_of_its_own() -> None:
    for number in range(2, LIMITS.most_instances + 1):
        assert len({ordinal(number, place) for place in range(number)}) == number
