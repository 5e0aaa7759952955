"""Make the README's picture from the default build: `python docs/make_picture.py QUESTION_ID OUT.jpg`.

Shows one training question in up to four image formats, each picture with the prompt and the answer under it.
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path

import cv2
import numpy as np

EXPORT = Path("data/export")
WIDTH_PX, TEXT_PX, LINE_PX, COLUMNS = 640, 230, 24, 72


def samples_of(question_id: str) -> dict[str, dict[str, object]]:
    """One exported training sample of the question per image format."""
    found: dict[str, dict[str, object]] = {}
    with (EXPORT / "internvl/train.jsonl").open(encoding="utf-8") as file:
        for line in file:
            if f'"{question_id}:' in line:
                sample = json.loads(line)
                found.setdefault(sample["id"].rsplit(":", 1)[1], sample)
    return found


def panel(sample: dict[str, object]) -> np.ndarray:
    """Draw one picture with its prompt and answer."""
    picture = cv2.imread(str(EXPORT / str(sample["image"])))
    picture = cv2.resize(picture, (WIDTH_PX, WIDTH_PX * picture.shape[0] // picture.shape[1]))
    text = np.full((TEXT_PX, WIDTH_PX, 3), 255, np.uint8)
    human, model = (turn["value"].replace("<image>\n", "") for turn in sample["conversations"])  # type: ignore[attr-defined]
    lines = [line for part in human.splitlines() for line in textwrap.wrap(part, COLUMNS)]
    for row, line in enumerate(lines):
        cv2.putText(text, line, (10, 26 + row * LINE_PX), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (40, 40, 40), 1, cv2.LINE_AA)
    for row, line in enumerate(textwrap.wrap(model, COLUMNS), start=len(lines)):
        cv2.putText(text, line, (10, 26 + row * LINE_PX), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (150, 80, 0), 1, cv2.LINE_AA)
    return np.vstack([picture, text])


def main() -> None:
    """Compose the panels two by two."""
    if len(sys.argv) != 3:
        sys.exit("usage: python docs/make_picture.py QUESTION_ID OUT.jpg")
    if not EXPORT.is_dir():
        sys.exit(f"{EXPORT}: no such folder; run `make run` first")
    panels = [panel(sample) for _, sample in sorted(samples_of(sys.argv[1]).items())][:4]
    if len(panels) < 4:
        sys.exit(f"{sys.argv[1]}: needs training samples in four image formats, found {len(panels)}")
    rows = [np.hstack(panels[k : k + 2]) for k in (0, 2)]
    cv2.imwrite(sys.argv[2], np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 85])


if __name__ == "__main__":
    main()
