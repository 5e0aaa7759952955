"""Datasets the engine reads: one folder per reader, one row here."""

SOURCES: dict[str, str] = {
    "procedural": "stages.sources.procedural:Procedural",
    "scannet": "stages.sources.scannet:ScanNet",
    "coco": "stages.sources.coco:Coco",
    "multiscan": "stages.sources.multiscan:MultiScan",
    "threerscan": "stages.sources.threerscan:ThreeRScan",
    "matterport3d": "stages.sources.matterport3d:Matterport3D",
    "r2r": "stages.sources.r2r:R2R",
    "arkitscenes": "stages.sources.arkitscenes:ARKitScenes",
    "scannetpp": "stages.sources.scannetpp:ScanNetPP",
}
