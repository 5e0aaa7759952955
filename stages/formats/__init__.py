"""The instruction formats: how a question points at its objects in text, and what is drawn on its pictures.

Paper: arXiv:2506.18385: five ways in text times four pictures; words for drawn marks need marks, which leaves 19.
"""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """One instruction format. `reference` names the column of references (see `formats.references`) it uses."""

    text: str
    image: str
    reference: str


# text format     what the text says                            image format   what is drawn
FORMATS: tuple[Format, ...] = (
    Format("natural", "original", "natural"),  #                the chair
    Format("natural", "boxes", "natural"),
    Format("natural", "masks", "natural"),
    Format("natural", "numbers", "natural"),
    Format("caption", "original", "caption"),  #                <ref>blue chair</ref>
    Format("caption", "boxes", "caption"),
    Format("caption", "masks", "caption"),
    Format("caption", "numbers", "caption"),
    Format("region_box", "original", "region_box"),  #          <ref>region</ref><box>[[x1, y1, x2, y2]]</box>
    Format("region_box", "boxes", "region_box"),
    Format("region_box", "masks", "region_box"),
    Format("region_box", "numbers", "region_box"),
    Format("caption_box", "original", "caption_box"),  #        <ref>blue chair</ref><box>[[x1, y1, x2, y2]]</box>
    Format("caption_box", "boxes", "caption_box"),
    Format("caption_box", "masks", "caption_box"),
    Format("caption_box", "numbers", "caption_box"),
    Format("image_based", "boxes", "marked_box"),  #            the object in the red box
    Format("image_based", "masks", "marked_mask"),  #           the object with the blue mask
    Format("image_based", "numbers", "marked_number"),  #       region 2
)
TEXT_FORMATS = tuple(dict.fromkeys(f.text for f in FORMATS))
IMAGE_FORMATS = tuple(dict.fromkeys(f.image for f in FORMATS))
REFERENCES = tuple(dict.fromkeys(f.reference for f in FORMATS))
