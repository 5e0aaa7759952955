"""Which of the 19 formats a question can take, and which of those it gets."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Int, UInt64

from stages.formats import FORMATS, TEXT_FORMATS
from stages.formats.references import REASONS, References
from stages.rng import mix


def possible(
    places: Int[np.ndarray, "n slots"], references: References, images: dict[str, Bool[np.ndarray, " n"]]
) -> Bool[np.ndarray, "n 19"]:
    """Return which formats each question can take.

    Questions that name no object (counting, plain existence) read the same in every text format, so they take the
    natural one only, on all four images.

    Args:
        places: Row of `references` per question and slot.
        references: References of all shown sightings.
        images: Whether the picture can be drawn, per image format.
    """
    table = np.zeros((len(places), len(FORMATS)), dtype=bool)
    for index, form in enumerate(FORMATS):
        fine = (references.reasons[form.reference][places] == 0).all(axis=1)
        table[:, index] = images[form.image] & fine & (places.shape[1] > 0 or form.text == "natural")
    return table


def impossible(
    places: Int[np.ndarray, "n slots"], references: References, images: dict[str, Bool[np.ndarray, " n"]]
) -> Iterator[tuple[str, Int[np.ndarray, " m"]]]:
    """Yield why questions miss a text format or a picture, each with the questions it holds for."""
    for text in TEXT_FORMATS if places.shape[1] else ():
        reference = next(form.reference for form in FORMATS if form.text == text)
        reasons = references.reasons[reference][places]
        first = np.take_along_axis(reasons, np.argmax(reasons > 0, axis=1)[:, None], axis=1)[:, 0]
        for code in np.unique(first[first > 0]):
            yield f"format.{text}.{REASONS[code]}", np.flatnonzero(first == code)
    for image, why in (("boxes", "no_marks"), ("masks", "no_masks"), ("numbers", "no_marks")):
        rows = np.flatnonzero(~images[image])
        if len(rows):
            yield f"format.{image}.{why}", rows


def draw(
    table: Bool[np.ndarray, "n 19"], keys: UInt64[np.ndarray, " n"], count: int
) -> tuple[Int[np.ndarray, " m"], Int[np.ndarray, " m"]]:
    """Draw up to `count` of each question's possible formats, uniformly; returns question rows and format rows.

    Paper: arXiv:2506.18385: formats are sampled uniformly.
    """
    draws = mix(keys[:, None], np.arange(len(FORMATS), dtype=np.uint64)[None, :])
    draws[~table] = np.iinfo(np.uint64).max
    last = np.partition(draws, min(count, len(FORMATS)) - 1, axis=1)[:, min(count, len(FORMATS)) - 1]
    questions, forms = np.nonzero(table & (draws <= last[:, None]))
    return questions, forms
