"""A contact sheet shows a question in all 19 formats, or says of each why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from stages import contact_sheet
from stages.contact_sheet import Tile, all_formats, find_question, joined, sheet, tiles_of
from stages.formats import FORMATS
from stages.images import decode, encode_jpeg
from stages.runner import Result
from stages.schema.errors import UserError
from stages.schema.store import shard_path, write_table
from stages.template import STAGE
from tests.tasks.shard import HEIGHT, WIDTH, Shard, params, tour
from tests.tasks.template_case import CONTEXT, REFERENCE, SUBJECT, pair, rooms, rows, run

GAP = 10
GREY = encode_jpeg(np.full((HEIGHT, WIDTH, 3), 128, np.uint8), 80)


def only(result: Result, task: str) -> str:
    ids = [row["question_id"] for row in rows(result, "question") if row["task"] == task]
    return str(ids[0])


def test_a_question_of_two_objects_has_nineteen_tiles() -> None:
    shard = Shard()
    shard.fact("left_of", [pair(shard)], 1.2, SUBJECT, REFERENCE)
    result = run(shard)
    tiles = tiles_of(result, only(result, "position_comparison"))
    assert [tile[:2] for tile in tiles] == [form[:2] for form in FORMATS]
    assert all(tile.sample is not None and tile.reason == "" for tile in tiles)


@pytest.mark.parametrize(
    ("view", "kind", "subjects", "references", "task", "made", "reason"),
    [
        pytest.param(("sofa", "sofa", True), "count", [*SUBJECT, *REFERENCE], [], "counting", 4, "names no object",
                     id="no object named"),
        pytest.param(("sofa", "sofa", True), "left_of", SUBJECT, REFERENCE, "position_comparison", 11, "not_unique",
                     id="two of a kind"),
        pytest.param(("sofa", "lamp", False), "left_of", SUBJECT, REFERENCE, "position_comparison", 14, "no_masks",
                     id="no masks"),
    ],
)  # fmt: skip
def test_missing_formats_say_why(
    view: tuple[str, str, bool],
    kind: str,
    subjects: list[str],
    references: list[str],
    task: str,
    made: int,
    reason: str,
) -> None:  # fmt: skip
    shard = Shard()
    first, second, masks = view
    (view_id,) = shard.scene("rooms/0001")
    for name, category, left in (("one", first, 10.0), ("two", second, 300.0)):
        shard.sight(view_id, shard.object("rooms/0001", name, category), (left, 100, left + 100, 200), mask=masks)
    shard.fact(kind, [view_id], 2, subjects, references, category="sofa" if kind == "count" else None)
    result = run(shard)
    tiles = tiles_of(result, only(result, task))
    missing = [tile for tile in tiles if tile.sample is None]
    assert len(tiles) == 19
    assert len(missing) == 19 - made
    assert all(reason in tile.reason for tile in missing)


def test_tasks_that_exclude_a_format_say_so() -> None:
    shard = Shard()
    tour(shard)
    result = run(shard)
    tiles = tiles_of(result, only(result, "appearance_order"))
    boxed = [tile for tile in tiles if "box" in tile.text_format]
    assert len(boxed) == 8
    assert all(tile.sample is None and "would tell the answer" in tile.reason for tile in boxed)


def test_a_sheet_shows_the_question_of_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wordings, letters and options included, though they are dealt out over all questions of the scene."""
    tables = rooms("0001", "0002").tables()
    for name, folder in STAGE.reads.items():
        path = shard_path(tmp_path / "data" / folder / "rooms", name, 0)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(path, tables[name], name)
    monkeypatch.chdir(tmp_path)
    data = {"seed": CONTEXT.seed, "template": params(formats={"per_question": 4})}
    built = rows(run(tables, formats={"per_question": 4}), "question")
    for question in built[:: len(built) // 12]:
        found = all_formats(data, "rooms", 0, question)
        assert question in found.tables["question"].to_pylist()
        assert {tile.sample["answer"] for tile in tiles_of(found, question["question_id"]) if tile.sample} == {
            question["answer"]
        }


def test_layout_has_a_place_for_every_tile() -> None:
    red = np.zeros((60, 80, 3), np.uint8) + np.array([255, 0, 0], np.uint8)
    row = {"prompt": "Is the sofa wide?\nAnswer yes or no.", "response": "yes"}
    tiles = [Tile(form.text, form.image, row, "") for form in FORMATS]
    page = sheet("title", tiles, dict.fromkeys(range(len(tiles)), red), 200)
    assert page.shape[1] == 5 * 200
    is_red = (page == np.array([255, 0, 0])).all(axis=2).astype(np.uint8)
    count, _ = cv2.connectedComponents(is_red)
    assert count - 1 == 19
    without = sheet("title", [tile._replace(sample=None, reason="why") for tile in tiles], {}, 200)
    assert len(without) < len(page)


@pytest.mark.parametrize(
    ("frames", "shape"),
    [
        pytest.param(1, (HEIGHT, WIDTH), id="one picture"),
        pytest.param(2, (HEIGHT + GAP, 2 * (WIDTH + GAP)), id="side by side"),
        pytest.param(4, (2 * (HEIGHT + GAP), 2 * (WIDTH + GAP)), id="block of four"),
        pytest.param(8, (3 * (HEIGHT + GAP), 3 * (WIDTH + GAP)), id="block of eight, one place empty"),
    ],
)
def test_pictures_are_joined(frames: int, shape: tuple[int, int]) -> None:
    assert joined([GREY] * frames).shape[:2] == shape


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tables as the stages leave them, of one scene with two tasks, one of which names no object."""
    monkeypatch.chdir(tmp_path)
    shard = Shard()
    view = pair(shard)
    shard.fact("left_of", [view], 1.2, SUBJECT, REFERENCE)
    shard.fact("count", [view], 2, [*SUBJECT, *REFERENCE], category="chair")
    tables: dict[str, Any] = dict(shard.tables()) | dict(run(shard).tables)
    folders = {"fact": "facts", "question": "questions", "sample": "questions"}
    for name, table in tables.items():
        folder = tmp_path / "data" / folders.get(name, "annotated") / "rooms"
        folder.mkdir(parents=True, exist_ok=True)
        write_table(shard_path(folder, name, 0), table, name)
    (tmp_path / "in").mkdir()
    settings = {"seed": 11, "sources": {"rooms": {"reader": "x", "root": "in"}}, "template": params()}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(settings))
    return tmp_path


def test_questions_that_name_objects_are_drawn_first(project: Path) -> None:
    found = {find_question(["rooms"], None, seed)[2]["task"] for seed in range(8)}
    assert found == {"position_comparison"}


def test_a_question_by_name(project: Path) -> None:
    source, shard, question = find_question(["rooms"], "rooms/0001/000:count:one.chair:number", 0)
    assert (source, shard, question["task"]) == ("rooms", 0, "counting")
    with pytest.raises(UserError, match="no question nonsense"):
        find_question(["rooms"], "nonsense", 0)


def test_command_line(project: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stages.pictures.Pictures.encoded", lambda *_: [GREY])
    with caplog.at_level("INFO", logger="stages"):
        contact_sheet._run(["--out", "out/sheet.png", "--cell", "160"])
    page = decode(Path("out/sheet.png").read_bytes())
    assert page is not None
    assert page.shape[1] == 5 * 160
    assert "in 19 of 19 formats" in caplog.text


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        pytest.param(["--out", "sheet.gif"], "ends in .jpg or .png", id="suffix"),
        pytest.param(["--source", "room"], "Did you mean 'rooms'", id="source"),
    ],
)
def test_mistakes(project: Path, argv: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message):
        contact_sheet._run(argv)
