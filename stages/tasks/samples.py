"""Samples: questions put into instruction formats, with the final prompt and response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, model_validator

from stages.formats import FORMATS, IMAGE_FORMATS
from stages.formats.choose import Ways, Weights, draw, impossible, possible, ways_of
from stages.formats.coordinates import COORDINATES, TOKENS, Pointing
from stages.formats.outcomes import Tried, format_counts
from stages.formats.phrases import compile_texts, render
from stages.formats.references import References
from stages.formats.referring import FURTHER
from stages.formats.shown import Shown
from stages.params import Params
from stages.registry import suggest
from stages.rng import key, mix, uniform
from stages.schema.columns import one_chunk
from stages.schema.tables import SAMPLE
from stages.tasks.base import LETTERS, SLOTS, BoolArray, Groups, IntArray, nth_of
from stages.tasks.facts import Drops
from stages.tasks.questions import Asked, lists
from stages.tasks.wordings import INSTRUCTIONS, wording


class FormatParams(Params):
    """Section `template.formats` of params.yaml: how many formats a question gets, and how answers are phrased."""

    per_question: int = Field(ge=1, le=len(FORMATS), description="formats drawn per question, out of the possible ones")
    weights: Weights
    bare_answer_share: float = Field(ge=0, le=1, description="share of training questions answered without a sentence")
    coordinates: str = Field(description="row of `formats.coordinates.COORDINATES`: how prompts write boxes")
    tokens: str = Field(description="row of `formats.coordinates.TOKENS`: what stands around names and boxes")

    @model_validator(mode="after")
    def _known(self) -> FormatParams:
        for name, known in ((self.coordinates, COORDINATES), (self.tokens, TOKENS)):
            if name not in known:
                raise ValueError(f"unknown name {name!r}.{suggest(name, known)} Known: {', '.join(known)}")
        return self

    @property
    def pointing(self) -> Pointing:
        """How prompts write places and names."""
        return Pointing(COORDINATES[self.coordinates], TOKENS[self.tokens])


@dataclass(frozen=True)
class Drawn:
    """Formats drawn for a batch: question and format per sample, and the text of each object slot."""

    questions: IntArray
    forms: IntArray
    slots: list[pa.StringArray]


@dataclass(frozen=True)
class Tallies:
    """Questions that miss a format, by reason; their number per format and outcome; slots by what names them."""

    drops: Drops
    formats: pa.Table
    named: Mapping[str, int]


def sample_table(
    asked: Asked, questions: pa.Table, licenses: pa.StringArray, shown: Shown, params: FormatParams
) -> tuple[pa.Table, Tallies]:
    """Put questions into formats.

    Args:
        asked: Questions of one batch.
        questions: Their rows of table `question`.
        licenses: Licence of the pixels per question.
        shown: References and marks.
        params: How many formats.

    Returns:
        The samples, and what came of all questions.
    """
    views = pc.binary_join(one_chunk(questions.column("view_ids")), " ")
    marks = shown.marks(views)
    drawn, tallies = _draw(asked, views, marks, shown, params, questions)
    at = pa.array(drawn.questions)
    text = pa.array([form.text for form in FORMATS]).take(pa.array(drawn.forms))
    image = pa.array([form.image for form in FORMATS]).take(pa.array(drawn.forms))
    original = pc.equal(image, "original").to_numpy(zero_copy_only=False)
    ids = one_chunk(questions.column("question_id")).take(at)
    bare = is_bare(asked, questions, params)
    fills = asked.fills(drawn.questions, drawn.slots)
    options = [_option(column.take(at), drawn.slots) for column in asked.draft.options]
    columns = {
        "sample_id": pc.binary_join_element_wise(ids, text, image, ":"),
        "question_id": ids,
        "license": licenses.take(at),
        "text_format": text,
        "image_format": image,
        "prompt": _prompt(asked, drawn.questions, fills, options, bare),
        "response": _response(asked, drawn.questions, fills, bare),
        "options": lists(options, len(at)),
        "mark_ids": shown.mark_ids.take(pa.array(np.where(original, len(shown.views), marks[drawn.questions]))),
    }
    carried = (name for name in SAMPLE.schema.names if name not in columns)
    columns.update({name: one_chunk(questions.column(name)).take(at) for name in carried})
    return pa.table([columns[name] for name in SAMPLE.schema.names], schema=SAMPLE.schema), tallies


def _draw(
    asked: Asked, views: pa.StringArray, marks: IntArray, shown: Shown, params: FormatParams, questions: pa.Table
) -> tuple[Drawn, Tallies]:
    view_ids = one_chunk(questions.column("view_ids"))
    only = asked.draft.slot_views or (-1,) * len(asked.draft.slots)
    places: Sequence[IntArray] = ()
    if only:  # one look-up for all slots: each builds its index anew
        shown_in = pa.concat_arrays([views if view < 0 else nth_of(view_ids, view) for view in only])
        places = np.split(shown.rows(shown_in, pa.concat_arrays(asked.draft.slots)), len(only))
    table = np.stack(places, axis=1) if places else np.zeros((len(views), 0), dtype=np.int64)
    marked = marks < len(shown.views)
    images = dict.fromkeys(IMAGE_FORMATS, marked)
    images |= {"original": np.ones(len(views), dtype=bool), "masks": shown.has_masks[marks]}
    allowed = np.array([not asked.formats or (form.text, form.image) in asked.formats for form in FORMATS])
    ways = ways_of(table, shown.references, asked.barred)
    fine = possible(ways, images) & allowed[None, :]
    weights = params.weights.of_formats()
    chosen, forms = draw(fine, mix(asked.keys, key("format")), params.per_question, weights)
    columns = np.stack([ways.columns[form.reference] for form in FORMATS])
    bank = shown.references.bank
    slots = [
        bank.take(pa.array(columns[forms, chosen, slot] * len(shown.keys) + rows[chosen]))
        for slot, rows in enumerate(places)
    ]
    ids = one_chunk(questions.column("question_id"))
    missed = list(impossible(ways, images))
    drops = [(why, ids.take(pa.array(rows))) for why, rows in missed]
    counts = format_counts(asked.task, Tried(fine, allowed, missed, (chosen, forms), weights))
    return Drawn(chosen, forms, slots), Tallies(drops, counts, _named(ways, shown.references))


def _named(ways: Ways, references: References) -> dict[str, int]:
    """Count slots by what names them in natural language."""
    fine = ways.reasons["natural"] == 0
    column = ways.columns["natural"] - len(references.texts)
    caption = references.by_caption[ways.places]
    found = {"category": fine & (column < 0) & ~caption, "caption": fine & (column < 0) & caption}
    found |= {kind: fine & (column == place) for place, kind in enumerate(FURTHER)}
    counts = {f"slots.{kind}": int(rows.sum()) for kind, rows in (found | {"unnamed": ~fine}).items()}
    return {name: count for name, count in counts.items() if count}


def is_bare(asked: Asked, questions: pa.Table, params: FormatParams) -> BoolArray:
    """Return which questions want the bare answer: all of the benchmark, and a share of the training ones."""
    benchmark = pc.equal(questions.column("side"), "benchmark").to_numpy()
    bare: BoolArray = benchmark | (uniform(mix(asked.keys, key("bare"))) < params.bare_answer_share)
    return bare


def _option(column: pa.StringArray, slots: list[pa.StringArray]) -> pa.StringArray:
    """Put the objects into options that name any."""
    naming = pc.match_substring(column, "{").to_numpy(zero_copy_only=False)
    if not slots or not naming.any():
        return column
    encoded = column.dictionary_encode()
    programs = compile_texts([text if "{" in text else "" for text in encoded.dictionary.to_pylist()], opening=False)
    filled = render(programs, encoded.indices.to_numpy(zero_copy_only=False), dict(zip(SLOTS, slots, strict=False)))
    return pc.if_else(pa.array(naming), filled, column)


def _prompt(
    asked: Asked, rows: IntArray, fills: dict[str, pa.StringArray], options: list[pa.StringArray], bare: BoolArray
) -> pa.StringArray:
    instructions = wording(INSTRUCTIONS)
    groups = Groups((f"{asked.answer_kind}.sentence", f"{asked.answer_kind}.bare"), bare.astype(np.int64))
    codes = instructions.choose(groups, mix(asked.keys, key("instruction")), asked.scenes, np.zeros_like(asked.rows))
    parts = [render(asked.wording.programs, asked.ask[rows], fills)]
    for letter, option in zip(LETTERS, options, strict=False):
        parts.append(pc.binary_join_element_wise(f"{letter}.", option, " "))
    parts.append(render(instructions.programs, codes[rows], {}))
    return pc.binary_join_element_wise(*parts, "\n")


def _response(asked: Asked, rows: IntArray, fills: dict[str, pa.StringArray], bare: BoolArray) -> pa.StringArray:
    sentence = render(asked.wording.programs, asked.reply[rows], fills)
    return pc.if_else(pa.array(bare[rows]), asked.draft.answer.take(pa.array(rows)), sentence)
