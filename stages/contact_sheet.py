"""One question in all 19 formats on one picture: `python -m stages.contact_sheet [QUESTION_ID] [--out FILE]`.

Rows are what is drawn on the pictures, columns how the text points at objects. Samples and pictures are made by the
code that builds the data set, with all formats asked for; a format the question cannot take shows why.
"""

from __future__ import annotations

import argparse
import logging
import sys
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import UInt8

from stages import params as params_file
from stages.formats import FORMATS, IMAGE_FORMATS, TEXT_FORMATS
from stages.images import decode
from stages.pictures import Pictures, picture_roots
from stages.registry import resolve, suggest
from stages.rng import column_keys
from stages.runner import DATA, Context, Result, guard, seed_of, source_names
from stages.schema.errors import UserError
from stages.schema.store import read_table, shard_path, shards_in
from stages.tasks import TASKS
from stages.template import STAGE, TemplateParams, template

Image = UInt8[np.ndarray, "height width 3"]
Color = tuple[int, int, int]
JPEG_QUALITY = 92
_GAP_PX, _LINE_PX, _FONT, _SCALE = 10, 19, cv2.FONT_HERSHEY_SIMPLEX, 0.45
_PAPER, _INK, _ANSWER, _PALE = 255, (40, 40, 40), (150, 70, 0), (140, 140, 140)
log = logging.getLogger("stages")


class Tile(NamedTuple):
    """One format of a question: its sample (a row of table `sample`), or why there is none."""

    text_format: str
    image_format: str
    sample: Mapping[str, Any] | None
    reason: str


def tiles_of(result: Result, question_id: str) -> list[Tile]:
    """List the formats of one question in table order.

    Args:
        result: What `template` made with all formats asked for.
        question_id: One of its questions.
    """
    samples = result.tables["sample"]
    rows = samples.filter(pc.equal(samples.column("question_id"), question_id)).to_pylist()
    made = {(row["text_format"], row["image_format"]): row for row in rows}
    reasons = [why for why, ids in result.counts.examples.items() if why.startswith("format.") and question_id in ids]
    question = _question(result.tables["question"], question_id)
    return [
        Tile(form.text, form.image, made.get(form[:2]), "" if form[:2] in made else _why(question, form[:2], reasons))
        for form in FORMATS
    ]


def _why(question: Mapping[str, Any], form: tuple[str, str], reasons: Sequence[str]) -> str:
    text, image = form
    if not question["slot_ids"] and text != "natural":
        return "the question names no object: it reads as in natural language"
    only = resolve(TASKS, question["task"], "task").formats
    if only and form not in only:
        return "not asked: this format would tell the answer"
    found = [why for why in reasons if why.split(".")[1] in form]
    return ", ".join(found) or f"no sample in {text}, {image}"


def _question(questions: pa.Table, question_id: str) -> Mapping[str, Any]:
    rows: list[dict[str, Any]] = questions.filter(pc.equal(questions.column("question_id"), question_id)).to_pylist()
    if not rows:
        raise UserError(f"question {question_id}: is not made any more from its fact; run `dvc repro template`")
    return rows[0]


def all_formats(data: Mapping[str, Any], source: str, shard: int, question: Mapping[str, Any]) -> Result:
    """Make the samples of one question again, in every format it can take.

    Args:
        data: All of params.yaml.
        source: Source of the question.
        shard: Its shard.
        question: Row of table `question`.
    """
    params = params_file.parse(TemplateParams, params_file.section(data, STAGE.name), STAGE.name)
    formats = params.formats.model_copy(update={"per_question": len(FORMATS)})
    tables = {}
    for name, folder in STAGE.reads.items():
        table = read_table(shard_path(DATA / folder / source, name, shard), name)
        tables[name] = table.filter(pc.equal(table.column("scene_id"), question["scene_id"]))
    every, context = params.model_copy(update={"formats": formats}), Context(seed_of(data), source, shard)
    task = resolve(TASKS, question["task"], "task")
    as_built = template(tables, every, context, [task])  # wordings and letters are dealt out within a scene
    own = tables["fact"].filter(pc.is_in(tables["fact"].column("fact_id"), pa.array(question["fact_ids"])))
    alone = template({**tables, "fact": own}, every, context, [replace(task, sift=None)])  # to know its own drops
    return Result(as_built.tables, alone.counts)


def find_question(sources: Sequence[str], question_id: str | None, seed: int) -> tuple[str, int, Mapping[str, Any]]:
    """Return source, shard and row of a question, or of one drawn by the seed: rather one that can take all formats.

    Raises:
        UserError: There is none.
    """
    best: tuple[bool, int, str, int, str] | None = None
    restricted = [name for name in TASKS if resolve(TASKS, name, "task").formats]
    for source in sources:
        for shard in shards_in(DATA / "questions" / source, "question"):
            path = shard_path(DATA / "questions" / source, "question", shard)
            table = read_table(path, "question", ["question_id", "task", "slot_ids"])
            if question_id is not None:
                table = table.filter(pc.equal(table.column("question_id"), question_id))
            few = pc.equal(pc.list_value_length(table.column("slot_ids")), 0).to_numpy()
            few |= pc.is_in(table.column("task"), pa.array(restricted)).to_numpy()
            draws = column_keys(table.column("question_id"), "contact sheet", seed)
            for row in np.lexsort((draws, few))[:1]:
                found = (bool(few[row]), int(draws[row]), source, shard, table["question_id"][int(row)].as_py())
                best = found if best is None else min(best, found)
    if best is None:
        sought = f"no question {question_id}" if question_id else "no question"
        raise UserError(f"data/questions: {sought} of source {', '.join(sources)}; run `dvc repro template`")
    _, _, source, shard, drawn = best
    questions = read_table(shard_path(DATA / "questions" / source, "question", shard), "question")
    return source, shard, _question(questions, drawn)


def drawn_tiles(
    data: Mapping[str, Any], source: str, shard: int, question: Mapping[str, Any]
) -> tuple[list[Tile], dict[int, Image]]:
    """Return the formats of one question, and by place the picture (RGB) of each that it can take.

    Arguments are those of `all_formats`.
    """
    tiles = tiles_of(all_formats(data, source, shard, question), question["question_id"])
    store = Pictures(DATA, picture_roots(data), JPEG_QUALITY)
    pictures = {
        k: joined(store.encoded(source, row["scene_id"], row["view_ids"], row["image_format"], row["mark_ids"]))
        for k, row in enumerate(tile.sample for tile in tiles)
        if row is not None
    }
    return tiles, pictures


def sheet(title: str, tiles: Sequence[Tile], pictures: Mapping[int, Image], cell_px: int) -> Image:
    """Lay out tiles: a row per image format, a column per text format.

    Args:
        title: Line on top.
        tiles: The 19 formats.
        pictures: Picture per tile, by its place in `tiles`; RGB.
        cell_px: Width of a tile.
    """
    rows = [_text([title], cell_px * len(TEXT_FORMATS), _INK)]
    for image in IMAGE_FORMATS:
        found = {tile.text_format: (tile, k) for k, tile in enumerate(tiles) if tile.image_format == image}
        nothing = Tile("image_based", image, None, "(words for marks need marks)"), -1
        places = [found.get(text, nothing) for text in TEXT_FORMATS]
        rows.append(side_by_side([cell(tile, pictures.get(k), cell_px) for tile, k in places]))
    return np.vstack(rows)


def side_by_side(cells: Sequence[Image]) -> Image:
    """Join tiles to a row as high as the highest."""
    high = max(len(one) for one in cells)
    return np.hstack([np.pad(one, ((0, high - len(one)), (0, 0), (0, 0)), constant_values=_PAPER) for one in cells])


def cell(tile: Tile, picture: Image | None, cell_px: int) -> Image:
    """Lay out one format: its picture, prompt and answer, or why there is none."""
    head = _text([f"{tile.text_format} x {tile.image_format}"], cell_px, _PALE)
    if tile.sample is None or picture is None:
        return np.vstack([head, _text([tile.reason], cell_px, _PALE)])
    inside = cell_px - 2 * _GAP_PX
    size_wh = (inside, round(picture.shape[0] * inside / picture.shape[1]))
    shrunk = cv2.resize(picture, size_wh, interpolation=cv2.INTER_AREA)
    framed = np.pad(shrunk, ((0, 0), (_GAP_PX, _GAP_PX), (0, 0)), constant_values=_PAPER)
    said = _text(tile.sample["prompt"].splitlines(), cell_px, _INK)
    answer = _text([tile.sample["response"]], cell_px, _ANSWER)
    return np.vstack([head, framed, said, answer])


def _text(lines: Sequence[str], width_px: int, color: Color) -> Image:
    """Write lines, wrapped; the font knows ASCII only."""
    fit = int((width_px - 2 * _GAP_PX) / (cv2.getTextSize("compare broad-leaved rooms", _FONT, _SCALE, 1)[0][0] / 26))
    wrapped = [part for line in lines for part in textwrap.wrap(line, fit) or [""]]
    paper = np.full((len(wrapped) * _LINE_PX + 6, width_px, 3), _PAPER, np.uint8)
    for row, line in enumerate(wrapped):
        cv2.putText(paper, line, (_GAP_PX, 15 + row * _LINE_PX), _FONT, _SCALE, color, 1, cv2.LINE_AA)
    return paper


def joined(encoded: Sequence[bytes]) -> Image:
    """Lay the pictures of one sample side by side, clips in a block of about equal sides."""
    frames = [rgb for rgb in (decode(one) for one in encoded) if rgb is not None]
    across = len(frames) if len(frames) <= 2 else int(np.ceil(np.sqrt(len(frames))))
    height, width = frames[0].shape[:2]
    frames = [cv2.resize(frame, (width, height)) if frame.shape[:2] != (height, width) else frame for frame in frames]
    if across > 1:
        frames = [np.pad(frame, ((0, _GAP_PX), (0, _GAP_PX), (0, 0)), constant_values=_PAPER) for frame in frames]
    frames += [np.full_like(frames[0], _PAPER)] * (-len(frames) % across)
    return np.vstack([np.hstack(frames[k : k + across]) for k in range(0, len(frames), across)])


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stages.contact_sheet", description=__doc__.splitlines()[0])
    parser.add_argument("question_id", nargs="?", help="row of data/questions; default: one drawn by --seed")
    parser.add_argument("--source", help="draw from this source only")
    parser.add_argument("--seed", type=int, default=0, help="another seed draws another question")
    parser.add_argument(
        "--out", type=Path, default=Path("contact_sheet.jpg"), help=".jpg or .png (default: %(default)s)"
    )
    parser.add_argument("--cell", type=int, default=480, help="width of a tile, pixels (default: %(default)s)")
    return parser.parse_args(argv)


def _run(argv: Sequence[str]) -> None:
    asked = _arguments(argv)
    if asked.out.suffix not in (".jpg", ".png"):
        raise UserError(f"--out {asked.out}: expected a name that ends in .jpg or .png")
    data = params_file.read_params()
    sources = source_names(data)
    if asked.source is not None and asked.source not in sources:
        raise UserError(f"--source {asked.source}: is not in params.yaml.{suggest(asked.source, sources)}")
    source, shard, question = find_question([asked.source] if asked.source else sources, asked.question_id, asked.seed)
    tiles, pictures = drawn_tiles(data, source, shard, question)
    answer = f"{question['answer']} {question['unit'] or ''}"
    title = f"{question['question_id']}   task: {question['task']}   answer: {answer}"
    page = sheet(title, tiles, pictures, asked.cell)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    _, encoded = cv2.imencode(asked.out.suffix, cv2.cvtColor(page, cv2.COLOR_RGB2BGR))
    asked.out.write_bytes(bytes(encoded))
    log.info("%s: %s in %d of %d formats", asked.out, question["question_id"], len(pictures), len(tiles))


if __name__ == "__main__":
    guard(lambda: _run(sys.argv[1:]))
