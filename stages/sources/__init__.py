"""Datasets the engine reads: one folder per reader, one row here."""

SOURCES: dict[str, str] = {
    "procedural": "stages.sources.procedural:Procedural",
    "scannet": "stages.sources.scannet:ScanNet",
    "coco": "stages.sources.coco:Coco",
    "posed_rgbd": "stages.sources.posed_rgbd:PosedRgbd",
    "sunrgbd": "stages.sources.sunrgbd:SunRgbd",
    "hypersim": "stages.sources.hypersim:Hypersim",
    "embodiedscan": "stages.sources.embodiedscan:EmbodiedScan",
    "multiscan": "stages.sources.multiscan:MultiScan",
    "threerscan": "stages.sources.threerscan:ThreeRScan",
    "matterport3d": "stages.sources.matterport3d:Matterport3D",
    "r2r": "stages.sources.r2r:R2R",
}
