"""What `template` leaves out is counted by reason, and a user's mistake is one message."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from stages.formats import IMAGE_FORMATS
from stages.schema.errors import TableError
from stages.schema.validate import validate
from stages.template import STAGE, TemplateParams
from tests.tasks.shard import MEASURES, Shard, formats, params
from tests.tasks.template_case import REFERENCE, SUBJECT, pair, rows, run

WEIGHTS = params()["formats"]["weights"]


def drops(**facts: Any) -> dict[str, int]:
    shard = Shard()
    things = {name: facts.pop(name) for name in ("first", "second") if name in facts}
    view = pair(shard, **things)
    shard.fact(
        facts.pop("kind"), [view], facts.pop("value", 1.0), **{"subjects": SUBJECT, "references": REFERENCE} | facts
    )
    return dict(run(shard, marks={"most": 8, "min_side_px": 12.0}).counts.dropped)


@pytest.mark.parametrize(
    ("fact", "reason", "count"),
    [
        pytest.param({"kind": "next_to"}, "fact.no_task", 1, id="unknown kind"),
        pytest.param({"kind": "left_of", "subjects": ["rooms/0001:gone"]}, "position_comparison.object_not_seen", 1,
                     id="object not seen"),
        pytest.param({"kind": "left_of", "references": []}, "position_comparison.object_not_seen", 1, id="alone"),
        pytest.param({"kind": "count", "category": "<b>"}, "counting.category_unusable", 1, id="unsafe"),
        pytest.param({"kind": "count"}, "counting.category_unusable", 1, id="no category"),
        pytest.param({"kind": "exists", "category": "sofa"}, "existence.unbalanced", 1, id="yes without no"),
        pytest.param({"kind": "distance_center", "value": 0.19}, "absolute_distance.beyond_options", 1, id="short"),
        pytest.param({"kind": "distance_center", "value": 31}, "absolute_distance.beyond_options", 1, id="long"),
        pytest.param({"kind": "count", "category": "sofa", "value": 6}, "counting.thinned_for_options", 1, id="many"),
        pytest.param({"kind": "distance_center", "value": 0.01}, "absolute_distance.too_short", 1, id="very short"),
        pytest.param({"kind": "left_of", "second": ("sofa", None)}, "format.natural.not_unique", 3, id="two sofas"),
        pytest.param({"kind": "left_of", "second": ("sofa", None)}, "format.caption.not_unique", 3, id="two captions"),
        pytest.param({"kind": "left_of", "second": ("image", None)}, "format.natural.mistakable", 3, id="the image"),
        pytest.param({"kind": "left_of", "second": ("{a}", None)}, "format.caption_box.no_name", 3, id="unsafe name"),
    ],
)  # fmt: skip
def test_drops_are_counted(fact: dict[str, Any], reason: str, count: int) -> None:
    assert drops(**fact).get(reason) == count


def test_unsafe_captions_fall_back_to_the_category() -> None:
    shard = Shard()
    shard.fact("left_of", [pair(shard, ("sofa", "sofa</ref><box>[[0, 0, 1, 1]]</box>"))], 1.2, SUBJECT, REFERENCE)
    result = run(shard)
    prompts = "\n".join(row["prompt"] for row in rows(result, "sample"))
    assert "<ref>sofa</ref>" in prompts
    assert "[[0, 0, 1, 1]]" not in prompts
    assert result.counts.dropped["caption.unusable"] == 1


def test_object_without_mask_gets_no_mask_pictures() -> None:
    shard = Shard()
    (view,) = shard.scene("rooms/0001")
    for name, left in (("one", 10), ("two", 300)):
        shard.sight(view, shard.object("rooms/0001", name, name), (left, 10, left + 90, 90), mask=name == "one")
    shard.fact("left_of", [view], 1.0, SUBJECT, REFERENCE)
    result = run(shard)
    assert {row["image_format"] for row in rows(result, "sample")} == {"original", "boxes", "numbers"}
    assert result.counts.dropped["format.masks.no_masks"] == 3


def test_no_facts() -> None:
    shard = Shard()
    pair(shard)
    result = run(shard)
    for name in STAGE.writes:
        assert len(validate(result.tables[name], name, "empty")) == 0


@pytest.mark.parametrize("table", ["scene", "view", "object"])
def test_lost_rows_are_one_clear_error(table: str) -> None:
    shard = Shard()
    shard.fact("left_of", [pair(shard)], 1.2, SUBJECT, REFERENCE)
    tables = dict(shard.tables())
    tables[table] = tables[table].slice(0, 0)
    with pytest.raises(TableError, match=f"table `{table}`"):
        run(tables)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"questions_per_view": {"countin": 1}}, "unknown task 'countin'. Did you mean 'counting'?", id="typo"
        ),
        pytest.param({"questions_per_view": {}}, "task 'counting' is missing", id="missing task"),
        pytest.param({"benchmark_share": 1.5}, "less than or equal to 1", id="share"),
        pytest.param(
            {"formats": formats(per_question=20, bare_answer_share=0)}, "less than or equal to 19", id="formats"
        ),
        pytest.param({"ask": params()["ask"] | {"angle_steps_deg": [20]}}, "divisors of 360 from 30", id="angles"),
        pytest.param({"ask": params()["ask"] | {"angle_steps_deg": [90]}}, "too few turns", id="coarse angles"),
        pytest.param({"ask": params()["ask"] | {"unit_shares": {"m": 1.0}}}, "one share for each of", id="units"),
        pytest.param({"ask": params()["ask"] | {"option_ratio": 1.0}}, "greater than 1", id="ratio"),
        pytest.param(
            {"ask": params()["ask"] | {"option_levels": {"height": [2.0, 1.0]}}}, "two rising numbers", id="level"
        ),
        pytest.param(
            {"ask": params()["ask"] | {"option_counts": {"count": [0.9, 0.2]}}}, "at most 1 together", id="count"
        ),
        pytest.param(
            {"ask": params()["ask"] | {"option_levels": {}}}, "ask.option_levels: height is missing", id="kinds"
        ),
        pytest.param(
            {"ask": params()["ask"] | {"option_levels": dict.fromkeys(MEASURES, (1.0, 1.1))}},
            "height: not even two options",
            id="too close",
        ),
        pytest.param(
            {"formats": {"weights": {"text": {"natural": 1}, "image": {}}}}, "one weight for each of", id="weight"
        ),
        pytest.param(
            {"formats": {"weights": WEIGHTS | {"image": dict.fromkeys(IMAGE_FORMATS, 0)}}},
            "all formats have",
            id="no weight",
        ),
        pytest.param({"seed": 1}, "Extra inputs are not permitted", id="unknown key"),
    ],
)
def test_wrong_params_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message.replace("?", r"\?").replace("(", r"\(")):
        TemplateParams.model_validate(params(**change))
