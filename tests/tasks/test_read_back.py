"""Samples are read back to task, objects, options and answer; what was tampered with is found out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa
import pytest

from stages.audits.round_trip import lost_samples
from stages.formats import FORMATS
from stages.formats.parse import Sighted
from stages.marks.palette import NAMES
from stages.runner import Context
from stages.schema.tables import SAMPLE
from stages.tasks import TASKS
from stages.tasks.read_answer import read_answer
from stages.tasks.read_back import Reading, Recipe, Unreadable, Vocabulary, read_back
from stages.template import TemplateParams, template
from tests.tasks.shard import Shard, living_room, params, tour
from tests.tasks.test_two_views import pair_of_views

Row = dict[str, Any]
SOFA = Sighted("s:sofa", "sofa", "grey sofa", (0, 0, 100, 100), False)
LAMP = Sighted("s:lamp", "lamp", "lamp and table", (200, 0, 300, 100), False)
TABLE = Sighted("s:table", "side table", None, (400, 0, 500, 100), False)
ROOM = [SOFA, LAMP, TABLE]
LATER = [replace(SOFA, box=(50, 50, 150, 150)), replace(LAMP, box=(0, 0, 100, 100)), TABLE]
ASKED, YES_OR_NO = "Is {} to the left of {} in the image?", "\nAnswer yes or no."
WORDS = Vocabulary(["chair", "oven", "glass", "glasses"])


def recipe(text: str = "natural", image: str = "original", pictures: Sequence[Any] = (ROOM,)) -> Recipe:
    return Recipe(text, image, pictures, ["s:lamp", "s:sofa"])


@pytest.mark.parametrize(
    ("prompt", "given", "reading"),
    [
        pytest.param(
            ASKED.format("the sofa", "the lamp") + YES_OR_NO, recipe(),
            Reading("position_comparison", "left_of.claim", "yes_no", True, ("s:sofa", "s:lamp")), id="names",
        ),
        pytest.param(
            "Which is bigger, the lamp and table or the side table?\nA. the side table\nB. the lamp and table\n"
            "Give only the letter.", recipe(),
            Reading("size_comparison", "bigger.which", "choice", True, ("s:lamp", "s:table"),
                    (("s:table",), ("s:lamp",))), id="a name with the wording's own words",
        ),
        pytest.param(
            "How many chairs are in this image?\nAnswer with a number only.", recipe(),
            Reading("counting", "count.number", "number", True, (), (), "", "chair"), id="a category, a number",
        ),
        pytest.param(
            "How many chairs are in this image?\nA. 2\nB. 1\nGive only the letter.", recipe(),
            Reading("counting", "count.four", "choice", True, (), ("2", "1"), "", "chair"), id="the same with options",
        ),
        pytest.param(
            "How far apart are the centers of <ref>region</ref><box>[[0, 0, 100, 100]]</box> and "
            "<ref>region</ref><box>[[200, 0, 300, 100]]</box>, in feet?\nAnswer with a number only.",
            recipe("region_box"),
            Reading("absolute_distance", "distance_center.number", "number", True, ("s:sofa", "s:lamp"), (), "ft"),
            id="boxes and a unit",
        ),
        pytest.param(
            "Sort region 2, region 1 and region 2 by their distance from the camera, nearest first.\n"
            "A. region 2, region 1, region 2\nGive only the letter.", recipe("image_based", "numbers"),
            Reading("depth_ordering", "depth_order.order", "choice", True, ("s:sofa", "s:lamp", "s:sofa"),
                    (("s:sofa", "s:lamp", "s:sofa"),)), id="numbers, options that list",
        ),
        pytest.param(
            f"Is the object with the {NAMES[1]} mask taller than the object with the {NAMES[0]} mask?\n"
            "Answer yes or no.",
            recipe("image_based", "masks"),
            Reading("size_comparison", "taller.claim", "yes_no", True, ("s:sofa", "s:lamp")), id="colours",
        ),
        pytest.param(
            "Which region of the second image shows the same object as <ref>region</ref><box>[[0, 0, 100, 100]]</box> "
            "in the first image?\nA. <ref>region</ref><box>[[0, 0, 100, 100]]</box>\n"
            "B. <ref>region</ref><box>[[50, 50, 150, 150]]</box>\nGive only the letter.",
            recipe("region_box", pictures=(ROOM, LATER)),
            Reading("correspondence", "same_object.which", "choice", True, ("s:sofa",), (("s:lamp",), ("s:sofa",))),
            id="one box means different objects in two pictures",
        ),
    ],
)  # fmt: skip
def test_read_back(prompt: str, given: Recipe, reading: Reading) -> None:
    assert read_back(prompt, given, WORDS) == reading


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        pytest.param("Is the sofa left?\nAnswer yes or no.", "natural", id="no such wording"),
        pytest.param(ASKED.format("the sofa", "the lamp"), "natural", id="no instruction"),
        pytest.param(ASKED.format("the sofa", "the bed") + YES_OR_NO, "natural", id="nothing of that name"),
        pytest.param(ASKED.format("the sofa", "the table") + YES_OR_NO, "natural", id="two of that name"),
        pytest.param(ASKED.format("the sofa", "the lamp") + "\nGive only the letter.", "natural",
                     id="wrong instruction"),
        pytest.param("How many sofas are in this image?\nAnswer with a number only.", "natural", id="no such category"),
        pytest.param("How many chairs are in this image?\nB. 1\nA. 2\nGive only the letter.", "natural", id="letters"),
        pytest.param(f"{ASKED.format('<ref>sofa</ref>', '<ref>lamp</ref>')} Or not?{YES_OR_NO}", "caption",
                     id="text left over"),
    ],
)  # fmt: skip
def test_what_has_no_reading_is_refused(prompt: str, text: str) -> None:
    with pytest.raises(Unreadable):
        read_back(prompt, recipe(text), WORDS)


def test_two_categories_of_one_plural_are_not_told_apart() -> None:
    assert WORDS.of("categories", "chairs") == "chair"
    assert WORDS.of("one", "pair of glasses") == "glasses"
    assert Vocabulary(["axe", "axis"]).of("categories", "axes") is None


CLAIM = Reading("position_comparison", "left_of.claim", "yes_no", False, ("s:sofa", "s:lamp"))
WHICH = Reading("size_comparison", "bigger.which", "choice", False, ("s:sofa", "s:lamp"), (("s:lamp",), ("s:sofa",)))
COUNT = Reading("counting", "count.number", "number", False, (), (), "", "chair")
HEIGHT = Reading("object_size", "height.number", "number", False, ("s:sofa",), (), "ft")
TURN = Reading(
    "rotation_estimation", "rotation.camera_turn", "choice", False, ("s:sofa",),
    ("45 degrees clockwise", "45 degrees counter-clockwise"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("response", "reading", "answer"),
    [
        pytest.param("No, the sofa is to the right of the lamp.", CLAIM, "no", id="no"),
        pytest.param("The sofa is bigger.", WHICH, "B", id="the winner's letter"),
        pytest.param("There are 3 chairs in the image.", COUNT, "3", id="a number and a category"),
        pytest.param("There is 1 chair in the image.", COUNT, "1", id="one"),
        pytest.param("The angle is -45 degrees with counter-clockwise positive.", TURN, "A", id="an angle"),
        pytest.param("It moved 45 degrees counter-clockwise, viewed from above.", TURN, "B", id="a turn"),
    ],
)
def test_answers(response: str, reading: Reading, answer: str) -> None:
    assert read_answer(response, reading, recipe(), WORDS) == answer


@pytest.mark.parametrize(
    ("response", "reading"),
    [
        pytest.param("No, the lamp is to the right of the sofa.", CLAIM, id="about the objects the other way round"),
        pytest.param("The side table is bigger.", WHICH, id="an object that is no option"),
        pytest.param("There are 3 ovens in the image.", COUNT, id="another category"),
        pytest.param("It is 2 meters tall.", HEIGHT, id="another unit"),
        pytest.param("It moved 30 degrees clockwise, viewed from above.", TURN, id="a turn that is no option"),
        pytest.param("Perhaps.", CLAIM, id="no answer"),
    ],
)
def test_answers_that_do_not_fit_are_refused(response: str, reading: Reading) -> None:
    with pytest.raises(Unreadable):
        read_answer(response, reading, recipe(), WORDS)


@cache
def built() -> tuple[dict[str, pa.Table], dict[str, pa.Table]]:
    """All tasks in all formats: rooms, tours, and pairs of views."""
    shard = Shard()
    living_room(shard, "rooms/0001")
    for number in range(4):
        tour(shard, f"rooms/{10 + number:04d}")
        pair_of_views(shard, f"rooms/{20 + number:04d}", number)
    tables = dict(shard.tables())
    result = template(tables, TemplateParams.model_validate(params()), Context(5, "rooms", 0))
    return tables, dict(result.tables)


def lost(samples: pa.Table) -> list[Row]:
    tables, made = built()
    rows: list[Row] = lost_samples(samples, made["question"], tables["fact"], tables).to_pylist()
    return rows


def test_every_sample_of_every_task_and_format_reads_back() -> None:
    samples = built()[1]["sample"]
    assert lost(samples) == []
    assert set(samples["task"].to_pylist()) == set(TASKS)
    found = set(zip(samples["text_format"].to_pylist(), samples["image_format"].to_pylist(), strict=True))
    assert found == {(form.text, form.image) for form in FORMATS}


def swapped(row: Row) -> None:
    """Let every mark mean the next object."""
    row["mark_ids"] = [*row["mark_ids"][1:], row["mark_ids"][0]]


def another_letter(row: Row) -> None:
    row["answer"] = row["response"] = {"A": "B", "B": "A", "C": "A", "D": "A"}[row["answer"]]


def options_exchanged(row: Row) -> None:
    """Exchange the texts of the first two options, in the prompt alone."""
    lines = row["prompt"].split("\n")
    at = next(k for k, line in enumerate(lines) if line.startswith("A. "))
    lines[at], lines[at + 1] = f"A. {lines[at + 1][3:]}", f"B. {lines[at][3:]}"
    row["prompt"] = "\n".join(lines)


def another_option(row: Row) -> None:
    """Change a digit of the last option."""
    lines = row["prompt"].split("\n")
    lines[-2] = lines[-2].translate(str.maketrans("123456789", "234567891"))
    row["prompt"] = "\n".join(lines)


def box_moved(row: Row) -> None:
    row["prompt"] = row["prompt"].replace("<box>[[", "<box>[[1", 1)


def converse(row: Row) -> None:
    row["prompt"] = row["prompt"].replace("left", "\0").replace("right", "left").replace("\0", "right")


def another_name(row: Row) -> None:
    row["prompt"] = row["prompt"].replace("the sofa", "the chair", 1).replace("The sofa", "The chair", 1)


def opposite(row: Row) -> None:
    row["answer"] = row["response"] = {"yes": "no", "no": "yes"}[row["answer"]]


def another_unit(row: Row) -> None:
    row["prompt"] = row["prompt"].replace(" meters", " feet")


Choice = Callable[[Row], bool]
FAULTS: list[Any] = [
    pytest.param(swapped, lambda r: r["text_format"] == "image_based" and len(set(r["mark_ids"])) > 1
                 and r["task"] == "position_comparison", id="marks swapped"),
    pytest.param(another_letter, lambda r: r["answer_kind"] == "choice" and r["response"] == r["answer"], id="letter"),
    pytest.param(options_exchanged, lambda r: r["answer_kind"] == "choice", id="options exchanged"),
    pytest.param(another_option, lambda r: r["task"] == "absolute_distance" and r["options"], id="option changed"),
    pytest.param(box_moved, lambda r: "box" in r["text_format"] and "<box>" in r["prompt"], id="box moved"),
    pytest.param(converse, lambda r: r["question_id"].split(":")[1] == "left_of" and r["answer_kind"] == "yes_no",
                 id="converse"),
    pytest.param(another_name, lambda r: "the sofa" in r["prompt"].lower() and r["text_format"] == "natural",
                 id="ambiguous name"),
    pytest.param(opposite, lambda r: r["answer_kind"] == "yes_no" and r["response"] == r["answer"], id="yes for no"),
    pytest.param(another_unit, lambda r: r["unit"] == "m", id="unit"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "where"), FAULTS)
def test_injected_faults_are_found(fault: Callable[[Row], None], where: Choice) -> None:
    """Every sample with the fault is lost, in every format that it can be in."""
    rows = [row for row in built()[1]["sample"].to_pylist() if where(row)][:400]
    assert len(rows) >= 10
    for row in rows:
        fault(row)
    found = {row["sample_id"] for row in lost(pa.Table.from_pylist(rows, schema=SAMPLE.schema))}
    assert found == {row["sample_id"] for row in rows}


def test_a_wrong_sentence_is_found() -> None:
    """Exchange the answer sentences of a right and a left answer."""
    rows = [
        row
        for row in built()[1]["sample"].to_pylist()
        if row["task"] == "camera_shift" and row["answer_kind"] == "choice" and row["response"] != row["answer"]
    ]
    assert len(rows) >= 4
    for row in rows:
        words = ("forward", "backward", "left", "right")
        right = next(word for word in words if word in row["response"].lower().replace("left of", ""))
        row["response"] = row["response"].lower().replace(right, words[(words.index(right) + 1) % 4])
        row["response"] = row["response"][0].upper() + row["response"][1:]
    assert {row["sample_id"] for row in rows} == {
        row["sample_id"] for row in lost(pa.Table.from_pylist(rows, schema=SAMPLE.schema))
    }
