"""Make the README's picture from the default build: `python -m docs.make_picture QUESTION_ID OUT.jpg`.

Shows one question in four of its formats, each picture with the prompt and the answer under it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from stages.contact_sheet import cell, drawn_tiles, find_question, side_by_side
from stages.images import encode_jpeg
from stages.params import read_params
from stages.runner import source_names

FORMATS = (("image_based", "boxes"), ("natural", "masks"), ("caption", "numbers"), ("region_box", "original"))
WIDTH_PX, QUALITY = 660, 85


def main() -> None:
    """Compose the four two by two."""
    if len(sys.argv) != 3:
        sys.exit("usage: python -m docs.make_picture QUESTION_ID OUT.jpg")
    data = read_params()
    tiles, pictures = drawn_tiles(data, *find_question(source_names(data), sys.argv[1], 0))
    places = [k for form in FORMATS for k, tile in enumerate(tiles) if tile[:2] == form and k in pictures]
    if len(places) < len(FORMATS):
        sys.exit(f"{sys.argv[1]}: cannot be asked in all of {FORMATS}; choose another question")
    cells = [cell(tiles[k], pictures[k], WIDTH_PX) for k in places]
    page = np.vstack([side_by_side(cells[:2]), side_by_side(cells[2:])])
    Path(sys.argv[2]).write_bytes(encode_jpeg(page, QUALITY))


if __name__ == "__main__":
    main()
