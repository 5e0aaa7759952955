"""Training and evaluation formats: one file each, one row here."""

from __future__ import annotations

EXPORTERS: dict[str, str] = {
    "internvl": "stages.exporters.internvl:InternVL",
}
