"""Facts of three and more objects, sizes as measures, and numbers on a side; scenes worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stages.relate import relate
from stages.schema.validate import validate
from tests.relations.scenes import CONTEXT, Thing, params, shard

ALL = {
    "several": {"sets_per_object": 6, "facts_per_view": 99},
    "extent": {"max_truncated_fraction": 0.01, "min_extent_m": 0.1, "facts_per_view": 99},
}
ROOM = [
    Thing("bed_0", (-2.0, 4.0, 0.0)),
    Thing("desk_0", (0.0, 2.0, 0.0)),
    Thing("lamp_0", (-2.0, 5.2, 0.0)),
    Thing("sofa_0", (2.0, 6.5, 0.0)),
]


def facts(things: list[Thing], **changes: object) -> dict[str, tuple[str, str, float]]:
    """Fact id without the view: subjects, references (short names) and value."""
    result = relate(shard(things), params(**{**ALL, **changes}), CONTEXT)
    validate(result.tables["fact"].sort_by("fact_id"), "fact", "relate")
    return {
        row["fact_id"].removeprefix("s/1/000:"): (
            " ".join(i.removeprefix("s/1:") for i in row["subject_ids"]),
            " ".join(i.removeprefix("s/1:") for i in row["reference_ids"]),
            row["value"],
        )
        for row in result.tables["fact"].to_pylist()
    }


def of(kind: str, found: dict[str, tuple[str, str, float]]) -> list[tuple[str, str, float]]:
    return [value for name, value in found.items() if name.startswith(f"{kind}:")]


def test_the_lamp_is_nearest_to_the_bed() -> None:
    found = [f for f in of("nearest_to", facts(ROOM)) if f[1].startswith("bed_0")]
    assert len(found) == 1
    subject, references, lead = found[0]
    assert (subject, references) == ("lamp_0", "bed_0 desk_0 sofa_0")
    gap_lamp, gap_desk = 1.2 - 0.5, np.hypot(2.0 - 0.5, 2.0 - 0.5)
    assert lead == pytest.approx(gap_desk - gap_lamp)


def test_the_desk_is_nearest_to_the_camera_in_every_set_that_has_it() -> None:
    found = of("nearest_to_camera", facts(ROOM))
    assert {f[0] for f in found if "desk_0" in f[0] + f[1]} == {"desk_0"}
    assert [round(f[2], 9) for f in found if f[:2] == ("bed_0", "lamp_0 sofa_0")] == [1.2]


def test_order_in_depth() -> None:
    found = {f[0] for f in of("depth_order", facts(ROOM))}
    assert found == {"desk_0 bed_0 lamp_0", "desk_0 bed_0 sofa_0", "desk_0 lamp_0 sofa_0", "bed_0 lamp_0 sofa_0"}


@pytest.mark.parametrize(
    ("things", "reason"),
    [
        pytest.param(
            [ROOM[0], Thing("desk_0", (-0.6, 4.0, 0.0)), Thing("lamp_0", (-3.45, 4.0, 0.0)), ROOM[3]],
            "nearest_to.lead_too_small", id="two at the same distance",
        ),
        pytest.param(
            [ROOM[0], Thing("desk_0", (-1.5, 4.0, 0.0)), ROOM[2], ROOM[3]], "nearest_to.touching", id="one touches",
        ),
        pytest.param(
            [ROOM[0], ROOM[1], Thing("lamp_0", (1.0, 2.05, 0.0)), ROOM[3]], "depth_order.pair_unclear",
            id="side by side",
        ),
        pytest.param(
            [Thing("bed_0", (-2.0, 4.0, 0.0), sigma_m=0.5), *ROOM[1:]], "nearest_to.margin_too_small", id="uncertain",
        ),
    ],
)  # fmt: skip
def test_doubts_are_counted(things: list[Thing], reason: str) -> None:
    assert relate(shard(things), params(**ALL), CONTEXT).counts.dropped[reason] > 0


def test_three_objects_have_no_nearest_of_three() -> None:
    found = facts(ROOM[:3])
    assert not of("nearest_to", found)
    assert len(of("depth_order", found)) == 1


def test_two_objects_and_none_have_no_sets() -> None:
    for things in (ROOM[:2], ROOM[:1]):
        found = facts(things)
        assert not [name for name in found if name.split(":")[0] in ("nearest_to", "nearest_to_camera", "depth_order")]


def test_sizes() -> None:
    found = facts([Thing("desk_0", (0, 2, 0), (1.2, 0.6, 0.75)), Thing("pole_0", (2, 3, 0), (0.1, 0.1, 1.9))])
    assert found["height:desk_0"][2] == pytest.approx(0.75)
    assert found["longest_edge:desk_0"][2] == pytest.approx(1.2)
    assert found["height:pole_0"][2] == found["longest_edge:pole_0"][2] == pytest.approx(1.9)


def test_sizes_that_are_uncertain_or_tiny_are_left_out() -> None:
    result = relate(
        shard([Thing("desk_0", (0, 2, 0), sigma_m=0.3), Thing("pin_0", (2, 3, 0), (0.02, 0.02, 0.02))]), params(**ALL),
        CONTEXT,
    )  # fmt: skip
    assert result.counts.dropped["height.margin_too_small"] == 1
    assert result.counts.dropped["height.too_small"] == 1


CHAIRS = [
    Thing("chair_0", (-2, 3, 0)),
    Thing("chair_1", (-1, 4, 0)),
    Thing("chair_2", (2, 3, 0)),
    Thing("lamp_0", (0.5, 3.5, 0)),
]


def test_numbers_on_a_side() -> None:
    found = facts(CHAIRS)
    assert found["count_left_of:chair.lamp_0"] == ("chair_0 chair_1", "lamp_0", 2.0)
    assert found["count_right_of:chair.lamp_0"] == ("chair_2", "lamp_0", 1.0)


def test_one_doubtful_instance_spoils_the_number_but_not_the_existence() -> None:
    found = facts([*CHAIRS, Thing("chair_3", (0.55, 5.0, 0))])
    assert "count_left_of:chair.lamp_0" not in found
    assert found["exists_left_of:chair.lamp_0"][2] == 1


def test_no_number_is_zero() -> None:
    assert "count_left_of:chair.lamp_0" not in facts([CHAIRS[2], CHAIRS[3]])


things = st.lists(
    st.tuples(st.floats(-3, 3), st.floats(1.5, 7), st.floats(0.2, 0.9)),
    min_size=3,
    max_size=7,
    unique_by=lambda t: t[0],
)


@given(things)
@settings(max_examples=40, deadline=None)
def test_order_in_depth_is_an_order_and_the_nearest_leads(places: list[tuple[float, float, float]]) -> None:
    listed = [Thing(f"t{k}_0", (x, y, 0.0), (size,) * 3) for k, (x, y, size) in enumerate(places)]
    ahead = {t.name: t.center_v[1] for t in listed if t.center_v}
    found = facts(listed)
    for subjects, _, _ in of("depth_order", found):
        depths = [ahead[name] for name in subjects.split()]
        assert depths == sorted(depths)
    for subject, references, _ in of("nearest_to_camera", found):
        assert ahead[subject] < min(ahead[name] for name in references.split())


@given(things, st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_row_order_does_not_matter(places: list[tuple[float, float, float]], random: object) -> None:
    listed = [Thing(f"t{k}_0", (x, y, 0.0), (size,) * 3) for k, (x, y, size) in enumerate(places)]
    mixed = sorted(listed, key=lambda t: t.name[::-1], reverse=True)
    few = {"several": {"sets_per_object": 2, "facts_per_view": 2}}
    assert facts(listed, **few) == facts(mixed, **few)
