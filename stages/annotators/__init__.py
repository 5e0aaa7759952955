"""Who completes what a source lacks: one file per backend, one row here."""

ANNOTATORS: dict[str, str] = {
    "given": "stages.annotators.given:Given",
}
