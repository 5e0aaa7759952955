"""Datasets the engine reads: one folder per reader, one row here."""

SOURCES: dict[str, str] = {
    "procedural": "stages.sources.procedural:Procedural",
    "scannet": "stages.sources.scannet:ScanNet",
    "models": "stages.sources.models:Models",
    "coco": "stages.sources.coco:Coco",
}
