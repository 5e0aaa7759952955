"""Which of the 19 formats a question can take, and which of those it gets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, UInt64
from pydantic import Field, model_validator

from stages.formats import FORMATS, IMAGE_FORMATS, TEXT_FORMATS
from stages.formats.references import BY_NAME, REASONS, References
from stages.formats.referring import FURTHER
from stages.params import Params
from stages.rng import mix, uniform


class Weights(Params):
    """Section `template.formats.weights` of params.yaml: how readily a format is drawn; 0: never."""

    text: dict[str, float] = Field(description="weight of each way to point at objects in text")
    image: dict[str, float] = Field(description="weight of each kind of picture")

    @model_validator(mode="after")
    def _complete(self) -> Weights:
        for name, given, known in (("text", self.text, TEXT_FORMATS), ("image", self.image, IMAGE_FORMATS)):
            if sorted(given) != sorted(known):
                raise ValueError(f"{name}: expected one weight for each of {', '.join(known)}")
            if min(given.values()) < 0:
                raise ValueError(f"{name}: expected weights from 0")
        if not self.of_formats().any():
            raise ValueError("all formats have weight 0")
        return self

    def of_formats(self) -> Float[np.ndarray, " 19"]:
        """Return the weight of each format: that of its text times that of its picture."""
        return np.array([self.text[form.text] * self.image[form.image] for form in FORMATS])


@dataclass(frozen=True)
class Ways:
    """How questions can point at the objects of their slots, per kind of reference.

    `reasons` says why not, an index into `REASONS`; `columns` names the column of `References.bank` to take.
    """

    places: Int[np.ndarray, "n slots"]
    reasons: Mapping[str, Int[np.ndarray, "n slots"]]
    columns: Mapping[str, Int[np.ndarray, "n slots"]]


def ways_of(places: Int[np.ndarray, "n slots"], references: References, barred: Collection[str] = ()) -> Ways:
    """Choose names: category or caption, else the first of `FURTHER` that singles the object out and tells no answer.

    A landmark that is itself one of the question's objects is never used.

    Args:
        places: Row of `references` per question and slot.
        references: References of all shown sightings.
        barred: Kinds of `FURTHER` that would tell the answer.
    """
    may = {
        kind: column.is_valid().to_numpy(zero_copy_only=False)[places] for kind, column in references.further.items()
    }
    asked_about = (references.landmark[places][:, :, None] == places[:, None, :]).any(axis=2)
    may["landmark"] &= ~asked_about
    reasons = {name: reason[places] for name, reason in references.reasons.items()}
    columns = {name: np.full(places.shape, number) for number, name in enumerate(references.texts)}
    for number, name in enumerate(BY_NAME):
        for place, kind in enumerate(FURTHER):
            better = (reasons[name] > 0) & may[kind] & (kind not in barred)
            reasons[name] = np.where(better, 0, reasons[name])
            first = len(references.texts) + number * len(FURTHER)
            columns[name] = np.where(better, first + place, columns[name])
    return Ways(places, reasons, columns)


def possible(ways: Ways, images: dict[str, Bool[np.ndarray, " n"]]) -> Bool[np.ndarray, "n 19"]:
    """Return which formats each question can take.

    Questions that name no object (counting, plain existence) read the same in every text format, so they take the
    natural one only, on all four images.

    Args:
        ways: How they can point at their objects.
        images: Whether the picture can be drawn, per image format.
    """
    count, slots = ways.places.shape
    table = np.zeros((count, len(FORMATS)), dtype=bool)
    for index, form in enumerate(FORMATS):
        fine = (ways.reasons[form.reference] == 0).all(axis=1)
        table[:, index] = images[form.image] & fine & (slots > 0 or form.text == "natural")
    return table


def impossible(ways: Ways, images: dict[str, Bool[np.ndarray, " n"]]) -> Iterator[tuple[str, Int[np.ndarray, " m"]]]:
    """Yield why questions miss a text format or a picture, each with the questions it holds for."""
    for text in TEXT_FORMATS if ways.places.shape[1] else ():
        reference = next(form.reference for form in FORMATS if form.text == text)
        reasons = ways.reasons[reference]
        first = np.take_along_axis(reasons, np.argmax(reasons > 0, axis=1)[:, None], axis=1)[:, 0]
        for code in np.unique(first[first > 0]):
            yield f"format.{text}.{REASONS[code]}", np.flatnonzero(first == code)
    for image, why in (("boxes", "no_marks"), ("masks", "no_masks"), ("numbers", "no_marks")):
        rows = np.flatnonzero(~images[image])
        if len(rows):
            yield f"format.{image}.{why}", rows


def draw(
    table: Bool[np.ndarray, "n 19"], keys: UInt64[np.ndarray, " n"], count: int, weights: Float[np.ndarray, " 19"]
) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
    """Draw up to `count` of each question's possible formats, one after the other by weight, none twice.

    Paper: arXiv:2506.18385: formats are sampled uniformly.

    Returns:
        Question rows and format rows.
    """
    draws = uniform(mix(keys[:, None], np.arange(len(FORMATS), dtype=np.uint64)[None, :]))
    able = table & (weights > 0)
    arrival = np.full(
        table.shape, np.inf
    )  # whose clock rings first: Efraimidis and Spirakis, doi:10.1016/j.ipl.2005.11.003
    np.divide(-np.log1p(-draws), weights[None, :], out=arrival, where=able)
    last = np.partition(arrival, min(count, len(FORMATS)) - 1, axis=1)[:, min(count, len(FORMATS)) - 1]
    questions, forms = np.nonzero(able & (arrival <= last[:, None]))
    return questions, forms
