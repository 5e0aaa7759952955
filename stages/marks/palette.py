"""Named colours of marks; the k-th marked object has the k-th colour.

After Okabe and Ito's palette for colour-blind readers (jfly.uni-koeln.de/color). Every name fits one colour only:
their sky blue is left out (also "blue"), their vermilion is a clearer red, black and white stand for the rest.
"""

from __future__ import annotations

PALETTE: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("blue", (0, 114, 178)),
    ("orange", (230, 159, 0)),
    ("green", (0, 158, 115)),
    ("pink", (204, 121, 167)),
    ("yellow", (240, 228, 66)),
    ("red", (220, 50, 32)),
    ("black", (0, 0, 0)),
    ("white", (255, 255, 255)),
)
NAMES: tuple[str, ...] = tuple(name for name, _ in PALETTE)
COLORS_RGB: tuple[tuple[int, int, int], ...] = tuple(color for _, color in PALETTE)
