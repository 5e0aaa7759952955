"""Names of colours that people agree on, and the one colour that pixels clearly show."""

from __future__ import annotations

TERMS = (
    "black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "beige",
)  # fmt: skip
