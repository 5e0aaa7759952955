"""COCO compressed run lengths to the pixels inside a box, without making the whole picture."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64, UInt8

from stages.compiled import compiled

Box = tuple[int, int, int, int]  # x1, y1, x2, y2; x2 and y2 are the first column and row outside


@compiled
def _runs(counts: UInt8[np.ndarray, " n"], runs: Int64[np.ndarray, " n"]) -> int:
    """Read the run lengths; -1 if the text ends inside a number."""
    done, at = 0, 0
    while at < len(counts):
        value, shift, more = np.int64(0), 0, True
        while more:
            if at == len(counts) or shift > 30:
                return -1
            char = np.int64(counts[at]) - 48
            at += 1
            value |= (char & 31) << shift
            shift += 5
            more = (char & 32) != 0
            if not more and (char & 16) != 0:
                value |= np.int64(-1) << shift
        if done > 2:  # from the fourth on, numbers are differences to the last but one
            value += runs[done - 2]
        runs[done] = value
        done += 1
    return done


@compiled
def _paint(runs: Int64[np.ndarray, " n"], height: int, box: Box, mask: UInt8[np.ndarray, "h w"]) -> int:
    """Set the pixels of odd runs inside the box; returns where the runs end, -1 if a run is negative."""
    x1, y1, x2, y2 = box
    at = 0
    for k in range(len(runs)):
        if runs[k] < 0:
            return -1
        end = at + runs[k]
        if k % 2 == 1 and runs[k] > 0:
            for x in range(max(at // height, x1), min((end - 1) // height + 1, x2)):
                for y in range(max(at - x * height, y1), min(end - x * height, y2)):
                    mask[y - y1, x - x1] = 1
        at = end
    return at


def decode_box(counts: bytes, size_hw: tuple[int, int], box: Box) -> UInt8[np.ndarray, "h w"] | None:
    """Pixels of a mask inside a box of the picture: 1 or 0; None if the text is not a mask of that size.

    Args:
        counts: COCO compressed run lengths of the whole picture, column by column.
        size_hw: Height and width of the picture.
        box: Columns and rows wanted, inside the picture.
    """
    text = np.frombuffer(counts, np.uint8)
    runs = np.empty(len(text), np.int64)
    found = _runs(text, runs)
    mask = np.zeros((box[3] - box[1], box[2] - box[0]), np.uint8)
    if found < 0 or _paint(runs[:found], size_hw[0], box, mask) != size_hw[0] * size_hw[1]:
        return None
    return mask
